"""The picture of lesson 07 on what a check costs: three straight lines that were counted, and dots that were timed."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .parts import HERE, Panel, line, ring, word
from .picture import pictures
from .style import APPROX, GRADIENT, INK, WHITE, Scale, log_x

EVALUATIONS, SPAN = Scale(1, 1e8), np.array([1e2, 3e7])
WORKS = {"loop": (APPROX, "s"), "screen": (INK, "D"), "step": (GRADIENT, "o")}


class Works(Panel):
    """Show what each work costs as the network grows, and how far the loop is from a step of training."""

    marks = HERE | {"timed on this computer": Line2D([], [], marker="o", linestyle="none", color=GRADIENT, ms=6)}
    about = (
        "Evaluations of J against the number of parameters, on log axes: the two-sided loop rises in proportion, a "
        "step of training and the screen stay level; what was timed stands as dots."
    )

    def build(self, axes: Axes) -> None:
        EVALUATIONS.apply(axes, "1 100 1e4 1e6 1e8")
        log_x(axes, SPAN, "parameters of the network", "100 1000 1e4 1e5 1e6 1e7")
        axes.set_ylabel("evaluations of J")
        levels = {"loop": 2 * SPAN, "screen": [350, 350], "step": [3, 3]}
        for name, level in levels.items():
            axes.plot(SPAN, level, "-", color=WORKS[name][0], lw=2.2, zorder=5)
        large = dict(zorder=6, fontsize=12)
        axes.text(2e5, 2e6, "the two-sided loop:\ntwo for each parameter", ha="right", va="bottom", **large)
        axes.text(2e7, 430, "the screen: some 50 for each block", ha="right", va="bottom", **large)
        axes.text(2e7, 2.4, "a step of training: about three", ha="right", va="top", **large)
        self.gap = line(axes, ":", color=INK, lw=1.4, zorder=9)
        self.word = word(axes, "", y=32, va="center", zorder=10)
        self.here = ring(axes)
        looks = dict(ms=7, mec=WHITE, mew=0.8, zorder=11)
        self.dots = {name: line(axes, mark, color=colour, **looks) for name, (colour, mark) in WORKS.items()}

    def move(self, result) -> None:
        """Move to a result."""
        counted = result.counted
        self.here.set_data([counted.parameters], [counted.loop])
        self.gap.set_data([counted.parameters] * 2, [counted.step, counted.loop])
        self.word.set(x=counted.parameters * 1.1, text=f"{result.steps:,.0f} steps of training")
        for name, dots in self.dots.items():
            y = np.array([getattr(timed, name) / timed.evaluation for timed in result.timed])
            dots.set_data([timed.parameters for timed in result.timed], EVALUATIONS.place(y))


@pictures([7.2])
def price_picture(works: Axes) -> tuple:
    """Show what the two-sided loop, the screen and a step of training cost as the network grows."""
    return (Works(works),)
