"""Training: plain gradient descent, step by step, and what a check finds after it that it did not before."""

from itertools import islice

import numpy as np
import pytest
from helpers import problem

import gc_lib as gcl
from gc_lib.network.activations import ACTIVATIONS
from gc_lib.network.train import descend


def test_each_step_goes_down_the_gradient_and_the_start_stays_as_it_was():
    net, X, Y, params = problem(keep_prob=1.0)
    cost, gradient = net.on(X, Y)
    kept = {name: block.copy() for name, block in params.items()}
    by_hand = params
    for step, found in enumerate(islice(descend(gradient, params, rate=0.2), 4)):
        assert all(np.array_equal(found[name], by_hand[name]) for name in params)
        after = gcl.train(gradient, params, steps=step, rate=0.2)
        assert all(np.array_equal(after[name], by_hand[name]) for name in params)
        slopes = gradient(by_hand)
        by_hand = {name: block - 0.2 * slopes[name] for name, block in by_hand.items()}
    assert all(np.array_equal(params[name], kept[name]) for name in params)


def test_J_falls_with_the_right_gradient_and_rises_with_its_sign_flipped():
    X, Y = gcl.data.digits(3, 8, examples=32, side=4)
    net = gcl.Network([16, 6, 6, 1], lam=0.1)
    cost, gradient = net.on(X, Y)
    J = [cost(params) for params in islice(descend(gradient, net.initialise(seed=0), rate=0.1), 50)]
    assert (np.diff(J) < 0).all() and J[-1] < 0.9 * J[0]
    uphill = net.plant("sign_flipped", layer=3).on(X, Y)[1]
    assert cost(gcl.train(uphill, net.initialise(seed=0), steps=20, rate=0.1)) > J[0]


@pytest.mark.parametrize("rate", [0.5, np.float64(0.5)])
def test_float32_stays_float32(rate):
    net, X, Y, params = problem(dtype="float32")
    trained = gcl.train(net.on(X, Y)[1], params, steps=3, rate=rate)
    assert {block.dtype for block in trained.values()} == {np.dtype("float32")}


@pytest.mark.slow
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_decayed_biases_hide_at_the_start_and_show_after_some_training(hidden):
    X, Y = gcl.data.digits(3, 8, examples=32, side=4)
    net = gcl.Network([16, 6, 6, 1], hidden=hidden, lam=0.1)
    params = net.initialise(seed=0)
    right = net.on(X, Y)[1]
    for l in (1, 2, 3):
        cost, gradient = net.plant("db_decayed", layer=l).on(X, Y)
        assert all(np.array_equal(gradient(params)[name], right(params)[name]) for name in params), "exact at b = 0"
        report = gcl.check(cost, gradient, gcl.train(right, params, steps=100))
        assert report.that_are("wrong") == (f"b{l}",) and report.blocks[f"b{l}"] > 1e-4


# ---- what it refuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value, error", [(np.nan, ValueError), (-np.inf, ValueError), (None, TypeError)])
@pytest.mark.parametrize("name", ["steps", "rate"])
def test_steps_and_rates_that_are_no_finite_numbers_are_refused(name, value, error):
    with pytest.raises(error, match=f"{name} should be a (finite )?number; got {value}"):
        gcl.train(pytest.fail, {"W": np.ones(2)}, **{"steps": 1, name: value})


def test_a_way_down_refuses_its_rate_before_the_first_step():
    for rate in (np.inf, "fast"):
        with pytest.raises((TypeError, ValueError), match="rate should be"):
            next(descend(pytest.fail, {"W": np.ones(2)}, rate))


@pytest.mark.parametrize("steps", [-1, 2.5])
def test_steps_are_whole_and_not_below_0(steps):
    with pytest.raises(ValueError, match=f"steps should be a whole number, 0 or more; got {steps}"):
        gcl.train(pytest.fail, {"W": np.ones(2)}, steps)


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"W": np.ones((3, 1))}, r"gradient: W has shape \(3, 1\), but in params it has \(3,\)"),
        ({"W": 1.0}, r"gradient: W has shape \(\), but in params it has \(3,\)"),
        ({"V": np.ones(3)}, r"gradient misses block: W and has an extra block: V; params has W"),
        (None, r"gradient returned None; is a `return` missing\?"),
    ],
)
def test_a_gradient_that_does_not_fit_is_refused_and_not_stretched(wrong, words):
    with pytest.raises((TypeError, ValueError), match=words):
        gcl.train(lambda params: wrong, {"W": np.ones(3)}, steps=1)


def test_the_rate_is_one_half_unless_another_is_given():
    start = {"w": np.array([8.0, -4.0])}
    assert gcl.train(lambda p: p, start, steps=3)["w"].tolist() == [1.0, -0.5]
    assert next(islice(descend(lambda p: p, start), 3, None))["w"].tolist() == [1.0, -0.5]
    assert gcl.train(lambda p: p, start, steps=3, rate=1.0)["w"].tolist() == [0.0, 0.0]


def test_no_step_changes_nothing_and_fewer_are_refused():
    start = {"w": np.array([8.0, -4.0])}
    assert gcl.train(lambda p: p, start, steps=0)["w"].tolist() == [8.0, -4.0]
    with pytest.raises(ValueError, match="steps"):
        gcl.train(lambda p: p, start, steps=-1)


def test_what_a_gradient_writes_on_and_what_is_returned_are_copies():
    def doubles(p):
        p["w"] *= 2
        return p

    start = {"w": np.array([1.0])}
    assert gcl.train(doubles, start, steps=1, rate=0.25)["w"] == 0.5 and start["w"] == 1
    same = gcl.train(doubles, start, steps=0)
    assert same["w"] == 1 and same["w"] is not start["w"]


def test_any_nest_goes_down_that_can_be_checked():
    assert gcl.train(lambda w: 2 * w, np.array([8.0]), steps=3, rate=0.25).tolist() == [1]
    [layer] = gcl.train(lambda p: [{"W": 2 * p[0]["W"]}], [{"W": np.array([8.0])}], steps=3, rate=0.25)
    assert layer["W"].tolist() == [1]
