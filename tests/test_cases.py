"""The detective's cases without a page: what a check tells, whom it leaves, and that every case can be solved."""

import hashlib
from itertools import permutations

import numpy as np
import pytest
from helpers import turned_red

import gc_lib as gcl
from gc_lib.checker.layer import random_upstream
from gc_lib.labs import cases, reasons
from gc_lib.labs.cases import LAYERS, NETWORK, SINGLES, SIZES, WILD, Setting, case, left, seen
from gc_lib.network.bugs import find

ALL_ON, SETTINGS = Setting(), NETWORK.settings
NUMBERS = range(1, 41)  # hidden in a network
NAMES = [f"{letter}{l}" for l in range(1, len(SIZES)) for letter in "Wb"]
TWO = [number for number in NUMBERS if case(number).lines == 2]


def checked(number, at, suspect):
    """Say what the library's own checker says of a suspect, by the networks and the data that the case is made of."""
    net = gcl.Network(SIZES, at.hidden, lam=at.lam, keep_prob=at.keep_prob)
    X, Y = gcl.data.digits(3, 8, examples=at.examples, side=4, seed=number)
    theta = net.initialise(number, bias=at.bias)
    for bug in suspect:
        net = net.plant(*bug)
    return gcl.check(*net.on(X, Y, masks="frozen", seed=number), theta, eps=1e-5)


@pytest.mark.parametrize("at", [ALL_ON, Setting(lam=1e4), Setting(hidden="relu", lam=0.0), Setting(examples=1, bias=0)])
@pytest.mark.parametrize("number", [1, 8, 13, 17, 24])
def test_a_mark_says_what_the_checker_says(number, at):
    hidden = case(number).plants
    report, marks = checked(number, at, hidden), seen(number, at)
    assert seen(number, at, hidden) == marks
    assert report.that_are("wrong") == tuple(name for name, mark in zip(NAMES, marks, strict=True) if mark)
    for name, mark in zip(NAMES, marks, strict=True):
        if mark.startswith("×") and mark != "×0":
            assert report.factor(name) == pytest.approx(float(mark[1:].replace("−", "-")), rel=0.01)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_bug_shows_at_once_and_by_the_law(number):
    """Unless there is none; or two, of which one undoes what the other does."""
    red = {name for name, mark in zip(NAMES, seen(number, ALL_ON), strict=True) if mark}
    law = set().union(*(turned_red(find(name).slot, l) for name, l in case(number).plants))
    assert red == (law if number not in (17, 33) else set() if number == 17 else {"W2", "b2"})


def test_there_are_eight_wild_cases_of_which_one_is_no_bug_and_each_links_its_threads():
    wild = [case(number) for number in NUMBERS if case(number).wild]
    assert [file.number for file in wild] == list(WILD) and len(wild) == 8
    assert [file.number for file in wild if not file.plants] == [20]
    assert len({find(name).breaks for file in wild for name, _ in file.plants}) >= 5
    for file in wild:
        assert file.threads and all(url.startswith("https://github.com/") for url in file.threads)
        assert file.threads == (tuple(find(name).seen for name, _ in file.plants) or tuple(cases.HIDDEN["no_bug"]))


@pytest.mark.parametrize("hidden", ["tanh", "relu", "sigmoid"])
def test_the_slope_read_off_the_activation_is_no_bug_and_is_what_case_20_runs(hidden):
    other, right = (cases.report(20, Setting(hidden=hidden), suspect).gradient for suspect in (None, ()))
    np.testing.assert_allclose(other, right, rtol=1e-12, atol=1e-16)
    assert [table.dZ is cases.slope_from_A for table in cases.steps(case(20).runs)] == [True, True, True, False]


def test_some_cases_hold_two_bugs_of_which_some_cancel_at_one_half():
    assert len(TWO) >= 5 and all(len(case(number).plants) == 2 for number in TWO)
    assert not any(seen(17, ALL_ON))
    assert seen(17, Setting(keep_prob=1.0, lam=0.0)) == ("×2",) * 4 + ("",) * 4


