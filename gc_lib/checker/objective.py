"""J of one vector θ: what a check asks of a cost, how often, and what the cost did with its argument."""

from collections.abc import Callable
from typing import SupportsFloat

import numpy as np

from .inputs import above_zero, ask, function, nudgeable, some_unmoved
from .params import as_blocks, block_slices, copied, entry, from_vector, is_tensor, like, to_vector
from .slide import SLIDE, Checker, P, a_checker, restored, two_sided_loop

TOGETHER = 128  # nudges for which all of θ is held at once


class Objective:
    """Evaluate a cost at any vector θ, which is nan where the cost has no value.

    `theta` and `blocks` are copies of the parameters, in float64 if the cost takes that, else as they were given.
    `evaluations` counts the calls. Each gets arrays of its own, which the cost may keep; one that writes on them is
    noticed: then `writes` names an entry that it wrote on.
    """

    def __init__(self, cost: Callable, params, wide: bool = True):
        self.cost, self.params, self.evaluations = cost, params, 0
        self.writes: int | None = None
        self.given = {name: block.copy() for name, block in as_blocks(params).items()}
        in_double = {name: block.astype(float) for name, block in self.given.items()}
        narrow = any(block.dtype != float for block in self.given.values())
        self.hand_out(in_double if wide else self.given)
        self.widened = wide and narrow and bool(np.isfinite(self.quietly(self.theta)))
        if not self.widened:  # a cost for float32 alone may object to float64 in any way
            self.hand_out(self.given)
        self.here = self.at_theta()

    def hand_out(self, blocks: dict[str, np.ndarray]) -> None:
        """Let the cost see blocks of these dtypes."""
        self.failure: Exception | None = None
        self.blocks, self.theta, self.parts = blocks, to_vector(blocks).astype(float), block_slices(blocks)
        plain = type(self.params) is dict and self.params.keys() == blocks.keys()
        self.flat = plain and not any(map(is_tensor, self.params.values()))

    def shown(self, vector: np.ndarray):
        """Return the parameters as they stand in a vector; where they are float64, in views of it."""
        pieces = {  # as from_vector cuts them, which counts the places anew: a check would take 1.4 times as long
            name: vector[part].reshape(self.blocks[name].shape).astype(self.blocks[name].dtype, copy=False)
            for name, part in self.parts.items()
        }
        return pieces if self.flat else like(pieces, self.params)  # a flat dict is the usual case

    def at_theta(self) -> float:
        """Return J(θ). Raises what the cost raises, and ValueError where J(θ) is not finite."""
        self.evaluations += 1
        shown = self.shown(self.theta.copy())
        J = float(ask(self.cost, shown, lambda: "at θ"))
        self.writes = self.changed(shown) if self.writes is None else self.writes
        return J

    def changed(self, shown) -> int | None:
        """Return the first entry that the cost changed in what it was shown, or put another array in place of."""
        try:
            after = as_blocks(shown)
        except (TypeError, ValueError):  # it keeps something else there, as a cache
            return None
        for name, part in self.parts.items():
            before, now = self.blocks[name], after.get(name)
            if now is None or now.shape != before.shape:
                return part.start
            if (now != before).any():
                return part.start + int(np.argmax(now != before))
        return None

    def as_given(self) -> "Objective":
        """Return the same J in the dtypes of the parameters as they were given."""
        return Objective(self.cost, self.params, wide=False)

    def __call__(self, theta: np.ndarray) -> float:
        """Return J(θ); nan where the cost finds no number, as log(−1) is none. Raises what else the cost raises."""
        self.evaluations += 1
        vector = np.array(theta, dtype=float)
        try:
            J = float(ask(self.cost, self.shown(vector), lambda: self.where(theta)))
        except (ArithmeticError, ValueError) as problem:
            self.failure, J = self.failure or problem, np.nan
        if self.writes is None and (vector != theta).any():
            self.writes = int(np.argmax(vector != theta))
        return J

    def where(self, theta: np.ndarray) -> str:
        """Name the entry that was nudged, for an error message."""
        name, index = entry(int(np.argmax(theta != self.theta)), self.blocks)
        i = int(np.ravel_multi_index(index, self.blocks[name].shape)) if index else 0
        return f"at a nudge of {name}, entry {i},"

    def many(self, thetas: np.ndarray) -> np.ndarray:
        """Return J of several θ, (k, entries): at once where the cost takes a stack, as that of a network does."""
        if hasattr(self.cost, "nudged") and hasattr(self.cost, "at"):
            self.evaluations += len(thetas)
            return np.asarray(self.cost.at(from_vector(thetas, self.blocks), len(thetas)), dtype=float)
        return np.array([self.quietly(theta) for theta in thetas])

    def quietly(self, theta: np.ndarray) -> float:
        """Return J(θ), nan where the cost raises anything."""
        try:
            return self(theta)
        except Exception:
            return np.nan

    def along(self, v: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Return J(θ + t v) as a function of an array of t."""
        return lambda t: self.many(self.theta + np.multiply.outer(t, v))

    def again(self, theta: np.ndarray, times: int) -> float:
        """Return by how much J differs at most from itself, asked so many times at the same θ."""
        return float(np.ptp(self.many(np.broadcast_to(theta, (times, theta.size)))))

    def changed_since(self) -> float:
        """Return by how much J(θ) is another now than when it was first asked. Raises what the cost raises at θ."""
        return abs(self.at_theta() - self.here)

    def corners(self, i: int, h: float) -> list:
        """Return the units that have a corner between θ − h eᵢ and θ + h eᵢ, as far as the cost can tell."""
        if not hasattr(self.cost, "corners"):
            return []
        step = h * (np.arange(self.theta.size) == i)
        return self.cost.corners(*(from_vector(self.theta + s * step, self.blocks) for s in (1, -1, 0)))

    def loop(self, eps: float, restored: Callable = restored) -> tuple[np.ndarray, np.ndarray]:
        """Return J(θ + ε eᵢ) and J(θ − ε eᵢ) for every i: from the cost where it offers them, else one by one."""
        if hasattr(self.cost, "nudged"):
            self.evaluations += 2 * self.theta.size
            params = like(self.blocks, self.params)
            return self.cost.nudged(params, eps, *(() if restored is SLIDE.restored else (restored,)))
        return two_sided_loop(self, self.theta, eps, restored)

    def nudged(self, entries: np.ndarray, eps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return J(θ + ε eᵢ) and J(θ − ε eᵢ) for some entries i, each at an ε of its own."""
        plus, minus = np.empty(entries.size), np.empty(entries.size)
        for some in np.array_split(np.arange(entries.size), -(-entries.size // TOGETHER)):
            thetas = np.tile(self.theta, (2, some.size, 1))
            thetas[:, np.arange(some.size), entries[some]] += np.array([eps[some], -eps[some]])
            plus[some], minus[some] = self.many(thetas.reshape(-1, self.theta.size)).reshape(2, -1)
        return plus, minus


def numeric_gradient(cost: Callable[[P], SupportsFloat], params: P, eps: float = 1e-7, checker: Checker = SLIDE) -> P:
    """Return dθ_approx, the central differences of J, in the form of params.

    `cost(params)` returns one number; params is one floating array, or any nest of dicts, lists and tuples of them. The
    caller's arrays are left alone. `checker=gcl.ONE_SIDED` takes the one-sided difference. Raises TypeError or
    ValueError for parameters that cannot be nudged, an ε that is not above 0 or moves no entry, a cost that is no
    finite number, and for what is no checker.

    >>> gcl.numeric_gradient(lambda w: w[0] ** 3 + w[1], np.array([1.0, 5.0]), eps=0.1)  # 3w² + ε², and 1
    array([3.01, 1.  ])
    """
    params = copied(params)
    blocks, eps, checker = nudgeable(params), above_zero(eps), a_checker(checker)
    some_unmoved(blocks, eps)
    J = Objective(function("cost", cost), params, wide=False)
    approx = checker.difference(*J.loop(eps, checker.restored), J.here, eps).astype(float)
    if J.failure:
        raise J.failure
    return like(from_vector(approx, blocks), params)
