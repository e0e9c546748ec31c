"""A check whose cost does not grow with the parameters: one random direction a block instead of every entry.

Along a random direction v the slope of J should be dθ·v. One ladder of steps shows that slope and how sure it is,
whatever the size of the block. A wrong factor or sign of a whole block cannot cancel, since v is drawn so that dθ·v is
not small; and a block whose dθ is zero is never called right. Of an error that has nothing to do with dθ only its part
along v can be seen: `chance_of_missing` says how often that is too little.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, SupportsFloat

import numpy as np

from .inputs import above_zero, gradient_at, nudgeable, two_functions, whole
from .investigation import SEEN, Investigation
from .ladder import Judgement, Ladder
from .objective import Objective
from .params import Nest, copied, to_vector
from .slide import P, norm
from .verdict import CANNOT_TELL, DECISIVE, Within
from .words import all_agree, listed, printable

RTOL = 1e-6  # what an entry may be off, × the RMS of its block
Region = tuple[slice, ...]
CLOSE_ENOUGH = 5e-3  # how exactly dθ·v has to be known, as a share of what it usually is, for a block to be right


@dataclass(frozen=True, repr=False)
class Screen:
    """Hold what a screen found.

    `readings` estimates the lecture's number for each block; `within` says how far it is off along the direction asked;
    `regions` holds, for each wrong block, the smallest box of entries outside of which nothing was seen wrong, as
    slices; `clouds` are the kinds of reasons why a block cannot be told; `small` are blocks too small to tell, which do
    not spoil the whole; `evaluations` counts those of J; dθ is asked some 20 times beside, to see whether it stays.

    >>> W = np.ones((200, 300))
    >>> W[3, 10:20] = 5
    >>> found = gcl.screen(lambda p: (p["W"] ** 2).sum(), lambda p: {"W": 2 * p["W"].clip(max=4)}, {"W": W})
    >>> found.answer, found.region
    ('wrong', ('W', (slice(3, 4, None), slice(10, 20, None))))
    """

    readings: dict[str, float]
    within: dict[str, Within]
    regions: dict[str, Region]
    clouds: dict[str, tuple[str, ...]] = field(repr=False)
    directions: int
    evaluations: int
    small: tuple[str, ...] = ()

    @property
    def answers(self) -> dict[str, Judgement]:
        """For each block: wrong, right or cannot tell."""
        return {name: within.answer for name, within in self.within.items()}

    @property
    def answer(self) -> Judgement:
        """Wrong if a block is, else cannot tell if that is so of a block that is not too small, else right."""
        answers = (answer for name, answer in self.answers.items() if name not in self.small)
        return max(answers, key=("right", "cannot tell", "wrong").index, default="cannot tell")

    @property
    def wrong(self) -> tuple[str, ...]:
        """The names of the blocks that are wrong."""
        return tuple(name for name, answer in self.answers.items() if answer == "wrong")

    @property
    def region(self) -> tuple[str, Region] | None:
        """The first wrong block, and the box in it that is wrong; None where nothing is."""
        return next(iter(self.regions.items()), None)

    def chance_of_missing(self, share: float) -> float:
        """Return how often at most a block is called right that is off by this share of its norm, in no set direction.

        The part of such an error along a random direction is about normal, and within what a right block may be off in
        0.8 · CLOSE_ENOUGH / share of all directions. The bound leaves room: it is 2.5 times that.

        >>> found.chance_of_missing(0.5)
        0.02
        """
        return float(min(1.0, 2 * CLOSE_ENOUGH / above_zero(share, "share", "0.01")) ** self.directions)

    def assert_ok(self) -> None:
        """Raise AssertionError that says what was found unless the answer is right.

        >>> found.assert_ok()
        Traceback (most recent call last):
        AssertionError: These blocks disagree, there: (183 evaluations of J)
          W[3, 10:20]: 2.0e-02
        """
        __tracebackhide__ = True  # pytest then points at the test
        if self.answer != "right":
            raise AssertionError(str(self))

    def __bool__(self) -> bool:
        """Raise TypeError, since any screen would count as true."""
        raise TypeError("a screen is neither true nor false; use .assert_ok(), or .answer == 'right'")

    def __str__(self) -> str:
        rows = [
            f"  {name}{as_index(self.regions[name])}: {self.readings[name]:.1e}"
            if answer == "wrong"
            else f"  {name}: cannot tell ({listed(self.clouds[name])})"
            for name, answer in self.answers.items()
            if answer != "right"
        ]
        verdict = {
            "wrong": "These blocks disagree, there:",
            "cannot tell": "Of these blocks the screen cannot tell:",
            "right": "All blocks agree but these, too small to matter:" if rows else all_agree(len(self.readings)),
        }[self.answer]
        return printable("\n".join([f"{verdict} ({self.evaluations} evaluations of J)", *rows]))

    __repr__ = __str__


def as_index(region: Region) -> str:
    """Write slices as in an index: [3, 0:16]."""
    ends = [f"{cut.start}" if cut.stop == cut.start + 1 else f"{cut.start}:{cut.stop}" for cut in region]
    return f"[{', '.join(ends)}]" if ends else ""


@np.errstate(all="ignore")
def screen(
    cost: Callable[[P], SupportsFloat | tuple[SupportsFloat, Nest]],
    gradient: Callable[[P], Nest] | Literal[True],
    params: P,
    seed: int = 0,
    directions: int = 1,
) -> Screen:
    """Check each block along a random direction, and corner what is surely wrong in it by halving.

    `cost` and `gradient` are those of `gcl.check`, and so are the errors raised. J is evaluated some 48 times for each
    block and direction, and some 50 times more; to corner an error in a block of n × n entries takes some 8 log₂ n
    evaluations more. `directions` asks each question along several of them, one at least. (T. Vieira, How to test
    gradient implementations, 2017.)

    >>> gcl.screen(lambda w: w @ w, lambda w: 2 * w, np.ones(100_000))
    The one block agrees. (101 evaluations of J)
    """
    (J_of, dJ_of), params = two_functions(cost, gradient), copied(params)
    blocks, directions, seed = nudgeable(params), whole("directions", directions, least=1), whole("seed", seed)
    J = Objective(J_of, params)

    def vector(at=params) -> np.ndarray:
        """Return dθ as a vector."""
        return to_vector(gradient_at(dJ_of, at, blocks))

    found = Investigation(J, vector, blocks, RTOL, seed)
    readings, within, regions, clouds, small = {}, {}, {}, {}, []
    for name in found.parts:
        asked = [along(found, name) for _ in range(directions)]
        readings[name] = max(reading for reading, *_ in asked)
        worst = max(asked, key=lambda each: ("right", "cannot tell", "wrong").index(each[1].answer))
        _, within[name], ladder, _ = worst
        small += [name] * (within[name] == CANNOT_TELL and all(each[3] for each in asked))
        clouds[name] = tuple(ladder.clouds()) or ("noise",) if within[name] == CANNOT_TELL else ()
        if within[name].answer == "wrong":
            shape = blocks[name].shape
            regions[name] = cornered(surely_wrong(found, name, ladder, shape), tuple(slice(0, n) for n in shape))
    clear = all(each.answer == "right" for each in within.values())
    found.ask_again(2 if clear else 20)
    restless = tuple(found.parts if found.random else found.restless)
    within |= dict.fromkeys(restless, CANNOT_TELL)
    clouds |= dict.fromkeys(restless, ("not deterministic",))
    regions = {name: region for name, region in regions.items() if name not in restless}
    small = [name for name in small if name not in restless]
    return Screen(readings, within, regions, clouds, directions, J.evaluations, tuple(small))


def along(found: Investigation, name: str) -> tuple[float, Within, Ladder, bool]:
    """Take a ladder along a random direction of a block; return reading, answer, ladder, whether it is small."""
    part = found.parts[name]
    v = found.direction(part)
    ladder, said, usual = found.along(v), float(found.exact @ v), norm(found.exact[part] * v[part])
    if not ladder:
        return np.nan, CANNOT_TELL, ladder, False
    slope, error = ladder.slope[ladder.best], ladder.error[ladder.best]
    gap, answer = abs(slope - said), ladder.judge(said, found.tolerance(v))
    size = usual + abs(slope)
    reading = float(gap / size) if size else 0.0
    if answer == "wrong" and not found.among_corners(ladder, v):
        return reading, Within("wrong", float(gap / max(usual, abs(slope)))), ladder, False
    off = float((gap + error) / usual) if usual else np.inf
    small = not DECISIVE & {*ladder.clouds()} and gap + error <= SEEN * norm(found.exact) * np.abs(v[part]).min()
    return reading, Within("right", off) if off <= CLOSE_ENOUGH else CANNOT_TELL, ladder, bool(small)


def surely_wrong(found: Investigation, name: str, ladder: Ladder, shape: tuple[int, ...]) -> Callable[[Region], bool]:
    """Return what tells whether dθ is surely wrong within a region of a block, at the best step of its ladder."""
    part, h = found.parts[name], ladder.steps[ladder.best]

    def wrong(region: Region) -> bool:
        inside = np.zeros(shape, bool)
        inside[region] = True
        v = found.direction(part)
        v[part] *= inside.ravel()
        up, down = found.J.along(v)(np.array([h, -h]))
        gap = abs((up - down) / (2 * h) - float(found.exact @ v))
        return bool(gap > 2 * ladder.error[ladder.best] + found.tolerance(v))

    return wrong


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