def test_the_cases_are_hidden_in_hidden_layers_each_another_and_of_many_kinds():
    every = [case(number).plants for number in NUMBERS]
    assert len(set(every)) == len(every)
    assert all(l in LAYERS for plants in every for _, l in plants)
    tame = [name for number in NUMBERS if number not in (*WILD, *TWO) for name, _ in case(number).plants]
    assert len(set(tame)) >= 15
    assert {find(name).slot for name in tame} == {"drop", "dZ", "dW", "db", "dA_prev"}


def test_a_number_always_hides_the_same():
    """Teachers assign cases by their numbers: whoever changes one breaks that promise."""
    assert list(cases.PLANTS) == list(cases.NUMBERS)
    tables = repr(([case(number).plants for number in NUMBERS], list(WILD), SINGLES))
    assert hashlib.sha256(tables.encode()).hexdigest()[:16] == "92c1c66f3c9494df"
    assert cases.report(4, ALL_ON).J != cases.report(5, ALL_ON).J, "and runs on a network of its own"


def test_the_first_case_is_gentle():
    """Its first check leaves ten suspects who look alike; with one remedy, the sigmoid, there is one."""
    assert len(left(1, (ALL_ON,))) == 10
    assert left(1, (ALL_ON, Setting(hidden="sigmoid"))) == (case(1).plants,) and case(1).lines == 1


def test_the_suspects_are_all_that_fit():
    assert cases.suspects(1) == ((), *SINGLES) and len(set(SINGLES)) == len(SINGLES)
    pairs = set(cases.suspects(2))
    assert len(pairs) == len(cases.suspects(2))
    assert (("db_zero", 3), ("no_decay", 1)) in pairs and (("db_decayed", 3), ("db_zero", 3)) not in pairs
    assert {case(number).plants for number in TWO} <= pairs


@pytest.mark.slow
def test_two_suspects_whom_no_check_tells_apart_are_both_right():
    mask = (("neighbour_mask", 1),)
    assert case(26).plants == mask and all(seen(26, at, mask) == seen(26, at, (("no_mask", 1),)) for at in SETTINGS)
    assert cases.right(26, (("no_mask", 1),)) and cases.right(26, mask)
    assert not cases.right(26, (("no_mask", 2),)) and not cases.right(26, ())


@pytest.mark.parametrize(
    ("number", "accused", "words"),
    [
        (1, [("no_such", 1)], "no_such in layer 1 cannot be accused: it is not in the line-up"),
        (1, [("no_decay", 4)], "no_decay in layer 4 cannot be accused: say its layer, 1, 2 or 3"),
        (1, [("own_A", 1)], "own_A in layer 1 cannot be accused: it needs a square layer"),
        (1, [("no_decay", 1), ("no_decay", 2)], "in different equations: 1; accused are 2"),
        (8, [("no_decay", 1)], "in different equations: 2; accused are 1"),
        (8, [("no_decay", 1), ("half_decay", 1)], "in different equations: 2; accused are 2"),
        (8, [], "in different equations: 2; accused are 0"),
    ],
)
def test_an_accusation_that_cannot_be_is_refused_in_words(number, accused, words):
    with pytest.raises(ValueError, match=words):
        cases.suspect(number, accused)


@pytest.mark.parametrize("number", [0, 51, "17", 1.5, None])
def test_there_is_no_other_case(number):
    with pytest.raises(ValueError, match="case should be a whole number, 1 … 50"):
        case(number)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lam": 1.0}, "lam should be one of 0.1, 0.0, 10000.0; got 1.0"),
        ({"hidden": "step"}, "hidden should be one of 'tanh', 'relu', 'sigmoid'; got 'step'"),
        ({"hidden": "relu", "bias": 0.0}, "on a corner of ReLU, where J has no one slope; take bias=0.5"),
    ],
)
def test_a_check_that_is_not_offered_is_refused_in_words(values, words):
    with pytest.raises(ValueError, match=words):
        cases.setting(1, *Setting(**values))


# ---- in layers -------------------------------------------------------------------------------------------------------

