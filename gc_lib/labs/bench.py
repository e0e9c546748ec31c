"""The bench: a network on real digits, whose backprop, cost and checker can be broken while one watches the check."""

import html
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest

import ipywidgets as widgets

from ..network import bugs
from ..network.network import Network, Plant
from ..plots.bench import bench_picture
from .controls import WHOLE, Change, Menu, Slider, Toggle, in_rows, label
from .entries import OfBlocks
from .fields import log_values
from .slices import Result, anew, compute, glimpse, slow
from .state import BenchState

FOLDED = "data", "examples", "units", "hidden", "dtype", "scale", "bias", "steps", "seed", "mask_seed"


class BugRow:
    """A row of controls that plants one bug in backprop: which, in which layer, how strong and with which factor.

    A bug of the student's `own`, once shown, stays in its menu.
    """

    def __init__(self):
        self.own: list[bugs.Bug] = []
        self.bug = Menu("bug", [""], label, width=WHOLE)
        self.layer = Menu("layer", [1], words=str, width="95px")
        self.strength = Slider("strength", log_values(-8, 0, 1, 3), width="220px")
        self.factor = Slider("factor", [-2, -1, 0, 0.5, 0.9, 1.1, 1.5, 2, 3, 4, 10], width="220px")
        self.show(None)
        self.controls = (self.bug, self.layer, self.strength, self.factor)
        self.where = in_rows([self.layer, self.strength, self.factor])
        self.box = widgets.VBox([self.bug, self.where])

    def plant(self, network: Network) -> Plant | None:
        """Return what the row plants in this network; None where it names no bug, or one that cannot be planted."""
        name, layer = self.bug.value, self.layer.value
        if not name or network.obstacle(name, layer):
            return None
        return Plant(name, layer, self.strength.value, None if bugs.find(name).factor is None else self.factor.value)

    def show(self, plant: Plant | None) -> None:
        """Set the row to a bug, or to none."""
        plant = plant or Plant("", 1)
        if isinstance(plant.name, bugs.Bug) and plant.name not in self.own:
            self.own.append(plant.name)
            self.bug.options = [*self.bug.options, (str(plant.name), plant.name)]
        self.bug.show(plant.name)
        self.layer.show(plant.layer)
        self.strength.show(plant.strength)
        self.factor.show(2 if plant.factor is None else plant.factor)

    def offer(self, network: Network) -> None:
        """List the layers, and every bug: those that cannot be planted in that layer of the network with the reason."""
        name, layer = self.bug.value, min(self.layer.value, network.L)
        self.layer.relist([(str(l), l) for l in range(1, network.L + 1)], layer)
        names: list = ["", *self.own, *(n for n, bug in bugs.CATALOGUE.items() if bug.family is bugs.Steps)]
        reasons = {n: network.obstacle(n, layer) if n else "" for n in names}
        self.bug.relist([(label(n, reason), n) for n, reason in reasons.items()], name)
        self.strength.disabled = not name
        self.factor.disabled = not name or bugs.find(name).factor is None


