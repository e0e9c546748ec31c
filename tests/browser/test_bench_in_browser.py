"""The bench, as a student meets it: JupyterLab in a real browser, Run All, and every hand on its controls."""

import re

import pytest
from driver import Notebook
from playwright.sync_api import expect

NOTEBOOK = "00_start_here.ipynb"
SLIDERS = {"ε": "eps", "λ": "lam", "keep_prob": "keep_prob"}

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def notebook(context, lab_server):
    """Open the notebook, and run all its cells."""
    notebook = Notebook(context.new_page(), lab_server, lab_server.fresh(NOTEBOOK, "bench"))
    notebook.run_all()
    return notebook


@pytest.fixture
def bench(notebook):
    """Return the bench as it opens: a bench that was moved is told to start again."""
    (bench,) = notebook.labs()
    bench.start_again()
    return bench


@pytest.fixture(autouse=True)
def quiet(notebook):
    """Fail where a test left an error in a cell, in the lab, in the browser's console or in the server's log."""
    yield
    assert notebook.complaints() == []


def test_opens_with_its_pictures_and_its_finding(bench):
    said = bench.stands(eps=1e-7, lam=0.1, keep_prob=1.0, masks="frozen", bugs=[])
    bench.is_drawn()
    expect(bench.headline).to_contain_text("great")
    expect(bench.headline).to_contain_text("all 6 blocks agree")
    assert said["code"] == "gcl.labs.bench()" and said["opened"]


@pytest.mark.parametrize(
    ("slider", "key", "readout", "value"),
    [
        ("ε", "ArrowRight", "3e-7", 3e-7),
        ("ε", "ArrowLeft", "3e-8", 3e-8),
        ("ε", "Home", "1e-12", 1e-12),
        ("ε", "End", "1", 1.0),
        ("λ", "ArrowRight", "0.3", 0.3),
        ("λ", "Home", "0", 0.0),
        ("keep_prob", "ArrowRight", "0.9999", 0.9999),
        ("keep_prob", "End", "0.3", 0.3),
    ],
)
def test_a_key_moves_a_slider(bench, slider, key, readout, value):
    before, place = bench.picture(), bench.place()
    bench.handle(slider).press(key)
    expect(bench.readout(slider)).to_have_text(readout)
    bench.stands(**{SLIDERS[slider]: value})
    assert bench.picture() != before
    assert bench.place() == place, "nothing should jump"


@pytest.mark.parametrize(("slider", "index", "value"), [("ε", 18, 1e-3), ("λ", 21, 1e4), ("keep_prob", 6, 0.8)])
def test_the_mouse_drags_a_slider(bench, slider, index, value):
    before = bench.picture()
    bench.drag(slider, index)
    bench.stands(**{SLIDERS[slider]: value})
    assert bench.picture() != before
    assert float(bench.readout(slider).text_content()) == value


def test_masks_by_keyboard(bench):
    bench.handle("keep_prob").press("End")
    bench.stands(keep_prob=0.3)
    before = bench.picture()
    bench.press_in_menu("masks", "ArrowDown")
    bench.stands(keep_prob=0.3, masks="fresh")
    expect(bench.headline).to_contain_text("fresh masks")
    assert bench.picture() != before
    bench.press_in_menu("masks", "ArrowUp")
    bench.stands(masks="frozen")
    expect(bench.headline).not_to_contain_text("fresh masks")


def test_a_bug_its_layer_and_its_strength(bench):
    bench.menu("layer").select_option("3")
    expect(bench.menu("bug").locator("option").nth(1)).not_to_contain_text("✕")  # its list is the output layer's now
    bench.pick("bug", "no_decay")
    bench.stands(bugs=[["no_decay", 3, 1.0, None]])
    expect(bench.headline).to_contain_text("W3 disagrees")
    before = bench.picture()
    bench.press_in_menu("layer", "ArrowUp")
    bench.stands(bugs=[["no_decay", 2, 1.0, None]])
    expect(bench.headline).to_contain_text("W2 disagrees")
    assert bench.picture() != before
    bench.handle("strength").press("Home")
    bench.stands(bugs=[["no_decay", 2, 1e-8, None]])
    expect(bench.headline).to_contain_text("all 6 blocks agree")
    bench.handle("λ").press("Home")
    bench.stands(lam=0.0, bugs=[["no_decay", 2, 1e-8, None]])
    expect(bench.caption).to_contain_text("no_decay cannot be seen here")
    bench.handle("strength").press("End")
    bench.stands(lam=0.0, bugs=[["no_decay", 2, 1.0, None]])


def test_a_bug_by_keyboard(bench):
    """The first bug of the list is for the output layer alone: on another it is not planted, and the menu says why."""
    bench.menu("layer").select_option("1")
    bench.press_in_menu("bug", "ArrowDown")
    expect(bench.menu("bug").locator("option:checked")).to_contain_text("not planted: only the output layer has")
    bench.stands(bugs=[])
    bench.press_in_menu("layer", "ArrowDown", "ArrowDown")
    bench.stands(bugs=[["sign_flipped", 3, 1.0, None]])
    expect(bench.caption).to_contain_text("the opposite of what it should be")


def test_a_bug_that_cannot_be_planted_is_grey_in_the_menu_and_says_why(bench):
    options = bench.menu("bug").locator("option")
    looks = options.evaluate_all("all => all.map(one => [one.text, getComputedStyle(one).color])")
    grey = {text.replace("\xa0", " "): colour for text, colour in looks if text.startswith("✕")}
    black = {colour for text, colour in looks if not text.startswith("✕")}
    assert "✕ dZ · sign_flipped, not planted: only the output layer has this equation" in grey
    assert len(set(grey.values())) == 1 and not black & set(grey.values())
    assert set(grey.values()) == {bench.box.evaluate(GREY)}


