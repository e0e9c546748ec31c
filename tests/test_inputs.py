"""What a check is given: what fits is answered by "right", and what does not by a sentence of the kit's own."""

import array
import collections
import re
import types
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.checker.inputs import above_zero, finite, one_number, whole
from gc_lib.checker.params import as_blocks, like

EPS = 1e-5
THETA = np.array([0.5, 0.75, 0.9])


def cubes(params):
    """Σ θ³ over a nest."""
    return float(sum((block.astype(float) ** 3).sum() for block in as_blocks(params).values()))


def slopes(params):
    """3 θ² in the form of the nest."""
    return like({name: 3 * block**2 for name, block in as_blocks(params).items()}, params)


class Number:
    """What is a number to float() alone, as a framework's scalar is."""

    def __init__(self, value, dtype="float64"):
        self.value, self.dtype = value, f"framework.{dtype}"

    def __float__(self):
        return float(self.value)


class Sparse:
    """What scipy's sparse arrays have."""

    def __init__(self, values):
        self.shape, self.ndim, self.toarray = values.shape, values.ndim, lambda: values


# ---- parameters ------------------------------------------------------------------------------------------------------


def on_disk(folder):
    block = np.memmap(folder / "theta", dtype=float, mode="w+", shape=(3,))
    block[:] = THETA
    return block


def locked():
    block = THETA.copy()
    block.flags.writeable = False
    return block


class Named(np.ndarray):
    """A kind of array that keeps the algebra of numpy's."""


TWO = THETA[:2]
RIGHT = {
    "a float": 0.7,
    "numpy's float": np.float64(0.7),
    "a list": [0.5, 0.7],
    "a tuple": (0.5, 0.7),
    "lists of lists": [[0.5, 0.7], [0.6, 0.8]],
    "float32": THETA.astype("float32"),
    "longdouble": THETA.astype(np.longdouble),
    "the other byte order": THETA.astype(">f8"),
    "columns first": np.asfortranarray(np.outer(TWO, THETA)),
    "transposed": np.outer(TWO, THETA).T,
    "backwards": np.linspace(0.5, 1, 8)[::-2],
    "one number thrice": np.broadcast_to(0.5, (3,)),
    "read-only": locked(),
    "a subclass": THETA.view(Named),
    "array.array": array.array("d", [0.5, 0.7]),
    "memoryview": memoryview(THETA),
    "an empty block": {"W": THETA, "none": np.zeros((0, 3))},
    "tied": {"W": THETA, "V": THETA, "backwards": THETA[::-1], "row": THETA[None, :2]},
    "layers": {"layers": [{"W": np.outer(TWO, THETA), "b": TWO}, {"W": TWO}], "scale": np.array(0.7)},
    "layers without parameters": [(THETA, TWO), (), (TWO, THETA)],
    "numbers among arrays": [THETA, 0.7],
    "0-D in a list": [np.array(0.5), np.array(0.7)],
    "OrderedDict": collections.OrderedDict(b=TWO, a=THETA),
    "defaultdict": collections.defaultdict(list, a=TWO),
    "UserDict": collections.UserDict(a=TWO),
    "proxy": types.MappingProxyType({"a": TWO}),
    "ChainMap": collections.ChainMap({"a": TWO}, {"b": THETA}),
}


@pytest.mark.parametrize("params", RIGHT.values(), ids=list(RIGHT))
def test_parameters_of_every_form_dtype_and_layout_are_checked_and_left_alone(params):
    before = {name: block.copy() for name, block in as_blocks(params).items()}
    eps = 1e-2 if "float32" in str(getattr(params, "dtype", "")) else EPS
    report = gcl.check(cubes, slopes, params, eps)
    assert report.answer == "right" and list(report.blocks) == list(before)
    approx = as_blocks(gcl.numeric_gradient(cubes, params, eps))
    assert all(np.allclose(approx[name], 3 * block**2, atol=1e-3) for name, block in before.items())
    assert gcl.screen(cubes, slopes, params).wrong == ()
    assert all(np.array_equal(block, before[name]) for name, block in as_blocks(params).items())


