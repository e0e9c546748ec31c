"""The picture of lesson 06: J again and again at one θ, and the check with fresh masks, a frozen one, and none."""

import numpy as np
from matplotlib.axes import Axes

from .bench import KEEP_PROBS
from .curves import KeepProbAxis, NamedSlices, curve_name, set_names
from .parts import BEFORE_LOOKS, Blocks, Marks, Panel, line
from .picture import pictures
from .style import GREY, INK, PALE, WHITE, Scale, banded, for_words

COSTS, TIMES = Scale(0.64, 0.78), 12  # how often J is evaluated at one and the same θ
WAYS, BLOCKS = ("fresh", "frozen", "off"), ("W1", "b1", "W2", "b2")


class Again(Panel):
    """Show J, evaluated again and again at the same θ, in each of the three ways."""

    def build(self, axes: Axes) -> None:
        COSTS.apply(axes, "0.65 0.70 0.75")
        axes.set(xlim=(0, TIMES + 13), ylabel="J", xlabel="evaluated again,\nat the same θ")
        axes.set_xticks([1, TIMES])
        looks = {"off": ("--", GREY, GREY), "frozen": ("-s", INK, WHITE), "fresh": ("-o", INK, INK)}
        self.before = line(axes, zorder=10, **BEFORE_LOOKS)
        self.lines, self.names = {}, {}
        for way, (dashes, colour, face) in looks.items():
            self.lines[way] = line(axes, dashes, color=colour, mfc=face, ms=5, zorder=11)
            self.names[way] = curve_name(axes, TIMES + 1, way, for_words(colour, PALE))
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
        set_names(list(self.names.values()), [own.get_ydata()[-1] for own in self.lines.values()], COSTS)


@pictures([1.55, 1.55, 1.55], [2.1, 2.85])
def dropout_picture(fresh: Axes, frozen: Axes, off: Axes, again: Axes, against: Axes) -> tuple:
    """Show what fresh masks do to the check and to J, and what a frozen one and none do."""
    bars = fresh, frozen, off
    banded(*bars)
    banded(against)
    axis, ticks = KeepProbAxis(KEEP_PROBS), "1 0.99 0.8 0.3"
    curves = NamedSlices(against, ("frozen", "fresh"), "keep_prob", "keep_prob", axis, ticks)
    return *(Blocks(axes, BLOCKS, way, way) for way, axes in zip(WAYS, bars, strict=True)), Again(again), curves
