"""What every lab is: a state that can be printed, the result computed from it, a picture, a caption, and controls."""

import html
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from inspect import signature
from threading import RLock
from typing import Any, Self

import ipywidgets as widgets

from ..plots import Picture, figure_html
from .cells import show_in_cell
from .controls import Button, Change, Chips, Folds, Image, holds, in_rows, says
from .fields import Fields
from .result import Shown
from .spoken import spoken

STYLE = """<style>
.gc-lab option[data-value^="%E2%9C%95"] { color: var(--jp-ui-font-color2, #757575); }
body[data-jp-theme-light="false"] .gc-lab { --jp-widgets-dropdown-arrow: url("data:image/svg+xml,\
%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'%3E\
%3Cpath fill='white' d='M5.2,5.9L9,9.7l3.8-3.8l1.2,1.2l-4.9,5l-4.9-5L5.2,5.9z'/%3E%3C/svg%3E"); }
.gc-lab :focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2) !important; outline-offset: 2px; }
.gc-lab .gc-caption { font-size: 1.1em; line-height: 1.45; }
.gc-lab .widget-readout { min-width: 3.5em; }
.gc-lab .gc-both-ways .widget-readout { min-width: 10em; }
.gc-lab .widget-hbox { column-gap: 1em; }
.gc-lab .widget-hbox.gc-chips { column-gap: 0; }
.gc-lab .gc-chip { border: 1px solid var(--jp-warn-color1, #bf360c); border-radius: 1em; padding: 0 6px; }
.gc-lab .gc-chip::before { content: "" / "take back "; }
.gc-lab .gc-chip::after { content: "\\a0 ×"; content: "\\a0 ×" / ""; }
.gc-lab a { color: var(--jp-content-link-color, #1565c0); text-decoration: underline; }
.gc-lab pre { margin: 0; white-space: pre-wrap; }
.gc-lab .gc-tables { display: flex; flex-wrap: wrap; gap: 1em 2em; align-items: flex-start; }
.gc-lab td, .gc-lab th { padding: 0 0.6em; text-align: right; }
</style>"""


