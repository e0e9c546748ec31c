"""The bench without a browser: what it shows is what the checker says, and every control does what its name says."""

import ast
import html
import importlib
import json
import re
import subprocess
import sys
import threading
from dataclasses import FrozenInstanceError, fields, replace
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace

import ipywidgets as widgets
import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.checker.slide import norm, quotient
from gc_lib.labs.bench import Bench
from gc_lib.labs.controls import CANNOT
from gc_lib.labs.slices import Result, compute, measure
from gc_lib.labs.state import BenchState as State
from gc_lib.labs.words import table
from gc_lib.network.network import Plant

STATE, SLICES = (importlib.import_module(f"gc_lib.labs.{name}") for name in ("state", "slices"))

STATES = {
    "as it opens": {},
    "another epsilon": {"eps": 3e-4},
    "large epsilon": {"eps": 1.0},
    "large lambda": {"lam": 1e4},
    "no_decay": {"bugs": [("no_decay", 2)]},
    "weak bug": {"bugs": [("no_slope", 1, 1e-5)], "lam": 0.0},
    "a factor": {"bugs": [("scaled_dA", 3, 0.5, -2.0)]},
    "several bugs": {"bugs": [("dW_no_mean", 1), ("db_zero", 3), ("dA_doubled", 2, 0.1)], "lam": 3.0},
    "a square layer's bugs": {"bugs": [("own_A", 2), ("W_not_transposed", 2)]},
    "J forgets the decay": {"mistakes": ["J_no_decay"]},
    "J takes lambda / m": {"mistakes": ["J_decay_over_m"], "lam": 2.0},
    "J counts a layer twice": {"mistakes": ["J_layer_twice"]},
    "one-sided": {"mistakes": ["one_sided"]},
    "forgotten 2": {"mistakes": ["forgotten_2"]},
    "absolute": {"mistakes": ["absolute"], "bugs": [("half_decay", 1)]},
    "norm of the sum": {"mistakes": ["norm_of_sum"], "bugs": [("sign_flipped", 3, 0.9)]},
    "other order": {"mistakes": ["other_order", "J_no_decay"]},
    "not restored": {"mistakes": ["not_restored"], "eps": 1e-5},
    "not restored, dropout": {"mistakes": ["not_restored"], "keep_prob": 0.8, "bugs": [("no_mask", 1)]},
    "float32": {"dtype": "float32", "eps": 1e-2},
    "float32, bug": {"dtype": "float32", "eps": 1e-3, "bugs": [("no_decay", 1)], "keep_prob": 0.7},
    "relu": {"hidden": "relu", "bias": 0.01, "bugs": [("slope_at_A", 1)]},
    "sigmoid": {"hidden": "sigmoid", "bugs": [("activation_for_slope", 2)]},
    "softmax": {"data": "ten digits, 4×4 pixels", "examples": 16, "bugs": [("output_slope_twice", 3)]},
    "L = 1": {"units": (), "bugs": [("db_no_mean", 1)]},
    "L = 4": {"units": (6, 6, 6), "bugs": [("no_W", 3)]},
    "one example": {"examples": 1, "bugs": [("dW_no_mean", 1)]},
    "trained": {"steps": 50, "bugs": [("db_decayed", 2)]},
    "another start": {"seed": 7, "scale": 0.3, "bias": 0.1, "bugs": [("db_decayed", 2)]},
    "small weights": {"scale": 1e-3},
    "dropout, frozen": {"keep_prob": 0.8, "bugs": [("no_keep_prob", 1)]},
    "dropout, another mask": {"keep_prob": 0.5, "mask_seed": 3, "bugs": [("neighbour_mask", 2)]},
    "moons": {"data": "two moons", "examples": 8, "bugs": [("db_one_sum", 2)]},
}
FRESH = {"masks": "fresh", "keep_prob": 0.8}
AXES = {"eps": "eps", "lam": "lam", "drop": "keep_prob"}  # which field of the state a slice moves


def checked(state, loop=False, **changes):
    """Say what the library's own checker says in a state: by the two-sided loop, or by the network's short cut."""
    state = replace(state, **changes)
    X, Y = state.problem
    cost, gradient = state.network.on(X, Y, masks=state.masks, seed=state.mask_seed)
    return gcl.check((lambda theta: cost(theta)) if loop else cost, gradient, state.theta, state.eps, state.checker)


def noise(state, report):
    """Return what round-off may do to an entry of dθ_approx: J± are off by a few u |J|."""
    return 16 * float(np.finfo(state.dtype).eps) * max(abs(report.J), 0.1) / report.eps


def reading_slack(state, report):
    """Return how far that noise may move a reading."""
    off = noise(state, report) * report.approx.size**0.5
    apart, both = norm(report.approx - report.gradient), norm(report.approx) + norm(report.gradient)
    if report.quotient is quotient:
        return 2 * off / both
    if "absolute" in state.mistakes:
        return off
    together = norm(report.approx + report.gradient)
    return report.difference * 2 * (off / apart + off / together)


# ---- the numbers are true --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATES)
def test_the_report_is_what_the_slides_loop_says(name):
    state = State(**STATES[name])
    found, said = compute(state).report, checked(state, loop=True)
    single = 1e-5 if state.dtype == "float32" else 1e-9
    assert found.J == pytest.approx(said.J, rel=single)
    np.testing.assert_allclose(found.gradient, said.gradient, rtol=single, atol=single * abs(said.gradient).max())
    np.testing.assert_allclose(found.approx, said.approx, rtol=single, atol=noise(state, said))
    assert (found.eps, found.unmoved, list(found.blocks)) == (said.eps, said.unmoved, list(said.blocks))
    assert abs(found.difference - said.difference) <= reading_slack(state, said) + 1e-6 * said.difference
    low = {name: bound for name, bound in said.bounds.items() if bound < 1e-2}  # a high one is made of round-off itself
    assert all(bound / 2 < found.bounds[name] < 2 * bound for name, bound in low.items())  # the noise is an estimate
    loud = [name for name, reading in said.blocks.items() if reading > 100 * said.bounds[name]]
    assert {name: found.blocks[name] for name in loud} == pytest.approx({n: said.blocks[n] for n in loud}, rel=0.05)
    assert found.wrong == said.wrong


