"""Why blocks are wrong, on code that is no network of the kit: what is said is true, and not said of what is near."""

from functools import cache

import numpy as np
import pytest
from helpers import problem as on_the_bench

import gc_lib as gcl
from gc_lib.checker.mistakes import places
from gc_lib.checker.where import where
from gc_lib.network.bugs import CATALOGUE

# ---- functions of other people, and their exact gradients ------------------------------------------------------------


def convolution(p, rng):
    """Slide two kernels of two channels over an image, and read out what comes."""
    windows = np.lib.stride_tricks.sliding_window_view(rng.normal(size=(2, 7, 7)), (3, 3), axis=(1, 2))
    return (np.sin(np.einsum("cijkl,ockl->oij", windows, p["kernel"])) * p["readout"]).sum()


def attention(p, rng):
    """Let three queries attend to five keys."""
    scores = np.exp(p["queries"] @ p["keys"].T / 2)
    out = scores / scores.sum(axis=1, keepdims=True) @ p["values"]
    return (np.tanh(out) * rng.normal(size=(3, 4))).sum()


def layer_norm(p, rng):
    """Normalise six units over eight examples."""
    z = p["W"] @ p["x"]
    z = z - z.mean(axis=0)
    out = p["gain"] * z / np.sqrt((z**2).mean(axis=0) + 1e-5)
    return (out**2 * rng.uniform(0.5, 2, (6, 8))).mean()


def embedding(p, rng):
    """Look up twenty tokens of six."""
    looked_up = p["E"][rng.permutation(np.arange(20) % 6)]
    return (np.tanh(looked_up @ p["U"]) * rng.normal(size=(20, 3))).mean()


SHAPES = {
    convolution: {"kernel": (2, 2, 3, 3), "readout": (2, 5, 5)},
    attention: {"queries": (3, 4), "keys": (5, 4), "values": (5, 4)},
    layer_norm: {"W": (6, 6), "x": (6, 8), "gain": (6, 1)},
    embedding: {"E": (6, 4), "U": (4, 3)},
}

FUNCTIONS = list(SHAPES)


@cache
def problem(function, seed):
    """Return θ, drawn at random, and the gradient of a function there, by complex steps."""
    theta = {name: np.random.default_rng(seed).normal(size=shape) for name, shape in SHAPES[function].items()}
    gradient = {name: np.empty(block.shape) for name, block in theta.items()}
    for name, block in theta.items():
        for i in np.ndindex(block.shape):
            nudged = block.astype(complex)
            nudged[i] += 1e-30j
            gradient[name][i] = function(theta | {name: nudged}, np.random.default_rng(seed)).imag / 1e-30
    return theta, gradient


def check(theta, gradient, wrong, bend=1 / 3):
    """Check a gradient, wrong in some blocks, of a parabola that has the other one at θ."""

    def J(p):
        return float(sum(np.vdot(gradient[n], p[n]) + bend * ((p[n] - theta[n]) ** 2).sum() for n in p))

    return gcl.check(J, lambda p: gradient | wrong, theta, 1e-5)


def reasons_of(report, name):
    return [reason for reason in report.reasons if name in reason.blocks]


# ---- mistakes planted ------------------------------------------------------------------------------------------------


def some_part(shape, rng):
    """Return a random index of one axis, or of neighbours on it, or every second of it; never all."""
    axis = int(rng.choice([axis for axis, size in enumerate(shape) if size > 2]))
    start = int(rng.integers(shape[axis] - 1))
    cuts = [start, slice(start, int(rng.integers(start + 1, shape[axis]))), slice(int(rng.integers(2)), None, 2)]
    return (slice(None),) * axis + (cuts[rng.integers(3)],)


def factor(rng):
    return rng.choice([-2, 1 / 7, 0.25, 0.5, 1.01, 1.5, 2, 3, 10, 1797])


def part_of(change):
    def plant(g, theta, rng):
        g[some_part(g.shape, rng)] *= change(rng)
        return g

    return plant


