"""The detective's reasons: which check ruled out what, in four claims of which one is true."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice, zip_longest
from typing import NamedTuple

import numpy as np

from . import cases
from .cases import Setting, Suspect

LETTERS = "abcd"
MOST = 300  # suspects who are looked through, which takes a third of a second


class Claim(NamedTuple):
    """Claim that a check has left these marks, and that they rule out a suspect."""

    check: int  # its number, from 1
    marks: tuple[str, ...]
    suspect: Suspect


def shown(number: int, checks: tuple[Setting, ...], claim: Claim) -> bool:
    """Tell whether the check has left the marks that are claimed."""
    return claim.marks == cases.seen(number, checks[claim.check - 1])


def true(number: int, checks: tuple[Setting, ...], claim: Claim) -> bool:
    """Tell whether a claim is true: the check has left these marks, and the suspect would have left others."""
    would = cases.seen(number, checks[claim.check - 1], claim.suspect)
    return shown(number, checks, claim) and claim.marks != would


def decided(number: int, checks: tuple[Setting, ...]) -> int:
    """Return the number of the last check that ruled somebody out; 0 where none has."""
    left = [len(cases.left(number, checks[:n])) for n in range(len(checks) + 1)]
    return max((n for n in range(1, len(left)) if left[n] < left[n - 1]), default=0)


@lru_cache(128)
def claims(number: int, checks: tuple[Setting, ...]) -> tuple[Claim, ...]:
    """Return four claims, in an order drawn by chance: what the last check has ruled out, and three false ones."""
    n, last, chance = len(checks), checks[-1], np.random.default_rng([number, len(checks)])
    before, after = cases.left(number, checks[:-1]), cases.left(number, checks)
    seen, out = cases.seen(number, last), shuffled([s for s in before if s not in after], chance)

    def misread() -> Iterator[Claim]:
        """Yield what others would have shown, as if it had been seen."""
        suspects = cases.case(number).suspects
        for suspect in (*out, *shuffled(suspects, chance)):
            if (marks := cases.seen(number, last, suspect)) != seen:
                yield from (Claim(n, marks, each) for each in (out[1 % len(out)], *suspects))

    def alike() -> Iterator[Claim]:
        """Yield those who look the same in this check as if it had ruled them out."""
        gone = shuffled(set(cases.case(number).suspects) - set(before), chance)[:MOST]
        same = (suspect for suspect in gone if cases.seen(number, last, suspect) == seen)
        for suspect in (*islice(same, 2), *(shuffled(after, chance) if len(after) > 1 else ())):
            yield Claim(n, seen, suspect)

    def earlier() -> Iterator[Claim]:
        """Yield that an earlier check had ruled out those who were left after it."""
        for k in shuffled(range(1, n), chance):
            yield Claim(k, cases.seen(number, checks[k - 1]), out[2 % len(out)])

    false: list[Claim] = []
    turns = chain.from_iterable(zip_longest(alike(), earlier(), misread()))
    while len(false) < 3:
        claim = next(turns)
        false += [claim] if claim and claim not in false else []
    return tuple(shuffled([Claim(n, seen, out[0]), *false], chance))


def shuffled(found, chance: np.random.Generator) -> list:
    """Return what is found in an order drawn by chance, the same every time."""
    found = sorted(found)
    return [found[i] for i in chance.permutation(len(found))]
