"""The lab of lesson 05: its readings against closed forms, its bars against the library's checker, and what it says."""

import re

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.checker.slide import norm
from gc_lib.checker.words import short
from gc_lib.labs.decay import IN_DW, IN_J, State, compute
from gc_lib.labs.result import beyond

WEIGHTS, BIASES, M = ("W1", "W2", "W3"), ("b1", "b2", "b3"), 32
RATIO = {"λ/m": 1, "λ/2m": 1 / 2, "λ": M, "-λ/m": -1, "nothing": 0}  # of the λ term of dW to the right one
ASKED = {"λ/2m": 1, "λ/m": 2, "nothing": 0}  # the same ratio, as J would have it


def data_gradient():
    """Return θ, and dθ of the data term."""
    state = State(lam=0).bench
    return state.theta, state.network.on(*state.problem)[1](state.theta)


@pytest.mark.parametrize("lam", [1e-6, 1.0, 1e5])
@pytest.mark.parametrize("in_dW", IN_DW)
@pytest.mark.parametrize("in_J", IN_J)
@pytest.mark.slow
def test_the_lambda_term_alone_reads_what_two_multiples_of_one_vector_read(in_J, in_dW, lam):
    report = compute(State(lam=lam, in_J=in_J, in_dW=in_dW)).reports["λ"]
    wanted, given = ASKED[in_J], RATIO[in_dW]
    expected = abs(wanted - given) / (abs(wanted) + abs(given)) if wanted or given else 0
    assert tuple(report.blocks) == WEIGHTS
    assert report.difference == pytest.approx(expected, abs=1e-6)
    assert all(reading == pytest.approx(expected, abs=1e-6) for reading in report.blocks.values())


@pytest.mark.parametrize("lam", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("in_dW", IN_DW)
@pytest.mark.parametrize("in_J", IN_J)
@pytest.mark.slow
def test_what_does_not_fit_strikes_every_W_by_the_closed_form_and_no_b(in_J, in_dW, lam):
    report, (theta, data) = compute(State(lam=lam, in_J=in_J, in_dW=in_dW)).reports["whole"], data_gradient()
    for name in WEIGHTS:
        decay = lam / M * theta[name]
        approx, exact = data[name] + ASKED[in_J] * decay, data[name] + RATIO[in_dW] * decay
        assert report.blocks[name] == pytest.approx(norm(approx - exact) / (norm(approx) + norm(exact)), abs=1e-6)
    assert beyond(report) == (() if ASKED[in_J] == RATIO[in_dW] else WEIGHTS)
    assert all(report.blocks[name] <= report.bounds[name] for name in BIASES)


@pytest.mark.parametrize("state", [{}, {"in_J": "nothing"}, {"in_dW": "λ", "lam": 30}, {"bug": "slope_at_A"}], ids=str)
def test_the_bars_are_what_the_checker_says(state):
    """With the mistake in J written out by hand."""
    result = compute(State(**state))
    bench = result.state.bench
    for term, lam in (("whole", bench.lam), ("data", 0.0)):
        net = gcl.Network(bench.network.sizes, lam=lam)
        for bug in bench.bugs:
            net = net.plant(*bug)
        cost, gradient = net.on(*bench.problem)
        loss, _ = gcl.Network(net.sizes).on(*bench.problem)
        said = gcl.check(loss if "in_J" in state else cost, gradient, bench.theta)
        assert beyond(result.reports[term]) == said.that_are("wrong")
        for name in said.that_are("wrong"):
            assert result.reports[term].blocks[name] == pytest.approx(said.blocks[name], rel=1e-3)


def test_a_large_lambda_hides_a_bug_of_the_data_term_from_W_and_never_from_b():
    small, large = (compute(State(lam=lam, bug="slope_at_A")) for lam in (1e-6, 1e5))
    whole = large.reports["whole"]
    assert whole.band == "great" and beyond(whole) == ("b1", "b2")
    assert beyond(small.reports["whole"]) == beyond(small.reports["data"]) == ("W1", "b1", "W2", "b2")
    for name in ("b1", "b2"):
        assert whole.blocks[name] == pytest.approx(small.reports["whole"].blocks[name], rel=0.1)
    assert large.reports["data"].blocks == small.reports["data"].blocks
    assert not beyond(large.reports["λ"])


def test_the_curves_pass_through_where_the_student_stands():
    state = State(lam=7.0, in_dW="λ/2m", bug="slope_at_A")
    result = compute(state)
    report = result.reports["whole"]
    for kind, names in (("W", WEIGHTS), ("b", BIASES)):
        a, g = (np.concatenate(parts) for parts in zip(*(report.pairs[name] for name in names), strict=True))
        x, reading = result.here[kind]
        assert x == 7.0 and reading == pytest.approx(norm(a - g) / (norm(a) + norm(g)), rel=1e-6)
        curve = result.curves[kind]
        assert (curve.x[0], curve.x[-1]) == (0, 1e5) and (np.diff(curve.x) > 0).all() and 7.0 in curve.x


def test_the_W_curve_climbs_in_proportion_to_lambda():
    x, y = compute(State(in_J="nothing")).curves["W"]
    low = (x >= 1e-4) & (x <= 1e-2)
    assert np.diff(np.log10(y[low])) == pytest.approx(1, abs=0.01)
    assert y[0] < 1e-6 and y[-1] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("state", "reading"), [({"lam": 0}, 0.0), ({"in_J": "nothing"}, 1.0)], ids=str)