def shuffled(g, theta, rng):
    return rng.permutation(g.ravel()).reshape(g.shape)


def clipped(g, theta, rng):
    c = np.sort(np.abs(g.ravel()))[-rng.integers(3, g.size - 2)]
    return np.clip(g, -c, c)


def decay(g, theta, rng):
    return g + rng.choice([-1, 1]) * 10 ** rng.uniform(-3, 0) * theta


def scaled_but_for_the_decay(g, theta, rng):
    return factor(rng) * g + 10 ** rng.uniform(-2, 0) * theta


PLANTED = {  # what it is, and what changes dθ
    "zero": ("zero", lambda g, theta, rng: 0 * g),
    "zero in a part": ("zero", part_of(lambda rng: 0)),
    "scaled": ("scaled", lambda g, theta, rng: factor(rng) * g),
    "scaled in a part": ("scaled", part_of(factor)),
    "scaled but for the decay": ("scaled", scaled_but_for_the_decay),
    "sign flipped": ("sign flipped", lambda g, theta, rng: -g),
    "sign flipped in a part": ("sign flipped", part_of(lambda rng: -1)),
    "turned round": ("permuted", lambda g, theta, rng: np.flip(g, tuple(range(g.ndim))[-2:])),
    "column by column": ("permuted", lambda g, theta, rng: g.ravel(order="F").reshape(g.shape)),
    "shuffled": ("permuted", shuffled),
    "θ itself": ("mixed up", lambda g, theta, rng: theta),
    "clipped": ("clipped", clipped),
    "decay": ("decay", decay),
    "signs": ("signs", lambda g, theta, rng: decay(g, np.sign(theta), rng)),
}


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.slow
def test_of_200_mistakes_planted_nearly_all_get_their_reason(planted):
    (kind, plant), true = PLANTED[planted], []
    for seed in range(100):
        rng = np.random.default_rng([7, seed])
        theta, gradient = problem(FUNCTIONS[seed % 4], seed % 20)
        names = [name for name, block in theta.items() if block.size > 6 or not planted.endswith("part")][:2]
        report = check(theta, gradient, {name: plant(gradient[name].copy(), theta[name], rng) for name in names})
        true += [reasons_of(report, name)[0].kind == kind for name in names]
    assert len(true) == 200 and np.mean(true) >= 0.97


def noise(rng, g):
    return rng.normal(size=g.shape) * 10 ** rng.uniform(-2, 2) * np.sqrt(np.mean(g**2))


@pytest.mark.slow
def test_of_200_mistakes_of_no_kind_nearly_none_gets_a_reason():
    said = []
    for seed in range(100):
        rng = np.random.default_rng([8, seed])
        theta, gradient = problem(FUNCTIONS[seed % 4], seed % 20)
        scaled = {name: factor(rng) * gradient[name] for name in list(theta)[:2]}
        report = check(theta, gradient, {n: g + noise(rng, g) for n, g in scaled.items()})
        said += [reason.kind for reason in report.reasons]
    assert set(said) <= {"bug", "unrelated"} and said.count("bug") == 100


