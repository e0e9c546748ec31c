"""What every exercise is: a right answer, the commonest mistakes, and a sentence for each of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from inspect import signature
from traceback import extract_tb

import numpy as np

from ..checker.words import printable
from .kinds import behind, of_forms, relation
from .lines import idle, nothing, seen, unused
from .mends import mend, written
from .prediction import Prediction

SKIPPED = "skipped. What stood behind a cover opens when you run its cell again."


@dataclass(frozen=True)
class Answer:
    """Say whether an exercise is solved, in one sentence.

    >>> gcl.exercises.Answer(True, "one bar of six turns red.")
    Yes: one bar of six turns red.
    """

    solved: bool
    words: str

    def __repr__(self) -> str:
        return printable(f"{'Yes' if self.solved else 'Not yet'}: {self.words}")

    def _repr_html_(self) -> str:
        mark = "✔" if self.solved else "✎"
        return f'<div role="status"><b>{mark} {"Yes" if self.solved else "Not yet"}:</b> {escape(self.words)}</div>'


@dataclass(frozen=True)
class Build:
    """Check a student's function against the right one, on some cases.

    `cases` are named lists of arguments, such as {"J = θ³ at θ = 1, ε = 1e-4": (cube, 1.0, 1e-4)}. `mistakes` are
    functions written wrong, as students write them, or what these return, as text; each stands under a question:
    {"is there a 2 missing below the line?": "(J(theta + eps) - J(theta - eps)) / eps"}.
    A student's function that returns what a mistake returns, on every case, is answered by its question. Where none
    fits, its lines are tried with one thing changed, and how what is given is related to what is wanted. `rtol` and
    `atol` say how far it may be off. A number may be off by `factor`, where `nearly` is what it is then answered by.

    >>> slope = gcl.exercises.Build(lambda w: 2 * w, {"w = 3": (3,)}, {"is that w² itself?": "w**2"}, "it is 2w.")
    >>> slope(lambda w: w**2)
    Not yet: for w = 3 yours gives 9, expected 6; is that w² itself?
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
        answers: list[tuple] = []
        for words, arguments in self.cases.items():
            given, stopped = run(attempt, arguments)
            if stopped or given is None or given is Ellipsis:
                why = self.halted(attempt, stopped) if stopped else nothing(attempt, bool(answers))
                asked = seen(attempt, self.cases.values()) or why
                found = f"for {words} {stopped or 'yours returns nothing'}{asked and f'; {asked}'}"
                return Answer(False, f"{found}{self.in_order(attempt)}")
            answers.append((words, given, self.right(*deepcopy(arguments))))
        wrong = [answer for answer in answers if not self.same(*answer[1:])]
        if not wrong:
            return self.kept(attempt)
        words, given, wanted = wrong[0]
        asked = seen(attempt, self.cases.values()) or self.known_as([given for _, given, _ in answers])
        if self.nearly and all(self.roughly(given, wanted) for _, given, wanted in answers):
            return Answer(True, f"{self.nearly} But {asked}" if asked else self.nearly)
        asked = asked or self.why(attempt, [answer[1:] for answer in answers])
        found = f"for {words} yours gives {brief(given)}, expected {brief(wanted)}"
        if not asked and len(wrong) == 1 < len(answers):
            asked = "in all other cases it is right."
        return Answer(False, f"{found}; {asked}" if asked else f"{found}.")

    def kept(self, attempt: Callable) -> Answer:
        """Praise a right function, and say so if it changes what it is given; it may not change the parameters."""
        for arguments in self.cases.values():
            theirs = deepcopy(arguments)
            attempt(*theirs)
            for name, before, after in zip(signature(self.right).parameters, arguments, theirs, strict=False):
                if isinstance(before, Mapping | np.ndarray) and not self.same(after, before):
                    changed = f"yours changes {name} itself, which others still need: make a new one."
                    return Answer(
                        *(False, changed) if isinstance(before, Mapping) else (True, f"{self.praise} But {changed}")
                    )
        return Answer(True, self.praise)

    def in_order(self, attempt: Callable) -> str:
        """Say in which order the arguments should stand, if they stand in another one."""
        names, theirs = list(signature(self.right).parameters), getattr(attempt, "__code__", None)
        theirs = list(theirs.co_varnames[: theirs.co_argcount]) if theirs else names
        amiss = names != theirs and set(names) == set(theirs)
        return f" The arguments should stand in this order: {', '.join(names)}." if amiss else ""

    def known(self) -> Mapping[str, Callable]:
        """Return the known mistakes as functions."""
        wrong = self.mistakes.items()
        return {asked: written(made, self.right) if isinstance(made, str) else made for asked, made in wrong}

    def known_as(self, given: Sequence) -> str:
        """Ask about the known mistake that gives the same on every case; "" where none does."""
        return next((asked for asked, wrong in self.known().items() if self.alike(given, wrong)), "")

    def why(self, attempt: Callable, answers: Sequence[tuple]) -> str:
        """Ask about the mistake that explains what a student's function gives, on every case; "" where none does."""
        forms, related = of_forms(answers, self.same), relation(answers, self.same)
        if forms.startswith(("True and False", "that is a text", "the numbers are right")):
            return forms
        name = idle(attempt)
        related = f"yours gives {name} a value, and never uses it." if name else related
        return unused(attempt) or self.mended(attempt) or forms or related

    def halted(self, attempt: Callable, stopped: str) -> str:
        """Say what is behind an error; no change in a line helps where a name is not known, or a call has no end."""
        hopeless = re.search("with (NameError|RecursionError)", stopped)
        idle = unused(attempt)
        return idle or ("" if hopeless else self.mended(attempt)) or behind(stopped)

    def mended(self, attempt: Callable) -> str:
        """Name the one thing in a student's function without which it would be right."""
        wanted = [(case, self.right(*deepcopy(case))) for case in self.cases.values()]
        words = dict.fromkeys(word for case in self.cases.values() for word in case if isinstance(word, str))
        return mend(attempt, self.right, [*words], lambda f: all(self.same(run(f, case)[0], b) for case, b in wanted))

    def roughly(self, given, wanted: float) -> bool:
        """Tell whether a number is off by no more than the factor."""
        try:
            return near(a_number(given), wanted, self.factor)
        except (TypeError, ValueError):
            return False

    def alike(self, given: Sequence, wrong: Callable) -> bool:
        """Tell whether a student's function gave what a mistake gives, on every case."""
        for value, case in zip(given, self.cases.values(), strict=True):
            mistaken, stopped = run(wrong, case)
            if stopped or not self.same(value, mistaken):
                return False
        return True

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
        fits = given.shape == wanted.shape or given.size == wanted.size == 1
        return fits and np.allclose(given, wanted, rtol=self.rtol, atol=self.atol, equal_nan=True)


