"""The judgement of a block, just below and above each of its thresholds; and what the whole answers."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from ladder_helpers import corner, heard, made

import gc_lib as gcl
from gc_lib.checker.investigation import Investigation
from gc_lib.checker.ladder import Ladder
from gc_lib.checker.leaps import Leap
from gc_lib.checker.verdict import CANNOT_TELL, Verdict, Within, judge, judge_block

THETA = np.linspace(0.3, 1.1, 6)
DIGIT = np.spacing(1.0)
NO = np.empty(0)
EMPTY = Ladder(NO, NO, NO, NO, NO, NO, NO, NO.astype(bool), (), 0.0, 0.0)


def sines(t):
    return float(np.sin(t).sum())


def learnt(slopes, exact, reach=0.0, *, ladder=None, whole=1.0, here=1.0, restless=(), random=False, faint=0, **found):
    """Return what an investigation of one block, "a", may have learnt; `whole` is the norm of all of dθ."""
    slopes, exact = np.array(slopes, float), np.array(exact, float)
    rest = np.sqrt(max(whole**2 - exact @ exact, 0))
    known = SimpleNamespace(
        parts={"a": slice(0, exact.size)},
        ladders={"a": made() if ladder is None else ladder},
        slopes=np.append(slopes, rest),
        exact=np.append(exact, rest),
        length=whole if whole**2 > exact @ exact else float(np.linalg.norm(exact)),
        reach=lambda name: reach,
        off=lambda name: float(np.linalg.norm(slopes - exact)) + reach,
        seen=1e-6,
        weight=lambda name: 1.0,
        faint=lambda name: np.zeros(faint),
        wrong={},
        open={},
        inexact={},
        notes={},
        blame={},
        restless={*restless},
        worth=1e-3,
        random=random,
        suspects=lambda name: np.arange(exact.size),
        asked=[],
        J=SimpleNamespace(here=here, blocks={"a": exact}),
    )
    known.ask_again = known.asked.append
    known.share_off = partial(Investigation.share_off, known)
    for kind, value in found.items():
        setattr(known, kind, {"a": value})
    return known


def test_a_block_is_not_right_where_an_error_in_an_entry_that_moves_j_would_not_show():
    assert judge_block(learnt([3, 4], [3, 4], faint=1), "a") == (CANNOT_TELL, ("unlike sizes",))
    assert judge(learnt([3e-7, 4e-7], [3e-7, 4e-7], faint=1)).answer == "cannot tell", "it is not too small to matter"


# ---- one block -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off, reach, answer", [(0.9e-3, 0.09e-3, "right"), (0.9e-3, 0.11e-3, "cannot tell")])
def test_right_is_right_to_a_thousandth_of_the_block(off, reach, answer):
    within, clouds = judge_block(learnt([3 + 5 * off, 4], [3, 4], 5 * reach, whole=5.0), "a")
    assert within.answer == answer
    assert within.size == pytest.approx(0.99e-3) if answer == "right" else clouds == ("small gradients",)


def test_wrong_is_wrong_by_a_share_of_the_larger_of_dtheta_and_the_slope_of_j():
    ladder = made()
    assert judge_block(learnt([3, 4], [6, 8], wrong=ladder), "a") == (Within("wrong", 0.5), ())
    assert judge_block(learnt([6, 8], [3, 4], wrong=ladder), "a") == (Within("wrong", 0.5), ())
    assert judge_block(learnt([np.nan, 4], [3, 4], wrong=ladder), "a") == (Within("wrong", 0.6), ())


def test_a_flat_block_of_zeros_and_a_block_of_zeros_are_not_right():
    assert judge_block(learnt([0, 0], [0, 0], ladder=made(swing=32 * DIGIT)), "a") == (CANNOT_TELL, ("flat",))
    assert judge_block(learnt([0, 0], [0, 0], ladder=made(swing=33 * DIGIT)), "a")[1] == ("zero within noise",)
    assert judge_block(learnt([0, 0], [0, 0], ladder=made(swing=33 * DIGIT, here=-4.0), here=-4.0), "a")[1] == ("flat",)
    assert judge_block(learnt([0, 0], [0, 0]), "a") == (CANNOT_TELL, ("zero within noise",))


@pytest.mark.parametrize("exact", [[np.inf, 1.0], [1.7e308, 1.7e308]])
def test_nothing_is_right_whose_norm_is_no_number(exact):
    with np.errstate(all="ignore"):
        assert judge_block(learnt(exact, exact), "a")[0] == CANNOT_TELL


def test_what_an_inexact_j_leaves_unknown_is_put_down_to_its_leap():
    assert judge_block(learnt([1], [1], inexact=made()), "a") == (Within("right", 0.0), ())
    assert judge_block(learnt([1], [1], reach=1, inexact=made()), "a") == (CANNOT_TELL, ("leap afar",))
    assert judge_block(learnt([1], [1]), "a") == (Within("right", 0.0), ())


@pytest.mark.parametrize("exact, kind", [(0.0, "zero within noise"), (1e-9, "noise")])
def test_noise_is_blamed_of_a_slope_that_is_not_zero(exact, kind):
    loud = made(slope=0, noise=1e-3)
    for known in (learnt([0], [exact], open=loud), learnt([0], [exact], reach=1, blame=loud.clouds())):
        assert judge_block(known, "a") == (CANNOT_TELL, (kind,))


def test_why_a_block_cannot_be_told_is_said_by_the_ladder_along_the_disagreement():
    def why(ladder, slopes=(1,), exact=(1.0005,), reach=0.0):
        within, clouds = judge_block(learnt(slopes, exact, reach, open=ladder), "a")
        assert within == CANNOT_TELL
        return clouds

    assert why(EMPTY) == ("domain",)
    assert why(made(leaps=(Leap(0.1, 1e-3),))) == ("steps",)
    assert why(heard(corner(0))) == ("kink on θ",)
    assert why(heard(corner(1e-8))) == ("kink within ε",)
    smooth = heard(np.sin)
    assert why(smooth) == ("near rtol",) and why(smooth, reach=0.0006) == ("small gradients",)
    assert why(smooth, [0.1], [0]) == ("zero within noise",)


def test_why_a_block_has_wide_bars():
    def why(**known):
        return judge_block(learnt([1], [1], 1.0, **known), "a")[1]

    assert why(blame=["noise", "steps"]) == ("noise", "steps")
    for nature, height in (("steps", 0.1), ("float32", 1e-7), ("round-off", 1e-16)):
        assert why(ladder=made(leaps=(Leap(height, 1e-3),))) == (nature,)
    assert why(ladder=EMPTY) == ("domain",)
    digit = np.spacing(1.0)
    assert why(ladder=made(noise=201 * digit)) == ("noise",) and why(ladder=made(noise=199 * digit)) == (
        "small gradients",
    )
    assert why(ladder=made(noise=201 * digit, here=-4.0)) == ("small gradients",)
    assert why(ladder=made(kink=10.1, truncation=1.0)) == ("kink on θ",)
    assert why(ladder=made(kink=9.9, truncation=1.0)) == ("small gradients",)


def test_just_on_its_threshold_a_block_is_right_near_rtol_or_small():
    assert judge_block(learnt([1], [1], 1e-3), "a")[0].answer == "right"
    assert judge_block(learnt([1], [1], 1e-3, open=heard(np.sin)), "a")[1] == ("near rtol",)
    assert judge(learnt([0.0], [0.0], 1e-6)).small == ("a",)
    loud = made(noise=200 * np.spacing(1.0))
    assert judge_block(learnt([1], [1], 1.0, ladder=loud), "a")[1] == ("small gradients",)
    bent = made(kink=5.0, truncation=0.3)
    assert judge_block(learnt([1], [1], 1.0, ladder=bent), "a")[1] == ("kink on θ",)
    assert judge_block(learnt([1], [1], 1.0, ladder=made(kink=3.0, truncation=0.3)), "a")[1] == ("small gradients",)


@pytest.mark.parametrize("eps, kind", [(0.02, "truncation"), (1e-9, "round-off")])
def test_a_block_that_agrees_at_the_step_asked_for_alone_has_an_eps_that_does_not_do(eps, kind):
    known = learnt([1, 1], [1, 1], open=heard(np.sin), eps=None)
    known.suspects, known.eps, known.scale = lambda name: np.empty(0, int), np.full(3, eps), np.full(3, 0.5)
    assert judge_block(known, "a") == (CANNOT_TELL, (kind,))


# ---- the whole -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers, small, answer",
    [
        ("right right", "", "right"),
        ("right wrong", "", "wrong"),
        ("cannot-tell wrong", "", "wrong"),
        ("right cannot-tell", "", "cannot tell"),
        ("right cannot-tell", "1", "right"),
        ("cannot-tell cannot-tell", "1", "cannot tell"),
        ("cannot-tell", "0", "cannot tell"),  # if nothing else is known, nothing is
        ("", "", "cannot tell"),
    ],
)
def test_the_whole_is_wrong_if_a_block_is_and_right_if_all_that_count_are(answers, small, answer):
    within = {str(i): Within(each.replace("-", " "), 0.1) for i, each in enumerate(answers.split())}
    assert Verdict(within, {}, {}, tuple(small)).answer == answer


@pytest.mark.parametrize("off, small", [(0.9e-6, True), (1.1e-6, False)])
def test_a_block_is_too_small_to_matter_below_a_millionth_of_the_whole(off, small):
    for slopes, reach in (([0.5 * off], 0.5 * off), ([off], 0.0)):
        known = learnt(slopes, [0.0], reach, whole=1.0)
        assert judge(known).small == ("a",) * small
    assert judge(learnt([0.0], [0.0], 2 * off, whole=2.0)).small == ("a",) * small


@pytest.mark.parametrize("kind", ["steps", "float32", "kink on θ", "kink within ε"])
def test_a_block_clouded_by_steps_or_a_kink_is_not_known_to_be_small(kind):
    assert judge(learnt([0.0], [0.0], blame=[kind])).small == ()
    assert judge(learnt([0.0], [0.0], blame=["noise"])).small == ("a",)


def test_only_a_block_that_cannot_be_told_is_called_small():
    assert judge(learnt([1e-9], [1e-9])).small == ()
    assert judge(learnt([1e-9], [2e-9], wrong=made())).small == ()


def test_j_is_asked_twice_where_all_is_clear_and_twenty_times_where_anything_is_not():
    for known, times in (
        (learnt([1.0], [1.0]), 2),
        (learnt([1.0], [1.0], blame=["noise"]), 20),
        (learnt([1.0], [1.0], 1.0), 20),
        (learnt([1.0], [2.0], wrong=made()), 20),
    ):
        judge(known)
        assert known.asked == [times]


@pytest.mark.parametrize("unsteady", [{"random": True}, {"restless": "a"}])
def test_of_what_is_random_nothing_can_be_told(unsteady):
    for found in ({}, {"wrong": made()}):
        opinion = judge(learnt([1.0], [1.0], notes="steps", **found, **unsteady))
        assert opinion.random is ("random" in unsteady)
        assert opinion.within == {"a": CANNOT_TELL} and opinion.small == () and opinion.clouds == {"a": ()}
        assert opinion.answer == "cannot tell" and opinion.notes == {"a": "steps"}
    assert not judge(learnt([1.0], [1.0])).random


# ---- in words, and by a check ----------------------------------------------------------------------------------------


def test_within_says_its_size():
    assert str(Within("right", 3.21e-9)) == "right to 3e-09" and str(Within("wrong", 0.331)) == "wrong by 0.33"
    assert str(Within("wrong", 1234567.0)) == "wrong by 1.2e+06" and str(CANNOT_TELL) == "cannot tell"
    assert np.isnan(CANNOT_TELL.size)
    with pytest.raises(AttributeError):
        CANNOT_TELL.answer = "right"


@pytest.mark.parametrize("eps", [1e-5, "auto"])
@pytest.mark.parametrize("share", [1e-4, 1e-2, 0.3, 1.0])
def test_the_size_of_an_error_is_said_to_a_few_hundredths(share, eps):
    error = np.array([1.0, -1, 1, 1, -1, 1]) / 6**0.5
    for sign in (1, -1):
        exact = np.cos(THETA)
        within = gcl.check(
            sines, lambda t, s=sign: np.cos(t) + s * share * np.linalg.norm(np.cos(t)) * error, THETA, eps
        ).within["theta"]
        wrong = exact + sign * share * np.linalg.norm(exact) * error
        true = share * np.linalg.norm(exact) / max(np.linalg.norm(exact), np.linalg.norm(wrong))
        assert within.answer == "wrong" and within.size == pytest.approx(true, rel=0.02)


@pytest.mark.parametrize("eps", [1e-7, 1e-5, 1e-3, "auto"])
def test_right_to_within_is_true(eps):
    report = gcl.check(sines, lambda t: np.cos(t) * (1 + 3e-7), THETA, eps)
    truncation = 0 if eps == "auto" else 3 * eps**2
    assert report.answer == "right" and 3e-7 <= report.within["theta"].size < 1e-6 + truncation


@pytest.mark.parametrize("rtol", [1e-6, 1e-4])
@pytest.mark.parametrize("times, answer", [(0.5, "right"), (3, "wrong")])
@pytest.mark.parametrize("where", [[2], [0, 1, 2, 3, 4, 5], [1, 4]])
def test_an_entry_may_be_off_by_rtol_of_the_root_mean_square_of_its_block(where, times, answer, rtol):
    matrix = np.diag(np.arange(1.0, 7)) + 0.1  # J is exact at every step
    exact = matrix @ THETA
    wrong, rms = exact.copy(), np.sqrt(np.mean(exact**2))
    wrong[where] += times * rtol * rms
    cost, other = (lambda p: float(p["a"] @ matrix @ p["a"]) / 2 + 1e4 * float(p["b"].sum())), {"b": 1e4 * np.ones(2)}
    params = {"a": THETA, "b": np.ones(2)}
    assert gcl.check(cost, lambda p: {"a": exact, **other}, params, 1e-2, rtol=rtol).answer == "right"
    alone = gcl.check(lambda t: float(t @ matrix @ t) / 2, lambda t: wrong, THETA, 1e-2, rtol=rtol)
    assert alone.answer == answer


def test_an_error_of_between_one_and_two_rtol_of_a_smooth_j_is_no_kink():
    for times in (1.1, 1.5, 1.9):
        exact = np.cos(THETA)
        exact[2] += times * 1e-6 * np.sqrt(np.mean(exact**2))
        report = gcl.check(sines, lambda t, g=exact: g, THETA, 1e-5)
        assert {reason.kind for reason in report.reasons} <= {"near rtol", "bug"} and report.answer != "right"


@pytest.mark.parametrize("share, answer", [(0.5e-6, "right"), (2e-6, "wrong")])
def test_a_forgotten_block_of_more_than_a_millionth_of_the_whole_is_wrong_and_a_smaller_one_is_named(share, answer):
    a, b = np.linspace(1, 2, 5), np.array([0.7])
    size = share * np.linalg.norm(np.cos(a)) / np.cos(0.7)

    def cost(p):
        return 1e7 + float(np.sin(p["a"]).sum() + size * np.sin(p["b"]).sum())  # whose last digit is 2e-9

    for factor in (0, 1):
        report = gcl.check(
            cost, lambda p, k=factor: {"a": np.cos(p["a"]), "b": k * size * np.cos(p["b"])}, {"a": a, "b": b}, 1e-5
        )
        assert report.answers["b"] != "right" and report.answers["a"] == "right"
        if factor == 0 or answer == "right":
            assert report.answer == answer
        if answer == "right":
            assert report.opinion.small == ("b",) and "cannot tell" in str(report)


@pytest.mark.parametrize("share, found", [(1.2e-3, True), (0.8e-3, False)])
def test_an_error_that_j_is_too_noisy_to_see_is_left_open_below_a_thousandth(share, found):
    known = learnt([1 + share], [1])
    assert (judge(known).answer == "right") == (not found)


@pytest.mark.parametrize("least", [1e-15, 1e-7])
@pytest.mark.parametrize("times, answer", [(1, "right"), (1.005, "wrong"), (2, "wrong"), (-1, "wrong")])
def test_a_clip_that_keeps_a_log_from_its_pole_is_no_reason_not_to_tell(times, answer, least):
    for seed in range(8):
        rng = np.random.default_rng(seed)
        y = rng.integers(0, 2, 12)

        def clipped(p):
            return np.clip(p, least, 1 - least)

        def cost(p, y=y):
            return -np.sum(y * np.log(clipped(p)) + (1 - y) * np.log(1 - clipped(p)))

        def gradient(p, y=y):
            return times * ((1 - y) / (1 - clipped(p)) - y / clipped(p))

        assert gcl.check(cost, gradient, rng.random(12)).answer == answer


def test_assert_ok_judges_by_rtol_without_an_evaluation():
    wrong = gcl.check(sines, lambda t: 1.00005 * np.cos(t), THETA, 1e-5)
    before = wrong.evaluations
    assert wrong.answer == "wrong"
    wrong.assert_ok(rtol=1e-4)
    with pytest.raises(AssertionError, match="dθ is wrong in theta"):
        wrong.assert_ok()
    with pytest.raises(AssertionError, match=r"Not known to be right to rtol = 1e-05: theta \(wrong by 5e-05\)"):
        wrong.assert_ok(rtol=1e-5)
    right = gcl.check(sines, lambda t: (1 + 5e-7) * np.cos(t), THETA, 1e-5)
    right.assert_ok()
    right.assert_ok(rtol=1e-6)
    with pytest.raises(AssertionError, match=r"Not known to be right to rtol = 1e-07: theta \(right to 5e-07\)"):
        right.assert_ok(rtol=1e-7)
    with pytest.raises(AssertionError, match="cannot tell"):
        gcl.check(lambda t: 1.0, np.zeros_like, THETA).assert_ok(rtol=1.0)
    assert wrong.evaluations == before


@pytest.mark.parametrize("rtol, error", [(-1, ValueError), ("a", TypeError)])
def test_assert_ok_takes_a_number_above_zero(rtol, error):
    with pytest.raises(error, match="^rtol should be a "):
        gcl.check(sines, np.cos, THETA).assert_ok(rtol)


def test_nothing_is_right_with_a_difference_that_is_no_number():
    for cost, gradient in (
        (sines, lambda t: np.full(6, 1.7e308)),
        (lambda t: 1e300 * sines(t), lambda t: np.full(6, 1.7e308)),
        (lambda t: 1e308 * float(np.mean(np.sin(t))), lambda t: 1e308 * np.cos(t) / 6),
    ):
        report = gcl.check(cost, gradient, THETA)
        assert report.answer != "right" or np.isfinite(report.difference)
    assert gcl.check(sines, lambda t: np.full(6, 1.7e308), THETA).answer != "right"


def test_a_block_that_j_does_not_depend_on_is_flat_and_an_even_j_is_not():
    report = gcl.check(
        lambda p: sines(p["a"]), lambda p: {"a": np.cos(p["a"]), "b": 0 * p["b"]}, {"a": THETA, "b": THETA}
    )
    assert [str(each) for each in report.within.values()][1] == "cannot tell" and report.opinion.small == ("b",)
    assert [(reason.kind, reason.blocks) for reason in report.reasons] == [("flat", ("b",))]
    wrong = gcl.check(lambda p: sines(p["a"]), lambda p: {"a": np.cos(p["a"]), "b": p["b"]}, {"a": THETA, "b": THETA})
    assert wrong.answers == {"a": "right", "b": "wrong"} and wrong.within["b"].size == 1
    for even in (lambda W: float((W**2).sum()), lambda W: float(np.linalg.norm(W))):
        for eps in (1e-7, 1e-3, "auto"):
            report = gcl.check(even, np.zeros_like, np.zeros((2, 2)), eps)
            assert report.answer == "cannot tell" and "flat" not in [reason.kind for reason in report.reasons]


@pytest.mark.parametrize("phase", [0.0, 0.75, 0.833, 0.9])
def test_a_smooth_term_that_stands_on_stairs_is_not_taken_for_the_slope_of_j(phase):
    height = 2**-7  # a digit of a float16

    def cost(w):
        return 1e-2 * float(w @ w) + height * float(np.round(-3.1 * w / height + phase).sum())

    assert gcl.check(cost, lambda w: 2e-2 * w - 3.1, np.array([0.03])).answer == "cannot tell"


@pytest.mark.parametrize("theta", [0.0537, 0.07, 0.3])
@pytest.mark.parametrize("factor, answer", [(1.0, "cannot tell"), (1.1, "wrong")])
def test_of_a_rounded_term_little_cannot_be_told_and_much_can(theta, factor, answer):
    def cost(w):
        return float(np.sin(w).sum()) + round(0.1 * float(w @ w), 4)

    report = gcl.check(cost, lambda w: factor * (np.cos(w) + 0.2 * w), np.array([theta]))
    assert report.answer == answer
