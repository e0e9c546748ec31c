"""The blocks W1, b1, … WL, bL as one long vector θ, and back."""

from collections.abc import Mapping

import numpy as np

ONE_ARRAY = "theta"  # the name of the only block, where the parameters are one array and not a dict of them


def as_blocks(params, where: str = "params") -> dict[str, np.ndarray]:
    """Return the blocks by name: a dict's arrays, or one array under the name "theta"."""
    blocks = params if isinstance(params, Mapping) else {ONE_ARRAY: params}
    if any(value is None for value in blocks.values()):
        missing = next(name for name, value in blocks.items() if value is None)
        raise TypeError(f"{where}: {missing} is None; is a `return` missing?")
    if not all(isinstance(name, str) for name in blocks):
        found = next(name for name in blocks if not isinstance(name, str))
        raise TypeError(f'{where}: the name of a block should be a string, such as "W1"; got {found!r}')
    return {name: np.asarray(value) for name, value in blocks.items()}


def like(blocks: Mapping[str, np.ndarray], params):
    """Return the blocks in the form that params has: a dict, or one array."""
    return dict(blocks) if isinstance(params, Mapping) else blocks[ONE_ARRAY]


def copied(params):
    """Return a copy of params, arrays and all, for a cost or a gradient that may write on it."""
    return like({name: block.copy() for name, block in as_blocks(params).items()}, params)


def to_vector(blocks: Mapping[str, np.ndarray]) -> np.ndarray:
    """Lay the blocks end to end, each row by row: θ of the lecture."""
    return np.concatenate([block.ravel() for block in blocks.values()])


def from_vector(theta: np.ndarray, blocks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Cut θ into blocks of the shapes and dtypes given. Leading axes of θ are carried along.

    Raises ValueError where θ has more or fewer entries than the blocks.
    """
    cut, start = {}, 0
    if theta.shape[-1] != sum(block.size for block in blocks.values()):
        raise ValueError(f"θ should have {sum(block.size for block in blocks.values())} entries; got {theta.shape[-1]}")
    for name, block in blocks.items():
        piece = theta[..., start : start + block.size]
        cut[name] = piece.reshape((*theta.shape[:-1], *block.shape)).astype(block.dtype, copy=False)
        start += block.size
    return cut


def entry(i: int, blocks: Mapping[str, np.ndarray]) -> tuple[str, tuple[int, ...]]:
    """Tell which entry of which block θ[i] is: ("W2", (3, 1)).

    Raises IndexError where i is not in 0 … size − 1.
    """
    start = 0
    for name, block in blocks.items():
        if 0 <= i - start < block.size:
            return name, tuple(int(k) for k in np.unravel_index(i - start, block.shape))
        start += block.size
    raise IndexError(f"θ has {start} entries, 0 … {start - 1}; got i = {i}")
