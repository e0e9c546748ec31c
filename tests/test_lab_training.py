"""Lesson 07: what training brings to light, what it hides, and what a wrong gradient does to J."""

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.checker.slide import GREAT, norm
from gc_lib.checker.words import short
from gc_lib.labs.training import BUGS, CHECKED, LAM, RATE, run

pytestmark = pytest.mark.slow

SCALES = (0.01, 0.1, 1.0)


@pytest.fixture(scope="module")
def lab():
    return gcl.labs.training()


def trained(bug, steps, scale=1.0):
    """Return cost, gradient and θ after some steps with the bug in every layer, from the core alone."""
    X, Y = gcl.data.digits(3, 8, examples=32, side=4)
    net = gcl.Network([16, 6, 6, 1], lam=LAM)
    for layer in (1, 2, 3):
        net = net.plant(bug, layer) if bug and not net.obstacle(bug, layer) else net
    cost, gradient = net.on(X, Y)
    return cost, gradient, gcl.train(gradient, net.initialise(seed=0, scale=scale), steps, RATE)


@pytest.mark.parametrize("bug", ["db_decayed", "no_slope", "output_slope_twice"])
@pytest.mark.parametrize("steps", [1, 30, 100])
def test_the_curve_is_what_gc_check_reads_after_gc_train(lab, bug, steps):
    cost, gradient, params = trained(bug, steps)
    expected = gcl.check(cost, gradient, params)
    result = lab.set(bug=bug, steps=steps, scale=1.0).result
    assert result.curves["steps"].y[CHECKED.index(steps)] == pytest.approx(expected.difference, rel=1e-3)
    assert result.report.blocks == pytest.approx(expected.blocks, rel=1e-2, abs=1e-7)
    assert result.J[0] == pytest.approx(cost(params), rel=1e-9)
    assert result.J[1] == pytest.approx(trained("", steps)[0](trained("", steps)[2]), rel=1e-9)


def test_decayed_biases_cannot_be_seen_before_the_first_step(lab):
    _, gradient, params = trained("db_decayed", 0)
    right = trained("", 0)[1](params)
    assert all(np.array_equal(gradient(params)[name], right[name]) for name in params)
    lab.set(bug="db_decayed", steps=0, scale=1.0)
    assert lab.result.report.answer == "right" and "no check can see it: b is 0" in lab.words


@pytest.mark.parametrize("steps, reading", [(1, 3e-4), (10, 1e-3), (100, 2e-2)])
def test_decayed_biases_show_as_what_was_wrongly_added(lab, steps, reading):
    """dθ is off by λ/m b, and by nothing else; divided by both lengths that is the whole reading."""
    _, gradient, params = trained("db_decayed", steps)
    wrong = LAM / 32 * norm(np.concatenate([params[name].ravel() for name in ("b1", "b2", "b3")]))
    lengths = [norm(gcl.to_vector(each(params))) for each in (gradient, trained("", 0)[1])]
    report = lab.set(bug="db_decayed", steps=steps, scale=1.0).result.report
    assert report.difference == pytest.approx(wrong / sum(lengths), rel=1e-3)
    assert report.difference == pytest.approx(reading, rel=0.25)
    assert report.that_are("wrong") == ("b1", "b2", "b3") and report.band == "worry"
    assert "b1, b2 and b3 disagree." in lab.words


@pytest.mark.parametrize("scale", SCALES)
def test_a_right_gradient_stays_within_its_error_bound_however_long_it_trains(lab, scale):
    right = run("", scale)
    assert (right.readings < right.bounds).all()
    for steps in (0, 30, 300):
        report = lab.set(bug="", steps=steps, scale=scale).result.report
        assert not report.that_are("wrong") and report.difference < lab.result.bound.y[CHECKED.index(steps)]


def test_training_and_tiny_weights_raise_what_a_right_gradient_reads(lab):
    """The gradient shrinks, J less so: the reading rises as the gradient falls."""
    shrinks = [norm(gcl.to_vector(trained("", 0)[1](trained("", steps)[2]))) for steps in (30, 300)]
    right = run("", 1.0)
    rises = right.readings[CHECKED.index(300)] / right.readings[CHECKED.index(30)]
    assert rises > 3 and shrinks[0] / shrinks[1] > 3
    assert (right.readings < GREAT).all() and (run("", 0.01).readings > GREAT).all()
    lab.set(bug="", steps=0, scale=0.01)
    assert "all of it is within the error bound" in lab.words and lab.result.report.band == "look"
    assert "within the error bound" not in lab.set(scale=1.0).words


def test_most_broken_gradients_still_train(lab):
    for bug in BUGS[1:-1]:
        J = run(bug, 1.0).J
        assert J[-1] < J[0] / 2, bug
    J = run("sign_flipped", 1.0).J
    assert J[-1] > 100 * J[0]
    right = short(run("", 1.0).J[-1], 2)
    words = lab.set(bug="sign_flipped", steps=300, scale=1.0).words
    assert f"J is {short(J[-1], 2)}; with right backprop it would be {right}." in words


def test_two_broken_gradients_are_faster_at_first_than_the_right_one():
    right = run("", 1.0).J
    for bug, share in (("dA_doubled", 1.2), ("no_slope", 1.3)):
        J = run(bug, 1.0).J
        assert J[10] < right[10] and J[-1] > share * right[-1], bug


def test_a_bug_that_hides_in_one_layer_only_is_not_called_hidden(lab):
    assert "no check can see it" not in lab.set(bug="db_one_sum", steps=0, scale=1.0).words  # layer 3 has one unit
    assert lab.result.report.that_are("wrong") == ("b1", "b2")


@pytest.mark.parametrize("word, wrong", [("bug", "J_no_decay"), ("steps", 2), ("steps", -1), ("scale", 0)])
def test_what_cannot_be_is_refused_and_named(word, wrong):
    with pytest.raises(ValueError, match=word):
        gcl.labs.training(**{word: wrong})
