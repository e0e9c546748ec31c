"""Plain gradient descent, with whatever gradient the network has, right or broken."""

from collections.abc import Callable, Iterator

import numpy as np

from .forward import Params


def descend(gradient: Callable, params: dict[str, np.ndarray], rate: float = 0.5) -> Iterator[dict[str, np.ndarray]]:
    """Yield params, then params after one step θ ← θ − α dθ, after two, and so on without end."""
    while True:
        yield params
        slopes = gradient(params)
        params = {name: block - float(rate) * slopes[name] for name, block in params.items()}


def train(
    gradient: Callable[[dict[str, np.ndarray]], Params], params: dict[str, np.ndarray], steps: int, rate: float = 0.5
) -> dict[str, np.ndarray]:
    """Return params after so many steps of gradient descent at learning rate `rate`; those given stay as they are.

    Raises ValueError for fewer than no steps.
    """
    if steps < 0:
        raise ValueError(f"steps should be 0 or more; got {steps}")
    walk = descend(gradient, params, rate)
    for _ in range(steps):
        next(walk)
    return next(walk)
