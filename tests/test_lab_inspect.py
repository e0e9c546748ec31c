"""The homework of lesson 10 and the lab that looks into a report: four bugs, their looks, and what mends them."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

import gc_lib as gcl
from gc_lib import homework
from gc_lib.exercises import repair

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
LESSON = nbformat.read(ROOT / "notebooks" / "10_check_your_own_code.ipynb", as_version=4)
HANDED_IN = {"back_3": homework.back_3, "back_2": homework.back_2, "back_1": homework.back_1}


def checked(eps=1e-7, **layers):
    """Check the homework, right but for the layers given."""
    return gcl.check(homework.cost, homework.gradient(**homework.RIGHT | layers), homework.params, eps)


def quadratic(wrong, **blocks):
    """Check J = Σ θ³/3, whose slope is θ², with a gradient that `wrong` changes."""
    params = {name: np.array(block, dtype=float) for name, block in blocks.items()}

    def gradient(theta):
        slopes = {name: block**2 for name, block in theta.items()}
        wrong(slopes)
        return slopes

    return gcl.check(lambda theta: sum(np.sum(block**3) for block in theta.values()) / 3, gradient, params)


# ---- the homework ----------------------------------------------------------------------------------------------------


def test_repaired_it_is_the_slope_of_its_cost():
    report = checked(eps=1e-4)
    assert report.difference < 1e-9 and max(report.blocks.values()) < 1e-8
    assert report.answer == "right"


def test_as_handed_in_all_but_W3_is_wrong_and_each_repair_heals_what_the_law_says():
    fixes = [{}, {"back_3": homework.right_3}, {"back_3": homework.right_3, "back_2": homework.right_2}]
    wrong = [checked(**HANDED_IN | fix).that_are("wrong") for fix in fixes]
    assert wrong == [("W1", "b1", "W2", "b2", "b3"), ("W1", "b1", "W2", "b2"), ("W1", "b1")]
    assert checked().that_are("wrong") == ()


def test_two_bugs_are_times_3_and_times_three_quarters_and_two_are_no_factor():
    top, middle, bottom = (checked(**{layer: HANDED_IN[layer]}) for layer in HANDED_IN)
    assert top.factor("b3") == pytest.approx(3, rel=1e-5)
    assert bottom.factor("W1") == pytest.approx(3 / 4, rel=1e-5) == bottom.factor("b1")
    assert middle.factor("W2") is None is middle.factor("b2")


def test_the_two_bugs_of_layer_2_are_where_the_hints_say():
    """The slope turns b2 red too; with it mended W2 is wrong alone, and right where λ is 0."""
    assert {"W2", "b2", "W1", "b1"} == set(checked(back_2=repair.layer_2.written("> 0 → >= 0")).that_are("wrong"))
    assert checked(back_2=repair.layer_2.written("lam / m → lam / (2 * m)")).that_are("wrong") == ("W2",)


def test_right_it_reads_a_little_above_1e_7_and_a_hundredth_of_it_at_1e_5():
    near, far = checked(eps=1e-7), checked(eps=1e-5)
    assert 1e-7 < near.difference < 3e-7 and near.number == "about 1e-07"
    assert 50 < near.difference / far.difference < 200
    readings = [checked(eps=eps, **HANDED_IN).difference for eps in (1e-7, 1e-5)]
    assert readings[0] == pytest.approx(readings[1], rel=1e-5) and readings[0] > 0.1
    A3 = homework.forward(homework.params)["A3"]
    assert A3.max() == pytest.approx(0.9996, abs=5e-5)


def test_no_relu_has_a_corner_near_theta():
    theta, cache = homework.params, homework.forward(homework.params)
    Z1, Z2 = theta["W1"] @ homework.X + theta["b1"], theta["W2"] @ cache["A1"] + theta["b2"]
    assert min(np.abs(Z1).min(), np.abs(Z2).min()) > 0.1


def test_the_cells_of_the_lesson_hold_the_homework_and_those_of_the_solution_repair_it():
    solution = nbformat.read(ROOT / "notebooks" / "solutions" / "10_check_your_own_code.ipynb", as_version=4)
    for notebook, layers in ((LESSON, HANDED_IN), (solution, homework.RIGHT)):
        sources = [cell.source for cell in notebook.cells if cell.source.startswith("def back_")]
        written = {"np": np}
        exec("\n".join(source.rpartition("\n")[0] for source in sources), written)
        report = checked(**{name: written[name] for name in HANDED_IN})
        assert report.blocks == pytest.approx(checked(**layers).blocks, abs=1e-6)
        if notebook is LESSON:
            as_written = [
                [line for line in inspect.getsource(f).splitlines() if '"""' not in line] for f in layers.values()
            ]
            assert [source.splitlines()[:-2] for source in sources] == as_written


