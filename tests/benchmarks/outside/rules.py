"""The rules: each says of a claim "right", "wrong", "cannot tell" or "refuses".

A rule is a function `rule(claim, eps)`. `claim.cost`, `claim.gradient` and `claim.params` are what `gcl.check` takes;
`central(claim.problem, eps)` are the central differences and `claim.dtheta` is dθ, each as one vector. After the
answer may follow ": " and why, as in "cannot tell: noise". An exception counts as "refuses". To add a rule, write it
here, and name it in OTHERS with the ε at which it is judged:

    def cosine(claim, eps):
        approx, exact = central(claim.problem, eps), claim.dtheta
        return "right" if approx @ exact > 0.999999 * length(approx) * length(exact) else "wrong"

    OTHERS = {..., "cosine": (cosine, 1e-6)}
"""

from functools import lru_cache

import numpy as np

import gc_lib as gcl

from .mistakes import Claim, length
from .problem import Problem, as_blocks, like, vector


def costs_beside(problem: Problem, steps: np.ndarray) -> np.ndarray:
    """Return J(θ + steps[i] eᵢ) for every entry i, nan where J raises; each entry keeps its dtype."""
    blocks = {name: np.array(block) for name, block in as_blocks(problem.params).items()}
    params, J, start = like(blocks, problem.params), [], 0
    for block in blocks.values():
        for i, value in enumerate(block.reshape(-1).copy()):
            block.reshape(-1)[i] = value + steps[start + i]
            J.append(cost_or_nan(problem, params))
            block.reshape(-1)[i] = value
        start += block.size
    return np.array(J)


def cost_or_nan(problem: Problem, params) -> float:
    """Return J, or nan where it raises."""
    try:
        return problem.cost(params)
    except ValueError:
        return np.nan


@lru_cache(maxsize=16)
def central(problem: Problem, eps: float) -> np.ndarray:
    """Return (J(θ + ε) − J(θ − ε)) / 2ε of every entry."""
    step = np.full(problem.n, eps)
    return (costs_beside(problem, step) - costs_beside(problem, -step)) / (2 * eps)


# ---- ours and others' ------------------------------------------------------------------------------------------------


def ours(claim: Claim, eps) -> str:
    """Answer as gcl.check, with the kind of its weightiest reason."""
    report = gcl.check(claim.cost, claim.gradient, claim.params, eps)
    return f"{report.answer}: {report.reasons[0].kind}" if report.reasons else report.answer


def lecture(claim: Claim, eps: float) -> str:
    """Answer by the lecture's bands: great, below 1e-6, is right; worry, above 1e-4, is wrong."""
    approx, exact = central(claim.problem, eps), claim.dtheta
    longer = length(approx) + length(exact)
    reading = length(approx - exact) / longer if longer else 0.0
    return "right" if reading < 1e-6 else "cannot tell" if reading <= 1e-4 else "wrong"


def torch(claim: Claim, eps: float) -> str:
    """Answer as torch.autograd.gradcheck by default: every entry within 1e-5 + 1e-3 |dθ_approx|."""
    approx, exact = central(claim.problem, eps), claim.dtheta
    return "right" if (np.abs(approx - exact) <= 1e-5 + 1e-3 * np.abs(approx)).all() else "wrong"


def cs231n(claim: Claim, eps: float) -> str:
    """Answer by the bands of CS231n: the largest relative error of an entry is wrong above 1e-2, right up to 1e-4."""
    approx, exact = central(claim.problem, eps), claim.dtheta
    largest = np.max(np.abs(approx - exact) / np.maximum(np.maximum(np.abs(approx), np.abs(exact)), 1e-300))
    return "right" if largest <= 1e-4 else "cannot tell" if largest <= 1e-2 else "wrong"


@lru_cache(maxsize=16)
def one_sided(problem: Problem, eps: float) -> np.ndarray:
    """Return (J(θ + ε) − J(θ)) / ε of every entry."""
    return (costs_beside(problem, np.full(problem.n, eps)) - problem.cost(problem.params)) / eps


def scipy(claim: Claim, eps: float) -> str:
    """Answer by scipy.optimize.check_grad, a norm of one-sided errors; its users compare it with 1e-6."""
    return "right" if length(one_sided(claim.problem, eps) - claim.dtheta) <= 1e-6 else "wrong"


