"""Lesson 08: a student's own checker, run on right gradients and on wrong ones at three ε; beside it the lecture's."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .. import data
from ..checker.objective import numeric_gradient
from ..checker.slide import GREAT, WORRY, band, relative_difference
from ..checker.words import html_table, printable, short
from ..network.network import Network
from .exercise import Answer, brief, nothing, run
from .kinds import behind
from .mends import seen

EPS = 1e-3, 1e-5, 1e-7
MEANS = {"right": "right", "great": "right", "wrong": "wrong", "worry": "wrong", "look": "look", "cannot tell": "look"}
HEAD = ("ε", *2 * ("caught", "missed", "false alarms"))


class Scene(NamedTuple):
    """Hold a cost, its gradient, which is right or not, and parameters."""

    words: str
    right: bool
    cost: Callable
    gradient: Callable
    params: Mapping[str, np.ndarray]


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
    net = Network((16, 3, 1), lam=0.5)
    params = net.initialise(0, bias=0.1)
    X, Y = data.digits(3, 8, examples=4, side=4)
    cost, gradient = net.on(X, Y)
    slopes_of: dict[str, Callable] = {"a right dθ": gradient, "the sign of dθ turned round": multiplied(gradient, -1)}
    for bug, l in ("no_decay", 2), ("no_slope", 1):
        slopes_of[f"{bug} in layer {l}"] = net.plant(bug, l).on(X, Y)[1]
    for words, slopes in slopes_of.items():
        right = slopes is gradient
        yield Scene(words, right, cost, slopes, params)
        small = f"{words}, with J a million times smaller"
        yield Scene(small, right, lambda p: 1e-6 * cost(p), multiplied(slopes, 1e-6), params)
    yield Scene("a right dθ, with 1e6 added to J", True, lambda p: 1e6 + cost(p), gradient, params)
    zero, near = {"W": np.zeros((2, 2))}, {"W": np.array([[1.0, 2e-4], [-1.0, 0.5]])}
    yield Scene(
        "a right dθ = 0, at the minimum of Σθ⁴, where the quotient is 0/0",
        True,
        lambda p: np.sum(p["W"] ** 4),
        lambda p: zero,
        zero,
    )
    ramp, step = lambda p: np.sum(np.maximum(p["W"], 0)), lambda p: {"W": 1.0 * (p["W"] > 0)}
    yield Scene("a right dθ of ReLUs, one of which has its corner 2e-4 away", True, ramp, step, near)
    uneven, twice = (
        lambda p: np.sum(p["W"] ** 2) + 1e-6 * p["W"][0, 1],
        lambda p: {"W": 2 * p["W"] + [[0, 2e-6], [0, 0]]},
    )
    yield Scene(
        "one small entry twice as large as it should be", False, uneven, twice, {"W": np.array([[1.0, 0], [2, 3]])}
    )


def multiplied(gradient: Callable, k: float) -> Callable:
    """Return a gradient whose blocks are all multiplied by k."""
    return lambda params: {name: k * block for name, block in gradient(params).items()}


def lecture(cost: Callable, gradient: Callable, params: Mapping, eps: float) -> bool:
    """Tell whether a check reads "great" by the lecture's rule."""
    return band(relative_difference(numeric_gradient(cost, params, eps), gradient(params))) == "great"


