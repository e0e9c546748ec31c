"""The picture of a layer's check: a bar for each input, and where in one of them its gradient is off."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from .inspect import MOST, Chosen, Look, Map
from .parts import Panel
from .picture import pictures
from .style import banded


class Places(Panel):
    """Show every entry of an input in its place, coloured by its band, or white where its reading says nothing."""

    marks = MOST

    def __init__(self, axes: Axes):
        super().__init__(axes)
        self.map = Map(axes)

    def move(self, result: Any) -> None:
        """Move to a result."""
        self.map.move(result, Look.of(result))


@pictures([4.2], [4.2])
def layers_picture(names: Sequence[str], blocks: Axes, places: Axes) -> tuple:
    """Show what the check of a layer reads for each input, and which entries of one differ."""
    banded(blocks)
    return Chosen(blocks, names, "each input"), Places(places)
