"""Lesson 02: the blocks as one vector θ, dθ beneath it, and the loop that fills dθ_approx entry after entry."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from .. import data
from ..checker.objective import Objective
from ..checker.params import entry, to_vector
from ..checker.slide import SLIDE, band, norm, score
from ..checker.words import html_table, power
from ..network import bugs
from ..network.network import Network, one_of
from ..plots import VectorPicture
from .controls import Choice, Slider, in_rows
from .lab import Lab

ORDERS = {"row by row": SLIDE, "column by column": bugs.plant(SLIDE, "other_order")}
TIMES = (0.001, 1.0, 1000.0)
EPS = 1e-7

NETWORK = Network([2, 4, 3, 1], hidden="tanh", lam=0.1)
PROBLEM = data.moons(24)
PARAMS = NETWORK.initialise(seed=2)
SIZE = to_vector(PARAMS).size


@dataclass(frozen=True)
class State:
    """Hold what the controls say: where the loop stands, the order of dθ, and by what J is multiplied.

    Raises ValueError for what cannot be, TypeError for an i that is no whole number.
    """

    i: int = 12
    order: str = "row by row"
    times: float = 1.0

    def __post_init__(self):
        one_of("order", self.order, ORDERS)
        object.__setattr__(self, "times", float(self.times))
        if not 0 < self.times < np.inf:
            raise ValueError(f"times should be a finite number above 0; got {self.times}")
        if self.i != int(self.i):
            raise TypeError(f"i should be a whole number, 0 … {SIZE - 1}; got {self.i}")
        object.__setattr__(self, "i", int(self.i))
        if not 0 <= self.i < SIZE:
            raise ValueError(f"θ has {SIZE} entries, i = 0 … {SIZE - 1}; got i = {self.i}")


@lru_cache(16)
def looped(times: float) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Return J(θ + ε eᵢ) and J(θ − ε eᵢ) for every i, and the blocks of dθ, where J is multiplied by a number."""
    cost, gradient = NETWORK.on(*PROBLEM)
    up, down = Objective(lambda params: times * cost(params), PARAMS).loop(EPS)
    return up, down, {name: times * block for name, block in gradient(PARAMS).items()}


def numbered(order: str) -> np.ndarray:
    """Tell for every place of dθ which place of θ its entry has: 0, 1, 2, … where the orders are the same."""
    places = np.split(np.arange(SIZE), np.cumsum([block.size for block in PARAMS.values()])[:-1])
    blocks = {name: place.reshape(PARAMS[name].shape) for name, place in zip(PARAMS, places, strict=True)}
    return ORDERS[order].order(blocks)


def named(i: int, d: str = "") -> str:
    """Name an entry of θ as code does: "W2[1, 3]"."""
    block, index = entry(i, PARAMS)
    return f"{d}{block}{list(index)}"


@dataclass(frozen=True)
class Result:
    """Hold θ, dθ in the order chosen, the two J of every nudge, and dθ_approx as far as the loop has come."""

    state: State
    up: np.ndarray
    down: np.ndarray
    dtheta: np.ndarray
    places: np.ndarray
    before: "Result | None" = None
    theta = to_vector(PARAMS)
    shapes = {name: block.shape for name, block in PARAMS.items()}

    @cached_property
    def approx(self) -> np.ndarray:
        """dθ_approx up to entry i."""
        done = self.state.i + 1
        return SLIDE.difference(self.up[:done], self.down[:done], None, EPS)

    @cached_property
    def lengths(self) -> dict[str, float]:
        """The three norms, over the entries that the loop has done."""
        exact = self.dtheta[: self.approx.size]
        return {"dθ_approx − dθ": norm(self.approx - exact), "dθ_approx": norm(self.approx), "dθ": norm(exact)}

    @cached_property
    def difference(self) -> float:
        """The relative difference over the entries that the loop has done."""
        return score(self.approx, self.dtheta[: self.approx.size])

    @property
    def reading(self) -> str:
        """The relative difference in words, without the digits of round-off."""
        return f"{self.difference:.2g}" if self.difference > 1e-7 else "below 1e-7"

    @property
    def caption(self) -> str:
        """The finding: which entry θ[i] is, its two J's and their quotient, and the relative difference so far."""
        i, place = self.state.i, int(self.places[self.state.i])
        said = [f"<b>θ[{i}] is {named(i)}.</b>"]
        said.append(f"J with +ε: {self.up[i]:.10g}, with −ε: {self.down[i]:.10g}; their difference / 2ε is")
        said.append(f"dθ_approx[{i}] = {self.approx[i]:.4g}. Backprop’s dθ[{i}] = {self.dtheta[i]:.4g}.")
        if place != i:
            said.append(f"<b>But dθ[{i}] is {named(place, 'd')}: two different entries are compared.</b>")
        done = f"all {SIZE} entries" if i == SIZE - 1 else f"the {i + 1} done so far" if i else "the first one alone"
        said.append(f"Relative difference over {done}: <b>{self.reading}, {band(self.difference)}</b>.")
        return " ".join(said)

    @property
    def table(self) -> str:
        """The picture as tables: every entry as far as the loop has come, and the three norms."""
        approx = [f"{slope:.4g}" for slope in self.approx] + ["—"] * (SIZE - self.approx.size)
        rows = [
            (i, named(i), f"{self.theta[i]:.4f}", named(place, "d"), f"{self.dtheta[i]:.4g}", approx[i])
            for i, place in enumerate(self.places.tolist())
        ]
        entries = html_table(["i", "θ[i] is", "θ[i]", "dθ[i] is", "dθ[i]", "dθ_approx[i]"], rows)
        norms = [(f"‖{name}‖", in_digits(size)) for name, size in self.lengths.items()]
        return entries + html_table([], norms, named=True)


def in_digits(x: float) -> str:
    """Write a number in digits, or as a power of ten where its digits are those of round-off."""
    return f"about {power(x)}" if x < 1e-5 else f"{x:.2g}"


class Vector(Lab):
    """Join the entry i, the order of dθ and the size of J to the blocks, the three strips and the three norms."""

    name, State, View = "vector", State, VectorPicture
    about = (
        "The matrices W1, b1, … W3, b3 with their entries numbered; beneath them three strips of 31 entries, θ, dθ and "
        "dθ_approx, which is filled as far as the loop has come; at the right the lengths of dθ_approx − dθ, "
        "dθ_approx and dθ on a log axis."
    )

    def compute(self, state) -> Result:
        """Lay out dθ in the order chosen beside the costs of the loop."""
        up, down, dtheta = looped(state.times)
        return Result(state, up, down, ORDERS[state.order].order(dtheta), numbered(state.order))

    def build(self):
        """Build the page, with a button that lets the loop take one step."""
        buttons = [self.button("nudge the next entry", self.one_further), self.button("start again", self.opening)]
        entries, *choices = self.controls()
        return self.page([entries, in_rows(choices)], buttons)

    def one_further(self) -> dict:
        """Return where the loop stands after one step more."""
        return {"i": min(self.state.i + 1, SIZE - 1)}

    def controls(self) -> list:
        """Build the slider over the entries, the order of dθ and the size of J."""
        return [
            self.bind("i", Slider("entry i", range(SIZE), str, width="480px")),
            self.bind("order", Choice("flatten dθ", list(ORDERS), str)),
            self.bind("times", Choice("J times", TIMES)),
        ]


def vector(**state) -> Vector:
    """Open the lab of lesson 02, in the state given: gcl.labs.vector(i=19, order="column by column").

    The fields are those of its state: i, order, times. Raises ValueError, or TypeError for a field that there is not.
    """
    return Vector(**state)
