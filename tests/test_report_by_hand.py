"""What a report says, on reports written down by hand: each of its sentences, and when it is said."""

import numpy as np
import pytest
from report_helpers import APPROX, reported

import gc_lib as gcl
from gc_lib.checker.reason import Reason
from gc_lib.checker.verdict import Within

IN_B = np.arange(9) > 5


def explained(reasons, *answers, **more):
    """Return a report whose reasons are these."""
    report = reported(*answers, **more)
    vars(report)["reasons"] = tuple(reasons)
    return report


# ---- the answers -----------------------------------------------------------------------------------------------------


def test_an_empty_block_is_right_and_the_whole_is_what_the_verdict_says():
    report = reported("right", "cannot tell")
    del report.opinion.within["a"]
    assert report.within["a"] == Within("right", 0.0) and report.answers == {"a": "right", "b": "cannot tell"}
    assert report.answer == "cannot tell" and report.that_are("right") == ("a",) and report.that_are("wrong") == ()
    assert reported("right", "cannot tell", small=("b",)).answer == "right"
    assert reported("wrong", "cannot tell").answer == "wrong" and report.evaluations == 40


def test_reasons_are_those_of_j_then_of_what_is_wrong_then_of_what_clouds_it_and_of_a_random_j_no_others():
    found = {"notes": {"b": "domain"}, "gap": APPROX * (np.arange(9) < 6), "restless": {"b"}}
    kinds = [reason.kind for reason in reported("wrong", **found).reasons]
    assert kinds == ["not deterministic", "zero", "bug", "domain"]
    assert [reason.kind for reason in reported("wrong", **found, random=True).reasons] == ["not deterministic"] * 2


# ---- the worst entry -------------------------------------------------------------------------------------------------


def test_the_worst_entry_is_the_farthest_off_and_of_a_wrong_block_where_there_is_one():
    gap = np.array([0, 9, 1, 0, 0, -2, 3, -4, 0.0])
    assert reported(gap=gap).worst[:2] == ("a", (0, 1))
    assert reported(b="wrong", gap=gap).worst[:2] == ("b", (1,)) and reported("wrong", gap=gap).worst[:2] == (
        "a",
        (0, 1),
    )
    nowhere = APPROX.copy()
    nowhere[7] = np.nan
    assert reported(b="wrong", gap=gap, slopes=nowhere).worst[:2] == ("b", (0,))
    assert reported(b="wrong", gap=0 * gap).worst.block == "b", "of a wrong block, though nothing is known of it"


def test_the_worst_of_a_block_is_farthest_off_of_those_beyond_their_error_bars():
    gap, bars = np.array([9.0, 0, 0, 1, 0, 0, 2, 4, 3]), np.array([90.0, 1, 1, 1, 1, 1, 1, 1, 0.5])
    report = reported(gap=gap, bars=bars)
    assert report.worst_of("a")[:2] == ("a", (1, 0)) and report.worst_of("b")[:2] == ("b", (1,))


# ---- its lines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reading, line", [(0.99e-6, ("b", "< 1e-06", "agrees")), (1.01e-6, ("b", "1.0e-06", "look, right"))]
)
def test_a_right_block_agrees_below_a_millionth(reading, line):
    assert [*reported(gap=2 * reading * APPROX * IN_B).lines()][1] == line


def test_a_line_says_the_lecture_s_number_its_word_and_what_the_check_knows():
    gap = 0.5 * APPROX * IN_B
    assert [*reported(b="cannot tell", gap=gap).lines()] == [
        ("a", "< 1e-06", "agrees"),
        ("b", "3.3e-01", "cannot tell"),
    ]
    assert [*reported(gap=gap).lines()][1] == ("b", "3.3e-01", "worry, right")
    assert [*reported(b="cannot tell").lines()][1] == ("b", "0", "cannot tell")


@pytest.mark.parametrize(
    "k, words", [(3, ", as if times 3"), (1.0011, ", as if times 1.001"), (1.0009, ""), (-1, ", as if times -1")]
)
def test_a_wrong_block_is_wrong_by_so_much_and_maybe_as_if_times_a_factor(k, words):
    assert [*reported(b="wrong", gap=(1 - k) * APPROX * IN_B).lines()][1][2] == f"wrong by 0.25{words}"
    aside = np.array([0, 0, 0, 0, 0, 0, 20.0, -10, 0])  # at right angles to b
    assert [*reported(b="wrong", gap=aside).lines()][1][2] == "wrong by 0.25"


# ---- its sentences ---------------------------------------------------------------------------------------------------


