"""The exercises of lesson 06: what fresh masks read, what dropout off hides, and dropout's way back."""

import numpy as np

from .build import Build
from .prediction import Choose, Guess

fresh = Guess(
    1.0,
    "J(θ + ε) and J(θ − ε) belong to two unlike networks; their difference, divided by 2ε, is so long that dθ no "
    "longer counts: ‖dθ_approx‖ / ‖dθ_approx‖ = 1.",
    {
        "that is what a right gradient reads where J is the same function each time. With fresh masks, is it?": 1e-8,
        "that is the share of units that are dropped; what is divided by 2ε here?": 0.2,
        "that is what two unrelated vectors of the same length read; how long is dθ_approx here?": 0.5**0.5,
        "0 would mean that both agree in every digit.": 0.0,
    },
    large=": no relative difference is larger than 1, for ‖a − b‖ is never more than ‖a‖ + ‖b‖.",
    small=": what fresh masks do to J is divided by 2ε, so dθ_approx is not a bit off, but millions of times too long: "
    "in the lab, all bars of fresh masks reach the top.",
    tells=("resh reads 1",),
    solution="solutions/06_dropout_off.ipynb",
)

off = Choose(
    "c",
    {
        "a": "where nothing is dropped the mask is 1 everywhere, and to forget it changes nothing. Which block could "
        "disagree?",
        "b": "with keep_prob = 1.0 no mask is drawn, and J is the same number each time. And dropout can be checked: "
        "freeze the mask. In the lab a right one then reads 1e-8, and no_mask turns W1 and b1 red.",
        "c": "with keep_prob = 1.0 the mask is 1 everywhere, so the wrong line computes the right thing. What is off "
        "cannot be checked.",
    },
    tells=("no_mask cannot be seen here",),
    solution="solutions/06_dropout_off.ipynb",
)


def right(dA, mask, keep_prob):
    """dA ∘ mask / keep_prob"""
    return dA * mask / keep_prob


RNG = np.random.default_rng(6)  # so that the first row and the first column of the mask have a 0

way_back = Build(
    right,
    {
        "dA = 3, a unit that stays, keep_prob = 0.5": (np.array([[3.0]]), np.array([[1.0]]), 0.5),
        "dA = 3, a unit that was dropped, keep_prob = 0.5": (np.array([[3.0]]), np.array([[0.0]]), 0.5),
        "6 units and 8 examples": (RNG.standard_normal((6, 8)), 1.0 * (RNG.random((6, 8)) < 0.8), 0.8),
    },
    {
        "a dropped unit had no say in J: can it have a slope? Where is the mask?": " * mask → ",
        "on the way forward A was divided by keep_prob: what does that do to its slope?": " / keep_prob → ",
        "A ∘ mask / keep_prob went forward: by what is its slope divided or multiplied?": "/ keep → * keep",
        "that undoes the way forward; a slope goes through the same factor, mask / keep_prob.": "dA * keep_prob / mask",
        "a dropped unit has the slope 0, and yours leaves it its dA.": "dA * (mask / keep_prob + (1 - mask))",
        "that takes out what was kept, and loses its place; a product leaves 0 elsewhere.": "dA[mask == 1] / keep_prob",
        "the mask is 1 where a unit stays: which ones did you keep?": "mask → (1 - mask)",
        "1 − keep_prob is the share that is dropped; A was divided by keep_prob.": "keep_prob → (1 - keep_prob)",
    },
    "the way back goes through the same mask, with the same 1/keep_prob.",
)
