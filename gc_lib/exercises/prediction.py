"""An exercise in which a student predicts: a choice or a number; until it is made, a cover hides what would tell it."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from .answer import Answer, a_number, brief, near

SKIPPED = "skipped. What stood behind a cover opens when you run its cell again."
SKIP = "skip"
FIRST = 'First guess: write your guess into the cell above that asks for it, and run both. Or write "skip".'


@dataclass(frozen=True)
class Cover:
    """Stand where something will be seen once a guess has been made, and lead to the page where it is seen."""

    solution: str

    def __repr__(self) -> str:
        return f"? {FIRST} Only reading? The answer stands in {self.solution}."

    def at(self, **_) -> "Cover":
        """Return the cover: of a lab that is covered nothing is told either."""
        return self

    def _repr_html_(self) -> str:
        page = f'<a href="{self.solution}">the worked solution</a>'
        return f'<div role="status"><b>?</b> {FIRST} Only reading? The answer stands in {page}.</div>'


@dataclass(kw_only=True)
class Prediction:
    """Remember whether a guess has been made; `tells` are the words or numbers from which its answer could be read.

    A test reads the lessons as they ship: none of these stands in what a cell shows before the prediction's reveal.
    `solution` is the page on which it stands revealed, as seen from the lesson.
    """

    tells: tuple[str, ...] = ()
    solution: str = ""
    made: bool = field(default=False, init=False)

    def skipped(self, guess) -> bool:
        """Tell whether a guess is the word "skip", which uncovers as a guess does."""
        skipped = str(guess).strip().lower() == SKIP
        self.made |= skipped
        return skipped

    def guessed(self) -> bool:
        """Tell whether a guess has been made; where none was, say so in place of what would be seen.

        Example: `if gcl.exercises.decay.forgets.guessed(): print(lab.at(in_J="nothing"))`.
        """
        if not self.made:
            sys.displayhook(Cover(self.solution))  # as where a cell ends on it: in a notebook, with its link
        return self.made

    def reveal(self, lab: Callable) -> object:
        """Open a lab once a guess has been made; before that, show a cover.

        Example: `lab = gcl.exercises.secant.falls.reveal(gcl.labs.secant)`.
        """
        return lab() if self.made else Cover(self.solution)


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

    `small` and `large` end the answer to any other number that is too small, or too large.

    >>> best = gcl.exercises.Guess(1e-5, "there the V is deepest.", {"that is the lecture's ε.": 1e-7})
    >>> best(1e-7)
    Not yet: that is the lecture's ε.
    """

    right: float
    praise: str
    mistakes: Mapping[str, float]
    factor: float = 1.1
    small: str = "."
    large: str = "."

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
            return Answer(False, f"here a number is wanted, such as 12 or 1e-3, not {brief(number)}.")
        if np.isnan(number):
            return Answer(False, "nan is what 0/0 gives, and no number; write one, such as 1e-3.")
        self.made = True
        if self.near(number, self.right):
            return Answer(True, self.praise)
        slips = {
            **self.mistakes,
            "the sign is turned round.": -self.right,
            "it is upside down: what stands above the line belongs below.": 1 / self.right if self.right else np.inf,
            "is that in per cent? Write it as a plain number.": 100 * self.right,
        }
        asked = next((asked for asked, wrong in slips.items() if self.near(number, wrong)), "")
        size = f"large{self.large}" if number > self.right else f"small{self.small}"
        return Answer(False, asked or f"{number:g} is too {size}")

    def near(self, number: float, wanted: float) -> bool:
        """Tell whether two numbers differ by no more than the factor."""
        return near(number, wanted, self.factor)
