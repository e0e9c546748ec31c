"""What the README says is so, and what it tells a reader to install carries all that the kit needs."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from helpers import FRONT_DOOR

import gc_lib as gcl

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
UTF8 = {"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}


def blocks(language):
    """Return the fenced blocks of the README in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def code(line):
    """Return a line without its comment."""
    return re.sub(r"\s+# .*", "", line)


def run(*command, **options):
    """Run a command of this Python, and return what it printed."""
    command = [sys.executable, *map(str, command)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_its_code_runs_as_it_stands_from_any_folder(tmp_path):
    script = tmp_path / "homework.py"
    script.write_text("\n".join(blocks("python")), encoding="utf-8")
    said = run(script, cwd=tmp_path, env={**os.environ, **UTF8, "PYTHONPATH": str(ROOT)})
    assert "great. All 6 blocks agree." in said
    assert re.search(r"^ +W2 .* wrong by", said, re.M)
    assert "wrong:  return dZ @ c.A_prev.T / c.m" in said


def test_it_opens_the_front_door():
    first = blocks("python")[0]
    begins = ("import", "X, Y =", "net =", "params =", "cost, gradient =", "broken =", "print(gcl.diff")
    door = [code(line) for line in FRONT_DOOR.splitlines() if line.startswith(begins)]
    assert len(door) == len(begins)
    assert [line for line in door if line not in map(code, first.splitlines())] == []


def test_its_two_commands():
    """Two lines, of which the second is what .ci/run runs, word for word."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    (tested,) = re.findall(r"^test_line='(.*)'$", (ROOT / ".ci" / "run").read_text("utf-8"), re.M)
    assert len(lines) == 2
    assert lines[1] == tested
    assert re.search(r"requirements\.txt && \.venv/bin/jupyter lab notebooks/\S+\.ipynb$", lines[0])
    for line in lines:
        (requirements,) = re.findall(r"-r (\S+)", line)
        assert (ROOT / requirements).exists()


def test_its_commands_for_powershell_5():
    """It knows no &&; the virtual environment's programs are in another folder."""
    lines = [line for block in blocks("powershell") for line in block.splitlines()]
    assert len(lines) == 2
    assert [line for line in lines if "&&" in line or "/" in line or r".venv\Scripts" not in line] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy of what the repository holds."""
    source, out = (tmp_path_factory.mktemp(name) for name in ("source", "wheel"))
    shutil.copytree(ROOT / "gc_lib", source / "gc_lib", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    run("-m", "pip", "wheel", "--no-deps", "--no-index", "--no-build-isolation", f"--wheel-dir={out}", source)
    (built,) = out.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_carries_the_data_and_the_style(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "gc_lib/digits.npz",
        "gc_lib/study.csv",
        "gc_lib/study_reasons.csv",
        "gc_lib/study_outside.csv",
        "gc_lib/quiz.toml",
        "gc_lib/labs/cases.toml",
        "gc_lib/labs/spoken.js",
        "gc_lib/gc_lib.mplstyle",
        "gc_lib/py.typed",
        "gc_lib/labs/__init__.py",
    } <= names
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "gc_lib").rglob("*.py")}
    assert modules <= names
    assert [name for name in names if not re.match(r"gc_lib(/|-[\d.]+\.dist-info/)", name)] == []


@pytest.mark.slow
def test_the_front_door_opens_from_the_wheel(wheel, tmp_path):
    """Installed into a folder of its own; Python is told to look nowhere else for it."""
    run("-m", "pip", "install", "--no-deps", "--no-index", f"--target={tmp_path / 'target'}", wheel)
    where = "\nimport pathlib\nprint(pathlib.Path(gcl.__file__).parents[1].resolve())\n"
    (tmp_path / "homework.py").write_text(FRONT_DOOR + where, encoding="utf-8")
    environment = {**os.environ, **UTF8, "PYTHONPATH": str(tmp_path / "target")}
    said = run(tmp_path / "homework.py", cwd=tmp_path, env=environment)
    assert "All 6 blocks agree." in said
    assert said.splitlines()[-1] == str((tmp_path / "target").resolve())


@pytest.mark.slow
def test_the_wheel_brings_numpy_and_with_its_extra_the_labs(wheel):
    with zipfile.ZipFile(wheel) as packed:
        (metadata,) = [packed.read(name).decode() for name in packed.namelist() if name.endswith("/METADATA")]
    required = re.findall(r"^Requires-Dist: (.*)$", metadata, re.M)
    assert [line.partition("<")[0] for line in required if "extra ==" not in line] == ["numpy"]
    extra = {line.partition("<")[0] for line in required if re.search(r"; extra == .labs.$", line)}
    assert extra == {"matplotlib", "ipywidgets", "anywidget"} and len(required) == 4
    assert f"Version: {gcl.__version__}\n" in metadata
