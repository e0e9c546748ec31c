"""What an investigation does next, on ladders and gaps written down by hand: just below and above each threshold."""

import numpy as np
import pytest
from ladder_helpers import STEPS, made

import gc_lib as gcl
from gc_lib.checker.investigation import EXACT, Investigation, rms, unfit
from gc_lib.checker.ladder import CLOSE
from gc_lib.checker.leaps import Leap
from gc_lib.checker.objective import Objective

A, B = np.array([1.0, 2.0, 0.5, 4.0, 3.0, 1e-4]), np.array([0.5, -0.7, 1.3])
PARAMS = {"a": A, "b": B}
SOME = np.arange(STEPS.size)
EMPTY = made(STEPS[:4])


def cosines(p):
    return {name: np.cos(block) for name, block in p.items()}


def investigation(params=PARAMS, eps=1e-5):
    """Return an investigation of Σ sin θ after its loop, and what was asked of it since, in order."""
    J = Objective(lambda p: float(sum(np.sin(block).sum() for block in p.values())), params)
    with np.errstate(all="ignore"):
        found = Investigation(J, lambda at=params: gcl.to_vector(cosines(at)), J.given, 1e-6)
        found.loop(eps)
    return found


def recorded(found, calls, **methods):
    """Let these methods of an investigation note that they were called, and with what, before they answer."""
    for name, answer in methods.items():

        def method(*given, name=name, answer=answer):
            calls.append((name, *(each.tolist() if isinstance(each, np.ndarray) else each for each in given)))
            return answer(*given) if callable(answer) else answer

        setattr(found, name, method)


# ---- listening -------------------------------------------------------------------------------------------------------


def listening(ladder):
    found, calls = investigation(), []
    recorded(found, calls, ask_again=None)
    found.along, found.noise, found.leap = (lambda v: ladder), 0.0, 0.0
    found.listen()
    return found, [times for _, times in calls]


def test_j_is_asked_again_sixteen_times_from_a_hundred_digits_of_noise_on_at_any_step():
    digit = EXACT * abs(investigation().J.here)
    for digits, asked in ((99, []), (101, [16])):
        found, times = listening(made(noise=np.where(SOME == 20, digits * digit, 0)))
        assert times == asked and found.noise == digits * digit and found.ladders["a"] is found.ladders["b"]
    flat, times = listening(made(swing=0.0))
    assert times == [16] and flat.noise == np.inf
    nothing, times = listening(EMPTY)
    assert times == [] and nothing.noise == nothing.leap == 0 and not nothing.odd


@pytest.mark.parametrize("digits, least", [(0.99e5, 1e-2), (1.01e5, 1.0)])
def test_entries_far_smaller_than_the_rest_take_larger_steps_in_a_loud_j(digits, least):
    found, _ = listening(made(noise=digits * EXACT * abs(investigation().J.here)))
    assert found.scale.tolist() == np.maximum(np.abs(np.r_[A, B]), least * np.r_[[1.5] * 6, [0.7] * 3]).tolist()


def test_the_highest_leap_near_theta_is_kept_for_other_directions():
    far, near, nearest = Leap(3.0, CLOSE * 1.01), Leap(2.0, CLOSE * 0.99), Leap(1.0, 1e-5)
    assert listening(made(leaps=(nearest, far, near)))[0].leap == 2.0 and listening(made(leaps=(far,)))[0].leap == 0
    found, given = investigation(), []
    found.J.along = lambda v: lambda t: given.append(t.size) or np.full(t.size, found.J.here)
    found.noise, found.leap = 0.5, 0.23
    ladder = found.along(found.v)
    assert (ladder.noise == 0.5).all() and np.allclose(ladder.hidden, 1.0)  # of 0.23 over the largest step, 0.23


