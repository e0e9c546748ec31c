"""A report as a still picture: dθ against dθ_approx with its error bars, and the reading of every block."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .picture import Drawing
from .style import BLUISH_GREEN, DIFFERENCES, GREY, INK, VERMILLION, WHITE, banded, styled

LOOKS = {  # colour and mark of an answer
    "right": (BLUISH_GREEN, "o"),
    "cannot tell": (GREY, "s"),
    "wrong": (VERMILLION, "X"),
}


def draw_report(report: Any) -> Drawing:
    """Draw a report; its headline is the answer, its caption the answer and what the picture shows."""
    with styled():
        figure = Figure((9.6, 4.4), layout="constrained")
        entries, blocks = figure.subplots(1, 2, width_ratios=(1, 1.15))
        draw_entries(entries, report)
        draw_blocks(blocks, report)
        figure.suptitle(report.headline, color=LOOKS[report.answer][0] if report.answer != "cannot tell" else INK)
        left = "Left: every entry of dθ against dθ_approx with its error bar; on the line they agree."
        right = "Right: the reading of each block, and hatched what its error bars explain."
        return Drawing(figure, f"{report.headline}. {left} {right}")


def draw_entries(axes: Axes, report: Any) -> None:
    """Draw dθ against dθ_approx; what is wrong stands in front."""
    largest = max(np.abs(report.approx).max(), np.abs(report.gradient).max()) or 1.0
    rim = 1.15 * largest
    axes.axline((0, 0), slope=1, color=GREY, linewidth=1, zorder=1)
    for answer, (colour, mark) in LOOKS.items():
        of_block = [
            np.full(part.stop - part.start, report.answers[name] == answer) for name, part in report.parts.items()
        ]
        chosen = np.concatenate(of_block)
        if chosen.any():
            bars, face = np.minimum(report.bars[chosen], 3 * rim), face_of(answer)
            looks = dict(fmt=mark, ms=6, color=colour, mfc=face, mec=colour, elinewidth=1.2, zorder=2)
            axes.errorbar(report.approx[chosen], report.gradient[chosen], xerr=bars, label=answer, **looks)
    axes.set(xlim=(-rim, rim), ylim=(-rim, rim), xlabel="dθ_approx, the slope of J", ylabel="dθ")
    axes.locator_params(nbins=5)
    axes.legend(loc="upper left", frameon=False, handletextpad=0.2)


def face_of(answer: str) -> str:
    """Return the colour that fills a mark: none where the check cannot tell."""
    return WHITE if answer == "cannot tell" else LOOKS[answer][0]


def draw_blocks(axes: Axes, report: Any) -> None:
    """Draw the reading of each block over its bands, and what its error bars explain."""
    names = list(report.blocks)
    banded(axes)
    x, low = np.arange(len(names)), axes.get_ylim()[0]
    bounds = DIFFERENCES.place(np.array([report.bounds[name] for name in names]))
    axes.bar(x, bounds - low, bottom=low, width=0.7, color="none", edgecolor=GREY, hatch="////", linewidth=0)
    for i, name in enumerate(names):
        colour, mark = LOOKS[report.answers[name]]
        reading = float(DIFFERENCES.place(np.array(report.blocks[name])))
        axes.plot(i, reading, mark, ms=9, mfc=face_of(report.answers[name]), mec=colour, clip_on=False, zorder=3)
    axes.set_xticks(x, names)
    axes.set_xlim(-0.7, len(names) - 0.3)