def test_a_file_in_memory_is_checked_and_left_alone(tmp_path):
    params = on_disk(tmp_path)
    assert gcl.check(cubes, slopes, params, EPS).answer == "right" and np.array_equal(params, THETA)


def test_a_wrong_block_of_a_nest_is_named_by_the_way_to_it():
    params = RIGHT["layers"]

    def wrong(params):
        found = slopes(params)
        found["layers"][0]["W"] *= 2
        return found

    report = gcl.check(cubes, wrong, params, EPS)
    assert report.that_are("wrong") == ("layers[0].W",) and report.worst_of("layers[0].W").index == (1, 2)
    assert "In layers[0].W dθ is 2 times the slope of J." in report.explain()
    assert "Worst entry: layers[0].W[1, 2]: " in str(report)
    assert gcl.screen(cubes, wrong, params).wrong == ("layers[0].W",)


def test_cost_and_gradient_see_the_form_of_the_parameters():
    params, seen = {"layers": [collections.OrderedDict(W=TWO), (THETA, ())]}, []

    def cost(params):
        seen.append(params)
        return cubes(params)

    gcl.check(cost, lambda params: slopes(seen.append(params) or params), params, EPS)
    assert len(seen) > 20
    for given in seen:
        (layer, pair) = given["layers"]
        assert type(layer) is collections.OrderedDict and type(pair) is tuple and pair[1] == ()
        assert type(given["layers"]) is list and type(layer["W"]) is np.ndarray


WRONG = {
    "None": (None, TypeError, r"params: theta is None; is a `return` missing\?"),
    "None in it": ({"W": TWO, "b": None}, TypeError, r"params: b is None; .* Leave out what is no parameter"),
    "None in a list": ([TWO, None], TypeError, r"params: \[1\] is None"),
    "int": (np.arange(3), TypeError, r"params: theta holds int64, into which no ε fits; take np\.asarray\(theta, fl"),
    "list of int": ([1, 2], TypeError, r"params: theta holds int64, into which no ε fits"),
    "bool": ({"a": [TWO, TWO > 1]}, TypeError, r"params: a\[1\] holds bool, .* take np\.asarray\(a\[1\], float\)"),
    "object": (TWO.astype(object), TypeError, r"params: theta holds object, .* take np\.asarray\(theta, float\)"),
    "an array of arrays": (np.array([TWO, 1.0], object), TypeError, r"theta holds object, .* take \[\*theta\], a list"),
    "complex": (TWO + 0j, TypeError, r"theta holds complex128; every entry should be .* take \.real where the imagin"),
    "text": (np.array(["a"]), TypeError, r"params: theta holds <U1, into which no ε fits; .* or leave it out"),
    "a word": ("abc", TypeError, r"params: theta holds <U3, into which no ε fits; .* or leave it out"),
    "dates": (np.array(["2020-01-01"], dtype="M8[D]"), TypeError, r"params: theta holds datetime64\[D\]; every entry"),
    "records": (np.zeros(1, dtype=[("a", "f8")]), TypeError, r"params: theta holds \[\('a', '<f8'\)\]; every entry"),
    "masked": (np.ma.array(TWO, mask=[0, 1]), TypeError, r"theta is a MaskedArray, no plain array; take \.compressed"),
    "sparse": ({"W": Sparse(TWO)}, TypeError, r"params: W is sparse; take \.toarray\(\)"),
    "a set": ({1.0, 2.0}, TypeError, r"params: theta should be an array of numbers; got \{1\.0, 2\.0\}"),
    "a generator": ((x for x in TWO), TypeError, r"params: theta should be an array of numbers; got <generator"),
    "a function": (len, TypeError, r"params: theta should be an array of numbers; got <built-in function len>"),
    "ragged": (
        [[1.0, 2.0], [3.0]],
        TypeError,
        r"params: theta should be an array of numbers; of this list numpy says: .* inhomog",
    ),
    "None for a name": ([{None: TWO}], TypeError, r'by a string, such as "W1", or a whole number; got None in \[0\]'),
    "one name for two": ({"a.b": TWO, "a": {"b": TWO}}, ValueError, r"two blocks would have the name a\.b; rename"),
    "nan": ({"a": [np.array([[1, np.nan]])]}, ValueError, r"params: a\[0\] holds nan at \[0, 1\]; every entry"),
    "nothing": ([], ValueError, r"params has no entries: there is nothing to check"),
    "empty nests": ({"a": [], "b": {}}, ValueError, r"params has no entries: there is nothing to check"),
}