@pytest.mark.slow
def test_of_200_parts_that_are_off_nearly_all_are_named():
    true = []
    for seed in range(200):
        rng = np.random.default_rng([9, seed])
        theta, gradient = problem(FUNCTIONS[seed % 4], seed % 20)
        name = list(theta)[seed // 4 % 2]
        wrong, off = gradient[name].copy(), np.zeros(gradient[name].shape, bool)
        off[some_part(off.shape, rng)] = True
        wrong[off] += noise(rng, wrong)[off]
        (bug,) = check(theta, gradient, {name: wrong}).reasons
        (index,) = bug.evidence["where"].get(name, [()])
        named = np.zeros(off.shape, bool)
        named[index] = True
        true.append(np.array_equal(named, off))
    assert np.mean(true) >= 0.97


# ---- each reason, and what is near it --------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
THETA = {"kernel": RNG.normal(size=(2, 3, 3)), "W": RNG.normal(size=(4, 4)), "b": RNG.normal(size=7)}
GRADIENT = {name: RNG.normal(size=block.shape) for name, block in THETA.items()}


def first(change, theta=THETA, gradient=GRADIENT, **options):
    """Return the weightiest reason where a change has made the gradient wrong."""
    return check(theta, gradient, change({name: block.copy() for name, block in gradient.items()}), **options).reasons[
        0
    ]


def in_W(change):
    return lambda g: {"W": change(g["W"])}


@pytest.mark.parametrize("k", [2, 0.5, 3, 1.1, -2, 1797])
def test_a_factor_is_named(k):
    reason = first(in_W(lambda W: k * W))
    assert (reason.kind, reason.blocks) == ("scaled", ("W",)) and f"In W dθ is {k:g} times " in reason.says
    assert reason.evidence["factor"] == pytest.approx(k, rel=1e-5)


def test_blocks_that_are_off_by_one_factor_are_named_together():
    reason = first(lambda g: {"W": 3 * g["W"], "b": 3 * g["b"]})
    assert reason.blocks == ("W", "b") and reason.says.startswith("In W and b dθ is 3 times ")
    alone = {"a": np.array(0.3), "c": np.array([0.7])}
    slopes = {"a": np.array(1.3), "c": np.array([0.4])}
    assert first(lambda g: {"a": 2 * g["a"], "c": 2 * g["c"]}, alone, slopes).kind == "scaled"
    assert first(lambda g: {"a": 2 * g["a"], "c": 3 * g["c"]}, alone, slopes).kind == "bug"


def test_one_entry_is_no_evidence_for_a_factor():
    assert (
        first(lambda g: {"c": 2 * g["c"]}, THETA | {"c": np.array([0.3])}, GRADIENT | {"c": np.ones(1)}).kind == "bug"
    )


def test_what_is_ten_thousand_times_too_small_is_no_multiple():
    report = check(THETA, GRADIENT, {"W": 1e-4 * np.random.default_rng(1).normal(size=(4, 4))})
    assert not {reason.kind for reason in report.reasons} & {"scaled", "sign flipped", "clipped"}


def test_four_entries_are_no_evidence_for_a_factor_and_an_l2_term():
    theta = {"W": np.array([[1.0, -2.0], [0.5, 3.0]]), "b": np.ones(3)}
    gradient = {"W": np.array([[0.3, 1.0], [-2.0, 0.7]]), "b": np.ones(3)}
    assert first(lambda g: {"W": 3 * g["W"] + 0.1 * theta["W"]}, theta, gradient).kind == "bug"


def test_two_rows_that_are_off_each_in_its_own_way_are_no_factor_and_an_l2_term():
    """Where a is one of two multiples of θ, k a + c θ fits whatever is done to the rows."""
    theta = {"W": np.random.default_rng(2).normal(size=(2, 6))}
    gradient = {"W": np.array([[2.0], [5.0]]) * theta["W"]}
    assert first(lambda g: {"W": np.array([[3.0], [0.7]]) * g["W"]}, theta, gradient).kind == "bug"


def test_a_flipped_sign_is_named_beside_an_l2_term_that_is_right():
    reason = first(lambda g: {"W": -g["W"] + 0.2 * THETA["W"], "b": -g["b"]})
    assert (reason.kind, reason.blocks) == ("sign flipped", ("W", "b")) and "but for a multiple of θ" in reason.says
    assert first(in_W(lambda W: -W)).says == "In W dθ has the wrong sign."
    assert first(in_W(lambda W: -1.01 * W)).kind == "scaled"


def test_a_forgotten_block_and_a_forgotten_row_are_named():
    assert first(lambda g: {"b": 0 * g["b"]}).says == "In b dθ is zero, and should not be."
    assert first(in_W(lambda W: W * [[1], [1], [0], [1]])).says == "In W[2, :] dθ is zero, and should not be."


@pytest.mark.parametrize(
    ("name", "change", "order"),
    [
        ("W", np.transpose, "transposed"),
        ("kernel", lambda g: np.swapaxes(g, 1, 2), "transposed in axes 1 and 2"),
        ("kernel", lambda g: g[:, ::-1, ::-1], "turned round along axes 1 and 2"),
        ("kernel", lambda g: g.ravel(order="F").reshape(g.shape), "column by column where θ goes row by row"),
        ("kernel", lambda g: g.ravel().reshape(g.shape, order="F"), "row by row where θ goes column by column"),
        ("b", lambda g: g[::-1], "turned round along axis 0"),
        ("b", lambda g: np.roll(g, 2), "in another order"),
    ],
)
def test_an_order_is_named_and_is_the_whole_bug(name, change, order):
    (reason,) = check(THETA, GRADIENT, {name: change(GRADIENT[name])}).reasons
    assert (reason.kind, reason.blocks, reason.evidence) == ("permuted", (name,), {"order": order})
    assert f"the right values, {order}" in reason.says


def test_almost_the_right_values_in_another_order_are_not_called_so():
    assert first(in_W(lambda W: W.T * (1 + 0.01 * THETA["W"]))).kind != "permuted"
    big = np.random.default_rng(3).normal(size=(2, 60, 60))  # two draws from one distribution look much alike, sorted
    assert first(lambda g: {"W": big[1]}, {"W": big[0]}, {"W": big[0][::-1]}).kind == "unrelated"


def test_the_slopes_of_another_block_and_theta_itself_are_named():
    theta, gradient = THETA | {"V": THETA["W"] ** 2}, GRADIENT | {"V": np.sin(GRADIENT["W"])}
    reason = first(lambda g: {"V": g["W"]}, theta, gradient)
    assert (reason.kind, reason.blocks, reason.says) == ("mixed up", ("V",), "In V dθ holds the slopes of W.")
    assert first(lambda g: {"V": THETA["W"] ** 2}, theta, gradient).says == "In V dθ holds θ itself."
    assert first(lambda g: {"V": 1.01 * g["W"]}, theta, gradient).kind != "mixed up"
    ones = {"V": np.ones((4, 4)), "W": np.ones((4, 4))}  # whoever forgets a factor has ones: no block was mixed up
    assert first(lambda g: ones, theta, gradient | {"W": np.ones((4, 4))}).kind != "mixed up"


def test_a_clipped_gradient_is_named_with_where_it_is_cut():
    reason = first(lambda g: {name: np.clip(block, -0.5, 0.5) for name, block in g.items()})
    assert reason.kind == "clipped" and reason.evidence == {"limit": 0.5} and "cut off at ±0.5" in reason.says
    assert set(reason.blocks) == set(THETA)
    assert first(in_W(lambda W: np.clip(1.01 * W, -0.5, 0.5))).kind != "clipped"
    size = np.sqrt(sum((block**2).sum() for block in GRADIENT.values()))
    reason = first(lambda g: {name: block * 2.5 / size for name, block in g.items()})
    assert reason.kind == "clipped" and "Its norm is 2.5" in reason.advice
    assert first(lambda g: {name: block * 2.5123 / size for name, block in g.items()}).kind == "scaled"


def test_an_l2_term_is_named_but_not_where_theta_is_the_same_everywhere():
    reason = first(lambda g: {"W": g["W"] - 0.3 * THETA["W"]})
    assert (reason.kind, reason.blocks) == ("decay", ("W",)) and "off by -0.3 times θ itself" in reason.says
    assert reason.evidence["factor"] == pytest.approx(-0.3, rel=1e-5)
    gains = THETA | {"W": np.ones((4, 4))}
    assert first(in_W(lambda W: W + 0.3), gains).kind == "bug"
    assert first(lambda g: {"W": g["W"] - 0.3 * np.tanh(THETA["W"])}).kind == "bug"


def test_an_l1_term_is_named_where_theta_has_either_sign():
    reason = first(lambda g: {"W": g["W"] + 0.05 * np.sign(THETA["W"])})
    assert (reason.kind, reason.blocks) == ("signs", ("W",)) and "off by +0.05 times the sign of θ" in reason.says
    assert reason.evidence["factor"] == pytest.approx(0.05, rel=1e-5) and "L1 term" in reason.advice
    assert first(in_W(lambda W: W + 0.05), {name: np.abs(block) for name, block in THETA.items()}).kind == "bug"


def test_a_1e_7_in_a_logarithm_is_asked_for_where_dtheta_is_off_by_so_little():
    scores, label = np.array([[2.0, 0.5, -1.0], [0.1, 3.0, 0.2]]), np.array([2, 0])

    def softmax(z):
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)

    def cost(z):
        return -np.log(softmax(z)[[0, 1], label] + 1e-7).mean()

    report = gcl.check(cost, lambda z: (softmax(z) - np.eye(3)[label]) / 2, scores)
    assert report.answer == "wrong" and "as the 1e-7 of log(p + 1e-7)" in report.explain()
    gcl.check(cost, lambda z: (softmax(z) - np.eye(3)[label]) / 2, scores, rtol=1e-4).assert_ok()


