"""What holds for every lab, without a browser: it opens, follows each control, says what it shows, and stays usable."""

import ast
import base64
import html
import inspect
import json
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from threading import Thread

import ipywidgets as widgets
import numpy as np
import pytest
from helpers import ALONG, OLDER, below, in_sight
from IPython.core.formatters import DisplayFormatter

import gc_lib as gcl
from gc_lib.labs.lab import CRISP, QUICK
from gc_lib.plots.picture import Picture

LABS = [name for name in gcl.labs.__all__ if name.islower()]

every_lab = pytest.mark.parametrize("name", LABS)


once, moved = (cache(lambda name: getattr(gcl.labs, name)()) for _ in range(2))


@pytest.fixture
def lab(name):
    """Return a lab opened once for all tests that move it, put back to where it opened, with nothing unfolded."""
    lab = moved(name)
    lab.folds.opened = lab.drawers.opened = None
    lab.set(**lab.opening()).sharpen()
    return lab


@pytest.fixture
def still(name):
    """Return a lab opened once for all tests that move no control, with nothing unfolded."""
    once(name).folds.opened = None
    return once(name)


def some(control):
    """Return a few values that a control offers, its last one first, and the one at which it stands last."""
    values = [value for _, value in control.options]
    chosen = [values[i] for i in sorted({len(values) - 1, len(values) // 2, 1 % len(values), 0}, reverse=True)]
    return [value for value in chosen if value != control.value] + [control.value]


@every_lab
def test_opens_with_a_picture_a_finding_and_a_table(still):
    assert all(bytes(png).startswith(b"\x89PNG") for png in still.png) and len(still.words) > 20
    for room, said in ((still.headline, still.result.headline.html), (still.caption, still.result.caption)):
        assert said in room.words.value and 'role="status"' in room.words.value
    assert still.result.headline.gist
    images, view = still.pictures.images, still.view(still.result.names, CRISP)
    assert {*images, still.headline.words, still.caption.words, still.error, still.table} <= set(below(still.box))
    still.folds.opened = still.table
    assert still.result.table in still.table.value and "<tr>" in still.table.value
    assert [image.tooltip for image in images] == view.about
    assert len(images) == len(view.pictures)
    assert all(about[-1] == "." and len(about) > 40 for about in view.about)


@every_lab
def test_one_part_at_a_time_is_unfolded(still):
    """Each by a button, which the Tab key reaches, and folded away again by the same button."""
    assert still.folds.opened is None
    for toggle, part in still.folds.parts.items():
        toggle.value = True
        assert still.folds.opened is part
        assert [each for each in still.folds.parts.values() if each.layout.display != "none"] == [part]
        assert [each for each in still.folds.parts if each.value] == [toggle]
    toggle.value = False
    assert still.folds.opened is None and part.layout.display == "none"


@every_lab
@pytest.mark.slow
def test_every_control_moves_its_own_field_and_the_picture(lab):
    assert lab.bound
    lab.folds.opened = lab.table
    for field, control in in_sight(lab).items():
        seen = set()
        for value in some(control):
            before = lab.state
            control.value = value
            assert getattr(lab.state, field) == value and lab.result.state == lab.state, field
            assert all(bound.value == getattr(lab.state, name) for name, bound in lab.bound.items()), field
            assert lab.result.table in lab.table.value and not lab.error.value, field
            seen.add((lab.png, lab.headline.words.value, lab.caption.words.value))
            idle = {f.name for f in fields(before)} - {field}
            changed = {name for name in idle if getattr(before, name) != getattr(lab.state, name)}
            assert changed <= ALONG.get((lab.name, field), set()), f"{field} should not move {changed}"
        assert len(seen) > 1, f"{field} changes neither the picture nor the finding"


@every_lab
@pytest.mark.slow
def test_a_picture_shows_its_result_and_nothing_of_what_was_drawn_before(lab):
    """Drawn in reverse, on the view of a lab that opens where the moves end, every result gives the same picture."""
    drawn = []
    for control in lab.bound.values():
        for value in some(control)[:-1]:
            control.value = value
            drawn.append((lab.result, lab.png))
    assert lab.scale == QUICK
    fresh = type(lab)(**{field.name: getattr(lab.state, field.name) for field in fields(lab.state)})
    for result, png in reversed(drawn):
        assert fresh.paint(result, QUICK) == png, result.state


@every_lab
@pytest.mark.slow
def test_repainting_equals_drawing_the_whole(lab):
    for control in lab.bound.values():
        control.value = some(control)[0]
    for picture in lab.view(lab.result.names, QUICK).pictures:
        assert isinstance(picture, Picture)
        picture.repaint()
        repainted = np.array(picture.canvas.buffer_rgba())
        for artist in picture.moving:
            artist.set_animated(False)
        picture.canvas.draw()
        whole = np.array(picture.canvas.buffer_rgba())
        for artist in picture.moving:
            artist.set_animated(True)
        # matplotlib before 3.11 rounds some lines of a ground otherwise when it draws it alone: a pale grey for white
        np.testing.assert_allclose(repainted.astype(int), whole.astype(int), rtol=0, atol=14 if OLDER else 0)


@every_lab
@pytest.mark.slow
def test_the_line_of_code_opens_the_same_state(lab):
    for control in lab.bound.values():
        control.value = some(control)[0]
    opened = eval(lab.code(), {"gcl": gcl})
    assert opened.state == lab.state and repr(lab) == lab.code()


@every_lab
def test_printed_it_says_its_finding_in_lines_broken_between_words(still):
    """A list of entries without blanks, as long as it likes, stays whole."""
    lines = str(still).splitlines()
    assert " ".join(lines).split() == still.words.split()
    assert all(len(line) <= 88 for line in lines)


@every_lab
@pytest.mark.slow
def test_start_again_puts_everything_back(lab):
    opened = lab.state
    for control in lab.bound.values():
        control.value = some(control)[0]
    (button,) = [each for each in below(lab.box) if getattr(each, "description", "") == "start again"]
    button.click()
    assert lab.state == opened


@every_lab
@pytest.mark.slow
def test_a_callback_that_raises_says_so_and_changes_nothing(lab, monkeypatch):
    field, control = next(iter(lab.bound.items()))
    before, png = lab.state, lab.png

    def fail(*_):
        raise RuntimeError("a <fault>")

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr(lab, "results", fail)
        control.value = some(control)[0]
    assert "a &lt;fault&gt;" in lab.error.value and 'role="alert"' in lab.error.value
    lab.sharpen()
    assert lab.state == before and lab.png == png and control.value == getattr(before, field)
    control.value = some(control)[0]
    assert lab.error.value == "" and lab.state != before


@every_lab
@pytest.mark.slow
def test_a_page_without_a_kernel_shows_picture_and_words(lab):
    bundle = lab._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/plain", "text/html"}
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == lab.box.model_id
    assert bundle["text/plain"] == lab.code()
    page = bundle["text/html"]
    for about, png in zip(lab.view(lab.result.names, CRISP).about, lab.png, strict=True):
        assert f'alt="{html.escape(about[:20])}' in page and base64.b64encode(png).decode() in page
    assert lab.result.headline.html in page and f"<figcaption>{lab.result.caption}" in page
    assert page.count("; color: #333333") == page.count('"gc-band"'), "a tint is pale in a dark theme too"
    assert "A still picture: run the notebook to move it." in page
    control = next(iter(lab.bound.values()))
    control.value = some(control)[0]
    assert lab._repr_mimebundle_()["text/html"] != page


@every_lab
def test_holds_no_output_widget_and_labels_every_control(still):
    for each in below(still.box):
        assert not isinstance(each, widgets.Output)
        if isinstance(each, widgets.ValueWidget) and not isinstance(each, widgets.HTML | widgets.Image):
            assert each.description or isinstance(each, widgets.Checkbox), each


def test_no_lab_clears_an_output_or_draws_by_pyplot():
    for file in Path(gcl.labs.__file__).parent.glob("*.py"):
        tree = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        names = {node.attr for node in tree if isinstance(node, ast.Attribute)}
        assert not names & {"Output", "clear_output", "pyplot", "rcParams"}, file


@every_lab
def test_a_state_is_frozen_and_refuses_what_there_is_not(name, still):
    with pytest.raises(TypeError):
        getattr(gcl.labs, name)(colour="red")
    with pytest.raises(AttributeError):
        still.state.eps = 1
    with pytest.raises(AttributeError):
        still.result.state = None
    assert replace(still.state) == still.state and hash(still.state) == hash(replace(still.state))


@pytest.mark.slow
@every_lab
def test_a_table_that_cannot_be_written_undoes_no_move(lab, monkeypatch):
    lab.folds.opened = lab.table
    field, control = next(iter(lab.bound.items()))
    chosen = some(control)[0]
    with monkeypatch.context() as broken:
        broken.setattr(type(lab.result), "table", property(lambda _: 1 / 0))
        control.value = chosen
    assert getattr(lab.state, field) == chosen and lab.result.state == lab.state
    assert "could not be written:</b> division by zero" in lab.error.value
    control.value = some(control)[-2]
    assert lab.error.value == "" and lab.result.table in lab.table.value


def test_every_lab_stands_in_a_notebook():
    """In a cell that a student runs, and not in its text alone."""
    cells = [
        "".join(cell["source"])
        for path in (Path(gcl.__file__).parents[1] / "notebooks").glob("*.ipynb")
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    assert {name for name in LABS if not any(f"gcl.labs.{name}" in cell for cell in cells)} == set()


@every_lab
def test_help_shows_what_a_lab_takes_and_how_it_is_opened(name, still):
    lab = getattr(gcl.labs, name)
    assert list(inspect.signature(lab).parameters) == [field.name for field in fields(still.state)]
    assert f"gcl.labs.{name}(" in inspect.getdoc(lab) and still.name == name


@every_lab
@pytest.mark.slow
def test_at_says_what_the_lab_would_as_it_was_opened_but_for_a_change_and_moves_nothing(lab):
    """Wherever it stands by now; for each control in turn."""
    chosen = {field: some(control)[0] for field, control in in_sight(lab).items()}
    for field, value in chosen.items():
        lab.bound[field].value = value
    before = lab.state, lab.result, lab.png, [control.value for control in lab.bound.values()]
    found = {field: lab.at(**{field: value}) for field, value in chosen.items()}
    assert before == (lab.state, lab.result, lab.png, [control.value for control in lab.bound.values()])
    for field, result in found.items():
        lab.set(**lab.opening() | {field: chosen[field]})
        assert (result.state, str(result), result.table) == (lab.state, str(lab), lab.result.table), field
        assert result.before is None


@every_lab
def test_at_refuses_what_there_is_not(still):
    with pytest.raises(TypeError):
        still.at(colour="red")
    for field in still.bound:
        with pytest.raises((TypeError, ValueError)):
            still.at(**{field: object()})


@every_lab
def test_a_cell_that_ends_on_a_result_shows_its_finding(still):
    shown, _ = DisplayFormatter().format(still.at())
    assert shown == {"text/plain": str(still)}


def test_at_waits_until_a_move_of_another_thread_is_done():
    lab, found = once("secant"), []
    cell = Thread(target=lambda: found.append(lab.at(eps=0.1)))
    with lab.lock:
        cell.start()
        cell.join(0.2)
        assert not found
    cell.join()
    assert found[0].state.eps == 0.1


@every_lab
def test_only_a_lab_with_controls_in_its_folds_keeps_room_for_chips_over_its_picture(name, still):
    folded = any(control in below(still.drawers) for control in still.placed.values())
    assert (still.chips.layout.display != "none") == folded == (name == "bench")
    assert still.chips.layout.height, "of a height that no chip changes"
    parts = [still.drawers, still.chips, still.headline, still.pictures, still.caption, still.folds]
    places = [next(i for i, child in enumerate(still.box.children) if part in below(child)) for part in parts]
    assert places == sorted(places) and len({*places}) == len(parts)
    assert not any(control in below(still.folds) for control in still.placed.values())
