"""What an investigation learns of J: scales, bars, suspects and second looks, against closed forms."""

import numpy as np
import pytest
from helpers import problem
from ladder_helpers import STEPS, made

import gc_lib as gcl
from gc_lib.checker.investigation import BLIND, EXACT, FAR_LEAPS, SINGLE, Investigation, rms, scales, unfit
from gc_lib.checker.leaps import Leap
from gc_lib.checker.objective import Objective

A, B = np.linspace(0.3, 1.1, 6), np.array([0.5, -0.7, 1.3])
PARAMS = {"a": A, "b": B}
C = np.arange(1.0, 10)


def sines(p):
    return float(np.sin(p["a"]).sum() + 3 * np.sin(p["b"]).sum())


def cosines(p):
    return {"a": np.cos(p["a"]), "b": 3 * np.cos(p["b"])}


def investigate(cost=sines, gradient=cosines, params=PARAMS, rtol=1e-6, seed=0):
    """Return an investigation of J, and what it knows by listening."""
    J, calls = Objective(cost, params), []

    def vector(at=params):
        calls.append(1)
        return gcl.to_vector(gradient(at))

    with np.errstate(all="ignore"):
        found = Investigation(J, vector, J.given, rtol, seed)
    found.calls = calls
    return found


def looked(found, eps=1e-5):
    with np.errstate(all="ignore"):
        found.loop(eps)
        found.look()
    return found


def off(change, cost=sines, gradient=cosines):
    """Return a gradient whose block "a" is changed."""
    return lambda p: gradient(p) | {"a": change(gradient(p)["a"])}


# ---- directions and sizes --------------------------------------------------------------------------------------------


def test_scales_are_the_sizes_of_the_entries_but_no_less_than_a_share_of_what_is_usual():
    theta = np.array([3.0, -2.0, 1.0, 0.0, 1e-5, 0.0, 0.0])
    parts = {"a": slice(0, 5), "b": slice(5, 7)}
    assert scales(theta, parts, 0.01).tolist() == [3.0, 2.0, 1.0, 1.5, 0.015, 1.0, 1.0]
    assert scales(theta, parts, 1.0).tolist() == [3.0, 2.0, 1.5, 1.5, 1.5, 1.0, 1.0]


def test_a_direction_moves_the_entries_of_one_block_by_half_to_one_and_a_half_of_their_sizes():
    found = investigate()
    v = np.array([found.direction(found.parts["b"]) for _ in range(300)])
    shares = np.abs(v[:, 6:]) / np.abs(B)
    assert not v[:, :6].any() and 0.5 <= shares.min() < 0.52 and 1.48 < shares.max() <= 1.5
    assert {*np.sign(v[:, 6:]).ravel().tolist()} == {-1.0, 1.0}


def test_a_direction_has_something_to_say():
    found = investigate()
    share = [
        abs(found.exact @ v) / np.linalg.norm(found.exact * v)
        for v in (found.direction(slice(0, 9)) for _ in range(200))
    ]
    assert 0.3 <= min(share) < 0.4
    found.exact = np.zeros(9)
    assert found.direction(slice(0, 9)).all()  # where dθ has nothing to say at all, any will do


def test_the_same_input_gets_the_same_answer_and_another_seed_another_direction():
    one, same, other = investigate(), investigate(), investigate(seed=1)
    assert np.array_equal(one.v, same.v) and not np.array_equal(one.v, other.v)
    assert np.array_equal(one.whole.slope, same.whole.slope)
    first, second = (gcl.check(sines, off(lambda g: 1.01 * g), PARAMS) for _ in range(2))
    assert first.explain() == second.explain() and first.within == second.within
    assert first.evaluations == second.evaluations and np.array_equal(first.slopes, second.slopes)


# ---- listening -------------------------------------------------------------------------------------------------------


def test_listening_takes_48_evaluations_and_j_at_theta_twice():
    found = investigate(lambda p: float(A @ p["a"] + B @ p["b"]), lambda p: {"a": A, "b": B})
    assert found.J.evaluations == 1 + 1 + 48 and len(found.calls) == 1
    assert set(found.ladders) == {"a", "b"} and found.ladders["a"] is found.whole
    assert not found.odd and not found.restless and not found.random and found.leap == 0


@pytest.mark.parametrize("n, least, most", [(5, 2, 80), (245, 2.0, 2.3), (500, 2.0, 2.2)])
def test_what_a_right_gradient_costs(n, least, most):
    theta = np.random.default_rng(0).normal(size=n)
    report = gcl.check(lambda t: float(np.sin(t).sum()), np.cos, theta)
    assert report.answer == "right"
    assert least <= (report.evaluations / n if n > 100 else report.evaluations) <= most


def test_a_network_s_own_cost_gives_the_ladder_of_the_bare_function_to_rounding():
    net, X, Y, params = problem(keep_prob=1.0)
    cost, gradient = net.on(X, Y)
    own, bare = (investigate(J, gradient, params) for J in (cost, lambda p: cost(p)))
    assert np.array_equal(own.v, bare.v)
    assert np.allclose(own.whole.slope * STEPS, bare.whole.slope * STEPS, rtol=0, atol=8 * EXACT * abs(own.J.here))
    for one, other in zip((own, bare), (bare, own), strict=True):
        assert np.abs(one.whole.slope - other.whole.slope)[8:].max() <= one.whole.error[8:].max()
    said = [gcl.check(J, gradient, params, 1e-5).answers for J in (cost, lambda p: cost(p))]
    assert said[0] == said[1]


