"""The checker is itself checked: what it must catch and must not, on parameters of any shape, and what it refuses."""

import re
from fractions import Fraction

import numpy as np
import pytest
from helpers import problem
from hypothesis import given, settings
from hypothesis import strategies as st

import gc_lib as gcl
from gc_lib.checker.inputs import one_number
from gc_lib.checker.slide import GREAT, WORRY, band, norm, score, two_sided_loop
from gc_lib.checker.words import power
from gc_lib.network.activations import ACTIVATIONS

SETTINGS = settings(max_examples=100, deadline=None, derandomize=True)
u = np.finfo(float).eps


def squares(params):
    """Σ θ⁴ of a dict or of one array, whose slope is 4 θ³."""
    return float(sum((block.astype(float) ** 4).sum() for block in blocks_of(params).values()))


def slopes(params):
    found = {name: 4 * block**3 for name, block in blocks_of(params).items()}
    return found if isinstance(params, dict) else found["theta"]


def blocks_of(params):
    return params if isinstance(params, dict) else {"theta": np.asarray(params)}


# ---- what it must catch ----------------------------------------------------------------------------------------------


def test_it_catches_2_001_for_2_and_passes_2():
    theta = np.array([1.0, 0.25, -0.5])
    right = gcl.check(lambda t: (t**2).sum(), lambda t: 2 * t, theta)
    assert right.difference < 1e-9 and right.band == "great" and right.that_are("wrong") == ()
    for i in range(3):
        factors = np.where(np.arange(3) == i, 2.001, 2.0)
        report = gcl.check(lambda t: (t**2).sum(), lambda t, factors=factors: factors * t, theta)
        exact = 0.001 * abs(theta[i]) / (norm(2 * theta) + norm(factors * theta))
        assert report.difference == pytest.approx(exact, rel=1e-4) and report.difference > WORRY / 2
        assert report.that_are("wrong") == ("theta",) and report.band != "great"
        assert report.worst.index == (i,)
        assert report.worst.approx == pytest.approx(2 * theta[i]) and report.worst.gradient == 2.001 * theta[i]


def test_it_catches_2_001_for_2_in_one_entry_of_one_block_of_a_network():
    net, X, Y, params = problem(keep_prob=1.0)
    cost, gradient = net.on(X, Y)

    def wrong(params):
        found = gradient(params)
        found["b2"][1] *= 2.001 / 2
        return found

    report = gcl.check(cost, wrong, params)
    assert report.that_are("wrong") == ("b2",) and report.worst[:2] == ("b2", (1, 0))
    assert gcl.check(cost, gradient, params).that_are("wrong") == ()


@pytest.mark.slow
@given(st.integers(0, 999), st.floats(-1, 1))
@SETTINGS
def test_a_wrong_number_anywhere_is_found_where_it_is(seed, error):
    rng = np.random.default_rng(seed)
    params = {"a": rng.uniform(0.5, 1, (2, 3)), "b": rng.uniform(0.5, 1, ()), "c": rng.uniform(0.5, 1, 4)}
    i = int(rng.integers(11))
    block, index = gcl.entry(i, params)

    def wrong(params):
        found = {name: np.array(slope) for name, slope in slopes(params).items()}
        found[block][index] += error
        return found

    report = gcl.check(squares, wrong, params)
    assert {*report.that_are("wrong")} <= {block}
    if abs(error) > 1e-3:
        assert report.that_are("wrong") == (block,)
        assert report.worst[:2] == (block, index)
        assert report.worst.gradient - report.worst.approx == pytest.approx(error, abs=1e-7)


# ---- the number ------------------------------------------------------------------------------------------------------

vectors = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5).map(np.array)


@given(vectors, st.integers(0, 99))
@SETTINGS
def test_the_number_is_the_slides(a, seed):
    b = np.random.default_rng(seed).normal(size=a.size)
    plain = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
    assert gcl.relative_difference(a, b) == pytest.approx(plain, rel=1e-12)
    assert gcl.relative_difference(b, a) == gcl.relative_difference(a, b) <= 1 + 4 * u
    assert gcl.relative_difference(a * 2.0**40, b * 2.0**40) == pytest.approx(plain, rel=1e-12)
    assert gcl.relative_difference({"x": a[:1], "y": a[1:]}, {"x": b[:1], "y": b[1:]}) == gcl.relative_difference(a, b)


