"""The visual language of all pictures: one quantity, one colour; the three bands; the axis of relative differences."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

Colours = str | Sequence[str] | np.ndarray

STYLE = Path(__file__).parents[1] / "gc_lib.mplstyle"

# Okabe and Ito's colours, which colour-blind readers can tell apart, and some greys.
ORANGE, SKY_BLUE, BLUISH_GREEN, BLUE = "#E69F00", "#56B4E9", "#009E73", "#0072B2"
VERMILLION, REDDISH_PURPLE = "#D55E00", "#CC79A7"
WHITE, PALE, SILVER, GREY, INK = "#FFFFFF", "#F1F1F1", "#C4C4C4", "#858585", "#333333"

# One quantity, one colour, in every picture.
DIFFERENCE, BEFORE, APPROX, GRADIENT, SAYS_NOTHING = BLUE, "#5A84AB", SKY_BLUE, REDDISH_PURPLE, SILVER


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    shares = np.array([to_rgb(one), to_rgb(other)])
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    low, high = np.sort(linear @ [0.2126, 0.7152, 0.0722])
    return float((high + 0.05) / (low + 0.05))


def for_words(colour: str, ground: str = WHITE) -> str:
    """Darken a colour as far as words in it need, to be read on a ground: to a contrast of 4.5."""
    shades = (to_hex(np.array(to_rgb(colour)) * share) for share in np.linspace(1, 0, 101))
    return next(shade for shade in shades if contrast(shade, ground) >= 4.5)


def styled():
    """Return a context in which figures are built in the style of the kit, whatever the user's settings are."""
    return matplotlib.style.context(STYLE, after_reset=True)


class Scale(NamedTuple):
    """Span a log axis, with a rim at both ends for what lies off it."""

    low: float
    high: float

    @property
    def rim(self) -> float:
        """Return half the rim's height, as a factor."""
        return (self.high / self.low) ** 0.028

    def place(self, values: Sequence | np.ndarray) -> np.ndarray:
        """Move what lies off the axis into its rim."""
        below, above = np.less(values, self.low), np.greater(values, self.high)
        return np.where(below, self.low / self.rim, np.where(above, self.high * self.rim, values))

    def mark(self, value: float, inside: str = "") -> str:
        """Choose a mark that points off the axis, or `inside` for what lies on it."""
        return "v" if value < self.low else "^" if value > self.high else inside

    def apply(self, axes: Axes, ticks: str) -> None:
        """Give `axes` this y axis, with the ticks as they are written."""
        axes.set(ylim=(self.low / self.rim**2, self.high * self.rim**2), yscale="log")
        axes.set_yticks([float(tick) for tick in ticks.split()], ticks.split())
        axes.yaxis.set_minor_locator(NullLocator())


def log_x(axes: Axes, span: Sequence[float] | np.ndarray, label: str, ticks: str) -> None:
    """Give `axes` a log x axis, with the ticks as they are written."""
    axes.set(xscale="log", xlim=span, xlabel=label)
    set_ticks(axes, ticks)


def set_ticks(axes: Axes, ticks: str, place: Callable = np.asarray) -> None:
    """Write ticks along x as they are, each in its place."""
    axes.set_xticks(place([float(tick) for tick in ticks.split()]), ticks.split())
    axes.xaxis.set_minor_locator(NullLocator())


DIFFERENCES, LENGTHS = Scale(1e-12, 1), Scale(1e-6, 1e12)


class Band(NamedTuple):
    """Hold the word of a band, its span and its looks."""

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


def paint_bands(axes: Axes) -> None:
    """Paint the bands on a log axis of relative differences."""
    for each in BANDS:
        axes.axhspan(each.low, each.high, color=each.tint, linewidth=0, zorder=0, clip_on=False)


def banded(*side_by_side: Axes) -> None:
    """Give axes that stand side by side the axis of relative differences and its bands, which the first one names."""
    for axes in side_by_side:
        DIFFERENCES.apply(axes, "1e-12 1e-9 1e-6 1e-3 1")
        paint_bands(axes)
        axes.tick_params(labelleft=False)
    for axes in side_by_side[:1]:
        name_bands(axes)


def name_bands(axes: Axes) -> None:
    """Write the words of the bands on a strip left of `axes`."""
    inches = axes.figure.dpi_scale_trans + ScaledTranslation(0, 0, axes.transAxes)  # from the left edge of the axes
    beside = blended_transform_factory(inches, axes.transData)
    axes.tick_params(axis="y", labelleft=True, pad=26)
    axes.set_ylabel("relative difference")
    for each in BANDS:
        height, middle = each.high - each.low, (each.low * each.high) ** 0.5
        strip = Rectangle((-0.25, each.low), 0.2, height, color=each.tint, linewidth=0, transform=beside, clip_on=False)
        axes.add_patch(strip)
        axes.text(-0.15, middle, each.word, rotation=90, ha="center", va="center", transform=beside)
