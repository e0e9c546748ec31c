"""Why a check cannot tell, or why the lecture's number is high where dθ is right; and what else it noticed."""

from collections.abc import Callable, Iterator

import numpy as np

from .investigation import WORTH
from .reason import Reason
from .slide import GREAT, norm
from .words import entry_name, listed


def unsteady(report) -> Iterator[Reason]:
    """Say that J, or dθ, is another each time, and that the cost writes on what it is given."""
    found, blocks = report.found, tuple(report.answers)
    if found.random or found.spread > DIGITS * np.spacing(abs(report.J)):
        yield Reason(
            "not deterministic",
            f"The cost is not deterministic: evaluated again at the same θ, it differs by up to {found.spread:.0e}.",
            "Set keep_prob = 1.0, or fix the seed of the mask; do not shuffle or augment the data between evaluations.",
            blocks,
            evidence={"J": report.J, "spread": found.spread},
        )
    if not found.steady:
        yield Reason(
            "not deterministic",
            "The gradient is not deterministic: evaluated twice at the same θ, it gave two different dθ.",
            "Fix the seed of what is random in it, the same as in the cost.",
            blocks,
        )
    if found.J.writes is not None:
        entry = report.entry(found.J.writes)
        yield Reason(
            "writes on its argument",
            f"The cost writes on its argument: after a call, {entry_name(*entry[:2])} was another number. From then on "
            "it was given copies.",
            "Let it work on a copy, or write p = p / n instead of p /= n.",
            (entry.block,),
            (entry[:2],),
        )


DIGITS = 32  # last digits of J by which a sum may differ that is taken in another order


def clouds(report) -> Iterator[Reason]:
    """Say what keeps J from telling, block by block; and where ε did not do, but another step did, why."""
    causes: dict[str, list[str]] = {}
    for name, kinds in report.opinion.clouds.items():
        for kind in kinds if report.answers[name] == "cannot tell" else ():
            causes.setdefault(kind, []).append(name)
    for name, kind in report.opinion.notes.items():
        if report.answers[name] == "right" and report.blocks[name] >= GREAT:
            causes.setdefault(kind, []).append(name)
    for kind, names in causes.items():
        yield SAYS[kind](report, tuple(names))


def better(report, names: tuple[str, ...]) -> str:
    """Advise an ε that suits these blocks: the best step on their ladders."""
    return f'Take eps={report.found.best_eps(names[0]):.0e}, or eps="auto".'


def round_off(report, names: tuple[str, ...]) -> Reason:
    """Say that ε is too small."""
    still = f" ε even leaves {report.unmoved} entries of θ where they are." if report.unmoved else ""
    says = f"ε is too small for {listed(names)}: the last digit of J, divided by 2ε, weighs too much.{still}"
    noise = float(report.ladder.noise[0]) if report.ladder else np.nan
    return Reason("round-off", says, better(report, names), names, evidence={"noise of J": noise})


def truncation(report, names: tuple[str, ...]) -> Reason:
    """Say that ε is too large."""
    says = f"ε is too large for {listed(names)}: between θ − ε and θ + ε the cost bends."
    return Reason("truncation", says, better(report, names), names)


def single(report, names: tuple[str, ...]) -> Reason:
    """Say that float32 has too few digits."""
    return Reason(
        "float32",
        f"J is computed in float32 somewhere, which has 7 digits: too few to judge {listed(names)}.",
        "Compute all of J in float64: the parameters, the data, and every sum.",
        names,
        evidence=leap(report, names),
    )


def steps(report, names: tuple[str, ...]) -> Reason:
    """Say that J has steps."""
    found = leap(report, names)
    return Reason(
        "steps",
        f"J moves in steps of about {found['step of J']:.0e} as {listed(names)} change{'s' * (len(names) == 1)}: it is "
        "rounded somewhere, or ends when a tolerance is met.",
        "Take out the rounding, log(1 − a) for a near 1, or the tolerance; or let rtol say what may be off.",
        names,
        evidence=found,
    )


def leap(report, names: tuple[str, ...]) -> dict[str, float]:
    """Return the highest leap of J that was found on the ladders of these blocks, and of all θ."""
    ladders = [report.ladder, *(report.found.ladders[name] for name in names)]
    return {"step of J": max((leap.height for ladder in ladders for leap in ladder.leaps), default=np.nan)}


def noise(report, names: tuple[str, ...]) -> Reason:
    """Say that J has noise, and how large."""
    size = float(report.found.ladders[names[0]].noise.max())
    return Reason(
        "noise",
        f"J has noise of about {size:.0e}, which drowns {listed(names)} at every step.",
        "Make J smoother: a fixed seed, a tighter tolerance of a solver.",
        names,
        evidence={"noise of J": size},
    )


def small(report, names: tuple[str, ...]) -> Reason:
    """Say that the gradients are too small beside J."""
    return Reason(
        "small gradients",
        f"The gradients of {listed(names)} are so small beside J that its round-off drowns them.",
        "Check the term of J that depends on them alone, or take θ at which they are larger.",
        names,
        evidence={"J": report.J, **{name: norm(report.known(name)[1]) for name in names}},
    )


def near_rtol(report, names: tuple[str, ...]) -> Reason:
    """Say that dθ is off by about as much as it may be."""
    says = f"dθ is off in {listed(names)} by about as much as rtol allows: little for an error, much for none."
    return Reason("near rtol", says, "Let rtol say what may be off.", names)


def domain(report, names: tuple[str, ...]) -> Reason:
    """Say that J has no value within ε."""
    says = f"The cost has no value at some step in {listed(names)}, as log(x) has none below 0."
    return Reason("domain", says, "Check at a θ farther from the edge, or take a smaller ε.", names)


def flat(report, names: tuple[str, ...]) -> Reason:
    """Say which blocks J does not depend on."""
    return Reason(
        "flat",
        f"The cost does not depend on {listed(names)}: no nudge changed J in any digit.",
        "Are these units dead (a ReLU that is never on), dropped, or not part of this cost at all?",
        names,
        evidence={"J": report.J},
    )


def kink(where: str) -> Callable:
    """Return what says that there is a kink, on θ or within ε of it."""

    def says(report, names: tuple[str, ...]) -> Reason:
        at = tuple(report.worst_of(name)[:2] for name in names)
        J, i = report.found.J, [report.index(*entry) for entry in at]
        units = tuple(
            unit for k in i for unit in J.corners(k, 2 * (report.found.eps[k] if report.eps == "auto" else report.eps))
        )
        whose = f" It is the corner of {listed(str(unit) for unit in units[:3])}." if units else ""
        some = listed(entry_name(*entry) for entry in at[:3])
        if where == "on θ":
            between = "a value in between is a right slope" if len(at) == 1 else "there J has no one slope"
            said = f"The slope of J jumps just on θ, as in {some}: {between}."
            advice = "Start from small random biases, not from 0, and check there."
        else:
            said = f"The slope of J jumps within ε of θ, as in {some}."
            advice = better(report, names)
        return Reason(f"kink {where}", said + whose, advice, names, at, {"units": units})

    return says


SAYS = {
    "round-off": round_off,
    "truncation": truncation,
    "float32": single,
    "steps": steps,
    "noise": noise,
    "zero within noise": small,
    "small gradients": small,
    "near rtol": near_rtol,
    "domain": domain,
    "flat": flat,
    "kink on θ": kink("on θ"),
    "kink within ε": kink("within ε"),
}


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
