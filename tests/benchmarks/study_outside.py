"""Study how often a check is right on functions that its author did not draw, beside the rules of other checkers.

Run it with `python tests/benchmarks/study_outside.py`: it prints its tables, and with `--store` also writes the first
into the package, as study_outside.csv, for a notebook to show. `--problems 460` is a short form. A problem is a cost as
somebody might write it, whose gradient is known: by autograd, of the function that is meant, without its rounding (the
tests compare autograd with 60 digits, and with complex steps). Where a corner lies on θ, every slope between those on
its two sides is right. Of each problem the right gradient is judged, and three with a mistake: two of any size and one
small. An error matters if it is at least 1e-3 of its block and 1e-6 of the whole gradient; smaller ones are counted by
their share of the block, and may be called anything.

The families stand in outside/, by kind; the rules in outside/rules.py, which says how to add one.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import csv
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from outside import corners, functions, inexact, networks
from outside.mistakes import CLASSES, Claim, claims
from outside.problem import Problem
from outside.rules import OURS, RULES, answer, ours, real_rules

import gc_lib as gcl

STORED = Path(gcl.__file__).with_name("study_outside.csv")
SEED = 100  # for development: constants may be tuned on 100, 101, … as often as one likes
SHIPPED_SEED = 8100  # kept for the figures that are shipped: run it once, when nothing will be changed any more

FAMILIES = {  # append new ones: a family's place is part of its seed
    "classic": functions.classic,
    "quadratic": functions.quadratic,
    "oscillation": functions.oscillation,
    "integers": functions.integers,
    "numerics": functions.numerics,
    "scales": functions.scales,
    "zeros": functions.zeros,
    "logistic": networks.logistic,
    "softmax": networks.softmax,
    "deep tanh": networks.deep,
    "norms": networks.norms,
    "recurrence": networks.recurrence,
    "attention": networks.attention,
    "convolution": networks.convolution,
    "kinks near θ": corners.kinks_near,
    "kinks on θ": corners.kinks_on,
    "domain edges": corners.edges,
    "offset": inexact.offset,
    "noise": inexact.noise,
    "solvers": inexact.solvers,
    "steps": inexact.steps,
    "float32": inexact.single,
    "float16": inexact.half,
}
GROUPS = {"all": list(FAMILIES), "float64": [name for name in FAMILIES if not name.startswith("float")]}
ANSWERS = ("wrong", "cannot tell", "right", "refuses")
TRUTHS = ("correct", *CLASSES)
FALSE = {("correct", "wrong"), ("errors that matter", "right")}
TRUE_REASONS = {  # what may be said of a right gradient that cannot be told, by what clouds J
    "offset": {"small gradients", "small beside J", "round-off"},
    "offset taken away": {"small gradients", "small beside J", "round-off", "steps", "noise"},
    "noise": {"noise"},
    "solver": {"noise", "steps"},
    "steps": {"steps"},
    "saturated": {"steps", "noise", "round-off"},
    "oscillation": {"truncation"},
    "kink near θ": {"kink within ε", "kink on θ"},
    "kink on θ": {"kink on θ"},
    "domain": {"domain"},
} | {
    f"{dtype}: {place}": {dtype, "steps"}
    for dtype in ("float32", "float16")
    for place in ("params", "inside", "J", "a sum")
}


def problem(family: str, number: int, seed: int = SEED) -> tuple[Problem, list[Claim]]:
    """Draw a problem of a family, and what is claimed to be its gradient."""
    rng = np.random.default_rng([seed, list(FAMILIES).index(family), number])
    with np.errstate(all="ignore"):
        drawn = FAMILIES[family](rng)
        return drawn, claims(drawn, rng)


def study(problems: int, seed: int = SEED, rules: dict = RULES, in_turn: bool = False) -> tuple[Counter, Counter, list]:
    """Judge so many problems, the families in turn; `in_turn` takes only one ε of ours for each, to be quick.

    Returns counts by (family, rule, truth, answer); of what clouds our answers to right gradients, by (cloud, answer,
    reason); and a line for each false answer of ours.
    """
    counts, clouds, failures = Counter(), Counter(), []
    of_ours = [name for name in rules if rules[name][0] is ours]
    for k in range(problems):
        family, number = list(FAMILIES)[k % len(FAMILIES)], k // len(FAMILIES)
        drawn, claimed = problem(family, number, seed)
        left_out = {name for name in of_ours if in_turn and name != of_ours[k % len(of_ours)]}
        for claim in claimed:
            truth = claim.size
            for name, (rule, eps) in rules.items():
                if name in left_out:
                    continue
                said, why = answer(rule, claim, eps)
                counts[family, name, truth, said] += 1
                if name not in of_ours:
                    continue
                if truth == "correct" and drawn.cloud:
                    clouds[drawn.cloud, said, why] += 1
                if (truth, said) in FALSE:
                    failures.append(f"{family} {number}, {name}: {claim.mistake or 'correct'} is called {said}: {why}")
    return counts, clouds, failures


# ---- what an answer costs --------------------------------------------------------------------------------------------

NETS = {"81": (8, 8, 1), "245": (10, 12, 8, 1), "2,061": (40, 40, 10, 1)}  # by n


def prices(eps, draws: int = 3) -> dict[str, float]:
    """Return how often J is asked for, in the mean, about right gradients: test functions of 5, and tanh nets."""
    drawn = {"5": [Problem(f, np.random.default_rng(seed).normal(size=5)) for seed, f in enumerate(OF_FIVE)]}
    for n, sizes in NETS.items():
        drawn[n] = [networks.layered(np.random.default_rng(seed), sizes) for seed in range(draws)]
    return {n: float(np.mean([evaluations(one, eps) for one in problems])) for n, problems in drawn.items()}


OF_FIVE = (functions.rosenbrock, functions.rastrigin, functions.styblinski_tang, functions.zakharov)


def evaluations(drawn: Problem, eps) -> int:
    """Return how often our check asks for J about the right gradient."""
    claim = Claim(drawn, drawn.truth)
    answer(ours, claim, eps)
    return claim.evaluations


# ---- tables ----------------------------------------------------------------------------------------------------------


def rows(counts: Counter) -> Iterator[dict]:
    """Yield the table: a row for each family and rule, those of several families first."""
    for family in (*GROUPS, *FAMILIES):
        for rule in dict.fromkeys(rule for _, rule, *_ in counts):
            row = {"family": family, "rule": rule}
            for truth in TRUTHS:
                found = [total(counts, family, rule, truth, said) for said in ANSWERS]
                row[truth] = sum(found)
                row |= {f"{truth}: {said}": n for said, n in zip(ANSWERS, found, strict=True)}
            yield row


def total(counts: Counter, family: str, rule: str, truth: str, said: str) -> int:
    """Return how often a rule gave this answer, in a family or a group of them."""
    return sum(counts[name, rule, truth, said] for name in GROUPS.get(family, [family]))


def means(found: int, of: int) -> str:
    """Say how often, and what a zero means: at 95 % the true share is below 3 of N, here rounded up."""
    if not of:
        return "0 of 0"
    if not found:
        return f"0 of {of:,} (below {np.ceil(3e4 / of) / 1e4:.2%} at 95 %)"
    return f"{found:,} of {of:,} ({found / of:.2%})"


def show(counts: Counter, clouds: Counter, failures: list) -> None:
    """Print the tables."""
    table = list(rows(counts))
    print("Correct gradients by family: wrong/cannot tell/right/refused")
    rules = list(dict.fromkeys(row["rule"] for row in table))
    print(f"{'':14}", *(f"{rule:>16}" for rule in rules))
    for family in (*FAMILIES, *GROUPS):
        cells = ["/".join(str(total(counts, family, rule, "correct", said)) for said in ANSWERS) for rule in rules]
        print(f"{family:14}", *(f"{cell:>16}" for cell in cells))
    print("\nOf all families")
    for row, double in zip(table, table[len(rules) : 2 * len(rules)], strict=False):
        matter = row["errors that matter"]
        print(f"{row['rule']}:")
        print(f"  correct called wrong: {means(row['correct: wrong'], row['correct'])}")
        print(f"  correct, cannot tell, in float64: {means(double['correct: cannot tell'], double['correct'])}")
        print(f"  errors that matter called right: {means(row['errors that matter: right'], matter)}")
        print(f"  errors that matter, cannot tell: {means(row['errors that matter: cannot tell'], matter)}")
        found = (f"{size} {means(row[f'{size}: wrong'], row[size])}" for size in CLASSES)
        print(f"  found: {'; '.join(found)}")
    show_reasons(clouds)
    print("\nEvaluations of J for a right gradient, our check, in the mean")
    for name, (rule, eps) in RULES.items():
        if rule is ours:
            print(f"{name}:", "; ".join(f"n = {n}: {mean:,.0f}" for n, mean in prices(eps).items()))
    print(*failures, f"{len(failures)} false answers of ours", sep="\n")


def show_reasons(clouds: Counter) -> None:
    """Print what our check says of right gradients under a cloud, where it does not call them right."""
    print("\nReasons for right gradients that are not called right, by what clouds J: true ones, and all (* true)")
    for cloud, true in TRUE_REASONS.items():
        said = Counter()
        for (name, answered, why), n in clouds.items():
            if name == cloud and answered != "right":
                said[answered, why] += n
        n_true = sum(n for (answered, why), n in said.items() if answered == "cannot tell" and why in true)
        right = sum(n for (name, answered, _), n in clouds.items() if (name, answered) == (cloud, "right"))
        marked = (
            f"{answered}, {why or '–'}{' *' * (answered == 'cannot tell' and why in true)} {n}"
            for (answered, why), n in said.most_common()
        )
        print(f"{cloud}: {n_true} of {sum(said.values())} true, {right} right; {'; '.join(marked)}")


def store(path: Path, table: list[dict]) -> None:
    """Write a table as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, table[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def main() -> None:
    """Run the study as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=1610)
    parser.add_argument("--seed", type=int, default=SEED, help=f"{SHIPPED_SEED} is kept for the figures shipped")
    parser.add_argument("--real", action="store_true", help="ask scipy, numdifftools and torch too, if installed")
    parser.add_argument("--store", action="store_true", help=f"write {STORED.name} into the package")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # costs that overflow or leave their domain
    if left_out := OURS.keys() - RULES.keys():
        print(f"left out, since gcl.check does not take that ε: {', '.join(left_out)}")
    found = study(given.problems, given.seed, RULES | (real_rules() if given.real else {}))
    show(*found)
    if given.store:
        store(STORED, list(rows(found[0])))


if __name__ == "__main__":
    main()
