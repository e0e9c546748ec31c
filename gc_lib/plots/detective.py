"""The picture of a case: the bar of each block in one check."""

import numpy as np
from matplotlib.axes import Axes

from .parts import Blocks, Panel, word
from .picture import pictures
from .style import GREY, WORRY, for_words


class Question(Panel):
    """Show a question mark in place of the bars of a check that was not made."""

    about = "A question mark, where the check was not made."

    def build(self, axes: Axes) -> None:
        middle = dict(ha="center", va="center", transform=axes.transAxes)
        self.mark = word(axes, "?", 0.5, 0.5, color=for_words(GREY, WORRY.tint), fontsize=64, **middle)

    def move(self, result) -> None:
        """Move to a result."""
        self.mark.set_visible(np.isnan(list(result.blocks.values())).all())


@pictures([4.5], height=3.3)
def detective_picture(names: list[str], blocks: Axes) -> tuple:
    """Show the blocks in the check that is looked at, or a question mark."""
    label = "←  backprop walks from right to left" if "W1" in names else "each input of the layer"
    return Blocks(blocks, names, label), Question(blocks)
