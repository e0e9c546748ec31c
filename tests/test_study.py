"""The study in its short form, and what its long form has stored."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import gc_lib as gcl

ROOT = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("study", ROOT / "benchmarks" / "study.py")
study = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(study)

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # saturated networks overflow


@pytest.mark.slow
def test_on_a_hundred_problems_no_answer_is_false():
    counts, failures = study.study(100, seed=7, own_eps=False)
    assert failures == []
    seen = {
        truth: sum(n for (rule, _, t, _), n in counts.items() if rule == "error bars" and t == truth)
        for truth in ("correct", "planted")
    }
    assert seen["correct"] > 40 and seen["planted"] > 20


@pytest.mark.slow
def test_every_cause_is_stated():
    counts, failures = study.study_reasons(4, seed=7)
    assert failures == []
    assert all(counts[cause.__name__, "true"] for cause in study.CAUSES)


def test_the_truth_is_the_gradient_of_the_very_cost():
    for i in range(40):
        drawn = study.problem(i, seed=3)
        if drawn.net.hidden == "relu" or drawn.net.dtype == "float32":
            continue
        exact = gcl.to_vector(drawn.exact())
        approx = gcl.to_vector(gcl.numeric_gradient(drawn.cost, drawn.params, 1e-4))
        noise = 1e-15 * (1 + abs(drawn.cost(drawn.params))) / 1e-4
        assert np.abs(exact - approx).max() <= 1e-5 * np.abs(exact).max() + 10 * noise


def test_the_truth_keeps_the_digits_that_backprop_loses():
    """Problem 2116: A rounds to 1, so that A − Y is 0; J = log(1 + e⁻ᶻ) and −db3 = 1/(1 + eᶻ) are both e⁻ᶻ."""
    drawn = study.problem(2116)
    assert not gcl.to_vector(drawn.gradient(drawn.params)).any()
    assert -drawn.exact()["b3"].item() == pytest.approx(drawn.cost(drawn.params), rel=1e-12)
    assert 0 < max(drawn.errors().values()) < 1


def test_a_problem_comes_back_by_its_number():
    one, again = study.problem(5), study.problem(5)
    assert study.describe(one) == study.describe(again) != study.describe(study.problem(6))
    assert np.array_equal(gcl.to_vector(one.params), gcl.to_vector(again.params))


def test_what_is_stored_meets_the_goals():
    rows = [row for row in gcl.data.study().rows if row["rule"] == "error bars"]
    drawn = [row for row in rows if "its own" not in row["problems"]]
    double = [row for row in rows if row["problems"].startswith("float64")]
    assert sum(row["correct"] + row["planted"] for row in drawn) > 7000  # of 10,000: the rest were harmless
    assert sum(row["correct: wrong"] for row in drawn) == 0
    assert sum(row["planted: right"] for row in double) == 0
    (usual,) = [row for row in drawn if row["problems"] == "float64, normal, ε 1e-6 … 1e-4"]
    assert usual["correct: cannot tell"] < 0.05 * usual["correct"]


def test_the_reasons_stored_are_true_in_95_of_100_cases():
    for row in gcl.data.study_reasons().rows:
        assert row["true"] >= 0.95 * (row["true"] + row["untrue"]), row["planted"]


def test_where_j_stands_still_up_to_corners_afar_a_slope_of_zero_is_not_called_wrong():
    drawn = study.problem(6727)
    report = gcl.check(drawn.cost, drawn.gradient, drawn.params, 1e-5)
    assert not report.gradient[report.parts["b2"]].any() and report.answers["b2"] == "cannot tell"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "number"), [(0, 38), (0, 522), (0, 4139), (0, 5137), (1, 3344), (1, 9489), (1, 4881), (1, 5462)]
)
def test_corners_that_only_the_slopes_on_either_side_tell_do_not_make_a_bare_function_wrong(seed, number):
    drawn = study.problem(number, seed)
    cost = drawn.cost
    report = gcl.check(lambda params: cost(params), drawn.gradient, drawn.params, drawn.eps)
    assert report.answer != "wrong" and report.reasons


def test_the_stored_tables_show_themselves():
    table = gcl.data.study("float64, normal")
    assert len(table.rows) >= 10 and all("float64, normal" in row["problems"] for row in table.rows)
    lines = str(table).splitlines()
    assert len(lines) == len(table.rows) + 1 and len({len(line) for line in lines}) == 1
    assert table._repr_html_().count("<tr>") == len(lines)
    with pytest.raises(ValueError, match="study: no kind of problem has 'float16' in its name"):
        gcl.data.study("float16")
