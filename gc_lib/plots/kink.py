"""The picture of a corner in the window: J along one entry, magnified by ε, and what the check reads against ε."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes

from .curves import LogAxis, Slice
from .parts import HERE, Panel, key, line, magnify, ring
from .picture import pictures
from .style import APPROX, DIFFERENCES, GRADIENT, GREY, INK, SILVER

KEY = {
    "slope dθ, from backprop": dict(color=GRADIENT, lw=2.6),
    "slope dθ_approx, through θ − ε and θ + ε": dict(color=APPROX, lw=2.6),
}


class Magnified(Panel):
    """Show J from θ − 2ε to θ + 2ε with its corners, stretched so that it always fills the same height."""

    marks = HERE
    about = (
        "J along one entry of θ from θ − 2ε to θ + 2ε, stretched to fit, with its corners, the line of slope dθ and "
        "the line through θ − ε and θ + ε."
    )

    def build(self, axes: Axes) -> None:
        axes.set(ylim=(-0.2, 1.62), xlabel="one entry, θ[i] = b2[1]\n▼ corners", ylabel="J(θ), stretched to fit")
        magnify(axes, -0.13)
        key(axes, (-1.9, -1.66, -1.58), 1.5, 0.15, KEY)
        self.curve = line(axes, color=SILVER, lw=6, solid_capstyle="butt", zorder=9, clip_on=True)
        self.tangent = line(axes, color=GRADIENT, lw=2.2, zorder=11, clip_on=True)
        self.secant = line(axes, color=APPROX, lw=2.6, zorder=12, clip_on=True)
        self.ends = line(axes, "o", color=INK, ms=6, zorder=13)
        self.here = ring(axes, zorder=14)
        self.corners = line(axes, "v", color=INK, ms=7, zorder=15)

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
        self.corners.set_data(corners, np.interp(corners, steps, heights) + 0.1)


class Corners(Panel):
    """Show, under the relative difference, how far each entry is from its nearest corner, and the window."""

    about = "Under it, for each entry how far its nearest corner is."

    def build(self, axes: Axes, place: Callable) -> None:
        self.place = place
        axes.set_xlabel("nearest corner:  ▼ of θ[i],  | of each")
        self.nearest = line(axes, "|", color=GREY, ms=16, mew=1.2, zorder=12, clip_on=True)
        self.own = line(axes, "v", color=INK, ms=9, zorder=13)
        self.window = line(axes, ":", color=INK, lw=1.4, zorder=12)

    def move(self, result) -> None:
        """Move to a result."""
        (eps, reading), foot = result.here["eps"], 6e-12
        near, own = (self.place(distances) for distances in (result.nearest, np.abs(result.corners)))
        self.nearest.set_data(near, np.full(len(near), foot))
        self.own.set_data([own.min()], [foot * 3])
        self.window.set_data([eps, eps], [foot, *DIFFERENCES.place([reading])])


@pictures([5.0], [4.6])
def kink_picture(magnified: Axes, against: Axes) -> tuple:
    """Show a corner of J in the window of a nudge, and how far from θ the corners of all entries are."""
    along = LogAxis(1e-10, 1, 10, apart=0)
    readings = Slice(against, "eps", "ε", along, "0 1e-9 1e-7 1e-5 1e-3 0.1")
    return Magnified(magnified), readings, Corners(against, along.place)
