"""The picture of lesson 03: the reading against ε, as measured and as predicted, and the error bound of each block."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .curves import LogAxis, Slice
from .parts import HERE, Blocks, Panel, line, word
from .picture import pictures
from .style import BEFORE, DIFFERENCE, DIFFERENCES, GREAT, INK

SPAN = np.array([1e-13, 10.0])


class Lines(Panel):
    """Draw the predicted straight lines under the measured dots, and mark the best ε."""

    about = "What was predicted, as two straight lines: round-off falls as 1/ε, and truncation rises."

    def build(self, axes: Axes) -> None:
        looks = dict(color=INK, zorder=9, clip_on=True)
        self.roundoff, self.truncation, self.bug = (line(axes, dash, lw=1.4, **looks) for dash in ("--", ":", "-."))
        self.best = line(axes, "-", lw=0.8, **looks)
        ground = dict(facecolor=GREAT.tint, linewidth=0, pad=1)
        self.best_word = word(axes, "best ε", y=DIFFERENCES.low, va="bottom", zorder=9, bbox=ground)
        self.bug_word = word(axes, "the wrong dW2 alone", zorder=9)
        above = dict(y=1.02, va="bottom", transform=axes.transAxes)
        axes.text(0, s="– – round-off, grows as 1/ε", **above)
        orders = (f"truncation, grows as {power} ·····" for power in ("ε", "ε²"))
        self.orders = [word(axes, words, ha="right", **above) for words in orders]

    def move(self, result) -> None:
        """Move to a result."""
        predicted, (best, least) = result.prediction, result.best
        self.roundoff.set_data(SPAN, predicted.roundoff(SPAN))
        self.truncation.set_data(SPAN, predicted.truncation(SPAN))
        self.bug.set_data(SPAN, [predicted.bug] * 2)
        self.best.set_data([best] * 2, [DIFFERENCES.low / DIFFERENCES.rim, least])
        self.best_word.set_x(best * 1.3)
        self.bug_word.set(visible=DIFFERENCES.low < predicted.bug < DIFFERENCES.high)
        if predicted.bug > 100 * least:  # there is room over its line, between the arms of the V
            self.bug_word.set(x=predicted.middle, y=predicted.bug * 2.5, ha="center", va="bottom")
        else:
            self.bug_word.set(x=2e-12, y=predicted.bug * 0.7, ha="left", va="top")
        for power, words in enumerate(self.orders, start=1):
            words.set_visible(power == predicted.p)


@pictures([3.0], [6.4])
def epsilon_picture(names: list[str], blocks: Axes, eps: Axes) -> tuple:
    """Show the blocks with their error bounds, and the V of the reading against ε over its two predicted lines."""
    curve = Slice(eps, "eps", "", LogAxis(1e-12, 1), "1e-11 1e-9 1e-7 1e-5 1e-3 0.1")
    now, before = dict(marker=".", color=DIFFERENCE), dict(marker="o", color=BEFORE, markerfacecolor="none")
    dots = {"measured": now, "before your last move": before}
    curve.marks = {words: Line2D([], [], linestyle="none", **looks) for words, looks in dots.items()} | HERE
    curve.about = "The relative difference as measured, as dots against ε, with the same bands."
    return Blocks(blocks, names), curve, Lines(eps)
