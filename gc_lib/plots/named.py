"""Curves that carry their names at their right ends, so that no legend is needed."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text

from .bench import Slice
from .picture import MOVES
from .style import BEFORE, DIFFERENCE, DIFFERENCES, WHITE, Scale


class NamedSlice(Slice):
    """Show one of several curves on the same axes, with a mark and a name of its own."""

    def __init__(self, axes: Axes, key: str, mark: str, filled: bool, label: str, low: float, high: float, ticks: str):
        super().__init__(axes, key, label, low, high, ticks)
        for line, colour in ((self.curve, DIFFERENCE), (self.before, BEFORE)):
            line.set(marker=mark, markerfacecolor=colour if filled else WHITE)
        self.name = curve_name(axes, high * (high / low) ** 0.08, key, DIFFERENCE)

    @property
    def end(self) -> float:
        """Return the height of the curve's right end."""
        return self.curve.get_ydata()[-1]


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
