"""Figures whose artists are built once and then moved. They draw results, and know nothing else of the kit."""

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise ImportError("pictures need matplotlib: pip install ipywidgets matplotlib") from error

from .axis import KeepProbAxis, LogAxis
from .curves import NamedSlices, Slice
from .parts import Blocks
from .picture import Drawing, Picture, View, figure_html, image_html, pictures
from .report import draw_report
from .style import banded

__all__ = [
    "Blocks",
    "Drawing",
    "KeepProbAxis",
    "LogAxis",
    "NamedSlices",
    "Picture",
    "Slice",
    "View",
    "banded",
    "draw_report",
    "figure_html",
    "image_html",
    "pictures",
]
