"""The picture of one nudged number: J(θ) with its tangent and two secants, and the error of their slopes against ε."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from .parts import BEFORE_LOOKS, BEFORE_NOW, HERE, Panel, key, line, ring, word
from .picture import MOVES, pictures
from .style import APPROX, GRADIENT, GREY, INK, SILVER, WHITE, Scale, log_x

ERRORS, LEFT, RIGHT = Scale(1e-12, 10), -1.1, 2.1
SIDES = {  # the two ways of taking the slope: colour, dashes, mark
    "one-sided": (INK, (0, (4, 2)), "^"),
    "two-sided": (APPROX, "-", "o"),
}
FIRST = {"one-sided": 1, "two-sided": 0}  # from which of θ − ε, θ and θ + ε a secant goes to the last
KEY = {
    "tangent: its slope is dθ": dict(color=GRADIENT, lw=2.6),
    "two-sided: through θ − ε and θ + ε": dict(color=APPROX, lw=2.6),
    "one-sided: through θ and θ + ε": dict(color=INK, linestyle=(0, (4, 2)), lw=2.6),
}


def both(axes: Axes, **looks) -> dict[str, Line2D]:
    """Add a line for each way."""
    return {way: line(axes, color=colour, linestyle=dashes, **looks) for way, (colour, dashes, _) in SIDES.items()}


class Secants(Panel):
    """Show J(θ), its tangent at θ, and the secant of each way."""

    field, marks = "theta", BEFORE_NOW | HERE
    about = "J(θ) with its tangent at θ and two secants, one through θ and θ + ε, one through θ − ε and θ + ε."

    def build(self, axes: Axes) -> None:
        axes.set(title="θ", xlim=(LEFT, RIGHT), ylim=(-1.6, 8.4), ylabel="J(θ)")
        axes.set_xticks([-1, 0, 1, 2], ["−1", "0", "1", "2"])
        axes.set_yticks([0, 2, 4, 6, 8])
        key(axes, (-0.98, -0.72, -0.64), 7.8, 0.75, KEY)
        self.curve = line(axes, color=SILVER, lw=5, solid_capstyle="butt", zorder=9, clip_on=True)
        self.before = {side: line(axes, zorder=10, **BEFORE_LOOKS | {"clip_on": True}) for side in SIDES}
        self.window = line(axes, ":", color=GREY, lw=1.4, zorder=10, clip_on=True)
        self.tangent = line(axes, color=GRADIENT, lw=4, zorder=10, clip_on=True)
        self.lines, self.chords = (both(axes, lw=width, zorder=12, clip_on=True) for width in (1.4, 2.8))
        self.ends = line(axes, "o", color=INK, ms=6, zorder=13)
        self.here = ring(axes, zorder=14)
        self.inset = Inset(axes)

    def move(self, result) -> None:
        """Move to a result, and leave the secants from before it as pale marks."""
        self.curve.set_data(*result.curve)
        x, J = spots(result), result.here.costs
        self.window.set_data(np.repeat(x, 3), np.ravel([(-1.6, cost, np.nan) for cost in J]))
        self.ends.set_data(x[::2], J[::2])
        self.here.set_data([x[1]], [J[1]])
        self.tangent.set_data(*straight(x[1], J[1], result.slope))
        for side, first in FIRST.items():
            self.chords[side].set_data([x[first], x[2]], [J[first], J[2]])
            self.lines[side].set_data(*secant(result, side))
            self.before[side].set_data(*(secant(result.before, side) if result.before else ((), ())))
        self.inset.move(result)


class Inset:
    """Show θ − 2ε to θ + 2ε in a box of its own, stretched to fit, where ε is too small to be seen beside θ."""

    middle, width, height, most = (0.74, 4.35), 0.64, 1.4, 0.05  # half of the box; the largest ε that it is shown for

    def __init__(self, axes: Axes):
        (x, y), width, height = self.middle, self.width, self.height
        look = dict(facecolor=WHITE, edgecolor=GREY, linewidth=1, zorder=15, **MOVES)
        self.box = axes.add_patch(Rectangle((x - width, y - height), 2 * width, 2 * height, **look))
        self.curve = line(axes, color=SILVER, lw=5, solid_capstyle="butt", zorder=16)
        self.tangent = line(axes, color=GRADIENT, lw=4, zorder=17)
        self.chords = both(axes, lw=2.4, zorder=18)
        self.here = ring(axes, zorder=19)
        under = dict(ha="center", va="bottom", fontsize="small", zorder=19)
        self.word = word(axes, "θ ± 2ε, stretched to fit", x, y - 0.94 * height, **under)
        self.artists = [self.box, self.curve, self.tangent, *self.chords.values(), self.here, self.word]
        for artist in self.artists[1:-2]:
            artist.set(clip_on=True, clip_path=self.box)

    def move(self, result) -> None:
        """Move to a result."""
        eps, theta, J = result.state.eps, result.state.theta, result.here.costs
        for artist in self.artists:
            artist.set_visible(eps < self.most)
        steps = np.linspace(-2, 2, 41)
        curve = np.array([result.J(theta + step * eps) - J[1] for step in steps])
        tall = np.abs(curve).max() or 1.0

        def lay(drawn: Line2D, x: np.ndarray, rises: np.ndarray) -> None:
            """Draw steps in ε, and how far J rises on them, in the box."""
            drawn.set_data(self.middle[0] + x * self.width / 2, self.middle[1] + rises / tall * 0.6 * self.height)

        lay(self.curve, steps, curve)
        lay(self.tangent, steps, steps * eps * result.slope)
        for side, first in FIRST.items():
            lay(self.chords[side], np.array([first - 1, 1]), np.array([J[first], J[2]]) - J[1])
        lay(self.here, np.zeros(1), np.zeros(1))


def spots(result) -> tuple[float, float, float]:
    """Return θ − ε, θ and θ + ε."""
    theta, eps = result.state.theta, result.state.eps
    return theta - eps, theta, theta + eps


def secant(result, side: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a secant from edge to edge."""
    return straight(spots(result)[2], result.here.costs[2], result.here.slopes[side])