@pytest.mark.parametrize("params, error, words", WRONG.values(), ids=list(WRONG))
def test_other_parameters_are_refused_before_anything_is_computed(params, error, words):
    for call in (gcl.check, gcl.screen, lambda cost, gradient, params: gcl.numeric_gradient(cost, params)):
        with pytest.raises(error, match=words):
            call(pytest.fail, pytest.fail, params)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_a_matrix_is_refused_for_its_product_is_another_one():
    with pytest.raises(TypeError, match=r"params: W is a matrix, no plain array; take np\.asarray\(…\), and @ for \*"):
        gcl.check(pytest.fail, pytest.fail, {"W": np.matrix([[0.5, 0.7]])})


def test_what_the_memory_of_the_parameters_is_used_for_meanwhile_does_not_matter():
    theta = THETA.copy()

    def cost(t):
        theta[:] = t  # as a framework does that shares its memory with numpy
        return cubes(theta)

    report = gcl.check(cost, lambda t: 3 * t**2, theta, EPS)
    assert report.answer == "right" and np.array_equal(report.shapes["theta"], THETA)
    assert np.allclose(gcl.numeric_gradient(cost, THETA.copy(), EPS), 3 * THETA**2)
    theta[:] = THETA
    assert gcl.screen(cost, lambda t: 3 * t**2, theta).wrong == ()


# ---- cost ------------------------------------------------------------------------------------------------------------

J_AT = cubes(THETA)
buffer = np.array(0.0)


def into_a_buffer(theta):
    np.sum(theta**3, out=buffer)
    return buffer


def warns(theta):
    warnings.warn("slow", stacklevel=1)
    return cubes(theta)


def keeps(theta, seen={}):  # noqa: B006
    return seen.setdefault(theta.tobytes(), cubes(theta))


COSTS = {
    "a float": cubes,
    "numpy's float": lambda theta: np.sum(theta**3),
    "longdouble": lambda theta: np.longdouble(cubes(theta)),
    "0-D": lambda theta: np.array(cubes(theta)),
    "the same 0-D array each time": into_a_buffer,
    "0-D of objects": lambda theta: np.array(Decimal(cubes(theta)), dtype=object),
    "Decimal": lambda theta: Decimal(cubes(theta)),
    "Fraction": lambda theta: Fraction(cubes(theta)),
    "a framework's scalar": lambda theta: Number(cubes(theta)),
    "prints": lambda theta: print("J") or cubes(theta),
    "warns": warns,
    "remembers": keeps,
}


@pytest.mark.filterwarnings("ignore:slow")
@pytest.mark.parametrize("cost", COSTS.values(), ids=list(COSTS))
def test_a_cost_may_return_whatever_is_one_number_and_do_what_it_likes(cost):
    assert gcl.check(cost, slopes, THETA, EPS).answer == "right"
    assert gcl.check(cost, lambda theta: 2 * slopes(theta), THETA, EPS).answer == "wrong"
    assert np.allclose(gcl.numeric_gradient(cost, THETA, EPS), slopes(THETA))
    assert gcl.screen(cost, slopes, THETA).wrong == ()


