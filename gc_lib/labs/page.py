"""The page of a lab: controls, the headline, pictures with the sliders of their axes under them, the finding."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import ipywidgets as widgets
from ipywidgets import Layout

from ..checker.words import short
from ..plots.parts import Blocks
from ..plots.picture import View
from .controls import Button, Image
from .result import OfReport

STYLE = f"<style>{Path(__file__).with_suffix('.css').read_text('utf-8')}</style>"
WORDS = "as long as the longest words that this lab says here "  # unseen, they keep the room of the longest ones


class Room(widgets.Box):
    """Words that change, in a room for as many letters: so what stands beneath them stays where it is."""

    def __init__(self, letters: int, name: str):
        self.words, self.name = widgets.HTML(), name
        fill = widgets.HTML(f'<div aria-hidden="true">{(WORDS * (1 + letters // len(WORDS)))[:letters]}</div>')
        fill.add_class("gc-fill")
        super().__init__([fill, self.words])
        self.add_class("gc-room").add_class(f"{name}-room")

    def say(self, words: str) -> None:
        """Write other words."""
        self.words.value = f'<div class="{self.name}" role="status">{words}</div>'


class BarButtons(widgets.Box):
    """A picture of bars, and over each of them a button that is not seen: press(name) is called with the bar's name.

    The Tab key passes the buttons by: what they do is offered elsewhere, in a menu.
    """

    def __init__(self, image: Image, press: Callable):
        self.image, self.press, self.names = image, press, list[str]()
        self.buttons: list[Button] = []
        super().__init__([image])
        self.add_class("gc-bars")

    def show(self, panel: Blocks, result: OfReport) -> None:
        """Lay the buttons over the bars of a panel, and say of each what the result is there."""
        if result.names != self.names:
            self.names, spots = result.names, map(panel.spot, range(len(panel.names)))
            self.buttons = [*map(self.button, panel.names, spots)]
            self.children = [self.image, *self.buttons]
        self.tell(result)

    def button(self, name: str, spot: Sequence[float]) -> Button:
        """Return a button in a spot of the picture."""
        button, (left, top, width, height) = Button(name, lambda: self.press(name)), (f"{100 * x:.3f}%" for x in spot)
        button.layout, button.tabbable = Layout(left=left, top=top, width=width, height=height), False
        return button

    def tell(self, result: OfReport) -> None:
        """Say what each bar reads, up to where its error bound goes, and in which entry the block is farthest off."""
        for name, button in zip(result.blocks, self.buttons, strict=True):
            x, bound = (short(of[name], 2) for of in (result.blocks, result.bounds))
            worst = result.report.worst_of(name) if result.report.shapes[name].size else "it has no entries"
            button.tooltip = f"{name}: {x}, error bound {bound}\n{worst}"


class Pictures(widgets.Box):
    """The pictures of a view, each with the sliders of its axes under it, in a row that wraps.

    Where something is done by press(name), the first is one of `bars` that can be pressed.
    """

    def __init__(self, view: View, sliders: Mapping[str, widgets.Widget], press: Callable | None = None):
        self.images = [Image(format="png", tooltip=words) for words in view.about]
        self.bars = BarButtons(self.images[0], press) if press else None
        drawn = [self.bars or self.images[0], *self.images[1:]]
        tracks = [self.track(view.under(each), sliders, view.spare(each)) for each in view.pictures]
        widths = [each.width for each in view.pictures]
        super().__init__([*map(self.framed, drawn, widths, tracks)])
        self.add_class("gc-pictures")

    @staticmethod
    def track(under: Mapping, sliders: Mapping[str, widgets.Widget], spare: float) -> list[widgets.Widget]:
        """Return the row of sliders right under what is drawn, if any, each as wide as its stops are on the axis."""
        placed = [field for field in under if field in sliders]
        for field in placed:
            first, *_, last = (under[field](value) for _, value in sliders[field].options)
            layout = sliders[field].layout
            layout.left, layout.width, layout.max_width = f"{100 * first:.3f}%", f"{100 * (last - first):.3f}%", None
        if not placed:
            return []
        layout = Layout(margin=f"calc(9px - {100 * spare:.3f}%) 0 0 0")
        return [widgets.Box([sliders[field] for field in placed], layout=layout).add_class("gc-track")]

    @staticmethod
    def framed(image: widgets.Widget, width: float, track: list[widgets.Widget]) -> widgets.Box:
        """Frame a picture and its sliders, so wide; in one row all give way alike, down to three quarters."""
        layout = Layout(flex=f"{width:.0f} 1 {0.75 * width:.0f}px", max_width=f"min(100%, {width:.0f}px)")
        return widgets.VBox([image, *track], layout=layout).add_class("gc-picture")
