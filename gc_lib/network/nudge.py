"""J at every nudge of θ, for what the mathematics costs.

A nudge of W[l][i, j] changes one row of Z[l]; all before it is known already, and the next layer changes by that row's
change times one column of W[l+1]. So the layers above evaluate all the nudges of a layer together, as if they were more
examples. Nothing is approximated beyond the last bit: each J is formed as a rounded number, as the two-sided loop would
form it, and only then are two of them subtracted. What makes it fast:

- the sum W A_prev is never formed again: Z is known, and one product of a step and an input is added to it;
- tanh(z + d) needs no tanh of the sum, only one of the small d, which is a short polynomial (`activations`);
- one logarithm of a product replaces a sum of logarithms, and Σ eᶻ⁺ᶜᵈ over the outputs is a short series in d, whose
  coefficients all nudges of a unit share (`forward`);
- numpy works through blocks that stay in the cache.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .forward import Layer, Params, squared_norms

BLOCK = 2**15  # numbers worked on at a time, so that they stay in the cache


def chunks(count: int, width: int) -> Iterator[slice]:
    """Cut 0 … count − 1 into pieces of about BLOCK numbers, `width` of them for each entry."""
    size = max(1, BLOCK // width)
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def data_costs(layers: Sequence[Layer], Y: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return the mean loss at θ + s eᵢ for every step s and entry i: (steps, entries).

    Raises TypeError for a layer of another kind, whose change this would get wrong.
    """
    for l, c in enumerate(layers, start=1):
        if not fully_connected(c):
            raise TypeError(
                f"nudge knows only a Layer whose Z is W A_prev + b; layer {l} is another, a {type(c).__name__}. "
                "Check lambda params: cost(params), which takes the loop, or teach nudge this layer"
            )
    return np.concatenate([layer_costs(layers[l:], Y, steps) for l in range(len(layers))], axis=1)


def fully_connected(c: Layer) -> bool:
    """Tell whether a layer is a Layer, whose Z is W A_prev + b but for the rounding."""
    if type(c) is not Layer or c.W.shape != (len(c.Z), len(c.A_prev)):
        return False
    rounding = 1e-3 * (np.abs(c.W) @ np.abs(c.A_prev) + np.abs(c.b))
    return not (np.abs(c.Z - (c.W @ c.A_prev + c.b)) > rounding).any()


def layer_costs(layers: Sequence[Layer], Y: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return the mean loss at every nudge of the first of these layers: W row by row, then b."""
    c, *above = layers
    W, A_prev = np.hstack([c.W, c.b]), np.vstack([c.A_prev, np.ones_like(c.A_prev[:1])])  # b: one more column of W
    taken = (W + steps[:, None, None]) - W  # the steps, as θ + s rounds them
    _, rows, columns = np.indices(taken.shape).reshape(3, -1)
    costs = np.empty_like(taken)
    seen: dict[str, Any] = {"Z": c.Z, "A": c.A, "mask": np.broadcast_to(c.mask, c.Z.shape)}
    for nudges in chunks(taken.size, c.m * (max(len(layer.W) for layer in above) if above[1:] else 1)):
        i = rows[nudges]
        change = taken.ravel()[nudges] * A_prev.T.take(columns[nudges], axis=1)  # of row i of Z: (examples, nudges)
        if above:
            change = onward(c._replace(**{name: x.T.take(i, axis=1) for name, x in seen.items()}), change)
        costs.ravel()[nudges] = upward(above or [c._replace(W=np.eye(len(W), dtype=W.dtype))], Y, i, change) / c.m
    return np.concatenate([costs[..., :-1].reshape(len(steps), -1), costs[..., -1]], axis=1)


def upward(layers: Sequence[Layer], Y: np.ndarray, i: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Return the loss where, in nudge k, input i[k] of the first of these layers changes by change[:, k]."""
    c, *above = layers
    if not above:
        return c.activation.along(c.Z, Y, c.W, i, change)
    change = c.W.take(i, axis=1)[:, None] * change  # of Z: (units, examples, nudges)
    for c, layer in zip(layers, above, strict=False):
        change = onward(c._replace(Z=c.Z[..., None], A=c.A[..., None], mask=c.mask[..., None]), change)
        change = (layer.W @ change.reshape(len(change), -1)).reshape(len(layer.W), *change.shape[1:])
    return layer.activation.loss(layer.Z[..., None] + change, Y[..., None])


def onward(c: Layer, change: np.ndarray) -> np.ndarray:
    """Return the change of A ∘ mask / keep_prob, which the next layer sees, that a change of Z makes."""
    change = c.activation.change(c.Z, c.A, change)
    return change if c.keep_prob == 1 else change * (c.mask.astype(change.dtype) / c.keep_prob)


def squares(params: Params, L: int, steps: np.ndarray) -> list[np.ndarray]:
    """Return ‖W[l]‖², l = 1 … L, at θ + s eᵢ for every step s and entry i: each (steps, entries)."""
    norms, nudged, start = squared_norms(params, L), [], 0
    entries = sum(params[f"W{l}"].size + params[f"b{l}"].size for l in range(1, L + 1))
    for l, total in enumerate(norms, start=1):
        w = params[f"W{l}"].ravel()
        nudged.append(np.full((len(steps), entries), total))
        nudged[-1][:, start : start + w.size] = (total - w**2) + (w + steps[:, None]) ** 2
        start += w.size + params[f"b{l}"].size
    return nudged


def walk(theta: np.ndarray, eps: float, restored, width: int) -> Iterator[np.ndarray]:
    """Yield the very θs that the two-sided loop visits, some entries at a time: (entries, 2, size of θ)."""
    behind = restored(theta, theta - eps)  # what the loop has left in the entries it has passed
    for entries in chunks(theta.size, 2 * max(width, theta.size)):
        i = np.arange(entries.start, entries.stop)
        visited = np.where(np.arange(theta.size) < i[:, None], behind, theta)[:, None].repeat(2, axis=1)
        visited[i - entries.start, 0, i] = theta[i] + eps
        visited[i - entries.start, 1, i] = theta[i] - eps
        yield visited
