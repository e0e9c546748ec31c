"""Plain gradient descent, with whatever gradient the network has, right or broken."""

from collections.abc import Callable, Iterator

import numpy as np

from ..checker.inputs import finite, fitting, whole
from ..checker.params import as_blocks, copied, like
from .forward import Params


def descend(gradient: Callable, params: dict[str, np.ndarray], rate: float = 0.5) -> Iterator[dict[str, np.ndarray]]:
    """Yield params, then params after one step θ ← θ − α dθ, after two, and so on without end.

    Raises TypeError or ValueError for a rate that is no finite number, and for a gradient that does not fit params.
    """
    rate, blocks = finite("rate", rate), as_blocks(copied(params))
    while True:
        yield like(blocks, params)
        slopes = fitting(gradient(copied(like(blocks, params))), blocks)
        blocks = {name: block - rate * slopes[name] for name, block in blocks.items()}


def train(
    gradient: Callable[[dict[str, np.ndarray]], Params], params: dict[str, np.ndarray], steps: int, rate: float = 0.5
) -> dict[str, np.ndarray]:
    """Return params after so many steps of gradient descent at learning rate `rate`; those given stay as they are.

    Raises TypeError or ValueError for steps that are no whole number, 0 or more, a rate that is no finite number, and
    a gradient that does not fit params.

    >>> gcl.train(lambda p: {"w": 2 * p["w"]}, {"w": np.array([8.0])}, steps=3, rate=0.25)
    {'w': array([1.])}
    """
    walk = descend(gradient, params, rate)
    for _ in range(whole("steps", steps)):
        next(walk)
    return next(walk)
