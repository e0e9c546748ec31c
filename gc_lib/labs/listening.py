"""How far dθ_approx itself may be off in a lab: listen to J once at a θ, and hold the loop of any ε against that.

Along a direction v the slope of J is Σ vᵢ ∂J/∂θᵢ. One ladder finds the step at which such slopes are best known; so
what the loop's slopes add up to along v, less the slope of J along v, is Σ vᵢ eᵢ, where eᵢ is how far the loop's slope
of θᵢ is off: by truncation, by a corner, by rounding. Over random directions its mean square is about ‖e‖²,
whatever dθ is.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..checker.investigation import loop_bars, rms
from ..checker.ladder import SURE, Ladder, any_direction, listen
from ..checker.objective import Objective
from ..checker.params import block_slices, to_vector
from ..network.cost import Cost, Gradient
from ..network.forward import Params

WAYS = 8  # directions in each block
SAFE = 4  # × what the loop is off along them: ‖e‖ is more in 1 of 7,000 blocks, where the eᵢ are independent and normal
BLIND = 1e-6  # the step where no ladder can tell a better one


class Heard(NamedTuple):
    """Hold what J says at one θ, which no bug of backprop and no ε changes.

    `ladder` is its V-curve along one direction; for each block `ways` are directions in it, (WAYS, entries), and
    `slopes` those of J along them. `digit` is the noise that the last digit of J makes, as a share of J, and `rounding`
    what their dtype does to the entries of dθ.
    """

    theta: np.ndarray
    parts: Mapping[str, slice]
    ladder: Ladder
    ways: Mapping[str, np.ndarray]
    slopes: Mapping[str, np.ndarray]
    digit: float
    rounding: np.ndarray

    def bars(self, approx: np.ndarray, eps: float, J: float) -> tuple[np.ndarray, np.ndarray]:
        """Return how far each entry of the loop's dθ_approx may be off the slope of J, and how much of it is noise.

        What a block is off is shared evenly among its entries. J is J(θ), with any term that was left out in listening.
        """
        bars, noises = self.rounding.copy(), np.full(approx.size, SURE * self.digit * abs(J) / eps)
        for name, part in self.parts.items():
            slopes, ones = approx[part], np.ones(part.stop - part.start)
            noise, rest = loop_bars(self.ladder, self.theta[part], slopes, ones, eps * ones)
            noises[part] = np.maximum(noises[part], noise)
            off = SAFE * rms(self.ways[name] @ slopes - self.slopes[name]) / ones.size**0.5
            bars[part] += np.maximum(noises[part] + rest, off if np.isfinite(off) else np.inf)
        return bars, noises


@np.errstate(all="ignore")  # where J overflows or has no value
def hear(cost: Cost, gradient: Gradient, theta: Params) -> Heard:
    """Listen to J at θ: along one ladder, and at the best step along WAYS directions of each block."""
    J, rng = Objective(cost, theta), np.random.default_rng(0)
    ladder = listen(J.here, J.along(any_direction(rng, J.theta.size)))
    h = ladder.steps[ladder.best] if ladder else BLIND
    parts = block_slices(theta)
    ways = {name: any_direction(rng, (WAYS, part.stop - part.start)) for name, part in parts.items()}
    steps = np.zeros((len(parts), WAYS, J.theta.size))
    for step, (name, part) in zip(steps, parts.items(), strict=True):
        step[:, part] = h * ways[name]
    thetas = J.theta + np.stack([steps, -steps])
    J_plus, J_minus = J.many(thetas.reshape(-1, J.theta.size)).reshape(2, len(parts), WAYS)
    slopes = dict(zip(parts, (J_plus - J_minus) / (2 * h), strict=True))
    exact = (to_vector(gradient(blocks)).astype(float) for blocks in (theta, J.blocks))
    rounding = np.abs(np.subtract(*exact)) if J.widened else np.zeros(J.theta.size)
    digit = 0.3 * float(np.finfo(cost.net.dtype).eps)
    return Heard(J.theta, parts, ladder, ways, slopes, digit, rounding)
