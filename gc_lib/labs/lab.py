"""What every lab is: a state that can be printed, the result computed from it, a picture, a caption, and controls."""

import html
from asyncio import TimerHandle, get_running_loop
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from inspect import signature
from threading import Timer
from typing import Any, Self
from weakref import ref

import ipywidgets as widgets

from ..plots import picture
from .cells import show_in_cell
from .controls import LOCK, Button, Change, Chips, Folds, Slider, in_rows, says
from .fields import Fields
from .page import STYLE, Pictures, Room
from .result import Shown
from .spoken import spoken

CRISP, QUICK = 2, 1  # pixels of a picture for each of the page: at rest, and while moves come
HEADLINE = 90  # letters of the longest headline
QUIET = 0.15  # seconds without a move, after which the picture is drawn crisp


class Lab:
    """Join a frozen state to its pictures, its finding and its controls.

    A lab has its `State`, whose fields say which controls there are; two functions, `compute(state)`, which returns a
    frozen result, and `View(names)`, which returns its pictures; and `room`, the letters of its longest finding. It is
    opened by its class, and has its name.
    Callbacks run in a thread of their own, beside the cells: one lock guards state and pictures.
    """

    name: str
    room: int
    pressed: Callable[[str], None] | None = None  # what is done where the bar of a block is pressed
    State: type[Fields]
    View: Callable[..., picture.View]
    compute: Callable[..., Shown]
    state: Any
    result: Any
    timer: Timer | TimerHandle | None
    lock = LOCK

    def __init_subclass__(cls):
        if hasattr(cls, "State"):
            cls.name, cls.__signature__ = cls.__name__.lower(), signature(cls.State)

    def __init__(self, *given: Any, **state: Any) -> None:
        """Open the lab in the state given. Raises TypeError or ValueError for what cannot be."""
        self.showing, self.bound, self.placed = False, {}, {}
        self.views: dict[int, picture.View] = {}
        self.scale, self.timer = CRISP, None
        self.moved: tuple[str, ...] = ()
        self.state = self.start = self.State(*given, **state)
        *_, self.result = self.results(self.state, None)
        self.headline, self.caption = Room(HEADLINE, "gc-headline"), Room(self.room, "gc-caption")
        self.error, self.table, self.shared = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.box = self.build()
        self.display()

    def results(self, state, before) -> Iterator:
        """Yield the result; where it takes long, first a part that is quick to compute."""
        yield replace(type(self).compute(state), before=before)

    def view(self, names, scale: int) -> picture.View:
        """Return the pictures on which results with blocks of these names are drawn."""
        if scale not in self.views or self.views[scale].names != list(names):
            self.views[scale] = type(self).View(names, scale)
        return self.views[scale]

    def paint(self, result, scale: int = CRISP) -> tuple[bytes, ...]:
        """Draw a result, and return each picture as PNG."""
        return self.view(result.names, scale).update(result)

    @property
    def png(self) -> tuple[bytes, ...]:
        """The pictures as they stand in the page."""
        return tuple(image.value for image in self.pictures.images)

    def controls(self, *names: str) -> list[widgets.Widget]:
        """Build the controls of these fields, or of all that have one; return those that no axis is over."""
        build = {each.name: each.metadata["build"] for each in fields(self.State) if each.metadata["build"]}
        built = {name: build[name](self, name) for name in names or build}
        self.placed |= built
        under = {panel.field for panel in self.view(self.result.names, CRISP).panels}
        return [control for name, control in built.items() if name not in under]

    def build(self) -> widgets.Widget:
        """Build the page: the controls over the picture."""
        return self.page([in_rows(self.controls())])

    def page(self, above: list, buttons=(), folds=None, beside=(), below=(), more=None) -> widgets.VBox:
        """Set controls, folds with more of them, and buttons over the headline and the pictures; beneath, the words.

        What is `beside` stands right of the pictures, what is `below` under the words.
        """
        self.drawers, self.chips = Folds(folds or {}), Chips()
        self.chips.layout.display = None if folds else "none"
        readings = {"The picture as a table": self.table, "This state as a line of code, to share": self.shared}
        self.folds = Folds((more or {}) | readings)
        self.folds.observe(lambda _: self.tell(), "opened")
        view = self.view(self.result.names, CRISP)
        self.pictures = Pictures(view, self.placed, self.pressed)
        row = self.drawers.heads if folds else above[0]
        row.children += (*buttons, Button("start again", self.restart))
        shown = [self.headline, in_rows([self.pictures, *beside]), self.caption, self.error]
        parts = [widgets.HTML(STYLE), *above, self.drawers, self.chips, *shown, *below, self.folds, *spoken()]
        box = widgets.VBox(parts, layout=widgets.Layout(max_width="1000px"))
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
            self.pictures.add_class("gc-busy")
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
            finally:
                self.pictures.remove_class("gc-busy")
        return self

    def restart(self) -> None:
        """Go back to where the lab was opened, with everything folded away, and nothing pale."""
        with self.lock:
            self.drawers.opened = self.folds.opened = None
            self.attempt(self.afresh)
            self.result, self.moved, self.showing = replace(self.result, before=None), (), True
            for control in self.bound.values():
                if isinstance(control, Slider):
                    control.tidy()
            self.display()

    def at(self, **changes) -> Any:
        """Return the result of the state in which the lab was opened, but with these changes: lab.at(eps=1e-5).

        Nothing moves. Printed, the result is the finding in plain words. Raises where that state cannot be.
        """
        with self.lock:
            return type(self).compute(replace(self.start, **changes))

    def display(self) -> None:
        """Update the picture, the caption and the controls."""
        self.show_pictures()
        self.headline.say(self.result.headline.html)
        self.caption.say(self.result.caption)
        self.error.value = ""
        self.showing = True
        try:
            for field, control in self.bound.items():
                control.show(getattr(self.state, field))
            self.show()
            self.chips.show(self.drawers.count(list(self.changes())))
        finally:
            self.showing = False
        try:
            self.tell()
        except Exception as problem:  # the picture and the finding stand without it
            self.complain("What is unfolded could not be written", problem)

    def show_pictures(self) -> None:
        """Put the pictures of the result into the page."""
        for image, png in zip(self.pictures.images, self.paint(self.result, self.scale), strict=True):
            image.value = png
        if self.pictures.bars and self.scale == CRISP:
            self.pictures.bars.show(self.view(self.result.names, CRISP).panels[0], self.result)

    def sharpen(self) -> None:
        """Draw crisp what was drawn quickly, unless another move has come."""
        with self.lock:
            if self.scale != CRISP:
                self.scale = CRISP
                self.show_pictures()

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
        """Change the state; where that fails, say so in the page, leave all as it was, and raise.

        The picture follows the hand on a quick drawing, and becomes crisp once the hand rests.
        """
        with self.lock:
            if self.showing:
                return
            if self.timer:
                self.timer.cancel()
            self.scale = QUICK
            try:
                self.set(**means())
            except Exception as problem:
                self.complain("That did not work", problem)
                raise
            finally:
                self.timer = start(sharpen, ref(self))

    def complain(self, words: str, problem: Exception) -> None:
        """Say in the page what went wrong."""
        self.error.value = f'<div role="alert"><b>{words}:</b> {html.escape(str(problem))}</div>'

    def afresh(self) -> dict:
        """Return what "start again" changes."""
        return self.opening()

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
        """Show the widgets and, where there is no kernel, the same pictures and words as they stand now."""
        with self.lock:
            show_in_cell(self)
            return {**self.box._repr_mimebundle_(), "text/plain": repr(self), "text/html": self.still()}

    def still(self) -> str:
        """Return the pictures and words as HTML that needs no kernel."""
        view = self.view(self.result.names, CRISP)
        images = map(picture.image_html, self.png, view.about, [each.width for each in view.pictures])
        chips = f"<p><b>also on:</b> {html.escape(str(self.chips))}</p>" if self.chips.changes else ""
        words = f"{self.result.caption} <i>A still picture: run the notebook to move it.</i>"
        return f"{chips}{picture.figure_html(self.result.headline.html, images, words)}"


def start(function: Callable, *given: Any) -> Timer | TimerHandle:
    """Call a function after QUIET in a thread, or else, where none can be had as in a browser, in the event loop."""
    timer = Timer(QUIET, function, given)
    timer.daemon = True
    try:
        timer.start()
    except RuntimeError:
        return get_running_loop().call_later(QUIET, function, *given)
    return timer


def sharpen(lab: ref) -> None:
    """Draw a lab crisp, if it is still there; the clock that calls this does not keep it."""
    if lab() is not None:
        lab().sharpen()
