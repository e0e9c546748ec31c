"""An exercise in which a student writes a function: the right one, its cases, and the commonest mistakes."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from inspect import signature
from itertools import combinations, product

import numpy as np

from .answer import Answer, a_number, brief, near, no_function, run
from .code import Code
from .kinds import RELATED, behind, of_form, relation
from .lines import STUB, endless, idle, is_stub, no_value, nothing, outside, overwritten, seen, unused
from .mends import Mending, compiled, mark, quiet


@dataclass(frozen=True)
class Build:
    """Check a student's function against the right one, on some cases.

    `cases` are named lists of arguments, such as {"J = θ³ at θ = 1, ε = 1e-4": (cube, 1.0, 1e-4)}. `mistakes` are
    functions written wrong, as students write them; what these return, as text; or what they write for a piece of the
    right one. Each stands under a question: {"is there a 2 missing below the line?": "(2 * eps) → eps"}.
    A student's function that returns what a mistake returns, on every case, is answered by its question. Where none
    fits, its lines are tried with one thing changed, or two; then it is told how the numbers are related. `rtol`
    and `atol` say how far it may be off; a number by `factor`, where `nearly` is what it is then answered by.

    >>> slope = gcl.exercises.Build(lambda w: 2 * w, {"w = 3": (3,)}, {"is that w²?": lambda w: w**2}, "it is 2w.")
    >>> slope(lambda w: w**2)
    Not yet: for w = 3 yours gives 9, expected 6; is that w²?
    """

    right: Callable
    cases: Mapping[str, tuple]
    mistakes: Mapping[str, Callable | str]
    praise: str
    rtol: float = 1e-6
    atol: float = 1e-12
    factor: float = 1.0
    nearly: str = ""

    def __call__(self, attempt: Callable) -> Answer:
        """Tell whether a function does what it should; whatever it does, the answer is a sentence."""
        if not callable(attempt):
            return no_function(attempt)
        if never := endless(attempt):
            return Answer(False, never)
        answers: list[tuple] = []
        for words, case in self.cases.items():
            given, stopped = run(attempt, case)
            if is_stub(attempt, given, stopped):
                return Answer(False, STUB)
            if stopped or given is None:
                why = self.halted(attempt, stopped, case) if stopped else nothing(attempt, bool(answers))
                asked = self.amiss(attempt) or why
                return Answer(False, f"for {words} {stopped or 'yours returns nothing'}{asked and f'; {asked}'}")
            answers.append((words, given, self.right(*deepcopy(case))))
        wrong = [answer for answer in answers if not self.same(*answer[1:])]
        return self.wrong(attempt, answers, wrong) if wrong else self.kept(attempt)

    def wrong(self, attempt: Callable, answers: Sequence[tuple], wrong: Sequence[tuple]) -> Answer:
        """Say what is wrong first, and ask about what explains all that is given."""
        asked = self.amiss(attempt) or self.known_as([given for _, given, _ in answers], self.known())
        if self.nearly and all(self.roughly(given, wanted) for _, given, wanted in answers):
            return Answer(True, f"{self.nearly} But {asked}" if asked else self.nearly)
        asked = asked or self.why(attempt, [answer[1:] for answer in answers])
        if not asked and len(wrong) == 1 < len(answers):
            asked = "in all other cases it is right."
        words, *pair = next((answer for answer in wrong if not self.roughly(*answer[1:])), wrong[0])
        given, wanted = map(brief, pair)
        alike = "other arrays under these names" if isinstance(pair[1], Mapping) else "one that reads so in short"
        due = wanted if wanted != given else alike
        found = f"for {words} yours gives {given}, expected {due}"
        return Answer(False, f"{found}; {asked}" if asked else f"{found}.")

    def kept(self, attempt: Callable) -> Answer:
        """Praise a right function, and say so if it changes what it is given; it may not change the parameters."""
        argument, changed = self.changed(attempt)
        if isinstance(argument, Mapping):
            return Answer(False, changed)
        return Answer(True, f"{self.praise} But {changed}" if changed else self.praise)

    def changed(self, attempt: Callable) -> tuple[object, str]:
        """Return the first argument that a function changes, and say so; "" where it leaves all as they are."""
        for case in self.cases.values():
            theirs = deepcopy(case)
            with quiet(), suppress(Exception, SystemExit):  # it may stop, also when it is called again
                attempt(*theirs)
            for name, before, after in zip(self.arguments(attempt), case, theirs, strict=False):
                if isinstance(before, Mapping | np.ndarray | list) and not self.same(after, before):
                    return before, f"yours changes {name} itself, which others still need: make a new one."
        return None, ""

    def amiss(self, attempt: Callable) -> str:
        """Say what is amiss in a line, or that the arguments should stand in another order; "" where nothing is."""
        names, theirs = list(signature(self.right).parameters), getattr(attempt, "__code__", None)
        theirs = list(theirs.co_varnames[: theirs.co_argcount]) if theirs else names
        if names != theirs and set(names) == set(theirs):
            return f"the arguments should stand in this order: {', '.join(names)}."
        return seen(attempt, self.cases.values())

    def halted(self, attempt: Callable, stopped: str, case: Sequence) -> str:
        """Say what is behind an error."""
        told = unused(attempt) or no_value(attempt, stopped, Code(self.right).made) or self.changed(attempt)[1]
        if not told and not re.search("NameError|RecursionError|positional", stopped):  # a change would know too much
            told = self.mended(attempt)
        return told or behind(stopped, dict(zip(self.arguments(attempt), case, strict=False)))

    def mended(self, attempt: Callable) -> str:
        """Name the one thing, or the two, that must be changed."""
        mending = self.mending(attempt)
        return mending.one() or mending.two(self.known())

    def mending(self, attempt: Callable) -> Mending:
        """Return what tries changes of a student's function."""
        return Mending(attempt, self.right, self.cases.values(), self.enough)

    def why(self, attempt: Callable, pairs: Sequence[tuple]) -> str:
        """Ask about what explains all pairs of what is given and what is wanted; "" where nothing does."""
        mending = self.mending(attempt)
        sure = of_form(pairs, self.same) or unused(attempt) or self.remembers(attempt, pairs[0][0])
        sure = sure or self.changed(attempt)[1] or overwritten(attempt) or mending.one()
        sure = sure or idle(attempt) or outside(attempt)
        related = "" if sure else relation(pairs, self.same)
        if sure or isinstance(pairs[0][1], Mapping | str):
            return sure or related or mending.two(self.known())
        two = self.known_as([given for given, _ in pairs], self.pairs()) or mending.two(self.known())
        return two or related

    def remembers(self, attempt: Callable, first) -> str:
        """Say so where a function gives another value when it is called again."""
        again, stopped = run(attempt, next(iter(self.cases.values())))
        with quiet():
            if stopped or mark(again) == mark(first) or "np.empty" in Code(attempt).source:
                return ""
        return f"called again it gives {brief(again)} in place of {brief(first)}: what does it keep from call to call?"

    def known(self) -> Mapping[str, Callable]:
        """Return the known mistakes as functions."""
        return {asked: self.written(made) if isinstance(made, str) else made for asked, made in self.mistakes.items()}

    def pairs(self) -> Mapping[str, Callable]:
        """Return two mistakes at once: two known slips in the right function, or one known mistake and a relation."""
        found = [(asked, made) for asked, made in self.mistakes.items() if " → " in str(made)]
        both = combinations(found, 2)
        slips = {f"{asked} And {again}": self.written(f"{one}; {two}") for (asked, one), (again, two) in both}
        related = product(self.known().items(), RELATED.items())
        return slips | {f"{asked} And {words}": composed(of, made) for (asked, made), (words, of) in related}

    def written(self, made: str) -> Callable:
        """Return the right function with other pieces, or one that returns what a line computes."""
        head, quotes, body = Code(self.right).source.rpartition('"""')
        for slip in made.split("; "):
            old, arrow, new = slip.partition(" → ")
            body = body.replace(old, new) if arrow else f"\n    return {made}"
        return compiled(head + quotes + body, self.right) or self.right

    def known_as(self, given: Sequence, known: Mapping[str, Callable]) -> str:
        """Ask about the mistake that gives the same on every case; "" where none does."""
        for asked, wrong in known.items():
            mistaken = [run(wrong, case) for case in self.cases.values()]
            if all(not why and self.same(one, other) for one, (other, why) in zip(given, mistaken, strict=True)):
                return asked
        return ""

    def arguments(self, attempt: Callable) -> list[str]:
        """Return the names of a student's arguments."""
        return [*signature(attempt if hasattr(attempt, "__code__") else self.right).parameters]

    def roughly(self, given, wanted: float, factor: float = np.inf) -> bool:
        """Tell whether a number is off by no more than the exercise's factor, and no more than this one."""
        try:
            return near(a_number(given), wanted, min(self.factor, factor))
        except (TypeError, ValueError, ArithmeticError):
            return False

    def enough(self, given, wanted) -> bool:
        """Tell whether a changed function gives what is right, or nearly so where that will do, as on a grid."""
        return self.same(given, wanted) or (bool(self.nearly) and self.roughly(given, wanted, 1.5))

    def same(self, given, wanted) -> bool:
        """Tell whether two values are the same but for rounding; two that do not fit each other are not."""
        if isinstance(wanted, Mapping):
            fits = isinstance(given, Mapping) and given.keys() == wanted.keys()
            return fits and all(self.same(given[name], wanted[name]) for name in wanted)
        if isinstance(given, bool | np.bool_):
            return False
        if isinstance(wanted, str):
            return str(given).strip().lower() == wanted
        try:
            if np.iscomplexobj(given):
                return False
            given, wanted = np.asarray(given, dtype=float), np.asarray(wanted, dtype=float)
        except (TypeError, ValueError, OverflowError):
            return False
        if given.shape != wanted.shape and not given.size == wanted.size == 1:
            return False
        with np.errstate(all="ignore"):
            near = np.isfinite(wanted) & (abs(given - wanted) <= self.atol + self.rtol * abs(wanted))
        return bool(np.all(near | (given == wanted) | (given != given) & (wanted != wanted)))


def composed(outer: Callable, inner: Callable) -> Callable:
    """Return the function that applies one function to what another one gives."""
    return lambda *arguments: outer(inner(*arguments))
