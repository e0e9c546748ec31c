"""The detective's cases: what is hidden in each, which checks can be made, and which suspects they leave.

Forty are hidden in a network, ten in a layer; a world says what can be switched there, and who can be accused.

A suspect is judged by what the page shows and by nothing else: which blocks a check turns red, and by which factor.
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .. import data, layers
from ..checker.layer import random_upstream
from ..checker.params import to_vector
from ..checker.reading import Reading
from ..checker.report import check
from ..checker.slide import norm, two_sided
from ..checker.words import short
from ..network import bugs
from ..network.activations import ACTIVATIONS
from ..network.backprop import backprop, hidden_error, right_steps
from ..network.network import Network, one_of
from .listening import hear
from .result import beyond

SIZES = (16, 6, 6, 6, 1)
LAYERS = (1, 2, 3)  # the hidden ones
EPS = 1e-5  # where round-off and truncation are both small, also where λ is 1e4

Suspect = tuple[tuple[str, int], ...]  # the bugs it says are there, each with its layer, 0 in a world of one; or ()


class Setting(NamedTuple):
    """Say on what a check runs, in any world; by default on what no single bug can hide in."""

    lam: float = 0.1
    examples: int = 32
    keep_prob: float = 0.5
    hidden: str = "tanh"
    bias: float = 0.5
    upstream: str = "random"
    gain: str = "random"
    x: str = "any"
    mask: str = "looks back"
    Q: str = "random"
    windows: str = "overlap"

    def __repr__(self) -> str:
        here = tuple(self)
        return repr(here if here[5:] != Setting()[5:] else here[:5])  # of a network: what only a layer has is left out

    @property
    def switched(self) -> int:
        """How many things differ from where no bug can hide."""
        return sum(value != usual for value, usual in zip(self, Setting(), strict=True))

    @property
    def corner(self) -> bool:
        """Whether an example can sit exactly on a corner of ReLU, where J has no one slope: with b = 0."""
        return self.bias in ACTIVATIONS[self.hidden].corners


class Switch(NamedTuple):
    """Say what a switch is called, what it offers, the usual value first, and what the values are called."""

    word: str
    offers: tuple
    words: Callable = str


SWITCHES = {
    "lam": Switch("λ", (0.1, 0.0, 1e4), short),
    "examples": Switch("m", (32, 1)),
    "keep_prob": Switch("keep_prob", (0.5, 1.0), short),
    "hidden": Switch("activation", ("tanh", "relu", "sigmoid")),
    "bias": Switch("b", (0.5, 0.0), lambda b: "random" if b else "0"),
    "upstream": Switch("upstream", ("random", "ones", "centred")),
    "gain": Switch("gain", ("random", "ones")),
    "x": Switch("x", ("any", "normalised")),
    "mask": Switch("mask", ("looks back", "none")),
    "Q": Switch("Q", ("random", "K")),
    "windows": Switch("windows", ("overlap", "apart", "one entry")),
}


def setting(number: int, *values) -> Setting:
    """Return a setting of a case. Raises ValueError where it is not among those offered."""
    given, here = Setting(*values), case(number).world.switches
    for (name, switch), value in zip(SWITCHES.items(), given, strict=True):
        one_of(name, value, switch.offers)
        if name not in here and value != switch.offers[0]:
            raise ValueError(f"{name} cannot be switched in case {number}, which has the switches {', '.join(here)}")
    if given.corner:
        raise ValueError("at b = 0 an example can sit on a corner of ReLU, where J has no one slope; take bias=0.5")
    return given


def slope_from_A(dA, c):
    """Reads the slope off the activation A, which it takes in place of Z: for the sigmoid A(1 − A), and correct."""
    return dA * c.activation.slope_from_A(c.A)


INNOCENT: tuple = tuple((bugs.Bug("slope_from_A", hidden_error, slope_from_A), l) for l in LAYERS)


@dataclass(frozen=True, eq=False)
class World:
    """Say what cases are hidden in, the network or the layer of that name: its right equations, and its blocks.

    `switches` are the fields of a setting that can be switched there, `singles` the suspects of one line.
    """

    layer: str
    tables: tuple
    blocks: tuple[str, ...]
    switches: tuple[str, ...]
    singles: list[Suspect]

    @cached_property
    def settings(self) -> list[Setting]:
        """What can be checked."""
        offers = ((name in self.switches, switch.offers) for name, switch in SWITCHES.items())
        every = product(*(values if switched else values[:1] for switched, values in offers))
        return [at for at in map(Setting._make, every) if not at.corner]

    @property
    def lineup(self) -> list[str]:
        """Who can be accused."""
        return list(dict.fromkeys(name for ((name, _),) in self.singles))

    @property
    def layers(self) -> list[int]:
        """In which layers; 0 stands for the only one."""
        return sorted({l for ((_, l),) in self.singles})


class Case(NamedTuple):
    """Hold what is hidden: the bugs planted, whether the case is wild, and the threads in which somebody met them."""

    number: int
    world: World
    plants: Suspect
    wild: bool = False
    threads: tuple[str, ...] = ()

    @property
    def lines(self) -> int:
        """How many lines were replaced."""
        return max(1, len(self.plants))

    @property
    def runs(self) -> tuple:
        """What runs in place of right lines; where nothing is wrong, a line that is right in another way."""
        return self.plants or INNOCENT

    @property
    def suspects(self) -> tuple[Suspect, ...]:
        """All that may be wrong."""
        return suspects(self.lines, self.world)


HIDDEN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
PLANTS: dict[int, Suspect] = {int(n): tuple(map(tuple, plants)) for n, plants in HIDDEN["lines"].items()}
IN_LAYER = {int(n): layer for n, layer in HIDDEN["layers"].items()}
NUMBERS = range(1, 51)
WILD = range(5, 41, 5)  # the cases with a line of a public tutorial

SINGLES: list[Suspect] = [
    ((name, l),) for name in HIDDEN["lineup"] for l in LAYERS if not Network(SIZES, keep_prob=0.5).obstacle(name, l)
]
NETWORK = World(
    "",
    right_steps(len(SIZES) - 1),
    tuple(f"{letter}{l}" for l in range(1, len(SIZES)) for letter in "Wb"),
    ("lam", "examples", "keep_prob", "hidden", "bias"),
    SINGLES,
)


def in_layer(name: str, switches: list[str], lineup: list[str]) -> World:
    """Return the world of a layer."""
    layer = layers.LAYERS[name]
    blocks = tuple(block for block, value in layer.example().items() if value.dtype.kind == "f")
    return World(name, (layer.steps,), blocks, tuple(switches), [((bug, 0),) for bug in lineup])


WORLDS = {"": NETWORK} | {name: in_layer(name, **world) for name, world in HIDDEN["worlds"].items()}


@lru_cache
def case(number: int) -> Case:
    """Return a case by its number. Raises ValueError for a number that there is not."""
    if number not in NUMBERS:
        raise ValueError(f"case should be a whole number, {NUMBERS[0]} … {NUMBERS[-1]}; got {number!r}")
    world, plants = WORLDS[IN_LAYER.get(number, "")], PLANTS[number]
    threads = tuple(filter(None, (bugs.find(name).seen for name, _ in plants)))
    return Case(number, world, plants, number in WILD, threads if plants else tuple(HIDDEN["no_bug"]))


@lru_cache
def suspects(lines: int, world: World = NETWORK) -> tuple[Suspect, ...]:
    """Return all that may be wrong where one line was replaced, or two; one line may also be right."""
    if lines == 1:
        return ((), *world.singles)
    pairs = (tuple(sorted(a + b)) for a, b in combinations(world.singles, 2))
    return tuple(pair for pair in pairs if len({(bugs.find(name).slot, l) for name, l in pair}) == 2)


def suspect(number: int, plants: Iterable[tuple[str, int]]) -> Suspect:
    """Return the bugs of an accusation in order. Raises ValueError where they cannot be what a case hides."""
    accused, hidden = tuple(sorted((name, int(l)) for name, l in plants)), case(number)
    for name, l in accused:
        if ((name, l),) not in hidden.world.singles:
            raise ValueError(f"{named(name, l)} cannot be accused: {obstacle(hidden.world, name, l)}")
    if accused not in hidden.suspects:
        raise ValueError(f"lines replaced here, in different equations: {hidden.lines}; accused are {len(accused)}")
    return accused


def named(bug: str, l: int) -> str:
    """Name a bug where it is: "no_decay in layer 2"; the only layer goes without saying."""
    return f"{bug} in layer {l}" if l else bug


def obstacle(world: World, name: str, l: int) -> str:
    """Say why a bug cannot be accused there."""
    if name not in world.lineup:
        return "it is not in the line-up"
    if l in world.layers:
        return Network(SIZES).obstacle(name, l)
    return f'there is one layer only; say "{name}"' if world.layer else f'say its layer, 1, 2 or 3: ("{name}", 2)'


@lru_cache(None)
def steps(suspect: Suspect, right: tuple = NETWORK.tables) -> tuple:
    """Return the equations of all layers with the suspect's bugs in them."""
    tables = list(right)
    for name, l in suspect:
        tables[l - 1] = bugs.plant(tables[l - 1], name)  # the only one is also the last
    return tuple(tables)


