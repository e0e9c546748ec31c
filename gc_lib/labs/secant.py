"""One number nudged: the secants through θ and θ ± ε, the tangent that they become, and how fast their error falls."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..checker.slide import ONE_SIDED, SLIDE
from ..checker.words import html_table, short
from ..network.network import Network
from ..plots.secant import secant_picture
from .fields import Fields, log_values, menu, number, slider
from .lab import Lab
from .result import Headline, Shown

SMALLEST = 1e-8  # the smallest ε of this lab
CLEAR = 20  # an error is divided by where it is at least so many times its rounding
PATH = log_values(-8, 0, 1, 3)  # where the errors are drawn
SIDES = {"two-sided": SLIDE.difference, "one-sided": ONE_SIDED.difference}
neuron_cost, neuron_gradient = Network([1, 1]).on(X=np.array([[8.0, 5.0, -6.0]]), Y=np.array([[1.0, 1.0, 1.0]]))


def weight(theta: float) -> dict[str, np.ndarray]:
    """Return the parameters of one neuron with the weight θ, and no bias."""
    return {"W1": np.array([[theta]]), "b1": np.zeros((1, 1))}


COSTS = {  # J(θ) of one number, and its slope dθ
    "θ³": (lambda theta: theta * theta * theta, lambda theta: 3 * theta * theta),
    "θ²": (lambda theta: theta * theta, lambda theta: 2 * theta),
    "one neuron": (lambda t: float(neuron_cost(weight(t))), lambda t: neuron_gradient(weight(t))["W1"].item()),
}


class State(Fields):
    """Hold ε, θ, and which cost J."""

    eps: float = slider("ε", log_values(-8, 0, 1, 2, 5), 0.5, number(SMALLEST, 1), width="340px")
    theta: float = slider("θ", [k / 10 for k in range(11)], 1.0, number(0, 1), width="260px")
    cost: str = menu("J", COSTS, "θ³", width="150px")


class Nudge(NamedTuple):
    """Hold one nudge of θ: J at θ − ε, θ and θ + ε, how far each slope is off, and what rounding may do to it."""

    eps: float
    costs: tuple[float, float, float]
    slopes: dict[str, float]
    errors: dict[str, float]
    rounding: float

    def lost(self, side: str) -> bool:
        """Tell whether rounding alone could explain the error."""
        return self.errors[side] <= self.rounding

    def error(self, side: str) -> str:
        """Write how far a slope is off, without the digits of rounding."""
        return "only rounding is left" if self.lost(side) else f"off by {short(self.errors[side], 2)}"


@lru_cache(1024)
def nudge(eps: float, theta: float, cost: str) -> Nudge:
    """Nudge θ by ± ε, and take the slope of J in both ways.

    J is rounded by about u |J|, u being machine epsilon, and θ ± ε by u |θ|, which J′ passes on; both are divided by ε.
    """
    J, slope = COSTS[cost]
    below, at, above = (J(theta + step) for step in (-eps, 0.0, eps))
    slopes = {side: difference(above, below, at, eps) for side, difference in SIDES.items()}
    errors = {side: abs(found - slope(theta)) for side, found in slopes.items()}
    rounding = np.finfo(float).eps * (max(abs(above), abs(below)) + abs(theta * slope(theta))) / eps
    return Nudge(eps, (below, at, above), slopes, errors, rounding)


@lru_cache(len(COSTS))
def drawn(cost: str) -> tuple[np.ndarray, np.ndarray]:
    """Return θ and J(θ) from end to end of the picture."""
    (J, _), theta = COSTS[cost], np.linspace(-1.1, 2.1, 161)
    return theta, np.array([J(t) for t in theta.tolist()])


class Result(Shown):
    """Hold the nudge where the student stands, those by smaller and larger ε, and that by ε / 10, if it is on the axis.

    `J` is the cost, `curve` holds θ and J(θ) from end to end of the picture, and `slope` is dθ, that of the tangent.
    """

    here: Nudge
    path: tuple[Nudge, ...]
    finer: Nudge | None
    J: Callable
    curve: tuple[np.ndarray, np.ndarray]
    slope: float

    def falls(self, side: str) -> str:
        """Write how many times smaller the error is when ε is divided by 10; "" where rounding would show in that."""
        finer = self.finer
        if finer is None or finer.errors[side] < CLEAR * finer.rounding:
            return ""
        return f"{float(f'{short(self.here.errors[side] / finer.errors[side], 2)}'):g}"

    def in_short(self) -> Headline:
        """Say how far the better of both slopes is off."""
        off = "right but for rounding" if self.here.lost("two-sided") else self.here.error("two-sided")
        return Headline(f"the tangent's slope is {short(self.slope, 4)}; two-sided: {off}")

    def said(self) -> Iterator[str]:
        """Say both slopes, and how fast their errors fall."""
        slopes = [f"{side} {short(self.here.slopes[side])} ({self.here.error(side)})" for side in SIDES]
        falls = [f"the {side} error {fall} times smaller" for side in SIDES if (fall := self.falls(side))]
        yield f"<b>The slope at θ = {short(self.state.theta)}: {', '.join(slopes)}.</b>"
        if falls:
            yield f"Divide ε by 10, and it makes {' and '.join(falls)}."

    def tables(self) -> Iterator[str]:
        """Write what the picture shows."""
        rows = [(short(each.eps), each.error("one-sided"), each.error("two-sided")) for each in self.path]
        yield html_table(["ε", "one-sided error", "two-sided error"], rows)


def compute(state: State) -> Result:
    """Nudge θ by the ε of the student's choice, and along the whole slider."""
    here, *path = (nudge(eps, state.theta, state.cost) for eps in (state.eps, *PATH))
    finer = nudge(state.eps / 10, state.theta, state.cost) if state.eps / 10 >= SMALLEST else None
    J, slope = COSTS[state.cost]
    return Result(state, here, tuple(path), finer, J, drawn(state.cost), slope(state.theta))


class Secant(Lab):
    """Open the lab of one nudged number, in the state given.

    >>> print(gcl.labs.secant(eps=0.1, cost="θ²"))
    The tangent's slope is 2; two-sided: right but for rounding. The slope at θ = 1:
    two-sided 2 (only rounding is left), one-sided 2.1 (off by 0.1). Divide ε by 10, and it
    makes the one-sided error 10 times smaller.
    """

    State, View, compute, room = State, secant_picture, compute, 230
