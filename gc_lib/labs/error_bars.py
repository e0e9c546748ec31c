"""How far dθ_approx itself may be off, entry by entry, in a lab: there three loops cost no more than one.

J is measured at θ ± ε/2, θ ± ε and θ ± 2ε. Through all six a smooth J draws one parabola; what does not lie on it is
noise, or a kink.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from ..checker.params import to_vector
from ..checker.slide import norm, two_sided

WINDOW = HALF, ONE, TWO = (0.5, 1.0, 2.0)  # the steps at which J is measured, in ε
Blocks = Mapping[str, np.ndarray]


class ErrorBars(NamedTuple):
    """Hold the error bars, a vector in the order of θ, and the part of them that is the round-off of J."""

    total: np.ndarray
    roundoff: np.ndarray


@np.errstate(divide="ignore", invalid="ignore", over="ignore")  # where ε moves θ not at all, or J is not finite
def error_bars(
    J: float,
    J_plus: np.ndarray,
    J_minus: np.ndarray,
    eps: float,
    blocks: Blocks,
    exact: Blocks,
    difference: Callable = two_sided,
) -> ErrorBars:
    """Estimate how far every entry of dθ_approx may be from the slope of J.

    `J_plus` and `J_minus` are J at θ + s ε eᵢ and θ − s ε eᵢ for the s of WINDOW: each (3, entries); `blocks` are those
    of θ, `exact` those of dθ. A central difference D(h) is off by c h², three times less than D(2h) − D(h). With
    S(h) = (J₊ − 2J + J₋)/h, |2S(h) − S(2h)| is 0 for a parabola, and the jump of the slope at a kink on θ. Round-off is
    read off these differences as well; what is more than ten times the digits of J is not round-off.
    """
    precision, theta = coarsest(J_plus, J_minus, blocks), to_vector(blocks)
    J_plus, J_minus = J_plus.astype(float), J_minus.astype(float)
    up, down = (np.array(steps) for steps in zip(*(steps_taken(blocks, s * eps) for s in WINDOW), strict=True))
    slope, bend = (J_plus - J_minus) / (up + down), (J_plus - J) / up - (J - J_minus) / down
    approx = np.array([difference(*pair, J, s * eps) for s, *pair in zip(WINDOW, J_plus, J_minus, strict=True)])
    off_the_parabola = (slope[2] - slope[1]) - 4 * (slope[1] - slope[0])  # by 6.7 σ/ε, where σ is the noise of J
    rounded = precision * (1 + abs(J) + norm(theta * approx[1])) / 4  # of J, of every θ, of numbers of order 1
    sigma = np.clip(measured_noise(off_the_parabola * eps / 6.7, blocks), rounded, 10 * rounded)

    def above_noise(x: np.ndarray) -> np.ndarray:
        """Return how much of |x| the noise does not explain."""
        return np.maximum(np.abs(x) - 4 * sigma / eps, 0)

    far, close = 2 * bend[1] - bend[2], 2 * bend[0] - bend[1]
    wide = above_noise(2 * (approx[2] - approx[1])), above_noise(far)
    near = above_noise(4 * (approx[1] - approx[0])), above_noise(close)
    truncation, kink = np.where(sum(wide) < sum(near), wide, near)  # a kink beyond ε shows in the wide ones only
    step = np.abs(approx[1] * (1 - 2 * eps / (up + down)[1])) + np.abs(bend[1] * (up - down)[1]) / (2 * eps)
    known, roundoff = np.isfinite(kink + step), 8 * sigma / eps
    backprop = to_vector({name: rounding(block) for name, block in exact.items()})
    total = np.where(known, truncation + kink + step, np.inf) + roundoff + backprop
    return ErrorBars(total, roundoff)


def steps_taken(blocks: Blocks, eps: float) -> tuple[np.ndarray, np.ndarray]:
    """Return by how much θ + ε and θ − ε, once rounded, differ from θ."""
    up = {name: ((block + eps) - block).astype(float) for name, block in blocks.items()}
    down = {name: (block - (block - eps)).astype(float) for name, block in blocks.items()}
    return to_vector(up), to_vector(down)


def coarsest(J_plus: np.ndarray, J_minus: np.ndarray, blocks: Blocks) -> float:
    """Return the spacing of the numbers above 1 in the coarsest dtype that J has passed through."""
    J = np.concatenate([J_plus.ravel(), J_minus.ravel()])
    single = np.array_equal(J.astype(np.float32), J)
    dtypes = [np.dtype(np.float32) if single else J.dtype, *(block.dtype for block in blocks.values())]
    return max(precision_of(dtype) for dtype in dtypes)


def precision_of(dtype: np.dtype) -> float:
    """Return the spacing of the numbers above 1 in a dtype; whole numbers have none."""
    return float(np.finfo(dtype).eps) if np.issubdtype(dtype, np.floating) else 0.0


def rounding(block: np.ndarray) -> np.ndarray:
    """Return how far rounding may move the entries of a block of dθ, which was made from numbers of order 1."""
    size = np.abs(block.astype(float))
    return 8 * precision_of(block.dtype) * (1 + size + norm(size.ravel()) / max(size.size, 1) ** 0.5)


def measured_noise(x: np.ndarray, blocks: Blocks) -> np.ndarray:
    """Return the standard deviation of x, entry by entry: that of its block, and no less than in the calmest block.

    In a block with kinks this measures the kinks; in a block of a few entries it may be small by chance.
    """
    pieces = np.split(x, np.cumsum([block.size for block in blocks.values()])[:-1])
    each = [typical(piece) for piece in pieces]
    calm = [size for size, piece in zip(each, pieces, strict=True) if np.count_nonzero(piece) >= 5] or [typical(x)]
    return np.repeat(np.maximum(each, min(calm)), [piece.size for piece in pieces])


def typical(x: np.ndarray) -> float:
    """Return the standard deviation of a normal distribution of which 80 % are as small; what is 0 says nothing."""
    size = np.abs(x[np.isfinite(x) & (x != 0)])
    return float(np.quantile(size, 0.8)) / 1.28 if size.size else 0.0
