"""The state of the bench: all that its controls say, and the network, the checker and θ that follow from it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from numbers import Real
from typing import Any

import numpy as np

from .. import data
from ..checker.inputs import as_float, whole
from ..checker.slide import SLIDE, Checker
from ..network import bugs
from ..network.activations import ACTIVATIONS
from ..network.forward import Terms
from ..network.network import Network, Plant
from ..network.train import descend
from ..plots.bench import KEEP_PROBS
from .fields import Fields, button, kept, log_values, menu, number, positive, slider, whole_number

DATA = {
    "3 or 8, 4×4 pixels": lambda m: data.digits(3, 8, examples=m, side=4),
    "3 or 8, 8×8 pixels": lambda m: data.digits(3, 8, examples=m),
    "ten digits, 4×4 pixels": lambda m: data.digits(examples=m, side=4),
    "two moons": data.moons,
}


def several(name: str, values: Iterable) -> tuple:
    """Return several values, which are taken once. Raises ValueError for a single value, or a word in letters."""
    found = tuple(values) if isinstance(values, Iterable) and not isinstance(values, str) else None
    fits = {"bugs": tuple | list, "mistakes": str, "units": Real}[name]
    if found is None or not all(isinstance(value, fits) for value in found):
        wanted = {"bugs": '[("no_decay", 2)]', "mistakes": '["J_no_decay"]', "units": "[6, 6]"}[name]
        raise ValueError(f"{name} should be a list, such as {wanted}; got {values!r}")
    return found


def plant(bug: tuple) -> Plant:
    """Return a bug with its factor written out, where it takes one; a function is left for the network to plant.

    Raises ValueError where backprop has no such bug.
    """
    name, layer, strength, factor = Plant(*bug)
    if not callable(name):
        found = of_family(name, bugs.Steps)
        factor = found.factor if factor is None else factor
    layer = int(layer) if isinstance(layer, Real) and layer == layer // 1 else layer
    return Plant(name, layer, float(strength), factor if factor is None else float(factor))


def of_family(name: str | bugs.Bug, *families: type) -> bugs.Bug:
    """Return the bug of that name. Raises ValueError that says where it belongs if it is of none of these families."""
    found = bugs.find(name)
    if found.family in families:
        return found
    if found.family is bugs.Steps:
        raise ValueError(f"{name} is a bug of backprop: plant it in a layer, bugs=[({name!r}, 1)]")
    if found.family in (Terms, Checker):
        raise ValueError(f"{name} is a mistake of the cost or of the checker: mistakes=[{name!r}]")
    raise ValueError(f"{name} is a bug of a layer that has no J: gcl.labs.layers(bug={name!r})")


def layers(name: str, value) -> tuple[int, ...]:
    """Take the units of the hidden layers."""
    return tuple(whole(name, units) for units in several(name, value))


def in_words(units: tuple[int, ...]) -> str:
    """Write the units of the hidden layers: 6-6."""
    return "-".join(map(str, units)) or "none"


EPS, LAMBDAS = log_values(-12, 0, 1, 3), [0.0, *log_values(-6, 4, 1, 3)]
UNITS = [(), (6,), (6, 6), (16, 8), (6, 6, 6)]
STEPS = [0, 1, 2, 5, 10, 20, 50, 100, 150, 200, 250, 300]
SCALES, SIZES = [1e-3, 1e-2, 0.1, 0.3, 1.0, 2.0, 3.0, 10.0], [0.0, 1e-3, 0.01, 0.1, 1.0]


class BenchState(Fields):
    """Hold all that the bench's controls say; the defaults are where it opens.

    A bug is (name, layer), (name, layer, strength) or (name, layer, strength, factor), where a function of your own can
    stand for its name, as in `Network.plant`; `mistakes` names those of the cost and of the checker. The `steps` of
    training follow the right gradient at λ = 0.1 and keep_prob = 1, so that neither a bug nor λ moves θ. `bias` is 0
    unless given, for an activation with a corner at 0, as ReLU, 0.01: at b = 0 an example can sit exactly on it, where
    J has no one slope. Raises TypeError or ValueError for what cannot be.

    >>> gcl.labs.BenchState(keep_prob=0.8, masks="fresh").random
    True
    """

    eps: float = slider("ε", EPS, 1e-7, positive)
    lam: float = slider("λ", LAMBDAS, 0.1, number(0))
    keep_prob: float = slider("keep_prob", KEEP_PROBS, 1.0, as_float, "{:g}".format)
    masks: str = menu("masks", ["frozen", "fresh"], "frozen", width="140px")
    bugs: Sequence[Any] = kept((), lambda name, bugs: tuple(map(plant, several(name, bugs))))
    mistakes: Sequence[str] = kept((), several)
    hidden: str = menu("activation", ACTIVATIONS, "tanh", width="200px")
    dtype: str = menu("precision", ["float64", "float32"], "float64", width="170px")
    scale: float = slider("scale of W", SCALES, 1.0, number(0))
    bias: Any = slider("size of b", SIZES, None, lambda name, b: b if b is None else number(0)(name, b))
    steps: int = slider("training steps", STEPS, 0, whole_number(0, 300))
    seed: int = button("new random start", 0, whole, lambda seed: seed + 1)
    mask_seed: int = button("new masks", 0, whole, lambda seed: seed + 1)
    data: str = menu("data", DATA, "3 or 8, 4×4 pixels", width="260px")
    examples: int = slider("examples m", [1, 2, 4, 8, 16, 32, 64], 32, whole)
    units: tuple[int, ...] = menu("hidden units", UNITS, (6, 6), layers, in_words, "200px")

    def __post_init__(self):
        super().__post_init__()
        if self.bias is None:
            self.settle(bias=0.01 if 0.0 in ACTIVATIONS[self.hidden].corners else 0.0)
        self.checker  # noqa: B018  # raises where a mistake cannot be, as the network does where a bug cannot
        self.settle(bugs=tuple(plant(bug) for bug in self.network.plants if bug.layer is not None))

    @cached_property
    def start(self) -> "BenchState":
        """This state with all fields reset on which neither θ nor the examples depend."""
        idle = ("eps", "lam", "keep_prob", "masks", "bugs", "mistakes")
        opened = {name: getattr(BenchState, name) for name in idle}
        return self if all(getattr(self, name) == value for name, value in opened.items()) else replace(self, **opened)

    @cached_property
    def network(self) -> Network:
        """The network with its λ, its dropout, its bugs, and the mistakes in its cost."""
        X, Y = self.problem
        output = "sigmoid" if len(Y) == 1 else "softmax"
        network = Network((len(X), *self.units, len(Y)), self.hidden, output, self.lam, self.keep_prob, self.dtype)
        for bug in self.bugs:
            network = network.plant(*bug)
        for name in self.mistakes:
            of_family(name, Terms, Checker)
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
    def problem(self) -> tuple[np.ndarray, np.ndarray]:
        """X and Y."""
        return examples(self.data, self.examples, self.dtype)

    @cached_property
    def theta(self) -> dict[str, np.ndarray]:
        """The parameters, after the steps of training."""
        if self.start is not self:
            return self.start.theta
        path, ahead = training(replace(self, steps=0, mask_seed=0))
        while len(path) <= self.steps:
            path.append(next(ahead))
        return path[self.steps]

    @property
    def random(self) -> bool:
        """Whether each evaluation of J draws masks of its own."""
        return self.masks == "fresh" and self.keep_prob < 1

    @property
    def right(self) -> "BenchState":
        """This state without any bug or mistake."""
        return replace(self, bugs=(), mistakes=()) if self.bugs or self.mistakes else self

    @property
    def well_checked(self) -> "BenchState":
        """This state without the mistakes of the checker."""
        return replace(self, mistakes=[name for name in self.mistakes if bugs.find(name).family is not Checker])


@lru_cache(8)
def examples(name: str, count: int, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Return X and Y of a data set by its name in DATA."""
    X, Y = (array.astype(dtype) for array in DATA[name](count))
    X.flags.writeable = Y.flags.writeable = False  # they are shared by all labs
    return X, Y


@lru_cache(2)
def training(start: BenchState) -> tuple[list, Iterator]:
    """Return the parameters at every step taken so far, and an iterator over the next ones."""
    _, gradient = start.network.on(*start.problem)
    return [], descend(gradient, start.network.initialise(start.seed, start.scale, start.bias))
