"""J at every nudge of θ, for what the mathematics costs.

A nudge of W[l][i, j] changes one row of Z[l]; all before it is known already, and the next layer changes by that row's
change times one column of W[l+1]. So all the nudges of a layer go upwards together, as if they were so many more
examples. Nothing is approximated: each J is formed as a rounded number, as the slide's loop would form it.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from .forward import Layer, Params, squared_norms

BLOCK = 2**16  # numbers worked on at a time, so that they stay in the cache


def slices(count: int, width: int) -> Iterator[slice]:
    """Cut 0 … count − 1 into slices of about BLOCK numbers, `width` of them for each entry."""
    size = max(1, BLOCK // width)
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def data_costs(layers: Sequence[Layer], Y: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return the mean loss at θ + s eᵢ for every step s and entry i: (steps, entries)."""
    return np.concatenate([layer_costs(layers[l:], Y, steps) for l in range(len(layers))], axis=1)


def layer_costs(layers: Sequence[Layer], Y: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return the mean loss at every nudge of the first of these layers: W row by row, then b."""
    c, *above = layers
    W, A_prev = np.hstack([c.W, c.b]), np.vstack([c.A_prev, np.ones_like(c.A_prev[:1])])  # b: one more column of W
    taken = (W + steps[:, None, None]) - W  # the steps, as θ + s rounds them
    _, rows, columns = np.indices(taken.shape, sparse=False).reshape(3, -1)
    costs = np.empty_like(taken)
    for nudges in slices(taken.size, c.m * max(len(layer.W) for layer in above or layers)):
        i = rows[nudges]
        change = taken.ravel()[nudges] * A_prev.T[:, columns[nudges]]  # of row i of Z: (examples, nudges)
        if above:
            mask = c.mask.T if c.mask.size == 1 else c.mask.T[:, i]
            change = onward(c._replace(Z=c.Z.T[:, i], A=c.A.T[:, i], mask=mask), change)
            change = above[0].W[:, None, i] * change  # of the next Z: (units, examples, nudges)
        else:
            change = (np.arange(len(W))[:, None] == i)[:, None] * change
        for below, layer in zip(above, above[1:], strict=False):
            every = below._replace(Z=below.Z[..., None], A=below.A[..., None], mask=below.mask[..., None])
            change = onward(every, change)
            change = (layer.W @ change.reshape(len(change), -1)).reshape(len(layer.W), *change.shape[1:])
        costs.ravel()[nudges] = layers[-1].activation.loss(layers[-1].Z[..., None] + change, Y[..., None]) / c.m
    return np.concatenate([costs[..., :-1].reshape(len(steps), -1), costs[..., -1]], axis=1)


def onward(c: Layer, change: np.ndarray) -> np.ndarray:
    """Return the change of A ∘ mask / keep_prob, which the next layer sees, that a change of Z makes."""
    change = c.activation.change(c.Z, c.A, change)
    return change if c.keep_prob == 1 else change * (c.mask / c.keep_prob)


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
    """Yield the very θs that the slide's loop visits, some entries at a time: (entries, 2, size of θ)."""
    behind = restored(theta, theta - eps)  # what the loop has left in the entries it has passed
    for entries in slices(theta.size, 2 * max(width, theta.size)):
        i = np.arange(entries.start, entries.stop)
        visited = np.where(np.arange(theta.size) < i[:, None], behind, theta)[:, None].repeat(2, axis=1)
        visited[i - entries.start, 0, i] = theta[i] + eps
        visited[i - entries.start, 1, i] = theta[i] - eps
        yield visited
