"""The way forward: from X through every layer to the cost J, remembering what the way back will need."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .activations import sigmoid

Params = Mapping[str, np.ndarray]


class Output(NamedTuple):
    """Hold the function of the output layer, and its loss: of Z and Y, (outputs, examples, …), summed over both.

    `along(Z, Y, C, i, d)` is the loss where Z is nudged along column i of C.
    """

    name: str
    f: Callable
    loss: Callable
    along: Callable


def softmax(Z):
    """e^z / Σ e^z over the outputs, shifted by the largest z so that nothing overflows."""
    e = np.exp(Z - Z.max(axis=-2, keepdims=True))
    return e / e.sum(axis=-2, keepdims=True)


def log_of_product(e):
    """Σ log(1 + e) over the first axis, with few logarithms: (1 + a)(1 + b) = 1 + (a + b + ab), pair by pair.

    Works for −1 < e ≤ 2, and stops pairing before the product could overflow.
    """
    fewest = len(e) / np.log10(np.finfo(e.dtype).max)
    while len(e) > max(1, fewest):
        half = len(e) // 2
        a, b, odd = e[:half], e[half : 2 * half], e[2 * half :]
        e = np.concatenate([a + b + a * b, odd]) if len(odd) else a + b + a * b
    return np.log1p(e).sum(axis=0)


def binary_cross_entropy(Z, Y):
    """−Σ Y log σ(Z) + (1 − Y) log(1 − σ(Z)), without a log(0)"""
    return (np.maximum(Z, 0) - Y * Z)[0].sum(axis=0) + log_of_product(np.exp(-np.abs(Z))[0])


def categorical_cross_entropy(Z, Y):
    """−Σ Y log softmax(Z), without a log(0)"""
    above = Z - Z.max(axis=0)
    return np.log(np.exp(above).sum(axis=0)).sum(axis=0) - (Y * above).sum(axis=(0, 1))


def sigmoid_along(Z, Y, C, i, d):
    """The loss at Z + c d, c being column i of C, for every change d (examples, nudges)."""
    return binary_cross_entropy(Z[..., None] + C.take(i, axis=1)[:, None] * d, Y[..., None])


def softmax_along(Z, Y, C, i, d):
    """The loss at Z + c d, c being column i of C, for every change d (examples, nudges).

    One d moves all the outputs of an example, so that Σ p eᶜᵈ = 1 + d Σ p c + d²/2 Σ p c² + …, whose sums over the
    outputs are the same for all nudges of a column. Where |c d| is small four terms give it to the last bit.
    """
    if np.abs(C).max() * np.abs(d).max(initial=0) > 1 / 1024:
        return categorical_cross_entropy(Z[..., None] + C.take(i, axis=1)[:, None] * d, Y[..., None])
    p, grown = softmax(Z).T, 0
    for n in (4, 3, 2, 1):
        grown = d / n * ((p @ C**n).take(i, axis=1) + grown)
    return categorical_cross_entropy(Z, Y) + log_of_product(grown) - ((Y.T @ C).take(i, axis=1) * d).sum(axis=0)


OUTPUTS = {
    "sigmoid": Output("sigmoid", sigmoid, binary_cross_entropy, sigmoid_along),
    "softmax": Output("softmax", softmax, categorical_cross_entropy, softmax_along),
}


class Layer(NamedTuple):
    """Remember what one layer saw and did: the `c` of every backprop equation.

    A_prev (n_prev, m) came in, dropout and all; W (n, n_prev) and b (n, 1) made Z (n, m); the activation made A (n, m);
    then a unit stays where the mask is True: (n, m), or (1, 1) where nothing can be dropped.
    m is the number of examples, which the lecture's cost calls n.
    """

    A_prev: np.ndarray
    W: np.ndarray
    b: np.ndarray
    Z: np.ndarray
    A: np.ndarray
    mask: np.ndarray
    keep_prob: float
    lam: float
    m: int
    activation: Any  # an Activation, or in the last layer an Output

    def slope(self, Z: np.ndarray) -> np.ndarray:
        """Return this layer's f′ at Z."""
        return self.activation.slope(Z)


def forward(params: Params, X: np.ndarray, functions: Sequence, masks: Sequence, keep_prob: float, lam: float):
    """Return what each layer remembers, 1 … L: Z = W A_prev + b, A = f(Z), and onward A ∘ mask / keep_prob.

    Parameters may carry leading axes: a stack of networks is evaluated as one.
    """
    layers, A_prev, L = [], X, len(functions)
    for l, (f, mask) in enumerate(zip(functions, masks, strict=True), start=1):
        W, b = params[f"W{l}"], params[f"b{l}"]
        Z = W @ A_prev + b
        keep = keep_prob if l < L else 1.0
        layers.append(Layer(A_prev, W, b, Z, f.f(Z), mask, keep, lam, X.shape[-1], f))
        A_prev = layers[-1].A * mask / keep
    return layers


def decay(squares, lam, m):
    """λ/2m Σ ‖W[l]‖²"""
    return lam / (2 * m) * sum(squares)


class Terms(NamedTuple):
    """Name the equations of J that can be written wrong."""

    decay: Callable = decay


def squared_norms(params: Params, L: int) -> list:
    """Return ‖W[l]‖², the sum of the squared entries, for l = 1 … L."""
    return [np.square(params[f"W{l}"]).sum(axis=(-2, -1)) for l in range(1, L + 1)]
