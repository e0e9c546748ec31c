"""A second opinion without an ε: how fast the remainder of Taylor's first order falls."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from .slide import norm

Judgement = Literal["right", "wrong", "cannot tell"]


class Taylor(NamedTuple):
    """Hold |J(θ + hv) − J(θ) − h dθ·v| for ever smaller h, and the slope of its fall in a log-log plot.

    The slope is 2 if dθ is right: it falls as h². It is 1 if dθ is wrong, or at a kink. It is nan where too few
    remainders rise above the round-off of J. `fit` is the largest distance from the line fitted, in powers of ten.
    """

    steps: np.ndarray
    remainders: np.ndarray
    slope: float
    fit: float

    @property
    def answer(self) -> Judgement:
        """What the slope says: right, wrong or cannot tell."""
        if not self.fit < 0.3:
            return "cannot tell"
        return "right" if self.slope > 1.8 else "wrong" if self.slope < 1.2 else "cannot tell"


def taylor(J: Callable, theta: np.ndarray, gradient: np.ndarray, noise: float, seed: int = 0) -> Taylor:
    """Measure the remainder along one random direction v of length 1, and fit its fall over the last four steps.

    `J(θ)` is the cost of a vector, `noise` its round-off. (The Taylor test of pyadjoint.)
    """
    direction = np.random.default_rng(seed).choice([-1.0, 1.0], theta.size) / theta.size**0.5
    steps = 0.1 * max(1.0, norm(theta)) * 4.0 ** -np.arange(12)
    expected, here = float(gradient @ direction), J(theta)
    remainders = np.array([abs(J(theta + h * direction) - here - h * expected) for h in steps])
    heard = remainders > 30 * noise
    last = int(np.flatnonzero(heard)[-1]) + 1 if heard.any() else 0
    if last < 4 or not heard[last - 4 : last].all():
        return Taylor(steps, remainders, np.nan, np.nan)
    x, y = np.log10(steps[last - 4 : last]), np.log10(remainders[last - 4 : last])
    slope, start = np.polyfit(x, y, 1)
    return Taylor(steps, remainders, float(slope), float(np.abs(slope * x + start - y).max()))
