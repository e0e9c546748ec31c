"""Time a full gradient check, ours beside the two-sided loop and what others offer.

Run it with `python tests/benchmarks/bench_check.py`. All take the same network, data and cost, one BLAS thread, and
turns in one run; the least of a few rounds counts. "full" checks every entry, "one direction" a single random one.
Where all entries would take too long, the first 1,000 are timed and the time is scaled up, marked ~. scipy, autograd
and torch are measured where they are installed.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import tracemalloc
from collections.abc import Callable
from importlib.util import find_spec
from time import perf_counter

import numpy as np

import gc_lib as gcl

NETWORKS = [([2, 8, 8, 1], 64), ([64, 25, 10], 100), ([784, 32, 10], 64), ([784, 100, 10], 64)]
GOALS = [(8, None), (12, 0.15), (50, 0.03), (120, 0.015)]  # times the loop; forward passes per parameter
SOME, ROUNDS = 1000, 3


class Problem:
    """Hold a network on random examples, and its J and dθ as functions of the first entries of θ alone."""

    def __init__(self, sizes: list[int], m: int):
        rng, outputs = np.random.default_rng(0), sizes[-1]
        labels = rng.integers(0, max(2, outputs), m)
        self.X, self.Y = rng.random((sizes[0], m)), labels[None] * 1.0 if outputs == 1 else np.eye(outputs)[:, labels]
        self.net = gcl.Network(sizes, output="sigmoid" if outputs == 1 else "softmax", lam=0.1)
        self.params = self.net.initialise(seed=0)
        self.cost, self.gradient = self.net.on(self.X, self.Y)
        self.theta = gcl.to_vector(self.params)
        self.head = self.theta[:SOME].copy()

    def whole(self, head: np.ndarray) -> dict[str, np.ndarray]:
        """Return all parameters, the first ones given."""
        return gcl.from_vector(np.concatenate([head, self.theta[len(head) :]]), self.params)

    def J(self, head: np.ndarray) -> float:
        """Return the cost as a function of the first entries."""
        return self.cost(self.whole(head))

    def slopes(self, head: np.ndarray) -> np.ndarray:
        """Return dθ for the first entries."""
        return gcl.to_vector(self.gradient(self.whole(head)))[: len(head)]

    def loop(self) -> None:
        """Run the two-sided loop over the first entries, as fast as it goes: on views, without a copy."""
        theta = self.theta.copy()
        blocks = gcl.from_vector(theta, self.params)
        for i in range(len(self.head)):
            for value in (theta[i] + 1e-7, theta[i] - 1e-7):
                kept, theta[i] = theta[i], value
                self.cost(blocks)
                theta[i] = kept


def generic(problem: Problem, np, weights: Callable):
    """Return the same J for a library with numpy's functions, of a vector of the first entries."""
    sizes, Y, rest = problem.net.sizes, weights(problem.Y), weights(problem.theta[len(problem.head) :])

    def J(head):
        theta, A, start, squares = np.concatenate([head, rest]), weights(problem.X), 0, 0.0
        for n_prev, n in zip(sizes, sizes[1:], strict=False):
            W = theta[start : start + n * n_prev].reshape((n, n_prev))
            b = theta[start + n * n_prev : start + n * n_prev + n].reshape((n, 1))
            Z, start, squares = W @ A + b, start + n * n_prev + n, squares + (W * W).sum()
            A = np.tanh(Z)
        m = problem.X.shape[1]
        if sizes[-1] == 1:
            losses = np.logaddexp(Z, 0 * Z) - Y * Z
        else:
            losses = np.log(np.exp(Z).sum(0)) - (Y * Z).sum(0)
        return losses.sum() / m + 0.1 / (2 * m) * squares

    return J


