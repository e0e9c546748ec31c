"""The detective of 04b, played to its end in a real browser."""

import json

import pytest
import tables
from driver import ROOT, Notebook
from helpers import LONG
from playwright.sync_api import expect

LESSON = [path.name for path in (ROOT / "notebooks").glob("04b_*.ipynb")]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("name", LESSON)
def test_two_checks_a_wrong_accusation_and_the_right_one(context, lab_server, name):
    workspace = "lab/workspaces/detective/tree"  # or it opens the notebooks of other tests beside it
    notebook = Notebook(context.new_page(), lab_server, lab_server.fresh(name, "detective"), workspace)
    notebook.run_all()
    lab = next(lab for lab in notebook.labs() if lab.ask()["name"] == "detective")
    lab.start_again()
    case = lab.ask()["state"]["case"]
    asked = f"import json; from gc_lib.labs import cases; print(json.dumps(cases.case({case}).plants))"
    ((bug, layer),) = json.loads(notebook.page.evaluate("code => gc.kernel(code)", asked))
    press(lab, "check")
    lab.comes_to(lambda said: len(said["state"]["checks"]) == 1, "one check")
    expect(lab.headline).to_contain_text("disagree")
    lab.by_mouse("λ", lab.ask()["controls"]["lam"]["values"].index("0"))
    lab.stands(lam=0)
    press(lab, "check")
    lab.comes_to(lambda said: len(said["state"]["checks"]) == 2, "two checks")
    lab.pick("the line", "nothing is wrong")
    press(lab, "accuse")
    lab.comes_to(lambda said: said["state"]["pending"] == [], "an accusation")
    expect(lab.headline).to_contain_text("which check ruled out what")
    give_reason(lab)
    said = lab.comes_to(lambda said: len(said["state"]["accused"]) == 1, "the verdict on it")
    assert "is solved" not in said["caption"]
    lab.pick("the line", f" {bug}:")
    lab.menu("in layer").select_option(str(layer))
    press(lab, "accuse")
    said = lab.comes_to(lambda said: len(said["state"]["accused"]) == 2, "the right accusation")
    assert f"Case {case} is solved, at the cost of 3 checks" in said["caption"]
    assert said["state"]["record"] == [[case, 3]]
    assert notebook.complaints() == []
    notebook.shut_down()


def press(lab, words: str) -> None:
    """Press a button of the lab."""
    lab.box.get_by_role("button", name=words, exact=True).click()


def give_reason(lab, true: bool = True) -> None:
    """Press the claim that is true, or one that is not."""
    state = "import json; from gc_lib.labs.reasons import true; at = Out[{count}].state"
    found = lab.told(f"{state}; print(json.dumps([true(at.case, at.checks, each) for each in at.claims]))")
    lab.box.locator(".gc-claim").nth(found.index(true)).click()


WHERE = """lab => {
    const box = document.querySelector(lab), top = box.getBoundingClientRect().top
    const named = words => [...box.querySelectorAll('button')].find(one => words.includes(one.textContent.trim()))
    const at = one => one.getBoundingClientRect()
    const [bars, notes] = [box.querySelector('img'), box.querySelector('.gc-checks')].map(at)
    const whole = one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight
    return {
        accuse: at(named(['accuse', 'accusing …'])).top - top,
        check: at(named(['check', 'checked', 'checking …'])).top - top,
        bars: bars.top - top,
        notes: notes.top - top,
        answer: at(box.querySelector('.gc-answer')).top - top,
        height: at(box).height,
        beside: notes.left >= bars.right && notes.right <= at(box).right,
        whole: [...box.querySelectorAll('.gc-caption-room, .gc-checks, .gc-lines, .gc-answer')].every(whole),
    }
}"""