@lru_cache(128)
def setup(number: int, at: Setting) -> Callable[[Sequence], Reading]:
    """Return what checks any equations at the θ of a case; its number seeds the examples, θ and the frozen masks."""
    if case(number).world.layer:
        return setup_layer(number, at)
    net = Network(SIZES, at.hidden, lam=at.lam, keep_prob=at.keep_prob)
    X, Y = data.digits(3, 8, examples=at.examples, side=4, seed=number)
    theta = net.initialise(number, bias=at.bias)
    cost, gradient = net.on(X, Y, masks="frozen", seed=number)
    J = float(cost(theta))
    approx = two_sided(*cost.nudged(theta, EPS), J, EPS)
    heard, remembered = hear(cost, gradient, theta).bars(approx, EPS, J), cost.layers(theta)
    return lambda tables: Reading(EPS, J, approx, to_vector(backprop(Y, remembered, tables)), theta, *heard)


WINDOWS: dict[str, dict] = {"overlap": {}, "apart": {"stride": 3}, "one entry": {"window": 1, "stride": 1}}


def setup_layer(number: int, at: Setting) -> Callable[[Sequence], Reading]:
    """Return the same for a case of a layer; its number seeds the inputs and the upstream."""
    layer = layers.LAYERS[case(number).world.layer]
    given: dict[str, Any] = layer.example(at.examples, number) | WINDOWS[at.windows]
    if "gain" in given and at.gain == "random":
        given["gain"] = np.random.default_rng(number).uniform(1.5, 3, 4)
    if at.x == "normalised":
        for _ in range(3):  # σ² is the variance plus 1e-5: so once brings σ near 1, and three times to the last digit
            given["x"] = layer.forward(given["x"], 1.0, 0.0)[0]
    if at.mask == "none":
        given["mask"] = np.ones_like(given["mask"])
    if at.Q == "K":
        given["Q"] = given["K"]
    out, cache = layer.forward(**given)
    R = random_upstream({"out": out}, number)["out"] if at.upstream != "ones" else np.ones_like(out)
    if at.upstream == "centred":
        R -= R.mean(cache.axis, keepdims=True)
    theta = {name: given[name] for name in case(number).world.blocks}
    found = check(
        lambda theta: float((layer.forward(**given | theta)[0] * R).sum()),
        lambda theta: layer.backward(R, layer.forward(**given | theta)[1]),
        theta,
        EPS,
    )
    cache = cache._replace(dout=R)
    heard = 2 * found.bars, found.noise  # with room for the last digits of another gradient than the right one
    return lambda tables: Reading(EPS, found.J, found.approx, to_vector(layer.back(R, cache, *tables)), theta, *heard)