class Lab:
    """Join a frozen state to its picture, its caption and its controls.

    A lab has its `State`, whose fields say which controls there are; two functions, `compute(state)`, which returns a
    frozen result, and `View(names)`, which returns its picture; and `about`, which says what the picture shows to those
    who do not see it. It is opened by its class, and has its name. Callbacks run in a thread of their own, beside the
    cells: one lock guards state and picture.
    """

    name: str
    about: str
    State: type[Fields]
    View: Callable[..., Picture]
    compute: Callable[..., Shown]
    state: Any
    result: Any
    lock = RLock()  # one for all labs, since they share what is cached

    def __init_subclass__(cls):
        cls.name, cls.__signature__ = cls.__name__.lower(), signature(cls.State)

    def __init__(self, *given: Any, **state: Any) -> None:
        """Open the lab in the state given. Raises TypeError or ValueError for what cannot be."""
        self.showing, self.bound, self.placed = False, {}, {}
        self.view: Picture | None = None
        self.moved: tuple[str, ...] = ()
        self.state = self.start = self.State(*given, **state)
        self.picture = Image(
            format="png",
            tooltip=self.about,
            layout=widgets.Layout(max_width="100%", min_width="600px", align_self="flex-start"),
        )
        self.caption, self.error = widgets.HTML(layout=widgets.Layout(min_height="5em")), widgets.HTML()
        self.table, self.shared = widgets.HTML(), widgets.HTML()
        self.box = self.build()
        *_, self.result = self.results(self.state, None)
        self.display()

    def results(self, state, before) -> Iterator:
        """Yield the result; where it takes long, first a part that is quick to compute."""
        yield replace(type(self).compute(state), before=before)

    def paint(self, result) -> bytes:
        """Draw a result, on a new picture where it has other blocks, and return the picture as PNG."""
        if self.view is None or self.view.names != result.names:
            self.view = type(self).View(result.names)
        return self.view.update(result)

    def controls(self, *names: str) -> list[widgets.Widget]:
        """Build the controls of these fields, or of all that have one."""
        build = {each.name: each.metadata["build"] for each in fields(self.State) if each.metadata["build"]}
        built = {name: build[name](self, name) for name in names or build}
        self.placed |= built
        return list(built.values())

    def build(self) -> widgets.Widget:
        """Build the page: the controls over the picture."""
        return self.page([in_rows(self.controls())], [self.button("start again", self.opening)])

    def page(self, above: list[widgets.Widget], buttons: list[widgets.Widget], folds=None, below=()) -> widgets.Widget:
        """Set controls over the picture, the finding and some buttons beneath it, the rest folded away."""
        self.chips = Chips()
        if any(holds(part, control) for part in (folds or {}).values() for control in self.placed.values()):
            self.chips.layout.min_height = "32px"  # of one line of them, so that the picture stays where it is
        folds = (folds or {}) | {
            "The picture as a table": self.table,
            "This state as a line of code, to share": self.shared,
        }
        self.folds = Folds(folds)
        self.folds.observe(lambda _: self.tell(), "opened")
        frame = widgets.Box([self.picture], layout=widgets.Layout(overflow="auto"))
        parts = [widgets.HTML(STYLE), *above, self.chips, frame, self.caption, self.error]
        rest = [in_rows(buttons), *below, self.folds, *spoken()]
        box = widgets.VBox([*parts, *rest], layout=widgets.Layout(max_width="1000px"))
        box.add_class("gc-lab")
        return box

    def changes(self) -> Iterator[Change]:
        """Yield what the controls have changed of a state that nobody gave anything."""
        for name, control in self.placed.items():
            if self.state.changed(name):
                words = says(control, getattr(self.state, name))
                yield self.change(control, words, lambda name=name: self.state.put_back(name))

    def change(self, control: widgets.Widget, words: str, means: Callable) -> Change:
        """Return a change that a control has made: means() returns the fields that take it back."""
        return Change(control, words, lambda: self.attempt(means))

    def show(self) -> None:
        """Bring what is not bound to a field of the state in line with it."""

    def tell(self) -> None:
        """Write what is unfolded: the table, or the line of code."""
        with self.lock:
            if self.folds.opened is self.shared:
                self.shared.value = f"<pre>{html.escape(self.code())}</pre>"
            if self.folds.opened is self.table:
                self.table.value = f'<div class="gc-tables">{self.result.table}</div>'

    def set(self, **changes) -> Self:
        """Change the state, as the controls do, and return the lab.

        Moves of one and the same control count as one change; pale marks show what was before it. Raises, and changes
        nothing, where the new state cannot be.
        """
        with self.lock:
            kept = self.state, self.result, self.moved
            try:
                state, moved = replace(self.state, **changes), tuple(changes)
                before = self.result.before if moved == self.moved else replace(self.result, before=None)
                for result in self.results(state, before):
                    self.state, self.result, self.moved = state, result, moved
                    self.display()
            except BaseException:
                self.state, self.result, self.moved = kept
                self.display()
                raise
        return self

    def at(self, **changes) -> Any:
        """Return the result of the state in which the lab was opened, but with these changes: lab.at(eps=1e-5).

        Nothing moves. Printed, the result is the finding in plain words. Raises where that state cannot be.
        """
        with self.lock:
            return type(self).compute(replace(self.start, **changes))

    def display(self) -> None:
        """Update the picture, the caption and the controls."""
        self.picture.value = self.paint(self.result)
        self.caption.value = f'<div class="gc-caption" role="status">{self.result.caption}</div>'
        self.error.value = ""
        self.showing = True
        try:
            for field, control in self.bound.items():
                control.show(getattr(self.state, field))
            self.show()
            self.chips.show(self.folds.count(list(self.changes())))
        finally:
            self.showing = False
        try:
            self.tell()
        except Exception as problem:  # the picture and the finding stand without it
            self.complain("What is unfolded could not be written", problem)

    def bind(self, field: str, control: widgets.Widget) -> widgets.Widget:
        """Tie a control to a field of the state, both ways, and return it."""
        self.bound[field] = control
        return self.follow(control, lambda value: self.means(field, value))

    def means(self, field: str, value) -> dict:
        """Return the fields that a new value of a field's control stands for."""
        return {field: value}

    def follow(self, control: widgets.Widget, means: Callable) -> widgets.Widget:
        """Let a control change the state: means(value) returns the fields that its new value stands for."""
        control.observe(lambda event: self.attempt(lambda: means(event["new"])), "value")
        return control

    def button(self, words: str, means: Callable) -> widgets.Button:
        """Return a button that changes the state: means() returns the fields to change."""
        return Button(words, lambda: self.attempt(means))

    def attempt(self, means: Callable) -> None:
        """Change the state; where that fails, say so in the page, leave all as it was, and raise."""
        with self.lock:
            if self.showing:
                return
            try:
                self.set(**means())
            except Exception as problem:
                self.complain("That did not work", problem)
                raise

    def complain(self, words: str, problem: Exception) -> None:
        """Say in the page what went wrong."""
        self.error.value = f'<div role="alert"><b>{words}:</b> {html.escape(str(problem))}</div>'

    def opening(self) -> dict:
        """Return every field of the state in which the lab was opened."""
        return {field.name: getattr(self.start, field.name) for field in fields(self.start)}

    @property
    def words(self) -> str:
        """The caption as plain text."""
        return self.result.words

    def code(self) -> str:
        """Return the line of code that opens this lab in its present state."""
        names = [field.name for field in fields(self.state) if self.state.changed(field.name)]
        changed = {name: getattr(self.state, name) for name in names}
        words = [f"{name}={list(value) if isinstance(value, tuple) else value!r}" for name, value in changed.items()]
        return f"gcl.labs.{self.name}({', '.join(words)})".replace("'", '"')

    def __str__(self) -> str:
        return str(self.result)

    def __repr__(self) -> str:
        return self.code()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        """Show the widgets and, where there is no kernel, the same picture and caption as they stand now."""
        with self.lock:
            show_in_cell(self)
            page = figure_html(self.picture.value, self.result.caption, self.about)
            page += f"<p><b>also on:</b> {html.escape(str(self.chips))}</p>" if self.chips.changes else ""
            return {**self.box._repr_mimebundle_(), "text/plain": repr(self), "text/html": page}