def test_the_number_at_its_ends():
    a = np.array([3.0, 4.0])
    assert gcl.relative_difference(a, a) == 0
    assert gcl.relative_difference(0 * a, 0 * a) == 0, "both zero is agreement"
    assert gcl.relative_difference(a, 0 * a) == gcl.relative_difference(0 * a, a) == 1
    assert gcl.relative_difference(a, -a) == 1
    assert gcl.relative_difference(a, 3 * a) == pytest.approx(0.5)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e-300, 1e-160, 1.0, 1e160, 1e300])
def test_a_norm_neither_overflows_nor_vanishes(size):
    with np.errstate(all="raise", under="ignore"):
        assert norm(size * np.array([3.0, -4.0])) == pytest.approx(5 * size, rel=4 * u)
        assert gcl.relative_difference(np.array([size, 0]), np.array([0, size])) == pytest.approx(np.sqrt(2) / 2)
    assert norm(np.zeros(3)) == 0 and norm(np.zeros(0)) == 0


def test_both_gradients_zero_is_agreement_in_a_report_too():
    report = gcl.check(lambda t: 7.0, lambda t: 0 * t, np.ones((2, 2)))
    assert report.difference == 0 and report.blocks == {"theta": 0} and report.that_are("wrong") == ()
    assert "great" in str(report)


@given(st.floats(0, 10) | st.sampled_from([GREAT, WORRY, np.nextafter(GREAT, 0), np.nextafter(WORRY, 1)]))
@SETTINGS
def test_bands_leave_no_gap(reading):
    assert band(reading) == ("great" if reading < 1e-6 else "worry" if reading > 1e-4 else "look")


def test_the_lectures_three_powers_fall_in_three_bands_each_in_the_middle_of_its_own():
    assert [band(x) for x in (1e-7, 1e-5, 1e-3)] == ["great", "look", "worry"]
    assert [band(x) for x in (0, 1.0, np.inf)] == ["great", "worry", "worry"]
    assert [band(x) for x in (9.99e-7, 1e-6, 1e-4, 1.01e-4)] == ["great", "look", "look", "worry"]


# ---- parameters of any shape -----------------------------------------------------------------------------------------

ANY = {
    "number": 0.7,
    "0-D": np.array(0.7),
    "1-D": np.linspace(0.5, 1, 4),
    "2-D": np.linspace(0.5, 1, 6).reshape(2, 3),
    "3-D": np.linspace(0.5, 1, 8).reshape(2, 2, 2),
    "columns first": np.asfortranarray(np.linspace(0.5, 1, 6).reshape(2, 3)),
    "every second": np.linspace(0.5, 1, 12)[::2],
    "dict": {"W": np.full((2, 3), 0.6), "gain": np.array(0.8), "K": np.full((2, 1, 2), 0.7), "none": np.zeros((0, 3))},
    "mixed": {"wide": np.full(2, 0.6), "narrow": np.full((2, 2), 0.75, dtype="float32")},
}


@pytest.mark.parametrize("params", ANY.values(), ids=list(ANY))
def test_any_shape_is_checked_and_comes_back_in_its_shape(params):
    eps = 1e-2 if params is ANY["mixed"] else 1e-4
    kept = {name: np.array(block) for name, block in blocks_of(params).items()}
    approx = gcl.numeric_gradient(squares, params, eps)
    assert isinstance(approx, dict) == isinstance(params, dict)
    for name, block in blocks_of(params).items():
        found = blocks_of(approx)[name]
        assert np.shape(found) == np.shape(block) and found.dtype == np.asarray(block).dtype
        # Σ((θ + ε)⁴ − (θ − ε)⁴)/2ε = 4θ³ + 4θε²: the truncation is known to the last digit
        tolerance = 1e-5 if found.dtype == np.float32 else 1e-10
        assert np.allclose(found, 4 * np.asarray(block) ** 3 + 4 * np.asarray(block) * eps**2, rtol=tolerance)
        assert np.array_equal(block, kept[name])
    report = gcl.check(squares, slopes, params, eps)
    assert list(report.blocks) == list(blocks_of(params))
    assert report.difference < 2 * eps**2 + 1e-6
    assert str(report) and report._repr_html_()


