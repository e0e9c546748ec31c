"""The picture of lesson 06: J again and again at one θ, and the check with fresh masks, a frozen one, and none."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .bench import KEEP_PROBS
from .curves import KeepProbAxis, NamedSlices
from .parts import BEFORE_LOOKS, Blocks, Marks, Panel, line
from .picture import pictures
from .style import GREY, INK, WHITE, Scale

COSTS, TIMES = Scale(0.64, 0.78), 12  # how often J is evaluated at one and the same θ
WAYS, BLOCKS = ("fresh", "frozen", "off"), ("W1", "b1", "W2", "b2")


LOOKS = {
    "fresh": dict(color=INK, marker="o"),
    "frozen": dict(color=INK, marker="s", mfc=WHITE),
    "off": dict(color=GREY, linestyle="--"),
}


class Again(Panel):
    """Show J, evaluated again and again at the same θ, in each of the three ways."""

    about = "J, evaluated 12 times at one and the same θ, from 0.64 to 0.78, in the same three ways."
    marks = {way: Line2D([], [], **look) for way, look in LOOKS.items()}

    def build(self, axes: Axes) -> None:
        COSTS.apply(axes, "0.65 0.70 0.75")
        axes.set(xlim=(0, TIMES + 1), ylabel="J", xlabel="evaluated again,\nat the same θ")
        axes.set_xticks([1, TIMES])
        self.before = line(axes, zorder=10, **BEFORE_LOOKS)
        self.lines = {way: line(axes, ms=5, zorder=11, **look) for way, look in reversed(LOOKS.items())}
        self.off = Marks(axes, size=20)

    def move(self, result) -> None:
        """Move to a result, and leave the fresh evaluations from before it as pale marks."""
        x = np.arange(1, TIMES + 1)
        for way, own in self.lines.items():
            own.set_data(x, COSTS.place(result.again[way]))
        before = result.before.again["fresh"] if result.before else []
        self.before.set_data(x[: len(before)], COSTS.place(before))
        x, J = np.tile(x, len(self.lines)), np.concatenate([result.again[way] for way in self.lines])
        self.off.point(x, J, COSTS, INK)


@pictures([1.55, 1.55, 1.55], [2.1, 3.0])
def dropout_picture(fresh: Axes, frozen: Axes, off: Axes, again: Axes, against: Axes) -> tuple:
    """Show what fresh masks do to the check and to J, and what a frozen one and none do."""
    bars = fresh, frozen, off
    axis, ticks = KeepProbAxis(KEEP_PROBS), "1 0.99 0.8 0.3"
    curves = NamedSlices(against, ("frozen", "fresh"), "keep_prob", "keep_prob", axis, ticks)
    return *(Blocks(axes, BLOCKS, way, way) for way, axes in zip(WAYS, bars, strict=True)), Again(again), curves
