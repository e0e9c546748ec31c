"""What a report answers and why: every kind of reason on the fault that it names, in words that hold on any machine."""

import re
import warnings

import numpy as np
import pytest
from helpers import CORNERED, problem

import gc_lib as gcl


def checked(net, X, Y, params, eps=1e-6, **options):
    return gcl.check(*net.on(X, Y, masks="frozen"), params, eps, **options)


def explained(report):
    """Return the explanation in one line: a test asks for words, not for where a line ends."""
    return " ".join(report.explain().split())


def kinds(report):
    return [reason.kind for reason in report.reasons]


def smooth(change, eps=1e-6, theta=None):
    """Return the report on Σ sin θ whose gradient is changed."""
    theta = {"a": np.linspace(0.2, 1.2, 12).reshape(3, 4), "c": np.linspace(0.1, 0.5, 5)} if theta is None else theta
    exact = {name: np.cos(block) for name, block in theta.items()}
    return gcl.check(lambda p: sum(float(np.sin(b).sum()) for b in p.values()), lambda p: change(exact), theta, eps)


# ---- the answer ------------------------------------------------------------------------------------------------------


def test_right_is_right_and_says_nothing_more_than_the_lecture():
    net, X, Y, params = problem(keep_prob=1.0)
    report = checked(net, X, Y, params, 1e-7)
    assert report.answer == "right" and set(report.answers.values()) == {"right"} and report.reasons == ()
    assert "Second opinion" not in str(report) + report._repr_html_()
    assert report.explain().startswith(f"{report.verdict}\ndθ is right: ")
    report.assert_ok()


def test_error_bars_have_the_shapes_of_theta():
    net, X, Y, params = problem()
    report = checked(net, X, Y, params)
    assert {name: bars.shape for name, bars in report.error_bars.items()} == net.shapes
    assert np.array_equal(gcl.to_vector(report.error_bars), report.bars) and (report.bars > 0).all()
    one = gcl.check(lambda t: float((t**2).sum()), lambda t: 2 * t, np.array(0.5))
    assert one.error_bars["theta"].shape == () and one.answers == {"theta": "right"}


def test_wrong_in_one_block_is_wrong_and_the_others_stay_right():
    net, X, Y, params = problem()
    report = checked(net.plant("db_first_example", 3), X, Y, params)
    assert report.answer == "wrong"
    assert [name for name, answer in report.answers.items() if answer == "wrong"] == ["b3"]
    with pytest.raises(AssertionError, match="dθ is wrong in b3") as raised:
        report.assert_ok()
    assert str(raised.value) == report.explain() and "db3" in explained(report)


def test_a_small_error_that_the_lecture_calls_great_is_called_wrong_and_the_report_says_so():
    report = smooth(lambda g: g | {"c": g["c"] * (1 + 1e-6)}, 1e-4)
    assert report.band == "great" and report.answers == {"a": "right", "c": "wrong"}
    assert "\nSecond opinion: dθ is wrong. " in str(report) and "Second opinion: dθ is wrong." in report._repr_html_()


def test_a_right_gradient_that_the_lecture_worries_about_is_called_right_and_the_report_says_why():
    report = smooth(dict, eps=0.02)
    assert report.band == "look" and report.answer == "right" and kinds(report) == ["truncation"]
    assert "Second opinion: dθ is right. ε is too large" in str(report)


# ---- the reasons -----------------------------------------------------------------------------------------------------


def test_what_clouds_a_check_is_named():
    net, X, Y, params = problem(keep_prob=1.0)
    assert kinds(checked(net, X, Y, params, 1e-13)) == ["round-off"]
    assert kinds(checked(net, X, Y, params, 0.2)) == ["truncation"]
    single, X, Y, weights = problem(keep_prob=1.0, dtype="float32")
    assert kinds(checked(single, X, Y, weights, 1e-5)) == ["float32"]
    assert "float64" in explained(checked(single, X, Y, weights, 1e-5))


