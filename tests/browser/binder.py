"""Rehearse Binder: python tests/browser/binder.py [a Python of the version in runtime.txt]

Does what Binder does with the last commit, but for the image: repo2docker says in a Dockerfile what it would run, and
that is run in an empty virtual environment, over the packages that its base image carries; then the path of the
README's badge is opened in Chromium, and Run All must end with the bench on the screen. Prints the size of what was
installed, the time to the first picture and the memory of the server and of one kernel. It takes some minutes.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from time import perf_counter

import psutil
from driver import ROOT, STARTUP, Notebook, find_chromium, jupyter_environment, launch, serving
from playwright.sync_api import sync_playwright

PYTHON = re.search(r"[\d.]+", (ROOT / "binder" / "runtime.txt").read_text("utf-8"))[0]
GOAL = 300  # MB: the server and one kernel together


def dockerfile(repository: Path) -> str:
    """Return the Dockerfile that repo2docker writes for a repository, without building anything."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(repository)]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=120).stdout


def base() -> list[str]:
    """Return the packages of repo2docker's base image that a page in Binder has to do with, with their versions."""
    folder = files("repo2docker") / "buildpacks" / "conda"
    wanted = set(re.findall(r"^- ([\w-]+)==", (folder / f"environment.py-{PYTHON}.yml").read_text("utf-8"), re.M))
    locked = (folder / f"environment.py-{PYTHON}-linux-64.lock").read_text("utf-8")
    found = re.findall(r"/([\w-]+)-([\d.]+)-\w+\.conda", locked)
    return [f"{name.removesuffix('-singleuser')}=={version}" for name, version in found if name in wanted]


def steps(said: str) -> tuple[list[str], list[str]]:
    """Return what a Dockerfile installs from the repository, as arguments of pip, and the command that it starts.

    There is one step; a postBuild would be another, which this does not know.
    """
    (ours,) = re.findall(r"^RUN (.*)$", said.partition("# Run assemble scripts!")[2], re.M)
    pip, install, *arguments = ours.replace('"', "").split()
    assert (pip, install) == ("${KERNEL_PYTHON_PREFIX}/bin/pip", "install"), ours
    (command,) = re.findall(r"^CMD (.*)$", said, re.M)
    return arguments, json.loads(command)


def install(python: str, venv: Path, repository: Path, arguments: list[str]) -> tuple[float, float]:
    """Install the base image's packages, then ours; return the megabytes of both."""
    subprocess.run([python, "-m", "venv", venv], check=True)
    sizes = []
    for packages in (base(), arguments):
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", "--quiet", *packages], cwd=repository, check=True)
        sizes.append(sum(file.stat().st_size for file in venv.rglob("*") if file.is_file()) / 1e6)
    return sizes[0], sizes[1] - sizes[0]


def megabytes(process: psutil.Process) -> float:
    """Return the memory that a process holds."""
    return process.memory_info().rss / 1e6


def rehearse(python: str, scratch: Path) -> None:
    """Install, start, open the badge's path, run all, and print what it took."""
    repository, venv = scratch / "repository", scratch / "venv"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), repository], check=True)
    arguments, (program, *options) = steps(dockerfile(repository))
    in_base, ours = install(python, venv, repository, arguments)
    (path,) = re.findall(r"urlpath=(\S+)", (repository / "README.md").read_text("utf-8"))
    folder, _, name = path.rpartition("/")
    environment = jupyter_environment(scratch) | {"PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    for variable in ("PYTHONPATH", "JUPYTER_PREFER_ENV_PATH", "JUPYTER_DATA_DIR"):
        environment.pop(variable, None)
    command = [venv / "bin" / program, *options[: options.index("--ip")]]  # not open to the world, but on the loopback
    with sync_playwright() as playwright, serving(command, repository, environment, scratch) as server:
        page = launch(playwright).new_page(viewport={"width": 1280, "height": 1000})
        start = perf_counter()
        notebook = Notebook(page, server, name, folder)
        opened = perf_counter()
        notebook.run_all()
        (bench,) = notebook.labs()
        bench.images.last.wait_for(timeout=1000 * STARTUP)
        bench.stands(eps=1e-7)
        shown = perf_counter()
        process = psutil.Process(server.process.pid)
        (kernel,) = [child for child in process.children(recursive=True) if "ipykernel_launcher" in child.cmdline()]
        total = megabytes(process) + megabytes(kernel)
        print(f"installed: {ours:.0f} MB, over {in_base:.0f} MB of the base image's")
        print(f"the notebook open, its kernel ready: {opened - start:.1f} s")
        print(f"from there to the first picture, all cells run: {shown - opened:.1f} s")
        print(
            f"memory: server {megabytes(process):.0f} MB + kernel {megabytes(kernel):.0f} MB = {total:.0f} MB", end=" "
        )
        print(f"(goal: {GOAL} MB)")
        complaints = notebook.complaints()
        print("complaints:", *complaints or ["none"], sep="\n  ")


def main() -> None:
    """Rehearse in a scratch folder."""
    python = shutil.which(sys.argv[1] if len(sys.argv) > 1 else f"python{PYTHON}")
    if python is None or find_chromium() is None:
        sys.exit(f"This takes Chromium and Python {PYTHON}: name the path of one, if it is not on the PATH.")
    with tempfile.TemporaryDirectory() as scratch:
        rehearse(python, Path(scratch))


if __name__ == "__main__":
    main()
