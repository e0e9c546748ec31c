"""Look into a report, one's own: a block's dθ against its dθ_approx, which entries differ, and by which factor."""

from collections.abc import Iterator
from functools import cache, cached_property
from html import escape
from typing import Any

import numpy as np

from .. import homework
from ..checker.inputs import as_float
from ..checker.reading import Entry, Reading
from ..checker.report import Report, check
from ..checker.slide import GREAT, band, score
from ..checker.where import where
from ..checker.words import entry_name, html_table, short
from ..network.network import one_of
from ..plots.inspect import inspect_picture
from .controls import Menu
from .fields import Fields, kept, slider
from .lab import Lab
from .result import Headline, OfReport

FACTORS = [-2, -1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 10]
LISTED = 20  # entries, in the table


@cache
def handed_in() -> Report:
    """Check the homework as it was handed in."""
    return check(homework.cost, homework.gradient(), homework.params)


def of_check(name: str, value) -> Reading:
    """Take a report; None is that of the homework as it was handed in."""
    report = handed_in() if value is None else value
    if not isinstance(report, Reading):
        found = type(report).__name__
        raise TypeError(f"{name} should be what gcl.check(cost, gradient, params) returned; got {found}")
    return report


def divisor(name: str, value) -> float:
    """Take a number by which can be divided."""
    if not as_float(name, value) or not np.isfinite(float(value)):
        raise ValueError(f"{name} should be a finite number other than 0, since dθ is divided by it; got {value}")
    return float(value)


def not_empty(report: Reading) -> list[str]:
    """Return the names of the blocks that have entries."""
    return [name for name, part in report.parts.items() if part.stop > part.start]


class State(Fields):
    """Hold a report, which of its blocks is looked into, and the k by which dθ is divided there.

    Without a report it is that of a broken homework; without a block, that of the worst entry, if any is wrong.
    """

    report: Any = kept(None, of_check)
    block: Any = kept(None, lambda _, block: block)
    k: float = slider("divide dθ by k =", FACTORS, 1.0, divisor, lambda k: short(k, 4))

    def __post_init__(self):
        super().__post_init__()
        first = self.first() if self.block is None else self.block
        self.settle(block=one_of("block", first, not_empty(self.report)))

    def first(self) -> str:
        """Return the block that is looked into first."""
        return self.report.worst.block if self.report.that_are("wrong") else not_empty(self.report)[0]

    def changed(self, name: str) -> bool:
        """Tell whether a field differs from what nobody gave; of the report: whether one was given."""
        return self.report is not handed_in() if name == "report" else super().changed(name)


class OfBlock(OfReport):
    """Hold what the picture shows of a block: both gradients as vectors, and how they compare once dθ is divided by k.

    `readings` is each entry's own relative difference; `wrong` tells which entries are not great, and farther off than
    their error bars allow; `worst` is the place of the one in which the two differ most.
    """

    approx: np.ndarray
    gradient: np.ndarray
    readings: np.ndarray
    wrong: np.ndarray
    worst: int


