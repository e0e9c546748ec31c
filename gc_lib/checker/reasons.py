"""Why a check says what it says: each reason stands on evidence that it names."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from textwrap import fill

import numpy as np

from .slide import GREAT, norm

Index = tuple[int, ...]

IN_ASCII = str.maketrans(
    {"θ": "theta", "ε": "eps", "λ": "lambda", "σ": "sigma", "α": "alpha", "Σ": "sum ", "√": "sqrt ", "½": "1/2 "}
    | {"²": "^2", "³": "^3", "ᵢ": "_i", "‖": "||", "±": "+-", "×": "x", "·": "*", "−": "-", "–": "-", "′": "'"}
    | {"“": '"', "”": '"', "’": "'", "…": "...", "→": "->", "←": "<-"}
)


@dataclass(frozen=True)
class Reason:
    """Give one reason: its kind, in one sentence, and what to do about it.

    `blocks` are the blocks concerned, `entries` some of their entries as (block, index), and `evidence` holds the
    numbers that it stands on, by name.
    """

    kind: str
    says: str
    advice: str = ""
    blocks: tuple[str, ...] = ()
    entries: tuple[tuple[str, Index], ...] = ()
    evidence: dict = field(default_factory=dict)

    def __str__(self) -> str:
        return printable(f"{self.says} {self.advice}".strip())


def reasons(report) -> tuple[Reason, ...]:
    """Return the reasons for what a report found, the weightiest first."""
    if report.random:
        return (random_cost(report),)
    found = [*wrong(report), *clouded(report), *flat(report), *drowned(report)]
    return tuple(found)


def listed(names: Iterable[str]) -> str:
    """Write names as a list in a sentence: W1, b1 and W2."""
    *first, last = ("", *names)
    return f"{', '.join(first[1:])} and {last}" if first[1:] else last


def printable(text: str) -> str:
    """Return text as it is, or in ASCII where the output of this program, such as a file on Windows, cannot take it."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return text.translate(IN_ASCII).encode("ascii", "backslashreplace").decode()
    return text


