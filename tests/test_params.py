"""θ: the blocks end to end, row by row, and back; and which entry is which."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pytest
from helpers import Tensor
from hypothesis import given, settings
from hypothesis import strategies as st

import gc_lib as gcl
from gc_lib.checker.params import as_blocks, copied, like

shapes = st.lists(st.integers(0, 3), max_size=3).map(tuple)
some_blocks = st.dictionaries(st.sampled_from("abcdef"), st.tuples(shapes, st.sampled_from(["f4", "f8"])), min_size=1)
FEW = settings(max_examples=100, deadline=None, derandomize=True)


def filled(described):
    rng = np.random.default_rng(0)
    return {name: np.asarray(rng.standard_normal(shape)).astype(dtype) for name, (shape, dtype) in described.items()}


def test_theta_is_W1_b1_W2_b2_each_row_by_row():
    blocks = {"W1": np.array([[1, 2], [3, 4]]), "b1": np.array([[5], [6]]), "W2": np.array([[7, 8]])}
    assert gcl.to_vector(blocks).tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    fortran = {name: np.asfortranarray(block) for name, block in blocks.items()}
    assert gcl.to_vector(fortran).tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


@given(some_blocks)
@FEW
def test_back_from_theta_comes_what_went_in(described):
    blocks = filled(described)
    back = gcl.from_vector(gcl.to_vector(blocks), blocks)
    assert list(back) == list(blocks)
    for name, block in blocks.items():
        assert back[name].dtype == block.dtype and back[name].shape == block.shape
        assert np.array_equal(back[name], block)


@given(some_blocks)
@FEW
def test_entry_names_the_number_that_stands_in_theta(described):
    blocks = filled(described)
    theta = gcl.to_vector(blocks)
    for i, value in enumerate(theta):
        name, index = gcl.entry(i, blocks)
        assert blocks[name][index] == value and all(type(k) is int for k in index)
    assert len({gcl.entry(i, blocks) for i in range(theta.size)}) == theta.size
    for i in (-1, theta.size):
        with pytest.raises(IndexError, match=rf"θ has {theta.size} entries, 0 … {theta.size - 1}; got i = {i}"):
            gcl.entry(i, blocks)


def test_entry_of_a_network():
    params = gcl.Network([4, 3, 2, 1]).initialise(seed=0)
    assert gcl.entry(0, params) == ("W1", (0, 0))
    assert gcl.entry(4, params) == ("W1", (1, 0))
    assert gcl.entry(12, params) == ("b1", (0, 0))
    assert gcl.entry(16, params) == ("W2", (0, 1))


def test_leading_axes_are_carried_along():
    blocks = {"W": np.zeros((2, 3)), "b": np.zeros((2, 1))}
    thetas = np.arange(2 * 5 * 8.0).reshape(2, 5, 8)
    stacked = gcl.from_vector(thetas, blocks)
    assert stacked["W"].shape == (2, 5, 2, 3) and stacked["b"].shape == (2, 5, 2, 1)
    for j in range(2):
        for k in range(5):
            alone = gcl.from_vector(thetas[j, k], blocks)
            assert all(np.array_equal(stacked[name][j, k], alone[name]) for name in blocks)


def test_one_array_is_one_block_and_comes_back_as_one_array():
    for array in (np.array(3.0), np.ones(2), np.ones((2, 3))):
        blocks = as_blocks(array)
        assert list(blocks) == ["theta"] and like(blocks, array) is array
    assert like({"a": array}, {"a": None}) == {"a": array}


def test_a_block_that_is_none_is_named():
    with pytest.raises(TypeError, match="gradient: W2 is None; is a `return` missing"):
        as_blocks({"W1": np.ones(2), "W2": None}, "gradient")
    with pytest.raises(TypeError, match="params: theta is None"):
        as_blocks(None)


@pytest.mark.parametrize("entries", [0, 7, 9, 16])
def test_a_theta_of_another_size_is_refused_and_both_sizes_are_named(entries):
    blocks = {"W": np.zeros((2, 3)), "b": np.zeros((2, 1))}
    with pytest.raises(ValueError, match=f"θ should have 8 entries; got {entries}$"):
        gcl.from_vector(np.zeros(entries), blocks)
    with pytest.raises(ValueError, match=f"θ should have 8 entries; got {entries}$"):
        gcl.from_vector(np.zeros((8, entries)), blocks)


@pytest.mark.parametrize("params", [np.ones((2, 3)), {"W": np.ones((2, 3)), "b": np.ones(2, dtype="float32")}])
def test_a_copy_is_the_same_and_can_be_written_on_without_the_original_knowing(params):
    copy = copied(params)
    assert isinstance(copy, dict) == isinstance(params, dict)
    for name, block in as_blocks(params).items():
        written = as_blocks(copy)[name]
        assert np.array_equal(written, block) and written.dtype == block.dtype
        written *= 0
        assert (block == 1).all()


def test_an_entry_without_an_index_is_the_whole_block():
    assert gcl.entry(2, {"W": np.zeros(2), "k": np.array(0.5)}) == ("k", ())


# ---- nests -----------------------------------------------------------------------------------------------------------


class Layer(NamedTuple):
    W: np.ndarray
    b: np.ndarray


class Kept(Mapping):
    """A Mapping of one's own, made from a dict."""

    def __init__(self, items):
        self.items_of = dict(items)

    def __getitem__(self, key):
        return self.items_of[key]

    def __iter__(self):
        return iter(self.items_of)

    def __len__(self):
        return len(self.items_of)


