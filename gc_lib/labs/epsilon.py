"""Lesson 03: what a nudge that is too large, and one that is too small, do to a check; and what lies between them."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from ..checker.reading import Reading
from ..checker.slide import GREAT, in_order, norm, score
from ..checker.words import html_table, power
from ..network.network import one_of
from ..plots import EpsilonPicture
from .bars import OfReport
from .controls import Menu, Slider, log_values
from .lab import Lab
from .slices import Curve, glimpse, measure
from .state import BenchState

DIFFERENCES = {"two-sided": (), "one-sided": ("one_sided",)}
EPSILONS = tuple(log_values(-12, 0, 1, 3))
NUDGE = 0.01  # a step at which neither error spoils a third difference of J in float64


@dataclass(frozen=True)
class State:
    """Hold what the controls say: ε, the precision, the kind of difference, the scale of W, and a mistake in dW2.

    `error` is the relative error of dW2: 0 for right backprop. Raises ValueError for what cannot be.
    """

    eps: float = 1e-7
    dtype: str = "float64"
    difference: str = "two-sided"
    scale: float = 1.0
    error: float = 0.0

    def __post_init__(self):
        one_of("difference", self.difference, DIFFERENCES)
        for name in ("eps", "scale", "error"):
            object.__setattr__(self, name, float(getattr(self, name)))
        if self.scale == 0:
            raise ValueError("scale should be above 0: where every W is 0, hardly any slope is left to compare")
        if not 0 <= self.error < np.inf:
            raise ValueError(f"error should be a finite number, 0 or more; got {self.error}")
        self.bench.network  # noqa: B018  # raises where a name or a number cannot be

    @cached_property
    def bench(self) -> BenchState:
        """The state of the bench in which the check is made: digits 16-6-6-1."""
        bugs = [("scaled_dW", 2, self.error)] if self.error else []
        mistakes = DIFFERENCES[self.difference]
        return BenchState(eps=self.eps, dtype=self.dtype, scale=self.scale, bugs=bugs, mistakes=mistakes)


class Prediction(NamedTuple):
    """Hold what the check should read by each cause alone: T εᵖ by truncation, R / ε by round-off, and by dW2."""

    T: float
    p: int
    R: float
    bug: float

    @property
    def best(self) -> float:
        """The ε at which T εᵖ + R / ε is least: there its slope p T εᵖ⁻¹ − R / ε² is 0."""
        return (self.R / (self.p * self.T)) ** (1 / (self.p + 1))

    @property
    def middle(self) -> float:
        """The ε halfway, on a log axis, between those at which round-off and truncation each read what dW2 reads."""
        return (self.R / self.bug * (self.bug / self.T) ** (1 / self.p)) ** 0.5

    def truncation(self, eps):
        """T εᵖ"""
        return self.T * eps**self.p

    def roundoff(self, eps):
        """R / ε"""
        return self.R / eps


@lru_cache(32)
def predict(dtype: str, difference: str, scale: float, error: float) -> Prediction:
    """Predict the reading from J, J″, J‴ and dθ at θ, in float64, without any look at the check itself.

    Two-sided, an entry is off by ε²/6 J‴ and, where each J is off by half a unit in its last place, by about
    ulp(J)/√8 ε; one-sided by ε/2 J″ and by twice as much round-off.
    """
    state = BenchState(scale=scale)
    cost, gradient = state.network.on(*state.problem)
    J, dtheta = cost(state.theta), gradient(state.theta)
    (up, down), (twice_up, twice_down) = (cost.nudged(state.theta, step) for step in (NUDGE, 2 * NUDGE))
    length = 2 * norm(in_order(dtheta))
    ulp = float(np.spacing(np.dtype(dtype).type(J)))
    if difference == "two-sided":
        third = (twice_up - 2 * up + 2 * down - twice_down) / (2 * NUDGE**3)
        T, p, noise = norm(third) / 6, 2, ulp / 8**0.5
    else:
        T, p, noise = norm(up - 2 * J + down) / NUDGE**2 / 2, 1, ulp / 2**0.5
    return Prediction(T / length, p, noise * up.size**0.5 / length, error * norm(dtheta["W2"].ravel()) / length)


@dataclass(frozen=True)
class Result(OfReport):
    """Hold the check where the student stands, the reading measured at every ε, and what was predicted."""

    state: State
    report: Reading
    curves: dict[str, Curve]
    prediction: Prediction
    before: "Result | None" = None
    scattered = ("eps",)  # what is measured stands as dots, what is predicted as lines

    @property
    def here(self) -> dict[str, tuple[float, float]]:
        """Where the student stands on the curve."""
        return {"eps": (self.state.eps, self.report.difference)}

    @property
    def causes(self) -> dict[str, float]:
        """What each cause alone should make the check read here."""
        eps, predicted = self.state.eps, self.prediction
        causes = {"truncation": predicted.truncation(eps), "round-off": predicted.roundoff(eps)}
        return causes | ({"the wrong dW2": predicted.bug} if self.state.error else {})

    @property
    def number(self) -> str:
        """The reading, without digits where they are those of round-off."""
        noisy = self.causes["round-off"] > 0.03 * self.report.difference
        return f"about {power(self.report.difference)}" if noisy else f"{self.report.difference:.1e}"

    @cached_property
    def caption(self) -> str:
        """The finding: which cause rules here, what it makes of the verdict, and where the best ε lies."""
        (cause, most), (_, next_most) = sorted(self.causes.items(), key=lambda each: -each[1])[:2]
        said = [f"<b>{RULES[cause] if most > 3 * next_most else 'Two causes are about even here.'}</b>"]
        said.append(f"Relative difference {self.number}: {self.report.band}.")
        parts = [f"{words} {f'{size:.0e}' if size < 1 else '1 or more'}" for words, size in self.causes.items()]
        said.append(f"Predicted, each alone: {', '.join(parts)}.")
        if self.state.error and self.report.band == "great":
            said.append("<b>dW2 is wrong, and passes as great.</b>")
        if not self.state.error and self.report.band != "great":
            said.append(f"<b>Backprop is right, and yet reads “{self.report.band}”.</b>")
        best, least = self.best
        there = "right backprop reads" if least < GREAT else "even there right backprop reads"
        said.append(f"The best ε here is about {best:.0e}; {there} about {least:.0e}.")
        return " ".join(said)

    @property
    def best(self) -> tuple[float, float]:
        """The best ε, and what right backprop should read there."""
        best = self.prediction.best
        return best, self.prediction.truncation(best) + self.prediction.roundoff(best)

    @property
    def table(self) -> str:
        """The picture as tables: measured and predicted at every ε, and each block with its error bound."""
        x, y = self.curves["eps"]
        columns = (y, self.prediction.truncation(x), self.prediction.roundoff(x))
        rows = [(f"{eps:.0e}", *map(power, row)) for eps, *row in zip(x, *columns, strict=True)]
        blocks = [(name, power(reading), power(self.bounds[name])) for name, reading in self.blocks.items()]
        curve = html_table(["ε", "measured", "truncation", "round-off"], rows)
        return curve + html_table(["block", "reading", "error bound"], blocks, named=True)


RULES = {
    "round-off": "Round-off rules here: a larger ε reads less.",
    "truncation": "Truncation rules here: a smaller ε reads less.",
    "the wrong dW2": "The wrong dW2 rules here: no ε makes this reading smaller.",
}


class Epsilon(Lab):
    """Join ε, the precision, the difference, the scale of W and the mistake to the V-curve and the bars."""

    name, State, View = "epsilon", State, EpsilonPicture
    about = (
        "The relative difference against ε, both on log axes, with the bands great, look and worry: measured as dots, "
        "predicted as two straight lines, round-off falling as 1/ε and truncation rising; beside it a bar for each "
        "block with its hatched error bound."
    )

    def compute(self, state) -> Result:
        """Check the network at every ε, and where the student stands."""
        measured = measure(state.bench, EPSILONS, state.bench.lam, state.bench.keep_prob)
        y = [score(*pair) for pair in zip(measured.approx, measured.exact, strict=True)]
        predicted = predict(state.dtype, state.difference, state.scale, state.error)
        return Result(state, glimpse(state.bench).report, {"eps": Curve(np.array(EPSILONS), np.array(y))}, predicted)

    def controls(self) -> list:
        """Build the three sliders and the two menus."""
        wrong = [0.0, *(10.0**k for k in range(-9, 0))]
        return [
            self.bind("eps", Slider("ε", EPSILONS, width="180px")),
            self.bind("scale", Slider("scale of W", [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0], width="205px")),
            self.bind("error", Slider("dW2 wrong by", wrong, width="220px")),
            self.bind("dtype", Menu("precision", ["float64", "float32"], str, "145px")),
            self.bind("difference", Menu("difference", list(DIFFERENCES), str, "175px")),
        ]


def epsilon(**state) -> Epsilon:
    """Open the lab of lesson 03, in the state given: gcl.labs.epsilon(dtype="float32", eps=1e-2).

    The fields are those of its state: eps, dtype, difference, scale, error. Raises ValueError, or TypeError for a field
    that there is not.
    """
    return Epsilon(**state)