@dataclass
class Choose(Prediction):
    """Ask for one of several choices; `means` says what each would mean, and why the right one is right.

    >>> ask = gcl.exercises.Choose("a", {"a": "the error falls as ε².", "b": "is there no third derivative?"})
    >>> ask("b")
    Not yet: is there no third derivative?
    """

    right: str
    means: Mapping[str, str]

    def __call__(self, choice: str | None) -> Answer:
        """Tell whether the choice is the right one, and what it would mean."""
        letters = ", ".join(f'"{letter}"' for letter in self.means)
        if choice is None or choice is Ellipsis:
            return Answer(False, f"make a guess first: one of {letters}. A guess that turns out wrong teaches most.")
        if self.skipped(choice):
            return Answer(False, SKIPPED)
        text = str(choice).lower() if isinstance(choice, str | list | tuple | set) else ""
        named = set(re.findall(rf"\b[{''.join(self.means)}]\b", text))
        if len(named) != 1:
            amiss = "names more than one" if named else "is not among the choices"
            return Answer(False, f"{brief(choice)} {amiss}; write one of {letters}.")
        (letter,) = named
        self.made = True
        return Answer(letter == self.right, self.means[letter])


@dataclass
class Guess(Prediction):
    """Ask for a number, which may be off by a factor; `mistakes` are wrong numbers, each under its answer.

    `small` ends the answer to any other number that is too small.

    >>> best = gcl.exercises.Guess(1e-5, "there the V is deepest.", {"that is the lecture's ε.": 1e-7})
    >>> best(1e-7)
    Not yet: that is the lecture's ε.
    """

    right: float
    praise: str
    mistakes: Mapping[str, float]
    factor: float = 1.1
    small: str = "."

    def __call__(self, number: float | None) -> Answer:
        """Tell whether the number is near enough."""
        if number is None or number is Ellipsis:
            return Answer(False, "make a guess first: write a number. A guess that turns out wrong teaches most.")
        if self.skipped(number):
            return Answer(False, SKIPPED)
        try:
            number = a_number(number)
        except OverflowError:
            return Answer(False, "that is too large by far: no float can hold it.")
        except (TypeError, ValueError, ZeroDivisionError):
            return Answer(False, f"here a number is wanted, such as 1e-3, not {brief(number)}.")
        if np.isnan(number):
            return Answer(False, "nan is what 0/0 gives, and no number; write one, such as 1e-3.")
        self.made = True
        if self.near(number, self.right):
            return Answer(True, self.praise)
        asked = next((asked for asked, wrong in self.mistakes.items() if self.near(number, wrong)), "")
        if not asked and self.near(-number, self.right):
            asked = "the sign is turned round."
        if not asked and self.right and self.near(number, 1 / self.right):
            asked = "it is upside down: what stands above the line belongs below."
        if not asked and self.near(number, 100 * self.right):
            asked = "is that in per cent? Write it as a plain number."
        return Answer(False, asked or f"{number:g} is too {'large.' if number > self.right else f'small{self.small}'}")

    def near(self, number: float, wanted: float) -> bool:
        """Tell whether two numbers differ by no more than the factor."""
        return near(number, wanted, self.factor)


