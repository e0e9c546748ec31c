"""Every bug on every layer: what it turns red, where it hides, how it grows, and that it is what its words say."""

import ast
import inspect
import pickle
import textwrap
from dataclasses import replace
from functools import cache, partial
from itertools import combinations, pairwise

import numpy as np
import pytest
from helpers import BACKPROP, CHECKER, CORNERED, COST, LONG, SMOOTH, networks, problem, turned_red
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gc_lib as gcl
from gc_lib.checker.slide import norm
from gc_lib.network.activations import ACTIVATIONS
from gc_lib.network.backprop import Steps
from gc_lib.network.bugs import CATALOGUE, CONDITIONS, NEEDS, TABLES, find, plant
from gc_lib.network.forward import OUTPUTS, Terms

SIZES = [(5, 4, 4, 4, 1), (4, 4, 4, 3)]  # square inside, and up to the input; a sigmoid and a softmax
NETWORKS = [
    *({"sizes": SIZES[output.most > 1], "output": name} for name, output in OUTPUTS.items()),
    *({"sizes": sizes, **options} for sizes in SIZES for options in ({"lam": 0.0}, {"keep_prob": 1.0})),
]


def layers_for(net, name):
    return [l for l in range(1, net.L + 1) if not net.obstacle(name, l)]


def problem_for(name, **options):
    """Return a problem in which the bug can be planted, with the first output that lets it."""
    tried = (problem(output=output, **options) for output in OUTPUTS)
    return next(found for found in tried if layers_for(found[0], name))


def gradient_of(net, X, Y, params):
    return net.on(X, Y, masks="frozen")[1](params)


def check(net, X, Y, params, **options):
    return gcl.check(*net.on(X, Y, masks="frozen"), params, **options)


# ---- the law ---------------------------------------------------------------------------------------------------------


@cache
def right_one(number, hidden):
    """Return a problem of the law's networks, on which right backprop is right, and what its layers remember."""
    net, X, Y, params = problem(**NETWORKS[number], hidden=hidden, seed=3, scale=1.5)
    assert check(net, X, Y, params).that_are("wrong") == ()
    return net, X, Y, params, net.on(X, Y, masks="frozen")[0].layers(params)


@pytest.mark.parametrize("hidden", ACTIVATIONS if LONG else (SMOOTH[0], CORNERED[0]))
@pytest.mark.parametrize("name", BACKPROP)
@pytest.mark.slow
def test_a_bug_turns_red_what_the_law_says_and_nothing_else_or_hides_where_it_says_so(name, hidden):
    planted = 0
    for number, network in enumerate(NETWORKS):
        net, X, Y, params, remembered = right_one(number, hidden)
        for l in layers_for(net, name):
            red = set(check(net.plant(name, l), X, Y, params).that_are("wrong"))
            hides = find(name).hidden(remembered[l - 1])
            assert red == (set() if hides else turned_red(find(name).slot, l)), (network, l, hides)
            planted += 1
    assert planted >= (1 if find(name).slot == "dZ" else 7)


@pytest.mark.slow
@given(networks, st.sampled_from(BACKPROP))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_on_any_network_a_bug_leaves_all_else_untouched_to_the_last_bit_and_hides_where_it_says_so(described, name):
    net, X, Y, params = problem(**described)
    right, remembered = gradient_of(net, X, Y, params), net.on(X, Y, masks="frozen")[0].layers(params)
    for l in layers_for(net, name):
        wrong = gradient_of(net.plant(name, l), X, Y, params)
        assert list(wrong) == list(right)
        for block in set(right) - turned_red(find(name).slot, l):
            assert np.array_equal(wrong[block], right[block])
        if find(name).hidden(remembered[l - 1]):
            for block in right:
                assert norm(wrong[block] - right[block]) <= 1e-13 * max(1, norm(right[block]))


def test_the_three_that_look_alike():
    """A wrong dA_prev of layer l + 1, mask of l or slope of l turns the same blocks red: what heals tells which."""
    net, X, Y, params = problem()
    reds = [
        check(net.plant(*at), X, Y, params).that_are("wrong")
        for at in (("dA_doubled", 3), ("no_mask", 2), ("no_slope", 2))
    ]
    assert reds == [("W1", "b1", "W2", "b2")] * 3


# ---- hiding ----------------------------------------------------------------------------------------------------------


def symmetric(params):
    return params | {name: W + W.T for name, W in params.items() if W.shape[0] == W.shape[1] > 1}


