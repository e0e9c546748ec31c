"""The error bars against closed forms: they hold, they are not much too wide, and they see a kink wherever it is."""

import numpy as np
import pytest
from helpers import CORNERED, problem

import gc_lib as gcl
from gc_lib import homework
from gc_lib.network.activations import ACTIVATIONS

EPS = 10.0 ** -np.arange(1, 11)
SMOOTH = {  # a function of every entry, and its slope
    "fourth power": (lambda t: t**4, lambda t: 4 * t**3),
    "sine": (np.sin, np.cos),
    "exponential": (np.exp, np.exp),
    "softplus": (lambda t: np.log1p(np.exp(t)), lambda t: 1 / (1 + np.exp(-t))),
}
THETA = np.random.default_rng(0).uniform(-2, 2, 40)


def jitter(theta, size):
    """Return noise that is always the same at the same θ."""
    return size * float(np.random.default_rng(abs(hash(theta.tobytes()))).standard_normal())


@pytest.mark.parametrize("eps", EPS)
@pytest.mark.parametrize("name", SMOOTH)
def test_they_hold_where_j_is_smooth(name, eps):
    f, slope = SMOOTH[name]
    report = gcl.check(lambda t: f(t).sum(), slope, THETA, eps)
    assert (np.abs(report.approx - slope(THETA)) <= report.error_bars["theta"]).all()
    assert report.answer == "right" if 1e-9 <= eps <= 1e-2 else report.answer != "wrong"


@pytest.mark.parametrize("name", SMOOTH)
def test_they_are_not_much_too_wide(name):
    f, slope = SMOOTH[name]
    for eps in EPS:
        report = gcl.check(lambda t: f(t).sum(), slope, THETA, eps)
        error = np.sqrt(np.mean((report.approx - slope(THETA)) ** 2))
        assert np.sqrt(np.mean(report.error_bars["theta"] ** 2)) < 60 * error


def test_truncation_is_six_times_the_leading_term_at_a_large_eps():
    theta, eps = np.array([0.7]), 1e-2
    report = gcl.check(lambda t: (t**3).sum(), lambda t: 3 * t**2, theta, eps)  # D(ε) = 3θ² + ε², to the last digit
    assert report.bars.truncation[0] == pytest.approx(3 * eps**2, rel=1e-3)
    assert report.bars.kink[0] < 1e-10


@pytest.mark.parametrize("size", [1e-12, 1e-9, 1e-6])
def test_the_noise_of_j_is_measured(size):
    report = gcl.check(lambda t: (t**2).sum() + jitter(t, size), lambda t: 2 * t, THETA, 1e-4)
    assert size / 2 < report.bars.noise < 2 * size
    assert (np.abs(report.approx - 2 * THETA) <= report.error_bars["theta"]).all()
    assert report.answer == ("right" if size < 1e-8 else "cannot tell")


@pytest.mark.parametrize("where", [*np.linspace(0, 0.85, 24), 0.95, 0.99])  # at 0.9 it is taken for a bend
@pytest.mark.parametrize("side", [-1, 1])
def test_they_hold_wherever_in_the_window_a_kink_is(where, side):
    eps = 1e-3
    corner = side * where * eps

    def cost(t):
        return float(np.sin(t).sum() + np.maximum(side * (t - corner), 0).sum())

    theta = np.zeros(3)
    slope = np.cos(theta)  # below a kink that is on θ: one of the right answers there
    report = gcl.check(cost, lambda t: slope, theta, eps)
    assert (np.abs(report.approx - slope) <= report.error_bars["theta"]).all()
    assert report.answer == "cannot tell"
    assert [reason.kind for reason in report.reasons] == ["kink on θ" if where == 0 else "kink within ε"]


@pytest.mark.parametrize("where", [1.01, 1.5, 1.99, 3.0])
def test_a_kink_outside_the_window_does_not_matter(where):
    report = gcl.check(
        lambda t: float(np.maximum(t - where * 1e-3, 0).sum() + t.sum()), np.ones_like, np.zeros(3), 1e-3
    )
    assert report.answer == "right"


def test_at_a_kink_between_the_two_slopes_nothing_is_wrong_and_beyond_them_it_is():
    def cost(t):
        return float(np.abs(t).sum())

    for slope, answer in ((-1, "cannot tell"), (0.3, "cannot tell"), (1, "cannot tell"), (2.5, "wrong"), (-3, "wrong")):
        assert gcl.check(cost, lambda t, slope=slope: np.full_like(t, slope), np.zeros(2), 1e-5).answer == answer


def test_kinks_much_nearer_than_eps_are_found_by_looking_again():
    """A narrow stair: flat a hundred-thousandth of ε away on both sides, so that no step of about ε sees the slope."""

    def cost(t):
        return float(np.clip(t, -1e-6, 1e-6).sum() + (t**2).sum())

    report = gcl.check(cost, np.ones_like, np.zeros(3), 1e-1)
    assert report.difference > 0.9 and report.answer == "cannot tell"
    assert gcl.check(cost, lambda t: np.full_like(t, 1.1), np.zeros(3), 1e-8).answer == "wrong"


@pytest.mark.parametrize("eps", EPS)
def test_a_cost_in_float32_inside_is_not_held_against_the_gradient(eps):
    def cost(t):
        return float((t.astype(np.float32) ** 2).sum())

    report = gcl.check(cost, lambda t: 2 * t, THETA, eps)
    assert report.answer == "cannot tell" or (report.answer == "right" and eps >= 1e-2)
    assert report.reasons[0].kind == "float32"
    assert gcl.check(cost, lambda t: 4 * t, THETA, 1e-2).answer == "wrong"


