"""One ladder: noise, leaps, corners and truncation read off closed forms, each just below and above its threshold."""

import numpy as np
import pytest
from ladder_helpers import EXACT, THETA, Line, corner, heard, made, noisy, stairs

from gc_lib.checker.ladder import CLOSE, RUNG, STEPS, SURE, hidden_slope, listen
from gc_lib.checker.leaps import Leap, falls, leap_afar, leap_near, stays
from gc_lib.checker.taylor import Taylor, taylor

# ---- what a ladder holds ---------------------------------------------------------------------------------------------


def test_the_steps_are_two_a_decade_from_7e_13_to_0_23_and_no_round_numbers():
    assert STEPS.size == 24 and STEPS[-1] == 0.23 and STEPS[0] == pytest.approx(7.27e-13, rel=1e-3)
    assert np.allclose(STEPS[2:] / STEPS[:-2], 10)


def test_slope_bend_and_truncation_of_a_cubic_are_its_closed_forms():
    a, b, c = 2.0, 5.0, 4.0
    ladder = heard(lambda t: 3 + a * (t - THETA) + b * (t - THETA) ** 2 + c * (t - THETA) ** 3)
    large = STEPS > 1e-3
    assert np.allclose(ladder.slope[large], a + c * STEPS[large] ** 2, rtol=1e-9)
    assert np.allclose(ladder.bend[large], 2 * b * STEPS[large], rtol=1e-9)
    assert np.allclose(ladder.truncation[large][:-1], 2 * c * STEPS[large][:-1] ** 2, rtol=1e-6)  # twice what it is
    assert ladder.truncation[-1] == np.inf and ladder.here == 3.0 and not ladder.leaps
    assert ladder.swing == pytest.approx(a * 0.23 + b * 0.23**2 + c * 0.23**3)
    assert not ladder.still.any() and not ladder.hidden.any() and not ladder.kink.any()


def test_truncation_does_not_fall_where_two_slopes_agree_by_chance():
    flat = heard(lambda t: np.sin(40 * (t - THETA)))  # D(h) = sin(40 h) / h crosses 0 time and again
    i = np.arange(STEPS.size - 1)
    assert (flat.truncation[i[:-1]] >= flat.truncation[i[1:]] / 10 - 1e-12).all()
    true = np.abs(40 * np.sinc(40 * STEPS / np.pi) - 40)
    assert (true[STEPS < 0.03] <= flat.error[STEPS < 0.03]).all()


@pytest.mark.parametrize("k", [1, 30, 1e3, 1e5])
def test_the_best_step_of_a_sine_is_within_a_factor_of_32_of_the_closed_form(k):
    ladder = heard(lambda t: np.sin(k * t))
    exact = k * np.cos(k * THETA)
    noise = max(1.1e-16, k * np.spacing(THETA) / 4)  # of J, and of what θ itself is rounded by
    ideal = (3 * noise / k**3) ** (1 / 3)
    assert ideal / 32 < ladder.steps[ladder.best] < ideal * 32
    assert abs(ladder.slope[ladder.best] - exact) <= ladder.error[ladder.best] < 1e-6 * k
    assert ladder.clouds() == [] and ladder.judge(exact, 0.0) == "right"


def test_error_is_four_noises_a_step_and_the_rest_once():
    ladder = made(noise=STEPS, truncation=2.0, hidden=0.25, kink=0.125)
    assert SURE == 4 and np.allclose(ladder.smooth_error, 6)
    assert np.allclose(ladder.one_sided_error, 6.25) and np.allclose(ladder.error, 6.375)


def test_it_prints_as_one_row_a_step():
    printed = str(heard(np.sin)).splitlines()
    assert printed[0].split() == ["step", "slope", "error"] and len(printed) == 25
    assert printed[-1].split()[:2] == ["2e-01", f"{EXACT * np.sin(0.23) / 0.23:.5g}"]


def test_the_causes_of_its_error_add_up_to_it():
    for ladder in (heard(stairs(1e-4)), heard(corner(1e-3)), made(noise=STEPS, hidden=0.5, kink=0.25)):
        assert np.allclose(sum(ladder.causes.values())[:-1], ladder.error[:-1])
        assert {"truncation", "steps", "kink"} < set(ladder.causes)
    digit = np.spacing(1.0)
    assert "noise" in made(noise=201 * digit).causes and "round-off" in made(noise=199 * digit).causes


# ---- noise -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1e-12, 1e-9, 1e-6, 1e-3])
def test_noise_is_read_off_to_a_factor_of_two(size):
    found = np.array([heard(noisy(size, seed)).noise for seed in range(40)])
    ratios = np.median(found, axis=1) / size
    assert np.median(ratios) == pytest.approx(1, abs=0.25)
    assert ((ratios > 0.5) & (ratios < 2)).mean() > 0.75


def test_noise_is_never_below_a_third_of_the_last_digit():
    assert np.allclose(heard(lambda t: 1.0).noise, 0.3 * 2**-52, rtol=1e-12)
    assert np.allclose(heard(lambda t: 1000.0).noise, 0.3 * np.spacing(1000.0), rtol=1e-12)


def test_noise_known_already_counts_where_j_stands_still_and_nowhere_else():
    ladder = heard(lambda t: np.round(t * 1e3) / 1e3, noise=0.5)
    assert ladder.still.any() and not ladder.still.all()
    assert (ladder.noise[ladder.still] == 0.5).all() and (ladder.noise[~ladder.still] < 0.01).all()


def test_a_leap_below_eight_times_the_noise_known_is_noise():
    rounded = stairs(1e-6, 1e-3)  # by 1e-9
    assert heard(rounded, calm=2e-10).leaps == () != heard(rounded, calm=1e-10).leaps


