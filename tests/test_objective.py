"""What a check asks of a cost: how often, at which θ, and what the cost did with its argument."""

import math
from collections import UserDict
from typing import NamedTuple

import numpy as np
import pytest
from helpers import problem

import gc_lib as gcl
from gc_lib.checker.objective import TOGETHER, Objective

C = np.array([1.0, 2.0, 3.0])
THETA = np.array([1.0, -2.0, 3.0])


def along_unit(w):
    """θ·c / ‖θ‖, whose slope is (c − u (u·c)) / ‖θ‖ with u = θ / ‖θ‖."""
    return float(w @ C / np.linalg.norm(w))


def slope(w):
    n = np.linalg.norm(w)
    return (C - w / n * (w / n @ C)) / n


def two_blocks(p):
    return float(np.sin(p["a"]).sum() + 3 * p["b"].sum() ** 2)


TWO = {"a": np.array([[0.1, 0.2], [0.3, 0.4]]), "b": np.array([0.5, 0.7, 1.1])}


class Counting:
    """A cost that counts its calls."""

    def __init__(self, cost):
        self.cost, self.calls = cost, 0

    def __call__(self, params):
        self.calls += 1
        return self.cost(params)


# ---- evaluations -----------------------------------------------------------------------------------------------------


def test_every_call_of_the_cost_is_counted_and_no_other():
    cost = Counting(two_blocks)
    J = Objective(cost, TWO)
    assert J.evaluations == cost.calls == 1
    theta = J.theta.copy()
    J(theta)
    J.many(np.tile(theta, (4, 1)))
    J.along(theta)(np.array([0.1, 0.2, 0.3]))
    J.again(theta, 5)
    J.loop(1e-5)
    J.nudged(np.arange(3), np.full(3, 1e-3))
    assert J.evaluations == cost.calls == 1 + 1 + 4 + 3 + 5 + 14 + 6


@pytest.mark.parametrize("factor", [1.0, 1.5])
@pytest.mark.parametrize("eps", [1e-7, 1e-3, "auto"])
def test_a_check_counts_every_evaluation(eps, factor):
    cost = Counting(two_blocks)
    report = gcl.check(cost, lambda p: {"a": factor * np.cos(p["a"]), "b": 0 * p["b"] + 6 * p["b"].sum()}, TWO, eps)
    assert report.evaluations == cost.calls
    assert report.answers == {"a": "right" if factor == 1 else "wrong", "b": "right"}


def test_parameters_in_float32_are_widened_at_the_price_of_one_evaluation():
    cost = Counting(lambda w: float(np.sin(w).sum()))
    J = Objective(cost, np.float32([0.1, 0.2]))
    assert J.widened and J.evaluations == cost.calls == 2 and J.theta.dtype == float
    assert not Objective(cost, np.array([0.1, 0.2])).widened
    assert not Objective(cost, np.float32([0.1, 0.2]), wide=False).widened
    assert J.as_given().blocks["theta"].dtype == np.float32


def test_a_network_is_asked_at_once_and_counted_one_by_one():
    net, X, Y, params = problem(keep_prob=1.0)
    cost, _ = net.on(X, Y)
    stacked, plain = Objective(cost, params), Objective(lambda p: cost(p), params)
    thetas = stacked.theta + np.linspace(-0.1, 0.1, 5)[:, None]
    assert np.allclose(stacked.many(thetas), plain.many(thetas), rtol=1e-13, atol=0)
    assert stacked.evaluations == plain.evaluations == 6
    for one, other in zip(stacked.loop(1e-4), plain.loop(1e-4), strict=True):
        assert np.allclose(one, other, rtol=1e-13, atol=0)
    assert stacked.evaluations == plain.evaluations == 6 + 2 * stacked.theta.size


# ---- J at θ ----------------------------------------------------------------------------------------------------------


def test_theta_is_the_blocks_in_order_and_j_is_asked_there():
    J = Objective(two_blocks, TWO)
    assert J.theta.tolist() == [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.1] and J.here == two_blocks(TWO)
    theta = np.arange(7.0)
    assert J(theta) == two_blocks({"a": theta[:4].reshape(2, 2), "b": theta[4:]})
    v = np.linspace(1, 2, 7)
    assert J.along(v)(np.array([0.5, -2.0])).tolist() == [J(J.theta + 0.5 * v), J(J.theta - 2 * v)]


class Layer(NamedTuple):
    W: np.ndarray
    b: np.ndarray


