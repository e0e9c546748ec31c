"""The pattern of a bug: which blocks it turns red, how they climb with its strength, and what makes it vanish."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..checker.slide import score
from ..network import bugs
from ..network.network import Plant
from ..plots import WALK, Blocks, LogAxis, Slice, banded, pictures
from .controls import log_values
from .fields import Fields, choice, menu, number, slider
from .lab import Lab
from .result import Curve, Headline, OfReport
from .slices import Result as Check
from .slices import glimpse, measure
from .state import BenchState
from .words import blocks_table, curve_table

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


def sentence(name: str) -> str:
    """Name a bug, the equation that it breaks, and what is done wrong."""
    return f"{bugs.find(name).slot} · {name}: {bugs.find(name).sentence}" if name else "none"


@dataclass(frozen=True)
class State(Fields):
    """Say which bug stands in which layer, how strong it is, and which remedy is tried.

    The network has three hidden layers of six tanh units, λ = 0.1, 32 examples, a frozen mask at keep_prob = 0.8 and
    biases away from 0.
    """

    bug: str = menu("bug", BUGS, "db_no_mean", say=sentence, width="460px")
    layer: int = menu("layer", LAYERS, 3, width="95px")
    strength: float = slider("strength", STRENGTHS, 1.0, number(0), width="260px")
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


@dataclass(frozen=True)
class Result(OfReport):
    """Hold a check of the network with its bug, and how it reads at other strengths."""

    check: Check

    @property
    def headline(self) -> Headline:
        """What the bench would say in one line."""
        return self.check.headline

    def said(self) -> Iterator[str]:
        """Say what the bench would; and why there is no bug, if it could not be planted."""
        state = self.state
        if state.obstacle:
            yield f"{state.bug} is not planted in layer {state.layer}: {state.obstacle}."
        yield self.check.caption

    @property
    def table(self) -> str:
        """The bars and the curve as tables."""
        return blocks_table(self.report) + curve_table("strength", self.curves["strength"])


def compute(state: State) -> Result:
    """Check the network with its bug, as strong as it is and at every other strength."""
    strengths = sorted({*STRENGTHS, state.strength})
    readings = []
    for strength in strengths:
        broken = state.bench(strength)
        measured = measure(broken, (broken.eps,), broken.lam, broken.keep_prob)
        readings.append(score(measured.approx[0], measured.exact[0]))
    check, curve = glimpse(state.bench(state.strength)), Curve(np.array(strengths), np.array(readings))
    return Result(state, check.report, check, curves={"strength": curve})


@pictures([5.6], [4.0])
def pattern_picture(names: Sequence[str], blocks, climb) -> tuple:
    """Show which blocks a bug turns red, and how the relative difference climbs with its strength."""
    banded(blocks)
    banded(climb)
    curve = Slice(climb, "strength", "strength of the bug", LogAxis(1e-8, 1), "1e-8 1e-6 1e-4 1e-2 1")
    return Blocks(blocks, names, WALK), curve


class Pattern(Lab):
    """Open the pattern of one bug: gcl.labs.pattern(bug="no_decay", layer=2, remedy="λ = 0")."""

    State, View, compute, room = State, pattern_picture, compute, 460
    about = (
        "The relative difference of each of the eight blocks W1, b1 to W4, b4 as a bar, on a log axis from 1e-12 to 1 "
        "with the bands great, look and worry.",
        "The relative difference of the whole vector as a curve against the bug's strength, with the same bands.",
    )
