"""The front door runs as it stands, from any folder, in a fresh Python."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import FRONT_DOOR

import gc_lib

AFTER = """
assert X.shape == (64, 32) and Y.shape == (1, 32)
assert isinstance(cost(params), float) and {name: block.shape for name, block in gradient(params).items()} == net.shapes
assert type(report.difference) is float and 0 < report.difference < 1e-7
assert type(report.blocks["W2"]) is float and report.that_are("wrong") == ()
assert {name: block.shape for name, block in gcl.numeric_gradient(cost, params, eps=1e-7).items()} == net.shapes
assert gcl.check(*broken.on(X, Y), params).that_are("wrong") == ("W2",)
last = gcl.check(*worse.on(X, Y), params)
print(last)
assert last.that_are("wrong") == ("b1", "W2") and abs(last.factor("b1") - 4) < 1e-5
assert gcl.bugs.CATALOGUE["no_decay"].hides == "λ is 0"


def cost_and_gradient(layers):
    given = {f"{name}{l}": block for l, pair in enumerate(layers, 1) for name, block in zip("Wb", pair)}
    slopes = gradient(given)
    return cost(given), [(slopes[f"W{l}"], slopes[f"b{l}"]) for l in (1, 2, 3)]


layers = [(params[f"W{l}"], params[f"b{l}"]) for l in (1, 2, 3)]
one_function = gcl.check(cost_and_gradient, True, layers, eps=1e-6)
assert one_function.answer == "right"
assert list(one_function.blocks) == ["[0][0]", "[0][1]", "[1][0]", "[1][1]", "[2][0]", "[2][1]"]
assert gcl.bugs.CATALOGUE["half_decay"].seen.startswith("https://")
"""


@pytest.mark.slow
def test_the_front_door(tmp_path):
    script = tmp_path / "homework.py"
    script.write_text(FRONT_DOOR + AFTER, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(Path(gc_lib.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(script)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    first, *lines = done.stdout.splitlines()
    assert first == "Relative difference about 1e-08 at ε = 1e-07: great. All 6 blocks agree."
    assert lines[:3] == [
        "no_decay: Forgets the L2 term.",
        "  right:  return dZ @ c.A_prev.T / c.m + c.lam / c.m * c.W",
        "  wrong:  return dZ @ c.A_prev.T / c.m",
    ]
    assert "as if times 4" in done.stdout and "Worst entry: " in done.stdout
