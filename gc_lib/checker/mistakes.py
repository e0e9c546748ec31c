"""Why blocks are wrong: what dθ and the slope of J look like beside each other, and where to look for the bug."""

import re
from collections.abc import Iterator
from itertools import combinations, islice
from typing import NamedTuple

import numpy as np

from .investigation import WORTH
from .reason import Reason
from .slide import norm
from .verdict import WEIGHED
from .where import Where, where
from .words import listed

CHANCE = 1e-5  # blocks look by chance as it is said of them no oftener than this
LEFT = 1e-3  # the share of an error that what is said of it may leave over, beyond the error bars
BLUR = 0.02  # the share of an error that the error bars may be, for anything to be said of it
RATIOS = 5  # so many different ratios of the slope to θ are needed for a fit of two numbers to say anything
ADVICE = {  # for each kind, the weightiest first
    "zero": "Was it forgotten? Or is it a step, θ before less θ after, for which θ was not copied?",
    "sign flipped": "Look for a difference taken the other way round, such as y − ŷ for ŷ − y.",
    "scaled": "Look for a factor too many or too few, such as 2, the number of examples or a learning rate.",
    "permuted": "Look for a reshape, a ravel, a flip or a transpose that does not match that of θ.",
    "mixed up": "Look for a name that stands where another should.",
    "clipped": "Check dθ as it is before it is cut.",
    "decay": "So looks the slope of an L2 term: forgotten, halved, not averaged, or in a block that has none in J?",
    "signs": "So looks the slope of an L1 term: forgotten, halved, not averaged, or in a block that has none in J?",
    "unrelated": "Is dθ the gradient of this J, on these data? If another block is right, it is: look at the lines of "
    "this one alone.",
}
PIECES = "Check smaller pieces by themselves: one term of J, one layer, one example."
SLIGHT = (
    "Is so little meant, as the 1e-7 of log(p + 1e-7) that dθ leaves out? Then rtol={:.0e} lets it pass. "
    "Check at a larger θ, too: a bug may show more there."
)


class Part(NamedTuple):
    """Hold a wrong block, or the part of it that is off: slopes of J, dθ, θ and error bars, as vectors."""

    name: str
    place: Where | None  # where the block is off; None where that is all of it, or has no pattern
    a: np.ndarray
    g: np.ndarray
    theta: np.ndarray
    bars: np.ndarray

    def unlike(self, like: np.ndarray) -> float:
        """Return the share of the error of dθ, or of dθ itself, that is left over if dθ is like this; 1 if it isn't."""
        error, left, blur = min(norm(self.g - self.a), norm(self.g) or np.inf), norm(self.g - like), norm(self.bars)
        return float(max(left, blur) / error) if left <= LEFT * error + blur and blur < BLUR * error else 1.0

    @property
    def where(self) -> str:
        """Say where the block is off: "only" there if elsewhere it can be off by little beside that, else "surely"."""
        if not self.place:
            return ""
        inside, gap = self.place.mask.ravel(), np.abs(self.g - self.a)
        clear = norm(np.nan_to_num(gap + self.bars, posinf=0)[~inside]) < norm(gap[inside]) / 100
        return f"of {self.name} {'only' if clear else 'surely'} {self}"

    def __str__(self) -> str:
        return self.place.of(self.name) if self.place else self.name


class Claim(NamedTuple):
    """Say what dθ is like in a part of a block; `own` counts the numbers fitted to this part alone."""

    kind: str
    says: str
    part: Part
    like: np.ndarray
    evidence: dict
    own: int = 0


@np.errstate(all="ignore")
def mistakes(report) -> list[Reason]:
    """Say of the wrong blocks what their two gradients look like beside each other, and where to look for the bug."""
    wrong = [block(report, name) for name in report.that_are("wrong")]
    groups: dict[tuple[str, str], list[Claim]] = {}
    for each in wrong:
        fitting = (claim for claim in claims(report, each) if claim.part.unlike(claim.like) < 1)
        for claim in islice(fitting, 1):
            groups.setdefault((claim.kind, claim.says), []).append(claim)
    found = sorted(filter(sure, groups.values()), key=lambda group: [*ADVICE].index(group[0].kind))
    permuted = sum(len(group) for group in found if group[0].kind == "permuted")
    the_bug = [bug(report, wrong, named=bool(found))] if permuted < len(wrong) else []  # else it is named
    return [*map(reason, found), *the_bug]


