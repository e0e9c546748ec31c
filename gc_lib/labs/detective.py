"""The detective: a bug hidden in a network or in a layer, to be found with as few checks as possible."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import ipywidgets as widgets
import numpy as np

from ..checker.words import html_table
from ..network.network import one_of
from ..plots.detective import detective_picture
from . import cases, notes, reasons
from .cases import NUMBERS, SWITCHES, Case, Setting, Suspect, World
from .controls import WHOLE, Menu, in_rows, label
from .fields import Fields, choice, kept, menu, whole_number
from .lab import Lab
from .reasons import LETTERS, Claim
from .result import Headline, OfReport
from .words import disagreeing, finding, stable


def switch(field: str):
    """Declare a field that a check can run on."""
    word, offers, words = SWITCHES[field]
    return choice(word, offers, offers[0], say=words)


class State(Fields):
    """Hold the case, the setting of the next check, the checks and accusations made so far, and the record.

    A check is a setting (lam, examples, keep_prob, hidden, bias, and what only a layer has); an accusation lists bugs
    with their layers, 0 where a case has one, and is pending until a reason is given; a reason is the number of a check
    with one of the four claims on it; `listed` says after how many checks the suspects were listed; the record holds
    each case solved with what it cost.
    """

    case: int = menu("case", NUMBERS, 1, lambda _, number: cases.case(number).number, width="260px")
    lam: float = switch("lam")
    examples: int = switch("examples")
    keep_prob: float = switch("keep_prob")
    hidden: str = switch("hidden")
    bias: float = switch("bias")
    upstream: str = switch("upstream")
    gain: str = switch("gain")
    x: str = switch("x")
    mask: str = switch("mask")
    Q: str = switch("Q")
    windows: str = switch("windows")
    checks: tuple[Setting, ...] = kept((), lambda _, checks: tuple(checks))
    accused: tuple[Suspect, ...] = kept((), lambda _, accused: tuple(accused))
    pending: Suspect | None = kept(None, lambda _, accused: accused)
    reasons: tuple[tuple[int, int], ...] = kept((), lambda _, given: tuple((int(n), int(i)) for n, i in given))
    listed: tuple[int, ...] = kept((), lambda _, listed: tuple(sorted(set(listed))))
    given_up: bool = kept(False, lambda _, given_up: given_up)
    record: tuple[tuple[int, int], ...] = kept(
        (), lambda _, solved: tuple((cases.case(n).number, int(cost)) for n, cost in solved)
    )

    def __post_init__(self):
        super().__post_init__()
        self.settle(checks=tuple(cases.setting(self.case, *check) for check in self.checks))
        self.settle(accused=tuple(cases.suspect(self.case, accused) for accused in self.accused))
        if self.pending is not None:
            self.settle(pending=cases.suspect(self.case, self.pending))
        for n, i in self.reasons:
            if not (reasons.decided(self.case, self.checks[:n]) == n > 0 and 0 <= i < len(LETTERS)):
                raise ValueError(f"reasons should hold pairs (check that ruled somebody out, 0 … 3); got {(n, i)}")
        made = whole_number(1, len(self.checks))
        self.settle(listed=tuple(made("listed", count) for count in self.listed))
        self.setting  # noqa: B018  # raises where there is none such
        if self.pending is not None and self.reasoned:  # it waits no longer
            self.settle(accused=(*self.accused, self.pending), pending=None)
            if self.solved and self.case not in dict(self.record):
                self.settle(record=(*self.record, (self.case, self.cost)))

    @property
    def file(self) -> Case:
        """The case."""
        return cases.case(self.case)

    @property
    def setting(self) -> Setting:
        """What the next check would run on."""
        return cases.setting(self.case, *(getattr(self, field) for field in SWITCHES))

    @cached_property
    def solved(self) -> bool:
        """Whether the last accusation was right."""
        return bool(self.accused) and cases.right(self.case, self.accused[-1])

    @property
    def closed(self) -> bool:
        """Whether there is nothing left to find."""
        return self.solved or self.given_up

    @cached_property
    def decided(self) -> int:
        """The number of the check that decided; 0 where none has."""
        return reasons.decided(self.case, self.checks)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What may be claimed of the check that decided."""
        return reasons.claims(self.case, self.checks[: self.decided]) if self.decided else ()

    @cached_property
    def mistaken(self) -> tuple[tuple[int, int], ...]:
        """The reasons given that are wrong."""
        found = {n: reasons.claims(self.case, self.checks[:n]) for n, _ in self.reasons}
        return tuple((n, i) for n, i in self.reasons if not reasons.true(self.case, self.checks, found[n][i]))

    @property
    def reasoned(self) -> bool:
        """Whether the true reason was given of the check that decided."""
        return self.decided in {n for n, _ in {*self.reasons} - {*self.mistaken}}

    @property
    def cost(self) -> int:
        """How many checks were made; a wrong accusation, a wrong reason and a list of the suspects cost one each."""
        return len(self.checks) + len(self.accused) - self.solved + len(self.mistaken) + len(self.listed)

    def left(self, checks: int) -> tuple[Suspect, ...]:
        """Return the suspects that are left after so many checks, without those accused wrongly."""
        left = cases.left(self.case, self.checks[:checks])
        return tuple(suspect for suspect in left if self.closed or suspect not in self.accused)


