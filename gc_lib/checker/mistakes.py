"""Why blocks are wrong: what dθ and the slope of J look like beside each other, and where to look for the bug."""

import re
from collections.abc import Iterator

import numpy as np

from .reason import Reason
from .slide import norm
from .words import listed


def mistakes(report) -> Iterator[Reason]:
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
    names = tuple(name for name in blocks if not report.known(name)[1].any())
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
        if sum(report.known(name)[0].size for name in names) < 2:
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
    (a, g), theta = report.known(name), report.shapes[name].ravel().astype(float)
    error = min(norm(g - a), norm(g))
    k = float(g @ a / (a @ a)) if a.any() else 0.0
    misfit = norm(g - k * a) / error if k else 1.0
    if misfit < 1e-3 or a.size < 4 or not theta.any() or not np.isfinite(a @ a + g @ g):
        return k, 0.0, misfit
    (k, c), *_ = np.linalg.lstsq(np.stack([a, theta], axis=1), g, rcond=None)
    return float(k), float(c), norm(g - k * a - c * theta) / error


def permuted(report, blocks: list[str]) -> Iterator[Reason]:
    """Say which blocks hold the right values in another order."""
    names = []
    for name in blocks:
        a, g = report.known(name)
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
    a, g = report.known(name)
    shape = report.shapes[name].shape
    return norm(a.reshape(shape).ravel(order="F") - g) < 0.01 * norm(a - g)


def decayed(report, blocks: list[str]) -> Iterator[Reason]:
    """Say where the error of dθ is a multiple of θ itself: that is how the slope of an L2 term looks."""
    factors = {}
    for name in blocks:
        error, theta = np.subtract(*report.known(name)[::-1]), report.shapes[name].ravel().astype(float)
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
        a, g = report.known(name)
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
