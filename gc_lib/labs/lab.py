"""What every lab is: a state that can be printed, the result computed from it, a picture, a caption, and controls."""

import html
import re
from collections.abc import Callable
from dataclasses import fields, replace
from threading import RLock

import ipywidgets as widgets

from ..plots import figure_html
from .controls import Button


class Lab:
    """Join a frozen state to its picture, its caption and its controls.

    A lab has a `name`, its `State`, `results(state, before)`, which yields a frozen result with a `caption` (and, where
    it takes long, a glimpse of it first), `paint(result)` -> PNG, `build()` -> one widget that holds `self.picture`,
    `self.caption`, `self.error` and the controls, and `show()`, which brings the controls that are not bound to a field
    in line with the state. Callbacks run in a thread of their own, beside the cells: one lock guards the state and the
    picture.
    """

    name: str
    State: type
    lock = RLock()  # one for all labs: what is kept from move to move is theirs together

    def __init__(self, **state):
        self.showing, self.moved, self.bound = False, (), {}
        self.state = self.start = self.State(**state)
        self.picture = widgets.Image(
            format="png", layout=widgets.Layout(max_width="100%", min_width="640px", align_self="flex-start")
        )
        self.caption, self.error = widgets.HTML(layout=widgets.Layout(min_height="5em")), widgets.HTML()
        self.box = self.build()
        *_, self.result = self.results(self.state, None)
        self.display()

    def set(self, **changes) -> "Lab":
        """Change the state, as the controls do, and return the lab.

        Moves of one and the same control count as one change: what was before it stays behind as the ghost. Raises, and
        changes nothing, where the new state cannot be.
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

    def display(self) -> None:
        """Bring the picture, the caption and the controls in line with the state."""
        self.picture.value = self.paint(self.result)
        self.caption.value = f'<div role="status">{self.result.caption}</div>'
        self.error.value = ""
        self.showing = True
        try:
            for field, control in self.bound.items():
                control.show(getattr(self.state, field))
            self.show()
        finally:
            self.showing = False

    def bind(self, field: str, control: widgets.Widget) -> widgets.Widget:
        """Tie a control to a field of the state, both ways, and return it."""
        self.bound[field] = control
        return self.follow(control, lambda value: {field: value})

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
                self.error.value = f'<div role="alert"><b>That did not work:</b> {html.escape(str(problem))}</div>'
                raise

    def opening(self) -> dict:
        """Return every field of the state in which the lab was opened."""
        return {field.name: getattr(self.start, field.name) for field in fields(self.start)}

    @property
    def words(self) -> str:
        """The caption as plain text."""
        return html.unescape(re.sub("<[^>]*>", "", self.result.caption))

    def code(self) -> str:
        """Return the line of code that opens this lab in its present state."""
        changed = {}
        for _ in range(2):  # twice, since a default may follow from another field
            opened = type(self.state)(**changed)
            names = [field.name for field in fields(opened)]
            changed |= {n: getattr(self.state, n) for n in names if getattr(self.state, n) != getattr(opened, n)}
        words = [f"{name}={list(value) if isinstance(value, tuple) else value!r}" for name, value in changed.items()]
        return f"gc.labs.{self.name}({', '.join(words)})".replace("'", '"')

    def __repr__(self) -> str:
        return self.code()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        """Show the widgets and, where there is no kernel, the same picture and caption as they stand now."""
        with self.lock:
            page = figure_html(self.picture.value, self.result.caption, self.words)
            return {**self.box._repr_mimebundle_(), "text/plain": repr(self), "text/html": page}
