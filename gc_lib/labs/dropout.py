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
from .fields import Fields, button, log_values, menu, slider, step
from .lab import Lab
from .result import Curve, Headline, OfReports
from .slices import at_eps, glimpse, layers, reading
from .state import BenchState
from .words import curve_table, disagreeing, finding, room, stable

BUGS = ("none", *(name for name, bug in bugs.CATALOGUE.items() if bug.breaks is drop))
ALONG = [1.0, 0.9999, 0.999, 0.99, 0.9, 0.7, 0.5, 0.3]  # where the curves are taken


class State(Fields):
    """Hold keep_prob, the bug on dropout's way back, ε, and which masks are drawn."""

    keep_prob: float = slider("keep_prob", KEEP_PROBS, 0.8, as_float, "{:g}".format)
    bug: str = menu("bug on the way back", BUGS, "none", width="290px")
    eps: float = slider("ε", log_values(-8, -1, 1), 1e-7, step, width="215px")
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

    def said(self) -> Iterator[str]:
        """Say what the three ways make of J and of the check."""
        fresh, frozen, off = self.reports.values()
        if self.state.keep_prob == 1:
            yield f"J is the same number each time, {self.again['off'][0]:.4f},"
            yield f"and the check reads {stable(off)}."
        else:
            lucky = "Fresh reads great, by luck: hardly a unit is dropped."
            yield self.twice()
            yield self.unlike() if fresh.difference >= GREAT else lucky
            yield f"<b>Frozen reads {stable(frozen)}: {frozen.band}.</b> {finding(frozen)}"
            yield f"<b>Off reads {stable(off)}: {off.band}.</b>"
        yield from self.unseen()

    def in_short(self) -> Headline:
        """Say the finding with the frozen mask, in one line."""
        frozen = self.reports["frozen"]
        if self.state.keep_prob == 1:
            gist = "keep_prob is 1.0: nothing is dropped"
        else:
            reading = self.reports["fresh"].difference
            fresh = f"reads {short(reading, 2)}" if reading >= GREAT else "is lucky"
            gist = f"frozen: {disagreeing(frozen, letters=0)}"
            gist += f"; fresh {fresh}" if len(f"{gist}; fresh {fresh}") <= room(frozen) else ""
        return Headline(gist, stable(frozen), frozen.band)

    def twice(self) -> str:
        """Say what J is at θ, and what it is at the next evaluation that differs."""
        J, frozen = self.again["fresh"], self.again["frozen"][0]
        others = np.flatnonzero(J != J[0])
        then = f"then {J[others[0]]:.4f}" if len(others) else f"{TIMES} times, for hardly a unit is dropped,"
        return f"<b>J at one and the same θ:</b> {J[0]:.4f}, {then} with fresh masks; {frozen:.4f} with a frozen one."

    def unlike(self) -> str:
        """Say why fresh masks read badly, by the numbers of the worst entry."""
        report, (J_plus, J_minus) = self.reports["fresh"], self.nudge
        entry = report.worst
        where = entry_name(entry.block, entry.index)
        return (
            f"<b>Fresh reads {short(report.difference, 2)}:</b> for {where}, J(θ + ε) = {J_plus:.4f} and J(θ − ε) = "
            f"{J_minus:.4f} belong to two unlike networks. Their difference, divided by 2ε, which is "
            f"{short(2 * self.state.eps, 1)}, makes dθ_approx = {short(float(entry.approx), 1)}, "
            f"where dθ has {short(float(entry.gradient), 1)}."
        )

    def unseen(self) -> Iterator[str]:
        """Say where the bug cannot be seen; or why right backprop reads worse than great."""
        if self.state.bug == "none" and self.reports["frozen"].band != "great":
            yield f"Backprop is right: ε is too {'large' if self.state.eps > 1e-5 else 'small'} for this network."
        elif self.state.bug != "none":
            frozen = self.state.ways["frozen"]
            hidden = bugs.find(self.state.bug).hidden(layers(frozen.start, frozen.keep_prob)[0])
            behind = "keep_prob is 1" if self.state.keep_prob == 1 else hidden
            alone = (
                "shows with the frozen mask alone: fresh masks read alike, right or wrong, "
                "and with dropout off nothing is dropped or scaled"
            )
            yield f"{self.state.bug} {f'cannot be seen here: {behind}' if behind else alone}."

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
    Relative difference 0.33: worry. Frozen: W1 and b1 disagree; fresh reads 1. ...
    """

    State, View, compute, room = State, dropout_picture, compute, 620
