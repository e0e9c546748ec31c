"""The lab of lesson 06: the same check with fresh masks, with a frozen mask, and with dropout off."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from ..checker.inputs import as_float, whole
from ..checker.slide import GREAT
from ..checker.words import entry_name, html_table, short
from ..network import bugs
from ..network.backprop import drop
from ..plots.bench import KEEP_PROBS
from ..plots.dropout import TIMES, WAYS, dropout_picture
from .fields import Fields, button, log_values, menu, positive, slider
from .lab import Lab
from .result import Curve, Headline, OfReports, curve_table
from .slices import at_eps, glimpse, layers, reading
from .state import BenchState
from .words import disagreeing, finding, misfit, stable

BUGS = ("none", *(name for name, bug in bugs.CATALOGUE.items() if bug.breaks is drop))
ALONG = [1.0, 0.9999, 0.999, 0.99, 0.9, 0.7, 0.5, 0.3]  # where the curves are taken


class State(Fields):
    """Hold keep_prob, the bug on dropout's way back, ε, and which masks are drawn."""

    keep_prob: float = slider("keep_prob", KEEP_PROBS, 0.8, as_float, "{:g}".format)
    bug: str = menu("bug on the way back", BUGS, "none", width="290px")
    eps: float = slider("ε", log_values(-8, -1, 1), 1e-7, positive, width="215px")
    mask_seed: int = button("new masks", 0, whole, lambda seed: seed + 1)

    @cached_property
    def ways(self) -> dict[str, BenchState]:
        """A network of two layers without λ: with fresh masks, with a frozen one, and with dropout off."""
        planted = [] if self.bug == "none" else [(self.bug, 1)]
        fresh = BenchState(self.eps, 0.0, self.keep_prob, "fresh", bugs=planted, mask_seed=self.mask_seed, units=(6,))
        return {"fresh": fresh, "frozen": replace(fresh, masks="frozen"), "off": replace(fresh, keep_prob=1.0)}


class Result(OfReports):
    """Hold, for each of the three ways, J evaluated again and again at θ, and a check; and what fresh masks do.

    `nudge` is J(θ + ε) and J(θ − ε) with fresh masks, for the entry that disagrees most. The curves are the readings
    with fresh masks and with a frozen one, against keep_prob.
    """

    again: dict[str, np.ndarray]
    nudge: tuple[float, float]
    scattered = ("fresh",)

    def in_short(self) -> Headline:
        """Say the finding with the frozen mask, in one line."""
        frozen = self.reports["frozen"]
        return Headline(f"frozen: {disagreeing(frozen, letters=0)}", stable(frozen), frozen.band)

    def said(self) -> Iterator[str]:
        """Say what the three ways make of J and of the check."""
        fresh, frozen, off = self.reports.values()
        (J, then, *_), (J_frozen, *_) = self.again["fresh"], self.again["frozen"]
        yield f"<b>J at one and the same θ:</b> {J:.4f}, then {then:.4f} with fresh masks;"
        yield f"{J_frozen:.4f} with a frozen one."
        yield (self.unlike() if fresh.difference >= GREAT else "Fresh reads great: no unit is dropped, or hardly any.")
        yield f"<b>Frozen reads {stable(frozen)}: {frozen.band}.</b>"
        yield finding(frozen)
        yield f"<b>Off reads {stable(off)}: {off.band}.</b>"
        yield self.unseen()

    def unlike(self) -> str:
        """Say why fresh masks read badly, by the numbers of the worst entry."""
        report, (J_plus, J_minus) = self.reports["fresh"], self.nudge
        entry = report.worst
        where, approx, exact = entry_name(entry.block, entry.index), float(entry.approx), float(entry.gradient)
        return (
            f"<b>Fresh reads {short(report.difference, 2)}:</b> for {where}, J(θ + ε) = {J_plus:.4f} and J(θ − ε) = "
            f"{J_minus:.4f} belong to two unlike networks. Divided by 2ε, their difference is "
            f"dθ_approx = {short(approx, 1)}, where dθ has {short(exact, 1)}."
        )

    def unseen(self) -> str:
        """Say whether the bug can be seen; or why right backprop reads worse than great."""
        bug, frozen = self.state.bug, self.state.ways["frozen"]
        if bug == "none":
            return "" if self.reports["frozen"].band == "great" else f"Backprop is right: {misfit(frozen)}."
        hidden = bugs.find(bug).hidden(layers(frozen.start, frozen.keep_prob)[0])
        return f"{bug} cannot be seen here: {hidden}." if hidden else f"{bug} shows with the frozen mask alone."

    def tables(self) -> Iterator[str]:
        """Write what the picture shows."""
        lines = {f"J, time {k}": [f"{self.again[way][k - 1]:.4f}" for way in WAYS] for k in range(1, TIMES + 1)}
        blocks = [report.blocks for report in self.reports.values()]
        lines |= {name: [short(readings[name], 2) for readings in blocks] for name in blocks[0]}
        yield html_table(["", *WAYS], [(name, *each) for name, each in lines.items()], named=True)
        yield curve_table(["keep_prob", *self.curves], *self.curves.values())


def compute(state: State) -> Result:
    """Evaluate J again and again, and check, in each of the three ways; and follow two of them along keep_prob."""
    reports = {way: glimpse(each).report for way, each in state.ways.items()}
    again = {way: evaluations(each) for way, each in state.ways.items()}
    curves = {way: curve(state.ways[way]) for way in ("fresh", "frozen")}
    here = {way: (state.keep_prob, reports[way].difference) for way in curves}
    worst, (J_plus, J_minus) = reports["fresh"].worst, at_eps(state.ways["fresh"]).J_nudged
    i = reports["fresh"].index(worst.block, worst.index)
    return Result(state, reports, here, again, (float(J_plus[0, i]), float(J_minus[0, i])), curves=curves)


def evaluations(state: BenchState) -> np.ndarray:
    """Return J(θ), evaluated again and again."""
    cost, _ = state.network.on(*state.problem, masks=state.masks, seed=state.mask_seed)
    return np.array([cost(state.theta) for _ in range(TIMES)])


def curve(state: BenchState) -> Curve:
    """Return the reading against keep_prob."""
    x = sorted({*ALONG, state.keep_prob}, reverse=True)
    return Curve(np.array(x), np.array([reading(state, keep_prob) for keep_prob in x]))


class Dropout(Lab):
    """Open the lab of dropout, in the state given.

    >>> print(gcl.labs.dropout(keep_prob=0.5, bug="no_mask"))
    Relative difference 0.33: worry. Frozen: W1 and b1 disagree. ...
    """

    State, View, compute, room = State, dropout_picture, compute, 620