def board(page, lab_server, name: str, folder: str, width: int):
    """Open the board in a page of this width; return the notebook, the lab, and what tells where all stands by now."""
    page.set_viewport_size({"width": width, "height": 1000})
    notebook = Notebook(page, lab_server, lab_server.fresh(name, folder), f"lab/workspaces/{folder}/tree")
    notebook.run_all()
    lab = next(lab for lab in notebook.labs() if lab.ask()["name"] == "detective")
    notebook.cell(lab.cell)
    where = []

    def after(step, case=1, **counts):
        lab.comes_to(
            lambda said: (
                said["state"]["case"] == case
                and all(len(said["state"][field]) == count for field, count in counts.items())
            ),
            step,
        )
        where.append(page.evaluate(WHERE, lab.name))
        return where

    return notebook, lab, after


@pytest.mark.parametrize(("width", "beside"), [(800, False), (1280, True), (1400, True)][: 3 if LONG else 1])
@pytest.mark.parametrize("name", LESSON)
def test_nothing_moves_from_the_opening_of_a_case_to_the_next(context, lab_server, name, width, beside):
    notebook, lab, after = board(context.new_page(), lab_server, name, f"board{width}", width)
    after("the opening", checks=0)
    press(lab, "check")
    after("the first check", checks=1)
    lab.by_mouse("keep_prob", 1)
    press(lab, "check")
    after("the second", checks=2)
    lab.by_mouse("b", 1)
    press(lab, "check")
    after("the third", checks=3)
    lab.pick("the line", "half_decay:")
    press(lab, "accuse")
    after("a wrong accusation", accused=0)
    give_reason(lab, true=False)
    after("a wrong reason", reasons=1)
    give_reason(lab)
    after("the verdict on it", accused=1)
    lab.pick("the line", "sigmoid_slope:")
    lab.menu("in layer").select_option("2")
    press(lab, "accuse")
    after("the right one", record=1)
    press(lab, "next case")
    where = after("the next case", case=2, checks=0)
    assert [each for each in where if each != where[0]] == [], where[0]
    assert where[0]["beside"] == beside and where[0]["whole"]
    notebook.shut_down()


@pytest.mark.parametrize("name", LESSON)
def test_nothing_moves_in_a_case_of_a_layer(context, lab_server, name):
    notebook, lab, after = board(context.new_page(), lab_server, name, "layer", 1280)
    assert tables.cut(lab) == []
    lab.menu("case").select_option(index=42)
    after("the opening", case=43, checks=0)
    assert tables.cut(lab) == []
    press(lab, "check")
    after("the first check", case=43, checks=1)
    lab.by_mouse("upstream", 1)
    press(lab, "check")
    after("the second", case=43, checks=2)
    lab.pick("the line", "mu_frozen:")
    press(lab, "accuse")
    after("a wrong accusation", case=43, accused=0)
    give_reason(lab)
    after("the verdict on it", case=43, accused=1)
    lab.pick("the line", "sigma_frozen:")
    press(lab, "accuse")
    where = after("the right one", case=43, record=1)
    assert [each for each in where if each != where[0]] == [], where[0]
    assert where[0]["beside"] and where[0]["whole"]
    notebook.shut_down()


@pytest.mark.parametrize("name", LESSON)
def test_the_page_says_that_it_is_at_work_and_shows_the_last_of_many_checks(context, lab_server, name):
    notebook = Notebook(context.new_page(), lab_server, lab_server.fresh(name, "busy"), "lab/workspaces/busy/tree")
    notebook.run_all()
    lab = next(lab for lab in notebook.labs() if lab.ask()["name"] == "detective")
    lab.menu("case").select_option(index=11)  # of two lines: its first check takes more than a second
    lab.comes_to(lambda said: said["state"]["case"] == 12, "case 12")
    press(lab, "check")
    expect(lab.box.get_by_role("button", name="checking …", exact=True)).to_be_disabled()
    expect(lab.box.get_by_role("button", name="checked", exact=True)).to_be_disabled()
    lab.ask("lab.set(checks=__import__('gc_lib').labs.cases.NETWORK.settings[:14])")
    last = lab.box.locator(".gc-checks tr").last
    expect(last).to_contain_text("14")
    frame = lab.box.locator(".gc-checks").bounding_box()
    assert frame["y"] <= last.bounding_box()["y"] <= frame["y"] + frame["height"] - 10
    assert notebook.complaints() == []
    notebook.shut_down()