def test_a_term_that_no_nudge_moves_has_no_error_bound(state, reading):
    bars = compute(State(**state)).bars["λ"]
    assert set(bars.blocks.values()) == {reading} and set(bars.bounds.values()) == {0.0}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({}, "the data term reads about 1e-8, the λ term about 1e-8."),
        ({"lam": 0, "in_J": "nothing"}, "λ is 0, so nothing that is written about λ can be seen."),
        ({"in_J": "nothing"}, "The λ terms of J and dW do not fit: that touches every W and no b."),
        ({"in_J": "nothing"}, "the data term reads about 1e-8, the λ term 1."),
        ({"in_J": "nothing", "in_dW": "nothing"}, "whether it is the J that you wanted, no check can say."),
        ({"in_dW": "λ/2m"}, "the λ term 0.33, as if half what it should be."),
        ({"in_dW": "nothing"}, "the λ term 1, as if it were zero."),
        ({"lam": 1e5, "bug": "slope_at_A"}, "With the λ term W2 reads about 1e-6, without it 2.5e-2."),
        ({"lam": 100, "bug": "slope_at_A"}, "With the λ term W2 reads 3.5e-4, without it 2.5e-2."),
        ({"bug": "slope_at_A", "in_J": "λ/m"}, "the data term reads 2.5e-2, the λ term 0.33, as if half"),
    ],
)
def test_the_caption_tells_it(state, said):
    assert said in compute(State(**state)).words


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"lam": -1}, "lam should be a finite number, 0 or more; got -1.0"),
        ({"lam": np.inf}, "lam should be a finite number"),
        ({"in_J": "λ"}, "in_J should be one of 'λ/2m', 'λ/m', 'nothing'; got 'λ'"),
        ({"in_dW": None}, "in_dW should be one of 'λ/m'"),
        ({"bug": "no_decay"}, "bug should be one of 'none', 'slope_at_A'; got 'no_decay'"),
    ],
)
def test_what_cannot_be_is_refused(state, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        gcl.labs.decay(**state)


def test_the_table_has_a_column_for_each_curve():
    result = compute(State(in_dW="nothing"))
    W, b = (result.curves[kind] for kind in "Wb")
    for readings in zip(W.y, b.y, strict=True):
        assert "".join(f"<td>{short(reading, 2)}</td>" for reading in readings) in result.table