def checker(my_check: Callable) -> Answer:
    """Run my_check(cost, gradient, params, eps), which returns "right" or "wrong", and tell how it did.

    It is given right gradients and wrong ones, at ε = 1e-3, 1e-5 and 1e-7; True and False will do as well, and "look"
    where it cannot tell. It has done well if it misses no more than the lecture's rule, which calls right what reads
    "great", and raises no more false alarms.

    >>> gcl.exercises.checker(lambda cost, gradient, params, eps: "right")
    Not yet: yours says "right" to everything. ...
    """
    if not callable(my_check):
        return Answer(False, f"here a function is wanted, not {brief(my_check)}; give its name without brackets.")
    told = seen(my_check)
    all_scenes, said = list(scenes()), dict[tuple, str]()
    for eps in EPS:
        for scene in all_scenes:
            with redirect_stdout(io.StringIO()):
                given, stopped = run(my_check, (scene.cost, scene.gradient, scene.params, eps))
            if stopped:
                hint = behind(stopped)
                return Answer(False, f"for {scene.words}, at ε = {short(eps)}, {stopped}{hint and f'; {hint}'}")
            if given is None or given is Ellipsis:
                return Answer(False, f"yours returns nothing; {told or nothing(my_check, bool(said))}")
            said[eps, scene.words] = verdict(given)
            if not said[eps, scene.words]:
                return Answer(
                    False, f'yours gives {brief(given)}; it should return "right" or "wrong", or True or False.'
                )
    theirs = {(eps, scene.words): verdict(lecture(*scene[2:], eps)) for eps in EPS for scene in all_scenes}
    rows = [(short(eps), *(n for side in (said, theirs) for n in counts(side, all_scenes, [eps]))) for eps in EPS]
    answer = judged(said, counts(said, all_scenes), counts(theirs, all_scenes), tuple(rows), all_scenes)
    told = told or " ".join(habits(said, all_scenes))
    return answer if answer.solved or not told else replace(answer, words=f"{answer.words} {told[0].upper()}{told[1:]}")


def habits(said: Mapping, all_scenes: list[Scene]) -> Iterator[str]:
    """Say what a checker's verdicts have in common: that they are turned round, or go by another measure."""
    turned = {place: {"right": "wrong", "wrong": "right"}.get(word, word) for place, word in said.items()}
    if counts(turned, all_scenes)[1] + counts(turned, all_scenes)[2] <= 6 < sum(counts(said, all_scenes)[1:]):
        yield "With right and wrong exchanged it would be a good one."
        return
    readings = {
        (eps, scene.words): relative_difference(numeric_gradient(*scene[2::2], eps), scene.gradient(scene.params))
        for eps in EPS
        for scene in all_scenes
    }
    passed = [readings[place] for place, word in said.items() if word == "right" and readings[place] > WORRY]
    refused = [readings[place] for place, word in said.items() if word == "wrong" and readings[place] < GREAT]
    if passed:
        yield f"It calls right what reads {max(passed):.1g}, by the relative difference."
    if refused:
        yield f"It calls wrong what reads {min(refused):.1g}, by the relative difference."


def verdict(said) -> str:
    """Return "right", "wrong" or "look", or "" where it is none of them."""
    if isinstance(said, bool | np.bool_):
        return "right" if said else "wrong"
    return MEANS.get(said.strip().lower(), "") if isinstance(said, str) else ""


def counts(said: Mapping, all_scenes: list[Scene], eps=EPS) -> tuple[int, int, int]:
    """Count what was caught and missed of the wrong gradients, and the false alarms."""
    pairs = [(scene.right, said[e, scene.words]) for scene in all_scenes for e in eps]
    return pairs.count((False, "wrong")), pairs.count((False, "right")), pairs.count((True, "wrong"))


def judged(said: Mapping, ours: tuple, theirs: tuple, rows: tuple, all_scenes: list[Scene]) -> Answer:
    """Put into a sentence how a checker did."""
    (caught, missed, alarms), (_, their_missed, their_alarms) = ours, theirs
    if len(set(said.values())) == 1:
        return Graded(False, f'yours says "{next(iter(said.values()))}" to everything.', rows)
    words = f"yours caught {caught}, missed {missed}, and raised {alarms} false alarms"
    words += f"; the lecture's rule missed {their_missed}, and raised {their_alarms}."
    amiss = "missed" if missed > their_missed else "a false alarm" if alarms > their_alarms else ""
    if not amiss:
        return Graded(True, words, rows)
    right, wrong_word = amiss != "missed", "right" if amiss == "missed" else "wrong"
    eps, name = next(
        (e, s.words) for e in EPS for s in all_scenes if s.right == right and said[e, s.words] == wrong_word
    )
    return Graded(False, f"{words} {amiss.capitalize()}: {name}, at ε = {short(eps)}.", rows)
