"""With numpy alone the checker, the network and the exercises run; the labs and the pictures say what to install."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import gc_lib

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]

NUMPY_ALONE = """
import sys


class Nothing:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] not in {"numpy", "gc_lib", *sys.stdlib_module_names}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Nothing)
"""

WORKS = """
import pkgutil
import numpy as np
import gc_lib as gcl

X, Y = gcl.data.digits(3, 8, examples=32)
net = gcl.Network([64, 16, 8, 1], hidden="tanh", lam=0.1)
params = net.initialise(seed=0)
trained = gcl.train(net.on(X, Y)[1], params, steps=5)
print(gcl.check(*net.on(X, Y), trained).answer)
print(gcl.check(*net.plant("no_decay", layer=2).on(X, Y), params).headline)
print(gcl.screen(*net.plant("no_decay", layer=2).on(X, Y), params).wrong)
print(gcl.check(lambda t: (t**2).sum(), lambda t: 2 * t, np.ones(3)).answer, end="\\n\\n")
print(gcl.diff("no_decay"), gcl.data.study(), sep="\\n\\n", end="\\n\\n")
for module in pkgutil.iter_modules(gcl.exercises.__path__):
    for name, exercise in vars(getattr(gcl.exercises, module.name)).items():
        if isinstance(exercise, gcl.exercises.Build | gcl.exercises.Choose | gcl.exercises.Guess):
            print(module.name, name, exercise(exercise.right))
"""


def run(code, tmp_path, without=""):
    """Run code in a fresh Python that finds numpy and nothing else, nor `without`; return what it printed."""
    environment = os.environ | {"PYTHONPATH": str(Path(gc_lib.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", without + code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_checker_the_network_and_the_exercises_run(tmp_path):
    answers, line, table, exercises = run(WORKS, tmp_path, NUMPY_ALONE).split("\n\n")
    assert answers.splitlines() == ["right", "W2 is wrong", "('W2',)", "right"]
    assert line.startswith("no_decay: ") and "float64" in table
    assert len(exercises.splitlines()) > 20 and all(" Yes: " in line for line in exercises.splitlines())


def refusal(code, tmp_path, without):
    """Return what the ImportError says that code raises."""
    caught = f"import gc_lib as gcl\ntry:\n    {code}\nexcept ImportError as error:\n    print(error)"
    return run(caught, tmp_path, without).strip()


LINE = "pip install ipywidgets matplotlib"
PLOT = "gcl.check(lambda t: t**2, lambda t: 2 * t, 1.0).plot()"


def test_the_labs_and_the_pictures_say_what_to_type(tmp_path):
    labs = f"the labs need ipywidgets and matplotlib: {LINE}"
    pictures = f"pictures need matplotlib: {LINE}"
    assert refusal("gcl.labs", tmp_path, NUMPY_ALONE) == labs
    assert refusal("from gc_lib.labs import bench", tmp_path, NUMPY_ALONE) == labs
    assert refusal("from gc_lib.labs.bench import bench", tmp_path, NUMPY_ALONE) == labs
    assert refusal(PLOT, tmp_path, NUMPY_ALONE) == pictures


def test_so_they_do_where_one_of_the_two_is_missing(tmp_path):
    missing = "import sys\nsys.modules[{!r}] = None\n"
    assert LINE in refusal("gcl.labs", tmp_path, missing.format("matplotlib"))
    assert LINE in refusal("gcl.labs", tmp_path, missing.format("ipywidgets"))
    assert refusal(PLOT, tmp_path, missing.format("ipywidgets")) == ""  # needs no ipywidgets


def test_the_line_to_type_names_what_the_extra_brings():
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    names = {name.partition(">=")[0] for name in extra["labs"]}
    assert sorted(names - {"anywidget"}) == LINE.split()[2:]  # without which a lab opens too


def test_every_way_to_install_a_whole_kit_brings_the_labs():
    for file in ("requirements.txt", "binder/requirements.txt"):
        lines = (ROOT / file).read_text("utf-8").splitlines()
        assert [line for line in lines if line.startswith(("-e", "."))] == ["-e .[labs]"], file
