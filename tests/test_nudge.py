"""The short way to all J(θ ± ε eᵢ): number for number what the two-sided loop finds, round-off and all."""

import numpy as np
import pytest
from helpers import STABLE, looped, networks, problem
from hypothesis import given, settings
from hypothesis import strategies as st

import gc_lib as gcl
from gc_lib.checker.slide import norm, one_sided, restored, two_sided
from gc_lib.network import nudge
from gc_lib.network.activations import ACTIVATIONS
from gc_lib.network.forward import OUTPUTS, Layer

RIGHT, LEFT_NUDGED = restored, gcl.bugs.plant(gcl.SLIDE, "not_restored").restored


def same(cost, params, eps, masks_of=None):
    """Assert that both ways agree to a few units in the last place of what J is made of."""
    quick, slow = np.array(cost.nudged(params, eps)), np.array(looped(cost, params, eps))
    size = np.maximum(slow, np.abs(cost.layers(params)[-1].Z).mean())
    assert quick.dtype == slow.dtype == cost.net.dtype and quick.shape == slow.shape
    assert (np.abs(quick - slow) <= 8 * np.finfo(slow.dtype).eps * size).all()


@pytest.mark.slow
@given(networks, st.floats(-12, 0), st.sampled_from(["float64", "float32"]), st.sampled_from([1e-3, 1.0, 30.0]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_every_J_is_the_loops(described, power, dtype, scale):
    net, X, Y, params = problem(**described | {"scale": scale, "dtype": dtype})
    same(net.on(X, Y, masks="frozen")[0], params, 10.0**power)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [(4, 1), (4, 3), (2, 2, 3, 1), (2, 2, 1, 2, 2, 2)])
@pytest.mark.parametrize("eps", [1e-12, 1e-7, 1e-2, 1.0])
@pytest.mark.slow
def test_every_J_is_the_loops_on_these_too(sizes, hidden, dtype, eps):
    for output in (name for name in STABLE if OUTPUTS[name].fits(sizes[-1])):
        for scale, keep_prob in ((1.0, 0.6), (30.0, 1.0), (1e-3, 1.0)):
            net, X, Y, params = problem(sizes, hidden, 3, 0, scale, keep_prob=keep_prob, dtype=dtype, output=output)
            same(net.on(X, Y, masks="frozen")[0], params, eps)


def test_how_the_work_is_cut_does_not_matter(monkeypatch):
    net, X, Y, params = problem((5, 4, 3, 4, 2))
    cost, _ = net.on(X, Y, masks="frozen")
    whole = np.array(cost.nudged(params, 1e-3))
    monkeypatch.setattr(nudge, "BLOCK", 50)
    assert np.allclose(cost.nudged(params, 1e-3), whole, rtol=1e-15, atol=0)
    monkeypatch.setattr(nudge, "BLOCK", 1)
    assert np.allclose(cost.nudged(params, 1e-3), whole, rtol=1e-15, atol=0)


@pytest.mark.parametrize("name", ["J_no_decay", "J_decay_over_m", "J_layer_twice"])
def test_a_mistake_of_J_is_made_here_as_in_the_loop(name):
    for strength in (1.0, 0.3):
        net, X, Y, params = problem()
        same(net.plant(name, strength=strength).on(X, Y, masks="frozen")[0], params, 1e-4)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_frozen_masks_leave_the_dtype_of_a_change_as_it_is(dtype):
    """In wider numbers than its own the network's round-off would come out too small."""
    net, X, Y, params = problem(dtype=dtype)
    c = net.on(X, Y, masks="frozen")[0].layers(params)[0]
    assert not c.mask.all()
    assert nudge.onward(c, np.full_like(c.Z, 1e-3)).dtype == dtype


@pytest.mark.parametrize("dtype, eps", [("float64", 1e-10), ("float32", 1e-3)])
@pytest.mark.parametrize("keep_prob", [1.0, 0.6])
@pytest.mark.parametrize("sizes, hidden", [((3, 3, 2, 1), "tanh"), ((3, 3, 2, 1), "sigmoid"), ((3, 3, 3), "tanh")])
@pytest.mark.slow
def test_the_round_off_is_as_large_as_the_loops(sizes, hidden, keep_prob, dtype, eps):
    """Nothing is gained by the short way: dθ_approx is as far from dθ as the loop's, within a fifth either way."""
    ratios = []
    for seed in range(14):
        net, X, Y, params = problem(sizes, hidden, m=5, seed=seed, keep_prob=keep_prob, dtype=dtype)
        cost, gradient = net.on(X, Y, masks="frozen")
        dtheta = gcl.to_vector(gradient(params)).astype(float)
        quick, slow = (two_sided(*J, None, eps) - dtheta for J in (cost.nudged(params, eps), looped(cost, params, eps)))
        ratios.append(norm(quick) / norm(slow))
    assert 0.8 < np.median(ratios) < 1.25
    assert 0.5 < min(ratios) and max(ratios) < 2


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("sizes", [(3, 1), (3, 3, 2), (3, 3, 4, 1)])
def test_with_fresh_masks_every_evaluation_draws_its_own_and_the_stream_is_the_loops(sizes, dtype):
    net, X, Y, params = problem(sizes, keep_prob=0.6, dtype=dtype)
    one, other = (net.on(X, Y, masks="fresh", seed=5)[0] for _ in range(2))
    for eps in (1e-7, 1e-2):  # the second goes on where the first left off
        quick, slow = np.array(one.nudged(params, eps)), np.array(looped(other, params, eps))
        assert quick.dtype == dtype and np.allclose(quick, slow, rtol=16 * np.finfo(dtype).eps, atol=0)
    assert len(sizes) == 2 or len(np.unique(quick)) == quick.size, "no two draws alike"


def test_fresh_masks_make_a_difference_some_million_times_too_long():
    net, X, Y, params = problem(keep_prob=0.6)
    cost, gradient = net.on(X, Y, masks="fresh")
    report = gcl.check(cost, gradient, params, eps=1e-7)
    assert report.difference > 0.999 and norm(report.approx) > 1e5 * norm(report.gradient)


@pytest.mark.parametrize("masks, keep_prob", [("frozen", 0.6), ("frozen", 1.0), ("fresh", 0.6)])
@pytest.mark.parametrize("dtype, eps", [("float64", 1e-7), ("float64", 1e-2), ("float32", 1e-2)])
def test_a_theta_not_restored_drifts_as_in_the_loop(masks, keep_prob, dtype, eps):
    net, X, Y, params = problem((3, 3, 4, 1), keep_prob=keep_prob, dtype=dtype)
    one, other = (net.on(X, Y, masks=masks, seed=5)[0] for _ in range(2))
    quick = np.array(one.nudged(params, eps, LEFT_NUDGED))
    slow = np.array(looped(other, params, eps, LEFT_NUDGED))
    assert np.allclose(quick, slow, rtol=16 * np.finfo(dtype).eps, atol=0)
    again, still = (net.on(X, Y, masks=masks, seed=5)[0] for _ in range(2))
    assert not np.allclose(quick[:, -1], np.array(again.nudged(params, eps))[:, -1], rtol=1e-9, atol=0)
    restoring = np.array(still.nudged(params, eps, lambda value, nudged: value))
    slow = np.array(looped(net.on(X, Y, masks=masks, seed=5)[0], params, eps, RIGHT))
    assert np.allclose(restoring, slow, rtol=16 * np.finfo(dtype).eps, atol=0)


@pytest.mark.parametrize("masks", ["frozen", "fresh"])
@pytest.mark.parametrize("checker", [gcl.SLIDE, gcl.ONE_SIDED, gcl.bugs.plant(gcl.SLIDE, "not_restored")])
def test_the_order_in_which_params_come_does_not_matter(masks, checker):
    net, X, Y, params = problem(keep_prob=0.6)
    turned = dict(sorted(params.items(), reverse=True))
    approx = gcl.numeric_gradient(net.on(X, Y, masks=masks)[0], turned, 1e-3, checker)
    cost = net.on(X, Y, masks=masks)[0]
    J = cost(turned)
    slow = checker.difference(*looped(cost, turned, 1e-3, checker.restored), J, 1e-3)
    assert list(approx) == list(turned)
    assert np.allclose(gcl.to_vector(approx), slow, rtol=1e-9, atol=1e-10)


def test_a_step_is_what_rounding_leaves_of_it_and_an_entry_that_does_not_move_makes_no_difference():
    net = gcl.Network([3, 1])
    cost, _ = net.on([[1.0], [1.0], [1.0]], [[1.0]])
    params = {"W1": np.array([[1e9, -1e9, 2.0**26]]), "b1": np.array([[-(2.0**26)]])}
    coarse = np.spacing(2.0**26)
    for eps, steps in ((coarse / 4, [0, 0, 0, 0]), (coarse, [0, 0, 2 * coarse, 2 * coarse]), (100.1 * coarse, None)):
        J_plus, J_minus = cost.nudged(params, eps)
        assert np.allclose(J_plus - J_minus, np.subtract(*looped(cost, params, eps)), rtol=1e-6, atol=4e-16)
        if steps:
            assert np.allclose(J_plus - J_minus, [-s / 2 for s in steps], rtol=1e-6, atol=0)


def test_params_are_left_alone():
    net, X, Y, params = problem()
    kept = {name: block.copy() for name, block in params.items()}
    for masks in ("frozen", "fresh"):
        net.on(X, Y, masks=masks)[0].nudged(params, 1e-2)
        net.on(X, Y, masks=masks)[0].nudged(params, 1e-2, LEFT_NUDGED)
    assert all(np.array_equal(params[name], kept[name]) for name in params)


def test_one_sided_needs_J_at_theta_and_gets_it():
    net, X, Y, params = problem(keep_prob=1.0)
    cost, _ = net.on(X, Y)
    approx = gcl.to_vector(gcl.numeric_gradient(cost, params, 1e-3, checker=gcl.ONE_SIDED))
    assert np.array_equal(approx, one_sided(*cost.nudged(params, 1e-3), cost(params), 1e-3))


@pytest.mark.parametrize("z", [0.0, 6.8, 28.0, 36.0])
@pytest.mark.parametrize("eps", [1e-9, 1e-7, 1e-3])
def test_a_loss_that_loses_digits_loses_the_very_same_ones_here(z, eps):
    """One input of 1 and the weight 0: so z is the bias, and both ways add ε to the same number."""
    cost, _ = gcl.Network([1, 1], output="sigmoid_as_written").on([[1.0]], [[0.0]])
    params = {"W1": np.zeros((1, 1)), "b1": np.full((1, 1), z)}
    assert np.array_equal(cost.nudged(params, eps), looped(cost, params, eps))
    known, _ = gcl.Network([1, 1]).on([[1.0]], [[0.0]])
    assert z < 20 or not np.array_equal(cost.nudged(params, eps), known.nudged(params, eps))


# ---- a layer that it does not know -----------------------------------------------------------------------------------


class Convolution(Layer):
    """A layer of another kind, which remembers the same."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "other",
    [
        lambda c: Convolution(*c),
        lambda c: c._replace(Z=c.Z + 0.1),
        lambda c: c._replace(Z=c.W @ np.roll(c.A_prev, 1, axis=0) + c.b),
        lambda c: c._replace(W=c.W[:, :1]),
        lambda c: c._replace(W=np.ones((len(c.W), 1, 3))),
    ],
    ids=["a type of its own", "Z is shifted", "Z is another sum", "W is a column", "W is a kernel"],
)
@pytest.mark.parametrize("l", [1, 2, 4])
def test_a_layer_that_it_does_not_know_is_refused_where_the_loop_still_takes_it(l, other, monkeypatch):
    net, X, Y, params = problem(keep_prob=1.0)
    cost, gradient = net.on(X, Y)
    layers = cost.layers
    monkeypatch.setattr(cost, "layers", lambda params, *stack: [
        other(c) if n == l else c for n, c in enumerate(layers(params, *stack), start=1)
    ])  # fmt: skip
    with pytest.raises(TypeError, match=rf"Z is W A_prev \+ b; layer {l} is another, .* Check lambda params"):
        gcl.check(cost, gradient, params)
    assert np.isfinite(gcl.check(lambda params: cost(params), gradient, params).difference)