HIDEOUTS = {  # a problem in which each condition holds, and what else to do to its params
    "λ is 0": ({"lam": 0.0}, dict),
    "m is 1": ({"m": 1}, dict),
    "keep_prob is 1": ({"keep_prob": 1.0}, dict),
    "no unit is dropped": ({"keep_prob": 1 - 1e-9}, dict),
    "b is 0": ({"bias": 0.0}, dict),
    "the slope at A is the slope at Z": ({"hidden": "leaky_relu"}, dict),
    "a stretched A has the same slope": ({"hidden": "leaky_relu"}, dict),
    "the slope is the sigmoid's": ({"hidden": "sigmoid"}, dict),
    "the slope is 1 everywhere": ({"hidden": "relu"}, lambda p: {n: abs(b) + 9 * (n[0] == "b") for n, b in p.items()}),
    "the layer has one unit": ({"sizes": (5, 1, 1, 1)}, dict),
    "W is symmetric": ({}, symmetric),
}


def test_every_condition_has_a_hideout_and_a_bug_that_hides_there():
    of_a_network = [bug for bug in CATALOGUE.values() if bug.family.__module__ != "gc_lib.layers"]
    assert HIDEOUTS.keys() == {words for bug in of_a_network if bug.hides for words in bug.hides.split(" or ")}
    assert CONDITIONS.keys() == {words for bug in CATALOGUE.values() if bug.hides for words in bug.hides.split(" or ")}
    assert {bug.needs for bug in CATALOGUE.values()} - {""} == set(NEEDS)


@pytest.mark.slow
@pytest.mark.parametrize("words", HIDEOUTS)
def test_where_a_bug_says_that_it_hides_the_check_passes(words):
    options, change = HIDEOUTS[words]
    net, X, Y, params = problem(**options)
    params, hidden = change(params), 0
    remembered = net.on(X, Y, masks="frozen")[0].layers(params)
    for name in (name for name, bug in CATALOGUE.items() if words in bug.hides.split(" or ")):
        for l in [None] if name in COST else layers_for(net, name):
            if CONDITIONS[words](remembered[0 if l is None else l - 1]):
                assert find(name).hidden(remembered[0 if l is None else l - 1])
                report = check(net.plant(name, l), X, Y, params)
                assert report.that_are("wrong") == () and report.difference < 1e-6, (name, l, report)
                hidden += 1
    assert hidden > 0


def test_the_slope_at_A_is_correct_for_relu():
    net, X, Y, params = problem(hidden="relu")
    wrong = gradient_of(net.plant("slope_at_A", 2), X, Y, params)
    assert all(np.array_equal(block, wrong[name]) for name, block in gradient_of(net, X, Y, params).items())


# ---- strength --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BACKPROP)
def test_at_strength_1_the_wrong_function_itself_is_planted(name):
    net = problem_for(name, sizes=(4, 4, 4, 1))[0]
    for l in layers_for(net, name):
        steps = net.plant(name, l).steps
        assert getattr(steps[l - 1], find(name).slot) is find(name).wrong
        assert sum(a is not b for table in zip(steps, net.steps, strict=True) for a, b in zip(*table, strict=True)) == 1


@pytest.mark.parametrize("name", BACKPROP)
def test_the_gradient_moves_in_proportion_to_the_strength(name):
    net, X, Y, params = problem_for(name)
    right = gcl.to_vector(gradient_of(net, X, Y, params))
    for l in layers_for(net, name):
        whole = gcl.to_vector(gradient_of(net.plant(name, l), X, Y, params)) - right
        for s in (0.0, 1e-8, 1e-4, 0.5, 2.0, -1.0):
            part = gcl.to_vector(gradient_of(net.plant(name, l, strength=s), X, Y, params)) - right
            assert norm(part - s * whole) <= 1e-14 * (norm(right) + norm(whole))


@pytest.mark.parametrize("name", BACKPROP)
@pytest.mark.slow
def test_the_reading_grows_with_the_strength_in_proportion_while_it_is_small(name):
    net, X, Y, params = problem_for(name)
    remembered = net.on(X, Y, masks="frozen")[0].layers(params)
    l = max(l for l in layers_for(net, name) if not find(name).hidden(remembered[l - 1]))
    block = sorted(turned_red(find(name).slot, l))[-1]
    right = gradient_of(net, X, Y, params)[block]
    size = norm(gradient_of(net.plant(name, l), X, Y, params)[block] - right) / norm(right)
    strengths = 10.0 ** np.arange(-8, 0.1)
    reports = [check(net.plant(name, l, strength=s), X, Y, params) for s in strengths]
    readings, bound = [report.blocks[block] for report in reports], reports[0].bounds[block]
    assert all(b >= a - 2 * bound for a, b in pairwise(readings))
    assert readings[-1] > 1e-4 and readings[-1] > 100 * readings[0]
    for x, reading in zip(strengths * size, readings, strict=True):  # x / (1 + ‖g + s d‖/‖g‖), with d = wrong − right
        assert x / (1 + 1 + x) - 2 * bound <= reading <= x / (1 + abs(1 - x)) + 2 * bound


