"""Where in a block dθ is off: some rows or columns, a box, every second entry, one index of an axis, a few entries."""

from typing import NamedTuple

import numpy as np

from .words import listed

FEW = 3  # entries that are named one by one, however they lie
Cut = int | slice | tuple[int, ...]  # of one axis


class Where(NamedTuple):
    """Hold the entries of a block that are off: as one index, or as one for each of a few entries; and as a mask."""

    at: tuple[tuple[Cut, ...], ...]
    mask: np.ndarray

    def of(self, block: str) -> str:
        """Write the entries as in code: "W1[3, :]"."""
        return listed(f"{block}[{', '.join(map(written, index))}]" for index in self.at)


def where(off: np.ndarray, fine: np.ndarray) -> Where | None:
    """Say where the entries of a block lie that are off, among others that are fine.

    Both are masks; an entry is neither where nobody can tell, as where dθ and the slope of J are zero. Returns None
    where all is off, and where what is off has no pattern.
    """
    if not off.any():
        return None
    hit = [np.unique(along) for along in np.nonzero(off)]
    lines = [np.ix_(*hit[:k], np.arange(size), *hit[k + 1 :]) for k, size in enumerate(off.shape)]
    sets = [hit[k] if fine[line].any() else np.arange(off.shape[k]) for k, line in enumerate(lines)]
    mask = np.zeros(off.shape, bool)
    mask[np.ix_(*sets)] = True
    cuts = tuple(cut(some, size) for some, size in zip(sets, off.shape, strict=True))
    listed_one_by_one = any(isinstance(each, tuple) and len(each) > max(FEW, mask.sum() / 2) for each in cuts)
    if not (mask.all() or (fine & mask).any() or listed_one_by_one):
        return Where((cuts,), mask)
    if np.count_nonzero(off) <= min(FEW, off.size / 2):
        return Where(tuple(map(tuple, np.argwhere(off).tolist())), off)
    return None


def cut(some: np.ndarray, size: int) -> Cut:
    """Return indices of an axis as an int, as a slice (neighbours, or every k-th from end to end), or as they are."""
    first, last = int(some[0]), int(some[-1])
    if len(some) == 1:
        return first
    step = int(some[1]) - first
    if (np.diff(some) == step).all() and (step == 1 or (len(some) > 2 and first < step and last + step >= size)):
        return slice(first or None, last + 1 if last + step < size else None, step if step > 1 else None)
    return tuple(some.tolist())


def written(c: Cut) -> str:
    """Write the cut of an axis as in code."""
    if isinstance(c, slice):
        return f"{c.start or ''}:{c.stop or ''}" + (f":{c.step}" if c.step else "")
    return str(c) if isinstance(c, int) else f"[{', '.join(map(str, c[: 2 * FEW]))}{', …' if len(c) > 2 * FEW else ''}]"
