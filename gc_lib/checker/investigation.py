"""Find out what J tells of its slopes: listen to it, take the lecture's loop, look again where dθ disagrees."""

from collections.abc import Callable, Mapping

import numpy as np

from .ladder import CLOSE, SURE, Judgement, Ladder, any_direction, listen
from .leaps import leap_afar
from .objective import Objective
from .params import block_slices, like
from .slide import norm

EXACT = float(np.finfo(float).eps)
WORTH, SEEN = 1e-3, 1e-6  # an error matters from this share of its block on; of the whole gradient
SMALL = 1e-2  # an error below this share of its block is believed only if J itself has no leap as far as 100 % of θ
SINGLE = 2e-5  # what an entry may be off, × the RMS of its block, where parameters are float32: their own rounding
CORNERS = 30  # so many times what a kink shows may be hidden, where corners of either sign cancel along a direction
FOLLOWS = 1e-6  # a block of dθ that agrees so well with J between its leaps means these very slopes
ROUNDS = 3  # of looking again at a block
WORST = 32  # so many entries of a wrong block are asked again: at ε it may be truncation that makes them look so
FAR_LEAPS = 5  # blocks for which a leap of J is looked for afar: each takes some 150 evaluations
DRIFT = 3  # a leap more times as high as what a difference adds up to on 100 % of θ takes back something else
UNLIKE = 10  # so many times more an entry may be off, by how it moves J, than the others: sizes may differ by chance
BLIND = 1e-6  # the step, as a share of the size of θ, where no ladder can tell a better one
UNCERTAIN = 0.3  # a direction in which dθ has less to say than this share of what it might is drawn anew


