"""A unit turns its weighted sum Z into an activation A = f(Z). Backprop asks for the slope f′ there."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]


class Activation(NamedTuple):
    """Hold a function f, its slope f′(Z), the same slope read off A = f(Z), and the gain of its initial weights.

    `corners` are the z at which the slope jumps; `short` is a more exact or a faster way to `change`.
    """

    f: Function
    slope: Function
    slope_from_A: Function
    gain: float
    corners: tuple[float, ...] = ()
    short: Callable | None = None

    def change(self, Z: np.ndarray, A: np.ndarray, d: np.ndarray) -> np.ndarray:
        """Return f(Z + d) − A, for a d that broadcasts against Z and A = f(Z)."""
        return self.short(Z, A, d) if self.short else self.f(Z + d) - A


def sigmoid(Z):
    """σ(z) = 1 / (1 + e⁻ᶻ), with an exponential that never overflows."""
    e = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, e) / (1 + e)


def relu(Z):
    """max(z, 0)"""
    return np.maximum(Z, 0)


def heaviside(Z):
    """1 where z > 0, else 0: the slope of ReLU, whose corner at 0 counts as flat."""
    return (Z > 0).astype(Z.dtype)


LEAK = 0.01  # the slope of a leaky ReLU below 0


def leaky_relu(Z):
    """max(z, 0.01 z)"""
    return np.maximum(Z, LEAK * Z)


def leaky_slope(Z):
    """1 where z > 0, else 0.01"""
    return np.where(Z > 0, 1, LEAK).astype(Z.dtype)


SMALL = 1 / 256  # up to here d − d³/3 + 2d⁵/15 is tanh d but for the rounding


def tanh_change(Z, A, d):
    """tanh(z + d) − A = τ (1 − A²) / (1 + τ A) with τ = tanh d, which for a small d is a short polynomial."""
    if max(d.max(initial=0), -d.min(initial=0)) > SMALL:
        return fast_tanh(Z + d) - A
    square = d * d
    tau = square * (2 / 15)
    tau -= 1 / 3
    tau *= square
    tau += 1
    tau *= d
    below = np.multiply(tau, A, out=square)
    below += 1
    tau *= 1 - A * A
    tau /= below
    return tau


def fast_tanh(Z):
    """1 − 2 / (1 + e²ᶻ), overwriting Z: right to the last bit of 1, where np.tanh is to the last bit of its value."""
    Z *= 2
    np.exp(np.minimum(Z, 80, out=Z), out=Z)
    Z += 1
    np.divide(-2, Z, out=Z)
    Z += 1
    return Z


def sigmoid_change(Z, A, d):
    """σ(z + d) − A, since σ(z) = (1 + tanh z/2) / 2."""
    return tanh_change(Z / 2, 2 * A - 1, d / 2) / 2


ACTIVATIONS = {
    "tanh": Activation(np.tanh, lambda Z: 1 - np.tanh(Z) ** 2, lambda A: 1 - A**2, 1.0, short=tanh_change),
    "relu": Activation(relu, heaviside, heaviside, 2.0, corners=(0.0,)),
    "leaky_relu": Activation(leaky_relu, leaky_slope, leaky_slope, 2.0, corners=(0.0,)),
    "sigmoid": Activation(
        sigmoid, lambda Z: sigmoid(Z) * sigmoid(-Z), lambda A: A * (1 - A), 1.0, short=sigmoid_change
    ),
}
