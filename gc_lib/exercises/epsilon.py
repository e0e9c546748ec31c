"""Lesson 03: choose ε."""

import numpy as np

from .build import Build
from .prediction import Choose

smaller = Choose(
    "c",
    {
        "a": "that would be truncation, which falls as ε². But at 1e-7 something has long outdone it that grows as ε "
        "shrinks: in the lab, the dots climb to the left of the lowest one.",
        "b": "that would be the truncation of a one-sided difference, if J had endless digits. It has 16.",
        "c": "at 1e-7 round-off rules. The last digit of J is a little off; divided by a 2ε ten times "
        "smaller, that becomes ten times as much.",
    },
    tells=("a larger ε reads less",),
    solution="solutions/03_choose_epsilon.ipynb",
)

single = Choose(
    "c",
    {
        "a": "the code is the same, but J now has 7 digits where it had 16, and a check lives on the digits that are "
        "left after a subtraction.",
        "b": "float32 is coarser, so far you are right. But count the digits: J is about 0.7, known to some 6e-8. By "
        "how much does a nudge of 1e-7 move it?",
        "c": "a nudge of 1e-7 moves J by less than its own last digit. The difference of two such J is nearly all "
        "round-off, so dθ_approx has hardly anything to do with dθ.",
    },
    tells=("Round-off rules: a larger ε reads less",),
    solution="solutions/03_choose_epsilon.ipynb",
)


def least(u):
    """(3u)^⅓, where the slope of ε²/6 + u/ε is 0"""
    return (3 * u) ** (1 / 3)


best_eps = Build(
    least,
    {
        f"{name}, u = {np.finfo(name).eps:.1e}": (float(np.finfo(name).eps),)
        for name in ("float64", "float32", "float16")
    },
    {
        "that is the power of ten of ε; ε itself is 10 to it.": "(3 * u) ** (1 / 3) → np.log10((3 * u) ** (1 / 3))",
        "6 comes of setting the two terms equal; where their sum is least, ε/3 = u/ε².": "3 * u → 6 * u",
        "that is the best for one side, ε/2 + u/ε; here the first term is ε²/6.": "(2 * u) ** (1 / 2)",
        "that would be right for a one-sided difference; here a cube root comes out.": "u ** (1 / 2)",
        "that is a square root; where ε²/6 has the slope ε/3, a cube root comes out.": "1 / 3 → 1 / 2",
        "that is the error at the best ε; which ε is it?": "(3 * u) ** (2 / 3) / 6 + u / (3 * u) ** (1 / 3)",
        "there the error itself would be 0; it is least where its slope is 0.": "-((6 * u) ** (1 / 3))",
        "3 multiplies u: ε/3 = u/ε² says that ε³ = 3u.": "3 * u → u / 3",
        "where did the 3 go? The slope of ε²/6 is ε/3.": "3 * u → u",
        "the 3 belongs under the root: ε³ = 3u.": "(3 * u) → 3 * u",
        "this is ε³: is the cube root missing?": " ** (1 / 3) → ",
    },
    "about u^⅓, some 1e-5 in float64 and 7e-3 in float32. On the network J and J‴ are not 1, so the lab's best ε is "
    "another, but near.",
    rtol=1e-3,
    atol=0,
    factor=10**0.5,
    nearly="its power of ten is right, and more is not needed. Exactly it is (3u)^⅓, where the slope ε/3 − u/ε² is 0.",
)

suspect = Choose(
    "b",
    {
        "a": "A's reading fell a hundredfold as ε grew a hundredfold, as round-off does: so it was round-off. A wrong "
        "line would still be wrong at 1e-5: in the lab, with dW2 wrong by 1e-3, the dots there lie level.",
        "b": "round-off would have fallen a hundredfold, as A's did. One of the two has a bug, and a bug does not care "
        "about ε: B's backprop is wrong, if only by little.",
        "c": "at 1e-7 alone nobody could tell them apart, true. But one of the two did not follow when ε moved.",
    },
    tells=("ε = 1e-07:", "ε = 1e-05:"),
    solution="solutions/03_choose_epsilon.ipynb",
)