class Investigation:
    """Ask J about each block of dθ, and keep what was learnt.

    `gradient()` is dθ as a vector, and `gradient(params)` in other dtypes; `exact` is what it was at first, `restless`
    names the blocks that did not stay so, `rounding` what its dtype and those of the parameters do to it; `parts` says
    where each block stands in it, `rtol` what an entry may be off, × the RMS of its block, `worth` what the block may;
    below the share `seen` of the whole gradient, no error matters.
    `scale` is the size of each entry's nudges on a ladder; `whole` is the ladder of all θ along `v`, `ladders` the best
    known one for each block. `slopes` are those of J, as far as they are known, at steps `eps`, and `extra` what their
    error bars have beyond those of the loop; `bend` is the slope on the right less that on the left, `bend_in_loop`
    what it was in the loop. `spread` is by how much J differed from itself at the same θ; `afar` is the height of a
    leap of J as far as 100 % of θ, where one was met.
    """

    def __init__(self, J: Objective, gradient: Callable, blocks: Mapping, rtol: float, seed: int = 0, seen=SEEN):
        self.J, self.gradient, self.rng = J, gradient, np.random.default_rng(seed)
        dtheta = gradient() + 0.0  # integers become floating numbers
        self.exact = dtheta.astype(float)
        self.rounding = self.rounding_of_gradient() + np.spacing(np.abs(dtheta)).astype(float) / 2
        self.parts = {name: part for name, part in block_slices(blocks).items() if part.stop > part.start}
        single = any(block.dtype.itemsize < 8 for block in J.given.values())
        self.rtol = max(rtol, SINGLE if single else 0)
        self.seen = seen
        self.worth = max(rtol, WORTH)  # the share of a block that an error may be, and matters beyond
        self.restless: set[str] = set()
        self.wrong: dict[str, Ladder] = {}  # blocks in which dθ is wrong, on this evidence
        self.open: dict[str, Ladder] = {}  # blocks that disagree at some steps, and agree at others
        self.inexact: dict[str, Ladder] = {}  # blocks off by little, where J is no judge of so little
        self.doubts: dict[str, Ladder] = {}  # blocks that agreed in the loop, and not on a ladder
        self.notes: dict[str, str] = {}  # why the ε asked for did not do, where another one did
        self.blame: dict[str, list[str]] = {}
        self.noise = self.leap = self.calm = self.afar = 0.0
        self.own_sizes = False  # whether entries of a block are nudged by shares of themselves, as unlike as they are
        self.listen()

    # ---- listen ------------------------------------------------------------------------------------------------------

    def listen(self) -> None:
        """Take one ladder along a random direction of all θ."""
        self.scale = scales(self.J.theta, self.parts, least=1e-2)
        self.spread = self.J.changed_since()
        self.v = v = self.direction(slice(0, self.exact.size))
        self.whole = ladder = self.along(v)
        if loudness(ladder) > 100 * EXACT * abs(self.J.here):
            self.listen_by_own_sizes()
            v, ladder = self.v, self.whole
        self.odd = ladder.judge(float(self.exact @ v), self.tolerance(v)) == "wrong"
        if ladder:
            self.noise = float(ladder.noise.max()) if ladder.moved else np.inf
            self.calm = float(ladder.noise[0])
            self.leap = max((leap.height for leap in ladder.leaps if leap.distance < CLOSE), default=0.0)
        digit = EXACT * abs(self.J.here)
        if self.noise > 100 * digit:
            self.ask_again(16)
        if self.noise > 1e5 * digit and not self.own_sizes:  # small entries would move within the noise
            self.scale = scales(self.J.theta, self.parts, least=1.0)
            if ladder.moved and not ladder.leaps:  # its steps are now larger ones, which may lead beyond a pole of J
                self.v = self.direction(slice(0, self.exact.size))
                self.whole = ladder = self.along(self.v)
        self.ladders = dict.fromkeys(self.parts, ladder)

    def listen_by_own_sizes(self) -> None:
        """Nudge each entry by a share of itself alone: a share of what is usual beside it may be too much to hear J."""
        usual, self.scale = self.scale, scales(self.J.theta, self.parts, least=0.0)
        if (self.scale == usual).all():
            return
        v = self.direction(slice(0, self.exact.size))
        ladder = self.along(v)
        self.own_sizes = loudness(ladder) < 1e-3 * loudness(self.whole)
        if self.own_sizes:
            self.v, self.whole = v, ladder
        else:
            self.scale = usual

    def ask_again(self, times: int) -> None:
        """Ask J and dθ again: are they other numbers now? Ask J off θ, where more can differ than on it.

        dθ is asked often whatever J says: where three in ten are another, one more call would not show it.
        """
        off = self.J.theta + (self.whole.steps[-1] if self.whole else 0) * self.v
        self.spread = max(self.spread, self.J.again(off, times), self.J.changed_since())
        for _ in range(20):
            self.restless |= self.changed(self.gradient())

    def changed(self, dtheta: np.ndarray) -> set[str]:
        """Return the blocks that differ by more than a tenth of what they may be off: sums may run in another order."""
        differs = np.abs(dtheta.astype(float) - self.exact)
        return {name for name, part in self.parts.items() if not (differs[part] <= self.allowed(name) / 10).all()}

    @property
    def random(self) -> bool:
        """Whether J(θ) was another number by more than a ten-thousandth of what J moves."""
        return not self.spread <= 1e-4 * self.whole.swing

    def direction(self, part: slice) -> np.ndarray:
        """Return a random direction in these entries along which dθ has something to say.

        So a wrong factor or sign of all these entries cannot cancel along it.
        """
        v, g = np.zeros(self.exact.size), self.exact[part]
        for _ in range(20):
            v[part] = self.scale[part] * any_direction(self.rng, g.size)
            if abs(g @ v[part]) >= UNCERTAIN * norm(g * v[part]):
                break
        return v

    def along(self, v: np.ndarray) -> Ladder:
        """Take a ladder along a direction."""
        return listen(self.J.here, self.J.along(v), self.noise, self.leap, self.calm)

    def own_ladder(self, name: str) -> Ladder:
        """Take a ladder along a random direction of one block."""
        v = self.direction(self.parts[name])
        self.ladders[name] = ladder = self.along(v)
        if ladder.judge(float(self.exact @ v), self.tolerance(v)) == "wrong":
            self.doubts[name] = ladder
        return ladder

    def tolerance(self, v: np.ndarray) -> float:
        """Return how far dθ·v may be off: by rtol of each block's RMS, and by its own rounding."""
        allowed = sum(norm(self.allowed_by_size(name) * v[part]) for name, part in self.parts.items())
        return float((16 * EXACT * np.abs(self.exact) + self.rounding) @ np.abs(v)) + allowed

    def allowed(self, name: str) -> float:
        """Return how far an entry of a block may be off: rtol × the RMS of the block."""
        return self.rtol * rms(self.exact[self.parts[name]])

    def allowed_by_size(self, name: str) -> np.ndarray:
        """Return how far each entry may be off where they are unlike: of a large θ a small slope tells as much."""
        part = self.parts[name]
        by_size = self.rtol * rms(self.exact[part] * self.scale[part]) / self.scale[part]
        return np.minimum(by_size * (1 if self.own_sizes else UNLIKE), self.allowed(name))

    def weight(self, name: str) -> np.ndarray:
        """Return by what the slopes of a block are compared: 1, or the sizes of its entries where these are unlike."""
        size = self.scale[self.parts[name]]
        shows = name in self.wrong and self.share_off(name, size) > UNLIKE**2 * self.share_off(name)
        return size if self.own_sizes or shows else np.ones(size.size)

    def share_off(self, name: str, weight: np.ndarray | float = 1.0) -> float:
        """Return by what share of itself a block of dθ is off, its entries weighted."""
        slopes, exact = (weight * v[self.parts[name]] for v in (np.nan_to_num(self.slopes), self.exact))
        return float(norm(slopes - exact) / max(norm(slopes), norm(exact)))

    def rounding_of_gradient(self) -> np.ndarray:
        """Return by how much dθ is another in float64; nothing where it was in float64 all along, or cannot be."""
        none = np.zeros(self.exact.size)
        try:
            return np.abs(self.gradient(like(self.J.blocks, self.J.params)) - self.exact) if self.J.widened else none
        except Exception:  # a gradient for float32 alone may object to float64 in any way
            return none

    # ---- loop --------------------------------------------------------------------------------------------------------

    def loop(self, eps: float | np.ndarray, nudged: tuple[np.ndarray, np.ndarray] | None = None) -> None:
        """Take the two-sided loop, or what it has found: J at θ ± ε eᵢ for every i."""
        self.extra = np.zeros(self.exact.size)
        self.eps = np.broadcast_to(eps, self.exact.shape).astype(float)
        self.slopes, self.bend = np.empty(self.exact.size), np.empty(self.exact.size)
        everything = np.arange(self.exact.size)
        self.measure(everything, self.eps, nudged or self.J.nudged(everything, self.eps))
        self.bend_in_loop = self.bend.copy()

    def best_loop(self) -> None:
        """Take the loop at the best step; where J leaps, first at the best one short of that, if dθ follows there."""
        nearest = min((leap.distance for leap in self.whole.leaps), default=np.inf)
        short = self.whole.steps < nearest / 100  # along single entries leaps may be nearer
        if short.any() and not short[self.whole.best]:
            error = self.whole.smooth_error + self.whole.kink
            self.loop(self.whole.steps[np.argmin(np.where(short, error, np.inf))] * self.scale)
            if all(map(self.follows, self.parts)):
                return
        self.loop(self.best_steps())

    def follows(self, name: str) -> bool:
        """Tell whether dθ agrees with J in the loop to six digits of a block.

        So it does where J leaps, as it chooses other examples, and dθ is the slope that J has between its leaps.
        """
        part = self.parts[name]
        return norm((self.slopes - self.exact)[part]) <= FOLLOWS * norm(self.exact[part]) > 0

    def best_steps(self) -> np.ndarray:
        """Return the step of every entry that suits this J: the ladder's best, × the size of the entry."""
        step = self.whole.steps[self.whole.best] if self.whole else BLIND
        return step * self.scale

    def best_eps(self, name: str) -> float:
        """Return the ε that suits a block: the best step of its ladder, × the usual size of its entries."""
        part, ladder = self.parts[name], self.open.get(name) or self.ladders[name]
        return float((ladder.steps[ladder.best] if ladder else BLIND) * np.median(self.scale[part]))

    def nudge(self, entries: np.ndarray, eps: np.ndarray) -> None:
        """Measure some slopes anew, at other steps."""
        self.eps[entries] = eps
        self.measure(entries, eps, self.J.nudged(entries, eps))

    def measure(self, entries: np.ndarray, eps: np.ndarray, nudged: tuple[np.ndarray, np.ndarray]) -> None:
        """Keep (J(θ + ε eᵢ) − J(θ − ε eᵢ)) / 2ε of these entries, 2ε being what θ moves once it is rounded."""
        J_plus, J_minus = nudged
        theta = self.J.theta[entries]
        taken = (theta + eps) - (theta - eps)
        self.slopes[entries] = np.divide(J_plus - J_minus, taken, out=np.full(eps.size, np.nan), where=taken > 0)
        self.bend[entries] = (J_plus - 2 * self.J.here + J_minus) / eps

    def bars(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the error bars of a block's slopes in two parts: the noise of J at these steps, and all else."""
        part = self.parts[name]
        of_block = self.J.theta[part], self.exact[part], self.scale[part], self.eps[part]
        noise, rest = loop_bars(self.ladders[name], *of_block, self.weight(name))
        return noise, rest + self.extra[part]

    def bent(self, name: str) -> np.ndarray:
        """Return how far truncation and kinks put a block's slopes off at these steps: a share of those on a ladder."""
        part, ladder = self.parts[name], self.ladders[name]
        if not ladder:
            return np.full(part.stop - part.start, np.inf)
        scale = np.maximum(self.scale[part], rms(self.scale[part]))  # a small entry bends J no more than its neighbours
        taken = self.eps[part] / scale * (1 - 1e-9)  # a step of the ladder × the size, over the size, is that very step
        i = np.clip(np.searchsorted(ladder.steps, taken), 0, ladder.steps.size - 2)
        bend = np.abs(ladder.slope[i] - ladder.slope[ladder.best]) + ladder.truncation[i] + ladder.kink[i]
        return 3 * bend / scale / i.size**0.5

    def error_bars(self, name: str) -> np.ndarray:
        """Return the error bars of a block's slopes, all in all."""
        return np.add(*self.bars(name)) + self.bent(name)

    def reach(self, name: str) -> float:
        """Return how long the error of a block's slopes may be; without end where a step does not move its entry."""
        part = self.parts[name]
        if (np.isnan(self.slopes[part]) & np.isfinite(self.bend[part])).any():
            return np.inf
        noise, rest = self.bars(name)
        return length_of_noise(noise) + norm(rest) + norm(self.bent(name))

    def off(self, name: str) -> float:
        """Return how far a block of dθ may be off the slopes of J, all in all."""
        part = self.parts[name]
        return norm(self.slopes[part] - self.exact[part]) + self.reach(name)

    @property
    def length(self) -> float:
        """How long the gradient is: the slopes of J, as far as they are known, or dθ, where that is shorter."""
        return min(norm(np.nan_to_num(self.slopes)), norm(self.exact))

    def hardly_known(self, name: str) -> bool:
        """Tell whether it is not known to a tenth how far a block is off."""
        part = self.parts[name]
        return bool(self.reach(name) > norm(np.nan_to_num(self.slopes - self.exact)[part]) / 10)

    def may_be_flat(self, name: str) -> bool:
        """Tell whether the slopes of a block may all be 0, as far as they are known."""
        return bool(norm(self.slopes[self.parts[name]]) <= 2 * self.reach(name))

    def suspects(self, name: str) -> np.ndarray:
        """Return the entries of a block in which dθ is farther from the slope of J than bar and tolerance allow."""
        part = self.parts[name]
        gap = np.abs(self.slopes[part] - self.exact[part])
        bound = np.add(*self.bars(name)) + self.allowed_by_size(name) + self.rounding[part]
        return np.flatnonzero(~(gap <= bound)) + part.start

    def faint(self, name: str) -> np.ndarray:
        """Return the entries of small slopes in which an error that moves J as the others do would not show."""
        part, strict = self.parts[name], min(1, SEEN / self.rtol)  # where rtol allows more, no more is asked
        allowed, by_size = strict * self.allowed(name), strict * self.allowed_by_size(name)
        exact = np.abs(self.exact[part])
        if self.own_sizes or (exact >= 10 * allowed).all():  # by own sizes small slopes weigh as much
            return np.zeros(0, int)
        size = np.where(self.J.theta[part], np.abs(self.J.theta[part]), self.scale[part])
        slopes = np.maximum(exact, np.abs(self.slopes[part]) - self.bars(name)[0])
        hidden = np.minimum(allowed, self.error_bars(name) + by_size)
        moves = np.maximum(slopes, hidden) * size
        return np.flatnonzero((slopes < 10 * hidden) & (moves > (slopes * size).max() / 10)) + part.start

    # ---- look again --------------------------------------------------------------------------------------------------

    def settled(self, name: str) -> bool:
        """Tell whether looking again has come to an end in a block."""
        return name in self.wrong or name in self.open or name in self.inexact

    def look_again(self, name: str) -> None:
        """Ask J along the direction in which it and dθ disagree most; then the suspects, at the best step there."""
        part, first = self.parts[name], self.suspects(name)
        asked = float(np.median(self.eps[first] / self.scale[first]))
        outside = not np.isfinite(self.bend[first]).all()
        for _ in range(ROUNDS):
            suspects = self.suspects(name)
            if not suspects.size:
                break
            ladder, v, judged = self.along_disagreement(suspects)
            if ladder and ladder.hardly_moved and judged != "wrong":  # as along a shift that a norm takes away
                gap = np.abs(self.slopes - self.exact)[suspects]
                ladder, v, judged = self.along_disagreement(suspects[[np.argmax(np.nan_to_num(gap))]])
            if judged == "wrong":
                ladder, v, judged = self.without_corners(name, suspects, ladder, v)
            if judged == "wrong":
                small = norm((self.slopes - self.exact)[suspects]) < SMALL * norm(self.exact[part])
                if small and self.leaps(name, v, ladder):
                    self.inexact[name], self.notes[name] = ladder, "leap afar"
                else:
                    self.wrong[name] = ladder
                    self.tell_apart(name)
                return
            self.open[name], self.blame[name] = ladder, ladder.clouds()
            if not ladder:
                return
            bars, gap = self.at_best(ladder, suspects), np.abs(self.slopes - self.exact)[suspects]
            if norm(bars) > norm(gap):  # no step knows more: what is left is the noise of J
                self.extra[suspects] += gap
                break
            self.nudge_at_best(ladder, suspects, bars)
        if name in self.open and not self.suspects(name).size:
            ladder = self.open.pop(name)
            self.afar = max([self.afar, *(leap.height for leap in ladder.leaps)])
            self.notes[name] = "domain" if outside else unfit(ladder, asked)

    def at_best(self, ladder: Ladder, entries: np.ndarray) -> np.ndarray:
        """Return how far the slopes of these entries may be off at the best step of a ladder along them."""
        best = ladder.best
        off = 3 * ladder.truncation[best] + ladder.kink[best] + SURE * ladder.noise[best] / ladder.steps[best]
        return off / self.scale[entries] / entries.size**0.5

    def nudge_at_best(self, ladder: Ladder, entries: np.ndarray, bars: np.ndarray) -> None:
        """Measure some slopes anew at the best step of a ladder along them, where they may be off by these bars."""
        self.nudge(entries, ladder.steps[ladder.best] * self.scale[entries])
        self.extra[entries] = bars

    def tell_apart(self, name: str) -> None:
        """Ask of the worst entries, at a better step, whether they are wrong, unless most of the block is."""
        part, suspects, ladder = self.parts[name], self.suspects(name), self.wrong[name]
        most = suspects.size > max(WORST, (part.stop - part.start) / 2)
        gap = np.nan_to_num(np.abs(self.slopes - self.exact)[suspects], nan=np.inf)
        bars, worst = self.at_best(ladder, suspects), np.argsort(gap)[-WORST:]
        suspects, bars = suspects[worst], bars[worst]
        if not most and norm(bars) < norm(gap) / 10:
            self.nudge_at_best(ladder, suspects, bars)

    def along_disagreement(self, suspects: np.ndarray) -> tuple[Ladder, np.ndarray, Judgement]:
        """Take the ladder along which J and dθ disagree most in these entries; return it, its direction, its answer."""
        gap, v = (self.slopes - self.exact)[suspects], np.zeros(self.exact.size)
        known = np.isfinite(gap) & (gap != 0)
        v[suspects] = self.scale[suspects] * np.where(known, np.sign(gap), self.rng.choice([-1, 1], gap.size))
        ladder = self.along(v)
        return ladder, v, ladder.judge(float(self.exact @ v), self.tolerance(v))

    def without_corners(self, name: str, suspects: np.ndarray, ladder: Ladder, v: np.ndarray):
        """Ask again without the entries that lie between the slopes on the two sides of a corner, where any is right.

        Along several corners at once J may have the slope of neither side: then the worst entry has to be wrong alone.
        """
        gap, bend = np.abs(self.slopes - self.exact)[suspects], np.abs(self.bend[suspects])
        many, noise = self.among_corners(ladder, v), self.bars(name)[0][suspects - self.parts[name].start]
        if many:
            h = 2 * ladder.steps[np.argmin(ladder.one_sided_error)] * self.scale
            smooth = suspects[[not self.J.corners(i, h[i]) for i in suspects]]  # as far as the cost can tell
            if smooth.size < suspects.size:
                return self.along_disagreement(smooth) if smooth.size else (ladder, v, "cannot tell")
        between = (gap < 0.6 * bend) & (bend > 2 * noise)  # else it may be noise, and no corner
        if between.any():
            alone = self.along_disagreement(suspects[[np.argmax(np.where(between, gap, -1))]])
            if alone[0].on_theta and between.all():
                return alone
            if alone[0].on_theta:
                suspects, gap = suspects[~between], gap[~between]
                ladder, v, judged = self.along_disagreement(suspects)
                if judged != "wrong":
                    return ladder, v, judged
        if many and suspects.size > 1:
            return self.along_disagreement(suspects[[np.argmax(np.nan_to_num(gap))]])
        return ladder, v, "wrong"

    def among_corners(self, ladder: Ladder, v: np.ndarray) -> bool:
        """Tell whether at every step corners of either sign explain the difference: it is small beside a kink."""
        gap = np.abs(ladder.slope - float(self.exact @ v))
        kink = ladder.kink + 5.5 * SURE * ladder.noise / ladder.steps  # with what noise may keep from being heard
        return bool((gap < CORNERS * kink).all() and not ladder.leaps)  # of steps, noise looks like a kink

    def leaps(self, name: str, v: np.ndarray, ladder: Ladder) -> bool:
        """Tell whether J has leaps afar, along v or its block, that make a difference as small as this meaningless.

        Between such leaps J has drifted off by what they take back, as where a solver takes one turn more: one that is
        far higher than this difference makes it on the way has another cause, such as an angle beyond π.
        """
        if len(self.inexact) + len(self.wrong) >= FAR_LEAPS:
            return bool(self.inexact)
        gap = abs(ladder.slope[ladder.best] - float(self.exact @ v))
        noise = float(ladder.noise[0] if ladder.leaps else ladder.noise.max())
        for u in v, self.direction(self.parts[name]):
            height = leap_afar(self.J.along(u), noise)
            self.afar = max(self.afar, height)
            if 0.01 * gap < height < DRIFT * gap:
                return True
        return False

    def widen(self, name: str) -> None:
        """Where the bars are too wide for a verdict, take the loop at the best step of all θ, then of the block."""
        part = self.parts[name]
        for own in (False, True):
            reach = self.reach(name)
            heard = norm(self.slopes[part]) > reach
            small = own and heard and reach < self.seen * self.length and not self.suspects(name).size
            known = reach <= 0.5 * self.worth * norm(self.exact[part])
            if (known or small) and name not in self.doubts:
                return
            ladder = self.own_ladder(name) if own else self.ladders[name]
            if not ladder:
                continue
            eps = ladder.steps[ladder.best] * self.scale[part]
            if length_of_noise(SURE * ladder.noise[ladder.best] / eps) > 0.7 * reach:
                continue
            self.nudge(np.arange(part.start, part.stop), eps)
            self.extra[part] = ladder.truncation[ladder.best] / self.scale[part] / eps.size**0.5 if own else 0

    def look(self) -> None:
        """Look again wherever a question is left; where leaps leave one, believe what follows J in the loop."""
        slopes, bend, eps = self.slopes.copy(), self.bend.copy(), self.eps.copy()
        follows = [name for name in self.parts if self.follows(name)]
        self.look_through()
        for name in follows:
            part, ladder = self.parts[name], self.open.get(name) or self.ladders[name]
            if name in self.wrong or not ladder.hidden.any() or self.off(name) <= self.worth * norm(self.exact[part]):
                continue
            self.slopes[part], self.bend[part], self.eps[part], self.extra[part] = (
                slopes[part],
                bend[part],
                eps[part],
                0,
            )
            self.ladders[name] = ladder.followed(float((eps / self.scale)[part].max()))
            for learnt in self.open, self.inexact, self.doubts, self.notes, self.blame:
                learnt.pop(name, None)

    def look_through(self) -> None:
        """Look again wherever the loop leaves a question; at each entry's own step first, where no one ε suits all."""
        if self.own_sizes:
            self.nudge(np.arange(self.exact.size), self.best_steps())
        for faint in map(self.faint, self.parts):
            if faint.size:
                self.nudge(faint, self.best_steps()[faint])
        if self.whole and self.whole.first_leap < np.inf and len(self.parts) > 1:
            for name in self.parts:  # which block makes the steps?
                self.own_ladder(name)
        for name in self.parts:
            if self.suspects(name).size:
                self.look_again(name)
            if not self.settled(name) or (name in self.wrong and self.hardly_known(name)):
                self.widen(name)
            if not self.settled(name) and self.suspects(name).size:
                self.look_again(name)
        if self.odd and not (self.wrong or self.open or self.inexact):  # the loop agrees, and J along v does not
            for name in self.parts:
                if name not in self.doubts:
                    self.own_ladder(name)
                self.widen(name)  # by its own ladder the steps may be too large, or too small to see so small an error
                if self.suspects(name).size:
                    self.look_again(name)
        for name, ladder in self.doubts.items():
            if not self.settled(name):
                self.open[name] = ladder


def loudness(ladder: Ladder) -> float:
    """Return the noise of J along a ladder; infinity where it is nothing else, or J has no value."""
    return float(ladder.noise.max()) if ladder and not ladder.all_noise else np.inf


def scales(theta: np.ndarray, parts: Mapping[str, slice], least: float) -> np.ndarray:
    """Return the size of each entry's own nudges: |θᵢ|, but no less than a share of what is usual in its block."""
    size = np.abs(theta)
    for part in parts.values():
        block = size[part]
        usual = np.median(block[block > 0]) if block.any() else 1.0
        size[part] = np.where(block > 0, np.maximum(block, least * usual), usual)
    return size


def loop_bars(ladder: Ladder, theta, slopes, scale, eps, weight=1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return how far the loop's slopes of a block may be off in two parts: the noise of J, and stairs and rounding."""
    if not ladder:
        return (np.full(eps.size, np.inf),) * 2
    rung = np.clip(np.searchsorted(ladder.steps, 2 * eps / scale), 0, ladder.steps.size - 1)
    hidden = (2 * eps / scale < ladder.first_leap) * ladder.hidden[0] / scale / eps.size**0.5
    size = np.abs(slopes)
    rounding = size * np.spacing(np.abs(theta) + eps) / eps + 8 * EXACT * (size + rms(slopes * weight) / weight)
    return SURE * ladder.noise[rung] / eps, hidden + rounding


def length_of_noise(bars: np.ndarray) -> float:
    """Return how long a block's noise may be, given its error bars: n noises add up to √n of them, give or take."""
    return norm(bars) * (1 / SURE + bars.size**-0.5) / 2**0.5


def unfit(ladder: Ladder, asked: float) -> str:
    """Say why the step asked for did not do, where a better one did."""
    i = min(int(np.searchsorted(ladder.steps, asked)), ladder.steps.size - 1)
    if SURE * ladder.noise[i] / ladder.steps[i] + ladder.hidden[i] > ladder.truncation[i] + ladder.kink[i]:
        return ladder.nature if ladder.leaps else "round-off"
    return "kink within ε" if ladder.corner < 3 * asked else "truncation"


def rms(v: np.ndarray) -> float:
    """Return ‖v‖/√n."""
    return norm(v) / max(v.size, 1) ** 0.5
