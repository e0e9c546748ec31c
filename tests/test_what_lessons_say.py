"""What the lessons say in numbers is so, nothing false stands in them any more, and they are short."""

import re

import lessons
import nbformat
import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.checker.slide import GREAT
from gc_lib.labs.kink import State, compute, problem
from gc_lib.network.activations import heaviside, relu

SOLUTIONS = sorted(lessons.SOLUTIONS.glob("*.ipynb"))
X, Y = gcl.data.digits(3, 8, examples=32, side=4)
RELU = gcl.Network([16, 6, 6, 1], hidden="relu")


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_a_lesson_has_at_most_1300_words_of_text(path):
    cells = nbformat.read(path.parent.parent / path.name, as_version=4).cells  # as students see it
    assert sum(len(cell.source.split()) for cell in cells if cell.cell_type == "markdown") <= 1300


def test_the_first_question_of_08_is_real():
    """ReLU with its biases 0 reads 7e-3 at every ε, tanh and small biases are great; dθ is a slope at each corner."""
    params = RELU.initialise(seed=32)
    tanh = gcl.Network([16, 6, 6, 1])
    for eps in (1e-3, 1e-5, 1e-7):
        assert gcl.check(*RELU.on(X, Y), params, eps=eps).difference == pytest.approx(7e-3, rel=0.05)
        assert gcl.check(*tanh.on(X, Y), tanh.initialise(seed=32), eps=eps).difference < GREAT
    assert gcl.check(*RELU.on(X, Y), RELU.initialise(seed=32, bias=0.01), eps=1e-7).difference < GREAT
    left, right = one_sided_slopes(RELU.on(X, Y)[0], params)
    dtheta = gcl.to_vector(RELU.on(X, Y)[1](params))
    assert np.count_nonzero(abs(right - left) > 1e-4) == 6
    assert np.minimum(abs(dtheta - left), abs(dtheta - right)).max() < 1e-6


def one_sided_slopes(cost, params):
    """Return the slopes of J on both sides of every entry."""
    theta, J, step = gcl.to_vector(params), cost(params), 1e-6
    above, below = (
        np.array([cost(gcl.from_vector(theta + s * step * e, params)) for e in np.eye(theta.size)]) for s in (1, -1)
    )
    return (J - below) / step, (above - J) / step


def test_where_two_corners_cancel_J_is_smooth_and_backprop_wrong_and_at_a_lone_corner_no_check_can_tell():
    """ReLU(x) − ReLU(−x) is x: its slope is 1, and 0 by the chain rule with f′(0) = 0."""
    smooth = gcl.check(
        lambda params: relu(params["x"]) - relu(-params["x"]),
        lambda params: {"x": heaviside(params["x"]) + heaviside(-params["x"])},
        {"x": 0.0},
    )
    assert (smooth.answer, smooth.approx.item(), smooth.gradient.item()) == ("wrong", 1, 0)
    for slope in (-1.0, 0.0, 0.6, 1.0, 1.5):
        report = gcl.check(lambda params: relu(params["x"]), lambda params, slope=slope: {"x": slope}, {"x": 0.0})
        assert report.answer == ("cannot tell" if 0 <= slope <= 1 else "wrong"), slope


def test_the_numbers_of_the_lab_of_kinks_are_those_of_its_text():
    leapt, edge, inside, *on = (
        compute(State(**changes)).reading
        for changes in ({"eps": 0.02}, {"b2": 1e-3}, {"b2": 5e-4}, {"b2": 0, "eps": 1e-9}, {"b2": 0, "eps": 1e-4})
    )
    assert leapt == pytest.approx(1.2e-2, rel=0.05) and edge < GREAT and inside > 1e-4
    assert on == pytest.approx([2.4e-2] * 2, rel=0.02)


def test_among_32_examples_the_reading_leaves_great_at_a_smaller_eps_than_among_8():
    def leaves(examples):
        eps, readings = compute(State(examples=examples)).curves["eps"]
        return eps[(readings >= GREAT) & (eps > 1e-7)].min()

    assert leaves(32) < leaves(8)


def test_a_corner_on_theta_is_called_one_of_two_slopes_and_any_other_right():
    assert "Here backprop gives one of the two slopes at each corner." in compute(State(b2=0)).words
    assert "Backprop is right." in compute(State(eps=0.02)).words
    for examples in (1, 8, 32):
        cost, gradient = problem(examples)
        theta = State(b2=0.0).theta
        left, right = one_sided_slopes(cost, theta)
        dtheta = gcl.to_vector(gradient(theta))
        assert np.minimum(abs(dtheta - left), abs(dtheta - right)).max() < 1e-6


def test_no_lesson_says_any_more_what_is_not_so():
    """Each of these stood there once, and is false, or nobody has measured it."""
    false = "subgradient|any value between|stays, whatever|is about your gradient|[Pp]urple|J bends|says nothing"
    for path in SOLUTIONS:
        text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        assert re.findall(false, text) == []
