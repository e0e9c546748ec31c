"""Study how often a check is right: random problems with known gradients, judged by our answer and by others' rules.

Run it with `python tests/benchmarks/study.py`: it prints its tables, and with `--store` also writes them to
`gc_lib/study.csv`, for a notebook to show. `--problems 500` is a short form. Half of the gradients are correct, half
have one bug of the catalogue at a random place and strength, or one wrong entry. An error matters if it is at least
1e-3 of its block and 1e-6 of the whole gradient; smaller ones may be called anything. Truth is the exact gradient: in
float32 that in float64 at the rounded θ, and there an error must also stand out from the rounding of backprop itself.

The rules, all on the same dθ_approx: the slide (great is right, worry is wrong); torch.autograd.gradcheck (every entry
within 1e-5 + 1e-3 |dθ|); scipy.optimize.check_grad (one-sided; it gives a norm without a threshold, here 1e-6);
CS231n (the largest relative error of an entry: above 1e-2 wrong, up to 1e-7, with ReLU 1e-4, right).
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import csv
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import gc_lib as gc
from gc_lib.backprop import Steps
from gc_lib.bugs import CATALOGUE
from gc_lib.check import norm
from gc_lib.forward import Terms

STORED = Path(gc.__file__).with_name("study.csv")
SEED = 1  # the estimates were tuned on other seeds
MATTERS, SEEN = 1e-3, 1e-6
ANSWERS = ("right", "cannot tell", "wrong")


@dataclass
class Problem:
    """Hold a network on some examples, a θ, an ε, and what was planted: in the network, or in one entry of dθ."""

    net: gc.Network
    X: np.ndarray
    Y: np.ndarray
    params: dict
    eps: float
    regime: str
    mask_seed: int
    planted: gc.Network
    entry: tuple[int, float] | None = None

    @property
    def cost(self) -> Callable:
        """J, with its mistakes."""
        return self.planted.on(self.X, self.Y, masks="frozen", seed=self.mask_seed)[0]

    def gradient(self, params: dict) -> dict:
        """Return dθ, with its bug."""
        found = self.planted.on(self.X, self.Y, masks="frozen", seed=self.mask_seed)[1](params)
        if self.entry:
            i, error = self.entry
            block, index = gc.entry(i, found)
            found[block][index] += error * norm(found[block].ravel())
        return found

    def exact(self) -> dict:
        """Return the gradient of this very J in float64: that of the data, and that of the λ term as it is written."""
        right = replace(self.planted, dtype="float64", steps=(), lam=0.0, terms=Terms())
        params = {name: block.astype(float) for name, block in self.params.items()}
        _, gradient = right.on(self.X.astype(float), self.Y, masks="frozen", seed=self.mask_seed)
        slopes = self.cost.apart(params).slopes
        return {name: block + slopes.get(name, 0) for name, block in gradient(params).items()}

    def errors(self) -> dict[str, float]:
        """Return for each block by how many times what matters dθ is wrong; 0 where it is right."""
        exact, found = self.exact(), self.gradient(self.params)
        if self.planted is self.net and not self.entry:
            return dict.fromkeys(found, 0.0)
        right = self.net.on(self.X, self.Y, masks="frozen", seed=self.mask_seed)[1](self.params)
        clean, whole, errors = replace(self, planted=self.net).exact(), norm(gc.to_vector(exact)), {}
        for name, block in found.items():
            error = norm((block - exact[name]).ravel())
            rounding = norm((right[name] - clean[name]).ravel())
            limit = max(MATTERS * norm(exact[name].ravel()), SEEN * whole, 2 * rounding)
            errors[name] = error / limit if limit else float(error > 0)
            if error <= 10 * rounding and np.array_equal(block, right[name]) and self.planted.terms == self.net.terms:
                errors[name] = 0.0
        return errors


def problem(i: int, seed: int = SEED) -> Problem:
    """Draw a problem."""
    rng = np.random.default_rng([seed, i])
    L, softmax = int(rng.integers(1, 5)), rng.random() < 0.4
    sizes = [int(rng.integers(1, 11)), *map(int, rng.integers(1, 8, L - 1)), int(rng.integers(2, 6)) if softmax else 1]
    if L > 2 and rng.random() < 0.3:
        sizes[2] = sizes[1]  # where a bug needs a square layer
    regime = str(rng.choice(["normal", "tiny", "saturated"], p=[0.6, 0.2, 0.2]))
    low, high = {"normal": (0.1, 2.0), "tiny": (1e-3, 0.1), "saturated": (2.0, 20.0)}[regime]
    scale, bias = log_uniform(rng, low, high), 0.0 if rng.random() < 0.4 else log_uniform(rng, 1e-3, 1)
    lam = 0.0 if rng.random() < 0.3 else log_uniform(rng, 1e-4, 100)
    keep_prob = 1.0 if rng.random() < 0.75 else rng.uniform(0.4, 0.95)
    m, dtype = int(rng.choice([1, 2, 3, 5, 10, 30])), "float64" if rng.random() < 0.75 else "float32"
    hidden, output = str(rng.choice(["tanh", "relu", "sigmoid"])), "softmax" if softmax else "sigmoid"
    net = gc.Network(sizes, hidden, output, lam, keep_prob, dtype)
    pixels = rng.uniform(0, 1, (sizes[0], m)) * (rng.random((sizes[0], m)) < 0.6)
    X = rng.standard_normal((sizes[0], m)) if rng.random() < 0.6 else pixels
    labels = rng.integers(max(2, sizes[-1]), size=m)
    Y = np.eye(sizes[-1])[:, labels] if softmax else labels[None] * 1.0
    params, steps = net.initialise(i, scale, bias), int(rng.choice([0, 10, 100], p=[0.7, 0.15, 0.15]))
    _, gradient = replace(net, keep_prob=1.0, lam=min(lam, 1.0)).on(X, Y)
    params = gc.train(gradient, params, steps, rate=0.1)
    eps, mask_seed = log_uniform(rng, 1e-10, 0.1), int(rng.integers(2**30))
    drawn = Problem(net, X.astype(dtype), Y, params, eps, regime, mask_seed, net)
    return plant(drawn, rng) if rng.random() < 0.5 else drawn


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number whose logarithm is uniform."""
    return float(10 ** rng.uniform(np.log10(low), np.log10(high)))


