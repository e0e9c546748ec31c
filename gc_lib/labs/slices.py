"""What the bench shows: a check where the student stands, and three slices through it, against ε, λ and dropout.

What costs most is kept from move to move: a bug does not touch the nudged losses, ε does not touch the way back, and λ
is added to every nudged loss before two of them are subtracted, so that the round-off stays true.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..checker.inputs import unmoved
from ..checker.params import to_vector
from ..checker.reading import Reading
from ..checker.slide import SLIDE, norm, score
from ..network import bugs, nudge
from ..network.backprop import backprop
from ..network.forward import Layer, squared_norms
from ..plots.bench import LENGTH_NAMES
from . import words
from .fields import log_values
from .listening import Heard, hear
from .result import Curve, OfReport, beyond
from .state import BenchState

ALONG = "eps", "lam", "keep_prob"

# Where the slices are taken, against ε, λ and keep_prob; where the student stands is always one point more.
MANY = log_values(-12, 0, 1), [0.0, 1e-6, *log_values(-4, 4, 1)], [1.0, 0.9999, 0.99, 0.9, 0.7, 0.5, 0.3]
FEW = log_values(-11, -1, 1)[::2], [0.0, 1e-6, 1e-3, 1.0, 1e3], [1.0, 0.999, 0.99, 0.9, 0.7, 0.3]
FEWEST = [1e-9, 1e-5], [0.0, 1.0], [1.0, 0.9, 0.5]
SLOW = 500  # parameters above which the slices are painted after the bars, and the fewest points drawn anew


class Result(OfReport):
    """Hold a check where the student stands, three slices through it, and what right backprop would read there."""

    right: float

    @property
    def scattered(self) -> tuple[str, ...]:
        """The slices of which each point is a draw of its own."""
        fresh = ("keep_prob",) if self.state.masks == "fresh" else ()
        return ALONG if self.state.random else fresh

    @property
    def names(self) -> list[str]:
        """The names of the blocks; with fresh masks, of both gradients as well, whose lengths the picture shows."""
        return [*self.blocks, *(LENGTH_NAMES if self.state.random else ())]

    @property
    def lengths(self) -> tuple[float, float]:
        """‖dθ_approx‖ and ‖dθ‖."""
        return norm(self.report.approx), norm(self.report.gradient)

    @property
    def hiding(self) -> dict[str, str]:
        """The bugs that are planted and cannot be seen here, each with what it hides behind."""
        state = self.state
        if state.random:
            return {}
        seen = [c._replace(lam=state.lam) for c in layers(state.start, state.keep_prob)]
        planted = [*((bug.name, bug.layer) for bug in state.bugs), *((name, 1) for name in state.mistakes)]
        found = {str(name): bugs.find(name).hidden(seen[layer - 1]) for name, layer in planted}
        if not beyond(self.report):
            found |= {str(bug.name): "it turns no block red" for bug in state.bugs if not found[str(bug.name)]}
        return {name: behind for name, behind in found.items() if behind}

    in_short, said = words.in_short, words.said


def compute(state: BenchState, before: Result | None = None) -> Result:
    """Check the network where the student stands, and along each of the three sliders with the other two held."""
    fewer = FEWEST if slow(state) else FEW
    eps, lam, keep = (fewer if anew(state, kept) else MANY for kept in (state.keep_prob, state.keep_prob, 0.5))
    along = measure(state, tuple(eps[0]), state.lam, state.keep_prob)
    here = glimpse(state, before)

    def curve(key: str, xs: list[float], measured: Iterable[Measured]) -> Curve:
        pairs = (pair for each in measured for pair in zip(each.approx, each.exact, strict=True))
        y = [*(score(*pair, state.checker.quotient) for pair in pairs), here.report.difference]
        x = [*xs, getattr(state, key)]
        order = np.argsort(x, kind="stable")
        return Curve(np.array(x)[order], np.array(y)[order])

    curves = {
        "eps": curve("eps", eps[0], [along]),
        "lam": curve("lam", lam[1], (measure(state, (state.eps,), x, state.keep_prob) for x in lam[1])),
        "keep_prob": curve("keep_prob", keep[2], (measure(state, (state.eps,), state.lam, p) for p in keep[2])),
    }
    return replace(here, curves=curves)


def glimpse(state: BenchState, before: Result | None = None) -> Result:
    """Check the network where the student stands, and nowhere else."""
    here = at_eps(state)
    if not np.isfinite(here.J):
        raise ValueError(f"J is {here.J} here; a smaller λ, or a smaller scale of W, keeps it finite")
    (approx,), (exact,) = here.approx, here.exact
    loop = approx if state.checker == SLIDE else at_eps(state.well_checked).approx[0]
    data_alone = heard(state.start, state.keep_prob, state.masks)
    bars, noise = data_alone.bars(loop - decay_slopes(state), state.eps, here.J)
    still = unmoved(state.theta, state.eps)
    report = Reading(state.eps, here.J, approx, exact, state.theta, bars, noise, still, state.checker.quotient)
    well = state.right is state or state.random
    right = report.difference if well else reading(state.right, state.keep_prob)
    return Result(state, report, right, before=before)


@lru_cache(64)
def heard(start: BenchState, keep_prob: float, masks: str) -> Heard:
    """Return what J says at θ without its λ term, of which the loop's slopes are exact: it is a parabola."""
    network = replace(start.network, lam=0.0, keep_prob=keep_prob)
    return hear(*network.on(*start.problem, masks=masks, seed=start.mask_seed), start.theta)


