"""J: against the lecture's formula written out plainly, with logits of any size, and with masks fresh and frozen."""

import numpy as np
import pytest
from helpers import PLAIN, networks, plain_J, problem
from hypothesis import given, settings

import gc_lib as gcl
from gc_lib.network.activations import ACTIVATIONS, Activation

u = np.finfo(float).eps


@given(networks)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_J_is_the_lectures(described):
    net, X, Y, params = problem(**described)
    cost, _ = net.on(X, Y, masks="frozen", seed=3)
    wide = {name: block.astype(np.longdouble) for name, block in params.items()}
    truth = plain_J(net, wide, X, Y, [c.mask for c in cost.layers(params)])
    J = cost(params)
    assert np.ndim(J) == 0 and J == cost(params)
    assert abs(J - truth) <= 100 * u * max(1, truth)


def test_J_counts_each_part_once():
    net, X, Y, params = problem(keep_prob=1.0)
    zero = {name: np.zeros_like(block) for name, block in params.items()}
    assert net.on(X, Y)[0](zero) == pytest.approx(np.log(2), rel=4 * u), "nothing known about two classes"
    three, X3, Y3, params = problem((5, 4, 3), keep_prob=1.0)
    zero = {name: np.zeros_like(block) for name, block in params.items()}
    assert three.on(X3, Y3)[0](zero) == pytest.approx(np.log(3), rel=4 * u)
    only_W = zero | {"W1": params["W1"]}  # W2 = 0: the loss cannot tell
    extra = 0.3 / (2 * 7) * (params["W1"] ** 2).sum()
    assert three.on(X3, Y3)[0](only_W) == pytest.approx(np.log(3) + extra, rel=8 * u)
    assert three.on(X3, Y3)[0](zero | {"b1": params["b1"]}) == pytest.approx(np.log(3), rel=4 * u)


SATURATED = [((5, 1), "tanh"), ((5, 3), "tanh")]  # without a hidden layer its activation does not matter
SATURATED += [(sizes, hidden) for sizes in ((5, 4, 4, 1), (5, 4, 4, 3)) for hidden in PLAIN]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("sizes, hidden", SATURATED)
def test_logits_of_a_thousand_and_saturated_units_warn_of_nothing(sizes, hidden, dtype):
    net, X, Y, params = problem(sizes, hidden, dtype=dtype)
    params = {name: block * (5000 if name[0] == "W" else 1) for name, block in params.items()}
    cost, gradient = net.on(X, Y, masks="frozen")
    Z = cost.layers(params)[-1].Z
    assert np.abs(Z).max() > 1000
    with np.errstate(all="raise", under="ignore"):
        report = gcl.check(cost, gradient, params, eps=1e-3)
    assert np.isfinite(report.J) and np.isfinite(report.approx).all() and np.isfinite(report.gradient).all()
    assert report.J > 100, "some example is wrong by a thousand, and J says so"


def test_the_loss_of_a_confident_mistake_is_its_logit():
    net = gcl.Network([1, 1])
    for z in (1000.0, -1000.0):
        cost, gradient = net.on([[1.0]], [[float(z < 0)]])
        params = {"W1": np.array([[z]]), "b1": np.zeros((1, 1))}
        assert cost(params) == 1000
        assert gradient(params)["b1"] == np.sign(z)
        assert net.on([[1.0]], [[float(z > 0)]])[0](params) == 0


def test_frozen_masks_are_the_same_always_in_cost_and_gradient_and_fresh_ones_differ():
    net, X, Y, params = problem(keep_prob=0.5)
    cost, gradient = net.on(X, Y, masks="frozen", seed=1)
    masks = [[c.mask for c in function.layers(params)] for function in (cost, gradient, cost)]
    for one, two, three in zip(*masks, strict=True):
        assert np.array_equal(one, two) and np.array_equal(one, three)
    assert len({float(cost(params)) for _ in range(5)}) == 1
    assert float(net.on(X, Y, masks="frozen", seed=1)[0](params)) == float(cost(params))
    assert float(net.on(X, Y, masks="frozen", seed=2)[0](params)) != float(cost(params))
    fresh, _ = net.on(X, Y, masks="fresh", seed=1)
    assert len({float(fresh(params)) for _ in range(5)}) == 5
    assert len({float(problem(keep_prob=1.0)[0].on(X, Y)[0](params)) for _ in range(5)}) == 1


