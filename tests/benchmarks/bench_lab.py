"""Time a move of the bench, state to PNG bytes, beside the same panels under `interact`, a figure rebuilt each time.

python tests/benchmarks/bench_lab.py [moves, 40 if not given]. "new" moves visit values that no move visited before, so
that nothing kept answers them; "again" visits them once more. `compute` is the check and its three slices, `encode` the
two PNGs, `to PNG` all from state to PNG, to which the goals apply; a whole move adds caption and controls. Moves and
rebuilds take turns, so that a busy machine slows both. The network of 64-16-8-1 has 1,185 parameters; where a move
changes all it knows, `bars` says when marker and bars are there, and `to PNG` when the slices are. Moves are drawn as
quickly as from a control; "2×" draws twice as many pixels each way, as the picture becomes where the hand rests.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is imported

import contextlib
import gc as collector
import importlib
import io
import sys
from time import perf_counter

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np

import gc_lib as gcl
from gc_lib.labs.lab import CRISP, QUICK
from gc_lib.plots import style
from gc_lib.plots.picture import Picture

bench = importlib.import_module("gc_lib.labs.bench")  # the module: `gcl.labs.bench` is the class
MOVES, CHEAP, DEAR, LARGE, ALL = int([*sys.argv, 40][1]), 25, 200, 100, 1000  # goals, in ms at the median
TURN = np.arange(MOVES) / MOVES
BIG = {"data": "3 or 8, 8×8 pixels", "units": (16, 8)}
FRESH = {"masks": "fresh", "keep_prob": 0.8}


def bugs(**state):
    """Return as many bugs as there are moves, of those that fit the network of a state."""
    network, layers = gcl.labs.BenchState(**state).network, (1, 2, 3)
    fitting = [[(bug, layer)] for layer in layers for bug in gcl.bugs.CATALOGUE if not network.obstacle(bug, layer)]
    return (fitting * MOVES)[:MOVES]


WORK = {  # name: (where the lab stands, the control, its values, the goal)
    "ε": ({}, "eps", 10 ** (-11 + 10 * TURN), CHEAP),
    "λ": ({}, "lam", 10 ** (-7 + 10 * TURN), CHEAP),
    "keep_prob": ({}, "keep_prob", 0.99 - 0.6 * TURN, CHEAP),
    "a bug": ({"keep_prob": 0.8}, "bugs", bugs(), CHEAP),
    "fresh masks": (FRESH, "eps", 10 ** (-11 + 10 * TURN), DEAR),
    "θ not restored": ({"mistakes": ["not_restored"]}, "eps", 10 ** (-11 + 10 * TURN), DEAR),
    "new start": ({}, "seed", [1000 + i for i in range(MOVES)], DEAR),
    "training steps": ({}, "steps", [300 - i * 300 // MOVES for i in range(MOVES)], DEAR),
    "ε, 2×": ({}, "eps", 10 ** (-11 + 10 * TURN), CHEAP),
    "ε, 64-16-8-1": (BIG, "eps", 10 ** (-11 + 10 * TURN), LARGE),
    "λ, 64-16-8-1": (BIG, "lam", 10 ** (-7 + 10 * TURN), LARGE),
    "a bug, 64-16-8-1": (BIG, "bugs", bugs(**BIG), LARGE),
    "fresh masks, 64-16-8-1": (BIG | FRESH, "eps", 10 ** (-11 + 10 * TURN), ALL),
    "new start, 64-16-8-1": (BIG, "seed", [1000 + i for i in range(MOVES)], ALL),
}


def clock(owner, name):
    """Let a method add the milliseconds that it takes to spent[name]."""
    method = getattr(owner, name)

    def clocked(*args, **kwargs):
        start, found = perf_counter(), method(*args, **kwargs)
        spent[name] = spent.get(name, 0) + 1e3 * (perf_counter() - start)
        return found

    setattr(owner, name, clocked)


def rebuilt(move):
    """Compute the lab's result anew, with all that is kept at hand, and draw it as a cell under `interact` would."""
    result = bench.compute(lab.result.state, lab.result.before)
    with style.styled():
        figure, axes = plt.subplots(1, 4, figsize=(9.2, 3.7), layout="constrained")
        for panel, (key, zero) in zip(axes, {"eps": 0, "lam": 1e-9, "keep_prob": 0}.items(), strict=False):
            for x, y in (result.before.curves[key], result.curves[key], result.here[key]):
                panel.plot(np.maximum(x, zero), y, "o-")
            panel.set(xscale="linear" if key == "keep_prob" else "log", xlabel=key)
            panel.xaxis.set_minor_locator(style.NullLocator())
        axes[3].bar(list(result.blocks), list(result.blocks.values()))
        axes[3].bar(list(result.bounds), list(result.bounds.values()), fill=False, hatch="////")
        for panel in axes:
            style.DIFFERENCES.apply(panel, "1e-12 1e-9 1e-6 1e-3 1")
            style.paint_bands(panel)
        plt.savefig(io.BytesIO(), format="png")
        plt.close(figure)


