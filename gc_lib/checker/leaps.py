"""Tell a leap of J from a corner and a bend: on ever smaller intervals these fade, and a leap stays."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

QUARTERINGS = 6  # of the interval in which J left its line
CUTS = 40  # at most, of an interval in which the height still falls: a clipped pole, as of log, takes so many
LEFT = 30  # times less than before it fell, a height is none of a leap; several stairs at once are some times one
FAR = 60  # intervals on each side of θ, when a leap is looked for as far as 100 % of θ


class Leap(NamedTuple):
    """Hold by how much J leaps, and how far from θ, in units of the direction."""

    height: float
    distance: float


def leap_near(here: float, at: Callable, h, up, down, slope: float, k: int, noise: float) -> Leap | None:
    """Return the leap of J near step k, where J left the line with this slope; None where it does not leap there.

    Of the interval that is least like the line, the oddest quarter is taken, and so on: a corner fades with the
    interval, the height of a leap stays. That of a log that is clipped falls by as much at each cut.
    """
    intervals = []
    for side, J in ((1, up), (-1, down)):
        for j in range(k, min(k + 3, h.size)):
            start, J_start = (h[j - 1], J[j - 1]) if j else (0.0, here)
            off = abs(J[j] - J_start - side * slope * (h[j] - start))
            intervals.append((off, side * start, J_start, side * h[j], J[j]))
    _, start, J_start, stop, J_stop = max(intervals)
    heights = []
    for cut in range(1, CUTS):
        t = np.linspace(start, stop, 5)
        J = np.array([J_start, *at(t[1:4]), J_stop])
        if not np.isfinite(J).all():
            return None
        off = np.abs(np.diff(J) - slope * (t[1] - t[0]))
        j = int(np.argmax(off))
        start, J_start, stop, J_stop = t[j], J[j], t[j + 1], J[j + 1]
        heights.append(float(off[j]))
        if heights[-1] < 6 * noise or (cut == QUARTERINGS and not stays(heights)):
            return None
        if cut >= QUARTERINGS and not falls(heights, noise):
            break
    return Leap(heights[-1], abs(stop)) if heights[-1] > heights[QUARTERINGS - 3] / LEFT else None


def leaps_off(here: float, at: Callable, start: float, stop: float, noise: float) -> bool:
    """Tell whether J, which stands still up to `start` and no longer at `stop`, leaves J(θ) by a leap, not at a corner.

    A 1 − a that is rounded to 1 leaves it by a leap, and is no constant; a clip is one up to its corner.
    """
    heights = []
    for _ in range(2 * QUARTERINGS):
        t = np.linspace(start, stop, 5)
        off = np.abs(at(t[1:]) - here)
        j = int(np.argmax(off > 0))
        start, stop = t[j], t[j + 1]
        heights.append(float(off[j]))
        if heights[-1] < 6 * noise:
            return False
    return stays(heights)


def leap_afar(at: Callable, noise: float) -> float:
    """Return the height of a leap of J up to 100 % of θ away, as of a solver's tolerance; 0 where there is none.

    Sixth differences of evenly spaced values show where to look; third differences at ever smaller spacing tell a leap
    from a corner.
    """
    J = at(np.linspace(-1, 1, 2 * FAR + 1))
    sixth = np.nan_to_num(np.abs(np.diff(J, 6)), posinf=0)
    least = 20 * noise
    nearby = np.array([np.median(sixth[max(0, k - 9) : k + 10]) for k in range(sixth.size)])
    odd = sixth / (nearby + noise)
    for _ in range(2):  # the two oddest places
        j = int(np.argmax(odd))
        neighbours = [i for i in (j - 1, j + 1) if 0 <= i < odd.size]
        middle = min(j, max(neighbours, key=lambda i: odd[i])) + 3
        odd[max(0, j - 6) : j + 7] = 0
        start, stop, heights = (middle - 1) / FAR - 1, (middle + 2) / FAR - 1, []
        for cut in range(1, CUTS):
            t = np.linspace(start, stop, 9)
            third = np.nan_to_num(np.diff(at(t), 3))
            k = int(np.argmax(np.abs(third)))
            start, stop = t[k], t[k + 3]
            heights.append(float(np.abs(third[k])))
            fades = heights[-1] < least or (cut > 6 and heights[-1] < heights[2] / 2)  # √ falls to a sixth in four cuts
            if fades or (cut > 6 and not falls(heights, noise)):
                break
        if not fades and not grows(heights) and stands_alone(third, k):
            return heights[-1] / 2
    return 0.0


def stands_alone(third: np.ndarray, k: int) -> bool:
    """Tell a leap by the third differences around it, which are 1, −2, 1 times its height; not so at a pole, as of log.

    At a pole they too stay as large as they were, however small the interval.
    """
    beside = -third[[k - 1, k + 1]] / third[k] if 0 < k < third.size - 1 else np.zeros(2)
    return bool(beside.min() > 0.25 and beside.max() < 0.8)


def stays(heights: list[float]) -> bool:
    """Tell a leap by its height: after two more cuts of the interval a corner's would be two sevenths at most."""
    return heights[-1] > heights[-3] / 3


def falls(heights: list[float], noise: float) -> bool:
    """Tell whether the last cuts have made a height far above the noise smaller; some may leave it as it is."""
    return max(heights[-3:]) < 0.99 * max(heights[-8:-3]) and heights[-1] > 1000 * noise


def grows(heights: list[float]) -> bool:
    """Tell a pole by its height, which grows on ever smaller intervals."""
    return heights[-1] > 2 * min(heights[-6:])