class Bench(OfBlocks):
    """Open the bench, in the state given; its fields are those of `gcl.labs.BenchState`.

    >>> print(gcl.labs.bench(eps=1e-3, bugs=[("no_decay", 2)]))
    Relative difference 2.1e-2: worry. W2 disagrees. W2: 3.6e-2. All other blocks agree.
    """

    State, View, compute, room = BenchState, bench_picture, compute, 420

    def results(self, state: BenchState, before: Result | None) -> Iterator[Result]:
        """Yield the result; where the slices take long, first the check alone."""
        kept = self.state.start == state.start and self.state.keep_prob == state.keep_prob
        if before and slow(state) and (anew(state, state.keep_prob) or not kept):
            yield replace(glimpse(state, before), curves=self.result.curves, following=True)
        yield compute(state, before)

    def build(self) -> widgets.Widget:
        """Build the page: three sliders, the masks and one bug in sight, the rest folded."""
        self.rows: list[BugRow] = []
        self.folded_rows, self.line = widgets.VBox(), widgets.HTML()
        first = self.another_row()
        self.rows[0].where.children += (*self.controls("eps", "lam", "keep_prob", "masks"),)
        self.folded_rows.children = [self.another_row(), self.another_row()]
        self.show_line = Toggle("show the line")
        self.show_line.observe(lambda _: self.tell(), "value")
        folds = {
            "More bugs": self.folded_rows,
            "Mistakes in J, in the checker": self.mistake_boxes(),
            "Network, start and data": in_rows(self.controls(*FOLDED)),
        }
        return self.page([first], buttons=[self.show_line], folds=folds, below=[self.line])

    def means(self, field: str, value) -> dict:
        """Return the fields that a control stands for; at b = 0, an activation brings the bias that suits it."""
        return {field: value} | ({"bias": self.state.bias or None} if field == "hidden" else {})

    def another_row(self) -> widgets.Widget:
        """Build one more row that plants a bug."""
        row = BugRow()
        self.rows.append(row)
        for control in row.controls:
            self.follow(control, lambda _: {"bugs": self.planted()})
        return row.box

    def mistake_boxes(self) -> widgets.Widget:
        """Build a box to tick for every mistake in the cost and in the checker."""
        self.mistakes = {}
        for name, bug in bugs.CATALOGUE.items():
            if bug.family in (bugs.Terms, bugs.Checker):
                box = widgets.Checkbox(indent=False, layout=widgets.Layout(width="auto"))
                self.mistakes[name] = self.follow(box, lambda _: {"mistakes": self.ticked()})
        return widgets.VBox(list(self.mistakes.values()))

    def afresh(self) -> dict:
        """Empty the rows of bugs, and return the state in which the lab was opened."""
        return self.emptied(*self.rows) | self.opening()

    def emptied(self, *rows: BugRow) -> dict:
        """Empty rows of bugs, and return the bugs that the others plant."""
        self.showing = True
        for row in rows:
            row.show(None)
        self.showing = False
        return {"bugs": self.planted()}

    def planted(self) -> tuple[Plant, ...]:
        """Return the bugs that the rows plant, the upper rows first."""
        return tuple(plant for _, plant in self.planting())

    def planting(self) -> Iterator[tuple[BugRow, Plant]]:
        """Yield every row that plants a bug, and the bug."""
        network = self.state.right.network
        for row in self.rows:
            plant = row.plant(network)
            if plant:
                yield row, plant
                network = network.plant(*plant)

    def changes(self) -> Iterator[Change]:
        """Yield the bugs, the mistakes, and what else is changed."""
        for row, plant in self.planting():
            yield self.change(row.bug, f"{plant.name} in layer {plant.layer}", lambda row=row: self.emptied(row))
        for name in self.state.mistakes:
            others = tuple(other for other in self.state.mistakes if other != name)
            yield self.change(self.mistakes[name], name, lambda others=others: {"mistakes": others})
        yield from super().changes()

    def ticked(self) -> tuple[str, ...]:
        """Return the mistakes whose boxes are ticked."""
        return tuple(name for name, box in self.mistakes.items() if box.value)

    def show(self) -> None:
        """Show the bugs and the mistakes of the state in their rows and boxes."""
        while len(self.rows) < len(self.state.bugs):
            self.folded_rows.children = [*self.folded_rows.children, self.another_row()]
        if self.planted() != self.state.bugs:
            for row, plant in zip_longest(self.rows, self.state.bugs):
                row.show(plant)
        network = self.state.right.network
        for name, box in self.mistakes.items():
            found = bugs.find(name)
            reason = network.obstacle(name) if found.family is bugs.Terms else ""
            box.value, box.disabled = name in self.state.mistakes, bool(reason)
            box.description = f"{name}: {reason or found.sentence}"
        for row in self.rows:
            row.offer(network)
            plant = row.plant(network)
            network = network.plant(*plant) if plant else network

    def tell(self) -> None:
        """Write what is asked for: the lines of the bugs, and what is unfolded."""
        with self.lock:
            self.line.value = f"<pre>{html.escape(self.lines())}</pre>" if self.show_line.value else ""
            super().tell()

    def lines(self) -> str:
        """Return the right and the wrong line of every bug planted."""
        names = [plant.name for plant in self.state.bugs] + list(self.state.mistakes)
        return "\n".join(bugs.diff(name) for name in names) or "No bug is planted."
