"""The detective: a bug hidden in a hidden layer, to be found with as few checks as possible."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import ipywidgets as widgets
import numpy as np

from ..checker.words import html_table
from ..network import bugs
from ..plots.detective import detective_picture
from . import cases, notes
from .cases import LAYERS, LINEUP, NUMBERS, OFFERED, Case, Setting, Suspect
from .controls import Menu, in_rows
from .fields import Fields, choice, kept, menu
from .lab import Lab
from .notes import NAMES, SWITCHES
from .result import Headline, OfReport
from .words import blocks_table, finding


def switch(field: str):
    """Declare a field that a check can run on."""
    word, words = SWITCHES[field]
    return choice(word, OFFERED[field], getattr(Setting(), field), say=words)


@dataclass(frozen=True)
class State(Fields):
    """Hold the case, the setting of the next check, the checks and accusations made so far, and the record.

    A check is a setting (lam, examples, keep_prob, hidden, bias); an accusation lists bugs with their layers; the
    record holds each case solved with what it cost.
    """

    case: int = menu("case", NUMBERS, 1, lambda _, number: cases.case(number).number, width="260px")
    lam: float = switch("lam")
    examples: int = switch("examples")
    keep_prob: float = switch("keep_prob")
    hidden: str = switch("hidden")
    bias: float = switch("bias")
    checks: tuple[Setting, ...] = kept((), lambda _, checks: tuple(cases.setting(*check) for check in checks))
    accused: tuple[Suspect, ...] = kept((), lambda _, accused: tuple(accused))
    given_up: bool = kept(False, lambda _, given_up: given_up)
    record: tuple[tuple[int, int], ...] = kept((), lambda _, solved: tuple(cost_of_case(*each) for each in solved))

    def __post_init__(self):
        super().__post_init__()
        self.settle(accused=tuple(cases.suspect(self.case, accused) for accused in self.accused))
        self.setting  # noqa: B018  # raises where there is none such

    @property
    def file(self) -> Case:
        """The case."""
        return cases.case(self.case)

    @property
    def setting(self) -> Setting:
        """What the next check would run on."""
        return cases.setting(self.lam, self.examples, self.keep_prob, self.hidden, self.bias)

    @cached_property
    def solved(self) -> bool:
        """Whether the last accusation was right."""
        return bool(self.accused) and cases.right(self.case, self.accused[-1])

    @property
    def closed(self) -> bool:
        """Whether there is nothing left to find."""
        return self.solved or self.given_up

    @property
    def cost(self) -> int:
        """How many checks were made, a wrong accusation counting as one."""
        return len(self.checks) + len(self.accused) - self.solved


def cost_of_case(number: int, cost: int) -> tuple[int, int]:
    """Return an entry of the record."""
    return cases.case(number).number, int(cost)


@dataclass(frozen=True)
class Result(OfReport):
    """Hold the check that is looked at, if it was made, and the suspects after each check."""

    counts: tuple[int, ...]
    left: tuple[Suspect, ...]

    @property
    def blocks(self) -> dict[str, float]:
        """The reading of each block; nan where the check was not made."""
        return self.report.blocks if self.report is not None else dict.fromkeys(NAMES, np.nan)

    @property
    def bounds(self) -> dict[str, float]:
        """What the error bars alone explain, block by block."""
        return self.report.bounds if self.report is not None else dict.fromkeys(NAMES, np.nan)

    @cached_property
    def headline(self) -> Headline:
        """How many suspects are left."""
        return Headline(notes.suspects_left(self.state, len(self.left)).replace("<b>", "").replace("</b>", "")[:-1])

    def said(self) -> Iterator[str]:
        """Say what is known by now."""
        state, here = self.state, notes.in_words(self.state.setting)
        here = f" with {here}" if here else ""
        if state.closed:
            yield f"{notes.verdict(state)} The check{here}: {finding(self.report)}"
        else:
            found = finding(self.report) if self.report is not None else f"Not checked yet{here}."
            yield f"{notes.title(state.file)} {found} {notes.suspects_left(state, len(self.left))}"

    @property
    def table(self) -> str:
        """The bars as a table, and the suspects after each check."""
        counts = [(n, f"{count:,}") for n, count in enumerate(self.counts)]
        bars = blocks_table(self.report) if self.report is not None else ""
        return bars + html_table(["checks", "suspects left"], counts)


def compute(state: State) -> Result:
    """Return the check that is set, if it was made or the case is closed, and the suspects left after every check."""
    shown = state.setting in state.checks or state.closed
    report = cases.report(state.case, state.setting) if shown else None
    left = tuple(s for s in cases.left(state.case, state.checks) if state.closed or s not in state.accused)
    counts = [len(cases.left(state.case, state.checks[:n])) for n in range(len(state.checks))]
    return Result(state, report, (*counts, len(left)), left)


class Accusation:
    """A row of controls that accuses one line in one layer, and shows that line beside the right one."""

    def __init__(self):
        self.line = Menu("accuse", [CHOOSE, NOTHING, *LINEUP], sentence, "480px")
        self.layer = Menu("layer", LAYERS, str, "95px")
        self.row = in_rows([self.line, self.layer])

    @property
    def plants(self) -> Suspect:
        """What the row accuses."""
        return ((self.line.value, self.layer.value),) if self.line.value in LINEUP else ()


CHOOSE, NOTHING = "choose a line", "nothing is wrong"


def sentence(bug: str) -> str:
    """Name a suspected line, and what would be wrong with it."""
    return f"{bugs.find(bug).slot} · {bug}: {bugs.find(bug).sentence}" if bug in LINEUP else bug


class Detective(Lab):
    """Open a case: gcl.labs.detective(case=17).

    The line of code of a lab at work holds its checks and the record too.
    """

    State, View, compute, room = State, detective_picture, compute, 500
    about = (
        "The relative difference of each block W1, b1 to W4, b4 in one check, as bars on a log axis from 1e-12 to 1 "
        "with the bands great, look and worry, or a question mark.",
        "How many suspects are left after each check.",
    )
    put_aside = ("checks", "accused", "given_up")  # what belongs to a case

    def results(self, state, before: Result | None) -> Iterator[Result]:
        """Yield the result; behind it stands the check of the same case that was looked at last."""
        last = getattr(self, "result", None)
        if last and (last.report is None or last.state.setting == state.setting):
            last = last.before
        kept = last is not None and last.state.case == state.case
        yield replace(compute(state), before=replace(last, before=None) if kept else None)

    def means(self, field: str, value) -> dict:
        """Return the fields that a control stands for; of two settings that exclude each other it resets the other."""
        if field == "case":
            return self.turn_to(value)
        at = self.state.setting._replace(**{field: value})
        other = "bias" if field == "hidden" else "hidden"
        return {field: value} | ({other: getattr(Setting(), other)} if at.corner else {})

    def build(self) -> widgets.Widget:
        """Build the page: the case and the switches, the picture, the notes, the accusation."""
        self.kept, self.rows = {}, [Accusation(), Accusation()]
        menu, *switches = self.controls()
        self.tally, self.notes = widgets.HTML(), widgets.HTML()
        self.accusing, self.answer = widgets.HTML(), widgets.HTML()
        self.suspects, self.text = widgets.HTML(), widgets.HTML()
        for part in (self.notes, self.accusing, self.answer):
            part.add_class("gc-notes")
        for row in self.rows:
            row.line.observe(lambda _: self.tell(), "value")
        self.press = self.button("check", self.one_more_check)
        self.press.button_style = "primary"
        self.charge = self.button("accuse", self.charged)
        self.charge.button_style = "primary"
        above = [in_rows([menu, self.tally]), in_rows([*switches, self.press])]
        self.resign = self.button("give up this case", lambda: {"given_up": True})
        self.press.layout.align_self, self.charge.layout.align_self = "flex-end", "flex-start"
        below = [self.answer, self.notes, *(row.row for row in self.rows), self.charge, self.accusing]
        buttons = [
            self.button("next case", lambda: self.turn_to(self.state.case % len(NUMBERS) + 1)),
            self.resign,
        ]
        folds = {"The suspects that are left": self.suspects, "Your record, to copy": self.text}
        return self.page(above, buttons, folds, below)

    def turn_to(self, number: int) -> dict:
        """Return another case as it was left, and keep this one as it is."""
        self.kept[self.state.case] = {field: getattr(self.state, field) for field in self.put_aside}
        for row in self.rows:
            row.line.value = CHOOSE
        blank = {field: getattr(State, field) for field in self.put_aside}
        return {"case": number} | self.kept.get(number, blank)

    def afresh(self) -> dict:
        """Return the state in which the lab was opened, with the present record."""
        self.kept = {}
        return self.opening() | {"record": self.state.record}

    def check(self, **switches) -> "Detective":
        """Make a check from a cell, and return the lab: lab.check(lam=0.0, keep_prob=1.0). A repeated one is free."""
        with self.lock:
            self.set(**switches)
            return self if self.result.report is not None else self.set(**self.one_more_check())

    def accuse(self, *bugs: tuple[str, int]) -> "Detective":
        """Accuse from a cell, and return the lab: lab.accuse(("no_decay", 2)); with nothing: that nothing is wrong."""
        with self.lock:
            return self if self.state.closed else self.set(**self.one_more_accusation(bugs))

    def one_more_check(self) -> dict:
        """Return the checks with the one that is set."""
        return {"checks": (*self.state.checks, self.state.setting)}

    def one_more_accusation(self, accused: Suspect) -> dict:
        """Return the accusations with one more, and the record if it is right and the case is not in it."""
        state = self.state
        opened = State(case=state.case, checks=state.checks, accused=(*state.accused, accused))
        new = opened.solved and state.case not in dict(state.record)
        record = (*state.record, (state.case, opened.cost)) if new else state.record
        return {"accused": opened.accused, "record": record}

    @property
    def accusation(self) -> Suspect:
        """What the rows accuse."""
        return sum((row.plants for row in self.rows[: self.state.file.lines]), ())

    def charged(self) -> dict:
        """Return the accusations with what the rows accuse. Raises ValueError where a row names nothing."""
        if CHOOSE in [row.line.value for row in self.rows[: self.state.file.lines]]:
            raise ValueError("choose the line that you accuse, and its layer")
        return self.one_more_accusation(self.accusation)

    def show(self) -> None:
        """Write the case's title, the notes and the answer."""
        state, menu = self.state, self.bound["case"]
        options = [(self.entry(number), number) for number in NUMBERS]
        if list(menu.options) != options:
            menu.options, menu.value = options, state.case
        self.rows[1].row.layout.display = None if state.file.lines == 2 else "none"
        self.press.disabled = self.result.report is not None
        self.charge.disabled = self.resign.disabled = state.closed
        self.press.description = "checked" if self.result.report is not None else "check"
        self.tally.value = notes.record(state).splitlines()[0]
        self.notes.value, self.answer.value = notes.notes(state), notes.reveal(state) if state.closed else ""

    def entry(self, number: int) -> str:
        """Name a case in the menu: whether it is wild, holds two lines, is solved."""
        file, solved = cases.case(number), dict(self.state.record)
        return f"{number} · {'wild' if file.wild else notes.LINES[file.lines]}{' ✔' if number in solved else ''}"

    def tell(self) -> None:
        """Write what is unfolded, and the lines that the accusation would name."""
        with self.lock:
            super().tell()
            self.accusing.value = notes.side_by_side(notes.lines(self.accusation), "as you accuse it")
            if self.folds.opened is self.suspects:
                few = [f"<li>{notes.name(suspect)}</li>" for suspect in self.result.left[:24]]
                more = len(self.result.left) - len(few)
                self.suspects.value = f"<ul>{''.join(few)}</ul>" + (f"<p>and {more:,} more</p>" if more else "")
            if self.folds.opened is self.text:
                self.text.value = f"<pre>{notes.record(self.state)}</pre>"
