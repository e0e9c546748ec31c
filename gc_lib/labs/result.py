"""What a lab computes from its state and its picture shows: a result, of one check, or of several."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from ..checker.reading import Reading
from ..checker.slide import GREAT, band
from ..checker.words import html_table, in_lines, short
from ..plots.style import BANDS, INK
from .fields import Frozen


class Curve(NamedTuple):
    """Hold the relative difference y against one control x."""

    x: np.ndarray
    y: np.ndarray


class Headline(NamedTuple):
    """Hold a finding in one line: what was found in a few words; and of a check, its number and its band's word."""

    gist: str
    number: str = ""
    band: str = ""

    @property
    def html(self) -> str:
        """The line as HTML: the band on its tint, with its mark, and the number."""
        if not self.band:
            return html.escape(self.sentence)
        looks = next(each for each in BANDS if each.word == self.band)
        style = f"background: {looks.tint}; color: {INK}"  # which a page without our CSS needs as well
        chip = f'<span class="gc-band" style="{style}">{SIGNS[self.band]} {self.band}</span>'
        return f"{chip} <b>{self.number}</b> · {html.escape(self.gist)}"

    @property
    def sentence(self) -> str:
        """What was found, as a sentence without its full stop; a name at its beginning, b1 or keep_prob, stays."""
        plain = re.match("[a-z]{2,}[ ,:-]|[a-z]{2,}$", self.gist)
        return self.gist[0].upper() + self.gist[1:] if plain else self.gist

    def __str__(self) -> str:
        return f"Relative difference {self.number}: {self.band}. {self.sentence}." if self.band else f"{self.sentence}."


SIGNS = {"great": "●", "look": "◆", "worry": "✕"}  # as on the bars


class Shown(Frozen):
    """Hold what the picture of a state shows, and `before`, the result that its pale marks show.

    `in_short` returns the finding in one line, `said` yields what else there is to say in plain words, `tables` what
    the picture shows, in HTML; `names` are those of the blocks that the picture has bars of. `curves`, if there are
    any, are readings along fields of the state. In one that is `scattered`, each point is a draw of its own. While new
    curves are `following`, the old ones stand.
    """

    state: Any
    before: Any = field(default=None, kw_only=True)
    curves: dict[str, Curve] = field(default_factory=dict, kw_only=True)
    following: bool = field(default=False, kw_only=True)
    scattered: ClassVar[tuple[str, ...]] = ()
    names = ()

    in_short: ClassVar[Callable[[Any], Headline]]
    said: ClassVar[Callable[[Any], Iterator[str]]]
    tables: ClassVar[Callable[[Any], Iterator[str]]]

    @cached_property
    def headline(self) -> Headline:
        """The finding, in one line."""
        return self.in_short()

    @cached_property
    def caption(self) -> str:
        """What is to be said beside the headline, in plain words."""
        return " ".join(filter(None, self.said()))

    @property
    def table(self) -> str:
        """The picture as tables."""
        return "".join(self.tables())

    @property
    def words(self) -> str:
        """Headline and caption as plain text."""
        return f"{self.headline} {html.unescape(re.sub('<[^>]*>', '', self.caption))}".strip()

    def __str__(self) -> str:
        return in_lines(self.words)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        """Show the finding where a cell ends on a result."""
        return {"text/plain": str(self)}


class OfReport(Shown):
    """Hold the check where the student stands."""

    report: Any

    @property
    def blocks(self) -> dict[str, float]:
        """The reading of each block."""
        return self.report.blocks

    @property
    def bounds(self) -> dict[str, float]:
        """What the error bars alone explain, block by block."""
        return self.report.bounds

    @property
    def names(self) -> list[str]:
        """The names of the blocks."""
        return list(self.blocks)

    @property
    def here(self) -> dict[str, tuple[float, float]]:
        """Where the student stands on each curve."""
        return {name: (getattr(self.state, name), self.report.difference) for name in self.curves}

    def tables(self) -> Iterator[str]:
        """Write each block and each curve as a table."""
        both = ((name, x, self.bounds[name]) for name, x in self.blocks.items() if not np.isnan(x))
        rows = [(name, short(x, 2), short(bound, 2), band(x)) for name, x, bound in both]
        yield html_table(["block", "reading", "error bound", ""], rows, named=True)
        for along, curve in self.curves.items():
            yield curve_table([along, "relative difference"], curve)


class Bars(OfReport):
    """Hold one of several checks, as a panel of bars shows it."""

    @property
    def bounds(self) -> dict[str, float]:
        """What the error bars alone explain; where no nudge moves J in any digit, nothing."""
        return super().bounds if self.report.approx.any() else dict.fromkeys(self.blocks, 0.0)


class OfReports(Shown):
    """Hold several checks, each for a panel of bars; `here` is where the student stands on each curve."""

    reports: dict[str, Reading]
    here: dict[str, tuple[float, float]]

    @cached_property
    def bars(self) -> dict[str, Bars]:
        """What each panel of bars shows."""
        before = self.before.bars if self.before else {}
        return {key: Bars(self.state, report, before=before.get(key)) for key, report in self.reports.items()}


def curve_table(head: Sequence[str], *curves: Curve) -> str:
    """Write curves of readings over the same x as a table."""
    along = zip(curves[0].x, *(curve.y for curve in curves), strict=True)
    return html_table(head, [(short(x), *(short(y, 2) for y in readings)) for x, *readings in along])


def beyond(report: Reading) -> tuple[str, ...]:
    """Return the blocks that are not great, and farther off than their error bars explain."""
    return tuple(name for name, x in report.blocks.items() if not (x < GREAT or x <= report.bounds[name]))


def unheard(report: Reading) -> tuple[str, ...]:
    """Return the blocks that are not great either, but lie within their error bound: no sign of a bug."""
    red = beyond(report)
    return tuple(name for name, x in report.blocks.items() if x >= GREAT and name not in red)
