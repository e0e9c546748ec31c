"""Without docstrings or sources: a bug keeps its sentence under `python -OO`, and without any .py the labs open."""

import compileall
import html
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import LONG

import gc_lib as gcl
from gc_lib.labs.cases import slope_from_A

pytestmark = pytest.mark.slow
HOUSE = Path(gcl.__file__).parent
SENTENCES = "import gc_lib as gcl; gcl.layers; print(*(bug.sentence for bug in gcl.bugs.CATALOGUE.values()), sep='\\n')"
DIFF = "import gc_lib as gcl; print(gcl.diff('no_decay'))"
EVERY_LAB = """
import gc_lib as gcl
for name in gcl.labs.__all__:
    if name.islower():
        lab = getattr(gcl.labs, name)()
        assert lab.words, name
"""
LABS_WITH_SENTENCES = """
import gc_lib as gcl
lab = gcl.labs.bench(bugs=[("no_decay", 2)])
lab.show_line.value = True
print(lab.line.value)
closed = gcl.labs.detective(case=20).set(given_up=True)
print(closed.answer.value)
print(gcl.labs.pattern(bug="no_decay").words, gcl.labs.training(bug="no_decay").words)
"""


def python(code, *flags, house=HOUSE.parent, cwd):
    """Run code in a fresh Python in an empty folder, and return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(house), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *flags, "-c", code]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(
    scope="module", params=[2, 0] if LONG else [2], ids=lambda level: "compiled -OO" if level else "compiled"
)
def compiled(request, tmp_path_factory):
    """Return the flags of Python, and a folder that holds the kit compiled by them, without any source."""
    folder = tmp_path_factory.mktemp("compiled")
    copy = shutil.copytree(HOUSE, folder / "gc_lib", ignore=shutil.ignore_patterns("__pycache__"))
    assert compileall.compile_dir(copy, quiet=1, legacy=True, optimize=request.param)
    for path in copy.rglob("*.py"):
        path.unlink()
    return ["-OO"] * bool(request.param), folder


def test_stripped_of_docstrings_every_bug_keeps_its_sentence_and_its_lines(tmp_path):
    wanted = [bug.sentence for bug in gcl.bugs.CATALOGUE.values()]
    assert python(SENTENCES, "-OO", cwd=tmp_path).splitlines() == wanted
    assert python(DIFF, "-OO", cwd=tmp_path) == f"{gcl.diff('no_decay')}\n"


def test_stripped_of_docstrings_the_labs_open_and_say_the_sentences(tmp_path):
    said = python(LABS_WITH_SENTENCES, "-OO", cwd=tmp_path)
    assert html.escape(gcl.diff("no_decay")) in said
    sentence = gcl.bugs.find("no_decay").sentence
    assert gcl.bugs.first_sentence(slope_from_A) in said and f"It {sentence[0].lower()}{sentence[1:]}" in said


def test_without_sources_diff_says_so_and_every_lab_opens(compiled, tmp_path):
    flags, house = compiled
    where = python("import gc_lib as gcl; print(gcl.__file__)", *flags, house=house, cwd=tmp_path)
    assert where.strip() == str(house / "gc_lib" / "__init__.pyc")
    first, right, wrong = python(DIFF, *flags, house=house, cwd=tmp_path).splitlines()
    sentence = "no decay." if flags else gcl.bugs.find("no_decay").sentence
    assert first == f"no_decay: {sentence}"
    assert (right, wrong) == tuple(f"  {side}:  (its source is not installed here)" for side in ("right", "wrong"))
    said = python(LABS_WITH_SENTENCES + EVERY_LAB * bool(flags), *flags, house=house, cwd=tmp_path)
    assert said.count("(its source is not installed here)") == 4


def test_a_function_of_ones_own_without_a_docstring_is_called_by_its_name():
    def forgets_the_mean(dZ, c):
        return dZ

    namespace = {}
    exec("def typed_in(dZ, c): return dZ", namespace)
    assert gcl.bugs.first_sentence(forgets_the_mean) == "forgets the mean."
    assert gcl.bugs.last_line(forgets_the_mean) == "return dZ"
    assert gcl.bugs.first_sentence(namespace["typed_in"]) == "typed in."
    assert gcl.bugs.last_line(namespace["typed_in"]) == "(its source is not installed here)"
