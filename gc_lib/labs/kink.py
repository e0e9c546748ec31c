"""A corner of ReLU dragged through the ε window: J along one bias, and what the check of all entries reads."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from ..checker.params import from_vector, to_vector
from ..checker.slide import GREAT, SLIDE, band, score
from ..checker.words import html_table, in_digits, short
from ..data import moons
from ..network.network import Network
from ..plots.kink import kink_picture
from .fields import Fields, log_values, number, slider
from .lab import Lab
from .result import Curve, Headline, Shown

NETWORK, SEED = Network([2, 4, 3, 1], hidden="relu"), 49
UNIT = 1  # θ[i] is its bias, b2[1]
SILENT = 14  # the example that switches on no unit of layer 1: layer 2 sees nothing of it, and has only its own biases
EXAMPLES, EPS = [1, 2, 4, 8, 16, 32], log_values(-10, 0, 1, 2, 5)


class State(Fields):
    """Hold ε, the biases of layer 2, and how many examples there are."""

    eps: float = slider("ε", EPS, 1e-3, number(EPS[0], 1), width="340px")
    b2: float = slider("biases b2", [0.0, *log_values(-8, 0, 1, 2, 5)], 0.01, number(0, 1), width="340px")
    examples: int = slider("examples m", EXAMPLES, 8, width="240px")

    @property
    def theta(self) -> dict[str, np.ndarray]:
        """The parameters: W as drawn, every bias of layer 2 at b2, the others at 0."""
        return NETWORK.initialise(SEED) | {"b2": np.full((3, 1), self.b2)}


@lru_cache(len(EXAMPLES))
def problem(count: int) -> tuple:
    """Return cost and gradient on so many examples, of which the silent one is the first."""
    X, Y = moons(EXAMPLES[-1])
    order = [SILENT, *(j for j in range(EXAMPLES[-1]) if j != SILENT)][:count]
    return NETWORK.on(X[:, order], Y[:, order])


class Result(Shown):
    """Hold J along θ[i] in units of ε, its slopes, and the reading of the whole check.

    `steps` are in ε, `costs` is J there; `corners` is the distance of θ[i] from its own corners, with sign; `nearest`
    that of each entry of θ from its nearest corner. `slopes` are those of J from θ[i] − ε to θ[i], and on to θ[i] + ε;
    `gradient` is dθ[i]. The curve is the relative difference against ε, and `here` where the student stands on it.
    """

    steps: np.ndarray
    costs: np.ndarray
    corners: np.ndarray
    nearest: np.ndarray
    slopes: tuple[float, float]
    gradient: float
    here: dict[str, tuple[float, float]]

    @property
    def reading(self) -> float:
        """The relative difference of the whole check at ε."""
        return self.here["eps"][1]

    @property
    def approx(self) -> float:
        """dθ_approx[i], the mean of the slopes on both sides."""
        return sum(self.slopes) / 2

    @property
    def crossed(self) -> int:
        """How many entries of θ have a corner in their window."""
        return int((self.nearest < self.state.eps).sum())

    def in_short(self) -> Headline:
        """Say what the whole check reads, and why."""
        if self.reading < GREAT:
            gist = f"all {self.nearest.size} entries agree"
        elif self.crossed:
            gist = f"corners in the window of {self.crossed} of {self.nearest.size} entries"
        else:
            gist = f"ε is too {'large' if self.state.eps > 1e-5 else 'small'}"
        return Headline(gist, in_digits(self.reading, GREAT), band(self.reading))

    def said(self) -> Iterator[str]:
        """Say whether a corner lies in the window, and what it does to the slopes."""
        distance = float(np.abs(self.corners).min())
        left, right, approx, exact = (short(slope, 2) for slope in (*self.slopes, self.approx, self.gradient))
        if distance < self.state.eps:
            yield f"<b>A corner lies in the window, {short(distance, 2)} from θ[i]:</b>"
            yield f"from θ − ε to θ the slope of J is {left}, from θ to θ + ε it is {right}."
            yield f"dθ_approx[i] is {approx}, the mean of both; dθ[i] is {exact}."
        else:
            yield f"<b>The entry drawn here has no corner in the window;</b> its nearest is {short(distance, 2)} away."
            yield f"dθ_approx[i] is {approx}; dθ[i] is {exact}."
        if self.reading >= GREAT:
            corner = "Here backprop gives one of the two slopes at each corner."
            yield "Backprop is right." if self.nearest.all() else corner

    def tables(self) -> Iterator[str]:
        """Write what the picture shows."""
        rows = [
            (short(eps), short(y, 1), int((self.nearest < eps).sum()))
            for eps, y in zip(*self.curves["eps"], strict=True)
        ]
        yield html_table(["ε", "relative difference", "entries with a corner within ε"], rows)


@lru_cache(256)
def checked(start: State) -> tuple[dict, list, np.ndarray]:
    """Return dθ, the reading at every ε of the slider, and how far each entry is from its nearest corner."""
    (cost, gradient), theta = problem(start.examples), start.theta
    exact = gradient(theta)
    return exact, [reading(start, exact, eps) for eps in EPS], nearest(cost, theta)


def reading(state: State, exact: dict, eps: float) -> float:
    """Return the relative difference of the whole check."""
    cost, theta = problem(state.examples)[0], state.theta
    approx = SLIDE.difference(*cost.nudged(theta, eps), cost(theta), eps)
    return score(approx, to_vector(exact))


def nearest(cost, theta: dict[str, np.ndarray]) -> np.ndarray:
    """Return for every entry of θ how far the nearest corner is: a unit's Z over its rate of change, to first order."""
    vector, step = to_vector(theta), 1e-6
    nudged = cost.layers(from_vector(vector + step * np.eye(vector.size), theta), vector.size)[:-1]
    distances = [np.full((vector.size, 1), np.inf)]
    for before, after in zip(cost.layers(theta)[:-1], nudged, strict=True):
        rates = (np.abs(after.Z - before.Z) / step).reshape(vector.size, -1)
        Z = np.broadcast_to(np.abs(before.Z).ravel(), rates.shape)
        distances.append(np.divide(Z, rates, out=np.full(rates.shape, np.inf), where=rates > 1e-3))
    return np.concatenate(distances, axis=1).min(axis=1)