def test_masks_are_nested_as_keep_prob_moves_and_drop_the_share_that_it_says():
    last, shares = None, [0.05, 0.2, 0.5, 0.9, 0.999]
    for keep_prob in shares:
        net, X, Y, params = problem((5, 40, 30, 1), m=50, keep_prob=keep_prob)
        cost, _ = net.on(X, Y, masks="frozen", seed=0)
        masks = [c.mask for c in cost.layers(params)]
        assert [mask.shape for mask in masks] == [(40, 50), (30, 50), (1, 1)] and masks[-1].all()
        kept = np.concatenate(masks[:-1])
        assert kept.mean() == pytest.approx(keep_prob, abs=4 * np.sqrt(keep_prob * (1 - keep_prob) / kept.size))
        assert last is None or (kept >= last).all() and (kept > last).any(), "a unit that stays, stays when more do"
        last = kept


def test_a_unit_stays_where_its_u_is_below_keep_prob_one_u_for_every_unit_and_example():
    net, X, Y, params = problem((5, 4, 3, 1), keep_prob=0.6)
    u = np.random.default_rng(8).random((7, 7))
    for masks in ("frozen", "fresh"):  # of fresh masks the first
        one, two, _ = (c.mask for c in net.on(X, Y, masks=masks, seed=8)[0].layers(params))
        assert np.array_equal(np.vstack([one, two]), u < 0.6)


def test_dropout_is_inverted_the_next_layer_sees_the_same_on_average():
    net, X, Y, params = problem((5, 4, 1), keep_prob=0.6)
    cost, _ = net.on(X, Y, masks="fresh", seed=0)
    draws = np.array([cost.layers(params)[1].A_prev for _ in range(4000)])
    A = cost.layers(params)[0].A
    assert (np.abs(draws.mean(axis=0) - A) <= 5 * np.abs(A) * np.sqrt(0.4 / 0.6 / 4000)).all()


def inside(Z):
    return (np.abs(Z) < 1).astype(Z.dtype)


HARD_TANH = Activation(lambda Z: np.clip(Z, -1, 1), inside, inside, 1.0, corners=(-1.0, 1.0))


def test_an_activation_of_ones_own_is_one_entry_and_its_kinks_are_found_wherever_its_corners_are(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "hard_tanh", HARD_TANH)
    net = gcl.Network([1, 3, 1], hidden="hard_tanh")
    params = {
        "W1": [[1.0], [1.0], [1.0]],
        "b1": [[0.0], [-1 + 1e-4], [1 - 1e-4]],
        "W2": [[1.0, 1.0, 1.0]],
        "b2": [[0.1]],
    }
    params = {name: np.array(block) for name, block in params.items()}
    cost, gradient = net.on([[0.0, 0.5]], [[1.0, 0.0]])
    report = gcl.check(cost, gradient, params, 1e-3)
    units = {tuple(unit) for reason in report.reasons for unit in reason.evidence.get("units", ())}
    assert {reason.kind for reason in report.reasons} == {"kink within ε"} and report.answer != "wrong"
    assert units <= {(1, 1, 0), (1, 2, 0)} and units
    for unit in (1, 2):
        step = 1e-3 * (np.arange(3) == unit)[:, None]
        moved = [params | {"b1": params["b1"] + s * step} for s in (1, -1, 0)]
        assert [tuple(found) for found in cost.corners(*moved)] == [(1, unit, 0)]
    assert cost.corners(*(params | {"b1": params["b1"] + s} for s in (1e-5, -1e-5, 0))) == []


