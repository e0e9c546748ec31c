"""Figures whose artists are built once and then moved. They draw results, and know nothing else of the kit."""

from .bench import BenchPicture
from .picture import Drawing, Picture, figure_html

__all__ = ["BenchPicture", "Drawing", "Picture", "figure_html"]