@pytest.mark.parametrize("eps", [1e-10, 1e-9, 1e-8])
def test_where_j_stands_still_a_larger_step_is_tried(eps):
    """θ is rounded to float32 inside: a small ε is lost on the way, though J itself is in float64."""

    def cost(t):
        return float((t.astype(np.float32).astype(float) ** 2).sum())

    report = gcl.check(cost, lambda t: 2 * t, THETA, eps)
    assert not report.approx.all() and report.answer == "cannot tell"
    assert gcl.check(lambda t: 0 * t.sum() + np.pi, lambda t: 2 * t, THETA, eps).answer == "wrong"


def test_a_gradient_in_float32_is_allowed_its_rounding():
    slope = np.cos(THETA).astype(np.float32)
    report = gcl.check(lambda t: float(np.sin(t).sum()), lambda t: slope, THETA, 1e-5)
    assert np.abs(slope - np.cos(THETA)).max() > 10 * report.bars.roundoff.max() and report.answer == "right"


def test_the_rounding_of_theta_is_counted():
    theta, eps = np.full(2, 1e9), 1e-6  # ulp 1.2e-7: θ ± ε is off by several hundredths of ε
    report = gcl.check(lambda t: float((t - 1e9).sum()), np.ones_like, theta, eps)
    taken = ((theta + eps) - (theta - eps)) / (2 * eps)
    assert abs(taken[0] - 1) > 0.02 and np.allclose(report.approx, taken)
    assert report.answer == "cannot tell" and (report.bars.step > 0.02).all()


def test_entries_that_eps_does_not_move_give_no_evidence():
    theta = np.array([1e12, 1.0])
    report = gcl.check(lambda t: float(t.sum()), np.ones_like, theta)
    assert report.unmoved == 1 and np.isinf(report.error_bars["theta"][0]) and report.answer == "cannot tell"


def test_a_cost_that_is_not_defined_further_out_can_still_be_checked():
    theta = np.array([1.5e-3, 1.0])
    with np.errstate(invalid="ignore"):
        report = gcl.check(lambda t: float(np.sqrt(t).sum()), lambda t: 0.5 / np.sqrt(t), theta, 1e-3)
        assert report.answer == "cannot tell"
        with pytest.raises(ValueError, match="at a nudge of theta, entry 0"):
            gcl.check(lambda t: float(np.sqrt(t).sum()), lambda t: 0.5 / np.sqrt(t), theta, 2e-3)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.slow
def test_right_backprop_is_never_called_wrong_and_1_percent_in_w1_always_found(hidden, dtype):
    for seed in range(6):
        net, X, Y, params = problem((5, 6, 4, 1), hidden, seed=seed, keep_prob=1.0, dtype=dtype)
        cost, gradient = net.on(X, Y)
        exact = replaced(net, "float64").on(X, Y)[1]({name: block.astype(float) for name, block in params.items()})
        broken = net.plant("scaled_dW", 1, factor=1.01)
        for eps in EPS if dtype == "float64" else EPS[:6]:  # smaller ones move no float32
            report = gcl.check(cost, gradient, params, eps)
            assert report.answer != "wrong", (seed, eps)
            if hidden not in CORNERED:
                assert (np.abs(report.approx - gcl.to_vector(exact)) <= report.bars.total).all()
            wrong = gcl.check(*broken.on(X, Y), params, eps)
            assert wrong.answers["W1"] != "right"
            assert wrong.answers["W1"] == "wrong" or dtype == "float32" or not 1e-9 <= eps <= 1e-2


def test_a_corner_too_near_for_any_step_is_known_to_the_network():
    """Kinks 1e-10 from θ, where round-off hides the slope in between: no step shows them, but the network knows."""
    net = gcl.Network([1, 2, 1], hidden="relu")
    params = {"W1": [[0.0], [0.0]], "b1": [[1e-10], [-1e-10]], "W2": [[1e-4, -1e-4]], "b2": [[0.0]]}
    params = {name: np.array(block) for name, block in params.items()}
    cost, gradient = net.on(np.ones((1, 2)), np.array([[1.0, 1.0]]))
    right = gcl.check(cost, gradient, params, 1e-5)
    assert right.blocks["b1"] > 0.3 and right.answers["b1"] == "cannot tell"
    assert gcl.check(cost, gradient, params | {"b1": np.array([[1e-3], [-1e-3]])}, 1e-5).answers["b1"] == "right"


def replaced(net, dtype):
    return gcl.Network(net.sizes, net.hidden, net.output, net.lam, net.keep_prob, dtype)


def test_a_check_takes_about_three_times_as_many_evaluations_as_the_slide_and_numeric_gradient_no_more():
    calls = []

    def cost(t):
        calls.append(1)
        return float((t**2).sum())

    theta = np.linspace(-1, 1, 200)
    gcl.numeric_gradient(cost, theta)
    assert len(calls) == 2 * theta.size + 1
    calls.clear()
    gcl.check(cost, lambda t: 2 * t, theta)
    assert len(calls) <= 3 * 2 * theta.size + 40
    calls.clear()
    gcl.check(cost, lambda t: 2.001 * t, theta)
    assert len(calls) <= 3 * 2 * theta.size + 80


@pytest.mark.slow
@pytest.mark.parametrize("eps", np.geomspace(1e-14, 1e-2, 25))
def test_noise_that_comes_in_leaps_is_not_blamed_on_a_right_gradient(eps):
    """The homework of lesson 10 takes log(1 − A) with A near 1: most nudges see no noise, a few a great deal."""
    assert gcl.check(homework.cost, homework.repaired, homework.params, eps=eps).answer != "wrong"
    if 1e-12 < eps < 1e-3:
        assert gcl.check(homework.cost, homework.gradient(), homework.params, eps=eps).answer == "wrong"
