"""The picture of lesson 09: the reading of all θ and of each block, and the fall of Taylor's remainder."""

import numpy as np
from matplotlib.axes import Axes

from .parts import BEFORE_LOOKS, BEFORE_NOW, Blocks, Panel, line, word
from .picture import pictures
from .style import DIFFERENCE, INK, PALE, SAYS_NOTHING, Scale, log_x

REMAINDERS, STEPS = Scale(1e-16, 1), (3e-9, 3.0)
ROUNDOFF = 3e-15  # below it a remainder of a J of about 1 is only its last digits


class Fall(Panel):
    """Show the remainder against the step, and what it would be if it fell as t or as t² from the largest step on."""

    marks = BEFORE_NOW
    about = "Taylor's remainder against the step t, on log axes, beside two guide lines that fall as t and as t²."

    def build(self, axes: Axes) -> None:
        REMAINDERS.apply(axes, "1e-16 1e-12 1e-8 1e-4 1")
        log_x(axes, STEPS, "step t", "1e-7 1e-5 1e-3 0.1")
        axes.set_title("what dθ leaves unexplained of J", loc="left", fontweight="normal")
        low = REMAINDERS.low / REMAINDERS.rim**2
        axes.axhspan(low, ROUNDOFF, facecolor=PALE, edgecolor=SAYS_NOTHING, hatch="////", linewidth=0, zorder=0)
        axes.text(1.5, low * 1.8, "round-off of J", ha="right", va="bottom", backgroundcolor=PALE)
        guide = dict(color=INK, lw=1.2, zorder=9, clip_on=True)
        self.guides = {power: line(axes, dash, **guide) for power, dash in ((1, "--"), (2, ":"))}
        above = word(axes, "falls as t", ha="right", va="bottom")  # the dots lie below
        self.words = {1: above, 2: word(axes, "falls as t²", ha="left", va="top")}
        self.before = line(axes, zorder=10, **BEFORE_LOOKS)
        self.dots = line(axes, "o-", color=DIFFERENCE, ms=6, zorder=11)

    def move(self, result) -> None:
        """Move to a result."""
        steps, remainders = shown(result.report.taylor)
        self.dots.set_data(steps, REMAINDERS.place(remainders))
        steps_before, remainders_before = shown(result.before.report.taylor) if result.before else ((), ())
        self.before.set_data(steps_before, REMAINDERS.place(remainders_before))
        for power, guide in self.guides.items():
            fall = remainders[0] * (steps / steps[0]) ** power
            seen = fall > REMAINDERS.low
            guide.set_data(steps[seen], fall[seen])
        self.words[1].set_position((steps[2], 1.5 * remainders[0] * steps[2] / steps[0]))
        self.words[2].set_position((2 * steps[5], 0.6 * remainders[0] * (steps[5] / steps[0]) ** 2))


def shown(taylor) -> tuple[np.ndarray, np.ndarray]:
    """Return the steps that are on the axis, and their remainders."""
    on_axis = taylor.steps > STEPS[0]
    return taylor.steps[on_axis], taylor.remainders[on_axis]


@pictures([5.2], [4.4])
def hiding_picture(names: list[str], blocks: Axes, fall: Axes) -> tuple:
    """Show what a check reads, and beside it how Taylor's remainder falls."""
    blocks.axvline(0.5, color=INK, lw=0.8, zorder=5)
    return Blocks(blocks, names, "all of θ together, and each block"), Fall(fall)
