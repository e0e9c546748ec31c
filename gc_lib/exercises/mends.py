"""The one change that makes a student's own function right, or the two.

Each change is tried on the exercise's cases; the first that fits is told by its question. Where none fits, two mistakes
may have met: then a change after which the function is wrong as a known mistake is, or as the right one is with one
change, is half of what is needed.
"""

import ast
import io
import re
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from copy import deepcopy
from itertools import islice, product
from sys import gettrace, settrace

import numpy as np

from .answer import run
from .changes import Change, changes, parts_of
from .code import Code, name_of, stored

COMPILED = "changed"  # the file in which a changed function says that it stands
CHANGES, MISTAKES, PAIRS, LINES = 4000, 1000, 1500, 2000  # so many are tried, and so many lines does each of them run
LARGEST = 100_000  # entries of a list, or bits of a number
FORMS = "copy items ravel values np sqrt axis keepdims True".split()  # what gives the same in another form, or a root
SLIP = 4  # so many words does a slip leave out, or replace


class Mending:
    """Try changes of a student's function on the cases of an exercise, on those first where it is wrong."""

    def __init__(self, attempt: Callable, right: Callable, cases: Collection[tuple], same: Callable):
        self.attempt, self.code, self.right, self.same = attempt, Code(attempt, helpers=True), Code(right), same
        pairs = [(case, right(*deepcopy(case))) for case in cases]
        pairs.sort(key=lambda pair: (same(run(attempt, pair[0])[0], pair[1]), -len(mark(pair[1]))))
        self.cases, self.wanted = zip(*pairs, strict=True)
        self.tried: dict[Change, object] = {}  # what the function gives in the first case after each change

    def one(self) -> str:
        """Name the one thing that must be changed; "" where one is not enough."""
        with quiet():
            for change in self.changes():
                changed = self.made(change)
                self.tried[change] = self.value(changed, self.cases[0])
                if self.same(self.tried[change], self.wanted[0]) and self.fits(changed):
                    return f"one change makes it right, {self.asked(change)}"
        return ""

    def two(self, known: Mapping[str, Callable]) -> str:
        """Name two things that must be changed, where one is not enough; "" where two are not either."""
        with quiet():
            own, mistakes = mark(self.value(self.attempt, self.cases[0])), self.mistakes(known)
            slips = [change for change in self.tried if self.is_slip(change)]
            others = [change for change in slips if not own or mark(self.tried[change]) != own]
            halves = self.halves(own, mistakes, slips)
            for (marks, change), other in islice(product(halves.items(), others), PAIRS):
                if self.fits(self.made(change, other)):
                    then = f"Then: {mistakes[marks]}" if mistakes[marks] else f"And {self.asked(other)}"
                    return f"two changes make it right, {self.asked(change)} {then}"
            for marks, change in halves.items():
                half = self.made(change) if own and mistakes[marks] and self.is_plain(change) else None
                if half and all(self.spares(half, case) for case in self.cases):
                    return f"two changes make it right, {self.asked(change)} Then: {mistakes[marks]}"
        return ""

    def halves(self, own: str, mistakes: Mapping[tuple, str], slips: Collection[Change]) -> dict[tuple, Change]:
        """Return a change for each mistake that is left after it, the plainest; first those that have a question."""
        firsts = {first for first, *_ in mistakes}
        if own.count(",") == mark(self.wanted[0]).count(","):  # then no number may get lost
            firsts = {first for first in firsts if first.count(",") == own.count(",")}
        near = {change: self.marks(self.made(change)) for change in slips if mark(self.tried[change]) in firsts}
        found = [change for change in near if near[change] in mistakes]
        found.sort(key=lambda change: (not mistakes[near[change]], not self.is_plain(change)))
        return {near[change]: next(one for one in found if near[one] == near[change]) for change in found}

    def changes(self) -> list[Change]:
        """Return the changes to try, last those of lines that stand in the right function too."""
        lines, known = self.code.source.splitlines(), {line.strip() for line in self.right.source.splitlines()}
        words = dict.fromkeys(word for case in self.cases for word in case if isinstance(word, str))
        found = islice(changes(self.code, parts_of(self.right, self.code, words)), CHANGES)
        return sorted(found, key=lambda change: lines[getattr(change.node, "lineno", 1) - 1].strip() in known)

    def mistakes(self, known: Mapping[str, Callable]) -> dict[tuple, str]:
        """Return what single mistakes give, each with its question, if it has one.

        Not what is always the same, nor an argument as it was given: to these any change may lead.
        """
        right, plain = self.right, ["0", "1", "2"]
        others = islice(changes(right, [*right.arguments, *right.made, *plain]), MISTAKES)
        wrong = [("", compiled(right.changed(one.texts), right.function)) for one in others]
        found = {self.marks(function): asked for asked, function in [*wrong, *known.items()]}
        given = {tuple(map(mark, values)) for values in zip(*self.cases, strict=True)}
        left = {*found} - {self.marks(self.attempt)} - given
        return {marks: found[marks] for marks in left if any(marks) and len({*marks}) >= min(2, len(marks))}

    def made(self, *found: Change) -> Callable | None:
        """Return the student's function with some changes; nothing where that is no Python."""
        return compiled(self.code.changed(together(self.code, *found)), self.attempt, self.right.function)

    def fits(self, changed: Callable | None) -> bool:
        """Tell whether a function gives what is wanted in every case, and spoils no argument."""
        right = all(self.same(self.value(changed, case), b) for case, b in zip(self.cases, self.wanted, strict=True))
        return changed is not None and right and all(self.spares(changed, case) for case in self.cases)

    def spares(self, changed: Callable, case: tuple) -> bool:
        """Tell whether a function leaves its arguments as they are."""
        theirs = deepcopy(case)
        self.value(lambda *_: changed(*theirs), case)
        return mark(theirs) == mark(case)

    def marks(self, function: Callable | None) -> tuple[str, ...]:
        """Return what a function gives in all cases, as marks."""
        return tuple(mark(self.value(function, case)) for case in self.cases)

    def value(self, function: Callable | None, case: tuple) -> object:
        """Return what a function gives in a case, if there is one, and if it does not take too many lines."""
        self.left = LINES
        settrace(self.trace)  # anew each time: what it raises ends it
        return function and run(function, case)[0]

    def trace(self, frame, event, arg) -> Callable | None:
        """Stop a changed function that runs too many lines, for it may run for ever, or holds a thing that grows so."""
        if frame.f_code.co_filename != COMPILED:
            return None
        self.left -= event == "line"
        if self.left < 0 or any(map(large, frame.f_locals.values())):
            raise RecursionError
        return self.trace

    def traded(self, change: Change) -> tuple[Counter, Counter]:
        """Return the words that a change takes out of a piece, and those that it puts in."""
        node, text = next(iter(change.texts.items()))
        before, after = (Counter(re.findall(r"\w+|\[|>", words)) for words in (self.code.text(node), text))
        return before - after, after - before

    def is_slip(self, change: Change) -> bool:
        """Tell whether what a change takes out is little, and it takes no entry of what was whole, nor turns a sign."""
        lost, got = self.traded(change)
        return lost.total() <= SLIP and "[" not in got and not isinstance(change.node, ast.Compare)

    def is_plain(self, change: Change) -> bool:
        """Tell whether a change only takes something out, or puts in a number or a form: others may lead anywhere.

        So may another sign or order, or one after which a name read now is read no more, and ± 1 around no count.
        """
        lost, got = self.traded(change)
        if not lost and [*got] == ["1"] and not re.search("len|size|shape", self.code.text(change.node)):
            return False
        own = {*self.code.arguments, *self.code.made}
        if own & self.code.read - {*(Counter(node.id for node in self.code.names if not stored(node)) - lost)}:
            return False
        known = all(word in FORMS or word[0].isdigit() or word.isupper() for word in got)
        return bool(lost or got) and (not got or (known and not {*lost, *got} & own))

    def asked(self, change: Change) -> str:
        """Write the question of a change on one line, with its place."""
        return f"{self.code.line(change.node)}: {' '.join(change.asked.split())}"


