"""The page of a lab: sliders under their axes, rooms for words, legends, contrasts, quick and crisp pictures."""

import asyncio
import html
import io
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import combinations, product

import numpy as np
import pytest
from helpers import below, contrasts, in_the_dark, is_banded
from matplotlib.collections import LineCollection
from matplotlib.colors import rgb_to_hsv, to_hex, to_rgb
from matplotlib.lines import Line2D
from PIL import Image

import gc_lib as gcl
from gc_lib.labs import lab as page
from gc_lib.labs.lab import CRISP, HEADLINE, QUICK
from gc_lib.labs.slices import glimpse
from gc_lib.plots import style

pytestmark = pytest.mark.slow

LINE = 64  # letters of a headline: about eight words, and what a line has room for
LABS = [name for name in gcl.labs.__all__ if name.islower()]
UNDER = {  # the sliders that stand under an axis
    "bench": ["eps", "lam", "keep_prob"],
    "decay": ["lam"],
    "dropout": ["keep_prob"],
    "epsilon": ["eps"],
    "kink": ["eps"],
    "pattern": ["strength"],
    "saturation": ["eps"],
    "secant": ["theta", "eps"],
    "training": ["steps"],
    "vector": ["i"],
}
every_lab = pytest.mark.parametrize("name", LABS)

opened = cache(lambda name: getattr(gcl.labs, name)())


def view(name):
    """Return the pictures on which a lab stands as it opens."""
    lab = opened(name)
    return lab.view(lab.result.names, CRISP)


def offered(control):
    """Return the values that a control offers."""
    return [value for _, value in control.options]


# ---- sliders under their axes ----------------------------------------------------------------------------------------


def track(name, field):
    """Return the picture over a slider, and where on its width a value of its field stands."""
    ((picture, place),) = [
        (picture, under[field]) for picture in view(name).pictures if field in (under := view(name).under(picture))
    ]
    return picture, place


@every_lab
def test_the_sliders_of_its_axes_stand_under_them_and_no_other(name):
    under = [field for picture in view(name).pictures for field in view(name).under(picture)]
    assert under == UNDER.get(name, [])
    tracks = [each for each in below(opened(name).pictures) if "gc-track" in each._dom_classes]
    assert [slider for each in tracks for slider in each.children] == [opened(name).placed[field] for field in under]


@pytest.mark.parametrize("name, field", [(name, field) for name, under in UNDER.items() for field in under])
def test_the_handle_stands_under_the_place_of_its_value_on_the_axis(name, field):
    """Within 2 pixels at the picture's own width, at every stop; a slider has its stops evenly apart."""
    (picture, place), slider = track(name, field), opened(name).placed[field]
    left, width = (float(share.removesuffix("%")) / 100 for share in (slider.layout.left, slider.layout.width))
    stops = offered(slider)
    handles = picture.width * (left + width * np.arange(len(stops)) / (len(stops) - 1))
    np.testing.assert_allclose(handles, [picture.width * place(value) for value in stops], atol=2)


@pytest.mark.parametrize("name, field", [(name, field) for name, under in UNDER.items() for field in under])
def test_what_marks_the_place_of_a_value_is_where_the_slider_says(name, field):
    """By the ring in the picture itself; in lesson 02 by the frame around the entry."""
    lab, (picture, place) = opened(name), track(name, field)
    (panel,) = [panel for panel in view(name).panels if panel.field == field]
    for value in offered(lab.placed[field])[::5]:
        panel.move(replace(type(lab).compute(replace(lab.start, **{field: value})), before=None))
        if name == "vector":
            x = panel.column.get_x() + panel.column.get_width() / 2
        else:
            drawn = getattr(panel, "here", None) or panel.slices[0].here
            x = (drawn["two-sided"] if isinstance(drawn, dict) else drawn).get_xdata()[0]
        pixel = panel.axes.transData.transform((x, 1))[0] / CRISP
        assert pixel == pytest.approx(picture.width * place(value), abs=0.5)
    panel.move(lab.result)


