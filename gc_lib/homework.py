"""A homework as it was handed in: a 4-5-3-1 network in plain numpy, ReLU, ReLU and a sigmoid, with L2 regularization.

`forward` and `cost` are right. The way back, one function a layer, has four bugs; `repaired` has none.
"""

from collections.abc import Callable

import numpy as np

SIZES, LAM = (4, 5, 3, 1), 0.7

rng = np.random.default_rng(54)
X, Y = rng.standard_normal((4, 3)), np.array([[1.0, 0.0, 1.0]])  # three examples, a column each
params = {}
for l in (1, 2, 3):
    params[f"W{l}"] = rng.standard_normal((SIZES[l], SIZES[l - 1]))
    params[f"b{l}"] = rng.standard_normal((SIZES[l], 1))
params["b3"][:] = 6.5  # an output near 1, as after some training


def sigmoid(Z):
    """1 / (1 + e⁻ᶻ)"""
    return 1 / (1 + np.exp(-Z))


def forward(params):
    """Return what the way back needs: the input, and what each layer puts out."""
    A1 = np.maximum(0, params["W1"] @ X + params["b1"])
    A2 = np.maximum(0, params["W2"] @ A1 + params["b2"])
    A3 = sigmoid(params["W3"] @ A2 + params["b3"])
    return {"X": X, "A1": A1, "A2": A2, "A3": A3}


def cost(params):
    """Return J: the cross-entropy, and λ/2m times the squares of all weights."""
    A3, m = forward(params)["A3"], Y.shape[1]
    loss = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m
    return loss + LAM / (2 * m) * sum(np.sum(params[name] ** 2) for name in ("W1", "W2", "W3"))


def back_3(params, cache, Y, lam):
    """Return dA2, dW3 and db3."""
    m = Y.shape[1]
    dZ3 = cache["A3"] - Y
    dW3 = dZ3 @ cache["A2"].T / m + lam / m * params["W3"]
    db3 = np.sum(dZ3, axis=1, keepdims=True)
    return params["W3"].T @ dZ3, dW3, db3


def back_2(params, cache, dA2, lam):
    """Return dA1, dW2 and db2."""
    m = dA2.shape[1]
    dZ2 = dA2 * (cache["A2"] >= 0)
    dW2 = dZ2 @ cache["A1"].T / m + lam / (2 * m) * params["W2"]
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    return params["W2"].T @ dZ2, dW2, db2


def back_1(params, cache, dA1, lam):
    """Return dW1 and db1."""
    m = cache["X"].shape[0]
    dZ1 = dA1 * (cache["A1"] > 0)
    dW1 = dZ1 @ cache["X"].T / m + lam / m * params["W1"]
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1


def gradient(back_3: Callable = back_3, back_2: Callable = back_2, back_1: Callable = back_1) -> Callable:
    """Join the way back through the three layers to gradient(params) -> {"W1": dW1, "b1": db1, …}."""

    def slopes(params):
        cache = forward(params)
        dA2, dW3, db3 = back_3(params, cache, Y, LAM)
        dA1, dW2, db2 = back_2(params, cache, dA2, LAM)
        dW1, db1 = back_1(params, cache, dA1, LAM)
        return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}

    return slopes


def right_3(params, cache, Y, lam):
    """Return dA2, dW3 and db3, as they should be."""
    m, dZ3 = Y.shape[1], cache["A3"] - Y
    dW3 = dZ3 @ cache["A2"].T / m + lam / m * params["W3"]
    return params["W3"].T @ dZ3, dW3, np.sum(dZ3, axis=1, keepdims=True) / m


def right_2(params, cache, dA2, lam):
    """Return dA1, dW2 and db2, as they should be."""
    m, dZ2 = dA2.shape[1], dA2 * (cache["A2"] > 0)
    dW2 = dZ2 @ cache["A1"].T / m + lam / m * params["W2"]
    return params["W2"].T @ dZ2, dW2, np.sum(dZ2, axis=1, keepdims=True) / m


def right_1(params, cache, dA1, lam):
    """Return dW1 and db1, as they should be."""
    m, dZ1 = dA1.shape[1], dA1 * (cache["A1"] > 0)
    dW1 = dZ1 @ cache["X"].T / m + lam / m * params["W1"]
    return dW1, np.sum(dZ1, axis=1, keepdims=True) / m


RIGHT = {"back_3": right_3, "back_2": right_2, "back_1": right_1}
repaired = gradient(**RIGHT)
