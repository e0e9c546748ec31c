"""Check gradients, and learn what a check can tell: a network with breakable backprop, a checker, and labs."""

import importlib

from . import bugs, data
from .bugs import diff
from .check import ONE_SIDED, SLIDE, numeric_gradient, relative_difference
from .network import Network
from .report import Report, check
from .screen import Screen, screen
from .train import train
from .vector import entry, from_vector, to_vector

__all__ = [
    "ONE_SIDED",
    "SLIDE",
    "Network",
    "Report",
    "Screen",
    "bugs",
    "check",
    "data",
    "diff",
    "entry",
    "exercises",
    "from_vector",
    "labs",
    "numeric_gradient",
    "relative_difference",
    "screen",
    "to_vector",
    "train",
]


def __getattr__(name: str):
    """Load the labs, and with them matplotlib and ipywidgets, and the exercises when they are first touched."""
    if name in ("labs", "exercises"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