@pytest.mark.slow
@pytest.mark.parametrize("name", ["no_decay", "half_decay", "decay_subtracted"])
def test_a_bug_climbs_through_all_three_bands_without_a_cliff(name):
    net, X, Y, params = problem(keep_prob=1.0)
    cost, _ = net.on(X, Y)
    readings = [check(net.plant(name, 2, strength=s), X, Y, params).difference for s in 10.0 ** np.arange(-8, 0.1, 0.5)]
    assert readings[0] < 1e-7 and readings[-1] > 1e-2
    assert max(b / a for a, b in pairwise(readings)) < 3.3, "√10 a step, no more"


@pytest.mark.slow
def test_no_decay_climbs_with_lambda_and_no_keep_prob_with_the_dropped_share():
    for name, options in (
        ("no_decay", [{"lam": lam, "keep_prob": 1.0} for lam in 10.0 ** np.arange(-6, 1)]),
        ("no_keep_prob", [{"keep_prob": 1 - share} for share in 10.0 ** np.arange(-5, -0.4)]),
    ):
        readings = []
        for option in options:
            net, X, Y, params = problem(**option)
            readings.append(check(net.plant(name, 2), X, Y, params).difference)
        assert readings[0] < 1e-5 and readings[-1] > 1e-3 and all(1 < b / a < 25 for a, b in pairwise(readings))


# ---- factors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [2.0, 0.5, 1.001, -1.0, -3.0, 10.0, 1e-3, 1e4, 0.0])
@pytest.mark.parametrize("name, block", [("scaled_dW", "W2"), ("scaled_db", "b2")])
def test_a_scaled_block_scores_by_its_factor_and_the_factor_itself_is_found(name, block, k):
    net, X, Y, params = problem()
    report = check(net.plant(name, 2, factor=k), X, Y, params)
    assert report.that_are("wrong") == (block,)
    assert report.blocks[block] == pytest.approx(abs(k - 1) / (abs(k) + 1), abs=report.bounds[block])
    if k:
        assert report.factor(block) == pytest.approx(k, rel=1e-6)
        assert all(report.factor(other) == pytest.approx(1, rel=1e-6) for other in report.blocks if other != block)
    else:
        assert report.factor(block) is None


def test_k_and_1_over_k_and_all_factors_below_0_score_alike():
    net, X, Y, params = problem()
    scores = {k: check(net.plant("scaled_dW", 2, factor=k), X, Y, params).blocks["W2"] for k in (4, 1 / 4, -1, -7, 0)}
    assert scores[4] == pytest.approx(scores[1 / 4], rel=1e-6)
    assert [scores[k] for k in (-1, -7, 0)] == pytest.approx([1, 1, 1], rel=1e-6)


def test_a_block_that_no_factor_mends_has_none():
    net, X, Y, params = problem()
    assert check(net.plant("own_A", 2), X, Y, params).factor("W2") is None


def test_where_lambda_is_above_0_a_factor_on_dA_shows_cleanly_on_b_only():
    for lam, clean in ((0.0, ["W1", "b1", "W2", "b2"]), (0.7, ["b1", "b2"])):
        net, X, Y, params = problem(lam=lam)
        report = check(net.plant("scaled_dA", 3, factor=3), X, Y, params)
        assert report.that_are("wrong") == ("W1", "b1", "W2", "b2")
        found = {name: report.factor(name) for name in report.that_are("wrong")}
        assert [name for name, k in found.items() if k is not None] == clean
        assert all(found[name] == pytest.approx(3, rel=1e-6) for name in clean)


def test_the_default_factor_is_2_and_doubles():
    net, X, Y, params = problem()
    takers = [name for name, bug in CATALOGUE.items() if bug.factor is not None]
    assert {"scaled_dW", "scaled_db", "scaled_dA"} <= set(takers)
    for name in takers:
        default, two = (gcl.to_vector(gradient_of(net.plant(name, 2, factor=k), X, Y, params)) for k in (None, 2))
        assert np.array_equal(default, two)


# ---- more than one ---------------------------------------------------------------------------------------------------