def test_the_eps_advised_does_tell():
    net, X, Y, params = problem(keep_prob=1.0)
    for eps in (1e-13, 0.2):
        report = checked(net, X, Y, params, eps)
        (advised,) = set(re.findall(r"Take eps=([\d.e-]+), or eps=\"auto\"", explained(report)))
        assert report.band == "worry" and checked(net, X, Y, params, float(advised)).band == "great"


@pytest.mark.parametrize("seed", range(8))
def test_a_steep_tanh_is_not_taken_for_a_kink(seed):
    net, X, Y, params = problem((5, 4, 1), keep_prob=1.0, seed=seed, scale=4.0)
    report = checked(net, X, Y, params, 0.3)
    assert "truncation" in kinds(report) and not [kind for kind in kinds(report) if kind.startswith("kink")]


def test_gradients_too_small_beside_j_are_named():
    theta = {"a": np.linspace(0.2, 1.2, 5)}
    cost, slope = (lambda p: 1e3 + 1e-9 * float(np.sin(p["a"]).sum())), (lambda p: {"a": 1e-9 * np.cos(p["a"])})
    (reason,) = gcl.check(cost, slope, theta, 1e-6).reasons
    assert reason.kind == "small gradients" and reason.blocks == ("a",)
    assert reason.evidence["J"] == pytest.approx(1e3) and reason.evidence["noise"] < 1e-11


def test_a_cost_that_is_another_each_time_is_named_and_nothing_else():
    net, X, Y, params = problem()
    report = gcl.check(*net.on(X, Y, masks="fresh"), params)
    assert report.answer == "cannot tell" and set(kinds(report)) == {"not deterministic"}
    assert "The cost is not deterministic" in explained(report) and "a dropout mask" in explained(report)
    assert "The gradient is not deterministic" in explained(report)


def test_a_block_that_the_cost_does_not_depend_on_is_named():
    theta = {"a": np.linspace(0.2, 1.2, 4), "idle": np.ones(3)}
    cost, slope = (lambda p: float(np.sin(p["a"]).sum())), (lambda p: {"a": np.cos(p["a"]), "idle": np.zeros(3)})
    report = gcl.check(cost, slope, theta)
    assert report.answer == "right" and kinds(report) == ["flat"] and report.reasons[0].blocks == ("idle",)
    wrong = gcl.check(cost, lambda p: slope(p) | {"idle": np.ones(3)}, theta)
    assert wrong.answers["idle"] == "wrong" and "flat" in kinds(wrong)


def test_a_large_lambda_is_named_with_both_terms():
    net, X, Y, params = problem(keep_prob=1.0, lam=1e6)
    (reason,) = [reason for reason in checked(net, X, Y, params).reasons if reason.kind == "λ drowns the data term"]
    assert reason.blocks == ("W1", "W2", "W3", "W4")
    cost, _ = net.on(X, Y)
    assert reason.evidence["data term of J"] + reason.evidence["λ term of J"] == pytest.approx(cost(params))
    assert "λ drowns the data term" not in kinds(checked(*problem(keep_prob=1.0)))


@pytest.mark.parametrize("hidden", CORNERED)
def test_a_kink_on_theta_is_named_with_the_unit_and_the_example(hidden):
    net = gcl.Network([2, 3, 2, 1], hidden=hidden)
    params = net.initialise(seed=1)
    X, Y = np.array([[1.0, -1.0, 0.0], [0.5, 2.0, 0.0]]), np.array([[1.0, 0.0, 1.0]])  # example 2 is nothing but zeros
    report = checked(net, X, Y, params, 1e-5)
    (reason,) = [reason for reason in report.reasons if reason.kind == "kink on θ"]
    assert report.answer == "cannot tell" and {unit.example for unit in reason.evidence["units"]} == {2}
    assert "on example 2" in reason.says and "as in biases of 0" in reason.advice
    assert checked(net, X, Y, net.initialise(seed=1, bias=0.01), 1e-5).answer == "right"


