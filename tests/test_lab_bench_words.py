"""The bench's words: its line of code, its caption, its table, and what a notebook stores of it."""

import html
import re
from types import SimpleNamespace

import ipywidgets as widgets
import numpy as np
import pytest
from bench_helpers import AXES, FRESH, STATES, consistent
from helpers import CORNERED, SMOOTH, below

import gc_lib as gcl
from gc_lib.checker.words import short
from gc_lib.labs.bench import Bench
from gc_lib.labs.slices import Result, compute
from gc_lib.labs.state import BenchState as State
from gc_lib.labs.words import misfit
from gc_lib.network.activations import ACTIVATIONS

pytestmark = pytest.mark.slow


def written(state):
    """Write a state as a bench's line of code, without opening a bench."""
    return Bench.code(SimpleNamespace(name="bench", state=state))


def read(line):
    """Read the state back from such a line, which knows `gcl` alone."""
    return eval(line, {"gcl": SimpleNamespace(labs=SimpleNamespace(bench=State))})


@pytest.mark.parametrize("name", [*STATES, "fresh"])
def test_the_line_of_code_opens_the_same_state(name):
    state = State(**(STATES | {"fresh": FRESH})[name])
    line = written(state)
    assert "\n" not in line and read(line) == state


def test_the_line_of_code_runs_as_it_stands(bench):
    bench.set(eps=3e-4, bugs=[("scaled_db", 2, 1e-3, 4), ("no_decay", 2)], mistakes=["one_sided"], bias=0.25)
    twin = eval(bench.code(), {"gcl": gcl})
    assert twin.state == bench.state and twin.code() == bench.code() == repr(bench)
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


def test_a_state_is_printed_as_it_is_made():
    for changes in STATES.values():
        state = State(**changes)
        assert eval(repr(state), {"BenchState": State}) == state


def test_the_front_doors_line_opens_the_lab():
    bench = gcl.labs.bench()
    assert isinstance(bench, Bench) and isinstance(bench.result, Result) and bench.state == State()
    assert bench.state.network.sizes == (16, 6, 6, 1)
    assert consistent(bench)


CAPTIONS = {
    "correct": ({}, ["Relative difference ", "e-8: great. All 6 blocks agree."]),
    "twice": (
        {"bugs": [("scaled_dW", 2)]},
        [
            "worry. W2 disagrees, as if twice what it",
            "W2: 0.33, as if twice what it should be. All other blocks agree.",
        ],
    ),
    "half": ({"bugs": [("scaled_db", 1, 1.0, 0.5)]}, ["b1 disagrees, as if half what it should be. b1: 0.33, as if"]),
    "opposite": ({"bugs": [("sign_flipped", 3)], "lam": 0}, ["W1, b1, W2, b2, W3 and b3", "as if the opposite of"]),
    "32 times": ({"bugs": [("db_no_mean", 3)]}, ["b3 disagrees, as if 32 times what it should be. b3: 0.94"]),
    "zero": ({"bugs": [("db_zero", 2)]}, ["b2 disagrees, as if it were zero. b2: 1, as if it were zero."]),
    "no one factor": ({"bugs": [("no_decay", 1)]}, ["W1 disagrees. W1: ", "All other blocks agree."]),
    "a dA_prev": (
        {"bugs": [("dA_doubled", 3)], "lam": 0},
        [
            "4 of 6 blocks disagree. W1, b1, W2 and b2: up to 0.33, as if twice",
            "All other blocks agree.",
        ],
    ),
    "a dA_prev beside λ": (  # where the decay is right, only b shows the factor
        {"bugs": [("dA_doubled", 3)]},
        ["4 of 6 blocks disagree. W1 and W2: up to 0.3", "b1 and b2: up to 0.33, as if twice", "All other blocks"],
    ),
    "look": ({"bugs": [("scaled_db", 1, 1e-5)]}, ["b1 is worth a look. b1: 5e-6, worth a look. All other blocks"]),
    "hides, λ": ({"bugs": [("no_decay", 2)], "lam": 0}, ["great", "no_decay cannot be seen here: λ is 0."]),
    "hides, b": ({"bugs": [("db_decayed", 2)]}, ["great", "db_decayed cannot be seen here: b is 0."]),
    "hides, keep_prob": (
        {"bugs": [("no_keep_prob", 1)]},
        ["great", "no_keep_prob cannot be seen here: keep_prob is 1."],
    ),
    "hides, m": ({"bugs": [("db_no_mean", 1)], "examples": 1}, ["great", "db_no_mean cannot be seen here: m is 1."]),
    "hides, ReLU": (
        {"bugs": [("slope_at_A", 1)], "hidden": "relu", "bias": 0.01},
        ["slope_at_A cannot be seen here: the slope at A is the slope at Z."],
    ),
    "hides, weak": (
        {"bugs": [("no_slope", 2, 1e-6)]},
        ["great", "no_slope cannot be seen here: it turns no block red."],
    ),
    "hides, J": ({"mistakes": ["J_no_decay"], "lam": 0}, ["great", "J_no_decay cannot be seen here: λ is 0."]),
    "error bound": ({"scale": 1e-3}, ["within the error bound: the error bars of dθ_approx alone explain it."]),
    "norm of sum": ({"mistakes": ["norm_of_sum"], "bugs": [("sign_flipped", 3)], "lam": 0}, ["worry"]),
    "forgotten 2": (
        {"mistakes": ["forgotten_2"]},
        ["0.33: worry. 6 of 6 blocks disagree. W1, b1, W2, b2, W3 and b3: up to 0.33, as if half"],
    ),
    "J forgets": ({"mistakes": ["J_no_decay"]}, ["W1, W2 and W3 disagree", "All other blocks agree."]),
    "not restored": ({"mistakes": ["not_restored"]}, ["below 1e-6: great. b1 and b2 are worth a look."]),
}


