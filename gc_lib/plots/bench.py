"""The picture of the bench: slices against ε, λ and dropout, the blocks, and how long both gradients are."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from .curves import Slice
from .parts import Blocks, Lengths
from .picture import side_by_side
from .style import LENGTHS, banded


@side_by_side(2.2, 1.75, 1.4, 1.75, 0.95)
def bench_picture(names: Sequence[str], eps: Axes, lam: Axes, drop: Axes, blocks: Axes, lengths: Axes) -> tuple:
    """Show how the relative difference moves with ε, λ and dropout, in each block, and how long both gradients are."""
    banded(eps, lam, drop, blocks)
    LENGTHS.apply(lengths, "1e-6 1 1e6 1e12")
    lengths.yaxis.tick_right()
    return (
        Slice(eps, "eps", "ε", 1e-12, 1, "1e-11 1e-7 1e-3"),
        Slice(lam, "lam", "λ", 1e-8, 1e4, "0 1e-6 1e-2 1e2"),
        Slice(drop, "drop", "dropped share\n1 − keep_prob", 1e-4, 0.7, "0 1e-3 0.5"),
        Blocks(blocks, names),
        Lengths(lengths),
    )
