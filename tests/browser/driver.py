"""Drive a real JupyterLab in a real Chromium: start the server, open a notebook as a student does, move its lab."""

import contextlib
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
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, expect, sync_playwright

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
IN_CELL = ".jp-Notebook-cell[data-windowed-list-index='{}']"  # of JupyterLab and of Notebook 7
VIEW = "application/vnd.jupyter.widget-view+json"
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


RACES = re.compile(  # of Jupyter's own, which it mends by itself
    # A page asks ipykernel 7 for a subshell while the kernel is still starting again.
    r"^\[IPKernelApp\] ERROR \| Exception in control handler:\n"
    r"Traceback [^\[]*?shellchannel\.py[^\[]*?\nAssertionError$"
    # A port that was free when the server chose it is another kernel's when the new kernel binds it: it starts again.
    r"|^Traceback (?:(?!\nTraceback )[^\[])*?\nzmq\.error\.ZMQError: Address already in use.*$"
    # A page goes on, or is closed, while it is still being answered.
    r"|^\[E [^\n]*Uncaught exception GET [^\n]*\n"
    r"(?: [^\n]*\n)*? +tornado\.iostream\.StreamClosedError: Stream is closed$"
    r"|^Task exception was never retrieved\nfuture: <Task [^\n]*WebSocketClosedError\(\)>\n"
    r"(?:[^\[\n][^\n]*\n|\n)*?tornado\.websocket\.WebSocketClosedError$",
    re.MULTILINE,
)


@dataclass
class Server:
    """Hold the address of a running Jupyter server, its token, its folder, its log and its process."""

    url: str
    token: str
    folder: Path
    log: Path
    process: subprocess.Popen
    read: int = field(default=0, repr=False)

    def fresh(self, name: str, folder: str, covered: bool = False) -> str:
        """Lay a notebook into a folder of its own, and return its path: as it is shipped, or with all covers lifted."""
        (self.folder / folder).mkdir(exist_ok=True)
        shipped = (ROOT / "notebooks" / name).read_text("utf-8")
        lifted = shipped if covered else shipped.replace("my_guess = None", r"my_guess = \"skip\"")
        (self.folder / folder / name).write_text(lifted, "utf-8")
        return f"{folder}/{name}"

    def complaints(self) -> list[str]:
        """Return what the log has said since it was last asked, where an error or a traceback is in it."""
        lines = self.log.read_text("utf-8").splitlines()
        new, self.read = "\n".join(lines[self.read :]), len(lines)
        new = RACES.sub("", new)
        return [new] if re.search(r"^(\[[EC] |Traceback|\w*Error\b)", new, re.MULTILINE) else []


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
def jupyter_lab(scratch: Path, **environment: str):
    """Run JupyterLab on a free port of the loopback, in a fresh copy of the notebooks."""
    folder = scratch / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    environment = jupyter_environment(scratch) | environment
    with serving([sys.executable, "-m", "jupyterlab"], folder, environment, scratch) as server:
        yield server