def test_unrelated_is_not_said_of_one_wild_entry():
    rng = np.random.default_rng(4)
    reason = first(in_W(lambda W: rng.permutation(W**2) - 0.5))
    assert reason.kind == "unrelated" and abs(reason.evidence["cosine"]) < 0.3

    def wild(W):
        W[1, 2] += 1e4
        return W

    assert first(in_W(wild)).kind == "bug" and first(in_W(lambda W: 1.1 * wild(W) + 0.01)).kind == "bug"


def test_the_whole_slope_to_each_of_those_that_tie_for_a_max_is_no_factor_of_2():
    W, X = np.random.default_rng(5).normal(size=(4, 3)), np.random.default_rng(6).normal(size=(3, 5))
    W[0] = W[2] = 0.3 * X[:, 1]

    def cost(W):
        return float(np.sin(W @ X).max(axis=0).sum())

    def gradient(W, share=1):
        Z = np.sin(W @ X)
        return (Z == Z.max(axis=0)) * np.cos(W @ X) @ X.T / share

    report = gcl.check(cost, gradient, W)
    assert report.answer != "right" and "scaled" not in {reason.kind for reason in report.reasons}
    assert gcl.check(cost, lambda W: gradient(W, [[2], [1], [2], [1]]), W).answer != "wrong"


