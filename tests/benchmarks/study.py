"""Study how often a check is right: random problems with known gradients, judged by our answer and by others' rules.

Run it with `python tests/benchmarks/study.py`: it prints its tables, and with `--store` also writes them into the
package, as study.csv and study_reasons.csv, for a notebook to show. `--problems 500` is a short form. Half of the
gradients are correct, half have one bug of the catalogue at a random place and strength, or one wrong entry. An error
matters if it is at least 1e-3 of its block and 1e-6 of the whole gradient; smaller ones may be called anything, and so
may a block that backprop itself has rounded by more than 1e-6: where A is nearly Y, A − Y has lost its digits. Truth is
the gradient of this very J, with A − Y to the last digit: in float32 that in float64 at the rounded θ, and there an
error must also stand out from the rounding of backprop itself.

The rules, all on the same dθ_approx: the lecture's (great is right, worry is wrong); torch.autograd.gradcheck (each
entry within 1e-5 + 1e-3 |dθ|); scipy.optimize.check_grad (one-sided; it gives a norm without a threshold, here 1e-6);
CS231n (the largest relative error of an entry: above 1e-2 wrong, up to 1e-7, with ReLU 1e-4, right). In
float64 each is judged at its own ε too, since the ε drawn at random does not suit them.
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

import gc_lib as gcl
from gc_lib.checker.slide import norm
from gc_lib.network.activations import sigmoid
from gc_lib.network.forward import Terms

STORED, REASONS = (Path(gcl.__file__).with_name(name) for name in ("study.csv", "study_reasons.csv"))
SEED = 1  # the estimates were tuned on other seeds
MATTERS, SEEN, RIGHT = 1e-3, 1e-6, 1e-6
OUTCOMES = ("true", "untrue", "not to be seen")
ANSWERS = ("right", "cannot tell", "wrong")

BACKPROP = """
    sign_flipped output_slope_twice
    no_slope slope_at_A sigmoid_slope activation_for_slope slope_at_dropped_A
    no_decay half_decay decay_not_over_m decay_subtracted dW_no_mean own_A last_example_dropped scaled_dW
    db_no_mean db_first_example db_zero db_decayed db_one_sum scaled_db
    W_not_transposed dA_doubled W_updated_first no_W scaled_dA
    no_mask no_keep_prob neighbour_mask
