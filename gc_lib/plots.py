"""Figures whose artists are built once and then moved.

A picture draws its ticks, labels and bands once, as a still background. A move puts the background back, draws over it
what moved, and encodes the pixels with a fixed palette: so the picture follows the hand.
"""

import base64
import html
import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.style
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.ticker import NullLocator
from PIL import Image

Colours = str | Sequence[str]

STYLE = Path(__file__).with_name("gc_lib.mplstyle")

# Okabe and Ito's colours, which colour-blind readers can tell apart, and some greys.
ORANGE, SKY_BLUE, BLUISH_GREEN, BLUE = "#E69F00", "#56B4E9", "#009E73", "#0072B2"
VERMILLION, REDDISH_PURPLE = "#D55E00", "#CC79A7"
WHITE, PALE, SILVER, GREY, INK = "#FFFFFF", "#F1F1F1", "#C4C4C4", "#858585", "#333333"

# One quantity, one colour, in every picture.
DIFFERENCE, BEFORE, APPROX, GRADIENT, SAYS_NOTHING = BLUE, "#8DB5D3", SKY_BLUE, REDDISH_PURPLE, SILVER

MOVES = dict(clip_on=False, animated=True)  # what every moving artist is told


class Scale(NamedTuple):
    """Span a log axis, with a rim at both ends for what lies off it."""

    low: float
    high: float

    @property
    def rim(self) -> float:
        """Return half the rim's height, as a factor."""
        return (self.high / self.low) ** 0.028

    def place(self, values: np.ndarray) -> np.ndarray:
        """Move what lies off the axis into its rim."""
        below, above = np.less(values, self.low), np.greater(values, self.high)
        return np.where(below, self.low / self.rim, np.where(above, self.high * self.rim, values))

    def mark(self, value: float, inside: str = "") -> str:
        """Choose a mark that points off the axis, or `inside` for what lies on it."""
        return "v" if value < self.low else "^" if value > self.high else inside

    def apply(self, axes: Axes, ticks: str) -> None:
        """Give `axes` this y axis, with the ticks as they are written."""
        axes.set(yscale="log", ylim=(self.low / self.rim**2, self.high * self.rim**2))
        axes.set_yticks([float(tick) for tick in ticks.split()], ticks.split())
        axes.yaxis.set_minor_locator(NullLocator())


DIFFERENCES, LENGTHS = Scale(1e-12, 1), Scale(1e-6, 1e12)


class Band(NamedTuple):
    """Give a verdict its word, its span and its looks."""

    word: str
    low: float
    high: float
    tint: str
    colour: str
    mark: str


BANDS = GREAT, LOOK, WORRY = (
    Band("great", DIFFERENCES.low, 1e-6, "#DDF1EA", BLUISH_GREEN, "o"),
    Band("look", 1e-6, 1e-4, "#FCF5C4", ORANGE, "D"),
    Band("worry", 1e-4, DIFFERENCES.high, "#FAE3D6", VERMILLION, "X"),
)


def band(reading: float) -> Band:
    """Find the band of a relative difference: great below 1e-6, look up to 1e-4, worry above."""
    return GREAT if reading < GREAT.high else LOOK if reading <= LOOK.high else WORRY


def paint_bands(axes: Axes, left: float = 0, right: float = 1) -> None:
    """Paint the bands on a log axis of relative differences, between two shares of its width."""
    for each in BANDS:
        axes.axhspan(each.low, each.high, left, right, color=each.tint, linewidth=0, zorder=0, clip_on=False)


@cache
def palette() -> np.ndarray:
    """List the blends that antialiasing makes of each ink on each ground, then the style's colours themselves."""
    grounds = [WHITE, PALE, *(each.tint for each in BANDS)]
    inks = [INK, GREY, DIFFERENCE, BEFORE, APPROX, GRADIENT, SAYS_NOTHING, WHITE, *(each.colour for each in BANDS)]
    grounds, inks = (np.array([to_rgb(colour) for colour in colours]) * 255 for colours in (grounds, inks))
    shares = np.linspace(0, 1, 6)[1:-1, None, None, None]
    blends = shares * inks + (1 - shares) * grounds[:, None]
    return np.vstack([blends.reshape(-1, 3), inks, grounds]).round().astype(np.uint8)


