"""A ladder and its leaps, on slopes and leaps written by hand: each threshold just below and just above."""

import numpy as np
import pytest
from ladder_helpers import THETA, heard, made

from gc_lib.checker.ladder import STEPS, hidden_slope, noise_and_leaps
from gc_lib.checker.leaps import Leap, grows, leap_afar, stands_alone, stays

# ---- noise and leaps, of slopes written by hand ----------------------------------------------------------------------


def listened(seen, monkeypatch, leaps=(), here=1.0, up=None, down=None):
    """Read noise and leaps off slopes whose noise is seen to be this; `leaps` are those found, one test after another.

    Return noise, leaps, and of each test of a leap the step, the noise there and the slope of the line.
    """
    seen, tests, left = np.array(seen, float), [], list(leaps)
    falls = np.zeros(23)
    for k in range(21, -1, -1):
        falls[k] = 0.75 * seen[k] / STEPS[k] + falls[k + 1] / 10
    slope = np.append(np.cumsum(falls[::-1])[::-1], 0.0)

    def leap_near(here, at, h, up, down, line, k, noise):
        tests.append((k, float(noise), int(np.flatnonzero(slope == line)[0])))
        return left.pop(0) if left else None

    monkeypatch.setattr("gc_lib.checker.ladder.leap_near", leap_near)
    up, down = (np.full(24, here) if each is None else each for each in (up, down))
    noise, found = noise_and_leaps(here, None, STEPS, up, down, slope)
    return noise, found, tests


SOME = np.arange(STEPS.size)
SEEN = np.array([2e-9, 4e-9, 3e-9, 1e-9, 5e-9, *[1e-9] * 17])  # whose first five have a median of 3e-9


def test_the_noise_is_half_as_much_again_as_is_seen_at_the_first_five_steps(monkeypatch):
    noise, found, tests = listened(SEEN, monkeypatch)
    assert np.allclose(noise, 4.5e-9, rtol=1e-6) and not found and not tests
    later = np.where(np.arange(22) < 5, SEEN, 3e-8)  # less than 8 times that
    assert np.allclose(listened(later, monkeypatch)[0], 4.5e-9, rtol=1e-6)


def test_the_noise_is_at_least_a_third_of_the_last_digit_of_j_and_of_theta_so_far(monkeypatch):
    up = 1 + STEPS * np.where(np.arange(24) < 12, 1.0, -3.0)
    up[15] = 700.0
    down = np.where(np.arange(24) == 18, -5000.0, 1 - 2 * STEPS)
    noise, *_ = listened(np.zeros(22), monkeypatch, up=up, down=down)
    largest = np.select([np.arange(24) < 15, np.arange(24) < 18], [1.0, 700.0], 5000.0)
    moved = np.maximum(np.abs(up - 1), np.abs(down - 1)) / STEPS
    assert np.allclose(noise, 0.3 * (np.spacing(largest) + 2**-52 * moved), rtol=0.2)  # J just below 1 has finer digits
    assert np.allclose(noise[15:], 0.3 * (np.spacing(largest) + 2**-52 * moved)[15:], rtol=1e-9)


@pytest.mark.parametrize("times, tested", [(7.99, False), (8.01, True)])
def test_a_leap_is_looked_for_where_eight_noises_are_seen(times, tested, monkeypatch):
    for k in (6, 20):
        seen = np.where(np.arange(22) == k, times * 4.5e-9, SEEN)
        assert listened(seen, monkeypatch)[2] == [(k, pytest.approx(4.5e-9), k - 1)] * tested
    first = np.where(np.arange(22) == 0, times * 4.5e-9, [0, 3e-9, 3e-9, 3e-9, 3e-9, *SEEN[5:]])
    assert listened(first, monkeypatch)[2] == [(0, pytest.approx(4.5e-9), 0)] * tested