""".split()  # the bugs drawn; the stored tables hold for these, whatever the catalogue has gained since
COST = ["J_no_decay", "J_decay_over_m", "J_layer_twice"]


def exact_error(Y, c):
    """dZ = A − Y, to the last digit: where Y is 1, −(1 − A) is what all the other outputs have."""
    others = sigmoid(-c.Z) if len(Y) == 1 else (c.A * (1 - Y)).sum(axis=0)
    return (1 - Y) * c.A - Y * others


@dataclass
class Problem:
    """Hold a network on some examples, a θ, an ε, and what was planted: in the network, or in one entry of dθ."""

    net: gcl.Network
    X: np.ndarray
    Y: np.ndarray
    params: dict
    eps: float
    regime: str
    mask_seed: int
    planted: gcl.Network
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
            block, index = gcl.entry(i, found)
            found[block][index] += error * norm(found[block].ravel())
        return found

    def exact(self) -> dict:
        """Return the gradient of this very J in float64: that of the data, and that of the λ term as it is written."""
        right = replace(self.planted, dtype="float64", steps=(), lam=0.0, terms=Terms())
        steps = (*right.steps[:-1], right.steps[-1]._replace(dZ=exact_error))
        right = replace(right, steps=steps)
        params = {name: block.astype(float) for name, block in self.params.items()}
        _, gradient = right.on(self.X.astype(float), self.Y, masks="frozen", seed=self.mask_seed)
        slopes = self.cost.apart(params).slopes
        return {name: block + slopes.get(name, 0) for name, block in gradient(params).items()}

    def errors(self) -> dict[str, float]:
        """Return for each block by how many times what matters dθ is wrong; 0 where it is right."""
        exact, found = self.exact(), self.gradient(self.params)
        right = self.net.on(self.X, self.Y, masks="frozen", seed=self.mask_seed)[1](self.params)
        clean, whole, errors = replace(self, planted=self.net).exact(), norm(gcl.to_vector(exact)), {}
        for name, block in found.items():
            error = norm((block - exact[name]).ravel())
            rounding = norm((right[name] - clean[name]).ravel())
            limit = max(MATTERS * norm(exact[name].ravel()), SEEN * whole, 2 * rounding)
            errors[name] = error / limit if limit else float(error > 0)
            untouched = np.array_equal(block, right[name]) and self.planted.terms == self.net.terms
            if untouched and (self.net.dtype == "float32" or rounding <= RIGHT * norm(clean[name].ravel())):
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
    net = gcl.Network(sizes, hidden, output, lam, keep_prob, dtype)
    pixels = rng.uniform(0, 1, (sizes[0], m)) * (rng.random((sizes[0], m)) < 0.6)
    X = rng.standard_normal((sizes[0], m)) if rng.random() < 0.6 else pixels
    labels = rng.integers(max(2, sizes[-1]), size=m)
    Y = np.eye(sizes[-1])[:, labels] if softmax else labels[None] * 1.0
    params, steps = net.initialise(i, scale, bias), int(rng.choice([0, 10, 100], p=[0.7, 0.15, 0.15]))
    _, gradient = replace(net, keep_prob=1.0, lam=min(lam, 1.0)).on(X, Y)
    params = gcl.train(gradient, params, steps, rate=0.1)
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
    name = str(rng.choice(COST if kind == "cost" else BACKPROP))
    layers = [None] if kind == "cost" else range(1, drawn.net.L + 1)
    layers = [l for l in layers if not drawn.net.obstacle(name, l)]
    return replace(drawn, planted=drawn.net.plant(name, rng.choice(layers), strength)) if layers else drawn


# ---- causes, one at a time: is the reason stated the true one? -------------------------------------------------------


@dataclass
class Base:
    """Hold a problem without a fault: float64, usual weights, a good ε; `rng` draws what a cause needs."""

    rng: np.random.Generator
    hidden: str = ""

    def __post_init__(self):
        rng, softmax = self.rng, self.rng.random() < 0.4
        sizes = [int(rng.integers(2, 9)), *map(int, rng.integers(2, 8, rng.integers(1, 4)))]
        self.m, self.seed, self.eps = int(rng.integers(2, 20)), int(rng.integers(2**30)), log_uniform(rng, 1e-6, 1e-5)
        self.hidden = self.hidden or str(rng.choice(["tanh", "sigmoid"]))
        self.X = rng.standard_normal((sizes[0], self.m))
        outputs = int(rng.integers(2, 5)) if softmax else 1
        labels = rng.integers(max(2, outputs), size=self.m)
        self.Y = np.eye(outputs)[:, labels] if softmax else labels[None] * 1.0
        self.lam = log_uniform(rng, 1e-2, 1)
        output = "softmax" if softmax else "sigmoid"
        self.net = gcl.Network([*sizes, outputs], self.hidden, output, self.lam)
        self.params = self.net.initialise(self.seed, scale=log_uniform(rng, 0.3, 2), bias=0.1)

    def check(self, net: gcl.Network | None = None, eps: float | None = None, **options) -> gcl.Report:
        """Check a network like this one on these examples."""
        cost, gradient = (net or self.net).on(self.X, self.Y, masks="frozen", seed=self.seed)
        return gcl.check(cost, gradient, self.params, eps or self.eps, **options)


def kind_is(*kinds: str) -> Callable:
    """Return what tells whether the weightiest reason is of these kinds."""
    return lambda report: bool(report.reasons) and report.reasons[0].kind in kinds


def bug(base: Base) -> tuple:
    """Plant a bug of backprop in a layer: the place stated must hold the equation."""
    name, layer = str(base.rng.choice(BACKPROP)), int(base.rng.integers(1, base.net.L + 1))
    net = replace(base.net, keep_prob=0.7)
    if net.obstacle(name, layer):
        return None, None
    slot, last = gcl.bugs.find(name).slot, layer == net.L
    words = {"drop": "the mask of layer {}", "dZ": "dZ{}" if last else "the slope of layer {}"}
    words["dA_prev"] = "dA_prev of layer {}"
    truth = words.get(slot, f"{slot}{{}}").format(layer)
    report = base.check(net.plant(name, layer, log_uniform(base.rng, 1e-2, 1)))
    said = [reason.evidence["places"] for reason in report.reasons if reason.kind == "bug"]
    return report, lambda report: [truth in alike for places in said for alike in places] == [True]


def factor(base: Base) -> tuple:
    """Scale dW or db by a factor: it must be named."""
    name, layer = str(base.rng.choice(["scaled_dW", "scaled_db"])), int(base.rng.integers(1, base.net.L))
    k = log_uniform(base.rng, 0.1, 10)
    report = base.check(base.net.plant(name, layer, factor=k))
    return (
        report,
        lambda report: report.reasons[0].kind == "scaled" and abs(report.reasons[0].evidence["factor"] / k - 1) < 1e-2,
    )


def sign(base: Base) -> tuple:
    """Flip the sign of the output error."""
    return base.check(base.net.plant("sign_flipped", base.net.L)), kind_is("sign flipped")


def decay(base: Base) -> tuple:
    """Write the L2 term wrong, in J or in one dW."""
    name = str(base.rng.choice(["J_no_decay", "J_decay_over_m", "no_decay", "half_decay", "decay_subtracted"]))
    where = () if name.startswith("J") else (int(base.rng.integers(1, base.net.L + 1)),)
    return base.check(base.net.plant(name, *where)), kind_is("decay")


def order(base: Base) -> tuple:
    """Flatten dθ column by column."""
    return base.check(checker=gcl.bugs.plant(gcl.SLIDE, "other_order")), kind_is("permuted")


def fresh_masks(base: Base) -> tuple:
    """Leave dropout on."""
    net = replace(base.net, keep_prob=base.rng.uniform(0.3, 0.9))
    return gcl.check(*net.on(base.X, base.Y), base.params, base.eps), kind_is("not deterministic")


def small_eps(base: Base) -> tuple:
    """Take ε far too small."""
    return base.check(eps=log_uniform(base.rng, 1e-14, 1e-12)), kind_is("round-off")


def large_eps(base: Base) -> tuple:
    """Take ε far too large."""
    return base.check(eps=log_uniform(base.rng, 0.03, 0.3)), kind_is("truncation")


def single(base: Base) -> tuple:
    """Compute in float32, with an ε for float64."""
    base.params = {name: block.astype("float32") for name, block in base.params.items()}
    return base.check(replace(base.net, dtype="float32"), log_uniform(base.rng, 1e-6, 1e-4)), kind_is("float32")


def corner_on_theta(base: Base) -> tuple:
    """Show an example of zeros to ReLUs without biases."""
    base = Base(base.rng, "relu")
    base.X[:, 0] = 0
    base.params |= {name: 0 * block for name, block in base.params.items() if name[0] == "b"}
    return base.check(), kind_is("kink on θ")


def corner_within(base: Base) -> tuple:
    """Take ε a few times as large as what lies between a ReLU and its corner."""
    base = Base(base.rng, "relu")
    nearest = np.abs(base.net.on(base.X, base.Y)[0].layers(base.params)[0].Z).min()
    report = base.check(eps=float(nearest * base.rng.uniform(1.5, 5)))
    if report.band == "great":  # behind that corner is little to be seen
        return None, None
    return report, lambda report: any(reason.kind == "kink within ε" for reason in report.reasons)


def large_lambda(base: Base) -> tuple:
    """Let λ drown the data."""
    report = base.check(replace(base.net, lam=log_uniform(base.rng, 1e6, 1e8)))
    return report, lambda report: any(reason.kind == "λ drowns the data term" for reason in report.reasons)


def dead(base: Base) -> tuple:
    """Let the first layer never be on."""
    base = Base(base.rng, "relu")
    base.params["b1"] = base.params["b1"] - 100
    found = base.check(replace(base.net, lam=0.0))
    return found, lambda report: any(r.kind == "flat" and {"W1", "b1"} <= {*r.blocks} for r in report.reasons)


def tiny(base: Base) -> tuple:
    """Add a large constant to J."""
    cost, gradient = base.net.on(base.X, base.Y)
    report = gcl.check(lambda params: cost(params) + 1e9, gradient, base.params, 1e-5)
    return report, lambda report: any(reason.kind == "small gradients" for reason in report.reasons)


CAUSES = (bug, factor, sign, decay, order, fresh_masks, small_eps, large_eps, single)
CAUSES += (corner_on_theta, corner_within, large_lambda, dead, tiny)


def study_reasons(each: int, seed: int = SEED) -> tuple[Counter, list[str]]:
    """Plant every cause so many times; return counts by (cause, what came of it), and the untrue ones."""
    counts, failures = Counter(), []
    for number, cause in enumerate(CAUSES):
        for i in range(each):
            report, true = cause(Base(np.random.default_rng([seed, number, i])))
            if report is None or (report.answer == "right" and not report.reasons):
                counts[cause.__name__, "not to be seen"] += 1
                continue
            said = bool(report.reasons) and true(report)
            counts[cause.__name__, "true" if said else "untrue"] += 1
            if not said:
                failures.append(f"{cause.__name__} {i}: {report.answer}, {[reason.kind for reason in report.reasons]}")
    return counts, failures


# ---- the rules -------------------------------------------------------------------------------------------------------


def by_lecture(report: gcl.Report, relu: bool, one_sided: np.ndarray) -> str:
    """Answer by the lecture's bands."""
    return {"great": "right", "look": "cannot tell", "worry": "wrong"}[report.band]


