"""Labs of one check, in which the entries of a block can be read: by a press on its bar, or from a menu in a fold."""

import ipywidgets as widgets

from .controls import Menu
from .inspect import State, compute
from .lab import Lab


class Entries(widgets.VBox):
    """A menu of a check's blocks, and beneath it what `gcl.labs.inspect` says of the one that is chosen."""

    def __init__(self):
        self.block, self.words = Menu("block", [""], str, "200px"), widgets.HTML()
        super().__init__([self.block, self.words])

    def write(self, report) -> None:
        """Offer the blocks of a check, and write how the entries of the one that is chosen differ."""
        chosen = self.block.value if self.block.value in report.blocks else report.worst.block
        self.block.relist([(name, name) for name in report.blocks], chosen)
        found = compute(State(report, chosen))
        said = " ".join([found.factor, *found.pattern()])
        self.words.value = f'<p>{said}</p><div class="gc-tables">{found.table}</div>'


class OfBlocks(Lab):
    """Join to a lab of one check the entries of its blocks."""

    def page(self, above: list, **parts) -> widgets.VBox:
        """Build the page, with one more fold: the entries of a block."""
        self.entries = Entries()
        self.entries.block.observe(lambda _: self.tell(), "value")
        return super().page(above, **parts, more={"The entries of a block": self.entries})

    def pressed(self, block: str) -> None:
        """Unfold the entries of the block whose bar is pressed."""
        with self.lock:
            self.folds.opened = self.entries
            self.entries.block.value = block

    def tell(self) -> None:
        """Write what is unfolded."""
        with self.lock:
            if self.folds.opened is self.entries:
                self.entries.write(self.result.report)
            super().tell()