class Copies(Kept):
    """One that copies its arrays, so that writing on those given does not reach it."""

    def __init__(self, items):
        super().__init__({key: np.array(value) for key, value in items.items()})


class Renames(Kept):
    """One that names its arrays anew."""

    def __init__(self, items):
        super().__init__({f"my_{key}": value for key, value in items.items()})


class Asks(Kept):
    """One that takes more than a dict."""

    def __init__(self, items, more):
        super().__init__(items)


w, v, k = np.arange(6.0).reshape(2, 3), np.arange(2.0), np.array(0.5)
NESTS = {
    "layers": (
        {"layers": [{"W": w, "b": v}, {"W": v}], "scale": k},
        ["layers[0].W", "layers[0].b", "layers[1].W", "scale"],
    ),
    "list": ([w, v], ["[0]", "[1]"]),
    "one in a tuple": ((w,), ["[0]"]),
    "pairs, and a layer without parameters": ([(w, v), (), (v, k)], ["[0][0]", "[0][1]", "[2][0]", "[2][1]"]),
    "NamedTuple": (Layer(w, v), ["W", "b"]),
    "NamedTuples": ({"enc": Layer(w, [v, k])}, ["enc.W", "enc.b[0]", "enc.b[1]"]),
    "NamedTuple of numbers": (Layer(0.5, 2.0), ["W", "b"]),
    "an array and a number": ([w, 0.5], ["[0]", "[1]"]),
    "numbers": ([0.5, 2.0], ["theta"]),
    "a matrix of numbers": (([0.5, 2.0], [1, 3.0]), ["theta"]),
    "numbers in a dict": ({"w": [0.5, 2.0], "none": {}, "nothing": []}, ["w"]),
    "Mapping": (Kept({"a": Kept({"b": w})}), ["a.b"]),
    "in its order": ({"b": w, "a": v}, ["b", "a"]),
}


def types(nest):
    """Return the form of a nest: its types and names, with arrays for what stands at its ends."""
    if isinstance(nest, Mapping):
        return type(nest), [(key, types(value)) for key, value in nest.items()]
    return (type(nest), [types(x) for x in nest]) if isinstance(nest, list | tuple) else type(nest)


@pytest.mark.parametrize("nest, names", NESTS.values(), ids=list(NESTS))
def test_any_nest_is_named_from_the_outside_to_the_inside_and_comes_back_in_its_form(nest, names):
    blocks = as_blocks(nest)
    assert list(blocks) == names and all(type(block) is np.ndarray for block in blocks.values())
    back = like(blocks, nest)
    again = as_blocks(back)
    assert list(again) == names and all(again[name] is blocks[name] for name in names)
    assert types(copied(back)) == types(back) == types(gcl.from_vector(gcl.to_vector(nest), nest))
    assert gcl.entry(0, nest)[0] == names[0]
    if list(blocks) != ["theta"]:
        assert type(back) is type(nest)


