"""A wrong line of one's own, planted in a network and in the bench."""

import warnings

import numpy as np
import pytest
from helpers import problem, turned_red

import gc_lib as gcl
from gc_lib.checker.words import listed
from gc_lib.labs.result import beyond
from gc_lib.network.activations import ACTIVATIONS
from gc_lib.network.backprop import Steps

KINDS = {  # ways to write an equation wrong
    "too large": lambda right: 1.5 * right,
    "shifted": lambda right: right + 0.1,
    "nothing": np.zeros_like,
}
RIGHT = {"not": lambda right: right}


def right_dZ(dA, c):
    return dA * c.slope(c.Z)


def wrong_line(name, kind):
    """Return the right equation with whose place the name ends, written wrong."""
    slot = next(slot for slot in Steps._fields if name.endswith(slot))

    def wrong(above, c):
        return (KINDS | RIGHT)[kind](getattr(Steps(), slot)(above, c))

    wrong.__name__ = name
    return wrong


def check(net, X, Y, params):
    return gcl.check(*net.on(X, Y, masks="frozen"), params)


def my_dZ(dA, c):
    return dA * c.A


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("slot", Steps._fields)
def test_a_line_of_ones_own_turns_red_what_the_law_says_in_every_layer(slot, kind):
    net, X, Y, params = problem()
    wrong, layers = wrong_line(f"my_{slot}", kind), [1, 2, 3, 4]
    layers = layers[1:] if slot == "dA_prev" else layers[:3] if slot in ("drop", "dZ") else layers
    for layer in layers:
        red = check(net.plant(wrong, layer), X, Y, params).that_are("wrong")
        assert set(red) == turned_red(slot, layer), layer


@pytest.mark.parametrize("name", ["dZ", "my_dZ", "mydZ", "wrong_dA_dZ", "my_hidden_error"])
def test_the_end_of_its_name_tells_which_equation_it_replaces(name):
    def function(dA, c):
        return dA

    function.__name__ = name
    ((bug, *_),) = problem()[0].plant(function, 2).plants
    assert (bug.slot, bug.breaks, bug.name) == ("dZ", gcl.bugs.hidden_error, name)


def test_on_the_output_layer_it_is_given_Y():
    def my_dZ(Y, c):
        return Y - c.A

    for sizes, output in (((5, 4, 1), "sigmoid"), ((5, 4, 3), "softmax"), ((5, 4, 3), "linear")):
        net = gcl.Network(sizes, output=output)
        (step,) = net.plant(my_dZ, 2).steps[1:]
        assert step.dZ is my_dZ


def nothing_dW(dZ, c):
    dZ @ c.A_prev.T


def flat_db(dZ, c):
    return dZ.sum(axis=1)


def turned_dA_prev(dZ, c):
    return c.W @ dZ.T


def in_place_drop(dA, c):
    dA *= c.mask
    return dA


def weights_in_place_dW(dZ, c):
    c.W[:] = 0
    return c.W


def misspelt_db(dZ, c):
    return dZ.sum(axis=1, keepdims=True) / c.n


def listed_db(dZ, c):
    return dZ.sum(axis=1, keepdims=True).tolist()


def infinite_dZ(dA, c):
    return np.full(dA.shape, np.inf)


def one_argument_dZ(dA):
    return dA


def my_dA(dZ, c):
    return c.W.T @ dZ