@pytest.mark.parametrize("name", STATES)
def test_the_slices_are_what_the_checker_says_at_each_point(name):
    state = State(**STATES[name])
    result = compute(state)
    for key, field in AXES.items():
        curve = result.curves[key]
        assert (np.diff(curve.x) >= 0).all()
        x_here = round(1 - state.keep_prob, 12) if key == "drop" else getattr(state, field)
        assert result.here[key] == (x_here, result.report.difference)
        assert result.report.difference in curve.y[curve.x == x_here]
        for x, y in list(zip(*curve, strict=True))[:: 2 if key == "drop" else 6]:
            try:
                said = checked(state, **{field: 1 - x if key == "drop" else x})
            except ValueError:  # so small an ε moves no entry of θ
                assert state.dtype == "float32" and field == "eps"
                continue
            assert abs(y - said.difference) <= reading_slack(state, said) + 1e-6 * y, (key, x)


@pytest.mark.parametrize("bugs", [[], [("no_decay", 2)]])
def test_fresh_masks_read_1_and_too_long_whatever_backprop_does(bugs):
    state = State(**FRESH, bugs=bugs)
    result, said = compute(state), checked(state)
    assert result.scattered
    assert result.report.difference == pytest.approx(1, abs=1e-4) == said.difference
    assert result.lengths[0] == pytest.approx(norm(said.approx), rel=0.5)  # other draws, as many of them
    assert result.lengths[0] > 1e5 * result.lengths[1]
    assert (result.curves["lam"].y > 0.99).all()
    drop = result.curves["drop"]
    assert (drop.y[drop.x > 0] > 0.99).all()
    assert drop.y[0] == pytest.approx(checked(state, keep_prob=1.0).difference, abs=1e-7)
    again = compute(replace(state, eps=1e-7))
    assert all((again.curves[key].y == result.curves[key].y).all() for key in AXES)  # a state has one picture


def test_the_slice_against_dropout_tells_of_fresh_masks_before_a_unit_is_dropped():
    drop = compute(State(masks="fresh")).curves["drop"]
    assert drop.y[0] < 1e-6
    assert (drop.y[drop.x >= 0.01] > 0.9).all()  # where it says 1e-8 the student will read 1


def test_float32_is_float32_all_the_way():
    for exact in (compute(State(dtype="float32", keep_prob=keep_prob)).report.gradient for keep_prob in (1, 0.8)):
        np.testing.assert_array_equal(exact, exact.astype("float32"))


def test_the_slices_span_the_sliders():
    lab_spans = {"eps": (1e-12, 1), "lam": (0, 1e4), "drop": (0, 0.7)}
    for state in (State(), State(eps=3e-5, lam=7.0, keep_prob=0.65)):
        for key, (low, high) in lab_spans.items():
            x = compute(state).curves[key].x
            assert (x[0], x[-1]) == (low, high)


def test_training_follows_the_right_gradient_whatever_is_broken():
    plain = State(steps=20).theta
    for changes in ({"lam": 3.0}, {"keep_prob": 0.5}, {"bugs": [("sign_flipped", 3)]}, {"mistakes": ["J_no_decay"]}):
        for name, block in State(steps=20, **changes).theta.items():
            np.testing.assert_array_equal(block, plain[name])
    assert not np.array_equal(plain["W1"], State(steps=19).theta["W1"])


# ---- nothing jumps ---------------------------------------------------------------------------------------------------


def climbs(x, y, bound):
    """Tell how many decades y moves per decade of x, at most, above round-off."""
    rate = np.abs(np.diff(np.log10(np.maximum(y, bound)))) / np.diff(np.log10(x))
    return rate.max()


def readings(state, field, values):
    """Return the readings along a fine slice."""
    moved = (replace(state, **{field: value}) for value in values)
    return np.array([gcl.relative_difference(m.approx[0], m.exact[0]) for m in map(measured, moved)])


def measured(state):
    return measure(state, (state.eps,), state.lam, state.keep_prob)


@pytest.mark.parametrize("name", ["no_decay", "half_decay", "decay_subtracted", "decay_not_over_m"])
@pytest.mark.parametrize("layer", [1, 2, 3])
def test_a_decay_bug_climbs_with_lambda_without_a_cliff(name, layer):
    values = np.geomspace(1e-8, 1e4, 49)
    y = readings(State(bugs=[(name, layer)], eps=1e-4), "lam", values)
    assert climbs(values, y, 1e-7) < 1.5
    assert y[0] < 1e-6 and y.max() > 1e-2


@pytest.mark.parametrize("layer", [1, 2])
def test_a_forgotten_keep_prob_climbs_with_the_dropped_share_without_a_cliff(layer):
    shares = np.geomspace(1e-4, 0.7, 33)
    y = readings(State(bugs=[("no_keep_prob", layer)], lam=0.0, eps=1e-4), "keep_prob", 1 - shares)
    assert climbs(shares, y, 1e-7) < 1.5
    assert y[0] < 1e-4 and y[-1] > 1e-2


@pytest.mark.parametrize("name", [name for name, bug in gcl.bugs.CATALOGUE.items() if bug.family is gcl.bugs.Steps])
def test_any_bug_climbs_with_its_strength_without_a_cliff(name):
    strengths = np.geomspace(1e-8, 1, 25)
    state = State(keep_prob=0.8, eps=1e-4, bias=0.1)
    for layer in (1, 2, 3):
        if not state.network.obstacle(name, layer) and not compute(replace(state, bugs=[(name, layer)])).hiding:
            y = readings(state, "bugs", [((name, layer, s),) for s in strengths])
            assert climbs(strengths, y, 1e-7) < 1.5, layer
            assert y[0] < 1e-6 and y[-1] > 1e-4, layer


# ---- the lab: controls -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def opened():
    """Open one lab, in a state in which everything matters: dropout, λ, a bug in each of two rows."""
    return gcl.labs.bench(keep_prob=0.8, bugs=[("no_decay", 2), ("scaled_db", 1, 1.0, 4)])


@pytest.fixture
def lab(opened):
    """Put the opened lab back to where it opened."""
    opened.showing = True  # the rows are moved one by one, and only then the state
    for row, plant in zip_longest(opened.rows, opened.start.bugs):
        row.show(plant or Plant("", 1, 1.0))
    opened.showing = False
    opened.show_line.value, opened.folds.opened = False, None
    return opened.set(**opened.opening())


def below(widget):
    """Walk a tree of widgets."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from below(child)


def controls(lab):
    """Return every control of a lab that has a value, by a name of its own."""
    named = dict(lab.bound) | lab.mistakes
    for i, row in enumerate(lab.rows):
        named |= {f"{i} {name}": getattr(row, name) for name in ("bug", "layer", "strength", "factor")}
    return named


def values(lab):
    return {name: control.value for name, control in controls(lab).items()}


def press(lab, words):
    """Press the button of that description."""
    next(w for w in below(lab.box) if isinstance(w, widgets.Button) and w.description == words).click()


def without_ghost(lab):
    """Return the picture of a lab's result without the pale marks that any change leaves behind."""
    return lab.paint(replace(lab.result, before=None))


