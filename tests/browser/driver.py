"""Drive a real JupyterLab in a real Chromium: start the server, open a notebook as a student does, move its lab."""

import contextlib
import html
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_IT = "no Chromium: sudo apt install chromium (Debian, Ubuntu), or else python -m playwright install chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing outside this machine
]
STARTUP = 60  # seconds: a cold server, a cold kernel
expect.set_options(timeout=15_000)


@cache
def find_chromium() -> str | None:
    """Return the path of a Chromium: the system's, or else the one that Playwright has installed."""
    for found in filter(None, map(shutil.which, NAMES)):
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def launch(playwright: Playwright) -> Browser:
    """Start Chromium without a window."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)


@dataclass
class Server:
    """Hold the address of a running JupyterLab, its token, its folder of notebooks and its log."""

    url: str
    token: str
    folder: Path
    log: Path
    read: int = field(default=0, repr=False)

    def complaints(self) -> list[str]:
        """Return what the log holds of errors and of tracebacks since it was last asked."""
        lines = self.log.read_text("utf-8").splitlines()
        lines, self.read = lines[self.read :], len(lines)
        return [line for line in lines if re.match(r"\[[EC] |Traceback|\w*Error\b", line)]


def jupyter_environment(scratch: Path) -> dict[str, str]:
    """Return an environment in which Jupyter reads and writes in `scratch` alone, and python3 is this Python."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    files = {
        "config/jupyter_server_config.json": {"ServerApp": {"allow_root": True, "open_browser": False}},
        "data/kernels/python3/kernel.json": {
            "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            "display_name": "Python 3",
            "language": "python",
        },
        "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
            "checkForUpdates": False,
            "fetchNews": "false",
        },
    }
    for name, content in files.items():
        (scratch / name).parent.mkdir(parents=True, exist_ok=True)
        (scratch / name).write_text(json.dumps(content), "utf-8")
    there = {name: str(scratch / folder) for name, folder in folders.items()}
    kit = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, **there, "JUPYTER_PREFER_ENV_PATH": "0", "PYTHONPATH": kit}


@contextlib.contextmanager
def jupyter_lab(scratch: Path):
    """Run JupyterLab on a free port of the loopback, in a fresh copy of the notebooks."""
    folder = scratch / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", secrets.token_hex(16), folder, scratch / "server.log")
    command = [sys.executable, "-m", "jupyterlab", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    command += ["--expose-app-in-browser"]  # so that the tests can ask JupyterLab itself whether it is done
    environment = jupyter_environment(scratch) | {"JUPYTER_TOKEN": server.token}
    with server.log.open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        wait_for_server(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_server(server: Server, process: subprocess.Popen) -> None:
    """Wait until the server answers."""
    late = time.monotonic() + STARTUP
    while time.monotonic() < late and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, socket.timeout):
            urllib.request.urlopen(f"{server.url}/api?token={server.token}", timeout=5).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)  # returns at once should the server die
    raise RuntimeError(f"JupyterLab did not start:\n{server.log.read_text('utf-8')}")


# What the page and the kernel are asked for, in the page's own language.

