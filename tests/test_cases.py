"""The detective's cases without a page: what a check tells, whom it leaves, and that every case can be solved."""

import hashlib

import numpy as np
import pytest
from helpers import turned_red

import gc_lib as gcl
from gc_lib.labs import cases
from gc_lib.labs.cases import LAYERS, NUMBERS, SETTINGS, SINGLES, SIZES, WILD, Setting, case, left, seen
from gc_lib.network.bugs import find

ALL_ON = Setting()
NAMES = [f"{letter}{l}" for l in range(1, len(SIZES)) for letter in "Wb"]
TWO = [number for number in NUMBERS if case(number).lines == 2]


def checked(number, at, suspect):
    """Say what the library's own checker says of a suspect, by the networks and the data that the case is made of."""
    net = gcl.Network(SIZES, at.hidden, lam=at.lam, keep_prob=at.keep_prob)
    X, Y = gcl.data.digits(3, 8, examples=at.examples, side=4, seed=number)
    theta = net.initialise(number, bias=at.bias)
    for bug in suspect:
        net = net.plant(*bug)
    return gcl.check(*net.on(X, Y, masks="frozen", seed=number), theta, eps=1e-5)


@pytest.mark.parametrize("at", [ALL_ON, Setting(lam=1e4), Setting(hidden="relu", lam=0.0), Setting(examples=1, bias=0)])
@pytest.mark.parametrize("number", [1, 8, 13, 17, 24])
def test_a_mark_says_what_the_checker_says(number, at):
    hidden = case(number).plants
    report, marks = checked(number, at, hidden), seen(number, at)
    assert seen(number, at, hidden) == marks
    assert report.that_are("wrong") == tuple(name for name, mark in zip(NAMES, marks, strict=True) if mark)
    for name, mark in zip(NAMES, marks, strict=True):
        if mark.startswith("×") and mark != "×0":
            assert report.factor(name) == pytest.approx(float(mark[1:].replace("−", "-")), rel=0.01)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_bug_shows_at_once_and_by_the_law(number):
    """Unless there is none; or two, of which one undoes what the other does."""
    red = {name for name, mark in zip(NAMES, seen(number, ALL_ON), strict=True) if mark}
    law = set().union(*(turned_red(find(name).slot, l) for name, l in case(number).plants))
    assert red == (law if number not in (17, 33) else set() if number == 17 else {"W2", "b2"})


def test_there_are_eight_wild_cases_of_which_one_is_no_bug_and_each_links_its_threads():
    wild = [case(number) for number in NUMBERS if case(number).wild]
    assert [file.number for file in wild] == list(WILD) and len(wild) == 8
    assert [file.number for file in wild if not file.plants] == [20]
    assert len({find(name).breaks for file in wild for name, _ in file.plants}) >= 5
    for file in wild:
        assert file.threads and all(url.startswith("https://github.com/") for url in file.threads)
        assert file.threads == (tuple(find(name).seen for name, _ in file.plants) or cases.NO_BUG)


@pytest.mark.parametrize("hidden", ["tanh", "relu", "sigmoid"])
def test_the_slope_read_off_the_activation_is_no_bug_and_is_what_case_20_runs(hidden):
    on = cases.setup(20, Setting(hidden=hidden))
    other, right = (on.gradient(steps) for steps in (cases.hidden_steps(case(20)), cases.steps(())))
    np.testing.assert_allclose(other, right, rtol=1e-12, atol=1e-16)
    assert [table.dZ is cases.slope_from_A for table in cases.hidden_steps(case(20))] == [True, True, True, False]


def test_some_cases_hold_two_bugs_of_which_some_cancel_at_one_half():
    assert len(TWO) >= 5 and all(len(case(number).plants) == 2 for number in TWO)
    assert not any(seen(17, ALL_ON))
    assert seen(17, Setting(keep_prob=1.0, lam=0.0)) == ("×2",) * 4 + ("",) * 4


