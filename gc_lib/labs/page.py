"""The page of a lab: controls, the headline, pictures with the sliders of their axes under them, the finding."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import ipywidgets as widgets
from ipywidgets import Layout

from ..plots.picture import View
from .controls import Image

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


class Pictures(widgets.Box):
    """The pictures of a view, each with the sliders of its axes under it, in a row that wraps."""

    def __init__(self, view: View, sliders: Mapping[str, widgets.Widget], about: Sequence[str]):
        self.images = [Image(format="png", tooltip=words) for words in about]
        tracks = [self.track(view.under(each), sliders, view.spare(each)) for each in view.pictures]
        widths = [each.width for each in view.pictures]
        super().__init__([*map(self.framed, self.images, widths, tracks)])
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
    def framed(image: Image, width: float, track: list[widgets.Widget]) -> widgets.Box:
        """Frame a picture and its sliders, so wide; in one row all give way alike, down to three quarters."""
        layout = Layout(flex=f"{width:.0f} 1 {0.75 * width:.0f}px", max_width=f"min(100%, {width:.0f}px)")
        return widgets.VBox([image, *track], layout=layout).add_class("gc-picture")
