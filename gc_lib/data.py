"""Small labelled data sets in the lecture's shapes: an example is a column. Nothing is downloaded.

The digits are E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
doi 10.24432/C50P49, CC BY 4.0. `digits.npz` holds the 1,797 examples that scikit-learn carries of it, unaltered: it was
made by saving `load_digits().data` and `.target` as bytes, beside this attribution, in one compressed numpy file.
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np


def digits(*classes: int, examples: int | None = None, side: int = 8, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw handwritten digits of the classes named, in equal shares and shuffled; no class named means all ten.

    X is (side², m), pixels row by row from 0 (paper) to 1 (ink); side 4 averages squares of 2 x 2 pixels. Y is (1, m)
    for two classes, 0 for the first named and 1 for the second; for more it is one-hot, (classes, m), in that order.
    Without `examples`, m counts all there are. Raises ValueError for a class that is unknown or named twice, for one
    class alone, for a side other than 8 and 4, and for fewer examples than one or more than there are.

    >>> X, Y = gcl.data.digits(3, 8, examples=32)
    >>> X.shape, Y.shape, int(Y.sum())
    ((64, 32), (1, 32), 16)
    """
    classes = classes or tuple(range(10))
    for k in classes:
        if not isinstance(k, int | np.integer) or not 0 <= k <= 9:
            raise ValueError(f"digits: a class should be a whole number 0…9; got {k!r}: write it as digits(3, 8)")
    if len(set(classes)) < max(len(classes), 2):
        raise ValueError(f"digits: classes should be two or more, each once; got {classes}: name others, or none")
    if side not in (4, 8):
        raise ValueError(f"digits: side should be 8 (as scanned) or 4 (pooled); got {side!r}: choose one of them")

    pixels, labels = _scans()
    rng = np.random.default_rng(seed)
    order = rng.permutation(labels.size)
    piles = [order[labels[order] == k] for k in classes]
    m = _count("digits", examples, most=sum(map(len, piles)))
    turns = np.concatenate([np.arange(len(pile)) for pile in piles])
    dealt = np.concatenate(piles)[np.argsort(turns, kind="stable")[:m]]  # one from each pile in turn
    drawn = rng.permutation(dealt)

    images = pixels[drawn].reshape(m, side, 8 // side, side, 8 // side).mean(axis=(2, 4)) / 16
    Y = (labels[drawn] == np.array(classes)[:, None]).astype(float)
    return images.reshape(m, -1).T.copy(), Y[1:] if len(classes) == 2 else Y


def moons(examples: int = 64, noise: float = 0.15, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draw points from two half circles that reach into each other, blurred by Gaussian noise.

    X is (2, m); Y is (1, m), 0 on the upper moon and 1 on the lower, half and half. `noise` is the standard deviation
    of the blur; the radius is 1. Raises ValueError for fewer than one example, and for noise below 0 or not finite.

    >>> X, Y = gcl.data.moons(examples=4, noise=0)
    >>> Y
    array([[0., 0., 1., 1.]])
    """
    m = _count("moons", examples)
    if not 0 <= noise < np.inf:
        raise ValueError(f"moons: noise should be 0 or a little more; got {noise!r}: try 0.15")
    rng = np.random.default_rng(seed)
    lower = rng.permutation(np.arange(m) % 2)
    angle = rng.uniform(0, np.pi, m)
    X = np.where(lower, [1 - np.cos(angle), 0.5 - np.sin(angle)], [np.cos(angle), np.sin(angle)])
    return X + noise * rng.standard_normal((2, m)), lower[None].astype(float)


class Table(NamedTuple):
    """Hold the rows of a table, each a dict, and show them.

    >>> print(gcl.data.Table([{"ε": 1e-5, "reads": "great"}, {"ε": 1e-12, "reads": "worry"}]))
    ε      reads
    1e-05  great
    1e-12  worry
    """

    rows: list[dict]

    @property
    def cells(self) -> list[list[str]]:
        """Every cell as text, the head first."""
        return [list(self.rows[0]), *([str(cell) for cell in row.values()] for row in self.rows)]

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.cells, strict=True)]
        return "\n".join("  ".join(map(str.ljust, line, widths)) for line in self.cells)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head, *lines = ("</td><td>".join(line) for line in self.cells)
        rows = "".join(f"<tr><td>{line}</td></tr>" for line in lines)
        return f"<table><tr><th>{head.replace('td>', 'th>')}</th></tr>{rows}</table>"


def study(kind: str = "") -> Table:
    """Return how often our answer, and others' rules, were right on 10,000 random problems.

    `tests/benchmarks/study.py` drew and judged them. `kind` picks the kinds of problems with these words in their
    name. Raises ValueError where none has.

    >>> {row["rule"]: row["correct: wrong"] for row in gcl.data.study("float64, normal, other").rows}
    {'error bars': 0, 'error bars, any code': 0, 'lecture': 248, 'torch': 230, 'scipy': 1385, 'CS231n': 313}
    """
    rows = [row for row in _table("study.csv") if kind in row["problems"]]
    if not rows:
        raise ValueError(f"study: no kind of problem has {kind!r} in its name; try 'float64, normal', or nothing")
    return Table(rows)


def study_reasons() -> Table:
    """Return how often the reason stated was the cause that was planted; see tests/benchmarks/study.py.

    >>> gcl.data.study_reasons().rows[1]
    {'planted': 'Scale dW or db by a factor: it must be named.', 'true': 200, 'untrue': 0, 'not to be seen': 0}
    """
    return Table(_table("study_reasons.csv"))


def study_outside(family: str = "all") -> Table:
    """Return how often our answer, and others' rules, were right on functions that the checker's author did not draw.

    `tests/benchmarks/study_outside.py` drew and judged them. `family` picks the families with these words in their
    name; "all" is the sum of them, "" is every row. Raises ValueError where none has.

    >>> ours, *others = gcl.data.study_outside().rows
    >>> ours["errors that matter"], ours["errors that matter: right"]
    (2898, 0)
    """
    rows = [row for row in _table("study_outside.csv") if family in row["family"]]
    if not rows:
        raise ValueError(f"study_outside: no family has {family!r} in its name; try 'float32', 'kinks', or nothing")
    return Table(rows)


def _table(name: str) -> list[dict]:
    """Read a shipped table, whole numbers as such."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return [
            {key: int(cell) if cell.isdigit() else cell for key, cell in row.items()} for row in csv.DictReader(file)
        ]


def _count(where: str, examples: int | None, most: int | None = None) -> int:
    """Return how many examples to draw, or say why there cannot be so many."""
    if examples is None and most is not None:
        return most
    if not isinstance(examples, int | np.integer) or examples < 1 or (most is not None and examples > most):
        span = "1 or more" if most is None else f"1…{most} for these classes"
        raise ValueError(f"{where}: examples should be a whole number, {span}; got {examples!r}: ask for one of those")
    return int(examples)


@cache
def _scans() -> tuple[np.ndarray, np.ndarray]:
    """Read the shipped file once: pixels (1797, 64), 0…16, and labels (1797,)."""
    with np.load(Path(__file__).with_name("digits.npz")) as npz:
        return npz["pixels"], npz["labels"]