def consistent(lab):
    """Tell whether state, result, caption, picture and controls of a lab all say the same."""
    state, shown = lab.state, values(lab)
    assert lab.result.state == state
    assert lab.caption.value == f'<div role="status">{lab.result.caption}</div>'
    assert lab.picture.value == lab.paint(lab.result)
    assert bytes(lab.picture.value).startswith(b"\x89PNG")
    assert all(shown[name] == getattr(state, name) for name in lab.bound)
    assert tuple(name for name in lab.mistakes if shown[name]) == tuple(n for n in lab.mistakes if n in state.mistakes)
    assert len(lab.planted()) == len(state.bugs) and set(lab.planted()) == set(state.bugs)
    unfolded, lab.folds.opened = lab.folds.opened, lab.shared
    assert lab.code() in html.unescape(lab.shared.value)
    lab.folds.opened = unfolded
    return True


def test_the_controls_named_here_are_all_there_are(opened):
    shown = list(below(opened.box))
    interactive = {w for w in shown if isinstance(w, (widgets.SelectionSlider, widgets.Dropdown, widgets.Checkbox))}
    assert interactive == set(controls(opened).values())
    buttons = {w.description for w in shown if isinstance(w, widgets.Button)}
    assert buttons == {"start again", "new random start", "new masks"}
    assert set(opened.bound) | {"bugs", "mistakes", "seed", "mask_seed"} == {f.name for f in fields(State)}


MISTAKES = [name for name, bug in gcl.bugs.CATALOGUE.items() if bug.family is not gcl.bugs.Steps]
MOVES = [
    ("eps", 1e-3, {}),
    ("eps", 1e-12, {}),
    ("eps", 1.0, {}),
    ("lam", 0.0, {}),
    ("lam", 1e4, {}),
    ("keep_prob", 0.5, {}),
    ("keep_prob", 1.0, {}),
    ("masks", "fresh", {}),
    ("data", "3 or 8, 8×8 pixels", {}),
    ("data", "ten digits, 4×4 pixels", {}),
    ("data", "two moons", {}),
    ("examples", 1, {}),
    ("examples", 64, {}),
    ("units", (16, 8), {}),
    ("units", (6, 6, 6), {}),
    ("hidden", "relu", {"bias": 0.01}),  # the one control that moves another: see DESIGN, ReLU at b = 0
    ("hidden", "sigmoid", {}),
    ("dtype", "float32", {}),
    ("scale", 0.3, {}),
    ("bias", 0.1, {}),
    ("steps", 10, {}),
    ("0 bug", "dW_no_mean", {"bugs": (("dW_no_mean", 2), ("scaled_db", 1, 1.0, 4))}),
    ("0 bug", "", {"bugs": (("scaled_db", 1, 1.0, 4),)}),
    ("0 layer", 3, {"bugs": (("no_decay", 3), ("scaled_db", 1, 1.0, 4))}),
    ("0 strength", 1e-3, {"bugs": (("no_decay", 2, 1e-3), ("scaled_db", 1, 1.0, 4))}),
    ("1 bug", "db_zero", {"bugs": (("no_decay", 2), ("db_zero", 1))}),
    ("1 layer", 2, {"bugs": (("no_decay", 2), ("scaled_db", 2, 1.0, 4))}),
    ("1 strength", 0.1, {"bugs": (("no_decay", 2), ("scaled_db", 1, 0.1, 4))}),
    ("1 factor", -2, {"bugs": (("no_decay", 2), ("scaled_db", 1, 1.0, -2))}),
    ("2 bug", "no_slope", {"bugs": (("no_decay", 2), ("scaled_db", 1, 1.0, 4), ("no_slope", 1))}),
    *((name, True, {"mistakes": (name,)}) for name in MISTAKES),
]


@pytest.mark.parametrize("name, value, means", MOVES)
def test_a_control_moves_its_own_field_and_the_picture_and_no_other_control(lab, name, value, means):
    state, shown, picture = lab.state, values(lab), without_ghost(lab)
    controls(lab)[name].value = value
    changed = means if " " in name or name in lab.mistakes else {name: value} | means
    assert lab.state == replace(state, **changed)
    assert values(lab) == shown | {name: value} | {k: v for k, v in changed.items() if k in lab.bound}
    assert consistent(lab)
    assert lab.result.before.state == state
    assert without_ghost(lab) != picture
    assert lab.error.value == ""


def test_relu_leaves_biases_that_are_there_already(lab):
    lab.set(bias=0.1)
    for hidden in ("relu", "tanh"):
        lab.bound["hidden"].value = hidden
        assert (lab.state.hidden, lab.state.bias) == (hidden, 0.1)


@pytest.mark.parametrize("name, value", [("2 layer", 3), ("2 strength", 0.1), ("2 factor", 10)])
def test_a_row_without_a_bug_changes_nothing(lab, name, value):
    state, shown = lab.state, values(lab)
    controls(lab)[name].value = value
    assert lab.state == state and values(lab) == shown | {name: value}
    assert consistent(lab)


@pytest.mark.parametrize("words, field", [("new random start", "seed"), ("new masks", "mask_seed")])
def test_a_button_draws_anew(lab, words, field):
    lab.set(steps=5, eps=1e-5, scale=0.3)
    state, shown = lab.state, values(lab)
    pictures = {without_ghost(lab)}
    for i in (1, 2):
        press(lab, words)
        assert lab.state == replace(state, **{field: i})
        pictures.add(without_ghost(lab))
    assert len(pictures) == 3 and values(lab) == shown and consistent(lab)


def test_start_again_puts_everything_back(lab):
    state, shown, picture = lab.state, values(lab), without_ghost(lab)
    lab.set(eps=1e-3, lam=7.0, keep_prob=0.3, units=(16, 8), mistakes=["absolute"], steps=5, bugs=[("db_zero", 3)])
    lab.set(seed=4, mask_seed=2, data="two moons", dtype="float32", hidden="relu", bias=0.3, bugs=[])
    press(lab, "start again")
    assert lab.state == state and values(lab) == shown and without_ghost(lab) == picture
    assert consistent(lab)


