"""The bench when something goes wrong: it says so, changes nothing, and goes on."""

import re

import numpy as np
import pytest
from bench_helpers import consistent, controls, press, values

import gc_lib as gcl
from gc_lib.labs.result import beyond
from gc_lib.labs.slices import compute
from gc_lib.labs.state import BenchState as State

pytestmark = pytest.mark.slow


def appearance(bench):
    """Return the pictures and words that stand in the page."""
    return bench.png, bench.headline.words.value, bench.caption.words.value


@pytest.mark.parametrize("name, value", [("eps", 1e-3), ("0 bug", "db_zero"), ("1 layer", 3), ("absolute", True)])
@pytest.mark.parametrize("part", ["results", "paint"])
def test_a_callback_that_raises_says_so_and_changes_nothing(bench, monkeypatch, part, name, value):
    bench.sharpen()
    state, shown, stood = bench.state, values(bench), appearance(bench)
    right, calls = getattr(bench, part), []

    def fail_once(*args):
        calls.append(args)
        if len(calls) == 1:
            raise RuntimeError("a <b> & no c")
        return right(*args)

    with monkeypatch.context() as patch:
        patch.setattr(bench, part, fail_once)
        with pytest.raises(RuntimeError, match="a <b> & no c"):
            controls(bench)[name].value = value
    assert "That did not work" in bench.error.value and "a &lt;b&gt; &amp; no c" in bench.error.value
    assert 'role="alert"' in bench.error.value
    bench.sharpen()
    assert (bench.state, values(bench), appearance(bench)) == (state, shown, stood)
    controls(bench)[name].value = value  # the bench goes on
    assert bench.error.value == "" and bench.state != state and consistent(bench)


def test_a_button_that_fails_says_so(bench, monkeypatch):
    state = bench.state

    def fail(*_):
        raise RuntimeError("no luck")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="no luck"):
        patch.setattr(bench, "results", fail)
        press(bench, "new random start")
    assert "no luck" in bench.error.value and bench.state == state


@pytest.mark.parametrize(
    "first, second", [("J_no_decay", "J_layer_twice"), ("one_sided", "forgotten_2"), ("absolute", "norm_of_sum")]
)
def test_two_mistakes_on_one_equation_are_refused_aloud(bench, first, second):
    bench.mistakes[first].value = True
    state = bench.state
    with pytest.raises(ValueError, match="equation"):
        bench.mistakes[second].value = True
    assert "equation" in bench.error.value
    assert bench.state == state and not bench.mistakes[second].value and bench.mistakes[first].value
    bench.mistakes[first].value = False
    bench.mistakes[second].value = True
    assert bench.state.mistakes == (second,) and bench.error.value == ""


def test_a_network_too_small_for_its_bugs_is_refused_aloud(bench):
    state = bench.state
    with pytest.raises(ValueError, match="layers 1 … 1"):
        bench.bound["units"].value = ()
    assert "layers 1 … 1" in bench.error.value and bench.state == state and consistent(bench)


WRONG = {
    "eps 0": ({"eps": 0}, "eps should be .* above 0"),
    "eps negative": ({"eps": -1e-7}, "eps should be .* above 0"),
    "eps nan": ({"eps": np.nan}, "eps should be"),
    "lam": ({"lam": -1.0}, "lam should be"),
    "lam nan": ({"lam": np.nan}, "lam should be"),
    "keep_prob 0": ({"keep_prob": 0.0}, "keep_prob should be above 0"),
    "keep_prob 2": ({"keep_prob": 2}, "keep_prob should be"),
    "masks": ({"masks": "thawed"}, "masks should be one of 'frozen', 'fresh'"),
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
    "hidden": ({"hidden": "swish"}, "hidden should be one of 'tanh', 'relu', 'leaky_relu', 'sigmoid'"),
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
def test_a_setting_that_cannot_be_changes_nothing(bench, changes):
    state, shown, stood = bench.state, values(bench), appearance(bench)
    with pytest.raises((ValueError, TypeError)):
        bench.set(**changes)
    assert (bench.state, values(bench), appearance(bench)) == (state, shown, stood)
    bench.set(eps=1e-3)
    assert consistent(bench)


@pytest.mark.parametrize("steps", [5.0, np.int64(5)])
def test_a_whole_number_of_steps_may_be_written_otherwise(steps):
    assert compute(State(steps=steps)).report.difference == compute(State(steps=5)).report.difference


# ---- a list that is taken once ---------------------------------------------------------------------------------------


def test_a_generator_of_bugs_or_of_mistakes_is_taken_once_and_plants_them():
    opened = gcl.labs.bench(bugs=(bug for bug in [("no_decay", 2)]), mistakes=(name for name in ["J_no_decay"]))
    assert [plant[:2] for plant in opened.state.bugs] == [("no_decay", 2)] and opened.state.mistakes == ("J_no_decay",)
    assert beyond(opened.result.report)
    assert State(units=(n for n in (6, 6))) == State()


@pytest.mark.parametrize(
    "field, value", [("units", 6), ("units", "66"), ("bugs", 1), ("bugs", None), ("mistakes", 2), ("units", None)]
)
def test_what_is_no_list_is_refused_and_named(field, value):
    with pytest.raises(ValueError, match=re.escape(f"{field} should be a list, such as [") + ".*; got " + repr(value)):
        State(**{field: value})


@pytest.mark.parametrize("given", [{"bugs": [("sigma_frozen", 1)]}, {"mistakes": ["sigma_frozen"]}])
def test_a_bug_of_a_layer_is_sent_to_its_lab(given):
    _ = gcl.layers  # whose bugs register themselves
    with pytest.raises(ValueError, match=r"a bug of a layer that has no J: gcl\.labs\.layers\(bug='sigma_frozen'\)"):
        gcl.labs.bench(**given)


def test_what_is_no_bug_is_refused():
    with pytest.raises(ValueError, match=r"bugs should be a list, such as \[\(\"no_decay\", 2\)\]; got \[3\]"):
        gcl.labs.bench(bugs=[3])


def test_the_examples_that_labs_share_cannot_be_written_on():
    X, Y = gcl.labs.BenchState().problem
    for array in (X, Y):
        with pytest.raises(ValueError, match="read-only"):
            array *= 3


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_blocks_whose_slope_is_no_number_do_not_agree():
    words = gcl.labs.bench(eps=1e160).words
    assert "W1, W2 and W3 disagree" in words and "agree." not in words.replace("disagree.", "")
