"""The picture of lesson 07: reading, error bound and J as training goes on, and the blocks."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from .bench import Slice
from .parts import Blocks
from .picture import MOVES, Picture
from .style import DIFFERENCES, GREY, INK, WHITE, Scale, banded, styled

COSTS = Scale(0.04, 4)
STEPS: dict[str, Any] = dict(key="steps", label="steps of training", low=1, high=300, ticks="0 1 10 100")


class Bound:
    """Show the error bound of the whole vector, under the readings."""

    def __init__(self, axes: Axes, zero: float):
        self.zero = zero
        self.line = axes.plot([], [], "--", color=GREY, lw=1.4, zorder=9, **MOVES)[0]
        self.word = axes.text(0, 1, "error bound", color=GREY, ha="left", va="bottom", zorder=9, animated=True)

    def move(self, result: Any) -> None:
        """Move to a result."""
        x, y = result.bound
        self.line.set_data(np.where(x == 0, self.zero, x), DIFFERENCES.place(y))
        self.word.set_position((x[1], DIFFERENCES.place(y[1]) * 1.5))  # before training the line is level


class Costs:
    """Show J against the steps of training, with this backprop and with the right one."""

    def __init__(self, axes: Axes):
        COSTS.apply(axes, "0.1 1")
        axes.set(xscale="log", xlim=(0.7, 400), xlabel=STEPS["label"])
        ticks = STEPS["ticks"].split()[1:]
        axes.set_xticks([float(tick) for tick in ticks], ticks)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.tick_right()
        self.own = axes.plot([], [], "-", color=INK, lw=2.2, zorder=10, **MOVES)[0]
        self.right = axes.plot([], [], "--", color=GREY, lw=1.8, zorder=11, **MOVES)[0]
        self.here = axes.plot([], [], "o", color=WHITE, ms=11, mec=INK, mew=2.2, zorder=12, **MOVES)[0]
        words = dict(va="bottom", transform=axes.transAxes)
        axes.text(0, 1.02, "— J, this backprop", color=INK, ha="left", **words)
        axes.text(1, 1.02, "– – right", color=GREY, ha="right", **words)

    def move(self, result: Any) -> None:
        """Move to a result; J at the start stands left of the first step."""
        steps = np.arange(len(result.run.J))
        for line, run in ((self.own, result.run), (self.right, result.right)):
            line.set_data(np.maximum(steps, 0.8), COSTS.place(run.J))
        self.here.set_data([max(result.state.steps, 0.8)], COSTS.place([result.J[0]]))


class TrainingPicture(Picture):
    """Show how the reading, the blocks and J change as training goes on."""

    def __init__(self):
        with styled():
            figure = Figure((9.6, 4), dpi=100, layout="constrained")
            readings, blocks, costs = figure.subplots(1, 3, width_ratios=(1.7, 1.2, 1.5))
            banded(readings, blocks)
            steps = Slice(readings, **STEPS)
            self.panels = (
                Bound(readings, steps.zero),
                steps,
                Blocks(blocks, ["W1", "b1", "W2", "b2", "W3", "b3"]),
                Costs(costs),
            )
            super().__init__(figure)
