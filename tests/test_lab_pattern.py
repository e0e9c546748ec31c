"""The pattern of a bug: what turns red, what heals it, how it climbs, and what the lab says of it."""

import numpy as np
import pytest
from helpers import BACKPROP, turned_red

import gc_lib as gcl
from gc_lib.labs.pattern import LAYERS, LINES, REMEDIES, State, compute, reached
from gc_lib.labs.result import beyond
from gc_lib.labs.slices import glimpse
from gc_lib.network.backprop import backprop

HEALS = {  # which conditions of the catalogue a remedy brings about
    "λ = 0": {"λ is 0"},
    "m = 1": {"m is 1"},
    "keep_prob = 1": {"keep_prob is 1", "no unit is dropped"},
    "ReLU": {"the slope at A is the slope at Z", "a stretched A has the same slope"},
    "sigmoid": {"the slope is the sigmoid's"},
    "b = 0": {"b is 0"},
}


def planted(name):
    """Return every layer in which a bug can stand in the lab's network."""
    return [l for l in LAYERS if not State(name, l).obstacle]


@pytest.mark.parametrize("remedy", REMEDIES)
@pytest.mark.parametrize("name", ["no_mask", "decay_subtracted", "slope_at_A", "db_decayed", "sigmoid_slope"])
@pytest.mark.slow
def test_the_bars_are_what_the_checker_says(name, remedy):
    result = compute(State(name, 2, 0.3, remedy=remedy))
    state = result.state.bench(0.3)
    X, Y = state.problem
    report = gcl.check(*state.network.on(X, Y, masks="frozen"), state.theta)
    assert report.that_are("wrong") == beyond(result.check.report)
    for block, reading in report.blocks.items():
        assert result.blocks[block] == pytest.approx(reading, abs=2 * report.bounds[block])


def red(state):
    """Return the blocks that the lab's check shows red, without the curve over all strengths."""
    return set(beyond(glimpse(state.bench(state.strength)).report))


@pytest.mark.parametrize("name", BACKPROP)
@pytest.mark.slow
def test_every_bug_shows_by_the_law_and_each_remedy_heals_what_the_catalogue_says(name):
    hides = set(gcl.bugs.find(name).hides.split(" or "))
    for l in planted(name):
        alone = "the layer has one unit" in hides and l == 4  # there the wrong line is right
        assert red(State(name, l)) == (set() if alone else turned_red(slot(name), l))
        for remedy, conditions in HEALS.items():
            healed = not red(State(name, l, remedy=remedy))
            assert healed == (bool(conditions & hides) or alone), (l, remedy)


def slot(name):
    return gcl.bugs.find(name).slot


def test_right_backprop_is_great_whatever_the_remedy():
    for remedy in REMEDIES:
        result = compute(State("", 1, remedy=remedy))
        assert result.check.report.band == "great" and max(result.curves["strength"].y) < 1e-6


def test_ten_times_as_strong_reads_ten_times_as_much_until_it_is_all_wrong():
    x, y = compute(State("no_decay", 2)).curves["strength"]
    between = (x >= 1e-5) & (x <= 0.1)
    assert np.diff(np.log10(y[between])) == pytest.approx(np.diff(np.log10(x[between])), abs=0.02)
    assert y[0] < 1e-7 and y[-1] > 1e-3


def test_the_ring_stands_on_the_curve():
    result = compute(State("no_slope", 1, 0.02))
    assert result.here["strength"][1] == result.curves["strength"].y[list(result.curves["strength"].x).index(0.02)]


def test_the_caption_names_the_blocks_the_factor_and_what_heals():
    lab = gcl.labs.pattern()
    assert "b3 disagrees, as if 32 times what it should be. b3: 0.94, as if 32 times what it should be." in lab.words
    assert "cannot be seen here: m is 1" in lab.set(remedy="m = 1").words
    assert "4 of 8 blocks disagree. W1, b1, W2 and b2: up to" in lab.set(bug="no_mask", layer=2, remedy="none").words
    lab.set(bug="sign_flipped")
    not_planted = "sign_flipped is not planted in layer 2: only the output layer has this equation."
    assert f"All 8 blocks agree. {not_planted}" in lab.words


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"bug": "no_such"}, "bug should be one of '', 'sign_flipped', "),
        ({"bug": "J_no_decay"}, "bug should be one of"),
        ({"layer": 5}, "layer should be one of 1, 2, 3, 4; got 5"),
        ({"remedy": "λ=0"}, "remedy should be one of 'none', 'λ = 0', "),
        ({"strength": -1}, "strength should be a finite number, 0 or more; got -1.0"),
        ({"strength": float("nan")}, "strength should be a finite number"),
        ({"steps": 19}, "steps should be one of 0, 1, 2, .* 18; got 19"),
    ],
)
def test_what_cannot_be_is_refused_in_words(wrong, words):
    with pytest.raises(ValueError, match=words):
        gcl.labs.pattern(**wrong)


