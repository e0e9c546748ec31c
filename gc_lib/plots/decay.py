"""The picture of lesson 05: W and b against λ, and the blocks with both terms of J and with each of them alone."""

from typing import Any

from matplotlib.figure import Figure

from .named import NamedSlice, set_names
from .parts import Blocks
from .picture import Picture
from .style import banded, styled

WEIGHTS, BIASES = ("W1", "W2", "W3"), ("b1", "b2", "b3")


class DecayPicture(Picture):
    """Show what λ does to the readings of W and b, and which of the two terms of J is wrong."""

    def __init__(self, scale: float = 1):
        with styled():
            figure = Figure((9.6, 4), dpi=100 * scale, layout="constrained")
            against, *bars = figure.subplots(1, 4, width_ratios=(2.6, 2, 2, 1.05))
            banded(against, *bars)
            axis = ("λ", 1e-6, 1e5, "0 1e-4 1 1e4")
            self.slices = NamedSlice(against, "b", "s", False, *axis), NamedSlice(against, "W", "o", True, *axis)
            against.set_xlim(right=6e6)  # room for the names
            blocks = [name for pair in zip(WEIGHTS, BIASES, strict=True) for name in pair]
            self.bars = {
                term: Blocks(axes, names)
                for term, axes, names in zip(("whole", "data", "λ"), bars, (blocks, blocks, WEIGHTS), strict=True)
            }
            for axes, words in zip(bars, ("both terms\nof J", "data term\nalone", "λ term\nalone"), strict=True):
                axes.set_xlabel(words)
            super().__init__(figure)

    def update(self, result: Any) -> bytes:
        """Move every artist to a result of the lab, and return the picture as PNG."""
        for each in self.slices:
            each.move(result)
        set_names([each.name for each in self.slices], [each.end for each in self.slices])
        for term, panel in self.bars.items():
            panel.move(result.bars[term])
        return self.png()