ONE = r"^cost should return one number; at θ it returned "
NO_NUMBERS = {
    "None": (None, ONE + r"None: is a `return` missing\?"),
    "a pair": ((1.0, THETA), ONE + r"a tuple of 2: take its first, or, where that is \(J, dθ\), gradient=True"),
    "a list": ([1.0], ONE + "a list of 1: take its first"),
    "a dict": ({"J": 1.0}, ONE + "a dict: have cost and gradient changed places"),
    "a column": (np.ones((1, 1)), ONE + r"an array of shape \(1, 1\): take \.item\(\)"),
    "outputs": (
        THETA,
        ONE + r"an array of shape \(3,\): take \.sum\(\) where each is a loss, else with one fixed random v",
    ),
    "complex": (1 + 0j, ONE + r"\(1\+0j\), a complex number: take \.real where its imaginary part is 0, else check "),
    "complex64": (np.complex64(1j), ONE + "1j, a complex number"),
    "0-D complex": (np.array(1j), ONE + "1j, a complex number"),
    "a framework's complex": (Number(1, "complex64"), ONE + ".*, a complex number"),
    "bool": (True, ONE + "True, which has no slope: return the number that it came from"),
    "numpy's bool": (np.False_, ONE + "False, which has no slope"),
    "text": ("1.5", ONE + "'1.5', which is text"),
    "bytes": (b"1.5", ONE + "b'1.5', which is text"),
    "0-D text": (np.array("1.5"), ONE + r"array\('1\.5', dtype='<U3'\), which is text"),
    "a date": (np.datetime64("2020"), r"^J at θ should be a number; got np\.datetime64\('2020'\)"),
    "a time": (np.timedelta64(3, "s"), r"^J at θ should be a number; got np\.timedelta64\(3,'s'\)"),
    "records": (np.zeros((), dtype=[("a", "f8")]), "^J at θ should be a number; got array"),
    "a set": ({1.0}, r"^J at θ should be a number; got \{1\.0\}"),
    "a function": (cubes, "^J at θ should be a number; got <function cubes"),
    "a type": (float, "^J at θ should be a number; got <class 'float'>"),
    "too large": (10**400, r"^J at θ should be a number; got 10{59}$"),
}


@pytest.mark.parametrize("J, words", NO_NUMBERS.values(), ids=list(NO_NUMBERS))
def test_a_cost_that_returns_anything_else_is_refused_with_what_to_do(J, words):
    with pytest.raises(TypeError, match=words):
        gcl.check(lambda theta: J, pytest.fail, THETA)
    with pytest.raises(TypeError, match=words):
        gcl.numeric_gradient(lambda theta: J, THETA)
    with pytest.raises(TypeError, match=words):
        gcl.screen(lambda theta: J, pytest.fail, THETA)


@pytest.mark.parametrize("J", [np.nan, -np.inf, np.float32(np.inf), np.ma.masked, Number(np.nan), Decimal("inf")])
def test_a_cost_that_is_not_finite_is_refused(J):
    with pytest.raises(ValueError, match="^cost should be finite; at θ it returned (nan|-?inf|--): is there a log"):
        gcl.check(lambda theta: J, pytest.fail, THETA)


def later(calls, then):
    """Return a cost that is Σ θ³ for some calls, and then does something else."""
    left = iter(range(calls))
    return lambda theta: then() if next(left, None) is None else cubes(theta)


def raising(error):
    """Return a function that raises."""

    def raises(*_):
        raise error

    return raises


@pytest.mark.parametrize(
    "then, error, words",
    [
        (lambda: np.nan, ValueError, "cost should be finite; at a nudge of theta, entry 1, it returned nan"),
        (lambda: None, TypeError, "cost should return one number; at a nudge of theta, entry 1, it returned None"),
        (lambda: 1j, TypeError, "at a nudge of theta, entry 1, it returned 1j, a complex number"),
    ],
)
def test_a_cost_that_goes_wrong_in_mid_course_is_refused_with_the_entry(then, error, words):
    with pytest.raises(error, match=words):
        gcl.numeric_gradient(later(4, then), THETA, EPS)
    if error is TypeError:  # where J has no value a check looks elsewhere; what is no number at all ends it
        with pytest.raises(error, match=words.replace("entry 1", "entry 0")):
            gcl.check(later(4, then), slopes, THETA, EPS)


def at_nudges_of(entry, then):
    """Return a cost that is Σ θ³, and does something else where this entry alone is nudged; at θ if it is none."""
    nudged = [] if entry is None else [entry]
    return lambda theta: then() if np.flatnonzero(theta != THETA).tolist() == nudged else cubes(theta)


def too_hot(error):
    """Return a function that raises a new error at each call."""
    return lambda: raising(error("too hot"))()