def test_words_of_the_course_are_said_of_its_blocks_alone():
    for change in (lambda W: 2 * W, lambda W: -W, lambda W: W + 0.3 * THETA["W"], lambda W: W + 1):
        said = check(THETA, GRADIENT, {"W": change(GRADIENT["W"])}).explain()
        assert not [word for word in ("λ", "keep_prob", "dZ", "db1", " m,") if word in said], said


def test_numbers_near_the_end_of_a_float_make_no_trouble():
    for size in (1e-200, 1e200):
        gradient = {name: size * block for name, block in GRADIENT.items()}
        report = check(THETA, gradient, {"W": -gradient["W"] + size}, bend=0)
        assert [reason.kind for reason in report.reasons][-1:] == ["bug"] * (report.answer == "wrong")


def test_print_and_explain_name_the_same_worst_entry():
    wrong = {"W": GRADIENT["W"] + 1e-4 * np.arange(16).reshape(4, 4), "b": GRADIENT["b"] * [1, 1, 1, 1, 1, 1, 1.001]}
    report = check(THETA, GRADIENT, wrong)
    told = [text.split("Worst entry: ")[1].split(":")[0] for text in (str(report), report.explain())]
    assert told == ["W[3, 3]"] * 2 and ("W", (3, 3)) == report.worst[:2]


# ---- where in a block ------------------------------------------------------------------------------------------------


def off(shape, *indices):
    mask = np.zeros(shape, bool)
    for index in indices:
        mask[index] = True
    return mask


