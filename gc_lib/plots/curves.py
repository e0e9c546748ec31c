"""The relative difference against one control; where there are several curves, each has its name at its right end."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text

from .axis import KeepProbAxis, LogAxis
from .parts import BEFORE_LOOKS, BEFORE_NOW, HERE, NOW, Marks, Panel, line, ring
from .picture import MOVES
from .style import DIFFERENCE, DIFFERENCES, WHITE, WORRY, Scale, for_words

Along = LogAxis | KeepProbAxis


class Slice(Panel):
    """Show the relative difference against one field: its curve, the present state, and the curve from before.

    `along` is the x axis; the curve is dotted while it still is that of another state, and the new one to follow.
    """

    marks = NOW | BEFORE_NOW | HERE

    def build(self, axes: Axes, field: str, title: str, along: Along, ticks: str, key: str = "") -> None:
        self.field, self.along, self.key = field, along, key or field
        axes.set_title(title)
        along.apply(axes, ticks)
        self.before = line(axes, zorder=10, **BEFORE_LOOKS)
        self.curve = line(axes, ".", color=DIFFERENCE, zorder=11)
        self.here = ring(axes)
        self.off = Marks(axes, size=20)

    def place(self, x: Sequence | np.ndarray) -> np.ndarray:
        """Return where values of the field stand on the x axis."""
        return self.along.place(x)

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
    """Show two curves on the same axes, the first with hollow squares, the second with dots, and their names."""

    marks = BEFORE_NOW | HERE

    def build(self, axes: Axes, keys: Sequence[str], field: str, title: str, along: Along, ticks: str) -> None:
        self.slices = [Slice(axes, field, title, along, ticks, key) for key in keys]
        self.field = field
        low, high = axes.get_xlim()
        far = high * (high / low) ** 0.12 if axes.get_xscale() == "log" else high + 0.54 * (high - low)
        axes.set_xlim(right=far)  # room for the names
        colour = for_words(DIFFERENCE, WORRY.tint)
        self.names = [curve_name(axes, high, key, colour) for key in keys]
        for each, mark, filled in zip(self.slices, "so", (False, True), strict=True):
            each.curve.set(marker=mark, markerfacecolor=DIFFERENCE if filled else WHITE)

    def place(self, x: Sequence | np.ndarray) -> np.ndarray:
        """Return where values of the field stand on the x axis."""
        return self.slices[0].place(x)

    def move(self, result) -> None:
        """Move to a result."""
        for each in self.slices:
            each.move(result)
        set_names(self.names, [each.curve.get_ydata()[-1] for each in self.slices])


def curve_name(axes: Axes, x: float, name: str, colour: str) -> Text:
    """Write a name that moves."""
    return axes.text(x, 1, f" {name}", color=colour, weight="bold", va="center", zorder=14, **MOVES)


def set_names(names: Sequence[Text], ends: Sequence[float], scale: Scale = DIFFERENCES) -> None:
    """Set each name beside the end of its curve, and those that would overlap above each other."""
    low, high = np.log10([scale.low, scale.high])
    gap, order = 0.08 * (high - low), np.argsort(ends, kind="stable")
    heights = np.log10(np.array(ends)[order])
    for k in range(1, len(heights)):
        heights[k] = max(heights[k], heights[k - 1] + gap)
    heights[-1] = min(heights[-1], high)
    for k in reversed(range(len(heights) - 1)):
        heights[k] = min(heights[k], heights[k + 1] - gap)
    for k, height in zip(order, heights, strict=True):
        names[k].set_y(10**height)