@pytest.mark.parametrize("layer", ["layer_3", "layer_2", "layer_1"])
def test_the_answer_to_the_homework_as_handed_in_gives_no_line_away(layer):
    exercise = getattr(repair, layer)
    answer = exercise(HANDED_IN[exercise.layer])
    assert re.fullmatch(
        r"a bug is left in this cell; with the other layers right the check reads \d\.\de-01\.", answer.words
    )


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda *_: (1, 2, 3), "the check stops: "),
        (lambda *_: np.ones(3), "the check stops: "),
        (lambda params: 1, "yours stops with TypeError"),
        (lambda *_: None, "yours returns nothing"),
        (3, "a function is wanted"),
    ],
)
def test_whatever_is_written_for_a_layer_the_answer_is_a_sentence(attempt, words):
    answer = repair.layer_3(attempt)
    assert not answer.solved and words in answer.words and "\n" not in answer.words


@pytest.mark.parametrize("layers", [homework.RIGHT, HANDED_IN], ids=["repaired", "handed in"])
def test_the_file_for_pytest_passes_on_right_backprop_and_explains_what_is_wrong(tmp_path, layers):
    (block,) = [b for cell in LESSON.cells for b in re.findall(r"```python\n(.*?)```", cell.source, re.S)]
    (tmp_path / "test_backprop.py").write_text(block, encoding="utf-8")
    names = ", ".join(f.__name__ for f in layers.values())
    (tmp_path / "my_network.py").write_text(
        "from gc_lib import homework\nfrom gc_lib.network.train import train\n"
        f"gradient = homework.gradient(*[getattr(homework, name) for name in '{names}'.split(', ')])\n"
        "cost, start = homework.cost, homework.params\ntrained = train(homework.repaired, start, 10, 0.1)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:nbval", "test_backprop.py"]
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    if layers is homework.RIGHT:
        assert "2 passed" in done.stdout, done.stdout
    else:
        assert "2 failed" in done.stdout and "dθ is wrong in W1, b1, W2, b2 and b3" in done.stdout, done.stdout


def test_unscaled_inputs_saturate_the_network_that_the_lesson_trains():
    X, Y = gcl.data.moons(64)
    net = gcl.Network([2, 8, 1])
    slopes = [1 - net.on(X * [[1], [times]], Y)[0].layers(net.initialise(seed=0))[0].A ** 2 for times in (1, 1000)]
    assert slopes[0].mean() > 0.3 and np.mean(slopes[1] < 1e-2) > 0.9


# ---- the lab ---------------------------------------------------------------------------------------------------------


def test_opens_on_the_homework_at_its_worst_entry():
    lab = gcl.labs.inspect()
    assert lab.state.block == "b3" and lab.code() == "gcl.labs.inspect()"
    assert "0.5: worry. b3 disagrees in 1 of 1 entries. It is as if dθ were 3 times" in lab.words


def test_the_right_k_heals_a_block_and_no_other_does():
    report = checked(back_1=homework.back_1)
    lab = gcl.labs.inspect(report, block="W1", k=0.75)
    assert "Divided by 0.75, W1 agrees" in lab.words and not lab.result.wrong.any()
    assert lab.result.blocks["W1"] < 1e-6 < 0.1 < lab.result.blocks["b1"]
    assert lab.set(k=4 / 3).words.endswith("That is not the factor.") and lab.result.wrong.all()
    assert "20 of 20 entries. It is as if dθ were 0.75 times" in lab.set(k=1).words


def test_the_button_finds_the_k_that_fits():
    lab = gcl.labs.inspect(checked(back_1=homework.back_1), block="b1")
    (button,) = [each for each in lab.box.children[1].children if each.description == "the k that fits best"]
    button.click()
    assert lab.state.k == pytest.approx(0.75, rel=1e-6) and "agrees" in lab.words


def test_no_k_fits_a_missing_half_of_the_decay_and_the_lab_says_so():
    lab = gcl.labs.inspect(checked(back_2=repair.layer_2.written("lam / m → lam / (2 * m)")), block="W2")
    assert "No one factor explains it" in lab.words and lab.result.wrong.all()
    (button,) = [each for each in lab.box.children[1].children if each.description == "the k that fits best"]
    button.click()
    assert "That is not the factor" in lab.words and lab.result.blocks["W2"] > 1e-2


def test_a_best_k_that_mends_nothing_is_not_named():
    assert "No one factor explains it. " in gcl.labs.inspect(block="W2").words


def test_says_where_the_cost_stands_still_and_where_dtheta_is_zero():
    assert (
        "Entries in which the cost does not move at all, and yet dθ is not 0: 1." in gcl.labs.inspect(block="b2").words
    )

    def row_forgotten(slopes):
        slopes["W"][1] = 0

    lab = gcl.labs.inspect(quadratic(row_forgotten, W=[[1, 2, 3], [4, 5, 6]]))
    assert "in 3 of 6 entries." in lab.words and "They are all in W[1, :]." in lab.words
    assert "Entries in which dθ is 0, and yet the cost moves: 3." in lab.words
    assert np.array_equal(lab.result.wrong, [False] * 3 + [True] * 3) and lab.result.rows == 2


