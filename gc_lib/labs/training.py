"""Lesson 07: a check after some training, which sees what none could see at the start; and what a bug does to J."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np

from .. import data
from ..checker.report import Report, check
from ..checker.slide import SLIDE, norm, score
from ..checker.words import html_table, short
from ..network import bugs
from ..network.cost import Cost, Gradient
from ..network.forward import Params
from ..network.network import Network
from ..network.train import descend
from ..plots.training import training_picture
from .entries import OfBlocks
from .fields import Fields, menu, offered, positive, slider
from .listening import hear
from .result import Curve, Headline, OfReport
from .words import disagreeing, stable

BUGS = ["", "db_decayed", "last_example_dropped", "db_zero", "no_decay", "no_slope", "dA_doubled", "output_slope_twice"]
BUGS += ["sign_flipped"]
PLANTED = ["", *(name for name, bug in bugs.CATALOGUE.items() if bug.family is bugs.Steps)]
CHECKED = (0, 1, 3, 10, 30, 100, 300)
SIZES, LAM, RATE, EPS = (16, 6, 6, 1), 0.1, 0.4, 1e-7


class State(Fields):
    """Hold the bug, the steps of training that went before the check, and the scale of W.

    The bug stands in every layer that has its equation; "" is right backprop.
    """

    bug: str = menu("bug in every layer", BUGS, "db_decayed", offered(PLANTED), lambda name: name or "none", "320px")
    steps: int = slider("steps of training", CHECKED, 0)
    scale: float = slider("scale of W", [0.01, 0.03, 0.1, 0.3, 1.0], 1.0, positive, width="240px")


@dataclass(frozen=True, eq=False)
class Run:
    """Hold a training with one backprop, right or broken: J at every step; θ, reading and error bound where CHECKED."""

    J: np.ndarray
    thetas: tuple[Params, ...]
    readings: np.ndarray
    bounds: np.ndarray


@lru_cache(32)
def run(bug: str, scale: float) -> Run:
    """Train from a random start with the bug in backprop, and take the reading and its error bound on the way."""
    network, cost, gradient = problem(bug)
    path = list(islice(descend(gradient, network.initialise(seed=0, scale=scale), RATE), CHECKED[-1] + 1))
    J = cost.at({name: np.array([theta[name] for theta in path]) for name in path[0]}, len(path))
    measured = [measure(cost, gradient, path[step]) for step in CHECKED]
    readings, bounds = np.array(measured).T
    return Run(J, tuple(path[step] for step in CHECKED), readings, bounds)


def problem(bug: str) -> tuple[Network, Cost, Gradient]:
    """Return the network with the bug planted in every layer that has its equation, its cost and its gradient."""
    network = Network(SIZES, lam=LAM)
    for layer in range(1, network.L + 1):
        if bug and not network.obstacle(bug, layer):
            network = network.plant(bug, layer)
    return network, *network.on(*data.digits(3, 8, examples=32, side=4))


def measure(cost: Cost, gradient: Gradient, theta: Params) -> tuple[float, float]:
    """Return the relative difference at θ, and how much of it the error bars alone can make."""
    J, exact = cost(theta), gradient(theta)
    approx, dtheta = SLIDE.difference(*cost.nudged(theta, EPS), J, EPS), SLIDE.order(exact)
    bars, _ = hear(cost, gradient, theta).bars(approx, EPS, J)
    return score(approx, dtheta), norm(bars) / (norm(approx) + norm(dtheta))


@lru_cache(64)
def look(bug: str, scale: float, steps: int) -> tuple[Report, str]:
    """Check after some steps of training; and name the condition that hides the bug there, "" where it shows."""
    network, cost, gradient = problem(bug)
    theta = run(bug, scale).thetas[CHECKED.index(steps)]
    layers = cost.layers(theta)
    behind = [bugs.find(bug).hidden(layers[plant.layer - 1]) for plant in network.plants]
    return check(cost, gradient, theta, EPS), behind[0] if all(behind) and behind else ""


class Result(OfReport):
    """Hold the training with this backprop and the one with the right backprop, and where the student stands."""

    hidden: str
    run: Run
    right: Run

    @property
    def bound(self) -> Curve:
        """What the error bars alone can make the check read, against the steps of training."""
        return Curve(np.array(CHECKED, dtype=float), self.run.bounds)

    @property
    def J(self) -> tuple[float, float]:
        """J after the steps of training, with this backprop and with the right one."""
        return float(self.run.J[self.state.steps]), float(self.right.J[self.state.steps])

    def in_short(self) -> Headline:
        """Say what the check sees after so many steps, in one line."""
        found = "no check can see the bug" if self.hidden else disagreeing(self.report, letters=0)
        return Headline(f"step {self.state.steps}: {found}", stable(self.report), self.report.band)

    def said(self) -> Iterator[str]:
        """Say why the check sees the bug or not, and what it has done to J."""
        if self.hidden:
            yield f"{self.state.bug} is there, and no check can see it: {self.hidden}."
        elif not self.state.bug and self.report.band != "great":
            yield "The gradient is tiny beside J, whose last digit rules here: all of it is within the error bound."
        yield self.harm()

    def harm(self) -> str:
        """Say what the bug has done to J."""
        J, right = self.J
        if not self.state.bug:
            return f"J is {short(J, 2)}."
        if not self.state.steps:
            sentence = bugs.find(self.state.bug).sentence
            return f"It {sentence[0].lower()}{sentence[1:]}"
        return f"J is {short(J, 2)}; with right backprop it would be {short(right, 2)}."

    def tables(self) -> Iterator[str]:
        """Write the picture as tables."""
        yield from super().tables()
        columns = (self.run.bounds, self.run.J[[*CHECKED]], self.right.J[[*CHECKED]])
        rows = [(step, *(short(each, 2) for each in row)) for step, *row in zip(CHECKED, *columns, strict=True)]
        yield html_table(["steps", "error bound", "J", "J, right backprop"], rows)


def compute(state: State) -> Result:
    """Train with this backprop and with the right one, and check on the way."""
    run_here, right = run(state.bug, state.scale), run("", state.scale)
    curve = Curve(np.array(CHECKED, dtype=float), run_here.readings)
    return Result(state, *look(state.bug, state.scale, state.steps), run_here, right, curves={"steps": curve})


class Training(OfBlocks):
    """Open the lab of lesson 07, in the state given.

    >>> print(gcl.labs.training(bug="db_decayed", steps=10))
    Relative difference 1.1e-3: worry. Step 10: b1, b2 and b3 disagree. J is 0.63; with
    right backprop it would be 0.63.
    """

    State, View, compute, room = State, training_picture, compute, 300
