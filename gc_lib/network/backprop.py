"""Backprop as in the lecture: five equations a layer, a table of them for every layer, and one loop without a branch.

An equation takes what comes from above and `c`, what its layer remembers. What comes from above the output layer is Y.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from .forward import OUTPUTS, Layer, Output


def drop(dA, c):
    """dA ∘ mask / keep_prob"""
    return dA * c.mask / c.keep_prob


def hand_through(Y, c):
    """Y"""
    return Y


def hidden_error(dA, c):
    """dZ = dA ∘ f′(Z)"""
    return dA * c.slope(c.Z)


def weight_gradient(dZ, c):
    """dW = dZ A_prevᵀ / m + λ/m W"""
    return dZ @ c.A_prev.T / c.m + c.lam / c.m * c.W


def bias_gradient(dZ, c):
    """db = Σ dZ / m, over the examples"""
    return dZ.sum(axis=1, keepdims=True) / c.m


def pass_down(dZ, c):
    """dA_prev = Wᵀ dZ, handed to the layer below"""
    return c.W.T @ dZ


def nothing_below(dZ, c):
    """The input needs no gradient."""


class Steps(NamedTuple):
    """Name the equations of one layer, in the order in which the loop walks them."""

    drop: Callable = drop
    dZ: Callable = hidden_error
    dW: Callable = weight_gradient
    db: Callable = bias_gradient
    dA_prev: Callable = pass_down


def right_steps(L: int, output: Output = OUTPUTS["sigmoid"]) -> tuple[Steps, ...]:
    """Return the table of correct equations for an L-layer network with this output, layer 1 first."""
    steps = [Steps() for _ in range(L)]
    steps[-1] = steps[-1]._replace(drop=hand_through, dZ=output.error)
    steps[0] = steps[0]._replace(dA_prev=nothing_below)
    return tuple(steps)


def backprop(Y: np.ndarray, layers: Sequence[Layer], steps: Sequence[Steps]) -> dict[str, np.ndarray]:
    """Walk from layer L down to 1 and return {"W1": dW[1], "b1": db[1], …, "bL": db[L]}."""
    gradient, dA = {}, Y
    for l, c, step in reversed(list(zip(range(1, len(steps) + 1), layers, steps, strict=True))):
        dZ = step.dZ(step.drop(dA, c), c)
        gradient[f"b{l}"] = step.db(dZ, c)
        gradient[f"W{l}"] = step.dW(dZ, c)
        dA = step.dA_prev(dZ, c)
    return dict(reversed(gradient.items()))
