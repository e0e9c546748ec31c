"""The bench: a network on real digits, whose backprop, cost and checker can be broken while one watches the check.

State → compute → Result. What costs most is kept: a bug does not touch the nudged losses, ε does not touch the way
back, and λ is added to every nudged loss before two of them are subtracted, so that the round-off stays true.
"""

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from .. import bugs, data, nudge
from ..activations import ACTIVATIONS
from ..backprop import backprop
from ..check import SLIDE, Checker, Report, norm, score, step, unmoved
from ..forward import Layer, Terms, squared_norms
from ..network import Network, Plant, one_of
from ..plots import BenchPicture
from ..train import descend
from .controls import BugRow, Menu, Slider, stops
from .lab import Lab
from .words import finding, headline, lengths, table

MANY = stops(-12, 0, 1, 3), [0.0, *stops(-8, 4, 1)], [0.0, 1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7]
FEW = stops(-11, -1, 1)[::2], [0.0, 1e-6, 1e-3, 1.0, 1e3], [0.0, 1e-3, 1e-2, 0.1, 0.3, 0.7]

DATA = {
    "3 or 8, 4×4 pixels": lambda m: data.digits(3, 8, examples=m, side=4),
    "3 or 8, 8×8 pixels": lambda m: data.digits(3, 8, examples=m),
    "ten digits, 4×4 pixels": lambda m: data.digits(examples=m, side=4),
    "two moons": data.moons,
}
UNITS = [(), (6,), (6, 6), (16, 8), (6, 6, 6)]


def planted(name: str, layer: int, strength: float = 1.0, factor: float | None = None) -> Plant:
    """Return a bug with its factor written out, where it takes one."""
    return Plant(name, layer, float(strength), 2.0 if factor is None and bugs.find(name).takes_factor else factor)


@dataclass(frozen=True)
class State:
    """Hold all that the bench's controls say; the defaults are where it opens.

    A bug is (name, layer), (name, layer, strength) or (name, layer, strength, factor); `mistakes` names those of the
    cost and of the checker. The `steps` of training follow the right gradient at λ = 0.1 and keep_prob = 1, so that
    neither a bug nor λ moves θ. Raises ValueError for what cannot be.
    """

    eps: float = 1e-7
    lam: float = 0.1
    keep_prob: float = 1.0
    masks: str = "frozen"
    bugs: tuple[Plant, ...] = ()
    mistakes: tuple[str, ...] = ()
    hidden: str = "tanh"
    dtype: str = "float64"
    scale: float = 1.0
    bias: float = 0.0
    steps: int = 0
    seed: int = 0
    mask_seed: int = 0
    data: str = "3 or 8, 4×4 pixels"
    examples: int = 32
    units: tuple[int, ...] = (6, 6)

    def __post_init__(self):
        tidy = {"eps": step(self.eps), "lam": float(self.lam), "keep_prob": float(self.keep_prob)}
        tidy |= {"bugs": tuple(planted(*bug) for bug in self.bugs)}
        tidy |= {"mistakes": tuple(self.mistakes), "units": tuple(self.units)}
        for name, value in tidy.items():
            object.__setattr__(self, name, value)
        one_of("data", self.data, DATA)
        one_of("masks", self.masks, ("fresh", "frozen"))
        if self.steps != int(self.steps) or not 0 <= self.steps <= 300:
            raise ValueError(f"steps of training should be a whole number, 0 … 300; got {self.steps}")
        assert self.network and self.checker  # both raise where a name, a number or a bug cannot be

    @cached_property
    def start(self) -> "State":
        """This state as it opens, with what θ and the examples depend on and nothing else."""
        idle = ("eps", "lam", "keep_prob", "masks", "bugs", "mistakes")
        return replace(self, **{name: getattr(State, name) for name in idle})

    @cached_property
    def network(self) -> Network:
        """The network with its λ, its dropout, its bugs, and the mistakes in its cost."""
        X, Y = examples(self.data, self.examples)
        output = "sigmoid" if len(Y) == 1 else "softmax"
        network = Network((len(X), *self.units, len(Y)), self.hidden, output, self.lam, self.keep_prob, self.dtype)
        for plant in self.bugs:
            network = network.plant(*plant)
        for name in self.mistakes:
            network = network.plant(name) if bugs.find(name).family is Terms else network
        return network

    @cached_property
    def checker(self) -> Checker:
        """The checker, with its mistakes."""
        checker = SLIDE
        for name in self.mistakes:
            checker = bugs.plant(checker, name) if bugs.find(name).family is Checker else checker
        return checker

    @property
    def random(self) -> bool:
        """Whether each evaluation of J draws masks of its own."""
        return self.masks == "fresh" and self.keep_prob < 1

    @cached_property
    def theta(self) -> dict[str, np.ndarray]:
        """The parameters, after the steps of training."""
        path, ahead = training(replace(self.start, steps=0, mask_seed=0))
        while len(path) <= self.steps:
            path.append(next(ahead))
        return path[self.steps]