def test_start_again_puts_a_row_back_that_planted_nothing():
    lab = gcl.labs.bench()
    shown, about = values(lab), lab.rows[0].about.value
    lab.rows[0].strength.value = 1e-3
    lab.rows[0].bug.value = "no_mask"
    lab.rows[0].layer.value = 3  # where there is no dropout: it plants nothing
    assert lab.state == State()
    press(lab, "start again")
    assert values(lab) == shown and lab.rows[0].about.value == about


SETTINGS = [
    {"eps": 1e-3},
    {"lam": 0.0, "keep_prob": 0.3},
    {"masks": "fresh", "dtype": "float32", "scale": 10.0},
    {"units": (16, 8), "examples": 4, "steps": 300},
    {"mistakes": ["absolute", "not_restored"]},
    {"data": "3 or 8, 8×8 pixels", "units": (16, 8), "examples": 8},  # large enough to be shown in two steps
    {"bugs": [("no_slope", 2, 1e-6), ("scaled_dA", 2, 0.1, 0.5)]},
]


@pytest.mark.parametrize("changes", SETTINGS)
def test_setting_the_state_moves_the_controls(lab, changes):
    assert lab.set(**changes) is lab
    assert lab.state == replace(State(**lab.opening()), **changes)
    assert consistent(lab)
    said = compute(lab.state).curves
    assert all(np.array_equal(lab.result.curves[key], said[key]) for key in AXES)
    for row, plant in zip(lab.rows, lab.state.bugs, strict=False):
        assert (row.bug.value, row.layer.value, row.strength.value) == plant[:3]
        assert plant.factor is None or row.factor.value == plant.factor


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("eps", 2.5e-4, "0.00025"),
        ("lam", 0.25, "0.25"),
        ("keep_prob", 0.85, "0.85, drops 0.15"),
        ("steps", 7, "7"),
        ("scale", 0.07, "0.07"),
        ("bias", 0.25, "0.25"),
        ("examples", 30, "30"),
        ("units", (12,), "12"),
    ],
)
def test_a_value_between_the_stops_grows_a_stop_in_its_place(lab, field, value, words):
    control = lab.bound[field]
    before = [offered for _, offered in control.options]
    lab.set(**{field: value})
    labels, offered = zip(*control.options, strict=True)
    assert control.value == value and control.label == words == labels[offered.index(value)]
    assert list(offered) == sorted([*before, value], reverse=before[0] > before[-1])
    lab.set(**{field: before[1]})
    control.value = value  # the value stays
    assert getattr(lab.state, field) == value and consistent(lab)


def test_between_the_stops_of_a_row(lab):
    lab.set(bugs=[("scaled_dW", 1, 0.025, 7.5), ("no_decay", 3, 2.0)])
    assert (lab.rows[0].strength.value, lab.rows[0].factor.value) == (0.025, 7.5)
    assert lab.rows[1].strength.value == 2.0 and consistent(lab)


def test_the_sliders_reach_as_far_as_they_should(opened):
    sliders = controls(opened)
    offered = {n: [value for _, value in sliders[n].options] for n in ("eps", "lam", "keep_prob", "0 strength")}
    assert (offered["eps"][0], offered["eps"][-1]) == (1e-12, 1)
    assert (offered["lam"][:2], offered["lam"][-1]) == ([0, 1e-8], 1e4)
    assert np.allclose(offered["keep_prob"][:2], [1, 1 - 1e-4]) and offered["keep_prob"][-1] == pytest.approx(0.3)
    assert (offered["0 strength"][0], offered["0 strength"][-1]) == (1e-8, 1)


# ---- the lab: rows of bugs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_what_cannot_be_planted_is_listed_with_its_reason(lab, layer):
    lab.set(bugs=[])
    row, network = lab.rows[0], lab.state.network
    row.layer.value = layer
    labels = {name: label for label, name in row.bug.options}
    assert list(labels) == ["", *(n for n, bug in gcl.bugs.CATALOGUE.items() if bug.family is gcl.bugs.Steps)]
    assert labels.pop("") == "none"
    for name, label in labels.items():
        reason = network.obstacle(name, layer)
        assert label.startswith(CANNOT) == bool(reason)
        assert name in label and (reason or gcl.bugs.CATALOGUE[name].sentence) in label
    assert 0 < sum(label.startswith(CANNOT) for label in labels.values()) < len(labels)


def test_picking_what_cannot_be_planted_plants_nothing_and_says_so(lab):
    lab.set(bugs=[])
    state, row = lab.state, lab.rows[0]
    row.layer.value = 1
    row.bug.value = "W_not_transposed"
    assert lab.state == state and row.bug.value == "W_not_transposed"
    assert "not planted on layer 1" in row.about.value
    assert html.escape(lab.state.network.obstacle("W_not_transposed", 1)) in row.about.value
    row.layer.value = 2  # the square layer
    assert lab.state.bugs == (("W_not_transposed", 2, 1.0, None),)
    assert "not planted" not in row.about.value and "forgets to transpose W" in row.about.value
    row.layer.value = 3
    assert lab.state == state and "it needs a square layer" in row.about.value


def test_a_second_bug_on_one_equation_is_refused_in_its_row(lab):
    lab.rows[1].layer.value = 2
    lab.rows[1].bug.value = "dW_no_mean"
    assert lab.state.bugs == (("no_decay", 2, 1.0, None),)
    assert "not planted on layer 2: another bug breaks the same equation there" in lab.rows[1].about.value
    lab.rows[0].bug.value = ""  # which makes room for it
    assert lab.state.bugs == (("dW_no_mean", 2, 1.0, None),)
    assert "not planted" not in lab.rows[1].about.value


def test_a_bug_stays_in_its_row(lab):
    lab.rows[0].bug.value = ""
    assert (lab.rows[1].bug.value, lab.rows[1].layer.value, lab.rows[1].factor.value) == ("scaled_db", 1, 4)
    lab.rows[1].strength.value = 0.1
    assert lab.state.bugs == (("scaled_db", 1, 0.1, 4),)
    assert lab.rows[0].bug.value == ""


def test_many_bugs_grow_rows():
    planted = [(name, layer) for layer in (1, 2, 3) for name in ("no_decay", "db_zero")]
    lab = gcl.labs.bench(bugs=planted)
    assert [(row.bug.value, row.layer.value) for row in lab.rows] == planted
    shown = set(below(lab.box))
    assert all(row.box in shown for row in lab.rows)
    assert lab.rows[5].box in below(lab.folded_rows) and consistent(lab)
    lab.rows[5].bug.value = "db_one_sum"
    assert lab.state.bugs[5][:2] == ("db_one_sum", 3)


