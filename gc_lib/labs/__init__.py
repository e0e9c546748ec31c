"""Labs: a few controls, a picture that follows the hand, and the finding in words.

>>> lab = gcl.labs.bench(bugs=[("no_decay", 2)])  # as the last line of a cell it is the lab itself
>>> print(lab.set(eps=1e-5))
Relative difference 2.1e-2: worry. W2 disagrees. W2: 3.6e-2. All other blocks agree.
>>> print(lab.at(lam=0))  # what it would find; nothing moves
Relative difference about 1e-8: great. All 6 blocks agree, though a line differs.
no_decay cannot be seen here: λ is 0.
"""

try:
    import ipywidgets  # noqa: F401
except ImportError as error:
    raise ImportError("the labs need ipywidgets and matplotlib: pip install ipywidgets matplotlib") from error

from .bench import Bench as bench
from .decay import Decay as decay
from .detective import Detective as detective
from .dropout import Dropout as dropout
from .epsilon import Epsilon as epsilon
from .hiding import Hiding as hiding
from .inspect import Inspect as inspect
from .kink import Kink as kink
from .layers import Layers as layers
from .pattern import Pattern as pattern
from .price import Price as price
from .saturation import Saturation as saturation
from .secant import Secant as secant
from .state import BenchState
from .training import Training as training
from .vector import Vector as vector

__all__ = ["BenchState", "bench", "decay", "detective", "dropout", "epsilon", "hiding", "inspect", "kink", "layers"]
__all__ += ["pattern", "price", "saturation", "secant", "training", "vector"]