def test_a_leap_known_already_hides_a_slope_over_the_whole_ladder():
    ladder = heard(np.sin, leap=0.023)
    assert np.allclose(ladder.hidden, 0.1) and heard(np.sin).hidden.max() == 0


@pytest.mark.parametrize("size, loud", [(1.19e-3, False), (1.21e-3, True)])
def test_noise_is_worth_a_word_from_three_tenths_of_the_slope_on(size, loud):
    step = 0.016  # 4 · noise / step = 0.3 at a noise of 1.2e-3
    ladder = made(np.full(6, step), noise=size)
    assert ladder.clouds() == ["noise"] * loud


@pytest.mark.parametrize("sharp", [1e4, 1e6, 1e8])
def test_beyond_a_steep_rise_no_step_knows_the_slope_at_theta(sharp):
    ladder = heard(lambda t: np.sin(t) + np.tanh(sharp * (t - THETA)) / 100)
    right = EXACT + sharp / 100
    assert ladder.steps[ladder.best] < 0.1 / sharp and ladder.judge(right, 0.0) == "right"
    assert ladder.judge(1.01 * right, 0.0) == "wrong"


def test_that_a_bounded_j_hardly_rises_over_large_steps_does_not_speak_for_a_slope_of_zero():
    assert heard(lambda t: np.tanh(1e4 * (t - THETA) - 0.1)).judge(0.0, 0.0) == "wrong"


@pytest.mark.parametrize("at", [0.003, 0.03, 0.1])
def test_a_j_that_stands_still_up_to_a_corner_is_constant_there_and_can_call_a_slope_wrong(at):
    clipped = heard(lambda t: max(t - THETA - at, 0))
    assert clipped.judge(1.0, 0.0) == "wrong" and clipped.judge(0.0, 0.0) == "right"
    assert heard(lambda t: np.round((t - THETA) / at / 2) * at).judge(1.0, 0.0) == "cannot tell"


@pytest.mark.parametrize("steep", [100, 300, 1000])
def test_a_j_that_stands_still_since_it_is_rounded_is_not_constant(steep):
    """A J = −log a, where a = 1 / (1 + e⁻ᶻ) is rounded to 1 from z = 37 on, leaves 0 by 1.1e-16 at once."""
    saturated = heard(lambda t: float(-np.log(1 / (1 + np.exp(steep * (t - THETA) - 38)))))
    assert saturated.here == 0
    assert saturated.judge(steep * np.exp(-38), 0.0) == "cannot tell"


# ---- leaps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1e-8, 1e-6, 1e-4, 1e-2])
def test_a_staircase_has_leaps_and_hides_its_slope_below_its_width(width):
    ladder = heard(stairs(width))
    nearest = min(ladder.leaps, key=lambda leap: leap.distance)
    edge = width / 2 - abs(THETA - np.round(THETA / width) * width)  # the nearest of the two
    assert nearest.height == pytest.approx(0.1 * width, rel=0.01) and ladder.first_leap == nearest.distance
    assert edge * 0.99 < nearest.distance <= 4 * width
    assert ladder.hidden[0] == pytest.approx(0.1, rel=0.15)
    assert (ladder.one_sided_error[STEPS < width / 2] > 0.09).all()  # by what is hidden, or by the leap
    assert not ladder.hidden[STEPS > 4 * width].any()
    assert (ladder.noise[STEPS > 4 * width] >= 0.04 * width).all()
    assert ladder.judge(EXACT, 1e-6) != "wrong" and ladder.judge(EXACT + 0.1, 1e-6) != "wrong"
    assert ladder.judge(EXACT + 1, 1e-6) == "wrong"


def test_a_low_staircase_before_a_high_one_is_no_bend():
    ladder = heard(lambda t: 1 + 1e-11 * round((t - THETA) / 3e-9) + 1e-8 * round((t - THETA) / 1e-8))
    assert ladder.leaps and np.isclose(ladder.slope[ladder.best], 1 + 1e-11 / 3e-9, rtol=1e-6)


def test_two_staircases_of_far_apart_widths_are_both_found():
    ladder = heard(lambda t: stairs(1e-8)(t) + 0.1 * np.round(t / 1e-3) * 1e-3)
    heights = sorted(leap.height for leap in ladder.leaps)
    assert heights[0] == pytest.approx(1e-9, rel=0.1) and heights[-1] == pytest.approx(1e-4, rel=0.1)


@pytest.mark.parametrize("at", [0, 1e-10, 1e-6, 1e-3, 1e-1])
def test_a_corner_is_no_leap(at):
    assert heard(corner(at)).leaps == ()


def test_a_smooth_j_takes_48_evaluations_and_each_test_of_a_leap_18_more():
    def count(J):
        line = Line(J)
        listen(float(J(THETA)), line)
        return line.evaluations

    assert count(lambda t: 2 * t) == count(lambda t: t**2) == 48
    assert count(stairs(1e-6)) == 48 + 18
    assert all((count(J) - 48) % 3 == 0 and count(J) <= 48 + 4 * 18 for J in (np.sin, corner(1e-4), noisy(1e-6)))


@pytest.mark.parametrize("height, nature", [(7, "round-off"), (9, "steps")])
def test_leaps_of_a_few_last_digits_are_round_off(height, nature):
    digit = np.spacing(1.0)
    assert made(leaps=(Leap(height * digit, 1e-6), Leap(digit, 1e-8))).nature == nature


