"""The activations: each slope against complex steps, each change against extended precision, and no overflow."""

import numpy as np
import pytest
from helpers import PLAIN

from gc_lib.network.activations import ACTIVATIONS, SMALL, fast_tanh, heaviside, leaky_slope, sigmoid, tanh_change

NAMES = {activation: name for name, activation in ACTIVATIONS.items()}
EVERY = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
LIMITS = {"tanh": (-1, 1), "sigmoid": (0, 1)}  # of those that saturate at both ends
u = np.finfo(float).eps


@EVERY
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_f_is_the_textbooks_and_keeps_the_dtype(activation, dtype):
    Z = np.linspace(-20, 20, 1001, dtype=dtype).reshape(7, -1)
    A = activation.f(Z)
    assert A.dtype == activation.slope(Z).dtype == activation.slope_from_A(A).dtype == dtype
    assert activation.change(Z, A, Z / 64).dtype == dtype
    assert np.allclose(A, PLAIN[NAMES[activation]](Z.astype(np.longdouble)), rtol=4 * np.finfo(dtype).eps, atol=0)


@EVERY
def test_the_slope_is_the_derivative_and_can_be_read_off_A(activation):
    Z = np.linspace(-8, 8, 1000)  # an even number: no corner at 0
    truth = PLAIN[NAMES[activation]](Z + 1e-30j).imag / 1e-30
    assert np.allclose(activation.slope(Z), truth, rtol=1e-14, atol=2 * u)
    assert np.allclose(activation.slope_from_A(activation.f(Z)), truth, rtol=1e-14, atol=2 * u)


def test_the_corner_of_relu_counts_as_flat():
    assert heaviside(np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 1]
    assert leaky_slope(np.array([-1.0, 0.0, 1.0])).tolist() == [0.01, 0.01, 1]


@EVERY
def test_the_slope_jumps_at_the_corners_and_nowhere_else(activation):
    Z = np.union1d(np.linspace(-8, 8, 4001), activation.corners)
    jumps = np.abs(activation.slope(Z + 1e-9) - activation.slope(Z - 1e-9)) > 1e-3
    assert Z[jumps].tolist() == list(activation.corners)


@EVERY
def test_no_unit_overflows_however_saturated(activation):
    Z = np.array([-1e300, -1e4, -1000.0, -50.0, 0.0, 50.0, 1000.0, 1e4, 1e300])
    with np.errstate(all="raise", under="ignore"):
        A = activation.f(Z)
        for result in (A, activation.slope(Z), activation.slope_from_A(A / A.max())):
            assert np.isfinite(result).all()
        for d in (1e-10, 1e-3, 1.0, 100.0):
            for sign in (1, -1):
                assert np.isfinite(activation.change(Z, A, np.full_like(Z, sign * d))).all()
    assert NAMES[activation] not in LIMITS or (A[0], A[-1]) == LIMITS[NAMES[activation]]


@EVERY
@pytest.mark.parametrize("power", np.arange(-13, 1.1, 0.5))
def test_a_change_is_f_of_the_nudged_less_f(activation, power):
    Z = np.concatenate([np.random.default_rng(0).uniform(-30, 30, 300), np.linspace(-4, 4, 81)])
    A, exact = activation.f(Z), PLAIN[NAMES[activation]]
    for d in (np.full_like(Z, 10.0**power), np.full_like(Z, -(10.0**power))):
        truth = (exact(Z.astype(np.longdouble) + d) - exact(Z.astype(np.longdouble))).astype(float)
        size = 1 if NAMES[activation] in LIMITS else np.maximum(1, np.abs(Z) + np.abs(d))  # Z + d is rounded
        assert (np.abs(activation.change(Z, A, d.copy()) - truth) <= 3 * u * size).all()


@pytest.mark.parametrize("power", [-13, -9, -5, -3])
def test_a_small_change_is_right_in_its_own_digits_where_the_difference_is_not(power):
    """Where d is small, f(Z + d) − f(Z) has lost the digits that tanh_change keeps."""
    Z = np.linspace(-3, 3, 50)
    d = np.full_like(Z, 10.0**power)
    wide = Z.astype(np.longdouble)
    truth = (np.tanh(wide + d) - np.tanh(wide)).astype(float)
    lost = np.finfo(np.longdouble).eps / 10.0**power  # what even extended precision loses by subtracting
    slope_lost = 4 * u / (1 - np.tanh(Z) ** 2)  # 1 − A², where A has been rounded
    assert (np.abs(tanh_change(Z, np.tanh(Z), d) / truth - 1) <= 8 * u + slope_lost + 200 * lost).all()


def test_the_short_series_is_tanh_to_the_last_bit():
    d = np.linspace(-SMALL, SMALL, 2001)
    zero = np.zeros_like(d)
    truth = np.tanh(d.astype(np.longdouble))
    assert (np.abs(tanh_change(zero, zero, d) - truth) <= 1.5 * u * np.abs(d)).all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_fast_tanh_is_right_to_the_last_bit_of_1_and_overwrites_its_argument(dtype):
    Z = np.linspace(-100, 100, 20001, dtype=dtype)
    truth, kept = np.tanh(Z.astype(np.longdouble)), Z.copy()
    with np.errstate(all="raise", under="ignore"):
        result = fast_tanh(Z)
    assert result is Z and not np.array_equal(Z, kept)
    assert np.abs(result - truth).max() <= 2 * np.finfo(dtype).eps


def test_sigmoid_is_right_relative_to_itself_on_both_sides():
    Z = np.linspace(-700, 700, 2001)
    assert np.allclose(sigmoid(Z), PLAIN["sigmoid"](Z.astype(np.longdouble)).astype(float), rtol=4 * u, atol=0)
