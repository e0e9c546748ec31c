"""The lab of one nudged number: its slopes and errors are those of the closed forms."""

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.labs.fields import log_values
from gc_lib.labs.lab import CRISP
from gc_lib.labs.secant import COSTS, Nudge, State, compute, nudge


@pytest.mark.parametrize("theta", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("eps", [0.5, 0.1, 1e-3])
def test_the_errors_on_a_cube_are_those_of_algebra(theta, eps):
    """((θ + ε)³ − (θ − ε)³) / 2ε = 3θ² + ε², and one-sided 3θ² + 3θε + ε²."""
    found = nudge(eps, theta, "θ³")
    assert found.errors["two-sided"] == pytest.approx(eps**2, rel=1e-6)
    assert found.errors["one-sided"] == pytest.approx(3 * theta * eps + eps**2, rel=1e-6)
    assert found.slopes["two-sided"] == pytest.approx(3 * theta**2 + eps**2, rel=1e-9)


@pytest.mark.parametrize("eps", [0.5, 1e-3])
def test_on_a_parabola_the_two_sided_error_is_rounding_alone(eps):
    found = nudge(eps, 0.7, "θ²")
    assert found.lost("two-sided") and not found.lost("one-sided")
    assert found.errors["one-sided"] == pytest.approx(eps, rel=1e-6)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("theta", [0.0, 0.3, 1.0])
def test_the_tangent_is_the_slope_of_the_curve(cost, theta):
    J, slope = COSTS[cost]
    assert slope(theta) == pytest.approx((J(theta + 1e-5) - J(theta - 1e-5)) / 2e-5, abs=1e-8)


def test_the_neuron_is_the_logistic_cost_of_its_three_examples():
    """J = mean log(1 + exp(−xθ)), all labels being 1, and dθ = mean −x / (1 + exp(xθ))."""
    x, theta = np.array([8.0, 5.0, -6.0]), 0.3
    assert nudge(0.1, theta, "one neuron").costs[1] == pytest.approx(np.log1p(np.exp(-x * theta)).mean())
    assert COSTS["one neuron"][1](theta) == pytest.approx((-x / (1 + np.exp(x * theta))).mean())


@pytest.mark.parametrize("theta", [k / 10 for k in range(11)])
def test_by_what_an_error_falls_is_told_only_where_it_is_so(theta):
    """On θ³ the errors are ε² and 3θε + ε²; near rounding nothing is told rather than a wrong number."""
    told = []
    for eps in log_values(-8, 0, 1, 2, 5):
        result = compute(State(eps=eps, theta=theta))
        true = {"two-sided": 100, "one-sided": 10 * (3 * theta + eps) / (3 * theta + eps / 10)}
        falls = {side: result.falls(side) for side in true}
        assert {side: float(fall) for side, fall in falls.items() if fall} == pytest.approx(
            {side: true[side] for side, fall in falls.items() if fall}, rel=0.1
        )
        told += [eps for fall in falls.values() if fall]
    assert min(told) < 1e-2 and max(told) == 1


def test_what_rounding_alone_explains_is_never_an_error_of_the_scheme():
    """Where the lab says "only rounding is left", the error of algebra is smaller than that; where not, it is there."""
    for eps in np.geomspace(1e-8, 1, 60):
        found = nudge(float(eps), 1.0, "θ³")
        assert isinstance(found, Nudge)
        if not found.lost("two-sided"):
            assert abs(found.errors["two-sided"] - eps**2) <= found.rounding
        assert abs(found.errors["one-sided"] - (3 * eps + eps**2)) <= found.rounding


@pytest.mark.slow
def test_the_caption_says_by_what_each_error_falls():
    words = gcl.labs.secant(eps=0.01).words
    assert "The tangent's slope is 3" in words
    assert "the two-sided error 100 times smaller and the one-sided error 10 times smaller" in words
    assert "times smaller" not in gcl.labs.secant(eps=1e-8).words
    assert "two-sided 1.4 (only rounding is left)" in gcl.labs.secant(eps=0.01, theta=0.7, cost="θ²").words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"eps": 0}, "eps should be 1e-08 … 1"),
        ({"eps": np.nan}, "eps should be"),
        ({"theta": 2}, "theta should be 0 … 1"),
        ({"cost": "θ⁴"}, "cost should be one of 'θ³', 'θ²', 'one neuron'; got 'θ⁴'"),
    ],
)
def test_a_state_that_cannot_be_is_refused_in_words(state, words):
    with pytest.raises(ValueError, match=words):
        gcl.labs.secant(**state)


def test_each_secant_is_drawn_between_the_two_points_that_its_slope_is_taken_from():
    lab = gcl.labs.secant(eps=0.5, theta=0.5, cost="θ²")
    (curve, _) = lab.view(lab.result.names, CRISP).panels
    drawn = {side: chord.get_xydata().tolist() for side, chord in curve.chords.items()}
    assert drawn == {"one-sided": [[0.5, 0.25], [1.0, 1.0]], "two-sided": [[0.0, 0.0], [1.0, 1.0]]}
