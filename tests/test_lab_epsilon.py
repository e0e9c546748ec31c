"""Lesson 03: the V-curve, its two predicted arms, and what the bands make of right and of wrong gradients."""

import re

import numpy as np
import pytest
from helpers import looped

import gc_lib as gcl
from gc_lib.checker.slide import GREAT, norm
from gc_lib.exercises import epsilon as exercises
from gc_lib.labs.epsilon import EPSILONS, near, predict
from gc_lib.labs.result import beyond

pytestmark = pytest.mark.slow

KINDS = [(dtype, difference) for dtype in ("float64", "float32") for difference in ("two-sided", "one-sided")]


@pytest.fixture(scope="module")
def lab():
    return gcl.labs.epsilon()


def problem(dtype="float64", scale=1.0):
    X, Y = gcl.data.digits(3, 8, examples=32, side=4)
    net = gcl.Network([16, 6, 6, 1], lam=0.1, dtype=dtype)
    return net, X, Y, net.initialise(seed=0, scale=scale)


@pytest.mark.parametrize("dtype, difference", KINDS)
def test_the_dots_are_what_gc_check_reads(lab, dtype, difference):
    net, X, Y, params = problem(dtype)
    checker = gcl.ONE_SIDED if difference == "one-sided" else gcl.SLIDE
    for eps in (1e-5, 1e-2, 1e-1):
        result = lab.set(dtype=dtype, difference=difference, eps=eps, scale=1.0, error=0.0).result
        expected = gcl.check(*net.on(X, Y), params, eps=eps, checker=checker).difference
        drawn = result.curves["eps"].y[EPSILONS.index(eps)]
        noise = result.prediction.roundoff(eps)
        assert abs(drawn - expected) < 0.01 * expected + noise
        assert abs(result.report.difference - expected) < 0.01 * expected + noise


@pytest.mark.parametrize("scale", [0.01, 1.0, 3.0])
@pytest.mark.parametrize("dtype, difference", KINDS)
def test_the_predicted_lines_lie_under_the_measured_dots(lab, dtype, difference, scale):
    """Truncation to 2 % wherever it rules; round-off, which is random, to a factor of 2. Above 0.03 a V has bent."""
    result = lab.set(dtype=dtype, difference=difference, scale=scale, error=0.0).result
    x, y = result.curves["eps"]
    rising, falling = result.prediction.truncation(x), result.prediction.roundoff(x)
    ruled = (rising > 100 * falling) & (rising < 0.03) & (x < 0.2)
    noisy = (falling > 10 * rising) & (falling < 0.03)
    assert ruled.any() or (scale, dtype) == (0.01, "float32")
    assert noisy.any() or (scale, dtype) == (0.01, "float32")
    np.testing.assert_allclose(y[ruled], rising[ruled], rtol=0.02)
    np.testing.assert_array_less(abs(np.log2(y[noisy] / falling[noisy])), 1)


@pytest.mark.parametrize("dtype, difference", KINDS)
def test_the_best_eps_is_where_the_measured_curve_is_lowest(lab, dtype, difference):
    result = lab.set(dtype=dtype, difference=difference, scale=1.0, error=0.0).result
    x, y = result.curves["eps"]
    best, least = result.best
    assert 1 / 3.2 < x[y.argmin()] / best < 3.2
    assert 1 / 3 < y.min() / least < 3
    for eps in (best / 1.01, best * 1.01):
        assert result.prediction.truncation(eps) + result.prediction.roundoff(eps) > least


def test_the_slopes_are_taken_from_J_itself():
    """J″ and J‴ of each entry, from backprop at θ ± h eᵢ, with which the cost has nothing to do."""
    net, X, Y, params = problem()
    _, gradient = net.on(X, Y)
    theta, h = gcl.to_vector(params), 1e-3
    dtheta = gcl.to_vector(gradient(params))
    second, third = np.empty_like(theta), np.empty_like(theta)
    for i, step in enumerate(h * np.eye(theta.size)):
        up, down = (gcl.to_vector(gradient(gcl.from_vector(theta + s * step, params)))[i] for s in (1, -1))
        second[i], third[i] = (up - down) / (2 * h), (up - 2 * dtheta[i] + down) / h**2
    assert predict("float64", "two-sided", 1.0, 0.0).T == pytest.approx(norm(third) / 12 / norm(dtheta), rel=1e-3)
    assert predict("float64", "one-sided", 1.0, 0.0).T == pytest.approx(norm(second) / 4 / norm(dtheta), rel=1e-3)


def test_a_wrong_gradient_reads_the_same_at_every_eps_that_sees_it(lab):
    result = lab.set(eps=1e-5, dtype="float64", difference="two-sided", scale=1.0, error=1e-4).result
    x, y = result.curves["eps"]
    seen = (x >= 1e-9) & (x <= 1e-3)
    np.testing.assert_allclose(y[seen], result.prediction.bug, rtol=0.01)
    assert result.report.blocks["W2"] == pytest.approx(5e-5, rel=1e-3)  # (k − 1) / (k + 1), k = 1.0001


