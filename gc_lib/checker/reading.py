"""What the lecture says of a check: its number, where in θ it comes from, and how far dθ_approx itself may be off."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from .params import block_slices, entry, from_vector
from .slide import GREAT, WORRY, band, norm, quotient, score
from .words import entry_name, power, printable


class Entry(NamedTuple):
    """Hold one entry of θ, and its slope by dθ_approx and by dθ."""

    block: str
    index: tuple[int, ...]  # type: ignore[assignment]  # covers the method that every tuple has
    approx: float
    gradient: float

    def __str__(self) -> str:
        place = entry_name(self.block, self.index)
        said = f"{place}: dθ has {self.gradient:.4g}, the cost's own slope is {self.approx:.4g}"
        close = f"{self.gradient:.4g}" == f"{self.approx:.4g}"
        return printable(f"{said}; they differ by {abs(self.gradient - self.approx):.0e}" if close else said)


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """Hold the lecture's check: ε, J(θ), dθ_approx and dθ as vectors in the order of θ, and the blocks of θ.

    `bars` says how far each entry of dθ_approx may be off the slope of J, and `noise` how much of that is the noise of
    J; `unmoved` counts the entries of θ that ε was too small to move.
    """

    eps: float | Literal["auto"]
    J: float
    approx: np.ndarray
    gradient: np.ndarray
    shapes: Mapping[str, np.ndarray]
    bars: np.ndarray
    noise: np.ndarray
    unmoved: int = 0
    quotient: Callable = quotient

    @cached_property
    def difference(self) -> float:
        """The lecture's number ‖dθ_approx − dθ‖ / (‖dθ_approx‖ + ‖dθ‖)."""
        return score(self.approx, self.gradient, self.quotient)

    @property
    def band(self) -> Literal["great", "look", "worry"]:
        """The lecture's word for the whole vector: great, look or worry."""
        return band(self.difference)

    @cached_property
    def parts(self) -> dict[str, slice]:
        """Where each block stands in θ."""
        return block_slices(self.shapes)

    @cached_property
    def pairs(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """dθ_approx and dθ of each block, as vectors."""
        return {name: (self.approx[part], self.gradient[part]) for name, part in self.parts.items()}

    @cached_property
    def blocks(self) -> dict[str, float]:
        """The lecture's number for each block alone."""
        return {name: score(a, g, self.quotient) for name, (a, g) in self.pairs.items()}

    @cached_property
    def bounds(self) -> dict[str, float]:
        """What the error bars alone can make each block read if it is right: one below is no sign of a bug."""
        bounds = {}
        for name, (a, g) in self.pairs.items():
            size = norm(a) + norm(g)
            bounds[name] = float(norm(self.bars[self.parts[name]]) / size) if size else np.inf
        return bounds

    @cached_property
    def error_bars(self) -> dict[str, np.ndarray]:
        """How far each entry of dθ_approx may be from the slope of J: blocks of the shapes of θ."""
        return from_vector(self.bars, {name: np.empty(block.shape) for name, block in self.shapes.items()})

    def factor(self, name: str) -> float | None:
        """Return k = dθ·dθ_approx / ‖dθ_approx‖² if the block is k times what it should be, None if no k fits.

        The score |k − 1| / (|k| + 1) alone cannot tell k from 1/k, nor a negative k from another.

        >>> round(report.factor("W"), 6)
        0.5
        """
        return times(*self.pairs[name])

    @cached_property
    def worst(self) -> Entry:
        """The entry in which the two gradients differ most."""
        return self.entry(int(np.abs(self.approx - self.gradient).argmax()))

    def worst_of(self, name: str) -> Entry:
        """Return the entry of a block in which the two gradients differ most."""
        a, g = self.pairs[name]
        return self.entry(self.parts[name].start + int(np.abs(a - g).argmax()))

    def entry(self, i: int) -> Entry:
        """Return θ[i] with its slope by dθ_approx and by dθ.

        >>> print(report.entry(0))
        W[0, 0]: dθ has 1, the cost's own slope is 2
        """
        return Entry(*entry(i, self.shapes), float(self.approx[i]), float(self.gradient[i]))

    def index(self, name: str, index: tuple[int, ...]) -> int:
        """Return the i of θ[i], given a block and the index in it."""
        return self.parts[name].start + int(np.ravel_multi_index(index, self.shapes[name].shape) if index else 0)

    def in_stable_digits(self, x: float, part: slice) -> str:
        """Write a reading with the digits that are the same on any machine: only its power where round-off made it."""
        gap = norm((self.approx - self.gradient)[part])
        return f"{x:.1e}" if norm(self.noise[part]) < gap / 2 else power(x)

    @property
    def number(self) -> str:
        """The relative difference in words that hold on any machine: "about 1e-08" where round-off made it."""
        great = self.band == "great"
        words = power(self.difference) if great else self.in_stable_digits(self.difference, slice(None))
        return about(self.difference) if words == power(self.difference) else words

    @property
    def verdict(self) -> str:
        """One sentence: the number, ε and the lecture's word."""
        at = "at the best ε" if self.eps == "auto" else f"at ε = {self.eps:g}"
        still = f" ε leaves {self.unmoved} of {self.approx.size} entries of θ where they are." if self.unmoved else ""
        return f"Relative difference {self.number} {at}: {self.band}.{still}"


def about(x: float, write: Callable[[float], str] = power) -> str:
    """Write a reading by its power alone; where a border of the bands is written alike, say on which side of it."""
    borders = {write(border): border for border in (GREAT, WORRY)}
    side = "above" if x >= borders.get(write(x), 0) else "below"
    return f"{side if write(x) in borders else 'about'} {write(x)}"


def times(a: np.ndarray, g: np.ndarray) -> float | None:
    """Return k = g·a / ‖a‖² if g is k times a, None if no k fits."""
    size = np.abs(a).max(initial=0) or 1.0  # so that no square overflows, nor vanishes
    k = float(g / size @ (a / size) / (a / size @ (a / size))) if a.any() else 0.0
    return k if k and norm(g - k * a) < 1e-3 * norm(g) else None
