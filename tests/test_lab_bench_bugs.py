"""The bench's rows of bugs: what they plant, what they refuse and why."""

from threading import Thread

import pytest
from bench_helpers import consistent
from helpers import below

import gc_lib as gcl
from gc_lib.labs.controls import CANNOT, Menu

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_what_cannot_be_planted_is_listed_with_its_reason(bench, layer):
    bench.set(bugs=[])
    row, network = bench.rows[0], bench.state.network
    row.layer.value = layer
    labels = {name: label for label, name in row.bug.options}
    assert list(labels) == ["", *(n for n, bug in gcl.bugs.CATALOGUE.items() if bug.family is gcl.bugs.Steps)]
    assert labels.pop("") == "none"
    for name, label in labels.items():
        reason = network.obstacle(name, layer)
        assert label.startswith(CANNOT) == bool(reason)
        assert name in label and (reason or gcl.bugs.CATALOGUE[name].sentence) in label
    assert 0 < sum(label.startswith(CANNOT) for label in labels.values()) < len(labels)


def test_picking_what_cannot_be_planted_plants_nothing_and_says_so(bench):
    bench.set(bugs=[])
    state, row = bench.state, bench.rows[0]
    row.layer.value = 1
    row.bug.value = "W_not_transposed"
    assert bench.state == state and row.bug.value == "W_not_transposed"
    assert row.bug.label.startswith(CANNOT) and bench.state.network.obstacle("W_not_transposed", 1) in row.bug.label
    row.layer.value = 2  # the square layer
    assert bench.state.bugs == (("W_not_transposed", 2, 1.0, None),)
    assert row.bug.label.startswith("dA_prev · W_not_transposed: Forgets to transpose W")
    row.layer.value = 3
    assert bench.state == state and "it needs a square layer" in row.bug.label


def test_a_second_bug_on_one_equation_is_refused_in_its_row(bench):
    bench.rows[1].layer.value = 2
    bench.rows[1].bug.value = "dW_no_mean"
    assert bench.state.bugs == (("no_decay", 2, 1.0, None),)
    assert "not planted: another bug breaks the same equation there" in bench.rows[1].bug.label
    bench.rows[0].bug.value = ""  # which makes room for it
    assert bench.state.bugs == (("dW_no_mean", 2, 1.0, None),)
    assert "not planted" not in bench.rows[1].bug.label


def test_a_bug_stays_in_its_row(bench):
    bench.rows[0].bug.value = ""
    assert (bench.rows[1].bug.value, bench.rows[1].layer.value, bench.rows[1].factor.value) == ("scaled_db", 1, 4)
    bench.rows[1].strength.value = 0.1
    assert bench.state.bugs == (("scaled_db", 1, 0.1, 4),)
    assert bench.rows[0].bug.value == ""


def test_many_bugs_grow_rows():
    planted = [(name, layer) for layer in (1, 2, 3) for name in ("no_decay", "db_zero")]
    bench = gcl.labs.bench(bugs=planted)
    assert [(row.bug.value, row.layer.value) for row in bench.rows] == planted
    shown = set(below(bench.box))
    assert all(row.box in shown for row in bench.rows)
    assert bench.rows[5].box in below(bench.folded_rows) and consistent(bench)
    bench.rows[5].bug.value = "db_one_sum"
    assert bench.state.bugs[5][:2] == ("db_one_sum", 3)


@pytest.mark.parametrize("name, takes", [("scaled_dW", True), ("no_decay", False), ("", False)])
def test_a_row_shows_a_factor_where_its_bug_takes_one(bench, name, takes):
    bench.rows[0].bug.value = name
    assert (not bench.rows[0].factor.disabled) == takes  # it stands where it is: nothing moves, and no line is empty
    assert bench.rows[0].strength.disabled == (name == "")


def test_a_smaller_network_keeps_the_menu_of_layers_in_line(bench):
    bench.set(bugs=[])
    bench.rows[0].layer.value = 3
    bench.set(units=())
    assert [value for _, value in bench.rows[0].layer.options] == [1] and bench.rows[0].layer.value == 1
    bench.set(units=(6, 6, 6))
    assert [value for _, value in bench.rows[0].layer.options] == [1, 2, 3, 4] and consistent(bench)


def test_a_pick_that_comes_while_the_lab_answers_another_is_not_lost(bench, monkeypatch):
    """Each comes in a thread of its own where Jupyter gives every control one, or a cell moves the lab meanwhile."""
    bench.set(bugs=[])
    row, picks = bench.rows[0], []
    relist, wanted = Menu.relist, [name for _, name in row.bug.options].index("no_decay")

    def answering(menu, options, value):
        if not picks:
            picks.append(Thread(target=row.bug.set_state, args=[{"index": wanted}]))
            picks[0].start()
            picks[0].join(0.3)
        relist(menu, options, value)

    monkeypatch.setattr(Menu, "relist", answering)
    row.layer.value = 3
    picks[0].join()
    assert bench.state.bugs == (("no_decay", 3, 1.0, None),) and row.bug.value == "no_decay" and consistent(bench)