@cache
def nearest() -> np.ndarray:
    """Tabulate the palette's nearest colour to each cell of 8×8×8 colours; the style's own colours stay exact."""
    colours, levels = palette().astype(np.uint32), np.arange(4, 256, 8)
    centres = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(-1, 3).astype(np.float32)
    table = ((colours**2).sum(1) - 2 * centres @ colours.T.astype(np.float32)).argmin(1).astype(np.uint8)
    table[cell(colours @ np.uint32([1, 1 << 8, 1 << 16]))] = np.arange(len(colours))
    return table


def cell(pixels: np.ndarray) -> np.ndarray:
    """Number the cell of pixels 0xAABBGGRR by the five high bits of red, green and blue."""
    return (pixels & 0xF8) << 7 | pixels >> 6 & 0x3E0 | pixels >> 19 & 0x1F


class Picture:
    """Repaint the moving artists of a figure, those with `animated=True`, over its still background."""

    def __init__(self, figure: Figure):
        children = (artist for axes in figure.axes for artist in sorted(axes.get_children(), key=Artist.get_zorder))
        self.moving = [artist for artist in children if artist.get_animated()]
        for artist in self.moving:
            artist.set_in_layout(False)
        self.figure, self.canvas = figure, FigureCanvasAgg(figure)
        self.canvas.draw()
        figure.set_layout_engine("none")  # everything is in its place; nothing jumps from here on
        self.background = self.canvas.copy_from_bbox(figure.bbox)
        self.still = self.pixels().copy()
        self.indices = nearest()[cell(self.still)]

    def pixels(self) -> np.ndarray:
        """Look at the canvas as one number 0xAABBGGRR per pixel."""
        return np.asarray(self.canvas.buffer_rgba()).view("<u4")[..., 0]

    def repaint(self) -> None:
        """Put the still background back, and draw over it what moves."""
        self.canvas.restore_region(self.background)
        for artist in self.moving:
            artist.draw(self.canvas.get_renderer())

    def png(self) -> bytes:
        """Repaint, and encode with the palette; only pixels that differ from the background are looked up."""
        self.repaint()
        pixels, indices = self.pixels().ravel(), self.indices.copy()
        moved = np.flatnonzero(pixels != self.still.ravel())
        indices.ravel()[moved] = nearest()[cell(pixels[moved])]
        image, file = Image.fromarray(indices), io.BytesIO()
        image.putpalette(palette().tobytes())
        image.save(file, "PNG", compress_level=3)
        return file.getvalue()


@cache
def outline(mark: str) -> Outline:
    """Return the outline of one of matplotlib's marks."""
    style = MarkerStyle(mark)
    return style.get_path().transformed(style.get_transform())


class Marks:
    """Move points that have a mark and colours of their own."""

    def __init__(self, axes: Axes, size: float):
        self.points = axes.scatter([], [], size, linewidth=1.4, zorder=13, **MOVES)

    def move(self, x: np.ndarray, y: np.ndarray, marks: Sequence[str], edges: Colours, faces: Colours) -> None:
        """Show one mark at each point."""
        self.points.set_offsets(np.column_stack([x, y]))
        self.points.set_paths([outline(mark) for mark in marks])
        self.points.set(edgecolors=edges, facecolors=faces)


