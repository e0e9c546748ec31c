"""Listen to J along one direction: its V-curve on a ladder of steps, and the errors that can be read off it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from .leaps import Leap, leap_near, leaps_off

Judgement = Literal["right", "wrong", "cannot tell"]

RUNG = 10**0.5  # from step to step: three steps in a row then span a factor of ten
STEPS = 0.23 * RUNG ** -np.arange(23.0, -1, -1)  # 7e-13 … 0.23, no round numbers: round(θ, 3) must not resonate
DIGITS = 32  # last digits of J by which a sum may differ that is taken in another order
SURE = 4  # standard deviations in an error bar
CLOSE = 0.03  # a leap of J farther off than this share of θ makes no staircase at θ
GROWS = 30  # times per step: what a smooth J leaves grows 316 times, a leap not at all
TESTS = 4  # leaps looked for in one ladder: staircases come in several widths
LOUD = 0.3  # the noise that is worth a word, as a share of the slope
FEWEST = 5  # steps with a value of J, below which a ladder says nothing


@dataclass(frozen=True, eq=False)
class Ladder:
    """Hold what J does at θ ± h v, for ever larger steps h along one direction v; most are arrays.

    `slope` is the central difference D(h), the lecture's V-curve of this very J; `bend` is the slope on the right less
    the slope on the left. `noise` is the standard deviation of J at that step, `truncation` and `kink` how far a
    changing bend of J and a corner within h put D(h) off, `hidden` the slope that a staircase may hide at steps below
    its width; `still` tells where J stood still, though it moves at larger steps. `leaps` are those found, `here` is
    J(θ) and `swing` how far J moved at most.
    """

    steps: np.ndarray
    slope: np.ndarray
    bend: np.ndarray
    noise: np.ndarray
    truncation: np.ndarray
    kink: np.ndarray
    hidden: np.ndarray
    still: np.ndarray
    leaps: tuple[Leap, ...]
    here: float
    swing: float

    def __bool__(self) -> bool:
        """Whether J had a value at enough steps to tell anything."""
        return self.steps.size >= FEWEST

    @property
    def moved(self) -> bool:
        """Whether J moved at any step."""
        return self.swing > 0

    @property
    def hardly_moved(self) -> bool:
        """Whether J stood still at every step but for its last digits."""
        return bool(self.swing <= DIGITS * np.spacing(abs(self.here)))

    @property
    def all_noise(self) -> bool:
        """Whether J moved at the least steps, where all but noise is small, by a quarter of what it ever moved."""
        moved = self.steps * (np.abs(self.slope) + np.abs(self.bend) / 2)
        return bool(moved[:FEWEST].max() > self.swing / 4) and not self.hardly_moved

    @cached_property
    def smooth_error(self) -> np.ndarray:
        """How far D(h) may be off if J has no steps and no kink: by noise and truncation."""
        return SURE * self.noise / self.steps + self.truncation

    @cached_property
    def one_sided_error(self) -> np.ndarray:
        """How far D(h) may be off if no corner is within h: a corner leaves two slopes, each of them true."""
        return self.smooth_error + self.hidden

    @cached_property
    def error(self) -> np.ndarray:
        """How far D(h) may be off the slope of J."""
        return self.one_sided_error + self.kink

    @cached_property
    def sharp(self) -> bool:
        """Whether the kink heard first stays while the step grows; at a bend it grows a hundredfold or more in two."""
        later = self.kink[np.argmax(self.kink > 0) + 1 :][:3]
        return later.size == 3 and bool(0 < later[-1] < 30 * later[0])

    @cached_property
    def best(self) -> int:
        """Which step has the smallest error.

        A kink that shows as soon as the noise lets it show is on θ, for all we know: no step gets around it.
        """
        if self.sharp:
            i = int(np.argmax(self.kink > 0))
            heard = 11 * SURE * self.noise[i - 1] / self.steps[i - 1]  # above this a jump of the slope is heard
            if i < 2 or heard > self.kink[i] / 2:
                return int(np.argmin(self.one_sided_error))
        return int(np.argmin(self.error))

    @cached_property
    def first_leap(self) -> float:
        """How far off the nearest leap is that makes a staircase at θ; infinity where there is none."""
        return min((leap.distance for leap in self.leaps if leap.distance < CLOSE), default=np.inf)

    @cached_property
    def on_theta(self) -> bool:
        """Whether a kink leaves two slopes even at the best step."""
        return bool(self) and self.sharp and bool(self.kink[self.best] > self.one_sided_error[self.best])

    @cached_property
    def corner(self) -> float:
        """The step at which the slope jumps, all at once as at a corner; infinity where it changes little by little."""
        bent = self.kink > 10 * max(self.one_sided_error.min(), self.kink[self.best])
        change = np.abs(np.diff(self.slope))
        sudden = change[1:] > 100 * change[:-1]  # at a bend it is ten times more each step
        return float(min(self.steps[2:][sudden & bent[2:]], default=np.inf))

    @property
    def nature(self) -> Literal["round-off", "float32", "steps"]:
        """What the leaps are: the last digit of J, that of a float32 where J is one itself, or steps."""
        highest = max((leap.height for leap in self.leaps), default=0.0)
        if highest <= 8 * np.spacing(abs(self.here)):
            return "round-off"
        single = np.float32(self.here)
        alike = float(single) == self.here and 0.01 < highest / np.spacing(abs(single)) < 30
        return "float32" if alike else "steps"

    @property
    def noisy(self) -> bool:
        """Whether J has more noise than its last digits make."""
        return bool((self.noise[:1] > 200 * np.spacing(abs(self.here))).any())

    @property
    def causes(self) -> dict[str, np.ndarray]:
        """What makes the error of D(h), each by itself; leaps of J are noise to steps larger than their stairs."""
        calm = np.minimum(self.noise, self.noise[0]) if self.leaps else self.noise
        return {
            "noise" if self.noisy else "round-off": SURE * calm / self.steps,
            "truncation": self.truncation,
            "steps": self.hidden + SURE * (self.noise - calm) / self.steps,
            "kink": self.kink,
        }

    def clouds(self) -> list[str]:
        """Return the kinds of what makes J hard to judge along this direction, the weightiest first."""
        if not self:
            return ["domain"]
        if not self.moved:
            return ["flat"]
        found: list[str] = [self.nature] if self.leaps else ["kink on θ"] if self.on_theta else []
        loud = SURE * self.noise[self.best] / self.steps[self.best] > LOUD * abs(self.slope[self.best])
        return found or ["noise"] * bool(loud)

    def judge(self, slope: float, tolerance: float) -> Judgement:
        """Say whether J has this slope along v.

        Wrong needs a plateau over a factor of ten in the step: three slopes in a row that agree with each other to a
        third of their gap from the slope given, and lie off it by more than their errors and beyond both one-sided
        slopes; and no step that knows to a quarter of the gap may agree with the slope given, nor may two steps below
        the plateau find it between the slopes on both sides: the plateau is then that of J beyond its corners. No leap
        of J may make up for the gap, unless a step beyond it lies off as well: a smooth term may stand on stairs.
        Where J stood still it cannot call a slope wrong.
        """
        if not self or self.all_noise:
            return "cannot tell"
        gap = np.abs(self.slope - slope)
        apart = np.pad(jumps(self.bend), (0, 1), mode="edge")
        changes = np.abs(np.diff(apart, append=apart[-1]))
        allowed = gap <= 2 * self.one_sided_error + apart / 2 + changes + tolerance
        off = ~allowed & ~self.still
        plateaus = [
            k
            for k in range(self.steps.size - 2)
            if off[k : k + 3].all() and np.ptp(self.slope[k : k + 3]) < gap[k : k + 3].min() / 3
        ]
        between = self.on_theta and not off[self.best]  # at a corner both sides are right, whatever J does farther out
        if plateaus and not between:
            far, known = np.median(gap[plateaus[0] : plateaus[0] + 3]), self.smooth_error + self.kink
            agrees = (gap <= known + tolerance) & (known < far / 4) & ~self.still
            nearer = allowed & (self.one_sided_error < far / 4)
            beyond = [leap.height / leap.distance for leap in self.leaps if not off[self.steps > leap.distance].any()]
            if not agrees.any() and nearer[: plateaus[0]].sum() < 2:
                return "wrong" if far > 2 * max(beyond, default=0.0) else "cannot tell"
        return "right" if gap[self.best] <= self.error[self.best] + tolerance else "cannot tell"

    def followed(self, step: float) -> "Ladder":
        """Return the ladder for a dθ that follows J at this step: leaps farther off then hide no slope from it."""
        return replace(self, hidden=np.zeros(self.steps.size)) if 0 < step < self.first_leap else self

    def __str__(self) -> str:
        rows = [f"{h:8.0e}  {D:12.5g}  {e:8.0e}" for h, D, e in zip(self.steps, self.slope, self.error, strict=True)]
        return "\n".join(["    step         slope     error", *rows])


def any_direction(rng, shape) -> np.ndarray:
    """Draw random directions: each entry of either sign, from half to one and a half."""
    return rng.choice([-1, 1], shape) * rng.uniform(0.5, 1.5, shape)


def listen(here: float, at: Callable, noise: float = 0.0, leap: float = 0.0, calm: float = 0.0) -> Ladder:
    """Take J on the ladder, both sides, and read noise, leaps, kinks and truncation off it.

    `at(t)` is J(θ + t v) for an array of t, nan where J has no value; `here` is J(θ). `noise` and `leap` are what is
    known already of J's noise, where it stands still, and of its nearest leap: along another direction it may stop
    short of it; `calm` is its noise at the least steps, and leaps in that are none. The noise is what differs between
    neighbouring slopes at small steps, where all else cancels. (After Moré and Wild, Estimating derivatives of noisy
    simulations, 2012.)
    """
    J = at(np.concatenate([STEPS, -STEPS]))
    without = np.flatnonzero(~np.isfinite(J[: STEPS.size] + J[STEPS.size :]))
    count = int(without[0]) if without.size else STEPS.size
    h, up, down = STEPS[:count], J[:count], J[STEPS.size : STEPS.size + count]
    if count < FEWEST:
        no = np.empty(0)
        return Ladder(no, no, no, no, no, no, no, no.astype(bool), (), here, 0.0)
    slope, bend = (up - down) / (2 * h), (up + down - 2 * here) / h
    swing = float(np.abs(np.r_[up, down] - here).max())
    still = (up == here) & (down == here)
    of_steps, found = noise_and_leaps(here, at, h, up, down, slope)
    heard = np.maximum(of_steps, np.where(still, noise, 0))
    truncation = np.append(np.abs(np.diff(slope)), np.inf) * 2 / 9  # D(√10 h) is off by ten times as much as D(h)
    truncation[:-1] = np.maximum(truncation[:-1], np.append(truncation[1:-1] / 10, 0))
    change = np.abs(np.diff(slope))
    before = np.append(0, np.maximum.accumulate(change * h[:-1])[:-1])  # as much at smaller steps was noise, not heard
    change -= SURE * (2 * heard[:-1] + before) / h[:-1]  # the larger step is off by 10/9 of it, or more
    truncation[1:] = np.maximum(truncation[1:], np.maximum.accumulate(change) * 10 / 9)
    jump = np.append(0, jumps(bend))
    loud = np.maximum(heard, np.spacing(np.maximum(np.abs(up), np.abs(down))))  # a sum may be off by a digit or two
    clear = np.maximum(jump - 11 * SURE * loud / h, 0)
    later, clear_later = (np.min([np.append(of[k:], [np.inf] * k) for k in (1, 2, 3)], axis=0) for of in (jump, clear))
    # A corner's jump is there at the next three steps too; that of a J(θ) off in its last digits falls as 1/h.
    lasts = later > jump / 6
    kink = np.maximum.accumulate(np.where(lasts, np.minimum(clear, 3 * clear_later), 0) / 2)
    leaps = tuple(each for each in found if each.height > 8 * calm)
    hidden = np.maximum(leap / h[-1], hidden_slope(h, slope, of_steps, truncation, kink, leaps))
    still &= swing > DIGITS * np.spacing(abs(here))  # else J is constant, and has a vote; so has one that a corner ends
    if still.any() and not (found or leap):
        k = int(np.argmin(still))
        ends = [(side * (h[k - 1] if k else 0), side * h[k]) for side, J in ((1, up), (-1, down)) if J[k] != here]
        still &= any(leaps_off(here, at, *end, of_steps[0]) for end in ends)
    return Ladder(h, slope, bend, heard, truncation, kink, hidden, still, leaps, here, swing)


def jumps(bend: np.ndarray) -> np.ndarray:
    """Return by how much the slope jumps from one side to the other, at each step but the last: 0 for a parabola."""
    return np.abs(RUNG * bend[:-1] - bend[1:]) / (RUNG - 1)


def noise_and_leaps(here: float, at: Callable, h, up, down, slope) -> tuple[np.ndarray, list[Leap]]:
    """Return the noise of J at every step, and the leaps found where J first leaves the noise of smaller steps."""
    third = (slope[:-2] - slope[1:-1]) - (slope[1:-1] - slope[2:]) / 10  # h² cancels: noise is left, and h⁴
    seen = np.abs(h[:-2] * third) / 0.75
    largest = np.maximum.accumulate(np.maximum(np.maximum(np.abs(up), np.abs(down)), abs(here)))
    moved = np.maximum(np.abs(up - here), np.abs(down - here)) / h  # as θ is rounded, which is of order 1 in h
    rounding = 0.3 * (np.spacing(largest) + np.finfo(float).eps * moved)
    noise, k, tests = np.maximum(rounding, 1.5 * np.median(seen[:5])), 0, 0
    grows = seen[1:] > GROWS * seen[:-1]
    found: list[Leap] = []
    while k < seen.size and tests < TESTS:
        sudden = not tests or found or seen[k] > 1000 * seen[k - 1]
        if seen[k] > 8 * noise[k] and sudden:
            tests += 1
            rises = grows[k : k + 3]  # two alone may be low stairs before high ones; one, at the end, tells nothing
            smooth = k and rises.all() and rises.size != 1
            leap = None if smooth else leap_near(here, at, h, up, down, slope[max(k - 1, 0)], k, noise[k])
            if leap:
                found.append(leap)
                noise[k:] = np.maximum(noise[k:], max(leap.height / 2, np.median(seen[k : k + 4])))
                k = max(k, int(np.searchsorted(h, leap.distance)) - 1)
        k += 1
    return noise, found


def hidden_slope(h, slope, noise, truncation, kink, leaps: tuple[Leap, ...]) -> np.ndarray:
    """Return the slope that a staircase may hide at the steps below its width.

    That is its height over its width, or by how much the slope differs once the steps are larger than its stairs.
    """
    hidden, error = np.zeros(h.size), SURE * noise / h + truncation + kink
    for leap in leaps:
        if leap.distance >= CLOSE:
            continue
        width = min(leap.distance, h[np.argmax(noise >= leap.height / 2)])
        within, beyond = np.flatnonzero(h < width), np.flatnonzero(h > 3 * width)
        inside = slope[within[np.argmin(error[within])]] if within.size else 0.0
        differs = np.abs(slope[beyond] - inside) + 2 * noise[beyond] / h[beyond] + truncation[beyond]
        hidden[within] = np.maximum(hidden[within], min(leap.height / width, differs.min(initial=np.inf)))
    return hidden
