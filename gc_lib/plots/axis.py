"""The x axes of what a slider moves: log, with a place of its own for 0; and that of keep_prob, with one for 1."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from .style import WHITE, set_ticks


class LogAxis:
    """Span a log axis from `low` to `high`; 0, if it is `apart`, stands a `step` left of it, beyond a break.

    A slider whose stops are a `step` apart has its handle under each of them.
    """

    def __init__(self, low: float, high: float, step: float = 10**0.5, apart: float | None = None):
        self.low, self.high, self.apart = low, high, apart
        self.zero, self.room = low / step, (high / low) ** 0.06

    def place(self, x: Sequence | np.ndarray) -> np.ndarray:
        """Return where values stand in the axis's own numbers."""
        return np.where(np.equal(x, 0), self.zero, x) if self.apart == 0 else np.asarray(x, float)

    def apply(self, axes: Axes, ticks: str) -> None:
        """Give `axes` this x axis, with the ticks as they are written."""
        first = self.low if self.apart is None else self.zero
        axes.set(xscale="log", xlim=(first / self.room, self.high * self.room))
        if self.apart == 0:
            middle, half = (self.zero * self.low) ** 0.5, (self.high / self.low) ** 0.018
            axes.axvspan(middle / half, middle * half, color=WHITE, linewidth=0, zorder=1)  # here the axis breaks
        set_ticks(axes, ticks, self.place)


class KeepProbAxis:
    """Span the axis of keep_prob: 1 in a place of its own, then even steps to these values, and a log scale between.

    So the dropped shares 0.1 … 0.7, which one uses, take half of it, and those of 1e-4 and 1e-3 are still to be seen.
    """

    apart = 1.0

    def __init__(self, values: Sequence[float]):
        self.shares = np.log10(1 - np.array(values[1:]))

    def place(self, x: Sequence | np.ndarray) -> np.ndarray:
        """Return where values stand: 0 for 1.0, then 1, 2, … for each step."""
        share = 1 - np.asarray(x, float)
        steps = np.arange(1, 1 + len(self.shares))
        return np.where(share > 0, np.interp(np.log10(np.where(share > 0, share, 1)), self.shares, steps), 0.0)

    def apply(self, axes: Axes, ticks: str) -> None:
        """Give `axes` this x axis, with the ticks as they are written."""
        axes.set_xlim(-0.6, len(self.shares) + 0.6)
        axes.axvspan(0.35, 0.7, color=WHITE, linewidth=0, zorder=1)  # here the axis breaks
        set_ticks(axes, ticks, self.place)