def decay_slopes(state: BenchState) -> np.ndarray:
    """Return the slopes of the λ term, as a vector."""
    cost, _ = state.network.on(*state.problem)
    slopes = cost.apart(state.theta).slopes
    return to_vector({name: slopes.get(name, np.zeros(block.shape)) for name, block in state.theta.items()})


class Measured(NamedTuple):
    """Hold J(θ), J at θ ± ε, dθ_approx and dθ for one or several ε: all but the first are (ε, entries)."""

    J: float
    J_nudged: tuple[np.ndarray, np.ndarray]
    approx: np.ndarray
    exact: np.ndarray


def anew(state: BenchState, keep_prob: float) -> bool:
    """Tell whether J has to be evaluated afresh at every nudge: the masks are drawn anew, or θ is not restored."""
    return state.checker.restored is not SLIDE.restored or (state.masks == "fresh" and keep_prob < 1)


def slow(state: BenchState) -> bool:
    """Tell whether the slices take so long that the bars should be painted before them."""
    return sum(block.size for block in state.theta.values()) > SLOW


def at_eps(state: BenchState) -> Measured:
    """Measure both gradients where the student stands."""
    return measure(state, (state.eps,), state.lam, state.keep_prob)


def measure(state: BenchState, eps: tuple[float, ...], lam: float, keep_prob: float) -> Measured:
    """Measure both gradients at another ε, λ and keep_prob."""
    return (measure_anew if anew(state, keep_prob) else measure_kept)(state, eps, lam, keep_prob)


def reading(state: BenchState, keep_prob: float) -> float:
    """Return what the check reads at this ε and λ, and at another keep_prob."""
    here = measure(state, (state.eps,), state.lam, keep_prob)
    return score(here.approx[0], here.exact[0], state.checker.quotient)


def measure_anew(state: BenchState, eps: tuple[float, ...], lam: float, keep_prob: float) -> Measured:
    """Measure both gradients by evaluating J at every nudge; with fresh masks, every point draws its own."""
    network, checker, theta = replace(state.network, lam=lam, keep_prob=keep_prob), state.checker, state.theta
    several = []
    for e in eps:
        point = [state.mask_seed, *np.array([e, lam, keep_prob]).view(np.uint32).tolist()]
        seed: Any = point if state.masks == "fresh" else state.mask_seed
        cost, gradient = network.on(*state.problem, masks=state.masks, seed=seed)
        J = cost(theta)
        J_nudged = cost.nudged(theta, e, checker.restored)
        several.append((J, *J_nudged, checker.difference(*J_nudged, J, e), checker.order(gradient(theta))))
    at, plus, minus, approx, exact = map(np.array, zip(*several, strict=True))
    return Measured(float(at[0]), (plus, minus), approx.astype(float), exact.astype(float))


def measure_kept(state: BenchState, eps: tuple[float, ...], lam: float, keep_prob: float) -> Measured:
    """Measure both gradients from what is kept of the right network at θ, without its λ."""
    start, network, checker, (_, Y) = state.start, state.network, state.checker, state.problem
    remembered = [c._replace(lam=lam) for c in layers(start, keep_prob)]
    norms = (*squares(start, eps), squared_norms(start.theta, network.L))  # at θ + ε, at θ − ε, and at θ
    means = (*(losses if len(eps) == 1 else loss_curve)(start, keep_prob, eps), loss(start, keep_prob))
    decayed = zip(means, norms, strict=True)
    J_plus, J_minus, J = (mean + network.terms.decay(norm, lam, state.examples) for mean, norm in decayed)
    approx = checker.difference(J_plus, J_minus, J, np.array(eps)[:, None])
    exact = checker.order(backprop(Y, remembered, network.steps))
    exact = np.broadcast_to(exact.astype(float), approx.shape)
    return Measured(float(J), (J_plus, J_minus), approx.astype(float), exact)


@lru_cache(64)
def layers(start: BenchState, keep_prob: float) -> list[Layer]:
    """Return what the layers remember at θ, under the frozen mask."""
    cost, _ = replace(start.network, keep_prob=keep_prob).on(*start.problem, masks="frozen", seed=start.mask_seed)
    return cost.layers(start.theta)


def loss_curve(start: BenchState, keep_prob: float, eps: tuple[float, ...]) -> tuple[np.ndarray, ...]:
    """Return the mean losses at θ + ε eᵢ and at θ − ε eᵢ: each (ε, entries)."""
    nudges = np.array([*eps, *(-e for e in eps)], dtype=start.dtype)
    return tuple(np.split(nudge.data_costs(layers(start, keep_prob), start.problem[1], nudges), 2))


losses, loss_curve = lru_cache(256)(loss_curve), lru_cache(4)(loss_curve)  # a single ε takes little room


@lru_cache(8)
def squares(start: BenchState, eps: tuple[float, ...]) -> tuple[list, ...]:
    """Return ‖W[l]‖² of every layer at θ + ε eᵢ and at θ − ε eᵢ: each (ε, entries)."""
    plus, minus = (np.array(eps, dtype=start.dtype) * sign for sign in (1, -1))
    return tuple(nudge.squares(start.theta, start.network.L, nudges) for nudges in (plus, minus))


@lru_cache(64)
def loss(start: BenchState, keep_prob: float) -> float:
    """Return the mean loss at θ."""
    c = layers(start, keep_prob)[-1]
    return c.activation.loss(c.Z, start.problem[1]) / c.m