WRONG_INPUT = {  # a function, its layer, and what is said of it
    "no return": (nothing_dW, 2, r"nothing_dW, tried in layer 2 with 7 .* returned None \(is the word return missing"),
    "the wrong shape": (flat_db, 2, r"returned an array \(4,\)\. It should return a new array of shape \(4, 1\)"),
    "it raises": (turned_dA_prev, 3, r"turned_dA_prev, tried in layer 3 .* raised ValueError: matmul.* dZ \(4, 7\)"),
    "no such field": (misspelt_db, 1, r"raised AttributeError: .*'n'.* c with A_prev \(6, 7\), W \(4, 6\), b \(4, 1\)"),
    "it changes dA": (
        in_place_drop,
        2,
        r"raised ValueError: .*read-only.*leave what it is given as it is: dA \(4, 7\)",
    ),
    "it changes W": (weights_in_place_dW, 2, r"raised ValueError: .*read-only"),
    "a list": (listed_db, 2, r"returned a value of type list"),
    "infinity": (infinite_dZ, 2, r"returned nan or infinity"),
    "one argument": (one_argument_dZ, 2, r"one_argument_dZ should take \(dA, c\), as hidden_error does"),
    "dA for dA_prev": (my_dA, 2, r"my_dA: its name should end with the equation .*'db', 'dA_prev' of this layer"),
    "no layer": (my_dZ, None, r"my_dZ: .* of J; one of backprop needs a layer too: net\.plant\(my_dZ, layer=2\)"),
    "no such layer": (my_dZ, 5, r"my_dZ cannot be planted on layer 5: this network has layers 1 … 4"),
}


@pytest.mark.parametrize("what", WRONG_INPUT)
def test_a_line_that_cannot_be_is_refused_with_where_what_and_what_to_do(what):
    wrong, layer, words = WRONG_INPUT[what]
    net = problem((6, 4, 4, 4, 1))[0]
    with pytest.raises(ValueError, match=words):
        net.plant(wrong, layer)
    assert net.plants == ()


@pytest.mark.parametrize("what", [None, 3, [], np.ones((2, 2))])
def test_what_is_no_function_is_refused(what):
    with pytest.raises(
        TypeError, match=r"a function of your own without its brackets, my_dZ and not my_dZ\(dA, c\); got"
    ):
        problem()[0].plant(what, 2)


def test_a_trial_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for sizes, output in (((5, 1), "sigmoid"), ((3, 4, 2), "softmax"), ((3, 4, 2), "sigmoid_squared")):
            for hidden in ACTIVATIONS:
                gcl.Network(sizes, hidden, output, keep_prob=0.5).plant(wrong_line("my_dW", "nothing"), 1)


# ---- as an exercise --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("slot", Steps._fields)
def test_the_exercise_names_what_the_law_says(slot, kind):
    red = [f"{letter}{l}" for l in (1, 2) for letter in "Wb" if f"{letter}{l}" in turned_red(slot, 2)]
    answer = gcl.exercises.own_line.plant(wrong_line(f"my_{slot}", kind))
    assert answer.solved and f"in layer 2 my_{slot} turns {listed(red)} red, and nothing above" in answer.words


def test_the_exercise_says_of_a_right_line_that_it_is_right_and_of_what_cannot_be_what_to_do():
    for right in (right_dZ, wrong_line("my_dW", "not")):
        assert repr(gcl.exercises.own_line.plant(right)).startswith("Not yet: no block turns red")
    for what in (None, ..., "no_slope", 3):
        assert "here a function is wanted, not" in repr(gcl.exercises.own_line.plant(what))
    for wrong, layer, _ in WRONG_INPUT.values():
        if layer == 2:
            answer = gcl.exercises.own_line.plant(wrong)
            assert not answer.solved and wrong.__name__ in answer.words


# ---- in the bench ----------------------------------------------------------------------------------------------------


def stretched_dZ(dA, c, factor=3.0):
    """Stretches dZ."""
    return factor * dA * c.slope(c.Z)


@pytest.mark.slow
@pytest.mark.parametrize("slot, layer", [("drop", 1), ("dZ", 2), ("dW", 3), ("db", 2), ("dA_prev", 3)])
def test_the_bench_shows_the_law_too(slot, layer):
    lab = gcl.labs.bench(bugs=[(wrong_line(f"my_{slot}", "too large"), layer)], keep_prob=0.8, bias=0.1)
    assert set(beyond(lab.result.report)) == turned_red(slot, layer)
    worst = sorted(turned_red(slot, layer))
    assert all(name in lab.result.table for name in worst) and "worry" in lab.result.table
    assert "disagree" in lab.result.headline.gist


