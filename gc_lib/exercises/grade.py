"""Lesson 08: a student's own checker, run on right gradients and on wrong ones at three ε; beside it the lecture's."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from .. import data
from ..checker.objective import numeric_gradient
from ..checker.slide import band, relative_difference
from ..checker.words import html_table, listed, printable, short
from ..network.network import Network
from .answer import Answer, brief, no_function, run
from .kinds import behind
from .lines import STUB, endless, is_stub, nothing, seen, unused

EPS = 1e-3, 1e-5, 1e-7
MEANS = {"right": "right", "great": "right", "wrong": "wrong", "worry": "wrong", "look": "look", "cannot tell": "look"}
PASSES = (
    "It passes if it is wrong no more often than the lecture's rule, a relative difference below 1e-6; what is missed "
    "and false alarms count together."
)
OUTCOMES = {(False, "wrong"): "caught", (False, "right"): "missed", (True, "wrong"): "a false alarm"}
RIGHT, TURNED = "a right dθ", "the sign of dθ turned round"
HEAD = ("ε", *2 * ("caught", "missed", "false alarms"))


class Scene(NamedTuple):
    """Hold a cost, its gradient, which is right or not, parameters, and what is behind a wrong verdict on them."""

    words: str
    right: bool
    cost: Callable
    gradient: Callable
    params: Mapping[str, np.ndarray]
    hint: str = ""

    def given(self, eps: float) -> tuple:
        """Return what a checker is given."""
        return self.cost, self.gradient, self.params, eps


class Verdict(NamedTuple):
    """Hold what was said of a scene at one ε, by a student's checker and by the lecture's rule, and what it reads."""

    scene: Scene
    eps: float
    yours: str
    theirs: str
    reading: float

    def outcome(self, side: str) -> str:
        """Tell what one side has made of it, if it is one of the outcomes that are counted."""
        return OUTCOMES.get((self.scene.right, getattr(self, side)), "")


@dataclass(frozen=True)
class Graded(Answer):
    """Say how a checker did, in a sentence and in a table: its own numbers, and then the lecture's."""

    rows: tuple[tuple, ...] = ()

    def __repr__(self) -> str:
        lines = [" ".join(f"{cell:>{len(head)}}" for cell, head in zip(row, HEAD, strict=True)) for row in self.rows]
        head = [" ".join(HEAD), "(yours, then the lecture's rule)"]
        return printable("\n".join([super().__repr__(), *head, *lines]))

    def _repr_html_(self) -> str:
        sides = '<tr><th></th><th colspan="3">yours</th><th colspan="3">the lecture\'s rule</th></tr>'
        return super()._repr_html_() + html_table(HEAD, self.rows, named=True).replace("<tr>", f"{sides}<tr>", 1)


def scenes() -> Iterator[Scene]:
    """Yield gradients that are right, some of them hard to check, and gradients that are not."""
    yield from of_a_network()
    zero, near = {"W": np.zeros((2, 2))}, {"W": np.array([[1.0, 2e-4], [-1.0, 0.5]])}
    flat = "a right dθ = 0, at the minimum of Σθ⁴, where the quotient is 0/0"
    zeros = "Both lengths are 0: 0/0 is nan, and nan < 1e-6 is False, as is 0 < 0. gcl.relative_difference gives 0."
    yield Scene(flat, True, lambda p: np.sum(p["W"] ** 4), lambda p: zero, zero, zeros)
    corner = "a right dθ of ReLUs, one of which has its corner 2e-4 away"
    yield Scene(corner, True, lambda p: np.sum(np.maximum(p["W"], 0)), lambda p: {"W": 1.0 * (p["W"] > 0)}, near)
    uneven = lambda p: np.sum(p["W"] ** 2) + 1e-6 * p["W"][0, 1], lambda p: {"W": 2 * p["W"] + [[0, 2e-6], [0, 0]]}
    theta = {"W": np.array([[1.0, 0], [2, 3]])}
    yield Scene("one small entry twice as large as it should be", False, *uneven, theta)
    places = "Its entries are right, and stand in the wrong places: a sum is blind."
    yield Scene("dθ transposed", False, squares, lambda p: {"W": 2 * p["W"].T}, theta, places)
    side = "In each of its entries dθ lies on one side of dθ_approx: is the distance taken as a number above 0, by abs?"
    yield Scene("dθ twice as large as it should be", False, squares, lambda p: {"W": 4 * p["W"]}, theta, side)
    yield Scene("half of a right dθ", False, squares, lambda p: {"W": p["W"]}, theta, side)


