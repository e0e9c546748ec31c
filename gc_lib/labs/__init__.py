"""Labs: a few controls, a picture that follows the hand, and the finding in words."""

from .bench import State, bench

__all__ = ["State", "bench"]
