"""The picture of a case: the bar of each block in one check, and how many suspects the checks have left."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from .parts import Blocks
from .picture import MOVES, Picture
from .style import GREY, INK, WHITE, banded, styled


class Suspects:
    """Show how many suspects are left after each check; the last count is written beside its ring."""

    most = 9  # checks; those after are drawn at the right edge

    def __init__(self, axes: Axes):
        axes.set(yscale="log", xlim=(-0.5, self.most + 0.9), ylim=(0.75, 5000), xlabel="checks made")
        axes.set_xticks(range(0, self.most + 1, 3), ["0", "3", "6", "9+"])
        axes.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.tick_right()
        axes.yaxis.set_label_position("right")
        axes.set_ylabel("suspects left")
        self.path = axes.plot([], [], ".-", color=INK, markersize=9, zorder=10, **MOVES)[0]
        self.here = axes.plot([], [], "o", color=WHITE, ms=11, mec=INK, mew=2.2, zorder=12, **MOVES)[0]
        self.number = axes.text(0, 1, "", fontsize=13, fontweight="bold", color=INK, va="bottom", zorder=13, **MOVES)

    def move(self, result: Any) -> None:
        """Move to a result."""
        x = np.minimum(np.arange(len(result.counts)), self.most)
        self.path.set_data(x, result.counts)
        self.here.set_data(x[-1:], result.counts[-1:])
        self.number.set(x=x[-1] + 0.15, y=result.counts[-1] * 1.35, text=f"{result.counts[-1]:,}")


class DetectivePicture(Picture):
    """Show the blocks in the check that is looked at, or a question mark, and the number of suspects left."""

    def __init__(self, block_names: Sequence[str]):
        with styled():
            figure = Figure((9.6, 3.6), dpi=100, layout="constrained")
            blocks, suspects = figure.subplots(1, 2, width_ratios=(2.2, 1))
            banded(blocks)
            self.panels = Blocks(blocks, block_names), Suspects(suspects)
            blocks.tick_params(axis="x", labelrotation=0)
            blocks.set_xlabel("each block  (←  backprop walks from right to left)")
            middle = dict(ha="center", va="center", transform=blocks.transAxes)
            self.unknown = blocks.text(0.5, 0.5, "?", fontsize=64, color=GREY, zorder=9, **middle, **MOVES)
            super().__init__(figure)

    def update(self, result: Any) -> bytes:
        """Move to a result, and return the picture as PNG."""
        self.unknown.set_visible(np.isnan(list(result.blocks.values())).all())
        return super().update(result)