class Result(OfReport):
    """Hold the check that is looked at, if it was made, and the suspects after each check."""

    counts: tuple[int, ...]
    left: tuple[Suspect, ...]

    @property
    def blocks(self) -> dict[str, float]:
        """The reading of each block; nan where the check was not made."""
        return self.report.blocks if self.report is not None else dict.fromkeys(self.state.file.world.blocks, np.nan)

    @property
    def bounds(self) -> dict[str, float]:
        """What the error bars alone explain, block by block."""
        return self.report.bounds if self.report is not None else self.blocks

    def in_short(self) -> Headline:
        """Say what the check that is looked at reads, and how many suspects are left; of a closed case, what it was."""
        state, report = self.state, self.report
        if state.closed:
            return Headline(notes.outcome(state))
        left = f"{notes.counted(len(self.left), 'suspect')} left"
        if state.pending is not None:
            return Headline("before the verdict, say which check ruled out what")
        if report is None:
            return Headline(f"not checked yet: {left}")
        return Headline(f"{disagreeing(report, letters=0)}; {left}", stable(report), report.band)

    def said(self) -> Iterator[str]:
        """Say what is known by now."""
        state, here = self.state, notes.in_words(self.state.setting)
        here = f" with {here}" if here else ""
        if state.closed:
            yield f"{notes.verdict(state)} The check{here}: {disagreeing(self.report)}."
        else:
            yield notes.title(state.file)
            yield finding(self.report) if self.report is not None else f"Not checked yet{here}."
            yield notes.suspects_left(state, len(self.left))

    def tables(self) -> Iterator[str]:
        """Write the bars as a table, and the suspects after each check."""
        yield from super().tables()
        yield html_table(["checks", "suspects left"], [(n, f"{count:,}") for n, count in enumerate(self.counts)])


def compute(state: State) -> Result:
    """Return the check that is set, if it was made or the case is closed, and the suspects left after every check."""
    shown = state.setting in state.checks or state.closed
    report = cases.report(state.case, state.setting) if shown else None
    counts = [len(cases.left(state.case, state.checks[:n])) for n in range(len(state.checks))]
    left = state.left(len(state.checks))
    return Result(state, report, (*counts, len(left)), left)


class Accusation:
    """A row of controls that accuses one line in one layer, over the right line and the one that it accuses."""

    def __init__(self, words: str):
        self.line = Menu(words, [CHOOSE], str, WHOLE)
        self.layer = Menu("in layer", [0], str, "110px")
        self.row, self.lines = in_rows([self.line, self.layer]), widgets.HTML()
        self.lines.add_class("gc-lines")
        self.line.observe(lambda _: self.tell(), "value")

    def offer(self, world: World) -> None:
        """List who can be accused in a case of this world."""
        lines = [(CHOOSE, CHOOSE), (NOTHING, NOTHING), *((label(bug), bug) for bug in world.lineup)]
        if list(self.line.options) != lines:
            self.line.options, self.layer.options = lines, [(str(l), l) for l in world.layers]
        self.layer.layout.display = "none" if world.layer else None

    def tell(self) -> None:
        """Write the right line, and the one that the row accuses."""
        self.lines.value = "".join(notes.one_above_another(bug, "as you accuse it") for bug, _ in self.plants)

    @property
    def plants(self) -> Suspect:
        """What the row accuses."""
        return ((self.line.value, self.layer.value),) if self.line.value not in (CHOOSE, NOTHING) else ()


CHOOSE, NOTHING = "choose a line", "nothing is wrong"


