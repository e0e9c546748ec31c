"""Lesson 01, nudge one number: the two-sided difference, and how fast its error falls."""

import numpy as np

from .build import Build
from .prediction import Choose, Guess


def central(J, theta, eps):
    """(J(θ + ε) − J(θ − ε)) / 2ε"""
    return (J(theta + eps) - J(theta - eps)) / (2 * eps)


two_sided = Build(
    central,
    {
        "J = θ³ at θ = 1, ε = 0.01": (lambda t: t**3, 1.0, 0.01),
        "J = θ³ at θ = 0.5, ε = 0.1": (lambda t: t**3, 0.5, 0.1),
        "J = e^θ at θ = 2, ε = 0.1": (np.exp, 2.0, 0.1),
        "J = cos θ, which falls, at θ = 2, ε = 0.1": (np.cos, 2.0, 0.1),
    },
    {
        "is there a 2 missing below the line?": "(2 * eps) → eps",
        "that is the one-sided difference; also look to the left of θ.": "theta - eps)) / (2 * eps) → theta)) / eps",
        "that is the one-sided difference; also look to the right of θ.": "(J(theta) - J(theta - eps)) / eps",
        "one of the points is θ itself; those 2ε apart are θ ± ε.": "theta - eps → theta",
        "one of the points is θ itself; the lecture's stand on either side of it, at θ ± ε.": "theta → theta + eps",
        "ε moves θ, inside of the brackets of J.": (
            "J(theta + eps) - J(theta - eps) → J(theta) + eps - (J(theta) - eps)"
        ),
        "yours moves θ by a share ε of itself; the points are θ ± ε.": (
            "theta + eps → theta * (1 + eps); theta - eps → theta * (1 - eps)"
        ),
        "the points are θ ± 2ε, and so 4ε apart.": "theta + eps → theta + 2 * eps; theta - eps → theta - 2 * eps",
        "is there an ε missing below the line? The two points are 2ε apart.": "(2 * eps) → 2",
        "/ 2 * eps multiplies by ε; put 2 * eps in brackets.": "(2 * eps) → 2 * eps",
        "put the difference in brackets, and 2 * eps too.": "J(theta + eps) - J(theta - eps) / 2 * eps",
        "that is J of the difference; a slope needs the difference of two J.": "J(2 * eps) / (2 * eps)",
        "that is a mean of J; a slope is a difference over the distance.": "(J(theta + eps) + J(theta - eps)) / 2",
        "the sign is turned round: J on the right comes first.": "(J( → -(J(",
        "that goes beyond the lecture: two steps, so that the error in ε² cancels. Here one is wanted.": (
            "(4 * (J(theta + eps / 2) - J(theta - eps / 2)) - (J(theta + eps) - J(theta - eps)) / 2) / (3 * eps)"
        ),
        "that goes beyond the lecture: four points, so that the error in ε² cancels. Here two are wanted.": (
            "(8 * (J(theta + eps) - J(theta - eps)) - J(theta + 2 * eps) + J(theta - 2 * eps)) / (12 * eps)"
        ),
    },
    "that is the lecture's formula. You have written gradient checking for one number.",
)

falls = Choose(
    "c",
    {
        "a": "so it would be if both errors were of the size ε². But the one-sided secant has only one "
        "end away from θ, and nothing cancels there.",
        "b": "that is true of the one-sided secant. On two sides the bend pulls both ends the same way, and cancels.",
        "c": "the one-sided error falls as ε, the two-sided one as ε². That is why the lecture looks to both sides.",
        "d": "to be as good as two sides are at ε = 1e-4, where they are 1e-8 off, one side needs ε = 3e-9, and there "
        "rounding spoils it. In the lab, on the right, the two lines part as ε falls.",
    },
    tells=("two-sided error 100 times smaller",),
    solution="solutions/01_nudge_one_number.ipynb",
)

slope = Guess(
    2.0,
    "two powers of ten down for one to the left: the error is about a constant times ε², of second order.",
    {
        "that is the one-sided line; look at the other one.": 1.0,
        "count powers of ten on both axes, not the lines of the grid: ε falls by one, the error by how many?": 4.0,
    },
)
