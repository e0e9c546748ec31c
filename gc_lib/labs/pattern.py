"""The pattern of a bug: which blocks it turns red, how they climb with its strength, and what makes it vanish."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from ..checker.words import listed
from ..network import bugs
from ..network.network import Plant
from ..plots.curves import LogAxis, Slice
from ..plots.parts import Blocks
from ..plots.picture import pictures
from ..plots.style import Band, band
from ..plots.way_back import Line, WayBack
from .controls import WHOLE, label
from .fields import Fields, choice, log_values, menu, number, slider
from .lab import Lab
from .result import Curve, Headline, OfReport, beyond
from .slices import Result as Check
from .slices import glimpse, reading
from .state import BenchState

BUGS = ["", *(name for name, bug in bugs.CATALOGUE.items() if bug.family is bugs.Steps)]
UNITS, LAYERS = (6, 6, 6), (1, 2, 3, 4)
REMEDIES = {  # what a remedy changes in a network on which every bug shows
    "none": {},
    "λ = 0": {"lam": 0.0},
    "m = 1": {"examples": 1},
    "keep_prob = 1": {"keep_prob": 1.0},
    "ReLU": {"hidden": "relu"},
    "sigmoid": {"hidden": "sigmoid"},
    "b = 0": {"bias": 0.0},
}
STRENGTHS = log_values(-8, 0, 1, 3)
FED = {"drop": [(0, "dZ")], "dZ": [(0, "dW"), (0, "db"), (0, "dA_prev")], "dA_prev": [(1, "drop")], "dW": [], "db": []}
NONE = {(LAYERS[-1], "drop"), (1, "dA_prev")}  # the output layer has no dropout, and the input needs no gradient
LINES = [(l, slot) for l in reversed(LAYERS) for slot in bugs.Steps._fields if (l, slot) not in NONE]


def fed(line: Line) -> list[Line]:
    """Return the lines that are computed from a line: in its own layer, or in the layer below."""
    l, slot = line
    return [(l - down, name) for down, name in FED[slot] if (l - down, name) in LINES]


def reached(line: Line) -> list[Line]:
    """Return a line, and all that is computed from it."""
    return [line, *(far for near in fed(line) for far in reached(near))]


def as_far_as(steps: int) -> str:
    """Name the line that the way back has come to."""
    ends = {0: "start", len(LINES): "end"}
    return ends.get(steps) or "layer {} · {}".format(*LINES[steps - 1])


class State(Fields):
    """Say which bug stands in which layer, how strong it is, how many lines have run, and which remedy is tried.

    The network has three hidden layers of six tanh units, λ = 0.1, 32 examples, a frozen mask at keep_prob = 0.8 and
    biases away from 0.
    """

    bug: str = menu("bug", BUGS, "db_no_mean", say=label, width=WHOLE)
    layer: int = menu("layer", LAYERS, 3, width="95px")
    strength: float = slider("strength", STRENGTHS, 1.0, number(0), width="260px")
    steps: int = slider("way back", range(len(LINES) + 1), len(LINES), say=as_far_as, width="375px")
    remedy: str = choice("remedy", REMEDIES, "none")

    @cached_property
    def right(self) -> BenchState:
        """The bench, with the remedy and without the bug."""
        usual: dict[str, Any] = {"keep_prob": 0.8, "bias": 0.1, "units": UNITS}
        return BenchState(**usual | REMEDIES[self.remedy])

    @property
    def obstacle(self) -> str:
        """Why the bug cannot stand in this layer; "" where it can, or where there is none."""
        return self.right.network.obstacle(self.bug, self.layer) if self.bug else ""

    def bench(self, strength: float) -> BenchState:
        """Return the bench with the remedy and the bug, this strong."""
        if not self.bug or self.obstacle:
            return self.right
        return replace(self.right, bugs=(Plant(self.bug, self.layer, strength),))


class Result(OfReport):
    """Hold a check of the network with its bug, and how it reads at other strengths.

    Blocks that the way back has not come to have no bar yet.
    """

    check: Check

    @property
    def blocks(self) -> dict[str, float]:
        """The reading of each block."""
        return {name: reading if name in self.come else np.nan for name, reading in self.report.blocks.items()}

    @property
    def come(self) -> set[str]:
        """What the way back has come to: the blocks of which the gradient is there."""
        return {f"{slot[1]}{l}" for l, slot in LINES[: self.state.steps]}

    @property
    def bounds(self) -> dict[str, float]:
        """What the error bars alone explain, block by block."""
        return {name: 0.0 if np.isnan(self.blocks[name]) else bound for name, bound in self.report.bounds.items()}

    @property
    def planted(self) -> Line | None:
        """The line that is wrong."""
        state = self.state
        return (state.layer, bugs.find(state.bug).slot) if state.bug and not state.obstacle else None

    @property
    def lines(self) -> dict[Line, Band]:
        """The band of every line that has run: the worst of all blocks that an error in it has spoilt.

        Which lines an error reaches is the law; what it spoils there is what the check has found.
        """
        spoilt = reached(self.planted) if self.planted else []
        red = {name: self.report.blocks[name] for name in beyond(self.report)}

        def worst(line: Line) -> float:
            found = reached(line) if line in spoilt else [line]
            return max(red.get(f"{slot[1]}{l}", 0.0) for l, slot in found)

        return {line: band(worst(line)) for line in LINES[: self.state.steps]}

    def in_short(self) -> Headline:
        """Say what the bench would say in one line; before the end, how far it has come, and what is red by then."""
        if self.state.steps == len(LINES):
            return self.check.headline
        red = [name for name in beyond(self.report) if name in self.come]
        return Headline(f"the way back stands at {as_far_as(self.state.steps)}; red so far: {listed(red) or 'none'}")

    def said(self) -> Iterator[str]:
        """Say what the bench would; and why there is no bug, if it could not be planted."""
        state = self.state
        if state.obstacle:
            yield f"{state.bug} is not planted in layer {state.layer}: {state.obstacle}."
        if state.steps == len(LINES):
            yield self.check.caption


def compute(state: State) -> Result:
    """Check the network with its bug, as strong as it is and at every other strength."""
    strengths = sorted({*STRENGTHS, state.strength})
    readings = [reading(broken, broken.keep_prob) for broken in map(state.bench, strengths)]
    check, curve = glimpse(state.bench(state.strength)), Curve(np.array(strengths), np.array(readings))
    return Result(state, check.report, check, curves={"strength": curve})


@pictures([3.2], [2.9], [3.5])
def pattern_picture(names: list[str], blocks, way, climb) -> tuple:
    """Show which blocks turn red, how the error runs down, and how the relative difference climbs with its strength."""
    curve = Slice(climb, "strength", "strength of the bug", LogAxis(1e-8, 1), "1e-8 1e-6 1e-4 1e-2 1")
    wires = [(line, next) for line in LINES for next in fed(line)]
    bars = Blocks(blocks, names, "←  the way back")
    blocks.tick_params(axis="x", labelsize="small")
    return bars, WayBack(way, LINES, wires), curve


class Pattern(Lab):
    """Open the pattern of one bug, in the state given.

    >>> print(gcl.labs.pattern(bug="no_decay", layer=2, remedy="λ = 0"))
    Relative difference about 1e-8: great. All 8 blocks agree, though a line differs.
    no_decay cannot be seen here: λ is 0.
    """

    State, View, compute, room = State, pattern_picture, compute, 460
