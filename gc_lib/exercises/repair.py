"""Lesson 10: repair a homework layer by layer; what moves with ε; what a passed check rules out."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from .. import homework
from ..checker.report import check
from ..checker.words import listed
from .answer import Answer, run
from .build import Build
from .code import Code
from .lines import endless
from .prediction import Choose


@dataclass(frozen=True)
class Repair(Build):
    """Let `gcl.check` judge the way back through one layer of the homework, with the other layers right."""

    layer: str = ""
    parts: tuple[str, ...] = ()

    def __call__(self, attempt: Callable) -> Answer:
        """Tell whether a check of the homework with this function in it is great; the answer is a sentence."""
        runs = callable(attempt) and not endless(attempt)
        answers = [run(attempt, case) for case in self.cases.values()] if runs else [(None, "")]
        if any(stopped or given is None or given is Ellipsis for given, stopped in answers):
            return super().__call__(attempt)
        pairs = [
            (given, self.right(*deepcopy(case))) for (given, _), case in zip(answers, self.cases.values(), strict=True)
        ]
        try:
            gradient = homework.gradient(**homework.RIGHT | {self.layer: attempt})
            report = check(homework.cost, gradient, homework.params)
            if report.answer == "right":
                two = "right for three examples, and wrong for two: what stands where m belongs, and is 3 here?"
                right = all(self.same(*pair) for pair in pairs)
                return self.kept(attempt) if right else Answer(False, two)
            found = f"a bug is left in this cell; with the other layers right the check reads {report.number}"
        except Exception as problem:
            found = f"the check stops: {problem}"
        asked = self.why(attempt, pairs)
        return Answer(False, f"{found}; {asked}" if asked else f"{found}.")

    def why(self, attempt: Callable, pairs: Sequence[tuple]) -> str:
        """Ask about the mistake that explains the slopes, or else say which of them are wrong."""
        every, (given, wanted) = [given for given, _ in pairs], pairs[0]
        original = getattr(homework, self.layer)
        if self.known_as(every, {"as handed in": original}):
            if Code(attempt).steps() == Code(original).steps():
                return ""  # the check says where to look
            return self.amiss(attempt) or "what you have changed changes nothing: these are the slopes as handed in."
        if not isinstance(given, tuple | list) or len(given) != len(self.parts):
            return f"it should return {listed(self.parts)}, in this order."
        shapes, needed = ([getattr(slope, "shape", ()) for slope in slopes] for slopes in (given, wanted))
        if shapes != needed and sorted(shapes) == sorted(needed):
            return f"by their shapes these stand in another order; return {listed(self.parts)}."
        known = self.amiss(attempt) or self.known_as(every, self.known())
        return known or super().why(attempt, pairs) or self.part_by_part(given, wanted)

    def part_by_part(self, given: Sequence, wanted: Sequence) -> str:
        """Say which slopes are right, and which are not."""
        right = [part for part, *pair in zip(self.parts, given, wanted, strict=True) if self.same(*pair)]
        wrong = [part for part in self.parts if part not in right]
        if right:
            return f"{listed(right)} {'are' if right[1:] else 'is'} right, {listed(wrong)} not." if wrong else ""
        every = "both" if len(wrong) == 2 else "all"
        return f"{listed(wrong)} are {every} wrong: is it what {every} are made from, or each by itself?"

    def same(self, given, wanted) -> bool:
        """Tell whether two functions returned the same gradients."""
        if not isinstance(wanted, tuple):
            return super().same(given, wanted) and np.shape(given) == np.shape(wanted)
        fits = isinstance(given, tuple | list) and len(given) == len(wanted)
        return fits and all(self.same(one, other) for one, other in zip(given, wanted, strict=True))


cache = homework.forward(homework.params)
dA2, _, _ = homework.right_3(homework.params, cache, homework.Y, homework.LAM)
dA1, _, _ = homework.right_2(homework.params, cache, dA2, homework.LAM)


def given(last: np.ndarray) -> dict[str, tuple]:
    """Return two cases: what the way back through a layer is given in the homework, and of its first two examples."""
    two = {name: block[:, :2] for name, block in cache.items()}
    cases = (homework.params, cache, last, homework.LAM), (homework.params, two, last[:, :2], homework.LAM)
    return dict(zip(("the three examples", "the first two examples"), cases, strict=True))


layer_3 = Repair(
    homework.right_3,
    given(homework.Y),
    {
        "does dZ3 hold the 1/m now? dW3 and db3 divide by m again.": '["A3"] - Y → ["A3"] / len(Y.T) - Y / len(Y.T)',
        "does dZ3 hold the 1/m now? dW3 divides by m once more, and so does layer 2, by way of dA2.": (
            '["A3"] - Y → ["A3"] / len(Y.T) - Y / len(Y.T); keepdims=True) / m → keepdims=True)'
        ),
        "dA2 holds a 1/m now, of dZ3 or its own; but layer 2 divides by m again.": "@ dZ3, → @ dZ3 / m,",
        "is that m the number of examples, 3, or of features, 4?": "keepdims=True) / m → keepdims=True) / 4",
        "does the cost decay the biases?": 'keepdims=True) / m → keepdims=True) / m + lam / m * params["b3"]',
    },
    "layer 3 is right: J is a mean over the examples, so db3 is a mean too, and “as if times 3” was m itself.",
    layer="back_3",
    parts=("dA2", "dW3", "db3"),
)


SLIPS = {  # of the layers with ReLU
    "those are the units that are off.": "> 0 → <= 0",
    "/ 2 * m multiplies by m.": "lam / m → lam / 2 * m",
    "the 2 of λ/2m meets that of 2W: no 2 is left.": "lam / m → 2 * lam / m",
}

layer_2 = Repair(
    homework.right_2,
    given(dA2),
    {
        "what goes into dW2 alone? There a slip is left.": "lam / m → lam / (2 * m)",
        "b2 and all below come from dZ2: a slip is left in what makes it.": "> 0 → >= 0",
        "that is ReLU of dA2; its slope asks where A2 is on.": '(cache["A2"] > 0) → (dA2 > 0)',
        "is the L2 term gone? The cost still has it.": ' + lam / m * params["W2"] → ',
    }
    | SLIPS,
    "layer 2 is right: A2 >= 0 is always so, and A2 > 0 only where the unit is on; and the 2 of λ/2m meets that of 2W.",
    layer="back_2",
    parts=("dA1", "dW2", "db2"),
)


layer_1 = Repair(
    homework.right_1,
    given(dA1),
    {
        "m counts the units now; what does it have to count?": "dA1.shape[1] → dA1.shape[0]",
        "dW1 is mended; does db1 still divide by the old m?": "keepdims=True) / m → keepdims=True) / 4",
        "the mean is mended; does the L2 term still have the old m?": "lam / m → lam / 4",
        "is ReLU's slope always 1? A1 >= 0 is always so, A1 > 0 only where the unit is on.": "> 0 → >= 0",
        "the 2 of λ/2m meets that of 2W: is one of them left?": "lam / m → lam / (2 * m)",
    }
    | SLIPS,
    "layer 1 is right: X has a column for each example, so m is X.shape[1], and 3/4 was examples over features.",
    layer="back_1",
    parts=("dW1", "db1"),
)


def grads(params):
    """Return the repaired homework's gradient as many write it, from the top down: {"db3": …, "dW3": …, …}."""
    return {f"d{name}": block for name, block in reversed(homework.repaired(params).items())}


