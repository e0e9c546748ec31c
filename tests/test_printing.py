"""Printing to an output that is not UTF-8, such as a redirect on Windows, writes ASCII instead of raising."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gc_lib as gcl
from gc_lib.checker.words import in_digits, power, printable, short
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


# ---- numbers in labs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "digits", "written"),
    [
        (1e-7, 6, "1e-7"),
        (0.1, 6, "0.1"),
        (1e4, 6, "1e4"),
        (2000, 6, "2000"),
        (9999, 6, "9999"),
        (-0.3, 6, "-0.3"),
        (-3e-5, 6, "-3e-5"),
        (0.0, 6, "0"),
        (0.021, 2, "2.1e-2"),
        (9.96e-3, 2, "1e-2"),
        (9.96e-3, 3, "9.96e-3"),
        (0.0996, 2, "0.1"),
        (9999.6, 4, "1e4"),
        (0.99996, 4, "1"),
        (1e-300, 6, "1e-300"),
        (1e300, 6, "1e300"),
        (float("inf"), 2, "inf"),
        (-float("inf"), 2, "-inf"),
        (float("nan"), 2, "nan"),
        (2, 1, "2"),
    ],
)
def test_a_number_is_written_as_by_hand(x, digits, written):
    assert short(x, digits) == written


@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
def test_a_short_number_reads_back_as_the_number_to_its_digits(x):
    assert float(short(x, 17)) == x
    assert float(short(x)) == float(f"{x:.5e}")
    assert "e+" not in short(x) and "e0" not in short(x) and "e-0" not in short(x)


@pytest.mark.parametrize(("x", "near"), [(1.6e-8, "1e-8"), (5e-8, "1e-7"), (0.2, "0.1"), (0.0, "0"), (2e4, "1e4")])
def test_the_digits_of_round_off_are_not_written(x, near):
    assert in_digits(x, least=1e5) == f"about {near}" and in_digits(x, least=0) == short(x, 2)
    assert float(power(x)) == float(near), "a report writes it as Python does"
