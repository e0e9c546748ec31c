"""Imports run one way, the checker and the network know numpy alone, and importing the kit loads nothing else."""

import ast
import os
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import gc_lib

HOUSE = Path(gc_lib.__file__).parent
MAY_IMPORT = {  # each room, and the other rooms that its files may import
    "checker": set(),
    "network": {"checker"},
    "data": set(),
    "homework": set(),
    "quiz": {"checker"},
    "plots": set(),
    "layers": {"checker", "network"},
    "exercises": {"checker", "network", "data", "homework"},
    "labs": {"checker", "network", "layers", "data", "homework", "exercises", "plots"},
    "__init__": {"checker", "network", "data"},
}
LAZY = {  # loaded when they are first asked for, and not before
    "checker.report": {"plots"},  # by report.plot()
    "__init__": {"labs", "exercises", "layers", "quiz"},  # by gcl.labs, gcl.exercises, gcl.layers and gcl.quiz
}
DRAWING = {"matplotlib", "PIL", "ipywidgets", "anywidget", "IPython", "traitlets"}
FILES = {".".join(path.relative_to(HOUSE).with_suffix("").parts): path for path in sorted(HOUSE.rglob("*.py"))}


def imports(module):
    """Return the kit's own modules that a module imports at its top, those inside its functions, and foreign ones."""
    tree = ast.parse(FILES[module].read_text(encoding="utf-8"))
    own, lazy, foreign = set(), set(), set()
    package = module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("gc_lib") for alias in node.names), f"{module}: import it by dots"
            foreign |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            foreign.add(node.module.partition(".")[0])
        elif isinstance(node, ast.ImportFrom):
            start = [*package[: len(package) - node.level + 1], *(node.module.split(".") if node.module else [])]
            for name in (".".join([*start, alias.name]) for alias in node.names):
                where = (name, f"{name}.__init__", ".".join(start), ".".join([*start, "__init__"]))
                (own if node in tree.body else lazy).add(next(module for module in where if module in FILES))
    return own, lazy, foreign


def room(module):
    """Return the folder that a module stands in, or its own name where it stands at the top."""
    return module.partition(".")[0]


def test_no_import_runs_in_a_circle():
    graph = {module: imports(module)[0] for module in FILES}
    assert len(list(TopologicalSorter(graph).static_order())) == len(FILES)  # raises CycleError where one does


@pytest.mark.parametrize("module", FILES)
def test_imports_run_one_way(module):
    own, lazy, foreign = imports(module)
    assert {room(name) for name in own} <= MAY_IMPORT[room(module)] | {room(module)}
    assert {room(name) for name in lazy} <= LAZY.get(module, set())
    foreign -= set(sys.stdlib_module_names)
    widgets = {"ipywidgets", "anywidget", "traitlets", "IPython"}
    allowed = {"plots": {"numpy", "matplotlib", "PIL"}, "labs": {"numpy", *widgets}}
    assert foreign <= allowed.get(room(module), {"numpy"})


def test_no_file_knows_pyplot():
    for path in FILES.values():
        assert not re.search(r"^\s*(import|from)\b.*pyplot", path.read_text(encoding="utf-8"), re.M), path.name


def python(code, cwd):
    """Run code in a fresh Python, in another folder, and return what it prints."""
    environment = os.environ | {"PYTHONPATH": str(HOUSE.parent), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_kit_loads_neither_matplotlib_nor_ipywidgets(tmp_path):
    before = "import sys, numpy; before = set(sys.modules); import gc_lib as gcl; "
    first = "print(*sorted({name.split('.')[0] for name in sys.modules.keys() - before}))"
    loaded = set(python(before + first, tmp_path).split())
    assert "gc_lib" in loaded and not loaded & DRAWING
    assert loaded - {"gc_lib"} <= set(sys.stdlib_module_names)


@pytest.mark.slow
def test_a_check_loads_them_neither_and_the_labs_are_loaded_when_first_touched(tmp_path):
    code = """
        import sys, numpy as np, gc_lib as gcl
        print(gcl.check(lambda t: (t**2).sum(), lambda t: 2 * t, np.ones(3)))
        print({"matplotlib", "ipywidgets", "gc_lib.labs"} & set(sys.modules))
        gcl.labs.bench
        print("ipywidgets" in sys.modules)
    """
    lines = python("\n".join(line.strip() for line in code.splitlines()), tmp_path).splitlines()
    assert lines[1:] == ["set()", "True"]


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'gc_lib' has no attribute 'laps'"):
        gc_lib.laps  # noqa: B018
    assert all(hasattr(gc_lib, name) for name in gc_lib.__all__ if name not in ("labs", "exercises", "layers", "quiz"))


def test_the_package_lists_what_it_offers():
    assert dir(gc_lib) == sorted(gc_lib.__all__) and {"labs", "exercises"} < set(dir(gc_lib))


def test_no_test_file_imports_another():
    """What two of them need stands in a module of helpers."""
    for path in Path(__file__).parent.glob("**/test_*.py"):
        assert not re.search(r"^\s*(from|import) test_", path.read_text("utf-8"), re.M), path.name
