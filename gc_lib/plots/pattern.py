"""The picture of one bug: the bar of each block, and the reading of the whole vector against the bug's strength."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from .bench import Slice
from .parts import Blocks
from .picture import Picture
from .style import banded, styled


class PatternPicture(Picture):
    """Show which blocks a bug turns red, and how the relative difference climbs with its strength."""

    def __init__(self, block_names: Sequence[str]):
        with styled():
            figure = Figure((9.6, 3.8), dpi=100, layout="constrained")
            blocks, climb = figure.subplots(1, 2, width_ratios=(1.9, 1))
            banded(blocks, climb)
            self.panels = (
                Blocks(blocks, block_names),
                Slice(climb, "strength", "strength of the bug", 1e-8, 1, "1e-8 1e-6 1e-4 1e-2 1"),
            )
            blocks.tick_params(axis="x", labelrotation=0)
            blocks.set_xlabel("each block  (←  backprop walks from right to left)")
            super().__init__(figure)
