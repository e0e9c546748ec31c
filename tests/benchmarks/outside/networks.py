"""Learning machines as people write them: naive losses, deep nets, norms, recurrence, attention, convolution."""

from itertools import pairwise

import numpy as np

from .problem import Problem, log_uniform, size


def logistic(rng) -> Problem:
    """Draw the lecture's −mean(y log a + (1 − y) log(1 − a)), at times with examples that are far on the wrong side."""
    d, m = int(rng.integers(1, 20)), int(rng.integers(1, 40))
    X, y = rng.normal(size=(d, m)), rng.integers(0, 2, m)
    params = {"w": rng.normal(size=d), "b": rng.normal(size=())}
    top = np.abs(params["w"] @ X + params["b"]).max()
    reach = rng.uniform(15, 36) if rng.random() < 0.6 else log_uniform(rng, 0.1, 15)

    def cost(p):
        a = 1 / (1 + np.exp(-(p["w"] @ X + p["b"])))
        return float(-np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)))

    def meant(p, xp):
        z = p["w"] @ X + p["b"]
        return xp.mean(xp.logaddexp(0.0, z) - y * z)

    params = {name: np.asarray(block * reach / top) for name, block in params.items()}
    while not np.isfinite(cost(params)):
        params = {name: 0.95 * block for name, block in params.items()}
    z = params["w"] @ X + params["b"]
    return Problem(meant, params, cost, "saturated" if z[y == 0].max(initial=0) > 15 else "")


def softmax(rng) -> Problem:
    """Draw −mean log of a softmax without the largest score taken off first."""
    k, d, m = (int(rng.integers(least, most)) for least, most in ((2, 8), (1, 12), (1, 20)))
    X, label, each = rng.normal(size=(d, m)), rng.integers(0, k, m), np.arange(m)
    reach = log_uniform(rng, 0.1, 300)
    params = {"W": rng.normal(size=(k, d)), "b": rng.normal(size=(k, 1))}
    top = np.abs(params["W"] @ X + params["b"]).max()

    def cost(p):
        e = np.exp(p["W"] @ X + p["b"])
        return float(-np.mean(np.log((e / e.sum(0))[label, each])))

    def meant(p, xp):
        z = p["W"] @ X + p["b"]
        z = z - xp.max(z, 0)
        return xp.mean(xp.log(xp.sum(xp.exp(z), 0)) - z[label, each])

    params = {name: block * reach / top for name, block in params.items()}
    while not np.isfinite(cost(params)):
        params = {name: 0.9 * block for name, block in params.items()}
    return Problem(meant, params, cost)