def jittered(size, seed=0):
    rng = np.random.default_rng(seed)
    return lambda p: sines(p) + size * rng.standard_normal()


@pytest.mark.parametrize("digits, asked", [(30, 0), (300, 16)])
def test_j_is_asked_again_where_its_noise_is_above_a_hundred_digits(digits, asked):
    quiet = investigate()
    found = investigate(
        lambda p: sines(p) + digits * EXACT * abs(sines(PARAMS)) * np.sign(np.sin(1e13 * p["a"][0] + p["b"][1] * 1e14))
    )
    extra = (found.J.evaluations - quiet.J.evaluations) % 3  # a test of a leap takes 3 at a time
    assert extra == (asked + (asked > 0)) % 3 and (len(found.calls) > 1) == (asked > 0)


@pytest.mark.parametrize("digits, least", [(0.3e5, 1e-2), (3e5, 1.0)])
def test_small_entries_take_larger_steps_in_a_loud_j(digits, least):
    params = {"a": np.array([1.0, 2.0, 3.0, 1e-4]), "b": B}
    found = investigate(jittered(digits * EXACT * sines(params)), cosines, params)
    assert found.scale[3] == pytest.approx(least * 1.5)


@pytest.mark.parametrize("spread, random", [(0.9e-4, False), (1.1e-4, True), (np.nan, True)])
def test_j_is_random_if_it_differs_from_itself_by_a_ten_thousandth_of_what_it_moves(spread, random):
    found = investigate()
    found.spread = spread * found.whole.swing
    assert found.random == random


def flips(seed, at=None):
    """Return a J that is another three times in ten, at θ or off it."""
    rng = np.random.default_rng(seed)

    def cost(p):
        w = np.concatenate([p["a"], p["b"]])
        weights = C[::-1] if rng.random() < 0.3 and not (at == "off θ" and p["a"][0] == A[0]) else C
        return float(weights @ w**2)

    return cost


def exact(p):
    return {"a": 2 * C[:6] * p["a"], "b": 2 * C[6:] * p["b"]}


@pytest.mark.slow
@pytest.mark.parametrize("at", ["θ", "off θ"])
def test_a_j_that_is_another_three_times_in_ten_is_always_not_deterministic(at):
    for seed in range(50):
        report = gcl.check(flips(seed, at), exact, PARAMS)
        assert report.answer == "cannot tell" and report.reasons[0].kind == "not deterministic"


def test_a_gradient_that_is_another_three_times_in_ten_is_always_not_deterministic():
    for seed in range(50):
        rng = np.random.default_rng(seed)

        def gradient(p, rng=rng):
            return {name: block * (1.5 if rng.random() < 0.15 else 1) for name, block in cosines(p).items()}

        report = gcl.check(sines, gradient, PARAMS, 1e-5)
        assert report.answer == "cannot tell" and [each.kind for each in report.reasons] == ["not deterministic"]
        assert "gradient is not deterministic" in report.explain()


@pytest.mark.parametrize("k, answer", [(1, "right"), (1.01, "wrong")])
def test_a_gradient_whose_sum_is_taken_in_another_order_each_time_is_judged_all_the_same(k, answer):
    X, rng = np.random.default_rng(0).normal(size=(30, 3)), np.random.default_rng(1)

    def gradient(w):
        return k * sum(2 * (x @ w - 1) * x for x in rng.permutation(X))

    given = lambda w: float(np.sum((X @ w - 1) ** 2)), gradient, np.ones(3)
    assert len({tuple(gradient(given[2])) for _ in range(20)}) > 1  # so the digits do differ
    assert gcl.check(*given).answer == answer == gcl.screen(*given).answer


@pytest.mark.parametrize("share, answer", [(0.9e-7, "right"), (1.1e-7, "cannot tell")])
def test_a_gradient_may_differ_from_call_to_call_by_a_tenth_of_rtol(share, answer):
    calls = []

    def gradient(w):
        calls.append(w)
        return 2 * w * (1 + share * (len(calls) > 1))

    assert gcl.check(lambda w: float(w @ w), gradient, np.ones(3)).answer == answer


def test_a_j_that_is_another_one_after_a_while_is_not_deterministic():
    calls = []
    report = gcl.check(lambda p: calls.append(p) or sines(p) * (1 if len(calls) < 60 else 1.01), cosines, PARAMS)
    assert report.answer == "cannot tell" and report.reasons[0].kind == "not deterministic"


def test_a_j_that_is_another_one_only_when_it_is_first_asked_is_not_deterministic():
    left = iter([*range(40)])
    report = gcl.check(lambda p: sum(left) + sines(p), cosines, PARAMS)  # all of the sum goes into the first J
    assert report.answer == "cannot tell" and report.reasons[0].kind == "not deterministic"


@pytest.mark.parametrize("check", [gcl.check, gcl.screen])
def test_what_the_cost_raises_when_it_is_asked_again_at_theta_is_raised(check):
    data = {"X": 1.0}
    with pytest.raises(KeyError, match="X") as raised:
        check(lambda p: data.pop("X") * sines(p), cosines, PARAMS)
    assert "when cost was evaluated at" in raised.value.__notes__[0]