def test_a_cost_on_float32_alone_gets_float32():
    theta = np.ones(2, dtype="float32")
    seen = set()
    gcl.numeric_gradient(lambda t: seen.add(t.dtype) or (t**2).sum(), theta, eps=np.float64(1e-2))
    assert seen == {np.dtype("float32")}


def test_lists_are_taken_as_one_array():
    assert gcl.check(lambda t: (t**2).sum(), lambda t: 2 * t, [1.0, 2.0]).difference < 1e-9


def test_the_gradients_blocks_may_come_in_another_order():
    params = {"a": np.linspace(0.5, 1, 3), "b": np.linspace(0.2, 0.3, 3)}
    report = gcl.check(squares, lambda p: dict(reversed(slopes(p).items())), params)
    assert report.difference < 1e-8 and list(report.blocks) == ["a", "b"]


def test_a_quadratic_has_no_truncation_and_one_sided_is_off_by_half_its_bend_times_eps():
    theta = np.array([0.5, -2.0])
    for eps in (1.0, 0.125):
        assert np.array_equal(gcl.numeric_gradient(lambda t: (t**2).sum(), theta, eps), 2 * theta)
        one_sided = gcl.numeric_gradient(lambda t: (t**2).sum(), theta, eps, checker=gcl.ONE_SIDED)
        assert np.array_equal(one_sided, 2 * theta + eps)


def test_the_cost_is_asked_twice_an_entry_and_each_time_one_entry_is_elsewhere():
    asked, theta = [], np.array([1.0, 2.0, 3.0])
    gcl.numeric_gradient(lambda t: asked.append(t - theta) or 0.0, theta, eps=0.25)
    nudges = sorted(tuple(x) for x in asked if x.any())
    assert nudges == sorted(tuple(s * row) for s in (0.25, -0.25) for row in np.eye(3))
    assert len(asked) == 7, "and once at θ"


# ---- the caller's arrays ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("at", [0, 1, 2, 5])
def test_the_callers_arrays_are_as_they_were_when_the_cost_raises_or_is_interrupted(error, at):
    params = {"a": np.linspace(0.5, 1, 3), "b": np.array(0.5)}
    kept, calls = {name: block.copy() for name, block in params.items()}, []

    def cost(params):
        calls.append(1)
        if len(calls) > at:
            raise error("half way")
        return squares(params)

    for call in (lambda: gcl.numeric_gradient(cost, params), lambda: gcl.check(cost, slopes, params)):
        calls.clear()
        with pytest.raises(error, match="half way"):
            call()
        assert all(np.array_equal(params[name], kept[name]) for name in params)


def test_read_only_arrays_can_be_checked():
    theta = np.linspace(0.5, 1, 3)
    theta.flags.writeable = False
    assert gcl.check(squares, slopes, theta).difference < 1e-8


def scribbling(function):
    def scribbles(params):
        value = function(params)
        for block in params.values():
            block *= 0
        return value

    return scribbles


def test_a_gradient_that_scribbles_on_its_argument_does_not_reach_the_callers_arrays():
    params = {"a": np.linspace(0.5, 1, 3)}
    report = gcl.check(squares, scribbling(slopes), params)
    assert np.array_equal(params["a"], np.linspace(0.5, 1, 3)) and report.difference < 1e-8


def test_a_cost_that_scribbles_on_its_argument_does_not_reach_the_callers_arrays():
    params = {"a": np.linspace(0.5, 1, 3)}
    gcl.numeric_gradient(scribbling(squares), params)
    assert np.array_equal(params["a"], np.linspace(0.5, 1, 3))
    report = gcl.check(scribbling(squares), slopes, {"b": np.ones(2), **params}, 1e-5)
    assert np.array_equal(params["a"], np.linspace(0.5, 1, 3)) and report.taylor.answer == "right"


# ---- round-off -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("scale", [0.1, 1.0, 5.0])
@pytest.mark.slow
def test_the_error_bound_is_what_round_off_explains_and_not_much_more(hidden, scale):
    shares = []
    for seed in range(8):
        for sizes in ((5, 4, 1), (4, 4, 4, 3)):
            net, X, Y, params = problem(sizes, hidden, seed=seed, scale=scale)
            cost, gradient = net.on(X, Y, masks="frozen")
            for eps in (1e-10, 1e-9, 1e-8):
                report = gcl.check(cost, gradient, params, eps)
                shares += [report.blocks[name] / report.bounds[name] for name in report.blocks]
    assert len(shares) > 200
    assert np.mean(np.array(shares) <= 1) >= 0.99
    assert np.median(shares) >= 1 / 50


