"""The lab of the corner in the window: its corners and slopes against closed forms, and the whole against gcl.check."""

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.checker.slide import GREAT
from gc_lib.labs.kink import EXAMPLES, NETWORK, SILENT, UNIT, State, compute, problem


def checked(state):
    """Check the network of a state as a student would, example by example in another order."""
    X, Y = gcl.data.moons(32)
    chosen = [SILENT, *np.delete(np.arange(32), SILENT)][: state.examples]
    return gcl.check(*NETWORK.on(X[:, chosen], Y[:, chosen]), state.theta, eps=state.eps)


@pytest.mark.slow
@pytest.mark.parametrize("examples", EXAMPLES)
def test_the_silent_example_switches_on_nothing_in_layer_1(examples):
    """So that its corner in b2[1] lies at b2[1] = 0, and is as far from θ as b2[1] is from 0."""
    cost, _ = problem(examples)
    assert not cost.layers(State(b2=0.3).theta)[0].A[:, 0].any()
    for b2 in (0.0, 1e-8, 0.3):
        assert compute(State(b2=b2, examples=examples)).corners[0] == -b2


@pytest.mark.parametrize("state", [State(), State(eps=0.05), State(b2=0, examples=32), State(1e-9, 0.0, 1), State(0.5)])
def test_shows_what_a_check_finds(state):
    result, report = compute(state), checked(state)
    i = 2 * 4 + 4 + 4 * 3 + UNIT
    assert gcl.entry(i, state.theta) == ("b2", (UNIT, 0))
    noise = 1e-15 / state.eps
    assert abs(result.approx - report.approx[i]) < noise and result.gradient == report.gradient[i]
    assert abs(result.reading - report.difference) < 10 * noise


def test_a_corner_on_theta_has_two_slopes_and_dtheta_is_one_of_them():
    """To the right of it the silent example alone is added: its dZ is W3 (A − Y) / m, with A = σ(0) since b3 = 0."""
    for examples in EXAMPLES:
        left, right = compute(State(1e-6, 0.0, examples)).slopes
        cost, gradient = problem(examples)
        theta = State(b2=0.0).theta
        added = theta["W3"][0, UNIT] * (0.5 - cost.Y[0, 0]) / examples
        assert left == pytest.approx(gradient(theta)["b2"][UNIT, 0], abs=1e-8)
        assert right - left == pytest.approx(added, abs=1e-6)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_no_eps_dodges_a_corner_on_theta(examples):
    """Three entries of b2 have one, and there dθ_approx is the mean of two slopes, whatever ε is."""
    result = compute(State(b2=0.0, examples=examples))
    assert (result.nearest == 0).sum() == 3 and result.crossed >= 3
    eps, readings = result.curves["eps"]
    small = readings[eps <= 1e-4]
    assert small.min() > 1e-3 and np.ptp(small) < 1e-3 * small.max()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_the_reading_leaves_great_where_the_nearest_corner_is(examples):
    result = compute(State(b2=1e-4, examples=examples))
    assert np.isclose(result.nearest, 1e-4, rtol=1e-3, atol=0).sum() >= 3
    eps, readings = result.curves["eps"]
    inside, outside = eps < result.nearest.min() / 1.01, eps > 3 * result.nearest.min()
    assert readings[inside & (eps > 1e-9)].max() < GREAT < 1e-4 < readings[outside].min()


def test_more_examples_bring_corners_nearer():
    nearest = [np.median(compute(State(b2=0.01, examples=m)).nearest) for m in (2, 8, 32)]
    assert nearest[0] > 2 * nearest[1] > 4 * nearest[2]


@pytest.mark.parametrize("examples", [2, 32])
def test_the_nearest_corner_is_where_a_unit_switches(examples):
    """Truth: between just before and just after that distance, on one side of θ, some unit's Z changes its sign."""
    state = State(b2=0.01, examples=examples)
    cost, theta = problem(examples)[0], gcl.to_vector(state.theta)

    def signs(i, step):
        moved = gcl.from_vector(theta + step * (np.arange(theta.size) == i), state.theta)
        return [np.sign(c.Z) for c in cost.layers(moved)[:-1]]

    near = np.flatnonzero(compute(state).nearest < 0.02)
    assert near.size >= 3
    for i in near:
        distance = compute(state).nearest[i]
        switched = [
            any(
                (a != b).any()
                for a, b in zip(signs(i, 0.98 * s * distance), signs(i, 1.02 * s * distance), strict=True)
            )
            for s in (1, -1)
        ]
        unmoved = [
            all((a == b).all() for a, b in zip(signs(i, 0.98 * s * distance), signs(i, 0), strict=True))
            for s in (1, -1)
        ]
        assert any(switched) and all(unmoved)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State(), "The entry drawn here has no corner in the window; its nearest is 1e-2 away."),
        (State(eps=0.02), "A corner lies in the window, 1e-2 from θ[i]:"),
        (State(b2=0), "A corner lies in the window, 0 from θ[i]:"),
        (State(eps=0.02), "worry. Corners in the window of 6 of 31 entries."),
        (State(eps=2e-3, examples=32), "Corners in the window of 1 of 31 entries."),
        (State(eps=5e-3), "ε is too large. The entry drawn here has no corner in the window"),
        (State(eps=0.02), "the mean of both; dθ[i] is "),
        (State(), "Relative difference about 1e-7: great. All 31 entries agree."),
        (State(b2=0), "Relative difference 2.4e-2: worry."),
    ],
)
@pytest.mark.slow
def test_says_what_the_picture_shows(state, words):
    assert words in gcl.labs.kink(**vars(state)).words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"eps": 0}, "eps should be 1e-10 … 1, or it is off this lab's picture; got 0"),
        ({"eps": 2}, "eps should be 1e-10 … 1, or it is off this lab's picture; got 2"),
        ({"b2": -0.1}, "b2 should be 0 … 1, or it is off this lab's picture; got -0.1"),
        ({"b2": float("nan")}, "b2 should be 0 … 1"),
        ({"examples": 3}, "examples should be one of 1, 2, 4, 8, 16, 32; got 3"),
    ],
)
def test_refuses_what_cannot_be(given, words):
    with pytest.raises(ValueError, match=words):
        gcl.labs.kink(**given)
