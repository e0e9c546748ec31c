"""Every notebook, as a student meets it: opened, run, every control moved, exercises typed, saved and opened again.

Two files take these tests, each with notebooks of its own, so that two processes share them.
"""

import re
from pathlib import Path

import nbformat
import pytest
from accessibility import heard, says
from driver import ROOT, VIEW, Lab, Notebook
from helpers import ALONG, LONG
from nbconvert import HTMLExporter
from playwright.sync_api import expect
from tables import judged

EVERY = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
CORE = [name for name in EVERY if name[:2] in ("00", "02", "03", "04", "10")]
ALIKE = {  # what is JupyterLab's doing, whatever the lesson: in the short form one lesson stands for all
    "test_saved_it_shows_every_lab_without_a_kernel_and_opens_again",
    "test_a_second_tab_follows_and_leads",
    "test_run_all_once_more",
    "test_after_a_restart_a_lab_alone_is_not_known_and_run_all_heals_it",
}

FIRST: dict[str, str] = {}  # for each kind of lab, the first lesson in which it was walked through

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def pytest_generate_tests(metafunc):
    """Run every test on each of the notebooks that the file names, one notebook after the other."""
    alike = metafunc.function.__name__ in ALIKE and not LONG
    names = metafunc.module.NOTEBOOKS[:1] if alike else metafunc.module.NOTEBOOKS
    ids = [name.removesuffix(".ipynb") for name in names]
    metafunc.parametrize("notebook", names, ids=ids, indirect=True, scope="module")


@pytest.fixture(scope="module")
def tabs(request, browser, lab_server):
    """Open JupyterLab in two tabs of a window, each in a workspace of its own: a shared one opens what others left."""
    window = browser.new_context(viewport={"width": 1280, "height": 1000})
    places = (f"lab/workspaces/{request.module.__name__}-{tab}" for tab in ("first", "second"))
    yield [Notebook(window.new_page(), lab_server, "", place) for place in places]
    window.close()


@pytest.fixture(scope="module")
def notebook(request, tabs, lab_server):
    """Open a notebook in the first tab, and run all its cells."""
    notebook, _ = tabs
    notebook.page.bring_to_front()
    notebook.open(lab_server.fresh(request.param, "every"))
    notebook.run_all()
    yield notebook
    notebook.shut_down()
    notebook.close()


@pytest.fixture(autouse=True)
def quiet(notebook):
    """Fail where a test left an error in a cell, in a lab, in the browser's console or in the server's log."""
    yield
    assert notebook.complaints() == []


def to_walk(notebook) -> list[Lab]:
    """Return the labs of a lesson; in the short form without those that were walked through in an earlier lesson."""
    here = notebook.name
    return [lab for lab in notebook.labs() if LONG or FIRST.setdefault(lab.ask()["name"], here) == here]


def test_every_lab_is_on_the_screen_with_its_picture_and_its_finding(notebook):
    """As many of them as its solution holds as it is shipped, where no lab is covered."""
    solution = (ROOT / "notebooks" / "solutions" / Path(notebook.name).name).read_text("utf-8")
    assert len(notebook.labs()) == solution.count(f'"{VIEW}"')
    for lab in notebook.labs():
        is_shown(lab)


def is_shown(lab: Lab):
    """Assert that a lab's pictures are loaded and not empty, its finding is in sight, and both are the kernel's."""
    lab.comes_to(lambda said: True, "the screen")
    lab.is_drawn()


def test_every_control_moves_the_page_by_keyboard_and_by_mouse(notebook):
    for lab in to_walk(notebook):
        for field in lab.ask()["controls"]:
            moves(lab, field)


def moves(lab: Lab, field: str):
    """Move a control to its far end by mouse and one step back by keyboard; each time the page should follow."""
    opened = lab.start_again()
    control = opened["controls"][field]
    for words in filter(None, ("The picture as a table", control["fold"])):
        lab.unfold(words)
    last, seen = len(control["values"]) - 1, set()
    far = last if control["at"] <= last / 2 else 0
    for move, index in ((lab.by_mouse, far), (lab.by_keyboard, far - 1 if far else 1)):
        move(control["words"], index)
        said = lab.comes_to(lambda said, index=index: stands(said, field, index), f"{field} at index {index}")
        changed = {name for name, value in said["state"].items() if value != opened["state"][name]}
        assert changed <= {field} | ALONG.get((said["name"], field), set()), f"{field} moved {changed}"
        seen.add((said["picture"], said["caption"]))
    assert seen != {(opened["picture"], opened["caption"])}, f"{field} changes neither the picture nor the finding"


def stands(said: dict, field: str, index: int) -> bool:
    """Tell whether a control stands at a index, and the state with it."""
    control = said["controls"][field]
    return control["at"] == index and control["value"] == said["state"][field]


@pytest.mark.parametrize("turn", [0, 1] if LONG else [0])
def test_nothing_on_a_lab_keeps_anybody_out(notebook, turn):
    """By the rules of axe: names, roles, contrast; with every part unfolded in its turn.

    In both themes; in the short form in one of them, the lessons by turns.
    """
    notebook.wear(["JupyterLab Dark", "JupyterLab Light"][(EVERY.index(Path(notebook.name).name) + turn) % 2])
    notebook.page.add_style_tag(content="html, body { height: 100% }")  # or axe takes all that is in them for hidden
    for lab in to_walk(notebook):
        lab.start_again()
        for words in lab.folds():
            lab.unfold(words)
            against, read = judged(lab)
            assert against == [], words
            assert any("gc-headline" in html or "gc-band" in html for html in read), "axe should have read the finding"