@pytest.mark.parametrize("name, takes", [("scaled_dW", True), ("no_decay", False), ("", False)])
def test_a_row_shows_a_factor_where_its_bug_takes_one(lab, name, takes):
    lab.rows[0].bug.value = name
    assert (lab.rows[0].factor.layout.display != "none") == takes
    assert lab.rows[0].strength.disabled == (name == "")


def test_a_smaller_network_keeps_the_menu_of_layers_in_line(lab):
    lab.set(bugs=[])
    lab.rows[0].layer.value = 3
    lab.set(units=())
    assert [value for _, value in lab.rows[0].layer.options] == [1] and lab.rows[0].layer.value == 1
    lab.set(units=(6, 6, 6))
    assert [value for _, value in lab.rows[0].layer.options] == [1, 2, 3, 4] and consistent(lab)


# ---- the lab: what goes wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, value", [("eps", 1e-3), ("0 bug", "db_zero"), ("1 layer", 3), ("absolute", True)])
@pytest.mark.parametrize("part", ["results", "paint"])
def test_a_callback_that_raises_says_so_and_changes_nothing(lab, monkeypatch, part, name, value):
    state, shown, picture, caption = lab.state, values(lab), lab.picture.value, lab.caption.value
    right, calls = getattr(lab, part), []

    def fail_once(*args):
        calls.append(args)
        if len(calls) == 1:
            raise RuntimeError("a <b> & no c")
        return right(*args)

    with monkeypatch.context() as patch:
        patch.setattr(lab, part, fail_once)
        with pytest.raises(RuntimeError, match="a <b> & no c"):
            controls(lab)[name].value = value
    assert "That did not work" in lab.error.value and "a &lt;b&gt; &amp; no c" in lab.error.value
    assert 'role="alert"' in lab.error.value
    assert (lab.state, values(lab), lab.caption.value, lab.picture.value) == (state, shown, caption, picture)
    controls(lab)[name].value = value  # the lab goes on
    assert lab.error.value == "" and lab.state != state and consistent(lab)


def test_a_button_that_fails_says_so(lab, monkeypatch):
    state = lab.state

    def fail(*_):
        raise RuntimeError("no luck")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="no luck"):
        patch.setattr(lab, "results", fail)
        press(lab, "new random start")
    assert "no luck" in lab.error.value and lab.state == state


@pytest.mark.parametrize(
    "first, second", [("J_no_decay", "J_layer_twice"), ("one_sided", "forgotten_2"), ("absolute", "norm_of_sum")]
)
def test_two_mistakes_on_one_equation_are_refused_aloud(lab, first, second):
    lab.mistakes[first].value = True
    state = lab.state
    with pytest.raises(ValueError, match="equation"):
        lab.mistakes[second].value = True
    assert "equation" in lab.error.value
    assert lab.state == state and not lab.mistakes[second].value and lab.mistakes[first].value
    lab.mistakes[first].value = False
    lab.mistakes[second].value = True
    assert lab.state.mistakes == (second,) and lab.error.value == ""


def test_a_network_too_small_for_its_bugs_is_refused_aloud(lab):
    state = lab.state
    with pytest.raises(ValueError, match="layers 1 … 1"):
        lab.bound["units"].value = ()
    assert "layers 1 … 1" in lab.error.value and lab.state == state and consistent(lab)