@pytest.mark.parametrize("digits, nature", [(0.009, "steps"), (0.011, "float32"), (29, "float32"), (31, "steps")])
def test_leaps_about_the_last_digit_of_a_float32_are_of_float32(digits, nature):
    leaps = (Leap(digits * float(np.spacing(np.float32(1.0))), 1e-6),)
    assert made(leaps=leaps).nature == nature and made(leaps=leaps).clouds()[0] == nature


def test_leaps_are_of_float32_only_where_j_is_a_number_of_float32_itself():
    leaps = (Leap(float(np.spacing(np.float32(0.1))), 1e-6),)
    assert made(leaps=leaps, here=0.1).nature == "steps"
    assert made(leaps=leaps, here=float(np.float32(0.1))).nature == "float32"
    assert heard(lambda t: round(float(np.sin(t)), 7)).clouds() == ["steps"]


def test_a_j_in_float32_has_its_leaps_named():
    assert heard(lambda t: float(np.float32(np.sin(t)))).clouds() == ["float32"]


@pytest.mark.parametrize("distance, first", [(CLOSE * 0.99, CLOSE * 0.99), (CLOSE * 1.01, np.inf)])
def test_a_leap_farther_off_than_three_hundredths_of_theta_makes_no_staircase(distance, first):
    ladder = made(leaps=(Leap(1e-3, 1.0), Leap(1e-3, distance)))
    assert ladder.first_leap == first
    args = STEPS, np.ones(24), 5.1e-4 * (STEPS > 1e-4), np.zeros(24), np.zeros(24)
    assert hidden_slope(*args, [Leap(1e-3, distance)]).any() == (first < np.inf)


def test_the_slope_hidden_is_height_over_width_or_what_the_slope_is_off_beyond():
    far, quiet = STEPS > 1e-4, np.zeros(24)
    noise = 5e-5 * far
    by_height = hidden_slope(STEPS, 1 + 10.0 * far, noise, quiet, quiet, [Leap(1e-4, 1e-4)])
    assert np.allclose(by_height[~far], 1.0) and not by_height[far].any()
    at_noise = hidden_slope(STEPS, 1 + 10.0 * far, noise, quiet, quiet, [Leap(1e-4, 5e-3)])
    assert np.allclose(at_noise[~far], 1e-4 / STEPS[far][0]) and not at_noise[far].any()  # where the noise begins
    slope, noise = 1 + 0.5 * (STEPS > 3e-4) + 0.1 * (STEPS > 1e-2), 5e-3 * far
    beyond = STEPS > 3e-4
    for truncation in (0.0, 0.25):
        by_slope = hidden_slope(STEPS, slope, noise, quiet + truncation, quiet, [Leap(1e-2, 1e-4)])
        expected = (slope - 1 + 2 * noise / STEPS)[beyond].min() + truncation
        assert np.allclose(by_slope[~far], expected) and not by_slope[far].any()


def test_the_slope_below_a_staircase_is_taken_where_its_error_is_smallest():
    far, some = STEPS > 1e-4, np.arange(24)
    slope = np.where(far, 2.0, np.where(some == 5, 1.9, 1.0))
    for error in (1e3 * (some != 5), 0 * STEPS):
        noise = np.where(far, 5e-4, error * STEPS)
        hidden = hidden_slope(STEPS, slope, noise, 0 * STEPS, 0 * STEPS, [Leap(1e-3, 1e-4)])[0]
        kinked = hidden_slope(STEPS, slope, 5e-4 * far, 0 * STEPS, np.where(far, 0, error), [Leap(1e-3, 1e-4)])[0]
        bent = hidden_slope(STEPS, slope, 5e-4 * far, np.where(far, 0, error), 0 * STEPS, [Leap(1e-3, 1e-4)])[0]
        expected = (0.1 if error.any() else 1.0) + 2 * 5e-4 / 0.23
        assert hidden == pytest.approx(expected) and kinked == pytest.approx(expected)
        assert bent == pytest.approx(expected)


def test_leap_near_finds_height_and_place_on_either_side():
    for side in (1, -1):

        def at(t, side=side):
            return 3 * t + 0.5 * (side * t > 0.011)

        up, down = at(STEPS), at(-STEPS)
        k = int(np.argmax(STEPS > 0.011))
        leap = leap_near(0.0, at, STEPS, up, down, 3.0, k, 1e-12)
        assert leap.height == pytest.approx(0.5) and leap.distance == pytest.approx(0.011, rel=1e-3)
        assert leap_near(0.0, at, STEPS, up, down, 3.0, k - 2, 1e-12) == leap  # up to two steps on
        assert leap_near(0.0, at, STEPS, up, down, 3.0, k - 3, 1e-12) is None
        assert leap_near(0.0, at, STEPS, up, down, 3.0, k, 0.5 / 6.1) and not leap_near(
            0.0, at, STEPS, up, down, 3.0, k, 0.5 / 5.9
        )


def test_leap_near_finds_a_leap_between_theta_and_the_first_step():
    def at(t):
        return t + 2.0 * (t > 3e-13)

    leap = leap_near(0.0, at, STEPS, at(STEPS), at(-STEPS), 1.0, 0, 1e-15)
    assert leap.height == pytest.approx(2) and leap.distance == pytest.approx(3e-13, rel=1e-3)


def test_leap_near_gives_up_at_a_corner_and_where_j_has_no_value():
    k = int(np.argmax(STEPS > 1e-3))

    def bent(t):
        return np.maximum(t - 5e-4, 0)

    assert leap_near(0.0, bent, STEPS, bent(STEPS), bent(-STEPS), 0.0, k, 1e-18) is None

    def gap(t):
        return np.where(np.isin(t, [*STEPS, *-STEPS]), np.sign(t - 1e-3), np.nan)

    assert leap_near(-1.0, gap, STEPS, gap(STEPS), gap(-STEPS), 0.0, k, 1e-18) is None


