"""Labs: a few controls, a picture that follows the hand, and the finding in words."""

from .bench import bench
from .epsilon import epsilon
from .state import State

__all__ = ["State", "bench", "epsilon"]
