"""Figures whose artists are built once and then moved. They draw results, and know nothing else of the kit."""

from .bench import BenchPicture
from .epsilon import EpsilonPicture
from .picture import Drawing, Picture, figure_html
from .report import draw_report

__all__ = [
    "BenchPicture",
    "Drawing",
    "EpsilonPicture",
    "Picture",
    "draw_report",
    "figure_html",
]