def in_lines(sentences: str) -> str:
    """Break text between words: Jupyter breaks a line that is too long for the page within a word."""
    hanging = "  " if sentences.startswith("- ") else ""
    return fill(printable(sentences), 88, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def entry_name(block: str, index: Index) -> str:
    """Write an entry as in code: W2[3, 1]."""
    return f"{block}[{', '.join(map(str, index))}]" if index else block


def random_cost(report) -> Reason:
    """Say that J is another each time."""
    return Reason(
        "not deterministic",
        "The cost is not deterministic: evaluated twice at the same θ, it gave two different numbers.",
        "Set keep_prob = 1.0, or fix the seed of the mask; do not shuffle or augment the data between evaluations.",
        tuple(report.blocks),
        evidence={"J": report.J, "again": report.J_again},
    )


# ---- why blocks are wrong --------------------------------------------------------------------------------------------


def wrong(report) -> Iterator[Reason]:
    """Say of the wrong blocks what their two gradients look like beside each other, and where to look for the bug."""
    blocks = report.that_are("wrong")
    left = set(blocks)
    for look in (zero, scaled, permuted, decayed, unrelated):
        for reason in look(report, [name for name in blocks if name in left]):
            left -= set(reason.blocks)
            yield reason
            if reason.kind == "permuted" and not left:
                return  # that is the bug
    if blocks:
        yield bug(report, blocks)


def zero(report, blocks: list[str]) -> Iterator[Reason]:
    """Say that dθ is zero where J has a slope."""
    names = tuple(name for name in blocks if not report.pairs[name][1].any())
    if names:
        verb = "is" if len(names) == 1 else "are"
        yield Reason("zero", f"{listed(names)} {verb} zero in dθ, and should not be: forgotten?", blocks=names)


def scaled(report, blocks: list[str]) -> Iterator[Reason]:
    """Say which blocks are one factor k times what they should be; a block of one entry alone is no evidence."""
    groups: dict[str, list[str]] = {}
    found = {name: fit(report, name) for name in blocks}
    for name, (k, _, misfit) in found.items():
        if misfit < 1e-3 and abs(k - 1) > 1e-3:
            groups.setdefault(f"{k:.3g}", []).append(name)
    for names in groups.values():
        if sum(report.pairs[name][0].size for name in names) < 2:
            continue
        k, theirs = found[names[0]][0], [name for name in names if found[name][1]]
        but = f" (but for a multiple of {listed(theirs)} itself, the λ term)" if theirs else ""
        are, they = ("is", "it") if len(names) == 1 else ("are", "they")
        if abs(k + 1) < 1e-2:
            kind, says = "sign flipped", f"{listed(names)} {are} right but for the sign, which is flipped{but}."
            advice = "Look for a difference taken the other way round, such as Y − A for A − Y."
        else:
            kind, says = "scaled", f"{listed(names)} {are} {k:.4g} times what {they} should be{but}."
            advice = "Look for a factor too many or too few: m, 2, keep_prob, a learning rate."
        evidence = {"factor": k, "misfit": max(found[name][2] for name in names)}
        yield Reason(kind, says, advice, tuple(names), evidence=evidence)


def fit(report, name: str) -> tuple[float, float, float]:
    """Fit dθ = k dθ_approx + c θ to a block; return k, c, and what share of the error dθ − dθ_approx is left over.

    c is 0 where k alone will do. Right but for a factor k on all but the λ term, dθ has c = (1 − k) λ/m.
    """
    (a, g), theta = report.pairs[name], report.shapes[name].ravel().astype(float)
    error = norm(g - a)
    k = float(g @ a / (a @ a)) if a.any() else 0.0
    misfit = norm(g - k * a) / error if k else 1.0
    if misfit < 1e-3 or a.size < 4 or not theta.any():
        return k, 0.0, misfit
    (k, c), *_ = np.linalg.lstsq(np.stack([a, theta], axis=1), g, rcond=None)
    return float(k), float(c), norm(g - k * a - c * theta) / error


def permuted(report, blocks: list[str]) -> Iterator[Reason]:
    """Say which blocks hold the right values in another order."""
    names = []
    for name in blocks:
        a, g = report.pairs[name]
        if a.size > 1 and norm(np.sort(a) - np.sort(g)) < 0.01 * norm(a - g):
            names.append(name)
    if names:
        columns = all(transposed(report, name) for name in names)
        how = "column by column where θ goes row by row" if columns else "in another order"
        verb = "holds" if len(names) == 1 else "hold"
        yield Reason(
            "permuted",
            f"{listed(names)} {verb} the right values, {how}.",
            "Look for a reshape, a ravel or a transpose that does not match that of θ.",
            tuple(names),
            evidence={"columns first": columns},
        )


def transposed(report, name: str) -> bool:
    """Tell whether a block of dθ has been laid out column by column."""
    a, g = report.pairs[name]
    shape = report.shapes[name].shape
    return norm(a.reshape(shape).ravel(order="F") - g) < 0.01 * norm(a - g)


def decayed(report, blocks: list[str]) -> Iterator[Reason]:
    """Say where the error of dθ is a multiple of θ itself: that is how the slope of an L2 term looks."""
    factors = {}
    for name in blocks:
        error, theta = np.subtract(*report.pairs[name][::-1]), report.shapes[name].ravel().astype(float)
        k = float(error @ theta / (theta @ theta)) if theta.any() else 0.0
        if theta.size > 1 and k and norm(error - k * theta) < 0.01 * norm(error):
            factors[name] = k
    if factors:
        times = listed(f"{k:+.3g}" for k in factors.values())
        yield Reason(
            "decay",
            f"The error of {listed(factors)} is {times} times θ itself: so looks the slope of an L2 term.",
            "Compare the λ term of J with that of dθ: forgotten, λ/2m for λ/m, not divided by m, on the biases too?",
            tuple(factors),
            evidence=factors,
        )


def unrelated(report, blocks: list[str]) -> Iterator[Reason]:
    """Say where the two gradients have nothing in common: two unrelated vectors read 0.71."""
    for name in blocks:
        a, g = report.pairs[name]
        cosine = float(a @ g / (norm(a) * norm(g))) if a.any() and g.any() else 1.0
        if a.size >= 8 and abs(cosine) < 0.3:
            says = f"{name} points elsewhere than the slope of J: the two have nothing in common."
            advice = "Is dθ the gradient of this J, on these data?"
            yield Reason("unrelated", says, advice, (name,), evidence={"cosine": cosine})


def bug(report, blocks: tuple[str, ...]) -> Reason:
    """Name the places where the bug can be, by the law of which blocks turn red."""
    at = places(report.answers)
    where = "; ".join(" or ".join(alike) for alike in at) or "the lines that compute them"
    advice = f"By what is wrong and what is not, look at {where}."
    if at and at[0][0] != f"dZ{len(report.shapes) // 2}":
        advice += " To narrow it down set λ = 0, keep_prob = 1, b = 0, or take one example, each alone: what heals?"
    are = "is" if len(blocks) == 1 else "are"
    says = f"{listed(blocks)} {are} wrong, by more than the error bars allow."
    entries = tuple(report.worst_of(name)[:2] for name in blocks)
    return Reason("bug", says, advice, blocks, entries, {"places": at})


def places(answers: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    """Return the equations in which a bug would turn just these blocks red; those that look alike stand together.

    A wrong dW[l] or db[l] turns its own block red, a wrong dZ[l] its layer and all below, a wrong dA[l] all
    below. Where
    every W is wrong and no b, it is the λ term. Nothing is said of blocks not named W1, b1, … WL, bL.
    """
    named = [re.fullmatch(r"([Wb])(\d+)", name) for name in answers]
    if not named or not all(named):
        return ()
    L = max(int(found[2]) for found in named if found)
    says = {(kind, l): answers.get(f"{kind}{l}") for l in range(1, L + 1) for kind in "Wb"}
    weights = [says["W", l] for l in range(1, L + 1)]
    if L > 1 and set(weights) == {"wrong"} and not any(says["b", l] == "wrong" for l in range(1, L + 1)):
        return (("the λ term, in J or in every dW",),)
    found: list[tuple[str, ...]] = []
    for l in range(L, 0, -1):
        pair, below = (says["W", l], says["b", l]), [says[kind, k] for k in range(1, l) for kind in "Wb"]
        if "wrong" in pair and "right" not in (*pair, *below) and (pair == ("wrong", "wrong") or "wrong" in below):
            alike = (f"dZ{l}",) if l == L else (f"dA{l + 1}", f"the mask of layer {l}", f"the slope of layer {l}")
            return (*found, alike)
        found += [(f"d{kind}{l}",) for kind in "Wb" if says[kind, l] == "wrong"]
    return tuple(found)


# ---- why the check cannot tell, or reads high where dθ is right ------------------------------------------------------


def clouded(report) -> Iterator[Reason]:
    """Say what keeps dθ_approx from being good enough, in the blocks where it is not: the largest part of the bars."""
    causes: dict[str, list[str]] = {}
    for name, answer in report.answers.items():
        if answer == "cannot tell" or (report.answer == "right" and report.blocks[name] >= GREAT):
            causes.setdefault(cause(report, name), []).append(name)
    for kind, names in causes.items():
        yield CAUSES[kind](report, tuple(names))


def cause(report, name: str) -> str:
    """Return the kind of error that clouds a block most.

    A kink also makes D(2ε) differ from D(ε), and looks like noise: it counts for more than these two.
    """
    bars = report.bars
    sizes = {part: norm(report.bars_of(name, part)) for part in bars.PARTS}
    jump = norm(report.bars_of(name, "jump"))
    noise = 8 * bars.noise / report.eps * report.pairs[name][0].size ** 0.5
    part = max(sizes, key=lambda part: sizes[part])
    if part in ("kink", "truncation", "roundoff") and 3 * jump > sizes[part] and may_have_corners(report, name):
        return "kink on θ" if on_theta(report, name) else "kink within ε"
    if part == "truncation":
        return part
    if bars.precision > 1e-8:
        return "float32"
    enough = noise * report.eps / BEST_EPS < report.worth(name)
    return "round-off" if report.eps < BEST_EPS and enough and part != "backprop" else "small gradients"


BEST_EPS = 1e-5  # about ∛u, where truncation and round-off are even in float64


def may_have_corners(report, name: str) -> bool:
    """Tell whether a kink is possible: a network of the kit knows where its ReLUs have their corners."""
    return report.terms is None or bool(report.corners.get((name, report.worst_kink(name)[0])))


def on_theta(report, name: str) -> bool:
    """Tell whether the largest kink of a block is on θ itself."""
    return bool(report.bars_of(name, "on_theta")[report.bars_of(name, "jump").argmax()])


def round_off(report, names: tuple[str, ...]) -> Reason:
    """Say that ε is too small."""
    still = f" ε even leaves {report.unmoved} entries of θ where they are." if report.unmoved else ""
    return Reason(
        "round-off",
        f"ε is too small for {listed(names)}: the last digit of J, divided by 2ε, weighs too much.{still}",
        f"Take eps = {BEST_EPS:.0e}.",
        names,
        evidence={"noise of J": report.bars.noise, "try eps": BEST_EPS},
    )


def truncation(report, names: tuple[str, ...]) -> Reason:
    """Say that ε is too large."""
    best = BEST_EPS if report.bars.precision < 1e-8 else 1e-2
    smaller = best if report.eps > best else report.eps / 10
    return Reason(
        "truncation",
        f"ε is too large for {listed(names)}: between θ − ε and θ + ε the cost bends, and D(2ε) differs from D(ε).",
        f"Take eps = {smaller:.0e}.",
        names,
        evidence={"try eps": smaller},
    )


def single(report, names: tuple[str, ...]) -> Reason:
    """Say that float32 has too few digits."""
    return Reason(
        "float32",
        f"J is computed in float32, which has 7 digits: too few to judge {listed(names)} at this ε.",
        "Check in float64: params[name].astype(float), and the data too. Where that cannot be, take eps = 1e-2.",
        names,
        evidence={"noise of J": report.bars.noise, "precision": report.bars.precision},
    )


def small(report, names: tuple[str, ...]) -> Reason:
    """Say that the gradients are too small beside J."""
    return Reason(
        "small gradients",
        f"The gradients of {listed(names)} are so small beside J that its round-off drowns them.",
        "Take larger weights, or unsaturated units; check one example, or multiply J and dθ by a large number.",
        names,
        evidence={"J": report.J, **{name: norm(report.pairs[name][1]) for name in names}},
    )


def kink(where: str) -> Callable:
    """Return what says that there is a kink, on θ or within ε of it."""

    def says(report, names: tuple[str, ...]) -> Reason:
        entries = [(name, *report.worst_kink(name)) for name in names]
        at = tuple((name, index) for name, index, _ in entries)
        units = tuple(unit for name, index in at for unit in report.corners.get((name, index), ()))
        whose = f" It is the ReLU of {listed(str(unit) for unit in units[:3])}." if units else ""
        some = listed(entry_name(*entry) for entry in at[:3])
        if where == "on θ":
            said = f"The slope of J jumps just on θ, as in {some}: any value in between is a right slope."
            advice = "Start from small random biases, not from 0, and check there."
        else:
            said = f"The slope of J jumps within ε of θ, as in {some}: a corner, as of ReLU."
            advice = f"Take a smaller ε, such as {report.eps / 100:.0e}, or fewer examples."
        evidence = {"jump": max(jump for *_, jump in entries), "units": units}
        return Reason(f"kink {where}", said + whose, advice, names, at, evidence)

    return says


CAUSES = {
    "round-off": round_off,
    "truncation": truncation,
    "float32": single,
    "small gradients": small,
    "kink on θ": kink("on θ"),
    "kink within ε": kink("within ε"),
}


# ---- what else the check noticed -------------------------------------------------------------------------------------


def flat(report) -> Iterator[Reason]:
    """Say which blocks J does not depend on."""
    still = [name for name, (a, _) in report.pairs.items() if a.size and not a.any()]
    nothing = not report.approx.any() and not report.gradient.any()
    names = tuple(name for name in still if report.answers[name] != "cannot tell" or nothing)
    if names:
        yield Reason(
            "flat",
            f"The cost does not depend on {listed(names)}: no nudge changed J in any digit.",
            "Are these units dead (a ReLU that is never on), dropped, or not part of this cost at all?",
            names,
            evidence={"J": report.J},
        )


def drowned(report) -> Iterator[Reason]:
    """Say where λ drowns the data term, so that the check sees little else."""
    names = []
    for name, slope in report.terms.slopes.items() if report.terms else ():
        a = report.pairs[name][0]
        if norm(slope.ravel()) * report.WORTH > norm(a - slope.ravel()):
            names.append(name)
    if names:
        yield Reason(
            "λ drowns the data term",
            f"λ drowns the data term in {listed(names)}: nearly all of the gradient comes from the L2 term.",
            "Check once with λ = 0, and once more with a small λ.",
            tuple(names),
            evidence={"data term of J": report.terms.data, "λ term of J": report.terms.decay},
        )
