"""A problem: a cost as somebody computes it, the function that is meant, a θ, and the slopes that are right there."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import autograd
import autograd.numpy
import numpy as np

Blocks = dict[str, np.ndarray]


@dataclass(eq=False)
class Problem:
    """Hold a cost, what it means, and a θ.

    `meant(params, xp)` is the exact function, written once for numpy, for autograd.numpy and for 60 digits (xp).
    `cost(params)` computes it as somebody might: naively, rounded, in float32; by default just as it is meant.
    `cloud` names what keeps J from being exact or smooth, "" if nothing does. Where a corner of J lies on θ, `meant`
    takes a third argument, `side`: which share of the slope on the right is taken there. Every share is right.
    """

    meant: Callable
    params: dict | np.ndarray
    cost: Callable | None = None
    cloud: str = ""
    side: float | None = None

    def __post_init__(self):
        self.cost = self.cost or (lambda params: float(self.meant(params, np)))

    @property
    def n(self) -> int:
        """How many entries θ has."""
        return sum(block.size for block in as_blocks(self.params).values())

    def slopes(self, side: float | None) -> Blocks:
        """Return the exact gradient of what is meant, in float64, by autograd."""
        sides = () if side is None else (side,)
        params = in_blocks(np.float64, self.params)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a block that J does not depend on
            return as_blocks(autograd.grad(lambda params: self.meant(params, autograd.numpy, *sides))(params))

    @cached_property
    def truth(self) -> Blocks:
        """A right gradient."""
        return self.slopes(self.side)

    @cached_property
    def span(self) -> tuple[Blocks, Blocks]:
        """The least and the largest right slope of each entry; they differ where a corner lies on θ."""
        left, right = (self.truth, self.truth) if self.side is None else (self.slopes(0.0), self.slopes(1.0))
        return tuple({name: side(left[name], right[name]) for name in left} for side in (np.minimum, np.maximum))


def as_blocks(params) -> Blocks:
    """Return the blocks by name, also where params is one array."""
    return params if isinstance(params, dict) else {"theta": params}


def like(blocks: Blocks, params):
    """Return blocks in the form of params: a dict, or one array."""
    return blocks if isinstance(params, dict) else blocks["theta"]


def vector(blocks: Blocks) -> np.ndarray:
    """Lay the blocks end to end, in float64."""
    return np.concatenate([np.ravel(block) for block in blocks.values()]).astype(float)


def in_blocks(convert: Callable, params):
    """Return params with every block converted."""
    return like({name: convert(block) for name, block in as_blocks(params).items()}, params)


def log_uniform(rng: np.random.Generator, low: float, high: float, size=None):
    """Draw numbers whose logarithm is uniform."""
    return 10 ** rng.uniform(np.log10(low), np.log10(high), size)


def size(rng: np.random.Generator, least: int = 1, most: int = 300) -> int:
    """Draw a whole number whose logarithm is uniform, such as how many entries θ has."""
    return int(np.rint(log_uniform(rng, least, most)))


def cut(rng: np.random.Generator, theta: np.ndarray) -> tuple[dict | np.ndarray, Callable]:
    """Cut θ into one array, or two to five blocks of any shapes; return them, and what joins them again."""
    count = int(rng.integers(1, min(theta.size, 5) + 1))
    ends = np.sort(rng.choice(np.arange(1, theta.size), count - 1, replace=False)) if count > 1 else []
    pieces = [shaped(rng, piece) for piece in np.split(theta, ends)]
    if count == 1:
        return pieces[0], lambda params, xp: xp.ravel(params)
    return dict(zip("abcde", pieces, strict=False)), lambda params, xp: xp.concatenate(
        [xp.ravel(block) for block in params.values()]
    )


def shaped(rng: np.random.Generator, piece: np.ndarray) -> np.ndarray:
    """Return a vector as a vector, a matrix, or, if it is one number, at times without axes."""
    if piece.size == 1:
        return piece.reshape(()) if rng.random() < 0.3 else piece
    rows = [k for k in range(2, 7) if piece.size % k == 0]
    return piece.reshape(rng.choice(rows), -1).copy() if rows and rng.random() < 0.5 else piece


def of_vector(rng: np.random.Generator, function: Callable, theta: np.ndarray, **more) -> Problem:
    """Return the problem of a function of one vector, `function(x, xp)`, with θ cut into blocks."""
    params, join = cut(rng, theta)
    return Problem(lambda params, xp, *side: function(join(params, xp), xp, *side), params, **more)
