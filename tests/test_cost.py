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


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("hidden", PLAIN)
@pytest.mark.parametrize("sizes", [(5, 1), (5, 3), (5, 4, 4, 1), (5, 4, 4, 3)])
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


HARD_TANH = Activation("hard_tanh", lambda Z: np.clip(Z, -1, 1), inside, inside, 1.0, corners=(-1.0, 1.0))


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
