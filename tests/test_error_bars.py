"""The error bars of a report: they cover the true error of dθ_approx, whatever ε is, and they see a kink."""

from zlib import crc32

import numpy as np
import pytest
from helpers import EPS, FUNCTIONS, SMOOTH, THETA, problem

import gc_lib as gcl
from gc_lib import homework
from gc_lib.network.activations import ACTIVATIONS


def jitter(theta, size):
    """Return noise that is always the same at the same θ."""
    return size * float(np.random.default_rng(crc32(theta.tobytes())).standard_normal())


def kinds(report):
    return [reason.kind for reason in report.reasons]


def covered(report, slope):
    """Tell whether the error bars reach from every entry of dθ_approx to the slope of J."""
    return bool((np.abs(report.approx - slope) <= report.error_bars["theta"]).all())


def share_covered(report, slope):
    """Return the share of the entries whose error bar reaches from dθ_approx to the slope of J."""
    return float(np.mean(np.abs(report.approx - slope) <= report.bars))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_they_hold_where_j_is_smooth_and_a_right_gradient_is_right_at_every_eps(name):
    (f, slope), shares = FUNCTIONS[name], []
    for eps in (*EPS, "auto"):
        report = gcl.check(lambda t: f(t).sum(), slope, THETA, eps)
        shares.append(share_covered(report, slope(THETA)))
        within = np.linalg.norm(report.slopes - slope(THETA)) / np.linalg.norm(slope(THETA))
        assert report.answer == "right" and within <= report.within["theta"].size < 1e-3
    assert np.mean(shares) >= 0.99


@pytest.mark.slow
def test_they_hold_on_networks_at_every_eps():
    shares = []
    for hidden in SMOOTH:
        for dtype in ("float64", "float32"):
            for seed in range(2):
                net, X, Y, params = problem((5, 6, 4, 1), hidden, seed=seed, keep_prob=1.0, dtype=dtype)
                X = X.astype(dtype)
                double, *_ = problem((5, 6, 4, 1), hidden, seed=seed, keep_prob=1.0)
                exact = double.on(X.astype(float), Y)[1]({name: W.astype(float) for name, W in params.items()})
                for eps in (*EPS, "auto"):
                    report = gcl.check(*net.on(X, Y), params, eps)
                    shares.append(share_covered(report, gcl.to_vector(exact)))
    assert np.mean(shares) >= 0.98


@pytest.mark.parametrize("name", FUNCTIONS)
def test_where_round_off_makes_the_error_they_are_not_much_too_wide(name):
    f, slope = FUNCTIONS[name]
    for eps in EPS[5:]:
        report = gcl.check(lambda t: f(t).sum(), slope, THETA, eps)
        error = np.sqrt(np.mean((report.approx - slope(THETA)) ** 2))
        assert np.sqrt(np.mean(report.error_bars["theta"] ** 2)) < 60 * error


@pytest.mark.parametrize("size", [1e-12, 1e-9, 1e-6])
def test_the_noise_of_j_is_measured(size):
    report = gcl.check(lambda t: (t**2).sum() + jitter(t, size), lambda t: 2 * t, THETA, 1e-4)
    assert size / 2 < report.ladder.noise[0] < 4 * size
    assert covered(report, 2 * THETA) and report.answer == "right"


def test_noise_that_drowns_every_step_is_named_with_its_size():
    report = gcl.check(lambda t: (t**2).sum() + jitter(t, 1e-3), lambda t: 2 * t, THETA, 1e-4)
    assert report.answer == "cannot tell" and kinds(report) == ["noise"]
    assert 5e-4 < report.reasons[0].evidence["noise"] < 4e-3