@pytest.mark.parametrize("error", [RuntimeError, KeyError, RecursionError])
@pytest.mark.parametrize(
    "entry, where", [(None, "at θ"), (0, "at a nudge of theta, entry 0"), (2, "at a nudge of theta, entry 2")]
)
def test_what_a_cost_raises_in_the_loop_passes_through_with_a_note_of_where_it_was(error, entry, where):
    with pytest.raises(error, match="too hot") as raised:
        gcl.check(at_nudges_of(entry, too_hot(error)), slopes, THETA, EPS)
    assert raised.value.__notes__ == [f"when cost was evaluated {where}, given an array of float64, shape (3,)"]


def test_where_the_cost_finds_no_number_the_other_entries_get_their_answer_and_the_loop_alone_ends():
    cost = at_nudges_of(1, too_hot(ZeroDivisionError))
    report = gcl.check(cost, slopes, THETA, EPS)
    assert report.answer == "cannot tell" and [reason.kind for reason in report.reasons] == ["domain"]
    with pytest.raises(ZeroDivisionError) as raised:
        gcl.numeric_gradient(cost, THETA, EPS)
    (note,) = raised.value.__notes__
    assert note == "when cost was evaluated at a nudge of theta, entry 1, given an array of float64, shape (3,)"


def test_what_a_cost_raises_at_a_step_that_is_not_of_the_loop_does_not_end_the_check():
    def cost(theta):
        far = np.abs(theta - THETA).max() > 1e-3
        return too_hot(RuntimeError)() if far else cubes(theta)

    assert gcl.check(cost, slopes, THETA, EPS).answer == "right"
    assert gcl.check(cost, lambda theta: 1.1 * slopes(theta), THETA, EPS).answer == "wrong"


def test_so_does_what_the_gradient_raises():
    with pytest.raises(LookupError) as raised:
        gcl.check(cubes, raising(LookupError("too cold")), THETA)
    assert raised.value.__notes__ == ["when gradient was evaluated at θ, given an array of float64, shape (3,)"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interruption_passes_through_and_the_parameters_are_as_they_were(error):
    theta = THETA.copy()
    with pytest.raises(error):
        gcl.check(later(3, raising(error)), slopes, theta, EPS)
    assert np.array_equal(theta, THETA)


# ---- gradient --------------------------------------------------------------------------------------------------------

BLOCKS = {"W": np.outer(TWO, THETA), "b": TWO}
slopes_again = np.zeros(3)


def into_one_buffer(theta):
    slopes_again[:] = 3 * theta**2
    return slopes_again


def on_its_argument(theta):
    theta[:] = 3 * theta**2
    return theta


GRADIENTS = {
    "a list": lambda theta: (3 * theta**2).tolist(),
    "a tuple": lambda theta: tuple(3 * theta**2),
    "a dict": lambda theta: {"theta": 3 * theta**2},
    "one buffer": into_one_buffer,
    "its argument": on_its_argument,
    "longdouble": lambda theta: 3 * theta.astype(np.longdouble) ** 2,
}


@pytest.mark.parametrize("gradient", GRADIENTS.values(), ids=list(GRADIENTS))
def test_a_gradient_may_come_in_any_form_that_has_the_names(gradient):
    assert gcl.check(cubes, gradient, THETA, EPS).answer == "right"
    assert gcl.screen(cubes, gradient, THETA).wrong == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda g: dict(reversed(g.items())),
        lambda g: collections.UserDict(g),
        lambda g: {"W": list(g["W"]), "b": tuple(g["b"])},
    ],
)
def test_the_blocks_of_a_gradient_may_be_lists_and_stand_in_another_order(change):
    report = gcl.check(cubes, lambda p: change(slopes(p)), BLOCKS, EPS)
    assert report.answer == "right" and list(report.blocks) == ["W", "b"]


def test_numbers_are_the_slopes_of_0_D_blocks_in_a_list():
    assert gcl.check(cubes, lambda p: [3 * p[0] ** 2, 3 * p[1] ** 2], RIGHT["0-D in a list"], EPS).answer == "right"


def test_a_gradient_that_writes_its_next_answer_over_the_last_is_copied_at_once():
    """It would make any cost right that asks for it, and be checked against the gradient of another θ."""
    kept = np.zeros(3)

    def gradient(theta):
        kept[:] = 0 if (theta == THETA).all() else 3 * theta**2
        return kept

    def cost(theta):
        gradient(theta)
        return cubes(theta)

    assert gcl.check(cost, gradient, THETA, EPS).answer == "wrong"
    assert gcl.screen(cost, gradient, THETA).wrong == ("theta",)