def test_j_is_asked_again_off_theta_and_the_largest_difference_kept():
    found = investigate()
    thetas = []
    found.J.again = lambda theta, times: thetas.append((theta, times)) or 0.25
    found.spread = 0.125
    found.ask_again(7)
    [(off, often)] = thetas
    assert often == 7 and found.spread == 0.25 and np.allclose(off, found.J.theta + 0.23 * found.v)
    found.J.again = lambda theta, times: 0.0
    found.ask_again(7)
    assert found.spread == 0.25 and not found.restless
    found.J.at_theta = lambda: found.J.here - 0.5
    found.ask_again(7)
    assert found.spread == 0.5
    found.gradient = lambda at=PARAMS: found.exact + 1
    found.ask_again(1)
    assert found.restless == {"a", "b"}
    found.gradient = lambda at=PARAMS: found.exact
    found.ask_again(1)
    assert found.restless == {"a", "b"}


# ---- tolerance, loop and bars ----------------------------------------------------------------------------------------


def test_tolerance_is_rtol_of_each_block_and_the_rounding_of_dtheta():
    found = investigate(rtol=1e-3)
    v = np.linspace(1, 2, 9)
    a, b = found.exact[:6], found.exact[6:]
    assert rms(a) == pytest.approx(np.sqrt(np.mean(a**2))) and rms(np.zeros(0)) == 0
    assert found.allowed("b") == pytest.approx(1e-3 * rms(b))
    blocks = 1e-3 * (rms(a) * np.linalg.norm(v[:6]) + rms(b) * np.linalg.norm(v[6:]))
    assert found.tolerance(v) == pytest.approx(blocks)
    found.rtol = 0
    assert found.tolerance(v) == pytest.approx(16 * EXACT * np.abs(found.exact) @ np.abs(v))


@pytest.mark.parametrize("dtype, rtol", [("f8", 1e-6), ("f4", SINGLE)])
def test_float32_parameters_may_be_off_by_their_own_rounding(dtype, rtol):
    params = {name: block.astype(dtype) for name, block in PARAMS.items()}
    assert investigate(params=params).rtol == rtol and investigate(params=params, rtol=1e-3).rtol == 1e-3


def test_a_gradient_in_float32_may_be_off_by_what_that_does_to_it():
    params = {name: block.astype("f4") for name, block in PARAMS.items()}
    single = gcl.to_vector(cosines(params)).astype(float)
    double = gcl.to_vector(cosines({name: block.astype(float) for name, block in params.items()}))
    found = investigate(params=params)
    assert np.array_equal(found.rounding_of_gradient(), np.abs(double - single)) and (double != single).any()


@pytest.mark.parametrize("dtype", ["float16", "float32", "int8"])
def test_a_gradient_of_a_narrow_dtype_may_be_off_by_half_of_its_last_digit(dtype):
    """As training in mixed precision has it, for parameters in float64; integers are exact."""

    def narrow(p):
        return {name: (100 * block).astype(dtype) for name, block in cosines(p).items()}

    given = gcl.to_vector(narrow(PARAMS))
    rounding = investigate(lambda p: 100 * sines(p), narrow).rounding
    half = np.spacing(given).astype(float) / 2 if dtype != "int8" else np.spacing(given.astype(float)) / 2
    np.testing.assert_array_equal(rounding, np.abs(half))
    if dtype != "int8":
        assert gcl.check(lambda p: 100 * sines(p), narrow, PARAMS).answer == "right"


def test_the_slope_is_over_what_theta_moves_once_it_is_rounded():
    found = investigate(lambda p: 1e-3 * float(p["a"][0] + 2 * p["b"][1]), lambda p: PARAMS)
    found.loop(1e-14)
    assert found.slopes[0] == pytest.approx(1e-3, rel=0.01) and found.slopes[7] == pytest.approx(2e-3, rel=0.01)
    assert [i for i in range(9) if found.slopes[i]] == [0, 7]
    with np.errstate(all="ignore"):
        found.loop(1e-20)
    assert np.isnan(found.slopes).all()


def test_the_loop_takes_what_was_found_already_and_each_entry_its_own_eps():
    found = investigate()
    nudged = found.J.nudged(np.arange(9), np.full(9, 1e-5))
    before = found.J.evaluations
    found.loop(1e-5, nudged)
    assert found.J.evaluations == before and np.allclose(found.slopes, found.exact, rtol=1e-8)
    found.loop(np.linspace(1e-4, 1e-3, 9))
    assert found.J.evaluations == before + 18 and found.eps[4] == pytest.approx(5.5e-4)
    found.nudge(np.array([2, 5]), np.array([1e-2, 2e-2]))
    assert found.eps[[2, 4, 5]].tolist() == pytest.approx([1e-2, 5.5e-4, 2e-2]) and found.J.evaluations == before + 22
    assert found.slopes[5] == pytest.approx(np.cos(A[5]) * np.sin(2e-2) / 2e-2)