def test_odd_is_a_j_that_calls_all_of_dtheta_wrong_along_the_first_direction():
    assert listening(made(slope=1e9))[0].odd
    found = investigation()
    said = float(found.exact @ found.v)
    for times, odd in ((0.99, False), (1.01, True)):
        found.rng = np.random.default_rng(0)
        found.along = lambda v, k=times: made(slope=float(found.exact @ v) + k * found.tolerance(v))
        found.listen()
        assert found.odd == odd and found.exact @ found.v == pytest.approx(said)


# ---- corners ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("times, among", [(0.99, True), (1.01, False)])
def test_thirty_corners_may_hide_in_the_kink_at_the_clearest_step(times, among):
    found = investigation()
    said, clear = float(found.exact @ found.v), SOME == 7
    shape = {"truncation": np.where(clear, 0.1, 1.0), "kink": np.where(clear, 0.5, 9.0)}
    for sign in (1, -1):
        slope = np.where(clear, said + sign * times * 30 * 0.5, said)
        assert found.among_corners(made(slope=slope, **shape), found.v) is among
        assert not found.among_corners(made(slope=slope, leaps=(Leap(1.0, 1.0),), **shape), found.v)


def chosen(gaps, suspects, bend=0.0, many=False, cornered=(), alone=None, judged="right", keeps=False, noise=0.0):
    """Return what is asked where dθ is off by these gaps, and the answer; whether the ladder that was given is kept."""
    found, calls, given = investigation(), [], made(truncation=np.where(SOME == 5, 0.1, 1.0))
    found.slopes, found.bend = found.exact + [*gaps, *[0.0] * (9 - len(gaps))], np.full(9, bend)
    other = (made() if alone is None else alone), found.v, judged
    recorded(found, calls, among_corners=many, along_disagreement=other)
    found.bars = lambda name: (np.full(6, noise), np.zeros(6))
    recorded(found.J, calls, corners=lambda i, h: ["unit"] * (i in cornered))
    ladder, _, answer = found.without_corners("a", np.array(suspects), given, found.v)
    assert ladder is (given if keeps else other[0])
    steps = [h for name, *asked in calls if name == "corners" for h in asked[1:]]
    assert np.allclose(steps, 2 * STEPS[5] * found.scale[suspects][: len(steps)], atol=0)
    return [asked[0] for name, *asked in calls if name == "along_disagreement"], answer


def test_entries_at_corners_that_the_cost_knows_are_left_out():
    gaps = [0.3, 0.2, 0.1]
    assert chosen(gaps, [0, 1, 2], many=True, cornered=[1]) == ([[0, 2]], "right")
    assert chosen(gaps, [0, 1, 2], many=True, cornered=[0, 1, 2], keeps=True) == ([], "cannot tell")
    assert chosen(gaps, [0, 1, 2], cornered=[1], keeps=True) == ([], "wrong")


def test_among_corners_that_nobody_knows_the_worst_entry_has_to_be_wrong_alone():
    assert chosen([0.1, -0.3, 0.2], [0, 1, 2], many=True, judged="wrong") == ([[1]], "wrong")
    assert chosen([0.1, np.nan, 0.2], [0, 1, 2], many=True, judged="right") == ([[2]], "right")
    assert chosen([0.1, -0.3, 0.2], [1], many=True, keeps=True) == ([], "wrong")


def test_of_entries_between_two_sides_the_worst_is_asked_alone_and_the_others_without_them():
    corner = made(kink=1.0)
    assert chosen([0.59, 0.5, 0.61], [0, 1, 2], bend=-1.0, alone=corner) == ([[0], [2]], "right")
    assert chosen([0.59, 0.5, 0.61], [0, 1, 2], bend=1.0, alone=corner, judged="wrong") == ([[0], [2]], "wrong")
    assert chosen([0.3, 0.5], [0, 1], bend=1.0, alone=corner, judged="cannot tell") == ([[1]], "cannot tell")
    assert chosen([0.3, 0.5], [0, 1], bend=1.0, keeps=True) == ([[1]], "wrong")
    for noise, asked in ((0.49, ([[1]], "cannot tell")), (0.51, ([], "wrong"))):  # noise alone may make such a bend
        found = chosen([0.3, 0.5], [0, 1], bend=1.0, noise=noise, judged="cannot tell", keeps=noise > 0.5, alone=corner)
        assert found == asked
    several = chosen([0.59, 0.7, 0.8], [0, 1, 2], bend=1.0, many=True, alone=corner, judged="wrong")
    assert several == ([[0], [1, 2], [2]], "wrong")