@pytest.mark.parametrize(
    ("shape", "indices", "words"),
    [
        ((5, 4), [3], "W[3, :]"),
        ((5, 4), [slice(1, 3)], "W[1:3, :]"),
        ((5, 4), [slice(3, None)], "W[3:, :]"),
        ((5, 4), [(slice(None), 2)], "W[:, 2]"),
        ((5, 4), [np.s_[1:3, 2:]], "W[1:3, 2:]"),
        ((6, 4), [np.s_[::2]], "W[::2, :]"),
        ((6, 4), [np.s_[1::2]], "W[1::2, :]"),
        ((7, 5), [np.s_[:, 1::3]], "W[:, [1, 4]]"),
        ((9, 7), [np.s_[:, 2::3]], "W[:, [2, 5]]"),
        ((9, 4), [[0, 1, 4, 8]], "W[[0, 1, 4, 8], :]"),
        ((99, 4), [[*range(0, 70, 9)]], "W[[0, 9, 18, 27, 36, 45, …], :]"),
        ((2, 3, 4, 4), [np.s_[:, 1]], "W[:, 1, :, :]"),
        ((2, 3, 4, 4), [np.s_[:, :, 1:3, ::2]], "W[:, :, 1:3, [0, 2]]"),
        ((9,), [slice(None, None, 2)], "W[::2]"),
        ((9,), [slice(4)], "W[:4]"),
        ((9,), [[1, 2, 6]], "W[[1, 2, 6]]"),
        ((8,), [slice(2, None, 2)], "W[[2, 4, 6]]"),  # every second, but not from the first on
        ((9, 2), [[0, 1, 4, 8]], "W[[0, 1, 4, 8], :]"),
        ((2, 2), [(0, 0), (1, 1)], "W[0, 0] and W[1, 1]"),
        ((5, 4), [(3, 1)], "W[3, 1]"),
        ((5, 4), [(3, 1), (0, 2)], "W[0, 2] and W[3, 1]"),
    ],
)
def test_a_pattern_is_written_as_in_code(shape, indices, words):
    mask = off(shape, *indices)
    place = where(mask, ~mask)
    assert place.of("W") == words and np.array_equal(place.mask, mask)
    again = off(shape, *[tuple(list(c) if isinstance(c, tuple) else c for c in index) for index in place.at])
    assert np.array_equal(again, mask)


def test_nothing_is_said_where_all_is_off_or_in_no_pattern():
    everywhere, scattered = off((5, 4), slice(None)), off((5, 4), (0, 1), (1, 3), (2, 0), (4, 2))
    for mask in (everywhere, scattered, ~scattered, ~everywhere, off((12,), [1, 2, 5, 7, 11]), off((1,), 0)):
        assert where(mask, ~mask) is None


def test_entries_of_which_nobody_knows_join_what_is_off():
    """Rows 0 and 2 of an embedding are of tokens that do not occur: of a factor on all, nothing shows there."""
    seen = off((5, 4), [1, 3, 4])
    assert where(seen, off((5, 4))) is None
    assert where(off((5, 4), 1), off((5, 4), [3, 4])).of("E") == "E[1, :]"


def test_only_repeated_tokens_are_off_where_the_embedding_was_not_added_up():
    E, tokens = np.random.default_rng(7).normal(size=(8, 3)), np.array([0, 2, 2, 5, 6, 6, 7])
    r = np.random.default_rng(8).normal(size=(7, 3))

    def gradient(E):
        dE = np.zeros_like(E)
        dE[tokens] += r  # np.add.at adds up
        return dE

    (bug,) = gcl.check(lambda E: float((E[tokens] * r).sum()), gradient, E).reasons
    assert bug.evidence["where"] == {"theta": (((2, 6), slice(None)),)} and "of theta only theta[[2, 6], :]" in bug.says


# ---- the place -------------------------------------------------------------------------------------------------------


SLOT_OF = {
    "drop": "the mask of layer {}",
    "dZ": "the slope of layer {}",
    "dW": "dW{}",
    "db": "db{}",
    "dA_prev": "dA_prev of layer {}",
}


