"""The state of the bench: all that its controls say, and the network, the checker and θ that follow from it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from .. import data
from ..checker.inputs import above_zero, whole
from ..checker.slide import SLIDE, Checker
from ..network import bugs
from ..network.activations import ACTIVATIONS
from ..network.forward import Terms
from ..network.network import Network, Plant, one_of
from ..network.train import descend

DATA = {
    "3 or 8, 4×4 pixels": lambda m: data.digits(3, 8, examples=m, side=4),
    "3 or 8, 8×8 pixels": lambda m: data.digits(3, 8, examples=m),
    "ten digits, 4×4 pixels": lambda m: data.digits(examples=m, side=4),
    "two moons": data.moons,
}


@dataclass(frozen=True)
class BenchState:
    """Hold all that the bench's controls say; the defaults are where it opens.

    A bug is (name, layer), (name, layer, strength) or (name, layer, strength, factor); `mistakes` names those of the
    cost and of the checker. The `steps` of training follow the right gradient at λ = 0.1 and keep_prob = 1, so that
    neither a bug nor λ moves θ. `bias` is 0 unless given, for an activation with a corner at 0, as ReLU, 0.01: at b = 0
    an example can sit exactly on it, where no slope is right. Raises ValueError for what cannot be.
    """

    eps: float = 1e-7
    lam: float = 0.1
    keep_prob: float = 1.0
    masks: str = "frozen"
    bugs: Sequence[Any] = ()
    mistakes: Sequence[str] = ()
    hidden: str = "tanh"
    dtype: str = "float64"
    scale: float = 1.0
    bias: Any = None
    steps: int = 0
    seed: int = 0
    mask_seed: int = 0
    data: str = "3 or 8, 4×4 pixels"
    examples: int = 32
    units: tuple[int, ...] = (6, 6)

    def __post_init__(self):
        corner = 0.0 in ACTIVATIONS[one_of("hidden", self.hidden, ACTIVATIONS)].corners
        bias = (0.01 if corner else 0.0) if self.bias is None else float(self.bias)
        tidy = {"eps": above_zero(self.eps), "lam": float(self.lam), "keep_prob": float(self.keep_prob)}
        units = tuple(whole("units", n) for n in several("units", self.units))
        tidy |= {"bias": bias, "scale": float(self.scale), "units": units}
        tidy |= {name: whole(name, getattr(self, name)) for name in ("steps", "seed", "mask_seed", "examples")}
        tidy |= {"bugs": tuple(map(plant, several("bugs", self.bugs))), "mistakes": several("mistakes", self.mistakes)}
        for name, value in tidy.items():
            object.__setattr__(self, name, value)
        one_of("data", self.data, DATA)
        one_of("masks", self.masks, ("fresh", "frozen"))
        if not 0 <= self.steps <= 300:
            raise ValueError(f"steps of training should be a whole number, 0 … 300; got {self.steps}")
        for name in self.mistakes:
            if bugs.find(name).family is bugs.Steps:
                raise ValueError(f"{name} is a bug of backprop: plant it in a layer, bugs=[({name!r}, 1)]")
        for name in ("scale", "bias"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} should be a finite number, 0 or more; got {getattr(self, name)}")
        self.network, self.checker  # noqa: B018  # both raise where a name, a number or a bug cannot be

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


def several(name: str, values: Iterable) -> tuple:
    """Return several values, which are taken once. Raises ValueError for a single value, or a word in letters."""
    found = tuple(values) if isinstance(values, Iterable) and not isinstance(values, str) else None
    if found is None or any(isinstance(value, str) != (name == "mistakes") for value in found):
        wanted = {"bugs": '[("no_decay", 2)]', "mistakes": '["J_no_decay"]', "units": "[6, 6]"}[name]
        raise ValueError(f"{name} should be a list, such as {wanted}; got {values!r}")
    return found


def plant(bug: tuple) -> Plant:
    """Return a bug with its factor written out, where it takes one. Raises ValueError where backprop has none such."""
    name, layer, strength, factor = Plant(*bug)
    found = bugs.find(name)
    if found.family is not bugs.Steps:
        raise ValueError(f"{name} is a mistake of the cost or of the checker: mistakes=[{name!r}]")
    factor = 2.0 if factor is None and found.takes_factor else factor
    layer = layer if layer is None or layer != layer // 1 else int(layer)
    return Plant(name, layer, float(strength), factor if factor is None else float(factor))


@lru_cache(8)
def examples(name: str, count: int, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Return X and Y of a data set by its name in DATA."""
    X, Y = DATA[name](count)
    return X.astype(dtype), Y.astype(dtype)


@lru_cache(2)
def training(start: BenchState) -> tuple[list, Iterator]:
    """Return the parameters at every step taken so far, and an iterator over the next ones."""
    _, gradient = start.network.on(*start.problem)
    return [], descend(gradient, start.network.initialise(start.seed, start.scale, start.bias))
