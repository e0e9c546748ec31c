"""The bars of a check, and those of several where a picture shows them side by side."""

from typing import Any, NamedTuple

from ..checker.reading import Reading
from ..checker.slide import GREAT


class OfReport:
    """Give the bars of its report to a result."""

    report: Any

    @property
    def blocks(self) -> dict[str, float]:
        """The reading of each block."""
        return self.report.blocks

    @property
    def bounds(self) -> dict[str, float]:
        """What the error bars alone explain, block by block."""
        return self.report.bounds


class Bars(NamedTuple):
    """Hold what a panel of bars shows: the reading and the error bound of each block, and the bars from before."""

    blocks: dict[str, float]
    bounds: dict[str, float]
    before: "Bars | None"


def bars_of(reports: dict[str, Reading], before: Any) -> dict[str, Bars]:
    """Return the bars of several checks; a J that no nudge moves in any digit has no error bound."""
    bars: dict[str, Bars] = {}
    for key, report in reports.items():
        bounds = report.bounds if report.approx.any() else dict.fromkeys(report.blocks, 0.0)
        bars[key] = Bars(report.blocks, bounds, before and before[key])
    return bars


def beyond(report: Reading) -> tuple[str, ...]:
    """Return the blocks that are not great, and farther off than their error bars explain."""
    return tuple(name for name, x in report.blocks.items() if x >= GREAT and x > report.bounds[name])


def unheard(report: Reading) -> tuple[str, ...]:
    """Return the blocks that are not great either, but lie within their error bound: their reading says nothing."""
    red = beyond(report)
    return tuple(name for name, x in report.blocks.items() if x >= GREAT and name not in red)