@every_lab
def test_all_axes_of_a_lab_have_the_same_height_so_that_the_bands_go_on(name):
    boxes = [axes.bbox for picture in view(name).pictures for axes in picture.figure.axes]
    for box in boxes:
        assert (box.y0, box.y1) == pytest.approx((boxes[0].y0, boxes[0].y1), abs=1)
    drawn = [axes for picture in view(name).pictures for axes in picture.figure.axes]
    assert len({axes.get_ylim() for axes in drawn if is_banded(axes)}) <= 1


# ---- words have room -------------------------------------------------------------------------------------------------


def plain(text):
    return html.unescape(re.sub("<[^>]*>", "", text))


def states(lab):
    """Yield the states of a lab in which two of its controls stand anywhere; where that takes long, one of them."""
    values = {field: offered(control) for field, control in lab.bound.items()}
    cheap = lab.name in ("vector", "hiding", "saturation", "secant", "inspect", "price", "kink", "detective")
    if lab.name == "kink":
        values["eps"] = values["eps"][::3]
    moved = [*combinations(values, min(2, len(values)))] if cheap else [(field,) for field in values]
    moved += {"pattern": [("bug", "layer")], "decay": [("in_J", "in_dW")], "dropout": [("bug", "keep_prob")]}.get(
        lab.name, []
    )
    for fields in moved:
        for chosen in product(*(values[field] for field in fields)):
            yield dict(zip(fields, chosen, strict=True))
    if lab.name == "bench":
        yield from ({"bugs": [(bug, layer)]} for bug, layer in product(BACKPROP, (1, 2, 3)))
        yield from ({"mistakes": [mistake]} for mistake in lab.mistakes)
        yield from ({"masks": "fresh", "keep_prob": keep_prob} for keep_prob in values["keep_prob"])
        yield {"bugs": [("no_keep_prob", 1), ("db_decayed", 2), ("db_decayed", 3)]}
        yield {"bugs": [("db_decayed", layer) for layer in (1, 2, 3)], "mistakes": ["J_no_decay"], "lam": 0.0}


BACKPROP = [name for name, bug in gcl.bugs.CATALOGUE.items() if bug.family is gcl.bugs.Steps]


@pytest.mark.parametrize("name", [name for name in LABS if name != "detective"])  # its words are those of its cases
def test_no_finding_is_longer_than_its_room_and_no_headline_than_a_line(name):
    lab, tried = opened(name), 0
    compute = glimpse if name == "bench" else type(lab).compute
    for changes in states(lab):
        try:
            state = replace(lab.start, **changes)
        except ValueError:
            continue  # what cannot be has no finding
        result, tried = compute(state), tried + 1
        assert len(plain(result.caption)) <= lab.room, (changes, result.caption)
        assert len(plain(result.headline.html)) <= LINE <= HEADLINE, (changes, result.headline)
    assert tried > 5


@every_lab
def test_unseen_words_keep_as_many_letters_of_room(name):
    lab = opened(name)
    for room, letters in ((lab.headline, HEADLINE), (lab.caption, lab.room)):
        fill, words = room.children
        assert len(plain(fill.value)) == letters and 'aria-hidden="true"' in fill.value
        assert words is room.words and "gc-fill" in fill._dom_classes and "gc-fill" not in words._dom_classes


# ---- what is drawn has a name, and can be seen -----------------------------------------------------------------------


def moving(picture):
    """Return the colour of each artist of a picture that moves, and the artist."""
    for artist in picture.moving:
        if isinstance(artist, Line2D):
            yield to_hex(artist.get_color()), artist
        elif isinstance(artist, LineCollection):
            yield from ((to_hex(colour), artist) for colour in artist.get_colors())
        else:
            yield "", artist


def is_ring(line):
    """Tell whether a line is drawn as a hollow mark with an outline in ink."""
    hollow = line.get_markerfacecolor() in ("none", style.WHITE)
    inked = line.get_markeredgecolor() == style.INK and line.get_markeredgewidth() > 1.5
    return hollow and inked and line.get_marker() not in ("", "None", None)