def test_a_correct_network_with_tiny_weights_reads_badly_and_nothing_is_called_wrong():
    X, Y = gcl.data.digits(3, 8, examples=32, side=4)
    net = gcl.Network([16, 6, 6, 1])
    report = gcl.check(*net.on(X, Y), net.initialise(seed=0, scale=1e-3))
    assert max(report.blocks.values()) > 1e-2 and report.that_are("wrong") == ()
    assert report.answer == "cannot tell" and "so small beside J" in " ".join(str(report).split())


def test_a_bug_above_the_error_bound_is_called_wrong_at_any_eps_and_one_below_it_is_not():
    theta = np.array([1.0])
    for eps in (1e-7, 1e-3):  # at 1e-7 J = θ² + 1e10 stands still, but at other steps it does not
        report = gcl.check(lambda t: (t**2).sum() + 1e10, lambda t: 2.02 * t, theta, eps)
        assert report.that_are("wrong") == ("theta",)
        below = gcl.check(lambda t: (t**2).sum() + 1e10, lambda t: 2.000002 * t, theta, eps)
        assert below.that_are("wrong") == () and below.blocks["theta"] < below.bounds["theta"]


def test_entries_that_epsilon_does_not_move_are_counted():
    params = {"a": np.array([1e10, 1.0, 0.0]), "b": np.array([[1e9]], dtype="float32")}
    report = gcl.check(lambda p: 0.0, lambda p: {name: 0 * block for name, block in p.items()}, params)
    assert report.unmoved == 2 and "ε leaves 2 of 4 entries of θ" in str(report)
    assert "leaves 2 of 4 entries" in report._repr_html_()
    moved = gcl.check(squares, slopes, np.ones(2))
    assert moved.unmoved == 0 and "moved" not in str(moved)


def test_an_entry_that_moves_one_way_only_has_moved():
    theta, eps = np.array([1.0, 1.5, 3.0]), 1e-16  # below a power of two the numbers lie twice as dense
    assert (theta + eps == theta).all() and (theta - eps == theta).tolist() == [False, True, True]
    assert gcl.check(lambda t: 0.0, lambda t: 0 * t, theta, eps).unmoved == 2


@pytest.mark.parametrize(
    "theta, eps, least",
    [
        (np.full(2, 1e10), 1e-7, 1e-5),
        (np.ones(2, dtype="float32"), 1e-9, 1e-6),
        (np.ones(2), 1e-17, 1e-15),
        (np.full(2, 1e-3), 1e-25, 1e-18),
    ],
)
def test_if_no_entry_moves_the_loop_is_refused_with_the_eps_that_would_do_and_a_check_answers_at_another(
    theta, eps, least
):
    words = rf"eps = {eps:g} moves no entry of θ in {theta.dtype}: .* take at least \S+$"
    with pytest.raises(ValueError, match=words) as refused:
        gcl.numeric_gradient(squares, theta, eps)
    advice = float(str(refused.value).rsplit(" ", 1)[1])
    assert least <= advice < 1000 * least
    gcl.numeric_gradient(squares, theta, advice)
    report = gcl.check(squares, slopes, theta, eps)
    assert report.unmoved == theta.size and report.answer == "right" and report.band == "worry"
    assert gcl.check(squares, lambda p: 1.1 * slopes(p), theta, eps).answer == "wrong"


# ---- what it refuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "params, error, words",
    [
        ({"W": np.ones(2), "k": np.arange(3)}, TypeError, r"params: k holds int64, .*no ε fits.*asarray\(k, float\)"),
        (np.arange(3), TypeError, r"params: theta holds int64"),
        ({"W": np.array([True])}, TypeError, r"params: W holds bool"),
        ({"W": np.ones(2), "b": np.array([[1.0, np.nan]])}, ValueError, r"params: b holds nan at \[0, 1\]; .* finite"),
        (np.array(np.inf), ValueError, r"params: theta holds inf; every entry should be finite"),
        ({"W": np.ones(2), "b": None}, TypeError, r"params: b is None"),
        (None, TypeError, r"params: theta is None"),
        ({}, ValueError, r"params has no entries"),
        ({"W": np.zeros((0, 3))}, ValueError, r"params has no entries"),
    ],
)
def test_parameters_that_cannot_be_nudged_are_named(params, error, words):
    with pytest.raises(error, match=words):
        gcl.numeric_gradient(squares, params)
    with pytest.raises(error, match=words):
        gcl.check(squares, slopes, params)


