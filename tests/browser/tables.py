"""Measure the page of every lab in a real browser: python tests/browser/tables.py [labs, all of them if none is named]

A row of the table for each lab: how many pixels anything in it moves while every control is moved to its ends, which
should be 0; the smallest contrast of words, in the page and in the pictures, which should be 4.5, or 3 for large ones;
what axe holds against the page; and how many of its controls tell their name, their value in words and their state.
The tests measure by the same functions.
"""

import sys
import tempfile
from pathlib import Path

import nbformat
from accessibility import heard, says
from axe_playwright_python.sync_playwright import Axe
from driver import HOW_TO_GET_IT, ROOT, Lab, Notebook, Server, find_chromium, jupyter_lab, launch
from playwright.sync_api import Page, sync_playwright

sys.path.append(str(ROOT / "tests"))
from helpers import contrasts

import gc_lib as gcl

LABS = [name for name in gcl.labs.__all__ if name.islower()]
BOARD = "detective"  # on which a case, not a control, is played through, by a test of its own
PRESSED = "[lab.placed[name].click() for name in lab.placed if name not in lab.bound]"
CUT = """lab => [...lab.querySelectorAll('select')].filter(menu => menu.offsetParent).flatMap(menu => {
    const looks = getComputedStyle(menu), ink = document.createElement('canvas').getContext('2d')
    ink.font = looks.font
    const room = menu.clientWidth - parseFloat(looks.paddingLeft) - parseFloat(looks.paddingRight)
    return [...menu.options].map(option => option.text).filter(words => ink.measureText(words).width > room)
})"""
BUGS = [
    "lab.rows[0].bug.value = 'no_decay'",
    "lab.rows[0].strength.index = 3",
    "lab.rows[0].bug.value = 'scaled_db'",
    "lab.rows[0].factor.index = 0",
    "lab.rows[1].bug.value = 'no_decay'; lab.rows[2].bug.value = 'db_no_mean'",
    "lab.mistakes['J_no_decay'].value = True",
    "lab.bound['units'].index = 0",
    "lab.bound['keep_prob'].index = 8; lab.bound['masks'].index = 1",
    "lab.rows[0].bug.value = ''; lab.mistakes['J_no_decay'].value = False",
]


def with_labs(page: Page, server: Server, names: list[str], place: str = "lab/tree") -> Notebook:
    """Open a notebook of one's own with these labs in it, and run all its cells."""
    cells = ["import gc_lib as gcl", *(f"gcl.labs.{name}()" for name in names)]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, server.folder / "labs.ipynb")
    notebook = Notebook(page, server, "labs.ipynb", place)
    notebook.run_all()
    return notebook


def after(lab: Lab, change: str) -> None:
    """Make a change, and wait until the page shows what it led to, at rest."""
    lab.ask(change)
    lab.comes_to(lambda said: True, change)


def moved(lab: Lab) -> dict[str, float]:
    """Return how far each part of a lab moves, at any frame of the screen, at the ends and middle of every control."""
    lab.page.evaluate("name => gc.follow(name)", lab.name)
    controls = lab.ask()["controls"]
    for field, control in controls.items():
        last = len(control["values"]) - 1
        for index in sorted({0, last // 2, last} - {control["at"]}):
            after(lab, f"lab.bound[{field!r}].index = {index}")
        after(lab, "lab.restart()")
    for change in (PRESSED, *(BUGS if "masks" in controls else ())):
        after(lab, change)
    lab.start_again()
    return {name: round(high - low, 1) for name, (low, high) in lab.page.evaluate("gc.seen()").items()}


def cut(lab: Lab) -> list[str]:
    """Return the texts of menus in sight that their menus are too narrow for."""
    return lab.box.evaluate(CUT)


def judged(lab: Lab) -> tuple[list, dict[str, float]]:
    """Return what axe holds gravely against a lab, rule and part; and the contrast of each part that it has read."""
    lab.headline.scroll_into_view_if_needed()  # what is far from the screen is not drawn, and not read
    found = Axe().run(lab.page, lab.name, {"resultTypes": ["violations", "passes"]}).response
    grave = [rule for rule in found["violations"] if rule["impact"] in ("serious", "critical")]
    read = [node for rule in found["passes"] if rule["id"] == "color-contrast" for node in rule["nodes"]]
    seen = {node["html"]: (node["any"][0]["data"] or {}).get("contrastRatio") for node in read}
    against = [(rule["id"], node["html"]) for rule in grave for node in rule["nodes"]]
    return against, {part: contrast for part, contrast in seen.items() if contrast}


def measure(lab: Lab, name: str) -> str:
    """Return a lab's row of the table."""
    controls, telling, against, page = lab.start_again()["controls"], set(), set(), []
    for words in lab.folds():
        lab.start_again()
        lab.unfold(words)
        told, (grave, read) = heard(lab), judged(lab)
        telling |= {field for field, control in controls.items() if says(told, control)}
        against |= {*grave}
        page += read.values()
    opened = getattr(gcl.labs, name)()
    drawn = [contrast for each in opened.view(opened.result.names, 2).pictures for _, contrast, _ in contrasts(each)]
    lab.start_again()
    jump = "-" if name == BOARD else f"{max(moved(lab).values()):g}"
    tell = f"{len(telling)} of {len(controls)}"
    return f"{name:12}{jump:>8}{min(page):12.1f}{min(drawn):12.1f}{len(against):12}{tell:>12}"


def main(names: list[str]) -> None:
    """Print the table."""
    if find_chromium() is None:
        sys.exit(HOW_TO_GET_IT)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        with jupyter_lab(Path(folder)) as server:
            notebook = with_labs(launch(playwright).new_page(viewport={"width": 800, "height": 1000}), server, names)
            notebook.page.add_style_tag(content="html, body { height: 100% }")  # or axe takes all for hidden
            heads = "jump, px", "of page", "of pictures", "against it", "telling"
            print(f"{'':12}{heads[0]:>8}" + "".join(f"{head:>12}" for head in heads[1:]))
            for name, lab in zip(names, notebook.labs(), strict=True):
                notebook.cell(lab.cell)
                print(measure(lab, name), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or LABS)
