"""The finding of a check, said in plain words."""

from collections.abc import Iterator

from ..checker.reading import Reading
from ..checker.slide import GREAT, band, norm
from ..checker.words import all_agree, html_table, listed
from ..network.activations import ACTIVATIONS
from .result import beyond, unheard

FACTORS = {2.0: "twice", 0.5: "half", -1.0: "the opposite of", 3.0: "three times", 4.0: "four times"}


def said(result) -> Iterator[str]:
    """Say what the bench found: the number, the blocks, and what makes the check blind or lie here."""
    report, state = result.report, result.state
    yield f"Relative difference <b>{report.number}: {report.band}</b>."
    yield fresh(report) if state.random else finding(report)
    for name, behind in result.hiding.items():
        yield f"{name} cannot be seen here: {behind}."
    if result.right >= GREAT and not state.random:
        told = f"Right backprop would read {result.right:.1e} here" if state.right is not state else "Backprop is right"
        yield f"{told}: {misfit(state)}."
    if report.unmoved:
        yield f"ε is too small to move {report.unmoved} of the {report.approx.size} entries of θ."


def misfit(state) -> str:
    """Say why right backprop does not read great."""
    size = "large" if state.eps > 1e-5 else "small"
    corner = "a corner of the activation lies in the way, or " if ACTIVATIONS[state.hidden].corners else ""
    return f"{corner}ε is too {size} for this network{' in float32' if state.dtype == 'float32' else ''}"


def fresh(report: Reading) -> str:
    """Say what fresh masks do to a check."""
    a, g = norm(report.approx), norm(report.gradient)
    times = f"{a / g:.0e} times as long as dθ" if g and a > 10 * g else "nothing like dθ"
    return (
        "<b>The masks are fresh:</b> J(θ + ε) and J(θ − ε) belong to two different networks, so dθ_approx comes out "
        f"{times}, whatever backprop does. Each dot is a draw of its own."
    )


def as_if(k: float | None) -> str:
    """Say which one factor would explain a block."""
    if k is None or abs(k - 1) < 1e-3:
        return ""
    times = next((words for factor, words in FACTORS.items() if abs(k - factor) < 1e-3 * abs(factor)), f"{k:.4g} times")
    return f", as if {times} what it should be"


def finding(report: Reading) -> str:
    """Say which blocks disagree, by how much and by which factor, and which agree."""
    red, silent = beyond(report), unheard(report)
    wrong = [name for name in red if band(report.blocks[name]) == "worry"]
    look = [name for name in red if name not in wrong]
    said: list[str] = []
    kinds: dict[str, list[str]] = {}
    for name in wrong:
        k = report.factor(name)
        zero = not report.pairs[name][1].any()
        kinds.setdefault(", as if it were zero" if zero else as_if(k), []).append(name)
    for kind, names in kinds.items():
        most = max(report.blocks[name] for name in names)
        verb = "disagrees" if len(names) == 1 else "disagree"
        said.append(f"<b>{listed(names)} {verb}</b>: {'up to ' if len(names) > 1 else ''}{most:.1e}{kind}.")
    if look:
        most = max(report.blocks[name] for name in look)
        said.append(f"<b>{listed(look)}</b>: {'up to ' if len(look) > 1 else ''}{most:.1e}, worth a look.")
    if silent:
        said.append(f"{listed(silent)}: within the error bound: the error bars of dθ_approx alone explain it.")
    agreeing = len(report.blocks) - len(red) - len(silent)
    if agreeing:
        said.append("All other blocks agree." if agreeing < len(report.blocks) else all_agree(agreeing))
    return " ".join(said)


def blocks_table(report: Reading) -> str:
    """Write the reading and the error bound of each block as a table."""
    silent = unheard(report)
    rows = [
        (name, f"{x:.1e}", f"{report.bounds[name]:.1e}", "within its error bound" if name in silent else band(x))
        for name, x in report.blocks.items()
    ]
    return html_table(["block", "reading", "error bound", ""], rows, named=True)


def curve_table(words: str, curve) -> str:
    """Write a curve of readings as a table; `words` say against what it is taken."""
    return html_table([words, "relative difference"], [(f"{x:g}", f"{y:.1e}") for x, y in zip(*curve, strict=True)])


def table(result) -> str:
    """Write what the picture shows as tables: each block, and each slice."""
    slices = (("eps", "ε"), ("lam", "λ"), ("drop", "1 − keep_prob"))
    return blocks_table(result.report) + "".join(curve_table(words, result.curves[key]) for key, words in slices)
