"""What is changed out of sight is named over the picture, can be taken back there, and is counted on its fold."""

import ipywidgets as widgets
import pytest
from helpers import below

import gc_lib as gcl
from gc_lib.labs.controls import in_rows
from gc_lib.labs.fields import Fields, button, menu, slider
from gc_lib.labs.lab import Lab
from gc_lib.labs.state import BenchState

MORE, MISTAKES, NETWORK = "More bugs", "Mistakes in J, in the checker", "Network, start and data"
CHANGES = {  # of each field that is folded away: a change, the words of its chip, and where it is folded
    "bugs": ([("no_decay", 2), ("db_no_mean", 1)], "db_no_mean in layer 1", MORE),
    "mistakes": (["J_no_decay"], "J_no_decay", MISTAKES),
    "hidden": ("relu", "activation relu", NETWORK),
    "dtype": ("float32", "precision float32", NETWORK),
    "scale": (0.3, "scale of W 0.3", NETWORK),
    "bias": (0.25, "size of b 0.25", NETWORK),
    "steps": (50, "training steps 50", NETWORK),
    "seed": (4, "new random start 4", NETWORK),
    "mask_seed": (1, "new masks 1", NETWORK),
    "data": ("two moons", "data two moons", NETWORK),
    "examples": (8, "examples m 8", NETWORK),
    "units": ((12,), "hidden units 12", NETWORK),
}


@pytest.fixture(scope="module")
def opened():
    """Open one bench for all tests that move it: each puts it back."""
    return gcl.labs.bench()


@pytest.fixture
def bench(opened):
    """Return a bench in which nothing is changed."""
    opened.set(**opened.afresh())
    return opened


def chips(lab):
    """Return the chips in sight."""
    shown = [chip for chip in lab.chips.children[1:] if chip.layout.display != "none"]
    assert (lab.chips.heading.layout.display != "none") == bool(shown)
    return shown


def named(lab):
    """Return what the chips in sight say."""
    return [chip.description for chip in chips(lab)]


def counted(lab):
    """Return what the folds say to be changed in them, by their words."""
    said = [toggle.description.removesuffix(")").rpartition(" (") for toggle in lab.drawers.parts]
    return {words: int(count) for words, _, count in said if words}


def take_back(lab, words):
    """Press the chip of these words."""
    next(chip for chip in chips(lab) if chip.description == words).click()


def test_these_are_all_fields_that_the_bench_folds_away(bench):
    folded = {name for name, control in bench.placed.items() if control in below(bench.drawers)}
    assert folded | {"bugs", "mistakes"} == set(CHANGES)


@pytest.mark.slow
@pytest.mark.parametrize("field", CHANGES)
def test_a_change_out_of_sight_shows_a_chip_that_takes_it_back(bench, field):
    value, words, fold = CHANGES[field]
    bench.set(eps=1e-3, bugs=[("no_decay", 2)])
    state = bench.state
    assert named(bench) == [] and counted(bench) == {}
    bench.set(**bench.means(field, value))
    assert named(bench) == [words] and counted(bench) == {fold: 1}
    assert chips(bench)[0].tooltip == f"take back {words}"
    take_back(bench, words)
    assert bench.state == state and bench.result.state == state
    assert named(bench) == [] and counted(bench) == {}


def test_what_is_in_sight_has_no_chip(bench):
    bench.set(eps=1e-3, lam=0.3, keep_prob=0.5, masks="fresh", bugs=[("no_decay", 2)])
    assert named(bench) == [] and counted(bench) == {}


@pytest.mark.slow
def test_a_bench_opened_with_changes_shows_them_and_start_again_brings_them_back():
    bugs = [("no_decay", 2), ("scaled_db", 1, 0.1, 4), ("db_zero", 3), ("no_slope", 1)]  # more than there are rows for
    bench = gcl.labs.bench(bugs=bugs, mistakes=["absolute", "J_no_decay"], dtype="float32")
    opened = named(bench)
    assert opened == [
        "scaled_db in layer 1",
        "db_zero in layer 3",
        "no_slope in layer 1",
        "absolute",
        "J_no_decay",
        "precision float32",
    ]
    assert counted(bench) == {MORE: 3, MISTAKES: 2, NETWORK: 1}
    take_back(bench, "db_zero in layer 3")
    assert [bug[0] for bug in bench.state.bugs] == ["no_decay", "scaled_db", "no_slope"]
    take_back(bench, "absolute")
    assert bench.state.mistakes == ("J_no_decay",)
    take_back(bench, "precision float32")
    assert bench.state.dtype == "float64" and counted(bench) == {MORE: 2, MISTAKES: 1}
    next(each for each in below(bench.box) if getattr(each, "description", "") == "start again").click()
    assert bench.state == bench.start and named(bench) == opened


