"""Lesson 03: what a nudge that is too large, and one that is too small, do to a check; and what lies between them."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from os.path import commonprefix
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from ..checker.reading import about
from ..checker.slide import GREAT, in_order, norm, score
from ..checker.words import entry_name, html_table, short
from ..plots.epsilon import epsilon_picture
from .controls import in_rows
from .entries import OfBlocks
from .fields import Fields, log_values, menu, number, positive, slider
from .result import Curve, Headline, OfReport
from .slices import at_eps, glimpse, measure
from .state import BenchState

DIFFERENCES = {"two-sided": (), "one-sided": ("one_sided",)}
EPSILONS = tuple(log_values(-12, 0, 1, 3))
DIGITS = {"float64": 16, "float32": 8}  # after the point: the last one that a J near 1 has, and one more
NUDGE = 0.01  # a step at which neither error spoils a third difference of J in float64


class State(Fields):
    """Hold ε, the scale of W, a mistake in dW2, the precision, and the kind of difference.

    `error` is the relative error of dW2: 0 for right backprop.
    """

    eps: float = slider("ε", EPSILONS, 1e-7, positive)
    scale: float = slider("scale of W", [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0], 1.0, positive, width="205px")
    error: float = slider("dW2 wrong by", [0.0, *(10.0**k for k in range(-9, 0))], 0.0, number(0), width="220px")
    dtype: str = menu("precision", ["float64", "float32"], "float64", width="145px")
    difference: str = menu("difference", DIFFERENCES, "two-sided", width="175px")

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

    Two-sided, an entry is off by ε²/6 J‴ and, where each J is off by about half a unit in its last place, by about
    ulp(J)/(√8 ε); one-sided by ε/2 J″ and by twice as much round-off.
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


class Result(OfReport):
    """Hold the check where the student stands, the reading measured at every ε, and what was predicted.

    `ends` are J at both ends of a nudge of the entry whose slope is steepest.
    """

    prediction: Prediction
    ends: dict[str, float]
    scattered = ("eps",)  # what is measured stands as dots, what is predicted as lines

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
        return about(self.report.difference, near) if noisy else short(self.report.difference, 2)

    def in_short(self) -> Headline:
        """Say the number, and which cause rules here."""
        (cause, most), (_, next_most) = sorted(self.causes.items(), key=lambda each: -each[1])[:2]
        rules = f"{cause} rules: {LESS[cause]} reads less" if most > 3 * next_most else "two causes are about even here"
        return Headline(rules, self.number, self.report.band)

    def said(self) -> Iterator[str]:
        """Say what each cause should read alone, what that makes of the verdict, and where the best ε lies."""
        parts = [f"{words} {f'{short(size, 1)}' if size < 1 else '1 or more'}" for words, size in self.causes.items()]
        yield f"Predicted, each alone: {', '.join(parts)}."
        if self.state.error and self.report.band == "great":
            yield "<b>dW2 is wrong, and passes as great.</b>"
        if not self.state.error and self.report.band != "great":
            yield f"<b>Backprop is right, and yet reads “{self.report.band}”.</b>"
        best, least = self.best
        there = "right backprop reads" if least < GREAT else "even there right backprop reads"
        yield f"The best ε here is about {short(best, 1)}; {there} about {short(least, 1)}."

    @property
    def best(self) -> tuple[float, float]:
        """The best ε, and what right backprop should read there."""
        best = self.prediction.best
        return best, self.prediction.truncation(best) + self.prediction.roundoff(best)

    @property
    def digits(self) -> str:
        """J at both ends, one above the other: grey the digits that are equal, bold those that survive."""
        written = [f"{J:.{DIGITS[self.state.dtype]}f}" for J in self.ends.values()]
        same, entry = len(commonprefix(written)), self.report.entry(steepest(self.report.gradient))
        left = sum(map(str.isdigit, written[0][same:]))
        rows = zip(self.ends, written, strict=True)
        J = "\n".join(f"{end:8} = <span>{digits[:same]}</span><b>{digits[same:]}</b>" for end, digits in rows)
        survive = {0: "no digit survives", 1: "1 digit survives"}.get(left, f"{left} digits survive")
        found = f"dθ_approx[i] is {short(entry.approx)}, dθ[i] is {short(entry.gradient)}"
        nudged = f"θ[i] is {entry_name(entry.block, entry.index)}"
        return f"<pre>{J}</pre>{nudged}. The equal digits go when one J is taken from the other; {survive}: {found}."

    def tables(self) -> Iterator[str]:
        """Write the picture as tables."""
        yield from super().tables()
        eps, predicted = self.curves["eps"].x, self.prediction
        rows = zip(eps, predicted.truncation(eps), predicted.roundoff(eps), strict=True)
        yield html_table(["ε", "truncation", "round-off"], [[short(each, 1) for each in row] for row in rows])


def near(x: float) -> str:
    """Write a number as the nearest of 1, 3, 10, 30, …, since the digits of round-off differ between machines."""
    return short(10 ** (round(2 * np.log10(x)) / 2), 1) if 0 < x < np.inf else short(x)


LESS = {"round-off": "a larger ε", "truncation": "a smaller ε", "the wrong dW2": "no ε"}  # makes the check read less


def steepest(slopes: np.ndarray) -> int:
    """Return where the slope is largest, up or down."""
    return int(np.abs(slopes).argmax())


def compute(state: State) -> Result:
    """Check the network at every ε, and where the student stands."""
    measured = measure(state.bench, EPSILONS, state.bench.lam, state.bench.keep_prob)
    y = np.array([score(*pair) for pair in zip(measured.approx, measured.exact, strict=True)])
    predicted = predict(state.dtype, state.difference, state.scale, state.error)
    report, bench = glimpse(state.bench).report, state.bench
    here, i = at_eps(bench), steepest(report.gradient)
    up, down = (float(each[0, i]) for each in here.J_nudged)
    other = {"J(θ)": here.J} if state.difference == "one-sided" else {"J(θ − ε)": down}
    return Result(state, report, predicted, {"J(θ + ε)": up} | other, curves={"eps": Curve(np.array(EPSILONS), y)})


class Epsilon(OfBlocks):
    """Open the lab of lesson 03, in the state given.

    >>> print(gcl.labs.epsilon(dtype="float32", eps=1e-2))
    Relative difference below 1e-4: look. Round-off rules: a larger ε reads less. Predicted,
    each alone: truncation 2e-5, round-off 8e-5. Backprop is right, and yet reads “look”.
    The best ε here is about 1e-2; even there right backprop reads about 9e-5.
    """

    State, View, compute, room = State, epsilon_picture, compute, 300

    def build(self) -> widgets.Widget:
        """Build the page: under the words, J at both ends of a nudge."""
        self.digits = widgets.HTML().add_class("gc-digits")
        return self.page([in_rows(self.controls())], below=[self.digits])

    def still(self) -> str:
        """Return pictures, words and J at both ends as HTML that needs no kernel."""
        return super().still() + self.result.digits

    def show(self) -> None:
        """Write J at both ends of the nudge."""
        self.digits.value = self.result.digits
