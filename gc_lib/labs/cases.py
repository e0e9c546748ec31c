"""The detective's cases: what is hidden in each, which checks can be made, and which suspects they leave.

A suspect is judged by what the page shows and by nothing else: which blocks a check turns red, and by which factor.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from .. import data
from ..checker.params import to_vector
from ..checker.reading import Reading
from ..checker.slide import norm, two_sided
from ..network import bugs
from ..network.activations import ACTIVATIONS
from ..network.backprop import Steps, backprop, hidden_error, right_steps
from ..network.forward import Layer
from ..network.network import Network
from .listening import hear
from .result import beyond

SIZES = (16, 6, 6, 6, 1)
LAYERS = (1, 2, 3)  # the hidden ones
EPS = 1e-5  # where round-off and truncation are both small, also where λ is 1e4

Suspect = tuple[tuple[str, int], ...]  # the bugs that it says are there, each with its layer; () for none


class Setting(NamedTuple):
    """Say on what a check runs; by default on a network in which no single bug can hide."""

    lam: float = 0.1
    examples: int = 32
    keep_prob: float = 0.5
    hidden: str = "tanh"
    bias: float = 0.5

    def __repr__(self) -> str:
        return repr(tuple(self))

    @property
    def switched(self) -> int:
        """How many things differ from where no bug can hide."""
        return sum(value != usual for value, usual in zip(self, Setting(), strict=True))

    @property
    def corner(self) -> bool:
        """Whether an example can sit exactly on a corner of ReLU, where J has no one slope: with b = 0."""
        return self.bias in ACTIVATIONS[self.hidden].corners


OFFERED = {
    "lam": (0.1, 0.0, 1e4),
    "examples": (32, 1),
    "keep_prob": (0.5, 1.0),
    "hidden": ("tanh", "relu", "sigmoid"),
    "bias": (0.5, 0.0),
}
SETTINGS = [at for at in map(Setting._make, product(*OFFERED.values())) if not at.corner]


def setting(*values) -> Setting:
    """Return a setting. Raises ValueError where it is not among those offered."""
    given = Setting(*values)
    for (name, allowed), value in zip(OFFERED.items(), given, strict=True):
        if value not in allowed:
            raise ValueError(f"{name} should be one of {', '.join(map(repr, allowed))}; got {value!r}")
    if given.corner:
        raise ValueError("at b = 0 an example can sit on a corner of ReLU, where J has no one slope; take bias=0.5")
    return given


def slope_from_A(dA, c):
    """Reads the slope off the activation A, which it takes in place of Z: for the sigmoid A(1 − A), and correct."""
    return dA * c.activation.slope_from_A(c.A)


class Case(NamedTuple):
    """Hold what is hidden: the bugs planted, whether the case is wild, and the threads in which somebody met them."""

    number: int
    plants: Suspect
    wild: bool = False
    threads: tuple[str, ...] = ()

    @property
    def lines(self) -> int:
        """How many lines were replaced."""
        return max(1, len(self.plants))


NO_BUG = (
    "https://github.com/PacktPublishing/Neural-Network-Projects-with-Python/issues/4",
    "https://github.com/iamtrask/iamtrask.github.io/issues/12",
)
PLANTS: dict[int, Suspect] = {  # what each case hides; no version of the kit changes it
    1: (("sigmoid_slope", 2),),
    2: (("db_decayed", 2),),
    3: (("no_decay", 2),),
    4: (("slope_at_dropped_A", 1),),
    5: (("dW_no_mean", 2),),
    6: (("sigmoid_slope", 1),),
    7: (("decay_not_over_m", 3),),
    8: (("db_zero", 3), ("no_decay", 1)),
    9: (("db_first_example", 2),),
    10: (("slope_at_A", 1),),
    11: (("scaled_db", 3),),
    12: (("dW_no_mean", 3), ("no_mask", 1)),
    13: (("half_decay", 2),),
    14: (("slope_at_A", 3),),
    15: (("decay_subtracted", 3),),
    16: (("half_decay", 1),),
    17: (("dA_doubled", 3), ("no_keep_prob", 2)),  # one undoes what the other does, at keep_prob = 0.5
    18: (("slope_at_A", 2),),
    19: (("db_decayed", 3),),
    20: (),  # a line that is no bug
    21: (("activation_for_slope", 1),),
    22: (("db_no_mean", 3), ("slope_at_A", 2)),
    23: (("neighbour_mask", 2),),
    24: (("decay_not_over_m", 1),),
    25: (("own_A", 3),),
    26: (("neighbour_mask", 1),),
    27: (("W_not_transposed", 3),),
    28: (("db_decayed", 1), ("half_decay", 2)),
    29: (("no_slope", 1),),
    30: (("W_updated_first", 2),),
    31: (("neighbour_mask", 3),),
    32: (("db_one_sum", 2),),
    33: (("dA_doubled", 3), ("no_keep_prob", 1)),  # as in case 17
    34: (("no_decay", 3),),
    35: (("db_one_sum", 1),),
    36: (("no_mask", 3),),
    37: (("decay_not_over_m", 2),),
    38: (("decay_subtracted", 2), ("sigmoid_slope", 1)),
    39: (("no_keep_prob", 1),),
    40: (("no_mask", 2),),
}
NUMBERS = range(1, 41)
WILD = range(5, 41, 5)  # the cases with a line of a public tutorial

LINEUP = """
    no_slope slope_at_A sigmoid_slope activation_for_slope slope_at_dropped_A
    no_decay half_decay decay_not_over_m decay_subtracted dW_no_mean own_A last_example_dropped scaled_dW
    db_no_mean db_first_example db_zero db_decayed db_one_sum scaled_db
    W_not_transposed dA_doubled W_updated_first no_W
    no_mask no_keep_prob neighbour_mask