def test_the_form_is_that_of_the_nest_all_the_way_down():
    nest = {"layers": [Layer(w, (v, k)), ()], "rest": Kept({"a": w}), "none": {}}
    assert types(copied(nest)) == types(nest)


@pytest.mark.parametrize("kind", [Copies, Renames, lambda items: Asks(items, 1)])
def test_a_mapping_that_cannot_be_made_of_the_very_same_arrays_becomes_a_dict(kind):
    nest = kind({"a": w, "b": v})
    blocks = as_blocks(nest)
    assert like(blocks, nest) == blocks and type(like(blocks, nest)) is dict


def test_a_copy_of_a_nest_shares_nothing_with_it_nor_within_itself():
    copy = copied({"a": [w, w], "b": w.T})
    copy["a"][0] += 1
    assert np.array_equal(copy["a"][1], w) and np.array_equal(copy["b"], w.T) and w[0, 0] == 0


@pytest.mark.parametrize(
    "nest, error, words",
    [
        ({"a": [w, None]}, TypeError, r"params: a\[1\] is None; is a `return` missing\?"),
        ({"a": [{None: w}]}, TypeError, r'goes by a string, such as "W1", or a whole number; got None in a\[0\]$'),
        ({"a": {0: w}, "a[0]": w}, ValueError, r"two blocks would have the name a\[0\]"),
        ({("a", 1): w}, TypeError, r"got \('a', 1\)$"),
        ({"a.b": w, "a": {"b": w}}, ValueError, r"params: two blocks would have the name a\.b; rename a key"),
        ({"a": [w], "a[0]": w}, ValueError, r"two blocks would have the name a\[0\]"),
        (
            [[1.0, 2.0], [3.0]],
            TypeError,
            r"params: theta should be an array of numbers; of this list numpy says: .*inhom",
        ),
    ],
)
def test_a_nest_that_cannot_be_named_or_holds_no_arrays_is_refused(nest, error, words):
    with pytest.raises(error, match=words):
        as_blocks(nest)


def test_a_nest_without_arrays_is_a_vector_without_entries():
    assert gcl.to_vector(as_blocks({"a": [], "b": {}})).shape == (0,)


def tensor_cost(params):
    """J = Σ w³, a tensor."""
    assert all(isinstance(w, Tensor) and w.requires_grad for w in params.values())
    return Tensor(sum((w.values**3).sum() for w in params.values()), requires_grad=True)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("factor", "answer"), [(3, "right"), (3.01, "wrong")])
def test_tensors_come_as_tensors_in_and_out_of_the_check_and_are_left_alone(dtype, factor, answer):
    w = np.array([[1.0, -2.0], [0.5, 3.0]], dtype)
    params = {"w": Tensor(w, requires_grad=True)}
    report = gcl.check(tensor_cost, lambda p: {"w": Tensor(factor * p["w"].values ** 2, True)}, params)
    assert report.answer == answer
    assert params["w"].values.dtype == dtype and (params["w"].values == w).all()


def test_a_tensor_without_gradient_stays_one_without():
    (copy,) = copied([Tensor([1.0, 2.0])])
    assert isinstance(copy, Tensor) and not copy.requires_grad and copy.values.tolist() == [1, 2]


@pytest.mark.parametrize("factor, answers", [(2, ["right", "right"]), (2.1, ["wrong", "right"])])
def test_layers_may_go_by_numbers(factor, answers):
    params = {1: {"W": np.array([1.0, 2.0])}, np.int64(2): np.array([3.0])}
    seen = []

    def cost(p):
        seen.append([*p])
        return float(p[1]["W"] @ p[1]["W"] + p[2] @ p[2])

    report = gcl.check(cost, lambda p: {1: {"W": factor * p[1]["W"]}, 2: 2 * p[2]}, params)
    assert report.answers == dict(zip(["[1].W", "[2]"], answers, strict=True)) and {*map(tuple, seen)} == {(1, 2)}