def test_a_second_opinion_is_given_where_the_lecture_s_word_suggests_another_answer_or_j_has_no_value():
    great, look, worry = (2 * share * APPROX for share in (1e-9, 1e-5, 0.1))
    noise, domain = Reason("noise", "J has noise."), Reason("domain", "J has no value there.")
    assert explained([], gap=great).second_opinion == explained([noise], gap=great).second_opinion == ""
    assert (
        explained([noise], "wrong", gap=look).second_opinion == explained([], "wrong", gap=worry).second_opinion == ""
    )
    for gap in (look, worry):
        assert (
            explained([noise], gap=gap).second_opinion
            == "Second opinion: dθ is right. J has noise. explain() says more."
        )
    assert explained([], gap=worry).second_opinion.startswith(
        "Second opinion: dθ is right. At another step than ε the slope of J agrees with it."
    )
    assert explained([noise], "wrong", gap=great).second_opinion.startswith("Second opinion: dθ is wrong. J has noise.")
    for gap in (great, worry):
        said = explained([noise], "cannot tell", gap=gap).second_opinion
        assert said == "Second opinion: cannot tell. J has noise. explain() says more."
    assert explained([domain], gap=great).second_opinion.startswith(
        "Second opinion: dθ is right. J has no value there."
    )
    assert explained([noise, domain], gap=great).second_opinion == ""


def test_the_headline_says_which_block_is_wrong_or_what_clouds_the_check():
    assert reported().headline == "dθ is right" and reported("wrong").headline == "a is wrong"
    assert reported("wrong", "wrong").headline == "a and b are wrong"
    assert explained([Reason("noise", "J has noise.")], "cannot tell").headline == "cannot tell: noise"


def test_an_explanation_says_the_answer_the_others_the_reasons_and_the_worst_entry_if_any_is_wrong():
    noise = Reason("noise", "J has noise.", "Make it smoother.")
    verdict, *said = explained([noise], "wrong", "cannot tell", gap=IN_B).explain().splitlines()
    assert verdict.startswith("Relative difference ")
    assert said == [
        "dθ is wrong in a: farther from the slope of J than the error bars allow.",
        "Cannot tell: b.",
        "- J has noise. Make it smoother.",
        "Worst entry: a[0, 0]: dθ has 1, the cost's own slope is 1; they differ by 0e+00.",
    ]
    _, *said = explained([], "right", "cannot tell").explain().splitlines()
    assert said == ["Of b this check cannot tell whether dθ is right.", "Right: a."]
    _, first, *rest = explained([]).explain().splitlines()
    assert first.startswith("dθ is right: it agrees with the slope of J") and "Worst" not in " ".join(rest)


def test_print_says_in_one_line_that_all_agree_and_else_a_line_for_each_block():
    assert str(reported()).endswith("great. All 2 blocks agree.") and repr(reported()) == str(reported())
    small = str(explained([], b="cannot tell", small=("b",)))
    assert "\n  a   < 1e-06  agrees\n  b" in small and "All 2" not in small and "Worst" not in small
    look = explained([], gap=2e-5 * APPROX)
    assert "\n  a   1.0e-05  look, right\n" in str(look) and str(look).endswith("explain() says more.")
    wrong = explained([], b="wrong", gap=0.5 * APPROX * IN_B)
    assert str(wrong).endswith(
        "\n  b   3.3e-01  wrong by 0.25, as if times 0.5\nWorst entry: b[2]: dθ has 15, the cost's own slope is 30."
    )


def test_a_page_shows_what_print_says():
    wrong = explained([Reason("noise", "J < noise.")], b="wrong", gap=2e-7 * APPROX * IN_B)
    page = wrong._repr_html_()
    assert (
        page.startswith(f"<p>{wrong.verdict}</p><table>") and "<td>b</td><td>1.0e-07</td><td>wrong by 0.25</td>" in page
    )
    assert "<th>block</th><th>relative difference</th><th></th>" in page
    assert "</table><p>Worst entry: b[2]: " in page and page.endswith("J &lt; noise. explain() says more.</p>")
    assert reported()._repr_html_().endswith("</table>")


# ---- as a test -------------------------------------------------------------------------------------------------------