def by_torch(report: gcl.Report, relu: bool, one_sided: np.ndarray) -> str:
    """Answer as torch.autograd.gradcheck by default."""
    return "right" if np.allclose(report.approx, report.gradient, rtol=1e-3, atol=1e-5) else "wrong"


def by_scipy(report: gcl.Report, relu: bool, one_sided: np.ndarray) -> str:
    """Answer by the norm of scipy.optimize.check_grad."""
    return "right" if norm(one_sided - report.gradient) < 1e-6 else "wrong"


def by_cs231n(report: gcl.Report, relu: bool, one_sided: np.ndarray) -> str:
    """Answer by the bands of CS231n."""
    a, g = np.abs(report.approx), np.abs(report.gradient)
    largest = float(np.max(np.abs(report.approx - report.gradient) / np.maximum(np.maximum(a, g), 1e-300)))
    return "wrong" if largest > 1e-2 else "right" if largest <= (1e-4 if relu else 1e-7) else "cannot tell"


RULES = {
    "error bars": lambda report, relu, one_sided: report.answer,
    "error bars, any code": lambda report, relu, one_sided: report.answer,
    "lecture": by_lecture,
    "torch": by_torch,
    "scipy": by_scipy,
    "CS231n": by_cs231n,
}
OWN_EPS = {
    "error bars": 1e-5,
    "error bars, any code": 1e-5,
    "lecture": 1e-7,
    "torch": 1e-6,
    "scipy": 1.49e-8,
    "CS231n": 1e-5,
}