@every_lab
def test_pale_marks_hatching_and_rings_are_in_the_legend_of_their_own_picture(name):
    for picture in view(name).pictures:
        legend = {
            text.get_text(): handle
            for drawn in picture.figure.legends
            for text, handle in zip(drawn.get_texts(), drawn.legend_handles, strict=True)
        }
        found = [*moving(picture)]
        if any(colour == style.BEFORE.lower() for colour, _ in found):
            assert to_hex(legend["before your last move"].get_color()) == style.BEFORE.lower()
        if any(getattr(artist, "get_hatch", lambda: None)() for _, artist in found):
            assert legend["as far as the check itself may be off"].get_hatch()
        if any(is_ring(artist) for _, artist in found if isinstance(artist, Line2D)):
            assert any(is_ring(handle) for handle in legend.values() if isinstance(handle, Line2D)), legend


@every_lab
def test_a_legend_stays_within_its_picture(name):
    for picture in view(name).pictures:
        for legend in picture.figure.legends:
            box, whole = legend.get_window_extent(), picture.figure.bbox
            assert 0 <= box.x0 and box.x1 <= whole.x1 and 0 <= box.y0 and box.y1 <= whole.y1


@pytest.mark.parametrize("ground", [*(band.tint for band in style.BANDS), style.PALE])
def test_pale_marks_stand_out_from_every_band_and_from_the_ground_of_a_panel(ground):
    assert style.contrast(style.BEFORE, ground) >= 3
    assert style.contrast(style.for_words(style.DIFFERENCE, ground), ground) >= 4.5


def test_a_contrast_is_that_of_wcag():
    assert style.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert style.contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)
    assert style.contrast("#FFFFFF", "#777777") == style.contrast("#777777", "#FFFFFF") < 4.5


@every_lab
@pytest.mark.parametrize("seen", [to_hex, in_the_dark])
def test_words_in_colours_can_be_read_on_a_light_page_and_on_a_dark_one(name, seen):
    for picture in view(name).pictures:
        for words, contrast, least in contrasts(picture, seen):
            assert contrast >= least, words


@pytest.mark.parametrize("band", style.BANDS)
def test_a_dark_page_keeps_the_hue_of_a_band_and_its_bars_stand_out_from_it(band):
    tint, colour = map(in_the_dark, (band.tint, band.colour))
    assert style.contrast(colour, tint) >= 3 and style.contrast(style.INK, tint) < 3, "the ground is dark"
    hues = [rgb_to_hsv(to_rgb(each))[0] for each in (colour, band.colour)]
    assert abs(hues[0] - hues[1]) < 0.05


# ---- quick, and crisp at rest ----------------------------------------------------------------------------------------


@pytest.fixture
def secant():
    """Return a lab that is quick to move, as it opens."""
    lab = opened("secant")
    lab.sharpen()
    return lab.set(**lab.opening())


def wide(lab):
    """Return how many pixels wide the pictures in the page are."""
    return [Image.open(io.BytesIO(png)).width for png in lab.png]


def test_a_hand_gets_quick_pictures_that_are_crisp_once_it_rests(secant):
    widths = [picture.width for picture in view("secant").pictures]
    secant.bound["theta"].value = 0.5
    assert wide(secant) == pytest.approx([QUICK * width for width in widths])
    assert secant.png == secant.paint(secant.result, QUICK)
    secant.sharpen()
    assert wide(secant) == pytest.approx([CRISP * width for width in widths])
    assert secant.png == secant.paint(secant.result, CRISP)


def test_a_cell_gets_crisp_pictures_at_once(secant):
    secant.set(theta=0.5)
    assert secant.png == secant.paint(secant.result, CRISP)


def test_the_next_move_calls_off_the_crisp_picture_of_the_last(secant):
    secant.bound["theta"].value = 0.5
    first = secant.timer
    secant.bound["theta"].value = 0.6
    assert first.finished.is_set() and secant.timer is not first and not secant.timer.finished.is_set()
    assert secant.timer.daemon, "it keeps no program from ending"


