"""What is said of a wrong block, on blocks written down by hand: each threshold just below and just above."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from report_helpers import APPROX, reported

import gc_lib as gcl
from gc_lib.checker.mistakes import SLIGHT, Claim, Part, block, bug, claims, mistakes, multiples, places, reason, sure
from gc_lib.checker.verdict import Within
from gc_lib.checker.where import where

SLOPES = np.array([3.0, -4.0, 0.0, 12.0, 84.0])  # of length 85


def part(g, a=SLOPES, theta=(1.0, 2.0, -3.0, 4.0, 5.0), bars=0.0, place=None):
    a, g = np.array(a, float), np.array(g, float)
    return Part("W", place, a, g, np.array(theta, float), np.zeros(a.size) + bars / a.size**0.5)


def said(found):
    return [(claim.kind, claim.says) for claim in found]


def claimed(g, others=(), **known):
    """Return what is said of a dθ in a block W, the slopes of other blocks being known."""
    whole, others = part(g, **known), dict(others)
    known = {"W": (whole.a, whole.g)} | {name: (np.array(slopes), None) for name, slopes in others.items()}
    report = SimpleNamespace(shapes={"W": whole.a}, answers=dict.fromkeys(known, "wrong"), known=known.get)
    return [claim for claim in claims(report, whole) if claim.part.unlike(claim.like) < 1]


@pytest.mark.parametrize("k, error", [(3.0, 170.0), (0.25, 21.25), (0.0, 85.0)])  # of dθ, or dθ itself, or the slopes
def test_a_likeness_leaves_over_a_thousandth_of_an_error_beyond_the_error_bars(k, error):
    aside = error * np.eye(5)[2]
    for bars in (0.0, 0.01, 0.0199):
        alike = part(k * SLOPES, bars=bars * error)
        left = 1e-3 + bars
        assert alike.unlike(alike.g + 0.99 * left * aside) == pytest.approx(
            0.99 * left if bars < 0.01 else max(0.99 * left, bars)
        )
        assert alike.unlike(alike.g - 1.01 * left * aside) == 1
        assert alike.unlike(alike.g) == pytest.approx(bars)
    assert part(k * SLOPES, bars=0.0201 * error).unlike(k * SLOPES) == 1


@pytest.mark.parametrize("sizes, own, evidence, is_sure", [
    ([3], 0, {}, True),
    ([2], 0, {}, False),
    ([1, 2], 0, {}, True),
    ([3], 0, {"factor": 2.0}, False),
    ([2, 2], 0, {"factor": 2.0}, True),
    ([5], 2, {}, True),
    ([4], 2, {}, False),
    ([3, 3], 1, {"factor": 2.0}, True),
    ([3, 2], 1, {"factor": 2.0}, False),
])  # fmt: skip
def test_what_is_said_once_in_a_hundred_thousand_by_chance_is_sure(sizes, own, evidence, is_sure):
    """Of each number, two in a hundred look so by chance: of three, 8e-6; a number fitted says nothing."""
    group = []
    for k, size in enumerate(sizes):
        g = np.ones(size)
        blurred = Part("W", None, 0 * g, g, g, g * (0.0199 if k == 0 else 0.001))
        group.append(Claim("zero", "is so", blurred, g, evidence, own))
    assert sure(group) == sure(group[::-1]) == is_sure


@pytest.mark.parametrize("factor", [0.5, 1.5, -0.5])
def test_a_factor_below_one_that_makes_the_norm_a_round_number_is_a_norm_cut_off(factor):
    def kind(size, two_blocks=False):
        scaled = part(size * np.array([0.6, 0.8, 0, 0, 0]))
        claims = [Claim("scaled", "is so", scaled, scaled.g, {"factor": factor})] * (1 + two_blocks)
        return reason(claims).kind

    cut = "clipped" if factor == 0.5 else "scaled"
    assert kind(2.5 * (1 + 1.9e-6)) == kind(2.5 * (1 - 1.9e-6)) == kind(2.5 / 2**0.5, two_blocks=True) == cut
    assert kind(2.5 * (1 + 2.1e-6)) == kind(2.5 * (1 - 2.1e-6)) == kind(2.51) == "scaled"


def test_an_l2_term_beside_a_factor_is_said_if_any_block_has_it():
    scaled = part(2 * SLOPES)
    plain, beside = (Claim("scaled", "is 2 times", scaled, scaled.g, {"factor": 2.0}, own) for own in (0, 1))
    assert reason([plain, beside]).says == "In W and W dθ is 2 times (but for a multiple of θ itself, the L2 term)."
    assert reason([plain, plain]).says == "In W and W dθ is 2 times."


@pytest.mark.parametrize("size, known", [(1.9, False), (2.1, True)])
def test_an_entry_is_known_to_be_fine_if_half_of_it_would_show(size, known):
    """In row 0 of a (2 × 3) dθ is half of the slope; in row 1 it is right, and may be off by 1."""
    slopes = APPROX.copy()
    slopes[3:6] = size
    report = reported("wrong", gap=APPROX * [0.5, 0.5, 0.4, 0, 0, 0, 0, 0, 0], slopes=slopes)
    report.gradient[3:6] = size
    bars = np.array([0.05, 0.05, 0.05, 0.6, 0.6, 0.6])
    report.found.bars, report.found.allowed_by_size = (lambda name: (bars, 0 * bars)), lambda name: 0.4
    found = block(report, "a")
    assert (str(found) == "a[0, :]") == known
    assert found.theta.tolist() == [1, -2, 3, 0.5, 1.5, 2.5] and np.array_equal(found.bars, bars)


def test_an_entry_whose_slope_is_not_known_is_not_among_those_that_are_off():
    slopes = APPROX * np.where(np.arange(9) == 5, np.nan, 1)
    report = reported("wrong", gap=2.0 * (np.arange(9) == 3), slopes=slopes)
    assert str(block(report, "a")) == "a[1, 0]"


def test_an_entry_is_off_beyond_bar_and_tolerance():
    report = reported(b="wrong", gap=np.r_[np.zeros(6), 0.49, 0.51, 0], bars=0.3, allowed_by_size=lambda name: 0.2)
    assert str(block(report, "b")) == "b[1]"


@pytest.mark.parametrize("size, said", [(2, False), (3, True)])
def test_three_entries_at_least_hold_what_another_block_should(size, said):
    g, theta = np.array([5.0, 7.0, 9.0])[:size], np.array([1.0, 2.0, 4.0])[:size]
    found = claimed(g, {"V": g, "U": theta, "longer": np.arange(size + 1.0)}, a=[30.0, 1.0, -2.0][:size], theta=theta)
    assert ("holds the slopes of V" in [claim.says for claim in found]) == said
    found = claimed(theta, {"V": g}, a=[30.0, 1.0, -2.0][:size], theta=theta)
    assert ("holds θ itself" in [claim.says for claim in found]) == said
    same = np.full(size, 7.0)
    assert not [
        claim for claim in claimed(same, {"V": same}, a=[30.0, 1, -2][:size], theta=same) if claim.kind == "mixed up"
    ]


@pytest.mark.parametrize("c, count", [(15, 1), (9, 2), (6, 3), (4, 4), (3, 5)])
def test_a_block_is_cut_off_where_two_entries_at_least_are_cut_and_two_are_not(c, count):
    a = np.array([20.0, -12.0, 8.0, 5.0, -3.5, 1.0])
    found = [claim for claim in claimed(np.clip(a, -c, c), a=a, theta=np.arange(1.0, 7)) if claim.kind == "clipped"]
    assert [(claim.says, claim.evidence) for claim in found] == [(f"is cut off at ±{c}", {"limit": c})] * (
        2 <= count <= 4
    )


def unrelated(g, a=None, **known):
    g = np.array(g, float)
    a = np.ones(g.size) if a is None else np.array(a, float)
    return "unrelated" in [claim.kind for claim in claimed(g, a=a, theta=np.arange(1.0, g.size + 1), **known)]


def test_unrelated_is_said_of_eight_entries_at_least_that_are_off_nearly_everywhere_with_signs_and_sizes_by_chance():
    apart = np.array([1.1, -1.5, 2, -2.5, 3, -3.5, 2.75, -1.35])
    assert unrelated(apart) and not unrelated(apart[:7])
    for cosine, said in ((0.29, True), (0.31, False)):
        level = np.linalg.norm(apart) / 8**0.5 * cosine / (1 - cosine**2) ** 0.5
        assert unrelated(level + apart) == unrelated(-level - apart) == said
    for right, said in ((1, True), (2, False)):
        g = np.r_[10 * apart, 10 * apart[::-1], np.zeros(4)]
        g[:4] += 1e-9
        g[-4:] = [7.0, -7.0, 7.0, -7.0]
        g[20 - right :] = 1.0  # as a is
        assert unrelated(g) == said
    for agree, said in ((7, True), (8, False)):  # of ten signs
        g = np.where(np.arange(10) < agree, 1.5 + np.arange(10) / 10, -np.arange(10.0))
        g[agree:] *= g[:agree].sum() / -g[agree:].sum()
        assert unrelated(g) == unrelated(-g) == said


def test_a_multiple_is_fitted_to_the_slopes_and_to_theta_where_these_can_be_told_apart():
    theta = np.array([1.0, 2, 3, 4, 5])
    assert said(multiples(part(3 * SLOPES)))[0] == ("scaled", "is 3 times the slope of J")
    with np.errstate(invalid="ignore"):
        nothing = [claim.kind for claim in multiples(part(SLOPES, a=0 * SLOPES, theta=theta))]
    assert nothing == ["decay"]
    for spread, told in ((0.9e-3, False), (1.1e-3, True)):
        flat = 10 * np.array([1, -1, 1, -1, 1 - spread])
        assert ("decay" in [claim.kind for claim in multiples(part(SLOPES + flat, theta=flat))]) == told
    for ratios, told in (([1, 2, 3, 4, 4], False), ([1, -2, 3, 4, 4.001], False), ([1, -2, 3, 4, 4.01], True)):
        a = theta * ratios
        found = [claim for claim in multiples(part(3 * a + 10 * theta, a=a, theta=theta)) if claim.own]
        assert [claim.kind for claim in found] == ["scaled"] * told
        assert not told or found[0].evidence["factor"] == pytest.approx(3)
    a = np.array([1.0, 2, 3, 4, 4])
    found = [claim for claim in multiples(part(2 * a + theta, a=a, theta=[1, 1, 1, 0, 2])) if claim.own]
    assert not found, "of an entry where θ is 0 there is no ratio"


def test_a_factor_is_said_in_as_many_digits_as_are_known_and_not_where_it_is_1():
    def first(k, bars=0.0):
        return [claim.says for claim in multiples(part(k * SLOPES, bars=bars)) if claim.kind not in ("decay", "signs")][
            :1
        ]

    assert first(1.2344) == ["is 1.234 times the slope of J"] and first(1.00004) == []
    assert first(1.2344, bars=0.99e-3 * 0.2344 * 85) == ["is 1.234 times the slope of J"]
    assert first(1.2344, bars=1.01e-3 * 0.2344 * 85) == ["is 1.2 times the slope of J"]
    assert first(-1.00004) == ["has the wrong sign"] and first(-1.001) == ["is -1.001 times the slope of J"]


@pytest.mark.parametrize("share, said", [(0.99e-2, False), (1.01e-2, True)])
def test_a_factor_is_said_of_a_dtheta_of_which_the_slopes_make_a_hundredth(share, said):
    g = 0.5 * np.array([3.0, -4.0, 0, 0, 0])
    g[2] = 2.5 * (share**-2 - 1) ** 0.5
    assert ("scaled" in [claim.kind for claim in multiples(part(g, a=[3, -4, 0, 0, 0]))]) == said


def test_the_bug_is_named_unless_every_wrong_block_is_in_another_order():
    def kinds(a, b):
        gradient = np.concatenate([a, b])
        report = reported("wrong", "wrong" if (b != APPROX[6:]).any() else "right", gap=APPROX - gradient)
        return [reason.kind for reason in mistakes(report)]

    turned, off = APPROX[:6][::-1], np.array([10.0, 21.0, 33.0])
    assert kinds(turned, APPROX[6:]) == ["permuted"] and kinds(turned, off) == ["permuted", "bug"]
    assert kinds(3 * APPROX[:6], 3 * APPROX[6:]) == ["scaled", "bug"]
    assert kinds(APPROX[:6] * [1, 2, 1, 5, 1, 1], 0 * off) == ["zero", "bug"]


def test_blocks_are_wrong_one_or_several_and_what_narrows_it_down_is_said_where_it_is_not_the_last_layer():
    def said(*wrong, names=("W1", "b1", "W2", "b2"), size=1e-3, named=False):
        answers = {name: "wrong" if name in wrong else "right" for name in names}
        within = dict.fromkeys(names, Within("wrong", size))
        found = SimpleNamespace(rtol=1e-6, allowed_by_size=lambda name: 1e-6 * 85 / 5**0.5)
        report = SimpleNamespace(
            answers=answers, within=within, found=found, worst_of=lambda name: (name, (0, 1), 2, 3)
        )
        below = np.array([[False] * 3, [True] * 3])
        only = where(below, ~below)
        off = part(SLOPES * (1 + size))
        six = off._replace(name="W1", place=only, a=np.append(off.a, 0), g=np.append(off.g, 0), bars=np.zeros(6))
        return bug(report, [six if name == "W1" else off._replace(name=name) for name in wrong], named)

    assert said("b2").says == "b2 is wrong, by more than the error bars allow."
    both = said("W1", "W2")
    assert both.says == "W1 and W2 are wrong, by more than the error bars allow; of W1 surely W1[1, :]."
    assert both.entries == (("W1", (0, 1)), ("W2", (0, 1))) and both.evidence["where"] == {"W1": ((1, slice(None)),)}
    assert "points to the λ term, or one slip in every dW. What heals it: λ = 0" in both.advice
    assert said("W1", "b1", "W2", "b2").advice == "What is wrong, and what is not, points to dZ2."
    assert (
        said("x", names=("x", "y")).advice
        == "Check smaller pieces by themselves: one term of J, one layer, one example."
    )
    slight = said("b2", size=0.99e-3)
    assert slight.says == "b2 is off by 1e-03 of its norm: little, but more than the error bars allow."
    assert slight.advice == f"{SLIGHT.format(0.01)} {said('b2').advice}"  # 0.99e-3 · 84 / (85 / √5) is 2.2e-3
    assert said("x", names=("x", "y"), size=0.99e-3).advice == SLIGHT.format(0.01)
    assert said("b2", size=0.99e-3, named=True).advice == said("b2").advice
    assert "dW2 or" not in said("W2").advice and " look at dW1; db1" not in said("W1").advice


def test_places_take_a_block_that_cannot_be_told_for_wrong_only_beside_one_that_is():
    def at(*answers):
        names = [f"{kind}{l}" for l in range(1, len(answers) // 2 + 1) for kind in "Wb"]
        words = [{"w": "wrong", "r": "right", "?": "cannot tell"}[each] for each in answers]
        return places(dict(zip(names, words, strict=True)))

    assert at(*"wr") == (("dW1",),) and at(*"ww") == (("dZ1",),) and at(*"w?") == (("dW1",),)
    assert places({"kernel": "right", "W1": "wrong", "b1": "right"}) == ()
    assert at(*"wwww") == at(*"?ww?") == (("dZ2",),)
    assert at(*"wrwr") == (("the λ term, or one slip in every dW",),) and at(*"w?wr")[0][0].startswith("the λ")
    assert at(*"??w?") == (("dW2",),) and at(*"??ww") == (("dZ2",),) and at(*"?rww") == (("dW2",), ("db2",))
    assert at(*"ww??rr") == at(*"wwrrrr") == (("dA_prev of layer 2", "the mask of layer 1", "the slope of layer 1"),)
    assert at(*"rrrrwr") == (("dW3",),) and at(*"rrrrrw") == (("db3",),) and at(*"rrrr") == ()


def test_places_ask_more_where_a_network_has_no_biases():
    def at(*answers):
        return places({f"W{l}": {"w": "wrong", "r": "right"}[each] for l, each in enumerate(answers, start=1)})

    assert at("w", "w") == (("dZ2", "the λ term, or one slip in every dW"),)
    assert at("w", "r") == (("dW1", "dZ1"),) and at("r", "w") == (("dW2", "dZ2"),) and at("r", "r") == ()


@pytest.mark.parametrize("eps", [1e-7, 1e-5, "auto"])
def test_the_rtol_that_is_named_where_dtheta_is_off_by_little_lets_it_pass_and_a_tenth_of_it_does_not(eps):
    y, t = np.array([0.01, 0.4, 0.2, 0.6]), np.array([0.6, 0.3, 0.9, 0.1])

    def verdict(rtol):
        return gcl.check(
            lambda p: -np.sum(t * np.log(p + 1e-7) + (1 - t) * np.log(1 - p + 1e-7)),
            lambda p: (1 - t) / (1 - p) - t / p,
            y,
            eps,
            rtol=rtol,
        )

    named = re.search(r"rtol=(\S+) lets it pass", verdict(1e-6).reasons[0].advice)[1]
    assert verdict(float(named)).answer == "right" and verdict(float(named) / 10).answer == "wrong"


@pytest.mark.parametrize("outside, word", [(0.0099, "only"), (0.0101, "surely")])
def test_what_is_off_is_only_there_if_the_error_bars_elsewhere_are_a_hundredth_of_it_at_most(outside, word):
    below = np.array([False] * 3 + [True] * 2)
    bars = np.where(below, 9.0, outside * 5.0 / 3**0.5)
    off = Part("W", where(below, ~below), np.zeros(5), np.where(below, 5 / 2**0.5, 0.0), np.ones(5), bars)
    assert off.where == f"of W {word} W[3:]" and off._replace(place=None).where == ""
