"""What a check found: the lecture's number, and beside it a second opinion with its reasons."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, SupportsFloat

import numpy as np

from .clouds import clouds, drowned, unsteady
from .inputs import above_zero, gradient_at, nudgeable, two_functions, unmoved
from .investigation import SEEN, Investigation
from .ladder import Judgement, Ladder
from .mistakes import mistakes
from .objective import Objective
from .params import Nest, copied
from .reading import Entry, Reading, times
from .reason import Reason
from .slide import GREAT, SLIDE, Checker, P, a_checker, band
from .taylor import Taylor, taylor
from .verdict import Verdict, Within, judge
from .words import all_agree, html_table, in_lines, listed, printable

if TYPE_CHECKING:
    from ..plots.picture import Drawing

OPENINGS = {  # of the explanation of an answer
    "wrong": "dθ is wrong in {}: farther from the slope of J than the error bars allow.",
    "cannot tell": "Of {} this check cannot tell whether dθ is right.",
    "right": "dθ is right: it agrees with the slope of J, and an error worth caring about would have shown.",
}


@dataclass(frozen=True, eq=False, repr=False)
class Report(Reading):
    """Hold what a check found: the lecture's reading, and the second opinion.

    `slopes` are those of J as far as they are known, also at other steps than ε; `ladder` is the V-curve of this very
    J, along one direction; `evaluations` counts those of J. `found` holds all that was learnt on the way.

    >>> cost, half = lambda p: (p["W"] ** 2).sum() + p["b"].sum(), lambda p: {"W": p["W"], "b": np.ones(2)}
    >>> report = gcl.check(cost, half, {"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.zeros(2)})
    >>> report.answers, report.band, f"{report.difference:.2f}"
    ({'W': 'wrong', 'b': 'right'}, 'worry', '0.33')
    """

    slopes: np.ndarray = field(kw_only=True)
    opinion: Verdict = field(kw_only=True)
    found: Investigation = field(kw_only=True)
    taylor: Taylor = field(kw_only=True)

    @property
    def ladder(self) -> Ladder:
        """The V-curve of this very J: its slope along one random direction, against the step."""
        return self.found.whole

    @property
    def evaluations(self) -> int:
        """How often J was evaluated; dθ is asked some 20 times beside, to see whether it stays."""
        return self.found.J.evaluations

    @cached_property
    def within(self) -> dict[str, Within]:
        """How far each block of dθ is off: "right to 3e-09", "wrong by 0.33" or "cannot tell"; empty ones by 0."""
        return {name: self.opinion.within.get(name, Within("right", 0.0)) for name in self.parts}

    @property
    def answers(self) -> dict[str, Judgement]:
        """For each block: wrong, right or cannot tell."""
        return {name: within.answer for name, within in self.within.items()}

    @property
    def answer(self) -> Judgement:
        """Wrong if a block is, else cannot tell if that is so of a block that is not too small, else right."""
        return self.opinion.answer

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the check says what it says, the weightiest first."""
        unclear = tuple(unsteady(self))
        if self.opinion.random:
            return unclear
        return (*unclear, *mistakes(self), *clouds(self), *drowned(self))

    def that_are(self, answer: str) -> tuple[str, ...]:
        """Return the blocks with this answer.

        >>> report.that_are("wrong")
        ('W',)
        """
        return tuple(name for name, found in self.answers.items() if found == answer)

    @cached_property
    def worst(self) -> Entry:
        """The entry in which dθ is farthest from the slope of J, as it is known; of a wrong block, if there is one."""
        gap = np.nan_to_num(np.abs(self.slopes - self.gradient))
        wrong = np.zeros(gap.size, bool)
        for name in self.that_are("wrong"):
            wrong[self.parts[name]] = True
            gap[self.parts[name]] *= self.found.weight(name)
        i = int(np.where(wrong, gap, -1).argmax() if wrong.any() else gap.argmax())
        found = self.entry(i)
        return found._replace(approx=float(self.slopes[i])) if np.isfinite(self.slopes[i]) else found

    def worst_of(self, name: str) -> Entry:
        """Return the entry of a block that is farthest off, of those beyond their error bars if there are any.

        >>> print(report.worst_of("W"))
        W[1, 1]: dθ has 4, the cost's own slope is 8
        """
        part = self.parts[name]
        gap, bars = np.abs(self.approx - self.gradient)[part], self.bars[part]
        beyond = np.where(gap > bars, gap, 0)
        return self.entry(part.start + int(beyond.argmax() if beyond.any() else (gap / bars).argmax()))

    def known(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the slopes of J, as far as they are known, and dθ of a block, as vectors."""
        part = self.parts[name]
        return self.slopes[part], self.gradient[part]

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """Yield block, reading and remark for each block."""
        for name, x in self.blocks.items():
            reading, within = self.in_stable_digits(x, self.parts[name]), self.within[name]
            if within.answer == "wrong":
                k = times(*self.known(name))
                yield name, reading, str(within) + (f", as if times {k:.4g}" if k and abs(k - 1) > 1e-3 else "")
            elif within.answer == "right" and x < GREAT:
                yield name, "< 1e-06", "agrees"
            else:
                yield name, reading, f"{band(x)}, {within.answer}" if within.answer == "right" else within.answer

    @property
    def second_opinion(self) -> str:
        """One sentence where the answer is not what the word suggests, or where ε led out of J's domain."""
        expected = "right" if self.band == "great" else "wrong"
        if self.answer == expected and not (self.reasons and self.reasons[0].kind == "domain"):
            return ""
        why = self.reasons[0].says if self.reasons else "At another step than ε the slope of J agrees with it."
        said = self.answer if self.answer == "cannot tell" else f"dθ is {self.answer}"
        return f"Second opinion: {said}. {why} explain() says more."

    def explain(self) -> str:
        """Say the answer, its reasons and what to do about them, in whole sentences.

        >>> print(report.explain())
        Relative difference 3.3e-01 at ε = 1e-07: worry.
        dθ is wrong in W: farther from the slope of J than the error bars allow.
        ...
        Worst entry: W[1, 1]: dθ has 4, the cost's own slope is 8.
        """
        names = {answer: listed(self.that_are(answer)) for answer in OPENINGS}
        said = [self.verdict, self.opening.format(names.pop(self.answer))]
        said += [f"{answer.capitalize()}: {blocks}." for answer, blocks in names.items() if blocks]
        said += [f"- {reason}" for reason in self.reasons]
        if self.answer == "wrong":
            said.append(f"Worst entry: {self.worst}.")
        return "\n".join(map(in_lines, said))

    @property
    def opening(self) -> str:
        """The answer as a sentence, with {} for the blocks that have it."""
        return OPENINGS[self.answer]

    @property
    def headline(self) -> str:
        """The answer in a few words: "W2 is wrong"."""
        if self.answer == "right":
            return "dθ is right"
        if self.answer == "wrong":
            return f"{listed(self.that_are('wrong'))} {'is' if len(self.that_are('wrong')) == 1 else 'are'} wrong"
        return f"cannot tell: {self.reasons[0].kind}"

    def plot(self) -> "Drawing":
        """Draw dθ against dθ_approx, the blocks, and the V-curve of this J: two pictures and their message in words.

        >>> print(report.plot())
        W is wrong. First: every entry of dθ against dθ_approx with its error bar; on the line they agree. ...
        """
        from ..plots.report import draw_report  # and with it matplotlib, only now

        return draw_report(self)

    def assert_ok(self, rtol: float | None = None) -> None:
        """Raise AssertionError with the whole explanation unless the answer is right.

        With an rtol, unless every block is known to be off by no more than this share of its norm, whatever the answer.
        No evaluation of the cost is made.

        >>> report.assert_ok(rtol=0.6)  # W is wrong by 0.5
        >>> report.assert_ok()
        Traceback (most recent call last):
        AssertionError: Relative difference 3.3e-01 at ε = 1e-07: worry...
        """
        __tracebackhide__ = True  # pytest then points at the test
        if rtol is None:
            passed, why = self.answer == "right", ""
        else:
            rtol = above_zero(rtol, "rtol", "1e-6")
            far = [f"{name} ({within})" for name, within in self.within.items() if not within.size <= rtol]
            passed, why = not far, f"Not known to be right to rtol = {rtol:g}: {', '.join(far)}.\n"
        if not passed:
            raise AssertionError(printable(why) + self.explain())

    def __bool__(self) -> bool:
        """Raise TypeError, since any report would count as true."""
        raise TypeError("a report is neither true nor false; use report.assert_ok(), or report.answer == 'right'")

    def __str__(self) -> str:
        if self.answer == "right" and self.band == "great" and not self.opinion.small:
            said = [f"{self.verdict} {all_agree(len(self.blocks))}"]
        else:
            width = max(map(len, self.blocks))
            rows = [f"  {name:{width}}  {x:>8}  {remark}" for name, x, remark in self.lines()]
            said = [self.verdict, *rows, *([f"Worst entry: {self.worst}."] if self.answer == "wrong" else [])]
        return "\n".join(map(in_lines, [*said, self.second_opinion])).strip()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [(escape(name), reading, remark) for name, reading, remark in self.lines()]
        worst = f"<p>Worst entry: {escape(str(self.worst))}.</p>" if self.answer == "wrong" else ""
        second = f"<p>{escape(self.second_opinion)}</p>" if self.second_opinion else ""
        return f"<p>{self.verdict}</p>{html_table(['block', 'relative difference', ''], rows)}{worst}{second}"


def check(
    cost: Callable[[P], SupportsFloat | tuple[SupportsFloat, Nest]],
    gradient: Callable[[P], Nest] | Literal[True],
    params: P,
    eps: float | Literal["auto"] = 1e-7,
    checker: Checker = SLIDE,
    rtol: float = 1e-6,
) -> Report:
    """Compare gradient(params) with the central differences of cost(params), and report block by block.

    `params` is one floating array, or any nest of dicts, lists, tuples and NamedTuples of them; a block is named by the
    way to it, as "layers[0].W". PyTorch's tensors are taken as arrays are; a list of plain numbers, or a Series of
    pandas, is handed out as one array. `cost` returns one number, `gradient` arrays of the same names and shapes; with
    `gradient=True` cost returns both, (J, dθ). Both get copies of params; the caller's arrays are left alone.
    The number is the lecture's ‖dθ_approx − dθ‖ / (‖dθ_approx‖ + ‖dθ‖); beside it stands a second opinion, which
    listens to J at other steps too. `eps="auto"` takes the step that suits this very J. `rtol` is what an entry of dθ
    may be off, × the root mean square of its block. Warns of a loop that will take more than a minute. Raises TypeError
    or ValueError, naming the block, where parameters, gradient, cost, ε, rtol or checker cannot be used.

    >>> gcl.check(lambda w: w @ w, lambda w: 3 * w, np.array([1.0, 2.0]))  # the slope of w·w is 2w
    Relative difference 2.0e-01 at ε = 1e-07: worry.
      theta   2.0e-01  wrong by 0.33, as if times 1.5
    Worst entry: theta[1]: dθ has 6, the cost's own slope is 4.
    """
    return Report(**examined(cost, gradient, params, eps, checker, rtol))


@np.errstate(all="ignore")
def examined(cost, gradient, params, eps, checker: Checker, rtol: float, seen: float = SEEN) -> dict[str, Any]:
    """Return what a report of a check holds; below the share `seen` of the whole gradient, no error matters to it."""
    (J_of, dJ_of), params = two_functions(cost, gradient), copied(params)
    blocks, checker, rtol = nudgeable(params), a_checker(checker), above_zero(rtol, "rtol", "1e-6")
    if not isinstance(eps, str) or eps != "auto":
        eps = above_zero(eps, usual='the lecture\'s 1e-7, or "auto"')
    elif (checker.difference, checker.restored) != (SLIDE.difference, SLIDE.restored):
        raise ValueError('eps="auto" takes two-sided differences of its own; for this checker give ε as a number')
    began, J = perf_counter(), Objective(J_of, params)

    def vector(at=params) -> np.ndarray:
        """Return dθ as a vector."""
        return checker.order(gradient_at(dJ_of, at, blocks))

    found = Investigation(J, vector, blocks, rtol, seen=seen)
    foretell(J, perf_counter() - began)
    if eps == "auto":
        found.best_loop()
        approx, still = None, 0
        noise = noise_of(found)
    else:
        still = unmoved(blocks, eps)
        nudged = J.loop(eps)
        found.loop(eps, nudged)
        noise = noise_of(found)
        here = J.here
        if checker.restored is not SLIDE.restored or J.widened:
            given = J.as_given()
            here, nudged = given.here, given.loop(eps, checker.restored)
        approx = checker.difference(*nudged, here, eps).astype(float)
        if J.widened:
            noise += np.nan_to_num(np.abs(approx - found.slopes))  # the rounding of the dtypes as given
    found.look()
    opinion = judge(found)
    approx = found.slopes.copy() if approx is None else np.where(np.isfinite(approx), approx, found.slopes)
    bars = np.abs(approx - found.slopes) + np.concatenate([found.error_bars(name) for name in found.parts])
    reading = {"eps": eps, "J": J.here, "approx": approx, "gradient": found.exact, "shapes": blocks, "bars": bars}
    reading |= {"noise": noise, "unmoved": still, "quotient": checker.quotient}
    remainder = taylor(found.whole, float(found.exact @ found.v))
    return reading | {"slopes": found.slopes, "opinion": opinion, "found": found, "taylor": remainder}


def foretell(J: Objective, seconds: float) -> None:
    """Warn of a loop that will take more than a minute, by how long J has taken until now."""
    minutes = 2 * J.theta.size * seconds / J.evaluations / 60
    if minutes > 1 and not hasattr(J.cost, "nudged"):
        loop = f"2 × {J.theta.size:,} evaluations of J"
        warnings.warn(f"{loop} will take about {minutes:.0f} min; gcl.screen takes some 50 a block", stacklevel=5)


def noise_of(found: Investigation) -> np.ndarray:
    """Return how far the noise of J may put each slope off, at the steps taken last."""
    return np.concatenate([found.bars(name)[0] for name in found.parts])