def judged(drawn: Problem, rules: dict, eps: float) -> dict[str, gcl.Report | str]:
    """Return each rule's answer at an ε, and the report; nothing where ε moves no entry, or J is not finite.

    "Any code" is the same cost as a bare function, of which the checker knows nothing: neither its ReLUs nor its λ.
    """
    cost, relu, found = drawn.cost, drawn.net.hidden == "relu", {}
    try:
        found[""] = gcl.check(cost, drawn.gradient, drawn.params, eps)
        bare = {
            rule: gcl.check(lambda params: cost(params), drawn.gradient, drawn.params, eps)
            for rule in rules
            if "any" in rule
        }
        one_sided = gcl.to_vector(gcl.numeric_gradient(cost, drawn.params, eps, gcl.ONE_SIDED)).astype(float)
    except ValueError:
        return {}
    return found | {name: rule(bare.get(name, found[""]), relu, one_sided) for name, rule in rules.items()}


def where(drawn: Problem) -> str:
    """Name the row of the table that a problem belongs to."""
    middle = "ε 1e-6 … 1e-4" if 1e-6 <= drawn.eps <= 1e-4 else "other ε"
    return f"{drawn.net.dtype}, {drawn.regime}, {middle}"


def study(problems: int, seed: int = SEED, own_eps: bool = True) -> tuple[Counter, list[str]]:
    """Judge so many problems; return counts by (rule, row, truth, answer), and where the error bars fail."""
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
        bare = answers["error bars, any code"]
        if (bare == "wrong" and truth == "correct") or (bare == "right" and truth == "planted"):
            failures.append(f"problem {i}: called {bare} as a bare function; {describe(drawn)}")
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


def store(path: Path, table: list[dict]) -> None:
    """Write a table as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, table[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def show(table: list[dict], failures: list[str]) -> None:
    """Print a table and what failed."""
    print(*table[0], sep="; ")
    for row in table:
        print(*row.values(), sep="; ")
    print(*failures, f"{len(failures)} failures", sep="\n")


def main() -> None:
    """Run the study as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--store", action="store_true", help=f"write {STORED.name} and {REASONS.name} into the package")
    given = parser.parse_args()
    warnings.simplefilter("ignore")  # overflow in saturated networks
    counts, failures = study(given.problems, given.seed)
    answers = list(rows(counts))
    show(answers, failures)
    counts, failures = study_reasons(given.problems // 50, given.seed)
    causes = [
        {"planted": cause.__doc__} | {what: counts[cause.__name__, what] for what in OUTCOMES} for cause in CAUSES
    ]
    show(causes, failures)
    if given.store:
        store(STORED, answers)
        store(REASONS, causes)


if __name__ == "__main__":
    main()