def test_the_cost_is_asked_first_and_then_the_gradient():
    asked = []
    gcl.check(lambda t: asked.append("J") or cubes(t), lambda t: asked.append("dθ") or slopes(t), THETA, EPS)
    assert asked[:3] == ["J", "dθ", "J"] and asked.count("dθ") > 1, "asked again: is it the same?"


UNFIT = {
    "None": (lambda g: None, TypeError, r"gradient returned None; is a `return` missing\?"),
    "complex": (lambda g: g | {"b": g["b"] + 0j}, TypeError, r"gradient: b holds complex128; .* take \.real where "),
    "object": (lambda g: g | {"b": g["b"].astype(object)}, TypeError, r"gradient: b holds object; .* b\.astype\(float"),
    "text": (
        lambda g: g | {"b": g["b"].astype(str)},
        TypeError,
        r"gradient: b holds <U\d+; every entry should be a re",
    ),
    "sparse": (lambda g: g | {"W": Sparse(g["W"])}, TypeError, r"gradient: W is sparse; take \.toarray\(\)"),
    "masked": (lambda g: g | {"b": np.ma.array(g["b"])}, TypeError, r"gradient: b is a MaskedArray, no plain array"),
    "generator": (lambda g: g | {"b": (x for x in g["b"])}, TypeError, r"gradient: b should be an array of numbers"),
    "a Jacobian": (
        lambda g: g | {"W": np.stack([g["W"]] * 5)},
        ValueError,
        r"W has shape \(5, 2, 3\), but in params it has \(2, 3\); are these the slopes of 5 numbers\? Then with one fi",
    ),
    "a row": (
        lambda g: g | {"W": g["W"][None]},
        ValueError,
        r"\(1, 2, 3\), but .* \(2, 3\); take np\.reshape\(…, \(2, 3\)\)$",
    ),
    "turned": (lambda g: g | {"W": g["W"].T}, ValueError, r"\(3, 2\), but in .* \(2, 3\); take np\.transpose\(…\)$"),
    "flat": (
        lambda g: g | {"W": g["W"].ravel()},
        ValueError,
        r"shape \(6,\), but .* \(2, 3\); take np\.reshape\(…, \(2, 3\)\)$",
    ),
    "more axes": (
        lambda g: g | {"W": np.ones((5, 3, 2))},
        ValueError,
        r"shape \(5, 3, 2\), but in .* it has \(2, 3\)$",
    ),
    "other names": (
        lambda g: {"dW": g["W"], "db": g["b"]},
        ValueError,
        r"gradient misses block: W, b and has an extra block: dW, db; params has W, b; rename its keys$",
    ),
    "grad_ before": (
        lambda g: {"grad_W": g["W"], "grad_b": g["b"]},
        ValueError,
        "block: grad_W, grad_b; params has W, b; rename its keys$",
    ),
    "in small letters": (lambda g: {"w": g["W"], "B": g["b"]}, ValueError, "block: w, B; params has W, b; rename its"),
    "unlike names": (lambda g: {"p": g["W"], "q": g["b"]}, ValueError, r"has W, b; if it is in the order of params, "),
    "a number": (lambda g: 1.0, TypeError, "gradient should have the blocks of params, W, b; it returned a float$"),
    "words": (lambda g: "dθ", TypeError, "gradient should have the blocks of params, W, b; it returned a str$"),
    "a tuple": (
        lambda g: tuple(g.values()),
        ValueError,
        r"misses block: W, b and has an extra block: \[0\], \[1\]; params has W, b; if it is in the order of params, "
        r"take gcl\.from_vector\(gcl\.to_vector\(…\), params\)$",
    ),
    "one array": (lambda g: g["W"], ValueError, r"misses block: W, b and has an extra block: theta; params has W, b$"),
    "J as well": (lambda g: (1.0, g), TypeError, r"a number first, as in \(J, dθ\): take its second, or gradient=True"),
    "and J behind": (lambda g: (g, np.array(1.0)), TypeError, r"a number second, as in \(dθ, J\): take its first$"),
    "a list": (lambda g: [1.0] * 99, ValueError, r"extra block: \[0\], \[1\], .*, \[7\], …; params has W, b$"),
    "deeper": (lambda g: g | {"b": {"x": g["b"]}}, ValueError, r"misses block: b and has an extra block: b\.x; params"),
    "nan": (lambda g: g | {"b": g["b"] * np.nan}, ValueError, r"gradient: b holds nan at \[0\]; every entry should be"),
}