@pytest.mark.parametrize("least", [1e-15, 1e-12, 1e-7])
def test_a_log_that_is_clipped_is_no_leap_near_or_afar(least):
    for at in np.random.default_rng(0).uniform(1e-3, 0.02, 20):

        def J(t, at=at):
            return -np.log(np.maximum(at - t, least))

        k = int(np.argmax(STEPS > at))
        assert leap_near(J(0.0), J, STEPS, J(STEPS), J(-STEPS), 1 / at, k, 1e-15) is None
        assert leap_afar(lambda t, at=at: J(t - 40 * at), 1e-15) == 0


@pytest.mark.parametrize("at", [-0.81, -0.3, 0.003, 0.37, 0.9])
def test_a_leap_afar_is_found_with_its_height(at):
    assert leap_afar(lambda t: np.sin(3 * t) + 1e-4 * (t > at), 1e-12) == pytest.approx(1e-4, rel=0.01)


@pytest.mark.parametrize("J", [np.sin, lambda t: 0 * t, np.exp, lambda t: np.sin(20 * t)])
def test_afar_a_bend_is_no_leap(J):
    assert leap_afar(J, 1e-15) == 0


def test_afar_a_corner_is_no_leap_wherever_it_is():
    places = np.random.default_rng(0).uniform(-0.9, 0.9, 60)
    assert [at for at in places if leap_afar(lambda t, at=at: np.sin(t) + np.maximum(t - at, 0), 1e-15)] == []


def test_a_leap_afar_stands_out_from_twenty_times_the_noise_and_from_where_j_has_no_value():
    def leap(t):
        return 1.0 * (t > 0.37)

    assert leap_afar(leap, 2 / 20.5) == pytest.approx(1) and leap_afar(leap, 2 / 19.5) == 0
    assert leap_afar(lambda t: np.where(t < -0.9, np.nan, leap(t)), 1e-9) == pytest.approx(1)


