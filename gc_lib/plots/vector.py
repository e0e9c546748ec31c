"""The picture of lesson 02: the numbered matrices over the strips of θ, dθ and dθ_approx, and the three norms."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from .parts import Panel, boxes, line
from .picture import MOVES, pictures
from .style import APPROX, BEFORE, DIFFERENCE, GRADIENT, GREY, INK, WHITE, for_words, log_x

SHAPES = {"W1": (4, 2), "b1": (4, 1), "W2": (3, 4), "b2": (3, 1), "W3": (1, 3), "b3": (1, 1)}
SIZE, TOP, CELL = 31, 8.7, 0.85
STRIPS = {"θ": (3.6, INK), "dθ": (2.0, GRADIENT), "dθ\napprox": (0.4, APPROX)}  # the middle of each, and its colour
HALF = 0.66  # of the height of a strip
RANGE = (1e-12, 1e4)
TINTS = {"W": "#DDE7F0", "b": "#F3E8DF"}  # the background of a block of weights, and of one of biases


class Strips(Panel):
    """Show the blocks as matrices and, beneath, each of the three vectors as a strip of signed bars."""

    field = "i"
    about = (
        "The matrices W1, b1, … W3, b3 with their entries numbered; beneath them three strips of 31 entries, θ, dθ and "
        "dθ_approx, which is filled as far as the loop has come."
    )

    def build(self, axes: Axes) -> None:
        axes.set(xlim=(-2.2, SIZE + 0.1), ylim=(-0.95, TOP + 0.75), xticks=[], yticks=[])
        axes.set_facecolor(WHITE)
        axes.grid(False)
        self.cells: list[Rectangle] = []
        start = 0
        for name, (rows, columns) in SHAPES.items():
            size = rows * columns
            self.matrix(axes, name, start, rows, columns)
            for middle, _ in STRIPS.values():
                ground = dict(facecolor=TINTS[name[0]], edgecolor=WHITE, lw=2, zorder=1)
                axes.add_patch(Rectangle((start, middle - HALF), size, 2 * HALF, **ground))
            start += size
        for name, (middle, colour) in STRIPS.items():
            axes.plot([0, SIZE], [middle] * 2, color=WHITE, lw=1, zorder=2)
            looks = dict(color=for_words(colour), ha="right", va="center", fontweight="bold", linespacing=1.15)
            axes.text(-0.3, middle, name, **looks)
        axes.text(0, -0.85, "i = 0", ha="left", va="center", fontsize=9)
        axes.text(SIZE, -0.85, f"i = {SIZE - 1}", ha="right", va="center", fontsize=9)
        self.bars = [
            axes.add_collection(PolyCollection([], facecolors=colour, linewidth=0, zorder=5, **MOVES), autolim=False)
            for _, colour in STRIPS.values()
        ]
        outline = dict(fill=False, zorder=8, **MOVES)
        self.column = axes.add_patch(Rectangle((0, -0.4), 1, 4.8, ec=INK, lw=1.6, **outline))
        self.of_theta = axes.add_patch(Rectangle((0, 0), 1, CELL, ec=INK, lw=2.2, **outline))
        self.of_dtheta = axes.add_patch(Rectangle((0, 0), 1, CELL, ec=GRADIENT, lw=2.2, ls="--", **outline))

    def place(self, x: Sequence | np.ndarray) -> np.ndarray:
        """Return where entries stand in the strips."""
        return np.asarray(x, float) + 0.5

    def matrix(self, axes: Axes, name: str, start: int, rows: int, columns: int) -> None:
        """Draw a block as a matrix over its part of θ, its entries numbered as θ numbers them."""
        left = start + (rows * columns - columns) / 2
        axes.text(left + columns / 2, TOP + 0.12, name, ha="center", va="bottom", fontweight="bold")
        for k in range(rows * columns):
            x, y = left + k % columns, TOP - (k // columns + 1) * CELL
            self.cells.append((x, y))
            axes.add_patch(Rectangle((x, y), 1, CELL, facecolor=TINTS[name[0]], edgecolor=WHITE, lw=1.5, zorder=1))
            axes.text(x + 0.5, y + CELL / 2, start + k, ha="center", va="center", fontsize=8.5)
        foot, strip = TOP - rows * CELL - 0.08, STRIPS["θ"][0] + HALF + 0.06
        for x, end in ((left, start), (left + columns, start + rows * columns)):
            axes.plot([x, end], [foot, strip], color=GREY, lw=0.7, zorder=1)

    def move(self, result) -> None:
        """Move to a result."""
        i, largest = result.state.i, abs(result.dtheta).max()
        shares = result.theta / abs(result.theta).max(), result.dtheta / largest, result.approx / largest
        for bars, (middle, _), share in zip(self.bars, STRIPS.values(), shares, strict=True):
            x = np.arange(share.size)
            level = np.full(share.size, middle)
            bars.set_verts(boxes(x + 0.14, x + 0.86, level, level + np.clip(share, -1.2, 1.2) * HALF * 0.92))
        self.column.set_x(i)
        self.of_theta.set_xy(self.cells[i])
        self.of_dtheta.set(xy=self.cells[result.places[i]], visible=bool(result.places[i] != i))


class Norms(Panel):
    """Show the three norms as lengths on one log axis: the gap that the first leaves is the relative difference."""

    marks = {"before your last move": Line2D([], [], color=BEFORE, marker="|", linestyle="none", ms=9, mew=3)}
    about = "The lengths of dθ_approx − dθ, dθ_approx and dθ on a log axis."

    def build(self, axes: Axes) -> None:
        log_x(axes, RANGE, "length, so far", "1e-12 1e-8 1e-4 1 1e4")
        axes.set(ylim=(-0.55, 2.75), yticks=[])
        axes.grid(axis="x")
        self.levels, colours = np.array([2.0, 1.0, 0.0]), [DIFFERENCE, APPROX, GRADIENT]
        for level, word in zip(self.levels, ("‖dθ_approx − dθ‖", "‖dθ_approx‖", "‖dθ‖"), strict=True):
            axes.text(2e-12, level + 0.25, word, ha="left", va="bottom", zorder=9)
        self.bars = axes.add_collection(PolyCollection([], facecolors=colours, zorder=5, **MOVES), autolim=False)
        self.before = line(axes, "|", color=BEFORE, ms=22, mew=3, zorder=6)

    def move(self, result) -> None:
        """Move to a result; where the bars ended before, a pale mark stays."""
        ends = np.clip(list(result.lengths.values()), *RANGE)
        left = np.full(3, RANGE[0])
        self.bars.set_verts(boxes(left, ends, self.levels - 0.2, self.levels + 0.2))
        before = [] if result.before is None else list(result.before.lengths.values())
        self.before.set_data(np.clip(before, *RANGE), self.levels[: len(before)])


@pictures([7.2], [2.4], height=4.2, inks=(*TINTS.values(), for_words(GRADIENT), for_words(APPROX)))
def vector_picture(strips: Axes, norms: Axes) -> tuple:
    """Show the blocks as one vector, the loop at work, and the norms of what it has found."""
    return Strips(strips), Norms(norms)
