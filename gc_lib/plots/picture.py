"""A picture whose artists are built once and then moved.

It draws its ticks, labels and bands once, as a still background. A move puts the background back, draws over it what
moved, and encodes the pixels with a fixed palette: so the picture follows the hand.
"""

import base64
import html
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, wraps

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from .style import APPROX, BANDS, BEFORE, DIFFERENCE, GRADIENT, GREY, INK, PALE, SAYS_NOTHING, WHITE, banded, styled

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


def pixels(canvas: FigureCanvasAgg) -> np.ndarray:
    """Return a view of a canvas, one number 0xAABBGGRR per pixel."""
    return np.asarray(canvas.buffer_rgba()).view("<u4")[..., 0]


def as_png(indices: np.ndarray, inks: tuple[str, ...] = ()) -> bytes:
    """Encode a picture as PNG, given the place of each pixel's colour in the palette."""
    image, file = Image.fromarray(indices), io.BytesIO()
    image.putpalette(palette(inks).tobytes())
    image.save(file, "PNG", compress_level=3)
    return file.getvalue()


class Picture:
    """Repaint the moving artists of a figure, those with `animated=True`, over its still background.

    `inks` are the colours of its artists beside those of the style.
    """

    def __init__(self, figure: Figure, inks: tuple[str, ...] = ()):
        self.moving = moving(figure)
        self.figure, self.canvas, self.inks = figure, FigureCanvasAgg(figure), inks
        self.width = 100 * figure.get_figwidth()  # in pixels of the page
        self.canvas.draw()
        figure.set_layout_engine("none")  # the layout is fixed from here on
        self.background = self.canvas.copy_from_bbox(figure.bbox)
        self.still = pixels(self.canvas).copy()
        self.indices = nearest(inks)[cell(self.still)]

    def repaint(self) -> None:
        """Put the still background back, and draw over it what moves."""
        self.canvas.restore_region(self.background)
        for artist in self.moving:
            artist.draw(self.canvas.get_renderer())

    def png(self) -> bytes:
        """Repaint, and encode with the palette; only pixels that differ from the background are looked up."""
        self.repaint()
        drawn, indices = pixels(self.canvas).ravel(), self.indices.copy()
        moved = np.flatnonzero(drawn != self.still.ravel())
        indices.ravel()[moved] = nearest(self.inks)[cell(drawn[moved])]
        return as_png(indices, self.inks)


def moving(figure: Figure) -> list[Artist]:
    """Return the artists of a figure that move, those beneath first; the layout leaves no room for them."""
    children = (artist for axes in figure.axes for artist in sorted(axes.get_children(), key=Artist.get_zorder))
    found = [artist for artist in children if artist.get_animated()]
    for artist in found:
        artist.set_in_layout(False)
    return found


class View:
    """Hold the pictures of a lab and the panels that they are made of, for results that have blocks of these names."""

    def __init__(self, pictures: Sequence[Picture], panels: Sequence, names: Sequence[str] = ()):
        self.pictures, self.panels, self.names = pictures, panels, list(names)

    def update(self, result) -> tuple[bytes, ...]:
        """Move every panel to a result, and return each picture as PNG."""
        for panel in self.panels:
            panel.move(result)
        return tuple(picture.png() for picture in self.pictures)

    @property
    def about(self) -> list[str]:
        """What each picture shows, for those who do not see it."""
        return [" ".join(panel.about for panel in self.within(each)) for each in self.pictures]

    def within(self, picture: Picture) -> list:
        """Return the panels of a picture."""
        return [panel for panel in self.panels if panel.axes.figure is picture.figure]

    def under(self, picture: Picture) -> dict[str, Callable[[float], float]]:
        """Return the fields whose sliders stand under a panel of a picture, and where on its width a value stands."""
        return {panel.field: panel.share for panel in self.movable(picture)}

    def movable(self, picture: Picture) -> list:
        """Return the panels of a picture under which sliders stand."""
        return [panel for panel in self.within(picture) if panel.field]

    def spare(self, picture: Picture) -> float:
        """Return how much is empty beneath these panels, as a share of the picture's width."""
        feet = [panel.axes.get_tightbbox().y0 for panel in self.movable(picture)]
        return min(feet, default=0.0) / picture.figure.bbox.width


