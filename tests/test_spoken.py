"""What is told of a lab to those who hear it: a script that stands in the kit, and may be missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from anywidget import AnyWidget
from helpers import below

import gc_lib as gcl
from gc_lib.labs.spoken import SCRIPT

LABS = """
import sys
{first}
import gc_lib as gcl
gcl.labs
print("anywidget" in sys.modules)
def kinds(widget):
    return [type(widget).__name__, *(each for child in getattr(widget, "children", ()) for each in kinds(child))]
for name in gcl.labs.__all__:
    if name.islower():
        lab = getattr(gcl.labs, name)()
        lab.set(**lab.opening())
        print(name, lab.caption.words.value, lab.headline.words.value, *kinds(lab.box))
"""


def opened(first, tmp_path):
    """Return what labs are made of that are opened in a fresh Python, and whether that loaded anywidget too early."""
    environment = os.environ | {"PYTHONPATH": str(Path(gcl.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", LABS.format(first=first)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
def test_without_anywidget_every_lab_is_the_same_but_for_it(tmp_path):
    missing, there = (opened(first, tmp_path) for first in ("sys.modules['anywidget'] = None", ""))
    assert there[0] == "False" and len(there) == 16
    assert missing[1:] == [line.replace(" Box AnyWidget", "") for line in there[1:]]
    assert all(line.count(" Box AnyWidget") == 1 for line in there[1:])
    assert all(line.count('role="status"') == 2 for line in missing[1:])


def test_a_lab_sends_its_script_whole_and_out_of_sight():
    lab = gcl.labs.secant()
    (spoken,) = [each for each in below(lab.box) if isinstance(each, AnyWidget)]
    (hidden,) = [each for each in below(lab.box) if spoken in getattr(each, "children", ())]
    assert spoken._esm == SCRIPT.read_text("utf-8") and hidden.layout.display == "none"


def test_the_script_is_short_and_fetches_nothing():
    lines = SCRIPT.read_text("utf-8").splitlines()
    assert len(lines) <= 60 and max(map(len, lines)) <= 120
    assert not any(word in line for line in lines for word in ("import", "fetch", "://"))
