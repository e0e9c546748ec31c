"""Figures whose artists are built once and then moved. They draw results, and know nothing else of the kit."""

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise ImportError("pictures need matplotlib: pip install ipywidgets matplotlib") from error

from .bench import BenchPicture
from .decay import DecayPicture
from .detective import DetectivePicture
from .dropout import DropoutPicture
from .epsilon import EpsilonPicture
from .hiding import HidingPicture
from .inspect import InspectPicture
from .kink import KinkPicture
from .pattern import PatternPicture
from .picture import Drawing, Picture, figure_html
from .price import PricePicture
from .report import draw_report
from .secant import SecantPicture
from .training import TrainingPicture
from .vector import VectorPicture

__all__ = [
    "BenchPicture",
    "DecayPicture",
    "DetectivePicture",
    "Drawing",
    "DropoutPicture",
    "EpsilonPicture",
    "HidingPicture",
    "InspectPicture",
    "KinkPicture",
    "PatternPicture",
    "Picture",
    "PricePicture",
    "SecantPicture",
    "TrainingPicture",
    "VectorPicture",
    "draw_report",
    "figure_html",
]