@lru_cache(maxsize=16)
def extrapolated(problem: Problem, eps: float) -> tuple[np.ndarray, np.ndarray]:
    """Return Richardson's extrapolation of central differences at eight steps, and its estimate of its own error.

    As numdifftools does: two orders are taken off, and of each entry the step is taken whose extrapolations agree best.
    """
    theta = vector(as_blocks(problem.params))
    first = eps * np.maximum(np.abs(theta), 1.0)
    steps = [first / 4**k for k in range(8)]
    D = np.array([(costs_beside(problem, h) - costs_beside(problem, -h)) / (2 * h) for h in steps])
    R = (16 * D[1:] - D[:-1]) / 15
    R = (256 * R[1:] - R[:-1]) / 255
    error = np.where(np.isfinite(R[1:] - R[:-1]), np.abs(R[1:] - R[:-1]), np.inf)
    best = np.argmin(error, axis=0), np.arange(theta.size)
    return R[1:][best], error[best]


def numdifftools(claim: Claim, eps: float) -> str:
    """Answer by numdifftools: an entry off by ten times its error estimate, and by 1e-9 of itself, is wrong."""
    approx, error = extrapolated(claim.problem, eps)
    gap = np.abs(approx - claim.dtheta)
    if not np.isfinite(error).all():
        return "cannot tell"
    return "right" if (gap <= 10 * error + 1e-9 * np.abs(claim.dtheta)).all() else "wrong"


OURS = {
    "ours, 1e-7": (ours, 1e-7),
    "ours, 1e-5": (ours, 1e-5),
    "ours, 1e-3": (ours, 1e-3),
    "ours, auto": (ours, "auto"),
}
OTHERS = {
    "lecture": (lecture, 1e-7),
    "torch": (torch, 1e-6),
    "CS231n": (cs231n, 1e-5),
    "scipy": (scipy, 1.49e-8),
    "numdifftools": (numdifftools, 0.1),
}


def takes_auto() -> bool:
    """Tell whether gcl.check takes eps="auto"."""
    try:
        gcl.check(lambda t: float(t @ t), lambda t: 2 * t, np.ones(2), eps="auto")
    except (TypeError, ValueError):
        return False
    return True


RULES = {name: rule for name, rule in OURS.items() if rule[1] != "auto" or takes_auto()} | OTHERS


def answer(rule, claim: Claim, eps) -> tuple[str, str]:
    """Return what a rule says of a claim, and why if it says why."""
    with np.errstate(all="ignore"):
        try:
            said, _, why = rule(claim, eps).partition(": ")
        except (ValueError, TypeError, ArithmeticError) as error:
            return "refuses", type(error).__name__
    return said, why


# ---- the packages themselves -----------------------------------------------------------------------------------------


def real_rules() -> dict:
    """Return the rules of the packages that can be imported here: scipy, numdifftools, torch."""
    found = {}
    for name, make in {
        "scipy itself": real_scipy,
        "numdifftools itself": real_numdifftools,
        "torch itself": real_torch,
    }.items():
        try:
            found[name] = make(), None
        except ImportError as error:
            print(f"{name} is left out: {error}")
    return found


def of_a_vector(claim: Claim):
    """Return J as a function of one vector, and θ as a vector."""
    blocks = as_blocks(claim.params)

    def J(theta):
        return claim.problem.cost(like(gcl.from_vector(np.array(theta, float), blocks), claim.params))

    return J, vector(blocks)


def real_scipy():
    """Return scipy's check_grad as a rule."""
    from scipy.optimize import check_grad

    def rule(claim, eps):
        J, theta = of_a_vector(claim)
        return "right" if check_grad(J, lambda theta: claim.dtheta, theta) <= 1e-6 else "wrong"

    return rule


def real_numdifftools():
    """Return numdifftools' Gradient as a rule."""
    from numdifftools import Gradient

    def rule(claim, eps):
        J, theta = of_a_vector(claim)
        found = Gradient(J, full_output=True)(theta)
        gap = np.abs(found.estimate - claim.dtheta)
        return "right" if (gap <= 10 * found.error_estimate + 1e-9 * np.abs(claim.dtheta)).all() else "wrong"

    return rule


def real_torch():
    """Return torch's gradcheck as a rule."""
    import torch

    def rule(claim, eps):
        J, theta = of_a_vector(claim)

        class Function(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return torch.tensor(J(x.detach().numpy()), dtype=torch.float64)

            @staticmethod
            def backward(ctx, upstream):
                return upstream * torch.from_numpy(claim.dtheta)

        x = torch.tensor(theta, requires_grad=True)
        return "right" if torch.autograd.gradcheck(Function.apply, (x,), raise_exception=False) else "wrong"

    return rule
