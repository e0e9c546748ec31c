"""Why a check cannot tell, or why the lecture's number is high where dθ is right; and what else it noticed."""

from collections.abc import Iterator

import numpy as np

from .inputs import unmoved
from .investigation import WORTH, unfit
from .ladder import DIGITS, RUNG
from .reason import Reason
from .slide import GREAT, norm
from .words import entry_name, listed

BETTER = "Take eps={eps:.0e}{auto}."
OWN_SIZES = 'No one ε suits parameters of sizes so unlike: take eps="auto".'
NO_BETTER = "No ε does much better here."
KEPT = (
    "Does the cost use the parameters that it is given, or others that it kept? If these, are all its units dead, or "
    "does it take their sign or rank alone?"
)
CLOUDS = {  # each kind: what is said of the blocks, and what to do
    "round-off": ("ε is too small for {blocks}: {what} of J, divided by 2ε, weighs too much.{still}", BETTER),
    "truncation": ("ε is too large for {blocks}: between θ − ε and θ + ε the bend of the cost changes.", BETTER),
    "kink within ε": ("The slope of J jumps within ε of θ, as in {entries}.{units}", BETTER),
    "kink on θ": (
        "The slope of J jumps just on θ, as in {entries}: {between}.{units}",
        "Check at a θ beside it: add a little noise where numbers are 0 or tie, as in biases of 0.",
    ),
    "float32": (
        "J or θ is in float32, or in less, which has too few digits for good slopes in {blocks}.",
        "Compute all of J in float64: the parameters, the data, and every sum.",
    ),
    "steps": (
        "J moves in steps of about {leap:.0e} near {blocks}: some of it is rounded, counted, chosen by comparing, in "
        "float32, kept from the last call, or stops where a tolerance is met.",
        "Take that out, as log(1 − a) for a near 1, or let rtol say what may be off. Where a step is meant, as in "
        "round(x), check with what dθ takes it for in its place.",
    ),
    "leap afar": (
        "J leaps by about {leap:.0e} farther off, within 100 % of θ: so small an error of {blocks} is not believed.",
        "Does J choose, clip or end there? Check at a θ farther from it, or let rtol say what may be off.",
    ),
    "noise": (
        "J has noise of about {noise:.0e}, which drowns {blocks} at every step.",
        "Make J smoother: a fixed seed, a tighter tolerance of a solver, no difference of large numbers.",
    ),
    "small gradients": (
        "The gradients of {blocks} are so small beside J that its round-off drowns them.",
        "Check the term of J that depends on them alone, or take θ at which they are larger.",
    ),
    "zero within noise": (
        "dθ is zero in {blocks}, and so is the slope of J, as far as the noise of J lets it be known.",
        "Check at another θ as well, where the slope is not zero.",
    ),
    "unlike sizes": (
        "In {entries} dθ is so small beside the rest of its block that an error would not show; θ is large there.",
        "Check a block for each size of θ, as in {{'a': …, 'b': …}}, or in units in which all are alike.",
    ),
    "near rtol": (
        "dθ is off in {blocks} by about as much as rtol allows: little for an error, much for none.",
        "Let rtol say what may be off.",
    ),
    "domain": (
        "The cost has no value at some step in {blocks}, as log(x) has none below 0.{raised}",
        "Check at a θ farther from the edge, or take a smaller ε.",
    ),
    "flat": (
        "The cost does not depend on {blocks} here: no nudge changed more than the last digits of J, if any.",
        "Are these units dead (a ReLU that is never on), dropped, biases before a norm, or no part of this cost? Does "
        "the cost use another array in their place, as where two share their weights, or their sign or rank alone?",
    ),
}


def unsteady(report) -> Iterator[Reason]:
    """Say that J, or dθ, is another each time, and that the cost writes on what it is given."""
    found, blocks = report.found, tuple(report.answers)
    if found.random or found.spread > DIGITS * np.spacing(abs(report.J)):
        says = f"The cost is not deterministic: evaluated again at the same θ, it differs by up to {found.spread:.0e}."
        advice = "Hold still what changes between two calls: a seed, the examples, a dropout mask, a counter, a cache."
        yield Reason("not deterministic", says, advice, blocks, evidence={"J": report.J, "spread": found.spread})
    if found.restless:
        names = tuple(name for name in blocks if name in found.restless)
        says = f"The gradient is not deterministic: at the same θ it gave another dθ in {listed(names)}."
        advice = "Does it add to what an earlier call left, draw at random, or leave a place of np.empty unfilled?"
        yield Reason("not deterministic", says, advice, names)
    if found.J.writes is not None:
        block, index, *_ = report.entry(found.J.writes)
        says = f"The cost writes on its argument: it changed {entry_name(block, index)}, in a copy of yours."
        advice = "Let it work on a copy: p = p / n, not p /= n."
        yield Reason("writes on its argument", says, advice, (block,), ((block, index),))


