"""What is told of a lab to those who hear it, by the script beside this file; it needs anywidget."""

from pathlib import Path

import ipywidgets as widgets

SCRIPT = Path(__file__).with_suffix(".js")


def spoken() -> list[widgets.Widget]:
    """Return the widget that tells it, which shows nothing; or none where anywidget is not installed."""
    try:
        from anywidget import AnyWidget
    except ImportError:
        return []
    hidden = widgets.Layout(display="none")  # with what a page shows in its place where it cannot load anywidget
    return [widgets.Box([AnyWidget(_esm=SCRIPT.read_text("utf-8"))], layout=hidden)]