GREY = """lab => {
    const text = document.createElement('i')
    text.style.color = 'var(--jp-ui-font-color2)'
    lab.append(text)
    const colour = getComputedStyle(text).color
    text.remove()
    return colour
}"""


def test_shows_the_line_and_the_table(bench):
    bench.menu("layer").select_option("2")
    bench.pick("bug", "no_decay")
    bench.stands(bugs=[["no_decay", 2, 1.0, None]])
    bench.box.get_by_role("button", name="show the line").click()
    expect(bench.box).to_contain_text("dZ @ c.A_prev.T / c.m + c.lam / c.m * c.W")
    bench.box.get_by_role("button", name="show the line").click()
    bench.box.get_by_text("The picture as a table").click()
    row = bench.box.locator(".gc-tables tr").filter(has=bench.page.locator("th").get_by_text("W2", exact=True))
    expect(row).to_contain_text("worry")
    bench.handle("λ").press("Home")
    expect(row).not_to_contain_text("worry")
    bench.box.get_by_text("The picture as a table").click()


def test_a_press_on_a_bar_shows_its_entries_and_so_does_a_menu(bench):
    bench.menu("layer").select_option("2")
    bench.pick("bug", "no_decay")
    bench.stands(bugs=[["no_decay", 2, 1.0, None]])
    bar = bench.box.locator(".gc-bars button").filter(has_text="W2")
    expect(bar).to_have_attribute("title", re.compile(r"^W2: 3.6e-2, error bound .*\nW2\[1, 0\]: dθ has "))
    bar.click()
    first = bench.box.locator(".gc-tables tr").nth(1)
    expect(first).to_contain_text("W2[1, 0]")
    bench.menu("block").select_option("b2")
    expect(first).to_contain_text("b2[")
    bench.box.get_by_role("button", name="The entries of a block").press("Enter")
    expect(first).to_be_hidden()


@pytest.mark.parametrize("slider", SLIDERS)
def test_a_burst_of_60_presses_ends_on_the_last_value_and_its_picture(bench, slider):
    handle = bench.handle(slider)
    handle.press("Home")
    keys, index = bench.there_and_back(slider, 60)
    for key in keys:
        bench.page.keyboard.press(key, delay=33)  # 30 a second
    expect(handle).to_have_attribute("aria-valuenow", f"{index:.1f}")
    field = SLIDERS[slider]
    value = float(bench.readout(slider).text_content())
    said = bench.stands(**{field: value})
    again = bench.ask(f"lab.set({field}={value})")
    assert (again["picture"], again["caption"]) == (said["picture"], said["caption"])
    assert bench.stands(**{field: value}) == said
    expect(handle).to_have_attribute("aria-valuenow", f"{index:.1f}")


def test_follows_a_cell(bench):
    before = bench.picture()
    bench.ask("lab.set(eps=1e-3, bugs=[('no_decay', 1)])")
    bench.stands(eps=1e-3, bugs=[["no_decay", 1, 1.0, None]])
    assert bench.picture() != before
    expect(bench.readout("ε")).to_have_text("1e-3")
    expect(bench.menu("layer")).to_have_value("1")


def test_what_is_folded_away_is_named_over_the_picture_and_taken_back_by_keyboard(bench):
    place = bench.place()
    bench.ask("lab.set(bugs=[('no_decay', 2), ('db_no_mean', 1)], mistakes=['J_no_decay'])")
    bench.stands(mistakes=["J_no_decay"])
    chips = bench.box.get_by_role("button", name="take back", exact=False).locator("visible=true")
    expect(chips).to_have_text(["db_no_mean in layer 1", "J_no_decay"])
    expect(bench.box.get_by_role("button", name="More bugs (1)")).to_be_visible()
    assert bench.place() == place, "nothing should jump"
    bench.box.get_by_role("button", name="take back db_no_mean in layer 1", exact=True).press("Enter")
    bench.stands(bugs=[["no_decay", 2, 1.0, None]], mistakes=["J_no_decay"])
    expect(chips).to_have_text(["J_no_decay"])
    expect(chips).to_be_focused()
    bench.page.keyboard.press("Enter")
    bench.stands(bugs=[["no_decay", 2, 1.0, None]], mistakes=[])
    expect(chips).to_have_count(0)
    assert bench.place() == place


def test_start_again_forgets_what_the_row_of_a_bug_was_set_to(bench):
    """Or the next bug would be planted at a strength that nobody sees."""
    bench.menu("layer").select_option("1")
    bench.pick("bug", "no_decay")
    bench.stands(bugs=[["no_decay", 1, 1.0, None]])
    bench.handle("strength").press("Home")
    bench.stands(bugs=[["no_decay", 1, 1e-8, None]])
    bench.start_again()
    assert bench.menu("bug").evaluate("menu => menu.selectedOptions[0].text") == "none"
    expect(bench.readout("strength")).to_have_text("1")


def test_a_reloaded_page_follows(bench, notebook):
    """The kernel lives on: the page finds its lab as it stood, and moves it."""
    bench.handle("ε").press("ArrowRight")
    bench.stands(eps=3e-7)
    notebook.save()
    bench.page.reload()
    notebook.wait_until_ready()
    bench.stands(eps=3e-7)
    before = bench.picture()
    bench.handle("ε").press("ArrowRight")
    bench.stands(eps=1e-6)
    assert bench.picture() != before
