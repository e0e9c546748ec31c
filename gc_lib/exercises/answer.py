"""What is said to a student: an answer, the words for a value, and what a function gives or stops with."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from traceback import extract_tb

import numpy as np

from ..checker.words import printable


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


def run(function: Callable, arguments: Sequence) -> tuple[object, str]:
    """Return a function's value for a copy of the arguments; where it raises, say in which line and why."""
    try:
        with np.errstate(all="ignore"):
            return function(*deepcopy(arguments)), ""
    except SystemExit:
        return None, "yours ends the program; return gives a value back, and exit is not needed"
    except Exception as problem:
        name = getattr(function, "__name__", "")
        lines = [frame.lineno for frame in extract_tb(problem.__traceback__) if frame.name == name]
        where = f" in line {lines[-1]} of the cell" if lines else ""
        return None, " ".join(f"yours stops{where} with {type(problem).__name__}: {problem}".rstrip(".").split())


def no_function(attempt) -> Answer:
    """Say that a function is wanted."""
    return Answer(False, f"here a function is wanted, not {brief(attempt)}; give its name without brackets.")


def brief(value) -> str:
    """Write a value short enough for a sentence."""
    if isinstance(value, Mapping):
        return f"a dict of {', '.join(map(str, value)) or 'nothing'}"
    try:
        if isinstance(value, float | int | np.integer | np.floating) and not isinstance(value, bool):
            return f"{float(value):.9g}"
        words = np.array2string(value, precision=4, threshold=8) if isinstance(value, np.ndarray) else repr(value)
    except Exception:  # a number beyond all floats, or an object that cannot be written
        words = f"a value of the type {type(value).__name__}"
    words = " ".join(words.split())
    return words if len(words) <= 60 else f"{words[:57]}…"


def near(number, wanted, factor: float) -> bool:
    """Tell whether two numbers differ by no more than a factor."""
    if not np.all(number) or not np.all(wanted):
        return np.array_equal(number, wanted)
    return 1 / factor <= number / wanted <= factor


def a_number(value) -> float:
    """Return a number as a float, also if it is written as a string, such as "1/3"."""
    if isinstance(value, bool | np.bool_) or np.iscomplexobj(value):
        raise TypeError
    return float(Fraction(value.replace(",", "."))) if isinstance(value, str) else np.asarray(value, dtype=float).item()
