"""The controls of a lab: sliders and menus over named values, buttons, folds, and chips that name a change."""

from collections.abc import Callable, Iterable, Mapping
from threading import RLock
from typing import NamedTuple

import ipywidgets as widgets
from traitlets import Instance, Unicode, observe

from ..checker.words import short
from ..network.bugs import Bug, find

LOCK = RLock()  # guards the states and pages of all labs, which share what is cached
WHOLE = "900px"  # of a menu that shows the whole sentence of the bug chosen
CANNOT = "✕ "  # begins the label of a bug that cannot be planted here; the style of the lab greys it


class Named(widgets.Widget):
    """Offer values under their names, and one more where the control is set to a value in between."""

    def __init__(self, description: str, values: Iterable, words: Callable = short, width: str = "300px"):
        self.words, values = words, list(values)
        super().__init__(
            options=[(words(value), value) for value in values],
            value=values[0],
            description=description,
            tooltip="",  # or else the page shows the word null
            style={"description_width": "initial"},
            layout=widgets.Layout(width=width, max_width="calc(100% - 4px)"),  # 4 px are its margins
        )

    def set_state(self, sync_data) -> None:
        """Take what was chosen in the page, once the lab has answered what was chosen before, or it would undo this."""
        with LOCK:
            super().set_state(sync_data)

    def show(self, value) -> None:
        """Set the control to a value."""
        values = [offered for _, offered in self.options]
        if value not in values:
            values = sorted([*values, value], reverse=values[0] > values[-1])
            self.options = [(self.words(offered), offered) for offered in values]
        self.value = value


class Slider(Named, widgets.SelectionSlider):
    """A slider over named values, its stops."""

    def __init__(self, *given, **more):
        super().__init__(*given, **more)
        self.stops = self.options

    def tidy(self) -> None:
        """Take out the values in between to which it was set."""
        self.options = self.stops


class Menu(Named, widgets.Dropdown):
    """A menu of named values."""

    def relist(self, options: list, value) -> None:
        """Replace the options where they differ, and set the value."""
        if list(self.options) != options:
            self.options = options
            self.value = value


class Choice(Named, widgets.ToggleButtons):
    """A row of buttons of which one is pressed, where all values should be in sight."""

    def __init__(self, description: str, values: Iterable, words: Callable = short):
        super().__init__(description, values, words, width="auto")
        self.style.button_width = "auto"


class Image(widgets.Image):
    """A picture whose tooltip says what it shows, also to those who cannot see it.

    The page of ipywidgets 8 asks for a description before it sets a tooltip; its own Image has none, and fails there.
    """

    description = Unicode("").tag(sync=True)


class Button(widgets.Button):
    """A button that passes on what its callback raises."""

    def __init__(self, words: str, press: Callable):
        super().__init__(description=words, layout=widgets.Layout(width="auto"))
        self.press = press

    def click(self) -> None:
        """Call the callback."""
        self.press()


class Toggle(widgets.ToggleButton):
    """A button that stays pressed until it is pressed again."""

    def __init__(self, words: str):
        super().__init__(description=words, tooltip="", layout=widgets.Layout(width="auto"))


class Change(NamedTuple):
    """What is changed by a control: in words, and what takes it back."""

    control: widgets.Widget
    words: str
    take_back: Callable


class Chips(widgets.HBox):
    """A row of small buttons, each of which names a change that is out of sight, and takes it back."""

    def __init__(self):
        self.changes: list[Change] = []
        self.heading = widgets.HTML("<b>also on:</b>")
        super().__init__([self.heading], layout=widgets.Layout(align_items="center", height="34px"))
        self.add_class("gc-chips")

    def show(self, changes: list[Change]) -> None:
        """Name these changes. The first buttons take the words, so that a focus moves on to the next change."""
        while len(self.children) <= len(changes):
            self.children = [*self.children, self.chip(len(self.children) - 1)]
        self.changes = changes
        self.heading.layout.display = None if changes else "none"
        for n, chip in enumerate(self.children[1:]):
            chip.layout.display = None if n < len(changes) else "none"
            if n < len(changes):
                chip.description, chip.tooltip = changes[n].words, f"take back {changes[n].words}"

    def chip(self, n: int) -> Button:
        """Return the button of the change that stands at this place; the style of the lab adds an × to it."""
        chip = Button("", lambda: self.press(n))
        chip.add_class("gc-chip")
        return chip

    def press(self, n: int) -> None:
        """Take back the change at this place, and let the last one have the focus if there is none after it."""
        if n < len(self.changes):  # or it was pressed twice
            self.changes[n].take_back()
            if n >= len(self.changes) > 0:
                self.children[len(self.changes)].focus()

    def __str__(self) -> str:
        return " · ".join(change.words for change in self.changes)


class Folds(widgets.VBox):
    """Parts of a page that are folded away, each behind a button; one at a time is `opened`, or None.

    Each button has room for the number of what is changed in its part, so that none moves when there is some.
    The accordion of ipywidgets 8 can be opened by mouse alone: the Tab key passes it by.
    """

    opened = Instance(widgets.Widget, allow_none=True)

    def __init__(self, parts: Mapping[str, widgets.Widget]):
        self.parts = {Toggle(words): part for words, part in parts.items()}
        self.words = list(parts)
        for toggle in self.parts:
            toggle.observe(self.toggled, "value")
        self.heads = in_rows(self.parts)
        super().__init__([self.heads, *self.parts.values()])
        self.show(None)

    def toggled(self, event) -> None:
        """Open the part whose button was pressed, or fold it away."""
        part = self.parts[event["owner"]]
        if event["new"] or part is self.opened:
            self.opened = part if event["new"] else None

    @observe("opened")
    def show(self, _) -> None:
        """Show what is opened, and nothing else."""
        for toggle, part in self.parts.items():
            toggle.value = part is self.opened
            part.layout.display = None if toggle.value else "none"
            toggle.icon = "caret-down" if toggle.value else "caret-right"

    def count(self, changes: list[Change]) -> list[Change]:
        """Write on each button how many of these changes are in its part, and return those that are in any."""
        hidden = []
        for words, (toggle, part) in zip(self.words, self.parts.items(), strict=True):
            found = [change for change in changes if holds(part, change.control)]
            with toggle.hold_sync():  # in one message, or the button is wider or narrower for a moment
                toggle.description = f"{words} ({len(found)})" if found else words
                (toggle.remove_class if found else toggle.add_class)("gc-unchanged")
            hidden += found
        return hidden


def says(control: widgets.Widget, value) -> str:
    """Say what a control is for, and this value of its field in the words that it uses."""
    offered = getattr(control, "options", ())
    return f"{control.description} {next((words for words, each in offered if each == value), value)}"


def holds(part: widgets.Widget, control: widgets.Widget) -> bool:
    """Tell whether a control is in a part of a page."""
    return part is control or any(holds(child, control) for child in getattr(part, "children", ()))


def in_rows(controls: Iterable[widgets.Widget]) -> widgets.HBox:
    """Set controls side by side, in as many rows as they need."""
    return widgets.HBox(list(controls), layout=widgets.Layout(flex_flow="row wrap"))


def label(name: str | Bug, reason: str = "") -> str:
    """Name a bug in a menu, with its sentence, or with the reason why it cannot be planted; "none" for no name."""
    if not name:
        return "none"
    bug = find(name)
    if reason:
        return f"{CANNOT}{bug.slot} · {bug.name}, not planted: {reason}"
    return f"{bug.slot} · {bug.name}: {bug.sentence}"
