"""The relative difference against one control: the x axes of what a slider moves, and the curves over them.

The axes are log, with a place of their own for 0; that of keep_prob has one for 1.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .parts import BEFORE_LOOKS, BEFORE_NOW, HERE, NOW, Marks, Panel, line, ring
from .style import DIFFERENCE, DIFFERENCES, WHITE, set_ticks


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


Along = LogAxis | KeepProbAxis


class Slice(Panel):
    """Show the relative difference against one field: its curve, the present state, and the curve from before.

    `along` is the x axis; the curve is dotted while it still is that of another state, and the new one to follow.
    """

    marks, banded = NOW | BEFORE_NOW | HERE, True

    def build(self, axes: Axes, field: str, title: str, along: Along, ticks: str, key: str = "") -> None:
        self.field, self.along, self.place, self.key = field, along, along.place, key or field
        axes.set_title(title)
        self.about = f"The relative difference against {title}, with the same bands."
        along.apply(axes, ticks)
        self.before = line(axes, zorder=10, **BEFORE_LOOKS)
        self.curve = line(axes, ".", color=DIFFERENCE, zorder=11)
        self.here = ring(axes)
        self.off = Marks(axes, size=20)

    def lay(self, drawn: Line2D, result, dashes: str) -> None:
        """Draw a line through a result's curve, broken at the break; dots alone where each point is its own draw."""
        curve = result.curves[self.key]
        x, y = self.place(curve.x), DIFFERENCES.place(curve.y)
        order = np.argsort(x, kind="stable")
        after = np.count_nonzero(curve.x == self.along.apart)
        drawn.set_data(*(np.insert(values[order], after, np.nan) for values in (x, y)))
        scattered = self.key in result.scattered
        drawn.set(linestyle="none" if scattered else dashes, markersize=9 if scattered else 5)

    def move(self, result) -> None:
        """Move to a result, and leave the curve from before it as pale dashes."""
        self.lay(self.curve, result, ":" if result.following else "-")
        self.before.set_visible(result.before is not None)
        if result.before is not None:
            self.lay(self.before, result.before, "--")
            marker = "o" if self.key in result.before.scattered else ""
            self.before.set(marker=marker, markersize=4, markerfacecolor="none")
        (x, y), curve = result.here[self.key], result.curves[self.key]
        self.here.set_data(self.place([x]), DIFFERENCES.place([y]))
        self.off.point(self.place(np.append(curve.x, x)), np.append(curve.y, y), DIFFERENCES, DIFFERENCE)


class NamedSlices(Panel):
    """Show two curves on the same axes, the first with hollow squares, the second with dots."""

    banded = True

    def build(self, axes: Axes, keys: Sequence[str], field: str, title: str, along: Along, ticks: str) -> None:
        self.slices = [Slice(axes, field, title, along, ticks, key) for key in keys]
        self.field, self.place = field, along.place
        self.about = f"Relative differences ({', '.join(keys)}) against {title}, with the same bands."
        looks = dict(marker="s", markerfacecolor=WHITE), dict(marker="o", markerfacecolor=DIFFERENCE)
        for each, look in zip(self.slices, looks, strict=True):
            each.curve.set(**look)
        named = {key: Line2D([], [], color=DIFFERENCE, **look) for key, look in zip(keys, looks, strict=True)}
        self.marks = named | BEFORE_NOW | HERE

    def move(self, result) -> None:
        """Move to a result."""
        for each in self.slices:
            each.move(result)
