"""A report as a still picture: dθ against dθ_approx, the reading of every block, and the V-curve of this very J."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from .picture import Drawing
from .style import BLUISH_GREEN, DIFFERENCE, DIFFERENCES, GREY, INK, VERMILLION, WHITE, banded, styled

LOOKS = {  # colour, mark and filling of an answer: hollow where the check cannot tell
    "right": (BLUISH_GREEN, "o", BLUISH_GREEN),
    "cannot tell": (GREY, "s", WHITE),
    "wrong": (VERMILLION, "X", VERMILLION),
}
WORD = dict(zorder=5, bbox=dict(boxstyle="square,pad=0.15", facecolor=WHITE, alpha=0.85, linewidth=0))
ROOM = 20  # letters of the names of blocks side by side
WIDTHS, HEIGHT = (2.75, 5.5), 3.5  # of the pictures, in hundreds of pixels of the page
NEAR = 10  # an ε less than so many times larger or smaller is near the best one


def draw_report(report) -> Drawing:
    """Draw a report as two pictures; its headline is the answer, its caption says what they show."""
    with styled():
        first, second = (Figure((width, HEIGHT), dpi=200, layout="constrained") for width in WIDTHS)
        blocks, curve = second.subplots(1, 2, width_ratios=(1, 1.3))
        banded(blocks, curve)
        draw_entries(first.subplots(), report)
        draw_blocks(blocks, report)
        left = "every entry of dθ against dθ_approx with its error bar; on the line they agree."
        middle = "the reading of each block, and hatched what its error bars explain."
        right = draw_curve(curve, report)
        said = f"First: {left} Then: {middle} Last: {right}"
        return Drawing([first, second], [left, f"{middle} Beside it: {right}"], report.headline, said)


def draw_entries(axes: Axes, report) -> None:
    """Draw dθ against dθ_approx; in front what is wrong: of a wrong block, what its error bars do not explain."""
    slopes = np.nan_to_num([report.approx, report.gradient], posinf=0, neginf=0)
    largest = np.abs(slopes).max() or 1.0
    rim = 1.15 * largest
    answers = np.repeat([*report.answers.values()], [part.stop - part.start for part in report.parts.values()])
    for name in report.that_are("wrong"):
        answers[report.parts[name]] = "right"
        answers[report.found.suspects(name)] = "wrong"
    axes.axline((0, 0), slope=1, color=GREY, linewidth=1, zorder=1)
    for answer, (colour, mark, face) in LOOKS.items():
        chosen = answers == answer
        if chosen.any():
            bars = np.minimum(report.bars[chosen], 3 * rim)
            looks = dict(fmt=mark, ms=6, color=colour, mfc=face, mec=colour, elinewidth=1.2, zorder=2)
            axes.errorbar(report.approx[chosen], report.gradient[chosen], xerr=bars, label=answer, **looks)
    axes.set(xlim=(-rim, rim), ylim=(-rim, rim), xlabel="dθ_approx, the slope of J", ylabel="dθ")
    axes.locator_params(nbins=4)
    axes.legend(loc="upper left", frameon=False, handletextpad=0.2)


def draw_blocks(axes: Axes, report) -> None:
    """Draw the reading of each block over the bands, and what its error bars explain."""
    names = list(report.blocks)
    x, low = np.arange(len(names)), axes.get_ylim()[0]
    bounds = DIFFERENCES.place(np.array([report.bounds[name] for name in names]))
    axes.bar(x, bounds - low, bottom=low, width=0.7, color="none", edgecolor=GREY, hatch="////", linewidth=0)
    for i, name in enumerate(names):
        colour, mark, face = LOOKS[report.answers[name]]
        reading = float(DIFFERENCES.place(np.array(report.blocks[name])))
        axes.plot(i, reading, mark, ms=9, mfc=face, mec=colour, clip_on=False, zorder=3)
    long = sum(map(len, names)) > ROOM
    axes.set_xticks(x, names, **(dict(rotation=30, ha="right", rotation_mode="anchor") if long else {}))
    axes.set_xlim(-0.7, len(names) - 0.3)


def draw_curve(axes: Axes, report) -> str:
    """Draw what dθ reads at every step along one direction, and hatched what the errors explain; say it in words."""
    ladder, said = report.ladder, float(report.gradient @ report.found.v)
    axes.set_xlabel("step ε, along one direction")
    if not ladder or not ladder.moved:
        nothing = "J does not move here" if ladder else "J has no value at these steps"
        axes.text(0.5, 0.5, nothing, ha="center", transform=axes.transAxes)
        axes.set_xticks([])
        return f"no V-curve, since {nothing}."
    eps, best = ladder.steps * np.median(report.found.scale), ladder.best
    size = abs(ladder.slope[best]) + abs(said) or 1.0
    error = DIFFERENCES.place(np.where(np.isfinite(ladder.error), ladder.error / size, np.nan))
    axes.fill_between(eps, axes.get_ylim()[0], error, facecolor="none", edgecolor=GREY, hatch="////", linewidth=0)
    axes.plot(eps, error, color=INK, linewidth=1.4)
    axes.plot(eps, DIFFERENCES.place(np.abs(ladder.slope - said) / size), "o", color=DIFFERENCE, ms=4.5, zorder=3)
    causes = name_causes(axes, ladder, eps, error)
    asked = eps[best] if report.eps == "auto" else report.eps
    axes.set(xscale="log", xlim=(min(eps[0], asked) / 3, max(eps[-1], asked) * 3))
    axes.xaxis.set_major_locator(LogLocator(numticks=5))
    axes.xaxis.set_major_formatter(lambda x, _: written(x, ".0e"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.axvline(asked, color=INK, linewidth=1.4, zorder=2)
    shown = report.eps if report.eps == "auto" else written(report.eps, "g")
    axes.text(asked, 1.01, f"ε = {shown}", ha="center", va="bottom", transform=axes.get_xaxis_transform())
    shows = (
        "the V-curve of this J along one direction: a dot for what dθ reads at each step, and hatched what the errors "
        f"explain ({', '.join(causes)})."
    )
    if ladder.on_theta:
        return f"{shows} A corner lies on θ: no ε gets around it."
    axes.plot(eps[best], error[best], "*", ms=15, color=WHITE, mec=INK, zorder=6, clip_on=False)
    axes.text(eps[best], error[best] * 8, "best ε", ha="center", va="bottom", **WORD)
    near = max(asked / eps[best], eps[best] / asked) < NEAR
    beside = "near" if near else "smaller than" if asked < eps[best] else "larger than"
    return f"{shows} ε = {shown} is {beside} the best one."


def name_causes(axes: Axes, ladder, eps: np.ndarray, error: np.ndarray) -> list[str]:
    """Write over each stretch of the curve what makes most of the error there, and return these words."""
    parts, named = ladder.causes, []
    most = np.argmax([*parts.values()], axis=0)
    for k, cause in enumerate(parts):
        stretch = np.flatnonzero(most == k)
        if stretch.size > 1:
            i = stretch[stretch.size // 2]
            axes.text(eps[i], error[i], cause, ha="center", va="center", **WORD)
            named.append(cause)
    return named


def written(number: float, form: str) -> str:
    """Write a number in a form of Python's, with 1e-7 for 1e-07."""
    return f"{number:{form}}".replace("e-0", "e-")