def deep(rng) -> Problem:
    """Draw a narrow tanh net of 5 … 60 layers."""
    width = int(rng.integers(1, 5))
    layers, m = size(rng, 5, min(60, 300 // (width * width + width))), int(rng.integers(1, 6))
    gain = rng.uniform(0.5, 1.5) / np.sqrt(width)
    X, Y = rng.normal(size=(2, width, m))
    params = {}
    for l in range(1, layers + 1):
        params |= {f"W{l}": gain * rng.normal(size=(width, width)), f"b{l}": 0.1 * rng.normal(size=(width, 1))}

    def meant(p, xp):
        A = X
        for l in range(1, layers + 1):
            A = xp.tanh(p[f"W{l}"] @ A + p[f"b{l}"])
        return xp.sum((A - Y) ** 2) / m

    return Problem(meant, params)


def norms(rng) -> Problem:
    """Draw a layer norm, a batch norm, a root of squares, a length or a cosine, under an upstream gradient."""
    m, d = int(rng.integers(2, 12)), int(rng.integers(2, 20))
    r, scale = rng.normal(size=(m, d)), log_uniform(rng, 1e-2, 1e2)
    params = {"x": scale * rng.normal(size=(m, d)) + rng.normal(), "g": rng.normal(size=d), "b": rng.normal(size=d)}
    axis = int(rng.integers(2))  # 0: over the examples, as in batch norm; 1: over the features, as in layer norm
    kind = str(rng.choice(["layer or batch", "layer or batch", "root mean square", "length", "cosine"]))

    def layer(p, xp):
        centred = p["x"] - xp.mean(p["x"], axis, keepdims=True)
        scaled = centred / xp.sqrt(xp.mean(centred**2, axis, keepdims=True) + 1e-5)
        return xp.sum(r * (p["g"] * scaled + p["b"]))

    def root(p, xp):
        return xp.sum(r * p["g"] * p["x"] / xp.sqrt(xp.mean(p["x"] ** 2, 1, keepdims=True) + 1e-6)) + xp.sum(
            p["b"] ** 2
        )

    def length(p, xp):
        return xp.sum(r[:, 0] * xp.sqrt(xp.sum(p["x"] ** 2, 1))) + xp.sqrt(xp.sum(p["g"] ** 2) + xp.sum(p["b"] ** 2))

    def cosine(p, xp):
        along = p["x"] @ p["g"] / (xp.sqrt(xp.sum(p["x"] ** 2, 1)) * xp.sqrt(xp.sum(p["g"] ** 2)))
        return xp.sum(r[:, 0] * along) + p["b"] @ p["g"] / xp.sqrt(xp.sum(p["b"] ** 2))

    kinds = {"layer or batch": layer, "root mean square": root, "length": length, "cosine": cosine}
    return Problem(kinds[kind], params)


def recurrence(rng) -> Problem:
    """Draw a recurrent net over 3 … 30 steps, plain or with a gate."""
    T, h, d = int(rng.integers(3, 31)), int(rng.integers(1, 7)), int(rng.integers(1, 5))
    x, gated = rng.normal(size=(T, d)), bool(rng.random() < 0.4)
    params = {"W": rng.uniform(0.3, 1.5) * rng.normal(size=(h, h)) / np.sqrt(h), "U": rng.normal(size=(h, d))}
    params |= {"b": rng.normal(size=h), "v": rng.normal(size=h)}

    def meant(p, xp):
        state = np.zeros(h)
        for t in range(T):
            new = xp.tanh(p["W"] @ state + p["U"] @ x[t] + p["b"])
            gate = 1 / (1 + xp.exp(-(p["U"] @ x[t]))) if gated else 1.0
            state = gate * new + (1 - gate) * state
        return xp.sum(p["v"] * state) ** 2

    return Problem(meant, params)


def attention(rng) -> Problem:
    """Draw one head of attention."""
    T, d = int(rng.integers(2, 8)), int(rng.integers(1, 8))
    X, r = rng.normal(size=(T, d)), rng.normal(size=(T, d))
    sharp = log_uniform(rng, 0.1, 3)
    params = {name: sharp * rng.normal(size=(d, d)) for name in ("Q", "K", "V")}

    def meant(p, xp):
        scores = (X @ p["Q"]) @ (X @ p["K"]).T / np.sqrt(d)
        weights = xp.exp(scores - xp.max(scores, 1, keepdims=True))
        return xp.sum(r * ((weights / xp.sum(weights, 1, keepdims=True)) @ (X @ p["V"])))

    return Problem(meant, params)


def convolution(rng) -> Problem:
    """Draw a kernel that slides over signals, a smooth unit, a mean over the places and a dense layer."""
    m, length, taps, channels = (int(rng.integers(*ends)) for ends in ((1, 6), (8, 20), (2, 6), (1, 5)))
    X, y, places = rng.normal(size=(m, length)), rng.normal(size=m), length - taps + 1
    params = {"kernel": rng.normal(size=(channels, taps)), "bias": rng.normal(size=channels)}
    params |= {"dense": rng.normal(size=channels)}

    def meant(p, xp):
        maps = [
            xp.mean(xp.tanh(sum(p["kernel"][c, k] * X[:, k : k + places] for k in range(taps)) + p["bias"][c]), 1)
            for c in range(channels)
        ]
        return xp.mean((sum(p["dense"][c] * maps[c] for c in range(channels)) - y) ** 2)

    return Problem(meant, params)


def layered(rng, sizes: tuple) -> Problem:
    """Draw a tanh net of these sizes, on ten examples."""
    X, Y = rng.normal(size=(sizes[0], 10)), rng.normal(size=(sizes[-1], 10))
    params = {}
    for l, (d, k) in enumerate(pairwise(sizes), 1):
        params |= {f"W{l}": rng.normal(size=(k, d)) / np.sqrt(d), f"b{l}": 0.1 * rng.normal(size=(k, 1))}

    def meant(p, xp):
        A = X
        for l in range(1, len(sizes)):
            A = xp.tanh(p[f"W{l}"] @ A + p[f"b{l}"])
        return xp.mean((A - Y) ** 2)

    return Problem(meant, params)