def test_two_bugs_on_one_equation_of_one_layer_are_refused_and_on_two_layers_not():
    net, refused = problem((4, 4, 4, 1))[0], 0
    for one, other in combinations(BACKPROP, 2):
        for l in set(layers_for(net, one)) & set(layers_for(net, other)):
            if find(one).breaks is find(other).breaks:
                with pytest.raises(ValueError, match=rf"{other} cannot be planted on layer {l}: another bug .*: {one}"):
                    net.plant(one, l).plant(other, l)
                refused += 1
            else:
                assert len(net.plant(one, l).plant(other, l).plants) == 2
    assert refused > 50
    for strength in (1.0, 0.1):
        with pytest.raises(ValueError, match="another bug breaks the same equation"):
            net.plant("no_decay", 2, strength=strength).plant("no_decay", 2)
    with pytest.raises(ValueError, match="another bug breaks the same equation there: J_no_decay"):
        net.plant("J_no_decay").plant("J_decay_over_m")
    both = net.plant("no_decay", 1).plant("no_decay", 2)
    assert [p.layer for p in both.plants] == [1, 2]


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(BACKPROP), st.integers(1, 4)), min_size=2, max_size=4), st.integers(0, 99))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_bugs_add_up_and_turn_red_no_more_than_each_of_them_may(planted, seed):
    net, X, Y, params = problem(seed=seed)
    right, broken = gradient_of(net, X, Y, params), net
    for name, l in planted:
        assume(not broken.obstacle(name, l))
        broken = broken.plant(name, l)
    wrong = gradient_of(broken, X, Y, params)
    may = set().union(*(turned_red(find(name).slot, l) for name, l in planted))
    assert all(np.array_equal(wrong[block], right[block]) for block in right.keys() - may)
    turned = net
    for name, l in reversed(planted):
        turned = turned.plant(name, l)
    assert np.array_equal(gcl.to_vector(gradient_of(turned, X, Y, params)), gcl.to_vector(wrong))


@pytest.mark.slow
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_dA_doubled_and_keep_prob_forgotten_at_one_half_cancel(hidden):
    net, X, Y, params = problem(hidden=hidden, keep_prob=0.5)
    for l in (1, 2, 3):
        doubled, forgotten = net.plant("dA_doubled", l + 1), net.plant("no_keep_prob", l)
        assert check(doubled, X, Y, params).that_are("wrong") == check(forgotten, X, Y, params).that_are("wrong") != ()
        both = check(doubled.plant("no_keep_prob", l), X, Y, params)
        assert both.that_are("wrong") == () and both.difference < 1e-7
        assert both.difference == pytest.approx(check(net, X, Y, params).difference, rel=1e-3)
    net, X, Y, params = problem(hidden=hidden, keep_prob=0.6)
    assert check(net.plant("dA_doubled", 3).plant("no_keep_prob", 2), X, Y, params).that_are("wrong") != (), (
        "only at one half"
    )


# ---- mistakes of J ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [*SIZES, (5, 1), (5, 3)])
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_a_mistake_of_J_turns_red_the_weights_and_no_bias(sizes, hidden):
    net, X, Y, params = problem(sizes, hidden)
    every = tuple(f"W{l}" for l in range(1, net.L + 1))
    assert check(net.plant("J_no_decay"), X, Y, params).that_are("wrong") == every
    assert check(net.plant("J_decay_over_m"), X, Y, params).that_are("wrong") == every
    if net.L == 1:
        with pytest.raises(ValueError, match="it needs two layers"):
            net.plant("J_layer_twice")
    else:
        assert check(net.plant("J_layer_twice"), X, Y, params).that_are("wrong") == (every[0], every[-1])
    for name in COST:
        if not net.obstacle(name):
            right, broken = gradient_of(net, X, Y, params), gradient_of(net.plant(name), X, Y, params)
            assert all(np.array_equal(right[block], broken[block]) for block in right), "backprop is right"


def test_what_J_gets_wrong_and_by_how_much():
    net, X, Y, params = problem()
    nets = [net, *map(net.plant, ("J_no_decay", "J_decay_over_m", "J_layer_twice"))]
    J, no, twice, layer = (n.on(X, Y, masks="frozen")[0](params) for n in nets)
    squares = [(params[f"W{l}"] ** 2).sum() for l in range(1, 5)]
    term = 0.3 / 14
    assert J - no == pytest.approx(term * sum(squares), rel=1e-12)
    assert twice - J == pytest.approx(term * sum(squares), rel=1e-12)
    assert layer - J == pytest.approx(term * (squares[0] - squares[3]), rel=1e-12)


# ---- mistakes of the checker -----------------------------------------------------------------------------------------


def by(name, net, X, Y, params, **options):
    return check(net, X, Y, params, checker=plant(gcl.SLIDE, name), **options)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.slow