@pytest.mark.parametrize("times, tested", [(999, [8]), (1001, [8, 9])])
def test_after_a_test_that_found_no_leap_only_a_thousandfold_rise_is_tested(times, tested, monkeypatch):
    seen = np.where(np.arange(22) == 8, 1e-7, np.where(np.arange(22) == 9, times * 1e-7, SEEN))
    assert [k for k, *_ in listened(seen, monkeypatch)[2]] == tested
    found = listened(seen, monkeypatch, [Leap(1e-9, STEPS[8])])
    assert [k for k, *_ in found[2]][:2] == [8, 9] and [leap.height for leap in found[1]] == [1e-9]


@pytest.mark.parametrize("grows, tested", [(29.9, True), (30.1, False)])
def test_what_grows_thirtyfold_three_times_is_a_bend_and_no_leap(grows, tested, monkeypatch):
    seen = np.where(np.arange(22) < 8, SEEN, 1e-7)
    seen[9], seen[10], seen[11:] = 31e-7, 31**2 * 1e-7, 31**2 * 1e-7 * grows
    assert [k for k, *_ in listened(seen, monkeypatch)[2]] == [8] * tested
    seen[10:] = 1e-7 * grows * 29.9
    assert [k for k, *_ in listened(seen, monkeypatch)[2]] == [8]


def test_four_tests_at_most_are_made_and_a_bend_counts_as_one(monkeypatch):
    high = np.where(np.arange(22) < 8, SEEN, 1e-3)
    none = [Leap(0.0, 0.0)] * 9  # which leave the noise as it is but for what is seen
    monkeypatch.setattr(np, "median", lambda v: 3e-9)
    assert [k for k, *_ in listened(high, monkeypatch, none)[2]] == [8, 9, 10, 11]


def test_from_a_leap_on_its_half_is_noise_or_what_is_seen_there_and_the_next_is_looked_for_beyond_it(monkeypatch):
    seen = np.where(np.arange(22) < 8, SEEN, 1e-6)
    noise, found, tests = listened(seen, monkeypatch, [Leap(8e-4, STEPS[12] * 0.9)])
    assert np.allclose(noise, np.where(np.arange(24) < 8, 4.5e-9, 4e-4), rtol=1e-6) and len(tests) == len(found) == 1
    seen[8:12] = [1e-6, 3e-6, 5e-6, 9e-6]
    assert listened(seen, monkeypatch, [Leap(1e-9, STEPS[8])])[0][8:] == pytest.approx([4e-6] * 16)
    seen = np.where(np.arange(22) < 8, SEEN, 1e-6)
    seen[11:] = 1.0
    _, found, tests = listened(seen, monkeypatch, [Leap(1e-9, STEPS[14] * 0.9), Leap(2e-9, STEPS[0])])
    assert [k for k, *_ in tests] == [8, 14] and tests[1][1] == pytest.approx(1e-6, rel=1e-3) and len(found) == 2


def test_a_corner_shows_where_eleven_times_four_noises_let_it():
    for jump, here in ((2.0, 0.0), (2e3, 1e6)):
        ladder = heard(lambda t, jump=jump, here=here: jump * max(t - THETA, 0) + here)
        loud = np.maximum(ladder.noise, np.spacing(here + jump * STEPS))[1:]
        shows = np.maximum(jump - 44 * loud / STEPS[1:], 0) / 2
        assert np.allclose(ladder.kink[1:], np.maximum.accumulate(shows), rtol=0.01, atol=0.02 * jump)
    assert ((shows > 0.1 * jump) & (shows < 0.4 * jump)).any() and (shows == 0).any()


# ---- leaps afar ------------------------------------------------------------------------------------------------------


def test_afar_what_is_left_on_the_smallest_interval_counts_beside_a_bend():
    for height, leap in ((0.485, 0.0), (0.515, 0.515)):  # seen as 0.97 and 1.03, and 20 noises are 1

        def bent(t, height=height):
            return -4.8e5 * t**3 + height * (t > 0.37)

        assert leap_afar(bent, 0.05) == pytest.approx(leap, rel=1e-4)

    def steep(t):
        return 3e8 * t**3 + 1.0 * (t > 0.37)

    assert leap_afar(steep, 1e-12) == pytest.approx(1.0, rel=1e-5)  # the bend adds 5e-5 on the interval before


