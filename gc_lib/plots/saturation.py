"""The picture of a saturated unit: J from A and J from Z magnified by ε, and what a check with each reads against ε."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .curves import LogAxis, Slice
from .parts import BEFORE_NOW, HERE, Panel, key, line, magnify
from .picture import pictures
from .style import APPROX, DIFFERENCE, INK, SILVER, WHITE, banded

KEY = {
    "J from Z: its slope is dθ": dict(color=SILVER, lw=6, solid_capstyle="butt"),
    "J from A": dict(color=INK, lw=1.6, solid_capstyle="butt"),
    "slope dθ_approx, of J from A": dict(color=APPROX, lw=2.6, solid_capstyle="butt"),
}


class Stairs(Panel):
    """Show how both J rise from θ along one bias, stretched so that J from Z always fills the same height."""

    def build(self, axes: Axes) -> None:
        axes.set(ylim=(-1.4, 2), xlabel="one entry, θ[i] = b3", ylabel="rise of J(θ), stretched to fit")
        magnify(axes, -1.25)
        key(axes, (-1.9, -1.66, -1.58), 1.8, 0.22, KEY)
        self.known, self.written, self.secant = (line(axes, **look, zorder=9, clip_on=True) for look in KEY.values())
        self.ends = line(axes, "o", color=INK, ms=6, zorder=13, clip_on=True)

    def move(self, result) -> None:
        """Move to a result."""
        written, known = result.rises["from A"], result.rises["from Z"]
        tall = np.abs(known).max() or 1.0
        self.known.set_data(result.steps, known / tall)
        self.written.set_data(result.steps, written / tall)
        ends = np.interp([-1, 1], result.steps, written / tall)
        for drawn in (self.secant, self.ends):
            drawn.set_data([-1, 1], ends)


@pictures([4.6], [5.0])
def saturation_picture(stairs: Axes, against: Axes) -> tuple:
    """Show a staircase beside a line, and the V of each."""
    banded(against)
    along = LogAxis(1e-12, 1e-2, 10), "1e-12 1e-10 1e-8 1e-6 1e-4 1e-2"
    curves = [Slice(against, field, "ε", *along, key) for field, key in (("eps", "from A"), ("", "from Z"))]
    named = {}
    for each, mark, face in zip(curves, "so", (WHITE, DIFFERENCE), strict=True):
        each.curve.set(marker=mark, markerfacecolor=face)
        named[f"J {each.key}"] = Line2D([], [], color=DIFFERENCE, marker=mark, markerfacecolor=face)
    curves[0].marks, curves[1].marks = named | BEFORE_NOW | HERE, {}
    return Stairs(stairs), *curves
