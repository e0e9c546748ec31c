"""The way back through the layers: the lines of each, the wires between them, and where an error runs."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Patch, Rectangle

from .parts import Panel, word
from .picture import MOVES
from .style import GREAT, INK, PALE, SILVER, WHITE

Line = tuple[int, str]  # a layer, and one of its lines

SPOTS = {"drop": (0, 0.72), "dZ": (1, 0.72), "dW": (2, 0.72), "dA_prev": (0, 0.26), "db": (2, 0.26)}
HALF = np.array([0.39, 0.17])  # of the width and the height of a box


def spot(line: Line) -> np.ndarray:
    """Return where the box of a line stands: the highest layer at the top, each layer one unit high."""
    layer, name = line
    x, y = SPOTS[name]
    return np.array([x, layer - 1 + y])


def box(line: Line, size: float = 1) -> np.ndarray:
    """Return the corners of the box of a line."""
    return spot(line) + size * HALF * [(-1, -1), (-1, 1), (1, 1), (1, -1)]


class WayBack(Panel):
    """Show a box for each line, in the colour of what is wrong with it, and pale where it has not run yet.

    `wires` are pairs of lines, of which the second is computed from the first.
    """

    marks = {"the line that is wrong": Patch(facecolor=WHITE, edgecolor=INK, linewidth=2.2)}
    about = (
        "The five lines of each layer as boxes, from layer 4 down to 1, with wires to what is computed from them; the "
        "wrong line is framed, and what its error reaches has the colour of its band."
    )

    def build(self, axes: Axes, lines: Sequence[Line], wires: Sequence[tuple[Line, Line]]) -> None:
        self.lines, self.sources = list(lines), [source for source, _ in wires]
        top = max(layer for layer, _ in lines)
        axes.set(title="the way back", xlim=(-0.8, 2.5), ylim=(0, top))
        axes.set_axis_off()
        for layer in range(1, top + 1):
            axes.add_patch(Rectangle((-0.5, layer - 0.98), 3, 0.94, color=PALE, linewidth=0))
            axes.text(-0.65, layer - 0.5, f"layer {layer}", rotation=90, ha="center", va="center", fontsize="small")
        ends = [(spot(source), spot(fed)) for source, fed in wires]
        self.wires = axes.add_collection(LineCollection(ends, zorder=10, **MOVES), autolim=False)
        self.boxes = axes.add_collection(PolyCollection([box(line) for line in lines], zorder=11, **MOVES))
        self.frame = axes.add_collection(PolyCollection([], zorder=12, **MOVES), autolim=False)
        self.frame.set(facecolor="none", edgecolor=INK, linewidth=2.2)
        for line in lines:
            number = line[0] if line[1] in ("dW", "db") else ""
            word(axes, f"{line[1]}{number}", *spot(line), ha="center", va="center", fontsize="small")

    def move(self, result) -> None:
        """Move to a result."""
        run = result.lines
        colours = {line: run[line].colour if line in run else SILVER for line in self.lines}
        self.boxes.set_facecolor([run[line].tint if line in run else WHITE for line in self.lines])
        self.boxes.set_edgecolor([*colours.values()])
        self.wires.set_color([colours[source] for source in self.sources])
        self.wires.set_linewidth([3.2 if run.get(source, GREAT) is not GREAT else 1.4 for source in self.sources])
        self.frame.set_verts([box(result.planted, 1.12)] if result.planted else [])