def test_what_each_mistake_of_the_checker_reads_of_a_right_gradient_at_1e_7(sizes, hidden):
    at = problem(sizes, hidden)
    right = check(*at)
    assert right.difference < 1e-7
    assert by("forgotten_2", *at).difference == pytest.approx(1 / 3, rel=1e-6)
    assert all(by("forgotten_2", *at).factor(name) == pytest.approx(0.5, rel=1e-4) for name in right.blocks)
    assert right.difference < by("one_sided", *at).difference < 1e-6, "passes, with fewer digits"
    assert right.difference < by("not_restored", *at).difference < 1e-6, "passes all the same"
    assert by("norm_of_sum", *at).difference == pytest.approx(right.difference, rel=1e-6)
    size = norm(right.approx) + norm(right.gradient)
    assert by("absolute", *at).difference == pytest.approx(right.difference * size, rel=1e-9)
    assert by("other_order", *at).difference > 0.1
    matrices = tuple(name for name, shape in at[0].shapes.items() if min(shape) > 1)
    assert by("other_order", *at).that_are("wrong") == matrices, "every matrix and no single row or column"


def test_not_restored_on_the_front_doors_network_is_no_longer_great():
    """θ drifts by ε an entry, so that what it reads grows with their number: from 1e-7 to a look, never to a worry."""
    X, Y = gcl.data.digits(3, 8, examples=32)
    net = gcl.Network([64, 16, 8, 1], lam=0.1)
    reading = by("not_restored", net, X, Y, net.initialise(seed=0)).difference
    assert 1e-6 < reading < 1e-5


@pytest.mark.parametrize("name, per_decade", [("one_sided", 10), ("not_restored", 10)])
def test_the_two_that_pass_fail_in_proportion_to_eps(name, per_decade):
    at = problem()
    readings = [by(name, *at, eps=eps).difference for eps in (1e-3, 1e-4, 1e-5)]
    assert readings[0] > 1e-4
    assert [a / b for a, b in pairwise(readings)] == pytest.approx([per_decade] * 2, rel=0.05)


def test_norm_of_sum_reads_far_above_1_of_a_flipped_sign_where_the_slides_number_is_1():
    net, X, Y, params = problem(lam=0.0)
    flipped = net.plant("sign_flipped", net.L)
    assert check(flipped, X, Y, params).difference == pytest.approx(1, rel=1e-6)
    assert by("norm_of_sum", flipped, X, Y, params).difference > 1e6
    cost, gradient = problem()[0].on(X, Y, masks="frozen")
    uphill = gcl.check(
        cost, lambda p: {n: -g for n, g in gradient(p).items()}, params, checker=plant(gcl.SLIDE, "norm_of_sum")
    )
    assert uphill.difference > 1e6, "and so for −dθ, decay and all"


@pytest.mark.slow
def test_absolute_shrinks_with_the_gradient_however_wrong_it_is():
    net, X, Y, params = problem(lam=0.0)
    wrong = net.plant("sign_flipped", net.L)
    cost, gradient = wrong.on(X, Y, masks="frozen")
    for small in (1.0, 1e-4, 1e-8):
        report = gcl.check(
            lambda p, small=small: small * cost(p),
            lambda p, small=small: {name: small * block for name, block in gradient(p).items()},
            params,
            eps=1e-4,
            checker=plant(gcl.SLIDE, "absolute"),
        )
        assert report.difference == pytest.approx(2 * norm(report.gradient), rel=1e-4)
    assert report.difference < 1e-6, "great, it says, of a gradient that points uphill"


def test_mistakes_of_the_checker_add_up_too():
    checker = plant(plant(gcl.SLIDE, "forgotten_2"), "absolute")
    net, X, Y, params = problem()
    report = check(net, X, Y, params, checker=checker)
    assert report.difference == pytest.approx(norm(report.gradient), rel=1e-6)
    with pytest.raises(
        ValueError, match="one_sided breaks the equation two_sided, which is not here, or broken by another"
    ):
        plant(checker, "one_sided")
    assert plant(gcl.SLIDE, "one_sided") == gcl.ONE_SIDED


# ---- the catalogue ---------------------------------------------------------------------------------------------------


