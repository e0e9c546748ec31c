"""Where J is not smooth, or ends: corners near θ and on θ, and the edge of a domain."""

import numpy as np

from .problem import Problem, log_uniform, of_vector, size


def ramp(z, xp, side=0.5):
    """max(z, 0), whose slope at z = 0 is `side`"""
    return xp.where(z > 0, z, xp.where(z < 0, 0.0 * z, side * z))


def bent(kind: str, rng, n: int, c: np.ndarray):
    """Return a function of x with corners where an entry of x is 0."""
    labels, mix = rng.choice([-1.0, 1.0], n), rng.normal(size=n)

    def relu(x, xp, side=0.5):
        return xp.sum(c * ramp(x, xp, side))

    def absolute(x, xp, side=0.5):
        return xp.sum(np.abs(c) * (2 * ramp(x, xp, side) - x))

    def maximum(x, xp, side=0.5):  # of an entry and a smooth function of the entry
        return xp.sum(c * (xp.sin(x) + ramp(xp.exp(x) - 1, xp, side)))

    def hinge(x, xp, side=0.5):  # one margin of each example, met exactly at x = 0
        return xp.sum(ramp(labels * x, xp, side)) + xp.sum(mix * x) ** 2

    def leaky(x, xp, side=0.5):
        return xp.sum(c * (0.01 * x + 0.99 * ramp(x, xp, side))) + xp.sum(x**2)

    return {"relu": relu, "abs": absolute, "max": maximum, "hinge": hinge, "leaky": leaky}[kind]


def kinks_near(rng) -> Problem:
    """Draw a J with corners at 1e-9 … 0.1 from θ: a few entries, or a ReLU net with one example near its corner."""
    kind = str(rng.choice(["relu", "abs", "max", "hinge", "leaky", "huber", "net", "net"]))
    gap = log_uniform(rng, 1e-9, 0.1)
    if kind == "net":
        return relu_net(rng, gap, cloud="kink near θ")
    n = size(rng, 1, 60)
    x, c = rng.normal(size=n), rng.normal(size=n)
    near = rng.choice(n, min(n, int(rng.integers(1, 4))), replace=False)
    x[near] = gap * rng.choice([-1, 1], near.size) * rng.uniform(1, 3, near.size)
    if kind == "huber":  # whose second slope jumps, at |x| = 1
        x[near] += np.sign(x[near])

        def huber(x, xp):
            return xp.sum(c * xp.where(xp.abs(x) < 1, x**2 / 2, xp.abs(x) - 0.5))

        return of_vector(rng, huber, x, cloud="kink near θ")
    return of_vector(rng, bent(kind, rng, n, c), x, cloud="kink near θ")


def kinks_on(rng) -> Problem:
    """Draw a J with a corner on θ: entries that are exactly 0, a ReLU net shown zeros, or a tie."""
    kind = str(rng.choice(["relu", "abs", "max", "hinge", "leaky", "tie", "net", "net"]))
    side = float(rng.choice([0.0, 0.5, 1.0, rng.random()]))
    if kind == "net":
        return relu_net(rng, 0.0, side=side, cloud="kink on θ")
    n = size(rng, 2 if kind == "tie" else 1, 60)
    x, c = rng.normal(size=n), rng.normal(size=n)
    on = rng.choice(n, min(n, int(rng.integers(1, 4))), replace=False)
    if kind == "tie":
        x[1] = x[0]

        def larger(x, xp, side=0.5):
            return c[0] * (x[1] + ramp(x[0] - x[1], xp, side)) + xp.sum(xp.sin(x))

        return of_vector(rng, larger, x, cloud="kink on θ", side=side)
    x[on] = 0.0
    return of_vector(rng, bent(kind, rng, n, c), x, cloud="kink on θ", side=side)


def relu_net(rng, gap: float, side: float | None = None, **more) -> Problem:
    """Draw a net with one layer of ReLUs, whose first example is `gap` from their corners."""
    d, h, m = int(rng.integers(1, 8)), int(rng.integers(1, 8)), int(rng.integers(2, 9))
    X, y = rng.normal(size=(d, m)), rng.normal(size=m)
    X[:, 0] = 0  # what is left of its weighted sums is b
    b = np.zeros(h)
    if gap:
        b = rng.normal(size=h)
        b[rng.integers(h)] = gap * rng.choice([-1, 1])
    params = {"W1": rng.normal(size=(h, d)), "b1": b.reshape(h, 1), "W2": rng.normal(size=h), "b2": rng.normal(size=1)}

    def meant(p, xp, side=0.5):
        A = ramp(p["W1"] @ X + p["b1"], xp, side)
        return xp.mean((p["W2"] @ A + p["b2"] - y) ** 2)

    return Problem(meant, params, side=side, **more)


EDGES = {
    "log": (lambda x, xp: xp.log(x), 0.0),
    "sqrt": (lambda x, xp: xp.sqrt(x), 0.0),
    "power": (lambda x, xp: x**0.3, 0.0),
    "inverse": (lambda x, xp: x**-0.5, 0.0),
    "log of 1 − x": (lambda x, xp: xp.log(1 - x), 1.0),
    "entropy": (lambda x, xp: x * xp.log(x) + (1 - x) * xp.log(1 - x), 0.0),
    "logit": (lambda x, xp: xp.log(x / (1 - x)) ** 2, 1.0),
}


def edges(rng) -> Problem:
    """Draw a J that ends 1e-10 … 0.1 from θ, in nan or in an exception."""
    function, edge = EDGES[str(rng.choice(list(EDGES)))]
    n = size(rng, 1, 40)
    x, c = rng.uniform(0.1, 0.9, n), rng.normal(size=n)
    near = rng.choice(n, min(n, int(rng.integers(1, 4))), replace=False)
    x[near] = np.abs(edge - log_uniform(rng, 1e-10, 0.1) * rng.uniform(1, 3, near.size))
    drawn = of_vector(rng, lambda x, xp: xp.sum(c * function(x, xp)), x, cloud="domain")

    def strict(params):
        J = float(drawn.meant(params, np))
        if not np.isfinite(J):
            raise ValueError("math domain error")
        return J

    return Problem(drawn.meant, drawn.params, strict if rng.random() < 0.5 else None, "domain")