@pytest.mark.parametrize("hidden", CORNERED)
def test_a_kink_within_eps_is_named_with_the_unit_and_the_example(hidden):
    net = gcl.Network([1, 2, 1], hidden=hidden)
    params = {"W1": [[1.0], [1.0]], "b1": [[0.3], [1e-4]], "W2": [[1.0, 1.0]], "b2": [[0.1]]}
    params = {name: np.array(block) for name, block in params.items()}
    report = checked(net, np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]]), params, 1e-3)
    (reason,) = report.reasons
    assert reason.kind == "kink within ε" and reason.entries == (("b1", (1, 0)),)
    assert [tuple(unit) for unit in reason.evidence["units"]] == [(1, 1, 0)]
    assert "unit 1 of layer 1 on example 0" in explained(report)


# ---- its words -------------------------------------------------------------------------------------------------------

STATES = {
    "right": ({}, 1e-7),
    "bug": ({"bug": ("no_slope", 2)}, 1e-7),
    "scaled": ({"bug": ("scaled_dA", 3)}, 1e-7),
    "decay": ({"bug": ("half_decay", 1)}, 1e-7),
    "round-off": ({}, 1e-13),
    "truncation": ({}, 0.2),
    "float32": ({"dtype": "float32"}, 1e-4),
    "kinks": ({"hidden": "relu"}, 0.03),
}


@pytest.mark.parametrize("name", STATES)
@pytest.mark.slow
def test_round_off_does_not_change_a_word(name):
    options, eps = STATES[name]
    options = dict(options)
    bug = options.pop("bug", None)
    net, X, Y, params = problem(keep_prob=1.0, **options)
    net = net.plant(*bug) if bug else net
    _, gradient = net.on(X, Y)
    said = set()
    for order in range(4):  # the examples in another order: the same J but for its last digits
        examples = np.random.default_rng(order).permutation(X.shape[1]) if order else np.arange(X.shape[1])
        cost, _ = net.on(X[:, examples], Y[:, examples])
        report = gcl.check(lambda p, cost=cost: cost(p), gradient, params, eps)
        said.add((re.sub(r"eps=[\d.e-]+", "eps=…", report.explain()), str(report.answers)))
    assert len(said) == 1, said


def test_a_blocks_name_cannot_break_the_page():
    theta = {"<i>": np.linspace(0.5, 1, 3)}
    report = gcl.check(lambda p: float(np.sin(p["<i>"]).sum()), lambda p: {"<i>": np.cos(p["<i>"])}, theta, 1e-13)
    assert report.second_opinion and "<i>" not in report._repr_html_()


# ---- without an ε ----------------------------------------------------------------------------------------------------


def test_the_taylor_remainder_falls_as_h_squared_if_right_and_as_h_if_wrong():
    net, X, Y, params = problem(keep_prob=1.0)
    for eps in (1e-12, 1e-7, 1e-1):
        right, wrong = checked(net, X, Y, params, eps), checked(net.plant("no_slope", 2), X, Y, params, eps)
        assert right.taylor.slope == pytest.approx(2, abs=0.05) and right.taylor.answer == "right"
        assert wrong.taylor.slope == pytest.approx(1, abs=0.05) and wrong.taylor.answer == "wrong"
        assert right.taylor.fit < 0.1 and len(right.taylor.steps) == len(right.taylor.remainders)


def test_the_taylor_remainder_of_a_linear_cost_says_nothing():
    report = gcl.check(lambda t: float(t.sum()), np.ones_like, np.linspace(0, 1, 5))
    assert np.isnan(report.taylor.slope) and report.taylor.answer == "cannot tell"


