"""Check gradients, and learn what a check can tell: a network with breakable backprop, a checker, and labs.

>>> import numpy as np
>>> import gc_lib as gcl
>>> net = gcl.Network([2, 4, 1])
>>> cost, gradient = net.on(*gcl.data.moons(32))
>>> gcl.check(cost, gradient, net.initialise(seed=0))
Relative difference ... at ε = 1e-07: great. All 4 blocks agree.

Every example goes on from these two imports, that of a method also from the example of its class.
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from . import data
from .checker.layer import LayerReport, check_layer
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
    from . import exercises, labs, layers, quiz

__version__ = "0.9.0"
__all__ = [
    "ONE_SIDED",
    "SLIDE",
    "LayerReport",
    "Network",
    "Report",
    "Screen",
    "bugs",
    "check",
    "check_layer",
    "data",
    "diff",
    "entry",
    "exercises",
    "from_vector",
    "labs",
    "layers",
    "numeric_gradient",
    "quiz",
    "relative_difference",
    "screen",
    "to_vector",
    "train",
]


def __getattr__(name: str) -> ModuleType:
    """Load labs (with matplotlib and ipywidgets), exercises, layers and the quiz when they are first touched."""
    if name in ("labs", "exercises", "layers", "quiz"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List what the kit offers, and not how it is made."""
    return sorted(__all__)