@pytest.mark.parametrize("where", [0.0, 0.04, 0.15, 0.3, 0.44, 0.59, 0.74, 0.85, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("side", [-1, 1])
def test_they_hold_wherever_a_kink_is_and_one_beside_theta_is_stepped_around(where, side):
    eps = 1e-3
    corner = side * where * eps

    def cost(t):
        return float(np.sin(t).sum() + np.maximum(side * (t - corner), 0).sum())

    theta = np.zeros(3)
    slope = np.cos(theta)  # below a kink that is on θ: one of the right answers there
    report = gcl.check(cost, lambda t: slope, theta, eps)
    assert covered(report, slope)
    assert report.answer == ("right" if where else "cannot tell")
    assert kinds(report) == (["kink within ε"] if where else ["kink on θ"])
    assert gcl.check(cost, lambda t: slope + 3, theta, eps).answer == "wrong"


@pytest.mark.parametrize("where", [1.01, 1.5, 1.99, 3.0])
def test_a_kink_beyond_eps_does_not_matter(where):
    report = gcl.check(
        lambda t: float(np.maximum(t - where * 1e-3, 0).sum() + t.sum()), np.ones_like, np.zeros(3), 1e-3
    )
    assert report.answer == "right" and report.reasons == ()


@pytest.mark.parametrize("slope", [-1, 0.3, 1, 2.5, -3])
def test_at_a_kink_between_the_two_slopes_nothing_is_wrong_and_beyond_them_it_is(slope):
    report = gcl.check(lambda t: float(np.abs(t).sum()), lambda t: np.full_like(t, slope), np.zeros(2), 1e-5)
    assert report.answer == ("wrong" if abs(slope) > 1 else "cannot tell")


def test_a_corner_with_two_slopes_close_to_each_other_is_told_from_what_lies_outside_both():
    def cost(t):
        return float(np.where(t > 0, 0.227, 0.207) @ t)

    for slope, answer in ((0.207, "cannot tell"), (0.22, "cannot tell"), (0.327, "wrong"), (0.1, "wrong")):
        assert gcl.check(cost, lambda t, slope=slope: np.full_like(t, slope), np.zeros(1)).answer == answer


def test_kinks_much_nearer_than_eps_are_found_by_looking_again():
    """A narrow stair: flat a hundred-thousandth of ε away on both sides, so that no step of about ε sees the slope."""

    def cost(t):
        return float(np.clip(t, -1e-6, 1e-6).sum() + (t**2).sum())

    report = gcl.check(cost, np.ones_like, np.zeros(3), 1e-1)
    assert report.difference > 0.9 and report.answer == "right" and report.reasons
    assert gcl.check(cost, lambda t: np.full_like(t, 1.1), np.zeros(3), 1e-8).answer == "wrong"
    assert gcl.check(cost, np.zeros_like, np.zeros(3), 1e-1).answer == "wrong"


@pytest.mark.parametrize("eps", EPS)
def test_a_cost_in_float32_inside_is_not_held_against_the_gradient(eps):
    def cost(t):
        return float((t.astype(np.float32) ** 2).sum())

    report = gcl.check(cost, lambda t: 2 * t, THETA, eps)
    assert report.answer != "wrong" and covered(report, 2 * THETA)
    assert gcl.check(cost, lambda t: 4 * t, THETA, eps).answer == "wrong"


@pytest.mark.parametrize("eps", [1e-10, 1e-9, 1e-8])
def test_where_j_stands_still_a_larger_step_is_tried(eps):
    """θ is rounded to float32 inside: a small ε is lost on the way, though J itself is in float64."""

    def cost(t):
        return float((t.astype(np.float32).astype(float) ** 2).sum())

    report = gcl.check(cost, lambda t: 2 * t, THETA, eps)
    assert not report.approx.all() and report.answer != "wrong" and covered(report, 2 * THETA)
    assert gcl.check(cost, lambda t: 2.1 * t, THETA, eps).answer == "wrong"


def test_a_j_that_moves_at_no_step_says_nothing():
    report = gcl.check(lambda t: 0 * t.sum() + np.pi, lambda t: 2 * t, THETA)
    assert report.answer == "cannot tell" and kinds(report) == ["flat"]


def test_a_gradient_in_float32_is_allowed_its_rounding():
    slope = np.cos(THETA).astype(np.float32)
    report = gcl.check(lambda t: float(np.sin(t).sum()), lambda t: slope, THETA, 1e-5)
    assert 0 < np.abs(slope - np.cos(THETA)).max() < 1e-6 and report.answer == "right"


def test_what_theta_moves_once_it_is_rounded_counts_and_not_eps():
    theta, eps = np.full(2, 1e9), 1e-6  # ulp 1.2e-7: θ ± ε is off by several hundredths of ε
    report = gcl.check(lambda t: float((t - 1e9).sum()), np.ones_like, theta, eps)
    taken = ((theta + eps) - (theta - eps)) / (2 * eps)
    assert abs(taken[0] - 1) > 0.02 and np.allclose(report.approx, taken)
    assert report.answer == "right" and np.allclose(report.slopes, 1) and covered(report, np.ones(2))


def test_entries_that_eps_does_not_move_are_asked_at_a_larger_step():
    theta = np.array([1e12, 1.0])
    report = gcl.check(lambda t: float(t.sum()), np.ones_like, theta)
    assert report.unmoved == 1 and report.approx[0] == 0 and report.answer == "right"
    assert kinds(report) == ["round-off"] and "leaves 1 of 2 entries of θ where they are" in report.reasons[0].says
    assert gcl.check(lambda t: float(t.sum()), lambda t: np.array([1.1, 1.0]), theta).answer == "wrong"


@pytest.mark.parametrize("eps", [1e-3, 2e-3])
def test_a_cost_that_has_no_value_at_a_nudge_can_still_be_checked(eps):
    theta = np.array([1e-3, 1.0])

    def check(k):
        return gcl.check(lambda t: float(np.log(t).sum()), lambda t: k / t, theta, eps)

    report = check(1)
    assert report.answer == "right" and kinds(report) == ["domain"]
    assert "Second opinion: dθ is right. The cost has no value at some step in theta" in " ".join(str(report).split())
    assert check(1.1).answer == "wrong"
    with np.errstate(divide="ignore", invalid="ignore"), pytest.raises(ValueError, match="nudge of theta, entry 0"):
        gcl.numeric_gradient(lambda t: float(np.log(t).sum()), theta, eps)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.slow
def test_right_backprop_is_never_called_wrong_and_1_percent_in_w1_always_found(hidden, dtype):
    for seed in range(6):
        net, X, Y, params = problem((5, 6, 4, 1), hidden, seed=seed, keep_prob=1.0, dtype=dtype)
        cost, gradient = net.on(X, Y)
        broken = net.plant("scaled_dW", 1, factor=1.01)
        for eps in EPS:
            assert gcl.check(cost, gradient, params, eps).answer != "wrong", (seed, eps)
            wrong = gcl.check(*broken.on(X, Y), params, eps)
            assert wrong.answers["W1"] != "right"
            assert wrong.answers["W1"] == "wrong" or dtype == "float32"


def test_corners_too_near_for_any_step_are_not_called_wrong():
    """Kinks 1e-10 from θ: round-off hides the slope in between."""
    net = gcl.Network([1, 2, 1], hidden="relu")
    params = {"W1": [[0.0], [0.0]], "b1": [[1e-10], [-1e-10]], "W2": [[1e-4, -1e-4]], "b2": [[0.0]]}
    params = {name: np.array(block) for name, block in params.items()}
    cost, gradient = net.on(np.ones((1, 2)), np.array([[1.0, 1.0]]))
    right = gcl.check(cost, gradient, params, 1e-5)
    assert right.blocks["b1"] > 0.3 and right.answers["b1"] == "cannot tell"
    assert gcl.check(cost, gradient, params | {"b1": np.array([[1e-3], [-1e-3]])}, 1e-5).answers["b1"] == "right"


def test_of_many_parameters_a_check_asks_little_more_than_the_loop_and_numeric_gradient_no_more():
    calls = []

    def cost(t):
        calls.append(1)
        return float((t**2).sum())

    theta = np.linspace(-1, 1, 200)
    gcl.numeric_gradient(cost, theta)
    assert len(calls) == 2 * theta.size + 1
    for factor in (2, 2.001):
        calls.clear()
        report = gcl.check(cost, lambda t, factor=factor: factor * t, theta)
        assert len(calls) <= 2 * theta.size + 320 * (factor != 2) + 80
        assert 0 <= len(calls) - report.evaluations <= 1  # one to find out that J takes float64


@pytest.mark.slow
@pytest.mark.parametrize("eps", np.geomspace(1e-14, 1e-2, 25))
def test_noise_that_comes_in_leaps_is_not_blamed_on_a_right_gradient(eps):
    """The homework of lesson 10 takes log(1 − A) with A near 1: most nudges see no noise, a few a great deal."""
    assert gcl.check(homework.cost, homework.repaired, homework.params, eps=eps).answer != "wrong"
    assert gcl.check(homework.cost, homework.gradient(), homework.params, eps=eps).answer == "wrong"