def test_the_cases_are_hidden_in_hidden_layers_each_another_and_of_many_kinds():
    every = [case(number).plants for number in NUMBERS]
    assert len(set(every)) == len(every)
    assert all(l in LAYERS for plants in every for _, l in plants)
    tame = [name for number in NUMBERS if number not in (*WILD, *TWO) for name, _ in case(number).plants]
    assert len(set(tame)) >= 15
    assert {find(name).slot for name in tame} == {"drop", "dZ", "dW", "db", "dA_prev"}


def test_a_number_always_hides_the_same():
    """Teachers assign cases by their numbers: whoever changes one breaks that promise."""
    assert list(cases.PLANTS) == list(NUMBERS)
    tables = repr(([case(number).plants for number in NUMBERS], list(WILD), SINGLES))
    assert hashlib.sha256(tables.encode()).hexdigest()[:16] == "92c1c66f3c9494df"
    assert cases.setup(4, ALL_ON).J != cases.setup(5, ALL_ON).J, "and runs on a network of its own"


def test_the_first_case_is_gentle():
    """Its first check leaves ten suspects who look alike; with one remedy, the sigmoid, there is one."""
    assert len(left(1, (ALL_ON,))) == 10
    assert left(1, (ALL_ON, Setting(hidden="sigmoid"))) == (case(1).plants,) and case(1).lines == 1


def test_the_suspects_are_all_that_fit():
    assert cases.suspects(1) == ((), *SINGLES) and len(set(SINGLES)) == len(SINGLES)
    pairs = set(cases.suspects(2))
    assert len(pairs) == len(cases.suspects(2))
    assert (("db_zero", 3), ("no_decay", 1)) in pairs and (("db_decayed", 3), ("db_zero", 3)) not in pairs
    assert {case(number).plants for number in TWO} <= pairs


@pytest.mark.slow
def test_two_suspects_whom_no_check_tells_apart_are_both_right():
    mask = (("neighbour_mask", 1),)
    assert case(26).plants == mask and all(seen(26, at, mask) == seen(26, at, (("no_mask", 1),)) for at in SETTINGS)
    assert cases.right(26, (("no_mask", 1),)) and cases.right(26, mask)
    assert not cases.right(26, (("no_mask", 2),)) and not cases.right(26, ())


@pytest.mark.parametrize(
    ("number", "accused", "words"),
    [
        (1, [("no_such", 1)], "no_such cannot be accused in layer 1: it is not in the line-up"),
        (1, [("no_decay", 4)], "no_decay cannot be accused in layer 4: it is not in the line-up"),
        (1, [("own_A", 1)], "own_A cannot be accused in layer 1: it needs a square layer"),
        (1, [("no_decay", 1), ("no_decay", 2)], "only one line was replaced here; accused are 2"),
        (8, [("no_decay", 1)], "two lines were replaced here: accuse two, in different equations"),
        (8, [("no_decay", 1), ("half_decay", 1)], "accuse two, in different equations"),
        (8, [], "accuse two"),
    ],
)
def test_an_accusation_that_cannot_be_is_refused_in_words(number, accused, words):
    with pytest.raises(ValueError, match=words):
        cases.suspect(number, accused)


@pytest.mark.parametrize("number", [0, 41, "17", 1.5, None])
def test_there_is_no_other_case(number):
    with pytest.raises(ValueError, match="case should be a whole number, 1 … 40"):
        case(number)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lam": 1.0}, "lam should be one of 0.1, 0.0, 10000.0; got 1.0"),
        ({"hidden": "step"}, "hidden should be one of 'tanh', 'relu', 'sigmoid'; got 'step'"),
        ({"hidden": "relu", "bias": 0.0}, "on a corner of ReLU, where J has no one slope; take bias=0.5"),
    ],
)
def test_a_check_that_is_not_offered_is_refused_in_words(values, words):
    with pytest.raises(ValueError, match=words):
        cases.setting(*Setting(**values))
