"""Mistakes planted in a right gradient, and how large each is: exactly, as a share of its block and of the whole."""

from dataclasses import dataclass, field

import numpy as np

from .problem import Blocks, Problem, as_blocks, in_blocks, like, log_uniform, vector

MATTERS, SEEN = 1e-3, 1e-6  # an error matters from this share of its block and of the whole gradient on
CLASSES = {  # the least share of the block
    "errors that matter": MATTERS,
    "errors of 1e-4 … 1e-3": 1e-4,
    "errors of 1e-5 … 1e-4": 1e-5,
    "errors of 1e-6 … 1e-5": 1e-6,
}
GROSS = ("factor", "sign", "zero", "permuted", "entry", "noise")


@dataclass(eq=False)
class Claim:
    """Hold a problem and a dθ that is claimed to be its gradient. `mistake` is "" if it is."""

    problem: Problem
    found: Blocks
    mistake: str = ""
    evaluations: int = field(default=0, init=False)

    @property
    def params(self):
        """θ, as the checker is given it."""
        return self.problem.params

    def cost(self, params) -> float:
        """Return J, and count that it was asked."""
        self.evaluations += 1
        return self.problem.cost(params)

    def gradient(self, params):
        """Return the dθ claimed."""
        return in_blocks(np.copy, like(self.found, params))

    @property
    def dtheta(self) -> np.ndarray:
        """The dθ claimed, as one vector."""
        return vector(self.found)

    def errors(self) -> dict[str, float]:
        """Return ‖error‖ of each block; an entry between the slopes on either side of a corner is right."""
        low, high = self.problem.span
        return {
            name: length(np.maximum(np.maximum(low[name] - x, x - high[name]), 0)) for name, x in self.found.items()
        }

    @property
    def size(self) -> str:
        """The size class of the error: "correct", one of CLASSES, or "harmless"."""
        if not self.mistake:
            return "correct"
        truth, errors = self.problem.truth, self.errors()
        whole = length(vector(truth))
        shares = {
            name: error / (length(truth[name]) or error) for name, error in errors.items() if error > SEEN * whole
        }
        largest = max(shares.values(), default=0.0)
        return next((name for name, least in CLASSES.items() if largest >= least), "harmless")


def length(block: np.ndarray) -> float:
    """Return ‖block‖, also of numbers whose squares overflow or vanish."""
    top = float(np.abs(block).max(initial=0))
    return top * float(np.sqrt(np.sum((block / top) ** 2))) if top else 0.0


def claims(problem: Problem, rng: np.random.Generator) -> list[Claim]:
    """Return the right gradient, two with a mistake that may be of any size from 1e-3 on, and one with a small one."""
    drawn = [plant(problem, str(kind), log_uniform(rng, 1e-3, 3), rng) for kind in rng.choice(GROSS, 2, replace=False)]
    drawn.append(plant(problem, "noise", log_uniform(rng, 1e-6, 1e-3), rng))
    return [Claim(problem, returned(problem)), *(claim for claim in drawn if any(claim.errors().values()))]


def returned(problem: Problem) -> Blocks:
    """Return a copy of a right gradient as code returns it: of float32 parameters in float32."""
    single = any(block.dtype == np.float32 for block in as_blocks(problem.params).values())
    return {name: block.astype(np.float32 if single else float) for name, block in problem.truth.items()}


def plant(problem: Problem, kind: str, size: float, rng: np.random.Generator) -> Claim:
    """Return a claim with one mistake in one block: `size` is the share of the block that a factor, an entry or noise
    is off."""
    found = returned(problem)
    name = str(rng.choice([name for name, block in found.items() if block.size]))
    block = found[name]
    flat, usual = block.reshape(-1).astype(float), length(block) or 1.0
    if kind == "factor":
        flat = flat * (1 + size * rng.choice([-1, 1]))
    elif kind == "sign":
        flat = -flat
    elif kind == "zero":
        flat = 0 * flat
    elif kind == "permuted":
        square = block.ndim == 2 and rng.random() < 0.5
        flat = block.T.reshape(-1).astype(float) if square else rng.permutation(flat)
    elif kind == "entry":
        flat[rng.integers(flat.size)] += size * usual * rng.choice([-1, 1])
    else:
        push = rng.normal(size=flat.size)
        flat = flat + size * usual * push / length(push)
    found[name] = flat.reshape(block.shape).astype(block.dtype)
    return Claim(problem, found, kind)
