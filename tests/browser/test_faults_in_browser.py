"""What goes wrong in a class: what the student sees then, that nothing saved is lost, and that Run All heals it.

A dead kernel, a lost line and a cell that is gone are Jupyter's to tell, and it tells them in its own words. Ours is
that picture and finding stay on the screen meanwhile, that no move is half made, and that Run All brings it all back.
"""

import os
import re
import signal
import sys

import pytest
from driver import Notebook, jupyter_environment, jupyter_lab, serving, until
from playwright.sync_api import expect

NAME = "00_start_here.ipynb"
BENCH = "lab = gcl.labs.bench()\nlab"
MINE = "import gc_lib as gcl  # a note of my own"
NOISE = re.compile(
    "Failed to load resource|WebSocket|fetch"  # what the browser says of a line that is cut
    "|widget model not found"  # what Jupyter says of a lab whose kernel is gone, until Run All
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def window(browser):
    """Open a window of the browser."""
    window = browser.new_context(viewport={"width": 1280, "height": 1000})
    yield window
    window.close()


@pytest.fixture(scope="module")
def notebook(context, lab_server):
    """Open the notebook in a workspace of its own, and run it: each fault that befalls it is healed in the end."""
    notebook = Notebook(context.new_page(), lab_server, lab_server.fresh(NAME, "faults"), "lab/workspaces/faults/tree")
    notebook.run_all()
    yield notebook
    notebook.shut_down()


def healed(notebook):
    """Assert that after Run All the bench stands as it opens, and moves."""
    notebook.run_all()
    assert notebook.errors() == []
    (bench,) = notebook.labs()
    bench.stands(eps=1e-7)
    bench.handle("ε").press("ArrowRight")
    bench.stands(eps=3e-7)


def test_the_kernel_is_killed_in_the_middle_of_a_move(notebook):
    (bench,) = notebook.labs()
    kernel = int(notebook.page.evaluate("gc.kernel('import os; print(os.getpid())')"))
    bench.handle("ε").press("ArrowRight")
    os.kill(kernel, signal.SIGKILL)
    dialog = notebook.page.get_by_role("dialog")
    expect(dialog).to_contain_text("appears to have died. It will restart automatically.")
    dialog.get_by_role("button", name="Ok").click()
    for image in bench.images.all():
        expect(image).to_be_visible()
    expect(bench.headline).to_contain_text("all 6 blocks agree")
    # Asked first, for Jupyter may miss what the new kernel says of itself at its start, and waits for its next word.
    assert until(notebook.page, "async () => await gc.count() === 1 && gc.ready()", seconds=60)
    healed(notebook)


def test_a_cell_that_a_later_one_needs_is_deleted(notebook):
    index = notebook.find(BENCH)
    notebook.cell(index).locator(".jp-InputPrompt").click()
    for _ in range(2):
        notebook.page.keyboard.press("d")
    assert BENCH not in [cell["source"] for cell in notebook.cells()]
    notebook.restart()
    notebook.run_all()
    assert notebook.errors() == ["name 'lab' is not defined"]
    notebook.choose("Edit", "Undo Cell Operation")
    assert notebook.find(BENCH) == index
    healed(notebook)


def test_the_browser_is_offline_for_a_while(window, lab_server):
    """A move made meanwhile is kept by Jupyter, and made when the line is back."""
    line = Line(window)
    notebook = Notebook(window.new_page(), lab_server, lab_server.fresh(NAME, "offline"), "lab/workspaces/offline/tree")
    notebook.run_all()
    (bench,) = notebook.labs()
    bench.stands(eps=1e-7)
    line.cut()
    assert until(notebook.page, "() => gc.panel().sessionContext.session.kernel.connectionStatus !== 'connected'")
    dialog = notebook.page.get_by_role("dialog")  # it takes every key, so it is closed for good before the move
    expect(dialog).to_contain_text("A connection to the Jupyter server could not be established.", timeout=60_000)
    dialog.get_by_label("Do not show this message again in this session.").check()
    dialog.get_by_role("button", name="Close").click()
    bench.handle("ε").press("ArrowRight")
    expect(bench.readout("ε")).to_have_text("3e-7")
    expect(bench.headline).to_contain_text("all 6 blocks agree")
    line.mend()
    back = "() => gc.panel().sessionContext.session.kernel.connectionStatus === 'connected'"
    assert until(notebook.page, back, seconds=60)
    bench.stands(eps=3e-7)
    bench.handle("ε").press("ArrowRight")
    bench.stands(eps=1e-6)
    healed(notebook)
    assert [said for said in notebook.complaints() if not NOISE.search(said)] == []
    notebook.shut_down()


class Line:
    """The line between a window and the server: it can be cut, and mended."""

    def __init__(self, window):
        self.window, self.is_cut, self.sockets = window, False, []
        window.route_web_socket(re.compile("/channels"), self.connect)

    def connect(self, socket):
        """Pass a new web socket on, or end it at once."""
        if self.is_cut:
            socket.close()
        else:
            socket.connect_to_server()
            self.sockets.append(socket)

    def cut(self):
        """End all that is open, and let nothing new through."""
        self.is_cut = True
        self.window.set_offline(True)
        for socket in self.sockets:
            socket.close()

    def mend(self):
        """Let everything through again."""
        self.is_cut = False
        self.window.set_offline(False)


def test_the_server_is_restarted(window, tmp_path):
    """What was typed and saved is there; the kernel is not, and Run All brings everything back."""
    with jupyter_lab(tmp_path) as server:
        notebook = Notebook(window.new_page(), server, NAME)
        notebook.run_all()
        notebook.write(notebook.find("import gc_lib as gcl"), MINE)
        notebook.save()
    dialog = notebook.page.get_by_role("dialog")
    expect(dialog).to_contain_text("A connection to the Jupyter server could not be established.", timeout=60_000)
    (bench,) = notebook.labs()
    expect(bench.headline).to_contain_text("all 6 blocks agree")
    command, port = [sys.executable, "-m", "jupyterlab"], int(server.url.rpartition(":")[2])
    with serving(command, server.folder, jupyter_environment(tmp_path), tmp_path, port) as again:
        notebook.page.goto(f"{again.url}/lab/tree/{NAME}?token={again.token}")
        notebook.wait_until_ready()
        assert notebook.find(MINE)
        healed(notebook)
        assert [said for said in notebook.complaints() if not NOISE.search(said)] == []