IN_LAYERS = range(41, 51)
LAW = {  # which inputs a wrong equation turns red
    **dict.fromkeys(("dxhat", "mu", "sigma", "dx", "win", "where", "add"), {"x"}),
    **{"dgain": {"gain"}, "dshift": {"shift"}},
    **{"P": {"Q", "K", "V"}, "dS": {"Q", "K"}, "dQ": {"Q"}, "dK": {"K"}, "dV": {"V"}},
}
HEALED = {  # by which switches
    "no_gain": Setting(gain="ones"),
    "mu_frozen": Setting(gain="ones", upstream="centred"),
    "sigma_frozen": Setting(gain="ones", upstream="ones"),
    "sigma_over_n_minus_1": Setting(gain="ones", upstream="ones"),
    "no_sigma": Setting(x="normalised"),
    "gain_of_x": Setting(x="normalised"),
    "shift_mean": Setting(examples=1),
    "mask_forgotten": Setting(mask="none"),
    "softmax_diagonal": Setting(examples=1),
    "Q_for_K": Setting(Q="K"),
    "dS_not_transposed": Setting(examples=1),
    "P_not_transposed": Setting(examples=1),
    "mean_for_max": Setting(windows="one entry"),
    "overwritten": Setting(windows="apart"),
}


def red(number, at, suspect):
    """Return the inputs that a suspect would have turned red in a setting."""
    return {name for name, mark in zip(case(number).world.blocks, seen(number, at, suspect), strict=True) if mark}


def checked_layer(number, at, suspect):
    """Say what gcl.check_layer says of a suspect on the inputs of a case, whose mask, windows and upstream are ours."""
    layer, given = gcl.layers.LAYERS[case(number).world.layer], dict(cases.report(number, at).shapes)
    for bug, _ in suspect:
        layer = layer.plant(bug)
    if "Q" in given:
        m = len(given["Q"])
        given["mask"] = np.ones((m, m), int) if at.mask == "none" else np.tri(m, dtype=int)
    windows = {"overlap": {}, "apart": {"stride": 3}, "one entry": {"window": 1, "stride": 1}}[at.windows]
    upstream = {"random": None, "ones": 1.0}.get(at.upstream)
    if at.upstream == "centred":
        out = layer.forward(**given)[0]
        upstream = random_upstream({"out": out}, number)["out"]
        upstream -= upstream.mean(1 if layer.name == "layer norm" else 0, keepdims=True)
    return gcl.check_layer(layer.forward, layer.backward, given, upstream=upstream, seed=number, eps=1e-5, **windows)


@pytest.mark.parametrize("number", IN_LAYERS)
def test_a_bug_in_a_layer_shows_at_once_and_by_the_law(number):
    plants = case(number).plants
    assert (
        red(number, ALL_ON, None) == red(number, ALL_ON, plants) == set().union(*(LAW[find(n).slot] for n, _ in plants))
    )


@pytest.mark.parametrize("number", IN_LAYERS)
def test_with_everything_on_nobody_in_the_line_up_can_hide_and_a_switch_heals_whom_it_says(number):
    world = case(number).world
    for ((bug, l),) in world.singles:
        assert red(number, ALL_ON, ((bug, l),)) == LAW[find(bug).slot] and l == 0
        if HEALED.get(bug) in world.settings:
            assert red(number, HEALED[bug], ((bug, l),)) == set()


@pytest.mark.parametrize("number", [41, 43, 44, 49])
def test_in_a_layer_a_mark_says_what_check_layer_says(number):
    for at in case(number).world.settings[::3]:
        for suspect in (case(number).plants, case(number).suspects[-1]):
            assert set(checked_layer(number, at, suspect).that_are("wrong")) == red(number, at, suspect), (at, suspect)


def test_what_the_switches_of_a_layer_stand_for():
    plain = cases.report(43, ALL_ON).shapes
    assert (plain["gain"] > 1.4).all() and plain["x"].shape == (32, 4)
    assert (cases.report(43, Setting(gain="ones")).shapes["gain"] == 1).all()
    x = cases.report(43, Setting(x="normalised")).shapes["x"]
    np.testing.assert_allclose(x, gcl.layers.LAYERS["layer norm"].forward(x, 1, 0)[0], atol=1e-14)
    assert cases.report(43, Setting(examples=1)).shapes["x"].shape == (1, 4)
    attention = cases.report(42, Setting(Q="K")).shapes
    assert (attention["Q"] == attention["K"]).all() and "mask" not in attention
    assert cases.report(43, ALL_ON).J != cases.report(46, ALL_ON).J, "each case has inputs of its own"


