"""What clouds a check, on reports written down by hand: each threshold just below and above, each sentence."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from ladder_helpers import STEPS, made
from report_helpers import APPROX, SHAPES, reported

from gc_lib.checker.clouds import CLOUDS, cloud, clouds, drowned, unsteady
from gc_lib.checker.leaps import Leap

FINE = np.arange(9) == 4  # one entry of a


def kinds(found):
    return [(reason.kind, reason.blocks) for reason in found]


def one(found):
    (reason,) = found
    return reason


# ---- J or dθ is another each time ------------------------------------------------------------------------------------


@pytest.mark.parametrize("J", [1.0, -1024.0])
@pytest.mark.parametrize("digits, said", [(32, False), (33, True)])
def test_a_j_that_differs_from_itself_by_more_than_32_of_its_last_digits_is_not_deterministic(J, digits, said):
    spread = digits * np.spacing(abs(J))
    found = list(unsteady(reported(spread=spread, J=J)))
    assert kinds(found) == [("not deterministic", ("a", "b"))] * said
    if said:
        assert found[0].evidence == {"J": J, "spread": spread} and f"{spread:.0e}" in found[0].says


def test_a_random_j_an_unsteady_gradient_and_a_cost_that_writes_are_named():
    assert one(unsteady(reported(random=True))).says.startswith("The cost is not deterministic")
    assert one(unsteady(reported(restless={"b"}))).says.startswith("The gradient is not deterministic")
    report = reported()
    assert not list(unsteady(report))
    report.found.J.writes = 0
    reason = one(unsteady(report))
    assert (
        reason.entries == (("a", (0, 0)),)
        and reason.blocks == ("a",)
        and "it changed a[0, 0], in a copy of yours." in reason.says
    )


# ---- which block is clouded by what ----------------------------------------------------------------------------------


def test_blocks_that_cannot_be_told_have_the_clouds_of_the_verdict_and_share_a_sentence():
    report = reported("cannot tell", "cannot tell", clouds={"a": ("noise", "flat"), "b": ("noise",)})
    assert kinds(clouds(report)) == [("noise", ("a", "b")), ("flat", ("a",))]
    assert not list(clouds(reported()))


def test_a_wrong_block_is_flat_where_j_hardly_moved_all_over_it_and_nothing_else_clouds_it():
    still, moves = made(swing=32 * np.spacing(1.0)), made()
    for ladder, said in ((still, [("flat", ("b",))]), (moves, [])):
        assert kinds(clouds(reported(b="wrong", gap=0.5, notes={"b": "truncation"}, wrong={"b": ladder}))) == said
    assert not list(clouds(reported(b="wrong", gap=0.5)))
    only_there = reported(b="wrong", gap=0.5, wrong={"b": still}, may_be_flat=lambda name: False)
    assert not list(clouds(only_there))  # J stood still where dθ is off, and has slopes elsewhere


@pytest.mark.parametrize("reading, said", [(0.99e-6, []), (1.01e-6, [("round-off", ("b",))])])
def test_why_a_number_is_high_is_asked_from_a_millionth_on(reading, said):
    gap = 2 * reading * APPROX * (np.arange(9) > 5)
    assert kinds(clouds(reported(gap=gap, notes={"b": "round-off"}))) == said


def test_that_the_domain_was_left_is_said_whatever_the_number():
    assert kinds(clouds(reported(notes={"b": "domain"}))) == [("domain", ("b",))]


def test_a_high_number_is_put_down_to_float32_only_where_nothing_else_was_noted():
    for notes, kind in (({}, "float32"), ({"a": "round-off", "b": "round-off"}, "round-off")):
        report = reported(gap=0.5, notes=notes)
        report.found.J.widened = True
        assert kinds(clouds(report)) == [(kind, ("a", "b"))]


@pytest.mark.parametrize("times, said", [(0.99, []), (1.01, [("truncation", ("b",))])])
def test_a_high_number_is_explained_by_the_ladder_only_as_far_as_the_error_bars_reach(times, said):
    gap = 0.01 * (np.arange(9) > 5)
    assert kinds(clouds(reported(gap=gap, bars=times * gap, ladder=made(truncation=1.0)))) == said


@pytest.mark.parametrize("eps", [1e-6, 2e-3, "auto"])
def test_the_ladder_is_read_at_the_step_taken_in_sizes_of_the_entries(eps):
    """Of b, whose entries are 1, 2 and 4, a step of ε is ε / 2 on the ladder."""
    gap, taken = 0.01 * (np.arange(9) > 5), 5e-3 if eps == "auto" else eps
    rung = int(np.searchsorted(STEPS, taken / 2))
    for at, kind in ((rung, "round-off"), (rung - 1, "truncation"), (rung + 1, "truncation")):
        ladder = made(noise=np.where(np.arange(STEPS.size) == at, 1.0, 0), truncation=1e-3)
        report = reported(gap=gap, bars=0.02, ladder=ladder, eps=eps)
        report.found.eps = np.full(9, 5e-3)
        assert kinds(clouds(report)) == [(kind, ("b",))]


def test_what_bends_is_a_kink_where_the_cost_knows_of_a_corner_at_the_worst_entry():
    asked = []

    def corners(i, h):
        asked.append((i, h))
        return ["unit 3"] * (i == 4)

    gap = 0.1 * (np.arange(9) < 6) + 0.5 * FINE
    reason = one(clouds(reported(gap=gap, bars=2.0, ladder=made(truncation=1.0), corners=corners)))
    assert reason.kind == "kink within ε" and asked == [(4, 1e-5), (4, 2e-5)]  # for words, twice as far
    assert reason.entries == (("a", (1, 1)),) and reason.evidence["units"] == ("unit 3",)
    assert "as in a[1, 1]. It is the corner of unit 3." in reason.says
    reason = one(clouds(reported(gap=gap, notes={"a": "round-off"}, corners=corners)))
    assert reason.kind == "round-off" and len(asked) == 2


# ---- the words -------------------------------------------------------------------------------------------------------


def cloudy(kind, blocks="b", **more):
    """Return the reason of a report in which some blocks cannot be told, for one kind of reason."""
    answers = {name: "cannot tell" for name in blocks}
    return one(clouds(reported(**answers, clouds={name: (kind,) for name in blocks}, **more)))


@pytest.mark.parametrize("kind", CLOUDS)
def test_every_sentence_names_its_blocks_and_leaves_nothing_to_be_filled_in(kind):
    reason = cloudy(kind, "ab", gap=0.1 * FINE, bars=1.0)
    assert reason.kind == kind and reason.blocks == ("a", "b")
    assert not re.search(r"\{\w*\}", reason.says + reason.advice) and "  " not in reason.says
    assert "a and b" in reason.says or [block for block, _ in reason.entries] == ["a", "b"]


def test_where_no_block_moves_j_it_is_asked_whether_the_cost_uses_what_it_is_given():
    assert cloudy("flat", "ab").advice.startswith("Does the cost use the parameters that it is given")
    assert "no part of this cost" in cloudy("flat", "b").advice


def test_the_better_step_is_that_of_the_first_block_and_is_advised():
    reason = cloudy("round-off", "ab")
    assert reason.evidence["eps"] == 3e-4 and reason.advice == 'Take eps=3e-04, or eps="auto".'
    assert cloudy("truncation", "b").evidence["eps"] == 7e-4


@pytest.mark.parametrize("times, said", [(3.1, "No ε does much better here."), (3.2, "Take eps=3e-04")])
def test_a_step_is_advised_only_where_it_is_another_than_the_one_taken(times, said):
    for taken in (3e-4 * times, 3e-4 / times):
        assert cloudy("truncation", "a", eps=taken).advice.startswith(said)


def test_of_the_best_step_no_one_is_sent_back_to_it():
    assert cloudy("truncation", "a", eps="auto").advice == "Take eps=3e-04."


def test_at_a_corner_the_step_is_that_of_the_entry_beside_it():
    gap = 0.1 * (np.arange(9) == 1)
    reason = cloudy("kink within ε", "a", gap=gap, bars=1e-6)
    assert reason.entries == (("a", (0, 1)),)
    assert reason.evidence["eps"] == pytest.approx(3e-4 * 2 / np.median(np.abs(SHAPES["a"])))


def test_noise_and_leaps_are_the_largest_of_all_ladders_asked():
    own, whole = made(noise=3e-5 * STEPS / STEPS[-1], leaps=(Leap(0.02, 1e-3), Leap(0.01, 0.1))), made(noise=1e-7)
    for ladder, other in ((own, whole), (whole, own)):
        reason = cloudy("noise", ladder=ladder, whole=other, J=2.5)
        assert reason.evidence["noise"] == pytest.approx(3e-5) and "noise of about 3e-05" in reason.says
        assert reason.evidence["leap"] == 0.02 and reason.evidence["J"] == 2.5
    assert "in steps of about 2e-02 near b" in cloudy("steps", ladder=own).says
    assert cloudy("noise", afar=0.25).evidence["leap"] == 0.25 and cloudy("noise").evidence["leap"] == 0
    assert cloudy("noise", ladder=made(steps=STEPS[:0])).evidence["noise"] == 0


def test_entries_that_eps_left_where_they_are_are_counted():
    assert " It even leaves 3 of 9 entries of θ where they are." in cloudy("round-off", unmoved=3).says
    assert "even" not in cloudy("round-off").says


def test_up_to_three_units_at_corners_and_three_entries_are_named():
    reason = cloudy("kink on θ", "ab", gap=1.0, bars=1.0, corners=lambda i, h: [f"unit {i}{k}" for k in "xy"])
    assert reason.evidence["units"] == ("unit 0x", "unit 0y", "unit 6x", "unit 6y")
    assert reason.says.endswith("It is the corner of unit 0x, unit 0y and unit 6x.")
    assert reason.entries == (("a", (0, 0)), ("b", (0,))) and "as in a[0, 0] and b[0]:" in reason.says
    many = cloud(reported(gap=1.0, bars=1.0), "kink on θ", ("a", "b", "b", "a"))
    assert "as in a[0, 0], b[0] and b[0]:" in many.says and len(many.entries) == 4
    assert cloudy("noise", bars=1.0, corners=lambda i, h: ["a unit"]).entries == ()


@pytest.mark.parametrize("share, alone", [(0.49, True), (0.51, False)])
def test_a_kink_on_theta_is_named_where_the_slope_jumps_most_and_between_is_said_of_one_entry_alone(share, alone):
    jump = 1e-9 * FINE - 0.1 * (np.arange(9) == 7) + share * 0.1 * (np.arange(9) == 8)
    reason = cloudy("kink on θ", gap=0.1 * (np.arange(9) == 6), bars=1.0, bend_in_loop=jump)
    assert reason.entries == ((("b", (1,)),) if alone else (("b", (1,)), ("b", (2,))))
    assert ("between the slopes on its two sides no check can call dθ wrong" in reason.says) == alone
    assert ("J has no one slope there" in reason.says) != alone
    assert "no one slope" in cloudy("kink on θ", "ab", bars=1.0, bend_in_loop=FINE + jump).says


# ---- the L2 term -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share, named", [(0.99e-3, ("b",)), (1.01e-3, ())])
def test_the_l2_term_drowns_the_data_term_from_a_thousand_times_as_much_on(share, named):
    """The data term of b is (3, 4, 0), and of a it is all there is."""
    data = np.array([3.0, 4.0, 0.0])
    decay = np.array([0.0, 0.0, 5.0]) / share
    slopes = np.concatenate([APPROX[:6], data + decay])
    terms = SimpleNamespace(slopes={"a": np.zeros((2, 3)), "b": decay}, data=0.25, decay=0.75)
    report, asked = reported(slopes=slopes), []
    report.found.J.cost = SimpleNamespace(apart=lambda blocks: asked.append(blocks) or terms)
    found = list(drowned(report))
    assert [reason.blocks for reason in found] == [named] * bool(named) and asked == [SHAPES]
    for reason in found:
        assert reason.evidence == {"data term of J": 0.25, "λ term of J": 0.75} and "data term in b:" in reason.says
    assert not list(drowned(reported()))


# ---- just on a threshold ---------------------------------------------------------------------------------------------


def test_just_on_its_threshold_an_entry_is_alone_bars_explain_and_the_l2_term_drowns_nothing():
    gap = np.array([0, 0, 0, 0, 0, 0, 0, 100.0, 1.0])
    assert "between the slopes on its two sides" in cloudy("kink on θ", gap=gap, bars=1.0).says
    ones = 1.0 * (np.arange(9) > 5)
    assert kinds(clouds(reported(gap=ones, bars=ones, ladder=made(truncation=1.0)))) == [("truncation", ("b",))]
    decay = np.array([0.0, 0.0, 5000.0])
    report = reported(slopes=np.concatenate([APPROX[:6], [3.0, 4.0, 5000.0]]))
    terms = SimpleNamespace(slopes={"a": np.zeros((2, 3)), "b": decay}, data=0.25, decay=0.75)
    report.found.J.cost = SimpleNamespace(apart=lambda blocks: terms)
    assert not list(drowned(report))
