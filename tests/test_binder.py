"""Binder: which files repo2docker takes from the repository, which Python, and what it would run.

Nothing is built: repo2docker reads a copy of the repository and writes its Dockerfile. `python tests/browser/binder.py`
runs the steps that it lists, and opens the bench there.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="repo2docker runs on Linux")


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory):
    """Let repo2docker read a copy of what it could take, and return the Dockerfile that it writes."""
    repository = tmp_path_factory.mktemp("repository")
    for name in ("binder", "gc_lib", "notebooks"):
        shutil.copytree(ROOT / name, repository / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, repository)
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", repository]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=120).stdout


def test_takes_the_python_of_runtime_txt(dockerfile):
    assert (ROOT / "binder" / "runtime.txt").read_text("utf-8").strip() == "python-3.12"
    assert re.findall(r"environment-2epy-2d(\d)-2e(\d+)-2dlinux", dockerfile) == [("3", "12")]


def test_installs_the_pins_and_the_kit_and_nothing_else(dockerfile):
    _, assembled = dockerfile.split("# Run assemble scripts!")
    run = re.findall(r"^RUN (.*)$", assembled, re.M)
    assert run == ['${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"']
    assert "-e .[labs]" in (ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines()


def test_takes_the_repository_and_of_it_reads_the_pins_first(dockerfile):
    assert re.findall(r"^COPY \S+ src/(\S*) ", dockerfile, re.M) == ["binder/requirements.txt", ""]


def test_pins_each_package_that_the_kit_asks_for_within_what_it_asks():
    """The pins are what a resolver made of requirements.txt; a name that is not among them would float."""
    asked = re.findall(r"^([a-z]+)>=", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    lines = (ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines()
    pinned = [line.partition("==")[0] for line in lines if "==" in line]
    assert asked and set(asked) <= set(pinned)
    assert [line for line in lines if line and not re.match(r"#|-e \.\[labs\]$|[\w.-]+==[\w.]+$", line)] == []
