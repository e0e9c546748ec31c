"""Lesson 04: a wrong line of one's own, and which blocks it turns red."""

import re
from collections.abc import Callable
from inspect import signature

import numpy as np

from .. import data
from ..checker.report import check
from ..checker.slide import relative_difference
from ..checker.words import listed, short
from ..network.forward import Layer
from ..network.network import Network
from .answer import Answer, no_function
from .kinds import behind
from .lines import seen


def plant(wrong: Callable) -> Answer:
    """Plant a line in layer 2 of a network with four, check it, and name what turns red; the answer is a sentence."""
    if not callable(wrong):
        return no_function(wrong)
    net = Network((16, 6, 6, 6, 1), lam=0.1, keep_prob=0.8)
    X, Y, params = *data.digits(3, 8, examples=16, side=4), net.initialise(0, bias=0.1)
    try:
        cost, gradient = net.plant(wrong, 2).on(X, Y, masks="frozen")
        report = check(cost, gradient, params)
    except Exception as problem:
        own = re.search(rf"name '({'|'.join(Layer._fields)}|slope)' is not defined", str(problem))
        hint = f"it stands in c: c.{own[1]}." if own else behind(str(problem)) if "raised" in str(problem) else ""
        if next(iter(signature(wrong).parameters), "") == "c":
            hint = "what comes from above stands first, and c second."
        if getattr(wrong, "__name__", "") == "<lambda>":
            hint = "a lambda has no name of its own: def my_dZ(dA, c): gives it one."
        found, _, _ = str(problem).partition(" Or say it")  # there is no breaks= here
        return Answer(False, f"{found.rstrip('.')}.{hint and f' {hint[0].upper()}{hint[1:]}'}")
    red = report.that_are("wrong")
    if not red:
        off = relative_difference(gradient(params), net.on(X, Y, masks="frozen")[1](params))
        right = f"what it computes is off by {short(off, 1)} of dθ, which no check sees."
        if off < np.finfo(float).eps:
            right = f"here your line computes what is right. {seen(wrong, [])}".strip()
        return Answer(False, f"no block turns red: {right if report.answer == 'right' else report.reasons[0].says}")
    name = getattr(wrong, "__name__", "it")
    return Answer(True, f"in layer 2 {name} turns {listed(red)} red, and nothing above, as the law says.")
