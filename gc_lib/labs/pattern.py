"""The pattern of a bug: which blocks it turns red, how they climb with its strength, and what makes it vanish."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import ipywidgets as widgets
import numpy as np

from .. import plots
from ..checker.slide import score
from ..network import bugs
from ..network.network import Plant, one_of
from .controls import Choice, Menu, Slider, log_values
from .lab import Lab
from .slices import Curve, glimpse, measure
from .slices import Result as Check
from .state import BenchState
from .words import blocks_table, caption, curve_table

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


@dataclass(frozen=True)
class State:
    """Say which bug stands in which layer, how strong it is, and which remedy is tried.

    The network has three hidden layers of six tanh units, λ = 0.1, 32 examples, a frozen mask at keep_prob = 0.8 and
    biases away from 0. Raises ValueError for a bug, a layer, a strength or a remedy that there is not.
    """

    bug: str = "db_no_mean"
    layer: int = 3
    strength: float = 1.0
    remedy: str = "none"

    def __post_init__(self):
        one_of("bug", self.bug, BUGS)
        one_of("layer", self.layer, LAYERS)
        one_of("remedy", self.remedy, REMEDIES)
        object.__setattr__(self, "strength", float(self.strength))
        if not 0 <= self.strength < np.inf:
            raise ValueError(f"strength should be a finite number, 0 or more; got {self.strength}")

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
class Result:
    """Hold what the picture shows: a check of the network with its bug, and how it reads at other strengths."""

    state: State
    check: Check
    climb: Curve
    before: "Result | None" = None
    scattered = ()

    @property
    def blocks(self) -> dict[str, float]:
        """The reading of each block."""
        return self.check.blocks

    @property
    def bounds(self) -> dict[str, float]:
        """What the error bars alone explain, block by block."""
        return self.check.bounds

    @property
    def curves(self) -> dict[str, Curve]:
        """The reading of the whole vector against the strength."""
        return {"strength": self.climb}

    @property
    def here(self) -> dict[str, tuple[float, float]]:
        """Where the student stands on the curve."""
        return {"strength": (self.state.strength, self.check.report.difference)}

    @cached_property
    def caption(self) -> str:
        """The finding, in plain words; and why there is no bug, if it could not be planted."""
        state = self.state
        refused = f"{state.bug} is not planted in layer {state.layer}: {state.obstacle}. " if state.obstacle else ""
        return refused + caption(self.check)

    @property
    def table(self) -> str:
        """What the picture shows, as tables."""
        return blocks_table(self.check.report) + curve_table("strength", self.climb)


def compute(state: State) -> Result:
    """Check the network with its bug, as strong as it is and at every other strength."""
    strengths = sorted({*STRENGTHS, state.strength})
    readings = []
    for strength in strengths:
        broken = state.bench(strength)
        measured = measure(broken, (broken.eps,), broken.lam, broken.keep_prob)
        readings.append(score(measured.approx[0], measured.exact[0]))
    return Result(state, glimpse(state.bench(state.strength)), Curve(np.array(strengths), np.array(readings)))


class Pattern(Lab):
    """Join one bug, its strength and one remedy to the bars."""

    name, State, compute = "pattern", State, staticmethod(compute)
    about = (
        "The relative difference, on a log axis from 1e-12 to 1 with the bands great, look and worry: as a bar for "
        "each of the eight blocks W1, b1 to W4, b4; and, for the whole vector, as a curve against the bug's strength."
    )

    @staticmethod
    def View() -> plots.PatternPicture:
        """Build the picture of eight blocks."""
        return plots.PatternPicture([f"{letter}{l}" for l in LAYERS for letter in "Wb"])

    def controls(self) -> list[widgets.Widget]:
        """Build the menus of bugs and layers, the slider of strengths, and the remedies to try."""
        return [
            self.bind("bug", Menu("bug", BUGS, sentence, "460px")),
            self.bind("layer", Menu("layer", LAYERS, str, "95px")),
            self.bind("strength", Slider("strength", STRENGTHS, width="260px")),
            self.bind("remedy", Choice("remedy", REMEDIES, str)),
        ]


def sentence(name: str) -> str:
    """Name a bug, the equation that it breaks, and what is done wrong."""
    return f"{bugs.find(name).slot} · {name}: {bugs.find(name).sentence}" if name else "none"


def pattern(**state) -> Pattern:
    """Open the pattern of one bug: gcl.labs.pattern(bug="no_decay", layer=2, remedy="λ = 0").

    The fields are bug, layer (1 … 4), strength and remedy. Raises ValueError, or TypeError for a field that there is
    not.
    """
    return Pattern(**state)