def test_best_steps_are_the_ladder_s_best_times_the_sizes():
    found = investigate()
    step = found.whole.steps[found.whole.best]
    assert np.allclose(found.best_steps(), step * np.abs(np.r_[A, B]))
    assert found.best_eps("b") == pytest.approx(step * 0.7)
    found.open["b"] = made(truncation=np.where(np.arange(24) == 9, 0, 1.0))
    assert found.best_eps("b") == pytest.approx(STEPS[9] * 0.7)
    empty = made(STEPS[:4])
    found.open, found.ladders["b"], found.whole = {}, empty, empty
    assert found.best_eps("b") == pytest.approx(BLIND * 0.7) and found.best_steps()[0] == pytest.approx(BLIND * 0.3)


def known(name="b", eps=1e-4, **ladder):
    found = investigate()
    found.loop(eps)
    found.ladders[name] = made(**ladder)
    return found


def test_the_bar_of_noise_is_four_noises_of_the_step_over_eps():
    noise = np.arange(24.0)
    found = known(noise=noise)
    at = np.searchsorted(STEPS, 2 * 1e-4 / np.abs(B))
    assert np.allclose(found.bars("b")[0], 4 * noise[at] / 1e-4)
    huge = known(noise=noise, eps=10.0)
    assert np.allclose(huge.bars("b")[0], 4 * 23 / 10)


def test_the_rest_of_a_bar_is_rounding_what_a_staircase_hides_and_what_was_added():
    found = known(hidden=0.3, leaps=(Leap(1.0, 2e-4 / 0.6),))
    g = found.exact[6:]
    rounding = np.abs(g) * np.spacing(np.abs(B) + 1e-4) / 1e-4 + 8 * EXACT * (np.abs(g) + rms(g))
    hidden = 0.3 / np.abs(B) / 3**0.5 * (np.abs(B) > 0.6)  # 2 ε, in sizes of the entry, is within the stair
    assert np.allclose(found.bars("b")[1], hidden + rounding)
    found.extra[6:] = 0.125
    assert np.allclose(found.bars("b")[1], hidden + rounding + 0.125)
    assert np.allclose(known().bars("b")[1], rounding, rtol=1e-6, atol=0)


def test_without_a_ladder_bars_are_infinite():
    found = known(steps=STEPS[:4])
    assert np.isinf(found.bars("b")).all() and np.isinf(found.error_bars("b")).all() and np.isinf(found.reach("b"))


def test_error_bars_have_a_share_of_what_the_ladder_bends_at_these_steps():
    slope = 1 + STEPS
    found = known(slope=slope, truncation=STEPS, kink=2 * STEPS, noise=1e-9)
    scale = np.maximum(np.abs(B), rms(B))  # a small entry bends J no more than its neighbours
    at = np.searchsorted(STEPS, 1e-4 / scale)
    bend = np.abs(slope[at] - slope[found.ladders["b"].best]) + 3 * STEPS[at]
    assert np.allclose(found.error_bars("b") - sum(found.bars("b")), 3 * bend / scale / 3**0.5)


@pytest.mark.parametrize("eps", [1e-7, 1e-5, 1e-3, 1e-2, "auto"])
def test_error_bars_hold(eps):
    report = gcl.check(sines, cosines, PARAMS, eps)
    for name, bars in report.error_bars.items():
        approx, true = report.approx[report.parts[name]], cosines(PARAMS)[name]
        assert (np.abs(approx - true) <= bars).all()


def test_the_reach_adds_up_noises_as_noises_and_the_rest_as_it_is():
    found = known()
    found.bars = lambda name: (np.full(16, 0.5), np.full(16, 0.25))
    assert found.reach("b") == pytest.approx(2 * (1 / 4 + 1 / 4) / 2**0.5 + 1)


@pytest.mark.parametrize("times, suspects", [(0.99, []), (1.01, [7]), (np.nan, [7])])
def test_a_suspect_is_farther_off_than_bar_and_tolerance(times, suspects):
    found = known(noise=1e-8)
    bar = np.add(*found.bars("b"))[1] + found.allowed("b")
    found.slopes = found.exact.copy()
    found.slopes[7] -= times * bar
    assert found.suspects("b").tolist() == suspects and not found.suspects("a").size


def test_the_direction_of_disagreement_has_the_sizes_of_the_entries_and_the_signs_of_the_gaps():
    found = investigate()
    found.loop(1e-5)
    found.slopes = found.exact + [0, 1, 0, -2, 0, 0, np.nan, 0.1, 0]
    ladder, v, judged = found.along_disagreement(np.array([1, 3, 6, 7]))
    assert np.allclose(v[[1, 3, 7]], found.scale[[1, 3, 7]] * [1, -1, 1]) and abs(v[6]) == found.scale[6]
    assert np.flatnonzero(v).tolist() == [1, 3, 6, 7] and judged == "right"
    assert ladder.slope[ladder.best] == pytest.approx(found.exact @ v, rel=1e-8)


