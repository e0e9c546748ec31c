"""The picture of the bench: slices against ε, λ and dropout, the blocks, and how long both gradients are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from .parts import Blocks, Lengths, Marks
from .picture import MOVES, Picture
from .style import BEFORE, DIFFERENCE, DIFFERENCES, INK, LENGTHS, WHITE, banded, styled


class Slice:
    """Show the relative difference against one control: its curve, the present state, and the curve from before."""

    def __init__(self, axes: Axes, key: str, label: str, low: float, high: float, ticks: str):
        self.key, words, span = key, ticks.split(), high / low
        self.zero, left = low / span**0.15, low / span ** (0.22 if "0" in words else 0.04)
        axes.set(xscale="log", xlim=(left, high * span**0.04), xlabel=label)
        axes.set_xticks(self.on_axis([float(word) for word in words]), words)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.axvspan(low / span**0.08, low / span**0.04, color=WHITE, linewidth=0, zorder=1)  # here the axis breaks
        self.before = axes.plot([], [], ".", color=BEFORE, zorder=10, **MOVES)[0]
        self.curve = axes.plot([], [], ".", color=DIFFERENCE, zorder=11, **MOVES)[0]
        self.here = axes.plot([], [], "o", color=WHITE, ms=11, mec=INK, mew=2.2, zorder=12, **MOVES)[0]
        self.off = Marks(axes, size=20)

    def on_axis(self, x: Sequence[float] | np.ndarray) -> np.ndarray:
        """Give 0 its own place, left of the break."""
        return np.where(np.equal(x, 0), self.zero, x)

    def lay(self, line: Line2D, result: Any) -> None:
        """Draw a line through a result's curve, broken after 0; dots alone where each point is a draw of its own."""
        curve = result.curves[self.key]
        points = self.on_axis(curve.x), DIFFERENCES.place(curve.y)
        line.set_data(*(np.insert(values, np.count_nonzero(curve.x == 0), np.nan) for values in points))
        scattered = self.key in result.scattered
        line.set(linestyle="none" if scattered else "-", markersize=9 if scattered else 5)

    def move(self, result: Any) -> None:
        """Move to a result, and leave the curve from before it as pale marks."""
        self.lay(self.curve, result)
        self.before.set_visible(result.before is not None)
        if result.before is not None:
            self.lay(self.before, result.before)
        (x, y), curve = result.here[self.key], result.curves[self.key]
        self.here.set_data(self.on_axis([x]), DIFFERENCES.place([y]))
        x, y = np.append(curve.x, x), np.append(curve.y, y)
        off = (y < DIFFERENCES.low) | (y > DIFFERENCES.high)
        marks = [DIFFERENCES.mark(value) for value in y[off]]
        self.off.move(self.on_axis(x[off]), DIFFERENCES.place(y[off]), marks, DIFFERENCE, DIFFERENCE)


class BenchPicture(Picture):
    """Show how the relative difference moves with ε, λ and dropout, in each block, and how long both gradients are."""

    def __init__(self, block_names: Sequence[str], scale: float = 1):
        with styled():
            figure = Figure((9.6, 4), dpi=100 * scale, layout="constrained")
            *differences, lengths = figure.subplots(1, 5, width_ratios=(2.2, 1.75, 1.4, 1.75, 0.95))
            banded(*differences)
            LENGTHS.apply(lengths, "1e-6 1 1e6 1e12")
            lengths.yaxis.tick_right()
            eps, lam, drop, blocks = differences
            self.panels = (
                Slice(eps, "eps", "ε", 1e-12, 1, "1e-11 1e-7 1e-3"),
                Slice(lam, "lam", "λ", 1e-8, 1e4, "0 1e-6 1e-2 1e2"),
                Slice(drop, "drop", "dropped share\n1 − keep_prob", 1e-4, 0.7, "0 1e-3 0.5"),
                Blocks(blocks, block_names),
                Lengths(lengths),
            )
            super().__init__(figure)