def test_names_the_column_and_the_worst_entry():
    def column_doubled(slopes):
        slopes["W"][:, 2] *= 2

    lab = gcl.labs.inspect(quadratic(column_doubled, W=[[1, 2, 3], [4, 5, 6]], b=[1, 1]))
    assert "They are all in W[:, 2]." in lab.words and lab.state.block == "W"
    assert "The ring: W[1, 2]: dθ has 72, the cost's own slope is 36." in lab.words
    assert "b agrees." in lab.set(block="b").words


@pytest.mark.parametrize(
    ("k", "words"),
    [(1.0005, "as if dθ were 1.0005 times"), (-2, "as if dθ were -2 times"), (1 + 1.5e-6, "W agrees.")],
)
def test_one_factor_is_named_however_near_to_1_and_what_is_great_agrees(k, words):
    def scaled(slopes):
        slopes["W"] *= k

    assert words in gcl.labs.inspect(quadratic(scaled, W=[[1, 2, 3], [4, 5, 6]])).words


def test_a_block_of_zeros_has_no_k_and_the_page_says_so():
    def zero(slopes):
        slopes["b"] = 0 * slopes["b"]

    lab = gcl.labs.inspect(quadratic(zero, b=[1, 2]))
    (button,) = [each for each in lab.box.children[1].children if each.description == "the k that fits best"]
    with pytest.raises(ValueError, match="b has no such k"):
        button.click()
    assert "b has no such k" in lab.error.value and lab.state.k == 1


def test_within_the_error_bars_nothing_is_called_wrong():
    """At ε = 1e-13 round-off makes a right gradient read far more than 1e-6."""
    lab = gcl.labs.inspect(checked(eps=1e-13), block="W2")
    assert lab.result.blocks["W2"] > 1e-4 and not lab.result.wrong.any()
    assert "W2 lies within its error bound" in lab.words


@pytest.mark.parametrize(
    ("theta", "rows"),
    [(3.0, 1), ([1, 2, 3, 4, 5], 2), ([[1.0], [2.0], [3.0]], 3), (np.ones((4, 3, 2, 2)), 4), (np.ones((25, 20)), 25)],
    ids=["a number", "a vector", "a column", "a kernel", "many entries"],
)
def test_a_block_of_any_shape_is_shown(theta, rows):
    def doubled(slopes):
        slopes["θ"] = 2 * slopes["θ"]

    lab = gcl.labs.inspect(quadratic(doubled, θ=theta))
    assert "as if dθ were 2 times" in lab.words and lab.result.rows == rows
    assert lab.result.table.count("<tr>") == 1 + min(np.size(theta), 20)


def test_takes_a_report_on_one_array_and_long_names():
    report = gcl.check(lambda t: (t**2).sum() / 2, lambda t: t, np.arange(1.0, 6.0))
    lab = gcl.labs.inspect(report)
    assert lab.result.headline.gist.startswith("theta agrees")
    assert "theta agrees" in lab._repr_mimebundle_()["text/html"]
    assert lab.code() == "gcl.labs.inspect(report=report)"
    report = quadratic(lambda slopes: None, **{"encoder.0.weight<1>": [1, 2], "b": [3]})
    lab = gcl.labs.inspect(report, block="encoder.0.weight<1>")
    assert "encoder.0.weight&lt;1&gt;" in lab.headline.words.value and "encoder.0.weight<1> agrees" in lab.words


def test_a_report_of_ones_own_goes_by_its_name_in_the_line_of_code():
    report = checked(**HANDED_IN)
    lab = gcl.labs.inspect(report, block="W2", k=2)
    assert lab.code() == 'gcl.labs.inspect(report=report, block="W2", k=2.0)'
    assert eval(lab.code(), {"gcl": gcl, "report": report}).state == lab.state


@pytest.mark.parametrize(
    ("given", "problem", "words"),
    [
        ({"report": 0.5}, TypeError, "what gcl.check(.*) returned; got float"),
        ({"block": "W4"}, ValueError, "block should be one of 'W1'.*; got 'W4'"),
        ({"k": 0}, ValueError, "k should be a finite number other than 0"),
        ({"k": np.inf}, ValueError, "k should be a finite number"),
    ],
)
def test_refuses_what_cannot_be(given, problem, words):
    with pytest.raises(problem, match=words):
        gcl.labs.inspect(**given)


def test_a_block_without_entries_is_not_offered():
    params = {"none": np.zeros((0, 3)), "w": np.array([1.0, 2.0])}
    report = gcl.check(lambda p: p["w"] @ p["w"], lambda p: {"none": p["none"], "w": 2 * p["w"]}, params)
    lab = gcl.labs.inspect(report)
    assert lab.state.block == "w" and [value for _, value in lab.bound["block"].options] == ["w"]


def test_what_is_no_number_does_not_agree():
    def cost(w):
        if w[0] != 1:
            raise ValueError("the table has no such key")
        return 1.0

    report = gcl.check(cost, lambda w: np.ones(1), np.ones(1))
    assert np.isnan(report.difference) and "It raised ValueError: the table has no such key." in report.reasons[0].says
    assert "Theta disagrees in 1 of 1 entries." in gcl.labs.inspect(report).words
