"""Exercises of lesson 04: which blocks a bug turns red, what heals it, and which factor a block is off by."""

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

import numpy as np

from .. import data
from ..checker.report import check
from ..checker.slide import relative_difference
from ..checker.words import listed
from ..network.network import Network
from .build import Build
from .prediction import Choose, Guess

prediction = Choose(
    "b",
    {
        "a": "then the error of layer 2 would stop there. But layer 1 gets its own from it: what does it get now?",
        "b": "a wrong dZ spoils its own dW and db, and is handed down to every layer below. Nothing above has seen it.",
        "c": "then the error would travel up, from layer 2 to layer 4. In which direction does the way back go?",
        "d": "W4, b4, W3 and b3 were finished before the way back reached layer 2. Can they know of its slope?",
    },
    tells=("W1, b1, W2 and b2: up to",),
    solution="solutions/04_catch_the_bug.ipynb",
)

BUGS = {"dW": "scaled_dW", "db": "scaled_db", "drop": "no_mask", "dZ": "no_slope", "dA_prev": "dA_doubled"}


def turns_red(equation, l):
    """Plant a bug in an equation of layer l of a network with four, check it, and name the blocks that are wrong."""
    if (equation, l) == ("dA_prev", 1):
        return []  # nothing is below
    net = Network((16, 6, 6, 6, 1), lam=0.1, keep_prob=0.8).plant(BUGS[equation], l)
    X, Y = data.digits(3, 8, examples=16, side=4)
    return list(check(*net.on(X, Y, masks="frozen"), net.initialise(0, bias=0.1)).that_are("wrong"))


def both(layers):
    """Name both blocks of each layer."""
    return [f"{letter}{l}" for l in layers for letter in "Wb"]


PLACES = (
    ("dW", 3),
    ("db", 2),
    ("dZ", 3),
    ("drop", 2),
    ("dA_prev", 3),
    ("drop", 3),
    ("dA_prev", 4),
    ("dZ", 1),
    ("dA_prev", 1),
)


@dataclass(frozen=True)
class Law(Build):
    """Compare sets of blocks, in any order and any form, and say why a block is in them or not."""

    def same(self, given, wanted) -> bool:
        """Tell whether the same blocks are named."""
        return blocks_in(given) == blocks_in(wanted)

    def why(self, attempt: Callable, answers: Sequence[tuple]) -> str:
        """Say what is wrong with the first wrong answer."""
        places = zip(self.cases.values(), answers, strict=True)
        place, answer = next((place, answer) for place, answer in places if not self.same(*answer))
        mended = self.mended(attempt)
        return f"{because(*place, *map(blocks_in, answer))} {mended[:1].upper()}{mended[1:]}".strip()

    def mended(self, attempt: Callable) -> str:
        """Name the one thing that must be changed; to look for two would take thousands of checks."""
        return self.mending(attempt).one()


def blocks_in(value) -> set[str]:
    """Return the names in a list, a set or a string."""
    return set(re.findall(r"\w+", str([*value] if isinstance(value, Set) else value)))


def because(equation: str, l: int, given: set[str], wanted: set[str]) -> str:
    """Say why a set of blocks is not the one that turns red where an equation of layer l is wrong."""
    strange = sorted(given - set(both(range(1, 5))))
    extra, missing = given - wanted, wanted - given
    own = set(both([l]))
    if strange:
        return f"there is no block {strange[0]}: they are W1, b1, … W4, b4."
    if equation in ("dW", "db"):
        if missing:
            return f"a wrong {equation} spoils the block of its own layer, {listed(sorted(wanted))}."
        return f"what else is computed from {equation}, once it is there? Nothing."
    if any(int(name[1]) > l for name in extra):
        return "does the error travel up, or down? What stands above was finished before."
    if extra & own:
        sent = "dA_prev is what layer l sends down; its own dW and db are not made from it"
        return f"{sent}: red is not where the bug is, as the lab shows with dA_doubled in layer 3."
    if any(len(missing & set(both([k]))) == 1 for k in range(1, l + 1)):
        return "both blocks of a layer, W and b, are made from its dZ."
    if missing & own:
        return f"{equation} comes before dW and db of its own layer: are they still right?"
    return "the layer below gets its error from this one: is it still right there, and further down?"


