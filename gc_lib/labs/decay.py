"""The lab of lesson 05: the λ term in J and in dW, right, wrong or forgotten; and what a large λ hides."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from ..checker.reading import Reading
from ..checker.report import check
from ..checker.slide import GREAT, score
from ..checker.words import html_table, in_digits, short
from ..network.forward import squared_norms
from ..plots.curves import LogAxis, NamedSlices
from ..plots.parts import Blocks
from ..plots.picture import pictures
from .fields import Fields, log_values, menu, number, slider
from .lab import Lab
from .result import Curve, Headline, OfReports, curve_table
from .slices import glimpse, layers, measure
from .state import BenchState
from .words import disagreeing, finding, kind, stable

IN_J = {"λ/2m": [], "λ/m": ["J_decay_over_m"], "nothing": ["J_no_decay"]}
IN_DW = {
    "λ/m": [],
    "λ/2m": ["half_decay"],
    "λ": ["decay_not_over_m"],
    "-λ/m": ["decay_subtracted"],
    "nothing": ["no_decay"],
}
FIT = [("λ/2m", "λ/m"), ("nothing", "nothing")]  # where the λ term of dW is the gradient of the one in J
BUGS = {"none": [], "slope_at_A": [("slope_at_A", 2)]}
LAMBDAS = [0.0, *log_values(-6, 5, 1)]  # where the curves are taken; where the student stands is one point more


def named(factor: str, what: str) -> str:
    """Write a λ term: λ/m W."""
    return "nothing" if factor == "nothing" else f"{factor} {what}"


class State(Fields):
    """Hold λ, what stands before Σ‖W‖² in J and before W in every dW, and a bug that has nothing to do with λ."""

    lam: float = slider("λ", [0.0, *log_values(-6, 5, 1, 3)], 1.0, number(0))
    in_J: str = menu("in J", IN_J, "λ/2m", say=lambda factor: named(factor, "Σ‖W‖²"), width="160px")
    in_dW: str = menu("in dW", IN_DW, "λ/m", say=lambda factor: named(factor, "W"), width="150px")
    bug: str = menu("bug in layer 2", BUGS, "none", width="230px")

    @cached_property
    def bench(self) -> BenchState:
        """The network and θ of the bench, with this λ and these mistakes."""
        planted = [(name, layer) for name in IN_DW[self.in_dW] for layer in (1, 2, 3)]
        return BenchState(lam=self.lam, bugs=planted + BUGS[self.bug], mistakes=IN_J[self.in_J])


class Result(OfReports):
    """Hold three checks, of J "whole", of the "data" term alone and of the "λ" term alone; and two curves against λ.

    The curves are what all W together and all b together read when J is checked whole.
    """

    def in_short(self) -> Headline:
        """Say what the whole reads, in one line."""
        whole = self.reports["whole"]
        return Headline(disagreeing(whole), stable(whole), whole.band)

    def said(self) -> Iterator[str]:
        """Say which blocks disagree, why, and what the two terms read apart."""
        yield finding(self.reports["whole"])
        yield from self.reasons()
        yield self.apart()

    def reasons(self) -> Iterator[str]:
        """Say why the blocks read what they read."""
        state = self.state
        if state.lam == 0:
            yield "λ is 0, so nothing that is written about λ can be seen."
        elif (state.in_J, state.in_dW) not in FIT:
            yield "<b>The λ terms of J and dW do not fit:</b> that touches every W and no b."
        elif state.in_J == "nothing":
            yield "J and dW both leave λ out, so dθ is the gradient of this J;"
            yield "whether it is the J that you wanted, no check can say."
        elif state.bug != "none":
            whole, data = (self.reports[term].blocks for term in ("whole", "data"))
            yield f"<b>With the λ term W2 reads {in_digits(whole['W2'], GREAT)}, without it {short(data['W2'], 2)}.</b>"
            yield f"b2 reads {short(whole['b2'], 1)} at every λ, since biases are not decayed."

    def apart(self) -> str:
        """Say what the two terms read when each is checked alone."""
        data, decay = self.reports["data"], self.reports["λ"]
        factor = "" if decay.band == "great" else kind(decay, "W1")
        return f"Checked apart: the data term reads {stable(data)}, the λ term {stable(decay)}{factor}."

    def tables(self) -> Iterator[str]:
        """Write what the picture shows."""
        blocks = [report.blocks for report in self.reports.values()]
        rows = [[name, *(short(of[name], 2) if name in of else "–" for of in blocks)] for name in blocks[0]]
        yield html_table(["block", "both terms", "data term alone", "λ term alone"], rows, named=True)
        yield curve_table(["λ", "all W", "all b"], self.curves["W"], self.curves["b"])


def compute(state: State) -> Result:
    """Check J whole and its two terms apart, and follow W and b along λ."""
    reports = {"whole": glimpse(state.bench).report, "data": glimpse(replace(state.bench, lam=0.0)).report}
    along = curves(state.bench)
    here = {kind: (state.lam, float(y[x == state.lam][0])) for kind, (x, y) in along.items()}
    return Result(state, reports | {"λ": decay_alone(state.bench)}, here, curves=along)


def decay_alone(state: BenchState) -> Reading:
    """Check the λ term of J against that of dW, which is what the equation of dW gives for dZ = 0."""
    network, (X, _) = state.network, state.problem
    weights = {name: block for name, block in state.theta.items() if name[0] == "W"}
    remembered = [c._replace(lam=state.lam) for c in layers(state.start, 1.0)]

    def cost(weights):
        return network.terms.decay(squared_norms(weights, network.L), state.lam, X.shape[1])

    def gradient(weights):
        steps = zip(weights, remembered, network.steps, strict=True)
        return {name: step.dW(np.zeros_like(c.Z), c) for name, c, step in steps}

    return check(cost, gradient, weights, state.eps)


def curves(state: BenchState) -> dict[str, Curve]:
    """Return what all W together and all b together read, against λ."""
    x = sorted({*LAMBDAS, state.lam})
    measured = [measure(state, (state.eps,), lam, 1.0) for lam in x]
    kinds = np.concatenate([np.full(block.size, name[0]) for name, block in state.theta.items()])

    def reading(kind: str) -> list[float]:
        return [score(each.approx[0][kinds == kind], each.exact[0][kinds == kind]) for each in measured]

    return {kind: Curve(np.array(x), np.array(reading(kind))) for kind in "Wb"}


@pictures([2.25, 2.25, 1.2], [3.9])
def decay_picture(whole, data, decay, against) -> tuple:
    """Show which of the two terms of J is wrong, and what λ does to the readings of W and b."""
    blocks = ["W1", "b1", "W2", "b2", "W3", "b3"]
    return (
        Blocks(whole, blocks, "both terms\nof J", "whole"),
        Blocks(data, blocks, "data term\nalone", "data"),
        Blocks(decay, blocks[::2], "λ term\nalone", "λ"),
        NamedSlices(against, ("b", "W"), "lam", "λ", LogAxis(1e-6, 1e5, apart=0), "0 1e-4 1 1e4"),
    )


class Decay(Lab):
    """Open the lab of the λ term, in the state given.

    >>> print(gcl.labs.decay(lam=10, in_J="nothing"))
    Relative difference 0.85: worry. W1, W2 and W3 disagree. W1, W2 and W3: up to 0.89. All
    other blocks agree. The λ terms of J and dW do not fit: that touches every W and no b.
    Checked apart: the data term reads about 1e-8, the λ term 1.
    """

    State, View, compute, room = State, decay_picture, compute, 500
