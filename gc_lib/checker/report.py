"""What a check found: the lecture's number and where it comes from; beside it a second opinion, with its reasons."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Literal, NamedTuple, SupportsFloat

import numpy as np

from .again import Again
from .error_bars import WINDOW, ErrorBars, error_bars, look_again
from .inputs import above_zero, ask, gradient_at, nudgeable, some_unmoved, two_functions
from .params import Nest, copied, entry, from_vector, to_vector
from .reasons import Reason, in_lines, listed, printable, reasons
from .slide import GREAT, SLIDE, Checker, P, a_checker, band, norm, nudged_costs, quotient, score
from .taylor import Judgement, Taylor, taylor

if TYPE_CHECKING:
    from ..plots import Drawing


class Entry(NamedTuple):
    """Hold one entry of θ, and its slope by dθ_approx and by dθ."""

    block: str
    index: tuple[int, ...]  # type: ignore[assignment]  # covers the method that every tuple has
    approx: float
    gradient: float

    def __str__(self) -> str:
        place = f"{self.block}[{', '.join(map(str, self.index))}]" if self.index else self.block
        said = f"{place}: dθ has {self.gradient:.4g}, the cost's own slope is {self.approx:.4g}"
        close = f"{self.gradient:.4g}" == f"{self.approx:.4g}"
        return printable(f"{said}; they differ by {abs(self.gradient - self.approx):.0e}" if close else said)


OPENINGS = {  # of the explanation of an answer
    "wrong": "dθ is wrong in {}: farther from the slope of J than the error bars allow.",
    "cannot tell": "Of {} this check cannot tell whether dθ is right.",
    "right": "dθ is right: it agrees with the slope of J, and an error worth caring about would have shown.",
}
FALLS = {  # how Taylor's remainder falls, and whether the error bars call dθ wrong
    ("right", False): "as h², as it does where dθ is right.",
    ("wrong", True): "only as h, as it does where dθ is wrong.",
    ("wrong", False): "only as h: dθ is wrong, or there is a kink.",
    ("right", True): "as h²: the error is too small for it, or the mistake is in the checker and not in dθ.",
}


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """Hold what a check found: the lecture's number, and where it comes from.

    `approx` and `gradient` are dθ_approx and dθ as vectors, in the order of θ; `shapes` are the blocks of θ; `bars` are
    the error bars of dθ_approx; `J` is the cost at θ, `J_again` the same once more; `unmoved` counts the entries of θ
    that ε was too small to move. Networks of the kit also tell the two `terms` of J, and in `corners` whose ReLU an
    entry with a kink sets off.
    """

    eps: float
    J: float
    approx: np.ndarray
    gradient: np.ndarray
    shapes: Mapping[str, np.ndarray]
    bars: ErrorBars
    unmoved: int = 0
    quotient: Callable = quotient
    J_again: float | None = None
    taylor: Taylor | None = None
    terms: tuple | None = None
    corners: Mapping[tuple, tuple] = field(default_factory=dict)

    WORTH = 1e-3  # an error matters from this share of its block on, unless it is below SEEN of the whole gradient
    SEEN = 1e-6

    @cached_property
    def difference(self) -> float:
        """The lecture's number ‖dθ_approx − dθ‖ / (‖dθ_approx‖ + ‖dθ‖)."""
        return score(self.approx, self.gradient, self.quotient)

    @cached_property
    def parts(self) -> dict[str, slice]:
        """Where each block stands in θ."""
        return block_slices(self.shapes)

    @cached_property
    def pairs(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """dθ_approx and dθ of each block, as vectors."""
        return {name: (self.approx[part], self.gradient[part]) for name, part in self.parts.items()}

    def bars_of(self, name: str, part: str = "total") -> np.ndarray:
        """Return the error bars of a block, or one part of them, as a vector."""
        return getattr(self.bars, part)[self.parts[name]]

    @cached_property
    def error_bars(self) -> dict[str, np.ndarray]:
        """How far each entry of dθ_approx may be from the slope of J: blocks of the shapes of θ."""
        return from_vector(self.bars.total, {name: np.empty(block.shape) for name, block in self.shapes.items()})

    @cached_property
    def blocks(self) -> dict[str, float]:
        """The lecture's number for each block alone."""
        return {name: score(a, g, self.quotient) for name, (a, g) in self.pairs.items()}

    @cached_property
    def bounds(self) -> dict[str, float]:
        """What the error bars alone can make each block read if it is right; a reading below says nothing."""
        bounds = {}
        for name, (a, g) in self.pairs.items():
            size = norm(a) + norm(g)
            bounds[name] = float(norm(self.bars_of(name)) / size) if size else np.inf
        return bounds

    @cached_property
    def random(self) -> bool:
        """Whether J was another number when it was evaluated once more."""
        return self.J_again is not None and not abs(self.J_again - self.J) <= 100 * self.bars.rounded

    def worth(self, name: str) -> float:
        """Return the least error of a block that is worth caring about, as a norm."""
        return max(self.WORTH * norm(self.pairs[name][1]), self.SEEN * norm(self.gradient))

    @cached_property
    def answers(self) -> dict[str, Judgement]:
        """For each block: wrong, right or cannot tell.

        Wrong is where an entry of dθ is farther from dθ_approx than its error bar allows; right where dθ cannot be off
        by more than a thousandth of the block, even with the error bars at their worst.
        """
        return {name: "cannot tell" if self.random else self.judge(name) for name in self.shapes}

    def judge(self, name: str) -> Judgement:
        """Return the answer for a block of a cost that gives the same number each time."""
        a, g = self.pairs[name]
        if (np.abs(a - g) > self.bars_of(name)).any():
            return "wrong"
        return "right" if norm(a - g) + norm(self.bars_of(name)) <= self.worth(name) else "cannot tell"

    @cached_property
    def answer(self) -> Judgement:
        """Wrong if a block is, else cannot tell if that is so of a block, else right."""
        return max(self.answers.values(), key=("right", "cannot tell", "wrong").index)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the check says what it says, the weightiest first."""
        return reasons(self)

    @property
    def band(self) -> Literal["great", "look", "worry"]:
        """The lecture's word for the whole vector: great, look or worry."""
        return band(self.difference)

    @cached_property
    def wrong(self) -> tuple[str, ...]:
        """The blocks that are not "great" and not explained by the error bars."""
        return tuple(name for name, x in self.blocks.items() if x >= GREAT and x > self.bounds[name])

    @cached_property
    def silent(self) -> tuple[str, ...]:
        """The blocks that are not "great" either, but lie within their error bound: their reading says nothing."""
        return tuple(name for name, x in self.blocks.items() if x >= GREAT and name not in self.wrong)

    def factor(self, name: str) -> float | None:
        """Return k = dθ·dθ_approx / ‖dθ_approx‖² if the block is k times what it should be, None if no k fits.

        The score |k − 1| / (|k| + 1) alone cannot tell k from 1/k, nor a negative k from another.
        """
        a, g = self.pairs[name]
        k = float(g @ a / (a @ a)) if a.any() else 0.0
        return k if k and norm(g - k * a) < 1e-3 * norm(g) else None

    @cached_property
    def worst(self) -> Entry:
        """The entry in which the two gradients differ most."""
        return self.entry(int(np.abs(self.approx - self.gradient).argmax()))

    def entry(self, i: int) -> Entry:
        """Return θ[i] with its slope by dθ_approx and by dθ."""
        return Entry(*entry(i, self.shapes), float(self.approx[i]), float(self.gradient[i]))

    def index(self, name: str, index: tuple[int, ...]) -> int:
        """Return the i of θ[i], given a block and the index in it."""
        return self.parts[name].start + int(np.ravel_multi_index(index, self.shapes[name].shape) if index else 0)

    def worst_of(self, name: str) -> Entry:
        """Return the entry of a block that is farthest beyond its error bar."""
        part = self.parts[name]
        gap = np.abs(self.approx - self.gradient)[part] / self.bars.total[part]
        return self.entry(part.start + int(gap.argmax()))

    def worst_kink(self, name: str) -> tuple[tuple[int, ...], float]:
        """Return the index of the largest kink in a block, and by how much the slope jumps there."""
        jump = self.bars_of(name, "jump")
        i = int(jump.argmax())
        return self.entry(self.parts[name].start + i).index, float(jump[i])

    def in_stable_digits(self, x: float, part: slice) -> str:
        """Write a reading with the digits that are the same on any machine: only its power where round-off made it."""
        gap = norm((self.approx - self.gradient)[part])
        return f"{x:.1e}" if norm(self.bars.roundoff[part]) < gap / 2 else power(x)

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """Yield block, reading and remark for each block."""
        for name, x in self.blocks.items():
            reading = self.in_stable_digits(x, self.parts[name])
            if name in self.wrong:
                k = self.factor(name)
                yield name, reading, band(x) + (f", as if times {k:.4g}" if k and abs(k - 1) > 1e-3 else "")
            elif name in self.silent:
                yield name, reading, "within the error bars"
            else:
                yield name, "< 1e-06", "agrees"

    @property
    def number(self) -> str:
        """The relative difference in words that hold on any machine: "about 1e-08" where round-off made it."""
        words = self.in_stable_digits(self.difference, slice(None))
        if self.band == "great":
            words = power(self.difference)
        if self.band == "great" and words == "1e-06":
            return "below 1e-06"
        return f"about {words}" if words == power(self.difference) else words

    @property
    def verdict(self) -> str:
        """One sentence: the number, ε and the lecture's word."""
        still = f" ε moved all but {self.unmoved} entries of θ." if self.unmoved else ""
        return f"Relative difference {self.number} at ε = {self.eps:g}: {self.band}.{still}"

    @property
    def second_opinion(self) -> str:
        """One sentence where the answer is not what the lecture's word suggests, else nothing."""
        if self.answer == ("right" if self.band == "great" else "wrong"):
            return ""
        why = self.reasons[0].says if self.reasons else "The error bars are smaller than that reading."
        said = self.answer if self.answer == "cannot tell" else f"dθ is {self.answer}"
        return f"Second opinion: {said}. {why} explain() says more."

    def explain(self) -> str:
        """Say the answer, its reasons and what to do about them, in whole sentences."""
        names = {answer: listed(self.that_are(answer)) for answer in OPENINGS}
        said = [self.verdict, OPENINGS[self.answer].format(names.pop(self.answer))]
        said += [f"{answer.capitalize()}: {blocks}." for answer, blocks in names.items() if blocks]
        said += [f"- {reason}" for reason in self.reasons]
        if self.taylor and self.taylor.answer != "cannot tell" and not self.random:
            fall = FALLS[self.taylor.answer, self.answer == "wrong"]
            said.append(f"Without any ε: what dθ leaves unexplained of J(θ + hv), v a random direction, falls {fall}")
        if self.answer == "wrong":
            worst = max(
                map(self.worst_of, self.that_are("wrong")), key=lambda entry: abs(entry.gradient - entry.approx)
            )
            said.append(f"Worst entry: {worst}.")
        return "\n".join(map(in_lines, said))

    def that_are(self, answer: str) -> tuple[str, ...]:
        """Return the blocks with this answer."""
        return tuple(name for name, found in self.answers.items() if found == answer)

    @property
    def headline(self) -> str:
        """The answer in a few words: "W2 is wrong"."""
        if self.answer == "right":
            return "dθ is right"
        if self.answer == "wrong":
            return f"{listed(self.that_are('wrong'))} {'is' if len(self.that_are('wrong')) == 1 else 'are'} wrong"
        return f"cannot tell: {self.reasons[0].kind}"

    def plot(self) -> "Drawing":
        """Draw dθ against dθ_approx with its error bars, and the blocks: a picture with its message in words."""
        from ..plots import draw_report  # and with it matplotlib, only now

        return draw_report(self)

    def __bool__(self) -> bool:
        raise TypeError('a report is neither true nor false: take report.answer == "right", or report.assert_ok()')

    def assert_ok(self) -> None:
        """Raise AssertionError with the whole explanation unless the answer is right."""
        __tracebackhide__ = True  # pytest then points at the test
        if self.answer != "right":
            raise AssertionError(self.explain())

    def __str__(self) -> str:
        if self.agrees:
            said = [f"{self.verdict} {all_agree(len(self.blocks))}"]
        else:
            width = max(map(len, self.blocks))
            rows = [f"  {name:{width}}  {x:>8}  {remark}" for name, x, remark in self.lines()]
            said = [self.verdict, *rows, *([f"Worst entry: {self.worst}."] if self.wrong else [])]
        return "\n".join(map(in_lines, [*said, self.second_opinion])).strip()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{escape(n)}</td><td>{x}</td><td>{remark}</td></tr>" for n, x, remark in self.lines())
        worst = "" if not self.wrong else f"<p>Worst entry: {escape(str(self.worst))}.</p>"
        second = f"<p>{escape(self.second_opinion)}</p>" if self.second_opinion else ""
        head = "<tr><th>block</th><th>relative difference</th><th></th></tr>"
        return f"<p>{self.verdict}</p><table>{head}{rows}</table>{worst}{second}"

    @property
    def agrees(self) -> bool:
        """Whether the whole and every block are "great"."""
        return self.band == "great" and not self.wrong and not self.silent


def all_agree(count: int) -> str:
    """Say that all blocks agree, one or several."""
    return f"All {count} blocks agree." if count > 1 else "The one block agrees."


def power(x: float) -> str:
    """Write a number as its nearest power of ten, since the digits of round-off differ between machines: "1e-08"."""
    return f"{10.0 ** round(np.log10(x)):.0e}" if 0 < x < np.inf else f"{x:g}"


def block_slices(blocks: Mapping[str, np.ndarray]) -> dict[str, slice]:
    """Return where each block stands in θ."""
    ends = np.cumsum([0, *(block.size for block in blocks.values())]).tolist()
    return {name: slice(*ends[i : i + 2]) for i, name in enumerate(blocks)}


def check(
    cost: Callable[[P], SupportsFloat | tuple[SupportsFloat, Nest]],
    gradient: Callable[[P], Nest] | Literal[True],
    params: P,
    eps: float = 1e-7,
    checker: Checker = SLIDE,
) -> Report:
    """Compare gradient(params) with the central differences of cost(params), and report block by block.

    `params` is one floating array, or any nest of dicts, lists, tuples and NamedTuples of them; a block is named by the
    way to it, as "layers[0].W". `cost` returns one number, `gradient` arrays of the same names and shapes; with
    `gradient=True` cost returns both, (J, dθ). Both get copies of params; the caller's arrays are left alone.
    The number is the lecture's ‖dθ_approx − dθ‖ / (‖dθ_approx‖ + ‖dθ‖); beside it stands a second opinion, which takes
    J at θ ± ε/2 and θ ± 2ε too. Raises TypeError or ValueError, naming the block, where the parameters, the gradient,
    the cost, ε or the checker cannot be used.
    """
    (J_of, dJ_of), params = two_functions(cost, gradient), copied(params)
    blocks, eps, checker = nudgeable(params), above_zero(eps), a_checker(checker)
    still = some_unmoved(blocks, eps)
    J = ask(J_of, copied(params), "at θ")
    given = gradient_at(dJ_of, params, blocks)
    J_plus, J_minus = nudged_costs(J_of, params, eps, checker.restored)
    approx = checker.difference(J_plus, J_minus, J, eps).astype(float)
    exact = checker.order(given).astype(float)
    with np.errstate(all="ignore"):
        again = Again(J_of, params)
        others = [again.nudged(s * eps, checker.restored, J_plus.dtype) for s in (WINDOW[0], WINDOW[-1])]
        up, down = map(np.array, zip(others[0], (J_plus, J_minus), others[1], strict=True))
        bars = error_bars(float(J), up, down, eps, blocks, given, checker.difference, again.noise())
        J_again = float(ask(J_of, copied(params), "at θ, a second time,"))
        rounded = bars.rounded * again.precision / bars.precision if bars.precision else 0.0
        if J_again == J:
            parts = block_slices(blocks).values()
            bars = look_again(bars, again.sides, again.corners, rounded, approx, exact, eps, parts, checker.difference)
        noise = bars.noise if rounded == bars.rounded else rounded
        opinion = taylor(again.at, again.theta, to_vector(given).astype(float), noise)
    found = Report(eps, float(J), approx, exact, blocks, bars, still, checker.quotient, J_again, opinion)
    if not hasattr(J_of, "apart"):
        return found
    kinks = [(name, found.worst_kink(name)[0]) for name in blocks if found.worst_kink(name)[1]]
    corners = {kink: tuple(again.corners(found.index(*kink), 2 * eps)) for kink in kinks}
    return replace(found, terms=J_of.apart(params), corners=corners)
