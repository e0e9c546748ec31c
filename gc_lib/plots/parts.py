"""The moving parts that pictures are made of: marks, columns, the bars of the blocks."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation, Transform

from .picture import MOVES
from .style import BEFORE, DIFFERENCE, DIFFERENCES, GREAT, GREY, INK, SAYS_NOTHING, WHITE, Colours, Scale, band

BEFORE_LOOKS = dict(color=BEFORE, linestyle="--", lw=1.2)
RING = dict(marker="o", linestyle="none", color=WHITE, mec=INK)
NOW = {"now": Line2D([], [], color=DIFFERENCE, marker=".", lw=1.8)}
BEFORE_NOW = {"before your last move": Line2D([], [], **BEFORE_LOOKS)}
HERE = {"you are here": Line2D([], [], **RING, ms=8, mew=1.8)}
HATCHED = {"as far as the check itself may be off": Patch(fill=False, hatch="/////", edgecolor=GREY, linewidth=0)}


class Panel:
    """A part of a picture on axes of its own: `build` makes its artists once, `move` moves them to a result.

    `field` is the field of the state whose slider stands under it, and place(values) says where values of it stand on
    the x axis; `marks` are what its marks mean; `about` says what it shows to those who do not see it. What is `banded`
    stands on the axis of relative differences.
    """

    field = ""
    place: Callable[..., np.ndarray] = staticmethod(np.asarray)
    marks: Mapping[str, Artist] = {}
    about: str
    banded = False
    build: Callable[..., None]
    move: Callable[[Any], None]

    def __init__(self, axes: Axes, *given: Any):
        self.axes = axes
        self.build(axes, *given)

    def share(self, value: float) -> float:
        """Return how far right in its picture a value of the field stands, as a share of the picture's width."""
        (x,) = self.place([value])
        return float(self.axes.transData.transform((x, 1))[0] / self.axes.figure.bbox.width)


class Rounded(Transform):
    """Round places to a thousandth of a pixel.

    How numpy rounds a logarithm may depend on where its array lies in memory; that turns a pixel of a dashed line.
    """

    input_dims = output_dims = 2

    def transform_non_affine(self, values: np.ndarray) -> np.ndarray:
        """Return the places, rounded."""
        return np.round(values, 3)


def line(axes: Axes, *looks: str, **more) -> Line2D:
    """Add a line, or marks, that will move."""
    return axes.plot([], [], *looks, **MOVES | {"transform": axes.transData + Rounded()} | more)[0]


def word(axes: Axes, words: str, x: float = 1, y: float = 1, **looks) -> Text:
    """Add words that will move."""
    return axes.text(x, y, words, **MOVES | {"zorder": 14} | looks)


def magnify(axes: Axes, low: float) -> None:
    """Let an axis run from θ − 2ε to θ + 2ε, with the window of the check in white, named at the height `low`."""
    axes.set_xlim(-2, 2)
    axes.set_xticks([-2, -1, 0, 1, 2], ["θ − 2ε", "θ − ε", "θ", "θ + ε", "θ + 2ε"])
    axes.set_yticks([])
    axes.axvspan(-1, 1, color=WHITE, linewidth=0, zorder=0)
    axes.text(0, low, "the window", ha="center", va="center")


def key(axes: Axes, x: Sequence[float], top: float, step: float, looks: Mapping[str, dict]) -> None:
    """Say what lines mean, in rows from `top` down: a piece of each from x[0] to x[1], and its words at x[2]."""
    for row, (words, look) in enumerate(looks.items()):
        height = top - step * row
        axes.plot(x[:2], [height, height], **look)
        axes.text(x[2], height, words, va="center")


def ring(axes: Axes, zorder: int = 12, marker: str = "o") -> Line2D:
    """Add the ring that will show where the student stands."""
    return line(axes, **RING | {"marker": marker}, ms=11, mew=2.2, zorder=zorder)


MARK = (0.09 * 72) ** 2  # the area of a mark of 9 pixels of the page, as matplotlib counts it


@cache
def outline(mark: str) -> Outline:
    """Return the outline of one of matplotlib's marks."""
    style = MarkerStyle(mark)
    return style.get_path().transformed(style.get_transform())


def boxes(left: np.ndarray, right: np.ndarray, foot: np.ndarray, top: np.ndarray) -> np.ndarray:
    """Return the corners of boxes, (boxes, 4, 2)."""
    return np.stack([(left, foot), (left, top), (right, top), (right, foot)]).transpose(2, 0, 1)


class Marks:
    """Move points that have a mark and colours of their own."""

    def __init__(self, axes: Axes, size: float):
        self.points = axes.scatter([], [], size, linewidth=1.4, zorder=13, **MOVES)

    def move(self, x: np.ndarray, y: np.ndarray, marks: Sequence[str], edges: Colours, faces: Colours) -> None:
        """Show one mark at each point."""
        self.points.set_offsets(np.column_stack([x, y]))
        self.points.set_paths([outline(mark) for mark in marks])
        self.points.set(edgecolors=edges, facecolors=faces)

    def point(self, x: np.ndarray, y: np.ndarray, scale: Scale, colour: str) -> None:
        """Point off the axis where values lie off it."""
        off = (y < scale.low) | (y > scale.high)
        self.move(x[off], scale.place(y[off]), [scale.mark(value) for value in y[off]], colour, colour)