def pictures(*widths: Sequence[float], height: float = 3.7, inks: tuple[str, ...] = ()) -> Callable:
    """Turn a function that builds panels, from axes and, if there are any, names of blocks, into one of their view.

    Each of `widths` is a picture: the widths of its axes in hundreds of pixels of the page. The function is handed the
    axes of all pictures in turn, and before them the names.
    """

    def drawn(build: Callable[..., Sequence]) -> Callable[..., View]:
        @wraps(build)
        def view(names: Sequence[str] = (), scale: float = 1) -> View:
            with styled():
                figures = [Figure((sum(each), height), dpi=100 * scale, layout="constrained") for each in widths]
                axes = [
                    own
                    for figure, each in zip(figures, widths, strict=True)
                    for own in figure.subplots(1, len(each), width_ratios=each, squeeze=False)[0]
                ]
                panels = build(list(names), *axes) if names else build(*axes)
                for figure in figures:
                    drawn = [panel for panel in panels if panel.axes.figure is figure]
                    banded(*dict.fromkeys(panel.axes for panel in drawn if panel.banded))
                    name_marks(figure, drawn)
                line_up(figures)
                return View([Picture(figure, inks) for figure in figures], panels, names)

        return view

    return drawn


def name_marks(figure: Figure, panels: Sequence) -> None:
    """Write on a row over the panels of a figure what their marks mean."""
    named = {words: handle for panel in panels for words, handle in panel.marks.items()}
    looks = dict(frameon=False, fontsize="small", handlelength=1.3, handletextpad=0.5, columnspacing=1.2)
    fit = sum(0.43 + 0.062 * len(words) for words in named) < figure.get_figwidth()  # side by side, in inches
    if named:
        columns = len(named) if fit else 1
        figure.legend([*named.values()], [*named], loc="outside upper left", ncols=columns, borderpad=0, **looks)


def line_up(figures: Sequence[Figure]) -> None:
    """Lay figures out, and give all their axes the same height: so the bands of one go on in the next."""
    for figure in figures:
        moving(figure)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    spots = [(axes, axes.get_position()) for figure in figures for axes in figure.axes]
    low, high = max(spot.y0 for _, spot in spots), min(spot.y1 for _, spot in spots)
    for axes, spot in spots:
        axes.set_position((spot.x0, low, spot.width, high - low))


def figure_html(headline: str, images: Iterable[str], caption: str) -> str:
    """Return a headline, pictures in a row that wraps, and their caption, as HTML that needs no kernel."""
    head = f'<p style="font-size: 1.4em">{headline}</p>'
    return f'{head}<figure style="margin: 0">{"".join(images)}<figcaption>{caption}</figcaption></figure>'


def image_html(png: bytes, alt: str, width: float) -> str:
    """Return a picture as HTML that needs no kernel, as many pixels wide, and no wider than the page."""
    look, data = f"width: {width:g}px; max-width: 100%", base64.b64encode(png).decode()
    return f'<img style="{look}" alt="{html.escape(alt)}" src="data:image/png;base64,{data}">'


class Drawing:
    """Still pictures in a row and their message in words, as a cell shows them and a page without a kernel keeps them.

    `figures` are matplotlib's, and can be saved: `drawing.figures[0].savefig("entries.png")`.
    """

    def __init__(self, figures: Sequence[Figure], about: Sequence[str], headline: str, caption: str):
        self.figures, self.about, self.headline, self.caption = figures, about, headline, caption
        line_up(figures)

    def __repr__(self) -> str:
        return f"{self.headline}. {self.caption}"

    def images(self) -> Iterator[str]:
        """Yield each picture as HTML."""
        for figure, about in zip(self.figures, self.about, strict=True):
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            yield image_html(as_png(nearest()[cell(pixels(canvas))]), about, 100 * figure.get_figwidth())

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        shown = figure_html(html.escape(self.headline), self.images(), html.escape(self.caption))
        return {"text/plain": repr(self), "text/html": shown}
