"""Lesson 07: the price of a check, counted by the evaluations of J that it really makes."""

import pytest
from helpers import looped

import gc_lib as gcl
from gc_lib.exercises import training as exercises
from gc_lib.labs import price as factory  # the function, not its module
from gc_lib.labs.lab import CRISP
from gc_lib.labs.price import UNITS, clock, count, network
from gc_lib.network.cost import Cost


@pytest.fixture
def calls(monkeypatch):
    """Collect every evaluation of J."""
    made, plain = [], Cost.__call__
    monkeypatch.setattr(Cost, "__call__", lambda cost, params: made.append(1) or plain(cost, params))
    return made


@pytest.mark.parametrize("units", [2, 8])
def test_the_counted_evaluations_are_those_that_are_made(calls, units):
    net = network(units)
    cost, gradient = net.on(*gcl.data.digits(3, 8, examples=8))
    params = net.initialise(seed=0)
    looped(cost, params, 1e-7)
    assert len(calls) == count(units).loop == 2 * count(units).parameters
    calls.clear()
    found = gcl.screen(cost, gradient, params)
    assert found.evaluations == pytest.approx(count(units).screen, rel=0.1) and found.answer == "right"


def test_the_exercise_counts_as_the_lab_does():
    for units in UNITS:
        assert exercises.evaluations_of([64, units, units, 1]) == count(units).loop


def test_the_loop_grows_with_the_network_and_the_screen_does_not():
    prices = [count(units) for units in UNITS]
    assert prices[-1].loop > 50 * prices[0].loop
    assert {each.screen for each in prices} == {350}
    lab = factory(units=64)
    assert "as much as 5,590 steps of training" in lab.words and "16,770 times" in lab.words


def test_what_is_timed_stands_on_the_lines_if_time_is_counted_in_evaluations(calls, monkeypatch):
    def evaluations(work):
        calls.clear()
        work()
        return len(calls) or 3

    monkeypatch.setitem(clock.__wrapped__.__globals__, "seconds", evaluations)
    clock.cache_clear()
    lab = factory(units=4)
    assert not lab.result.timed
    (button,) = [
        each for each in lab.box.children[1].children if getattr(each, "description", "").startswith("time it")
    ]
    button.click()
    assert [each.parameters for each in lab.result.timed] == [139, 285] and "Timed here" in lab.words
    for each in lab.result.timed:
        assert (each.evaluation, each.step, each.loop) == (1, 3, 2 * each.parameters)
    lab.sharpen()
    dots = lab.view(lab.result.names, CRISP).panels[0].dots["loop"]
    assert list(dots.get_ydata()) == [278, 570] and list(dots.get_xdata()) == [139, 285]
    clock.cache_clear()


@pytest.mark.parametrize("word, wrong", [("units", 0), ("units", 65), ("units", 1.5), ("timed", "yes")])
def test_what_cannot_be_is_refused_and_named(word, wrong):
    with pytest.raises(ValueError, match=word):
        factory(**{word: wrong})
