"""The picture of a corner in the window: J along one entry, magnified by ε, and what the check reads against ε."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from .parts import BEFORE_LOOKS, BEFORE_NOW, HERE, NOW, Panel, key, line, magnify, ring, word
from .picture import pictures
from .style import APPROX, DIFFERENCE, DIFFERENCES, GRADIENT, GREY, INK, SILVER, WHITE, banded, set_ticks

KEY = {
    "slope dθ, from backprop": dict(color=GRADIENT, lw=2.6),
    "slope dθ_approx, through θ − ε and θ + ε": dict(color=APPROX, lw=2.6),
}
ON_THETA, NEAREST = 2e-12, 1e-10  # where a distance of 0 stands, left of the break, and the smallest that has a place


class Magnified(Panel):
    """Show J from θ − 2ε to θ + 2ε with its corners, stretched so that it always fills the same height."""

    marks = HERE

    def build(self, axes: Axes) -> None:
        axes.set(ylim=(-0.2, 1.62), xlabel="one entry, θ[i] = b2[1]\n▼ corners", ylabel="J(θ), stretched to fit")
        magnify(axes, -0.13)
        key(axes, (-1.9, -1.66, -1.58), 1.5, 0.15, KEY)
        self.curve = line(axes, color=SILVER, lw=6, solid_capstyle="butt", zorder=9, clip_on=True)
        self.tangent = line(axes, color=GRADIENT, lw=2.2, zorder=11, clip_on=True)
        self.secant = line(axes, color=APPROX, lw=2.6, zorder=12, clip_on=True)
        self.ends = line(axes, "o", color=INK, ms=6, zorder=13)
        self.here = ring(axes, zorder=14)
        self.corners = line(axes, "v", color=INK, ms=9, zorder=15)
        self.word = word(axes, "corner", ha="center", va="bottom", zorder=15)

    def move(self, result) -> None:
        """Move to a result."""
        eps, steps, low = result.state.eps, result.steps, result.costs.min()
        height = np.ptp(result.costs) or 1.0
        heights = (result.costs - low) / height
        below, at, above = np.interp([-1, 0, 1], steps, heights)
        edges = np.array([-2, 2])
        self.curve.set_data(steps, heights)
        self.tangent.set_data(edges, at + edges * result.gradient * eps / height)
        self.secant.set_data([-1, 1], [below, above])
        self.ends.set_data([-1, 1], [below, above])
        self.here.set_data([0], [at])
        corners = np.sort(result.corners[np.abs(result.corners) < 2 * eps] / eps)
        tops = np.interp(corners, steps, heights) + 0.1
        self.corners.set_data(corners, tops)
        self.corners.set_markersize(9 if len(corners) < 4 else 5)
        self.word.set_visible(len(corners) == 1)
        if len(corners) == 1:
            self.word.set_position((corners[0], tops[0] + 0.04))


class Readings(Panel):
    """Show the relative difference against ε, and under it how far each entry is from its nearest corner."""

    field, marks = "eps", NOW | BEFORE_NOW | HERE

    def build(self, axes: Axes) -> None:
        banded(axes)
        axes.set(title="ε", xscale="log", xlim=(7e-13, 2), xlabel="nearest corner:  ▼ of θ[i],  | of each")
        set_ticks(axes, "0 1e-9 1e-7 1e-5 1e-3 0.1", on_axis)
        axes.axvspan(8e-12, 2.4e-11, color=WHITE, linewidth=0, zorder=1)  # here the axis breaks
        self.before = line(axes, zorder=10, **BEFORE_LOOKS)
        self.curve = line(axes, ".-", color=DIFFERENCE, ms=5, zorder=11)
        self.nearest = line(axes, "|", color=GREY, ms=16, mew=1.2, zorder=12, clip_on=True)
        self.own = line(axes, "v", color=INK, ms=9, zorder=13)
        self.window = line(axes, ":", color=INK, lw=1.4, zorder=12)
        self.here = ring(axes, zorder=14)

    def move(self, result) -> None:
        """Move to a result, and leave the curve from before it as pale marks."""
        eps, foot = result.state.eps, 6e-12
        self.curve.set_data(result.curve[0], DIFFERENCES.place(result.curve[1]))
        x, y = result.before.curve if result.before else ((), ())
        self.before.set_data(x, DIFFERENCES.place(y))
        near = on_axis(result.nearest)
        self.nearest.set_data(near, np.full(len(near), foot))
        self.own.set_data(on_axis(np.abs(result.corners).min(keepdims=True)), [foot * 3])
        reading = DIFFERENCES.place([result.reading])
        self.window.set_data([eps, eps], [foot, reading[0]])
        self.here.set_data([eps], reading)


def on_axis(distances: Sequence[float] | np.ndarray) -> np.ndarray:
    """Give a distance of 0 its own place, left of the break."""
    return np.where(np.equal(distances, 0), ON_THETA, np.clip(distances, NEAREST, None))


@pictures([5.0], [4.6])
def kink_picture(magnified: Axes, readings: Axes) -> tuple:
    """Show a corner of J in the window of a nudge, and how far from θ the corners of all entries are."""
    return Magnified(magnified), Readings(readings)
