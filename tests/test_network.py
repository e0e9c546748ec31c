"""The network: what it is made of, what it refuses and in which words, and that it never changes."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from helpers import problem

import gc_lib as gcl
from gc_lib.network.forward import OUTPUTS


def test_shapes_are_the_lectures_in_the_order_of_theta():
    net = gcl.Network([64, 16, 8, 1])
    assert net.L == 3
    shapes = {"W1": (16, 64), "b1": (16, 1), "W2": (8, 16), "b2": (8, 1), "W3": (1, 8), "b3": (1, 1)}
    params = net.initialise(seed=0)
    assert list(net.shapes.items()) == list(shapes.items())
    assert list((name, block.shape) for name, block in params.items()) == list(shapes.items())


@pytest.mark.parametrize("hidden, gain", [("relu", 2), ("leaky_relu", 2), ("tanh", 1), ("sigmoid", 1)])
def test_weights_have_hes_or_xaviers_variance_and_the_output_layer_xaviers(hidden, gain):
    params = gcl.Network([400, 300, 200, 1], hidden=hidden).initialise(seed=0)
    for name, variance in (("W1", gain / 400), ("W2", gain / 300), ("W3", 1 / 200)):
        four_sigma = 4 * np.sqrt(2 / params[name].size)
        assert params[name].var() == pytest.approx(variance, rel=four_sigma)


def test_a_seed_repeats_its_draw_and_scale_and_bias_stretch_it():
    net = gcl.Network([6, 50, 1])
    first, again, other = net.initialise(0), net.initialise(0), net.initialise(1)
    stretched = net.initialise(0, scale=3.0, bias=0.01)
    for name in net.shapes:
        assert np.array_equal(first[name], again[name])
        assert name[0] == "b" or not np.array_equal(first[name], other[name])
        assert name[0] == "b" or np.allclose(stretched[name], 3 * first[name], rtol=1e-15)
        assert name[0] == "W" or not first[name].any()
    assert stretched["b1"].std() == pytest.approx(0.01, rel=0.4) and stretched["b1"].all()


@pytest.mark.parametrize("keep_prob", [1.0, 0.7])
@pytest.mark.parametrize("sizes", [(5, 4, 4, 1), (5, 4, 4, 3), (5, 1)])
def test_float32_holds_all_the_way_through(sizes, keep_prob):
    lam, keep_prob = np.float64(0.1), np.float64(keep_prob)
    net, X, Y, params = problem(sizes, lam=lam, keep_prob=keep_prob, dtype="float32")
    cost, gradient = net.on(X, Y, masks="frozen")
    arrays = {**params, **gradient(params)}
    for l, c in enumerate(cost.layers(params), start=1):
        arrays |= {f"{letter}{l}": getattr(c, letter) for letter in ("A_prev", "Z", "A")}
    assert {name: array.dtype for name, array in arrays.items() if array.dtype != np.float32} == {}
    assert cost(params).dtype == np.float32


@pytest.mark.parametrize("name", [name for name, bug in gcl.bugs.CATALOGUE.items() if bug.family is gcl.bugs.Steps])
def test_a_bug_of_any_strength_leaves_float32_as_it_is(name):
    net, X, Y, params = problem(dtype="float32")
    factor = np.float64(3) if gcl.bugs.find(name).factor else None
    for l in (l for l in range(1, net.L + 1) if not net.obstacle(name, l)):
        for strength in (np.float64(0.5), 1):
            _, gradient = net.plant(name, l, strength=strength, factor=factor).on(X, Y, masks="frozen")
            assert {block.dtype for block in gradient(params).values()} == {np.dtype("float32")}


def test_a_network_never_changes():
    net, X, Y, params = problem()
    before = gcl.to_vector(net.on(X, Y, masks="frozen")[1](params))
    steps = net.steps
    broken = net.plant("no_decay", layer=2)
    assert broken is not net and net.steps is steps and net.plants == ()
    assert broken.plants == (("no_decay", 2, 1.0, None),)
    assert np.array_equal(before, gcl.to_vector(net.on(X, Y, masks="frozen")[1](params)))
    with pytest.raises(FrozenInstanceError):
        net.lam = 1.0


def test_a_network_prints_what_was_planted_as_one_would_write_it():
    net = gcl.Network([4, 4, 1]).plant("no_decay", 2).plant("scaled_db", layer=1, factor=4).plant("J_no_decay")
    assert [repr(plant) for plant in net.plants] == ["('no_decay', 2)", "('scaled_db', 1, 1.0, 4)", "('J_no_decay',)"]


@pytest.mark.parametrize(
    "sizes, options, words",
    [
        ([5], {}, r"sizes should be two or more .*; got \(5,\)"),
        ([], {}, r"sizes should be two or more"),
        ([5, 0, 1], {}, r"sizes .* above 0.*; got \(5, 0, 1\)"),
        ([5, -3, 1], {}, r"sizes .*; got \(5, -3, 1\)"),
        ([5, 2.5, 1], {}, r"sizes .* whole numbers .*; got \(5, 2\.5, 1\)"),
        ([5, 1], {"hidden": "gelu"}, r"hidden should be one of 'tanh', 'relu', 'leaky_relu', 'sigmoid'; got 'gelu'"),
        ([5, 1], {"output": "probit"}, r"output should be one of 'sigmoid', 'softmax', 'linear', .*; got 'probit'"),
        ([5, 1], {"dtype": "float16"}, r"dtype should be one of 'float64', 'float32'; got 'float16'"),
        ([5, 1], {"output": "softmax"}, r"a softmax output has 2 units or more; got 1: take output='sigmoid' or"),
        ([5, 3], {}, r"a sigmoid output has 1 unit; got 3: take output='softmax' or 'linear'"),
        ([5, 1], {"lam": -0.1}, r"lam should be .* 0 or more; got -0\.1"),
        ([5, 1], {"lam": float("nan")}, r"lam should be .*; got nan"),
        ([5, 1], {"lam": float("inf")}, r"lam should be .* finite.*; got inf"),
        ([5, 1], {"keep_prob": 0}, r"keep_prob should be above 0 and at most 1.*; got 0\.0"),
        ([5, 1], {"keep_prob": 1.01}, r"keep_prob should be .*; got 1\.01"),
        ([5, 1], {"keep_prob": float("nan")}, r"keep_prob should be .*; got nan"),
    ],
)
def test_a_network_that_cannot_be_is_refused_in_words(sizes, options, words):
    with pytest.raises(ValueError, match=words):
        gcl.Network(sizes, **options)


def with_bad(X, i, j, value):
    X = X.copy()
    X[i, j] = value
    return X


X, Y = np.ones((5, 7)), np.zeros((1, 7))
Y3 = np.eye(3)[:, [0, 1, 2, 0, 1, 2, 0]]


@pytest.mark.parametrize(
    "outputs, X, Y, words",
    [
        (1, X.T, Y, r"X should be \(features, examples\) = \(5, m\) for this network; got \(7, 5\): pass X\.T\?"),
        (1, X, Y.T, r"Y should be \(outputs, examples\) = \(1, m\) .*; got \(7, 1\): pass Y\.T\?"),
        (1, np.ones((4, 7)), Y, r"X should be .* = \(5, m\) .*; got \(4, 7\)$"),
        (1, X[:, 0], Y, r"X should be .*; got \(5,\)$"),
        (1, X[:, :0], Y[:, :0], r"X should be .*; got \(5, 0\)$"),
        (1, X, Y[0], r"Y should be .*; got \(7,\)$"),
        (3, X, Y, r"Y should be \(outputs, examples\) = \(3, m\) .*; got \(1, 7\)$"),
        (1, X, Y[:, :6], r"X and Y should hold the same examples; got 7 in X and 6 in Y"),
        (1, with_bad(X, 2, 3, np.nan), Y, r"X should be finite; got nan in feature 2 of example 3"),
        (1, with_bad(X, 4, 0, -np.inf), Y, r"X should be finite; got -inf in feature 4 of example 0"),
        (1, X, with_bad(Y, 0, 5, 2), r"Y should hold labels in 0…1; got 2\.0 for example 5"),
        (1, X, with_bad(Y, 0, 5, -1), r"Y should hold labels in 0…1; got -1\.0 for example 5"),
        (1, X, with_bad(Y, 0, 5, np.nan), r"Y should hold labels in 0…1; got nan for example 5"),
        (3, X, with_bad(Y3, 0, 4, 1), r"Y should be one-hot for a softmax.*; example 4 has \[1\. 1\. 0\.\]"),
        (3, X, with_bad(Y3, 2, 2, 0), r"Y should be one-hot .*; example 2 has \[0\. 0\. 0\.\]"),
        (3, X, with_bad(Y3, 1, 2, 0.5), r"Y should be one-hot .*; example 2 has \[0\.  0\.5 1\. \]"),
    ],
)
def test_examples_that_do_not_fit_are_refused_with_what_to_do(outputs, X, Y, words):
    net = gcl.Network([5, 4, outputs], output="sigmoid" if outputs == 1 else "softmax")
    with pytest.raises(ValueError, match=words):
        net.on(X, Y)


def test_masks_are_fresh_or_frozen():
    with pytest.raises(ValueError, match="masks should be one of 'fresh', 'frozen'; got 'thawed'"):
        gcl.Network([5, 1]).on(X, Y, masks="thawed")


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda p: p.pop("b2"), r"params: b2 should have shape \(4, 1\) in this network; got nothing of that name"),
        (lambda p: p.update(W2=p["W2"][:3]), r"params: W2 should have shape \(4, 4\) in this network; got \(3, 4\)"),
        (lambda p: p.update(b1=p["b1"][:, 0]), r"params: b1 should have shape \(4, 1\) in this network; got \(4,\)"),
        (lambda p: p.update(W9=p["W2"]), r"params: .*W9"),
    ],
    ids=["missing", "shape", "flat", "extra"],
)
def test_params_of_another_network_are_refused_by_block(change, words):
    net, X, Y, params = problem()
    change(params)
    for function in net.on(X, Y):
        with pytest.raises(ValueError, match=words):
            function(params)


@pytest.mark.parametrize(
    "name, options, words",
    [
        ("no_such_bug", {"layer": 1}, r"no bug called 'no_such_bug'; gcl\.bugs\.CATALOGUE has .*no_decay"),
        ("no_decay", {"layer": 5}, r"no_decay cannot be planted on layer 5: this network has layers 1 … 4"),
        ("no_decay", {"layer": 0}, r"layers 1 … 4; got layer=0"),
        ("no_decay", {}, r"layers 1 … 4; got layer=None"),
        ("no_slope", {"layer": 4}, r"on layer 4: the output layer has no slope of its own"),
        ("sign_flipped", {"layer": 3}, r"on layer 3: only the output layer has this equation"),
        ("no_mask", {"layer": 4}, r"the output layer has no dropout"),
        ("own_A", {"layer": 1}, r"it needs a square layer"),
        ("own_A", {"layer": 4}, r"it needs a square layer"),
        ("no_W", {"layer": 1}, r"dA_prev of layer 1 would be the input's"),
        ("J_no_decay", {"layer": 1}, r"it is in the cost J, not in a layer; leave layer=1 away"),
        ("forgotten_2", {}, r"mistake of the checker: gcl\.bugs\.plant\(gcl\.SLIDE, 'forgotten_2'\)"),
        ("no_decay", {"layer": 2, "factor": 3}, r"no_decay takes no factor; .*scaled_dW, .*scaled_dA do"),
        ("no_decay", {"layer": 2, "strength": float("nan")}, r"no_decay: strength and factor should be finite"),
        ("scaled_dW", {"layer": 2, "factor": float("inf")}, r"scaled_dW: strength and factor should be finite"),
    ],
)
def test_a_bug_that_cannot_be_planted_is_refused_with_the_reason(name, options, words):
    with pytest.raises(ValueError, match=words):
        problem()[0].plant(name, **options)


def test_layer_1_sends_nothing_down_and_refuses_every_bug_of_dA_prev():
    net = problem((4, 4, 4, 1))[0]
    refused = [name for name, bug in gcl.bugs.CATALOGUE.items() if bug.slot == "dA_prev"]
    assert len(refused) >= 5
    for name in refused:
        assert "dA_prev of layer 1 would be the input's" in net.obstacle(name, 1) and net.obstacle(name, 2) == ""


def test_an_obstacle_is_named_exactly_where_planting_fails():
    for sizes in ((4, 4, 3, 1), (5, 1), (3, 3)):
        net = problem(sizes)[0]
        for name in gcl.bugs.CATALOGUE:
            for layer in (None, *range(net.L + 2)):
                if net.obstacle(name, layer):
                    with pytest.raises(ValueError, match=name):
                        net.plant(name, layer)
                else:
                    assert net.plant(name, layer).plants == ((name, layer, 1.0, None),)


# ---- outputs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("units", [1, 2, 3, 10])
def test_a_network_asks_its_output_how_many_units_it_can_have(output, units):
    if OUTPUTS[output].fits(units):
        assert gcl.Network([5, 4, units], output=output).sizes[-1] == units
    else:
        with pytest.raises(ValueError, match=f"a {output} output has .* unit.*; got {units}: take output='s.*linear"):
            gcl.Network([5, 4, units], output=output)


@pytest.mark.parametrize(
    "output, Y, words",
    [
        ("linear", with_bad(Y3, 2, 4, np.nan), r"Y should be finite; got nan for example 4"),
        ("linear", with_bad(Y3, 0, 1, -np.inf), r"Y should be finite; got -inf for example 1"),
        ("sigmoid_squared", with_bad(Y3, 1, 6, 1.5), r"Y should hold labels in 0…1; got 1\.5 for example 6"),
    ],
)
def test_a_network_asks_its_output_which_labels_it_takes(output, Y, words):
    with pytest.raises(ValueError, match=words):
        gcl.Network([5, 4, 3], output=output).on(X, Y)
    fine = {"linear": 1e3 * Y3 - 7, "sigmoid_squared": Y3 / 3}[output]
    assert gcl.Network([5, 4, 3], output=output).examples(X, fine)[1].tolist() == fine.tolist()


def test_a_linear_network_of_one_layer_has_the_closed_form_of_least_squares():
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((3, 20)), 5 * rng.standard_normal((2, 20)) + 100
    cost, gradient = gcl.Network([3, 2], output="linear").on(X, Y)
    best, residues, *_ = np.linalg.lstsq(np.vstack([X, np.ones(20)]).T, Y.T, rcond=None)
    params = {"W1": best[:3].T, "b1": best[3:].T}
    assert cost(params) == pytest.approx(residues.sum() / 2 / 20, rel=1e-12)
    assert np.abs(gcl.to_vector(gradient(params))).max() < 1e-12
    assert gcl.to_vector(gradient(params | {"b1": params["b1"] + 3})) == pytest.approx(
        [*(3 * np.tile(X.mean(axis=1), 2)), 3, 3], abs=1e-12
    )


def test_a_network_of_which_only_the_sizes_are_said_is_the_plainest():
    net = gcl.Network([5, 4, 1])
    assert (net.hidden, net.output, net.lam, net.keep_prob, net.dtype) == ("tanh", "sigmoid", 0.0, 1.0, "float64")
    plain = net.initialise(seed=3)
    assert all(np.array_equal(plain[name], net.initialise(3, scale=1.0, bias=0.0)[name]) for name in net.shapes)


def test_scale_and_bias_may_be_0_and_not_less():
    zeros = gcl.Network([5, 4, 1]).initialise(seed=0, scale=0, bias=0)
    assert not any(block.any() for block in zeros.values())
    for bad in ({"scale": -1e-9}, {"bias": -1e-9}, {"scale": np.inf}, {"bias": np.nan}):
        with pytest.raises(ValueError, match="scale and bias should be"):
            gcl.Network([5, 4, 1]).initialise(seed=0, **bad)


def test_networks_are_equal_where_their_plants_are():
    net = gcl.Network([4, 3, 1])
    half = [net.plant("scaled_db", 1, strength=0.5, factor=4) for _ in range(2)]
    assert half[0] == half[1] and hash(half[0]) == hash(half[1])
    assert len({*half, net, net.plant("scaled_db", 1, strength=0.5), net.plant("scaled_dW", 1, strength=0.5)}) == 4
