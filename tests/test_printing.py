"""Printing to an output that is not UTF-8, such as a redirect on Windows, writes ASCII instead of raising."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gc_lib as gcl
from gc_lib.checker.words import printable
from gc_lib.network.bugs import CATALOGUE

HOUSE = Path(gcl.__file__).parent
EVERYTHING = """
import numpy as np, gc_lib as gcl
X, Y = gcl.data.digits(3, 8, examples=16, side=4)
net = gcl.Network([16, 4, 1], "relu", lam=0.1)
params = net.initialise(0)
for bug in ((), ("no_decay", 1), ("sign_flipped", 2), ("scaled_dW", 2)):
    report = gcl.check(*(net.plant(*bug) if bug else net).on(X, Y), params)
    print(report, repr(report), report.explain(), report.worst, *report.reasons, sep="\\n")
print(gcl.screen(lambda p: np.sum(p["Größe"] ** 2), lambda p: {"Größe": p["Größe"]}, {"Größe": np.ones(2)}))
print(*map(gcl.diff, gcl.bugs.CATALOGUE), sep="\\n")
print(gcl.exercises.secant.two_sided(lambda J, theta, eps: 0.0))
"""


def printed(code, encoding, cwd):
    """Run code in a fresh Python whose output has this encoding, and return the bytes that it prints."""
    environment = os.environ | {"PYTHONPATH": str(HOUSE.parent), "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", code], cwd=cwd, env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_whatever_the_kit_prints_can_be_printed_anywhere(encoding, tmp_path):
    said = printed(EVERYTHING, encoding, tmp_path).decode(encoding).replace("Größe", "Gr\\xf6\\xdfe")
    assert said.isascii()
    assert "at eps = 1e-07: worry." in said and "dtheta has" in said and "Takes Y - A for A - Y" in said
    assert "\\u" not in said, "every sign of the kit's own has a word in ASCII"


def test_utf_8_is_written_as_ever(tmp_path):
    assert " at ε = 1e-07: worry." in printed(EVERYTHING, "utf-8", tmp_path).decode("utf-8")


@pytest.mark.parametrize("stream", [io.StringIO(), None])
def test_a_stream_without_an_encoding_takes_everything(stream, monkeypatch):
    monkeypatch.setattr(sys, "stdout", stream)
    assert printable("‖dθ‖ ≤ ε") == "‖dθ‖ ≤ ε"


def test_every_sentence_of_the_catalogue_has_its_words_in_ascii(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    for bug in CATALOGUE.values():
        said = printable(f"{bug.sentence} {bug.hides} {bug.needs}")
        assert said.isascii() and "\\" not in said, bug.name
