"""What a user's own script gets of the types: `mypy --strict` passes it, and finds the mistakes in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import FRONT_DOOR

import gc_lib

ROOT = Path(gc_lib.__file__).parents[1]

OWN_CODE = """
from typing import NamedTuple

import numpy as np

J: float = cost(params)
trained: dict[str, np.ndarray] = gcl.train(gradient, params, steps=5)
numeric: dict[str, np.ndarray] = gcl.numeric_gradient(cost, params)
readings: dict[str, float] = report.blocks
answer: str = report.answer
print(report.difference + gcl.relative_difference(gradient(params), numeric), report.plot(), gcl.__version__)
lab = gcl.labs.bench(bugs=[("no_decay", 2)]).set(eps=1e-5)


def mean_squares(params: dict[str, np.ndarray]) -> float:
    return float(np.mean((params["w"] @ X + params["b"]) ** 2))


def slopes(params: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    error = params["w"] @ X + params["b"]
    return {"w": 2 * X @ error / error.size, "b": np.array(2 * error.mean())}


class Layer(NamedTuple):
    W: np.ndarray
    b: np.ndarray


def both(layers: list[Layer]) -> tuple[float, list[Layer]]:
    return float(sum(np.sum(layer.W**2) + np.sum(layer.b) for layer in layers)), [
        Layer(2 * layer.W, np.ones_like(layer.b)) for layer in layers
    ]


gcl.check(both, True, [Layer(np.ones((2, 3)), np.ones(2))], eps=1e-5).assert_ok()
layers: list[Layer] = gcl.numeric_gradient(lambda layers: both(layers)[0], [Layer(np.ones((2, 3)), np.ones(2))])
own = {"w": np.zeros(64), "b": np.array(0.2)}
gcl.check(mean_squares, slopes, own, checker=gcl.ONE_SIDED).assert_ok()
gcl.check(lambda w: np.sum(w**2), lambda w: 2 * w, np.ones(3)).assert_ok()
print(gcl.screen(mean_squares, slopes, own, directions=2).wrong)
"""

MISTAKES = {  # a line, and what mypy says to it
    'print(report.answer == "Right")': "comparison-overlap",
    'print(report.band == "fine")': "comparison-overlap",
    "gcl.chek(cost, gradient, params)": "operator",
    "gcl.check(mean_squares, slopes, np.ones(3))": "arg-type",
    "gcl.check(cost, params, gradient)": "arg-type",
    "gcl.check(mean_squares, False, own)": "arg-type",
    'gcl.Network("64")': "arg-type",
    "report.plot(3)": "call-arg",
    'lab.accuse("no_decay")': "attr-defined",
}


@pytest.mark.slow
def test_a_strict_script_of_a_users_own_passes_and_each_mistake_in_it_is_found(tmp_path):
    script, right = tmp_path / "homework.py", FRONT_DOOR + OWN_CODE
    script.write_text(right + "\n".join(MISTAKES), encoding="utf-8")
    options = ["--strict", "--follow-imports=silent", "--config-file=", "--hide-error-context"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, script.name],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    said = [line for line in done.stdout.splitlines() if ": error: " in line]
    first = len(right.splitlines()) + 1
    found = {int(line.split(":")[1]) - first: line.rpartition("[")[2].rstrip("]") for line in said}
    assert found == dict(enumerate(MISTAKES.values())), done.stdout + done.stderr
