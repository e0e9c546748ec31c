"""The picture of a saturated unit: J from A and J from Z magnified by ε, and what a check with each reads against ε."""

import numpy as np
from matplotlib.axes import Axes

from .curves import LogAxis, NamedSlices
from .parts import Panel, key, line, magnify
from .picture import pictures
from .style import APPROX, INK, SILVER

KEY = {
    "J from Z: its slope is dθ": dict(color=SILVER, lw=6, solid_capstyle="butt"),
    "J from A": dict(color=INK, lw=1.6, solid_capstyle="butt"),
    "slope dθ_approx, of J from A": dict(color=APPROX, lw=2.6, solid_capstyle="butt"),
}


class Stairs(Panel):
    """Show how both J rise from θ along one bias, stretched so that J from Z always fills the same height."""

    about = (
        "How J rises along the bias b3 from θ − 2ε to θ + 2ε: J from A, a staircase where its digits are few, beside J "
        "from Z, a straight line; and the line through J from A at θ − ε and θ + ε."
    )

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
    along, ticks = LogAxis(1e-12, 1e-2, 10), "1e-12 1e-10 1e-8 1e-6 1e-4 1e-2"
    return Stairs(stairs), NamedSlices(against, ("from A", "from Z"), "eps", "ε", along, ticks)