@pytest.mark.parametrize(
    "params, cost",
    [
        ([{"W": THETA}, (C,)], lambda p: float(p[0]["W"] @ p[1][0])),
        ({"layer": Layer(THETA, C)}, lambda p: float(p["layer"].W @ p["layer"].b)),
        (UserDict(W=THETA, b=C), lambda p: float(p["W"] @ p["b"])),
        (np.array([THETA, C]), lambda p: float(p[0] @ p[1])),
    ],
)
def test_the_cost_gets_the_form_of_the_parameters(params, cost):
    J = Objective(cost, params)
    assert J.here == THETA @ C and J(np.arange(6.0)) == 0 * 3 + 1 * 4 + 2 * 5


def test_each_entry_is_nudged_by_its_own_eps_and_all_else_stays():
    J, eps = Objective(two_blocks, TWO), np.linspace(0.1, 0.7, 7)
    some = np.array([5, 0, 3])
    plus, minus = J.nudged(some, eps[some])
    for k, i in enumerate(some):
        step = eps[i] * (np.arange(7) == i)
        assert plus[k] == J(J.theta + step) and minus[k] == J(J.theta - step)


def test_many_nudges_are_taken_in_parts():
    theta = np.linspace(1, 2, 2 * TOGETHER + 3)
    J = Objective(lambda w: float((w**2).sum()), theta)
    sizes = []
    many = J.many
    J.many = lambda thetas: sizes.append(len(thetas)) or many(thetas)
    plus, minus = J.nudged(np.arange(theta.size), np.full(theta.size, 1e-3))
    assert np.allclose((plus - minus) / 2e-3, 2 * theta) and max(sizes) <= 2 * TOGETHER and sum(sizes) == 2 * theta.size
    assert len(sizes) == 3


def test_again_is_the_largest_difference_of_j_from_itself():
    values = iter([1.0, 1.0, 4.0, 2.0, 0.5])
    J = Objective(lambda w: next(values), THETA)
    assert J.again(J.theta, 4) == 3.5
    assert np.isnan(Objective(lambda w: float("nan") if w[0] < 0 else 1.0, np.ones(1)).again(-np.ones(1), 3))


# ---- where J has no value --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("problem", [ValueError("no"), ZeroDivisionError(), OverflowError(), FloatingPointError()])
def test_j_is_nan_where_the_cost_finds_no_number_and_the_failure_is_kept(problem):
    def cost(w):
        if w[0] > 1:
            raise problem
        return float(w.sum())

    J = Objective(cost, THETA)
    assert J.failure is None and np.isnan(J(THETA + 1)) and J.failure is problem and J(THETA) == 2.0


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_j_is_nan_where_the_cost_is_not_finite(value):
    J = Objective(lambda w: value if w[0] > 1 else 0.0, THETA)
    assert np.isnan(J(THETA + 1)) and "a nudge of theta, entry 0" in str(J.failure)


def test_what_else_the_cost_raises_is_raised_in_the_loop_and_nan_on_a_ladder():
    def cost(w):
        if w[1] > 0:
            raise LookupError("mine")
        return float(w.sum())

    J, there = Objective(cost, THETA), THETA + [0, 3, 0]
    assert np.isnan(J.many(np.array([there, THETA]))).tolist() == [True, False]
    with pytest.raises(LookupError, match="mine") as raised:
        J(there)
    (note,) = raised.value.__notes__
    assert note == "when cost was evaluated at a nudge of theta, entry 1, given an array of float64, shape (3,)"


