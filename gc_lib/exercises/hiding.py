"""The exercises of lesson 09: what a small wrong entry reads, two mistakes that cancel, and Taylor's remainder."""

import numpy as np

from ..checker.slide import relative_difference
from .build import Build
from .prediction import Choose, Guess

COUNT = 10_000
equal = np.ones(COUNT)
doubled = np.where(np.arange(COUNT) == 0, 2.0, 1.0)

one_entry = Guess(
    relative_difference(equal, doubled),
    "the distance is 1 entry, and each of both lengths is √10,000 = 100 entries: about 1/200 = 5e-3. That is still "
    "worry. But where the entry is a thousand times smaller than the others it is 5e-6.",
    {
        "a length is the root of a sum of squares: of 10,000 equal entries it is 100 of them, not 10,000.": 1 / COUNT,
        "a length is the root of a sum of squares, so each is 100 entries long, not 10,000.": 1 / (2 * COUNT),
        "below the line both lengths are added up, and each is 100 entries.": 1 / 100,
        "that is what the one entry alone would read; the others add to the length below the line.": 1 / 3,
        "that is by how much the entry is off, measured by itself. The check divides by the length of all.": 1.0,
    },
    factor=1.2,
)

cancel = Choose(
    "b",
    {
        "a": "at 0.5 one doubles what comes down to layer 1, and the other halves it. What do both make of it at 0.8? "
        "A good reading is no proof of right lines: in the lab, bring it out, and W1 and b1 turn red.",
        "b": "at keep_prob = 0.5 one doubles what comes down to layer 1, the other halves it, and dθ is right; at 0.8 "
        "what goes on is 2 · 0.8 = 1.6 times what it should be.",
        "c": "what goes on is 2 · 0.8 = 1.6 times what it should be, and a vector beside 1.6 times itself reads "
        "0.6 / 2.6, far above 1e-5.",
    },
    tells=("Relative difference 0.16",),
    solution="solutions/09_the_bug_hides.ipynb",
)


def right(J, theta, dtheta, v, t):
    """|J(θ + tv) − J(θ) − t dθ·v|"""
    return abs(J(theta + t * v) - J(theta) - t * np.sum(dtheta * v))


place, way = np.array([1.0, 2.0, -1.0]), np.array([0.5, 0.5, -1.0])
remainder = Build(
    right,
    {
        "J = ½ θ·θ, t = 0.1": (lambda t: t @ t / 2, place, place, way, 0.1),
        "J = ½ θ·θ with a dθ twice as large, t = 0.1": (lambda t: t @ t / 2, place, 2 * place, way, 0.1),
        "J = ½ θ·θ with a dθ of the other sign, t = 0.1": (lambda t: t @ t / 2, place, -place, way, 0.1),
        "J = −Σ θ³, t = 0.5": (lambda t: -np.sum(t**3), place, -3 * place**2, way, 0.5),
    },
    {
        "that compares two slopes; the remainder compares two changes of J, and stays to one side of θ.": (
            "abs((J(theta + t * v) - J(theta - t * v)) / (2 * t) - np.sum(dtheta * v))"
        ),
        "the step is t v: where is the t in J(θ + tv)?": "theta + t * v → theta + v",
        "a step of t v changes J by t dθ·v: where is the t?": "t * np.sum → np.sum",
        "take the absolute value of the whole, t dθ·v inside.": "- J(theta) - t → - J(theta)) - (t",
        "the sum belongs to the dot product dθ·v alone.": "abs( → sum(abs(; np.sum(dtheta * v)) → dtheta * v))",
        "is the absolute value missing?": "abs( → (",
        "abs goes round the whole alone: the signs of both changes count.": (
            "abs(J(theta + t * v) - J(theta) - t * np.sum(dtheta * v)) → "
            "abs(abs(J(theta + t * v) - J(theta)) - abs(t * np.sum(dtheta * v)))"
        ),
        "r(t) itself is wanted; yours is r(t)/t.": "abs( → 1 / t * abs(",
        "that is a product of sums; dθ·v is the sum of the products.": (
            "np.sum(dtheta * v) → np.sum(dtheta) * np.sum(v)"
        ),
        "‖dθ‖ ‖v‖ is dθ·v only where both point the same way; a dot product knows the angle.": (
            "np.sum(dtheta * v) → np.linalg.norm(dtheta) * np.linalg.norm(v)"
        ),
        "t dθ·v is taken away from J(θ + tv) − J(θ), the change of J: is one of the signs another?": "- t → + t",
    },
    "what dθ leaves unexplained. For a smooth J it falls as t² where dθ is right, where it is wrong only as t.",
)
