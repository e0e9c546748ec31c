"""What a screen says and where it corners, on ladders and boxes written down by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from ladder_helpers import EXACT, STEPS, heard, made

import gc_lib as gcl
from gc_lib.checker.leaps import Leap
from gc_lib.checker.screen import Screen, along, as_index, cornered, surely_wrong
from gc_lib.checker.verdict import CANNOT_TELL, Within

RIGHT, WRONG = Within("right", 1e-9), Within("wrong", 0.5)


def screened(small=(), **within):
    """Return a screen with these answers."""
    clouds = {name: ("noise", "flat") if each == CANNOT_TELL else () for name, each in within.items()}
    regions = {name: (slice(2, 3), slice(0, 4)) for name, each in within.items() if each.answer == "wrong"}
    return Screen(dict.fromkeys(within, 0.25), within, regions, clouds, 2, 77, small)


def test_a_screen_is_wrong_if_a_block_is_and_right_if_all_are():
    assert screened(a=RIGHT, b=RIGHT).answer == "right" and screened(a=RIGHT, b=CANNOT_TELL).answer == "cannot tell"
    assert screened(small=("b",), a=RIGHT, b=CANNOT_TELL).answer == "right"
    found = screened(a=CANNOT_TELL, b=WRONG, c=WRONG, d=RIGHT)
    assert found.answer == "wrong" and found.wrong == ("b", "c")
    assert found.answers == {"a": "cannot tell", "b": "wrong", "c": "wrong", "d": "right"}
    assert found.region == ("b", (slice(2, 3), slice(0, 4))) and screened(a=RIGHT).region is None
    screened(a=RIGHT).assert_ok()
    for each in (found, screened(a=RIGHT, b=CANNOT_TELL)):
        with pytest.raises(AssertionError) as raised:
            each.assert_ok()
        assert str(raised.value) == str(each)
    with pytest.raises(TypeError, match="neither true nor false"):
        assert found


def test_a_screen_says_which_blocks_disagree_where_and_of_which_it_cannot_tell():
    assert str(screened(a=RIGHT, b=WRONG, c=CANNOT_TELL)).splitlines() == [
        "These blocks disagree, there: (77 evaluations of J)",
        "  b[2, 0:4]: 2.5e-01",
        "  c: cannot tell (noise and flat)",
    ]
    assert str(screened(c=CANNOT_TELL)).startswith(
        "Of these blocks the screen cannot tell: (77 evaluations of J)\n  c:"
    )
    assert repr(screened(a=RIGHT, b=RIGHT)) == "All 2 blocks agree. (77 evaluations of J)"
    assert str(screened(small=("c",), a=RIGHT, c=CANNOT_TELL)).splitlines() == [
        "All blocks agree but these, too small to matter: (77 evaluations of J)",
        "  c: cannot tell (noise and flat)",
    ]
    assert as_index(()) == "" and as_index((slice(0, 2), slice(1, 2))) == "[0:2, 1]"


@pytest.mark.parametrize("share, chance", [(0.04, 0.0625), (0.02, 0.25), (0.01, 1.0), (0.001, 1.0)])
def test_an_error_of_a_share_is_missed_at_most_with_this_chance(share, chance):
    assert screened(a=RIGHT).chance_of_missing(share) == pytest.approx(chance)


# ---- one direction ---------------------------------------------------------------------------------------------------

USUAL = 5.0  # ‖dθ v‖ of a block whose dθ·v is 7


def asked(ladder, exact=(3.0, 4.0), tolerance=0.0, corners=False, rest=9.0, ask_small=False):
    exact = np.array([rest, *exact])
    found = SimpleNamespace(
        parts={"a": slice(1, 3)},
        exact=exact,
        direction=lambda part: np.where(np.arange(3) > 0, 1.0, 0),
        along=lambda v: ladder,
        tolerance=lambda v: tolerance,
        among_corners=lambda ladder, v: corners,
    )
    reading, within, heard, small = along(found, "a")
    assert heard is ladder
    return (reading, within, small) if ask_small else (reading, within)


@pytest.mark.parametrize(
    "off, bar, within", [(0.4e-2, 0.0, "right"), (0.4e-2, 0.09e-2, "right"), (0.4e-2, 0.11e-2, "")]
)
def test_a_block_is_right_whose_slope_is_known_to_half_a_hundredth_of_what_is_usual(off, bar, within):
    for sign in (1, -1):
        ladder = made(slope=7 + sign * off * USUAL, truncation=bar * USUAL)
        reading, found = asked(ladder, tolerance=0.1)
        assert reading == pytest.approx(off * USUAL / (USUAL + abs(7 + sign * off * USUAL)))
        assert found == (Within("right", pytest.approx(off + bar)) if within else CANNOT_TELL)


def test_a_block_is_wrong_by_a_share_of_the_larger_of_what_is_usual_and_the_slope():
    assert asked(made(slope=1.0)) == (1.0, Within("wrong", pytest.approx(6 / 5)))
    assert asked(made(slope=-20.0)) == (27 / 25, Within("wrong", pytest.approx(27 / 20)))
    assert asked(made(slope=1.0), corners=True) == (1.0, CANNOT_TELL)
    assert asked(made(slope=7.01), corners=True)[1] == Within("right", pytest.approx(2e-3))


def test_just_on_its_threshold_a_block_is_right_and_a_region_is_not_surely_wrong():
    assert asked(made(slope=7.0, truncation=0.025))[1] == Within("right", 0.005)
    found = SimpleNamespace(
        parts={"a": slice(0, 1)},
        direction=lambda part: np.ones(1),
        exact=np.zeros(1),
        tolerance=lambda v: 0.25,
        J=SimpleNamespace(along=lambda v: lambda t: 2.25 * t),
    )
    assert not surely_wrong(found, "a", made(truncation=1.0), (1,))((slice(0, 1),))
    assert surely_wrong(found, "a", made(truncation=0.99), (1,))((slice(0, 1),))


def test_of_a_block_in_which_j_or_dtheta_says_nothing_the_screen_cannot_tell():
    reading, within = asked(made(steps=STEPS[:4]))
    assert np.isnan(reading) and within == CANNOT_TELL
    assert asked(made(slope=0.0), exact=(0, 0)) == (0.0, CANNOT_TELL)


@pytest.mark.parametrize("rest, small", [(0.99e4, False), (1.01e4, True)])
def test_a_block_is_too_small_in_which_no_error_can_be_a_millionth_of_the_whole_gradient(rest, small):
    off = 1e-2
    for ladder in (made(slope=0.6 * off, truncation=0.4 * off), made(slope=0.0, truncation=off)):
        assert asked(ladder, exact=(0, 0), rest=rest, ask_small=True)[1:] == (CANNOT_TELL, small)
    stepped = made(slope=0.0, truncation=off, leaps=(Leap(0.02, 1e-3),))
    assert not asked(stepped, exact=(0, 0), rest=rest, ask_small=True)[2]


# ---- the corner ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap, wrong", [(2.04, False), (2.06, True)])
def test_a_region_is_surely_wrong_beyond_twice_the_error_and_the_tolerance(gap, wrong):
    """Of a block of (2 × 3) after one entry, dθ is 0 and J rises by `gap` in one entry."""
    best = 9
    ladder = made(truncation=np.where(np.arange(STEPS.size) == best, 1.0, 2.0))
    h, steps = STEPS[best], []

    def rises(v):
        assert v[0] == 0
        return lambda t: steps.append(t.tolist()) or 5 + t * v[4] * gap

    found = SimpleNamespace(
        parts={"a": slice(1, 7)},
        direction=lambda part: np.where(np.arange(7) > 0, -1.0, 0),
        exact=np.zeros(7),
        tolerance=lambda v: 0.05 * v[1:].any(),
        J=SimpleNamespace(along=rises),
    )
    tells = surely_wrong(found, "a", ladder, (2, 3))
    assert tells((slice(0, 2), slice(0, 3))) == tells((slice(1, 2), slice(0, 1))) == wrong
    assert not tells((slice(0, 1), slice(0, 3))) and not tells((slice(1, 2), slice(1, 3)))
    assert steps == [[h, -h]] * 4
    found.exact = np.full(7, gap)  # now dθ is right there, and wrong elsewhere
    assert not tells((slice(1, 2), slice(0, 1))) and tells((slice(1, 2), slice(1, 2))) == wrong


@pytest.mark.parametrize("shape", [(1,), (2,), (7,), (8,), (5, 4), (3, 2, 4)])
def test_the_smallest_box_around_all_that_is_wrong_is_cornered_with_few_questions(shape):
    rng = np.random.default_rng(0)
    for _ in range(20):
        mask = rng.random(shape) < rng.choice([0.1, 0.5])
        mask[tuple(rng.integers(shape))] = True
        hit, questions = np.nonzero(mask), []

        def wrong(region, mask=mask, questions=questions):
            questions.append(region)
            return bool(mask[region].any())

        box = cornered(wrong, tuple(slice(0, n) for n in shape))
        assert box == tuple(slice(int(i.min()), int(i.max()) + 1) for i in hit)
        assert len(questions) <= 2 * sum(np.ceil(np.log2(n)) for n in shape)


# ---- the whole -------------------------------------------------------------------------------------------------------

THETA = {"a": np.linspace(0.2, 1.2, 6), "b": np.linspace(0.1, 0.5, 3), "none": np.empty(0)}
LADDER = 2 * STEPS.size


def sines(p):
    return float(np.sin(p["a"]).sum() + np.sin(p["b"]).sum())


def cosines(p):
    return {name: np.cos(block) for name, block in p.items()}


def test_every_evaluation_goes_into_a_ladder_or_asks_again_or_corners():
    start = 1 + 2 + LADDER  # J(θ), J(θ) again twice, all of θ along one direction
    assert gcl.screen(sines, cosines, THETA).evaluations == start + 2 * LADDER + 2
    assert gcl.screen(sines, cosines, THETA, directions=3).evaluations == start + 6 * LADDER + 2
    wrong = gcl.screen(sines, lambda p: cosines(p) | {"b": 2 * np.cos(p["b"])}, THETA)
    questions = wrong.evaluations - (start + 2 * LADDER + 20)
    assert wrong.regions == {"b": (slice(0, 3),)} and questions in (4, 6, 8)  # of two evaluations each
    assert {*wrong.readings} == {"a", "b"} and wrong.answers == {"a": "right", "b": "wrong"}


def test_of_several_directions_the_worst_answer_and_the_largest_reading_count(monkeypatch):
    ladders = {"right": made(slope=7.0), "cannot tell": made(slope=7.0, noise=1.0), "wrong": made(slope=1.0)}
    for order in (
        ["right", "wrong", "cannot tell"],
        ["right", "cannot tell", "right"],
        ["cannot tell", "wrong", "right"],
    ):
        each = {"right": (0.3, RIGHT), "cannot tell": (0.1, CANNOT_TELL), "wrong": (0.2, WRONG)}
        answers = [(*each[answer], ladders[answer], False) for answer in order]
        monkeypatch.setattr("gc_lib.checker.screen.along", lambda found, name, left=answers: left.pop(0))
        monkeypatch.setattr(
            "gc_lib.checker.screen.surely_wrong", lambda *of: lambda region: region[0].start <= 4 < region[0].stop
        )
        found = gcl.screen(sines, cosines, {"a": THETA["a"], "b": THETA["b"][:0]}, directions=3)
        assert found.answer == max(order, key=["right", "cannot tell", "wrong"].index)
        assert found.readings == {"a": 0.3} and found.directions == 3
        assert found.clouds == {"a": ("noise",) if found.answer == "cannot tell" else ()}
        assert found.regions == ({"a": (slice(4, 5),)} if found.answer == "wrong" else {})


def test_what_keeps_a_screen_from_telling_is_named_and_is_noise_if_nothing_else_is():
    def flat(p):
        return sines({"a": p["a"], "b": np.zeros(3)})

    found = gcl.screen(flat, lambda p: cosines(p) | {"b": np.zeros(3)}, THETA)
    assert found.clouds == {"a": (), "b": ("flat",)} and found.regions == {}
    assert heard(np.sin).clouds() == [] and heard(np.sin).slope[0] == pytest.approx(EXACT, abs=1e-3)


def test_a_gradient_that_is_another_each_time_makes_every_answer_cannot_tell():
    calls = []

    def unsteady(p):
        calls.append(1)
        return {name: slope * (1 + 1e-3 * (len(calls) > 1)) for name, slope in cosines(p).items()}

    found = gcl.screen(sines, unsteady, THETA)
    assert set(found.answers.values()) == {"cannot tell"} and found.regions == {} and len(calls) > 1
    assert found.clouds == {"a": ("not deterministic",), "b": ("not deterministic",)}


@pytest.mark.parametrize("seed", range(8))
def test_where_j_bends_sharply_beyond_small_steps_what_they_tell_is_believed(seed):
    """The total variation of a picture with flat parts, sqrt(d² + 1e-8): its slope is known from tiny steps alone."""
    rng = np.random.default_rng(seed)
    picture = np.round(rng.uniform(0, 255, (6, 6)))
    picture[:3, :3] = 17.0

    def cost(p):
        across, down = np.diff(p, axis=1)[:-1], np.diff(p, axis=0)[:, :-1]
        return float(np.sqrt(across**2 + down**2 + 1e-8).sum())

    def gradient(p):
        across, down = np.diff(p, axis=1)[:-1], np.diff(p, axis=0)[:, :-1]
        length, g = np.sqrt(across**2 + down**2 + 1e-8), np.zeros_like(p)
        g[:-1, :-1] -= (across + down) / length
        g[:-1, 1:] += across / length
        g[1:, :-1] += down / length
        return g

    assert gcl.screen(cost, gradient, picture, seed=seed).answer == "right"
    assert gcl.screen(cost, lambda p: -gradient(p), picture, seed=seed).answer == "wrong"