class Result(OfBlock):
    """Hold the check, and the block that is looked into."""

    @property
    def block(self) -> str:
        """The block that is looked into."""
        return self.state.block

    @cached_property
    def blocks(self) -> dict[str, float]:
        """The reading of each block, of this one once its dθ is divided by k."""
        return self.report.blocks | {self.block: score(self.approx, self.gradient / self.state.k)}

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the block."""
        return self.report.shapes[self.block].shape

    @property
    def rows(self) -> int:
        """In how many rows the map lays the block: its own, or for a vector as many as make it about square."""
        count = self.approx.size
        return self.shape[0] if len(self.shape) > 1 else int(np.ceil(count / np.ceil(count**0.5)))

    def in_short(self) -> Headline:
        """Say whether the block agrees, and in how many entries it does not."""
        block, reading, k = self.block, self.blocks[self.block], self.state.k
        divided = "" if k == 1 else f"divided by {short(k, 4)}, "
        if self.wrong.any():
            gist = f"{block} disagrees in {self.wrong.sum()} of {self.wrong.size} entries"
        elif reading >= GREAT:
            gist = f"{block} lies within its error bound"
        else:
            gist = f"{block} agrees"
        return Headline(divided + gist, short(reading, 2), band(reading))

    def said(self) -> Iterator[str]:
        """Say by which factor the block is off, what its wrong entries share, and which is worst."""
        yield self.factor
        yield from self.pattern()
        if self.state.k == 1 and self.wrong[self.worst]:
            yield f"The ring: {escape(str(self.entry(self.worst)))}."

    @property
    def best(self) -> float | None:
        """The k that fits best, dθ·dθ_approx / ‖dθ_approx‖²; None where there is none."""
        a, g = self.approx, self.gradient
        return float(short(g @ a / (a @ a), 7)) or None if a.any() else None

    @property
    def factor(self) -> str:
        """Say whether one factor explains all entries: the k that is tried, or else the best."""
        k, noise = self.best, max(GREAT, self.bounds[self.block])
        if self.state.k != 1:
            right = not self.wrong.any() and self.blocks[self.block] < GREAT
            return f"So dθ is {short(self.state.k, 4)} times what it should be." if right else "That is not the factor."
        if not self.wrong.any() or k is None:
            return ""
        left = score(self.approx, self.gradient / k)
        if left < noise:
            return f"It is as if dθ were {short(k, 6)} times what it should be."
        helps = left < self.blocks[self.block]
        return f"No one factor explains it{f': the best, {short(k, 2)}, leaves {short(left, 2)}' if helps else ''}."

    def pattern(self) -> Iterator[str]:
        """Say what the entries that differ have in common."""
        off = self.wrong.reshape(self.shape or (1,))
        place = where(off, ~off)
        if place and off.sum() > 1:
            yield f"They are all in {escape(place.of(self.block))}."
        if still := np.count_nonzero(self.wrong & (self.approx == 0)):
            yield f"Entries in which the cost does not move at all, and yet dθ is not 0: {still}."
        if zero := np.count_nonzero(self.wrong & (self.gradient == 0)):
            yield f"Entries in which dθ is 0, and yet the cost moves: {zero}."

    def entry(self, i: int) -> Entry:
        """Return an entry of the block, with both its slopes."""
        return self.report.entry(self.report.parts[self.block].start + i)

    def tables(self) -> Iterator[str]:
        """Write the entries that differ most, as a table: both slopes, their quotient, and the relative difference."""
        a, g, rows = self.approx, self.gradient, []
        for i in np.argsort(-np.abs(a - g / self.state.k), kind="stable")[:LISTED]:
            quotient = short(g[i] / a[i], 4) if a[i] else "–"
            numbers = short(a[i], 4), short(g[i], 4), quotient, short(self.readings[i], 2)
            rows.append((entry_name(escape(self.block), self.entry(i).index), *numbers))
        head = ["entry", "dθ_approx", "dθ", "dθ / dθ_approx", "relative difference"]
        yield html_table(head, rows, named=True)


def compute(state: State) -> Result:
    """Compare a block's dθ / k with its dθ_approx, entry by entry."""
    report = of_check("report", state.report)
    a, g = report.pairs[state.block]
    return Result(state, report, a, g, *entry_by_entry(report, state.block, state.k))


def entry_by_entry(report: Reading, block: str, k: float = 1.0) -> tuple[np.ndarray, np.ndarray, int]:
    """Return each entry's own relative difference once dθ is divided by k, which are wrong, and which is worst."""
    a, g = report.pairs[block]
    off, size = np.abs(a - g / k), np.abs(a) + np.abs(g / k)
    readings = np.divide(off, size, out=np.zeros_like(size), where=size != 0)
    agrees = (off <= report.bars[report.parts[block]]) | (readings < GREAT)  # nan does not
    return readings, ~agrees, int(off.argmax())


class Inspect(Lab):
    """Open the lab on what `gcl.check` returned.

    >>> report = gcl.check(lambda w: w @ w, lambda w: 4 * w, np.array([1.0, 2.0]))
    >>> print(gcl.labs.inspect(report, k=2))
    Relative difference ...: great. Divided by 2, theta agrees. So dθ is 2 times what it
    should be.
    """

    State, View, compute, room = State, inspect_picture, compute, 360

    def controls(self) -> list:
        """Build the menu of the report's blocks, the slider of k, and the button that finds k."""
        blocks = self.bind("block", Menu("block", not_empty(self.state.report), str, "200px"))
        return [blocks, *super().controls(), self.button("the k that fits best", lambda: {"k": self.best()})]

    def pressed(self, block: str) -> None:
        """Look into the block whose bar is pressed."""
        self.attempt(lambda: {"block": block})

    def best(self) -> float:
        """Return the k that fits best. Raises ValueError where there is none."""
        k = self.result.best
        if k is None:
            raise ValueError(f"{self.state.block} has no such k: dθ_approx and dθ have nothing in common")
        return k

    def code(self) -> str:
        """Return the line of code that opens this state; a report goes by the name that it most likely has."""
        written = f"report={self.state.report!r}".replace("'", '"')  # as every field is written
        return super().code().replace(written, "report=report")