# ---- looking again ---------------------------------------------------------------------------------------------------


def looking_again(judged, ladder=None, gap=0.0, leaps=False, heals=9, eps=1e-5, bend=0.0, agree="wrong"):
    """Look again at block a, whose suspects are entries 1 and 3 until it was asked so many times."""
    found, calls, asked = investigation(eps=eps), [], []
    found.slopes, found.bend = found.exact.copy(), np.full(9, bend)
    found.slopes[[1, 3]] += gap * np.linalg.norm(found.exact[:6]) / 2**0.5
    answer = (made() if ladder is None else ladder), found.v, judged
    recorded(found, calls, along_disagreement=answer, leaps=leaps, nudge=None)
    recorded(found, calls, without_corners=(answer[0], found.v, agree))
    found.suspects = lambda name: asked.append(name) or np.array([1, 3] if len(asked) <= heals else [], int)
    found.look_again("a")
    return found, [name for name, *_ in calls]


@pytest.mark.parametrize("share, small", [(0.99e-2, True), (1.01e-2, False)])
def test_wrong_is_wrong_but_where_it_is_small_and_j_leaps_afar(share, small):
    found, calls = looking_again("wrong", gap=share, leaps=True)
    assert list(found.inexact) == ["a"] * small and list(found.wrong) == ["a"] * (not small)
    assert calls == ["along_disagreement", "without_corners", "leaps" if small else "nudge"]
    found, _ = looking_again("wrong", gap=share, leaps=False)
    assert list(found.wrong) == ["a"] and not found.inexact and not found.open


def test_what_may_be_corners_is_not_wrong_but_open_as_is_what_does_not_heal_in_three_rounds():
    found, calls = looking_again("wrong", agree="cannot tell")
    assert calls == ["along_disagreement", "without_corners", "nudge"] * 3
    assert list(found.open) == ["a"] and not found.wrong and not found.notes
    ladder = made(swing=0.0)
    found, calls = looking_again("cannot tell", ladder)  # the worst entry is asked alone
    assert calls == ["along_disagreement", "along_disagreement", "nudge"] * 3
    assert found.open == {"a": ladder} and found.blame == {"a": ["flat"]}
    found, calls = looking_again("cannot tell", EMPTY)
    assert calls == ["along_disagreement"] and found.blame == {"a": ["domain"]} and list(found.open) == ["a"]


@pytest.mark.parametrize("bend, note", [(0.0, "round-off"), (np.nan, "domain"), (np.inf, "domain")])
def test_what_heals_at_another_step_keeps_a_note_of_why_the_one_asked_for_did_not_do(bend, note):
    """Steps of 1e-5 are of the sizes of entries 1 and 3, 2 and 4, half and a quarter of that."""
    loud = made(noise=np.where(int(np.searchsorted(STEPS, 0.375e-5)) == SOME, 1.0, 0.0), truncation=1e-6)
    for heals, rounds in ((2, 1), (3, 2)):  # suspects are asked once before the first round
        found, calls = looking_again("cannot tell", loud, heals=heals, bend=bend, gap=1e9)
        assert calls == ["along_disagreement", "nudge"] * rounds
        assert found.notes == {"a": note} and not found.open and list(found.blame) == ["a"]
    found, calls = looking_again("cannot tell", loud, heals=1)
    assert calls == [] and not found.open and not found.notes