SCRIPT = """
window.gc = {
    panel: () => window.jupyterapp.shell.currentWidget,
    cells: () => [...window.gc.panel().content.model.cells].map(cell => cell.toJSON())
        .filter(cell => cell.cell_type === 'code'),
    ready: () => {
        const panel = window.jupyterapp?.shell?.currentWidget
        const kernel = panel?.sessionContext?.session?.kernel
        return panel?.context?.isReady && panel.content?.model && kernel?.status === 'idle'
    },
    failed: () => window.gc.cells().some(cell => cell.outputs.some(output => output.output_type === 'error')),
    async until(check, argument, milliseconds) {
        const late = performance.now() + milliseconds
        while (performance.now() < late) {
            if (await check(argument)) return true
            await new Promise(requestAnimationFrame)
        }
        return false
    },
    async kernel(code) {
        const kernel = window.gc.panel().sessionContext.session.kernel
        const future = kernel.requestExecute({code, store_history: false, stop_on_error: false})
        let said = ''
        future.onIOPub = message => { said += message.content.text ?? '' }
        const refused = new Error('the kernel does not answer')
        const late = new Promise((_, refuse) => setTimeout(() => refuse(refused), 30000))
        const reply = await Promise.race([future.done, late])
        if (reply.content.status !== 'ok') throw new Error(reply.content.evalue)
        return said
    },
    count: () => window.gc.kernel('print(get_ipython().execution_count)').then(Number, () => NaN),
    async picture() {
        const img = document.querySelector('.gc-lab img')
        if (!img) return null
        const src = img.src
        try {
            await img.decode()
            const bytes = await (await fetch(src)).arrayBuffer()
            if (img.src !== src) return await window.gc.picture()
            const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
            return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('')
        } catch (problem) {
            if (img.src !== src) return await window.gc.picture()  // a newer picture came in between
            throw problem
        }
    },
    place() {
        const [lab, img] = ['.gc-lab', '.gc-lab img'].map(name => document.querySelector(name).getBoundingClientRect())
        return [img.left - lab.left, img.top - lab.top, img.width, img.height].map(Math.round)
    },
    words: () => document.querySelector('.gc-lab [role=status]')?.textContent,
    shows: async ([picture, words]) => window.gc.words() === words && await window.gc.picture() === picture,
    colours(img) {
        const canvas = document.createElement('canvas')
        canvas.width = img.naturalWidth
        canvas.height = img.naturalHeight
        const context = canvas.getContext('2d')
        context.drawImage(img, 0, 0)
        return new Set(new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size
    },
}
"""

ASK = """
def _gc_test():
    import hashlib, json
    from gc_lib.labs.lab import Lab
    lab = next(shown for shown in reversed(list(Out.values())) if isinstance(shown, Lab))
    {change}
    with lab.lock:
        print(json.dumps({{
            "code": repr(lab), "eps": lab.state.eps, "lam": lab.state.lam, "keep_prob": lab.state.keep_prob,
            "masks": lab.state.masks, "bugs": [list(bug) for bug in lab.state.bugs], "caption": lab.caption.value,
            "picture": hashlib.sha256(lab.picture.value).hexdigest(), "whole": lab.result.state == lab.state,
        }}))
try:
    _gc_test()
finally:
    del _gc_test
"""


def until(page: Page, check: str, argument=None, seconds: float = 15) -> bool:
    """Wait until a check in the page's language holds, and return whether it came to hold; the check may be async."""
    call = f"([argument, milliseconds]) => gc.until({check}, argument, milliseconds)"
    return page.evaluate(call, [argument, 1000 * seconds])


