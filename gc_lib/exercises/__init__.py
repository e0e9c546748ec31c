"""The self-checks of the course, one file a notebook: each answers in a sentence, and knows the commonest mistakes.

>>> gcl.exercises.secant.two_sided(lambda J, theta, eps: (J(theta + eps) - J(theta - eps)) / eps)
Not yet: for J = θ³ at θ = 1, ε = 0.01 yours gives 6.0002, expected 3.0001; is there a 2 missing below the line?
"""

from . import decay, dropout, epsilon, hiding, kink, layers, own_line, pattern, repair, secant, start, training, vector
from .answer import Answer
from .build import Build
from .grade import checker
from .prediction import Choose, Guess

Exercise = Build | Choose | Guess

__all__ = ["Answer", "Build", "Choose", "Exercise", "Guess", "checker", "decay", "dropout", "epsilon", "hiding"]
__all__ += ["kink", "layers", "own_line", "pattern", "repair", "secant", "start", "training", "vector"]