def test_the_two_terms_of_J_apart_add_up_and_the_slopes_are_those_of_the_second():
    for sizes in ((5, 4, 4, 1), (5, 3)):
        net, X, Y, params = problem(sizes, keep_prob=1.0)
        apart = net.on(X, Y)[0].apart(params)
        weights = {name: block for name, block in params.items() if name[0] == "W"}
        squares = sum((block**2).sum() for block in weights.values())
        assert type(apart.data) is float and type(apart.decay) is float
        assert apart.decay == pytest.approx(0.3 / 14 * squares, rel=8 * u)
        assert apart.data + apart.decay == pytest.approx(net.on(X, Y)[0](params), rel=8 * u)
        assert apart.slopes.keys() == weights.keys()
        assert all(np.allclose(apart.slopes[name], 0.3 / 7 * weights[name], rtol=8 * u) for name in weights)


def test_the_slopes_apart_are_those_of_a_mistaken_term_too():
    net, X, Y, params = problem((5, 4, 1), keep_prob=1.0)
    assert not any(slope.any() for slope in net.plant("J_no_decay").on(X, Y)[0].apart(params).slopes.values())


def relus(b1, b2=0.5, keep_prob=1.0, masks="frozen", seed=0):
    """Return the cost of two ReLUs in a row on x = 1, −1, ½, and params with these biases."""
    net = gcl.Network([1, 1, 1, 1], hidden="relu", keep_prob=keep_prob)
    cost, _ = net.on(np.array([[1.0, -1.0, 0.5]]), np.zeros((1, 3)), masks=masks, seed=seed)
    biases = {"b1": b1, "b2": b2, "b3": 0.0}
    return cost, {f"W{l}": np.ones((1, 1)) for l in (1, 2, 3)} | {n: np.array([[b]]) for n, b in biases.items()}


@pytest.mark.parametrize(
    "below, at, above, units",
    [
        ((-0.6,), (-0.5,), (-0.4,), [(1, 0, 2)]),  # Z1 = x + b1 is 0 on example 2, and moves through it
        ((-0.4,), (-0.3,), (-0.2,), []),  # between the corners of two examples
        ((0.8,), (0.9,), (1.2,), [(1, 0, 1)]),  # a corner passed beside θ
        ((-1.5,), (0.0,), (1.5,), [(1, 0, 0), (1, 0, 1), (1, 0, 2)]),
        ((0.5, -1.2), (0.5, -1.0), (0.5, -0.8), [(2, 0, 2)]),  # Z2 = A1 + b2, of which A1 is 1½, 0, 1
        ((-0.5, 0.1), (-0.5, 0.2), (-0.5, 0.3), []),  # Z1 is 0 on example 2, but no nudge moves it
        ((-0.5, -0.6), (-0.5, -0.5), (-0.5, -0.4), [(2, 0, 0)]),
        ((-0.5,), (-0.5,), (-0.4,), [(1, 0, 2)]),  # from the corner to one side
    ],
)
def test_whose_corner_lies_between_two_thetas(below, at, above, units):
    cost, here = relus(*at)
    found = cost.corners(relus(*above)[1], relus(*below)[1], here)
    assert [tuple(unit) for unit in found] == units
    assert not units or str(found[0]) == f"unit 0 of layer {units[0][0]} on example {units[0][2]}"


def test_a_unit_that_is_dropped_has_no_corner_and_fresh_masks_tell_nothing():
    params = [relus(b1)[1] for b1 in (1.5, -1.5, 0.0)]
    for seed in range(8):
        cost, _ = relus(0.0, keep_prob=0.5, seed=seed)
        kept = np.flatnonzero(cost.layers(params[2])[0].mask)
        assert [unit.example for unit in cost.corners(*params) if unit.layer == 1] == kept.tolist()
    assert relus(0.0, keep_prob=0.5, masks="fresh")[0].corners(*params) == []
    assert relus(0.0, masks="fresh")[0].corners(*params) != [], "without dropout there is no mask to draw"
    smooth = gcl.Network([1, 1, 1, 1]).on(np.ones((1, 3)), np.zeros((1, 3)))[0]
    assert smooth.corners(*params) == []