def test_entries_between_the_two_sides_of_a_corner_are_left_out_where_one_is_at_a_corner():
    def answered(suspects, ladder):
        """Return what was asked, and what is answered, where each of these ladders is found."""
        found, asked = investigate(), []
        found.loop(1e-5)
        found.slopes, found.bend = found.exact + [0.59, 0.61, -0.3, 0, 0, 0, 0, 0, 0], -np.ones(9)
        found.along_disagreement = lambda some: asked.append(some.tolist()) or (ladder, found.v, "right")
        return asked, found.without_corners("a", np.array(suspects), made(), found.v)[2]

    corner = made(kink=1.0)
    assert answered([0, 1, 2], corner) == ([[0], [1]], "right")
    assert answered([2, 0], corner) == ([[0]], "right")
    assert answered([1], corner) == ([], "wrong") and answered([0, 1, 2], made()) == ([[0]], "wrong")


def test_slopes_asked_again_have_the_errors_of_their_ladder():
    found, some = investigate(), np.array([1, 3])
    found.loop(1e-5)
    ladder = made(truncation=0.5 + STEPS, kink=0.25, noise=STEPS)
    asked = [some, some]
    found.suspects = lambda name: asked.pop() if asked else some[:0]
    found.along_disagreement = lambda suspects: (ladder, found.v, "cannot tell")
    found.slopes[some] += 1e3
    found.look_again("a")
    off = 3 * (0.5 + STEPS[0]) + 0.25 + 4
    assert np.allclose(found.extra[some], off / found.scale[some] / 2**0.5) and not found.extra[[0, 2]].any()
    assert np.allclose(found.eps[some], STEPS[0] * found.scale[some]) and list(found.notes) == ["a"]


@pytest.mark.parametrize("share, narrowed", [(0.69, True), (0.71, False)])
def test_bars_are_narrowed_only_to_seven_tenths_and_less(share, narrowed):
    found = investigate()
    found.loop(1e-4)
    best = found.whole.best
    noise = np.linalg.norm(found.whole.noise[best] / (found.whole.steps[best] * found.scale[:6]))
    reach = noise * (1 + 4 / 6**0.5) / 2**0.5 / share
    found.exact = found.exact * 1e-12  # so small that these bars are too wide for it
    found.reach, found.own_ladder = (lambda name: reach), (lambda name: made(STEPS[:4]))
    before = found.J.evaluations
    found.widen("a")
    assert found.J.evaluations - before == 12 * narrowed


# ---- look again ------------------------------------------------------------------------------------------------------


def test_where_all_agrees_nothing_is_looked_at_again():
    found = investigate()
    found.loop(1e-5)
    before = found.J.evaluations
    found.look()
    assert found.J.evaluations == before
    assert not (found.wrong or found.open or found.inexact or found.doubts or found.notes or found.blame)


@pytest.mark.parametrize("wrong", [[2], [0, 3], range(6)])
def test_one_ladder_along_the_disagreement_finds_what_is_wrong_however_many_entries(wrong):
    change = np.ones(6)
    change[list(wrong)] = 1.3
    found = investigate(gradient=off(lambda g: g * change))
    found.loop(1e-5)
    before = found.J.evaluations
    found.look()
    assert list(found.wrong) == ["a"] and found.J.evaluations - before <= 48 + 4 * 18
    assert found.settled("a") and not found.settled("b")


def test_where_the_step_asked_for_does_not_do_the_better_one_and_the_reason_are_kept():
    def why(cost, gradient, theta, eps):
        found = looked(investigate(lambda p: cost(p["a"]), lambda p: {"a": gradient(p["a"])}, {"a": theta}), eps)
        assert not found.wrong and not found.open and found.suspects("a").size == 0
        assert np.allclose(found.slopes, gradient(theta), rtol=1e-3)
        return found.notes

    theta = np.array([0.7, 0.9])
    bent = why(lambda t: float(np.sin(50 * t).sum()), lambda t: 50 * np.cos(50 * t), theta, 1e-2)
    assert bent == {"a": "truncation"}
    corner = theta + 2e-5

    def kinked(t):
        return float(np.sin(t).sum() + np.maximum(t - corner, 0).sum())

    assert why(kinked, np.cos, theta, 1e-3) == {"a": "kink within ε"}
    assert why(kinked, np.cos, theta, 1e-6) == {}
    edge = why(
        lambda t: float(np.log(t).sum()) if (t > 0).all() else np.nan, lambda t: 1 / t, np.array([1e-4, 1e-4]), 1e-3
    )
    assert edge == {"a": "domain"}


def test_unfit_names_what_weighs_most_at_the_step_asked_for():
    some = np.arange(24)
    kink = 1.0 * (some >= 12)
    jumps = made(kink=kink, slope=1 + kink)
    assert unfit(jumps, 1.0) == unfit(jumps, STEPS[12]) == unfit(jumps, 1.01 * STEPS[12] / 3) == "kink within ε"
    assert unfit(jumps, 0.99 * STEPS[12] / 3) == "truncation"
    for noise, hidden, kind in (
        (0.24, 0, "truncation"),
        (0.26, 0, "round-off"),
        (0.1, 0.7, "round-off"),
        (0, 0.9, "truncation"),
    ):
        clouded = made(noise=noise * STEPS, hidden=hidden, truncation=0.75, kink=0.25)
        assert unfit(clouded, 1e-5) == unfit(clouded, 1.0) == kind
        stairs = made(noise=noise * STEPS, hidden=hidden, truncation=0.75, kink=0.25, leaps=(Leap(0.1, 1e-3),))
        assert unfit(stairs, 1e-5) == ("steps" if kind == "round-off" else kind)
    at = made(noise=np.where(some == 9, 1.0, 0.0), truncation=1.0)
    assert (
        unfit(at, STEPS[9]) == unfit(at, 1.01 * STEPS[8]) == "round-off" and unfit(at, 1.01 * STEPS[9]) == "truncation"
    )


