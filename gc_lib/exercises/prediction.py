"""A prediction: what would tell its answer stands behind a cover until a guess has been made."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

SKIP = "skip"
FIRST = 'First guess: write your guess into the cell above and run that cell, then this one. Or write "skip".'


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
