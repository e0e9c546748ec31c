"""The way forward: from X through every layer to the cost J, remembering what the way back will need."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .activations import sigmoid

Params = Mapping[str, np.ndarray]


class Output(NamedTuple):
    """Hold the function of the output layer, its loss, its equation for dZ, and what it takes for Y.

    The loss is of Z and Y, (outputs, examples, …), summed over both. `amiss(Y)` says what is wrong with the labels, ""
    where they are fine; `fewest` and `most` are the units it can have. `short` is a faster way to `along`.
    """

    f: Callable
    loss: Callable
    error: Callable
    amiss: Callable[[np.ndarray], str]
    fewest: int = 1
    most: float = np.inf
    short: Callable | None = None

    @property
    def units(self) -> str:
        """Say how many units it can have."""
        return f"{self.fewest} unit{'s' * (self.fewest > 1)}{' or more' * (self.most > self.fewest)}"

    def fits(self, units: int) -> bool:
        """Tell whether it can have so many units."""
        return self.fewest <= units <= self.most

    def along(self, Z, Y, C, i, d):
        """Return the loss at Z + c d, c being column i of C, for every change d (examples, nudges)."""
        return self.short(Z, Y, C, i, d) if self.short else nudged_loss(self.loss, Z, Y, C, i, d)


def nudged_loss(loss, Z, Y, C, i, d):
    """The loss at Z + c d, c being column i of C, for every change d (examples, nudges)."""
    return loss(Z[..., None] + C.take(i, axis=1)[:, None] * d, Y[..., None])


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
    """−Σ (Y log σ(Z) + (1 − Y) log(1 − σ(Z))), without a log(0)"""
    return (np.maximum(Z, 0) - Y * Z)[0].sum(axis=0) + log_of_product(np.exp(-np.abs(Z))[0])


def cross_entropy_as_written(Z, Y):
    """−Σ (Y log A + (1 − Y) log(1 − A)) with A = σ(Z), as the lecture writes it: near A = 1 it loses digits"""
    A = sigmoid(Z)
    return -(Y * np.log(A) + (1 - Y) * np.log(1 - A)).sum(axis=(0, 1))


def categorical_cross_entropy(Z, Y):
    """−Σ Y log softmax(Z), without a log(0)"""
    above = Z - Z.max(axis=0)
    return np.log(np.exp(above).sum(axis=0)).sum(axis=0) - (Y * above).sum(axis=(0, 1))


def linear(Z):
    """z"""
    return Z


def squared_error(Z, Y):
    """½ Σ (Z − Y)²"""
    return np.square(Z - Y).sum(axis=(0, 1)) / 2


def squared_error_of_sigmoid(Z, Y):
    """½ Σ (σ(Z) − Y)²"""
    return squared_error(sigmoid(Z), Y)


def softmax_along(Z, Y, C, i, d):
    """The loss at Z + c d, c being column i of C, for every change d (examples, nudges).

    One d moves all the outputs of an example, so that Σ p eᶜᵈ = 1 + d Σ p c + d²/2 Σ p c² + …, whose sums over the
    outputs are the same for all nudges of a column. Where |c d| is small four terms give it to the last bit.
    """
    if np.abs(C).max() * np.abs(d).max(initial=0) > 1 / 1024:
        return nudged_loss(categorical_cross_entropy, Z, Y, C, i, d)
    p, grown = softmax(Z).T, 0
    for n in (4, 3, 2, 1):
        grown = d / n * ((p @ C**n).take(i, axis=1) + grown)
    return categorical_cross_entropy(Z, Y) + log_of_product(grown) - ((Y.T @ C).take(i, axis=1) * d).sum(axis=0)


def output_error(Y, c):
    """dZ = A − Y"""
    return c.A - Y


def output_error_with_slope(Y, c):
    """dZ = (A − Y) ∘ A(1 − A)"""
    return (c.A - Y) * c.A * (1 - c.A)


def not_finite(Y):
    """Say which label is no finite number."""
    return first_label(np.isfinite(Y), Y, "be finite")


def not_in_0_to_1(Y):
    """Say which label is not in 0…1."""
    return first_label((Y >= 0) & (Y <= 1), Y, "hold labels in 0…1")


def first_label(good, Y, wanted):
    """Say where Y is not what is wanted for the first time; "" where it always is."""
    return "" if good.all() else f"Y should {wanted}; got {Y[~good][0]} for example {np.argwhere(~good)[0, 1]}"


def not_one_hot(Y):
    """Say which column of Y is no single 1 among zeros."""
    one_hot = ((Y == 0) | (Y == 1)).all(axis=0) & (Y.sum(axis=0) == 1)
    if not_in_0_to_1(Y) or one_hot.all():
        return not_in_0_to_1(Y)
    j = int(one_hot.argmin())
    return f"Y should be one-hot for a softmax, a single 1 in each column; example {j} has {Y[:, j]}"


OUTPUTS = {
    "sigmoid": Output(sigmoid, binary_cross_entropy, output_error, not_in_0_to_1, most=1),
    "softmax": Output(softmax, categorical_cross_entropy, output_error, not_one_hot, fewest=2, short=softmax_along),
    "linear": Output(linear, squared_error, output_error, not_finite),
    "sigmoid_squared": Output(sigmoid, squared_error_of_sigmoid, output_error_with_slope, not_in_0_to_1),
    "sigmoid_as_written": Output(sigmoid, cross_entropy_as_written, output_error, not_in_0_to_1, most=1),
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
