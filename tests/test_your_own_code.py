"""The page on checking code of one's own: every block of it runs as it stands, and finds a mistake put into it."""

import re
from pathlib import Path

import numpy as np
import pytest

import gc_lib as gcl

PAGE = (Path(__file__).resolve().parents[1] / "notebooks" / "your_own_code.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
SHAPES = {  # of other people's code: what to break in it, and what the check then says
    "a dict, and gradients under other names": (
        '(A - Y) @ X.T / 3, "db1"',
        '(A - Y) @ X.T, "db1"',
        "W1 dθ is 3 times",
    ),
    "layers in a list": ("W @ V @ X @ (V", "2 * W @ V @ X @ (V", r"layers\[1\]\.W dθ is 2 times"),
    "cost and gradient together": (", 2 * X @ (w @ X - y)", ", X @ (w @ X - y)", "theta dθ is 0.5 times"),
    "a flat vector": ("+= 200 * bend", "+= 100 * bend", "dθ is wrong in theta"),
    "a step in place of a gradient": ("rate * 2 * X", "rate * X", "theta dθ is 0.5 times"),
    "a layer with attributes": ("self.x.T @ dout", "self.x.T @ dout / 2", "W dθ is 0.5 times"),
    "a class with attributes": ("2 * np.mean(self.error)", "np.mean(self.error)", "dθ is wrong in b:"),
}


def test_its_code_runs_from_top_to_bottom(capsys):
    exec("\n".join(BLOCKS), {})
    said = capsys.readouterr().out
    assert re.search(r"^ +b .* as if times 3$", said, re.M)
    assert re.search(r"^wrong$", said, re.M) and "b is wrong" in said
    assert re.search(r"The one block agrees\. \(\d+ evaluations of J\)", said)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_code_that_it_shows_is_checked(shape):
    right, wrong, said = SHAPES[shape]
    (shown,) = [block for block in BLOCKS if right in block]
    assert shown.count(right) == 1
    given = {"np": np, "gcl": gcl, "X": np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]]), "y": np.array([1.0, 2.0, 3.5])}
    exec(shown, dict(given))
    with pytest.raises(AssertionError, match=said):
        exec(shown.replace(right, wrong), dict(given))


def test_it_counts_the_evaluations_of_J():
    """Two for every parameter, and some fifty for all of them together."""
    counted = []
    gcl.check(lambda x: counted.append(x) or np.sum(x**3), lambda x: 3 * x**2, np.linspace(1, 2, 500))
    assert "evaluates J twice for every parameter, and some 50 times more" in " ".join(PAGE.split())
    assert 2 * 500 + 40 <= len(counted) < 2 * 500 + 60


def test_every_line_of_the_checklist_links_a_lesson():
    _, _, checklist = PAGE.partition("## Before you check: a checklist\n")
    rows = [line for line in checklist.splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == 11 and all(re.search(r"\]\(0\d_\w+\.ipynb\)", row) for row in rows)