class Detective(Lab):
    """Open a case. The line of code of a lab at work holds its checks and the record too.

    >>> print(gcl.labs.detective(case=17))
    Not checked yet: 2,455 suspects left. Case 17: two lines replaced. Not checked yet.
    Suspects left: 2,455 of 2,455, at the cost of 0 checks.
    """

    State, View, compute, room = State, detective_picture, compute, 500
    put_aside = ("checks", "accused", "pending", "reasons", "listed", "given_up", *SWITCHES)  # what belongs to a case

    def results(self, state, before: Result | None) -> Iterator[Result]:
        """Yield the result; behind it stands the check of the same case that was looked at last.

        The button that leads to it says first that it is at work.
        """
        here = state.case == self.state.case
        if here and len(state.checks) > len(self.state.checks):
            self.press.disabled, self.press.description = True, "checking …"
        if here and (state.accused, state.pending) != (self.state.accused, self.state.pending):
            self.charge.disabled, self.charge.description = True, "accusing …"
        last = getattr(self, "result", None)
        if last and (last.report is None or last.state.setting == state.setting):
            last = last.before
        kept = last is not None and last.state.case == state.case
        yield replace(compute(state), before=replace(last, before=None) if kept else None)

    def means(self, field: str, value) -> dict:
        """Return the fields that a control stands for; of two settings that exclude each other it resets the other."""
        if field == "case":
            return self.turn_to(value)
        if field not in self.state.file.world.switches:  # its control is not shown
            return {}
        at = self.state.setting._replace(**{field: value})
        other = "bias" if field == "hidden" else "hidden"
        return {field: value} | ({other: getattr(Setting(), other)} if at.corner else {})

    def build(self) -> widgets.Widget:
        """Build the board: the switches over bars and notes, the accusation beneath; nothing moves during a case."""
        self.kept, (menu, *switches) = {}, self.controls()
        self.tally, self.notes, self.answer, self.text = (widgets.HTML() for _ in range(4))
        self.rows = [Accusation("the line"), Accusation("and the line")]
        self.press, self.charge = self.button("check", self.one_more_check), self.button("accuse", self.charged)
        for each in (self.press, self.charge):
            each.button_style, each.layout.min_width = "primary", "7.6em"  # as wide while it is at work
        self.onward = self.button("next case", lambda: self.turn_to(self.next_case()))
        self.resign = self.button("give up this case", lambda: {"given_up": True})
        self.look, self.lineup = self.button("list them: costs one check", self.one_more_list), widgets.HTML()
        self.suspects = widgets.VBox([self.look, self.lineup])
        self.tally.layout.align_self, self.look.layout.align_self = "center", "flex-start"
        self.notes.layout = widgets.Layout(flex="1 1 390px", min_width="0")
        first, second = self.rows
        first.row.children += (self.charge,)
        self.claims = [self.button("", lambda i=i: self.one_more_reason(i)) for i in range(len(LETTERS))]
        asked = widgets.VBox([self.answer, *(claim.add_class("gc-claim") for claim in self.claims)])
        for part, name in ((self.notes, "checks"), (asked, "answer"), (self.lineup, "lineup")):
            part.add_class(f"gc-{name}")
        box = self.page(
            [in_rows([menu, self.onward, self.resign, self.tally]), in_rows([*switches, self.press])],
            beside=[self.notes],
            below=[*(part for row in (first, second) for part in (row.row, row.lines)), asked],
            more={"The suspects that are left": self.suspects, "Your record, to copy": self.text},
        )
        self.pictures.layout = widgets.Layout(flex="1 1 430px", max_width="450px")
        box.children += (widgets.HTML(notes.STYLE),)
        box.add_class("gc-board").layout.max_width = "1100px"
        return box

    def next_case(self) -> int:
        """Return the number of the next case that is not solved, after the last one the first; or of the next one."""
        here, solved = self.state.case, dict(self.state.record)
        onward = [*NUMBERS[here:], *NUMBERS[:here]]
        return next((number for number in onward if number not in solved), onward[0])

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

    def set(self, **changes) -> "Detective":
        """Change the state from a cell; another case opens as it was left, as by the menu."""
        with self.lock:
            number = cases.case(changes.get("case", self.state.case)).number
            return super().set(**(self.turn_to(number) if number != self.state.case else {}) | changes)

    def check(self, **switches) -> "Detective":
        """Make a check from a cell, and return the lab: lab.check(lam=0.0, keep_prob=1.0). A repeated one is free."""
        with self.lock:
            self.set(**switches)
            return self if self.result.report is not None else self.set(**self.one_more_check())

    def accuse(self, *bugs: tuple[str, int] | str, reason: str = "") -> "Detective":
        """Accuse from a cell, and return the lab: lab.accuse(("no_decay", 2)); with nothing: that nothing is wrong.

        Where there is one layer only, a line goes by its name: lab.accuse("sigma_frozen"). The reason is the letter of
        one of the four claims, which print(lab.reasons) shows.
        """
        with self.lock:
            if not self.state.closed:
                accused = tuple((bug, 0) if isinstance(bug, str) else bug for bug in bugs)
                self.set(**self.one_more_accusation(accused))
            if reason and self.state.pending is not None:
                self.set(**self.one_more_reason(LETTERS.index(one_of("reason", reason, LETTERS))))
            return self

    @property
    def reasons(self) -> str:
        """The claims of which one is the reason, a line for each."""
        return "\n".join(map(self.claimed, range(len(self.state.claims))))

    def claimed(self, i: int) -> str:
        """Write a claim behind its letter."""
        return f"{LETTERS[i]} · {notes.claimed(self.state, self.state.claims[i])}"

    def one_more_check(self) -> dict:
        """Return the checks with the one that is set; nothing if it was made, as when the button is pressed twice."""
        made, at = self.state.checks, self.state.setting
        return {} if at in made else {"checks": (*made, at)}

    def one_more_list(self) -> dict:
        """Return after how many checks the suspects were listed, with now."""
        return {"listed": (*self.state.listed, len(self.state.checks))}

    def one_more_accusation(self, accused: Suspect) -> dict:
        """Return an accusation, which waits for its reason. Raises ValueError where no check has ruled anybody out."""
        if not self.state.decided:
            raise ValueError("no check has ruled anybody out yet: make one, for an accusation needs a reason")
        return {"pending": accused}

    def one_more_reason(self, i: int) -> dict:
        """Return the reasons with one more."""
        given = (self.state.decided, i)
        if self.state.pending is None or given in self.state.reasons:
            return {}
        return {"reasons": (*self.state.reasons, given)}

    def charged(self) -> dict:
        """Return the accusations with a new one, what the rows accuse. Raises ValueError where a row names nothing."""
        rows = self.rows[: self.state.file.lines]
        if CHOOSE in [row.line.value for row in rows]:
            raise ValueError("choose the line that you accuse")
        accused = cases.suspect(self.state.case, sum((row.plants for row in rows), ()))
        return {} if accused in self.state.accused else self.one_more_accusation(accused)

    def show(self) -> None:
        """Write the case's title, the notes and the answer."""
        state, menu = self.state, self.bound["case"]
        options = [(self.entry(number), number) for number in NUMBERS]
        if list(menu.options) != options:
            menu.options, menu.value = options, state.case
        for field in SWITCHES:
            self.bound[field].layout.display = None if field in state.file.world.switches else "none"
        for row in self.rows:
            row.offer(state.file.world)
        for part in (self.rows[1].row, self.rows[1].lines):
            part.layout.display = None if state.file.lines == 2 else "none"
        self.press.disabled = self.result.report is not None
        self.press.description = "checked" if self.press.disabled else "check"
        self.charge.disabled = self.resign.disabled = state.closed
        self.charge.description = "accuse"
        self.onward.button_style = "primary" if state.closed else ""
        self.look.disabled = state.closed or len(state.checks) in (0, *state.listed)
        self.tally.value = notes.record(state).splitlines()[0]
        self.notes.value, self.answer.value = notes.notes(state), notes.answer(state)
        asked = state.pending is not None and not state.closed
        for i, button in enumerate(self.claims):
            button.layout.display = None if asked else "none"
            if asked:
                button.description = "✕ " * ((state.decided, i) in state.mistaken) + self.claimed(i)

    def entry(self, number: int) -> str:
        """Name a case in the menu: whether it is wild, holds two lines, is solved."""
        file, solved = cases.case(number), dict(self.state.record)
        return f"{number} · {'wild' if file.wild else notes.what(file)}{' ✔' if number in solved else ''}"

    def tell(self) -> None:
        """Write what is unfolded."""
        with self.lock:
            super().tell()
            if self.folds.opened is self.suspects:
                self.lineup.value = notes.lineup(self.state)
            if self.folds.opened is self.text:
                self.text.value = f"<pre>{notes.record(self.state)}</pre>"
