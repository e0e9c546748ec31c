"""Check gradients, and learn what a check can tell: a network with breakable backprop, a checker, and labs."""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from . import data
from .checker.objective import numeric_gradient
from .checker.params import entry, from_vector, to_vector
from .checker.report import Report, check
from .checker.screen import Screen, screen
from .checker.slide import ONE_SIDED, SLIDE, relative_difference
from .network import bugs
from .network.bugs import diff
from .network.network import Network
from .network.train import train

if TYPE_CHECKING:
    from . import exercises, labs, quiz

__version__ = "0.1.0"
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
    "quiz",
    "relative_difference",
    "screen",
    "to_vector",
    "train",
]


def __getattr__(name: str) -> ModuleType:
    """Load the labs, and with them matplotlib and ipywidgets, the exercises and the quiz when first touched."""
    if name in ("labs", "exercises", "quiz"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List what the kit offers, and not how it is made."""
    return sorted(__all__)
