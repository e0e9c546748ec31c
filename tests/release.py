"""Build a release and try it: python tests/release.py

Builds sdist and wheel of the last commit into dist/; twine reads them strictly, cffconvert CITATION.cff; then, each in
a fresh virtual environment, the unpacked sdist runs its own quick tests, and a notebook's first cell fetches the
missing kit, from the sdist in place of the address. Uploads nothing. It takes some minutes.
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from lessons import FETCH, ROOT

DIST = ROOT / "dist"
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def run(*command: object, folder: Path) -> str:
    """Run a command in a folder, end where it fails, and return what it printed."""
    done = subprocess.run(list(map(str, command)), cwd=folder, env=ENVIRONMENT, capture_output=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def environment(folder: Path, *packages: object) -> Path:
    """Make a virtual environment with these packages, and return its Python."""
    run(sys.executable, "-m", "venv", folder, folder=folder.parent)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", *packages, folder=folder)
    return python


def main() -> None:
    """Build, and say of each step what it found."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        run("git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), scratch / "source", folder=scratch)
        tools = environment(scratch / "tools", "build", "twine", "cffconvert")
        for old in DIST.glob("gc_lib-*"):
            old.unlink()
        run(tools, "-m", "build", "--outdir", DIST, scratch / "source", folder=scratch)
        (sdist,), (wheel,) = DIST.glob("*.tar.gz"), DIST.glob("*.whl")
        print(*(f"{built.name}: {built.stat().st_size / 1e6:.1f} MB" for built in (sdist, wheel)), sep="\n")
        run(tools, "-m", "twine", "check", "--strict", sdist, wheel, folder=scratch)
        print("twine check --strict: passed")
        print(run(tools.with_name("cffconvert"), "--validate", folder=scratch / "source").strip())
        with zipfile.ZipFile(wheel) as packed:
            held = {file for file in packed.namelist() if file.startswith("gc_lib/")}
        there = set(run("git", "ls-files", "gc_lib", folder=scratch / "source").split())
        assert held == there, held ^ there
        print(f"the wheel: the {len(held)} files of gc_lib, and no other")

        with tarfile.open(sdist) as packed:
            packed.extractall(scratch, filter="data")
        unpacked = scratch / sdist.name.removesuffix(".tar.gz")
        own = environment(scratch / "own", "pip")
        run(own, "-m", "pip", "install", "--quiet", "-r", "tests/requirements.txt", folder=unpacked)
        said = run(own, "-m", "pytest", "-q", "-m", "not slow and not browser", folder=unpacked)
        print(f"the unpacked sdist, its own tests: {said.splitlines()[-1]}")

        bare = environment(scratch / "bare", "ipython")
        (scratch / "cell.ipy").write_text(
            re.sub(r"https://[^\"]+", sdist.as_uri(), FETCH)
            + "\nimport gc_lib as gcl\nprint(gcl.labs.bench().words)\n",
            "utf-8",
        )
        print("the first cell without a kit:", run(bare, "-m", "IPython", "cell.ipy", folder=scratch).strip())
    if "OWNER/NAME" in FETCH:
        print(
            "The address is not set yet (python .github/address.py OWNER NAME REF): on PyPI links would be plain words."
        )


if __name__ == "__main__":
    main()
