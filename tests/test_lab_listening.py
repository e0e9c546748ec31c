"""The error bars of the labs: a right block lies within them at any ε, a bug does not, and J is heard once at a θ."""

import random
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from helpers import problem

from gc_lib import to_vector
from gc_lib.checker.ladder import SURE
from gc_lib.labs import slices
from gc_lib.labs.listening import WAYS, hear
from gc_lib.labs.result import beyond
from gc_lib.labs.slices import glimpse, heard
from gc_lib.labs.state import BenchState
from gc_lib.network import nudge

GRID = {
    "lam": (0.0, 1e-6, 0.1, 1e4),
    "keep_prob": (1.0, 0.8),
    "hidden": ("tanh", "sigmoid", "relu", "leaky_relu"),
    "dtype": ("float64", "float32"),
    "scale": (1e-3, 1e-2, 0.1, 1.0, 10.0),
    "steps": (0, 100),
    "data": ("3 or 8, 4×4 pixels", "ten digits, 4×4 pixels"),
    "bias": (0.0, 0.1),
}
EPS = 10 ** -np.arange(0, 12.5)


def drawn(seed, count, **fixed):
    """Draw states from the grid."""
    ways = product(*({**GRID, **{name: [value] for name, value in fixed.items()}}.values()))
    rng = random.Random(seed)
    return [
        BenchState(**dict(zip(GRID, way, strict=True)), seed=rng.randrange(9)) for way in rng.sample([*ways], count)
    ]


@pytest.mark.parametrize("hidden", ["tanh", "sigmoid"])
def test_a_right_block_lies_within_its_bound_at_every_eps(hidden):
    for state in drawn(0, 4, hidden=hidden):
        for eps in EPS:
            assert not beyond(glimpse(replace(state, eps=eps)).report), (state, eps)


@pytest.mark.parametrize("hidden", ["relu", "leaky_relu"])
def test_so_it_does_beside_corners_where_no_example_sits_on_one(hidden):
    for state in drawn(1, 3, hidden=hidden, bias=0.1, scale=1.0):
        for eps in EPS:
            assert not beyond(glimpse(replace(state, eps=eps)).report), (state, eps)


@pytest.mark.parametrize("hidden", GRID["hidden"])
@pytest.mark.parametrize("bug", ["scaled_dW", "dW_no_mean", "no_slope", "sign_flipped"])
def test_a_planted_bug_does_not(bug, hidden):
    for state in drawn(2, 2, hidden=hidden, dtype="float64", bias=0.1, scale=1.0, lam=0.1):
        layer = 3 if bug == "sign_flipped" else 2
        for eps in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8):
            assert "W2" in beyond(glimpse(replace(state, eps=eps, bugs=[(bug, layer)])).report), (state, eps)


def test_where_truncation_rules_the_bound_is_some_times_what_the_block_is_off():
    times = []
    for state in drawn(3, 12, hidden="tanh", dtype="float64", scale=1.0):
        report = glimpse(replace(state, eps=0.03)).report
        times += [report.bounds[name] / x for name, x in report.blocks.items() if x > 1e-6]
    assert len(times) > 40 and min(times) > 1.2 and np.median(times) < 6 and max(times) < 20


def test_where_neither_the_loop_nor_a_larger_step_moves_j_its_last_digit_is_the_bound():
    known = heard(BenchState().start, 1.0, "frozen")
    still = known._replace(slopes={name: np.zeros(WAYS) for name in known.parts})
    bars, noise = still.bars(np.zeros(known.theta.size), 1e-7, 0.7)
    assert (bars >= noise).all() and (noise >= SURE * 0.3 * np.spacing(0.7) / 1e-7).all()


def test_j_is_asked_at_eps_alone_and_listened_to_once_at_a_theta(monkeypatch):
    asked, costs = [], nudge.data_costs

    def noted(layers, Y, steps):
        asked.append(np.abs(steps).max())
        return costs(layers, Y, steps)

    monkeypatch.setattr(nudge, "data_costs", noted)
    state = BenchState(seed=9876)
    glimpse(state)
    assert asked == [1e-7]
    once = heard.cache_info().misses
    for change in ({"eps": 1e-5}, {"lam": 3.0}, {"bugs": [("no_slope", 1)]}, {"mistakes": ["J_no_decay", "absolute"]}):
        glimpse(replace(state, **change))
    assert heard.cache_info().misses == once
    for change in ({"keep_prob": 0.5}, {"seed": 9877}, {"steps": 1}, {"dtype": "float32"}):
        glimpse(replace(state, **change))
    assert heard.cache_info().misses == once + 4


@pytest.mark.parametrize("lam", [0.1, 1e4])
@pytest.mark.parametrize("mistakes", [(), ("J_layer_twice",)])
def test_the_lambda_term_may_be_left_out_in_listening(lam, mistakes):
    """To leave it in makes bounds of the same size, but for the last digit of J along the ladder."""
    for eps in (1e-1, 1e-2, 1e-6, 1e-9):
        state = BenchState(lam=lam, eps=eps, mistakes=mistakes)
        cost, gradient = state.network.on(*state.problem)
        found = slices.at_eps(state)
        inside, _ = hear(cost, gradient, state.theta).bars(found.approx[0], eps, found.J)
        ratio = np.linalg.norm(glimpse(state).report.bars) / np.linalg.norm(inside)
        assert 0.2 < ratio < 5


def test_directions_add_up_to_the_slopes_of_j():
    net, X, Y, params = problem(keep_prob=1.0)
    cost, gradient = net.on(X, Y)
    known, exact = hear(cost, gradient, params), to_vector(gradient(params))
    for name, part in known.parts.items():
        assert known.ways[name].shape == (WAYS, part.stop - part.start)
        np.testing.assert_allclose(known.slopes[name], known.ways[name] @ exact[part], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("bug", ["forgotten_2", "not_restored"])
def test_a_mistake_of_the_checker_is_not_taken_for_an_error_of_the_loop(bug):
    right, wrong = glimpse(BenchState(eps=1e-3)).report, glimpse(BenchState(eps=1e-3, mistakes=[bug])).report
    np.testing.assert_allclose(wrong.bars, right.bars)
    assert beyond(wrong) and not beyond(right)


def test_where_j_has_no_value_nothing_is_known():
    state = BenchState()
    known = heard(state.start, 1.0, "frozen")
    approx = slices.at_eps(state).approx[0]
    deaf = known._replace(slopes={name: np.full(WAYS, np.nan) for name in known.parts})
    assert np.isinf(deaf.bars(approx, 1e-7, 0.7)[0]).all()
