"""The house: imports run one way, the core knows numpy alone and stays small, and importing it loads nothing else."""

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

import gc_lib

HOUSE = Path(gc_lib.__file__).parent
CORE = sorted(HOUSE.glob("*.py"))
CHAINS = [  # none may import what stands to its right
    ["activations", "forward", "backprop", "bugs", "network"],
    ["vector", "check", "bugs", "network"],
    ["vector", "check", "error_bars", "again", "report", "screen"],
    ["vector", "check", "reasons", "report"],
    ["vector", "check", "taylor", "report"],
]
SECOND_OPINION = ["error_bars", "again", "taylor", "reasons", "report"]
DRAWING = {"matplotlib", "PIL", "ipywidgets", "IPython", "traitlets"}


def imports(path):
    """Return the kit's own modules that a file imports, and the foreign ones by the first part of their name."""
    own, foreign = set(), set()
    package = ("gc_lib", *path.relative_to(HOUSE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = [*package[: len(package) - node.level + 1]] if node.level else []
            whole = ".".join([*start, *([node.module] if node.module else [])])
            names = [f"{whole}.{alias.name}" for alias in node.names] if whole == "gc_lib" else [whole]
        for name in names:
            first, _, rest = name.partition(".")
            (own if first == "gc_lib" else foreign).add(rest.partition(".")[0] if first == "gc_lib" else first)
    return own, foreign


def reached(name):
    """Return all that a module of the core imports, directly or not."""
    found, open_ends = set(), {name}
    while open_ends:
        new = imports(HOUSE / f"{open_ends.pop()}.py")[0]
        open_ends |= new - found
        found |= new
    return found


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: " ← ".join(chain))
def test_imports_run_one_way(chain):
    for i, name in enumerate(chain):
        assert not reached(name) & set(chain[i:]), f"{name} reaches a module above it, or itself"


def test_the_two_towers_meet_in_bugs_only():
    assert reached("check") == {"vector"} and reached("vector") == set()
    assert not reached("backprop") & {"vector", "check"}
    assert reached("activations") == set() and reached("data") == set()


@pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
def test_the_core_knows_numpy_alone_and_neither_plots_nor_labs_nor_exercises(path):
    own, foreign = imports(path)
    assert foreign - set(sys.stdlib_module_names) <= {"numpy"}
    assert not own & {"plots", "labs", "exercises"}


@pytest.mark.parametrize("path", sorted((HOUSE / "exercises").glob("*.py")), ids=lambda path: path.stem)
def test_the_exercises_know_numpy_and_the_core(path):
    own, foreign = imports(path)
    assert foreign - set(sys.stdlib_module_names) <= {"numpy"} and not own & {"plots", "labs"}


def test_plots_imports_nothing_of_the_kit_and_only_labs_know_widgets():
    for path in (HOUSE / "plots").glob("*.py"):
        assert imports(path)[0] <= {"plots"}, path.name
    for path in HOUSE.rglob("*.py"):
        if path.parent.name != "labs":
            assert not imports(path)[1] & {"ipywidgets", "IPython", "traitlets"}, path.name
        assert not re.search(r"^\s*(import|from)\b.*pyplot", path.read_text(encoding="utf-8"), re.M), path.name


def python(code, cwd):
    """Run code in a fresh Python, in another folder, and return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(HOUSE.parent), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_kit_loads_neither_matplotlib_nor_ipywidgets(tmp_path):
    before = "import sys, numpy; before = set(sys.modules); import gc_lib as gc; "
    first = "print(*sorted({name.split('.')[0] for name in sys.modules.keys() - before}))"
    loaded = set(python(before + first, tmp_path).split())
    assert "gc_lib" in loaded and not loaded & DRAWING
    assert loaded - {"gc_lib"} <= set(sys.stdlib_module_names)


def test_a_check_loads_them_neither_and_the_labs_are_loaded_when_first_touched(tmp_path):
    code = """
        import sys, numpy as np, gc_lib as gc
        print(gc.check(lambda t: (t**2).sum(), lambda t: 2 * t, np.ones(3)))
        print({"matplotlib", "ipywidgets", "gc_lib.labs"} & set(sys.modules))
        gc.labs.bench
        print("ipywidgets" in sys.modules)
    """
    lines = python("\n".join(line.strip() for line in code.splitlines()), tmp_path).splitlines()
    assert lines[1:] == ["set()", "True"]


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'gc_lib' has no attribute 'laps'"):
        gc_lib.laps  # noqa: B018
    assert all(hasattr(gc_lib, name) for name in gc_lib.__all__ if name not in ("labs", "exercises"))


def code_lines(path):
    """Return how many lines of a file hold code: no blank lines, no comments, no docstrings."""
    source = path.read_text(encoding="utf-8")
    words = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            words |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    empty = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in empty:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - words)


def test_a_line_of_code_is_counted_once_and_words_are_not(tmp_path):
    file = tmp_path / "some.py"
    words = '"""Words.\n\nMore."""\n\n# remark\n'
    file.write_text(words + 'def f(\n    a,\n):\n    """Words."""\n    return a  # remark\n\n')
    assert code_lines(file) == 4


def test_the_core_can_be_read_in_one_sitting():
    counted = {path.stem: code_lines(path) for path in CORE}
    assert sum(counted.pop(name) for name in SECOND_OPINION) <= 720
    assert counted.pop("screen") <= 100  # a second checker beside the first
    assert counted.pop("nudge") <= 60  # the fast way beside the slide's loop
    assert counted.pop("__init__") <= 40  # a list of names
    assert sum(counted.values()) <= 850, counted