def of_a_network() -> Iterator[Scene]:
    """Yield a right gradient of a network and four wrong ones, each also with a J a million times smaller."""
    net = Network((16, 3, 1), lam=0.5)
    params = net.initialise(0, bias=0.1)
    X, Y = data.digits(3, 8, examples=4, side=4)
    cost, gradient = net.on(X, Y)
    exact = "What does yours read there? Truncation and round-off leave a right dθ_approx a little off."
    factor = "Neither signs nor directions see a factor; nor does a border far above 1e-6 see this one."
    alone = "W2 alone is wrong: is every block asked? Do entries above and below 0 cancel?"
    sign = "Is a sign lost, as in ‖a‖ − ‖b‖, or a number below 0 called small?"
    told: tuple[tuple[str, Callable, str], ...] = (
        (RIGHT, gradient, exact),
        (TURNED, multiplied(gradient, -1), sign),
        ("no_decay in layer 2", net.plant("no_decay", 2).on(X, Y)[1], alone),
        ("1.0001 times dθ", multiplied(gradient, 1.0001), factor),
        ("db_no_mean in layer 1", net.plant("db_no_mean", 1).on(X, Y)[1], "b1 alone is wrong: are biases asked, too?"),
    )
    divide = "A distance shrinks with J: is yours divided by both lengths?"
    for words, slopes, hint in told:
        right, small = slopes is gradient, f"{words}, with J a million times smaller"
        yield Scene(words, right, cost, slopes, params, hint)
        yield Scene(small, right, lambda p: 1e-6 * cost(p), multiplied(slopes, 1e-6), params, divide)
    yield Scene("a right dθ, with 1e5 added to J", True, lambda p: 1e5 + cost(p), gradient, params)


def squares(params: Mapping[str, np.ndarray]) -> float:
    """Return ΣW², of which 2W is the slope."""
    return np.sum(params["W"] ** 2)


def multiplied(gradient: Callable, k: float) -> Callable:
    """Return a gradient whose blocks are all multiplied by k."""
    return lambda params: {name: k * block for name, block in gradient(params).items()}


def checker(my_check: Callable) -> Answer:
    """Run my_check(cost, gradient, params, eps), which returns "right" or "wrong", and tell how it did.

    It is given right gradients and wrong ones, at ε = 1e-3, 1e-5 and 1e-7; True and False will do as well, and "look"
    where it cannot tell. It passes if it is wrong no more often than the lecture's rule, which calls right what reads
    "great": what it misses and its false alarms are counted together.

    >>> gcl.exercises.checker(lambda cost, gradient, params, eps: "right")
    Not yet: it never says "wrong". Yours never uses cost: ... Yours caught 0, missed 36, ... It passes ...
    """
    if not callable(my_check):
        return no_function(my_check)
    if never := endless(my_check):
        return Answer(False, never)
    verdicts, all_scenes = list[Verdict](), list(scenes())
    told = seen(my_check, [all_scenes[0].given(EPS[0])]) or unused(my_check)
    for eps, scene in product(EPS, all_scenes):
        with redirect_stdout(io.StringIO()):
            given, stopped = run(my_check, scene.given(eps))
        if is_stub(my_check, given, stopped):
            return Answer(False, f"{STUB} {PASSES}")
        if stopped:
            hint = behind(stopped)
            return Answer(False, f"for {scene.words}, at ε = {short(eps)}, {stopped}{hint and f'; {hint}'}")
        if given is None:
            return Answer(False, f"yours returns nothing; {told or nothing(my_check, bool(verdicts))} {PASSES}")
        if not (said := word(given)):
            return Answer(False, f'yours gives {brief(given)}; it should return "right" or "wrong".')
        reading = relative_difference(numeric_gradient(scene.cost, scene.params, eps), scene.gradient(scene.params))
        verdicts.append(Verdict(scene, eps, said, "right" if band(reading) == "great" else "wrong", reading))
    return judged(verdicts, told)


