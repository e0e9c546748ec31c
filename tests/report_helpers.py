"""What the tests of a report's words share: reports of two blocks, a (2 × 3) and b (3), written down by hand."""

from types import SimpleNamespace

import numpy as np
from ladder_helpers import made

from gc_lib.checker.report import Report
from gc_lib.checker.verdict import CANNOT_TELL, Verdict, Within

SHAPES = {"a": np.array([[1.0, -2.0, 3.0], [0.5, 1.5, 2.5]]), "b": np.array([1.0, 2.0, 4.0])}
APPROX = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 20.0, 30.0])
ANSWERS = {"right": Within("right", 3e-9), "wrong": Within("wrong", 0.25), "cannot tell": CANNOT_TELL}


def reported(
    a="right", b="right", *, gap=0.0, bars=1e-12, noise=0.0, eps=1e-5, unmoved=0, slopes=None, ladder=None, whole=None,
    clouds=(), notes=(), small=(), random=False, J=1.0, taylor=None, corners=None, **found,
):  # fmt: skip
    """Return a report with these answers in which dθ lies off dθ_approx by `gap`; `ladder` is that of both blocks."""
    full = np.zeros(9)
    approx, gradient = APPROX.copy(), APPROX - gap
    ladder = made() if ladder is None else ladder
    learnt = {
        "parts": {"a": slice(0, 6), "b": slice(6, 9)},
        "weight": lambda name: 1.0,
        "faint": lambda name: {"a": np.array([5]), "b": np.array([8])}[name],
        "whole": ladder if whole is None else whole,
        "ladders": {"a": ladder, "b": ladder},
        "wrong": {},
        "open": {},
        "scale": np.abs(np.concatenate([block.ravel() for block in SHAPES.values()])),
        "eps": full + 1e-3,
        "random": random,
        "own_sizes": False,
        "restless": set(),
        "bend_in_loop": full,
        "spread": 0.0,
        "afar": 0.0,
        "best_eps": lambda name: {"a": 3e-4, "b": 7e-4}[name],
        "bars": lambda name: (full[:6] + bars, 0 * full[:6]) if name == "a" else (full[:3] + bars, 0 * full[:3]),
        "allowed_by_size": lambda name: 0.0,
        "may_be_flat": lambda name: True,
        "J": SimpleNamespace(
            failure=None,
            writes=None,
            widened=False,
            theta=np.concatenate([block.ravel() for block in SHAPES.values()]),
            corners=corners or (lambda i, h: []),
            cost=None,
            blocks=SHAPES,
            evaluations=40,
        ),
    }
    return Report(
        eps, J, approx, gradient, SHAPES, full + bars, full + noise, unmoved,
        slopes=approx if slopes is None else np.array(slopes, float),
        opinion=Verdict({"a": ANSWERS[a], "b": ANSWERS[b]}, dict(clouds), dict(notes), tuple(small), random),
        found=SimpleNamespace(**(learnt | found)),
        taylor=taylor,
    )  # fmt: skip
