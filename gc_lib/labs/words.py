"""The finding of a check, said in plain words."""

from collections.abc import Iterable

import numpy as np

from ..check import GREAT, Report, band, power

FACTORS = {2.0: "twice", 0.5: "half", -1.0: "the opposite of", 3.0: "three times", 4.0: "four times"}


def listed(names: Iterable[str]) -> str:
    """Write names as a list in a sentence: W1, b1 and W2."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def as_if(k: float | None) -> str:
    """Say which one factor would explain a block."""
    if k is None:
        return ""
    times = next((words for factor, words in FACTORS.items() if abs(k - factor) < 1e-3 * abs(factor)), f"{k:.3g} times")
    return f", as if {times} what it should be"


def finding(report: Report) -> str:
    """Say which blocks disagree, by how much and by which factor, and which agree."""
    wrong = [name for name in report.wrong if band(report.blocks[name]) == "worry"]
    look = [name for name in report.wrong if name not in wrong]
    silent = [n for n, x in report.blocks.items() if x >= GREAT and n not in report.wrong]
    said, kinds = [], {}
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
        said.append(f"<b>{listed(look)}</b>: {most:.1e}, worth a look.")
    if silent:
        said.append(f"{listed(silent)}: below the floor, where round-off alone explains the reading: it says nothing.")
    agreeing = len(report.blocks) - len(report.wrong) - len(silent)
    if agreeing:
        all_of = "All other blocks agree." if len(report.blocks) > agreeing else f"All {agreeing} blocks agree."
        said.append(all_of)
    return " ".join(said)


def headline(report: Report) -> str:
    """Say the slide's number and the lecture's word for it."""
    number = f"about {power(report.difference)}" if report.band == "great" else f"{report.difference:.1e}"
    return f"Relative difference <b>{number}: {report.band}</b>."


def lengths(report: Report) -> str:
    """Say how much longer dθ_approx is than dθ."""
    a, g = np.linalg.norm(report.approx), np.linalg.norm(report.gradient)
    return f"{a / g:.0e} times as long as dθ" if g else "infinitely longer than dθ"


def table(result) -> str:
    """Write what the picture shows as tables: each block, and each slice."""
    report, rows = result.report, []
    for name, reading in report.blocks.items():
        said = "below its floor" if reading < report.floors[name] else band(reading)
        rows.append(f"<tr><th>{name}</th><td>{reading:.1e}</td><td>{report.floors[name]:.1e}</td><td>{said}</td></tr>")
    tables = [f"<tr><th>block</th><th>reading</th><th>floor</th><th></th></tr>{''.join(rows)}"]
    for key, words in (("eps", "ε"), ("lam", "λ"), ("drop", "1 − keep_prob")):
        curve = zip(*result.curves[key], strict=True)
        rows = "".join(f"<tr><td>{x:g}</td><td>{y:.1e}</td></tr>" for x, y in curve)
        tables.append(f"<tr><th>{words}</th><th>relative difference</th></tr>{rows}")
    return f'<div class="gc-tables">{"".join(f"<table>{rows}</table>" for rows in tables)}</div>'
