"""Why blocks are wrong, on code that is no network of the kit: what is said is true, and not said of what is near."""

from functools import cache

import numpy as np
import pytest

import gc_lib as gcl

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