def straight(x: float, y: float, slope: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the line of that slope through (x, y), from edge to edge."""
    edges = np.array([LEFT, RIGHT])
    return edges, y + slope * (edges - x)


class Fall:
    """Show how far the slope of one way is off, against ε, and how that changes when ε is divided by 10."""

    def __init__(self, axes: Axes, side: str, above: bool):
        self.side, self.above, (colour, dashes, mark) = side, above, SIDES[side]
        self.before = line(axes, zorder=10, **BEFORE_LOOKS)
        self.curve = line(axes, mark, color=colour, linestyle=dashes, ms=4, zorder=11)
        self.step = line(axes, color=INK, lw=1.2, zorder=12)
        self.name = word(axes, f" {side}", va="top")
        self.factor = word(axes, "", ha="right" if above else "left", va="center")

    def along(self, result) -> tuple[list, np.ndarray]:
        """Return ε and how far the slope is off, where that is on the axis and not rounding alone."""
        errors = np.array([np.nan if each.lost(self.side) else each.errors[self.side] for each in result.path])
        return [each.eps for each in result.path], np.where(errors < ERRORS.low, np.nan, errors)

    def move(self, result) -> None:
        """Move to a result."""
        eps, errors = self.along(result)
        self.curve.set_data(eps, errors)
        self.before.set_visible(result.before is not None and result.before.path != result.path)
        if result.before is not None:
            self.before.set_data(*self.along(result.before))
        named = np.isfinite(errors).argmax() + 2 * self.above  # near the lower end, where the other way's name is not
        self.name.set(x=eps[named], y=errors[named], visible=bool(np.isfinite(errors[named])))
        self.factor.set_text(result.falls(self.side) and f"÷ {result.falls(self.side)}")
        self.step.set_visible(self.factor.get_text() != "")
        if self.factor.get_text():
            top, foot = ERRORS.place([result.here.errors[self.side], result.finer.errors[self.side]])
            right, left = result.here.eps, result.finer.eps
            corner, beside = (left, left / 1.5) if self.above else (right, right * 1.5)
            self.step.set_data([right, corner, left], [top, top if self.above else foot, foot])
            self.factor.set(x=beside, y=(top * foot) ** 0.5)


class Errors(Panel):
    """Show the errors of both ways on the same axis, and where only rounding is left of them."""

    field, marks = "eps", BEFORE_NOW | HERE
    about = "How far the slope of each secant is off, against ε, both on log axes."

    def build(self, axes: Axes) -> None:
        ERRORS.apply(axes, "1e-12 1e-9 1e-6 1e-3 1")
        log_x(axes, (4e-9, 60), "", "1e-8 1e-6 1e-4 1e-2 1")
        axes.set(title="ε", ylabel="error of the slope")
        axes.grid(True, axis="x")
        self.falls = Fall(axes, "one-sided", above=True), Fall(axes, "two-sided", above=False)
        self.lost = line(axes, ".", color=GREY, ms=5, zorder=11)
        self.rounding = word(axes, "grey dots:\nonly rounding", 6e-9, 9, va="top")
        self.here = {side: ring(axes, 13, mark) for side, (_, _, mark) in SIDES.items()}

    def move(self, result) -> None:
        """Move to a result, and leave the curves from before it as pale marks."""
        for fall in self.falls:
            fall.move(result)
        lost = [(each.eps, each.errors[side]) for each in result.path for side in SIDES if each.lost(side)]
        eps, errors = zip(*lost, strict=True) if lost else ([], [])
        self.lost.set_data(eps, ERRORS.place(errors))
        self.rounding.set_visible(bool(lost))
        for side, here in self.here.items():
            here.set_data([result.here.eps], ERRORS.place([result.here.errors[side]]))


@pictures([4.9], [4.7])
def secant_picture(curve: Axes, errors: Axes) -> tuple:
    """Show the secants of one nudge turn into the tangent, and how fast."""
    return Secants(curve), Errors(errors)