@pytest.mark.parametrize("name", [name for name, bug in CATALOGUE.items() if bug.family.__name__ == "Steps"])
@pytest.mark.slow
def test_the_place_of_every_bug_is_among_those_named(name):
    net, X, Y, params = on_the_bench()
    for layer in [l for l in range(1, net.L + 1) if not net.obstacle(name, l)]:
        report = gcl.check(*net.plant(name, layer).on(X, Y, masks="frozen"), params, 1e-6)
        if report.answer == "right":
            continue  # hidden here, as test_bugs shows
        slot = CATALOGUE[name].slot
        truth = f"dZ{layer}" if slot == "dZ" and layer == net.L else SLOT_OF[slot].format(layer)
        (reason,) = [reason for reason in report.reasons if reason.kind in ("bug", "permuted")]
        assert (truth,) in reason.evidence["places"] or any(truth in alike for alike in reason.evidence["places"])
        assert truth in report.reasons[-1].advice and len(reason.evidence["places"]) == 1


def test_places_by_the_law_of_which_blocks_turn_red():
    def at(*wrong, L=3):
        return places(
            {f"{kind}{l}": "wrong" if f"{kind}{l}" in wrong else "right" for l in range(1, L + 1) for kind in "Wb"}
        )

    assert at("W2") == (("dW2",),) and at("b1", "W3") == (("dW3",), ("db1",))
    assert at("W3", "b3", "W2", "b2", "W1", "b1") == (("dZ3",),)
    assert at("W1", "b1") == (("dA_prev of layer 2", "the mask of layer 1", "the slope of layer 1"),)
    assert at("W2", "b2") == (("dW2",), ("db2",)), "with layer 1 right it is not dZ2"
    assert at("b3", "W1", "b1") == (("db3",), ("dA_prev of layer 2", "the mask of layer 1", "the slope of layer 1"))
    assert places({"kernel": "wrong", "b1": "right"}) == ()


@pytest.mark.parametrize("name", ["no_decay", "half_decay", "decay_not_over_m", "decay_subtracted"])
def test_a_wrong_decay_term_of_the_network_is_named_with_its_factor(name):
    net, X, Y, params = on_the_bench()
    (reason, *_) = gcl.check(*net.plant(name, 2).on(X, Y, masks="frozen"), params, 1e-6).reasons
    share = net.lam / X.shape[1]
    factor = {"no_decay": -1, "half_decay": -0.5, "decay_not_over_m": X.shape[1] - 1, "decay_subtracted": -2}[name]
    assert reason.kind == "decay" and reason.blocks == ("W2",)
    assert reason.evidence["factor"] == pytest.approx(factor * share, rel=1e-4)


def test_a_decayed_bias_a_wrong_decay_in_the_cost_and_a_flipped_sign_of_the_network_are_named():
    net, X, Y, params = on_the_bench()

    def reasons(*bug):
        return gcl.check(*net.plant(*bug).on(X, Y, masks="frozen"), params, 1e-6).reasons

    assert reasons("db_decayed", 3)[0].kind == "decay"
    decay, bug = reasons("J_no_decay")
    assert (decay.kind, decay.blocks) == ("decay", ("W1", "W2", "W3", "W4"))
    assert bug.evidence["places"] == (("the λ term, or one slip in every dW",),)
    (sign, *_) = reasons("sign_flipped", 4)
    assert sign.kind == "sign flipped" and set(sign.blocks) >= {"W1", "W2", "W3", "b1", "b2", "b3"}


def test_rows_of_tokens_that_do_not_occur_make_no_pattern():
    E, tokens = np.random.default_rng(9).normal(size=(6, 3)), np.array([1, 3, 4, 4])
    exact = np.zeros((6, 3))
    np.add.at(exact, tokens, np.cos(E[tokens]))
    scaled, bug = gcl.check(lambda E: float(np.sin(E[tokens]).sum()), lambda E: 2 * exact, E).reasons
    assert scaled.says == "In theta dθ is 2 times the slope of J." and bug.evidence["where"] == {}


