"""How far dθ_approx itself may be off, entry by entry.

J is measured at θ ± ε/2, θ ± ε and θ ± 2ε. Through all six a smooth J draws one parabola; what does not lie on it is
noise, or a kink.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .params import to_vector
from .slide import norm, two_sided

WINDOW = HALF, ONE, TWO = (0.5, 1.0, 2.0)  # the steps at which J is measured, in ε
Blocks = Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class ErrorBars:
    """Hold the parts of the error bars, each a vector in the order of θ.

    `truncation` stands for the bend of J between θ − ε and θ + ε, `kink` for a jump of its slope in there, `roundoff`
    for the digits that J± do not have, divided by 2ε, `step` for the rounding of θ ± ε, `backprop` for that of dθ.
    `jump` is about how far the slope jumps within 2ε, where that cannot be noise; `on_theta` tells whether on θ itself.
    `noise` is the standard deviation of J, `rounded` what its digits make it at least; `precision` is the spacing of
    the numbers above 1 in the dtype of J.
    """

    truncation: np.ndarray
    kink: np.ndarray
    roundoff: np.ndarray
    step: np.ndarray
    backprop: np.ndarray
    jump: np.ndarray
    on_theta: np.ndarray
    noise: float
    rounded: float
    precision: float

    PARTS = ("truncation", "kink", "roundoff", "step", "backprop")

    @cached_property
    def total(self) -> np.ndarray:
        """All parts together."""
        return sum(getattr(self, part) for part in self.PARTS)


@np.errstate(divide="ignore", invalid="ignore", over="ignore")  # where ε moves θ not at all, or J is not finite
def error_bars(
    J: float,
    J_plus: np.ndarray,
    J_minus: np.ndarray,
    eps: float,
    blocks: Blocks,
    exact: Blocks,
    difference: Callable = two_sided,
    noise: float = 0.0,
) -> ErrorBars:
    """Estimate how far every entry of dθ_approx may be from the slope of J.

    `J_plus` and `J_minus` are J at θ + s ε eᵢ and θ − s ε eᵢ for the s of WINDOW: each (3, entries); `blocks` are those
    of θ, `exact` those of dθ. A central difference D(h) is off by c h², three times less than D(2h) − D(h). With
    S(h) = (J₊ − 2J + J₋)/h, |2S(h) − S(2h)| is 0 for a parabola, and the jump of the slope at a kink on θ. Round-off is
    read off these differences as well; where they say more than ten times `noise`, which was measured closer to θ, and
    ten times the digits of J, it is not round-off.
    """
    precision, theta = coarsest(J_plus, J_minus, blocks), to_vector(blocks)
    J_plus, J_minus = J_plus.astype(float), J_minus.astype(float)
    up, down = (np.array(steps) for steps in zip(*(steps_taken(blocks, s * eps) for s in WINDOW), strict=True))
    slope, bend = (J_plus - J_minus) / (up + down), (J_plus - J) / up - (J - J_minus) / down
    approx = np.array([difference(*pair, J, s * eps) for s, *pair in zip(WINDOW, J_plus, J_minus, strict=True)])
    off_the_parabola = (slope[2] - slope[1]) - 4 * (slope[1] - slope[0])  # by 6.7 σ/ε, where σ is the noise of J
    rounded = precision * (1 + abs(J) + norm(theta * approx[1])) / 4  # of J, of every θ, of numbers of order 1
    sigma = np.clip(measured_noise(off_the_parabola * eps / 6.7, blocks), rounded, 10 * max(noise, rounded))

    def above_noise(x: np.ndarray) -> np.ndarray:
        """Return how much of |x| the noise does not explain."""
        return np.maximum(np.abs(x) - 4 * sigma / eps, 0)

    far, close = 2 * bend[1] - bend[2], 2 * bend[0] - bend[1]
    wide = above_noise(2 * (approx[2] - approx[1])), above_noise(far)
    near = above_noise(4 * (approx[1] - approx[0])), above_noise(close)
    truncation, kink = np.where(sum(wide) < sum(near), wide, near)  # a kink beyond ε shows in the wide ones only
    even = (far - 8 * close) / 7  # in which the fourth derivative cancels
    jump = np.maximum(np.abs(even), np.abs(off_the_parabola))
    step = np.abs(approx[1] * (1 - 2 * eps / (up + down)[1])) + np.abs(bend[1] * (up - down)[1]) / (2 * eps)
    known = np.isfinite(kink + step)
    return ErrorBars(
        np.where(known, truncation, 0),
        np.where(known, kink, 0),
        8 * sigma / eps,
        np.where(known, step, np.inf),
        to_vector({name: rounding(block) for name, block in exact.items()}),
        np.where(known & (jump > 100 * sigma.min() / eps), jump, 0),
        np.abs(far - close) < 0.01 * np.abs(far) + 16 * sigma / eps,
        float(sigma.min()),
        rounded,
        precision,
    )


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


def noise_of(J: Callable, theta: np.ndarray, seed: int = 0) -> float:
    """Return the standard deviation of J's noise, from the fourth differences of seven values in three directions.

    All are so near θ that nothing else has a fourth difference. (Moré and Wild, Estimating computational noise, 2011.)
    """
    rng, spacing = np.random.default_rng(seed), 1000 * np.spacing(np.maximum(np.abs(theta), 1))
    lines = [spacing * rng.choice([-1, 1], theta.size).astype(theta.dtype) for _ in range(3)]
    values = np.array([[J(theta + k * line) for k in range(1, 8)] for line in lines])
    return float(np.sqrt(np.mean(np.diff(values, 4) ** 2) / 70))


def look_again(
    bars: ErrorBars,
    sides: Callable,
    corners: Callable,
    rounded: float,
    approx: np.ndarray,
    given: np.ndarray,
    eps: float,
    parts: Iterable[slice],
    difference: Callable = two_sided,
) -> ErrorBars:
    """Measure anew what disagrees, and widen the bar where the disagreement was not the fault of dθ.

    `sides(i, h)` are J(θ + h eᵢ), J(θ − h eᵢ) and J(θ), and `rounded` is how far they are rounded; `corners(i, h)` are
    the corners of ReLUs known to be in between. `parts` are the slices of the blocks. The worst entries of each block
    come first; a block is done with the first entry in which dθ is still wrong.
    """
    gap, kink = np.abs(approx - given), bars.kink.copy()

    def excused(i: int) -> bool:
        """Tell whether dθ[i] agrees at another step, lies between the slopes on either side, or has a corner nearby."""
        J_plus = J_minus = J = np.nan
        h = eps
        larger = 0.1 if approx[i] == 0 else 100 * eps if gap[i] < 10 * bars.roundoff[i] else 0
        for step in other_steps(eps, rounded, gap[i], larger):
            seen = sides(i, step)
            if abs(difference(*seen, step) - given[i]) < gap[i] / 2:
                return True
            if step < eps:  # the bend of J is no kink: that is looked for nearby alone
                h, (J_plus, J_minus, J) = step, seen
        low, high = sorted([(J_plus - J) / h, (J - J_minus) / h])
        between = high - low > gap[i] / 2 and low - gap[i] / 4 < given[i] < high + gap[i] / 4
        return between or bool(corners(i, h))

    for part in parts:
        suspects = np.flatnonzero(gap[part] > bars.total[part]) + part.start
        for i in suspects[np.argsort(-gap[suspects] / bars.total[suspects], kind="stable")]:
            if not excused(i):
                break
            kink[i] = max(kink[i], gap[i])
    return replace(bars, kink=kink, jump=np.where(kink > bars.kink, kink, bars.jump))


def other_steps(eps: float, rounded: float, gap: float, larger: float) -> Iterator[float]:
    """Yield steps up to a larger one, then ever smaller ones as long as rounding J is less than half the gap.

    A larger step tells more where no nudge changed J, and where its noise comes in rare leaps, as in log(1 − A) for A
    near 1.
    """
    h = 100 * eps
    while h <= larger:
        yield h
        h *= 100
    h = eps / 10
    while 4 * rounded / h < gap / 2:
        yield h
        h /= 10