def interact_time():
    """Return the milliseconds of a move of the control that `interact` makes, which rebuilds the figure each time."""
    start = perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):  # it clears the cell's output, of which there is none here
        control.value += 1
    return 1e3 * (perf_counter() - start)


def row(name, moves):
    """Begin a row: whole moves, the medians of their parts, and the size of the picture."""
    whole, *parts = ([move[part] for move in moves] for part in ("set", *heads[3:9]))
    numbers = [*np.quantile(whole, [0.5, 0.95, 0]), *map(np.median, parts)]
    return f"{name:<28}" + "".join(f"{number:9.1f}" for number in numbers)


def resident():
    """Return the megabytes of memory in use; not every system says."""
    collector.collect()
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


lab, control, spent = gcl.labs.bench(), widgets.IntText(), {}
owners = (lab, "set"), (bench, "compute"), (bench, "glimpse"), (lab, "paint"), (Picture, "repaint"), (Picture, "png")
for owner, name in owners:
    clock(owner, name)
heads = [
    "whole",
    "95%",
    "least",
    "to PNG",
    "bars",
    "compute",
    "repaint",
    "encode",
    "kB",
    "goal",
    "is",
    "interact",
    "ratio",
]
print(f"{f'{MOVES} moves each, in ms':<28}" + "".join(f"{head:>9}" for head in heads))
with contextlib.redirect_stdout(io.StringIO()):
    lab.set(eps=1e-6)
    shown = widgets.interactive(rebuilt, move=control)
    shown.update()
for name, (stand, field, values, goal) in WORK.items():
    lab.scale = CRISP if "2×" in name else QUICK
    lab.set(**(lab.opening() | stand))
    moves, rebuilds = {"new": [], "again": []}, []
    for visit, found in moves.items():
        for i, value in enumerate(values):
            spent.clear()
            lab.set(**{field: value})
            first = spent["glimpse"] + spent["paint"] / 2 if "glimpse" in spent else spent["compute"] + spent["paint"]
            all_of_it = spent.get("glimpse", 0) + spent["compute"] + spent["paint"]
            parts = {"encode": spent["png"] - spent["repaint"], "to PNG": all_of_it, "bars": first}
            found.append(dict(spent) | parts | {"kB": sum(map(len, lab.png)) / 1e3})
            if visit == "new" and i < 12:
                rebuilds.append(interact_time())
    median, slow = np.median([move["to PNG"] for move in moves["new"]]), np.median(rebuilds)
    met = "met" if median <= goal else "MISSED"
    print(f"{row(name + ', new', moves['new'])}{goal:9}{met:>9}{slow:9.0f}{slow / median:9.1f}")
    print(row(name + ", again", moves["again"]), flush=True)
if os.path.exists("/proc/self/statm"):
    lab.scale = QUICK
    lab.set(**lab.opening())
    before = resident()
    for i in range(500):
        _, field, values, _ = list(WORK.values())[i % 4]
        lab.set(**{field: values[i // 4 % MOVES]})
    print(f"500 moves: memory grew by {resident() - before:.1f} MB (goal: at most 5)")
