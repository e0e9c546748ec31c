"""The exercises of lesson 11: what a sum hides; whom a batch couples; the gradient of an embedding."""

import numpy as np

from .build import Build
from .prediction import Choose

summed = Choose(
    "b",
    {
        "a": "so one would think: dx is almost half wrong. But with gain 1 and shift 0 the outputs of a norm always "
        "add up to 0. This J stays where it is, whatever x does.",
        "b": "the sum of the outputs is always the same, so J has no slope in x; and with ones above, the forgotten "
        "term is 0 as well. Two zeros agree.",
        "c": "0/0 would be nan, but both vectors have other entries: those of gain and shift, which are right.",
    },
    tells=("J hardly depends on x",),
    solution="solutions/11_a_layer_of_your_own.ipynb",
)

coupled = Choose(
    "c",
    {
        "a": "that is so in layer norm, where each example has a μ and a σ of its own. In batch norm they belong to a "
        "feature, and every example has its share in them.",
        "b": "in feature 1 alone, true. But whose numbers go into its μ and its σ?",
        "c": "μ and σ of a feature are taken over the examples, so every example moves this output.",
        "d": "a nudge of another feature moves neither μ nor σ of this one.",
    },
    tells=("[0 1 0",),
    solution="solutions/11_a_layer_of_your_own.ipynb",
)


def right(dout, rows, count):
    """dtable[r] = Σ dout over all places where row r was looked up"""
    dtable = np.zeros((count, dout.shape[1]))
    for i in range(len(rows)):
        dtable[rows[i]] += dout[i]
    return dtable


embedded = Build(
    right,
    {
        "row 2 used twice": (np.array([[1.0, 2.0], [3.0, 5.0], [10.0, 20.0]]), np.array([0, 2, 2]), 4),
        "every row used once": (np.array([[1.0], [-3.0]]), np.array([1, 0]), 2),
        "one row used three times": (np.array([[1.5], [4.0], [-2.25]]), np.array([1, 1, 1]), 3),
    },
    {
        "a row that is used twice gets two slopes: are they added, or is the last one alone kept?": "+= → =",
        "a row that is used twice moves J twice; yours keeps its first use.": "+= → += (rows[i] not in rows[:i]) *",
        "a row that is used twice counts its sum twice: once for each use?": "+= → += sum(rows == rows[i]) *",
        "a row that is used twice moves J twice: is that a sum, or a mean?": "dout[i] → dout[i] / sum(rows == rows[i])",
        "that counts the uses: each adds its dout[i], and not 1.": "+= dout[i] → += 1",
        "that looks up again, as the way forward does; here dout[i] belongs to row rows[i].": "dout[rows]",
        "exchanged: rows[i] is a row of the table, i one of dout.": "[rows[i]] += dout[i] → [i] += dout[rows[i]]",
        "in dout the slopes stand in the order of the uses: for i, r in enumerate(rows).": "dout[i] → dout[rows][i]",
    },
    "what is used twice has the sum of both slopes: one row, two ways to J.",
)
