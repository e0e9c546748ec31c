"""The picture of the bench: its blocks, and slices against ε, λ and keep_prob."""

import numpy as np
from matplotlib.axes import Axes

from .curves import KeepProbAxis, LogAxis, Slice
from .parts import MARK, Blocks, Columns, Panel
from .picture import View, pictures
from .style import APPROX, GRADIENT, LENGTHS

SLICES = 2.2, 2.1, 1.9
LENGTH_NAMES = ["dθ_approx", "dθ"]  # stand among the names where the picture also shows how long both are
KEEP_PROBS = [1, 0.9999, 0.999, 0.99, 0.97, 0.9, 0.8, 0.7, 0.5, 0.3]


class Lengths(Panel):
    """Show how long dθ_approx and dθ are, on an axis of their own."""

    about = "The lengths of dθ_approx and dθ."

    def build(self, axes: Axes) -> None:
        self.columns = Columns(axes, LENGTHS, 2, width=0.12, size=MARK)
        axes.set_xticks(self.columns.x, ["approx", "dθ"])
        axes.set(xlim=(-0.45, 1.45), xlabel="lengths")

    def move(self, result) -> None:
        """Move to a result."""
        before = (np.nan, np.nan) if result.before is None else result.before.lengths
        colours = (APPROX, GRADIENT)
        self.columns.move(result.lengths, before, "os", colours, edges=colours, faces=colours)


def slices(eps: Axes, lam: Axes, keep_prob: Axes) -> tuple:
    """Show how the relative difference moves with ε, λ and keep_prob."""
    return (
        Slice(eps, "eps", "ε", LogAxis(1e-12, 1), "1e-11 1e-7 1e-3"),
        Slice(lam, "lam", "λ", LogAxis(1e-6, 1e4, apart=0), "0 1e-3 1 1e3"),
        Slice(keep_prob, "keep_prob", "keep_prob", KeepProbAxis(KEEP_PROBS), "1 0.99 0.8 0.3"),
    )


@pictures([3.4], SLICES)
def usual(names: list[str], blocks: Axes, *against: Axes) -> tuple:
    """Show each block, and the three slices."""
    return Blocks(blocks, names), *slices(*against)


@pictures([2.25, 1.15], SLICES)
def with_lengths(names: list[str], blocks: Axes, lengths: Axes, *against: Axes) -> tuple:
    """Show each block, how long both gradients are, and the three slices."""
    LENGTHS.apply(lengths, "1e-6 1 1e6 1e12")
    lengths.yaxis.tick_right()
    panels = Blocks(blocks, names[:-2]), Lengths(lengths), *slices(*against)
    for axes in (blocks, lengths):  # they are narrow
        axes.tick_params(axis="x", labelsize="x-small")
    return panels


def bench_picture(names: list[str], scale: float = 1) -> View:
    """Show each block and three slices; with fresh masks, how long both gradients are as well."""
    return (with_lengths if names[-2:] == LENGTH_NAMES else usual)(names, scale)