def test_ten_cases_are_in_layers_of_each_kind_the_first_one_gentle_some_of_two_lines():
    files = [case(number) for number in IN_LAYERS]
    assert {file.world.layer for file in files} == set(gcl.layers.LAYERS)
    assert len({(file.world.layer, file.plants) for file in files}) == 10
    assert sum(file.lines == 2 for file in files) >= 2 and not any(file.wild for file in files)
    assert case(41).lines == 1 and len(cases.solved_with(41)) == 2
    assert "each_winner" not in case(41).world.lineup, "at a tie no check can call it wrong"


def test_a_number_always_hides_the_same_in_a_layer():
    files = [case(number) for number in IN_LAYERS]
    tables = repr([(file.world.layer, file.plants, file.world.singles, file.world.switches) for file in files])
    assert hashlib.sha256(tables.encode()).hexdigest()[:16] == "ef1fdf4e2c45078e"


def test_sigma_forgotten_and_sigma_over_n_minus_1_are_both_right():
    frozen, over = (("sigma_frozen", 0),), (("sigma_over_n_minus_1", 0),)
    assert case(43).plants == frozen and cases.left(43, cases.solved_with(43)) == (frozen, over)
    assert cases.right(43, over) and cases.right(43, frozen) and not cases.right(43, (("mu_frozen", 0),))


@pytest.mark.parametrize(
    ("number", "accused", "words"),
    [
        (43, [("mu_frozen", 1)], 'mu_frozen in layer 1 cannot be accused: there is one layer only; say "mu_frozen"'),
        (43, [("no_decay", 0)], "^no_decay cannot be accused: it is not in the line-up"),
        (1, [("mu_frozen", 1)], "mu_frozen in layer 1 cannot be accused: it is not in the line-up"),
        (1, [("no_decay", 0)], r'^no_decay cannot be accused: say its layer, 1, 2 or 3: \("no_decay", 2\)'),
        (41, [("each_winner", 0)], "it is not in the line-up"),
        (45, [("no_sqrt_d", 0)], "in different equations: 2; accused are 1"),
        (45, [("no_sqrt_d", 0), ("Q_for_K", 0)], "in different equations: 2; accused are 2"),
    ],
)
def test_an_accusation_that_cannot_be_in_this_world_is_refused_in_words(number, accused, words):
    with pytest.raises(ValueError, match=words):
        cases.suspect(number, accused)


@pytest.mark.parametrize(
    ("number", "values", "words"),
    [
        (43, {"lam": 0.0}, "lam cannot be switched in case 43, which has the switches examples, upstream, gain, x"),
        (44, {"examples": 1}, "examples cannot be switched in case 44"),
        (1, {"upstream": "ones"}, "upstream cannot be switched in case 1, which has the switches lam, examples"),
        (43, {"upstream": "zeros"}, "upstream should be one of 'random', 'ones', 'centred'; got 'zeros'"),
    ],
)
def test_a_check_that_this_world_does_not_offer_is_refused_in_words(number, values, words):
    with pytest.raises(ValueError, match=words):
        cases.setting(number, *Setting(**values))


def test_a_setting_of_a_network_is_written_as_ever_and_every_one_can_be_read_again():
    assert repr(ALL_ON) == "(0.1, 32, 0.5, 'tanh', 0.5)"
    for number in (1, *IN_LAYERS):
        for at in case(number).world.settings:
            assert cases.setting(number, *eval(repr(at))) == at


@pytest.mark.parametrize("number", IN_LAYERS)
def test_where_suspects_are_few_there_are_four_claims_all_the_same(number):
    settings = case(number).world.settings
    for checks in [*((at,) for at in settings), *list(permutations(settings, 2))[:: 1 if len(settings) < 9 else 7]]:
        if reasons.decided(number, checks) == len(checks):
            claims = reasons.claims(number, checks)
            assert len(set(claims)) == 4 and sum(reasons.true(number, checks, claim) for claim in claims) == 1
