"""The entries of a block: behind its bar, on which one can press, and in a fold with a menu of the blocks."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

import gc_lib as gcl
from gc_lib.checker.words import short
from gc_lib.plots.style import BANDS

OPEN = {
    "bench": dict(bugs=[("no_decay", 2)]),
    "training": dict(steps=10),
    "epsilon": dict(error=1e-3),
    "layers": dict(upstream="random"),
    "inspect": {},
}
COLOURS = {tuple(int(255 * part + 0.5) for part in to_rgb(each.colour)): each.colour for each in BANDS}


def buttons(lab):
    """Return the buttons over the bars of a lab, by name."""
    return {button.description: button for button in lab.pictures.bars.buttons}


def colours_under(lab, name):
    """Return the colours of bars that stand under the button of this name, as wide as it is."""
    pixels = np.asarray(Image.open(io.BytesIO(lab.png[0])).convert("RGB"))
    place = buttons(lab)[name].layout
    left, top, width, height = (float(x.rstrip("%")) / 100 for x in (place.left, place.top, place.width, place.height))
    rows, columns, _ = pixels.shape
    spot = pixels[
        round(top * rows) : round((top + height) * rows), round(left * columns) : round((left + width) * columns)
    ]
    found = {tuple(colour) for colour in np.unique(spot.reshape(-1, 3), axis=0).tolist()}
    return {COLOURS[colour] for colour in found & {*COLOURS}}


@pytest.mark.parametrize("name", OPEN)
def test_each_button_lies_over_its_own_bar(name):
    """In the picture there is no colour under it but that of the bar."""
    lab = getattr(gcl.labs, name)(**OPEN[name])
    blocks = lab.result.blocks
    assert [*buttons(lab)] == [*blocks]
    for block, reading in blocks.items():
        says_nothing = 1e-6 <= reading <= lab.result.bounds[block]  # then the bar is grey
        colours = {each.colour for each in BANDS if each.low <= reading < each.high and not says_nothing}
        assert colours_under(lab, block) == colours, block


def test_the_buttons_follow_bars_that_move():
    lab = gcl.labs.bench(bugs=[("no_decay", 2)], units=(6, 6, 6))
    assert [*buttons(lab)] == ["W1", "b1", "W2", "b2", "W3", "b3", "W4", "b4"]
    lab.set(units=(6, 6), masks="fresh", keep_prob=0.8)
    ends = {
        float(button.layout.left.rstrip("%")) + float(button.layout.width.rstrip("%"))
        for button in lab.pictures.bars.buttons
    }
    assert max(ends) < 70, "right of them the picture has room for the lengths"
    lab.set(masks="frozen")
    assert [name for name in lab.result.blocks if BANDS[2].colour in colours_under(lab, name)] == ["W2"]


def test_a_button_tells_reading_bound_and_worst_entry_once_the_hand_rests():
    lab = gcl.labs.bench(bugs=[("no_decay", 2)])
    a, g = lab.result.report.pairs["W2"]
    row, column = np.unravel_index(np.abs(a - g).argmax(), (6, 6))
    told = buttons(lab)["W2"].tooltip
    assert told.startswith(
        f"W2: {short(lab.result.blocks['W2'], 2)}, error bound {short(lab.result.bounds['W2'], 2)}\n"
    )
    assert f"\nW2[{row}, {column}]: dθ has {g[6 * row + column]:.4g}" in told
    lab.bound["lam"].value = 0.0
    assert buttons(lab)["W2"].tooltip == told, "a move sends no more than its picture"
    lab.sharpen()
    assert buttons(lab)["W2"].tooltip.startswith(f"W2: {short(lab.result.blocks['W2'], 2)}, ")


@pytest.mark.parametrize("name", [name for name in OPEN if name != "inspect"])
def test_a_press_unfolds_the_entries_of_the_block(name):
    lab = getattr(gcl.labs, name)(**OPEN[name])
    assert lab.entries.words.value == "", "what is folded away costs nothing"
    for block in lab.result.blocks:
        buttons(lab)[block].click()
        assert lab.folds.opened is lab.entries and lab.entries.block.value == block
        a, g = lab.result.report.pairs[block]
        most = lab.result.report.worst_of(block)
        assert np.abs(a - g).max() == abs(most.approx - most.gradient)
        assert (
            f"<tr><th>{block}[{', '.join(map(str, most.index))}]</th><td>{short(most.approx, 4)}</td>"
            in lab.entries.words.value
        )


def test_the_menu_offers_the_same_and_the_entries_follow_a_move():
    lab = gcl.labs.bench(bugs=[("scaled_dW", 2)])
    lab.folds.opened = lab.entries
    assert lab.entries.block.value == "W2", "first the block of the worst entry"
    assert "as if dθ were 2 times" in lab.entries.words.value
    lab.entries.block.value = "b1"
    assert "<th>b1[" in lab.entries.words.value and "W2[" not in lab.entries.words.value
    lab.entries.block.value = "W2"
    lab.set(bugs=[("scaled_dW", 2, 1.0, 3)])
    assert "as if dθ were 3 times" in lab.entries.words.value
    lab.set(bugs=[], units=(6,))
    assert [name for name, _ in lab.entries.block.options] == ["W1", "b1", "W2", "b2"]


def test_in_the_lab_of_a_report_a_press_looks_into_the_block():
    lab = gcl.labs.inspect()
    buttons(lab)["b1"].click()
    assert lab.state.block == "b1" == lab.bound["block"].value
    empty = {"W": np.ones(2), "none": np.zeros((0, 3))}
    lab = gcl.labs.inspect(gcl.check(lambda p: np.sum(p["W"] ** 2), lambda p: {k: 2 * v for k, v in p.items()}, empty))
    assert buttons(lab)["none"].tooltip.endswith("it has no entries")
    with pytest.raises(ValueError, match="block should be"):
        buttons(lab)["none"].click()
    assert "That did not work" in lab.error.value and lab.state.block == "W"


def test_the_tab_key_passes_the_buttons_by():
    """What they do, a menu does as well."""
    assert all(button.tabbable is False for button in buttons(gcl.labs.bench()).values())


def test_a_game_gives_no_entries_away():
    assert gcl.labs.detective().pictures.bars is None
