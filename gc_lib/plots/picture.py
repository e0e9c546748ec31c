"""A picture whose artists are built once and then moved.

It draws its ticks, labels and bands once, as a still background. A move puts the background back, draws over it what
moved, and encodes the pixels with a fixed palette: so the picture follows the hand.
"""

import base64
import html
import io
from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from .style import APPROX, BANDS, BEFORE, DIFFERENCE, GRADIENT, GREY, INK, PALE, SAYS_NOTHING, WHITE, styled

MOVES = dict(clip_on=False, animated=True)  # what every moving artist is told


@cache
def palette(inks: tuple[str, ...] = ()) -> np.ndarray:
    """List the blends that antialiasing makes of each ink on each ground, then the colours themselves: 256 at most.

    `inks` are the colours that a picture has beside the style's own; the more of them, the fewer blends of each.
    """
    grounds = [WHITE, PALE, *(each.tint for each in BANDS)]
    usual = [INK, GREY, DIFFERENCE, BEFORE, APPROX, GRADIENT, SAYS_NOTHING, WHITE, *(each.colour for each in BANDS)]
    ground, ink = (np.array([to_rgb(colour) for colour in colours]) * 255 for colours in (grounds, [*usual, *inks]))
    count = min(4, (256 - len(ground) - len(ink)) // (len(ground) * len(ink)))
    shares = np.linspace(0, 1, count + 2)[1:-1, None, None, None]
    blends = shares * ink + (1 - shares) * ground[:, None]
    return np.vstack([blends.reshape(-1, 3), ink, ground]).round().astype(np.uint8)


@cache
def nearest(inks: tuple[str, ...] = ()) -> np.ndarray:
    """Tabulate the palette's nearest colour to each cell of 8×8×8 colours; the style's own colours stay exact."""
    colours, levels = palette(inks).astype(np.uint32), np.arange(4, 256, 8)
    centres = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(-1, 3).astype(np.float32)
    table = ((colours**2).sum(1) - 2 * centres @ colours.T.astype(np.float32)).argmin(1).astype(np.uint8)
    table[cell(colours @ np.array([1, 1 << 8, 1 << 16], np.uint32))] = np.arange(len(colours))
    return table


def cell(pixels: np.ndarray) -> np.ndarray:
    """Number the cell of pixels 0xAABBGGRR by the five high bits of red, green and blue."""
    return (pixels & 0xF8) << 7 | pixels >> 6 & 0x3E0 | pixels >> 19 & 0x1F


class Picture:
    """Repaint the moving artists of a figure, those with `animated=True`, over its still background.

    `inks` are the colours of its artists beside those of the style; `panels` know how to `move` to a result, which has
    blocks of these `names`.
    """

    def __init__(self, figure: Figure, inks: tuple[str, ...] = (), panels: Sequence = (), names: Sequence[str] = ()):
        self.panels, self.names = panels, names
        children = (artist for axes in figure.axes for artist in sorted(axes.get_children(), key=Artist.get_zorder))
        self.moving = [artist for artist in children if artist.get_animated()]
        for artist in self.moving:
            artist.set_in_layout(False)
        self.figure, self.canvas, self.inks = figure, FigureCanvasAgg(figure), inks
        self.canvas.draw()
        figure.set_layout_engine("none")  # the layout is fixed from here on
        self.background = self.canvas.copy_from_bbox(figure.bbox)
        self.still = self.pixels().copy()
        self.indices = nearest(inks)[cell(self.still)]

    def pixels(self) -> np.ndarray:
        """Return a view of the canvas, one number 0xAABBGGRR per pixel."""
        return np.asarray(self.canvas.buffer_rgba()).view("<u4")[..., 0]

    def repaint(self) -> None:
        """Put the still background back, and draw over it what moves."""
        self.canvas.restore_region(self.background)
        for artist in self.moving:
            artist.draw(self.canvas.get_renderer())

    def update(self, result: Any) -> bytes:
        """Move every panel to a result, and return the picture as PNG."""
        for panel in self.panels:
            panel.move(result)
        return self.png()

    def png(self) -> bytes:
        """Repaint, and encode with the palette; only pixels that differ from the background are looked up."""
        self.repaint()
        pixels, indices = self.pixels().ravel(), self.indices.copy()
        moved = np.flatnonzero(pixels != self.still.ravel())
        indices.ravel()[moved] = nearest(self.inks)[cell(pixels[moved])]
        image, file = Image.fromarray(indices), io.BytesIO()
        image.putpalette(palette(self.inks).tobytes())
        image.save(file, "PNG", compress_level=3)
        return file.getvalue()


def side_by_side(*widths: float, width: float = 9.6, height: float = 4.0, inks: tuple[str, ...] = ()) -> Callable:
    """Turn a function that builds panels, from names of blocks and from axes this wide, into one of their picture."""

    def drawn(build: Callable[..., Sequence]) -> Callable[..., Picture]:
        @wraps(build)
        def picture(names: Sequence[str] = (), scale: float = 1) -> Picture:
            with styled():
                figure = Figure((width, height), dpi=100 * scale, layout="constrained")
                axes = figure.subplots(1, len(widths), width_ratios=widths, squeeze=False)
                return Picture(figure, inks, build(names, *axes[0]), names)

        return picture

    return drawn


def figure_html(png: bytes, caption_html: str, alt: str) -> str:
    """Return a picture and its caption as HTML that needs no kernel."""
    image = f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
    return f"<figure>{image}<figcaption>{caption_html}</figcaption></figure>"


class Drawing:
    """A still picture and its message in words, as a cell shows them and a page without a kernel keeps them."""

    def __init__(self, figure: Figure, caption: str):
        self.figure, self.caption, file = figure, caption, io.BytesIO()
        FigureCanvasAgg(figure).print_png(file)
        self.png = file.getvalue()

    def __repr__(self) -> str:
        return self.caption

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/plain": self.caption, "text/html": figure_html(self.png, html.escape(self.caption), self.caption)}
