"""The page of every lab, on a wide screen and on a narrow one beside the list of files: nothing moves or is cut off."""

import pytest
import tables
from helpers import LONG
from playwright.sync_api import expect
from tables import BOARD, after, with_labs

LABS = [name for name in tables.LABS if name != BOARD]
WIDE, NARROW = 1280, 800
STILL = ("hiding", "inspect", "layers", "price")  # which have no slider under an axis
SLIDING = [name for name in LABS if name not in STILL]
HERE = 2  # pixels by which a slider's handle may be beside the ring over it
STOPS = """
def _gc_test(lab):
    import json
    view = lab.view(lab.result.names, 2)
    stops = {{}}
    for number, picture in enumerate(view.pictures):
        for field, share in view.under(picture).items():
            if field in lab.bound:
                stops[field] = number, [share(value) for _, value in lab.bound[field].options]
    print(json.dumps(stops))
try:
    _gc_test(Out[{count}])
finally:
    del _gc_test
"""
INSIDE = """lab => {
    const output = lab.closest('.jp-OutputArea-output')
    return [output.getBoundingClientRect().right, output.scrollWidth - output.clientWidth]
}"""
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def notebook(context, lab_server):
    """Open a notebook of one's own with every lab in it, and run all its cells."""
    notebook = with_labs(context.new_page(), lab_server, LABS, "lab/workspaces/page/tree")
    yield notebook
    assert notebook.complaints() == []
    notebook.shut_down()


@pytest.fixture
def page(notebook, width):
    """Give the page a width, with the list of files open."""
    notebook.page.set_viewport_size({"width": width, "height": 1000})
    expect(notebook.page.locator(".jp-FileBrowser").first).to_be_visible()
    return notebook.page


@pytest.fixture
def lab(page, notebook, name):
    """Bring a lab into view, as it opens."""
    lab = notebook.labs()[LABS.index(name)]
    notebook.cell(lab.cell)
    lab.start_again()
    return lab


@pytest.mark.parametrize(
    "name, width", [*((name, NARROW) for name in LABS), ("dropout", WIDE), *[("bench", WIDE)] * LONG]
)
def test_nothing_moves_while_a_student_works(lab):
    """At no frame of the screen, by no pixel, at the ends and in the middle of every control."""
    seen = tables.moved(lab)
    assert {"headline 0", "picture 0", "caption 0", "folds", "next cell"} <= set(seen)
    assert {name: far for name, far in seen.items() if far} == {}


@pytest.mark.parametrize("name, width", [*((name, WIDE) for name in SLIDING), ("bench", NARROW)])
def test_the_handle_of_a_slider_stands_under_the_ring(lab):
    """Along its whole way, so that axis and slider are one."""
    for field, (picture, shares) in lab.told(STOPS).items():
        words, last = lab.ask()["controls"][field]["words"], len(shares) - 1
        for index in sorted({0, last // 3, last // 2, 2 * last // 3, last}):
            after(lab, f"lab.bound[{field!r}].index = {index}")
            expect(lab.handle(words)).to_have_attribute("aria-valuenow", f"{index:.1f}")
            image, grip = lab.images.nth(picture).bounding_box(), lab.handle(words).bounding_box()
            ring = image["x"] + shares[index] * image["width"]
            assert abs(grip["x"] + grip["width"] / 2 - ring) <= HERE, f"{field} at {index} of {last}"
            assert image["y"] < grip["y"] < image["y"] + image["height"] + grip["height"], "it should be right under it"


@pytest.mark.parametrize("name, width", [("secant", WIDE)])
def test_a_press_beside_a_track_moves_its_slider(lab, page):
    """So one can tap on it: a finger is not as thin as a track."""
    lab.handle("ε").scroll_into_view_if_needed()
    track = lab.slider("ε").locator(".noUi-base").bounding_box()
    page.mouse.click(track["x"] + 0.25 * track["width"], track["y"] + 12)
    lab.stands(eps=1e-6)  # a quarter of the way from 1e-8 to 1


@pytest.mark.parametrize("name, width", [(name, NARROW) for name in LABS])
def test_no_picture_is_cut_off(lab):
    right, scrolled = lab.box.evaluate(INSIDE)
    for image in lab.images.all():
        place = image.bounding_box()
        assert place["x"] + place["width"] <= right
    assert scrolled == 0, "nothing should have to be scrolled sideways"


@pytest.mark.parametrize("name, width", [(name, WIDE) for name in LABS])
def test_no_text_of_a_menu_is_cut(lab):
    assert tables.cut(lab) == []