adapter = Build(
    homework.repaired,
    {
        "the parameters of the homework": (homework.params,),
        "parameters half as large": ({name: block / 2 for name, block in homework.params.items()},),
    },
    {
        "gcl.check asks for dW1 by the name of W1: take the d away from the names.": grads,
        "these are the parameters themselves; their slopes are in grads(params).": lambda params: params,
        "the slopes stand in another order than the parameters: pair them by their names.": lambda params: dict(
            zip(params, grads(params).values(), strict=True)
        ),
        "where are the slopes of the biases, db1, db2 and db3?": lambda params: {
            name: block for name, block in homework.repaired(params).items() if name[0] == "W"
        },
    },
    "the same arrays under the names of their parameters: nothing else stands between your code and the check.",
)

begin = Choose(
    "c",
    {
        "a": "a reading says how far off a block is, not where the fault lies. b3 reads most, and happens to be at the "
        "top; b2 reads nearly as much, 4.8e-01, and its line is right.",
        "b": "a block at the bottom is computed from all that is above it. Mend layer 1's own bug first, and W1 reads "
        "even more, 3.1e-01, for the bugs above are left.",
        "c": "nothing above a bug ever turns red. So the highest red layer has a bug of its own, or is handed a wrong "
        "dA; the top layer is handed none. Mend layer 3, check again, then go one layer down.",
        "d": "then two mistakes can cancel, or a new one come in, and you do not know which. One at a time.",
    },
    tells=("Divided by 3",),
    solution="solutions/10_check_your_own_code.ipynb",
)

larger_eps = Choose(
    "b",
    {
        "a": "a bug is not made of rounding: a wrong factor is as wrong at any ε.",
        "b": "the rounding of J is divided by 2ε, so a hundred times the ε makes a hundredth of it. The wrong lines "
        "of this homework are as wrong at any ε.",
        "c": "the repaired one would stay if a bug made it read so; but J is rounded, and that is divided by 2ε. "
        "The V-curve below shows it: left of its lowest point a larger ε reads less.",
        "d": "rounding gets smaller, not larger, when ε grows; what grows is the truncation, and it is far below here.",
    },
    tells=("1e-09",),
    solution="solutions/10_check_your_own_code.ipynb",
)

ruled_out = Choose(
    "c",
    {
        "a": "−dθ points downhill in any case; how far to step that way is not what a check asks. Below, J ends "
        "above where it began, by the right dθ at a rate of 30.",
        "b": "dθ is the slope of this J, wrong labels and all: the check never asks whether J is what you want.",
        "c": "that, and no more: dθ is the slope of J, at this θ, on these examples.",
        "d": "J and dθ agree that there is no λ; a check compares the two with each other, not with your intention.",
    },
    tells=("α = 30",),
    solution="solutions/10_check_your_own_code.ipynb",
)