@pytest.mark.parametrize("share, wrong", [(0.9e-2, False), (1.1e-2, True)])
def test_an_error_below_a_hundredth_is_not_believed_where_j_leaps_afar(share, wrong):
    def leaping(p):  # by 0.01 as a[0] is half as large again: so much a slope that is 1 % off makes along v
        return sines(p) + 0.01 * (p["a"][0] > 1.5 * A[0])

    found = looked(investigate(leaping, off(lambda g: (1 + share) * g)))
    assert (list(found.wrong), list(found.inexact)) == ((["a"], []) if wrong else ([], ["a"]))
    assert list(looked(investigate(gradient=off(lambda g: (1 + share) * g))).wrong) == ["a"]
    report = gcl.check(leaping, off(lambda g: (1 + share) * g), PARAMS, 1e-5)
    assert report.answers["a"] == ("wrong" if wrong else "cannot tell")
    assert wrong or [reason.kind for reason in report.reasons] == ["leap afar"]


def test_a_leap_afar_matters_from_a_hundredth_of_the_difference_on_and_is_looked_for_in_five_blocks(monkeypatch):
    found, heights = investigate(), [0.0]
    said = float(found.exact @ found.v)
    ladder, below = made(slope=said + 1), made(slope=said - 1)
    monkeypatch.setattr("gc_lib.checker.investigation.leap_afar", lambda at, noise: heights[0])
    for height, leaps in ((0.0099, False), (0.0101, True)):
        heights[0] = height
        assert found.leaps("a", found.v, ladder) == found.leaps("a", found.v, below) == leaps
    heights[0] = 1.0
    found.wrong = dict.fromkeys("abcd"[: FAR_LEAPS - 1], ladder)
    assert found.leaps("a", found.v, ladder)
    found.wrong = dict.fromkeys("abcde", ladder)
    assert not found.leaps("a", found.v, ladder)
    found.inexact, heights[0] = {"f": ladder}, 0.0
    assert found.leaps("a", found.v, ladder)


@pytest.mark.parametrize("stairs, wrong", [(0.0, True), (1e-3, False)])
def test_an_error_below_a_hundredth_is_not_believed_where_another_entry_of_the_block_has_leaps(stairs, wrong):
    def cost(a):
        return float(np.sin(a).sum() + stairs * np.floor(50 * a[2]))

    report = gcl.check(cost, lambda a: np.cos(a) * np.where(np.arange(6) == 1, 1.005, 1), A + 0.013)
    assert (report.answer == "wrong") == wrong
    assert wrong or [reason.kind for reason in report.reasons] == ["steps"]
    for eps in (1e-7, 1e-5, "auto"):
        gcl.check(cost, np.cos, A + 0.013, eps=eps).assert_ok()  # it follows J between its leaps