@pytest.mark.parametrize("change, error, words", UNFIT.values(), ids=list(UNFIT))
def test_a_gradient_that_does_not_fit_is_refused_with_what_is_amiss(change, error, words):
    for call in (gcl.check, gcl.screen):
        with pytest.raises(error, match=words):
            call(cubes, lambda p: change(slopes(p)), BLOCKS)


def test_a_gradient_of_two_that_belong_together_is_not_taken_for_j_and_a_gradient():
    pair = collections.namedtuple("pair", "k w")
    params = pair(0.5, TWO)
    for gradient in (lambda p: pair(3 * p.k**2, 3 * p.w**2), lambda p: pair((3 * p.k**2).item(), 3 * p.w**2)):
        assert gcl.check(lambda p: p.k**3 + (p.w**3).sum(), gradient, params, EPS).answer == "right"
    with pytest.raises(ValueError, match="misses block: k, w and has an extra block"):
        gcl.check(lambda p: p.k**3 + (p.w**3).sum(), lambda p: (1.0, 3 * p.w**2), params)
    assert (
        gcl.check(lambda t: (t**3).sum(), lambda t: [3 * t[0] ** 2, np.array(3 * t[1] ** 2)], TWO, EPS).answer
        == "right"
    )


def test_what_a_nest_of_gradients_misses_is_named_by_the_way_to_it():
    params = {"layers": [{"W": THETA, "b": TWO}]}
    with pytest.raises(ValueError, match=r"gradient misses block: layers\[0\]\.b; params has layers\[0\]\.W, layers\["):
        gcl.check(cubes, lambda p: {"layers": [{"W": THETA}]}, params)


# ---- both in one -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("params", [[(THETA, THETA[:1]), (THETA[:2], THETA[1:])], ([THETA, THETA[:2]], [THETA[:1]])])
@pytest.mark.parametrize("wrap", [list, tuple])
def test_a_gradient_of_two_nests_of_unlike_shapes_is_a_gradient(params, wrap):
    report = gcl.check(cubes, lambda nest: wrap(slopes(nest)), wrap(params), EPS)
    assert report.answer == "right" and report.that_are("right") == (*as_blocks(params),)
    assert gcl.screen(cubes, lambda nest: wrap(slopes(nest)), wrap(params)).wrong == ()


@pytest.mark.parametrize("pair", [tuple, list])
def test_one_function_may_return_J_and_its_gradient(pair):
    def both(params):
        return pair([cubes(params), slopes(params)])

    def wrong(params):
        return cubes(params), slopes(params) | {"b": 2 * slopes(params)["b"]}

    assert gcl.check(both, True, BLOCKS, EPS).answer == "right" and gcl.screen(both, True, BLOCKS).wrong == ()
    assert gcl.check(wrong, True, BLOCKS, EPS).that_are("wrong") == gcl.screen(wrong, True, BLOCKS).wrong == ("b",)


@pytest.mark.parametrize(
    "found, said", [(1.0, "a float"), (None, "None"), ((1, 2, 3), "a tuple of 3"), (THETA[:2], "an")]
)
def test_where_it_does_not_return_both_that_is_said(found, said):
    for call in (gcl.check, gcl.screen):
        with pytest.raises(TypeError, match=rf"with gradient=True cost should return the two \(J, dθ\); it .*{said}"):
            call(lambda theta: found, True, THETA)


def test_a_gradient_with_the_diagonal_of_the_hessian_beside_it_is_told_to_go_alone():
    for both in (lambda theta: (theta, theta), lambda theta: [theta, np.ones(3)]):
        with pytest.raises(TypeError, match="returned two arrays of the shape of params: take its first"):
            gcl.check(cubes, both, THETA)


