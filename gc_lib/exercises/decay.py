"""The exercises of lesson 05: where J forgets λ; what half a λ term reads; the λ term of one block."""

import numpy as np

from ..checker.slide import relative_difference
from .build import Build
from .prediction import Choose, Guess

forgets = Choose(
    "b",
    {
        "a": "the slope of this J lacks λ/m W, and so every W disagrees. But no b stands in the λ term: what could its "
        "slope lack?",
        "b": "dθ_approx is the slope of this J, which lacks λ/m W in every W. No b stands in the λ term, so no b can "
        "tell whether J has it.",
        "c": "that would be so if backprop forgot it in one layer, for a wrong dW spoils its own block alone. But J "
        "forgets the W of all layers at once.",
        "d": "J forgot it and dW did not: dθ_approx has no λ/m W, dθ has one. The check compares just these two: "
        "on the bench of lesson 00, tick J_no_decay, and every W turns red.",
    },
    tells=("W1, W2 and W3 disagree",),
    solution="solutions/05_remember_regularization.ipynb",
)

half = Guess(
    relative_difference(np.array([1.0]), np.array([0.5])),
    "half of a vector v is v/2 away from it, and both lengths together are 3v/2: (1/2) / (3/2) = 1/3, for any λ > 0.",
    {
        "that is the distance over the length of one of them; below the line stand both lengths added up.": 1 / 2,
        "that is the distance over half of both lengths; the lecture divides by their sum.": 2 / 3,
        "that is what a vector reads against its opposite, or against zero; this one points the right way.": 1.0,
        "it is only a factor, but in one of the two terms of dW: no other learning rate mends that. In the lab, set in "
        "dW to λ/2m W: every W turns red.": 0.0,
    },
    factor=1.05,
    tells=("0.33", "1/3", "3.3e-1"),
    solution="solutions/05_remember_regularization.ipynb",
)


def right(name, slope, block, lam, m):
    """slope + λ/m W for a W, slope alone for a b"""
    return slope + lam / m * block if name[0] == "W" else slope


decayed = Build(
    right,
    {
        "W2 = 2, slope 1, λ = 3, m = 4": ("W2", np.array([[1.0]]), np.array([[2.0]]), 3.0, 4),
        "b2 = 2, slope 1, λ = 3, m = 4": ("b2", np.array([[1.0]]), np.array([[2.0]]), 3.0, 4),
        "a matrix W3": ("W3", np.array([[0.1, -0.2], [0.3, 0.4]]), np.array([[1.0, 2.0], [-3.0, 0.5]]), 0.5, 10),
        "a row W1": ("W1", np.array([[0.5, -0.3]]), np.array([[-1.0, 2.0]]), 0.5, 10),
        "a column b3": ("b3", np.array([[0.1], [-0.2]]), np.array([[1.0], [-2.0]]), 0.5, 10),
    },
    {
        "is the λ term divided by the number of examples?": "lam / m → lam",
        "J has λ/2m, but the slope of W² is 2W: does the 2 stay?": "lam / m → lam / (2 * m)",
        "J grows as W moves away from 0: is its slope added or taken away?": "slope + → slope -",
        "does J hold any b in its λ term? Then its slope for b has none either.": ' if name[0] == "W" else slope → ',
        "yours decays every b, and leaves the W alone: is the question the wrong way round?": '"W" else → "b" else',
        "W1 and W2 are not all: every W has its λ term.": 'name[0] == "W" → name in ("W1", "W2")',
        "that adds the λ term of J itself; what is its slope?": "block → block**2 / 2",
        "that adds J's λ term; its slope is taken entry by entry.": "block → np.sum(block**2) / 2",
        "the slope of the data term is a mean already; only the λ term is divided by m.": "slope + → slope / m +",
        "the slope that is given is a mean already, of W and of b; only the λ term is divided by m.": (
            "slope + lam / m → slope / m + lam / m; else slope → else slope / m"
        ),
    },
    "W gets λ/m W on top, b nothing: the slope of the J that you wrote down.",
)