@pytest.mark.parametrize("digits", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("slope", [5.0, 0.5, -2.0])
def test_a_gradient_that_is_right_of_a_term_as_it_was_before_it_was_rounded_is_not_called_wrong(digits, slope):
    """All other entries follow J between its leaps; this one is what J has over many of them."""
    for eps in (1e-7, 1e-5, "auto"):
        report = gcl.check(
            lambda a: float(np.sin(a).sum() + np.round(slope * a[2], digits)),
            lambda a: np.cos(a) + slope * (np.arange(6) == 2),
            np.array([1.013, 2.013, 0.513, 4.013, 3.013, 0.713]),
            eps=eps,
        )
        assert report.answer != "wrong"


def trimmed(seed):
    """Return Σ r² over the residuals below 1, its gradient, and weights: J leaps where a residual is left out."""
    rng = np.random.default_rng(seed)
    X, y, w = rng.normal(size=(30, 4)), rng.normal(size=30), rng.normal(size=4)
    kept = lambda w: np.abs(X @ w - y) < 1  # noqa: E731
    return (
        lambda w: float(((X @ w - y)[kept(w)] ** 2).sum()),
        lambda w: 2 * X[kept(w)].T @ (X @ w - y)[kept(w)],
        w,
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("eps", [1e-7, "auto"])
def test_a_right_gradient_of_a_cost_that_chooses_its_examples_follows_it_between_its_leaps(seed, eps):
    cost, gradient, w = trimmed(seed)
    gcl.check(cost, gradient, w, eps=eps).assert_ok()
    for k in (0.0, -1.0, 1.5, 1.02):
        assert gcl.check(cost, lambda w, k=k: k * gradient(w), w, eps=eps).answer != "right"


@pytest.mark.parametrize("tolerance", [1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize("seed", range(3))
def test_beside_entries_that_follow_j_the_slopes_of_a_solver_are_not_called_wrong(tolerance, seed):
    def solved(b, tolerance):
        y = np.zeros_like(b)
        for _ in range(3000):
            y, before = 0.9 * np.cos(y) + b, y
            if np.abs(y - before).max() <= tolerance:
                break
        return y

    rng = np.random.default_rng(seed)
    params = {"a": rng.normal(size=12), "b": rng.normal(size=3)}
    y = solved(params["b"], 0.0)
    right = {"a": np.cos(params["a"]), "b": 2 * y / (1 + 0.9 * np.sin(y))}
    for eps in (1e-7, 1e-5, "auto"):
        report = gcl.check(
            lambda p: float(np.sin(p["a"]).sum() + (solved(p["b"], tolerance) ** 2).sum()), lambda p: right, params, eps
        )
        assert report.answer != "wrong"


def test_bars_that_are_too_wide_are_narrowed_at_a_better_step():
    found = investigate()
    found.loop(1e-13)
    before, exact = found.reach("a"), cosines(PARAMS)["a"]
    assert before > 1e-3 * np.linalg.norm(exact)
    found.widen("a")
    assert found.reach("a") < 1e-6 < before and np.allclose(found.slopes[:6], exact, rtol=1e-7)
    assert (found.eps[:6] == found.best_steps()[:6]).all() and (found.eps[6:] == 1e-13).all()
    evaluations = found.J.evaluations
    found.widen("a")
    assert found.J.evaluations == evaluations


def test_a_block_has_its_own_ladder_where_the_whole_one_is_too_coarse_for_it():
    def cost(p):
        return 1e9 + float(np.sin(100 * p["a"]).sum() + 0.1 * p["b"].sum())

    found = looked(investigate(cost, lambda p: {"a": 100 * np.cos(100 * p["a"]), "b": 0 * p["b"] + 0.1}), 1e-5)
    assert found.ladders["b"] is not found.whole and found.ladders["a"] is found.whole
    assert found.reach("b") < 1e-3 * 0.1 * 3**0.5 and not found.wrong and not found.open


def test_each_block_is_listened_to_where_j_has_steps():
    def cost(p):
        return sines(p) + 1e-6 * round(p["b"].sum() * 1e5)

    found = looked(investigate(cost))
    assert found.whole.first_leap < np.inf and found.ladders["a"] is not found.whole
    assert not found.ladders["a"].leaps and found.ladders["b"].leaps
    assert gcl.check(cost, cosines, PARAMS, 1e-5).answers["a"] == "right"


def test_an_error_that_hides_in_every_bar_shows_along_a_direction():
    theta = np.random.default_rng(1).uniform(0.5, 1.5, 300)

    def cost(p):
        return 1e5 + float(np.sin(p["a"]).sum())

    found = investigate(cost, lambda p: {"a": np.cos(p["a"]) * 1.0003}, {"a": theta})
    assert found.odd
    looked(found, 1e-7)
    report = gcl.check(cost, lambda p: {"a": np.cos(p["a"]) * 1.0003}, {"a": theta}, 1e-7)
    assert report.answer != "right"


@pytest.mark.parametrize("eps", [0.1, 1e-7, "auto"])
def test_a_dtheta_that_agrees_with_j_at_a_poor_eps_alone_is_wrong(eps):
    assert gcl.check(sines, lambda p: gcl.numeric_gradient(sines, p, 0.1), PARAMS, eps=eps).answer == "wrong"


@pytest.mark.parametrize("eps", [3e-2, 1e-2])
def test_a_block_beside_one_that_weighs_more_is_wrong_where_it_agrees_at_a_poor_eps_alone(eps):
    def cost(p):
        return sines(p) + 1e4 * float(p["c"] @ p["c"])

    def gradient(p, eps=eps):
        return gcl.numeric_gradient(sines, {"a": p["a"], "b": p["b"]}, eps) | {"c": 2e4 * p["c"]}

    params = PARAMS | {"c": C}
    within = gcl.check(cost, gradient, params, eps=eps).within["a"]
    true = 2 * gcl.relative_difference(gradient(params)["a"], np.cos(A))
    assert within.answer == "wrong" and within.size == pytest.approx(true, rel=0.05)
    assert gcl.check(cost, lambda p: gradient(p, 1e-5), params, eps=eps).answer == "right"


def test_a_doubt_of_a_ladder_leaves_a_block_open():
    found = investigate()
    found.loop(1e-5)
    found.odd = True
    found.doubts["b"] = made()
    found.look()
    assert list(found.open) == ["b"] and found.ladders["a"] is not found.whole
    found = investigate()
    found.loop(1e-5)
    found.exact = found.exact * np.r_[np.ones(6), np.full(3, 1.2)]
    found.own_ladder("b"), found.own_ladder("a")
    assert list(found.doubts) == ["b"]


@pytest.mark.parametrize("size", [1e-9, 1e-6])
def test_what_is_wrong_in_noise_is_found_and_what_is_right_is_not_accused(size):
    def fixed(p):  # noise that is the same at the same θ
        bits = abs(hash(np.concatenate([p["a"], p["b"]]).tobytes()))
        return sines(p) + size * float(np.random.default_rng(bits).standard_normal())

    right = gcl.check(fixed, cosines, PARAMS)
    assert set(right.answers.values()) <= {"right", "cannot tell"}
    assert gcl.check(fixed, off(lambda g: -g), PARAMS).answers["a"] == "wrong"


@pytest.mark.parametrize("eps", [1e-6, 1e-5])
@pytest.mark.parametrize("times, answer", [(1, "right"), (1.001, "wrong")])
def test_a_column_that_batch_norm_finds_constant_is_told_though_j_stands_still_along_all_of_it(eps, times, answer):
    x = np.c_[np.random.default_rng(0).normal(size=(6, 2)), np.ones(6)]

    def normed(x):
        return (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5)

    def gradient(x):
        n = normed(x)
        slopes = 3 * n**2 - 3 * (n**2).mean(0) - 3 * n * (n**3).mean(0)
        return times * slopes / np.sqrt(x.var(0) + 1e-5)

    assert gcl.check(lambda x: (normed(x) ** 3).sum(), gradient, x, eps=eps).answer == answer


@pytest.mark.parametrize("digits", [6, 9, 12])
def test_a_j_at_theta_some_last_digits_off_is_no_corner_there(digits):
    for shift in np.linspace(0, 0.2, 20):  # the sum of 1000 terms may be so far off
        theta = np.array([0.3, -1.2, 0.7]) + shift

        def stray(p, theta=theta):
            return np.exp(p).sum() + digits * np.spacing(2.0) * (p == theta).all()

        assert gcl.check(stray, np.exp, theta).answer == "right"


# ---- entries of unlike sizes in one block ----------------------------------------------------------------------------

T = np.linspace(300.0, 400.0, 9)


def rates(p):
    """Arrhenius' rates, from a factor of 1e13 and an energy of 8e4."""
    return p[0] * np.exp(-p[1] / (8.3 * T)) / 10


def misfit(p):
    return float(((rates(p) - 1) ** 2).sum())


def slopes_of_misfit(p):
    k = rates(p)
    return 2 * np.array([k / p[0], -k / (8.3 * T)]) @ (k - 1)


def relative(p):
    """By how much a stiffness of E / (1 − ν²) is more than it should be."""
    return p[0] / (1 - p[1] ** 2) / 1.8e11 - 1


def slopes_of_moduli(p):
    return 2 * relative(p) * (relative(p) + 1) * np.array([1 / p[0], 2 * p[1] / (1 - p[1] ** 2)])


UNLIKE = {  # a hundredth of what is usual leads out of J's domain, or where it is huge
    "logs": (lambda p: float((np.log(p) ** 2).sum()), lambda p: 2 * np.log(p) / p, np.array([1e-9, 1e6])),
    "a rate": (misfit, slopes_of_misfit, np.array([1e13, 8e4])),
    "moduli": (lambda p: relative(p) ** 2, slopes_of_moduli, np.array([2e11, 0.3])),
}


@pytest.mark.parametrize("cost, gradient, theta", UNLIKE.values(), ids=list(UNLIKE))
def test_entries_of_unlike_sizes_are_nudged_by_shares_of_themselves(cost, gradient, theta):
    for factor, answer in ((1, "right"), (1.01, "wrong"), (-1, "wrong")):
        for eps in (1e-7, 1e-5, "auto"):
            assert gcl.check(cost, lambda p, k=factor: k * gradient(p), theta, eps).answer == answer
        assert gcl.screen(cost, lambda p, k=factor: k * gradient(p), theta).answer == answer
    for i in (0, 1):  # whose slopes may be 1e12 apart
        wrong = gcl.check(cost, lambda p, i=i: gradient(p) * np.where(np.arange(2) == i, 1.1, 1), theta)
        assert wrong.answer == "wrong" and wrong.worst[:2] == ("theta", (i,)) and wrong.within["theta"].size > 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_where_j_has_noise_no_step_leads_beyond_a_pole(seed):
    """Bars in a row, some next to void, as in a topology optimisation: J is their compliance, and a solver's."""
    rng = np.random.default_rng(seed)
    x, order = np.where(rng.random(16) < 0.4, 1e-3, rng.uniform(0.3, 1, 16)), rng.permutation(16)

    def compliance(x):
        K = np.zeros((17, 17))
        for e, k in enumerate(1e-9 + (1 - 1e-9) * x**3):
            K[e : e + 2, e : e + 2] += k * np.array([[1, -1], [-1, 1]])
        force = (order == 15).astype(float)
        return float(force @ np.linalg.solve(K[1:, 1:][np.ix_(order, order)], force))

    slope = -3 * (1 - 1e-9) * x**2 / (1e-9 + (1 - 1e-9) * x**3) ** 2
    for eps in (1e-7, 1e-5, "auto"):
        report = gcl.check(compliance, lambda x: 1.1 * slope, x, eps=eps)
        assert report.answer in ("wrong", "cannot tell")
        if report.answer == "wrong":  # and by how much is true
            _, index, *_ = report.worst
            assert np.isclose(report.worst.approx, slope[index], rtol=1e-2) and 0.08 < report.within["theta"].size < 0.1


def test_but_only_where_j_is_better_heard_so():
    for theta, listened in ((A, 2), (np.append(A, 1e-6), 3)):  # once more, by larger sizes
        rng = np.random.default_rng(0)
        found = investigate(lambda p, rng=rng: p.sum() + 1e-3 * rng.normal(), np.ones_like, theta)  # noise stays noise
        asked = found.J.evaluations
        assert not found.own_sizes and asked // 46 == listened
        assert np.array_equal(found.scale, scales(theta, found.parts, least=1.0))