@contextlib.contextmanager
def serving(command: list, folder: Path, environment: dict[str, str], scratch: Path, port: int = 0):
    """Run a Jupyter server in a folder with a token of its own, on this port of the loopback, or else on a free one."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = port or free.getsockname()[1]
    command = [*map(str, command), "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    for app in ("LabApp", "JupyterNotebookApp"):  # so that the tests can ask Jupyter itself whether it is done
        command += [f"--{app}.expose_app_in_browser=True"]
    token, log = secrets.token_hex(16), scratch / "server.log"
    with log.open("wb") as file:
        environment = environment | {"JUPYTER_TOKEN": token}
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=file, stderr=file)
    server = Server(f"http://127.0.0.1:{port}", token, folder, log, process)
    try:
        wait_for_server(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_server(server: Server) -> None:
    """Wait until the server answers."""
    late = time.monotonic() + STARTUP
    while time.monotonic() < late and server.process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, socket.timeout):
            urllib.request.urlopen(f"{server.url}/api?token={server.token}", timeout=5).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.process.wait(0.1)  # returns at once should the server die
    raise RuntimeError(f"Jupyter did not start:\n{server.log.read_text('utf-8')}")


# What the page and the kernel are asked for, in the page's own language.

SCRIPT = r"""
window.gc = {
    panel: () => window.jupyterapp.shell.currentWidget,
    cells: () => [...window.gc.panel().content.model.cells].map(cell => cell.toJSON())
        .filter(cell => cell.cell_type === 'code'),
    ready: () => {
        const panel = window.jupyterapp?.shell?.currentWidget
        const kernel = panel?.sessionContext?.session?.kernel
        return panel?.context?.isReady && panel.content?.model && kernel?.status === 'idle'
    },
    async scrollTo(index) {
        window.gc.panel().content.activeCellIndex = index
        await window.gc.panel().content.scrollToItem(index)
    },
    outputs: cell => Array.from({length: cell.outputs?.length ?? 0}, (_, i) => cell.outputs.get(i)),
    errors: () => [...window.gc.panel().content.model.cells].flatMap(window.gc.outputs)
        .filter(output => output.type === 'error' || output.toJSON().name === 'stderr').map(output => output.toJSON())
        .map(output => output.evalue || output.text),
    failed: () => [...window.gc.panel().content.model.cells].flatMap(window.gc.outputs)
        .some(output => output.type === 'error'),
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
    async fingerprint(img) {
        const src = img.src
        try {
            await img.decode()
            const bytes = await (await fetch(src)).arrayBuffer()
            if (img.src !== src) return await window.gc.fingerprint(img)
            const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
            return [...digest].map(byte => byte.toString(16).padStart(2, '0')).join('')
        } catch (problem) {
            if (img.src !== src) return await window.gc.fingerprint(img)  // a newer picture came in between
            throw problem
        }
    },
    images: lab => [...document.querySelectorAll(`${lab} img`)],
    picture: async lab => (await Promise.all(window.gc.images(lab).map(window.gc.fingerprint))).join(' ') || null,
    place(lab) {
        const box = document.querySelector(lab).getBoundingClientRect()
        const places = window.gc.images(lab).map(img => img.getBoundingClientRect())
        return places.map(img => [img.left - box.left, img.top - box.top, img.width, img.height].map(Math.round))
    },
    follow(lab) {  // notes at every frame of the screen where the parts of a lab are
        const box = document.querySelector(lab), cell = box.closest('.jp-Cell')
        const rooms = {headline: '.gc-headline-room', caption: '.gc-caption-room'}
        const kinds = {...rooms, picture: 'img', slider: '.gc-track > *'}
        const find = ([name, kind]) => [...box.querySelectorAll(kind)].map((part, n) => [`${name} ${n}`, part])
        const isFold = button => button.textContent.includes('The picture as a table')
        const parts = Object.entries(kinds).flatMap(find)
        parts.push(['folds', [...box.querySelectorAll('button')].find(isFold)])
        const top = part => part.getBoundingClientRect().top - box.getBoundingClientRect().top
        const seen = {}
        const note = (name, y) => {
            const [low, high] = seen[name] ?? [y, y]
            seen[name] = [Math.min(low, y), Math.max(high, y)]
        }
        const look = () => {
            for (const [name, part] of parts) note(name, top(part))
            note('next cell', cell.getBoundingClientRect().bottom - box.getBoundingClientRect().top)
            window.gc.following = requestAnimationFrame(look)
        }
        look()
        window.gc.seen = () => {
            cancelAnimationFrame(window.gc.following)
            return seen
        }
    },
    words(...names) {  // of what is on the screen; not of what only keeps room
        const parts = names.flatMap(name => [...document.querySelectorAll(name)]).filter(part => part.offsetParent)
        return parts.length ? parts.map(part => part.textContent).join('') : null
    },
    read(html) {
        const page = document.createElement('div')
        page.innerHTML = html
        return page.textContent
    },
    shown: async lab => [
        window.gc.words(`${lab} .gc-headline`, `${lab} .gc-caption`),
        window.gc.words(`${lab} .gc-tables`),
        await window.gc.picture(lab),
    ],
    async shows([lab, caption, table, picture]) {
        const [words, rows, pixels] = await window.gc.shown(lab)
        const followed = rows === null || rows === window.gc.read(table)
        return words === window.gc.read(caption) && followed && pixels === picture
    },
    focus: lab => {  // what the Tab key should reach, and what it has reached
        const all = [...document.querySelector(lab).querySelectorAll('*')]
        const name = one => `${all.indexOf(one)} ${one.tagName} ${(one.textContent || one.className).slice(0, 40)}`
        const keys = 'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable=true]'
        const shown = one => one.checkVisibility({visibilityProperty: true})
        const open = one => shown(one) && !one.disabled && (one.tabIndex >= 0 || one.isContentEditable)
        const wanted = all.filter(one => one.matches(keys) && open(one))
        const here = document.activeElement, look = getComputedStyle(here)
        const seen = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2
        return {wanted: wanted.map(name), at: all.includes(here) ? name(here) : null, seen}
    },
    themed: name => {
        const dark = getComputedStyle(window.gc.panel().node).backgroundColor.match(/\d+/g)[0] < 128
        return document.body.dataset.jpThemeName === name && dark === (document.body.dataset.jpThemeLight === 'false')
    },
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
def _gc_test(lab):
    import hashlib, json
    from dataclasses import fields
    def below(widget):
        return [widget, *(each for child in getattr(widget, "children", ()) for each in below(child))]
    def told(control):
        fold = next((toggle.description for toggle, part in lab.drawers.parts.items() if control in below(part)), None)
        values = [words for words, _ in control.options]
        return {{"words": control.description, "fold": fold, "values": values, "at": control.index,
                 "value": control.value, "disabled": control.disabled}}
    {change}
    with lab.lock:  # moves come in a thread of their own
        lab.sharpen()  # as after a rest of the hand
        state = {{field.name: getattr(lab.state, field.name) for field in fields(lab.state)}}
        print(json.dumps({{
            "name": lab.name, "code": lab.code(), "state": state,
            "whole": lab.result.state == lab.state,
            "opened": lab.state == lab.start and lab.result.before is None,
            "caption": lab.headline.words.value + lab.caption.words.value, "table": lab.result.table,
            "picture": " ".join(hashlib.sha256(png).hexdigest() for png in lab.png),
            "controls": {{
                field: told(control) for field, control in lab.bound.items() if control.layout.display != "none"
            }},
        }}, default=repr))
try:
    _gc_test(Out[{count}])
finally:
    del _gc_test
"""


def until(page: Page, check: str, argument=None, seconds: float = 15) -> bool:
    """Wait until a check in the page's language holds, and return whether it came to hold; the check may be async."""
    call = f"([argument, milliseconds]) => gc.until({check}, argument, milliseconds)"
    return page.evaluate(call, [argument, 1000 * seconds])


class Notebook:
    """A notebook open in a page of JupyterLab, or a page that has none yet, and what a student does with it."""

    def __init__(self, page: Page, server: Server, name: str, place: str = "lab/tree"):
        self.page, self.server, self.name, self.console = page, server, name, []
        page.on("console", self.listen)
        page.on("pageerror", lambda problem: self.console.append(str(problem)))
        page.add_init_script(SCRIPT)
        page.goto(f"{server.url}/{place}{'/' * bool(name)}{name}?token={server.token}")
        if name:
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

    def labs(self) -> list["Lab"]:
        """Return the labs that the cells show, in their order."""
        shown = [any(VIEW in output.get("data", {}) for output in cell.get("outputs", [])) for cell in self.cells()]
        return [Lab(self, cell) for cell, is_shown in enumerate(shown) if is_shown]

    def cells(self) -> list[dict]:
        """Return all cells as they would be saved."""
        return self.page.evaluate("[...gc.panel().content.model.cells].map(cell => cell.toJSON())")

    def find(self, source: str) -> int:
        """Return the index of the cell that holds this, and nothing else."""
        return [cell["source"] for cell in self.cells()].index(source)

    def cell(self, index: int) -> Locator:
        """Bring a cell into view, and return its place in the page."""
        self.page.evaluate("index => gc.scrollTo(index)", index)
        return self.page.locator(IN_CELL.format(index))

    def write(self, index: int, code: str) -> None:
        """Write over what stands in a cell."""
        self.cell(index).locator(".cm-content").press("Control+a")
        self.page.keyboard.insert_text(code)

    def open(self, name: str) -> None:
        """Open a notebook in a page that has none, as by a click in JupyterLab's list of files."""
        self.page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget", timeout=1000 * STARTUP)
        self.page.evaluate("async path => { await jupyterapp.commands.execute('docmanager:open', {path}) }", name)
        self.name, self.console = name, []  # what the page said of the one before is not this one's
        self.wait_until_ready()

    def close(self) -> None:
        """Close the notebook without asking for what is not saved; its kernel lives on."""
        self.page.evaluate("gc.panel().dispose()")

    def restart(self) -> None:
        """Restart the kernel by the menu, and wait until the new one is ready."""
        self.choose("Kernel", "Restart Kernel…")
        self.page.get_by_role("dialog").get_by_role("button", name="Confirm Kernel Restart").click()
        assert until(self.page, "async () => gc.ready() && await gc.count() === 1", seconds=STARTUP)

    def shut_down(self) -> None:
        """End the kernel."""
        self.page.evaluate("gc.panel().sessionContext.shutdown()")

    def wear(self, theme: str) -> None:
        """Change JupyterLab's theme."""
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        assert until(self.page, "gc.themed", theme)

    def run(self, index: int) -> dict:
        """Run one cell by Shift+Enter, wait until it is done, and return it."""
        after = self.page.evaluate("gc.count()") + 1
        self.cell(index).locator(".cm-content").press("Shift+Enter")
        assert until(self.page, "async after => gc.ready() && await gc.count() === after", after, STARTUP)
        return self.cells()[index]

    def errors(self) -> list[str]:
        """Return what the cells' outputs hold of errors."""
        return self.page.evaluate("gc.errors()")

    def listen(self, said: ConsoleMessage) -> None:
        """Keep what the browser's console says of errors, and where."""
        if said.type == "error":
            self.console.append(f"{said.text} {said.location['url']}")

    def complaints(self) -> list[str]:
        """Return what cells, labs, the browser's console and the server's log complain of since this was last asked."""
        alerts = self.page.get_by_role("alert").locator("visible=true").all_text_contents()
        said, self.console = self.console, []
        return [*self.errors(), *alerts, *said, *self.server.complaints()]

    def save(self) -> Path:
        """Save as a student does, and wait until it is done."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function("() => !gc.panel().context.model.dirty")
        return self.server.folder / self.name


class Lab:
    """A lab in a page: its controls, its finding and its pictures, and what the kernel says of it."""

    def __init__(self, notebook: Notebook, cell: int):
        self.notebook, self.page, self.cell = notebook, notebook.page, cell
        self.name = f"{IN_CELL.format(cell)} .gc-lab"
        self.box = self.page.locator(self.name)
        self.images = self.box.locator("img")
        self.headline, self.caption = self.box.locator(".gc-headline"), self.box.locator(".gc-caption")

    def slider(self, name: str):
        """Return the slider of this name."""
        return self.labelled(".widget-hslider", name)

    def see(self, name: str) -> None:
        """Wait until a control of this name is in sight."""
        expect(self.box.locator("label").get_by_text(name, exact=True).locator("visible=true").first).to_be_visible()

    def labelled(self, kind: str, name: str) -> Locator:
        """Return the first control of a kind that is in sight and bears this label."""
        label = self.page.locator("label").get_by_text(name, exact=True)
        return self.box.locator(kind).filter(has=label).locator("visible=true").first

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

    def there_and_back(self, slider: str, presses: int) -> tuple[list[str], int]:
        """Return keys that move a slider from end to end, back and so on, and the index at which they end."""
        last = int(float(self.handle(slider).get_attribute("aria-valuemax")))
        keys = ((["ArrowRight"] * last + ["ArrowLeft"] * last) * presses)[:presses]
        return keys, keys.count("ArrowRight") - keys.count("ArrowLeft")

    def drag(self, name: str, index: int) -> None:
        """Drag a slider by mouse to one of its values."""
        handle, mouse = self.handle(name), self.page.mouse
        handle.scroll_into_view_if_needed()
        track = self.slider(name).locator(".noUi-base").bounding_box()
        grip = handle.bounding_box()
        share = index / float(handle.get_attribute("aria-valuemax"))
        mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        mouse.down()
        mouse.move(track["x"] + share * track["width"], grip["y"] + grip["height"] / 2, steps=5)
        mouse.up()

    def start_again(self) -> dict:
        """Press the button that brings the lab back to the state in which it opened."""
        self.box.get_by_role("button", name="start again", exact=True).click()
        return self.comes_to(lambda said: said["opened"], "where it opened")

    def by_mouse(self, name: str, index: int) -> None:
        """Move a control to one of its values by mouse."""
        self.see(name)
        if self.slider(name).count():
            self.drag(name, index)
        elif self.choices(name).count():
            self.choices(name).nth(index).click()
        else:
            self.menu(name).select_option(index=index)

    def by_keyboard(self, name: str, index: int) -> None:
        """Move a control by keyboard to the index before or after the one at which it stands."""
        self.see(name)
        if self.slider(name).count():
            at = float(self.handle(name).get_attribute("aria-valuenow"))
            self.handle(name).press("ArrowRight" if index > at else "ArrowLeft")
        elif self.choices(name).count():
            self.choices(name).nth(index).press("Space")
        else:
            at = self.menu(name).evaluate("menu => menu.selectedIndex")
            self.press_in_menu(name, "ArrowDown" if index > at else "ArrowUp")

    def choices(self, name: str) -> Locator:
        """Return the buttons of which one is pressed."""
        return self.labelled(".widget-toggle-buttons", name).get_by_role("button")

    def walk(self) -> tuple[list[str], list[str]]:
        """Go through the lab by the Tab key; return what it reached, and of that what does not show it."""
        self.box.locator("[tabindex], button, select").locator("visible=true").first.focus()
        for key in ("Tab", "Shift+Tab"):  # a browser shows the focus to those who move it by keyboard
            self.page.keyboard.press(key)
        reached, unseen = [], []
        while (focus := self.page.evaluate("gc.focus", self.name))["at"] and len(reached) < 200:
            reached.append(focus["at"])
            unseen += [] if focus["seen"] else [focus["at"]]
            self.page.keyboard.press("Tab")
        return reached, unseen

    def press_in_menu(self, name: str, *keys: str) -> None:
        """Open a menu by the space bar, press keys in it, and take what they lead to.

        While a menu is closed JupyterLab keeps the arrow keys and the letters to itself (ipywidgets, issue 3912).
        """
        self.menu(name).press("Space")
        is_open = "id => document.getElementById(id).matches(':open')"
        assert until(self.page, is_open, self.menu(name).get_attribute("id")), f"the menu {name} should open"
        for key in (*keys, "Enter"):
            self.page.keyboard.press(key)

    def folds(self) -> list[str]:
        """Return the words on the buttons that unfold parts of the page."""
        shown = self.box.locator("button:has(.fa-caret-right, .fa-caret-down)").all_text_contents()
        return [words.strip() for words in shown]

    def unfold(self, words: str) -> None:
        """Unfold a part of the page by its button, if it is not unfolded."""
        button = self.box.locator("button").filter(has_text=re.compile(rf"^\s*{re.escape(words)}\s*$"))
        if not button.locator(".fa-caret-down").count():
            button.click()
        expect(button.locator(".fa-caret-down")).to_be_visible()

    def told(self, code: str, **given):
        """Let the kernel run code, with the number of the lab's cell for {count}, and return what it prints as JSON."""
        count = self.page.evaluate("cell => gc.panel().content.model.cells.get(cell).executionCount", self.cell)
        return json.loads(self.page.evaluate("code => gc.kernel(code)", code.format(count=count, **given)))

    def ask(self, change: str = "pass") -> dict:
        """Let the kernel say where the lab stands, after a change if one is given."""
        return self.told(ASK, change=change)

    def is_drawn(self) -> None:
        """Assert that every picture is on the screen, loaded, crisp and not empty, and that the finding is."""
        expect(self.images).not_to_have_count(0)
        for image in self.images.all():
            expect(image).to_be_visible()
            assert image.evaluate("img => img.naturalWidth >= 2 * img.width && img.width > 150"), "it should be crisp"
            assert image.evaluate("gc.colours") > 10
        expect(self.headline).to_be_visible()
        expect(self.headline).to_contain_text(re.compile(r"\w+"))

    def picture(self) -> str:
        """Return the fingerprints of the pictures on the screen."""
        return self.page.evaluate("name => gc.picture(name)", self.name)

    def place(self) -> list[list[int]]:
        """Return where in the lab its pictures are, and how large."""
        return self.page.evaluate("name => gc.place(name)", self.name)

    def stands(self, **state) -> dict:
        """Wait until kernel, finding, pictures and table agree on this state, and return what the kernel says."""
        return self.comes_to(lambda said: all(said["state"][name] == value for name, value in state.items()), state)

    def comes_to(self, is_there: Callable[[dict], bool], wanted) -> dict:
        """Wait until what the kernel says is so, and until the page shows it; return what the kernel says."""
        late, said = time.monotonic() + 30, {}
        while time.monotonic() < late:  # each turn waits for the kernel's own answer; moves may still be on their way
            said = self.ask()
            there = said["whole"] and is_there(said)
            if there and until(self.page, "gc.shows", [self.name, said["caption"], said["table"], said["picture"]]):
                return said
        shown = self.page.evaluate("name => gc.shown(name)", self.name)
        raise AssertionError(f"the lab should come to {wanted}, and the page show it; it stands at {said}; {shown}")