# ---- its picture -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bug, eps, headline",
    [
        (None, 1e-7, "dθ is right"),
        (("half_decay", 2), 1e-7, "W2 is wrong"),
        (("db_zero", 1), 1e-7, "b1 is wrong"),
        (None, 1e-13, "dθ is right"),
        (None, 0.2, "dθ is right"),
    ],
)
@pytest.mark.slow
def test_the_picture_says_the_answer_and_shows_every_entry(bug, eps, headline):
    net, X, Y, params = problem(keep_prob=1.0)
    report = checked(net.plant(*bug) if bug else net, X, Y, params, eps)
    drawing = report.plot()
    (entries,), (blocks, _) = (figure.axes for figure in drawing.figures)
    page = drawing._repr_mimebundle_()["text/html"]
    assert repr(drawing).startswith(f"{headline}. ") and f">{headline}</p>" in page and drawing.caption in page
    assert page.count('src="data:image/png;base64,iVBOR') == page.count("alt=") == 2
    drawn = [container.lines[0].get_xydata() for container in entries.containers]
    points = np.column_stack([report.approx, report.gradient])
    assert sorted(map(tuple, np.concatenate(drawn))) == sorted(map(tuple, points))
    assert [label.get_text() for label in blocks.get_xticklabels()] == list(report.blocks)
    readings = [line.get_ydata()[0] for line in blocks.lines]
    assert readings == pytest.approx([max(reading, 1e-12) for reading in report.blocks.values()], rel=0.8)


def test_a_report_without_any_evidence_can_be_drawn():
    report = gcl.check(lambda t: 7.0, lambda t: 0 * t, np.array([1e12, 1.0]))
    assert report.answer == "cannot tell" and "iVBOR" in report.plot()._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("checker", [gcl.SLIDE, gcl.ONE_SIDED])
def test_the_lectures_number_is_taken_in_float32_throughout_where_the_parameters_are(checker):
    params = np.random.default_rng(0).normal(size=5).astype(np.float32)
    report = gcl.check(lambda t: (t**2).sum(), lambda t: 2 * t, params, 1e-3, checker)
    assert np.array_equal(report.approx, gcl.numeric_gradient(lambda t: (t**2).sum(), params, 1e-3, checker))


def test_what_is_said_of_ties_is_said_of_their_corners():
    def peaks(x):
        return float((x.max(0) ** 2).sum())

    tied = np.array([[1.0, 2.0, -0.5], [1.0, 0.3, -0.5], [0.2, 2.0, -0.5]])
    shared = gcl.check(peaks, lambda x: 2 * x.max(0) * (x == x.max(0)) / (x == x.max(0)).sum(0), tied)
    assert shared.answer == "cannot tell" and kinds(shared) == ["kink on θ"]


def test_a_gradient_straight_through_a_clip_is_wrong_and_the_slope_of_the_clip_right():
    def clipped(w):
        return float(((np.clip(w, -1, 1) - 2) ** 2).sum())

    theta = np.array([0.5, 1.5, -1.2, 0.1])
    assert gcl.check(clipped, lambda w: 2 * (np.clip(w, -1, 1) - 2), theta).answer == "wrong"
    assert gcl.check(clipped, lambda w: 2 * (np.clip(w, -1, 1) - 2) * (np.abs(w) < 1), theta).answer == "right"


def test_a_zero_gradient_of_waves_of_many_lengths_is_wrong():
    def waves(x):
        return float(sum(0.5**k * np.cos(7.0**k * np.pi * x).sum() for k in range(6)))

    def slope(x):
        return -sum(0.5**k * 7.0**k * np.pi * np.sin(7.0**k * np.pi * x) for k in range(6))

    theta = np.array([0.4991, -0.9973])
    assert gcl.check(waves, slope, theta).answer == "right"
    assert gcl.check(waves, lambda x: 0 * x, theta).answer == "wrong"


def test_a_gradient_straight_through_a_rounding_is_told_of_the_steps():
    def rounded(w):
        return float(((np.round(4 * w) / 4 - 0.3) ** 2).sum())

    theta = np.array([0.31, -0.48, 1.7, 0.9, 0.23])
    report = gcl.check(rounded, lambda w: 2 * (np.round(4 * w) / 4 - 0.3), theta)
    assert report.answer == "cannot tell" and kinds(report) == ["steps"]


@pytest.mark.parametrize("checker", [gcl.ONE_SIDED, gcl.bugs.plant(gcl.SLIDE, "forgotten_2")])
def test_a_checker_with_another_difference_needs_its_own_step(checker):
    with pytest.raises(ValueError, match="for this checker give ε as a number"):
        gcl.check(lambda w: w @ w, lambda w: 2 * w, np.ones(2), "auto", checker)