# ---- bars that are too wide ------------------------------------------------------------------------------------------


def widened(reach, own=None, whole=None, slopes=None, name="a"):
    """Widen a block whose reach is this one, or these one after the other; return it and what was called."""
    found, calls = investigation(), []
    reaches = list(np.ravel(reach))
    if slopes is not None:
        found.slopes = found.slopes * 0 + slopes
    found.reach = lambda name: reaches.pop(0) if len(reaches) > 1 else reaches[0]
    found.ladders = dict.fromkeys(found.ladders, made(noise=1e-12 * STEPS) if whole is None else whole)
    own = made(noise=1e-12 * STEPS) if own is None else own
    found.extra[:] = 7.0
    recorded(found, calls, nudge=None, own_ladder=own)
    found.widen(name)
    return found, calls


def test_bars_are_wide_from_half_a_thousandth_of_the_block_on():
    size = np.linalg.norm(np.cos(A))
    for share, wide in ((0.499e-3, False), (0.501e-3, True)):
        _, calls = widened(share * size)
        assert [name for name, *_ in calls] == (["nudge", "own_ladder", "nudge"] if wide else [])
    _, calls = widened([size, 0.499e-3 * size])
    assert [name for name, *_ in calls] == ["nudge"]


def test_a_block_that_is_heard_and_small_beside_all_of_dtheta_has_no_ladder_of_its_own():
    def calls(reach, slopes):
        found = investigation()
        found.exact[:6] = 0  # of dθ only b is left
        size = np.linalg.norm(found.exact)
        done = []
        found.slopes[:6] = slopes * size / 6**0.5
        found.reach = lambda name: reach * size
        found.ladders = dict.fromkeys(found.ladders, made())
        recorded(found, done, nudge=None, own_ladder=made())
        found.suspects = lambda name: np.zeros(0, int)
        found.widen("a")
        return [name for name, *_ in done]

    assert calls(0.99e-6, 1e-6) == ["nudge"] and calls(1.01e-6, 1e-5) == ["nudge", "own_ladder", "nudge"]
    assert calls(0.99e-6, 0.98e-6) == ["nudge", "own_ladder", "nudge"]  # within its own error


def test_a_better_step_is_taken_for_the_whole_block_and_what_the_ladder_bends_there_is_added_for_its_own():
    bent = {"truncation": np.where(SOME == 9, 0.25, 1.0)}
    found, calls = widened(1.0, own=made(**bent), whole=made(truncation=np.where(SOME == 4, 0.5, 1.0)), name="b")
    size = np.abs(B)
    entries, steps = [6, 7, 8], [calls[0][2], calls[2][2]]
    assert [each[:2] for each in calls] == [("nudge", entries), ("own_ladder", "b"), ("nudge", entries)]
    assert np.allclose(steps, [STEPS[4] * size, STEPS[9] * size])
    assert np.allclose(found.extra[6:], 0.25 / size / 3**0.5) and (found.extra[:6] == 7).all()
    found, _ = widened([1.0, 0.0], name="b")
    assert not found.extra[6:].any() and (found.extra[:6] == 7).all()
    assert [name for name, *_ in widened(1.0, own=EMPTY, whole=EMPTY)[1]] == ["own_ladder"]


@pytest.mark.parametrize("times, taken", [(0.99, True), (1.01, False)])
def test_a_step_is_better_if_its_noise_reaches_no_farther_than_seven_tenths(times, taken):
    size = np.abs(B)
    noise = 1e-3 * STEPS  # of each slope then 1e-3 / size, at every step
    reach = 1e-3 * np.linalg.norm(1 / size) * (1 + 4 / 3**0.5) / 2**0.5 / 0.7 / times
    _, calls = widened(reach, own=EMPTY, whole=made(noise=noise), name="b")
    assert [name for name, *_ in calls] == ["nudge"] * taken + ["own_ladder"]


# ---- the order of all that -------------------------------------------------------------------------------------------


