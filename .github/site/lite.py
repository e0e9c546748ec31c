"""Build the course that runs in the browser: python .github/site/lite.py SITE [the address of a copy of Pyodide]

Puts JupyterLite with the last commit's notebooks and the kit into SITE/lite/VERSION. A browser keeps what a student
has changed by the address, and shows that rather than newer notebooks; so every release has an address of its own.
Python and its packages come to the browser from Pyodide's CDN, whose lock file the build reads, or from the copy.
"""

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINNED = ("jupyterlite-core", "jupyterlite-pyodide-kernel")
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
NEEDS = {"matplotlib": "", "ipywidgets": ">=8.1,<9", "anywidget": ">=0.9,<1"}  # of the labs, which ask for them late


def check_versions() -> None:
    """Refuse a Python or packages with which the site was not tried."""
    if sys.version_info < (3, 12):
        sys.exit(
            f"This takes Python 3.12 or newer, and not {sys.version.split()[0]}, for which pip has older packages."
        )
    pins = dict(
        re.findall(r"^([\w-]+).*==(\S+)$", (Path(__file__).parent / "requirements.txt").read_text("utf-8"), re.M)
    )
    for name in PINNED:
        found = importlib.metadata.version(name)
        if found != pins[name]:
            sys.exit(f"{name} {found} is installed: pip install -r .github/site/requirements.txt brings {pins[name]}.")


def config(site: Path, wheel: Path, pyodide: str | None) -> dict:
    """Return what JupyterLite is to build; a lab is imported late, so that what it needs is named here."""
    specs = [f"{name}{versions}" for name, versions in NEEDS.items() if versions]
    return {
        "LiteBuildConfig": {
            "contents": ["content"],
            "output_dir": str(site),
            "apps": ["lab", "notebooks"],
            "no_sourcemaps": True,
        },
        "PyodideLockAddon": {
            "enabled": True,
            "pyodide_lock_url": f"{pyodide}/pyodide-lock.json" if pyodide else None,
            "wheels": [str(wheel)],
            "specs": specs,
            "patches": {"packages": {"gc-lib": {"depends": ["numpy", *NEEDS]}}},
        },
    }


def page(pyodide: str | None) -> dict:
    """Return the settings of the page: tests can ask JupyterLab itself whether it is done."""
    settings = {KERNEL: {"pyodideUrl": f"{pyodide}/pyodide.mjs"}} if pyodide else {}
    told = {"exposeAppInBrowser": True, "litePluginSettings": settings}
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": told}


def protect(folder: Path) -> None:
    """Let JupyterLab show what a listing of files holds, and save nothing over it."""
    listing = json.loads((folder / "all.json").read_text("utf-8"))
    for file in listing["content"]:
        file["writable"] = False
    (folder / "all.json").write_text(json.dumps(listing), "utf-8")


def build(site: Path, pyodide: str | None = None) -> Path:
    """Build from a clean copy of the last commit, and return the folder with the notebooks' page in it."""
    with tempfile.TemporaryDirectory() as scratch:
        clone, lite = Path(scratch) / "clone", Path(scratch) / "lite"
        subprocess.run(["git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), clone], check=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", scratch, clone], check=True
        )
        (wheel,) = Path(scratch).glob("*.whl")
        shutil.copytree(clone / "notebooks", lite / "content" / "notebooks")
        (lite / "jupyter-lite.json").write_text(json.dumps(page(pyodide)), "utf-8")
        goal = site.resolve() / "lite" / wheel.name.split("-")[1]
        (lite / "jupyter_lite_config.json").write_text(json.dumps(config(goal, wheel, pyodide)), "utf-8")
        subprocess.run([sys.executable, "-m", "jupyterlite_core", "build"], cwd=lite, check=True)
    protect(goal / "api" / "contents" / "notebooks" / "solutions")
    return goal


def main() -> None:
    """Build, and print where it went and how large it is."""
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.splitlines()[0])
    check_versions()
    goal = build(Path(sys.argv[1]), *sys.argv[2:])
    files = [file for file in goal.rglob("*") if file.is_file()]
    print(f"{goal}: {len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
