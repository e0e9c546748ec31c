"""Show what a screen costs as the network grows, and that it finds one wrong entry among a million.

Run it with `python tests/benchmarks/bench_screen.py`. Beside the screen stand a full check, ours (scaled up from the
time for each parameter of the last network that was timed, and marked ~, where it would take too long), and torch's
gradcheck in fast mode, where torch is installed. One BLAS thread.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from bench_check import Problem, contestants, seconds

import gc_lib as gcl

NETWORKS = [
    [8, 8, 4, 2],
    [24, 24, 16, 4],
    [100, 64, 48, 10],
    [784, 120, 48, 10],
    [1000, 900, 100, 10],
    [3000, 3000, 300, 10],
]
LONGEST = 1e5  # parameters of a full check that is not scaled up


def main() -> None:
    """Print the table, then the search for one wrong entry among a million."""
    print(f"{'parameters':>12}{'one J, ms':>12}{'screen: J':>11}{'ms':>10}{'full check, ms':>16}{'torch fast, ms':>16}")
    each = 0.0
    for sizes in NETWORKS:
        problem = Problem(sizes, 32)
        P, torch = problem.theta.size, contestants(problem).get("torch gradcheck, one direction")
        one = min(seconds(lambda: problem.cost(problem.params)) for _ in range(5))  # noqa: B023
        found = []
        screened = seconds(lambda: found.append(gcl.screen(problem.cost, problem.gradient, problem.params)))  # noqa: B023
        if P <= LONGEST:
            each = seconds(lambda: gcl.check(problem.cost, problem.gradient, problem.params)) / P  # noqa: B023
        full = f"{'' if P <= LONGEST else '~'}{each * P * 1e3:,.0f}"
        fast = f"{seconds(torch[0]) * 1e3:,.1f}" if torch else "–"
        print(f"{P:12,}{one * 1e3:12.2f}{found[0].evaluations:11}{screened * 1e3:10.1f}{full:>16}{fast:>16}")

    problem = Problem([1000, 1000, 10], 32)
    typical = np.sqrt(np.mean(problem.gradient(problem.params)["W1"] ** 2))
    print("\nOne wrong entry, W1[421, 137], among a million; typical is the root mean square of dW1.")
    for off in (1.0, 0.1, 0.01, 0.001, 0.0001):

        def gradient(params, off=off):
            wrong = problem.gradient(params)
            wrong["W1"][421, 137] += off * typical
            return wrong

        seeds = [gcl.screen(problem.cost, gradient, problem.params, seed=seed) for seed in range(20)]
        place = ("W1", (slice(421, 422), slice(137, 138)))
        share = np.mean([screen.region == place for screen in seeds])
        calls = int(np.median([screen.evaluations for screen in seeds]))
        print(f"off by {off:g} of a typical entry: located in {share:.0%} of 20 screens, {calls} evaluations of J")


if __name__ == "__main__":
    main()