def plant(drawn: Problem, rng: np.random.Generator) -> Problem:
    """Plant one bug: mostly one of backprop, at times one of the cost, or one wrong entry."""
    strength = 1.0 if rng.random() < 0.5 else log_uniform(rng, 1e-4, 1)
    kind = rng.choice(["entry", "cost", "backprop"], p=[0.12, 0.08, 0.8])
    if kind == "entry":
        size = sum(block.size for block in drawn.params.values())
        return replace(drawn, entry=(int(rng.integers(size)), float(rng.choice([-1, 1])) * strength))
    family = Terms if kind == "cost" else Steps
    name = str(rng.choice([name for name, bug in CATALOGUE.items() if bug.family is family]))
    layers = [None] if kind == "cost" else range(1, drawn.net.L + 1)
    layers = [l for l in layers if not drawn.net.obstacle(name, l)]
    return replace(drawn, planted=drawn.net.plant(name, rng.choice(layers), strength)) if layers else drawn


# ---- the rules -------------------------------------------------------------------------------------------------------


def by_slide(report: gc.Report, relu: bool, one_sided: np.ndarray) -> str:
    """Answer by the lecture's bands."""
    return {"great": "right", "look": "cannot tell", "worry": "wrong"}[report.band]


def by_torch(report: gc.Report, relu: bool, one_sided: np.ndarray) -> str:
    """Answer as torch.autograd.gradcheck by default."""
    return "right" if np.allclose(report.approx, report.gradient, rtol=1e-3, atol=1e-5) else "wrong"


def by_scipy(report: gc.Report, relu: bool, one_sided: np.ndarray) -> str:
    """Answer by the norm of scipy.optimize.check_grad."""
    return "right" if norm(one_sided - report.gradient) < 1e-6 else "wrong"