def report(number: int, at: Setting, suspect: Suspect | None = None) -> Reading:
    """Check what the case hides, or what a suspect would be, in a setting."""
    hidden = case(number)
    return setup(number, at)(steps(hidden.runs if suspect is None else suspect, hidden.world.tables))


def mark(report: Reading, name: str) -> str:
    """Return what a check tells of one block: "" if it agrees, "×2" if it is twice what it should be, else "✕"."""
    if name not in beyond(report):
        return ""
    approx, exact = report.pairs[name]
    k = float(exact @ approx / (approx @ approx)) if approx.any() else 0.0
    times = abs(k - 1) > 0.01 and norm(exact - k * approx) <= 1e-3 * norm(exact)
    return f"×{k:.3g}".replace("-", "−") if times else "✕"


@lru_cache(2**14)
def seen(number: int, at: Setting, suspect: Suspect | None = None) -> tuple[str, ...]:
    """Return the mark of each block, for what the case hides or for what a suspect would be, in a setting."""
    found = report(number, at, suspect)
    return tuple(mark(found, name) for name in found.shapes)


@lru_cache(256)
def left(number: int, checks: tuple[Setting, ...]) -> tuple[Suspect, ...]:
    """Return the suspects who would have left the same marks in every check made."""
    if not checks:
        return case(number).suspects
    *before, last = checks
    wanted = seen(number, last)
    return tuple(s for s in left(number, tuple(before)) if seen(number, last, s) == wanted)


def right(number: int, suspect: Suspect) -> bool:
    """Tell whether an accusation is right: it names what is hidden, or what no check can tell from it."""
    alike = (seen(number, at, suspect) == seen(number, at) for at in case(number).world.settings)
    return suspect == case(number).plants or all(alike)


def next_check(number: int, suspects: tuple[Suspect, ...]) -> Setting | None:
    """Return the check that leaves fewest of the suspects, switching as few things as will do; None if none helps."""
    for switched in range(len(case(number).world.switches) + 1):
        worth = {}
        for at in (at for at in case(number).world.settings if at.switched == switched):
            groups = Counter(seen(number, at, suspect) for suspect in suspects)
            worth[at] = sum(size * size for size in groups.values())
        best = min(worth, key=lambda at: worth[at])
        if worth[best] < len(suspects) ** 2:
            return best
    return None


@lru_cache
def solved_with(number: int) -> tuple[Setting, ...]:
    """Return the checks of the kit's own detective, who starts with everything on and switches as little as will do."""
    checks: tuple[Setting, ...] = (Setting(),)
    while at := next_check(number, left(number, checks)):
        checks += (at,)
    return checks