def block(report, name: str) -> Part:
    """Find where a block is off. An entry is known to be fine if an error like that of the others would show in it."""
    (a, g), theta, bars = report.known(name), np.atleast_1d(report.shapes[name]), np.add(*report.found.bars(name))
    gap, size, allowed = np.abs(g - a), np.maximum(np.abs(a), np.abs(g)), bars + report.found.allowed_by_size(name)
    off = gap > allowed  # outside J's domain no slope is known, and an entry is neither off nor fine
    usual = np.median(gap[off] / size[off]) if off.any() else 0.0
    fine = ~off & (usual * size > allowed)
    place = where(off.reshape(theta.shape), fine.reshape(theta.shape))
    return Part(name, place, a, g, theta.ravel().astype(float), bars)


def sure(group: list[Claim]) -> bool:
    """Tell whether it is no chance that all these blocks look so; a number that is said was fitted to all of them."""
    fitted = sum(claim.own for claim in group) + bool(group[0].evidence)
    unlike = max(claim.part.unlike(claim.like) for claim in group)
    return unlike ** (sum(claim.like.size for claim in group) - fitted) < CHANCE


def reason(group: list[Claim]) -> Reason:
    """Return the reason for blocks that look alike."""
    kind, says, evidence = group[0].kind, group[0].says, group[0].evidence
    advice, size = ADVICE[kind], norm(np.concatenate([claim.part.g for claim in group]))
    if any(claim.own for claim in group):
        says += " (but for a multiple of θ itself, the L2 term)"
    if kind == "scaled" and 0 < evidence["factor"] < 1 and abs(size - float(f"{size:.2g}")) < 2e-6 * size:
        kind, advice = "clipped", f"Its norm is {size:.2g}: is it cut to that? {ADVICE['clipped']}"
    says = f"In {listed(str(claim.part) for claim in group)} dθ {says}."
    return Reason(kind, says, advice, tuple(claim.part.name for claim in group), evidence=evidence)


def claims(report, whole: Part) -> Iterator[Claim]:
    """Yield what dθ may be like in a block: first what says much and fits few numbers."""
    inside, a, g = whole.place.mask.ravel() if whole.place else slice(None), whole.a, whole.g
    part = Part(whole.name, whole.place, *(v[inside] for v in whole[2:]))
    yield Claim("zero", "is zero, and should not be", part, np.zeros(part.g.size), {})
    found = [*multiples(part)]
    yield from (claim for claim in found if claim.kind in ("scaled", "sign flipped") and not claim.own)
    for order, like in orders(whole, report.shapes[whole.name].shape):
        yield Claim("permuted", f"holds the right values, {order}", whole, like.ravel(), {"order": order})
    yield from found  # two entries exchanged are off by some number times the sign of θ, too
    others = {f"the slopes of {name}": report.known(name)[0] for name in report.answers if name != whole.name}
    for what, like in ({"θ itself": whole.theta} | others).items():
        if like.size == g.size > 2 and np.ptp(g):
            yield Claim("mixed up", f"holds {what}", whole, like, {})
    c = np.abs(g).max()
    if 2 <= np.count_nonzero(np.abs(g) == c) <= g.size - 2:
        yield Claim("clipped", f"is cut off at ±{c:.4g}", whole, np.clip(a, -c, c), {"limit": float(c)})
    cosine, off = float(g @ a / (norm(g) * norm(a))), np.mean(np.abs(g - a) > whole.bars)
    if g.size >= 8 and off > 0.9 and abs(cosine) < 0.3 and abs(np.mean(np.sign(a * g))) < 0.6:
        yield Claim("unrelated", "has hardly anything in common with the slope of J", whole, g, {"cosine": cosine})


def multiples(part: Part) -> Iterator[Claim]:
    """Yield that dθ is k a, a + c θ, a + c sign θ, or k a + c θ, which has c = (1 − k) λ/m if k is on all but λ."""
    a, g, theta = part.a, part.g, part.theta
    pairs = [(float(g @ a / (a @ a)), 0.0, theta)] if a.any() else []
    if np.isfinite(a @ a + g @ g) and np.ptp(np.abs(theta)) > LEFT * np.abs(theta).max():
        signs = np.sign(theta)
        pairs += [(1.0, float((g - a) @ u / (u @ u)), u) for u in (theta, signs) if np.ptp(u) > 1 or u is theta]
        ratios = np.abs(a[theta != 0] / theta[theta != 0])
        if np.unique(np.round(ratios / ratios.max(), 3)).size >= RATIOS:
            k, c = np.linalg.lstsq(np.stack([a, theta], axis=1), g, rcond=None)[0].tolist()
            pairs.append((k, c, theta))
    for k, c, u in pairs:
        like = k * a + c * u
        times = f"{k:.{4 if part.unlike(like) < LEFT else 2}g}"
        if k == 1:
            kind, what = ("decay", "θ itself") if u is theta else ("signs", "the sign of θ")
            yield Claim(kind, f"is off by {c:+.3g} times {what}", part, like, {"factor": c})
        elif times != "1" and norm(k * a) > 0.01 * norm(g):
            flipped = ("sign flipped", "has the wrong sign")
            kind, says = flipped if times == "-1" else ("scaled", f"is {times} times the slope of J")
            yield Claim(kind, says, part, like, {"factor": k}, int(c != 0))