class Slice:
    """Show the relative difference against one control: its curve, where the student stands, and the ghost."""

    def __init__(self, axes: Axes, key: str, label: str, low: float, high: float, ticks: str):
        self.key, words, span = key, ticks.split(), high / low
        self.zero, left = low / span**0.15, low / span ** (0.22 if "0" in words else 0.04)
        axes.set(xscale="log", xlim=(left, high * span**0.04), xlabel=label)
        axes.set_xticks(self.place([float(word) for word in words]), words)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.axvspan(low / span**0.08, low / span**0.04, color=WHITE, linewidth=0, zorder=1)  # here the axis breaks
        self.ghost = axes.plot([], [], ".", color=BEFORE, zorder=10, **MOVES)[0]
        self.curve = axes.plot([], [], ".", color=DIFFERENCE, zorder=11, **MOVES)[0]
        self.here = axes.plot([], [], "o", color=WHITE, ms=11, mec=INK, mew=2.2, zorder=12, **MOVES)[0]
        self.off = Marks(axes, size=20)

    def place(self, x: Sequence[float]) -> np.ndarray:
        """Give 0 its own place, left of the break."""
        return np.where(np.equal(x, 0), self.zero, x)

    def lay(self, line: Line2D, result: Any) -> None:
        """Lay a line through a result's curve, broken after 0; dots alone where each point is its own draw."""
        curve = result.curves[self.key]
        points = self.place(curve.x), DIFFERENCES.place(curve.y)
        line.set_data(*(np.insert(values, np.count_nonzero(curve.x == 0), np.nan) for values in points))
        scattered = self.key in result.scattered
        line.set(linestyle="none" if scattered else "-", markersize=9 if scattered else 5)

    def move(self, result: Any) -> None:
        """Move to a result, and leave the curve from before it as a ghost."""
        self.lay(self.curve, result)
        self.ghost.set_visible(result.before is not None)
        if result.before is not None:
            self.lay(self.ghost, result.before)
        (x, y), curve = result.here[self.key], result.curves[self.key]
        self.here.set_data(self.place([x]), DIFFERENCES.place([y]))
        x, y = np.append(curve.x, x), np.append(curve.y, y)
        off = (y < DIFFERENCES.low) | (y > DIFFERENCES.high)
        marks = [DIFFERENCES.mark(value) for value in y[off]]
        self.off.move(self.place(x[off]), DIFFERENCES.place(y[off]), marks, DIFFERENCE, DIFFERENCE)


class Columns:
    """Move columns with a mark on top, and short level lines where they stood before."""

    def __init__(self, axes: Axes, scale: Scale, count: int, width: float, size: float):
        self.scale, self.x, self.width = scale, np.arange(count), width
        axes.set_xlim(-0.7, count - 0.3)
        self.bodies = axes.add_collection(PolyCollection([], zorder=10, **MOVES), autolim=False)
        self.ghosts = axes.add_collection(LineCollection([], colors=BEFORE, lw=3, zorder=12, **MOVES), autolim=False)
        self.tops = Marks(axes, size)

    def corners(self, width: float, tops: np.ndarray) -> np.ndarray:
        """Return the corners of columns of these heights, (columns, 4, 2)."""
        left, right, foot = self.x - width / 2, self.x + width / 2, np.full(len(self.x), self.scale.low)
        return np.stack([(left, foot), (left, tops), (right, tops), (right, foot)]).transpose(2, 0, 1)

    def move(
        self, values: Sequence, before: Sequence, marks: Sequence[str], colours: Colours, edges: Colours, faces: Colours
    ) -> None:
        """Raise the columns to their values; `marks` stand on those that end on the axis."""
        tops = self.scale.place(values)
        self.bodies.set_verts(self.corners(self.width, np.maximum(tops, self.scale.low)))
        self.bodies.set_facecolors(colours)
        self.ghosts.set_segments(self.corners(0.9, self.scale.place(before))[:, 1:3])
        marks = [self.scale.mark(value, mark) for value, mark in zip(values, marks, strict=True)]
        self.tops.move(self.x, tops, marks, edges, faces)