@pytest.mark.parametrize("cusp", [lambda t: np.sqrt(np.maximum(t, 0)), np.cbrt])
def test_afar_a_cusp_is_no_leap(cusp):
    for place in np.linspace(-0.89, 0.89, 90):
        assert leap_afar(lambda t, place=place: cusp(t - place), 1e-15) == 0


def test_afar_leaps_are_found_from_one_end_to_the_other():
    for p in (2, 3, 4, 5, 9, 60, 110, 114, 115, 116, 117):  # of 120 intervals
        assert leap_afar(lambda t, p=p: 1.0 * (t > (p + 0.5) / 60 - 1), 1e-12) == pytest.approx(1.0)


@pytest.mark.parametrize("left, right, alone", [
    (0.5, 0.5, True),
    (0.26, 0.5, True),
    (0.24, 0.5, False),
    (0.5, 0.24, False),
    (0.79, 0.5, True),
    (0.81, 0.5, False),
    (0.5, 0.81, False),
    (-0.5, 0.5, False),
])  # fmt: skip
def test_a_leap_has_beside_it_a_quarter_to_four_fifths_of_the_other_sign(left, right, alone):
    for height in (2.0, -30.0):
        third = height * np.array([0, 0, -left, 1, -right, 9])
        assert stands_alone(third, 3) is alone
        assert stands_alone(third[2:5], 1) is alone
        assert not stands_alone(third[3:], 0) and not stands_alone(third[:4], 3)
        assert not stands_alone(height * np.array([1, -0.5, 0, -0.5]), 0)  # there is nothing on its left


def test_just_on_its_threshold_a_leap_does_not_stand_alone_or_stay():
    alone = [stands_alone(np.array([-left, 1.0, -right]), 1) for left, right in ((0.26, 0.79), (0.25, 0.5), (0.5, 0.8))]
    assert alone == [True, False, False]
    assert stays([2.99, 9.0, 1.0]) and not stays([3.0, 9.0, 1.0])


def test_a_height_grows_to_more_than_twice_the_least_of_the_last_six():
    assert not grows([np.inf, 5.0, 1.0, 2.0, 1.99]) and not grows([1.0, 2.0]) and grows([np.inf, 5.0, 1.0, 2.0, 2.01])
    assert grows([1.0, 9.0, 9.0, 9.0, 9.0, 9.0]) and not grows([1.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0])


def test_a_bend_is_not_on_theta_however_it_weighs_at_the_best_step():
    bend = made(kink=100.0 ** np.arange(-20.0, 4), truncation=1e-60)
    assert not bend.sharp and bend.best == 0 and bend.kink[0] > bend.one_sided_error[0] and not bend.on_theta


# ---- what is read off a ladder ---------------------------------------------------------------------------------------


def test_what_noise_grows_by_is_steps_where_j_leaps_and_noise_where_it_does_not():
    noise = np.where(SOME < 10, 1.0, 5.0) * STEPS[10]
    with_leaps, without = (made(noise=noise, hidden=0.25, leaps=leaps).causes for leaps in ((Leap(1.0, 1e-3),), ()))
    grown = np.where(SOME < 10, 0.0, 16 * STEPS[10] / STEPS)
    assert np.allclose(with_leaps["steps"], 0.25 + grown) and np.allclose(with_leaps["noise"], 4 * STEPS[10] / STEPS)
    assert np.allclose(without["steps"], 0.25) and np.allclose(without["noise"], 4 * noise / STEPS)


def test_j_stands_still_where_it_moves_on_neither_side():
    assert not heard(lambda t: 1 + max(t - THETA, 0)).still.any()
    assert heard(lambda t: 1 + (abs(t - THETA) > 1e-5) * 1.0).still.tolist() == (STEPS < 1e-5).tolist()


