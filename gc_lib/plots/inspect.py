"""The picture of a report: its blocks, and the entries of one of them, against each other and in their places."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba_array
from matplotlib.lines import Line2D
from matplotlib.text import Text

from .parts import BEFORE_NOW, RING, Blocks, Marks, Panel, line, word
from .picture import MOVES, pictures
from .style import BEFORE, GREAT, GREY, INK, PALE, WHITE, Band, band

SILENT = Band("", 0, 0, WHITE, WHITE, "o")  # a reading that says nothing
MOST = {"the entry that differs most": Line2D([], [], **RING, ms=8, mew=1.8)}
RIM = 1.2  # of both square panels, in units of what they hold
FEW = 400  # entries, up to which each cell of the map has a mark and a margin
NUMBERED = 10  # rows, or columns, that have room for their numbers


class Chosen(Blocks):
    """Show the bars of all blocks, and a pointer under the one that is looked into."""

    def build(self, axes: Axes, *given) -> None:
        super().build(axes, *given)
        foot = axes.get_xaxis_transform()  # below the mark of a reading of 0
        self.pointer = line(axes, "^", color=INK, ms=8, zorder=14, clip_on=False, transform=foot)

    def move(self, result) -> None:
        """Move to a result."""
        super().move(result)
        self.pointer.set_data([self.names.index(result.block)], [0])


def looks(result) -> list[Band]:
    """Return how each entry of a result looks: as its band, or silent where its reading says nothing."""
    pairs = zip(result.readings, result.wrong, strict=True)
    return [band(reading) if off or reading < GREAT.high else SILENT for reading, off in pairs]


class Square(Panel):
    """Show the entries as points on a square, with a ring around the one that differs most."""

    marks = MOST

    def build(self, axes: Axes) -> None:
        axes.set(xlim=(-RIM, RIM), ylim=(-RIM, RIM), aspect="equal")
        self.points = Marks(axes, size=64)
        self.ring = line(axes, "o", mfc="none", mec=INK, mew=2, ms=16, zorder=14)

    def lay(self, x: np.ndarray, y: np.ndarray, result, bands: list[Band]) -> None:
        """Move the points."""
        edges = [GREY if each is SILENT else WHITE for each in bands]
        self.points.move(x, y, [each.mark for each in bands], edges, [each.colour for each in bands])
        self.ring.set_visible(bool(result.wrong[result.worst]))
        self.ring.set_data([x[result.worst]], [y[result.worst]])


class Against(Square):
    """Show dθ against dθ_approx, entry by entry, and the line on which dθ is k times dθ_approx."""

    marks = BEFORE_NOW | MOST
    about = "Each entry of the block chosen: dθ against dθ_approx, with the line on which dθ is k times dθ_approx."

    def build(self, axes: Axes) -> None:
        super().build(axes)
        axes.set(xlabel="dθ_approx, from the cost\ngreen: equal   dashes: k times", ylabel="dθ, from backprop")
        for ticks in (axes.set_xticks, axes.set_yticks):
            ticks([-1, 0, 1], ["−", "0", "+"])
        axes.grid(True, axis="both")
        axes.plot([-RIM, RIM], [-RIM, RIM], color=GREAT.tint, lw=13, solid_capstyle="butt", zorder=1)
        self.before, self.line = (line(axes, "--", color=colour, lw=2, zorder=9) for colour in (BEFORE, INK))

    def lean(self, k: float) -> tuple[list, list]:
        """Return the two ends of the line dθ = k dθ_approx."""
        x = RIM / max(1, abs(k))
        return [-x, x], [-k * x, k * x]

    def move(self, result) -> None:
        """Move to a result, whose largest entry reaches the end of an axis."""
        size = max(np.abs(result.approx).max(), np.abs(result.gradient).max()) or 1.0
        self.lay(result.approx / size, result.gradient / size, result, looks(result))
        self.line.set_data(*self.lean(result.state.k))
        before = result.before
        self.before.set_visible(before is not None and before.state.block == result.state.block)
        self.before.set_data(*self.lean(before.state.k if before else 1))


class Map(Square):
    """Show every entry in its place in the block: row by row, as the array is printed."""

    about = "The entries of one block in rows and columns, coloured by the bands great, look and worry."

    def build(self, axes: Axes) -> None:
        super().build(axes)
        axes.set(xlabel="columns", ylabel="rows", xticks=[], yticks=[])
        self.cells = axes.imshow(np.ones((1, 1, 4)), interpolation="nearest", zorder=9, aspect="equal", **MOVES)
        axes.set(xlim=(-RIM, RIM), ylim=(-RIM, RIM))
        self.margins = axes.add_collection(LineCollection([], colors=PALE, lw=3, zorder=10, **MOVES), autolim=False)
        self.across = [word(axes, "", ha="center", va="bottom", fontsize="small") for _ in range(NUMBERED)]
        self.down = [word(axes, "", ha="right", va="center", fontsize="small") for _ in range(NUMBERED)]

    def move(self, result) -> None:
        """Move to a result."""
        count, rows, bands = result.approx.size, result.rows, looks(result)
        columns, few = -(-count // rows), count <= FEW
        side = 2 / max(rows, columns)
        right, top = columns * side / 2, rows * side / 2
        i = np.arange(count)
        self.lay((i % columns + 0.5) * side - right, top - (i // columns + 0.5) * side, result, bands)
        self.points.points.set(visible=few, sizes=[min(64, (64 * side) ** 2)])
        cells = np.zeros((rows * columns, 4))  # what is left of the last row stays clear
        cells[:count] = to_rgba_array([each.tint if few else each.colour for each in bands])
        self.cells.set_data(cells.reshape(rows, columns, 4))
        self.cells.set_extent((-right, right, -top, top))
        upright = [[(x, -top), (x, top)] for x in np.linspace(-right, right, columns + 1)]
        level = [[(-right, y), (right, y)] for y in np.linspace(-top, top, rows + 1)]
        self.margins.set_segments([*upright, *level] if few else [])
        for n, number in numbered(self.across, columns, 0.2 / side):
            number.set_position(((n + 0.5) * side - right, top + 0.03))
        for n, number in numbered(self.down, rows, 0.14 / side):
            number.set_position((-right - 0.03, top - (n + 0.5) * side))


def numbered(words: list[Text], count: int, least: float) -> Iterator[tuple[int, Text]]:
    """Number so many rows or columns, or every second, fifth, … as `least` says; yield each number and its words."""
    steps = (digit * 10**power for power in range(9) for digit in (1, 2, 5))
    step = next(step for step in steps if step >= least and count <= step * len(words))
    for k, number in enumerate(words):
        number.set(text=k * step, visible=k * step < count)
        if k * step < count:
            yield k * step, number


@pictures([3.0], [3.35, 3.15])
def inspect_picture(names: list[str], blocks: Axes, against: Axes, places: Axes) -> tuple:
    """Show what a check found: the blocks, and the entries of one of them."""
    return Chosen(blocks, names), Against(against), Map(places)