def test_the_second_oddest_place_afar_is_looked_at_too():
    def both(t):
        return 1e-4 * (t > 0.37) + 0.1 * np.maximum(t + 0.5, 0)

    assert leap_afar(both, 1e-15) == pytest.approx(1e-4, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("pole", [lambda t: np.log(np.abs(t)), lambda t: 1 / t, lambda t: np.abs(t) ** -0.5, np.tan])
def test_afar_a_pole_is_no_leap_wherever_it_is(pole):
    for at in np.random.default_rng(0).uniform(-0.9, 0.9, 40):
        assert leap_afar(lambda t, at=at: pole(t - at), 1e-15) == 0


def test_a_height_stays_that_is_above_a_third_of_the_last_but_one():
    assert stays([1.0, 0.5, 0.34]) and not stays([1.0, 0.9, 0.33]) and stays([0.0, 1.0, 1.0, 0.34])


def test_a_height_falls_that_the_last_cuts_have_made_smaller_by_a_hundredth_far_above_the_noise():
    after = [0.98, 0.5, 0.98]
    assert falls([1.0, 0.5, 0.5, 0.5, 0.5, *after], 0.0) and not falls([1.0, 0.5, 0.5, 0.5, 0.5, 0.5, *after], 0.0)
    assert falls([0.5, 0.5, 1.0, *after], 0.0) and not falls([0.5, 0.5, 0.985, *after], 0.0)
    assert falls([1.0, 1.0, 1.0, *after], 0.97e-3) and not falls([1.0, 1.0, 1.0, *after], 0.99e-3)


def test_a_leap_is_found_of_which_another_one_nearby_takes_half_back():
    def flickering(t):  # as a float32 near the border of two of its values
        return 0.03 * (t - THETA) + 2e-7 * (t - THETA > 1.1e-7) - 1e-7 * (t - THETA > 1.2e-7)

    assert [leap.height for leap in heard(flickering).leaps] == [pytest.approx(2e-7, rel=0.01)]


# ---- kinks -----------------------------------------------------------------------------------------------------------


def test_a_corner_on_theta_is_half_the_jump_off_and_a_parabola_is_none():
    ladder = heard(corner(0))
    assert np.allclose(ladder.kink[STEPS > 1e-7], 1, atol=1e-5) and ladder.on_theta
    assert ladder.clouds() == ["kink on θ"]
    for off in (0, 1e-12, 1e-8, 1e-3):  # J is of more digits than θ there
        assert not heard(lambda t, off=off: (t - THETA + off) ** 2).on_theta


@pytest.mark.parametrize("even", [lambda x: x**4, lambda x: x**2 + 5, np.cos, lambda x: np.abs(x) ** 3, np.cosh])
def test_an_even_function_at_its_middle_has_no_corner(even):
    ladder = heard(lambda t: even(t - THETA))  # no slope is there to compare the kink with
    assert not ladder.sharp and not ladder.on_theta and ladder.clouds() != ["kink on θ"]


@pytest.mark.parametrize("factor, sharp", [(29, True), (31, False)])
def test_a_kink_is_sharp_that_grows_less_than_thirty_times_in_two_steps(factor, sharp):
    after = np.arange(STEPS.size)
    kink = np.where(after < 10, 0, np.where(after < 13, 1.0, factor))
    assert made(kink=kink).sharp == sharp
    assert not made(kink=np.where(after < 21, 0, 1.0)).sharp and made(kink=np.where(after < 20, 0, 1.0)).sharp


@pytest.mark.parametrize(
    "at, on", [(0, True), (1e-12, True), (1e-8, False), (1e-5, False), (1e-3, False), (0.5, False)]
)
def test_a_corner_on_theta_near_it_and_beyond_the_ladder(at, on):
    ladder = heard(corner(at))
    assert ladder.on_theta == on
    assert ladder.judge(EXACT, 1e-6) == "right" and ladder.judge(EXACT + 2.5, 1e-6) == "wrong"
    if on:
        assert ladder.judge(EXACT + 2, 1e-6) == "right"  # the other of the two slopes
    else:
        assert ladder.steps[ladder.best] < max(at, 1e-12)
        assert abs(ladder.slope[ladder.best] - EXACT) <= ladder.error[ladder.best] < 1e-4
        assert ladder.judge(EXACT + 2, 1e-6) == "wrong"


def test_a_kink_that_shows_as_soon_as_it_can_is_taken_for_one_on_theta():
    def best(first, share):
        """Return the best step where a kink of 1 begins at this one, and the noise before it hides so much of it."""
        kink, noise = 1.0 * (np.arange(24) >= first), share / (11 * SURE) * STEPS
        return made(kink=kink, noise=noise, truncation=1e-13 / STEPS).best

    assert best(12, 0.49) == 11 and best(12, 0.51) == 23  # below the kink; beyond it, for all we know
    assert best(2, 0.0) == 1 and best(1, 0.0) == 23 and best(24, 0.0) == 23


def test_a_corner_of_the_ladder_is_where_the_slope_jumps_all_at_once():
    some = np.arange(24)
    kink = np.where(some >= 10, 1.0, 0.0)
    assert made(kink=kink, slope=1 + kink).corner == STEPS[10]
    for before, jumps in ((0.995e-2, True), (1.005e-2, False)):
        slope = 1 + kink - before * (some < 9)
        assert (made(kink=kink, slope=slope).corner < np.inf) == jumps
    for error, jumps in ((0.0995, True), (0.1005, False)):
        assert (made(kink=kink, slope=1 + kink, truncation=error).corner < np.inf) == jumps
    assert made().corner == np.inf and made(kink=1.0).corner == np.inf
    assert made(kink=kink, slope=1 + kink + 200.0 * (some >= 15)).corner == STEPS[10]  # the first of two


def test_at_a_corner_a_slope_of_its_two_sides_is_not_wrong_whatever_j_does_farther_out():
    farther = np.where(np.arange(24) < 20, 1.0, 2.9)
    assert made(kink=1.0, slope=farther).judge(1.0, 0.0) == "right"
    assert made(kink=np.where(np.arange(24) < 20, 0.0, 1.0), slope=farther).judge(2.9, 0.0) == "wrong"


# ---- what it says ----------------------------------------------------------------------------------------------------


def test_a_constant_is_flat_and_an_even_j_is_not():
    constant, even = heard(lambda t: 1.0), heard(lambda t: (t - THETA) ** 2)
    assert constant.clouds() == ["flat"] and not constant.moved
    assert even.moved and "flat" not in even.clouds()
    assert even.judge(0.0, 1e-6) == "right" and even.judge(1e-3, 1e-6) == "wrong"


def test_j_has_no_vote_where_it_stands_still():
    ladder = heard(lambda t: np.round(np.sin(t), 6))
    assert ladder.still[:8].all() and not ladder.still[-8:].any()
    assert not heard(lambda t: 1.0).still.any()  # it stands still nowhere in particular
    assert ladder.judge(EXACT * 1.5, 1e-6) == "wrong" and ladder.judge(0.0, 1e-6) == "wrong"


@pytest.mark.parametrize("edge, steps", [(1e-3, 19), (1e-11, 3)])
def test_a_ladder_ends_where_j_has_no_value(edge, steps):
    ladder = heard(lambda t: np.nan if t > THETA + edge else np.sin(t))
    assert bool(ladder) == (steps >= 5) and ladder.steps.size == (steps if steps >= 5 else 0)
    assert ladder.clouds() == ([] if ladder else ["domain"])
    assert ladder.judge(EXACT, 1e-6) == ("right" if ladder else "cannot tell")
    assert ladder.judge(2.0, 1e-6) == ("wrong" if ladder else "cannot tell")
    below = heard(lambda t: np.nan if t < THETA - edge else np.sin(t))
    assert below.steps.size == ladder.steps.size


@pytest.mark.parametrize("count, enough", [(4, False), (5, True)])
def test_a_ladder_of_fewer_than_five_steps_says_nothing(count, enough):
    last = (STEPS[count - 1] + STEPS[count]) / 2
    ladder = heard(lambda t: np.nan if t - THETA > last else 2 * t)
    assert bool(ladder) == bool(made(STEPS[:count])) == enough
    assert ladder.on_theta is False and ladder.swing == pytest.approx(2 * STEPS[4] if enough else 0, rel=1e-3)


@pytest.mark.parametrize("factor, answer", [(0.999, "cannot tell"), (1.001, "wrong")])
def test_wrong_is_off_by_two_errors_half_the_jump_of_a_corner_and_the_tolerance(factor, answer):
    for error, bend in ({"truncation": 0.02}, 0.0), ({"hidden": 0.02}, 0.3):
        off = 2 * (4 * 0.0025 + 0.02) + bend / 2 + 0.05
        ladder = made(noise=0.0025 * STEPS, bend=bend, **error)
        assert ladder.judge(1 + factor * off, 0.05) == ladder.judge(1 - factor * off, 0.05) == answer


@pytest.mark.parametrize("factor, answer", [(0.999, "right"), (1.001, "wrong")])
def test_at_a_corner_an_entry_between_the_two_slopes_is_not_wrong_and_one_outside_is(factor, answer):
    bend = np.where(STEPS < 0.2, 1.0, 0)
    ladder = made(bend=bend, kink=0.5)
    assert ladder.judge(1 + factor * 0.5, 0.0) == ladder.judge(1 - factor * 0.5, 0.0) == answer


@pytest.mark.parametrize("factor, answer", [(0.999, "cannot tell"), (1.001, "wrong")])
def test_the_two_slopes_are_known_no_better_than_they_change_from_step_to_step(factor, answer):
    bend = 1 + 0.1 * (-1.0) ** np.arange(STEPS.size)
    more = 0.1 * (RUNG + 1) / (RUNG - 1)  # the jump less the bend of a parabola is by turns 1 + this and 1 − this
    least = (1 + more) / 2 + 2 * more
    truncation = np.where(np.arange(STEPS.size) < 21, 0, np.inf)
    assert made(bend=bend, truncation=truncation).judge(1 + factor * least, 0.0) == answer


@pytest.mark.parametrize("k", [1e12, 1e13, 1e15, 1e20])
def test_where_j_turns_round_within_the_least_step_nothing_is_told_of_any_slope(k):
    ladder = heard(lambda t: np.sin(k * t))
    assert ladder.all_noise and {ladder.judge(slope, 0.0) for slope in (0, 1, k * np.cos(k * THETA))} == {"cannot tell"}


@pytest.mark.parametrize("share, noise", [(0.24, False), (0.26, True)])
def test_j_is_all_noise_that_moves_at_the_least_steps_by_a_quarter_of_what_it_ever_moves(share, noise):
    for both_ways in ({"slope": share / STEPS}, {"slope": 0, "bend": 2 * share / STEPS}):
        assert made(swing=1.0, **both_ways).all_noise == noise
        assert not made(swing=1e-15, **{name: 1e-15 * moved for name, moved in both_ways.items()}).all_noise
    fifth, sixth = (np.where(np.arange(STEPS.size) == k, share / STEPS, 0) for k in (4, 5))
    assert made(slope=fifth).all_noise == noise and not made(slope=sixth).all_noise


@pytest.mark.parametrize("steps, answer", [(2, "cannot tell"), (3, "wrong")])
def test_wrong_takes_three_steps_in_a_row(steps, answer):
    some = np.arange(24)
    error = np.where((some >= 10) & (some < 10 + steps), 0.0, 1e3)
    assert made(truncation=error).judge(2.0, 0.0) == answer
    assert made(truncation=np.where(some % 2, 0.0, 1e3)).judge(2.0, 0.0) == "cannot tell"
    still = np.where((some >= 10) & (some < 10 + steps), False, True)
    assert made(still=still).judge(2.0, 0.0) == answer


def test_the_last_three_steps_and_the_first_three_may_be_the_plateau():
    some = np.arange(24)
    assert made(truncation=np.where(some < 3, 0, 1e3)).judge(2.0, 0.0) == "wrong"
    assert made(truncation=np.where(some > 20, 0, 1e3)).judge(2.0, 0.0) == "wrong"


@pytest.mark.parametrize("spread, answer", [(0.32, "wrong"), (0.35, "cannot tell")])
def test_the_three_agree_to_a_third_of_their_gap(spread, answer):
    some = np.arange(24)
    error, slope = np.where((some >= 10) & (some < 13), 0.0, 1e3), np.where(some == 11, 1 - spread, 1.0)
    assert made(slope=slope, truncation=error).judge(2.0, 0.0) == answer


@pytest.mark.parametrize(
    "error, tolerance, still, answer",
    [
        (0.0, 0.0, False, "cannot tell"),  # a step that agrees
        (0.24, 0.0, False, "cannot tell"),  # it knows to less than a quarter of the gap
        (0.26, 0.0, False, "wrong"),  # it knows too little to have a say
        (0.0, 0.0, True, "wrong"),  # it stood still
    ],
)
def test_a_step_that_agrees_vetoes_wrong_if_it_can_tell(error, tolerance, still, answer):
    some = np.arange(24)
    slope, kink = np.where(some == 2, 2.0, 1.0), np.where(some == 2, error, 0.0)
    ladder = made(slope=slope, truncation=kink, still=(some == 2) & still)
    assert ladder.judge(2.0, tolerance) == answer


def test_a_step_that_agrees_but_for_the_tolerance_vetoes_wrong():
    slope = np.where(np.arange(24) == 2, 1.8, 1.0)
    assert made(slope=slope).judge(2.0, 0.21) == "cannot tell" and made(slope=slope).judge(2.0, 0.19) == "wrong"


def test_hidden_slopes_do_not_keep_a_step_from_its_veto():
    some = np.arange(24)
    slope = np.where(some == 2, 2.0, 1.0)
    assert made(slope=slope, hidden=np.where(some == 2, 5.0, 0.0)).judge(2.0, 0.0) == "cannot tell"
    assert made(slope=slope, kink=np.where(some == 2, 5.0, 0.0)).judge(2.0, 0.0) == "wrong"
    assert made(slope=slope, kink=np.where(some == 2, 0.2, 0.0)).judge(2.0, 0.0) == "cannot tell"


@pytest.mark.parametrize("factor, answer", [(0.999, "right"), (1.001, "cannot tell")])
def test_right_is_within_the_error_of_the_best_step_and_the_tolerance(factor, answer):
    error = np.where(np.arange(24) == 7, 0.1, 0.5)
    ladder = made(truncation=error, still=np.arange(24) != 7)
    assert ladder.best == 7 and ladder.judge(1 + factor * 0.15, 0.05) == answer


def test_on_theta_is_where_the_corner_weighs_more_than_the_rest():
    assert made(kink=0.2, truncation=0.1).on_theta and not made(kink=0.1, truncation=0.2).on_theta
    assert made(kink=0.2, truncation=0.1).clouds() == ["kink on θ"]
    assert made(kink=0.2, truncation=0.1, leaps=(Leap(1e-3, 1e-3),)).clouds() == ["steps"]
    assert made(swing=0.0).clouds() == ["flat"]


# ---- read another way ------------------------------------------------------------------------------------------------


def test_the_remainder_falls_as_h_squared_if_right_and_as_h_if_wrong_or_at_a_kink():
    right, wrong = taylor(heard(np.sin), EXACT), taylor(heard(np.sin), 1.1 * EXACT)
    assert right.slope == pytest.approx(2, abs=0.01) and right.answer == "right" and right.fit < 0.02
    assert wrong.slope == pytest.approx(1, abs=0.01) and wrong.answer == "wrong"
    assert taylor(heard(corner(0)), EXACT).answer == "wrong"
    assert np.array_equal(right.steps, STEPS[::-1])
    h = right.steps[:8]
    assert np.allclose(right.remainders[:8], np.abs(np.sin(THETA + h) - np.sin(THETA) - h * EXACT), rtol=1e-5)


def test_the_remainder_of_a_line_says_nothing():
    found = taylor(heard(lambda t: 2 * t), 2.0)
    assert np.isnan(found.slope) and np.isnan(found.fit) and found.answer == "cannot tell"


@pytest.mark.parametrize(
    "power, answer",
    [(2.5, "right"), (1.81, "right"), (1.79, "cannot tell"), (1.21, "cannot tell"), (1.19, "wrong"), (0.5, "wrong")],
)
def test_the_answer_by_the_slope(power, answer):
    found = taylor(made(slope=STEPS ** (power - 1)), 0.0)
    assert found.slope == pytest.approx(power) and found.answer == answer


@pytest.mark.parametrize("off, answer", [(0.29, "right"), (0.31, "cannot tell")])
def test_the_answer_needs_a_straight_line(off, answer):
    wiggle = 10.0 ** (off * np.array([1, -1, -1, 1]))  # to which a straight line fits no better than a level one
    slope = STEPS.copy()
    slope[:4] *= wiggle
    found = taylor(made(slope=slope), 0.0)
    assert found.fit == pytest.approx(off) and found.answer == answer


def test_the_line_goes_through_the_last_four_steps_above_thirty_noises():
    some = np.arange(24)
    slope = np.where(some < 10, STEPS, np.where(some < 14, STEPS**2 * 1e3, STEPS))
    noise = np.where(some < 10, STEPS**2, 0.0)
    assert taylor(made(slope=slope, noise=noise), 0.0).slope == pytest.approx(3)
    enough = made(slope=STEPS, noise=np.where(some < 20, STEPS**2, STEPS**2 / 30.5))
    too_few = made(slope=STEPS, noise=np.where(some < 21, STEPS**2, 0))
    too_loud = made(slope=STEPS, noise=np.where(some < 20, STEPS**2, STEPS**2 / 29.5))
    between = made(slope=STEPS, noise=np.where((some < 19) | (some == 21), STEPS**2, 0))
    assert taylor(enough, 0.0).answer == "right"
    assert [taylor(each, 0.0).answer for each in (too_few, too_loud, between)] == ["cannot tell"] * 3


def test_a_ladder_that_says_nothing_has_no_remainder():
    assert taylor(heard(lambda t: np.nan if t > THETA else t), 1.0).answer == "cannot tell"


# ---- just on a threshold ---------------------------------------------------------------------------------------------

TWOS = 2.0 ** np.arange(-12, 0)  # steps that divide without rounding


def test_just_on_its_threshold_nothing_is_wrong_loud_a_staircase_or_a_corner():
    some = np.arange(24)
    assert made(truncation=0.25).judge(1.5, 0.0) == "cannot tell"
    assert made(truncation=0.25).judge(1.25, 0.0) == made().judge(1.5, 0.5) == "right"
    dip = made(slope=np.where(some == 11, 0.0, 1.0), truncation=np.where((some > 9) & (some < 13), 0, 1e3))
    assert dip.judge(4.0, 0.0) == "cannot tell"  # 1 apart, 3 off
    one_agrees = {"slope": np.where(some == 2, 2.0, 1.0), "still": False}
    assert made(**one_agrees, kink=np.where(some == 2, 0.5, 0)).judge(2.0, 0.0) == "wrong"
    assert made(**one_agrees, truncation=np.where(some == 2, 0.25, 0)).judge(2.25, 0.0) == "cannot tell"
    assert made(np.ones(6), noise=0.3 / 4).clouds() == []
    assert made(leaps=(Leap(1e-3, CLOSE),)).first_leap == np.inf
    far = 5e-4 * (STEPS > 1e-4)
    assert not hidden_slope(STEPS, np.ones(24), far, 0 * STEPS, 0 * STEPS, [Leap(1e-3, CLOSE)]).any()
    digit = np.spacing(1.0)
    assert made(leaps=(Leap(8 * digit, 1e-6),)).nature == "round-off"
    assert made(leaps=(Leap(30 * float(np.spacing(np.float32(1.0))), 1e-6),)).nature == "steps"
    assert not made(kink=0.25, truncation=0.25).on_theta
    assert made(kink=1.0 * (some >= 12), noise=0.5 / 44 * STEPS, truncation=1e-13 / STEPS).best in (11, 23)


def test_just_on_its_threshold_the_remainder_does_not_say():
    said = [Taylor(STEPS, STEPS, slope, fit).answer for slope, fit in ((1.8, 0.1), (1.2, 0.1), (2.0, 0.3))]
    assert said == ["cannot tell"] * 3
    just = made(TWOS, slope=30 * TWOS, noise=TWOS**2)
    assert np.isnan(taylor(just, 0.0).slope) and taylor(made(TWOS, slope=32 * TWOS, noise=TWOS**2), 0.0).slope == (
        pytest.approx(2)
    )


def test_just_on_its_threshold_a_leap_counts():
    def at(t):
        return 0.75 * (t > 0.011)

    k = int(np.argmax(STEPS > 0.011))
    assert leap_near(0.0, at, STEPS, at(STEPS), at(-STEPS), 0.0, k, 0.125).height == 0.75


def test_a_slope_hidden_is_looked_for_from_three_widths_on():
    width, some = STEPS[10], np.arange(24)
    slope = np.where(some <= 10, 1.0, np.where(some == 11, 1.05, 2.0))  # √10 widths off, and farther
    noise = 1e-15 * (some > 10)
    hidden = hidden_slope(STEPS, slope, noise, 0 * STEPS, 0 * STEPS, [Leap(1e-15, width)])
    assert hidden[0] == pytest.approx(min(1e-15 / width, 0.05 + 2e-15 / STEPS[11]))
    hidden = hidden_slope(STEPS, slope, noise * 1e9, 0 * STEPS, 0 * STEPS, [Leap(1e-6, width)])
    assert hidden[0] == pytest.approx(min(1e-6 / width, (np.abs(slope - 1) + 2e-6 / STEPS)[11:].min()))
    third = np.where(some > 10, 1e-6, np.where(some > 5, 0.4e-6, 0))  # below half of the leap
    assert hidden_slope(STEPS, slope + 9 * (some > 5), third, 0 * STEPS, 0 * STEPS, [Leap(1e-6, 1.0 * CLOSE / 2)])[
        8
    ] == pytest.approx(1e-6 / STEPS[11])


# ---- where leaps are looked for --------------------------------------------------------------------------------------


def test_leap_near_takes_the_interval_that_is_least_like_the_line_however_steep():
    def at(t):
        return 300 * t + 4 * t**2 + 0.5 * (t > 0.011)

    k = int(np.argmax(STEPS > 0.011))
    leap = leap_near(0.0, at, STEPS, at(STEPS), at(-STEPS), 300.0, k, 1e-9)
    assert leap.height == pytest.approx(0.5, rel=1e-3) and leap.distance == pytest.approx(0.011, rel=1e-3)


def test_a_leap_beyond_a_bend_is_found_where_j_leaves_the_bend_all_at_once():
    for height, found in ((1e-2, True), (1e-9, False)):
        ladder = heard(lambda t, height=height: np.sin(5 * t) + height * (t > THETA + 0.011))
        assert [leap.height for leap in ladder.leaps] == ([pytest.approx(height, rel=0.05)] if found else [])


@pytest.mark.parametrize("size", [1e-9, 1e-6])
def test_noise_that_is_frozen_in_cells_is_noise_from_their_width_on(size):
    ratios = []
    for seed in range(20):
        values = size * np.random.default_rng(seed).standard_normal(9973)

        def cells(t, values=values):
            return np.sin(t) + values[int(np.floor(t * 1e8 + 0.3)) % values.size]

        ladder = heard(cells)
        assert ladder.noise[0] < size / 100 and ladder.judge(EXACT, 1e-9) == "right"
        ratios.append(ladder.noise[-1] / size)
    assert 0.6 < np.median(ratios) < 1.7


def test_leaps_afar_are_found_wherever_they_are():
    for at in np.random.default_rng(1).uniform(-0.9, 0.9, 40):
        leap = leap_afar(lambda t, at=at: np.sin(3 * t) + 1e-4 * (t > at), 1e-12)
        assert leap == pytest.approx(1e-4, rel=0.01)


def test_what_looking_afar_costs():
    def count(J):
        asked = []
        leap_afar(lambda t: asked.extend(t) or J(t), 1e-15)
        assert min(asked) == -1 and max(asked) == 1
        return len(asked)

    assert count(lambda t: 0 * t) == 121 + 2 * 9  # two places, in which nothing is left at the first look
    assert count(lambda t: 1.0 * (t > 0.37)) == 121 + 7 * 9


def test_a_leap_afar_beside_two_others_that_are_larger_is_theirs():
    def three(t):
        return 1.0 * (t > 0.37) + 0.5 * (t > -0.5) + 0.01 * (t > 0.8)

    assert leap_afar(three, 1e-12) in (pytest.approx(1.0), pytest.approx(0.5), pytest.approx(0.01))
    assert leap_afar(three, 0.04) in (pytest.approx(1.0), pytest.approx(0.5))


def test_the_height_of_a_leap_is_that_on_the_smallest_interval():
    def at(t):
        return 300 * t + 40 * t**2 + 0.5 * (t > 0.011)

    h = STEPS[: int(np.argmax(STEPS > 0.011)) + 1]
    leap = leap_near(0.0, at, h, at(h), at(-h), 300.0, h.size - 1, 1e-9)
    assert leap.height == pytest.approx(0.5, rel=2e-5)  # the bend adds 2e-3 to it after two quarterings


def test_afar_a_cusp_is_no_leap():
    assert leap_afar(lambda t: np.abs(t - 0.37) ** 0.3, 1e-9) == 0
