"""The self-checks of the course, one file a notebook: each answers in a sentence, and knows the commonest mistakes."""

from . import decay, dropout, epsilon, hiding, kink, layers, own_line, pattern, repair, secant, start, training, vector
from .exercise import Answer, Build, Choose, Exercise, Guess
from .grade import checker

__all__ = [
    "Answer",
    "Build",
    "Choose",
    "Exercise",
    "Guess",
    "checker",
    "decay",
    "dropout",
    "epsilon",
    "hiding",
    "kink",
    "layers",
    "own_line",
    "pattern",
    "repair",
    "secant",
    "start",
    "training",
    "vector",
]