""".split()  # who can be accused; a bug that the catalogue gains is not among them
SINGLES: list[Suspect] = [
    ((name, l),) for name in LINEUP for l in LAYERS if not Network(SIZES, keep_prob=0.5).obstacle(name, l)
]


@lru_cache
def case(number: int) -> Case:
    """Return a case by its number. Raises ValueError for a number that there is not."""
    if number not in NUMBERS:
        raise ValueError(f"case should be a whole number, {NUMBERS[0]} … {NUMBERS[-1]}; got {number!r}")
    plants = PLANTS[number]
    threads = tuple(filter(None, (bugs.find(name).seen for name, _ in plants)))
    return Case(number, plants, number in WILD, threads if plants else NO_BUG)


@lru_cache
def suspects(lines: int) -> tuple[Suspect, ...]:
    """Return all that may be wrong where one line was replaced, or two; one line may also be right."""
    if lines == 1:
        return ((), *SINGLES)
    pairs = (tuple(sorted(a + b)) for a, b in combinations(SINGLES, 2))
    return tuple(pair for pair in pairs if len({(bugs.find(name).slot, l) for name, l in pair}) == 2)


def suspect(number: int, plants: Iterable[tuple[str, int]]) -> Suspect:
    """Return the bugs of an accusation in order. Raises ValueError where they cannot be what a case hides."""
    accused, lines = tuple(sorted((name, int(l)) for name, l in plants)), case(number).lines
    for name, l in accused:
        if ((name, l),) not in SINGLES:
            found = name in LINEUP and l in LAYERS
            why = Network(SIZES).obstacle(name, l) if found else "it is not in the line-up"
            raise ValueError(f"{name} cannot be accused in layer {l}: {why}")
    if accused not in suspects(lines) and lines == 2:
        raise ValueError("two lines were replaced here: accuse two, in different equations")
    if accused not in suspects(lines):
        raise ValueError(f"only one line was replaced here; accused are {len(accused)}")
    return accused


@lru_cache(None)
def steps(suspect: Suspect) -> tuple[Steps, ...]:
    """Return the equations of all layers with the suspect's bugs in them."""
    tables = list(right_steps(len(SIZES) - 1))
    for name, l in suspect:
        tables[l - 1] = bugs.plant(tables[l - 1], name)
    return tuple(tables)


def hidden_steps(hidden: Case) -> tuple[Steps, ...]:
    """Return the equations that a case runs; where nothing is wrong, with one that is written in another way."""
    right = steps(hidden.plants)
    if hidden.plants:
        return right
    return tuple(table._replace(dZ=slope_from_A) if table.dZ is hidden_error else table for table in right)


class Setup(NamedTuple):
    """Hold what a check of any gradient at one θ needs: what the layers remember, and dθ_approx.

    `bars` are its error bars, and `noise` is how much of them is noise of J.
    """

    theta: dict[str, np.ndarray]
    Y: np.ndarray
    layers: list[Layer]
    J: float
    approx: np.ndarray
    bars: np.ndarray
    noise: np.ndarray

    def gradient(self, tables: Sequence[Steps]) -> np.ndarray:
        """Return dθ by these equations, as a vector."""
        return to_vector(backprop(self.Y, self.layers, tables))


@lru_cache(128)
def setup(number: int, at: Setting) -> Setup:
    """Return what a case runs on in a setting; its number seeds the examples, θ and the frozen masks."""
    net = Network(SIZES, at.hidden, lam=at.lam, keep_prob=at.keep_prob)
    X, Y = data.digits(3, 8, examples=at.examples, side=4, seed=number)
    theta = net.initialise(number, bias=at.bias)
    cost, gradient = net.on(X, Y, masks="frozen", seed=number)
    J = float(cost(theta))
    approx = two_sided(*cost.nudged(theta, EPS), J, EPS)
    return Setup(theta, Y, cost.layers(theta), J, approx, *hear(cost, gradient, theta).bars(approx, EPS, J))


def report(number: int, at: Setting, suspect: Suspect | None = None) -> Reading:
    """Check what the case hides, or what a suspect would be, in a setting."""
    on = setup(number, at)
    tables = hidden_steps(case(number)) if suspect is None else steps(suspect)
    return Reading(EPS, on.J, on.approx, on.gradient(tables), on.theta, on.bars, on.noise)


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
        return suspects(case(number).lines)
    *before, last = checks
    wanted = seen(number, last)
    return tuple(s for s in left(number, tuple(before)) if seen(number, last, s) == wanted)


def alike(number: int, one: Suspect, other: Suspect) -> bool:
    """Tell whether no check that is offered can tell two suspects apart."""
    return one == other or all(seen(number, at, one) == seen(number, at, other) for at in SETTINGS)


def right(number: int, suspect: Suspect) -> bool:
    """Tell whether an accusation is right: it names what is hidden, or what no check can tell from it."""
    return alike(number, suspect, case(number).plants)


def next_check(number: int, suspects: tuple[Suspect, ...]) -> Setting | None:
    """Return the check that leaves fewest of the suspects, switching as few things as will do; None if none helps."""
    for switched in range(len(OFFERED) + 1):
        worth = {}
        for at in (at for at in SETTINGS if at.switched == switched):
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