def looked(found, suspects=(), settles="", doubts=(), leap=np.inf, hardly=""):
    """Look, and return what was called; these blocks have suspects, and looking again settles those."""
    calls = []
    recorded(found, calls, look_again=lambda name: found.wrong.update({name: made()} if name in settles else {}))
    recorded(found, calls, widen=None, own_ladder=None)
    found.suspects = lambda name: np.array([1] if name in suspects else [], int)
    found.hardly_known = lambda name: name in hardly
    found.doubts = dict.fromkeys(doubts, made())
    if leap < np.inf:
        found.whole = made(leaps=(Leap(1.0, leap),))
    found.look()
    return [" ".join(call) for call in calls]


def test_a_block_is_looked_at_again_then_widened_then_looked_at_once_more_until_it_is_settled():
    assert looked(investigation()) == ["widen a", "widen b"]
    assert looked(investigation(), "a") == ["look_again a", "widen a", "look_again a", "widen b"]
    assert looked(investigation(), "ab", settles="a") == ["look_again a", "look_again b", "widen b", "look_again b"]


def test_a_wrong_block_is_widened_too_where_it_is_not_known_to_a_tenth_how_far_it_is_off():
    assert looked(investigation(), "a", settles="a", hardly="a") == ["look_again a", "widen a", "widen b"]
    found = investigation()
    found.slopes = found.exact + 1.0
    for share, hardly in ((0.99, False), (1.01, True)):
        found.reach = lambda name, share=share: share * 6**0.5 / 10
        assert found.hardly_known("a") is hardly


def test_where_no_step_knows_more_what_is_left_of_a_difference_is_taken_for_noise():
    loud = made(noise=1.0)
    found, calls = looking_again("cannot tell", loud, gap=1e-3)
    off = np.abs(found.slopes - found.exact)
    assert calls == ["along_disagreement"] and np.array_equal(found.extra[[1, 3]], off[[1, 3]])


def test_each_block_is_listened_to_first_where_j_has_steps_and_there_are_several():
    assert looked(investigation(), leap=0.5 * CLOSE) == ["own_ladder a", "own_ladder b", "widen a", "widen b"]
    assert looked(investigation(), leap=1.5 * CLOSE) == ["widen a", "widen b"]
    assert looked(investigation({"a": A}), leap=0.5 * CLOSE) == ["widen a"]
    nothing = investigation()
    nothing.whole = made(STEPS[:4], leaps=(Leap(1.0, 1e-5),))
    assert looked(nothing) == ["widen a", "widen b"]


def test_an_odd_j_has_every_block_listened_to_unless_something_was_found():
    def odd(**found):
        odd = investigation()
        odd.odd = True
        for kind, ladder in found.items():
            setattr(odd, kind, {"b": ladder})
        return odd

    assert looked(odd()) == ["widen a", "widen b", "own_ladder a", "widen a", "own_ladder b", "widen b"]
    assert looked(odd(), doubts="a") == ["widen a", "widen b", "widen a", "own_ladder b", "widen b"]
    for kind in ("wrong", "open", "inexact"):
        assert looked(odd(**{kind: made()})) == ["widen a"]


def test_what_is_doubted_is_open_unless_it_is_settled():
    found = investigation()
    looked(found, "a", settles="a", doubts="ab")
    assert list(found.open) == ["b"] and list(found.wrong) == ["a"]
    for kind in ("wrong", "open", "inexact"):
        found = investigation()
        assert not found.settled("a")
        setattr(found, kind, {"a": made()})
        assert found.settled("a") and not found.settled("b")


def test_where_nothing_is_known_of_a_gap_or_there_is_none_a_sign_is_drawn():
    found, some = investigation(), np.array([0, 1, 4, 7])
    found.slopes = found.exact + [0, 0.5, 0, 0, np.nan, 0, 0, -0.5, 0]
    signs = {tuple(np.sign(found.along_disagreement(some)[1][some]).tolist()) for _ in range(60)}
    assert {each[1::2] for each in signs} == {(1.0, -1.0)} and len(signs) == 4
    v = found.along_disagreement(some)[1]
    assert np.array_equal(np.abs(v[some]), found.scale[some]) and np.count_nonzero(v) == 4


