"""Try the kit on other versions: python tests/versions.py [a Python …]

For every Python named (or else the one that runs this): the newest packages that requirements.txt admits; for the first
one, which should be the oldest, the oldest packages too, since a newer Python finds no wheels of them; and for the
Python of binder/runtime.txt the pins, and numpy and matplotlib as they are in JupyterLite. Each in an empty virtual
environment, where all tests but those of the browser must pass. Prints a line for each; it takes some ten minutes a
line.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LITE = "numpy==2.4.6\nmatplotlib==3.10.8"  # of the Pyodide that .github/site/requirements.txt brings
RUNTIME = re.search(r"[\d.]+", (ROOT / "binder" / "runtime.txt").read_text("utf-8"))[0]


def oldest() -> str:
    """Return, as constraints for pip, the oldest versions that requirements.txt admits."""
    return re.sub(r">=([\d.]+).*", r"==\1", "\n".join(asked()))


def asked() -> list[str]:
    """Return the lines of requirements.txt that name a package."""
    return re.findall(r"^\w+>=.*$", (ROOT / "requirements.txt").read_text("utf-8"), re.M)


def pinned() -> str:
    """Return Binder's pins, as constraints for pip."""
    return "\n".join(re.findall(r"^[\w.-]+==.*$", (ROOT / "binder" / "requirements.txt").read_text("utf-8"), re.M))


def attempt(python: str, constraints: str) -> tuple[bool, str]:
    """Install the tests' requirements under these constraints, run the tests, and return how it ended."""
    with tempfile.TemporaryDirectory() as scratch:
        venv, file = Path(scratch) / "venv", Path(scratch) / "constraints.txt"
        file.write_text(constraints, "utf-8")
        own = venv / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        for command in (
            [python, "-m", "venv", venv],
            [own, "-m", "pip", "install", "--quiet", "--quiet", "-r", "tests/requirements.txt", "-c", file],
            [
                own,
                "-m",
                "pytest",
                "-q",
                "--tb=line",
                "-rf",
                "--disable-warnings",
                "-m",
                "not browser",
                "-p",
                "no:cacheprovider",
            ],
        ):
            done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=1800)
            if done.returncode:
                return False, done.stdout[-3000:] + done.stderr[-3000:]
        return True, done.stdout.splitlines()[-1]


def main() -> int:
    """Print how each attempt ended, and return how many failed."""
    failed, pythons = 0, sys.argv[1:] or [sys.executable]
    for python in pythons:
        say = "import sys; print('{}.{}'.format(*sys.version_info))"
        version = subprocess.run([python, "-c", say], check=True, capture_output=True, encoding="utf-8").stdout.strip()
        kinds = {"newest": ""}
        kinds |= {"oldest": oldest()} if python == pythons[0] else {}
        kinds |= {"pins": pinned(), "JupyterLite's": LITE} if version == RUNTIME else {}
        for kind, constraints in kinds.items():
            passed, said = attempt(python, constraints)
            failed += not passed
            print(f"Python {version}, {kind}: {said}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