@pytest.mark.parametrize("eps", [0, -1e-7, np.nan, np.inf, -np.inf])
def test_an_eps_that_is_no_step_is_refused(eps):
    with pytest.raises(ValueError, match=r"eps should be a finite number above 0, such as the lecture's 1e-7; got "):
        gcl.numeric_gradient(squares, np.ones(2), eps)
    with pytest.raises(ValueError, match=r"eps should be"):
        gcl.check(squares, slopes, np.ones(2), eps)


@pytest.mark.parametrize(
    "change, error, words",
    [
        (lambda g: None, TypeError, r"gradient returned None; is a `return` missing\?"),
        (lambda g: g | {"b": None}, TypeError, r"gradient: b is None; is a `return` missing\?"),
        (lambda g: {"W": g["W"]}, ValueError, r"gradient misses block: b; params has W, b"),
        (lambda g: g | {"c": g["b"]}, ValueError, r"gradient has an extra block: c; params has W, b"),
        (lambda g: g["W"], ValueError, r"gradient misses block: W, b"),
        (lambda g: g | {"W": g["W"].T}, ValueError, r"gradient: W has shape \(3, 2\), but in params it has \(2, 3\)"),
        (lambda g: g | {"b": g["b"][:, 0]}, ValueError, r"gradient: b has shape \(2,\), but in params it has \(2, 1\)"),
        (lambda g: g | {"b": g["b"] * np.nan}, ValueError, r"gradient: b holds nan at \[0, 0\]; every entry .* finite"),
        (lambda g: g | {"W": g["W"] / 0}, ValueError, r"gradient: W holds inf at \[0, 0\]"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_gradient_that_does_not_fit_is_named_by_block(change, error, words):
    params = {"W": np.ones((2, 3)), "b": np.ones((2, 1))}
    with pytest.raises(error, match=words):
        gcl.check(squares, lambda p: change(slopes(p)), params)


@pytest.mark.parametrize(
    "value, error, words",
    [
        (None, TypeError, r"cost should return one number; at θ it returned None"),
        (np.ones((1, 1)), TypeError, r"one number; at θ it returned an array of shape \(1, 1\): take \.item\(\)$"),
        (
            np.ones(3),
            TypeError,
            r"an array of shape \(3,\): take .sum\(\) where each is a loss, else with one fixed random v",
        ),
        (np.nan, ValueError, r"cost should be finite; at θ it returned nan"),
        (-np.inf, ValueError, r"cost should be finite; at θ it returned -inf"),
    ],
)
def test_a_cost_that_is_no_number_is_refused(value, error, words):
    with pytest.raises(error, match=words):
        gcl.numeric_gradient(lambda t: value, np.ones(2))
    with pytest.raises(error, match=words):
        gcl.check(lambda t: value, slopes, np.ones(2))


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_cost_that_fails_at_a_nudge_only_is_named_with_the_entry():
    params = {"W": np.ones(3), "b": np.array([0.5, 0.0])}
    with pytest.raises(ValueError, match="cost should be finite; at a nudge of b, entry 1, it returned nan"):
        gcl.numeric_gradient(lambda p: np.sqrt(p["b"]).sum(), params)


# ---- what it says ----------------------------------------------------------------------------------------------------


def test_a_report_that_agrees_says_so_in_a_power_of_ten_and_names_no_entry():
    net, X, Y, params = problem(keep_prob=1.0)
    report = gcl.check(*net.on(X, Y), params)
    words = r"Relative difference about 1e-0[89] at ε = 1e-07: great\. All 8 blocks agree\."
    assert re.fullmatch(words, str(report))
    assert "Worst" not in report._repr_html_() and "agrees" in report._repr_html_()


def test_a_report_that_does_not_says_which_block_which_entry_and_both_numbers():
    net, X, Y, params = problem(keep_prob=1.0)
    report = gcl.check(*net.plant("scaled_dW", 2, factor=4).on(X, Y), params)
    text, html = str(report), report._repr_html_()
    assert text.startswith(f"Relative difference {report.difference:.1e} at ε = 1e-07: worry.\n")
    assert (
        "  W2   6.0e-01  wrong by 0.75, as if times 4\n" in text
        and "  b2   < 1e-06  agrees\n" in text
        and text.count("agrees") == 7
    )
    worst = report.worst
    i, j = worst.index
    dtheta, approx = report.pairs["W2"][1].reshape(4, 4)[i, j], report.pairs["W2"][0].reshape(4, 4)[i, j]
    assert (worst.block, worst.gradient, worst.approx) == ("W2", dtheta, pytest.approx(approx, rel=1e-6))
    assert f"Worst entry: W2[{i}, {j}]: dθ has {dtheta:.4g}, the cost's own slope is {approx:.4g}." in text
    assert f"W2[{i}, {j}]" in html and "times 4" in html and html.count("<tr>") == 9


def test_a_blocks_name_cannot_break_the_page():
    report = gcl.check(squares, lambda p: {name: 2 * slope for name, slope in slopes(p).items()}, {"<b>W&": np.ones(2)})
    assert "<b>" not in report._repr_html_() and "&lt;b&gt;W&amp;" in report._repr_html_()


def test_a_report_keeps_what_went_into_it():
    params = {"a": np.array([0.5, 1.0]), "b": np.array([[0.75]])}
    report = gcl.check(squares, slopes, params, eps=1e-4)
    assert (report.eps, report.J) == (1e-4, squares(params))
    assert np.array_equal(report.gradient, gcl.to_vector(slopes(params)))
    assert np.array_equal(report.approx, gcl.to_vector(gcl.numeric_gradient(squares, params, 1e-4)))
    assert report.difference == gcl.relative_difference(report.approx, report.gradient)
    for name in params:
        assert report.blocks[name] == gcl.relative_difference(*report.pairs[name])


def test_powers_of_ten():
    assert [power(x) for x in (0, 1e-8, 3e-8, 4e-8, 0.9, 1.0, 2.5e-12)] == [
        *("0", "1e-08", "1e-08", "1e-07", "1e+00", "1e+00", "1e-12")
    ]


# ---- what it refuses early -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [1.5, ("W", 1), None])
def test_a_blocks_name_that_is_no_string_and_no_number_is_refused_before_anything_is_computed(name):
    params = {"W": np.ones(2), name: np.ones(2)}
    words = re.escape(f'params: a block goes by a string, such as "W1", or a whole number; got {name!r}')
    for call in (gcl.check, gcl.screen, lambda cost, gradient, params: gcl.numeric_gradient(cost, params)):
        with pytest.raises(TypeError, match=words):
            call(pytest.fail, pytest.fail, params)


@pytest.mark.parametrize("checker", [None, "one_sided", gcl.Network([2, 1])])
def test_what_is_no_checker_is_refused_before_anything_is_computed(checker):
    words = "checker should be a Checker, such as gcl.SLIDE or gcl.ONE_SIDED; got "
    with pytest.raises(TypeError, match=words):
        gcl.check(pytest.fail, pytest.fail, np.ones(2), checker=checker)
    with pytest.raises(TypeError, match=words):
        gcl.numeric_gradient(pytest.fail, np.ones(2), checker=checker)


@pytest.mark.parametrize(
    "approx, exact, error, words",
    [
        ([1.0, np.nan], [1.0, 2.0], ValueError, r"approx: theta holds nan at \[1\]; every entry should be finite"),
        ({"W": np.array([-np.inf])}, {"W": np.ones(1)}, ValueError, r"approx: W holds -inf at \[0\]"),
        ([1.0, 2.0], [1.0, np.nan], ValueError, r"gradient: theta holds nan at \[1\]"),
        ([1.0, 2j], [1.0, 2.0], TypeError, r"approx: theta holds complex128; every entry should be a real number"),
        ([1.0, 2.0], [1.0, 2j], TypeError, r"gradient: theta holds complex128; every entry should be a real number"),
        (["a"], [1.0], TypeError, r"approx: theta holds <U1; every entry should be a real number"),
        (None, [1.0], TypeError, r"approx: theta is None"),
    ],
)
def test_a_relative_difference_of_no_real_finite_numbers_is_refused(approx, exact, error, words):
    with pytest.raises(error, match=words):
        gcl.relative_difference(approx, exact)


def test_whole_numbers_may_be_gradients_too():
    assert gcl.relative_difference([1, 0], [True, False]) == 0.0


def test_a_complex_gradient_is_refused_and_not_cut_down_to_its_real_part():
    with pytest.raises(TypeError, match="gradient: W holds complex128"):
        gcl.check(squares, lambda p: {"W": 2 * p["W"] + 1j}, {"W": np.ones(2)})


def test_what_is_no_power_of_ten_is_written_too():
    assert [power(x) for x in (np.inf, np.nan, np.float32(np.inf))] == ["inf", "nan", "inf"]


# ---- how it asks the cost --------------------------------------------------------------------------------------------


def stays(value, nudged):
    """θ[i], left where the second nudge has put it"""
    return nudged


def test_the_loop_goes_on_from_what_its_checker_restores():
    visited, theta = [], np.array([1.0, 2.0])
    plus, minus = two_sided_loop(lambda t: visited.append(t.tolist()) or t.sum(), theta, 0.25)
    assert visited == [[1.25, 2.0], [0.75, 2.0], [1.0, 2.25], [1.0, 1.75]]
    assert plus.tolist() == [3.25, 3.25] and minus.tolist() == [2.75, 2.75]
    visited.clear()
    gcl.numeric_gradient(lambda t: visited.append(t.tolist()) or 0.0, theta, 0.25, gcl.SLIDE._replace(restored=stays))
    assert visited[1:] == [[1.25, 2.0], [0.75, 2.0], [0.75, 2.25], [0.75, 1.75]]


class Faster:
    """A cost that knows all of J(θ ± ε eᵢ) at once, and remembers how it was asked."""

    def __call__(self, params):
        return float((params**2).sum())

    def nudged(self, *asked):
        self.asked = asked
        return two_sided_loop(self, *asked[:2])


def test_a_cost_that_offers_all_the_nudges_at_once_is_asked_for_them_and_told_of_another_way_to_restore():
    cost, theta = Faster(), np.array([1.0, -2.0])
    assert np.allclose(gcl.numeric_gradient(cost, theta, 0.25), 2 * theta)
    assert np.array_equal(cost.asked[0], theta) and cost.asked[1:] == (0.25,)
    gcl.numeric_gradient(cost, theta, 0.25, gcl.SLIDE._replace(restored=stays))
    assert cost.asked[1:] == (0.25, stays)


def test_one_number_may_be_of_any_kind_and_comes_back_as_a_float_or_as_numpys_own():
    for J in (0.5, np.float32(0.5), np.longdouble(0.5)):
        assert one_number(J, "at θ") is J
    for J in (3, np.uint8(3), Fraction(1, 2), np.array(3), np.array(0.5, dtype=object)):
        assert one_number(J, "at θ") == J and type(one_number(J, "at θ")) is float
    assert type(one_number(np.array(0.5, dtype="float32"), "at θ")) is np.float32


def test_a_gradients_dtype_does_not_matter_to_the_number():
    a, b = np.array([1, 2], dtype="int64"), np.array([1.0, 2.5], dtype="float32")
    assert gcl.relative_difference(a, b) == pytest.approx(0.5 / (5**0.5 + 7.25**0.5), rel=1e-15)
    assert gcl.relative_difference([3, 4], [3, 4]) == 0


@pytest.mark.filterwarnings("error")
def test_a_wrong_quotient_that_divides_by_zero_gives_infinity_and_no_warning():
    assert score(np.ones(2), np.zeros(2), lambda approx, exact: norm(approx) / norm(exact)) == np.inf
    assert score(np.zeros(2), np.zeros(2), lambda approx, exact: 7.0) == 0, "both zero is agreement, whatever is asked"


@pytest.mark.parametrize("theta", [[1.0, 1.5, 3.0], [-1.0, -1.5, -3.0], [1.0, -1.0, 3.0, -3.0]])
def test_it_does_not_matter_which_way_an_entry_moves(theta):
    assert gcl.check(lambda t: 0.0, lambda t: 0 * t, np.array(theta), 1e-16).unmoved == 2


def test_two_gradients_that_do_not_fit_each_other_are_refused():
    with pytest.raises(ValueError, match=r"gradient misses block: b"):
        gcl.relative_difference({"W": np.ones(2), "b": np.ones(1)}, {"W": np.ones(2)})
    with pytest.raises(ValueError, match=r"theta has shape \(3,\), but in params it has \(2,\)"):
        gcl.relative_difference(np.ones(2), np.ones(3))
