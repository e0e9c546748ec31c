"""What the tests of a ladder and of a verdict share: J along a line, and ladders made by hand."""

from dataclasses import fields

import numpy as np

from gc_lib.checker.ladder import STEPS, Ladder, listen

THETA = 0.7
EXACT = np.cos(THETA)  # of sin


class Line:
    """J along a line through θ = 0.7; counts its evaluations."""

    def __init__(self, J):
        self.J, self.evaluations = np.vectorize(J, otypes=[float]), 0

    def __call__(self, t):
        self.evaluations += np.size(t)
        with np.errstate(all="ignore"):
            return self.J(THETA + np.asarray(t))


def heard(J, **known):
    with np.errstate(all="ignore"):
        return listen(float(J(THETA)), Line(J), **known)


def made(steps=STEPS, leaps=(), here=1.0, swing=1.0, **arrays):
    """Return a ladder of these arrays; what is not given is 0, and the slope 1."""
    given = {"slope": 1.0, "still": False} | arrays
    names = [f.name for f in fields(Ladder) if f.name not in ("steps", "leaps", "here", "swing")]
    full = {name: np.zeros(steps.size, bool if name == "still" else float) + given.get(name, 0) for name in names}
    full["still"] = full["still"].astype(bool)
    return Ladder(steps=steps, leaps=leaps, here=here, swing=swing, **full)


def corner(at, jump=2.0):
    return lambda t: np.sin(t) + jump * max(t - THETA - at, 0)


def stairs(width, share=0.1):
    return lambda t: np.sin(t) + share * np.round(t / width) * width


def noisy(size, seed=0):
    rng = np.random.default_rng(seed)
    return lambda t: np.sin(t) + size * rng.standard_normal()
