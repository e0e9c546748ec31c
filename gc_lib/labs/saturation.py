"""The lost digits of 1 − A: J from A, as the lecture writes it, beside J from Z, in the assignment's own network."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from ..checker.params import to_vector
from ..checker.slide import GREAT, SLIDE, band, score
from ..checker.words import html_table, in_digits, short
from ..network.network import Network
from ..plots.saturation import saturation_picture
from .fields import Fields, log_values, number, slider
from .lab import Lab
from .result import Curve, Headline, Shown

EPS, STEPS = log_values(-12, -2, 1), np.linspace(-2, 2, 401)
DIGIT = 2.0**-52  # the last digit of 1 + e⁻ᶻ, by which A = 1 / (1 + e⁻ᶻ) moves where it is near 1
OUTPUTS = {"from A": "sigmoid_as_written", "from Z": "sigmoid"}


def assignment() -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Draw X, Y and θ as the assignment's test case does, from the seed 1."""
    draw = np.random.RandomState(1).randn
    X, params = draw(4, 3), {}
    for l, (n, n_prev) in enumerate([(5, 4), (3, 5), (1, 3)], start=1):
        params |= {f"W{l}": draw(n, n_prev), f"b{l}": draw(n, 1)}
    return X, np.array([[1, 1, 0]]), params


X, Y, PARAMS = assignment()
PAIRS = {words: Network([4, 5, 3, 1], hidden="relu", output=name).on(X, Y) for words, name in OUTPUTS.items()}
GIVEN = float(PAIRS["from Z"][0].layers(PARAMS)[-1].Z[0, 2])
ZS = sorted([GIVEN, *range(0, 37, 2)])


class State(Fields):
    """Hold ε, and z of the third example, whose label is 0: the bias b3 moves it."""

    eps: float = slider("ε", EPS, 1e-7, number(EPS[0], EPS[-1]))
    z: float = slider("z of example 3, label 0", ZS, GIVEN, number(0, 36), lambda z: short(z, 2), "400px")

    @property
    def theta(self) -> dict[str, np.ndarray]:
        """The assignment's parameters, but for b3."""
        return PARAMS | {"b3": PARAMS["b3"] + (self.z - GIVEN)}


class Result(Shown):
    """Hold how both J rise from θ along b3, at `steps` of ε; and 1 − A of the example.

    The curves are what both read against ε; `here` is where the student stands on each.
    """

    rises: dict[str, np.ndarray]
    here: dict[str, tuple[float, float]]
    rest: float
    steps = STEPS

    def in_short(self) -> Headline:
        """Say what the check reads with the lecture's J, and with the other."""
        (_, written), (_, known) = self.here.values()
        return Headline(f"from Z the same backprop reads {in_digits(known, GREAT)}", short(written, 2), band(written))

    def said(self) -> Iterator[str]:
        """Say how coarse J from A is, beside what a nudge moves it by."""
        step, moved = DIGIT / self.rest / X.shape[1], float(np.ptp(self.rises["from Z"])) / 2
        yield f"1 − A of example 3 is {short(self.rest, 2)}; near 1, A moves in steps of {short(DIGIT, 2)}."
        yield f"So <b>J from A moves in steps of {short(step, 1)}</b>;"
        yield f"from θ − ε to θ + ε it should move by {short(moved, 1)}. Backprop is right."

    def tables(self) -> Iterator[str]:
        """Write both curves as a table."""
        readings = zip(*self.curves["from A"], self.curves["from Z"].y, strict=True)
        rows = [(short(eps), *(in_digits(reading, GREAT) for reading in each)) for eps, *each in readings]
        yield html_table(["ε", "J from A reads", "J from Z reads"], rows)


@lru_cache(64)
def read(words: str, z: float, eps: float) -> float:
    """Return what the check of all entries reads."""
    (cost, gradient), theta = PAIRS[words], State(z=z).theta
    return score(SLIDE.difference(*cost.nudged(theta, eps), cost(theta), eps), to_vector(gradient(theta)))


def compute(state: State) -> Result:
    """Measure both J along b3, and what both read at every ε."""
    theta, z = state.theta, state.z
    stack = {name: block[None] for name, block in theta.items()}
    stack["b3"] = stack["b3"] + state.eps * STEPS[:, None, None]
    rises = {words: cost.at(stack, len(STEPS)) - cost(theta) for words, (cost, _) in PAIRS.items()}
    curves = {words: Curve(np.array(EPS), np.array([read(words, z, eps) for eps in EPS])) for words in PAIRS}
    here = {words: (state.eps, read(words, z, state.eps)) for words in PAIRS}
    return Result(state, rises, here, 1 - float(PAIRS["from A"][0].layers(theta)[-1].A[0, 2]), curves=curves)


class Saturation(Lab):
    """Open the lab of the saturated unit, in the state given.

    >>> print(gcl.labs.saturation(z=28))
    Relative difference 1: worry. From Z the same backprop reads about 1e-8. 1 − A of
    example 3 is 6.9e-13; near 1, A moves in steps of 2.2e-16. So J from A moves in steps of
    1e-4; from θ − ε to θ + ε it should move by 7e-8. Backprop is right.
    """

    State, View, compute, room = State, saturation_picture, compute, 240
