"""Time a move of the bench, state to PNG bytes, beside the same panels as a pyplot figure rebuilt for each move.

python tests/benchmarks/bench_lab.py [moves, 40 if not given]. "new" moves visit values that no move visited before, so
that nothing kept answers them; "again" visits them once more. `compute` is the check and its three slices, `encode` the
PNG, `to PNG` all from state to PNG, to which the goals apply; a whole move adds caption and controls. Moves and
rebuilds take turns, so that a busy machine slows both.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is imported

import gc as collector
import importlib
import io
import subprocess
import sys
from time import perf_counter

import matplotlib.pyplot as plt
import numpy as np

import gc_lib as gc
from gc_lib.plots import style

bench = importlib.import_module("gc_lib.labs.bench")  # the module: `gc.labs.bench` is the function
MOVES, CHEAP, DEAR = int([*sys.argv, 40][1]), 40, 200  # a move may take 40 or 200 ms at the median
TURN, RIGHT = np.arange(MOVES) / MOVES, gc.labs.State().network
FITTING = [[(bug, layer)] for layer in (1, 2, 3) for bug in gc.bugs.CATALOGUE if not RIGHT.obstacle(bug, layer)]
WORK = {  # name: (where the lab stands, the control, its values, the goal)
    "ε": ({}, "eps", 10 ** (-11 + 10 * TURN), CHEAP),
    "λ": ({}, "lam", 10 ** (-7 + 10 * TURN), CHEAP),
    "keep_prob": ({}, "keep_prob", 0.99 - 0.6 * TURN, CHEAP),
    "a bug": ({"keep_prob": 0.8}, "bugs", (FITTING * MOVES)[:MOVES], CHEAP),
    "fresh masks": ({"masks": "fresh", "keep_prob": 0.8}, "eps", 10 ** (-11 + 10 * TURN), DEAR),
    "θ not restored": ({"mistakes": ["not_restored"]}, "eps", 10 ** (-11 + 10 * TURN), DEAR),
    "new start": ({}, "seed", [1000 + i for i in range(MOVES)], DEAR),
    "training steps": ({}, "steps", [300 - i * 300 // MOVES for i in range(MOVES)], DEAR),
}


def clock(owner, name):
    """Let a method add the milliseconds that it takes to spent[name]."""
    method = getattr(owner, name)

    def clocked(*args, **kwargs):
        start, found = perf_counter(), method(*args, **kwargs)
        spent[name] = spent.get(name, 0) + 1e3 * (perf_counter() - start)
        return found

    setattr(owner, name, clocked)


def rebuilt(result):
    """Compute a result anew, with all that is kept at hand, and draw it as a cell under `interact` would."""
    result = bench.compute(result.state, result.before)
    with style.styled():
        figure, axes = plt.subplots(1, 5, figsize=(9.6, 4), layout="constrained")
        for panel, (key, zero) in zip(axes, {"eps": 0, "lam": 1e-9, "drop": 1e-5}.items(), strict=False):
            for x, y in (result.before.curves[key], result.curves[key], result.here[key]):
                panel.plot(np.maximum(x, zero), y, "o-")
            panel.set(xscale="log", xlabel=key)
            panel.xaxis.set_minor_locator(style.NullLocator())
        axes[3].bar(list(result.blocks), list(result.blocks.values()))
        axes[3].bar(list(result.floors), list(result.floors.values()), fill=False, hatch="////")
        axes[4].bar(["approx", "exact"], result.lengths)
        for panel in axes:
            style.DIFFERENCES.apply(panel, "1e-12 1e-9 1e-6 1e-3 1")
            style.paint_bands(panel)
        plt.savefig(io.BytesIO(), format="png")
        plt.close(figure)


def row(name, moves):
    """Begin a row: whole moves, the medians of their parts, and the size of the picture."""
    whole, *parts = ([move[part] for move in moves] for part in ("set", "to PNG", "compute", "repaint", "encode", "kB"))
    numbers = [*np.quantile(whole, [0.5, 0.95, 0]), *map(np.median, parts)]
    return f"{name:<22}" + "".join(f"{number:8.1f}" for number in numbers)


def resident():
    """Return the megabytes of memory in use; not every system says."""
    collector.collect()
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def import_time(module):
    """Return the milliseconds in which a fresh Python imports a module, the least of 9."""
    run = [sys.executable, "-c", f"from time import perf_counter as t; s = t(); import {module}; print(t() - s)"]
    return min(1e3 * float(subprocess.run(run, capture_output=True, check=True).stdout) for _ in range(9))


lab, spent = gc.labs.bench(), {}
for owner, name in ((lab, "set"), (bench, "compute"), (lab, "paint"), (lab.view, "repaint"), (lab.view, "png")):
    clock(owner, name)
heads = ["whole", "95%", "least", "to PNG", "compute", "repaint", "encode", "kB", "goal", "is", "rebuilt", "ratio"]
print(f"{f'{MOVES} moves each, in ms':<22}" + "".join(f"{head:>8}" for head in heads))
for name, (stand, field, values, goal) in WORK.items():
    lab.set(**(lab.opening() | stand))
    moves, rebuilds = {"new": [], "again": []}, []
    for visit, found in moves.items():
        for i, value in enumerate(values):
            spent.clear()
            lab.set(**{field: value})
            parts = {"encode": spent["png"] - spent["repaint"], "to PNG": spent["compute"] + spent["paint"]}
            found.append(dict(spent) | parts | {"kB": len(lab.picture.value) / 1e3})
            if visit == "new" and i < 12:
                start = perf_counter()
                rebuilt(lab.result)
                rebuilds.append(1e3 * (perf_counter() - start))
    median, slow = np.median([move["to PNG"] for move in moves["new"]]), np.median(rebuilds)
    met = "met" if median <= goal else "MISSED"
    print(f"{row(name + ', new', moves['new'])}{goal:8}{met:>8}{slow:8.0f}{slow / median:8.1f}")
    print(row(name + ", again", moves["again"]), flush=True)
if os.path.exists("/proc/self/statm"):
    before = resident()
    for i in range(500):
        _, field, values, _ = list(WORK.values())[i % 4]
        lab.set(**{field: values[i // 4 % MOVES]})
    print(f"500 moves: memory grew by {resident() - before:.1f} MB (goal: at most 5)")
print(f"import gc_lib: {import_time('gc_lib'):.0f} ms; import numpy alone: {import_time('numpy'):.0f} ms")
