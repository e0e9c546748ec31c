"""The way forward: by hand, against extended precision, with logits of any size, and a stack of networks as one."""

import numpy as np
import pytest
from helpers import STABLE, problem
from hypothesis import given, settings
from hypothesis import strategies as st

from gc_lib.network.activations import ACTIVATIONS
from gc_lib.network.forward import (
    OUTPUTS,
    binary_cross_entropy,
    categorical_cross_entropy,
    cross_entropy_as_written,
    decay,
    forward,
    log_of_product,
    softmax,
    squared_norms,
)

u = np.finfo(float).eps


def test_forward_by_hand():
    params = {"W1": np.array([[1.0, -1.0], [2.0, 0.5]]), "b1": np.array([[0.5], [-1.0]])}
    params |= {"W2": np.array([[2.0, -4.0]]), "b2": np.array([[0.25]])}
    X, kept = np.array([[1.0, 2.0, 0.0], [3.0, -2.0, 1.0]]), np.array([[True, False, True], [True, True, False]])
    functions = (ACTIVATIONS["relu"], OUTPUTS["sigmoid"])
    one, two = forward(params, X, functions, [kept, np.ones((1, 1), bool)], keep_prob=0.5, lam=0.1)
    assert one.Z.tolist() == [[-1.5, 4.5, -0.5], [2.5, 2.0, -0.5]]
    assert one.A.tolist() == [[0, 4.5, 0], [2.5, 2, 0]]
    assert two.A_prev.tolist() == [[0, 0, 0], [5, 4, 0]], "dropped units are 0, the others stretched by 1/keep_prob"
    assert two.Z.tolist() == [[-19.75, -15.75, 0.25]]
    assert np.allclose(two.A, 1 / (1 + np.exp([19.75, 15.75, -0.25])), rtol=4 * u)
    assert (one.keep_prob, two.keep_prob, one.m, two.lam) == (0.5, 1.0, 3, 0.1)
    assert one.A_prev is X and one.W is params["W1"] and one.mask is kept


@pytest.mark.parametrize("keep_prob", [1.0, 0.6])
@pytest.mark.parametrize("sizes", [(5, 4, 3), (5, 4, 4, 1), (3, 1)])
def test_a_stack_of_networks_is_evaluated_as_each_alone(sizes, keep_prob):
    net, X, Y, _ = problem(sizes, keep_prob=keep_prob)
    draws = [net.initialise(seed, bias=0.3) for seed in range(6)]
    stack = {name: np.stack([draw[name] for draw in draws]).reshape(2, 3, *draws[0][name].shape) for name in draws[0]}
    cost, _ = net.on(X, Y, masks="frozen")
    together = cost.at(stack, 2, 3)
    assert together.shape == (2, 3)
    assert np.allclose(together.ravel(), [cost(draw) for draw in draws], rtol=8 * u, atol=0)


def test_softmax_is_a_distribution_that_a_shift_does_not_move_and_nothing_overflows():
    Z = np.random.default_rng(0).normal(size=(4, 50)) * 3
    A = softmax(Z)
    assert np.allclose(A, np.exp(Z) / np.exp(Z).sum(axis=0), rtol=1e-14)
    assert np.allclose(softmax(Z + 1000), A, rtol=1e-12)
    with np.errstate(all="raise", under="ignore"):
        assert softmax(np.array([[1000.0], [-1000.0], [0.0]])).ravel().tolist() == [1, 0, 0]


@given(st.integers(1, 60), st.floats(-3, 2.5), st.integers(0, 99), st.sampled_from(["float64", "float32"]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_losses_are_the_textbooks(m, power, seed, dtype):
    rng = np.random.default_rng(seed)
    Z = (rng.standard_normal((3, m)) * 10**power).astype(dtype)
    labels = rng.integers(3, size=m)
    Y, y = np.eye(3, dtype=dtype)[:, labels], (labels[None] > 0).astype(dtype)
    wide = Z.astype(np.longdouble)
    shifted = wide - wide.max(axis=0)
    terms = np.log(np.exp(shifted).sum(axis=0)) - (Y * shifted).sum(axis=0)
    size = m * np.abs(Z).max() + m  # what was added up, of which every sum is right to a few u
    assert abs(categorical_cross_entropy(Z, Y) - terms.sum()) <= 4 * np.finfo(dtype).eps * size
    binary = (np.maximum(wide[:1], 0) - y * wide[:1] + np.log1p(np.exp(-np.abs(wide[:1])))).sum()
    assert abs(binary_cross_entropy(Z[:1], y) - binary) <= 4 * np.finfo(dtype).eps * size
    assert categorical_cross_entropy(Z, Y).dtype == binary_cross_entropy(Z[:1], y).dtype == dtype


@pytest.mark.parametrize("sign", [1, -1])
def test_logits_of_a_thousand_give_the_loss_and_no_warning(sign):
    Z = sign * np.array([[1000.0, -1000.0, 1000.0, 0.0]])
    Y = np.array([[1.0, 1.0, 0.0, 1.0]])
    with np.errstate(all="raise", under="ignore"):
        assert binary_cross_entropy(Z, Y) == pytest.approx((1000 if sign > 0 else 0) + 1000 + np.log(2), rel=4 * u)
        both = np.vstack([np.zeros_like(Z), Z])
        found = categorical_cross_entropy(both, np.vstack([1 - Y, Y]))
        assert found == pytest.approx(binary_cross_entropy(Z, Y), rel=4 * u)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 64, 1797, 5000])