@lru_cache(8)
def examples(name: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return X and Y of a data set by its name in DATA."""
    return DATA[name](count)


@lru_cache(2)
def training(start: State) -> tuple[list, Iterator]:
    """Return the parameters at every step taken so far, and the way onward."""
    _, gradient = start.network.on(*examples(start.data, start.examples))
    return [], descend(gradient, start.network.initialise(start.seed, start.scale, start.bias))


# What is kept from move to move. All of it belongs to a start: the right network at θ, without its λ.


@lru_cache(64)
def layers(start: State, keep_prob: float) -> list[Layer]:
    """Return what the layers remember at θ, under the frozen mask."""
    network = replace(start.network, keep_prob=keep_prob)
    cost, _ = network.on(*examples(start.data, start.examples), masks="frozen", seed=start.mask_seed)
    return cost.layers(start.theta)


@lru_cache(64)
def losses(start: State, keep_prob: float, eps: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean losses at θ + ε eᵢ and at θ − ε eᵢ: each (ε, entries)."""
    _, Y = examples(start.data, start.examples)
    nudges = np.array([*eps, *(-e for e in eps)], dtype=start.dtype)
    return tuple(np.split(nudge.data_costs(layers(start, keep_prob), Y.astype(start.dtype), nudges), 2))


@lru_cache(8)
def squares(start: State, eps: tuple[float, ...]) -> tuple[list, list]:
    """Return ‖W[l]‖² of every layer at θ + ε eᵢ and at θ − ε eᵢ: each (ε, entries)."""
    plus, minus = (np.array(eps, dtype=start.dtype) * sign for sign in (1, -1))
    return tuple(nudge.squares(start.theta, start.network.L, nudges) for nudges in (plus, minus))


@lru_cache(64)
def loss(start: State, keep_prob: float) -> float:
    """Return the mean loss at θ."""
    c = layers(start, keep_prob)[-1]
    return c.activation.loss(c.Z, examples(start.data, start.examples)[1].astype(start.dtype)) / c.m


class Measured(NamedTuple):
    """Hold J(θ), dθ_approx and dθ for one or several ε: the last two are (ε, entries)."""

    J: float
    approx: np.ndarray
    exact: np.ndarray


def measure(state: State, eps: tuple[float, ...], lam: float, keep_prob: float) -> Measured:
    """Measure both gradients from what is kept."""
    start, network, checker, m = state.start, state.network, state.checker, state.examples
    kept = [c._replace(lam=lam) for c in layers(start, keep_prob)]
    norms = (*squares(start, eps), squared_norms(start.theta, network.L))  # at θ + ε, at θ − ε, and at θ
    means = (*losses(start, keep_prob, eps), loss(start, keep_prob))
    J_plus, J_minus, J = (mean + network.terms.decay(norm, lam, m) for mean, norm in zip(means, norms, strict=True))
    approx = checker.difference(J_plus, J_minus, J, np.array(eps)[:, None])
    exact = checker.order(backprop(examples(start.data, m)[1], kept, network.steps))
    return Measured(float(J), approx.astype(float), np.broadcast_to(exact.astype(float), approx.shape))


def measure_anew(state: State, eps: tuple[float, ...], lam: float, keep_prob: float) -> Measured:
    """Measure both gradients by evaluating J afresh at every nudge: for fresh masks, or a θ that is not restored."""
    network, checker, theta = replace(state.network, lam=lam, keep_prob=keep_prob), state.checker, state.theta
    several = []
    for e in eps:
        seed = (state.mask_seed, *np.float64([e, lam, keep_prob]).view(np.uint32).tolist())
        cost, gradient = network.on(*examples(state.data, state.examples), masks=state.masks, seed=seed)
        J = cost(theta)
        approx = checker.difference(*cost.nudged(theta, e, checker.restored), J, e)
        several.append((J, approx, checker.order(gradient(theta))))
    J, approx, exact = zip(*several, strict=True)
    return Measured(float(J[0]), np.array(approx, dtype=float), np.array(exact, dtype=float))


class Curve(NamedTuple):
    """Hold a slice through the present state: the relative difference y against one control x."""

    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Result:
    """Hold what the picture shows: a report where the student stands, and three slices through it."""

    state: State
    report: Report
    curves: dict[str, Curve]
    before: "Result | None" = None

    @property
    def scattered(self) -> bool:
        """Whether each point is a draw of its own."""
        return self.state.random

    @property
    def here(self) -> dict[str, tuple[float, float]]:
        """Where the student stands on each slice."""
        state, y = self.state, self.report.difference
        return {"eps": (state.eps, y), "lam": (state.lam, y), "drop": (dropped(state.keep_prob), y)}

    @property
    def blocks(self) -> dict[str, float]:
        """The reading of each block."""
        return self.report.blocks

    @property
    def floors(self) -> dict[str, float]:
        """What round-off alone explains, block by block."""
        return self.report.floors

    @property
    def lengths(self) -> tuple[float, float]:
        """‖dθ_approx‖ and ‖dθ‖."""
        return norm(self.report.approx), norm(self.report.gradient)

    @cached_property
    def hidden(self) -> list[str]:
        """Which bugs are planted and cannot be seen here, and behind what they hide."""
        state, said = self.state, []
        seen = [c._replace(lam=state.lam) for c in layers(state.start, state.keep_prob)]
        for name, layer, *_ in (*state.bugs, *((name, 1) for name in state.mistakes)):
            behind = bugs.find(name).hidden(seen[layer - 1])
            if behind:
                said.append(f"{name} hides: {behind}.")
        return said

    @property
    def caption(self) -> str:
        """The finding, in plain words."""
        fresh = (
            "<b>The masks are fresh:</b> J(θ + ε) and J(θ − ε) belong to two different networks, so dθ_approx comes "
            f"out {lengths(self.report)}, whatever backprop does. Each dot is a draw of its own."
        )
        said = [headline(self.report), fresh if self.state.random else finding(self.report), *self.hidden]
        if self.report.unmoved:
            said.append(f"ε is too small to move {self.report.unmoved} of the {self.report.approx.size} entries of θ.")
        return " ".join(said)


def dropped(keep_prob: float) -> float:
    """Return 1 − keep_prob as it was written: 0.1, not 0.09999999999999998."""
    return round(1 - keep_prob, 12)


def compute(state: State, before: Result | None = None) -> Result:
    """Check the network where the student stands, and along each of the three sliders with the other two held."""
    anew = state.random or state.checker.restored is not SLIDE.restored
    look, (eps, lam, drop) = (measure_anew, FEW) if anew else (measure, MANY)
    here = look(state, (state.eps,), state.lam, state.keep_prob)
    still = unmoved(state.theta, state.eps)
    report = Report(state.eps, here.J, here.approx[0], here.exact[0], state.theta, still, state.checker.quotient)

    def curve(stops: list[float], measured: Iterable[Measured], x: float) -> Curve:
        pairs = (pair for each in measured for pair in zip(each.approx, each.exact, strict=True))
        y = [score(*pair, state.checker.quotient) for pair in pairs]
        xs, ys = np.array([*stops, x]), np.array([*y, report.difference])
        order = xs.argsort(kind="stable")
        return Curve(xs[order], ys[order])

    curves = {
        "eps": curve(eps, [look(state, tuple(eps), state.lam, state.keep_prob)], state.eps),
        "lam": curve(lam, (look(state, (state.eps,), x, state.keep_prob) for x in lam), state.lam),
        "drop": curve(drop, (look(state, (state.eps,), state.lam, 1 - x) for x in drop), dropped(state.keep_prob)),
    }
    return Result(state, report, curves, before)


STYLE = """<style>
.gc-lab option[data-value^="%E2%9C%95"] { color: #949494; }
.gc-lab [role="status"] { font-size: 1.1em; line-height: 1.45; }
.gc-lab .widget-readout { min-width: 3.5em; }
.gc-lab .gc-both-ways .widget-readout { min-width: 10em; }
.gc-lab .widget-hbox { column-gap: 1em; }
.gc-lab pre { margin: 0; white-space: pre-wrap; }
.gc-lab .gc-tables { display: flex; flex-wrap: wrap; gap: 1em 2em; align-items: flex-start; }
.gc-lab td, .gc-lab th { padding: 0 0.6em; text-align: right; }
</style>"""


class Bench(Lab):
    """Join the bench's state to its sliders, its menu of bugs, and what is folded away."""

    name, State, compute = "bench", State, staticmethod(compute)

    def paint(self, result: Result) -> bytes:
        """Draw a result, on a new picture where the network has other blocks."""
        if self.names != list(result.blocks):
            self.names = list(result.blocks)
            self.panels = BenchPicture(self.names)
        return self.panels.update(result)

    def build(self) -> widgets.Widget:
        """Build the controls: three sliders, the masks and one bug in sight, the rest folded."""
        self.names, self.rows = [], []
        self.folded_rows, self.line, self.table, self.shared = widgets.VBox(), *(widgets.HTML() for _ in range(3))
        first = self.another_row()
        self.folded_rows.children = [self.another_row(), self.another_row()]
        keep_probs = [dropped(share) for share in MANY[2]]
        keep_prob = Slider("keep_prob", keep_probs, lambda p: f"{p:g}, drops {dropped(p):g}", "300px")
        keep_prob.add_class("gc-both-ways")
        sliders = [
            self.bind("eps", Slider("ε", stops(-12, 0, 1, 3), width="215px")),
            self.bind("lam", Slider("λ", [0.0, *stops(-8, 4, 1, 3)], width="215px")),
            self.bind("keep_prob", keep_prob),
            self.bind("masks", Menu("masks", ["frozen", "fresh"], str, "140px")),
        ]
        self.show_line = widgets.ToggleButton(description="show the line", layout=widgets.Layout(width="auto"))
        self.show_line.observe(lambda _: self.tell(), "value")
        folds = {
            "More bugs": self.folded_rows,
            "Mistakes in J and in the checker": self.mistake_boxes(),
            "Network, start and data": self.foundations(),
            "The picture as a table": self.table,
            "This state as a line of code, to share": self.shared,
        }
        self.folds = widgets.Accordion(list(folds.values()), titles=tuple(folds), selected_index=None)
        self.folds.observe(lambda _: self.tell(), "selected_index")
        buttons = [self.show_line, self.button("start again", self.afresh)]
        parts = [
            widgets.HTML(STYLE),
            in_rows(sliders),
            first,
            widgets.Box([self.picture], layout=widgets.Layout(overflow="auto")),
            self.caption,
            self.error,
        ]
        parts += [in_rows(buttons), self.line, self.folds]
        box = widgets.VBox(parts, layout=widgets.Layout(max_width="1000px"))
        box.add_class("gc-lab")
        return box

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
            if bug.family is not bugs.Steps:
                box = widgets.Checkbox(description=f"{name}: {bug.sentence}", indent=False)
                box.layout.width = "auto"
                self.mistakes[name] = self.follow(box, lambda _: {"mistakes": self.ticked()})
        return widgets.VBox(list(self.mistakes.values()))

    def foundations(self) -> widgets.Widget:
        """Build the controls for what θ and the examples depend on."""
        activation = Menu("activation", ACTIVATIONS, str, "200px")
        self.bound["hidden"] = activation
        # ReLU starts with small biases: at b = 0 an example can sit exactly on a corner, where no slope is right.
        self.follow(activation, lambda f: {"hidden": f, "bias": self.state.bias or (0.01 if f == "relu" else 0.0)})
        return in_rows(
            [
                self.bind("data", Menu("data", DATA, str, "260px")),
                self.bind("examples", Slider("examples m", [1, 2, 4, 8, 16, 32, 64])),
                self.bind("units", Menu("hidden units", UNITS, lambda n: "-".join(map(str, n)) or "none", "200px")),
                activation,
                self.bind("dtype", Menu("precision", ["float64", "float32"], str, "170px")),
                self.bind("scale", Slider("scale of W", [1e-3, 1e-2, 0.1, 0.3, 1.0, 2.0, 3.0, 10.0])),
                self.bind("bias", Slider("size of b", [0.0, 1e-3, 0.01, 0.1, 1.0])),
                self.bind("steps", Slider("training steps", [0, 1, 2, 5, 10, 20, 50, 100, 150, 200, 250, 300])),
                self.button("new random start", lambda: {"seed": self.state.seed + 1}),
                self.button("new masks", lambda: {"mask_seed": self.state.mask_seed + 1}),
            ]
        )

    def afresh(self) -> dict:
        """Empty the rows of bugs, and return the state in which the lab was opened."""
        self.showing = True
        for row in self.rows:
            row.show(None)
        self.showing = False
        return self.opening()

    def planted(self) -> tuple[Plant, ...]:
        """Return the bugs that the rows plant, the upper rows first."""
        network, plants = replace(self.state, bugs=()).network, []
        for row in self.rows:
            plant = row.plant(network)
            if plant:
                plants.append(plant)
                network = network.plant(*plant)
        return tuple(plants)

    def ticked(self) -> tuple[str, ...]:
        """Return the mistakes whose boxes are ticked."""
        return tuple(name for name, box in self.mistakes.items() if box.value)

    def show(self) -> None:
        """Bring the rows of bugs and the boxes of mistakes in line with the state."""
        while len(self.rows) < len(self.state.bugs):
            self.folded_rows.children = [*self.folded_rows.children, self.another_row()]
        if self.planted() != self.state.bugs:
            for row, plant in zip_longest(self.rows, self.state.bugs):
                row.show(plant)
        network = replace(self.state, bugs=()).network
        for row in self.rows:
            row.offer(network)
            plant = row.plant(network)
            network = network.plant(*plant) if plant else network
        for name, box in self.mistakes.items():
            box.value = name in self.state.mistakes
        self.tell()

    def tell(self) -> None:
        """Write what is asked for: the lines of the bugs, the table, the line of code."""
        with self.lock:
            names = [plant.name for plant in self.state.bugs] + list(self.state.mistakes)
            lines = "\n".join(bugs.diff(name) for name in names) or "No bug is planted."
            self.line.value = f"<pre>{html.escape(lines)}</pre>" if self.show_line.value else ""
            self.shared.value = f"<pre>{html.escape(self.code())}</pre>"
            if self.folds.selected_index == list(self.folds.children).index(self.table):
                self.table.value = table(self.result)


def in_rows(controls: list[widgets.Widget]) -> widgets.HBox:
    """Set controls side by side, in as many rows as they need."""
    return widgets.HBox(controls, layout=widgets.Layout(flex_flow="row wrap"))


def bench(**state) -> Bench:
    """Open the bench, in the state given: gc.labs.bench(eps=1e-3, bugs=[("no_decay", 2)]).

    The fields are those of `gc.labs.State`. Raises ValueError, or TypeError for a field that there is not.
    """
    return Bench(**state)
