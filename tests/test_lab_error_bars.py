"""The error bars of the labs against closed forms: they hold, they are not much too wide, and they see a kink."""

from zlib import crc32

import numpy as np
import pytest
from helpers import EPS, FUNCTIONS, SMOOTH, THETA, problem

from gc_lib.checker.slide import two_sided, two_sided_loop
from gc_lib.labs.error_bars import ONE, WINDOW, error_bars


def measured(cost, slope, theta, eps):
    """Return dθ_approx at ε, and its error bars."""
    nudged = [two_sided_loop(cost, theta, s * eps) for s in WINDOW]
    J, (J_plus, J_minus) = cost(theta), map(np.array, zip(*nudged, strict=True))
    bars = error_bars(J, J_plus, J_minus, eps, {"theta": theta}, {"theta": slope})
    return two_sided(*nudged[WINDOW.index(ONE)], J, eps), bars


def jitter(theta, size):
    """Return noise that is always the same at the same θ."""
    return size * float(np.random.default_rng(crc32(theta.tobytes())).standard_normal())


@pytest.mark.parametrize("eps", EPS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_they_hold_where_j_is_smooth(name, eps):
    f, slope = FUNCTIONS[name]
    approx, bars = measured(lambda t: float(f(t).sum()), slope(THETA), THETA, eps)
    assert (np.abs(approx - slope(THETA)) <= bars.total).all()
    assert (bars.roundoff <= bars.total).all() and (bars.roundoff > 0).all()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_they_are_not_much_too_wide(name):
    f, slope = FUNCTIONS[name]
    for eps in EPS:
        approx, bars = measured(lambda t: float(f(t).sum()), slope(THETA), THETA, eps)
        error = np.sqrt(np.mean((approx - slope(THETA)) ** 2))
        assert np.sqrt(np.mean(bars.total**2)) < 60 * error


def test_at_a_large_eps_they_are_three_times_the_leading_term():
    theta, eps = np.array([0.7]), 1e-2
    approx, bars = measured(lambda t: float((t**3).sum()), 3 * theta**2, theta, eps)  # D(ε) = 3θ² + ε², exactly
    assert approx[0] - 3 * theta[0] ** 2 == pytest.approx(eps**2, rel=1e-6)
    assert bars.total[0] == pytest.approx(3 * eps**2, rel=1e-3)


@pytest.mark.parametrize("size", [1e-12, 1e-9, 1e-6])
def test_they_hold_where_j_has_noise_and_only_that_of_its_digits_is_round_off(size):
    approx, bars = measured(lambda t: float((t**2).sum()) + jitter(t, size), 2 * THETA, THETA, 1e-4)
    assert np.mean(np.abs(approx - 2 * THETA) <= bars.total) >= 0.9  # where six values can lie on a parabola by chance
    assert bars.roundoff.max() < 1e-7


@pytest.mark.parametrize("where", [*np.linspace(0, 0.85, 24), 0.95, 0.99])  # at 0.9 it is taken for a bend
@pytest.mark.parametrize("side", [-1, 1])
def test_they_hold_wherever_in_the_window_a_kink_is(where, side):
    eps = 1e-3
    corner = side * where * eps
    slope = np.ones(3)  # below a kink that is on θ: one of the right answers there
    approx, bars = measured(
        lambda t: float(np.sin(t).sum() + np.maximum(side * (t - corner), 0).sum()), slope, np.zeros(3), eps
    )
    assert (np.abs(approx - slope) <= bars.total).all()


@pytest.mark.parametrize("where", [2.01, 3.0])
def test_a_kink_outside_the_window_does_not_widen_them(where):
    _, bars = measured(lambda t: float(np.maximum(t - where * 1e-3, 0).sum() + t.sum()), np.ones(3), np.zeros(3), 1e-3)
    assert bars.total.max() < 1e-9


def test_a_j_in_float32_inside_is_known_by_its_digits():
    theta = THETA.astype("float32").astype(float)
    for eps in (1e-2, 1e-4, 1e-6):
        approx, bars = measured(lambda t: float((t.astype("float32") ** 2).sum()), 2 * theta, theta, eps)
        assert (np.abs(approx - 2 * theta) <= bars.total).all() and (bars.roundoff > 1e-7 / eps).all()


def test_a_gradient_in_float32_is_allowed_its_rounding():
    slope = np.cos(THETA).astype("float32")
    approx, bars = measured(lambda t: float(np.sin(t).sum()), slope, THETA, 1e-5)
    assert np.abs(slope - np.cos(THETA)).max() > 10 * bars.roundoff.max()
    assert (np.abs(slope - approx) < bars.total).all()


def test_the_rounding_of_theta_is_counted():
    theta, eps = np.full(2, 1e9), 1e-6  # ulp 1.2e-7: θ ± ε is off by several hundredths of ε
    approx, bars = measured(lambda t: float((t - 1e9).sum()), np.ones(2), theta, eps)
    assert abs(approx[0] - 1) > 0.02 and (bars.total > 0.02).all()


def test_entries_that_eps_does_not_move_have_no_bound():
    _, bars = measured(lambda t: float(t.sum()), np.ones(2), np.array([1e12, 1.0]), 1e-7)
    assert np.isinf(bars.total).tolist() == [True, False]


@pytest.mark.filterwarnings("ignore:invalid value")
def test_where_j_has_no_value_at_twice_eps_they_hold_all_the_same():
    theta = np.array([1.5e-3, 1.0])
    approx, bars = measured(lambda t: float(np.sqrt(t).sum()), 0.5 / np.sqrt(theta), theta, 1e-3)
    assert (np.abs(approx - 0.5 / np.sqrt(theta)) <= bars.total).all()


@pytest.mark.parametrize("hidden", SMOOTH)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.slow
def test_they_hold_on_networks_at_every_eps(hidden, dtype):
    for seed in range(6):
        net, X, Y, params = problem((5, 6, 4, 1), hidden, seed=seed, keep_prob=1.0, dtype=dtype)
        cost, gradient = net.on(X, Y)
        double, *_ = problem((5, 6, 4, 1), hidden, seed=seed, keep_prob=1.0)
        exact = double.on(X, Y)[1]({name: block.astype(float) for name, block in params.items()})
        slopes, found = (np.concatenate([b.ravel() for b in g.values()]) for g in (exact, gradient(params)))
        for eps in EPS if dtype == "float64" else EPS[:6]:  # smaller ones move no float32
            plus, minus = map(np.array, zip(*(cost.nudged(params, s * eps) for s in WINDOW), strict=True))
            bars = error_bars(float(cost(params)), plus, minus, eps, params, gradient(params))
            one = WINDOW.index(ONE)
            approx = two_sided(plus[one].astype(float), minus[one].astype(float), 0.0, eps)
            assert (np.abs(approx - slopes) <= bars.total).all() and (np.abs(approx - found) <= bars.total).all()
