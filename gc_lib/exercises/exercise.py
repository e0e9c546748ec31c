"""What every exercise is: a right answer, the commonest mistakes, and a sentence for each of them."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from html import escape
from traceback import extract_tb

import numpy as np

from ..checker.words import printable
from .prediction import Prediction

SKIPPED = "skipped. What stood behind a cover opens when you run its cell again."


@dataclass(frozen=True)
class Answer:
    """Say whether an exercise is solved, in one sentence."""

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
    functions written wrong, as students write them, each under a question: {"is there a 2 missing below the line?": f}.
    A student's function that returns what a mistake returns, on every case, is answered by its question; so are two
    that return another value at each call. `rtol` is the relative error that is allowed.
    """

    right: Callable
    cases: Mapping[str, tuple]
    mistakes: Mapping[str, Callable]
    praise: str
    rtol: float = 1e-6

    def __call__(self, attempt: Callable) -> Answer:
        """Tell whether a function does what it should; whatever it does, the answer is a sentence."""
        if not callable(attempt):
            return Answer(False, f"here a function is wanted, not {brief(attempt)}; give its name without brackets.")
        for words, arguments in self.cases.items():
            given, stopped = run(attempt, arguments)
            if stopped:
                return Answer(False, f"for {words} {stopped}")
            if given is None or given is Ellipsis:
                return Answer(False, f"for {words} yours returns nothing; write its line, and begin it with return.")
            wanted = self.right(*deepcopy(arguments))
            if not self.same(given, wanted):
                asked = next((asked for asked, wrong in self.mistakes.items() if self.alike(attempt, wrong)), "")
                found = f"for {words} yours gives {brief(given)}, expected {brief(wanted)}"
                return Answer(False, f"{found}; {asked}" if asked else f"{found}.")
        return Answer(True, self.praise)

    def alike(self, attempt: Callable, wrong: Callable) -> bool:
        """Tell whether a student's function gives what a mistake gives, on every case."""
        pairs = ((run(attempt, case)[0], run(wrong, case)[0]) for case in self.cases.values())
        return (
            all(self.same(given, mistaken) for given, mistaken in pairs) or self.random(attempt) and self.random(wrong)
        )

    def random(self, function: Callable) -> bool:
        """Tell whether a function gives another value when it is called once more."""
        return any(repr(run(function, case)[0]) != repr(run(function, case)[0]) for case in self.cases.values())

    def same(self, given, wanted) -> bool:
        """Tell whether two values are the same but for rounding; two that do not fit each other are not."""
        if isinstance(wanted, Mapping):
            fits = isinstance(given, Mapping) and given.keys() == wanted.keys()
            return fits and all(self.same(given[name], wanted[name]) for name in wanted)
        try:
            given, wanted = np.asarray(given, dtype=float), np.asarray(wanted, dtype=float)
        except (TypeError, ValueError):
            given, wanted = np.asarray(given, dtype=object), np.asarray(wanted, dtype=object)
            return bool(np.array_equal(given, wanted))
        return given.shape == wanted.shape and np.allclose(given, wanted, rtol=self.rtol, atol=1e-12)


@dataclass
class Choose(Prediction):
    """Ask for one of several choices; `means` says what each would mean, and why the right one is right."""

    right: str
    means: Mapping[str, str]

    def __call__(self, choice: str | None) -> Answer:
        """Tell whether the choice is the right one, and what it would mean."""
        letters = ", ".join(f'"{letter}"' for letter in self.means)
        if choice is None or choice is Ellipsis:
            return Answer(False, f"make a guess first: one of {letters}. A guess that turns out wrong teaches most.")
        if self.skipped(choice):
            return Answer(False, SKIPPED)
        letter = str(choice).strip().lower()
        if letter not in self.means:
            return Answer(False, f"{brief(choice)} is not among the choices; write one of {letters}.")
        self.made = True
        return Answer(letter == self.right, self.means[letter])


@dataclass
class Guess(Prediction):
    """Ask for a number, which may be off by a factor; `mistakes` are wrong numbers, each under its answer."""

    right: float
    praise: str
    mistakes: Mapping[str, float]
    factor: float = 1.1

    def __call__(self, number: float | None) -> Answer:
        """Tell whether the number is near enough."""
        if number is None or number is Ellipsis:
            return Answer(False, "make a guess first: write a number. A guess that turns out wrong teaches most.")
        if self.skipped(number):
            return Answer(False, SKIPPED)
        try:
            number = float(number)
        except (TypeError, ValueError):
            return Answer(False, f"here a number is wanted, such as 1e-3, not {brief(number)}.")
        self.made = True
        if self.near(number, self.right):
            return Answer(True, self.praise)
        asked = next((asked for asked, wrong in self.mistakes.items() if self.near(number, wrong)), "")
        return Answer(False, asked or f"{number:g} is too {'large' if number > self.right else 'small'}.")

    def near(self, number: float, wanted: float) -> bool:
        """Tell whether two numbers differ by no more than the factor."""
        if not number or not wanted:
            return number == wanted
        return 1 / self.factor <= number / wanted <= self.factor


Exercise = Build | Choose | Guess


def run(function: Callable, arguments: Sequence) -> tuple[object, str]:
    """Return a function's value for a copy of the arguments; where it raises, say in which line and why."""
    try:
        with np.errstate(all="ignore"):
            return function(*deepcopy(arguments)), ""
    except Exception as problem:
        lines = [frame.lineno for frame in extract_tb(problem.__traceback__) if frame.name == function.__name__]
        where = f" in line {lines[-1]} of the cell" if lines else ""
        return None, f"yours stops{where} with {type(problem).__name__}: {problem}"


def brief(value) -> str:
    """Write a value short enough for a sentence."""
    if isinstance(value, Mapping):
        return f"a dict of {', '.join(map(str, value)) or 'nothing'}"
    if isinstance(value, float | int | np.number):
        return f"{float(value):.9g}"
    words = np.array2string(value, precision=4, threshold=8) if isinstance(value, np.ndarray) else repr(value)
    words = " ".join(words.split())
    return words if len(words) <= 60 else f"{words[:57]}…"
