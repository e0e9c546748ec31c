"""The finding of a check, said in plain words."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..checker.reading import Reading
from ..checker.slide import GREAT, band, norm
from ..checker.words import all_agree, listed, short
from ..network.activations import ACTIVATIONS
from .result import Headline, beyond, unheard

FEW, LINE = 3, 64  # blocks that a headline names, and its letters

FACTORS = {2.0: "twice", 0.5: "half", -1.0: "the opposite of", 3.0: "three times", 4.0: "four times"}


def in_short(result) -> Headline:
    """Say in one line what the bench found."""
    report = result.report
    follow = "; the curves follow" if result.following else ""
    found = disagreeing(report, room(report) - len(follow))
    if result.state.random:
        found = "fresh masks say nothing of dθ"
    elif result.hiding and not beyond(report):
        found += ", though a line differs"
    return Headline(found + follow, stable(report), report.band)


def stable(report: Reading) -> str:
    """Write the relative difference in the digits that hold on any machine: "about 1e-8" where round-off made it."""
    *words, digits = report.number.split()
    return " ".join([*words, short(float(digits), 2)])


def room(report: Reading) -> int:
    """Return how many letters a headline has left beside the band and the number."""
    return LINE - len(f"● {report.band} {stable(report)} · ")


def disagreeing(report: Reading, letters: int | None = None) -> str:
    """Say in a few words which blocks disagree; and by which factor, if it is one and the same, and there is room."""
    red, silent = beyond(report), unheard(report)
    wrong = [name for name in red if band(report.blocks[name]) == "worry"]
    if wrong:
        kinds = {kind(report, name) for name in wrong}
        named = listed(wrong) if len(wrong) <= FEW else f"{len(wrong)} of {len(report.blocks)} blocks"
        disagree = f"{named} {'disagrees' if len(wrong) == 1 else 'disagree'}"
        whole = disagree + (kinds.pop() if len(kinds) == 1 else "")
        return whole if len(whole) <= (room(report) if letters is None else letters) else disagree
    if red:
        return f"{listed(red)} {be(red)} worth a look"
    if silent:
        return "within the error bound"
    return all_agree(len(report.blocks))[:-1].replace("All", "all").replace("The", "the")


def said(result) -> Iterator[str]:
    """Say what else the bench found: the blocks, and what makes the check blind or lie here."""
    report, state = result.report, result.state
    yield fresh(report) if state.random else finding(report)
    for name, behind in result.hiding.items():
        yield f"{name} cannot be seen here: {behind}."
    if result.right >= GREAT and not state.random:
        would = f"Right backprop would read {short(result.right, 2)} here"
        yield f"{'Backprop is right' if state.right is state else would}: {misfit(state)}."
    if report.unmoved:
        yield f"ε is too small to move {report.unmoved} of the {report.approx.size} entries of θ."


def misfit(state) -> str:
    """Say why right backprop does not read great."""
    size = "large" if state.eps > 1e-5 else "small"
    corner = "a corner of the activation lies in the way, or " if ACTIVATIONS[state.hidden].corners else ""
    return f"{corner}ε is too {size} for this network{' in float32' if state.dtype == 'float32' else ''}"


def fresh(report: Reading) -> str:
    """Say what fresh masks do to a check."""
    if report.band == "great":
        return "It reads great by luck: hardly a unit is dropped."
    a, g = norm(report.approx), norm(report.gradient)
    times = f"{short(a / g, 1)} times as long as dθ" if g and a > 10 * g else "nothing like dθ"
    return (
        f"J(θ + ε) and J(θ − ε) belong to two different networks, so dθ_approx comes out {times}. "
        "Each dot is a draw of its own."
    )


def finding(report: Reading) -> str:
    """Say which blocks disagree, by how much and by which factor; nothing, where all agree."""
    red, silent = beyond(report), unheard(report)
    wrong = [name for name in red if band(report.blocks[name]) == "worry"]
    look = [name for name in red if name not in wrong]
    kinds = grouped((kind(report, name), name) for name in wrong)
    said = [f"<b>{listed(names)}</b>: {most(report, names)}{words}." for words, names in kinds.items()]
    if look:
        said.append(f"<b>{listed(look)}</b>: {most(report, look)}, worth a look.")
    if silent:
        said.append(f"{listed(silent)}: within the error bound: the error bars of dθ_approx alone explain it.")
    if said and len(red) + len(silent) < len(report.blocks):
        said.append("All other blocks agree.")
    return " ".join(said)


def kind(report: Reading, name: str) -> str:
    """Say which one factor would explain a wrong block, if any does."""
    if not report.pairs[name][1].any():
        return ", as if it were zero"
    k = report.factor(name)
    if k is None or abs(k - 1) < 1e-3:
        return ""
    times = next((words for factor, words in FACTORS.items() if abs(k - factor) < 1e-3 * abs(factor)), f"{k:.4g} times")
    return f", as if {times} what it should be"


def most(report: Reading, names: list[str]) -> str:
    """Write the largest reading of these blocks."""
    return f"{'up to ' if len(names) > 1 else ''}{short(max(report.blocks[name] for name in names), 2)}"


def grouped(pairs: Iterable[Iterable]) -> dict[Any, list]:
    """Gather, of all pairs that share the first, the second: {"×2": ["W1", "b1"]}."""
    found: dict[Any, list] = {}
    for shared, each in pairs:
        found.setdefault(shared, []).append(each)
    return found


def be(names: Sequence[str]) -> str:
    """Return the verb that fits so many."""
    return "is" if len(names) == 1 else "are"