@pytest.mark.slow
def test_the_bench_names_it_in_its_code_its_menu_its_chips_and_its_lines():
    lab = gcl.labs.bench(bugs=[("no_decay", 1), (my_dZ, 2)])
    assert repr(lab) == 'gcl.labs.bench(bugs=[("no_decay", 1), (my_dZ, 2)])'
    again = eval(repr(lab), {"gcl": gcl, "my_dZ": my_dZ})
    assert again.state == lab.state and hash(again.state) == hash(lab.state)
    assert str(lab.chips) == "my_dZ in layer 2"
    assert lab.rows[1].bug.options[1][0] == "dZ · my_dZ: Is a line of your own."
    assert "wrong:  return dA * c.A" in lab.lines() and "right:  return dA * c.slope(c.Z)" in lab.lines()


@pytest.mark.slow
def test_its_menu_keeps_it_while_another_bug_is_chosen_and_start_again_brings_it_back():
    lab = gcl.labs.bench(bugs=[(my_dZ, 2)])
    row, opened = lab.rows[0], lab.state
    row.bug.value = "no_slope"
    assert repr(lab) == 'gcl.labs.bench(bugs=[("no_slope", 2)])'
    row.bug.value = row.bug.options[1][1]
    assert lab.state == opened
    row.layer.value = 3
    assert lab.state.bugs == () and "my_dZ, not planted: " in row.bug.label
    lab.restart()
    assert lab.state == opened and lab.planted() == opened.bugs


@pytest.mark.slow
def test_strength_and_factor_have_their_sliders():
    lab = gcl.labs.bench(bugs=[(stretched_dZ, 2)])
    row = lab.rows[0]
    assert not row.factor.disabled and (row.strength.value, row.factor.value) == (1, 3)
    assert "as if three times" in str(lab.at(lam=0)) and "Stretches dZ" in row.bug.label
    row.factor.value = 2
    assert repr(lab) == "gcl.labs.bench(bugs=[(stretched_dZ, 2, 1.0, 2.0)])"
    row.strength.value = 0.1
    assert lab.state.bugs[0][1:] == (2, 0.1, 2.0)


@pytest.mark.slow
def test_a_line_that_computes_what_is_right_is_named_where_all_blocks_agree():
    lab = gcl.labs.bench(bugs=[(right_dZ, 2)])
    assert "though" in lab.result.headline.gist and "right_dZ cannot be seen here: it turns no block red." in lab.words
    assert "cannot be seen" not in gcl.labs.bench(bugs=[(my_dZ, 2)]).words


@pytest.mark.slow
def test_after_a_line_that_cannot_be_the_bench_stands_as_it_was_and_works():
    lab = gcl.labs.bench(bugs=[(my_dZ, 2)])
    before = lab.state, lab.png
    for wrong, layer, _ in WRONG_INPUT.values():
        with pytest.raises(ValueError, match=wrong.__name__):
            lab.set(bugs=[(wrong, layer)])
    assert (lab.state, lab.png) == before
    lab.rows[0].layer.value = 1
    assert repr(lab) == "gcl.labs.bench(bugs=[(my_dZ, 1)])"


@pytest.mark.slow
@pytest.mark.parametrize("bugs", [[my_dZ], (my_dZ, 2)])
def test_what_is_no_list_of_pairs_is_refused(bugs):
    with pytest.raises(ValueError, match=r'bugs should be a list, such as \[\("no_decay", 2\)\]'):
        gcl.labs.bench(bugs=bugs)


@pytest.mark.slow
def test_a_line_that_fails_only_later_is_told_in_the_page_and_changes_nothing():
    def fussy_dW(dZ, c):
        if c.m == 1:
            raise RuntimeError("not with one example")
        return dZ @ c.A_prev.T

    lab = gcl.labs.bench(bugs=[(fussy_dW, 2)])
    before = lab.state
    with pytest.raises(RuntimeError, match="not with one example"):
        lab.bound["examples"].value = 1
    assert lab.state == before and "not with one example" in lab.error.value
