"""Lesson 08: catch the number when it lies."""

import numpy as np

from .build import Build
from .prediction import Choose

every_eps = Choose(
    "c",
    {
        "a": "where ε shrinks tenfold, round-off grows tenfold, truncation shrinks a hundredfold. This reading stays.",
        "b": "it stays, as a bug's would. But a bad reading says that two numbers differ, not that dθ is the wrong "
        "one. In the lab below, let a corner into the window: the reading leaps, and dθ has not changed.",
        "c": "round-off and truncation both move with ε. Where the slope of J jumps at θ itself, however narrow the "
        "window, half of it lies on either side: dθ_approx is the mean of two slopes, and dθ here is one of them.",
    },
    tells=("corner in the window",),
    solution="solutions/08_the_number_lies.ipynb",
)

fewer = Choose(
    "a",
    {
        "a": "each example adds corners of its own, so the nearest of all is never farther, and here a smaller ε "
        "already reaches it.",
        "b": "each corner does get milder, since J is a mean over the examples. But there are more of them, and the "
        "nearest is nearer.",
        "c": "θ is the same, but a corner is where a unit switches on for one example: more examples, more corners.",
    },
    tells=("in the window of 1 of 31 entries",),
    solution="solutions/08_the_number_lies.ipynb",
)


def jump_of_slope(J, theta, eps):
    """|2 S(ε) − S(2ε)|: 0 for a parabola, and the jump of the slope at a corner on θ."""
    S_1 = (J(theta + eps) - 2 * J(theta) + J(theta - eps)) / eps
    S_2 = (J(theta + 2 * eps) - 2 * J(theta) + J(theta - 2 * eps)) / (2 * eps)
    return abs(2 * S_1 - S_2)


jump = Build(
    jump_of_slope,
    {
        "ReLU on its corner, ε = 0.01": (lambda t: np.maximum(t, 0), 0.0, 0.01),
        "−|θ| on its corner, ε = 0.001": (lambda t: -np.abs(t), 0.0, 0.001),
        "θ², a smooth bend, at θ = 1, ε = 0.01": (np.square, 1.0, 0.01),
        "e^θ at θ = 1, ε = 0.1": (np.exp, 1.0, 0.1),
        "θ² − 50 θ⁴, where S turns its sign, at θ = 0, ε = 0.1": (lambda t: t**2 - 50 * t**4, 0.0, 0.1),
        "|θ| with its corner 0.004 from θ, ε = 0.01": (np.abs, 0.004, 0.01),
    },
    {
        "S(ε) − S(2ε) alone is 0 at a corner and not 0 at a bend: did you lose the 2 before S(ε)?": "2 * S_1 → S_1",
        "2 J(θ) is missing in S(2ε): a difference of two J is a slope.": (
            "J(theta + 2 * eps) - 2 * J(theta) + J(theta - 2 * eps) → J(theta + 2 * eps) - J(theta - 2 * eps)"
        ),
        "in S(2ε) the points are θ ± 4ε: is ε doubled twice?": "theta + 2 * → theta + 4 *; theta - 2 * → theta - 4 *",
        "S(2ε) takes 2ε on both sides of θ.": "J(theta - 2 * eps) → J(theta - eps)",
        "S(2ε) is taken away from 2 S(ε), not added to it.": "2 * S_1 - S_2 → 2 * S_1 + S_2",
        "S(2ε) counts once, S(ε) twice, and S(2ε) is divided by its own step, 2ε.": "- S_2 → - 2 * S_2",
        "S(2ε) takes 2ε everywhere: in J(θ + 2ε), in J(θ − 2ε), and below the line.": "- S_2 → - S_1 / 2",
        "yours is always 0. S(2ε) is S with another step, and not twice S(ε).": "0.0",
        "the 2 belongs to S(ε), the smaller step.": "2 * S_1 - S_2 → S_1 - 2 * S_2",
        "abs goes round the whole: the signs of S(ε) and S(2ε) count.": "2 * S_1 - S_2 → 2 * abs(S_1) - abs(S_2)",
        "abs goes round the difference, not round its parts.": "abs(2 * S_1 - S_2) → 2 * abs(S_1) - abs(S_2)",
        "a jump has a size and no sign: is an abs missing?": "abs( → (",
        "max(0, …) makes 0 of a corner where the slope jumps down: take the abs.": "abs( → max(0, ",
        "that is S(ε) alone, and a smooth bend has one, too: take S(2ε) away from 2 S(ε).": "2 * S_1 - S_2 → S_1",
        "divided by h² it grows without end at a corner; S divides by h. And did you lose the 2 before S(ε)?": (
            "2 * S_1 - S_2 → (S_1 - S_2 / 2) / eps"
        ),
        "divided by h² it grows without end at a corner; S divides by h.": "2 * S_1 - S_2 → (2 * S_1 - S_2 / 2) / eps",
    },
    "a corner on θ gives the jump of its slope, a bend nearly 0, and a corner elsewhere in the window less than its "
    "jump. So gcl.check tells a kink from a bug.",
)

passes = Choose(
    "b",
    {
        "a": "θ is wrong afterwards, but by how much? Each entry is left 1e-7 too low: the slopes move as little, "
        "and a checker that is wrong can pass unseen. On the bench of lesson 00, tick not_restored, and slide ε up.",
        "b": "θ drifts by 1e-7 an entry, which moves the slopes by about as much. The mistake passes at "
        "ε = 1e-7; at a larger ε it does not.",
        "c": "that is what dividing by ε instead of 2ε reads: dθ_approx twice too long. Here the quotient is right.",
    },
    tells=("not_restored at 1e-7",),
    solution="solutions/08_the_number_lies.ipynb",
)
