"""The detective of lesson 04, played to its end in a real browser."""

import json

import pytest
from driver import ROOT, Notebook
from playwright.sync_api import expect

LESSON = [path.name for path in (ROOT / "notebooks").glob("04_*.ipynb")]

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
    expect(lab.caption).to_contain_text("disagree")
    lab.by_mouse("λ", lab.ask()["controls"]["lam"]["values"].index("0"))
    lab.stands(lam=0)
    press(lab, "check")
    lab.comes_to(lambda said: len(said["state"]["checks"]) == 2, "two checks")
    lab.pick("accuse", "nothing is wrong")
    press(lab, "accuse")
    said = lab.comes_to(lambda said: len(said["state"]["accused"]) == 1, "an accusation")
    assert "is solved" not in said["caption"]
    lab.pick("accuse", f" {bug}:")
    lab.menu("layer").select_option(str(layer))
    press(lab, "accuse")
    said = lab.comes_to(lambda said: len(said["state"]["accused"]) == 2, "the right accusation")
    assert f"Case {case} is solved, at the cost of 3 checks" in said["caption"]
    assert said["state"]["record"] == [[case, 3]]
    assert notebook.complaints() == []
    notebook.shut_down()


def press(lab, words: str) -> None:
    """Press a button of the lab."""
    lab.box.get_by_role("button", name=words, exact=True).click()
