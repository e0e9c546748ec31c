"""The lab of lesson 11: what each upstream hides, and controls that never ask a layer for what it has not."""

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.labs.layers import BUGS, State, compute, fits
from gc_lib.layers import LAYERS


def test_the_first_minute_great_under_ones_and_red_after_one_click():
    lab = gcl.labs.layers()
    assert lab.result.report.band == "great" and lab.result.report.answer == "cannot tell"
    assert "J hardly depends on x" in lab.words and "0.4" not in lab.words
    lab.set(upstream="random")
    assert lab.result.report.band == "worry" and lab.result.report.that_are("wrong") == ("x",)
    assert "x is wrong" in lab.words


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("upstream", ["ones", "one output", "random"])
@pytest.mark.parametrize("m", [1, 8])
def test_every_layer_opens_under_every_upstream(layer, upstream, m):
    result = compute(State(layer=layer, bug="none", upstream=upstream, m=m))
    assert not result.wrong.any() and result.report.that_are("wrong") == ()
    assert result.block == next(iter(result.blocks)), "the map shows the first input, where none is wrong"
    assert result.headline.gist and result.table.count("<tr>") == len(result.blocks) + 1


@pytest.mark.parametrize("bug", BUGS[1:])
@pytest.mark.parametrize("m", [1, 2])
def test_every_bug_opens_at_one_example(bug, m):
    for layer in (name for name in LAYERS if fits(bug, name)):
        for upstream in ("ones", "one output", "random"):
            assert compute(State(layer=layer, bug=bug, upstream=upstream, m=m)).words


def test_the_map_marks_the_entries_that_are_wrong():
    result = gcl.labs.layers().at(layer="batch norm", bug="no_sigma", upstream="one output")
    wrong = result.wrong.reshape(3, 4)
    assert result.block == "x" and wrong[:, 1].all() and not np.delete(wrong, 1, axis=1).any() and result.rows == 3


def test_a_layer_leads_away_from_a_bug_that_it_cannot_have_and_a_bug_to_its_layer():
    lab = gcl.labs.layers()
    lab.bound["layer"].value = "batch norm"
    assert (lab.state.layer, lab.state.bug) == ("batch norm", "sigma_frozen")
    lab.bound["layer"].value = "attention"
    assert (lab.state.layer, lab.state.bug) == ("attention", "none")
    lab.bound["bug"].value = "overwritten"
    assert (lab.state.layer, lab.state.bug) == ("max pooling", "overwritten")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"bug": "no_decay"}, "bug should be"),
        ({"layer": "conv"}, "layer should be"),
        ({"m": 0}, "m should be"),
    ],
)
def test_says_what_cannot_be(given, words):
    with pytest.raises(ValueError, match=words):
        gcl.labs.layers(**given)


def test_every_bug_has_a_layer():
    assert len(BUGS) == 1 + 18 and all(any(fits(bug, layer) for layer in LAYERS) for bug in BUGS)