class Notebook:
    """A notebook open in a page of JupyterLab, and what a student does with it."""

    def __init__(self, page: Page, server: Server, name: str, workspace: str = ""):
        self.page, self.server, self.name = page, server, name
        page.add_init_script(SCRIPT)
        page.goto(f"{server.url}/lab{workspace and '/workspaces/' + workspace}/tree/{name}?token={server.token}")
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Wait until the notebook is on the screen and its kernel is idle."""
        self.page.wait_for_function("() => window.gc?.ready()", timeout=1000 * STARTUP)

    def choose(self, menu: str, item: str) -> None:
        """Choose an item of one of JupyterLab's menus."""
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    def run_all(self) -> None:
        """Choose Run All Cells, and wait until every cell has run, or one has failed."""
        after = self.page.evaluate("gc.count()") + len(self.page.evaluate("gc.cells()"))
        self.choose("Run", "Run All Cells")
        done = "async after => gc.failed() || (gc.ready() && await gc.count() === after)"
        assert until(self.page, done, after, STARTUP), f"Run All should be done within {STARTUP} seconds"

    def errors(self) -> list[str]:
        """Return what the cells' outputs hold of errors."""
        outputs = [output for cell in self.page.evaluate("gc.cells()") for output in cell["outputs"]]
        return [
            output.get("evalue") or output["text"]
            for output in outputs
            if output["output_type"] == "error" or output.get("name") == "stderr"
        ]

    def save(self) -> Path:
        """Save as a student does, and wait until it is done."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function("() => !gc.panel().context.model.dirty")
        return self.server.folder / self.name


class Bench:
    """The bench in a page: its controls, its caption and its picture, and what the kernel says of it."""

    def __init__(self, notebook: Notebook):
        self.notebook, self.page = notebook, notebook.page
        self.box = self.page.locator(".gc-lab")
        self.image = self.box.locator("img")
        self.caption = self.box.get_by_role("status")

    def slider(self, name: str):
        """Return the slider of this name."""
        label = self.page.locator("label").get_by_text(name, exact=True)
        return self.box.locator(".widget-hslider").filter(has=label).locator("visible=true").first

    def handle(self, name: str):
        """Return what moves a slider by keyboard."""
        return self.slider(name).get_by_role("slider")

    def readout(self, name: str):
        """Return what a slider says that it stands at."""
        return self.slider(name).locator(".widget-readout")

    def menu(self, name: str):
        """Return the first menu of this name."""
        return self.box.get_by_label(name, exact=True).locator("visible=true").first

    def pick(self, menu: str, words: str) -> None:
        """Choose the option of a menu whose label holds these words."""
        options = self.menu(menu).locator("option").all_text_contents()
        (found,) = [n for n, option in enumerate(options) if words in option.replace("\xa0", " ")]
        self.menu(menu).select_option(index=found)

    def drag(self, name: str, stop: int) -> None:
        """Drag a slider by mouse to one of its stops."""
        handle, mouse = self.handle(name), self.page.mouse
        handle.scroll_into_view_if_needed()
        track = self.slider(name).locator(".noUi-base").bounding_box()
        grip = handle.bounding_box()
        share = stop / float(handle.get_attribute("aria-valuemax"))
        mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        mouse.down()
        mouse.move(track["x"] + share * track["width"], grip["y"] + grip["height"] / 2, steps=5)
        mouse.up()

    def start_again(self) -> None:
        """Press the button that brings the lab back to the state in which it opened."""
        self.box.get_by_role("button", name="start again", exact=True).click()
        self.stands(code="gc.labs.bench()")

    def press_in_menu(self, name: str, *keys: str) -> None:
        """Open a menu by the space bar, press keys in it, and take what they lead to.

        While a menu is closed JupyterLab keeps the arrow keys and the letters to itself (ipywidgets, issue 3912).
        """
        self.menu(name).press("Space")
        is_open = "id => document.getElementById(id).matches(':open')"
        assert until(self.page, is_open, self.menu(name).get_attribute("id")), f"the menu {name} should open"
        for key in (*keys, "Enter"):
            self.page.keyboard.press(key)

    def ask(self, change: str = "pass") -> dict:
        """Let the kernel say where the lab stands, after a change if one is given."""
        return json.loads(self.page.evaluate("code => gc.kernel(code)", ASK.format(change=change)))

    def picture(self) -> str:
        """Return the fingerprint of the picture on the screen."""
        return self.page.evaluate("gc.picture()")

    def stands(self, **state) -> dict:
        """Wait until kernel, caption and picture agree on this state, and return what the kernel says."""
        late, said = time.monotonic() + 15, {}
        while time.monotonic() < late:  # each turn waits for the kernel's own answer
            said = self.ask()
            if said["whole"] and all(said[name] == value for name, value in state.items()):
                break
        else:
            raise AssertionError(f"the lab should come to stand at {state}; it stands at {said}")
        words = html.unescape(re.sub("<[^>]*>", "", said["caption"]))
        if not until(self.page, "gc.shows", [said["picture"], words]):
            shown = self.page.evaluate("Promise.all([gc.picture(), gc.words()])")
            raise AssertionError(f"the page should show picture and caption of {said}; it shows {shown}")
        return said