def test_of_an_object_with_data_and_grad_its_data_is_asked_for():
    value = types.SimpleNamespace(data=1.0, grad=0.0)
    with pytest.raises(TypeError, match="params: .0. should be an array of numbers; got .*; take its .data"):
        gcl.check(cubes, slopes, [value, value])
    with pytest.raises(TypeError, match="J at θ should be a number; got .*; take its .data"):
        gcl.check(lambda theta: value, slopes, THETA)


def test_where_it_returns_both_in_the_other_order_that_is_said():
    for J in (1.0, np.array(1.0)):
        with pytest.raises(TypeError, match=r"should return \(J, dθ\), in this order; it returned a number second"):
            gcl.check(lambda theta, J=J: (slopes(theta), J), True, THETA)
    assert gcl.check(lambda t: (np.array(t**3), 3 * t**2), True, np.array(0.5), EPS).answer == "right"


@pytest.mark.parametrize("cost", [None, 1.0, THETA])
def test_a_cost_that_is_no_function_is_refused(cost):
    words = "cost should be a function of params; got (None$|(a float|an array of float64).*; give the function itself)"
    for call in (lambda: gcl.check(cost, slopes, THETA), lambda: gcl.numeric_gradient(cost, THETA)):
        with pytest.raises(TypeError, match=words):
            call()


def test_params_that_an_object_holds_are_asked_for_as_a_dict_or_a_list():
    held, values = types.SimpleNamespace(**BLOCKS), BLOCKS.values()
    for params, words in (held, r"such as vars\(…\),"), (values, r"such as list\(…\),"), (abs, "of arrays, or leave"):
        with pytest.raises(TypeError, match=f"take a dict or a list .*{words}"):
            gcl.check(cubes, slopes, params)
    assert gcl.check(cubes, slopes, vars(held), EPS).answer == "right"
    assert gcl.check(cubes, slopes, [*values], EPS).answer == "right"


def test_data_handed_to_the_check_is_told_where_it_goes():
    X, y = np.ones((5, 3)), np.ones(5)
    words = r"; got an array of float64, shape \(5,( 3)?\); data goes in within the function: lambda params: cost\("
    for call, data in (gcl.check, (X,)), (gcl.check, (X, y)), (gcl.screen, (y,)):
        with pytest.raises(TypeError, match=words):
            call(cubes, slopes, THETA, *data)


@pytest.mark.parametrize("gradient", [None, False, 1, THETA])
def test_a_gradient_that_is_no_function_is_refused(gradient):
    words = r"gradient should be a function of params, or True where cost returns \(J, dθ\); got (None|an? )"
    for call in (gcl.check, gcl.screen):
        with pytest.raises(TypeError, match=words):
            call(pytest.fail, gradient, THETA)


# ---- the rest --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("eps", [None, "small", [1e-5], 1j, {}, 10**400])
def test_an_eps_that_is_no_number_is_refused(eps):
    with pytest.raises(
        TypeError, match="^eps should be a number; got " + re.escape(repr(eps)[:60]) + '; .* or "auto"$'
    ):
        gcl.check(pytest.fail, pytest.fail, THETA, eps)


def test_numbers_of_every_kind_are_taken():
    for eps in (Decimal("1e-5"), Fraction(1, 100000), np.float32(1e-5), "1e-5", np.array(1e-5)):
        assert type(above_zero(eps)) is float and above_zero(eps) == pytest.approx(1e-5)
    assert finite("rate", Fraction(1, 2)) == 0.5 and whole("steps", np.float64(3)) == 3 and whole("seed", 0) == 0
    assert type(one_number(np.float32(2), "at θ")) is np.float32


def test_a_report_is_neither_true_nor_false():
    report = gcl.check(cubes, slopes, THETA, EPS)
    words = r"neither true nor false; use report\.assert_ok\(\), or report\.answer == 'right'"
    with pytest.raises(TypeError, match=words):
        assert report
    with pytest.raises(TypeError, match=r"neither true nor false; use \.assert_ok\(\), or \.answer == 'right'"):
        assert gcl.screen(cubes, slopes, THETA)
