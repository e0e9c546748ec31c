"""Where a bug hides from a check: wrong backprop that reads great, and what brings the bug out."""

import tomllib
from collections.abc import Iterator
from dataclasses import field, replace
from functools import lru_cache
from pathlib import Path

from ..checker.report import Report, check
from ..checker.slide import norm
from ..checker.words import html_table, listed, short
from ..network.backprop import weight_gradient
from ..plots.hiding import hiding_picture
from .fields import Fields, Frozen, choice, menu
from .lab import Lab
from .result import Headline, OfReport
from .state import BenchState
from .words import stable

PIXEL = 5  # whose unit of measurement can be another


class Place(Frozen):
    """Describe a hiding place: the mistake, behind what it hides, and what brings it out.

    `out` is the bench once it is out. While the bug hides, `hides` is changed there, `shift` is added to b1, and one
    pixel is multiplied by `unit`.
    """

    mistake: str
    because: str
    remedy: str
    out: BenchState
    hides: dict = field(default_factory=dict)
    shift: float = 0.0
    unit: float = 1.0

    @property
    def hiding(self) -> BenchState:
        """The bench while the bug hides."""
        return replace(self.out, **self.hides)

    def check(self, out: bool) -> Report:
        """Check the wrong backprop in its hiding place, or brought out of it."""
        state, shift, unit = (self.out, 0.0, 1.0) if out else (self.hiding, self.shift, self.unit)
        (X, Y), theta = state.problem, state.theta
        X, theta = X.copy(), theta | {"b1": theta["b1"] + shift}
        X[PIXEL] *= unit
        return check(*state.network.on(X, Y, state.masks), theta)


def doubled_dW(dZ, c):
    """Doubles dW in one unit, at that pixel."""
    dW = weight_gradient(dZ, c)
    dW[0, PIXEL] *= 2
    return dW


def place(out: dict, **said) -> Place:
    """Return a hiding place from its table in the file beside this one, in which `out` are fields of the bench."""
    bugs = [(doubled_dW if name == "doubled_dW" else name, layer) for name, layer in out["bugs"]]
    return Place(out=BenchState(**out | {"bugs": bugs}), **said)


TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
PLACES = {name: place(**table) for name, table in TABLES.items()}
OUT = {False: "let it hide", True: "bring it out"}


class State(Fields):
    """Say where the bug hides, and whether it is brought out."""

    place: str = menu("hiding place", PLACES, "m = 1", width="260px")
    out: bool = choice("the bug", OUT, False, say=OUT.get)


class Result(OfReport):
    """Hold a check of wrong backprop, and Taylor's remainder."""

    @property
    def blocks(self) -> dict[str, float]:
        """The reading of all θ, and of each block."""
        return {"all θ": self.report.difference} | self.report.blocks

    @property
    def bounds(self) -> dict[str, float]:
        """What the error bars alone explain, of all θ and of each block."""
        length = norm(self.report.approx) + norm(self.report.gradient)
        return {"all θ": float(norm(self.report.bars) / length)} | self.report.bounds

    def in_short(self) -> Headline:
        """Say the number, and what is wrong."""
        place = PLACES[self.state.place]
        gist = f"brought out by {place.remedy}" if self.state.out else "and yet the code is wrong"
        return Headline(gist, stable(self.report), self.report.band)

    def said(self) -> Iterator[str]:
        """Say where the bug is, behind what it hides, and what error bars and Taylor's remainder make of it."""
        report, place = self.report, PLACES[self.state.place]
        yield f"What is wrong: <b>{place.mistake}</b>."
        if not self.state.out:
            yield f"It hides: {place.because}."
        found = {answer: report.that_are(answer) for answer in ("wrong", "cannot tell")}
        said = [f" of {listed(names)}: {answer}" for answer, names in found.items() if names]
        yield f"Entry by entry, the error bars say{','.join(said) or ': right'}."
        yield f"Taylor's remainder, right where it falls as t², says: {report.taylor.answer}."

    def tables(self) -> Iterator[str]:
        """Write what the picture shows."""
        pairs = zip(self.report.taylor.steps, self.report.taylor.remainders, strict=True)
        rows = [(short(step, 1), short(remainder, 1)) for step, remainder in pairs]
        yield from super().tables()
        yield html_table(["t", "remainder"], rows)


@lru_cache(32)
def compute(state: State) -> Result:
    """Check the wrong backprop."""
    return Result(state, PLACES[state.place].check(state.out))


class Hiding(Lab):
    """Open the lab of lesson 09, in the state given.

    >>> print(gcl.labs.hiding(place="two that cancel", out=True))
    Relative difference 0.16: worry. Brought out by keep_prob = 0.8. What is wrong: dA_prev
    of layer 2 is doubled, and layer 1 forgets its 1/keep_prob. Entry by entry, the error
    bars say of W1 and b1: wrong. Taylor's remainder, right where it falls as t², says:
    wrong.
    """

    State, View, compute, room = State, hiding_picture, compute, 320

    def means(self, field: str, value) -> dict:
        """Return the fields that a new value stands for: in another place the bug hides at first."""
        return {"out": False} | super().means(field, value)