def by_cs231n(report: gc.Report, relu: bool, one_sided: np.ndarray) -> str:
    """Answer by the bands of CS231n."""
    a, g = np.abs(report.approx), np.abs(report.gradient)
    largest = float(np.max(np.abs(report.approx - report.gradient) / np.maximum(np.maximum(a, g), 1e-300)))
    return "wrong" if largest > 1e-2 else "right" if largest <= (1e-4 if relu else 1e-7) else "cannot tell"


RULES = {
    "error bars": lambda report, relu, one_sided: report.answer,
    "slide": by_slide,
    "torch": by_torch,
    "scipy": by_scipy,
    "CS231n": by_cs231n,
}
OWN_EPS = {"error bars": 1e-5, "slide": 1e-7, "torch": 1e-6, "scipy": 1.49e-8, "CS231n": 1e-5}


def judged(drawn: Problem, rules: dict, eps: float) -> dict[str, str]:
    """Return each rule's answer at an ε; None where the ε moves nothing at all, or J is not finite."""
    try:
        report = gc.check(drawn.cost, drawn.gradient, drawn.params, eps)
        one_sided = gc.to_vector(gc.numeric_gradient(drawn.cost, drawn.params, eps, gc.ONE_SIDED)).astype(float)
    except ValueError:
        return {}
    return {name: rule(report, drawn.net.hidden == "relu", one_sided) for name, rule in rules.items()} | {"": report}


def where(drawn: Problem) -> str:
    """Name the row of the table that a problem belongs to."""
    middle = "ε 1e-6 … 1e-4" if 1e-6 <= drawn.eps <= 1e-4 else "other ε"
    return f"{drawn.net.dtype}, {drawn.regime}, {middle}"


def study(problems: int, seed: int = SEED, own_eps: bool = True) -> tuple[Counter, list[str]]:
    """Judge so many problems; return counts by (rule, row, truth, answer), and the failures of the error bars."""
    counts, failures = Counter(), []
    for i in range(problems):
        drawn = problem(i, seed)
        errors = drawn.errors()
        worst = max(errors.values())
        truth = "correct" if worst == 0 else "planted" if worst >= 1 else "harmless"
        answers = judged(drawn, RULES, drawn.eps)
        if not answers:
            counts["", where(drawn), truth, "no check"] += 1
            continue
        report = answers.pop("")
        for rule, answer in answers.items():
            counts[rule, where(drawn), truth, answer] += 1
        for block, answer in report.answers.items():
            if (answer == "wrong" and errors[block] == 0) or (answer == "right" and errors[block] >= 1):
                failures.append(f"problem {i}: {block} is called {answer}; {describe(drawn)}")
        if own_eps and truth != "harmless" and drawn.net.dtype == "float64":
            for rule, eps in OWN_EPS.items():
                answer = judged(drawn, {rule: RULES[rule]}, eps).get(rule, "no check")
                counts[rule, f"{drawn.net.dtype}, {drawn.regime}, each at its own ε", truth, answer] += 1
    return counts, failures


def describe(drawn: Problem) -> str:
    """Describe a problem in a line."""
    plants = drawn.planted.plants or drawn.entry
    return f"ε = {drawn.eps:.0e}, {drawn.regime}, m = {drawn.X.shape[1]}, planted {plants}, {drawn.net}"


def rows(counts: Counter) -> Iterator[dict]:
    """Yield the table: a row for each rule and kind of problem, shares in percent."""
    for rule, kind in sorted(
        {(rule, kind) for rule, kind, *_ in counts if rule}, key=lambda x: (x[1], [*RULES].index(x[0]))
    ):
        row = {"problems": kind, "rule": rule}
        for truth in ("correct", "planted"):
            found = [counts[rule, kind, truth, answer] for answer in ANSWERS]
            row[truth] = sum(found)
            row |= {f"{truth}: {answer}": count for answer, count in zip(ANSWERS, found, strict=True)}
        yield row


def main() -> None:
    """Run the study as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--store", action="store_true")
    parser.add_argument("--own-eps", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # overflow in saturated networks
    counts, failures = study(given.problems, given.seed, given.own_eps)
    table = list(rows(counts))
    for row in table:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
    print(*failures, sep="\n")
    if given.store:
        with STORED.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, table[0])
            writer.writeheader()
            writer.writerows(table)


if __name__ == "__main__":
    main()