def test_there_are_enough_bugs_over_every_equation():
    assert len(BACKPROP) >= 24 and len(COST) >= 3 and len(CHECKER) >= 6
    assert {find(name).breaks for name in BACKPROP} == {
        equation for table in TABLES if isinstance(table, Steps) for equation in table
    }, "every equation of a layer has a bug that breaks it, and a table in TABLES"
    assert sum(bool(bug.seen) for bug in CATALOGUE.values()) >= 12
    assert all(bug.seen.startswith("https://") or not bug.seen for bug in CATALOGUE.values())


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_bug_is_one_sentence_and_one_line_which_diff_lifts_from_the_source_that_runs(name):
    bug = find(name)
    assert bug.name == name and bug.wrong is not bug.breaks
    assert inspect.getdoc(bug.wrong).count("\n") == 0 and bug.sentence.endswith(".")
    first, right, wrong = gcl.diff(name).splitlines()
    assert first == f"{name}: {bug.sentence}"
    for line, label, function in ((right, "  right:  ", bug.breaks), (wrong, "  wrong:  ", bug.wrong)):
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        says, does = tree.body
        assert isinstance(says.value, ast.Constant) and isinstance(does, ast.Return)
        assert does.lineno == does.end_lineno, "one line tells it all"
        with open(function.__code__.co_filename, encoding="utf-8") as source:
            running = source.read().splitlines()[function.__code__.co_firstlineno - 1 + does.lineno - 1]
        assert line == label + running.strip() and running.strip().startswith("return ")
    assert right[10:] != wrong[10:]


def test_an_unknown_bug_is_refused_with_the_list_of_those_there_are():
    for ask in (gcl.diff, find, lambda name: plant(gcl.SLIDE, name)):
        with pytest.raises(ValueError, match="no bug called 'no_such'; gcl.bugs.CATALOGUE has .*sign_flipped, "):
            ask("no_such")


def test_a_bug_of_an_equation_that_is_in_no_table_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="no_mean breaks another_weight_gradient, which is in none of TABLES; add"):
        gcl.bugs.bug(another_weight_gradient)(no_mean)


def test_a_table_without_the_equation_refuses_the_bug():
    with pytest.raises(ValueError, match="no_decay breaks the equation weight_gradient, which is not here"):
        plant(gcl.SLIDE, "no_decay")
    with pytest.raises(ValueError, match="forgotten_2 breaks the equation two_sided"):
        plant(Terms(), "forgotten_2")


# ---- where an equation is not ----------------------------------------------------------------------------------------


def another_weight_gradient(dZ, c):
    """dW of a layer of another kind"""
    return dZ @ c.A_prev.T


def test_a_bug_whose_equation_is_not_in_a_layers_table_is_refused_in_a_sentence_whatever_the_table():
    net = problem((4, 4, 4, 3), output="sigmoid_squared")[0]
    assert net.obstacle("no_slope", 3) == net.obstacle("sign_flipped", 3).replace("output_error", "hidden_error")
    assert net.obstacle("sign_flipped", 3) == "it breaks output_error, which is not among the equations there"
    assert net.obstacle("no_output_slope", 2) == "only the output layer has this equation"
    other = replace(net, steps=(net.steps[0], net.steps[1]._replace(dW=another_weight_gradient), net.steps[2]))
    refused = [name for name in BACKPROP if find(name).slot == "dW"]
    assert {other.obstacle(name, 2) for name in refused} == {
        "it breaks weight_gradient, which is not among the equations there"
    }
    broken = other.plant(no_mean, 2, breaks="dW")
    assert broken.steps[1].dW is no_mean and "another bug breaks" in broken.obstacle(broken.plants[0].name, 2)


# ---- a wrong equation of one's own -----------------------------------------------------------------------------------


def no_mean(dZ, c):
    """Sums where it should take the mean."""
    return dZ @ c.A_prev.T + c.lam / c.m * c.W


def bias_gradient(dZ, c):
    """Takes the last example only."""
    return dZ[:, -1:]


def my_decay(squares, lam, m):
    """Forgets the 2."""
    return lam / m * sum(squares)


def stretched(dA, c, factor=3.0):
    """Stretches dZ."""
    return factor * dA * c.slope(c.Z)


EXECUTED = {}
exec("def no_source(dZ, c):\n    return c.W.T @ dZ / 2", EXECUTED)  # as typed at a prompt
OWN = {  # what is planted, where, and the bug of the catalogue that is the same, or None
    "by its place": (no_mean, 2, "dW", "dW_no_mean"),
    "by the equation": (no_mean, 1, gcl.bugs.weight_gradient, "dW_no_mean"),
    "by its own name": (bias_gradient, 3, None, None),
    "on the output layer": (lambda Y, c: Y - c.A, 4, "dZ", "sign_flipped"),
    "in the cost": (my_decay, None, "decay", "J_decay_over_m"),
    "without a source": (EXECUTED["no_source"], 2, "dA_prev", None),
    "an object that can be called": (partial(stretched, factor=2.0), 3, "dZ", None),
}


