"""The lab of lesson 06: J again and again, the check in three ways, and what it says of both."""

import re

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.checker.slide import norm
from gc_lib.labs.dropout import BUGS, TIMES, State, compute
from gc_lib.labs.result import beyond

pytestmark = pytest.mark.slow

PLANTED = BUGS[1:]


def network(keep_prob, bug="none"):
    """Return the lab's network, built by the front door, with its examples and θ."""
    net, problem = gcl.Network([16, 6, 1], keep_prob=keep_prob), gcl.data.digits(3, 8, examples=32, side=4)
    broken = net if bug == "none" else net.plant(bug, 1)
    return broken, problem, net.initialise(seed=0)


def test_the_bugs_are_those_of_the_equation_drop():
    assert {"no_mask", "no_keep_prob", "neighbour_mask"} <= set(PLANTED)
    assert {gcl.bugs.find(name).slot for name in PLANTED} == {"drop"}


def test_J_is_another_number_each_time_with_fresh_masks_alone():
    net, problem, theta = network(0.8)
    again, cost = compute(State()).again, net.on(*problem, masks="frozen")[0]
    assert len(set(again["fresh"])) == TIMES
    assert set(again["frozen"]) == {cost(theta)}
    assert set(again["off"]) == {network(1.0)[0].on(*problem)[0](theta)}


@pytest.mark.parametrize("keep_prob", [0.99, 0.8, 0.3])
@pytest.mark.parametrize("bug", BUGS)
def test_fresh_masks_read_1_whatever_backprop_does(bug, keep_prob):
    report = compute(State(keep_prob, bug)).reports["fresh"]
    assert report.difference == pytest.approx(1, abs=1e-4)
    assert not beyond(report), "and every bar lies within its error bound"
    assert norm(report.approx) > 1e5 * norm(report.gradient)


@pytest.mark.parametrize("keep_prob", [0.99, 0.8, 0.3])
@pytest.mark.parametrize("bug", PLANTED)
def test_a_frozen_mask_finds_what_lives_on_the_way_back_and_off_does_not(bug, keep_prob):
    reports = compute(State(keep_prob, bug)).reports
    net, problem, theta = network(keep_prob, bug)
    said = gcl.check(*net.on(*problem, masks="frozen"), theta)
    assert beyond(reports["frozen"]) == said.that_are("wrong") == ("W1", "b1")
    assert reports["frozen"].difference == pytest.approx(said.difference, rel=1e-4)
    assert reports["off"].band == "great"


@pytest.mark.parametrize("mask_seed", range(5))
def test_right_backprop_agrees_under_any_frozen_mask(mask_seed):
    assert compute(State(0.5, mask_seed=mask_seed)).reports["frozen"].band == "great"


def test_no_keep_prob_reads_what_its_factor_says():
    """W1 and b1 come out keep_prob times too long: |k − 1| / (k + 1)."""
    blocks = compute(State(0.5, "no_keep_prob")).reports["frozen"].blocks
    assert [blocks["W1"], blocks["b1"]] == pytest.approx([1 / 3, 1 / 3], rel=1e-6)


def test_what_the_caption_shows_of_the_nudge_is_what_the_check_divided():
    result = compute(State())
    (J_plus, J_minus), worst = result.nudge, result.reports["fresh"].worst
    assert (J_plus - J_minus) / 2e-7 == pytest.approx(worst.approx, rel=1e-9)
    assert abs(J_plus - J_minus) > 1e-3


def test_a_larger_eps_does_not_save_the_check():
    reports = compute(State(eps=0.1)).reports
    assert reports["fresh"].difference == pytest.approx(0.77, abs=0.005)
    assert reports["off"].band == "worry"


@pytest.mark.parametrize("bug", BUGS)
def test_the_curves_begin_with_dropout_off_and_pass_through_where_the_student_stands(bug):
    result = compute(State(0.75, bug))
    for way, curve in result.curves.items():
        assert curve.x[0] == 1 and curve.y[0] == pytest.approx(result.reports["off"].difference, abs=1e-7)
        x, y = result.here[way]
        assert x == 0.75 and curve.y[curve.x == x] == pytest.approx(y, rel=1e-6)
    assert (result.curves["fresh"].y[1:] > 0.9).all()


def test_the_frozen_curve_rises_at_once_or_with_the_first_unit_dropped_where_a_bug_hides_until_then():
    rises = {bug: compute(State(0.8, bug)).curves["frozen"].y[1] > 1e-5 for bug in PLANTED}
    assert rises == {bug: "no unit is dropped" not in gcl.bugs.find(bug).hides for bug in PLANTED}
    assert rises["no_keep_prob"] and not rises["no_mask"]


@pytest.mark.parametrize("bug", BUGS)
def test_at_keep_prob_1_the_three_ways_are_one(bug):
    result = compute(State(1.0, bug))
    for way in ("fresh", "frozen"):
        np.testing.assert_array_equal(result.again[way], result.again["off"])
        np.testing.assert_array_equal(result.reports[way].approx, result.reports["off"].approx)
    assert result.reports["fresh"].band == "great"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "J at one and the same θ: 0.7081, then 0.7147 with fresh masks; 0.7081 with a frozen one."),
        ({}, "Fresh reads 1: for b1[5, 0], J(θ + ε) = 0.6856 and J(θ − ε) = 0.7301 belong to two unlike networks."),
        ({}, "Divided by 2ε, their difference is dθ_approx = -2e5, where dθ has 2e-2. Frozen reads "),
        ({"bug": "no_mask"}, "0.22: worry. Frozen: W1 and b1 disagree. J at one"),
        ({"bug": "no_mask"}, "Frozen reads 0.22: worry. W1 and b1: up to 0.54. All other blocks agree."),
        ({"bug": "no_mask"}, "no_mask shows with the frozen mask alone."),
        ({"bug": "no_mask", "keep_prob": 1}, "no_mask cannot be seen here: no unit is dropped."),
        ({"bug": "no_mask", "keep_prob": 0.999}, "no_mask cannot be seen here: no unit is dropped."),
        ({"keep_prob": 0.999999}, "0.6983, then 0.6983 with fresh masks"),
        ({"keep_prob": 0.999999}, "Fresh reads great: no unit is dropped, or hardly any."),
        ({"keep_prob": 1}, "great. Frozen: all 4 blocks agree. J at one and the same θ: 0.6983, then 0.6983"),
        ({"eps": 0.1}, "Backprop is right: ε is too large for this network."),
    ],
)
def test_the_caption_tells_it(state, said):
    assert said in compute(State(**state)).words


def test_new_masks_are_drawn_by_the_button():
    lab = gcl.labs.dropout()
    before = lab.result
    (button,) = [each for each in lab.box.children[1].children if each.description == "new masks"]
    button.click()
    assert lab.state.mask_seed == 1
    assert (lab.result.again["fresh"] != before.again["fresh"]).any()


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"keep_prob": 0}, "keep_prob should be above 0 and at most 1 (no dropout); got 0.0"),
        ({"keep_prob": 1.1}, "keep_prob should be above 0"),
        ({"eps": 0}, "eps should be a finite number above 0"),
        ({"mask_seed": 0.5}, "mask_seed should be a whole number, 0 or more; got 0.5"),
        ({"bug": "no_decay"}, "bug should be one of 'none', 'no_mask', 'no_keep_prob', 'neighbour_mask'"),
    ],
)
def test_what_cannot_be_is_refused(state, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        gcl.labs.dropout(**state)
