"""Lesson 02: which entry θ[i] is, what the loop finds, what another order of dθ does, and what the division is for."""

import numpy as np
import pytest
from helpers import below

import gc_lib as gcl
from gc_lib.exercises import vector as exercises
from gc_lib.labs.vector import SIZE

OTHER_ORDER = gcl.bugs.plant(gcl.SLIDE, "other_order")


@pytest.fixture(scope="module")
def lab():
    return gcl.labs.vector()


@pytest.fixture(scope="module")
def problem():
    """The cost, the gradient and θ of the network that the lab shows."""
    net = gcl.Network([2, 4, 3, 1], hidden="tanh", lam=0.1)
    return *net.on(*gcl.data.moons(24)), net.initialise(seed=2)


def test_every_caption_names_the_entry_and_its_two_costs(lab, problem):
    cost, _, params = problem
    for i in range(SIZE):
        words = lab.set(i=i, order="row by row", times=1.0).words
        block, index = gcl.entry(i, params)
        up, down = ({**params, block: params[block].copy()} for _ in range(2))
        up[block][index] += 1e-7
        down[block][index] -= 1e-7
        assert lab.result.headline.gist == f"θ[{i}] is {block}{list(index)}" in words
        assert f"J with +ε: {cost(up):.10g}, with −ε: {cost(down):.10g};" in words
        assert "But" not in words


def test_the_loop_fills_one_entry_after_the_other(lab, problem):
    cost, _, params = problem
    whole = gcl.to_vector(gcl.numeric_gradient(cost, params, eps=1e-7))
    for i in (0, 14, SIZE - 1):
        approx = lab.set(i=i, order="row by row", times=1.0).result.approx
        assert approx.size == i + 1
        np.testing.assert_allclose(approx, whole[: i + 1], atol=1e-8)


def test_at_the_end_it_reads_what_gc_check_reads_in_both_orders(lab, problem):
    right = lab.set(i=SIZE - 1, order="row by row", times=1.0).result
    assert right.difference < 1e-7 and gcl.check(*problem).difference < 1e-7
    assert lab.words.startswith("Relative difference below 1e-7: great.") and "31 of 31 entries." in lab.words
    wrong = lab.set(order="column by column").result
    assert wrong.difference == pytest.approx(gcl.check(*problem, checker=OTHER_ORDER).difference, rel=1e-6)
    assert lab.words.startswith("Relative difference 0.57: worry.") and "31 of 31 entries." in lab.words


def test_the_three_lengths_are_the_norms_of_the_slide(lab):
    for order in ("row by row", "column by column"):
        result = lab.set(i=19, order=order, times=1.0).result
        exact = result.dtheta[:20]
        apart, approx, dtheta = result.lengths.values()
        assert apart == pytest.approx(np.sqrt(np.sum((result.approx - exact) ** 2)))
        assert (approx, dtheta) == pytest.approx((np.sqrt(np.sum(result.approx**2)), np.sqrt(np.sum(exact**2))))
        assert result.difference == pytest.approx(apart / (approx + dtheta))


def test_column_by_column_says_which_entry_meets_which(lab, problem):
    _, gradient, params = problem
    dtheta = gcl.to_vector(gradient(params))
    result = lab.set(i=13, order="column by column", times=1.0).result
    assert "θ[13] is W2[0, 1]." in lab.words and "dθ[13] is dW2[1, 0]: two different entries" in lab.words
    assert sorted(result.places) == list(range(SIZE))
    np.testing.assert_array_equal(result.dtheta, dtheta[result.places])
    alone = [i for i in range(SIZE) if gcl.entry(i, params)[0] in ("b1", "b2", "W3", "b3")]
    np.testing.assert_array_equal(result.places[alone], alone)  # a single row or column has but one order


def test_J_times_a_number_moves_every_length_and_not_the_quotient(lab):
    once = lab.set(i=SIZE - 1, order="column by column", times=1.0).result
    more = lab.set(times=1000.0).result
    np.testing.assert_allclose(list(more.lengths.values()), 1000 * np.array(list(once.lengths.values())), rtol=1e-6)
    assert more.difference == pytest.approx(once.difference, rel=1e-6)


def test_the_button_takes_one_step_and_stops_at_the_last_entry(lab):
    lab.set(i=SIZE - 2, order="row by row", times=1.0)
    (button,) = (each for each in below(lab.box) if getattr(each, "description", "") == "nudge the next entry")
    button.click()
    assert lab.state.i == SIZE - 1
    button.click()
    assert lab.state.i == SIZE - 1


@pytest.mark.parametrize(
    "wrong, error", [({"i": 31}, "30"), ({"i": -1}, "-1"), ({"order": "diagonal"}, "order"), ({"times": 0}, "times")]
)
def test_what_cannot_be_is_refused_and_named(wrong, error):
    with pytest.raises(ValueError, match=error):
        gcl.labs.vector(**wrong)


def test_an_entry_between_two_is_refused():
    with pytest.raises(ValueError, match="whole number"):
        gcl.labs.vector(i=1.5)


def test_the_guess_is_the_entry_that_the_lab_names(lab):
    assert ". θ[19] is W2[1, 3]. " in lab.set(i=exercises.where.right, order="row by row", times=1.0).words


def test_a_student_may_nudge_in_place_or_on_a_copy():
    def in_place(J, theta, eps):
        approx = np.zeros(theta.size)
        for i in range(theta.size):
            theta[i] += eps
            J_plus = J(theta)
            theta[i] -= 2 * eps
            approx[i] = (J_plus - J(theta)) / (2 * eps)
            theta[i] += eps
        return approx

    def without_a_copy(J, theta, eps):
        approx = np.zeros(theta.size)
        for i in range(theta.size):
            plus, minus = theta, theta
            plus[i] += eps
            minus[i] -= eps
            approx[i] = (J(plus) - J(minus)) / (2 * eps)
        return approx

    def drifting(J, theta, eps):
        approx = np.zeros(theta.size)
        for i in range(theta.size):
            theta[i] += eps
            J_plus = J(theta)
            theta[i] -= 2 * eps
            approx[i] = (J_plus - J(theta)) / (2 * eps)
        return approx

    assert exercises.loop(in_place).solved
    for zeros in (without_a_copy, lambda J, theta, eps: np.zeros(theta.size)):
        said = exercises.loop(zeros).words
        assert "nothing but zeros" in said and "one array for both" in said and "theta.copy()" in said
    assert "put back" in exercises.loop(drifting).words