def orders(whole: Part, shape: tuple[int, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the right values in another order, first in those orders that have a name."""
    a, axes, other = whole.a.reshape(shape), range(len(shape)), np.empty(whole.a.size)
    for i, j in combinations(axes, 2):
        if shape[i] == shape[j]:
            yield "transposed" + (f" in axes {i} and {j}" if len(shape) > 2 else ""), np.swapaxes(a, i, j)
    yield "column by column where θ goes row by row", a.ravel(order="F")
    yield "row by row where θ goes column by column", whole.a.reshape(shape, order="F")
    for some in [some for count in axes for some in combinations(axes, count + 1)]:
        yield f"turned round along {'axis' if len(some) == 1 else 'axes'} {listed(map(str, some))}", np.flip(a, some)
    other[np.argsort(whole.g)] = np.sort(whole.a)
    yield "in another order", other


def bug(report, wrong: list[Part], named: bool = False) -> Reason:
    """Name the places where the bug can be, by the law of which blocks turn red, and where in a block dθ is off.

    Of an error that is small it asks whether it is meant, unless it has been `named` already.
    """
    at = places(report.answers)
    spots = "; ".join(" or ".join(alike) for alike in at)
    advice = f"What is wrong, and what is not, points to {spots}." if at else PIECES
    if at and at[0][0] != f"dZ{len(report.answers) // 2}":
        advice += " What heals it: λ = 0, b = 0, one example, another activation or, if there is any, no dropout?"
    blocks, spotted = [each.name for each in wrong], [each.where for each in wrong if each.place]
    says = f"{listed(blocks)} {'is' if len(wrong) == 1 else 'are'} wrong, by more than the error bars allow"
    most = max((report.within[name] for name in blocks), key=lambda within: within.size)
    if most.size < WORTH:
        are, norms = ("is off by", "its norm") if len(wrong) == 1 else ("are off by up to", "their norms")
        off = f"{are} {most.size:.0e} of {norms}{WEIGHED * most.weighed}"
        says = f"{listed(blocks)} {off}: little, but more than the error bars allow"
        found = report.found
        times = max((np.abs(each.g - each.a) / found.allowed_by_size(each.name)).max() for each in wrong)
        slight = SLIGHT.format(10.0 ** np.ceil(np.log10(found.rtol * times)))
        advice = advice if named else f"{slight} {advice if at else ''}".strip()
    says += "; " * bool(spotted) + listed(spotted)
    worst = tuple(report.worst_of(name)[:2] for name in blocks)
    evidence = {"places": at, "where": {each.name: each.place.at for each in wrong if each.place}}
    return Reason("bug", f"{says}.", advice, tuple(blocks), worst, evidence)


def places(answers: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    """Return the equations in which a bug would turn just these blocks red; those that look alike stand together.

    A wrong dW[l] or db[l] turns its own block red, a wrong dZ[l] its layer and all below, a wrong dA_prev of layer
    l all below. If every W is wrong and no b, it is the λ term, or one slip in all; where there is no b, it may be
    dZ[L] as well. Nothing is said of blocks not named W1, b1, … WL, bL.
    """
    named = [re.fullmatch(r"[Wb](\d+)", name) for name in answers]
    L = max(int(found[1]) for found in named if found) if all(named) else 0
    says = {(kind, l): answers.get(f"{kind}{l}") for l in range(1, L + 1) for kind in "Wb"}
    biases = [says["b", l] for l in range(1, L + 1)]
    if L > 1 and "wrong" not in biases and all(says["W", l] == "wrong" for l in range(1, L + 1)):
        return ((*[f"dZ{L}"] * (not any(biases)), "the λ term, or one slip in every dW"),)
    found: list[tuple[str, ...]] = []
    for l in range(L, 0, -1):
        pair, below = (says["W", l], says["b", l]), [says[kind, k] for k in range(1, l) for kind in "Wb"]
        if "wrong" in pair and "right" not in (*pair, *below) and (pair == ("wrong", "wrong") or "wrong" in below):
            hidden = f"dA_prev of layer {l + 1}", f"the mask of layer {l}", f"the slope of layer {l}"
            return (*found, (f"dZ{l}",) if l == L else hidden)
        alone = (f"dZ{l}",) * (None in pair)  # what stands above a W without b, or a b without W, may be wrong too
        found += [(f"d{kind}{l}", *alone) for kind in "Wb" if says[kind, l] == "wrong"]
    return tuple(found)