def test_an_entry_whose_slope_is_not_known_is_not_among_those_that_are_off():
    def gradient(t):
        return (np.log(t) + 1) * np.where(np.arange(6) == 3, 2, 1)

    report = gcl.check(lambda t: float(np.sum(t * np.log(t))), gradient, np.array([1e-9, 1, 2, 3, 4, 5]), 1e-3)
    (bug,) = (reason for reason in report.reasons if reason.kind == "bug")
    assert np.isnan(report.found.bend_in_loop[0]) and bug.evidence["where"] == {"theta": ((3,),)}


def log_loss(p):
    return -np.sum(LABELS * np.log(p) + (1 - LABELS) * np.log(1 - p))


LABELS = np.array([0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0.0])
NEAR_0 = np.random.default_rng(0).uniform(0.05, 0.95, 12)
NEAR_0[10] = 1e-6  # there log bends so much that ε = 1e-7 is too large


@pytest.mark.parametrize("entry, factor", [(6, 1.5), (1, -1.0), (10, 1.0033), (3, 0.0)])
@pytest.mark.parametrize("eps", [1e-7, 1e-5, "auto"])
def test_no_right_entry_is_named_because_eps_is_too_large_for_it(entry, factor, eps):
    right = (1 - LABELS) / (1 - NEAR_0) - LABELS / NEAR_0
    wrong = right * np.where(np.arange(12) == entry, factor, 1)
    assert gcl.check(log_loss, lambda p: right, NEAR_0, eps=eps).answer == "right"
    report = gcl.check(log_loss, lambda p: wrong, NEAR_0, eps=eps)
    assert report.answer == "wrong" and report.worst.index == (entry,)
    assert report.worst.approx == pytest.approx(right[entry], rel=1e-4)
    (bug,) = (reason for reason in report.reasons if reason.kind == "bug")
    assert f"theta[{entry}]" in bug.says and bug.says.count("[") == 1


def test_where_eps_leads_out_of_the_domain_of_j_the_size_of_an_error_is_that_of_what_is_known():
    right = (1 - LABELS) / (1 - NEAR_0) - LABELS / NEAR_0
    report = gcl.check(log_loss, lambda p: right * np.where(np.arange(12) == 6, 1e5, 1), NEAR_0, eps=1e-5)
    assert report.within["theta"].size == pytest.approx(1e5 * right[6] / np.linalg.norm(report.gradient), rel=1e-2)


def test_only_is_said_where_nothing_else_is_off_by_much():
    """The slope of an L2 term with the wrong sign: two entries exceed what rtol allows, the others do not."""
    W = np.array([1.0, 2.0, 0.3, 0.35, 0.25, 0.3])
    lam = 1e-6
    report = gcl.check(lambda W: (100 * W).sum() + lam / 2 * W @ W, lambda W: 100 - lam * W, W, rtol=1e-8)
    (bug,) = (reason for reason in report.reasons if reason.kind == "bug")
    assert "only" not in bug.says


@pytest.mark.parametrize("seed", range(10))
def test_two_entries_exchanged_are_no_forgotten_l1_term(seed):
    rng = np.random.default_rng(seed)
    X, Y, W = rng.normal(size=(2, 20)), rng.normal(size=(2, 20)), rng.normal(size=(2, 2))
    cost = lambda W: np.sum((np.tanh(W @ X) - Y) ** 2) / 2  # noqa: E731
    gradient = lambda W: ((np.tanh(W @ X) - Y) * (1 - np.tanh(W @ X) ** 2)) @ X.T  # noqa: E731
    assert gcl.check(cost, lambda W: gradient(W).T, W).reasons[0].kind == "permuted"


def test_the_rounding_of_theta_is_no_step_of_j():
    """Two rows of a batch norm, with times in seconds since 1970, which ε = 1e-7 leaves where they are."""
    layer = gcl.layers.LAYERS["batch norm"]
    given = layer.example() | {"x": np.array([[2001.0, 19500.0, 1.6e9, 3.0], [2014.0, 8300.0, 1.4e9, 5.0]])}
    report = gcl.check_layer(layer.forward, layer.backward, given)
    assert report.answer != "wrong" and not [reason for reason in report.reasons if "0e+00" in reason.says]
