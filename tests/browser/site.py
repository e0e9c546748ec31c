"""Try the course that runs in the browser: python tests/browser/site.py [the address of a site] [names of lessons …]

Without an address it builds the site here, with a copy of Pyodide: its core and lock file as npm has them, pure wheels
from PyPI, and numpy, matplotlib and what they need in WebAssembly as the package open-webui on PyPI carries them.
What this does not try: Pyodide's CDN, the numpy of the lock file (here one of the same Pyodide, a few fixes older),
Firefox and Safari. With the address of a deployed site it tries that, CDN and all. All lessons, or those
whose names begin as given, are opened and run, and the first slider or menu of each lab is moved 20 times; where a
lesson shows its lab only after a guess, the solution is run too. The first one also runs at the width of a phone, in
the page without a side panel.
"""

import functools
import gzip
import hashlib
import http.server
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from pathlib import Path

import driver
from playwright.sync_api import sync_playwright

ROOT = driver.ROOT
VERSION = re.search('__version__ = "(.*)"', (ROOT / "gc_lib" / "__init__.py").read_text("utf-8"))[1]
CORE = "pyodide@314.0.6"  # the version that the kernel of .github/site/requirements.txt takes
CARRIER = "open-webui==0.12.4"  # whose wheels are those of Pyodide 314.0.3, with the same binary interface
COMPILED = ("numpy", "matplotlib", "contourpy", "kiwisolver", "pillow")
ROOTS = ("matplotlib", "ipython", "jedi", "micropip", "typing-extensions")  # asked for by the kernel and the labs
TEXTS = (".css", ".html", ".ipynb", ".js", ".json", ".md", ".mjs", ".svg")
FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
CONTROL = ".widget-hslider [role=slider]:not([aria-disabled=true]), select:enabled"
LATE = ("01_nudge_one_number.ipynb", "06_dropout_off.ipynb", "11_a_layer_of_your_own.ipynb")  # show a lab after a guess
MOVES = 20
LIMIT = "Not tried here: Pyodide's CDN, the numpy of its lock file, Firefox, Safari."
PATIENCE = 300  # seconds for a kernel to start, or a notebook to run
DONE = """() => gc.failed() || (gc.ready()
    && [...gc.panel().content.model.cells].every(cell => cell.type !== 'code' || cell.executionCount))"""


def pip(folder: Path, *given: str) -> None:
    """Download wheels for Pyodide into a folder."""
    command = [sys.executable, "-m", "pip", "download", "-q", "-q", "--no-deps", "--only-binary", ":all:", "-d", folder]
    subprocess.run([*command, *given], check=True)


def copy_pyodide(scratch: Path) -> Path:
    """Put together a copy of Pyodide that has what the course needs."""
    copy, core, carrier = (scratch / name for name in ("copy", "core", "carrier"))
    for folder in (copy, core, carrier):
        folder.mkdir()
    subprocess.run(["npm", "pack", "--silent", CORE], cwd=core, check=True, stdout=subprocess.DEVNULL)
    shutil.unpack_archive(next(core.glob("*.tgz")), core)
    for name in FILES:
        shutil.copy(core / "package" / name, copy)
    lock = json.loads((core / "package" / "pyodide-lock.json").read_text("utf-8"))
    packages = lock["packages"]
    pip(carrier, "--python-version", "3.12", CARRIER)
    with zipfile.ZipFile(next(carrier.glob("*.whl"))) as wheel:
        carried = "open_webui/frontend/pyodide/"
        theirs = json.loads(wheel.read(f"{carried}pyodide-lock.json"))["packages"]
        for name in COMPILED:
            packages[name] = theirs[name]
            (copy / theirs[name]["file_name"]).write_bytes(wheel.read(carried + theirs[name]["file_name"]))
    needed, asked = set(), list(ROOTS)
    while asked:
        name = asked.pop().replace("_", "-")
        asked += packages[name]["depends"] if name not in needed else []
        needed.add(name)
    pure = [f"{name}=={packages[name]['version']}" for name in sorted(needed - {*COMPILED})]
    pip(copy, "--platform", "any", "--python-version", "3.14", *pure)
    for name in needed:  # PyPI's wheels hold the same, packed otherwise
        packages[name]["sha256"] = hashlib.sha256((copy / packages[name]["file_name"]).read_bytes()).hexdigest()
    (copy / "pyodide-lock.json").write_text(json.dumps(lock), "utf-8")
    return copy


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files to a page of another address too, and texts compressed, as a CDN and GitHub Pages do."""

    def do_GET(self) -> None:
        """Send a file."""
        file = Path(self.translate_path(self.path))
        if file.suffix not in TEXTS or "gzip" not in self.headers.get("Accept-Encoding", "") or not file.is_file():
            return super().do_GET()
        body = gzip.compress(file.read_bytes())
        self.send_response(200)
        for name, value in (
            ("Content-Type", self.guess_type(file)),
            ("Content-Encoding", "gzip"),
            ("Content-Length", len(body)),
        ):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """Allow it."""
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_) -> None:
        """Say nothing."""


def serve(folder: Path) -> str:
    """Serve a folder on a free port of the loopback as long as this runs, and return its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class LiteNotebook(driver.Notebook):
    """A notebook open in JupyterLite, in one of its pages: lab, or notebooks."""

    def __init__(self, page, site: str, name: str, app: str):
        self.page, self.name, self.console = page, name, []
        page.on("pageerror", lambda problem: self.console.append(str(problem)))
        page.add_init_script(driver.SCRIPT)
        page.goto(f"{site}/{app}/index.html?path=notebooks/{name}")
        page.wait_for_function("() => window.gc?.ready()", timeout=1000 * PATIENCE)

    def run_all(self) -> None:
        """Choose Run All Cells, and wait until every cell has run, or one has failed."""
        self.choose("Run", "Run All Cells")
        self.page.wait_for_function(DONE, timeout=1000 * PATIENCE)