@pytest.mark.parametrize("size", [1e-170, 1e170])
def test_a_factor_is_found_whatever_the_size_of_the_slopes(size):
    report = gcl.check(lambda w: size * (w @ w), lambda w: 3 * size * w, np.array([1.0, 2.0]))
    assert report.factor("theta") == pytest.approx(1.5)


@pytest.mark.parametrize("unit", [[1e-3, 1, 1, 1e4], [1, 1, 1, 1e4], [1e-4, 1, 1e4, 1e8], [1, 1, 1, 1e8]])
@pytest.mark.parametrize("eps", [1e-7, 1e-5, "auto"])
def test_an_error_in_the_least_slope_shows_where_j_depends_on_it_as_on_the_others(unit, eps):
    unit = np.array(unit)

    def cost(p):
        return float(np.sin(p / unit).sum())

    for factor in (1, 1.1, 2, -1, 0):  # of the last entry

        def gradient(p, k=factor):
            return np.cos(p / unit) / unit * [1, 1, 1, k]

        report, answer = gcl.check(cost, gradient, unit, eps), "right" if factor == 1 else "wrong"
        assert report.answer == answer
        if factor not in (1, 1.1):
            assert gcl.screen(cost, gradient, unit).answer == "wrong"
            assert report.worst.index == (3,) and report.within["theta"].size > 0.01
    apart = gcl.check(
        lambda p: cost(np.append(p["a"], p["b"])),
        lambda p: {"a": np.cos(p["a"] / unit[:3]) / unit[:3], "b": 2 * np.cos(p["b"] / unit[3]) / unit[3]},
        {"a": unit[:3], "b": unit[3]},
    )
    assert apart.that_are("wrong") == ("b",)


# ---- what other people's code showed ---------------------------------------------------------------------------------


def narrow_inside(seed, factor=1.0):
    """Return a J that is in float32 but for its last sum, its gradient, of which that of W is `factor` times right."""
    rng = np.random.default_rng(seed)
    X, R, W, V = (rng.normal(size=shape) for shape in ((12, 6), (12, 3), (6, 5), (5, 3)))

    def cost(p):
        hidden = np.tanh(X.astype(np.float32) @ p["W"].astype(np.float32))
        return float((R * (hidden @ p["V"].astype(np.float32))).sum())

    def gradient(p):
        A = np.tanh(X @ p["W"])
        return {"W": factor * X.T @ (R @ p["V"].T * (1 - A**2)), "V": A.T @ R}

    return cost, gradient, {"W": W, "V": V}


@pytest.mark.parametrize("seed", range(6))
def test_a_looser_rtol_never_takes_back_that_a_gradient_is_right(seed):
    cost, gradient, params = narrow_inside(seed)
    found = [gcl.check(cost, gradient, params, rtol=rtol) for rtol in (1e-6, 1e-4, 1e-3, 1e-2, 0.1)]
    for name in params:
        answers = [report.answers[name] for report in found]
        assert answers == sorted(answers, key=["cannot tell", "right"].index) and answers[-1] == "right"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("factor", [1.01, 0.5])
def test_how_far_a_wrong_block_is_off_is_measured_where_j_can_tell_it(seed, factor):
    cost, gradient, params = narrow_inside(seed, factor)
    report, (_, right, _) = gcl.check(cost, gradient, params), narrow_inside(seed)
    assert report.answers == {"W": "wrong", "V": "right"}
    assert report.within["W"].size == pytest.approx(abs(factor - 1) / max(factor, 1), rel=0.1)
    assert report.factor("W") is None or report.factor("W") == pytest.approx(factor, rel=1e-2)
    block, index, slope, said = report.worst
    assert slope == pytest.approx(right(params)[block][index], rel=0.02) and said == gradient(params)[block][index]