def test_the_exercise_finds_the_law_by_checks():
    for equation, l in gcl.exercises.pattern.PLACES:
        assert set(gcl.exercises.pattern.law.right(equation, l)) == turned_red(equation, l)


# ---- the way back ----------------------------------------------------------------------------------------------------


def test_what_an_error_reaches_is_the_law_of_which_blocks_turn_red():
    for l, slot in LINES:
        assert {f"{name[1]}{at}" for at, name in reached((l, slot)) if name in ("dW", "db")} == turned_red(slot, l)


def test_the_lines_stand_in_the_order_in_which_backprop_runs_them():
    net, (X, Y), ran = State().right.network, State().right.problem, []

    def noted(l, slot, equation):
        def note(*given):
            ran.append((l, slot))
            return equation(*given)

        return note

    steps = [
        step._replace(**{slot: noted(l, slot, equation) for slot, equation in step._asdict().items()})
        for l, step in enumerate(net.steps, start=1)
    ]
    backprop(Y, net.on(X, Y, masks="frozen")[0].layers(State().right.theta), steps)
    once = [line for line in ran if line in LINES]
    own = ("dW", "db")  # of these two none feeds another line, and either may come first
    assert len(once) == len(LINES) and set(once) == set(LINES)
    assert [line for line in once if line[1] not in own] == [line for line in LINES if line[1] not in own]
    assert [l for l, _ in once] == [l for l, _ in LINES]


@pytest.mark.parametrize(
    "name, layer", [("no_mask", 3), ("no_slope", 2), ("scaled_dW", 4), ("db_zero", 1), ("dA_doubled", 3)]
)
def test_red_runs_from_the_wrong_line_along_what_is_computed_from_it(name, layer):
    result = compute(State(name, layer))
    assert result.planted == (layer, slot(name))
    assert {line for line, found in result.lines.items() if found.word == "worry"} == set(reached(result.planted))
    assert {found.word for found in result.lines.values()} == {"worry", "great"}


def test_a_line_has_the_band_of_what_it_spoils_and_a_bug_that_hides_spoils_nothing():
    weak = compute(State("no_slope", 2, 1e-4)).lines
    assert {line for line, found in weak.items() if found.word == "look"} == set(reached((2, "dZ")))
    healed = compute(State("no_mask", 2, remedy="keep_prob = 1"))
    assert healed.planted == (2, "drop") and {found.word for found in healed.lines.values()} == {"great"}
    for state in (State(""), State("sign_flipped", 2)):
        assert compute(state).planted is None and {found.word for found in compute(state).lines.values()} == {"great"}


def test_bars_light_up_in_the_order_of_the_way_back():
    whole, lit = compute(State("no_slope", 2)), []
    for steps in range(len(LINES) + 1):
        result = compute(State("no_slope", 2, steps=steps))
        assert list(result.lines) == LINES[:steps] and result.lines.items() <= whole.lines.items()
        shown = {name: reading for name, reading in result.blocks.items() if not np.isnan(reading)}
        assert shown.items() <= whole.blocks.items()
        assert all((result.bounds[name] > 0) == (name in shown) for name in result.blocks)
        assert all((f">{name}<" in result.table) == (name in shown) for name in result.blocks)
        lit += [name for name in shown if name not in lit]
    assert lit == ["W4", "b4", "W3", "b3", "W2", "b2", "W1", "b1"]


def test_the_slider_names_the_line_that_has_run_and_the_picture_follows():
    lab = gcl.labs.pattern(bug="no_slope", layer=2)
    slider, pictures = lab.bound["steps"], [lab.png]
    assert [words for words, _ in slider.options][:3] == ["start", "layer 4 · dZ", "layer 4 · dW"]
    assert slider.label == "end" and "so far" not in lab.words
    for steps in (0, 2, 10, 11):
        slider.value = steps
        pictures.append(lab.png)
    assert repr(lab) == 'gcl.labs.pattern(bug="no_slope", layer=2, steps=11)'
    assert lab.words == "The way back stands at layer 2 · dZ; red so far: none." and slider.label == "layer 2 · dZ"
    lab.set(steps=13)
    assert lab.words == "The way back stands at layer 2 · db; red so far: W2 and b2."
    bars, ways, climbs = zip(*pictures, strict=True)
    assert len(set(ways)) == 5 and len(set(bars)) >= 4
