"""The bench while it moves: pale marks, pictures, threads, memory."""

import json
import subprocess
import sys
import threading
from dataclasses import fields, replace

import numpy as np
import pytest
from bench_helpers import consistent, values, without_pale_marks

import gc_lib as gcl
from gc_lib.labs import slices, state
from gc_lib.labs.state import BenchState as State

pytestmark = pytest.mark.slow


def test_moves_of_one_control_keep_the_pale_marks_from_before_the_first(bench):
    start = bench.state
    for eps in (1e-6, 1e-5, 1e-4):
        bench.bound["eps"].value = eps
        assert bench.result.before.state == start
    bench.set(eps=1e-3)
    assert bench.result.before.state == start  # a cell and a hand move the same control
    bench.bound["lam"].value = 1.0
    assert bench.result.before.state == replace(start, eps=1e-3)
    assert bench.result.before.before is None
    bench.bound["eps"].value = 1e-7
    assert bench.result.before.state == replace(start, eps=1e-3, lam=1.0)


def test_the_pale_marks_are_in_the_picture(bench):
    bench.set(bugs=[])
    bench.set(lam=3.0)
    assert all(shown != bare for shown, bare in zip(bench.png, without_pale_marks(bench), strict=True))


TOUR = [
    {"eps": 1e-3},
    {"bugs": [("no_decay", 2)]},
    {"masks": "fresh", "keep_prob": 0.9},
    {"units": (6, 6, 6), "masks": "frozen"},
    {"units": (6, 6), "mistakes": ["norm_of_sum"], "bugs": [("sign_flipped", 3)]},
    {"dtype": "float32", "eps": 1e-12, "mistakes": [], "scale": 1e-3},
]


def test_moved_equals_opened_there():
    bench = gcl.labs.bench()
    for changes in TOUR:
        bench.set(**changes)
        fresh = gcl.labs.bench(**{f.name: getattr(bench.state, f.name) for f in fields(State)})
        assert fresh.state == bench.state
        assert fresh.png == without_pale_marks(bench)
        assert fresh.paint(replace(fresh.result, before=bench.result.before)) == bench.png
        assert (fresh.headline.words.value, fresh.caption.words.value) == (
            bench.headline.words.value,
            bench.caption.words.value,
        )
        assert values(fresh).items() >= {name: values(bench)[name] for name in (*bench.bound, *bench.mistakes)}.items()


def test_a_burst_of_moves_beside_a_cell_ends_on_the_last_of_each():
    bench = gcl.labs.bench()
    burst = list(np.geomspace(1e-10, 1e-2, 60))
    for eps in burst[-1:]:
        bench.set(eps=eps)  # the slider knows its last value
    bench.set(eps=1e-7)
    values = [value for _, value in bench.bound["eps"].options]
    moves = [values[i % len(values)] for i in range(59)] + [burst[-1]]
    hand = threading.Thread(target=lambda: [setattr(bench.bound["eps"], "value", eps) for eps in moves])
    hand.start()
    for i in range(16):
        bench.set(lam=float(i))
    hand.join(60)
    assert not hand.is_alive()
    bench.sharpen()
    assert (bench.state.eps, bench.state.lam) == (burst[-1], 15.0)
    assert consistent(bench)
    fresh = gcl.labs.bench(eps=bench.state.eps, lam=bench.state.lam)
    assert fresh.paint(replace(fresh.result, before=bench.result.before)) == bench.png


def test_a_move_while_the_lab_is_drawing_is_not_lost(bench, monkeypatch):
    right = bench.show

    def show_while_the_hand_moves():
        monkeypatch.setattr(bench, "show", right)
        right()
        hand.start()
        hand.join(0.5)

    hand = threading.Thread(target=lambda: setattr(bench.bound["eps"], "value", 1e-3))
    monkeypatch.setattr(bench, "show", show_while_the_hand_moves)
    bench.set(lam=1.0)
    hand.join(10)
    assert (bench.state.eps, bench.state.lam) == (1e-3, 1.0) and consistent(bench)


LONG = """
import gc as collector, json, os, sys
import gc_lib as gcl
bench = gcl.labs.bench()
from matplotlib._pylab_helpers import Gcf

def moves(count):
    for i in range(count):
        bench.set(**({"eps": 10.0 ** -(1 + i % 50 / 5)}, {"lam": i % 53 / 10}, {"bugs": [("no_decay", 1 + i % 3)]},
                   {"lam": 1.0}, {"keep_prob": 1 - i % 3 / 20}, {"bugs": []}, {"lam": 2.0}, {"lam": 3.0})[i % 8])

def resident():
    collector.collect()
    statm = "/proc/self/statm"
    return int(open(statm).read().split()[1]) * os.sysconf("SC_PAGE_SIZE") if os.path.exists(statm) else 0

moves(40)
before = resident()
moves(500)
grown = resident() - before
print(json.dumps({"grown": grown, "figures": len(Gcf.figs), "pyplot": "matplotlib.pyplot" in sys.modules}))
"""


def test_500_moves_leave_no_memory_and_no_figure_behind():
    done = subprocess.run([sys.executable, "-c", LONG], capture_output=True, text=True, check=True, timeout=300)
    found = json.loads(done.stdout)
    assert found["grown"] <= 5e6
    assert (found["figures"], found["pyplot"]) == (0, False)


def test_what_is_kept_is_bounded():
    names = vars(state) | vars(slices)
    kept = {name: found for name, found in names.items() if hasattr(found, "cache_info")}
    assert kept.keys() == {"examples", "training", "heard", "layers", "losses", "loss_curve", "squares", "loss"}
    assert all(function.cache_info().maxsize is not None for function in kept.values())
