"""The ladder read another way: how fast the remainder of Taylor's first order falls, over many steps."""

from typing import NamedTuple

import numpy as np

from .ladder import Judgement, Ladder


class Taylor(NamedTuple):
    """Hold |J(θ + hv) − J(θ) − h dθ·v| for ever smaller h, and the slope of its fall in a log-log plot.

    For a smooth J the slope is about 2 if dθ is right, or more where J does not bend along v. It is about 1 if dθ is
    wrong, or at a kink, and nan where too few remainders rise above the noise of J. `fit` is the largest distance from
    the line fitted, in powers of ten.
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


def taylor(ladder: Ladder, slope: float) -> Taylor:
    """Return the remainders of a ladder, dθ·v being the slope that dθ gives, and fit their fall where it is clearest.

    That is over the last four steps, a factor of thirty, that are above the noise. (The Taylor test of pyadjoint.)
    """
    steps, noise = ladder.steps[::-1], ladder.noise[::-1]
    remainders = steps * np.abs(ladder.slope + ladder.bend / 2 - slope)[::-1]
    heard = remainders > 30 * noise
    last = int(np.flatnonzero(heard)[-1]) + 1 if heard.any() else 0
    if last < 4 or not heard[last - 4 : last].all():
        return Taylor(steps, remainders, np.nan, np.nan)
    x, y = np.log10(steps[last - 4 : last]), np.log10(remainders[last - 4 : last])
    fall, start = np.polyfit(x, y, 1)
    return Taylor(steps, remainders, float(fall), float(np.abs(fall * x + start - y).max()))