law = Law(
    turns_red,
    {f"{equation} of layer {l}": (equation, l) for equation, l in PLACES},
    {},
    "that is the law. A wrong dW or db spoils its own block; a wrong drop or dZ can spoil its own layer and all below; "
    "a wrong dA_prev all below. Nothing above ever turns red.",
)

healed = Choose(
    "c",
    {
        "a": "a forgotten mask is healed by keep_prob = 1, where there is no mask to forget. This bug stayed.",
        "b": "a bug that vanishes was not repaired: ReLU changed the network, and not the line. In the lab, take "
        "the remedy away again: the same four bars are red.",
        "c": "the pattern says dZ or drop of layer 2, or dA_prev of layer 3; with ReLU only this line is right.",
        "d": "a doubled dA_prev makes the same four blocks red, but twice is twice: nothing heals it.",
    },
)

thirds = Choose(
    "b",
    {
        "a": "the learning rate is in no check. A doubled ε, above and below the line, is another ε and no mistake.",
        "b": "one doubles dθ, the other dθ_approx, and |2 − 1| / (2 + 1) = 1/3 does not say which. From the top "
        "layer's dZ all else is computed.",
        "c": "of 32 examples a forgotten mean makes 32 times too much, which reads 31/33; and fresh masks read 1.",
        "d": "both double the same four blocks, W1, b1, W2 and b2. Who doubled W3 and b3?",
    },
    tells=("divided by ε: W1 0.33",),
    solution="solutions/04b_detective.ipynb",
)

rng = np.random.default_rng(4)
RIGHT, OTHER = rng.standard_normal(12), rng.standard_normal(12)

score = Guess(
    relative_difference(RIGHT, 4 * RIGHT),
    "‖4g − g‖ / (‖g‖ + ‖4g‖) = 3/5. A factor of k reads |k − 1| / (|k| + 1).",
    {
        "that is ‖4g − g‖ / ‖g‖; in the lecture both lengths stand below the line.": 3.0,
        "that is ‖4g − g‖ / ‖4g‖; in the lecture both lengths stand below the line.": 0.75,
        "that is one length over the other; above the line stands the length of the difference.": 1 / 4,
        "these are squared lengths; a length is the root of a sum of squares.": 9 / 17,
        "that is the factor; what does the lecture's quotient make of it?": 4.0,
        "that is what half or twice would read, |2 − 1| / (2 + 1).": 1 / 3,
    },
    factor=1.03,
)


def projection(approx, exact):
    """Return k = dθ·dθ_approx / ‖dθ_approx‖²."""
    return exact @ approx / (approx @ approx)


factor = Build(
    projection,
    {
        "dθ = 4 dθ_approx": (RIGHT, 4 * RIGHT),
        "dθ = dθ_approx / 4": (RIGHT, RIGHT / 4),
        "dθ = −2 dθ_approx": (RIGHT, -2 * RIGHT),
        "a dθ that no factor explains": (OTHER, 3 * OTHER + RIGHT),
    },
    {
        "that is 1/k: by which of the two should it be divided?": "(approx @ approx) → (exact @ exact)",
        "a quotient of lengths is never below 0: does it see a sign?": "np.sqrt(exact @ exact / (approx @ approx))",
        "that is the cosine of the angle between them.": "exact @ approx / np.sqrt(approx @ approx * (exact @ exact))",
        "divide by the square of the length, not by the length.": "(approx @ approx) → np.sqrt(approx @ approx)",
        "a mean of quotients is ruled by the smallest entries, where they are mostly noise.": "np.mean(exact / approx)",
        "that is the relative difference, which does not tell twice from half.": "relative_difference(approx, exact)",
        "that is k − 1: take dθ itself, not dθ − dθ_approx.": "exact @ → (exact - approx) @",
        "that is a quotient for each entry; one number is wanted, of dot products: @ and not *.": "exact / approx",
        "a correlation lies between −1 and 1, whatever k is.": "np.corrcoef(approx, exact)[0, 1]",
        "that is a line with an intercept; k dθ_approx is a line through 0.": "np.polyfit(approx, exact, 1)[0]",
        "that is the intercept of a line; k is a slope.": "np.polyfit(approx, exact, 1)[1]",
        "in a quotient of two sums, entries above and below 0 cancel.": "np.sum(exact) / np.sum(approx)",
    },
    "k tells 4 from 1/4, and −1 from −2, where the relative difference reads the same.",
)