def word(said) -> str:
    """Return "right", "wrong" or "look", or "" where it is none of them."""
    if isinstance(said, bool | np.bool_):
        return "right" if said else "wrong"
    return MEANS.get(said.strip().lower(), "") if isinstance(said, str) else ""


def counts(verdicts: Sequence[Verdict], side: str) -> tuple[int, int, int]:
    """Count what one side has caught and missed of the wrong gradients, and its false alarms."""
    outcomes = [verdict.outcome(side) for verdict in verdicts]
    return outcomes.count("caught"), outcomes.count("missed"), outcomes.count("a false alarm")


def judged(verdicts: Sequence[Verdict], told: str) -> Answer:
    """Put into sentences how a checker did; what is amiss in its lines is told already."""
    (caught, missed, alarms), (_, their_missed, their_alarms) = counts(verdicts, "yours"), counts(verdicts, "theirs")
    at = {eps: [verdict for verdict in verdicts if verdict.eps == eps] for eps in EPS}
    rows = tuple((short(eps), *counts(at[eps], "yours"), *counts(at[eps], "theirs")) for eps in EPS)
    undecided = sum(verdict.yours == "look" and not verdict.scene.right for verdict in verdicts)
    look = f", and left {undecided} of the wrong ones undecided" if undecided else ""
    words = f"yours caught {caught}, missed {missed}, raised {alarms} false alarm{'s' * (alarms != 1)}{look}"
    words += f"; the lecture's rule missed {their_missed}, and raised {their_alarms}."
    never = {"right", "wrong"} - {verdict.yours for verdict in verdicts}
    if not never and missed + alarms <= their_missed + their_alarms:
        both = {v.scene.words for v in verdicts if v.outcome("yours") == v.outcome("theirs") == "missed"}
        return Graded(True, f"{words} Both miss {listed(sorted(both))}." if both else words, rows)
    why = [f'It never says "{min(never)}".'] if never else [] if told else [*amiss(verdicts)]
    told, words = (f"{said[:1].upper()}{said[1:]}" for said in (told, words))
    cause, *rest = filter(None, [*why, told, words, PASSES])
    return Graded(False, " ".join([f"{cause[:1].lower()}{cause[1:]}", *rest]), rows)


def amiss(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Say what a checker has done wrong, with a case of it that the lecture's rule gets right."""
    turned = [v._replace(yours={"right": "wrong", "wrong": "right"}.get(v.yours, v.yours)) for v in verdicts]
    if sum(counts(turned, "yours")[1:]) <= sum(counts(turned, "theirs")[1:]):
        yield "With right and wrong exchanged it would be a good one."
        return
    said = {verdict.scene.words: verdict.yours for verdict in reversed(verdicts)}
    if said[RIGHT] == "wrong" and said[TURNED] == "right":
        yield f"It calls {RIGHT} wrong, and −dθ right: are right and wrong exchanged? With that put right:"
        verdicts = turned
    for outcome in "missed", "a false alarm":
        if worse := [v for v in verdicts if v.outcome("yours") == outcome != v.outcome("theirs")]:
            scene, eps, *_, reading = worse[0]
            yield f"{outcome.capitalize()}: {scene.words}, at ε = {short(eps)}, which reads {short(reading, 1)}."
            yield scene.hint