@pytest.mark.parametrize("how", OWN)
def test_a_function_of_ones_own_is_planted_like_any_bug(how):
    wrong, layer, breaks, twin = OWN[how]
    net, X, Y, params = problem()
    broken = net.plant(wrong, layer, breaks=breaks)
    ((bug, at, *_),) = broken.plants
    assert (bug.wrong, at) == (wrong, layer) and bug.name == getattr(wrong, "__name__", "partial")
    assert repr(broken.plants) == (f"(({bug.name}, {layer}),)" if layer else f"(({bug.name},),)")
    assert broken == net.plant(wrong, layer=layer, breaks=breaks) != net
    assert hash(broken) == hash(net.plant(wrong, layer, breaks=breaks))
    red = check(broken, X, Y, params).that_are("wrong")
    assert set(red) == (turned_red(bug.slot, layer) if layer else {"W1", "W2", "W3", "W4"})
    if twin:
        same = net.plant(twin, layer)
        mine, theirs = (gradient_of(planted, X, Y, params) for planted in (broken, same))
        assert all(np.array_equal(mine[name], theirs[name]) for name in params)
        assert broken.on(X, Y, masks="frozen")[0](params) == same.on(X, Y, masks="frozen")[0](params)
    with pytest.raises(ValueError, match="another bug breaks the same equation there"):
        broken.plant(no_mean if bug.slot == "dW" else wrong, layer, breaks=bug.slot)


def test_strength_and_factor_work_for_a_function_of_ones_own():
    net, X, Y, params = problem()
    right, three, five, half = (
        gcl.to_vector(gradient_of(broken, X, Y, params))
        for broken in (
            net,
            net.plant(stretched, 2, breaks="dZ"),
            net.plant(stretched, 2, factor=5, breaks="dZ"),
            net.plant(stretched, 2, strength=0.5, breaks="dZ"),
        )
    )
    assert norm(five - right) == pytest.approx(2 * norm(three - right), rel=1e-12)
    assert norm(half - right) == pytest.approx(norm(three - right) / 2, rel=1e-12)
    with pytest.raises(ValueError, match="no_mean takes no factor"):
        net.plant(no_mean, 2, factor=3, breaks="dW")


def test_diff_shows_all_that_is_planted_in_a_network_ones_own_as_any_other():
    net = problem()[0].plant("no_mask", 1).plant(no_mean, 2, breaks="dW")
    assert gcl.diff(net) == gcl.diff("no_mask") + "\n" + "\n".join(
        [
            "no_mean: Sums where it should take the mean.",
            "  right:  return dZ @ c.A_prev.T / c.m + c.lam / c.m * c.W",
            "  wrong:  return dZ @ c.A_prev.T + c.lam / c.m * c.W",
        ]
    )


def test_diff_shows_what_there_is_of_a_function_without_a_source_or_a_docstring():
    broken = problem()[0].plant(EXECUTED["no_source"], 2, breaks="dA_prev")
    name, right, wrong = gcl.diff(broken).splitlines()
    assert name.startswith("no_source: ") and right == "  right:  return c.W.T @ dZ" and "source" in wrong


def test_a_network_with_a_function_of_ones_own_survives_pickling():
    broken = problem()[0].plant(no_mean, 2, breaks="dW")
    assert pickle.loads(pickle.dumps(broken)) == broken


@pytest.mark.parametrize(
    "wrong, layer, breaks, words",
    [
        (
            no_mean,
            2,
            None,
            "no_mean: its name should end with the equation that it replaces, 'drop', 'dZ', 'dW', 'db', 'dA_prev' of",
        ),
        (no_mean, 2, "dQ", "no_mean: breaks should say .* of this layer; got 'dQ'"),
        (no_mean, 4, gcl.bugs.hidden_error, "no_mean: breaks should say .* of this layer; got hidden_error"),
        (no_mean, None, "dW", "'decay' of J; one of backprop needs a layer too; got 'dW'"),
        (no_mean, 5, "dW", "no_mean cannot be planted on layer 5: this network has layers 1 … 4; got layer=5"),
        (no_mean, 0, "dW", "this network has layers 1 … 4; got layer=0"),
        (no_mean, "2", "dW", "this network has layers 1 … 4; got layer='2'"),
        (no_mean, 1, "dA_prev", "no_mean cannot be planted on layer 1: dA_prev of layer 1 would be the input's"),
        (no_mean, 4, "drop", "no_mean cannot be planted on layer 4: the output layer has no dropout"),
        (lambda dZ: dZ, 2, "dW", r"<lambda> should take \(dZ, c\), as weight_gradient does: too many"),
        (
            my_decay,
            2,
            "dW",
            r"my_decay should take \(dZ, c\), as weight_gradient does: missing a required argument: 'm'",
        ),
        (no_mean, None, "decay", r"no_mean should take \(squares, lam, m\), as decay does"),
        (min, 2, "dW", r"min should take \(dZ, c\), as weight_gradient does: no signature found"),
        ("no_decay", 2, "dW", "no_decay is in the catalogue, where it breaks dW; leave breaks= away"),
    ],
)
def test_a_function_that_does_not_fit_is_refused_with_a_sentence(wrong, layer, breaks, words):
    with pytest.raises(ValueError, match=words):
        problem()[0].plant(wrong, layer, breaks=breaks)