def test_1e_7_is_good_enough_in_float64_at_ordinary_initialisation_and_not_the_best(lab):
    lab.set(eps=1e-7, dtype="float64", difference="two-sided", scale=1.0, error=0.0)
    assert lab.result.report.band == "great" and lab.words.startswith(
        "Relative difference about 1e-8: great. Round-off rules: a larger ε reads less."
    )
    assert "The best ε here is about 2e-5" in lab.words
    assert lab.set(eps=1e-5).result.report.difference < 1e-9


def test_a_right_gradient_that_reads_look_and_a_wrong_one_that_reads_great(lab):
    lab.set(eps=1e-7, dtype="float64", difference="two-sided", scale=0.01, error=0.0)
    assert "Backprop is right, and yet reads “look”." in lab.words and not beyond(lab.result.report)
    lab.set(scale=1.0, error=1e-6)
    assert "dW2 is wrong, and passes as great." in lab.words and "The wrong dW2 rules" in lab.words
    lab.set(error=0.0, eps=1e-2)
    assert "Truncation rules" in lab.words and not beyond(lab.result.report)
    lab.set(eps=2e-5)
    assert "about even" in lab.words


def test_in_float32_a_right_gradient_is_never_great(lab):
    lab.set(dtype="float32", difference="two-sided", scale=1.0, error=0.0)
    assert (lab.result.curves["eps"].y > GREAT).all()
    assert "even there right backprop reads" in lab.words


@pytest.mark.parametrize("word", ["scale", "error", "eps", "dtype", "difference"])
def test_what_cannot_be_is_refused_and_named(word):
    wrong = {"scale": 0, "error": -1, "eps": 0, "dtype": "float16", "difference": "three-sided"}[word]
    with pytest.raises(ValueError, match=word):
        gcl.labs.epsilon(**{word: wrong})


def test_the_best_eps_of_the_exercise_is_the_lowest_point_of_its_sum():
    for (u,) in exercises.best_eps.cases.values():
        eps = exercises.best_eps.right(u) * np.geomspace(0.5, 2, 2001)
        assert eps[(eps**2 / 6 + u / eps).argmin()] == pytest.approx(exercises.best_eps.right(u), rel=1e-3)


def test_the_two_homeworks_of_the_exercise_are_real(lab):
    """A: right, its gradient small; B: forgets an L2 term as small as it often is. Alike at 1e-7, not so at 1e-5."""
    net, X, Y, params = problem()
    small = net.initialise(seed=0, scale=0.15)
    forgets = gcl.Network([16, 6, 6, 1], lam=1e-6)
    for layer in (1, 2, 3):
        forgets = forgets.plant("no_decay", layer)
    A, B = (
        [gcl.check(*each.on(X, Y), theta, eps=eps).difference for eps in (1e-7, 1e-5)]
        for each, theta in ((net, small), (forgets, params))
    )
    assert 2e-7 < A[0] < 6e-7 and A[1] < A[0] / 50
    assert 2e-7 < B[0] < 6e-7 and B[1] == pytest.approx(B[0], rel=0.05)


def test_in_float32_every_move_can_be_made_with_the_table_unfolded():
    """At ε = 1e-12 no entry of θ moves: b1, with no slope either, has an infinite error bound, which is written too."""
    lab = gcl.labs.epsilon(dtype="float32")
    lab.folds.opened = lab.table
    for scale in [value for _, value in lab.bound["scale"].options]:
        lab.bound["scale"].value = scale
        for eps in EPSILONS[::4]:
            lab.bound["eps"].value = eps
            assert (lab.state.eps, lab.state.scale) == (eps, scale)
            assert lab.result.table in lab.table.value and lab.error.value == ""


# ---- the digits go ---------------------------------------------------------------------------------------------------


def digits(lab):
    """Return of each J its name, the digits that are equal and those that survive; and the words beneath."""
    rows = re.findall(r"(J\(.*?\)) *= <span>(.*?)</span><b>(.*?)</b>", lab.digits.value)
    assert len(rows) == 2 == len(lab.digits.value.split("</pre>")[0].splitlines()), "two lines, wherever it stands"
    return rows, lab.digits.value.split("</pre>")[1]


