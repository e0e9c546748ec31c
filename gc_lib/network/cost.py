"""J(θ) and dθ of a network on given examples, with dropout drawn afresh or frozen."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from ..checker.params import from_vector, to_vector
from . import nudge
from .backprop import backprop
from .forward import Params, forward, squared_norms


class Masks:
    """Draw which hidden units stay: u < keep_prob, u uniform, one for every unit and example.

    Frozen, u is drawn once, so that moving keep_prob changes few units at a time; fresh, it is drawn at every call.
    """

    def __init__(self, net, m: int, frozen: bool, seed: int):
        self.net, self.frozen, self.rng = net, frozen, np.random.default_rng(seed)
        self.shape, self.ends = (sum(net.sizes[1:-1]), m), np.cumsum(net.sizes[1:-1])
        self.u = self.rng.random(self.shape) if frozen else None

    def draw(self, *stack: int) -> list[np.ndarray]:
        """Return the mask of every layer, 1 … L; for a stack of networks, one mask each."""
        everyone = np.ones((1, 1), dtype=bool)
        if self.net.keep_prob == 1:
            return [everyone] * self.net.L
        u = self.u if self.frozen else self.rng.random((*stack, *self.shape))
        return [*np.split(u < self.net.keep_prob, self.ends[:-1], axis=-2)[: self.net.L - 1], everyone]


class Evaluation:
    """Hold what cost and gradient share: the network, the examples and the masks."""

    def __init__(self, net, X: np.ndarray, Y: np.ndarray, masks: Masks):
        self.net, self.X, self.Y, self.masks = net, X, Y, masks

    def layers(self, params: Params, *stack: int):
        """Go forward through all layers. Raises ValueError where params are not this network's."""
        for name, shape in self.net.shapes.items():
            if name not in params or params[name].shape[len(stack) :] != shape:
                found = params[name].shape if name in params else "nothing of that name"
                raise ValueError(f"params: {name} should have shape {shape} in this network; got {found}")
        extra = [name for name in params if name not in self.net.shapes]
        if extra:
            raise ValueError(
                f"params: this network has no block {', '.join(extra)}; it has {', '.join(self.net.shapes)}"
            )
        net = self.net
        return forward(params, self.X, net.functions, self.masks.draw(*stack), net.keep_prob, net.lam)


class Unit(NamedTuple):
    """Name a unit of a layer, and one example."""

    layer: int
    unit: int
    example: int

    def __str__(self) -> str:
        return f"unit {self.unit} of layer {self.layer} on example {self.example}"


class Apart(NamedTuple):
    """Hold the two terms of J, and the slopes of the λ term: {"W1": λ/m W[1], …}."""

    data: float
    decay: float
    slopes: dict[str, np.ndarray]


class Cost(Evaluation):
    """J = mean loss + λ/2m Σ ‖W[l]‖², of which `nudged` gives all the lecture's values at once."""

    def __call__(self, params: Params) -> float:
        """Return J(θ) as one number."""
        return self.at(params)[()]  # type: ignore[return-value]  # a number of the network's dtype

    def at(self, params: Params, *stack: int) -> np.ndarray:
        """Return J for a stack of parameters, whose leading axes are `stack`."""
        net, m = self.net, self.X.shape[1]
        Z = self.layers(params, *stack)[-1].Z.transpose(-2, -1, *range(len(stack)))  # (outputs, examples, *stack)
        Y = self.Y.reshape(*self.Y.shape, *(1 for _ in stack))
        return net.functions[-1].loss(Z, Y) / m + net.terms.decay(squared_norms(params, net.L), net.lam, m)

    def apart(self, params: Params) -> Apart:
        """Return the data term of J and the λ term, each for itself."""
        net, m = self.net, self.X.shape[1]
        decay = float(net.terms.decay(squared_norms(params, net.L), net.lam, m))
        shares = [net.terms.decay(one, net.lam, m) for one in np.eye(net.L)]  # of each ‖W[l]‖², in which J is linear
        slopes = {f"W{l}": 2 * share * params[f"W{l}"] for l, share in enumerate(shares, start=1)}
        return Apart(float(self(params)) - decay, decay, slopes)

    def corners(self, above: Params, below: Params, at: Params) -> list[Unit]:
        """Return the units, and the examples, that are on a corner at one θ, or on either side of it."""
        smooth = not any(function.corners for function in self.net.functions[:-1])
        if smooth or not (self.masks.frozen or self.net.keep_prob == 1):
            return []
        found = []
        for l, layers in enumerate(zip(*(self.layers(params)[:-1] for params in (above, below, at)), strict=True), 1):
            corners = np.reshape(layers[2].activation.corners, (-1, 1, 1))
            up, down, here = (c.Z - corners for c in layers)  # (corners, units, examples)
            crossed = (up != down) & ((np.sign(up) != np.sign(down)) | (here == 0))
            found += [Unit(l, int(i), int(j)) for i, j in np.argwhere((crossed & layers[2].mask).any(axis=0))]
        return found

    def nudged(self, params: Params, eps: float, restored: Callable | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return J(θ + ε eᵢ) and J(θ − ε eᵢ) for every i, in the order of params, without a loop.

        Where every evaluation is a network of its own, because masks are fresh or the checker restores θ in a way of
        its own, the networks are stacked and evaluated as they are.
        """
        if restored is None and (self.masks.frozen or self.net.keep_prob == 1):
            steps = np.array([eps, -eps], dtype=self.net.dtype)
            means = nudge.data_costs(self.layers(params), self.Y, steps)
            squares = nudge.squares(params, self.net.L, steps)
            J = means + self.net.terms.decay(squares, self.net.lam, self.X.shape[1])
            return tuple(reordered(J, self.net.shapes, params))
        walk = nudge.walk(to_vector(params), eps, restored or (lambda value, nudged: value), self.X.size)
        J = np.concatenate([self.at(from_vector(theta, params), *theta.shape[:2]) for theta in walk])
        return J[:, 0], J[:, 1]


def reordered(values: np.ndarray, shapes: Mapping[str, tuple], params: Params) -> np.ndarray:
    """Return what stands in the order of the network's blocks in the order of params."""
    if list(params) == list(shapes):
        return values
    ends = np.cumsum([rows * columns for rows, columns in shapes.values()])[:-1]
    blocks = dict(zip(shapes, np.split(values, ends, axis=-1), strict=True))
    return np.concatenate([blocks[name] for name in params], axis=-1)


class Gradient(Evaluation):
    """dθ by backprop, bugs and all."""

    def __call__(self, params: Params) -> dict[str, np.ndarray]:
        """Return {"W1": dW[1], "b1": db[1], …, "bL": db[L]}."""
        return backprop(self.Y, self.layers(params), self.net.steps)