WRONG = {
    "eps 0": ({"eps": 0}, "eps should be .* above 0"),
    "eps negative": ({"eps": -1e-7}, "eps should be .* above 0"),
    "eps nan": ({"eps": np.nan}, "eps should be"),
    "lam": ({"lam": -1.0}, "lam should be"),
    "lam nan": ({"lam": np.nan}, "lam should be"),
    "keep_prob 0": ({"keep_prob": 0.0}, "keep_prob should be above 0"),
    "keep_prob 2": ({"keep_prob": 2}, "keep_prob should be"),
    "masks": ({"masks": "thawed"}, "masks should be one of 'fresh', 'frozen'"),
    "bug": ({"bugs": [("no_such", 1)]}, "no bug called 'no_such'"),
    "layer 9": ({"bugs": [("no_decay", 9)]}, "layers 1 … 3; got layer=9"),
    "layer none": ({"bugs": [("no_decay", None)]}, "layers 1 … 3"),
    "layer 1.5": ({"bugs": [("no_decay", 1.5)]}, "layers 1 … 3"),
    "factor": ({"bugs": [("no_decay", 1, 1.0, 3.0)]}, "takes no factor"),
    "strength": ({"bugs": [("no_decay", 1, np.inf)]}, "strength"),
    "twice": ({"bugs": [("no_decay", 1), ("own_A", 1)]}, "another bug breaks the same equation"),
    "equation that is not there": ({"bugs": [("no_slope", 3)]}, "the output layer has no slope of its own"),
    "square": ({"bugs": [("own_A", 1)]}, "it needs a square layer"),
    "mistake as a bug": ({"bugs": [("J_no_decay", None)]}, "mistake|cost"),
    "checker's mistake as a bug": ({"bugs": [("absolute", 1)]}, "mistake"),
    "bug as a mistake": ({"mistakes": ["no_decay"]}, "bug"),
    "mistake": ({"mistakes": ["no_such"]}, "no bug called 'no_such'"),
    "hidden": ({"hidden": "swish"}, "hidden should be one of 'tanh', 'relu', 'sigmoid'"),
    "dtype": ({"dtype": "int64"}, "dtype should be one of"),
    "steps 301": ({"steps": 301}, "0 … 300; got 301"),
    "steps -1": ({"steps": -1}, "steps should be .*; got -1"),
    "steps 2.5": ({"steps": 2.5}, "whole number"),
    "data": ({"data": "cats"}, "data should be one of '3 or 8"),
    "examples": ({"examples": 0}, "examples should be a whole number"),
    "units": ({"units": (6, 0)}, "sizes should be"),
    "scale": ({"scale": np.nan}, "scale"),
    "bias": ({"bias": np.inf}, "bias"),
    "seed": ({"seed": -1}, "seed|non-negative"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_state_that_cannot_be_is_refused_in_words(name):
    changes, words = WRONG[name]
    with pytest.raises(ValueError, match=words):
        compute(State(**changes))


@pytest.mark.parametrize("changes", [{"eps": 0}, {"bugs": [("J_no_decay", None)]}, {"steps": 301}, {"colour": "red"}])
def test_a_setting_that_cannot_be_changes_nothing(lab, changes):
    state, shown, picture = lab.state, values(lab), lab.picture.value
    with pytest.raises((ValueError, TypeError)):
        lab.set(**changes)
    assert (lab.state, values(lab), lab.picture.value) == (state, shown, picture)
    lab.set(eps=1e-3)
    assert consistent(lab)


@pytest.mark.parametrize("steps", [5.0, np.int64(5)])
def test_a_whole_number_of_steps_may_be_written_otherwise(steps):
    assert compute(State(steps=steps)).report.difference == compute(State(steps=5)).report.difference


# ---- the lab: pale marks, picture, threads ---------------------------------------------------------------------------


def test_moves_of_one_control_keep_the_ghost_from_before_the_first(lab):
    start = lab.state
    for eps in (1e-6, 1e-5, 1e-4):
        lab.bound["eps"].value = eps
        assert lab.result.before.state == start
    lab.set(eps=1e-3)
    assert lab.result.before.state == start  # a cell and a hand move the same control
    lab.bound["lam"].value = 1.0
    assert lab.result.before.state == replace(start, eps=1e-3)
    assert lab.result.before.before is None
    lab.bound["eps"].value = 1e-7
    assert lab.result.before.state == replace(start, eps=1e-3, lam=1.0)


def test_the_ghost_is_in_the_picture(lab):
    lab.set(bugs=[])
    lab.set(lam=3.0)
    assert lab.picture.value != without_ghost(lab)


TOUR = [
    {"eps": 1e-3},
    {"bugs": [("no_decay", 2)]},
    {"masks": "fresh", "keep_prob": 0.9},
    {"units": (6, 6, 6), "masks": "frozen"},
    {"units": (6, 6), "mistakes": ["norm_of_sum"], "bugs": [("sign_flipped", 3)]},
    {"dtype": "float32", "eps": 1e-12, "mistakes": [], "scale": 1e-3},
]


def test_moved_equals_opened_there():
    lab = gcl.labs.bench()
    for changes in TOUR:
        lab.set(**changes)
        fresh = gcl.labs.bench(**{f.name: getattr(lab.state, f.name) for f in fields(State)})
        assert fresh.state == lab.state
        assert fresh.picture.value == without_ghost(lab)
        assert fresh.paint(replace(fresh.result, before=lab.result.before)) == lab.picture.value
        assert fresh.caption.value == lab.caption.value
        assert values(fresh).items() >= {name: values(lab)[name] for name in (*lab.bound, *lab.mistakes)}.items()


def test_a_burst_of_moves_beside_a_cell_ends_on_the_last_of_each():
    lab = gcl.labs.bench()
    burst = list(np.geomspace(1e-10, 1e-2, 60))
    for eps in burst[-1:]:
        lab.set(eps=eps)  # the slider knows its last value
    lab.set(eps=1e-7)
    values = [value for _, value in lab.bound["eps"].options]
    moves = [values[i % len(values)] for i in range(59)] + [burst[-1]]
    hand = threading.Thread(target=lambda: [setattr(lab.bound["eps"], "value", eps) for eps in moves])
    hand.start()
    for i in range(16):
        lab.set(lam=float(i))
    hand.join(60)
    assert not hand.is_alive()
    assert (lab.state.eps, lab.state.lam) == (burst[-1], 15.0)
    assert consistent(lab)
    fresh = gcl.labs.bench(eps=lab.state.eps, lam=lab.state.lam)
    assert fresh.paint(replace(fresh.result, before=lab.result.before)) == lab.picture.value


def test_a_move_while_the_lab_is_drawing_is_not_lost(lab, monkeypatch):
    right = lab.show

    def show_while_the_hand_moves():
        monkeypatch.setattr(lab, "show", right)
        right()
        hand.start()
        hand.join(0.5)

    hand = threading.Thread(target=lambda: setattr(lab.bound["eps"], "value", 1e-3))
    monkeypatch.setattr(lab, "show", show_while_the_hand_moves)
    lab.set(lam=1.0)
    hand.join(10)
    assert (lab.state.eps, lab.state.lam) == (1e-3, 1.0) and consistent(lab)


# ---- the lab: words and code -----------------------------------------------------------------------------------------


def written(state):
    """Write a state as a lab's line of code, without opening a lab."""
    return Bench.code(SimpleNamespace(name="bench", state=state))


def read(line):
    """Read the state back from such a line, which knows `gcl` alone."""
    return eval(line, {"gcl": SimpleNamespace(labs=SimpleNamespace(bench=State))})


@pytest.mark.parametrize("name", [*STATES, "fresh"])
def test_the_line_of_code_opens_the_same_state(name):
    state = State(**(STATES | {"fresh": FRESH})[name])
    line = written(state)
    assert "\n" not in line and read(line) == state


def test_the_line_of_code_runs_as_it_stands(lab):
    lab.set(eps=3e-4, bugs=[("scaled_db", 2, 1e-3, 4), ("no_decay", 2)], mistakes=["one_sided"], bias=0.25)
    twin = eval(lab.code(), {"gcl": gcl})
    assert twin.state == lab.state and twin.code() == lab.code() == repr(lab)
    assert gcl.labs.bench().code() == "gcl.labs.bench()"
    assert gcl.labs.bench(eps=1e-3, bugs=[("no_decay", 2)]).code() == (
        'gcl.labs.bench(eps=0.001, bugs=[("no_decay", 2)])'
    )


def test_numpys_numbers_are_written_as_numbers():
    state = State(
        eps=np.float64(1e-3),
        lam=np.float32(0.5),
        scale=np.float64(0.5),
        bias=np.float64(0.5),
        seed=np.int64(3),
        mask_seed=np.int64(2),
        steps=np.int64(4),
        examples=np.int64(16),
        units=tuple(np.array([4, 5])),
        bugs=[("scaled_db", np.int64(2), np.float64(0.5), np.float64(4))],
    )
    assert "np." not in written(state)
    assert read(written(state)) == state


def test_a_state_is_frozen_and_printable():
    for changes in STATES.values():
        state = State(**changes)
        assert eval(repr(state), {"State": State}) == state
        assert hash(state) == hash(replace(state))
        with pytest.raises(FrozenInstanceError):
            state.eps = 1.0
    with pytest.raises(FrozenInstanceError):
        compute(State()).state = None


def test_the_front_doors_line_opens_the_lab():
    lab = gcl.labs.bench()
    assert isinstance(lab, Bench) and isinstance(lab.result, Result) and lab.state == State()
    assert lab.state.network.sizes == (16, 6, 6, 1)
    assert consistent(lab)
    with pytest.raises(TypeError):
        gcl.labs.bench(epsilon=1e-3)


def plain(text):
    return html.unescape(re.sub("<[^>]*>", "", text))


CAPTIONS = {
    "correct": ({}, ["Relative difference about 1e-08: great.", "All 6 blocks agree."]),
    "twice": (
        {"bugs": [("scaled_dW", 2)]},
        ["worry", "W2 disagrees: 3.3e-01, as if twice what it should be. All other blocks agree."],
    ),
    "half": ({"bugs": [("scaled_db", 1, 1.0, 0.5)]}, ["b1 disagrees: 3.3e-01, as if half what it should be."]),
    "opposite": ({"bugs": [("sign_flipped", 3)], "lam": 0}, ["W1, b1, W2, b2, W3 and b3", "as if the opposite of"]),
    "32 times": ({"bugs": [("db_no_mean", 3)]}, ["b3 disagrees: 9.4e-01, as if 32 times what it should be."]),
    "zero": ({"bugs": [("db_zero", 2)]}, ["b2 disagrees: 1.0e+00, as if it were zero."]),
    "no one factor": ({"bugs": [("no_decay", 1)]}, ["W1 disagrees: ", "All other blocks agree."]),
    "a dA": (
        {"bugs": [("dA_doubled", 3)], "lam": 0},
        ["W1, b1, W2 and b2 disagree: up to 3.3e-01, as if twice what it should be. All other blocks agree."],
    ),
    "a dA beside λ": (  # where the decay is right, only b shows the factor
        {"bugs": [("dA_doubled", 3)]},
        ["W1 and W2 disagree: up to 3", "b1 and b2 disagree: up to 3.3e-01, as if twice", "All other blocks agree."],
    ),
    "look": ({"bugs": [("scaled_db", 1, 1e-5)]}, ["b1: 5.0e-06, worth a look. All other blocks agree."]),
    "hides, λ": ({"bugs": [("no_decay", 2)], "lam": 0}, ["great", "no_decay cannot be seen here: λ is 0."]),
    "hides, b": ({"bugs": [("db_decayed", 2)]}, ["great", "db_decayed cannot be seen here: b is 0."]),
    "hides, keep_prob": (
        {"bugs": [("no_keep_prob", 1)]},
        ["great", "no_keep_prob cannot be seen here: keep_prob is 1."],
    ),
    "hides, m": ({"bugs": [("db_no_mean", 1)], "examples": 1}, ["great", "db_no_mean cannot be seen here: m is 1."]),
    "hides, ReLU": (
        {"bugs": [("slope_at_A", 1)], "hidden": "relu", "bias": 0.01},
        ["slope_at_A cannot be seen here: the activation is ReLU."],
    ),
    "hides, J": ({"mistakes": ["J_no_decay"], "lam": 0}, ["great", "J_no_decay cannot be seen here: λ is 0."]),
    "error bound": ({"scale": 1e-3}, ["within the error bound: the error bars of dθ_approx alone explain it."]),
    "norm of sum": ({"mistakes": ["norm_of_sum"], "bugs": [("sign_flipped", 3)], "lam": 0}, ["worry"]),
    "forgotten 2": ({"mistakes": ["forgotten_2"]}, ["3.3e-01: worry", "as if half what it should be"]),
    "J forgets": ({"mistakes": ["J_no_decay"]}, ["W1, W2 and W3 disagree", "All other blocks agree."]),
    "not restored": ({"mistakes": ["not_restored"]}, ["below 1e-06: great"]),
}


@pytest.mark.parametrize("name", CAPTIONS)
def test_the_caption_says_what_is_to_be_seen(name):
    changes, said = CAPTIONS[name]
    caption = plain(compute(State(**changes)).caption)
    for words in said:
        assert words in caption


def test_the_caption_gives_the_worst_reading_of_several_blocks():
    result = compute(State(bugs=[("no_decay", 1), ("half_decay", 3)]))
    worst, other = max(result.blocks["W1"], result.blocks["W3"]), min(result.blocks["W1"], result.blocks["W3"])
    assert f"{worst:.1e}" != f"{other:.1e}"
    assert f"W1 and W3 disagree: up to {worst:.1e}. All other blocks agree." in plain(result.caption)


def test_a_hiding_bug_is_named_only_while_it_hides():
    assert "cannot be seen" not in compute(State(bugs=[("no_decay", 2)])).caption
    assert "cannot be seen" not in compute(State(bugs=[("db_decayed", 2)], steps=10)).caption
    assert "cannot be seen" not in compute(State()).caption


def test_the_caption_says_how_many_times_too_long_fresh_masks_make_it():
    result = compute(State(**FRESH))
    times = re.search(r"dθ_approx comes out (\S+) times as long as dθ", plain(result.caption)).group(1)
    assert float(times) == pytest.approx(result.lengths[0] / result.lengths[1], rel=0.06)
    assert "The masks are fresh" in result.caption
    assert "fresh" not in compute(State(masks="fresh")).caption  # keep_prob is 1: nothing is drawn


@pytest.mark.parametrize("bias", [0.0, 1.0])
def test_the_caption_counts_the_entries_that_epsilon_cannot_move(bias):
    state = State(dtype="float32", eps=1e-12, bias=bias)
    caption = plain(compute(state).caption)
    theta = gcl.to_vector(state.theta)
    still = int(((theta + np.float32(1e-12) == theta) & (theta - np.float32(1e-12) == theta)).sum())
    assert still >= 138
    assert f"ε is too small to move {still} of the {theta.size} entries of θ." in caption
    assert "too small to move" not in compute(State(eps=1e-12)).caption


@pytest.mark.parametrize("hidden", ["tanh", "sigmoid"])
@pytest.mark.parametrize("seed", range(2))
def test_no_block_of_a_correct_network_is_blamed(hidden, seed):
    for changes in ({}, {"keep_prob": 0.8}, {"steps": 100}, {"data": "ten digits, 4×4 pixels"}, {"lam": 1e3}):
        result = compute(State(hidden=hidden, seed=seed, mask_seed=seed, **changes))
        assert "disagree" not in result.caption, changes


def test_the_table_lists_every_block_and_every_point_and_follows_once_opened(lab):
    assert lab.table.value == ""
    lab.folds.opened = lab.table
    for changes in ({}, {"eps": 3e-5}, {"masks": "fresh"}, {"units": (6, 6, 6)}):
        lab.set(**changes)
        assert table(lab.result) in lab.table.value
        rows = [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", lab.table.value)]
        for name, reading in lab.result.blocks.items():
            row = next(row for row in rows if row[0] == name)
            assert float(row[1]) == pytest.approx(reading, rel=0.06)
            assert float(row[2]) == pytest.approx(lab.result.bounds[name], rel=0.06)
        points = [tuple(map(float, row)) for row in rows if len(row) == 2 and row[0][-1].isdigit()]
        curves = [point for key in AXES for point in zip(*lab.result.curves[key], strict=True)]
        np.testing.assert_allclose(points, curves, rtol=0.06)
        assert len(rows) == len(curves) + len(lab.result.blocks) + 4
    lab.folds.opened = None
    lab.set(eps=1e-2)
    lab.folds.opened = lab.table
    assert table(lab.result) in lab.table.value


def test_show_the_line_shows_the_right_and_the_wrong_lines(lab):
    assert lab.line.value == ""
    lab.show_line.value = True
    lab.set(bugs=[("no_decay", 2), ("W_not_transposed", 2)], mistakes=["J_decay_over_m"])
    text = html.unescape(lab.line.value)
    for name in ("no_decay", "W_not_transposed", "J_decay_over_m"):
        assert gcl.diff(name) in text
    assert "right:  return c.W.T @ dZ" in text and "wrong:  return c.W @ dZ" in text
    lab.set(bugs=[], mistakes=[])
    assert "No bug is planted." in lab.line.value
    lab.show_line.value = False
    assert lab.line.value == ""


def test_what_the_notebook_stores_holds_picture_and_words(lab):
    lab.set(bugs=[("scaled_dW", 2)])
    bundle = lab._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/plain", "text/html"}
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == lab.box.model_id
    assert bundle["text/plain"] == lab.code()
    page = bundle["text/html"]
    assert "<img" in page and "data:image/png;base64," in page
    assert f"<figcaption>{lab.result.caption}</figcaption>" in page
    assert "as if twice what it should be" in page and 'alt="The relative difference' in page
    before = page
    lab.set(bugs=[])
    assert lab._repr_mimebundle_()["text/html"] != before


def test_the_caption_is_told_to_screen_readers(opened):
    assert 'role="status"' in opened.caption.value
    shown = list(below(opened.box))
    assert all(part in shown for part in (opened.picture, opened.caption, opened.error, opened.table, opened.line))


def test_at_first_sight_there_are_three_sliders_the_masks_and_one_bug(opened):
    folded = set(below(opened.folds))
    moving = (w for w in below(opened.box) if isinstance(w, (widgets.SelectionSlider, widgets.Dropdown)))
    sight = [w.description for w in moving if w not in folded]
    assert sight == ["ε", "λ", "keep_prob", "masks", "bug", "layer", "strength", "factor"]
    assert opened.folds.opened is None


# ---- the house -------------------------------------------------------------------------------------------------------


def test_no_output_widget_and_no_clear_output(opened):
    assert not [w for w in below(opened.box) if isinstance(w, widgets.Output)]
    for file in Path(gcl.labs.__file__).parent.glob("*.py"):
        tree = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        names = {node.attr for node in tree if isinstance(node, ast.Attribute)}
        assert not names & {"Output", "clear_output", "pyplot", "rcParams"}, file


LONG = """
import gc as collector, json, os, sys
import gc_lib as gcl
lab = gcl.labs.bench()
from matplotlib._pylab_helpers import Gcf

def moves(count):
    for i in range(count):
        lab.set(**({"eps": 10.0 ** -(1 + i % 50 / 5)}, {"lam": i % 53 / 10}, {"bugs": [("no_decay", 1 + i % 3)]},
                   {"lam": 1.0}, {"keep_prob": 1 - i % 3 / 20}, {"bugs": []}, {"lam": 2.0}, {"lam": 3.0})[i % 8])

def resident():
    collector.collect()
    statm = "/proc/self/statm"
    return int(open(statm).read().split()[1]) * os.sysconf("SC_PAGE_SIZE") if os.path.exists(statm) else 0

moves(40)
before = resident()
moves(500)
grown = resident() - before
print(json.dumps({"grown": grown, "figures": len(Gcf.figs), "pyplot": "matplotlib.pyplot" in sys.modules}))
"""


def test_500_moves_leave_no_memory_and_no_figure_behind():
    done = subprocess.run([sys.executable, "-c", LONG], capture_output=True, text=True, check=True, timeout=300)
    found = json.loads(done.stdout)
    assert found["grown"] <= 5e6
    assert (found["figures"], found["pyplot"]) == (0, False)


def test_what_is_kept_is_bounded():
    names = vars(STATE) | vars(SLICES)
    kept = {name: found for name, found in names.items() if hasattr(found, "cache_info")}
    assert kept.keys() == {"examples", "training", "layers", "losses", "loss_curve", "squares", "loss"}
    assert all(function.cache_info().maxsize is not None for function in kept.values())


READS = {  # what the catalogue says that right backprop reads on the bench as it opens, at ε = 1e-7
    "J_no_decay": 3e-2,
    "J_decay_over_m": 3e-2,
    "J_layer_twice": 2e-2,
    "forgotten_2": 1 / 3,
    "one_sided": 5e-8,
    "not_restored": 6e-7,
    "absolute": 5e-9,
    "other_order": 0.5,
}


@pytest.mark.parametrize("name", READS)
def test_what_the_catalogue_says_a_mistake_reads_is_what_it_reads(name):
    said = READS[name]
    digits = "1/3" if said == 1 / 3 else f"{said:.0e}".replace("e-0", "e-") if said < 0.1 else f"{said:g}"
    assert digits in gcl.bugs.CATALOGUE[name].sentence
    assert compute(State(mistakes=[name])).report.difference == pytest.approx(said, rel=0.25)


# ---- a list that is taken once ---------------------------------------------------------------------------------------


def test_a_generator_of_bugs_or_of_mistakes_is_taken_once_and_plants_them():
    opened = gcl.labs.bench(bugs=(bug for bug in [("no_decay", 2)]), mistakes=(name for name in ["J_no_decay"]))
    assert [plant[:2] for plant in opened.state.bugs] == [("no_decay", 2)] and opened.state.mistakes == ("J_no_decay",)
    assert not opened.result.report.agrees
    assert State(units=(n for n in (6, 6))) == State()


@pytest.mark.parametrize(
    "field, value", [("units", 6), ("units", "66"), ("bugs", 1), ("bugs", None), ("mistakes", 2), ("units", None)]
)
def test_what_is_no_list_is_refused_and_named(field, value):
    with pytest.raises(ValueError, match=re.escape(f"{field} should be a list, such as [") + ".*; got " + repr(value)):
        State(**{field: value})
