"""Lesson 02: the blocks as one vector θ, dθ beneath it, and the loop that fills dθ_approx entry after entry."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from .. import data
from ..checker.objective import Objective
from ..checker.params import entry, from_vector, to_vector
from ..checker.slide import SLIDE, band, norm, score
from ..checker.words import entry_name, html_table, in_digits, short
from ..network import bugs
from ..network.network import Network
from ..plots.vector import vector_picture
from .fields import Fields, choice, positive, slider, whole_number
from .lab import Lab
from .result import Headline, Shown

ORDERS = {"row by row": SLIDE, "column by column": bugs.plant(SLIDE, "other_order")}
TIMES = (0.001, 1.0, 1000.0)
EPS = 1e-7

NETWORK = Network([2, 4, 3, 1], hidden="tanh", lam=0.1)
PARAMS = NETWORK.initialise(seed=2)
SIZE = to_vector(PARAMS).size


class State(Fields):
    """Hold where the loop stands, the order of dθ, and by what J is multiplied."""

    i: int = slider("entry i", range(SIZE), 12, whole_number(0, SIZE - 1), str, "480px")
    order: str = choice("flatten dθ", ORDERS, "row by row")
    times: float = choice("J times", TIMES, 1.0, positive, short)


@lru_cache(16)
def looped(times: float) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Return J(θ + ε eᵢ) and J(θ − ε eᵢ) for every i, and the blocks of dθ, where J is multiplied by a number."""
    cost, gradient = NETWORK.on(*data.moons(24))
    up, down = Objective(lambda params: times * cost(params), PARAMS).loop(EPS)
    return up, down, {name: times * block for name, block in gradient(PARAMS).items()}


def named(i: int, d: str = "") -> str:
    """Name an entry of θ as code does: "W2[1, 3]"."""
    return d + entry_name(*entry(i, PARAMS))


class Result(Shown):
    """Hold θ, dθ in the order chosen, the two J of every nudge, and dθ_approx as far as the loop has come.

    `places` says which place of θ each entry of dθ has: 0, 1, 2, … where the orders are the same. The three `lengths`
    and the relative `difference` are over the entries that the loop has done.
    """

    up: np.ndarray
    down: np.ndarray
    dtheta: np.ndarray
    places: np.ndarray
    approx: np.ndarray
    lengths: dict[str, float]
    difference: float
    theta = to_vector(PARAMS)

    def in_short(self) -> Headline:
        """Say which entry θ[i] is, and the relative difference so far."""
        reading = short(self.difference, 2) if self.difference > 1e-7 else "below 1e-7"
        return Headline(f"θ[{self.state.i}] is {named(self.state.i)}", reading, band(self.difference))

    def said(self) -> Iterator[str]:
        """Say the two J's of θ[i] and their quotient, and over which entries the relative difference is taken."""
        i, place = self.state.i, int(self.places[self.state.i])
        yield f"J with +ε: {self.up[i]:.10g}, with −ε: {self.down[i]:.10g}; their difference / 2ε is"
        yield f"dθ_approx[{i}] = {short(self.approx[i], 4)}. Backprop’s dθ[{i}] = {short(self.dtheta[i], 4)}."
        if place != i:
            yield f"<b>But dθ[{i}] is {named(place, 'd')}: two different entries are compared.</b>"
        yield f"Done so far, and in the relative difference: {i + 1} of {SIZE} entries."

    def tables(self) -> Iterator[str]:
        """Write the picture as tables: every entry as far as the loop has come, and the three norms."""
        approx = [short(slope, 4) for slope in self.approx] + ["—"] * (SIZE - self.approx.size)
        rows = [
            (i, named(i), f"{self.theta[i]:.4f}", named(place, "d"), short(self.dtheta[i], 4), approx[i])
            for i, place in enumerate(self.places.tolist())
        ]
        yield html_table(["i", "θ[i] is", "θ[i]", "dθ[i] is", "dθ[i]", "dθ_approx[i]"], rows)
        norms = [(f"‖{name}‖", in_digits(size, 1e-5)) for name, size in self.lengths.items()]
        yield html_table([], norms, named=True)


def compute(state: State) -> Result:
    """Lay out dθ in the order chosen beside the costs of the loop, and compare it as far as the loop has come."""
    up, down, blocks = looped(state.times)
    order, done = ORDERS[state.order].order, state.i + 1
    dtheta, places = order(blocks), order(from_vector(np.arange(SIZE), PARAMS)).astype(int)
    approx, exact = SLIDE.difference(up[:done], down[:done], None, EPS), dtheta[:done]
    lengths = {"dθ_approx − dθ": norm(approx - exact), "dθ_approx": norm(approx), "dθ": norm(exact)}
    return Result(state, up, down, dtheta, places, approx, lengths, score(approx, exact))


class Vector(Lab):
    """Open the lab of lesson 02, in the state given.

    >>> print(gcl.labs.vector(i=19, order="column by column"))
    Relative difference 0.55: worry. θ[19] is W2[1, 3]. ...
    0.1765. But dθ[19] is dW2[1, 2]: two different entries are compared. ...
    """

    State, View, compute, room = State, vector_picture, compute, 330

    def controls(self) -> list:
        """Build the controls, and a button that lets the loop take one step."""
        further = self.button("nudge the next entry", lambda: {"i": min(self.state.i + 1, SIZE - 1)})
        return [*super().controls(), further]