@pytest.mark.parametrize("largest", [1e-12, 0.5, 1.0, 2.0])
def test_few_logarithms_give_the_sum_of_many(count, largest, dtype):
    e = (np.random.default_rng(count).random((count, 2)) * largest).astype(dtype)
    truth = np.log1p(e.astype(np.longdouble)).sum(axis=0)
    with np.errstate(all="raise", under="ignore"):
        found = log_of_product(e)
    assert found.dtype == dtype
    roundings = 2 * np.sqrt(count) * min(1, largest)  # one a product, as often up as down
    assert (np.abs(found - truth) <= np.finfo(dtype).eps * (4 * truth + roundings)).all()


@pytest.mark.parametrize("name, outputs", [(name, n) for name in STABLE for n in (1, 2, 10) if OUTPUTS[name].fits(n)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@given(power=st.floats(-10, 1), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_the_loss_along_a_column_is_the_loss_there(name, outputs, dtype, power, seed):
    rng, m = np.random.default_rng(seed), 6
    Z, C, d = (rng.standard_normal(shape).astype(dtype) for shape in ((outputs, m), (outputs, 3), (m, 8)))
    Z, d, i = 3 * Z, d * np.dtype(dtype).type(10**power), rng.integers(3, size=8)
    Y = np.eye(2 if outputs == 1 else outputs, dtype=dtype)[:, rng.integers(max(2, outputs), size=m)][-outputs:]
    there = Z[..., None].astype(np.longdouble) + C[:, None, i].astype(np.longdouble) * d
    found, truth = OUTPUTS[name].along(Z, Y, C, i, d), OUTPUTS[name].loss(there, Y[..., None])
    assert found.dtype == dtype and found.shape == truth.shape == (8,)
    assert (np.abs(found - truth) <= 8 * np.finfo(dtype).eps * (truth + np.abs(there).max())).all()


def test_log_of_product_leaves_its_argument_alone():
    e = np.random.default_rng(0).random((9, 2))
    kept = e.copy()
    log_of_product(e)
    assert np.array_equal(e, kept)


def test_decay_is_the_slides_term():
    params = {"W1": [[1.0, -2.0]], "b1": [[100.0]], "W2": [[3.0]], "b2": [[9.0]]}
    assert squared_norms(params, 2) == [5, 9], "biases are not decayed"
    assert decay(squared_norms(params, 2), 0.5, 7) == pytest.approx(0.5 / 14 * 14)


# ---- as the lecture writes it ----------------------------------------------------------------------------------------


def test_the_loss_as_written_is_that_of_the_textbook_where_A_is_away_from_0_and_1():
    rng = np.random.default_rng(0)
    Z, Y = rng.uniform(-3, 3, (1, 40)), rng.random((1, 40))
    assert cross_entropy_as_written(Z, Y) == pytest.approx(binary_cross_entropy(Z, Y), rel=1e-13)
    stack = np.stack([Z, Z + 1], axis=-1)
    assert cross_entropy_as_written(stack, Y[..., None]) == pytest.approx([*map(
        lambda Z: binary_cross_entropy(Z, Y), (Z, Z + 1))], rel=1e-13)  # fmt: skip


@pytest.mark.parametrize("z", [8.0, 20.0, 28.0, 36.0])
def test_the_loss_as_written_knows_1_minus_A_in_steps_of_the_last_digit_of_A_alone(z):
    """A is near 1, so it is a multiple of 2⁻⁵³, and so is 1 − A; the loss is − log of that."""
    found, truth = cross_entropy_as_written(np.array([[z]]), np.zeros((1, 1))), z + np.log1p(np.exp(-z))
    steps = np.exp(-found) * 2.0**53
    assert round(steps) >= 1 and steps == pytest.approx(round(steps), rel=1e-13 * z)
    assert 1e-3 * u * np.exp(z) < abs(found - truth) < u * np.exp(z)
    assert binary_cross_entropy(np.array([[z]]), np.zeros((1, 1))) == pytest.approx(truth, rel=2 * u)


def test_the_loss_as_written_becomes_infinite_where_A_has_become_1():
    with np.errstate(divide="ignore"):
        assert cross_entropy_as_written(np.array([[40.0]]), np.zeros((1, 1))) == np.inf
