"""The moving picture: always the picture of its last result, drawn as a whole figure would be drawn."""

import io
import subprocess
import sys
from dataclasses import dataclass, replace
from itertools import combinations
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import gc_lib as gcl
from gc_lib.checker.words import short
from gc_lib.plots import picture as canvas
from gc_lib.plots import style
from gc_lib.plots.bench import LENGTH_NAMES, bench_picture

pytestmark = pytest.mark.slow

NAMES = ["W1", "b1", "W2", "b2", "W3", "b3"]
X = {
    "eps": np.geomspace(1e-12, 1, 41),
    "lam": np.append(0, np.geomspace(1e-6, 1e4, 20)),
    "keep_prob": np.append(1, 1 - np.geomspace(1e-4, 0.7, 14)),
}
every_view = pytest.mark.parametrize("names", [NAMES, NAMES + LENGTH_NAMES], ids=["usual", "with lengths"])


@dataclass(frozen=True)
class Result:
    """Stand in for a result of the bench: whatever has these attributes can be drawn."""

    curves: dict
    here: dict
    blocks: dict
    bounds: dict
    lengths: tuple = (0.5, 0.5)
    scattered: tuple = ()
    following: bool = False
    before: object = None


def flat(level, **changes):
    """Make a result whose every reading is `level`, or drawn around it."""
    curves = {key: SimpleNamespace(x=x, y=np.broadcast_to(level, x.shape)) for key, x in X.items()}
    reading = np.ravel(level)[0]
    here = {key: (x[len(x) // 2], reading) for key, x in X.items()}
    result = Result(curves, here, dict.fromkeys(NAMES, reading), dict.fromkeys(NAMES, 1e-9))
    return replace(result, **changes)


def ragged():
    """Make a result that holds every odd value at once: NaN, 0, below the axis, above it, infinity."""
    curves = {key: SimpleNamespace(x=x, y=np.geomspace(1e-14, 1e3, len(x))) for key, x in X.items()}
    for curve in curves.values():
        curve.y[[0, 4, -1]] = 0, np.nan, np.inf
    here = {"eps": (1e-7, 0.0), "lam": (0.0, 5.0), "keep_prob": (1.0, np.nan)}
    blocks = dict(zip(NAMES, (0.0, 3.0, 1e-5, np.nan, 0.2, np.inf), strict=True))
    bounds = dict(zip(NAMES, (1e-9, np.inf, 7.0, 1e-9, 0.0, 1e-3), strict=True))
    return Result(curves, here, blocks, bounds, lengths=(0.0, np.inf))


RESULTS = {
    "great": flat(3e-10),
    "worry": flat(0.3, before=flat(3e-10)),
    "fresh masks": flat(1 - 1e-7, scattered=tuple(X), lengths=(6e6, 0.5), before=flat(2e-6)),
    "ragged": ragged(),
    "after ragged": flat(2e-5, before=ragged()),
    "after fresh masks": flat(0.0, before=flat(1.0, scattered=tuple(X))),
    "curves to follow": flat(0.0, following=True, before=flat(3e-10)),
}


@pytest.fixture(scope="module")
def view():
    """Build the pictures of the bench with all that they ever show."""
    return bench_picture(NAMES + LENGTH_NAMES)


def panels(view):
    """Return the panel of the blocks, and that of each slice by its field."""
    return view.panels[0], {panel.field: panel for panel in view.panels if panel.field}


def rgb(picture):
    """Copy the colours of a picture's canvas, (height, width, 3)."""
    return np.array(picture.canvas.buffer_rgba())[..., :3]


def decoded(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


@every_view
@pytest.mark.parametrize("last", RESULTS)
def test_a_moved_picture_equals_one_built_fresh(names, last):
    view = bench_picture(names)
    fresh = bench_picture(names).update(RESULTS[last])
    assert len(fresh) == 2
    for previous in RESULTS.values():
        view.update(previous)
        assert view.update(RESULTS[last]) == fresh


@every_view
@pytest.mark.parametrize("name", RESULTS)
def test_repainting_equals_drawing_the_whole(names, name):
    view = bench_picture(names)
    view.update(RESULTS[name])
    for picture in view.pictures:
        repainted = rgb(picture)
        for artist in picture.moving:
            artist.set_animated(False)
        picture.canvas.draw()
        np.testing.assert_array_equal(repainted, rgb(picture))


def test_results_look_different(view):
    assert len({view.update(result) for result in RESULTS.values()}) == len(RESULTS)


def test_updates_leave_no_artists_behind(view):
    before = [len(picture.figure.findobj()) for picture in view.pictures]
    for _ in range(125):
        for name in ("worry", "ragged", "fresh masks", "great"):
            for panel in view.panels:
                panel.move(RESULTS[name])
    assert [len(picture.figure.findobj()) for picture in view.pictures] == before


@pytest.mark.parametrize("field", X)
def test_a_moved_marker_changes_its_own_panel_alone(view, field):
    start, (blocks, slices) = flat(1e-8), view.pictures
    view.update(start)
    before, beside = rgb(slices), rgb(blocks)
    view.update(replace(start, here=start.here | {field: (X[field][2], 1e-3)}))
    rows, columns = np.nonzero((rgb(slices) != before).any(-1))
    box = panels(view)[1][field].axes.bbox
    height = before.shape[0]
    assert len(rows) > 0
    assert box.x0 <= columns.min() and columns.max() <= box.x1
    assert box.y0 <= height - rows.max() and height - rows.min() <= box.y1
    np.testing.assert_array_equal(rgb(blocks), beside)


@pytest.mark.parametrize("field, apart", [("lam", 0.0), ("keep_prob", 1.0)])
def test_what_stands_apart_has_a_place_of_its_own_left_of_a_white_break(view, field, apart):
    view.update(flat(1e-8, here={key: (apart if key == field else 0.5, 1e-8) for key in X}))
    panel, picture = panels(view)[1][field], view.pictures[1]
    place, first = panel.place([apart, X[field][1]])
    assert panel.here.get_xdata() == panel.curve.get_xdata()[0] == place < first
    assert np.isnan(panel.curve.get_xdata()[1])
    left, right = (panel.axes.transData.transform((x, 1e-3))[0] for x in (place, first))
    row = rgb(picture)[picture.figure.canvas.get_width_height()[1] // 4, int(left) : int(right)]
    assert f"{apart:g}" in [label.get_text() for label in panel.axes.get_xticklabels()]
    assert (row == 255).all(-1).sum() >= 4


@pytest.mark.parametrize("value, mark", [(0.0, "v"), (9e-13, "v"), (1e-12, ""), (1.0, ""), (1.1, "^"), (np.inf, "^")])
def test_what_lies_off_the_axis_is_marked_in_its_rim(view, value, mark):
    assert style.DIFFERENCES.mark(value) == mark
    place = float(style.DIFFERENCES.place(value))
    assert (place == value) == (mark == "")
    panel = panels(view)[1]["eps"]
    low, high = panel.axes.get_ylim()
    assert low < place < high
    view.update(flat(value, blocks=dict.fromkeys(NAMES, 1e-8)))
    assert len(panel.off.points.get_offsets()) == (42 if mark else 0)


@pytest.mark.parametrize(
    "reading, word", [(0, "great"), (9.9e-7, "great"), (1e-6, "look"), (1e-4, "look"), (1.01e-4, "worry"), (2, "worry")]
)
def test_bands_leave_no_gap(reading, word):
    assert style.band(reading).word == word


def test_a_wrong_block_turns_red_and_one_within_its_error_bound_is_grey(view):
    readings = dict.fromkeys(NAMES, 1e-8) | {"W2": 0.3, "b2": 1e-5, "b3": 0.3}
    view.update(flat(1e-8, blocks=readings, bounds=dict.fromkeys(NAMES, 1e-9) | {"b3": np.inf}))
    bars = panels(view)[0].columns.bodies.get_facecolors()
    great, look, worry = (each.colour for each in style.BANDS)
    expected = [great, great, worry, look, great, style.SAYS_NOTHING]
    np.testing.assert_allclose(bars[:, :3], [canvas.to_rgb(colour) for colour in expected])


def test_bars_and_error_bounds_stand_on_the_axis(view):
    view.update(ragged())
    low, high = style.DIFFERENCES
    blocks, _ = panels(view)
    assert np.nanmax(blocks.bounds.get_path().vertices[:, 1]) == high
    assert min(np.nanmin(path.vertices[:, 1]) for path in blocks.columns.bodies.get_paths()) == low


@pytest.mark.parametrize("more", [[], LENGTH_NAMES], ids=["usual", "with lengths"])
@pytest.mark.parametrize("layers", [1, 2, 3, 4, 5, 6, 10])
def test_labels_stay_inside_and_apart(layers, more):
    names = [f"{kind}{layer}" for layer in range(1, layers + 1) for kind in "Wb"]
    for figure in (picture.figure for picture in bench_picture(names + more).pictures):
        width, height = figure.canvas.get_width_height()
        for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
            labels = [label for label in axis.get_ticklabels() if label.get_visible()]
            boxes = [label.get_window_extent() for label in (*labels, axis.label) if label.get_text()]
            for box in boxes:
                assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
            assert not any(box.overlaps(other) for box, other in combinations(boxes, 2))


@pytest.mark.parametrize("scale", [1, 2])
def test_the_palette_stays_near_the_drawing(scale):
    """Flat areas are exact, the edges of an ink on a ground near, and only where two inks meet may a pixel stray.

    The palette cuts the way from a ground to an ink, at most 353 long in RGB, into five: so a blend lies within 36 of
    one of its colours, and the diagonal of a cell of the table adds at most 14.
    """
    view = bench_picture(NAMES + LENGTH_NAMES, scale)
    for result in RESULTS.values():
        for picture, png, width in zip(view.pictures, view.update(result), (340, 620), strict=True):
            shown = decoded(png).astype(float)
            assert shown.shape == (370 * scale, width * scale, 3) and picture.width == pytest.approx(width)
            error = np.linalg.norm(shown - rgb(picture), axis=-1)
            assert (error == 0).mean() > 0.9
            assert error.max() < 100
            assert (error > 50).mean() < 1e-3


def test_the_palette_holds_the_style_exactly():
    colours = canvas.palette()
    assert len(colours) <= 256
    for each in style.BANDS:
        for colour in (each.tint, each.colour):
            exact = np.round(np.array(canvas.to_rgb(colour)) * 255).astype(np.uint32)
            number = canvas.cell(exact @ np.uint32([1, 1 << 8, 1 << 16]))
            assert (colours[canvas.nearest()[number]] == exact).all()


def test_a_picture_of_any_figure_repaints_its_animated_artists():
    figure = Figure((2, 1), layout="constrained")
    axes = figure.subplots()
    (line,) = axes.plot([0, 1], [0, 1], animated=True, zorder=10)
    picture = canvas.Picture(figure)
    assert picture.moving == [line]
    first = picture.png()
    line.set_ydata([1, 0])
    assert picture.png() != first
    line.set_ydata([0, 1])
    assert picture.png() == first


def test_neither_import_nor_picture_touches_pyplot_or_rcparams():
    code = """
import sys, matplotlib
def settings(): return {key: matplotlib.rcParams[key] for key in matplotlib.rcParams if key != "backend"}
matplotlib.rcParams["font.size"] = 31
before = settings()
import gc_lib as gcl
from gc_lib.plots.bench import bench_picture
assert settings() == before
bench_picture(["W1", "b1"])
assert settings() == before
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_callers_settings_do_not_change_the_picture():
    expected = bench_picture(NAMES).update(RESULTS["worry"])
    with matplotlib.rc_context({"font.size": 31, "axes.facecolor": "black", "font.family": "monospace"}):
        assert bench_picture(NAMES).update(RESULTS["worry"]) == expected


def test_figure_html_holds_picture_caption_and_alternative():
    image = canvas.image_html(b"abc", 'a "V" curve', 275)
    text = canvas.figure_html("W2", [image], "W2 <b>disagrees</b>.")
    assert text == (
        '<p style="font-size: 1.4em">W2</p><figure style="margin: 0">'
        '<img style="width: 275px; max-width: 100%" alt="a &quot;V&quot; curve" src="data:image/png;base64,YWJj">'
        "<figcaption>W2 <b>disagrees</b>.</figcaption></figure>"
    )


# ---- the picture of a report: its third panel, the V-curve of this very J --------------------------------------------


def drawn(cost, gradient, theta, **options):
    """Check, draw, and return the report, the caption and the panel of the V-curve."""
    report = gcl.check(cost, gradient, theta, **options)
    drawing = report.plot()
    return report, drawing.caption, drawing.figures[1].axes[1]


def smooth(t):
    return float(np.exp(t).sum())


THETA = np.array([0.3, -1.2, 0.7])


def words(axes):
    return {text.get_text() for text in axes.texts}


@pytest.mark.parametrize(
    "eps, beside", [(1e-14, "smaller than"), (1e-9, "smaller than"), (1.0, "larger than"), ("auto", "near")]
)
def test_the_v_curve_marks_the_eps_asked_for_and_the_best_one(eps, beside):
    report, caption, axes = drawn(smooth, np.exp, THETA, eps=eps)
    asked, (best, _) = axes.lines[2].get_xdata()[0], axes.lines[3].get_xydata()[0]
    assert best == pytest.approx(report.found.best_eps("theta"))
    assert asked == (best if eps == "auto" else eps)
    assert {f"ε = {eps}" if eps == "auto" else f"ε = {short(eps)}", "best ε", "round-off", "truncation"} == words(axes)
    assert caption.endswith(f" is {beside} the best one.")
    assert axes.get_xlim()[0] < min(asked, best) and max(asked, best) < axes.get_xlim()[1]


def test_dots_of_the_v_curve_lie_in_what_the_errors_explain_or_level_above_it():
    for factor, level in ((1.0, False), (1.1, True)):
        _, _, axes = drawn(smooth, lambda t, k=factor: k * np.exp(t), THETA)
        error, read = (line.get_ydata() for line in axes.lines[:2])
        assert (np.ptp(np.log10(read[5:-5])) < 0.01) == level
        assert (read <= error)[np.isfinite(error)].all() != level


CURVES = {
    "noise": (lambda t: smooth(t) + 1e-9 * np.sin(1e13 * t.sum()), np.exp, THETA, {"noise"}),
    "steps": (lambda t: round(smooth(t), 4), np.exp, THETA, {"steps"}),
    "a kink on θ": (
        lambda t: abs(t[0]) + 1.5 * t[0] + smooth(t),
        lambda t: np.exp(t) + [1.5, 0, 0],
        0 * THETA,
        {"kink"},
    ),
}


@pytest.mark.parametrize("name", CURVES)
def test_the_v_curve_names_what_makes_the_error(name):
    *problem, named = CURVES[name]
    _, caption, axes = drawn(*problem)
    assert named <= words(axes)
    assert all(word in caption for word in named)


def test_of_a_corner_on_theta_no_eps_is_the_best():
    _, caption, axes = drawn(*CURVES["a kink on θ"][:3])
    assert caption.endswith("A corner lies on θ: no ε gets around it.")
    assert "best ε" not in words(axes)


NO_CURVES = {
    "J does not move": (lambda t: 3.0, lambda t: 0 * t, THETA),
    "J has no value": (lambda t: smooth(t) if (t == THETA).all() else np.nan, np.exp, THETA),
}


@pytest.mark.parametrize("says", NO_CURVES)
def test_where_there_is_no_v_curve_the_picture_says_why(says):
    _, caption, axes = drawn(*NO_CURVES[says])
    assert any(says in word for word in words(axes)) and says in caption
    assert not axes.lines


EDGE = 1 - 1e-9  # so near to θ that few steps stay on this side of it


def test_a_v_curve_of_few_steps_is_drawn_as_far_as_it_goes():
    report, _, axes = drawn(lambda t: float(np.log(t - EDGE).sum()), lambda t: 1 / (t - EDGE), np.ones(2), eps=1e-12)
    assert 5 <= report.ladder.steps.size < 24
    assert len(axes.lines[1].get_xdata()) == report.ladder.steps.size


def test_in_a_wrong_block_only_the_entries_that_differ_are_marked_as_wrong():
    report = gcl.check(smooth, lambda t: np.exp(t) * [1, 2, 1], THETA)
    drawn = {part.get_label(): part.lines[0].get_xdata() for part in report.plot().figures[0].axes[0].containers}
    assert report.answers == {"theta": "wrong"} and list(drawn["wrong"]) == [report.approx[1]]
    assert list(drawn["right"]) == [report.approx[0], report.approx[2]]


def test_long_names_of_blocks_are_turned():
    layers = [{"weights": THETA}, {"weights": -THETA}]
    report = gcl.check(
        lambda n: sum(smooth(x["weights"]) for x in n), lambda n: [{"weights": np.exp(x["weights"])} for x in n], layers
    )
    labels = report.plot().figures[1].axes[0].get_xticklabels()
    assert {label.get_text(): label.get_rotation() for label in labels} == {"[0].weights": 30, "[1].weights": 30}
