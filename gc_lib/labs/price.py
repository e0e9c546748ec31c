"""Lesson 07: what a check costs beside a step of training, counted for a network of any size, and timed here."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from time import perf_counter

from .. import data
from ..checker.objective import Objective
from ..checker.screen import screen
from ..checker.slide import two_sided_loop
from ..checker.words import html_table, short
from ..network.network import Network
from ..plots.price import price_picture
from .fields import Fields, Frozen, button, offered, slider, whole_number
from .lab import Lab
from .result import Headline, Shown

LADDER = 50  # evaluations of J that the screen takes to listen to it along one direction, about

UNITS = (2, 4, 8, 16, 32, 64)
STEP = 3  # evaluations of J that a step of training costs: one on the way forward, about two on the way back


class State(Fields):
    """Hold the units of both hidden layers, and whether the work is to be timed."""

    units: int = slider("units in each hidden layer", UNITS, 16, whole_number(1, UNITS[-1]), width="360px")
    timed: bool = button("time it on this computer", False, offered((False, True)), lambda _: True)


class Costs(Frozen):
    """Hold what the work costs for one size of network: in evaluations of J, or in seconds."""

    parameters: int
    evaluation: float
    step: float
    screen: float
    loop: float


def network(units: int) -> Network:
    """Return a network for 8×8 pixels with two hidden layers."""
    return Network([64, units, units, 1], lam=0.1)


def count(units: int) -> Costs:
    """Count the evaluations of J: the screen some 50 for each block and 50 more, the loop two for each parameter."""
    shapes = network(units).shapes
    parameters = sum(rows * columns for rows, columns in shapes.values())
    return Costs(parameters, 1, STEP, LADDER * (len(shapes) + 1), 2 * parameters)


@lru_cache
def clock(units: int) -> Costs:
    """Time one evaluation of J, one gradient, a screen and the two-sided loop, in seconds."""
    net = network(units)
    cost, gradient = net.on(*data.digits(3, 8, examples=32))
    params = net.initialise(seed=0)
    J = Objective(cost, params)
    evaluation, step = seconds(lambda: cost(params)), seconds(lambda: gradient(params))
    screened = seconds(lambda: screen(cost, gradient, params))
    looped = seconds(lambda: two_sided_loop(J, J.theta, 1e-7))
    return Costs(count(units).parameters, evaluation, step, screened, looped)


def seconds(work: Callable) -> float:
    """Return how long a piece of work takes: the shortest of as many runs as fit into a twentieth of a second."""
    times, end = [], perf_counter() + 0.05
    while perf_counter() < end:
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


class Result(Shown):
    """Hold the counted price for the network where the student stands, and the prices timed so far."""

    counted: Costs
    timed: tuple[Costs, ...]

    @property
    def steps(self) -> float:
        """How many steps of training cost as much as one check."""
        return self.counted.loop / self.counted.step

    def in_short(self) -> Headline:
        """Say how many steps of training one check costs."""
        return Headline(f"one check costs as much as {self.steps:,.0f} steps of training")

    def said(self) -> Iterator[str]:
        """Say what that number is made of, and what was timed."""
        n, checks = self.counted.parameters, self.counted.loop
        yield f"The two-sided loop evaluates J {checks:,} times, twice for each of the {n:,} parameters."
        yield f"A step of training costs about {STEP} evaluations, the screen some {self.counted.screen},"
        yield "whatever the size."
        if self.timed:
            last = self.timed[-1]
            yield f"Timed here a moment ago: the loop took {1e3 * last.loop:,.0f} ms,"
            yield f"a gradient {in_ms(last.step)}, the screen {in_ms(last.screen)}."

    def tables(self) -> Iterator[str]:
        """Write the picture as a table: counted for every size, and timed where that was asked for."""
        works = ("step", "screen", "loop")
        counted = [
            (units, each.parameters, each.step, each.screen, each.loop)
            for units, each in zip(UNITS, map(count, UNITS), strict=True)
        ]
        yield html_table(["hidden units", "parameters", *works], counted)
        timed = [(each.parameters, *map(in_ms, (each.step, each.screen, each.loop))) for each in self.timed]
        if timed:
            yield html_table(["parameters", "gradient, timed", *works[1:]], timed)


def in_ms(seconds: float) -> str:
    """Write a time in milliseconds."""
    return f"{short(1e3 * seconds, 2)} ms"


def compute(state: State) -> Result:
    """Count, and time every size up to the one where the student stands, if asked to."""
    sizes = [units for units in UNITS if units <= state.units] if state.timed else []
    return Result(state, count(state.units), tuple(clock(units) for units in sizes))


class Price(Lab):
    """Open the lab of lesson 07 on what a check costs, in the state given.

    >>> print(gcl.labs.price(units=64))
    One check costs as much as 5,590 steps of training. The two-sided loop evaluates J
    16,770 times, twice for each of the 8,385 parameters. A step of training costs about 3
    evaluations, the screen some 350, whatever the size.
    """

    State, View, compute, room = State, price_picture, compute, 360
