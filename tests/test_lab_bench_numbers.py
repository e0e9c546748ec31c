"""The bench's numbers are the checker's, in every kind of state, and nothing jumps between two of them."""

from dataclasses import replace

import numpy as np
import pytest
from bench_helpers import AXES, FRESH, STATES

import gc_lib as gcl
from gc_lib.checker.slide import norm, quotient
from gc_lib.labs.result import beyond
from gc_lib.labs.slices import compute, measure
from gc_lib.labs.state import BenchState as State


def checked(state, loop=False, **changes):
    """Say what the library's own checker says in a state: by the two-sided loop, or by the network's short cut."""
    state = replace(state, **changes)
    X, Y = state.problem
    cost, gradient = state.network.on(X, Y, masks=state.masks, seed=state.mask_seed)
    return gcl.check((lambda theta: cost(theta)) if loop else cost, gradient, state.theta, state.eps, state.checker)


def noise(state, report):
    """Return what round-off may do to an entry of dθ_approx: J± are off by a few u |J|."""
    return 16 * float(np.finfo(state.dtype).eps) * max(abs(report.J), 0.1) / report.eps


def reading_slack(state, report):
    """Return how far that noise may move a reading."""
    off = noise(state, report) * report.approx.size**0.5
    apart, both = norm(report.approx - report.gradient), norm(report.approx) + norm(report.gradient)
    if report.quotient is quotient:
        return 2 * off / both
    if "absolute" in state.mistakes:
        return off
    together = norm(report.approx + report.gradient)
    return report.difference * 2 * (off / apart + off / together)


# ---- the numbers are true --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATES)
@pytest.mark.slow
def test_the_report_is_what_the_two_sided_loop_says(name):
    state = State(**STATES[name])
    found, said = compute(state).report, checked(state, loop=True)
    single = 1e-5 if state.dtype == "float32" else 1e-9
    assert found.J == pytest.approx(said.J, rel=single)
    np.testing.assert_allclose(found.gradient, said.gradient, rtol=single, atol=single * abs(said.gradient).max())
    np.testing.assert_allclose(found.approx, said.approx, rtol=single, atol=noise(state, said))
    assert (found.eps, found.unmoved, list(found.blocks)) == (said.eps, said.unmoved, list(said.blocks))
    assert abs(found.difference - said.difference) <= reading_slack(state, said) + 1e-6 * said.difference
    loud = [name for name, reading in said.blocks.items() if reading > 100 * found.bounds[name]]
    assert {name: found.blocks[name] for name in loud} == pytest.approx({n: said.blocks[n] for n in loud}, rel=0.05)
    if state.checker == gcl.SLIDE:  # else the mistake is the checker's: the reading shows it, and the verdict is of dθ
        assert beyond(found) == said.that_are("wrong")


@pytest.mark.parametrize("name", STATES)
@pytest.mark.slow
def test_the_slices_are_what_the_checker_says_at_each_point(name):
    state = State(**STATES[name])
    result = compute(state)
    for field in AXES:
        curve = result.curves[field]
        assert (np.diff(curve.x) >= 0).all()
        here = getattr(state, field)
        assert result.here[field] == (here, result.report.difference)
        assert result.report.difference in curve.y[curve.x == here]
        for x, y in list(zip(*curve, strict=True))[:: 2 if field == "keep_prob" else 6]:
            try:
                said = checked(state, **{field: x})
            except ValueError:  # so small an ε moves no entry of θ
                assert state.dtype == "float32" and field == "eps"
                continue
            assert abs(y - said.difference) <= reading_slack(state, said) + 1e-6 * y, (field, x)


@pytest.mark.slow
@pytest.mark.parametrize("bugs", [[], [("no_decay", 2)]])
def test_fresh_masks_read_1_and_too_long_whatever_backprop_does(bugs):
    state = State(**FRESH, bugs=bugs)
    result, said = compute(state), checked(state)
    assert result.scattered
    assert result.report.difference == pytest.approx(1, abs=1e-4) == said.difference
    assert result.lengths[0] == pytest.approx(norm(said.approx), rel=0.5)  # other draws, as many of them
    assert result.lengths[0] > 1e5 * result.lengths[1]
    assert (result.curves["lam"].y > 0.99).all()
    keep_prob = result.curves["keep_prob"]
    assert (keep_prob.y[keep_prob.x < 1] > 0.99).all()
    assert keep_prob.x[-1] == 1
    assert keep_prob.y[-1] == pytest.approx(checked(state, keep_prob=1.0).difference, abs=1e-7)
    again = compute(replace(state, eps=1e-7))
    assert all((again.curves[key].y == result.curves[key].y).all() for key in AXES)  # a state has one picture