def test_the_root_mean_square_of_one_entry_is_its_size():
    assert rms(np.array([-3.0])) == 3 and rms(np.array([3.0, -4])) == pytest.approx(12.5**0.5)


def test_a_step_beyond_the_ladder_is_taken_for_its_last():
    last = made(noise=np.where(SOME == 23, 1.0, 0), truncation=1.0)
    assert unfit(last, 1.0) == unfit(last, STEPS[-1]) == "round-off" and unfit(last, STEPS[-2]) == "truncation"


@pytest.mark.parametrize("share, matters", [(0.99e-2, False), (1.01e-2, True), (2.99, True), (3.01, False)])
def test_a_leap_afar_matters_from_a_hundredth_of_any_difference_to_three_times_as_much(share, matters, monkeypatch):
    found = investigation()
    said = float(found.exact @ found.v)
    for gap in (3e-3, 1.0, 40.0):
        monkeypatch.setattr("gc_lib.checker.investigation.leap_afar", lambda at, noise, gap=gap: share * gap)
        for sign in (1, -1):
            assert found.leaps("a", found.v, made(slope=said + sign * gap)) == matters


def test_a_step_of_the_ladder_bends_as_that_step_however_its_size_is_rounded():
    found = investigation()
    ladder = found.ladders["b"] = made(truncation=np.where(SOME < 12, 1e-6, 1.0))
    for size in np.random.default_rng(0).uniform(0.5, 2, 200):
        found.scale[6:] = size
        found.eps[6:] = ladder.steps[11] * found.scale[6:]
        assert found.bent("b").max() < 1e-4


def test_without_a_ladder_the_step_is_a_millionth_of_the_size_and_float32_may_be_off_by_its_rounding():
    found = investigation()
    found.whole, found.ladders = EMPTY, {"a": EMPTY, "b": EMPTY}
    assert np.allclose(found.best_steps(), 1e-6 * found.scale, rtol=1e-12, atol=0)
    assert found.best_eps("b") == pytest.approx(0.7e-6) and found.rtol == 1e-6
    assert investigation({name: block.astype("f4") for name, block in PARAMS.items()}).rtol == 2e-5


def test_at_steps_off_the_ladder_bars_are_those_of_its_first_or_last_and_what_is_hidden_that_of_its_first():
    size, digit = np.abs(B), 1e-9
    first = {"noise": np.where(SOME == 0, 1, 2) * digit, "slope": np.where(SOME == 0, 1.5, 1.0)}
    for eps, noise, bend in ((1e-14, digit, 0.5 + 0.25), (1e-4, 2 * digit, 0.25), (10.0, 2 * digit, 0.25 + 0.5)):
        found = investigation(eps=eps)
        shape = {"truncation": np.where(SOME == 22, 0.75, np.where(SOME == 23, np.inf, 0.25)), **first}
        found.ladders["b"] = made(hidden=np.where(SOME == 0, 0.3, 0.1), leaps=(Leap(1.0, CLOSE / 2),), **shape)
        assert found.ladders["b"].best not in (0, 22, 23)
        bars, rest = found.bars("b")
        assert np.allclose(bars, 4 * noise / eps)
        scale = np.maximum(size, rms(size))
        assert np.allclose(found.bent("b"), 3 * bend / scale / 3**0.5)
        assert np.allclose(found.error_bars("b"), bars + rest + found.bent("b"))
        if eps == 1e-4:
            rounding = np.cos(B) * np.spacing(size + eps) / eps + 8 * EXACT * (np.cos(B) + rms(np.cos(B)))
            assert np.allclose(rest - rounding, 0.3 / size / 3**0.5, rtol=1e-9)
    found.ladders["b"] = EMPTY
    assert np.isinf(found.bent("b")).all() and found.bent("b").size == 3