class Blocks:
    """Show the reading of each block in its band's colour, or grey where its hatched floor explains all of it."""

    def __init__(self, axes: Axes, names: Sequence[str]):
        self.names, few = list(names), len(names) <= 6
        self.columns = Columns(axes, DIFFERENCES, len(names), width=0.64, size=70 if few else 30)
        step = 1 if len(names) <= 10 else 2
        axes.set_xticks(self.columns.x[::step], self.names[::step], rotation=0 if few else 90)
        axes.set_xlabel("each block")
        self.pen = [Outline.MOVETO, Outline.LINETO, Outline.LINETO, Outline.LINETO] * len(names)
        hatch = PathPatch(Outline([(0, 0)]), fill=False, hatch="////", edgecolor=GREY, linewidth=0, zorder=11, **MOVES)
        self.floors = axes.add_patch(hatch)

    def move(self, result: Any) -> None:
        """Move to a result: a full mark says something, a hollow one on a grey bar nothing."""
        readings, floors = (np.array([of[name] for name in self.names]) for of in (result.blocks, result.floors))
        before = {} if result.before is None else result.before.blocks
        bands, heard = [band(reading) for reading in readings], (readings > floors) | (readings < GREAT.high)
        colours = np.where(heard, [each.colour for each in bands], SAYS_NOTHING)
        self.columns.move(
            readings,
            [before.get(name, np.nan) for name in self.names],
            [each.mark for each in bands],
            colours,
            edges=np.where(heard, WHITE, GREY),
            faces=np.where(heard, colours, WHITE),
        )
        corners = self.columns.corners(0.9, np.clip(floors, *DIFFERENCES))
        self.floors.set_path(Outline(corners.reshape(-1, 2), self.pen))  # one path: its hatch is drawn once


class Lengths:
    """Show how long dθ_approx and dθ are, on an axis of their own."""

    def __init__(self, axes: Axes):
        self.columns = Columns(axes, LENGTHS, 2, width=0.12, size=70)
        axes.set_xticks(self.columns.x, ["dθ\napprox", "dθ\n"])
        axes.set_xlabel("length")

    def move(self, result: Any) -> None:
        """Move to a result."""
        before = (np.nan, np.nan) if result.before is None else result.before.lengths
        colours = (APPROX, GRADIENT)
        self.columns.move(result.lengths, before, "os", colours, edges=colours, faces=colours)


class BenchPicture(Picture):
    """Show how the relative difference moves with ε, λ and dropout, in each block, and how long both gradients are."""

    def __init__(self, block_names: Sequence[str], scale: float = 1):
        with matplotlib.style.context(STYLE, after_reset=True):
            figure = Figure((9.6, 4), dpi=100 * scale, layout="constrained")
            *differences, lengths = figure.subplots(1, 5, width_ratios=(2.2, 1.75, 1.4, 1.75, 0.95))
            for axes in differences:
                DIFFERENCES.apply(axes, "1e-12 1e-9 1e-6 1e-3 1")
                paint_bands(axes)
                axes.tick_params(labelleft=axes is differences[0])
            LENGTHS.apply(lengths, "1e-6 1 1e6 1e12")
            lengths.yaxis.tick_right()
            name_bands(differences[0])
            eps, lam, drop, blocks = differences
            self.panels = (
                Slice(eps, "eps", "ε", 1e-12, 1, "1e-11 1e-7 1e-3"),
                Slice(lam, "lam", "λ", 1e-8, 1e4, "0 1e-6 1e-2 1e2"),
                Slice(drop, "drop", "dropped share\n1 − keep_prob", 1e-4, 0.7, "0 1e-3 0.5"),
                Blocks(blocks, block_names),
                Lengths(lengths),
            )
            super().__init__(figure)

    def update(self, result: Any) -> bytes:
        """Move every artist to a result of the bench, and return the picture as PNG."""
        for panel in self.panels:
            panel.move(result)
        return self.png()


def name_bands(axes: Axes) -> None:
    """Write the words of the bands on a strip left of `axes`."""
    paint_bands(axes, -0.1, -0.02)
    axes.tick_params(axis="y", pad=26)
    axes.set_ylabel("relative difference")
    for each in BANDS:
        middle = (each.low * each.high) ** 0.5
        axes.text(-0.06, middle, each.word, rotation=90, ha="center", va="center", transform=axes.get_yaxis_transform())


def figure_html(png: bytes, caption_html: str, alt: str) -> str:
    """Return a picture and its caption as HTML that needs no kernel."""
    image = f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
    return f"<figure>{image}<figcaption>{caption_html}</figcaption></figure>"