def moved(notebook: LiteNotebook, lab: driver.Lab) -> int:
    """Move the first control of a lab to and fro; return how many moves changed the picture or the words."""
    notebook.cell(lab.cell)
    control, changed = lab.box.locator(CONTROL).locator("visible=true").first, 0
    for move in range(MOVES):
        before = notebook.page.evaluate("gc.shown", lab.name)
        if control.get_attribute("role") == "slider":
            at, last = (int(float(control.get_attribute(f"aria-value{each}"))) for each in ("now", "max"))
            control.press("ArrowRight" if at == 0 or (move % 2 and at < last) else "ArrowLeft")
        else:
            at = control.evaluate("menu => menu.selectedIndex")
            control.select_option(index=1 - at if at < 2 else 0)
        new = "async ([name, before]) => JSON.stringify(await gc.shown(name)) !== JSON.stringify(before)"
        changed += driver.until(notebook.page, new, [lab.name, before])
    return changed


def attempt(browser, site: str, name: str, app: str = "lab", width: int = 1280) -> bool:
    """Open a lesson as a first visit, run it, move its labs; print what came of it, return whether all is well."""
    context = browser.new_context(viewport={"width": width, "height": 1000})
    seen, counts, sizes, start = set(), Counter(), Counter(), time.perf_counter()

    def note(request) -> None:
        if not request.url.startswith("http") or request.url in seen:  # in the page already, or told of a second time
            return
        seen.add(request.url)
        place = "site" if request.url.startswith(site) else "Pyodide"
        size = int(request.response().headers.get("content-length", 0))  # waits, while others are noted
        counts[place] += 1
        sizes[place] += size

    context.on("requestfinished", note)
    notebook = LiteNotebook(context.new_page(), site, name, app)
    ready = time.perf_counter() - start
    notebook.run_all()
    ran = time.perf_counter() - start - ready
    errors, labs = notebook.page.evaluate("gc.errors()"), notebook.labs()
    moves = [moved(notebook, lab) for lab in labs]
    loads = ", ".join(f"{counts[place]} requests, {sizes[place] / 1e6:.1f} MB of {place}" for place in sorted(counts))
    print(f"{app}, {name}: kernel {ready:.0f} s, all cells {ran:.0f} s; moves {moves} of {MOVES}; {loads}", flush=True)
    for problem in errors + notebook.console:
        print(f"  {problem}")
    context.close()
    if not labs and name in LATE:
        return attempt(browser, site, f"solutions/{name}")
    return not errors and not notebook.console and all(count == MOVES for count in moves)


def main() -> int:
    """Try a deployed site or one built here, and return how many lessons failed."""
    given = sys.argv[1:]
    deployed = given.pop(0).rstrip("/") if given and given[0].startswith("http") else None
    names = [path.name for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    names = [name for name in names if name.startswith(tuple(given) or "")]
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        site = f"{deployed}/lite/{VERSION}"
        if not deployed:
            folder = Path(scratch) / "site"
            command = [
                sys.executable,
                ROOT / ".github" / "site" / "lite.py",
                folder,
                serve(copy_pyodide(Path(scratch))),
            ]
            built = subprocess.run(command, capture_output=True, encoding="utf-8")
            if built.returncode:
                sys.exit(built.stdout[-3000:] + built.stderr[-3000:])
            site = f"{serve(folder)}/lite/{VERSION}"
        flags = driver.FLAGS if not deployed else driver.FLAGS[:-1]  # the last one keeps to this machine
        browser = playwright.chromium.launch(executable_path=driver.find_chromium(), args=flags)
        print(LIMIT if not deployed else f"Tried: {site}", flush=True)
        failed = [name for name in names if not attempt(browser, site, name)]
        failed += [f"{name} on a phone" for name in names[:1] if not attempt(browser, site, name, "notebooks", 360)]
        browser.close()
    print(f"{len(names)} lessons tried, {len(failed)} failed: {failed}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