# ---- what a bug computes ---------------------------------------------------------------------------------------------


def said_plainly(c, dZ, dA, Y):
    """Return what the bugs of backprop compute, by their sentences, of a layer with tanh: one example after another."""
    m, decay, slope = c.m, c.W * c.lam / c.m, 1 - c.A**2
    examples = list(zip(dZ.T, c.A_prev.T, c.A.T, strict=True))
    dW, db = sum(np.outer(d, below) for d, below, _ in examples) / m, sum(dZ.T)[:, None] / m
    sigmoid, thinned = 1 / (1 + np.exp(-c.Z)), c.mask * dA
    return {
        "sign_flipped": Y - c.A,
        "output_slope_twice": (c.A - Y) * (c.A - c.A**2),
        "no_output_slope": c.A - Y,
        "no_slope": dA,
        "slope_at_A": dA * (1 - np.tanh(c.A) ** 2),
        "sigmoid_slope": dA * (sigmoid - sigmoid**2),
        "slope_alone": slope,
        "activation_for_slope": dA * c.A,
        "slope_at_dropped_A": dA * (1 - (c.mask * c.A / c.keep_prob) ** 2),
        "no_decay": dW,
        "half_decay": dW + decay / 2,
        "decay_not_over_m": dW + m * decay,
        "decay_subtracted": dW - decay,
        "decay_summed": dW + np.sum(decay * c.W),
        "dW_no_mean": m * dW + decay,
        "own_A": sum(np.outer(d, own) for d, _, own in examples) / m + decay,
        "last_example_dropped": sum(np.outer(d, below) for d, below, _ in examples[:-1]) / m + decay,
        "scaled_dW": 2 * (dW + decay),
        "db_no_mean": m * db,
        "db_first_example": dZ[:, [0]],
        "db_zero": 0 * db,
        "db_decayed": db + c.b * c.lam / m,
        "db_one_sum": 0 * db + sum(db),
        "scaled_db": 2 * db,
        "W_not_transposed": np.einsum("ij,jk", c.W, dZ),
        "dA_doubled": 2 * np.einsum("ji,jk", c.W, dZ),
        "W_updated_first": np.einsum("ji,jk", c.W - (dW + decay) / 10, dZ),
        "no_W": dZ,
        "scaled_dA": 2 * np.einsum("ji,jk", c.W, dZ),
        "no_mask": dA / c.keep_prob,
        "no_keep_prob": thinned,
        "neighbour_mask": np.vstack([c.mask[-1:], c.mask[:-1]]) * dA / c.keep_prob,
    }


def test_a_bug_computes_what_its_sentence_says():
    net, X, Y, params = problem()
    c = net.on(X, Y, masks="frozen")[0].layers(params)[1]
    dZ, dA, Y = np.random.default_rng(1).standard_normal((3, 4, 7))
    first = {"dZ": dA, "drop": dA, "dW": dZ, "db": dZ, "dA_prev": dZ}
    for name, plain in said_plainly(c, dZ, dA, Y).items():
        bug = find(name)
        given = first[bug.slot] if bug.breaks not in {output.error for output in OUTPUTS.values()} else Y
        np.testing.assert_allclose(bug.wrong(given, c), plain, rtol=1e-12, atol=1e-15, err_msg=name)


@pytest.mark.parametrize("words", HIDEOUTS)
def test_a_condition_holds_in_its_hideout_and_on_the_usual_problem_it_does_not(words):
    options, change = HIDEOUTS[words]
    for hides, (net, X, Y, params) in ((True, problem(**options)), (False, problem())):
        params = change(params) if hides else params
        hidden = net.on(X, Y, masks="frozen")[0].layers(params)[:-1]
        assert any(CONDITIONS[words](c) for c in hidden) is hides


def test_two_layers_are_enough_for_a_bug_that_needs_two_and_one_is_not():
    assert [bool(gcl.Network(sizes).obstacle("J_layer_twice")) for sizes in ((5, 1), (5, 4, 1))] == [True, False]