def test_a_slope_along_a_direction_may_be_off_by_sixteen_digits_of_dtheta_and_its_rounding():
    found, v = investigation(), np.linspace(-1, 1, 9)
    found.rtol, digits = 0, 16 * 2.0**-52 * (np.abs(found.exact) @ np.abs(v))
    for found.rounding in (np.zeros(9), np.linspace(0, 1, 9) * 1e-14):
        assert found.tolerance(v) == pytest.approx(digits + found.rounding @ np.abs(v), rel=1e-12, abs=0)
    found.rtol = 1e-3
    blocks = 1e-3 * sum(rms(found.exact[part]) * np.linalg.norm(v[part]) for part in found.parts.values())
    assert found.tolerance(v) == pytest.approx(blocks + digits + found.rounding @ np.abs(v), rel=1e-12, abs=0)


@pytest.mark.parametrize("times, suspects", [(0.99, []), (1.01, [7])])
def test_a_suspect_is_off_by_more_than_bar_tolerance_and_rounding_together(times, suspects):
    found = investigation()
    found.ladders["b"], found.rounding = made(noise=1e-10), np.full(9, 3e-5)
    found.slopes = found.exact.copy()
    bound = np.add(*found.bars("b"))[1] + 1e-6 * rms(found.exact[6:]) + 3e-5
    for sign in (1, -1):
        found.slopes[7] = found.exact[7] + sign * times * bound
        assert found.suspects("b").tolist() == suspects


def test_a_block_without_entries_is_asked_nothing():
    found = investigation({"a": A, "none": np.empty((0, 3)), "b": B})
    assert found.parts == {"a": slice(0, 6), "b": slice(6, 9)} and set(found.ladders) == {"a", "b"}


@pytest.mark.parametrize("swing", [0.01, 50.0])
def test_j_is_random_where_it_differs_by_more_than_a_ten_thousandth_of_what_it_moves_much_or_little(swing):
    found = investigation()
    found.whole = made(swing=swing)
    for times, random in ((0.99e-4, False), (1.01e-4, True)):
        found.spread = times * swing
        assert found.random is random


def test_a_slope_is_not_known_where_theta_did_not_move_whatever_j_did():
    found = investigation()
    found.measure(np.array([0, 3]), np.array([1e-20, 0.5]), (np.array([3.0, 3.0]), np.array([1.0, 1.0])))
    assert np.isnan(found.slopes[0]) and found.slopes[3] == 2.0


def test_just_on_its_threshold_the_step_asked_for_is_too_large_rather_than_too_small():
    assert unfit(made(hidden=0.5, truncation=0.25, kink=0.25), 1e-5) == "truncation"
    assert unfit(made(hidden=0.51, truncation=0.25, kink=0.25), 1e-5) == "round-off"


def test_a_leap_afar_is_looked_for_along_the_difference_and_then_along_its_block(monkeypatch):
    found, asked, heights = investigation(), [], []
    found.J.along = asked.append
    monkeypatch.setattr("gc_lib.checker.investigation.leap_afar", lambda at, noise: heights.pop(0))
    ladder = made(slope=float(found.exact @ found.v) + 1)
    for given, leaps in (([0.02, 0.0], True), ([0.005, 0.02], True), ([0.005, 0.004], False)):
        asked.clear(), heights.clear(), heights.extend(given)
        found.afar = 0.0
        assert found.leaps("b", found.v, ladder) is leaps
        assert len(asked) == (1 if given[0] > 0.01 else 2) and np.array_equal(asked[0], found.v)
        assert len(asked) == 1 or (asked[1][6:].all() and not asked[1][:6].any())
        assert found.afar == (given[0] if len(asked) == 1 else max(given))