def test_controls_and_cells_alike_are_followed(bench):
    bench.bound["dtype"].value = "float32"
    bench.mistakes["J_no_decay"].value = True
    bench.rows[1].bug.value = "db_no_mean"
    assert named(bench) == ["db_no_mean in layer 1", "J_no_decay", "precision float32"]
    bench.set(dtype="float64", bugs=[], mistakes=["absolute"])
    assert named(bench) == ["absolute"] and counted(bench) == {MISTAKES: 1}


def test_a_bug_in_a_folded_row_is_named_though_the_row_in_sight_plants_none(bench):
    bench.rows[1].bug.value = "db_no_mean"
    bench.rows[2].bug.value = "no_decay"
    take_back(bench, "db_no_mean in layer 1")
    assert named(bench) == ["no_decay in layer 1"] and [row.bug.value for row in bench.rows[:2]] == ["", ""]


def test_a_bug_taken_back_leaves_no_strength_behind(bench):
    bench.set(bugs=[("no_decay", 2), ("db_no_mean", 1, 1e-3)])
    take_back(bench, "db_no_mean in layer 1")
    bench.rows[1].bug.value = "db_zero"
    assert bench.state.bugs[1].strength == 1


def test_the_bias_that_comes_with_an_activation_is_no_change_of_its_own_and_goes_with_it(bench):
    bench.bound["hidden"].value = "relu"
    assert bench.state.bias == 0.01 and named(bench) == ["activation relu"]
    take_back(bench, "activation relu")
    assert bench.state == BenchState()
    bench.set(hidden="relu", bias=0.0)
    assert named(bench) == ["activation relu", "size of b 0"]
    take_back(bench, "size of b 0")
    assert bench.state == BenchState(hidden="relu") and bench.code() == 'gcl.labs.bench(hidden="relu")'


def test_pressed_again_before_the_page_follows_a_chip_that_is_gone_does_nothing(bench):
    bench.set(dtype="float32")
    (chip,) = chips(bench)
    chip.click()
    chip.click()
    assert bench.state == BenchState() and not bench.error.value


@pytest.mark.slow
def test_what_cannot_be_taken_back_says_why_and_stays(bench):
    bench.set(units=(6, 6, 6), bugs=[("no_decay", 4)])
    state = bench.state
    with pytest.raises(ValueError, match="layer"):
        take_back(bench, "hidden units 6-6-6")
    assert bench.state == state and named(bench) == ["hidden units 6-6-6"] and "layer" in bench.error.value


def test_the_focus_goes_to_the_next_chip_or_to_the_last_one_that_is_left(bench, monkeypatch):
    """The first buttons take the words, so the one pressed becomes the next chip; after the last one there is none."""
    focused = []
    monkeypatch.setattr(widgets.Button, "focus", lambda chip: focused.append(chip.description))
    bench.set(mistakes=["J_no_decay"], dtype="float32", steps=50)
    first, _, last = chips(bench)
    last.click()
    assert focused == ["precision float32"]
    first.click()
    assert first.description == "precision float32" and len(focused) == 1
    first.click()
    assert named(bench) == [] and len(focused) == 1


def test_a_page_without_a_kernel_names_what_is_folded(bench):
    assert "also on" not in bench._repr_mimebundle_()["text/html"]
    bench.set(bugs=[("no_decay", 2), ("db_no_mean", 1)], mistakes=["J_no_decay"])
    bundle = bench._repr_mimebundle_()
    assert "<p><b>also on:</b> db_no_mean in layer 1 · J_no_decay</p>" in bundle["text/html"]
    assert "db_no_mean" in bundle["text/plain"] and "J_no_decay" in bundle["text/plain"]


class State(Fields):
    """A small state, one field of each kind."""

    size: float = slider("size", [1.0, 2.0, 3.0], 1.0)
    kind: str = menu("kind", ["a", "b"], "a")
    draw: int = button("draw again", 0, lambda _, n: int(n), lambda n: n + 1)


class Small(Lab):
    """A lab with the picture of another and two controls in a fold."""

    State, View, room = State, gcl.labs.secant.View, 230
    name = "small"

    def results(self, state, before):
        """Yield the result of the other lab."""
        yield gcl.labs.secant.compute(gcl.labs.secant.State())

    def build(self):
        """Build the page."""
        return self.page(self.controls("size"), [], {"More": in_rows(self.controls("kind", "draw"))})


@pytest.mark.slow
def test_any_lab_with_controls_in_a_fold_gets_them():
    lab = Small()
    assert lab.chips.layout.display != "none"
    lab.set(size=3.0, kind="b")
    lab.set(draw=2)
    assert named(lab) == ["kind b", "draw again 2"] and counted(lab) == {"More": 2}
    take_back(lab, "kind b")
    take_back(lab, "draw again 2")
    assert lab.state == State(size=3.0) and named(lab) == []