@contextmanager
def quiet() -> Iterator[None]:
    """Let functions print and warn unheard, and put back what traces them."""
    before = gettrace()
    try:
        with redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
            yield
    finally:
        settrace(before)


def large(value) -> bool:
    """Tell whether a list or a whole number is larger than any that an exercise needs."""
    size = value.bit_length() if isinstance(value, int) else len(value) if isinstance(value, list | tuple | str) else 0
    return size > LARGEST


def mark(value, depth: int = 4) -> str:
    """Write a value so that two which are the same but for rounding are written alike; "" where it is 0 or nothing.

    So is what lies deeper in a nest: a changed function may have put it into itself.
    """
    try:
        numbers = np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        parts = value.items() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
        return value if isinstance(value, str) else ", ".join(mark(part, depth - 1) for part in parts if depth)
    most = np.max(np.abs(numbers), initial=0)
    return f"{most:.7g} {(np.round(numbers / most, 7) + 0.0).tolist()}" if 0 < most < np.inf else ""


def together(code: Code, *found: Change) -> dict[ast.AST, str]:
    """Return the texts of all changes; where one lies within another, it is made there if its place is sure."""
    texts = {node: text for change in found for node, text in change.texts.items()}
    for node in [*texts]:
        outer = code.inside.get(node)
        while outer and outer not in texts:
            outer = code.inside.get(outer)
        if outer:
            own, text = re.escape(code.text(node)), texts.pop(node)
            parts = re.split(rf"(?<![\w.]){own}(?!\w)", texts[outer])
            if code.text(node) not in code.made:  # else it may be what a loop counts, for i in …
                texts[outer] = text.join(parts)
    return texts


def compiled(source: str, *knows: Callable) -> Callable | None:
    """Return the function of a source, among the names that the functions given know; nothing if it is no Python."""
    names: dict = {}
    for function in knows[::-1]:
        names |= function.__globals__
    source = source.replace("np.empty(", "np.nan * np.zeros(")  # what stands in memory may be right by chance
    with suppress(Exception), warnings.catch_warnings(action="ignore"):
        exec(compile(source, COMPILED, "exec"), names)
        return names[name_of(knows[0])]
    return None
