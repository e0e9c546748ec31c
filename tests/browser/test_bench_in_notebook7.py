"""The bench in Jupyter Notebook 7: one run."""

import re

import pytest
from driver import Notebook, jupyter_lab
from playwright.sync_api import expect

THEIRS = re.compile(  # what Notebook 7 itself writes to the browser's console as it opens
    r"Cannot read properties of undefined \(reading 'schema'\)|Command 'filebrowser:open-path' not registered"
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def server(tmp_path):
    """Run a server that no page of JupyterLab has asked for anything.

    Jupyter's server remembers by its name alone where a static file lies: of those that both have, such as fonts and
    pieces of script, it gives out the one first asked for, and refuses the other's (403).
    """
    with jupyter_lab(tmp_path) as server:
        yield server


def test_runs_and_moves(context, server):
    """Here arrow keys go to the next cell, whatever has the focus (jupyter/notebook, issue 7716); not so in a lab."""
    notebook = Notebook(context.new_page(), server, "00_start_here.ipynb", "notebooks")
    notebook.run_all()
    (bench,) = notebook.labs()
    bench.stands(eps=1e-7)
    bench.is_drawn()
    before = bench.picture()
    for key, eps in (("ArrowRight", 3e-7), ("ArrowDown", 1e-7), ("PageUp", 3e-5)):
        bench.handle("ε").press(key)
        bench.stands(eps=eps)
    expect(bench.handle("ε")).to_have_attribute("aria-valuetext", bench.readout("ε").text_content())
    bench.handle("ε").press("Home")
    bench.stands(eps=1e-12)
    bench.drag("λ", 21)
    bench.stands(lam=1e4)
    bench.press_in_menu("masks", "ArrowDown")
    bench.stands(masks="fresh")
    bench.pick("bug", "no_decay")
    bench.stands(bugs=[["no_decay", 1, 1.0, None]])
    assert bench.picture() != before
    expect(bench.box.get_by_role("status")).to_contain_text(bench.caption.inner_text())
    assert [said for said in notebook.complaints() if not THEIRS.search(said)] == []
    notebook.shut_down()
