"""The bench's controls: each does what its name says, and nothing else."""

from dataclasses import fields, replace

import ipywidgets as widgets
import numpy as np
import pytest
from bench_helpers import AXES, consistent, controls, press, values, without_pale_marks
from helpers import CORNERED, below

import gc_lib as gcl
from gc_lib.labs.slices import compute
from gc_lib.labs.state import BenchState as State

pytestmark = pytest.mark.slow


def test_the_controls_named_here_are_all_there_are(bench):
    shown = list(below(bench.box))
    interactive = {w for w in shown if isinstance(w, (widgets.SelectionSlider, widgets.Dropdown, widgets.Checkbox))}
    assert interactive == {*controls(bench).values(), bench.entries.block}
    buttons = {w.description for w in shown if isinstance(w, widgets.Button) and w not in bench.chips.children}
    assert buttons == {"start again", "new random start", "new masks", *bench.result.blocks}
    assert set(bench.bound) | {"bugs", "mistakes", "seed", "mask_seed"} == {f.name for f in fields(State)}


MISTAKES = [name for name, bug in gcl.bugs.CATALOGUE.items() if bug.family in (gcl.bugs.Terms, gcl.bugs.Checker)]
MOVES = [  # the controls that are bound to one field are moved in test_every_lab.py
    *(("hidden", name, {"bias": 0.01}) for name in CORNERED),  # it alone moves another: at b = 0 some Z lie on a corner
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
def test_a_control_moves_its_own_field_and_the_picture_and_no_other_control(bench, name, value, means):
    state, shown, picture = bench.state, values(bench), without_pale_marks(bench)
    controls(bench)[name].value = value
    changed = means if " " in name or name in bench.mistakes else {name: value} | means
    assert bench.state == replace(state, **changed)
    assert values(bench) == shown | {name: value} | {k: v for k, v in changed.items() if k in bench.bound}
    assert consistent(bench)
    assert bench.result.before.state == state
    assert without_pale_marks(bench) != picture
    assert bench.error.value == ""


def test_relu_leaves_biases_that_are_there_already(bench):
    bench.set(bias=0.1)
    for hidden in ("relu", "tanh"):
        bench.bound["hidden"].value = hidden
        assert (bench.state.hidden, bench.state.bias) == (hidden, 0.1)


@pytest.mark.parametrize("name, value", [("2 layer", 3), ("2 strength", 0.1), ("2 factor", 10)])
def test_a_row_without_a_bug_changes_nothing(bench, name, value):
    state, shown = bench.state, values(bench)
    controls(bench)[name].value = value
    assert bench.state == state and values(bench) == shown | {name: value}
    assert consistent(bench)


@pytest.mark.parametrize("words, field", [("new random start", "seed"), ("new masks", "mask_seed")])
def test_a_button_draws_anew(bench, words, field):
    bench.set(steps=5, eps=1e-5, scale=0.3)
    state, shown = bench.state, values(bench)
    pictures = {without_pale_marks(bench)}
    for i in (1, 2):
        press(bench, words)
        assert bench.state == replace(state, **{field: i})
        pictures.add(without_pale_marks(bench))
    assert len(pictures) == 3 and values(bench) == shown and consistent(bench)


def test_start_again_puts_everything_back(bench):
    state, shown, picture = bench.state, values(bench), without_pale_marks(bench)
    bench.set(eps=1e-3, lam=7.0, keep_prob=0.3, units=(16, 8), mistakes=["absolute"], steps=5, bugs=[("db_zero", 3)])
    bench.set(seed=4, mask_seed=2, data="two moons", dtype="float32", hidden="relu", bias=0.3, bugs=[])
    press(bench, "start again")
    assert bench.state == state and values(bench) == shown and without_pale_marks(bench) == picture
    assert consistent(bench)


def test_start_again_puts_a_row_back_that_planted_nothing():
    bench = gcl.labs.bench()
    shown, label = values(bench), bench.rows[0].bug.label
    bench.rows[0].strength.value = 1e-3
    bench.rows[0].bug.value = "no_mask"
    bench.rows[0].layer.value = 3  # where there is no dropout: it plants nothing
    assert bench.state == State()
    press(bench, "start again")
    assert values(bench) == shown and bench.rows[0].bug.label == label


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
def test_setting_the_state_moves_the_controls(bench, changes):
    assert bench.set(**changes) is bench
    assert bench.state == replace(State(**bench.opening()), **changes)
    assert consistent(bench)
    said = compute(bench.state).curves
    assert all(np.array_equal(bench.result.curves[key], said[key]) for key in AXES)
    for row, plant in zip(bench.rows, bench.state.bugs, strict=False):
        assert (row.bug.value, row.layer.value, row.strength.value) == plant[:3]
        assert plant.factor is None or row.factor.value == plant.factor


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("eps", 2.5e-4, "2.5e-4"),
        ("lam", 0.25, "0.25"),
        ("keep_prob", 0.85, "0.85"),
        ("steps", 7, "7"),
        ("scale", 0.07, "7e-2"),
        ("bias", 0.25, "0.25"),
        ("examples", 30, "30"),
        ("units", (12,), "12"),
    ],
)
def test_a_value_between_those_offered_grows_one_in_its_place(bench, field, value, words):
    control = bench.bound[field]
    before = [offered for _, offered in control.options]
    bench.set(**{field: value})
    labels, offered = zip(*control.options, strict=True)
    assert control.value == value and control.label == words == labels[offered.index(value)]
    assert list(offered) == sorted([*before, value], reverse=before[0] > before[-1])
    bench.set(**{field: before[1]})
    control.value = value  # the value stays
    assert getattr(bench.state, field) == value and consistent(bench)


def test_between_the_values_of_a_row(bench):
    bench.set(bugs=[("scaled_dW", 1, 0.025, 7.5), ("no_decay", 3, 2.0)])
    assert (bench.rows[0].strength.value, bench.rows[0].factor.value) == (0.025, 7.5)
    assert bench.rows[1].strength.value == 2.0 and consistent(bench)


def test_the_sliders_reach_as_far_as_they_should(bench):
    sliders = controls(bench)
    offered = {n: [value for _, value in sliders[n].options] for n in ("eps", "lam", "keep_prob", "0 strength")}
    assert (offered["eps"][0], offered["eps"][-1]) == (1e-12, 1)
    assert (offered["lam"][:2], offered["lam"][-1]) == ([0, 1e-6], 1e4)
    assert np.allclose(offered["keep_prob"][:2], [1, 1 - 1e-4]) and offered["keep_prob"][-1] == pytest.approx(0.3)
    assert (offered["0 strength"][0], offered["0 strength"][-1]) == (1e-8, 1)
