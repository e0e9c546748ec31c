"""Labs: a few controls, a picture that follows the hand, and the finding in words."""

try:
    import ipywidgets  # noqa: F401
except ImportError as error:
    raise ImportError("the labs need ipywidgets and matplotlib: pip install ipywidgets matplotlib") from error

from .bench import bench
from .decay import decay
from .detective import detective
from .dropout import dropout
from .epsilon import epsilon
from .hiding import hiding
from .inspect import inspect
from .kink import kink
from .pattern import pattern
from .price import price
from .secant import secant
from .state import BenchState
from .training import training
from .vector import vector

__all__ = [
    "BenchState",
    "bench",
    "decay",
    "detective",
    "dropout",
    "epsilon",
    "hiding",
    "inspect",
    "kink",
    "pattern",
    "price",
    "secant",
    "training",
    "vector",
]
