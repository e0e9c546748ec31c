"""The lab of lesson 09: each bug hides and comes out, by closed forms and by gcl.check, and what the captions say."""

import re

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.labs.hiding import PIXEL, PLACES, State, compute

BLIND = ("m = 1", "λ = 0", "keep_prob = 1", "two that cancel", "a wrong J")  # there dθ is the gradient of J
TURNED_RED = {
    "m = 1": ("b2",),
    "λ = 0": ("W2",),
    "keep_prob = 1": ("W1", "b1"),
    "dead units": ("W1",),
    "a small entry": ("W1",),
    "two that cancel": ("W1", "b1"),
    "a wrong J": ("W1", "W2", "W3"),
}

every_place = pytest.mark.parametrize("place", PLACES)


def right_slopes(state):
    """Return the gradient of the same network without a bug."""
    right = state.right
    return right.network.on(*right.problem, "frozen")[1](right.theta)


@every_place
def test_every_bug_reads_great_in_hiding_and_worry_once_it_is_out(place):
    hides, out = (compute(State(place, shown)).report for shown in (False, True))
    assert hides.band == "great" and out.band == "worry"
    assert out.that_are("wrong") == TURNED_RED[place]


@every_place
def test_taylor_is_blind_in_hiding_and_sees_every_bug_once_it_is_out(place):
    hides, out = (compute(State(place, shown)).report.taylor for shown in (False, True))
    assert hides.answer == "right" and out.slope == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("place", BLIND[:-1])
def test_where_nothing_can_see_the_bug_dtheta_is_the_right_one(place):
    """By right backprop at the same setting, to the last digits; the error bars rightly find nothing."""
    state = PLACES[place].hiding
    wrong = state.network.on(*state.problem, "frozen")[1](state.theta)
    for name, slopes in right_slopes(state).items():
        np.testing.assert_allclose(wrong[name], slopes, rtol=1e-12, atol=1e-15)
    assert compute(State(place)).report.answer == "right"


def test_a_wrong_J_lacks_the_lambda_term_and_dtheta_with_it():
    state = PLACES["a wrong J"].hiding
    (X, Y), theta = state.problem, state.theta
    cost, gradient = state.network.on(X, Y)
    loss, slopes = gcl.Network(state.network.sizes).on(X, Y)
    assert cost(theta) == pytest.approx(loss(theta), rel=1e-14)
    for name, wrong in gradient(theta).items():
        np.testing.assert_allclose(wrong, slopes(theta)[name], rtol=1e-12, atol=1e-15)


def test_two_that_cancel_are_off_by_twice_keep_prob_once_out():
    report = compute(State("two that cancel", True)).report
    for name in ("W1", "b1"):
        right = right_slopes(PLACES["two that cancel"].out)[name]
        decay = 0.1 / 32 * PLACES["two that cancel"].out.theta[name] if name[0] == "W" else 0
        given = report.pairs[name][1].reshape(right.shape)
        np.testing.assert_allclose(given - decay, 1.6 * (right - decay), rtol=1e-9, atol=1e-15)


def test_the_error_bars_see_the_small_entry_which_the_number_overlooks():
    report = compute(State("a small entry")).report
    assert (report.band, report.answer, report.worst_of("W1").index) == ("great", "wrong", (0, PIXEL))
    a, g = report.pairs["W1"]
    beyond = np.abs(a - g) > report.error_bars["W1"].ravel()
    assert np.flatnonzero(beyond).tolist() == [PIXEL]
    unit = PLACES["a small entry"].unit
    assert g[PIXEL] == pytest.approx(2 * a[PIXEL], rel=0.2) and abs(g[PIXEL]) < 10 * unit * np.abs(g).max()


def test_dead_units_leave_b1_no_slope_and_the_error_bars_cannot_tell():
    report = compute(State("dead units")).report
    a, g = report.pairs["b1"]
    assert not a.any() and not g.any()
    assert (report.answer, report.answers["b1"]) == ("right", "cannot tell")


@every_place
def test_the_first_bar_is_the_whole_vector(place):
    result = compute(State(place, True))
    bound, parts = result.bounds["all θ"], result.report.bars
    assert result.blocks["all θ"] == result.report.difference
    a, g = result.report.approx, result.report.gradient
    assert bound == pytest.approx(np.sqrt(parts @ parts) / (np.sqrt(a @ a) + np.sqrt(g @ g)), rel=1e-12)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "great. And yet the code is wrong. What is wrong: db2 is summed over the examples and not divided"),
        ({}, "Entry by entry, the error bars say: right. Taylor's remainder, right where it falls as t², says: right."),
        ({"out": True}, "Relative difference 0.86: worry. Brought out by m = 32. What is wrong: db2 is summed"),
        (
            {"out": True},
            "bars say of b2: wrong. Taylor's remainder, right where it falls as t², says: wrong.",
        ),
        ({"place": "dead units"}, "Entry by entry, the error bars say of b1: cannot tell."),
        ({"place": "a small entry"}, ": great. And yet"),
        (
            {"place": "a small entry"},
            "bars say of W1: wrong. Taylor's remainder, right where it falls as t², says: right.",
        ),
        ({"place": "a wrong J"}, "that you wanted another J, no check can know"),
    ],
)
def test_the_caption_tells_it(state, said):
    assert said in compute(State(**state)).words


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"place": "under the bed"}, "place should be one of 'm = 1', 'λ = 0'"),
        ({"out": "yes"}, "out should be one of False, True; got 'yes'"),
    ],
)
def test_what_cannot_be_is_refused(state, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        gcl.labs.hiding(**state)


def test_in_another_place_the_bug_hides_at_first():
    lab = gcl.labs.hiding()
    place, out = lab.bound["place"], lab.bound["out"]
    out.value = True
    place.value = "λ = 0"
    assert lab.state == State(place="λ = 0") and out.value is False