def test_every_control_has_a_name_a_value_in_words_and_its_state(notebook):
    """By the accessibility tree, with every part unfolded in its turn."""
    for lab in to_walk(notebook):
        for words in lab.folds():
            controls = lab.start_again()["controls"].values()  # with which all is folded away
            lab.unfold(words)
            told = heard(lab)
            assert [each for each in told if each.focusable and not re.search(r"\w", each.name)] == [], words
            folds = {each.name: each.expanded for each in told if each.role == "button" and each.expanded is not None}
            assert folds == {each: each == words for each in lab.folds()}
            for control in controls:
                assert control["fold"] not in (None, words) or says(told, control), control


def test_the_tab_key_reaches_every_control_in_order_and_shows_where_it_is(notebook):
    for lab in to_walk(notebook):
        lab.start_again()
        for words in lab.folds():
            lab.unfold(words)
            reached, unseen = lab.walk()
            assert reached == lab.page.evaluate("gc.focus", lab.name)["wanted"], words
            assert unseen == [], words


def test_an_exercise_is_solved_by_typing(notebook):
    """What the worked solution says, typed into the cell: and the self-check says yes."""
    cells = notebook.cells()
    exercises = [i for i, cell in enumerate(cells) if "exercise" in cell["metadata"].get("tags", [])]
    for i in exercises:
        assert said_by(cells[i]).startswith("Not yet")
        solution = nbformat.read(ROOT / "notebooks" / "solutions" / Path(notebook.name).name, 4).cells[i].source
        notebook.write(i, solution)
        done = notebook.run(i)
        assert done["source"] == solution
        assert said_by(done).startswith("Yes")


def said_by(cell: dict) -> str:
    """Return what the self-check of an exercise answered."""
    return cell["outputs"][-1]["data"]["text/plain"]


def test_saved_it_shows_every_lab_without_a_kernel_and_opens_again(notebook, browser, tmp_path):
    saved = notebook.save()
    page, _ = HTMLExporter().from_filename(str(saved))
    (tmp_path / "page.html").write_text(page, "utf-8")
    still = browser.new_page()  # a window of its own: what a static page fetches from elsewhere is not our concern
    still.goto((tmp_path / "page.html").as_uri(), wait_until="domcontentloaded")
    figures = still.get_by_role("figure")
    expect(figures).to_have_count(saved.read_text("utf-8").count("<figure"))
    for figure in figures.all():
        expect(figure.locator("figcaption")).to_contain_text(re.compile(r"\w+ \w+"))
        for image in figure.locator("img").all():
            assert image.evaluate("async img => { await img.decode(); return img.naturalWidth }") > 400
    assert figures.count() >= len(notebook.labs()) > 0
    still.close()
    notebook.page.reload()
    notebook.wait_until_ready()
    for lab in notebook.labs():
        a_key_moves(lab, lab)


def test_a_second_tab_follows_and_leads(notebook, tabs):
    notebook.save()
    _, second = tabs
    second.page.bring_to_front()  # a page that nobody sees puts its cells on the screen when it likes
    second.open(notebook.name)
    for here, there in zip(notebook.labs(), second.labs(), strict=True):
        expect(there.headline).to_be_visible()
        a_key_moves(here, there)
        a_key_moves(there, here)
    assert second.complaints() == []
    second.close()
    notebook.page.bring_to_front()


def a_key_moves(moved: Lab, follows: Lab):
    """Move the first control of a lab by keyboard, and assert that both pages, or both tabs, show what it led to."""
    moved.page.bring_to_front()  # a menu opens in no other tab
    opened = moved.start_again()
    field, control = next((field, control) for field, control in opened["controls"].items() if not control["fold"])
    index = control["at"] - 1 if control["at"] else 1
    moved.by_keyboard(control["words"], index)
    for lab in (moved, follows):
        lab.comes_to(lambda said: stands(said, field, index), f"{field} at index {index}")


def test_a_burst_of_60_presses_ends_on_the_right_picture(notebook):
    """Of each lab's first slider in sight."""
    for lab in to_walk(notebook):
        controls = {each["words"]: field for field, each in lab.start_again()["controls"].items() if not each["fold"]}
        for words in [words for words in controls if lab.slider(words).count()][:1]:
            keys, index = lab.there_and_back(words, 60)
            lab.handle(words).press("Home")
            for key in keys:
                lab.page.keyboard.press(key)
            field = controls[words]
            lab.comes_to(lambda said, field=field, index=index: stands(said, field, index), f"{field} at index {index}")


def test_run_all_once_more(notebook):
    notebook.run_all()
    for lab in notebook.labs():
        is_shown(lab)


def test_after_a_restart_a_lab_alone_is_not_known_and_run_all_heals_it(notebook):
    """Jupyter says it in its own words, with the name that is missing."""
    notebook.restart()
    index = next(lab.cell for lab in notebook.labs())
    failed = notebook.run(index)
    assert [output["evalue"] for output in failed["outputs"]] == ["name 'gcl' is not defined"]
    notebook.run_all()
    for lab in notebook.labs():
        is_shown(lab)
