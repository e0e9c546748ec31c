"""What the tests of the bench share: states of every kind, and what must agree in any of them."""

import html
from dataclasses import replace

import ipywidgets as widgets
from helpers import below

from gc_lib.labs.lab import CRISP

STATES = {
    "as it opens": {},
    "another epsilon": {"eps": 3e-4},
    "large epsilon": {"eps": 1.0},
    "large lambda": {"lam": 1e4},
    "no_decay": {"bugs": [("no_decay", 2)]},
    "weak bug": {"bugs": [("no_slope", 1, 1e-5)], "lam": 0.0},
    "a factor": {"bugs": [("scaled_dA", 3, 0.5, -2.0)]},
    "several bugs": {"bugs": [("dW_no_mean", 1), ("db_zero", 3), ("dA_doubled", 2, 0.1)], "lam": 3.0},
    "a square layer's bugs": {"bugs": [("own_A", 2), ("W_not_transposed", 2)]},
    "J forgets the decay": {"mistakes": ["J_no_decay"]},
    "J takes lambda / m": {"mistakes": ["J_decay_over_m"], "lam": 2.0},
    "J counts a layer twice": {"mistakes": ["J_layer_twice"]},
    "one-sided": {"mistakes": ["one_sided"]},
    "forgotten 2": {"mistakes": ["forgotten_2"]},
    "absolute": {"mistakes": ["absolute"], "bugs": [("half_decay", 1)]},
    "norm of the sum": {"mistakes": ["norm_of_sum"], "bugs": [("sign_flipped", 3, 0.9)]},
    "other order": {"mistakes": ["other_order", "J_no_decay"]},
    "not restored": {"mistakes": ["not_restored"], "eps": 1e-5},
    "not restored, dropout": {"mistakes": ["not_restored"], "keep_prob": 0.8, "bugs": [("no_mask", 1)]},
    "float32": {"dtype": "float32", "eps": 1e-2},
    "float32, bug": {"dtype": "float32", "eps": 1e-3, "bugs": [("no_decay", 1)], "keep_prob": 0.7},
    "relu": {"hidden": "relu", "bias": 0.01, "bugs": [("slope_at_A", 1)]},
    "sigmoid": {"hidden": "sigmoid", "bugs": [("activation_for_slope", 2)]},
    "softmax": {"data": "ten digits, 4×4 pixels", "examples": 16, "bugs": [("output_slope_twice", 3)]},
    "L = 1": {"units": (), "bugs": [("db_no_mean", 1)]},
    "L = 4": {"units": (6, 6, 6), "bugs": [("no_W", 3)]},
    "one example": {"examples": 1, "bugs": [("dW_no_mean", 1)]},
    "trained": {"steps": 50, "bugs": [("db_decayed", 2)]},
    "another start": {"seed": 7, "scale": 0.3, "bias": 0.1, "bugs": [("db_decayed", 2)]},
    "small weights": {"scale": 1e-3},
    "dropout, frozen": {"keep_prob": 0.8, "bugs": [("no_keep_prob", 1)]},
    "dropout, another mask": {"keep_prob": 0.5, "mask_seed": 3, "bugs": [("neighbour_mask", 2)]},
    "moons": {"data": "two moons", "examples": 8, "bugs": [("db_one_sum", 2)]},
}
FRESH = {"masks": "fresh", "keep_prob": 0.8}
AXES = "eps", "lam", "keep_prob"  # the fields of the state along which there are slices


def controls(bench):
    """Return every control of a bench that has a value, by a name of its own."""
    named = dict(bench.bound) | bench.mistakes
    for i, row in enumerate(bench.rows):
        named |= {f"{i} {name}": getattr(row, name) for name in ("bug", "layer", "strength", "factor")}
    return named


def values(bench):
    return {name: control.value for name, control in controls(bench).items()}


def press(bench, words):
    """Press the button of that description."""
    next(w for w in below(bench.box) if isinstance(w, widgets.Button) and w.description == words).click()


def without_pale_marks(bench):
    """Return the pictures of a bench's result without the pale marks that any change leaves behind."""
    return bench.paint(replace(bench.result, before=None), CRISP)


def consistent(bench):
    """Tell whether state, result, headline, caption, pictures and controls of a bench all say the same."""
    state, shown = bench.state, values(bench)
    assert bench.result.state == state
    for room, name, words in (
        (bench.headline, "gc-headline", bench.result.headline.html),
        (bench.caption, "gc-caption", bench.result.caption),
    ):
        assert room.words.value == f'<div class="{name}" role="status">{words}</div>'
    assert bench.png == bench.paint(bench.result, bench.scale)
    assert all(bytes(png).startswith(b"\x89PNG") for png in bench.png)
    assert all(shown[name] == getattr(state, name) for name in bench.bound)
    assert tuple(name for name in bench.mistakes if shown[name]) == tuple(
        n for n in bench.mistakes if n in state.mistakes
    )
    assert len(bench.planted()) == len(state.bugs) and set(bench.planted()) == set(state.bugs)
    unfolded, bench.folds.opened = bench.folds.opened, bench.shared
    assert bench.code() in html.unescape(bench.shared.value)
    bench.folds.opened = unfolded
    return True
