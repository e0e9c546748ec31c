"""The self-checks of the course, one file a notebook: each answers in a sentence, and knows the commonest mistakes."""

from . import decay, epsilon, hiding, homework, kink, pattern, repair, secant, training
from .exercise import Answer, Build, Choose, Exercise, Guess

__all__ = [
    "Answer",
    "Build",
    "Choose",
    "Exercise",
    "Guess",
    "decay",
    "epsilon",
    "hiding",
    "homework",
    "kink",
    "pattern",
    "repair",
    "secant",
    "training",
]
