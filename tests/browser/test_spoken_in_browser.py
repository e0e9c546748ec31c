"""What a lab tells those who hear it: the bench in JupyterLab, with its script and where that cannot be had."""

import json

import pytest
from accessibility import heard
from driver import Notebook, jupyter_lab
from playwright.sync_api import expect

NAME = "00_start_here.ipynb"
LISTEN = """name => {  // notes what is told, and when
    window.region = document.querySelector(`${name} > [role=status]`)
    window.told = []
    const note = () => window.told.push([performance.now(), window.region.textContent])
    window.listener?.disconnect()
    window.listener = new MutationObserver(note)
    window.listener.observe(window.region, {childList: true, characterData: true, subtree: true})
}"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def notebook(context, lab_server):
    """Open the notebook in a workspace of its own, and run all its cells."""
    name = lab_server.fresh(NAME, "spoken")
    notebook = Notebook(context.new_page(), lab_server, name, "lab/workspaces/spoken/tree")
    notebook.run_all()
    yield notebook
    notebook.shut_down()


@pytest.fixture
def bench(notebook):
    """Return the bench as it opens."""
    (bench,) = notebook.labs()
    bench.start_again()
    yield bench
    assert notebook.complaints() == []


def value(bench, name):
    """Return where a slider says that it stands."""
    (found,) = [each.value for each in heard(bench) if (each.role, each.name) == ("slider", name)]
    return found


def test_a_slider_says_its_value_in_words_whoever_moves_it(bench):
    assert (value(bench, "ε"), value(bench, "keep_prob")) == (bench.readout("ε").text_content(), "1")
    bench.handle("keep_prob").press("ArrowRight")
    assert value(bench, "keep_prob") == "0.9999"  # at once, before the kernel knows
    bench.drag("λ", 25)
    bench.stands(lam=1e4)
    assert value(bench, "λ") == bench.readout("λ").text_content() != "25"
    bench.ask("lab.set(keep_prob=0.8)")
    expect(bench.handle("keep_prob")).to_have_attribute("aria-valuetext", "0.8")
    bench.handle("keep_prob").evaluate("handle => { handle.ariaValueText = '6' }")  # as noUiSlider does at times
    expect(bench.handle("keep_prob")).to_have_attribute("aria-valuetext", "0.8")


def test_a_slider_that_cannot_be_moved_says_so(bench):
    expect(bench.handle("strength")).to_have_attribute("aria-disabled", "true")
    bench.pick("bug", "no_decay")
    expect(bench.handle("strength")).to_have_attribute("aria-disabled", "false")
    bench.menu("bug").select_option(index=0)
    expect(bench.handle("strength")).to_have_attribute("aria-disabled", "true")


def test_a_button_that_stays_pressed_says_so(bench):
    button = bench.box.get_by_role("button", name="show the line")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_the_finding_is_told_after_a_move_by_one_region_that_stays(bench):
    bench.page.evaluate(LISTEN, bench.name)
    bench.handle("ε").press("End")
    bench.stands(eps=1.0)
    region = bench.box.get_by_role("status")
    expect(region).to_have_text(f"{bench.headline.inner_text()} {bench.caption.inner_text()}")
    assert region.evaluate("region => region === window.region")
    assert bench.page.evaluate("told.length") == 1


def test_a_burst_is_told_by_at_most_one_finding_in_half_a_second_and_ends_on_the_last(bench):
    bench.page.evaluate(LISTEN, bench.name)
    bench.handle("ε").press("Home")
    for key in ["ArrowRight"] * 24 + ["ArrowLeft"] * 20:
        bench.page.keyboard.press(key)
        bench.page.wait_for_timeout(60)
    bench.stands(eps=1e-10)
    expect(bench.box.get_by_role("status")).to_contain_text(bench.headline.inner_text())
    times, texts = zip(*bench.page.evaluate("told"), strict=True)
    assert len(times) > 2 and min(after - before for before, after in zip(times, times[1:], strict=False)) > 490
    assert texts[-1].startswith(bench.headline.inner_text())


def test_nothing_is_told_as_a_lab_opens(notebook):
    """Or who runs a notebook would hear all its labs."""
    notebook.run_all()
    (bench,) = notebook.labs()
    expect(bench.headline).to_be_visible()
    bench.page.wait_for_timeout(1500)
    expect(bench.box.get_by_role("status")).to_have_text("")


@pytest.mark.parametrize("key", ["ArrowUp", "ArrowRight"])
def test_an_arrow_stays_in_the_lab_and_jupyter_has_its_other_keys(notebook, bench, key):
    at = notebook.page.evaluate("gc.panel().content.activeCellIndex")
    bench.handle("ε").press(key)
    bench.stands(eps=3e-7)
    bench.menu("masks").press("ArrowDown" if key == "ArrowUp" else key)
    bench.stands(masks="fresh")
    assert notebook.page.evaluate("gc.panel().content.activeCellIndex") == at
    notebook.save()


def test_those_who_see_it_see_nothing_of_it(bench):
    place = bench.box.locator("[role=status]").evaluate("""region => {
        const lab = region.closest('.gc-lab'), size = () => [lab.offsetHeight, lab.scrollHeight, lab.scrollWidth]
        region.textContent = 'long '.repeat(500)
        const before = size()
        region.remove()
        return [before, size()]
    }""")
    assert place[0] == place[1]


def test_where_a_page_cannot_load_it_all_is_as_without_it(context, tmp_path):
    """As on a server whose JupyterLab is in an environment of its own, without anywidget."""
    (tmp_path / "config" / "labconfig").mkdir(parents=True)
    off = {"disabledExtensions": {"anywidget": True}}
    (tmp_path / "config" / "labconfig" / "page_config.json").write_text(json.dumps(off), "utf-8")
    with jupyter_lab(tmp_path) as server:
        notebook = Notebook(context.new_page(), server, NAME)
        notebook.run_all()
        (bench,) = notebook.labs()
        bench.handle("ε").press("ArrowRight")
        bench.stands(eps=3e-7)
        assert any("No version of module anywidget" in said for said in notebook.complaints())
        expect(bench.box.get_by_text("javascript error")).to_be_hidden()
        expect(bench.box.get_by_role("status").first).to_contain_text(bench.headline.inner_text())
        notebook.shut_down()
