"""The relative difference against one control; where there are several curves, each has its name at its right end."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text

from .parts import Marks, line, ring
from .picture import MOVES
from .style import BEFORE, DIFFERENCE, DIFFERENCES, WHITE, Scale, log_x


class Slice:
    """Show the relative difference against one control: its curve, the present state, and the curve from before."""

    def __init__(self, axes: Axes, key: str, label: str, low: float, high: float, ticks: str):
        self.key, span = key, high / low
        self.zero, left = low / span**0.15, low / span ** (0.22 if "0" in ticks.split() else 0.04)
        log_x(axes, (left, high * span**0.04), label, ticks, self.on_axis)
        axes.axvspan(low / span**0.08, low / span**0.04, color=WHITE, linewidth=0, zorder=1)  # here the axis breaks
        self.before = line(axes, ".", color=BEFORE, zorder=10)
        self.curve = line(axes, ".", color=DIFFERENCE, zorder=11)
        self.here = ring(axes)
        self.off = Marks(axes, size=20)

    def on_axis(self, x: Sequence[float] | np.ndarray) -> np.ndarray:
        """Give 0 its own place, left of the break."""
        return np.where(np.equal(x, 0), self.zero, x)

    def lay(self, drawn: Line2D, result: Any) -> None:
        """Draw a line through a result's curve, broken after 0; dots alone where each point is a draw of its own."""
        curve = result.curves[self.key]
        points = self.on_axis(curve.x), DIFFERENCES.place(curve.y)
        drawn.set_data(*(np.insert(values, np.count_nonzero(curve.x == 0), np.nan) for values in points))
        scattered = self.key in result.scattered
        drawn.set(linestyle="none" if scattered else "-", markersize=9 if scattered else 5)

    def move(self, result: Any) -> None:
        """Move to a result, and leave the curve from before it as pale marks."""
        self.lay(self.curve, result)
        self.before.set_visible(result.before is not None)
        if result.before is not None:
            self.lay(self.before, result.before)
        (x, y), curve = result.here[self.key], result.curves[self.key]
        self.here.set_data(self.on_axis([x]), DIFFERENCES.place([y]))
        x, y = np.append(curve.x, x), np.append(curve.y, y)
        off = (y < DIFFERENCES.low) | (y > DIFFERENCES.high)
        marks = [DIFFERENCES.mark(value) for value in y[off]]
        self.off.move(self.on_axis(x[off]), DIFFERENCES.place(y[off]), marks, DIFFERENCE, DIFFERENCE)


class NamedSlices:
    """Show two curves on the same axes, the first with hollow squares, the second with dots, and their names."""

    def __init__(self, axes: Axes, keys: Sequence[str], label: str, low: float, high: float, ticks: str):
        self.slices = [Slice(axes, key, label, low, high, ticks) for key in keys]
        self.names = [curve_name(axes, high * (high / low) ** 0.08, key, DIFFERENCE) for key in keys]
        for each, mark, filled in zip(self.slices, "so", (False, True), strict=True):
            for drawn, colour in ((each.curve, DIFFERENCE), (each.before, BEFORE)):
                drawn.set(marker=mark, markerfacecolor=colour if filled else WHITE)

    def move(self, result: Any) -> None:
        """Move to a result."""
        for each in self.slices:
            each.move(result)
        set_names(self.names, [each.curve.get_ydata()[-1] for each in self.slices])


def curve_name(axes: Axes, x: float, name: str, colour: str) -> Text:
    """Write a name that moves."""
    return axes.text(x, 1, name, color=colour, weight="bold", va="center", zorder=14, **MOVES)


def set_names(names: Sequence[Text], ends: Sequence[float], scale: Scale = DIFFERENCES) -> None:
    """Set each name beside the end of its curve, and those that would overlap above each other."""
    low, high = np.log10([scale.low, scale.high])
    gap, order = 0.065 * (high - low), np.argsort(ends, kind="stable")
    heights = np.log10(np.array(ends)[order])
    for k in range(1, len(heights)):
        heights[k] = max(heights[k], heights[k - 1] + gap)
    heights[-1] = min(heights[-1], high)
    for k in reversed(range(len(heights) - 1)):
        heights[k] = min(heights[k], heights[k + 1] - gap)
    for k, height in zip(order, heights, strict=True):
        names[k].set_y(10**height)