@pytest.mark.parametrize("share", [1e-4, 9e-4, 5e-3])
def test_an_angle_that_is_turned_back_afar_hides_no_small_error(share):
    """The angle between two of three points leaps by 2π where it passes π, as those of a molecule do."""

    def angle(p):
        return (p[1] - 2 * p[0] + np.pi) % (2 * np.pi) - np.pi

    theta = np.array([1.0, 0.4, 2.0])
    cost = lambda p: 3 * (angle(p) - 0.5) ** 2 + np.sin(p).sum()  # noqa: E731
    slope = lambda p: 6 * (angle(p) - 0.5) * np.array([-2.0, 1.0, 0.0]) + np.cos(p)  # noqa: E731
    for eps in (1e-7, 1e-5, "auto"):
        assert gcl.check(cost, slope, theta, eps).answer == "right"
        report = gcl.check(cost, lambda p: (1 + share) * slope(p), theta, eps)
        assert report.answer == "wrong" and report.within["theta"].size == pytest.approx(share, rel=0.01)


@pytest.mark.parametrize("factor, answer", [(2.0, "cannot tell"), (2.2, "wrong")])
def test_a_gradient_that_is_another_each_time_in_one_block_tells_nothing_of_that_one_alone(factor, answer):
    calls = []

    def gradient(p):
        calls.append(1)
        return {"a": factor * p["a"], "b": 2 * p["b"] * len(calls), "c": 2 * p["c"]}

    params = {"a": np.array([1.0, 2.0]), "b": np.array([3.0]), "c": np.array([4.0, 5.0])}
    report = gcl.check(lambda p: float(sum((block**2).sum() for block in p.values())), gradient, params)
    a = "wrong" if factor > 2 else "right"
    assert report.answers == {"a": a, "b": "cannot tell", "c": "right"} and report.answer == answer
    assert report.reasons[0].blocks == ("b",) and "np.empty" in report.reasons[0].advice


def test_a_weight_of_0_under_an_l1_term_is_named_as_where_the_slope_jumps():
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(40, 8)), rng.normal(size=40), rng.normal(size=8)
    w[[2, 5]] = 0
    cost = lambda w: float(((X @ w - y) ** 2).mean() + 0.3 * np.abs(w).sum())  # noqa: E731
    report = gcl.check(cost, lambda w: 2 * X.T @ (X @ w - y) / 40 + 0.3 * np.sign(w), w)
    assert report.reasons[0].kind == "kink on θ" and report.reasons[0].entries == (("theta", (2,)), ("theta", (5,)))


def test_where_eps_does_not_move_an_entry_its_slope_is_taken_at_another_step():
    theta = np.array([1230.0, 1.7e9, 42.0])
    cost = lambda p: float(p[0] ** 2 + 3 * (p[1] - 1.7e9 + 5) ** 2 + p[2] ** 2)  # noqa: E731
    report = gcl.check(cost, lambda p: np.array([2 * p[0], 0, 2 * p[2]]), theta)
    assert (
        report.answer == "wrong" and report.worst.index == (1,) and report.worst.approx == pytest.approx(30, rel=0.01)
    )
    assert "nan" not in report.explain()


def test_a_share_that_is_weighed_by_theta_says_so():
    theta = np.array([118.0, -37.0, 2e-5])
    report = gcl.check(lambda p: float(p @ p / 2 + 1e4 * p[2]), lambda p: p + [0, 0, 9.9e3], theta)
    assert report.answer == "wrong" and ("weighed by θ" in str(report)) == report.within["theta"].weighed


# ---- a long loop -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds, minutes", [(0.4, "13"), (0.02, "")])  # that an evaluation of J takes
def test_a_loop_of_minutes_is_foretold(monkeypatch, seconds, minutes):
    theta, clock = np.ones(1000), [0.0]
    monkeypatch.setattr("gc_lib.checker.report.perf_counter", lambda: clock[0])

    def cost(t):
        clock[0] += seconds
        return float(t @ t)

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert gcl.check(cost, lambda t: 2 * t, theta).answer == "right"
    told = f"2 × 1,000 evaluations of J will take about {minutes} min; gcl.screen takes some 50 a block"
    assert [str(each.message) for each in said] == [told] * bool(minutes)
    assert all(each.filename == __file__ for each in said)