@pytest.mark.parametrize("dtype, places", [("float64", 16), ("float32", 8)])
@pytest.mark.parametrize("eps", [1e-12, 1e-7, 1e-3, 0.1])
def test_the_digits_are_those_of_J_at_both_ends_of_a_nudge(lab, dtype, places, eps):
    """Of the entry with the steepest slope, which is b3; the loop's J is the same but for its last digits."""
    net, X, Y, params = problem(dtype)
    lab.set(eps=eps, dtype=dtype, difference="two-sided", scale=1.0, error=0.0)
    rows, words = digits(lab)
    (_, same, plus), (_, also, minus) = rows
    assert [name for name, *_ in rows] == ["J(θ + ε)", "J(θ − ε)"] and words.startswith("θ[i] is b3[0, 0].")
    assert same == also and (not plus or plus[0] != minus[0]), "grey as far as they are equal, and bold from there"
    assert len(same + plus) == len(also + minus) == len("0.") + places
    for found, loop in zip((same + plus, also + minus), looped(net.on(X, Y)[0], params, eps), strict=True):
        assert float(found) == pytest.approx(loop[-1], abs=4 * float(np.finfo(dtype).eps))


def test_fewer_digits_survive_a_smaller_nudge_and_in_float32_hardly_one_is_left_at_1e_7(lab):
    left = []
    for eps in (1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11):
        rows, words = digits(lab.set(eps=eps, dtype="float64", difference="two-sided", scale=1.0, error=0.0))
        left.append(len(rows[0][2]))
        assert f"{left[-1]} digits survive: dθ_approx[i] is " in words
    np.testing.assert_array_equal(np.diff(left), -2)
    rows, words = digits(lab.set(dtype="float32", eps=1e-7))
    assert len(rows[0][2]) == len(rows[1][2]) <= 1  # which of the two depends on how a processor rounds
    assert ("1 digit survives: " if rows[0][2] else "no digit survives: dθ_approx[i] is 0, ") in words


def test_a_one_sided_difference_is_of_J_at_theta(lab):
    rows, _ = digits(lab.set(eps=1e-7, dtype="float64", difference="one-sided", scale=1.0, error=0.0))
    net, X, Y, params = problem()
    assert rows[1][0] == "J(θ)"
    assert float(rows[1][1] + rows[1][2]) == pytest.approx(net.on(X, Y)[0](params), abs=4e-16)


# ---- what the lesson says --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x, words",
    [(1.0, "1"), (1.7e-8, "1e-8"), (1.9e-8, "3e-8"), (2.9e-7, "3e-7"), (5.5e-5, "3e-5"), (5.8e-5, "1e-4"), (0.0, "0"),
     (np.inf, "inf")],
)  # fmt: skip
def test_a_reading_of_round_off_is_written_as_the_nearest_of_1_3_10(x, words):
    assert near(x) == words


def test_a_reading_written_so_is_less_than_twice_off_what_was_measured(lab):
    for changes in ({"scale": 0.01}, {"error": 1e-6}, {"eps": 1e-5}, {"dtype": "float32", "eps": 1e-2}):
        result = lab.at(**changes)
        assert 1 / 1.8 < float(result.number.split()[-1]) / result.report.difference < 1.8


def test_great_reaches_from_3e_9_to_1e_3_and_the_lowest_point_reads_a_hundred_times_less_than_1e_7(lab):
    x, y = lab.at().curves["eps"]
    great = x[y < GREAT]
    assert (great.min(), great.max()) == (3e-9, 1e-3)
    assert y[x == 1e-7][0] / y.min() == pytest.approx(100, rel=0.6)
    assert lab.at().digits.count("9 digits survive") == 1


def test_the_best_one_sided_eps_is_near_1e_7_here_and_reads_a_thousand_times_what_the_two_sided_best_does(lab):
    one, two = lab.at(difference="one-sided").best, lab.at().best
    assert 5e-8 < one[0] < 2e-7 and 100 < one[1] / two[1] < 1000


def test_all_bars_of_tiny_weights_end_within_their_error_bounds_and_those_of_usual_ones_too(lab):
    """So that a bar within its hatching is no sign of a bug, and none of rightness either: it may be green or grey."""
    for changes, band in (({"scale": 0.01}, "look"), ({}, "great")):
        report = lab.at(**changes).report
        assert report.band == band and all(x < report.bounds[name] for name, x in report.blocks.items())


def test_no_difference_of_two_vectors_reads_more_than_1(lab):
    """‖a − b‖ ≤ ‖a‖ + ‖b‖, which is why the dots leave the line of round-off."""
    result = lab.at(dtype="float32", eps=1e-9)
    assert result.prediction.roundoff(1e-9) > 100 and 0.9 < result.report.difference <= 1 + 1e-12


def test_the_truncation_is_that_of_how_the_bend_changes_and_not_of_the_bend():
    """θ² has a bend and no J‴: two-sided it is exact at any ε, one-sided it is not."""
    for eps in (0.5, 2.0**-10):
        up, down, at = (3 + eps) ** 2, (3 - eps) ** 2, 9.0
        assert (up - down) / (2 * eps) == 6 and (up - at) / eps == 6 + eps