@pytest.mark.parametrize("name", CAPTIONS)
def test_the_caption_says_what_is_to_be_seen(name):
    changes, said = CAPTIONS[name]
    words = compute(State(**changes)).words
    for each in said:
        assert each in words


def test_the_caption_gives_the_worst_reading_of_several_blocks():
    result = compute(State(bugs=[("no_decay", 1), ("half_decay", 3)]))
    worst, other = max(result.blocks["W1"], result.blocks["W3"]), min(result.blocks["W1"], result.blocks["W3"])
    assert short(worst, 2) != short(other, 2)
    assert f"W1 and W3 disagree. W1 and W3: up to {short(worst, 2)}. All other blocks agree." in result.words


def test_a_hiding_bug_is_named_only_while_it_hides():
    assert "cannot be seen" not in compute(State(bugs=[("no_decay", 2)])).words
    assert "cannot be seen" not in compute(State(bugs=[("db_decayed", 2)], steps=10)).words
    assert "cannot be seen" not in compute(State()).words


def test_the_caption_says_how_many_times_too_long_fresh_masks_make_it():
    result = compute(State(**FRESH))
    times = re.search(r"dθ_approx comes out (\S+) times as long as dθ", result.words).group(1)
    assert float(times) == pytest.approx(result.lengths[0] / result.lengths[1], rel=0.06)
    assert "Fresh masks say nothing of dθ." in result.words
    lucky = compute(State(masks="fresh", keep_prob=0.9999, examples=1))  # no unit is dropped in any evaluation
    assert lucky.report.band == "great" and "by luck: hardly a unit is dropped" in lucky.words
    assert "fresh" not in compute(State(masks="fresh")).words  # keep_prob is 1: nothing is drawn


@pytest.mark.parametrize("bias", [0.0, 1.0])
def test_the_caption_counts_the_entries_that_epsilon_cannot_move(bias):
    state = State(dtype="float32", eps=1e-12, bias=bias)
    caption = compute(state).words
    theta = gcl.to_vector(state.theta)
    still = int(((theta + np.float32(1e-12) == theta) & (theta - np.float32(1e-12) == theta)).sum())
    assert still >= 138
    assert f"ε is too small to move {still} of the {theta.size} entries of θ." in caption
    assert "too small to move" not in compute(State(eps=1e-12)).words


@pytest.mark.parametrize("hidden", SMOOTH)
@pytest.mark.parametrize("seed", range(2))
def test_no_block_of_a_correct_network_is_blamed(hidden, seed):
    for changes in ({}, {"keep_prob": 0.8}, {"steps": 100}, {"data": "ten digits, 4×4 pixels"}, {"lam": 1e3}):
        result = compute(State(hidden=hidden, seed=seed, mask_seed=seed, **changes))
        assert "disagree" not in result.words, changes


def test_the_table_lists_every_block_and_every_point_and_follows_once_opened(bench):
    assert bench.table.value == ""
    bench.folds.opened = bench.table
    for changes in ({}, {"eps": 3e-5}, {"masks": "fresh"}, {"units": (6, 6, 6)}):
        bench.set(**changes)
        assert bench.result.table in bench.table.value
        rows = [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", bench.table.value)]
        for name, reading in bench.result.blocks.items():
            row = next(row for row in rows if row[0] == name)
            assert float(row[1]) == pytest.approx(reading, rel=0.06)
            assert float(row[2]) == pytest.approx(bench.result.bounds[name], rel=0.06)
        points = [tuple(map(float, row)) for row in rows if len(row) == 2 and row[0][-1].isdigit()]
        curves = [point for key in AXES for point in zip(*bench.result.curves[key], strict=True)]
        np.testing.assert_allclose(points, curves, rtol=0.06)
        assert len(rows) == len(curves) + len(bench.result.blocks) + 4
    bench.folds.opened = None
    bench.set(eps=1e-2)
    bench.folds.opened = bench.table
    assert bench.result.table in bench.table.value


def test_show_the_line_shows_the_right_and_the_wrong_lines(bench):
    assert bench.line.value == "" and bench.line in below(bench.box)
    bench.show_line.value = True
    bench.set(bugs=[("no_decay", 2), ("W_not_transposed", 2)], mistakes=["J_decay_over_m"])
    text = html.unescape(bench.line.value)
    for name in ("no_decay", "W_not_transposed", "J_decay_over_m"):
        assert gcl.diff(name) in text
    assert "right:  return c.W.T @ dZ" in text and "wrong:  return c.W @ dZ" in text
    bench.set(bugs=[], mistakes=[])
    assert "No bug is planted." in bench.line.value
    bench.show_line.value = False
    assert bench.line.value == ""


def test_at_first_sight_there_are_three_sliders_the_masks_and_one_bug(bench):
    folded = {*below(bench.drawers), *below(bench.folds)}
    moving = (w for w in below(bench.box) if isinstance(w, (widgets.SelectionSlider, widgets.Dropdown)))
    sight = [w.description for w in moving if w not in folded]
    assert sight == ["bug", "layer", "strength", "factor", "masks", "ε", "λ", "keep_prob"]
    assert bench.folds.opened is bench.drawers.opened is None


def test_only_an_activation_with_corners_is_said_to_have_one_in_the_way():
    assert {name for name in ACTIVATIONS if "a corner of the activation" in misfit(State(hidden=name))} == {*CORNERED}
