"""A check whose cost does not grow with the parameters: one random direction a block instead of every entry.

Along a random direction v the cost rises by dθ·v for each unit of step; two evaluations of J say whether it does.
Where dθ is off by e, they differ by e·v, which is about ‖e‖: one direction estimates the lecture's number for a block
of any size. It sees an error of about a millionth of the block's norm ‖dθ‖: of one wrong entry among a million,
therefore, only what is more than some thousandths of a typical entry. And where many entries are wrong, one direction
in some hundreds makes their errors cancel to a hundredth: ask several `directions` where that matters.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, SupportsFloat

import numpy as np

from .inputs import ask, gradient_at, nudgeable, two_functions, whole
from .params import Nest, copied, like
from .reasons import printable
from .report import all_agree
from .slide import GREAT, P, norm

Region = tuple[slice, ...]


@dataclass(frozen=True, repr=False)
class Screen:
    """Hold what a screen found.

    `readings` estimates the lecture's number for each block; `regions` holds, for each wrong block, the smallest box of
    entries outside of which nothing was seen wrong, as slices; `evaluations` counts the calls of J.
    """

    readings: dict[str, float]
    regions: dict[str, Region]
    evaluations: int

    @property
    def wrong(self) -> tuple[str, ...]:
        """The names of the blocks that are wrong."""
        return tuple(self.regions)

    @property
    def region(self) -> tuple[str, Region] | None:
        """The first wrong block, and the box in it that is wrong; None where nothing is."""
        return next(iter(self.regions.items()), None)

    def __str__(self) -> str:
        found = [f"  {name}{as_index(region)}: {self.readings[name]:.1e}" for name, region in self.regions.items()]
        verdict = "These blocks disagree, there:" if found else all_agree(len(self.readings))
        return printable("\n".join([f"{verdict} ({self.evaluations} evaluations of J)", *found]))

    __repr__ = __str__


def as_index(region: Region) -> str:
    """Write slices as in an index: [3, 0:16]."""
    ends = [f"{cut.start}" if cut.stop == cut.start + 1 else f"{cut.start}:{cut.stop}" for cut in region]
    return f"[{', '.join(ends)}]" if ends else ""


def screen(
    cost: Callable[[P], SupportsFloat | tuple[SupportsFloat, Nest]],
    gradient: Callable[[P], Nest] | Literal[True],
    params: P,
    seed: int = 0,
    directions: int = 1,
) -> Screen:
    """Check each block along a random direction, and corner what is wrong in it by halving.

    `cost` and `gradient` are those of `gcl.check`, and so are the errors raised. J is evaluated twice for each block
    and direction; to corner an error in a block of n × n entries takes some 16 log₂ n evaluations more. `directions`
    asks each question along several of them, one at least. (T. Vieira, How to test gradient implementations, 2017.)
    """
    (J_of, dJ_of), params = two_functions(cost, gradient), copied(params)
    blocks, rng, calls = nudgeable(params), np.random.default_rng(seed), 0
    directions = whole("directions", directions, least=1)
    exact = gradient_at(dJ_of, params, blocks)

    def look(name: str, region: Region) -> tuple[float, bool]:
        """Return the largest reading along some directions within a region, and whether one of them is wrong."""
        nonlocal calls
        seen = []

        def J(block: np.ndarray) -> float:
            nonlocal calls
            calls += 1
            return float(ask(J_of, like({**blocks, name: block}, params), f"along a direction in {name}"))

        for _ in range(directions):
            shape = exact[name][region].shape  # no entry of v is near 0, and no two are sure to cancel
            direction = rng.choice([-1, 1], shape) * rng.uniform(0.5, 1.5, shape)
            seen.append(along(J, blocks[name], exact[name][region], region, direction))
        return max(reading for reading, _ in seen), any(wrong for _, wrong in seen)

    readings, regions = {}, {}
    for name, block in blocks.items():
        entire = tuple(slice(0, n) for n in block.shape)
        readings[name], wrong = look(name, entire)
        if wrong:
            regions[name] = cornered(lambda region, name=name: look(name, region)[1], entire)
    return Screen(readings, regions, calls)


def along(J: Callable, block: np.ndarray, slopes: np.ndarray, region: Region, direction: np.ndarray):
    """Compare J's own slope along a direction with dθ·v; return the reading, and whether it is wrong.

    θ moves by 4 u^⅓ n^¼ in all, u being the precision of its dtype and n the entries of the region: there truncation
    and round-off are about even. What looks wrong is looked at again with a tenth and a hundredth of the step, as long
    as round-off leaves them a say. The gap that a wrong dθ makes stays; that of a ReLU's corner in the way does not.
    """
    precision, n = float(np.finfo(block.dtype).eps), max(slopes.size, 1)
    reach, bound = 4 * precision ** (1 / 3), 0.0
    gaps: list[float] = []
    for shrink in (1, 10, 100):
        if gaps and bound * shrink > gaps[-1] / 4:
            break
        nudge = (reach / shrink * n**-0.25 * direction).astype(block.dtype)
        up, down = block.copy(), block.copy()
        up[region] += nudge
        down[region] -= nudge
        taken = (up[region] - down[region]).astype(float)  # as rounded
        length = norm(taken.ravel()) / n**0.5 or 1.0
        J_up, J_down = J(up), J(down)
        measured, said = (J_up - J_down) / length, float((slopes * taken).sum()) / length
        gaps.append(abs(measured - said))
        if shrink == 1:
            size = norm(slopes.ravel().astype(float)) + abs(measured)
            bound = 4 * precision * (abs(J_up) + abs(J_down)) / length
        if gaps[-1] <= max(bound * shrink, size * max(GREAT, reach**2)):
            return float(gaps[0] / size) if size else 0.0, False
    stays = len(gaps) > 1 and abs(gaps[-1] - gaps[-2]) < 0.2 * gaps[-2]
    return float(gaps[0] / size), stays


def cornered(wrong: Callable, region: Region) -> Region:
    """Return the smallest box that holds all that is wrong in a region: halve from both ends of each axis in turn."""
    for axis in range(len(region)):
        region = narrowed(wrong, region, axis)
    return region


def narrowed(wrong: Callable, region: Region, axis: int) -> Region:
    """Return the region from the first to the last index of an axis at which something is wrong."""
    start, stop = region[axis].start, region[axis].stop

    def within(start: int, stop: int) -> Region:
        return (*region[:axis], slice(start, stop), *region[axis + 1 :])

    ahead = range(start, stop - 1)  # the last one needs no question: somewhere something is wrong
    first = start + bisect_left(ahead, True, key=lambda k: wrong(within(start, k + 1)))
    behind = range(stop - 1, first, -1)
    last = stop - 1 - bisect_left(behind, True, key=lambda k: wrong(within(k, stop)))
    return within(first, last + 1)