def test_at_rest_the_picture_becomes_crisp_by_itself(secant, monkeypatch):
    monkeypatch.setattr(page, "QUIET", 0.05)
    secant.bound["theta"].value = 0.5
    end = time.monotonic() + 30
    while secant.scale != CRISP and time.monotonic() < end:
        time.sleep(0.02)
    with secant.lock:
        assert secant.png == secant.paint(secant.result, CRISP)


def test_where_no_thread_can_be_started_a_lab_moves_and_becomes_crisp_all_the_same(secant, monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")  # as Python says in a browser

    async def moves():
        monkeypatch.setattr(threading.Thread, "start", start)
        secant.bound["theta"].value = 0.5
        first = secant.timer
        secant.bound["theta"].value = 0.6
        assert first.cancelled(), "the next move calls off the crisp picture of the last"
        assert secant.state.theta == 0.6 and secant.png == secant.paint(secant.result, QUICK)
        await asyncio.sleep(2 * page.QUIET)
        assert secant.png == secant.paint(secant.result, CRISP)

    monkeypatch.setattr(page, "QUIET", 0.05)
    with ThreadPoolExecutor(1) as pool:  # the browser tests before it leave an event loop in the first thread
        pool.submit(asyncio.run, moves()).result()


# ---- moves -----------------------------------------------------------------------------------------------------------


def test_a_slider_set_in_between_has_its_own_stops_again_after_start_again():
    """A stop more moves all others, so that the handle stands beside the ring."""
    lab = gcl.labs.epsilon()
    stops = offered(lab.bound["eps"])
    lab.set(eps=2e-5)
    assert offered(lab.bound["eps"]) == sorted([*stops, 2e-5])
    lab.restart()
    assert (offered(lab.bound["eps"]), lab.state.eps) == (stops, 1e-7)
    between = gcl.labs.epsilon(eps=2e-5)
    between.restart()
    assert between.state.eps == between.bound["eps"].value == 2e-5


@every_lab
def test_start_again_folds_everything_away_and_leaves_nothing_pale(name):
    lab = getattr(gcl.labs, name)()
    for field, control in [*lab.bound.items()][:2]:
        control.value = next(value for value in reversed(offered(control)) if value != getattr(lab.state, field))
    lab.folds.opened = lab.table
    if lab.drawers.parts:
        lab.drawers.opened = next(iter(lab.drawers.parts.values()))
    if lab.bound and name != "detective":  # which looks at another case by now, of which no check was made
        assert lab.result.before is not None
    (again,) = [each for each in below(lab.box) if getattr(each, "description", "") == "start again"]
    again.click()
    assert lab.folds.opened is None is lab.drawers.opened
    assert not any(toggle.value for folds in (lab.folds, lab.drawers) for toggle in folds.parts)
    assert lab.state == lab.start and lab.result.before is None
    lab.sharpen()
    assert lab.png == lab.paint(replace(lab.result, before=None), CRISP)
    if lab.bound and name != "detective":
        field, control = next(iter(lab.bound.items()))
        control.value = next(value for value in offered(control) if value != getattr(lab.state, field))
        assert lab.result.before.state == lab.start, "and the next move is one of its own"


def test_where_slices_take_long_the_old_ones_stay_dotted_and_the_headline_says_that_they_follow(monkeypatch):
    bench = gcl.labs.bench(data="3 or 8, 8×8 pixels", units=(16, 8), examples=4, bugs=[("no_decay", 2)])
    old, shown, right = bench.result, [], bench.display

    def display():
        right()
        curves = [panel.curve.get_linestyle() for panel in bench.view(bench.result.names, CRISP).panels if panel.field]
        shown.append((bench.result, bench.headline.words.value, {*curves}, "gc-busy" in bench.pictures._dom_classes))

    monkeypatch.setattr(bench, "display", display)
    bench.set(seed=1)
    (first, told, dotted, busy), (last, said, drawn, _) = shown
    assert first.following and first.curves is old.curves and first.state.seed == 1
    assert "the curves follow" in told and dotted == {":"} and busy
    assert not last.following and "follow" not in said and drawn == {"-"}
    assert last.report.difference == first.report.difference and last.curves is not old.curves
    assert len(plain(told)) <= LINE
    assert "gc-busy" not in bench.pictures._dom_classes