Exercise = Build | Choose | Guess


def run(function: Callable, arguments: Sequence) -> tuple[object, str]:
    """Return a function's value for a copy of the arguments; where it raises, say in which line and why."""
    try:
        with np.errstate(all="ignore"):
            return function(*deepcopy(arguments)), ""
    except SystemExit:
        return None, "yours ends the program; return gives a value back, and exit is not needed."
    except Exception as problem:
        name = getattr(function, "__name__", "")
        lines = [frame.lineno for frame in extract_tb(problem.__traceback__) if frame.name == name]
        where = f" in line {lines[-1]} of the cell" if lines else ""
        return None, " ".join(f"yours stops{where} with {type(problem).__name__}: {problem}".split())


def no_function(attempt) -> Answer:
    """Say that a function is wanted."""
    return Answer(False, f"here a function is wanted, not {brief(attempt)}; give its name without brackets.")


def near(number, wanted, factor: float) -> bool:
    """Tell whether two numbers differ by no more than a factor."""
    if not number or not wanted:
        return number == wanted
    return 1 / factor <= number / wanted <= factor


def a_number(value) -> float:
    """Return a number as a float, also if it is written as a string, such as "1/3"."""
    if isinstance(value, bool):
        raise TypeError
    return float(Fraction(value.replace(",", "."))) if isinstance(value, str) else np.asarray(value, dtype=float).item()


def brief(value) -> str:
    """Write a value short enough for a sentence."""
    if isinstance(value, Mapping):
        return f"a dict of {', '.join(map(str, value)) or 'nothing'}"
    try:
        if isinstance(value, float | int | np.number) and not isinstance(value, bool):
            return f"{float(value):.9g}"
        words = np.array2string(value, precision=4, threshold=8) if isinstance(value, np.ndarray) else repr(value)
    except Exception:  # a number beyond all floats, or an object that cannot be written
        words = f"a value of the type {type(value).__name__}"
    words = " ".join(words.split())
    return words if len(words) <= 60 else f"{words[:57]}…"