class Columns:
    """Move columns with a mark above each, and short level lines where they stood before."""

    def __init__(self, axes: Axes, scale: Scale, count: int, width: float, size: float):
        self.scale, self.x, self.width = scale, np.arange(count), width
        axes.set_xlim(-0.7, count - 0.3)
        self.bodies = axes.add_collection(PolyCollection([], zorder=10, **MOVES), autolim=False)
        level = LineCollection([], colors=BEFORE, lw=1.8, linestyles=[(0, (3, 1))], zorder=12, **MOVES)
        self.before = axes.add_collection(level, autolim=False)
        self.tops = Marks(axes, size)
        above = ScaledTranslation(0, 0.01 + 0.5 * size**0.5 / 72, axes.figure.dpi_scale_trans)
        self.tops.points.set_offset_transform(axes.transData + above)

    def corners(self, width: float, tops: np.ndarray) -> np.ndarray:
        """Return the corners of columns of these heights, (columns, 4, 2)."""
        return boxes(self.x - width / 2, self.x + width / 2, np.full(len(self.x), self.scale.low), tops)

    def move(
        self, values: np.ndarray, before: Sequence, marks: Sequence, colours: Colours, edges: Colours, faces: Colours
    ) -> None:
        """Raise the columns to their values; `marks` stand on those that end on the axis."""
        tops = self.scale.place(values)
        self.bodies.set_verts(self.corners(self.width, np.maximum(tops, self.scale.low)))
        self.bodies.set_facecolors(colours)
        self.before.set_segments(self.corners(0.9, self.scale.place(before))[:, 1:3])
        tips = [self.scale.mark(value, mark) for value, mark in zip(values, marks, strict=True)]
        self.tops.move(self.x, tops, tips, edges, faces)


class Blocks(Panel):
    """Show the reading of each block in its band's colour, or grey where its hatched error bound explains all of it.

    Of a result that holds several checks it shows the bars of the one called `key`. Names stand upright where they fit,
    or where there is a label to say more.
    """

    marks, banded = BEFORE_NOW | HATCHED, True

    def build(self, axes: Axes, names: Sequence[str], label: str = "each block", key: str = "") -> None:
        self.names, self.key, few = list(names), key, len(names) < 12
        self.columns = Columns(axes, DIFFERENCES, len(names), width=0.64, size=MARK if few else MARK / 2)
        step = -(-len(names) // 8)
        written = [name if len(name) <= 12 else f"{name[:11]}…" for name in self.names[::step]]
        upright = label != "each block" or (few and len(" ".join(written)) < 18)
        axes.set_xticks(self.columns.x[::step], written, rotation=0 if upright else 90)
        axes.set_xlabel(label)
        words = " ".join(label.split())
        self.about = f"Relative differences as bars ({words}), on a log axis with the bands great, look and worry."
        axes.tick_params(axis="x", labelsize="small" if key else "medium")
        self.pen = [Outline.MOVETO, Outline.LINETO, Outline.LINETO, Outline.LINETO] * len(names)
        hatch = PathPatch(Outline([(0, 0)]), fill=False, hatch="////", edgecolor=GREY, linewidth=0, zorder=11, **MOVES)
        self.bounds = axes.add_patch(hatch)

    def spot(self, n: int) -> tuple[float, float, float, float]:
        """Return where a bar's place in the picture begins, from the left and from the top, its width and its height.

        All are shares of the picture's own width and height.
        """
        left, right, (bottom, top) = self.share(n - 0.5), self.share(n + 0.5), self.axes.get_position().intervaly
        return left, 1 - top, right - left, top - bottom

    def move(self, result) -> None:
        """Move to a result; a hollow mark on a grey bar is a reading that its error bound explains."""
        result = result.bars[self.key] if self.key else result
        readings, bounds = (np.array([of[name] for name in self.names]) for of in (result.blocks, result.bounds))
        before = {} if result.before is None else result.before.blocks
        bands, heard = [band(reading) for reading in readings], (readings > bounds) | (readings < GREAT.high)
        colours = np.where(heard, [each.colour for each in bands], SAYS_NOTHING)
        edges, faces = np.where(heard, WHITE, GREY), np.where(heard, INK, WHITE)
        stood, marks = [before.get(name, np.nan) for name in self.names], [each.mark for each in bands]
        self.columns.move(readings, stood, marks, colours, edges, faces)
        corners = self.columns.corners(0.9, np.clip(bounds, *DIFFERENCES))
        self.bounds.set_path(Outline(corners.reshape(-1, 2), self.pen))  # one path: its hatch is drawn once
