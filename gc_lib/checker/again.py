"""Evaluations of J at other places than the two-sided loop's, which the second opinion needs."""

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np

from .error_bars import noise_of, precision_of
from .params import as_blocks, copied, from_vector, like, to_vector
from .slide import nudged_costs


class Again:
    """Evaluate a cost at other places than the loop's, in float64 where the cost can; where it raises, J is nan.

    `precision` is the spacing of the numbers above 1 in the dtype that J then has.
    """

    def __init__(self, cost: Callable, params):
        self.cost, self.params, self.given = cost, params, as_blocks(params)
        try:
            wide = {name: block.astype(float) for name, block in self.given.items()}
            J = np.asarray(cost(copied(like(wide, params))))
            in_double = J.dtype == np.float64 and J.astype(np.float32).astype(float) != J
        except Exception:  # a cost for float32 alone may object to float64 in any way
            in_double = False
        self.blocks = wide if in_double else self.given
        self.theta = to_vector(self.blocks)
        self.precision = precision_of(self.theta.dtype)

    def at(self, theta: np.ndarray, blocks: Mapping[str, np.ndarray] | None = None) -> float:
        """Return J of a vector θ, cut into blocks of these dtypes."""
        try:
            return float(self.cost(like(from_vector(theta.copy(), blocks or self.blocks), self.params)))
        except (ArithmeticError, ValueError):
            return np.nan

    @cached_property
    def here(self) -> float:
        """J(θ)."""
        return self.at(self.theta)

    def noise(self) -> float:
        """Return the noise of J, in the dtype of θ."""
        return noise_of(lambda theta: self.at(theta, self.given), to_vector(self.given))

    def nudged(self, eps: float, restored: Callable, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
        """Return J(θ + ε eᵢ) and J(θ − ε eᵢ) for every i, in the dtype of θ."""
        try:
            return nudged_costs(self.cost, self.params, eps, restored)
        except (ArithmeticError, ValueError):
            return (np.full(self.theta.size, np.nan, dtype),) * 2

    def three(self, i: int, h: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return θ + h eᵢ, θ − h eᵢ and θ."""
        step = h * (np.arange(self.theta.size) == i)
        return self.theta + step, self.theta - step, self.theta

    def sides(self, i: int, h: float) -> tuple[float, ...]:
        """Return J(θ + h eᵢ), J(θ − h eᵢ) and J(θ)."""
        up, down, _ = self.three(i, h)
        return self.at(up), self.at(down), self.here

    def corners(self, i: int, h: float) -> list:
        """Return the units that have a corner between θ − h eᵢ and θ + h eᵢ, as far as the cost can tell."""
        if not hasattr(self.cost, "corners"):
            return []
        return self.cost.corners(*(from_vector(theta, self.blocks) for theta in self.three(i, h)))