def test_assert_ok_passes_what_is_right_or_known_to_be_within_rtol():
    reported().assert_ok()
    reported("right", "cannot tell", small=("b",)).assert_ok()
    for answers in (("wrong", "right"), ("right", "cannot tell")):
        with pytest.raises(AssertionError) as raised:
            explained([], *answers).assert_ok()
        assert str(raised.value) == explained([], *answers).explain()
    report = explained([], "wrong", gap=IN_B)
    report.assert_ok(rtol=0.25)
    with pytest.raises(AssertionError) as raised:
        report.assert_ok(rtol=0.2499)
    assert str(raised.value) == f"Not known to be right to rtol = 0.2499: a (wrong by 0.25).\n{report.explain()}"
    with pytest.raises(AssertionError, match=r"rtol = 1e-10: a \(right to 3e-09\), b \(cannot tell\)\.\n"):
        explained([], "right", "cannot tell").assert_ok(rtol=1e-10)
    assert raised.traceback[-1].frame.f_locals["__tracebackhide__"]  # pytest then points at the test
    with pytest.raises(TypeError, match="neither true nor false"):
        assert report


# ---- from a check ----------------------------------------------------------------------------------------------------

THETA = {"a": np.linspace(0.2, 1.2, 4), "b": np.array([0.3, 0.5])}


def sines(p):
    return float(sum(np.sin(block).sum() for block in p.values()))


def cosines(p):
    return {name: np.cos(block) for name, block in p.items()}


def test_a_check_takes_a_step_above_zero_or_auto_and_nothing_else():
    for eps in ("best", 0.0, -1e-7):
        with pytest.raises((TypeError, ValueError), match="eps should be"):
            gcl.check(pytest.fail, pytest.fail, THETA, eps)
    assert gcl.check(sines, cosines, THETA, "auto").eps == "auto" and gcl.check(sines, cosines, THETA, 1e-5).eps == 1e-5


def bent(p):
    return sines(p) + float(sum(block.sum() for block in p.values())) ** 2 / 2


def slopes_of_bent(p):
    return {name: np.cos(block) + sum(block.sum() for block in p.values()) for name, block in p.items()}


@pytest.mark.parametrize(
    "dtype, change",
    [
        ("float64", {}),
        ("float64", {"difference": gcl.ONE_SIDED.difference}),
        ("float64", {"restored": lambda value, nudged: nudged}),
        ("float32", {}),
        ("float32", {"restored": lambda value, nudged: nudged}),
    ],
)
def test_dtheta_approx_is_that_of_the_loop_in_the_dtypes_given_and_of_the_checker_given(dtype, change):
    checker, params = gcl.SLIDE._replace(**change), {name: block.astype(dtype) for name, block in THETA.items()}
    report = gcl.check(bent, slopes_of_bent, params, 1e-3, checker)
    by_itself = gcl.to_vector(gcl.numeric_gradient(bent, params, 1e-3, checker))
    assert np.array_equal(report.approx.astype(dtype), by_itself)
    off, widened = np.abs(report.approx - report.slopes), dtype == "float32"
    assert report.found.J.widened == widened and (off > 1e-5).any() == (bool(change) or widened)
    bars = np.concatenate([report.found.error_bars(name) for name in THETA])
    noise = np.concatenate([report.found.bars(name)[0] for name in THETA])
    assert np.allclose(report.bars, bars + off, rtol=1e-9, atol=0)
    assert np.allclose(report.noise, noise + off * widened, rtol=1e-9, atol=0)


def test_at_the_best_steps_dtheta_approx_is_what_is_known_of_the_slopes():
    report = gcl.check(sines, cosines, THETA, "auto")
    assert np.array_equal(report.approx, report.slopes) and report.approx is not report.slopes and not report.unmoved
    assert np.array_equal(report.found.eps, report.found.best_steps())
    assert np.array_equal(report.noise, np.concatenate([report.found.bars(name)[0] for name in THETA]))


def test_where_j_has_no_value_a_step_away_the_slopes_at_other_steps_are_shown():
    report = gcl.check(lambda t: float(np.sqrt(t).sum()), lambda t: 0.5 / t**0.5, np.array([1e-9, 2.0]), 1e-7)
    assert report.approx[0] == report.slopes[0] == pytest.approx(0.5 / 1e-9**0.5, rel=1e-3)
    assert report.approx[1] == gcl.numeric_gradient(lambda t: float(np.sqrt(t).sum()), np.array([2.0]), 1e-7)[0]


def test_entries_that_eps_does_not_move_are_counted():
    assert gcl.check(sines, cosines, THETA | {"b": np.array([1e12, 0.5])}).unmoved == 1


def test_the_taylor_remainder_is_that_of_dtheta_along_the_direction_of_the_ladder():
    for factor, answer in ((1.0, "right"), (1.01, "wrong")):
        report = gcl.check(sines, lambda p, k=factor: {name: k * slope for name, slope in cosines(p).items()}, THETA)
        assert report.taylor.answer == answer
        gap = np.abs(report.ladder.slope + report.ladder.bend / 2 - report.gradient @ report.found.v)[::-1]
        assert np.allclose(report.taylor.remainders, report.taylor.steps * gap)
