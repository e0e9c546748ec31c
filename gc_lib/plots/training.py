"""The picture of lesson 07: reading, error bound and J as training goes on, and the blocks."""

import numpy as np
from matplotlib.axes import Axes

from .curves import LogAxis, Slice
from .parts import Blocks, Panel, line, ring, word
from .picture import pictures
from .style import DIFFERENCES, GREY, INK, WORRY, Scale, for_words, log_x

COSTS = Scale(0.04, 4)
STEPS = "steps of training"


class Bound(Panel):
    """Show the error bound of the whole vector, under the readings."""

    about = "Under it its error bound."

    def build(self, axes: Axes, zero: float) -> None:
        self.zero = zero
        self.line = line(axes, "--", color=GREY, lw=1.4, zorder=9)
        self.word = word(axes, "error bound", color=for_words(GREY, WORRY.tint), va="bottom", zorder=9)

    def move(self, result) -> None:
        """Move to a result."""
        x, y = result.bound
        self.line.set_data(np.where(x == 0, self.zero, x), DIFFERENCES.place(y))
        self.word.set_position((x[1], DIFFERENCES.place(y[1]) * 1.5))  # before training the line is level


class Costs(Panel):
    """Show J against the steps of training, with this backprop and with the right one."""

    about = "J against the steps of training, with this backprop and with the right one."

    def build(self, axes: Axes) -> None:
        COSTS.apply(axes, "0.1 1")
        log_x(axes, (0.7, 400), STEPS, "1 10 100")
        axes.yaxis.tick_right()
        self.own = line(axes, "-", color=INK, lw=2.2, zorder=10)
        self.right = line(axes, "--", color=GREY, lw=1.8, zorder=11)
        self.here = ring(axes)
        words = dict(va="bottom", transform=axes.transAxes)
        axes.text(0, 1.02, "— J, this backprop", **words)
        axes.text(1, 1.02, "– – right", color=for_words(GREY), ha="right", **words)

    def move(self, result) -> None:
        """Move to a result; J at the start stands left of the first step."""
        steps = np.arange(len(result.run.J))
        for drawn, run in ((self.own, result.run), (self.right, result.right)):
            drawn.set_data(np.maximum(steps, 0.8), COSTS.place(run.J))
        self.here.set_data([max(result.state.steps, 0.8)], COSTS.place([result.J[0]]))


@pictures([3.0], [3.6, 2.9])
def training_picture(names: list[str], blocks: Axes, readings: Axes, costs: Axes) -> tuple:
    """Show how the blocks, the reading and J change as training goes on."""
    along = LogAxis(1, 300, apart=0)
    steps = Slice(readings, "steps", STEPS, along, "0 1 10 100")
    return Blocks(blocks, names), steps, Bound(readings, along.zero), Costs(costs)