def test_at_theta_everything_is_raised():
    for cost, error in ((lambda w: np.nan, ValueError), (lambda w: 1 // 0, ZeroDivisionError)):
        with pytest.raises(error):
            Objective(cost, THETA)


def test_a_nudge_is_named_by_its_block_and_its_place_in_it():
    J = Objective(two_blocks, TWO)
    for i, name in ((0, "a, entry 0,"), (3, "a, entry 3,"), (6, "b, entry 2,")):
        assert J.where(J.theta + (np.arange(7) == i)) == f"at a nudge of {name}"
    assert Objective(lambda w: float(w), np.array(2.0)).where(np.array([3.0])) == "at a nudge of theta, entry 0,"


def test_what_raises_in_the_loop_goes_on_its_way_from_numeric_gradient():
    with pytest.raises(ValueError, match="math domain error"):
        gcl.numeric_gradient(lambda w: math.log(w[0]), np.array([1e-9]), eps=1e-7)
    assert gcl.numeric_gradient(lambda w: float(w @ w), THETA, 1e-5) == pytest.approx(2 * THETA)


# ---- the domain ------------------------------------------------------------------------------------------------------

SINES = np.linspace(0.3, 1.1, 4)


@pytest.mark.parametrize("x", [1e-3, 1e-6, 1e-9, 1e-14])
@pytest.mark.parametrize("factor, answer", [(1, "right"), (1.5, "wrong")])
def test_the_edge_of_a_domain_in_one_block_does_not_keep_the_others_from_their_answer(x, factor, answer):
    report = gcl.check(
        lambda p: float(np.sqrt(p["x"]).sum() + np.sin(p["y"]).sum()),
        lambda p: {"x": 0.5 / np.sqrt(p["x"]), "y": factor * np.cos(p["y"])},
        {"x": np.array([x, 2.0]), "y": SINES},
    )
    assert report.answers["y"] == answer and report.answers["x"] != "wrong"
    if report.answers["x"] == "cannot tell":
        assert "domain" in [reason.kind for reason in report.reasons if "x" in reason.blocks]


def test_a_cost_that_raises_at_steps_of_the_ladder_alone_is_answered():
    def cost(p):
        if np.abs(p["x"] - 0.5).max() > 0.05:
            raise LookupError("outside of the table")
        return float(np.sin(p["x"]).sum() + np.sin(p["y"]).sum())

    params = {"x": np.full(3, 0.5), "y": SINES}
    for factor, answer in ((1, "right"), (2, "wrong")):
        report = gcl.check(cost, lambda p, k=factor: {"x": k * np.cos(p["x"]), "y": np.cos(p["y"])}, params)
        assert report.answers == {"x": answer, "y": "right"}


# ---- what the cost did with its argument -----------------------------------------------------------------------------


def in_place(w):
    w /= np.linalg.norm(w)
    return float(w @ C)


class AtSomeCalls:
    """Write on one entry of the argument at every so many calls."""

    def __init__(self, every, i=1):
        self.every, self.i, self.calls = every, i, 0

    def __call__(self, w):
        self.calls += 1
        J = along_unit(w)
        if self.calls % self.every == 0:
            w[self.i] += 1.5
        return J


@pytest.mark.parametrize("every, i", [(0, 0), (1, 1), (7, 2), (40, 1), (55, 0)])
@pytest.mark.parametrize("factor, answer", [(1, "right"), (1.3, "wrong")])
def test_a_cost_that_writes_on_its_argument_is_named_with_the_entry_and_answered(every, i, factor, answer):
    params = THETA.copy()
    report = gcl.check(AtSomeCalls(every, i) if every else in_place, lambda w: factor * slope(w), params)
    assert report.answer == answer and np.array_equal(params, THETA)
    [reason] = [reason for reason in report.reasons if reason.kind == "writes on its argument"]
    assert reason.entries == (("theta", (i,)),) and f"theta[{i}]" in reason.says


def rebinds(p):
    p["w"] = p["w"] / np.linalg.norm(p["w"])
    return float(p["w"] @ C)


def pops(p):
    return along_unit(p.pop("w"))


def reshapes(p):
    p["w"] = np.atleast_2d(p["w"])
    return along_unit(p["w"][0])


def changes_the_last(p):
    J = along_unit(p["w"])
    p["w"] = p["w"] + [0, 0, 1]
    return J


@pytest.mark.parametrize("cost, i", [(rebinds, 0), (pops, 0), (reshapes, 0), (changes_the_last, 2)])
def test_a_cost_that_puts_another_array_in_place_of_a_block_is_named_and_answered(cost, i):
    params = {"c": np.array([0.3, 0.4]), "w": THETA.copy()}
    report = gcl.check(
        lambda p: cost(p) + float(np.sin(p["c"]).sum()), lambda p: {"c": np.cos(p["c"]), "w": slope(p["w"])}, params
    )
    assert report.answer == "right" and np.array_equal(params["w"], THETA) and report.found.J.writes == 2 + i
    assert [(reason.kind, reason.entries) for reason in report.reasons] == [("writes on its argument", (("w", (i,)),))]


def test_a_cost_that_keeps_something_of_its_own_in_the_argument_writes_on_nothing():
    def keeps(p):
        p["cache"] = object()
        return along_unit(p["w"])

    def binds_the_same(p):
        p["w"] = p["w"] * 1.0
        return along_unit(p["w"])

    for cost in (keeps, binds_the_same):
        report = gcl.check(cost, lambda p: {"w": slope(p["w"])}, {"w": THETA.copy()})
        assert report.answer == "right" and report.reasons == ()


class Remembering:
    """Compute anew only where the argument is another one than last time, which it keeps without copying it."""

    last = None

    def __call__(self, w):
        if self.last is None or not np.array_equal(w, self.last):
            self.last, self.J = w, along_unit(w)
        return self.J


def test_a_cost_may_keep_its_argument():
    seen = []
    J = Objective(lambda w: seen.append(w) or along_unit(w), THETA)
    J(THETA + 1), J(THETA + 2)
    assert [w[0] for w in seen] == [THETA[0], THETA[0] + 1, THETA[0] + 2]
    assert np.array_equal(gcl.numeric_gradient(Remembering(), THETA), gcl.numeric_gradient(along_unit, THETA))


@pytest.mark.parametrize("factor, answer", [(1, "right"), (1.3, "wrong")])
def test_what_a_cost_keeps_does_not_change_what_is_said_of_it(factor, answer):
    kept, plain = (gcl.check(cost, lambda w: factor * slope(w), THETA) for cost in (Remembering(), along_unit))
    assert kept.answer == plain.answer == answer and kept.difference == plain.difference
    assert gcl.screen(Remembering(), lambda w: factor * slope(w), THETA).answer == answer


def test_a_write_is_noticed_at_whatever_call():
    J = Objective(AtSomeCalls(2), THETA)
    assert J.writes is None and J(THETA + 1) == along_unit(THETA + 1) and J.writes == 1 and J.evaluations == 2


@pytest.mark.parametrize("cut", [(slice(0, 4), slice(0, 4)), (slice(0, 3), slice(1, 4))])
def test_parameters_that_share_memory_are_nudged_apart(cut):
    memory = np.linspace(0.3, 1.0, 4)
    params = {"a": memory[cut[0]], "b": memory[cut[1]]}
    report = gcl.check(
        lambda p: float(np.sin(p["a"]).sum() + (p["b"] ** 2).sum()),
        lambda p: {"a": np.cos(p["a"]), "b": 2 * p["b"]},
        params,
    )
    assert report.answer == "right" and np.array_equal(memory, np.linspace(0.3, 1.0, 4))


def test_parameters_that_are_a_framework_s_memory_are_copied_at_once():
    memory = np.linspace(0.3, 1.0, 4)

    def cost(p):
        memory[:] = 0  # the framework loads its next parameters
        return float(np.sin(p).sum())

    def gradient(p):
        memory[:] = np.cos(p)  # and writes its gradient there
        return memory

    assert gcl.check(cost, gradient, memory).answer == "right"


# ---- float32 ---------------------------------------------------------------------------------------------------------

A = np.random.default_rng(1).normal(size=(4, 5)).astype("f4")


def single(w):
    assert w.dtype == np.float32
    return np.float32(np.tanh(A @ w).sum())


def any_dtype(w):
    return np.tanh(A @ w).sum()


@pytest.mark.parametrize("cost", [single, any_dtype])
@pytest.mark.parametrize("factor, answer", [(1, "right"), (1.1, "wrong"), (0, "wrong")])
def test_parameters_in_float32_get_an_answer_at_the_default_eps(cost, factor, answer):
    w = np.linspace(0.2, 1, 5).astype("f4")
    report = gcl.check(cost, lambda w: (factor * A.T @ (1 - np.tanh(A @ w) ** 2)).astype("f4"), w)
    assert report.answer == answer and report.found.J.widened == (cost is any_dtype)


# ---- corners ---------------------------------------------------------------------------------------------------------


def test_corners_are_those_between_the_two_nudges_as_far_as_the_cost_knows_them():
    assert Objective(two_blocks, TWO).corners(0, 0.1) == []
    asked = []

    def cost(p):
        return two_blocks(p)

    cost.corners = lambda plus, minus, here: asked.append((plus, minus, here)) or ["a unit"]
    J = Objective(cost, TWO)
    assert J.corners(5, 0.25) == ["a unit"]
    [(plus, minus, here)] = asked
    assert np.allclose(plus["b"], TWO["b"] + [0, 0.25, 0]) and np.allclose(minus["b"], TWO["b"] - [0, 0.25, 0])
    assert np.array_equal(here["b"], TWO["b"]) and np.array_equal(plus["a"], TWO["a"])