def along(state: State, steps: np.ndarray) -> np.ndarray:
    """Return J at θ + s eᵢ for every step s."""
    stack = {name: block[None] for name, block in state.theta.items()}
    stack["b2"] = stack["b2"] + steps[:, None, None] * (np.arange(3) == UNIT)[:, None]
    return problem(state.examples)[0].at(stack, len(steps))


def compute(state: State) -> Result:
    """Measure J along θ[i] and the whole check, at ε and at every other."""
    eps, (cost, _) = state.eps, problem(state.examples)
    exact, readings, distances = checked(State(b2=state.b2, examples=state.examples))
    corners = -cost.layers(state.theta)[1].Z[UNIT]
    below, at, above = along(state, eps * np.array([-1, 0, 1]))
    steps = np.union1d(np.linspace(-2, 2, 81), corners[np.abs(corners) < 2 * eps] / eps)
    here = readings[EPS.index(eps)] if eps in EPS else reading(state, exact, eps)
    slopes, gradient = (float(at - below) / eps, float(above - at) / eps), float(exact["b2"][UNIT, 0])
    curve, costs = Curve(np.array(EPS), np.array(readings)), along(state, eps * steps)
    return Result(
        state, steps, costs, corners, distances, slopes, gradient, {"eps": (eps, here)}, curves={"eps": curve}
    )


class Kink(Lab):
    """Open the lab of the corner in the window, in the state given.

    >>> print(gcl.labs.kink(eps=1e-5, b2=0))
    Relative difference 2.4e-2: worry. Corners in the window of 3 of 31 entries. ...
    """

    State, View, compute, room = State, kink_picture, compute, 260