def test_three_steps_in_a_row_are_enough_for_wrong_whatever_their_neighbours_have():
    three = (SOME >= 10) & (SOME < 13)
    for other in (2.0, -7.0):
        ladder = made(slope=np.where(three, 1.0, other), truncation=np.where(three, 0.0, 1e3))
        assert ladder.judge(2.0, 0.0) == "wrong"


@pytest.mark.parametrize("factor, answer", [(0.999, "cannot tell"), (1.001, "wrong")])
def test_at_the_last_step_the_two_slopes_are_as_far_apart_as_at_the_one_before(factor, answer):
    ladder = made(bend=0.3, truncation=np.where(SOME > 20, 0.0, 1e3))
    assert ladder.judge(1 + factor * 0.15, 0.0) == ladder.judge(1 - factor * 0.15, 0.0) == answer


@pytest.mark.parametrize("between, answer", [(1, "wrong"), (2, "cannot tell")])
def test_a_plateau_farther_out_than_two_steps_between_both_sides_is_beyond_a_corner(between, answer):
    bend = np.where(np.arange(24) < between, 4.0, 0.0)  # slopes of −1 and 3 beside θ, of 1 farther out
    assert made(bend=bend).judge(2.0, 0.0) == answer
    assert made(bend=bend, truncation=np.where(bend, 0.26, 0.0)).judge(2.0, 0.0) == "wrong"  # they do not know enough


@pytest.mark.parametrize("truncation, answer", [(0.0124, "cannot tell"), (0.0126, "wrong")])
def test_to_agree_a_step_knows_to_a_quarter_of_the_gap_near_theta_however_wide_it_is_far_out(truncation, answer):
    slope = np.where(SOME < 8, 1.0, np.where(SOME > 8, 0.0, 0.95))  # of a J that has no slope far out
    ladder = made(slope=slope, truncation=np.where(SOME == 8, truncation, 0.0))
    assert ladder.judge(0.95, 0.0) == answer


@pytest.mark.parametrize("still, answer", [(1, "wrong"), (2, "right")])
def test_two_steps_at_which_j_stands_still_and_is_known_to_speak_for_a_slope_of_zero(still, answer):
    at = np.arange(24) < still
    ladder = made(slope=np.where(at, 0.0, 1.0), still=at, truncation=np.where(np.arange(24) == still, 1e3, 0.0))
    assert ladder.judge(0.0, 0.0) == answer


def test_a_kink_is_sharp_below_thirty_times_in_two_steps():
    for growth, sharp in ((29.9, True), (30.1, False)):
        assert made(kink=np.array([0, 7.0, 1.0, 9.0, growth, *[0.0] * 19])).sharp is sharp


def test_a_staircase_hides_no_more_than_what_the_slope_is_off_from_three_widths_on():
    """Steps lie √10 apart: of a stair as wide as step 10, step 11 is beyond it."""
    width, height = STEPS[10], 10 * STEPS[10]
    slope, noise = 1 + 100.0 * (SOME > 11), height / 2 * (SOME >= 10)
    hidden = hidden_slope(STEPS, slope, noise, 0 * STEPS, 0 * STEPS, [Leap(height, width)])
    assert np.allclose(hidden, np.where(SOME < 10, height / STEPS[11], 0.0))


@pytest.mark.parametrize("digits, is_still", [(32, False), (33, True)])
def test_a_j_that_only_its_last_digits_move_is_constant_and_can_call_a_slope_wrong(digits, is_still):
    ladder = heard(lambda t: 1 + (abs(t - THETA) > 0.1) * digits * np.spacing(1.0))
    assert ladder.still.any() == is_still
    assert ladder.judge(1e-3, 0.0) == ("cannot tell" if is_still else "wrong")
    assert ladder.judge(0.0, 0.0) == "right"
