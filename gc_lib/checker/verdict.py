"""Judge each block of dθ by what was learnt of J: right to within r, wrong by about e, or cannot tell, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .investigation import Investigation, unfit
from .ladder import Judgement, Ladder
from .slide import norm

WEIGHED = ", entries weighed by θ"
# of a block that these cloud, "too small" is not known
DECISIVE = {"steps", "leap afar", "float32", "kink on θ", "kink within ε", "unlike sizes"}


@dataclass(frozen=True)
class Within:
    """Say how far a block of dθ is off: its answer, and the size of the error as a share of the block's norm.

    The size is the most that it can be where the answer is right, an estimate where it is wrong, and nan where the
    check cannot tell. Of entries of unlike sizes in one block it is `weighed`: each entry times that of θ.
    """

    answer: Judgement
    size: float = np.nan
    weighed: bool = False

    def __str__(self) -> str:
        if self.answer == "cannot tell":
            return self.answer
        if self.answer == "right":
            return f"right to {self.size:.0e}"
        return f"wrong by {self.size:.2g}{WEIGHED * self.weighed}"


CANNOT_TELL = Within("cannot tell")


@dataclass(frozen=True)
class Verdict:
    """Hold the answer for each block, and why it could not be told, or why the ε asked for did not do.

    `clouds` are the kinds of reasons of a block that cannot be told, the weightiest first; `notes` are those of blocks
    that could be told at another ε only. `small` are blocks too small to tell, which do not spoil the whole.
    """

    within: Mapping[str, Within]
    clouds: Mapping[str, tuple[str, ...]]
    notes: Mapping[str, str]
    small: tuple[str, ...] = ()
    random: bool = False

    @property
    def answer(self) -> Judgement:
        """Wrong if a block is, else cannot tell if that is so of a block that is not too small, else right."""
        answers = [within.answer for name, within in self.within.items() if name not in self.small]
        if "wrong" in answers:
            return "wrong"
        return "right" if answers and "cannot tell" not in answers else "cannot tell"


def judge(found: Investigation) -> Verdict:
    """Judge every block, and ask again: J twice where all is clear, twenty times where anything is not."""
    judged = {name: judge_block(found, name) for name in found.parts}
    clear = not found.blame and all(within.answer == "right" for within, _ in judged.values())
    found.ask_again(2 if clear else 20)
    restless = found.parts.keys() if found.random else found.restless
    judged |= dict.fromkeys(restless, (CANNOT_TELL, ()))
    within = {name: each for name, (each, _) in judged.items()}
    clouds = {name: kinds for name, (_, kinds) in judged.items()}
    if found.random:
        return Verdict(within, clouds, found.notes, random=True)
    unknown = [name for name in within if within[name] == CANNOT_TELL and name not in restless]
    small = tuple(name for name in unknown if too_small(found, name, clouds[name]))
    return Verdict(within, clouds, found.notes, small)


def judge_block(found: Investigation, name: str) -> tuple[Within, tuple[str, ...]]:
    """Return how far a block is off, and the kinds of reasons where that cannot be told."""
    if name in found.wrong:
        weight = found.weight(name)
        return Within("wrong", found.share_off(name, weight), bool(np.ptp(weight))), ()
    off, size = found.off(name), norm(found.exact[found.parts[name]])
    if name not in found.open and size and off <= found.worth * size < np.inf:
        if found.faint(name).size:
            return CANNOT_TELL, ("unlike sizes",)
        return Within("right", float(off / size)), ()
    kinds = why_unknown(found, name)
    return CANNOT_TELL, tuple("zero within noise" if kind == "noise" and not size else kind for kind in kinds)


def why_unknown(found: Investigation, name: str) -> list[str]:
    """Return the kinds of reasons why a block cannot be told, the weightiest first."""
    ladder = found.ladders[name]
    if name in found.open:
        return found.open[name].clouds() or [undecided(found, name)]
    if name in found.inexact:
        return ["leap afar"]
    if ladder and ladder.hardly_moved:  # it may also be too small for the digits of J
        return ["flat"]
    return found.blame.get(name) or coarse(ladder) or [drowned(found, name, ladder)]


def too_small(found: Investigation, name: str, clouds: tuple[str, ...]) -> bool:
    """Tell whether a block cannot be told, but can hold no error that matters to the whole gradient."""
    return not DECISIVE & {*clouds} and found.off(name) <= found.seen * found.length


def coarse(ladder: Ladder) -> list[str]:
    """Return those kinds of a ladder that tell of a J coarser than its noise says."""
    return [kind for kind in ladder.clouds() if kind in ("steps", "float32", "round-off", "domain")]


def undecided(found: Investigation, name: str) -> str:
    """Return why a block disagrees, and not by enough to be wrong, where no noise or step clouds J."""
    ladder, part = found.open[name], found.parts[name]
    size = norm(found.exact[part])
    if ladder.corner < np.inf:
        return "kink within ε"
    if not found.suspects(name).size:  # they agree at the step asked for alone
        return unfit(ladder, float(np.median(found.eps[part] / found.scale[part])))
    return "near rtol" if found.off(name) <= found.worth * size else drowned(found, name, ladder)


def drowned(found: Investigation, name: str, ladder: Ladder) -> str:
    """Return why the error bars of a block are too wide, where J has no steps."""
    if any(each.kink[each.best] > 10 * each.one_sided_error.min() for each in (ladder, found.ladders[name]) if each):
        return "kink on θ"
    if not found.exact[found.parts[name]].any():
        return "zero within noise"
    return "noise" if ladder.noisy else "small gradients"
