"""Lesson 07: when to check."""

import numpy as np

from .build import Build
from .prediction import Choose, Guess


def evaluations_of(sizes) -> int:
    """Return twice the number of weights and biases."""
    n = 0
    for l in range(1, len(sizes)):
        n += sizes[l] * sizes[l - 1] + sizes[l]
    return 2 * n


near_zero = Choose(
    "b",
    {
        "a": "the wrong line leaves out f′(Z), and near zero the slope of tanh is nearly 1: there the line computes "
        "nearly the right thing.",
        "b": "with small W every Z is near 0, and tanh(z) is nearly z: to forget its slope 1 − tanh² changes dZ by a "
        "share of about z². At W times 1 the bug stands out; at W times 0.003 the reading is great, helped by the λ "
        "term, which is right. So backprop may be right only near zero: look again once W has grown.",
        "c": "small W do make small gradients, but the reading divides by their length. Ask what the forgotten factor "
        "f′(Z) is where Z is nearly 0.",
    },
    tells=("W times",),
    solution="solutions/07_when_to_check.ipynb",
)

seen = Choose(
    "b",
    {
        "a": "the wrong term is λ/m · b, and at the start every b is 0. Nothing is added, whatever λ is, and the wrong "
        "line computes the right thing.",
        "b": "one step moves the biases away from 0, and from then on the wrong term is there: the reading jumps from "
        "1e-8 to 3e-4.",
        "c": "after one step the biases are small, and so is the wrong term. But a check sees seven digits: some "
        "ten-thousandths of the gradient stand out by far.",
        "d": "a term that is 0 cannot be seen, true. But it is 0 only while every b is: checked once is not checked. "
        "In the lab one step of training turns every b red.",
    },
    tells=("no check can see it",),
    solution="solutions/07_when_to_check.ipynb",
)

falls = Choose(
    "c",
    {
        "a": "J falls as long as the steps lead downhill at all, and for that dθ need not be the gradient. In the lab "
        "dA_doubled reads 0.4, and J falls.",
        "b": "after 100 steps dA_doubled reads 0.4, no_slope 0.65 and output_slope_twice 0.7, and J falls in all "
        "three. None of them is nearly right.",
        "c": "a wrong dθ often points downhill too, only less steeply, or a little astray. Training is too patient to "
        "be a test.",
    },
)

evaluations = Build(
    evaluations_of,
    {f"sizes {sizes}": (sizes,) for sizes in ([16, 6, 6, 1], [64, 16, 8, 1], [100, 20, 10])},
    {
        "did you count the biases, one for each unit?": " + sizes[l] → ",
        "is that one for each parameter? The two-sided difference takes two.": "2 * n → n",
        "that is the one-sided difference; two sides take two for each parameter.": "2 * n → n + 1",
        "is that a bias for each input of a layer? It has one for each unit.": "+ sizes[l] → + sizes[l - 1]",
        "a bias for every unit, not one for every layer.": "+ sizes[l] → + 1",
        "the input has no biases.": "n = 0 → n = sizes[0]",
        "that is two for each block; a block has many entries, and each is nudged.": "4 * (len(sizes) - 1)",
        "that counts the units; but W[l] has an entry for every pair of units.": "2 * sum(sizes)",
        "W[l] has sizes[l] · sizes[l − 1] entries; yours multiplies all sizes at once.": (
            lambda sizes: 2 * (np.prod(sizes) + sum(sizes[1:]))
        ),
        "a product of all sizes counts no weights; W[l] has sizes[l] · sizes[l − 1] entries.": (
            lambda sizes: 2 * np.prod(sizes)
        ),
        "J is evaluated twice for a bias, too: 2 * (weights + biases).": "sizes[l] * → 2 * sizes[l] *; 2 * n → n",
        "yours is the last layer alone. = begins anew in every round, += adds on.": "+= → =",
        "l = 0 is the input, and sizes[0 - 1] the last layer: layers begin at 1.": "range(1, → range(",
    },
    f"two for every weight and every bias. A network of 784-100-10 takes {evaluations_of([784, 100, 10]):,}.",
    rtol=0,
)

CHECK = evaluations_of([784, 100, 10])

steps = Guess(
    CHECK / 3,
    f"one check costs as much as {CHECK / 3:,.0f} steps of training. So check in a small network, then switch it off.",
    {
        "that is the number of evaluations; a step of training costs about three of them.": CHECK,
        "that is the number of parameters; each takes two evaluations, and a step costs about three.": CHECK / 2,
        "a nudge goes both ways: each parameter takes two evaluations.": CHECK / 6,
        "you multiplied by 3; but how many times does a step fit into the check?": CHECK * 3,
    },
)