def test_the_slice_against_dropout_tells_of_fresh_masks_before_a_unit_is_dropped():
    keep_prob = compute(State(masks="fresh")).curves["keep_prob"]
    assert keep_prob.y[keep_prob.x == 1].max() < 1e-6
    assert (keep_prob.y[keep_prob.x <= 0.99] > 0.9).all()  # where it says 1e-8 the student will read 1


def test_float32_is_float32_all_the_way():
    for exact in (compute(State(dtype="float32", keep_prob=keep_prob)).report.gradient for keep_prob in (1, 0.8)):
        np.testing.assert_array_equal(exact, exact.astype("float32"))


def test_the_slices_span_the_sliders():
    lab_spans = {"eps": (1e-12, 1), "lam": (0, 1e4), "keep_prob": (0.3, 1)}
    for state in (State(), State(eps=3e-5, lam=7.0, keep_prob=0.65)):
        for key, (low, high) in lab_spans.items():
            x = compute(state).curves[key].x
            assert (x[0], x[-1]) == (low, high)


def test_training_follows_the_right_gradient_whatever_is_broken():
    plain = State(steps=20).theta
    for changes in ({"lam": 3.0}, {"keep_prob": 0.5}, {"bugs": [("sign_flipped", 3)]}, {"mistakes": ["J_no_decay"]}):
        for name, block in State(steps=20, **changes).theta.items():
            np.testing.assert_array_equal(block, plain[name])
    assert not np.array_equal(plain["W1"], State(steps=19).theta["W1"])


# ---- nothing jumps ---------------------------------------------------------------------------------------------------


def climbs(x, y, bound):
    """Tell how many decades y moves per decade of x, at most, above round-off."""
    rate = np.abs(np.diff(np.log10(np.maximum(y, bound)))) / np.diff(np.log10(x))
    return rate.max()


def readings(state, field, values):
    """Return the readings along a fine slice."""
    moved = (replace(state, **{field: value}) for value in values)
    return np.array([gcl.relative_difference(m.approx[0], m.exact[0]) for m in map(measured, moved)])


def measured(state):
    return measure(state, (state.eps,), state.lam, state.keep_prob)


@pytest.mark.parametrize("name", ["no_decay", "half_decay", "decay_subtracted", "decay_not_over_m"])
@pytest.mark.parametrize("layer", [1, 2, 3])
def test_a_decay_bug_climbs_with_lambda_without_a_cliff(name, layer):
    values = np.geomspace(1e-8, 1e4, 49)
    y = readings(State(bugs=[(name, layer)], eps=1e-4), "lam", values)
    assert climbs(values, y, 1e-7) < 1.5
    assert y[0] < 1e-6 and y.max() > 1e-2


@pytest.mark.parametrize("layer", [1, 2])
def test_a_forgotten_keep_prob_climbs_with_the_dropped_share_without_a_cliff(layer):
    shares = np.geomspace(1e-4, 0.7, 33)
    y = readings(State(bugs=[("no_keep_prob", layer)], lam=0.0, eps=1e-4), "keep_prob", 1 - shares)
    assert climbs(shares, y, 1e-7) < 1.5
    assert y[0] < 1e-4 and y[-1] > 1e-2


@pytest.mark.parametrize("name", [name for name, bug in gcl.bugs.CATALOGUE.items() if bug.family is gcl.bugs.Steps])
@pytest.mark.slow
def test_any_bug_climbs_with_its_strength_without_a_cliff(name):
    strengths = np.geomspace(1e-8, 1, 25)
    state = State(keep_prob=0.8, eps=1e-4, bias=0.1)
    for layer in (1, 2, 3):
        if not state.network.obstacle(name, layer) and not compute(replace(state, bugs=[(name, layer)])).hiding:
            y = readings(state, "bugs", [((name, layer, s),) for s in strengths])
            assert climbs(strengths, y, 1e-7) < 1.5, layer
            assert y[0] < 1e-6 and y[-1] > 1e-4, layer


READS = {  # what the catalogue says that right backprop reads on the bench as it opens, at ε = 1e-7
    "J_no_decay": 3e-2,
    "J_decay_over_m": 3e-2,
    "J_layer_twice": 2e-2,
    "forgotten_2": 1 / 3,
    "one_sided": 5e-8,
    "not_restored": 6e-7,
    "absolute": 5e-9,
    "other_order": 0.5,
}


@pytest.mark.parametrize("name", READS)
def test_what_the_catalogue_says_a_mistake_reads_is_what_it_reads(name):
    said = READS[name]
    digits = "1/3" if said == 1 / 3 else f"{said:.0e}".replace("e-0", "e-") if said < 0.1 else f"{said:g}"
    assert digits in gcl.bugs.CATALOGUE[name].sentence
    assert compute(State(mistakes=[name])).report.difference == pytest.approx(said, rel=0.25)