def contestants(problem: Problem) -> dict[str, tuple[Callable, bool]]:
    """Return what is timed, and whether its time is for the first entries alone."""
    found = {
        "the two-sided loop, full": (problem.loop, True),
        "gcl.numeric_gradient, full": (lambda: gcl.numeric_gradient(problem.cost, problem.params), False),
        "gcl.check, full": (lambda: gcl.check(problem.cost, problem.gradient, problem.params), False),
        "gcl.screen, one direction a block": (
            lambda: gcl.screen(problem.cost, problem.gradient, problem.params),
            False,
        ),
    }
    if find_spec("scipy"):
        from scipy.optimize import check_grad
        from scipy.optimize._numdiff import approx_derivative

        found["scipy check_grad, full, one-sided"] = (lambda: check_grad(problem.J, problem.slopes, problem.head), True)
        found["scipy approx_derivative 3-point, full"] = (lambda: approx_derivative(problem.J, problem.head), True)
    if find_spec("autograd"):
        import autograd.numpy as anp
        from autograd.test_util import check_grads

        J = generic(problem, anp, lambda array: array)
        found["autograd check_grads, one direction"] = (
            lambda: check_grads(J, modes=["rev"], order=1)(problem.head),
            False,
        )
    if find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        J_torch = generic(problem, torch, torch.tensor)
        head = torch.tensor(problem.head, requires_grad=True)
        gradcheck = torch.autograd.gradcheck
        found["torch gradcheck, full"] = (lambda: gradcheck(J_torch, head), True)
        found["torch gradcheck, one direction"] = (lambda: gradcheck(J_torch, head, fast_mode=True), False)
    return found


def seconds(call: Callable) -> float:
    """Time one call."""
    start = perf_counter()
    call()
    return perf_counter() - start


def least_work(problem: Problem) -> tuple[str, float]:
    """Count what no exact way avoids at every nudge, and return its words and its seconds.

    One logarithm for each J; with a sigmoid output also one exponential for each example, since its Z moves by another
    amount in each. (The outputs of a softmax move together, by one number an example: no exponential is left.)
    """
    nudges, m = 2 * problem.theta.size, problem.X.shape[1]
    logarithms, exponentials = nudges, nudges * m if problem.net.sizes[-1] == 1 else 0
    x = np.random.default_rng(0).random(2**14)
    one_log, one_exp = (min(seconds(lambda f=f: f(x)) for _ in range(50)) / x.size for f in (np.log1p, np.exp))
    return f"{exponentials:,} exp, {logarithms:,} log", exponentials * one_exp + logarithms * one_log


def of_a_black_box(sizes: list[int], m: int) -> str:
    """Say how long a check takes of a cost that offers nothing but J, beside the two-sided loop over that cost."""
    problem = Problem(sizes, m)
    P, n = problem.theta.size, problem.head.size
    turns = [
        (
            seconds(problem.loop) * P / n,
            seconds(lambda: gcl.check(lambda p: problem.cost(p), problem.gradient, problem.params)),
        )
        for _ in range(ROUNDS)
    ]
    loop, ours = np.min(turns, axis=0)
    return f"gcl.check of a black box, {P:,} parameters: {ours / loop:.2f} times the two-sided loop (goal 1.1)"


def main() -> None:
    """Print one table for each network."""
    for (sizes, m), (times, passes) in zip(NETWORKS, GOALS, strict=True):
        problem = Problem(sizes, m)
        P, n = problem.theta.size, problem.head.size
        found, least = contestants(problem), {}
        one_pass = min(seconds(lambda: problem.cost(problem.params)) for _ in range(50))  # noqa: B023
        for _ in range(ROUNDS):
            for name, (call, partly) in found.items():
                least[name] = min(least.get(name, np.inf), seconds(call) * (P / n if partly else 1))
        loop, ours = least["the two-sided loop, full"], least["gcl.numeric_gradient, full"]
        print(f"\n{'-'.join(map(str, sizes))}, {m} examples, {P:,} parameters; one J takes {one_pass * 1e6:.0f} µs")
        print(f"{'':40}{'ms':>12}{'× faster than the loop':>24}{'J per parameter':>17}")
        for name, time in least.items():
            mark = "~" if found[name][1] and P > n else ""
            print(f"{name:40}{mark + format(time * 1e3, ',.2f'):>12}{loop / time:24,.1f}{time / one_pass / P:17.4f}")
        words, least_possible = least_work(problem)
        print(f"least work: {words}: {least_possible * 1e3:,.2f} ms, {least_possible / ours:.0%} of ours")
        goal = f"goals: {times}× the loop" + (f", {passes} J per parameter" if passes else "")
        torch = least.get("torch gradcheck, full")
        print(goal + (f"; 25× torch's full gradcheck: {torch / ours:,.0f}×" if torch else ""))
    print("\n" + of_a_black_box([40, 40, 10, 1], 50))
    tracemalloc.start()
    gcl.numeric_gradient(problem.cost, problem.params)
    print(
        f"\nmost memory that gcl.numeric_gradient took for the last: {tracemalloc.get_traced_memory()[1] / 1e6:,.0f} MB"
    )


if __name__ == "__main__":
    main()