def clouds(report) -> Iterator[Reason]:
    """Say what keeps J from telling, block by block; and where ε did not do, but another step did, why."""
    found = report.found
    causes: dict[str, list[str]] = {}
    for name, answer in report.answers.items():
        kinds: tuple[str, ...] = ()
        if answer == "cannot tell":
            kinds = report.opinion.clouds[name]
        elif answer == "wrong":
            kinds = ("flat",) * (name in found.wrong and found.wrong[name].hardly_moved and found.may_be_flat(name))
        elif report.blocks[name] >= GREAT or report.opinion.notes.get(name) == "domain":
            kinds = tuple(filter(None, [why_high(report, name)]))
        for kind in kinds:
            causes.setdefault(kind, []).append(name)
    for kind, names in causes.items():
        yield cloud(report, kind, tuple(names))


def why_high(report, name: str) -> str | None:
    """Say why the lecture's number of a right block is high: what was noted, or else what its error bars explain."""
    found, i = report.found, report.index(*report.worst_of(name)[:2])
    kind = report.opinion.notes.get(name)
    if kind == "steps" and report.unmoved and unmoved({name: report.shapes[name]}, report.eps):  # those of θ + ε
        kind = "round-off"
    if not kind and found.J.widened:
        kind = "float32"
    elif not kind and report.blocks[name] <= report.bounds[name]:
        kind = unfit(found.ladders[name], float(steps(report)[i] / found.scale[i]))
    if kind == "truncation" and found.J.corners(i, steps(report)[i]):  # the cost knows better than any ladder
        kind = "kink within ε"
    return kind


def steps(report) -> np.ndarray:
    """Return the step of every entry in the lecture's loop: ε, or the best one."""
    return np.broadcast_to(report.found.eps if report.eps == "auto" else report.eps, report.approx.shape)


def cloud(report, kind: str, names: tuple[str, ...]) -> Reason:
    """Say what a cloud of this kind does to these blocks."""
    found, (says, advice), part = report.found, CLOUDS[kind], report.parts[names[0]]
    ladders = [report.ladder, *(found.open.get(name) or found.ladders[name] for name in names)]
    evidence: dict = {
        "eps": found.best_eps(names[0]),
        "leap": max((leap.height for ladder in ladders for leap in ladder.leaps), default=found.afar),
        "noise": max(float(ladder.noise.max(initial=0)) for ladder in ladders),
        "J": report.J,
    }
    what = "the noise" if found.ladders[names[0]].noisy else "the last digit"
    words = {"blocks": listed(names), "what": what}
    words |= dict.fromkeys(["still", "units", "entries", "between", "auto", "raised"], "")
    if getattr(found.J.failure, "__notes__", ()):  # the cost has raised it, and not found nan
        words["raised"] = f" It raised {type(found.J.failure).__name__}: {found.J.failure}."
    taken = float(np.median(steps(report)[part]))
    if report.unmoved:
        words["still"] = f" It even leaves {report.unmoved} of {report.approx.size} entries of θ where they are."
    at: tuple = ()
    if kind == "unlike sizes":
        at = tuple(report.entry(int(i))[:2] for name in names for i in found.faint(name))
    if kind.startswith("kink"):
        at = tuple(entry for name in names for entry in kinks(report, name, kind))
        places = [report.index(*entry) for entry in at]
        evidence["eps"] *= float(found.scale[places[0]] / np.median(found.scale[part]))  # the step of that very entry
        taken = float(steps(report)[places[0]])
        evidence["units"] = tuple(unit for i in places for unit in found.J.corners(i, 2 * steps(report)[i]))
        if evidence["units"]:
            words["units"] = f" It is the corner of {listed(map(str, evidence['units'][:3]))}."
        between = "between the slopes on its two sides no check can call dθ wrong"
        words["between"] = between if len(at) == 1 else "J has no one slope there"
    words["entries"] = listed(entry_name(*entry) for entry in at[:3])
    if advice == BETTER and found.own_sizes and report.eps != "auto":
        advice = OWN_SIZES
    if advice == BETTER and 1 / RUNG < evidence["eps"] / taken < RUNG:
        advice = NO_BETTER
    if kind == "flat" and len(names) == len(report.answers):
        advice = KEPT
    if report.eps != "auto":
        words["auto"] = ', or eps="auto"'
    said = evidence | words
    return Reason(kind, says.format(**said), advice.format(**said), names, at, evidence)


def kinks(report, name: str, kind: str) -> list[tuple]:
    """Return the entries of a block where the slope of J jumps: on θ those where it jumps most, else the worst."""
    jump = np.nan_to_num(np.abs(report.found.bend_in_loop[report.parts[name]]))
    if kind == "kink on θ" and jump.any():
        return [report.entry(report.parts[name].start + int(i))[:2] for i in np.flatnonzero(jump > jump.max() / 2)]
    return [report.worst_of(name)[:2]]


def drowned(report) -> Iterator[Reason]:
    """Say where λ drowns the data term, so that the check sees little else."""
    cost, names = report.found.J.cost, []
    if not hasattr(cost, "apart"):
        return
    terms = cost.apart(report.found.J.blocks)
    for name, slope in terms.slopes.items():
        a = report.known(name)[0]
        if norm(slope.ravel()) * WORTH > norm(a - slope.ravel()):
            names.append(name)
    if names:
        yield Reason(
            "λ drowns the data term",
            f"λ drowns the data term in {listed(names)}: nearly all of the gradient comes from the L2 term.",
            "Check once with λ = 0, and once more with a small λ.",
            tuple(names),
            evidence={"data term of J": terms.data, "λ term of J": terms.decay},
        )
