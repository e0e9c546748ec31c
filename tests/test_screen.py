"""The screen: it names what is wrong and where, at a cost that does not grow with the parameters."""

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.network.activations import ACTIVATIONS


def problem(sizes=(64, 20, 12, 10), hidden="tanh", seed=0, **kinds):
    X, Y = gcl.data.digits(examples=32)
    net = gcl.Network(sizes, hidden=hidden, output="softmax", lam=0.1, **kinds)
    return net, X, Y, net.initialise(seed=seed, bias=0.01)


def counted(cost):
    def counting(params):
        counting.calls += 1
        return cost(params)

    counting.calls = 0
    return counting


def spoiled(gradient, block, index, by):
    def wrong(params):
        found = gradient(params)
        found[block][index] += by
        return found

    return wrong


@pytest.mark.parametrize("sizes", [(64, 10), (64, 5, 10), (64, 30, 20, 10), (64, 9, 9, 9, 9, 10)])
def test_a_right_gradient_costs_four_evaluations_a_layer_whatever_its_size(sizes):
    net, X, Y, params = problem(sizes)
    cost, gradient = net.on(X, Y)
    cost = counted(cost)
    screen = gcl.screen(cost, gradient, params)
    assert screen.wrong == () and screen.region is None
    assert screen.evaluations == cost.calls == 4 * net.L
    assert max(screen.readings.values()) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_right_gradient_is_called_wrong(hidden, dtype):
    X, Y = gcl.data.digits(examples=32)
    for seed in range(24):
        net, *_ = problem(hidden=hidden, dtype=dtype)
        params = net.initialise(seed=seed, scale=(0.01, 0.1, 1, 2)[seed % 4], bias=0.01)
        assert gcl.screen(*net.on(X, Y), params, seed=seed).wrong == ()


@pytest.mark.parametrize(
    "name, layer, wrong",
    [
        ("no_decay", 2, ["W2"]),
        ("db_first_example", 3, ["b3"]),
        ("no_slope", 2, ["W1", "b1", "W2", "b2"]),
        ("dA_doubled", 3, ["W1", "b1", "W2", "b2"]),
        ("sign_flipped", 3, ["W1", "b1", "W2", "b2", "W3", "b3"]),
    ],
)
def test_the_wrong_blocks_are_named(name, layer, wrong):
    net, X, Y, params = problem()
    screen = gcl.screen(*net.plant(name, layer).on(X, Y), params)
    assert list(screen.wrong) == wrong
    assert all(name in str(screen) for name in wrong)


@pytest.mark.parametrize(
    "block, index", [("W1", (0, 0)), ("W1", (19, 63)), ("W2", (7, 4)), ("b2", (11, 0)), ("W3", (4, 11))]
)
@pytest.mark.parametrize("seed", range(5))
def test_one_wrong_entry_is_cornered(block, index, seed):
    net, X, Y, params = problem()
    cost, gradient = net.on(X, Y)
    typical = np.sqrt(np.mean(gradient(params)[block] ** 2))
    screen = gcl.screen(cost, spoiled(gradient, block, index, 0.1 * typical), params, seed=seed)
    assert screen.region == (block, tuple(slice(i, i + 1) for i in index))
    assert screen.evaluations < 200


def test_a_wrong_box_is_cornered_and_nothing_beside_it():
    net, X, Y, params = problem()
    cost, gradient = net.on(X, Y)
    wrong = spoiled(gradient, "W2", (slice(3, 6), slice(10, 12)), 0.01)
    screen = gcl.screen(cost, wrong, params)
    assert screen.regions == {"W2": (slice(3, 6), slice(10, 12))}
    assert "W2[3:6, 10:12]" in str(screen)


def test_the_checker_is_checked_it_catches_2001_for_2():
    right = gcl.screen(lambda theta: theta @ theta, lambda theta: 2 * theta, np.linspace(0.5, 1, 50))
    wrong = gcl.screen(lambda theta: theta @ theta, lambda theta: 2.001 * theta, np.linspace(0.5, 1, 50))
    assert right.wrong == () and wrong.wrong == ("theta",)


@pytest.mark.parametrize("theta", [np.array(0.7), np.linspace(0.5, 1, 7), np.linspace(0.5, 1, 24).reshape(2, 3, 4)])
def test_an_array_of_any_shape_is_screened(theta):
    def cost(theta):
        return np.sum(theta**3)

    def wrong(theta):
        slopes = np.array(3 * theta**2)
        slopes.reshape(-1)[-1] *= 1.5
        return slopes

    assert gcl.screen(cost, lambda theta: 3 * theta**2, theta).region is None
    assert gcl.screen(cost, wrong, theta).region == ("theta", tuple(slice(n - 1, n) for n in theta.shape))


def test_the_callers_arrays_are_left_alone():
    net, X, Y, params = problem()
    kept = {name: block.copy() for name, block in params.items()}
    gcl.screen(*net.plant("no_slope", 2).on(X, Y), params)
    assert all(np.array_equal(params[name], kept[name]) for name in kept)


def test_the_seed_decides_and_more_directions_cost_more():
    net, X, Y, params = problem()
    cost, gradient = net.on(X, Y)
    one, same, other = (gcl.screen(cost, gradient, params, seed=seed) for seed in (1, 1, 2))
    assert one == same and one.readings != other.readings
    assert gcl.screen(cost, gradient, params, directions=3).evaluations == 3 * one.evaluations


def test_a_gradient_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="theta has shape"):
        gcl.screen(lambda theta: theta.sum(), lambda theta: np.ones(3), np.ones(2))


@pytest.mark.parametrize("directions, error", [(0, ValueError), (-1, ValueError), (1.5, ValueError), (None, TypeError)])
def test_directions_that_cannot_be_are_refused_before_anything_is_computed(directions, error):
    with pytest.raises(error, match="directions should be a (whole )?number"):
        gcl.screen(pytest.fail, pytest.fail, np.ones(2), directions=directions)
