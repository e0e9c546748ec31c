"""The picture of a case: the bar of each block in one check, and how many suspects the checks have left."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from .parts import WALK, Blocks, Panel, line, ring
from .picture import MOVES, pictures
from .style import GREY, INK, banded


class Suspects(Panel):
    """Show how many suspects are left after each check; the last count is written beside its ring."""

    most = 9  # checks; those after are drawn at the right edge

    def __init__(self, axes: Axes):
        super().__init__(axes)
        axes.set(yscale="log", xlim=(-0.5, self.most + 0.9), ylim=(0.75, 5000), xlabel="checks made")
        axes.set_xticks(range(0, self.most + 1, 3), ["0", "3", "6", "9+"])
        axes.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.tick_right()
        axes.yaxis.set_label_position("right")
        axes.set_ylabel("suspects left")
        self.path = line(axes, ".-", color=INK, markersize=9, zorder=10)
        self.here = ring(axes)
        self.number = axes.text(0, 1, "", fontsize=13, fontweight="bold", color=INK, va="bottom", zorder=13, **MOVES)

    def move(self, result: Any) -> None:
        """Move to a result."""
        x = np.minimum(np.arange(len(result.counts)), self.most)
        self.path.set_data(x, result.counts)
        self.here.set_data(x[-1:], result.counts[-1:])
        self.number.set(x=x[-1] + 0.15, y=result.counts[-1] * 1.35, text=f"{result.counts[-1]:,}")


class Question(Panel):
    """Show a question mark in place of the bars of a check that was not made."""

    def __init__(self, axes: Axes):
        super().__init__(axes)
        middle = dict(ha="center", va="center", transform=axes.transAxes)
        self.mark = axes.text(0.5, 0.5, "?", fontsize=64, color=GREY, zorder=9, **middle, **MOVES)

    def move(self, result: Any) -> None:
        """Move to a result."""
        self.mark.set_visible(np.isnan(list(result.blocks.values())).all())


@pictures([6.2], [3.2], height=3.6)
def detective_picture(names: Sequence[str], blocks: Axes, suspects: Axes) -> tuple:
    """Show the blocks in the check that is looked at, or a question mark, and the number of suspects left."""
    banded(blocks)
    return Blocks(blocks, names, WALK), Suspects(suspects), Question(blocks)
