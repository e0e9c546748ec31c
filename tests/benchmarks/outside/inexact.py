"""Where J is coarser than its dtype says: offsets, noise, tolerances of solvers, rounding, float32 and float16."""

import hashlib
import math

import numpy as np

from .problem import Problem, as_blocks, in_blocks, log_uniform, of_vector, size, vector


def smooth(rng, most: int = 60) -> Problem:
    """Draw a function without any difficulty of its own, for something to be done to it."""
    if rng.random() < 0.4:
        return net(rng)
    n = size(rng, 1, most)
    a, k = rng.normal(size=n), rng.uniform(0.5, 2, n)
    return of_vector(rng, lambda x, xp: xp.sum(a * xp.sin(k * x)) + xp.sum(x**2) / 2, rng.normal(size=n))


def net(rng) -> Problem:
    """Draw a tanh net with one hidden layer."""
    cost, params = tanh_net(rng)
    return Problem(lambda p, xp: cost(p, xp, lambda data: data), params)


def tanh_net(rng, dtype: type = float):
    """Return a net's cost, which passes its data through `cast`, and its parameters; its data are of the dtype."""
    d, h, m = (int(rng.integers(1, most)) for most in (9, 9, 12))
    X, Y = (rng.normal(size=(rows, m)).astype(dtype).astype(float) for rows in (d, 1))
    params = {"W1": rng.normal(size=(h, d)), "b1": rng.normal(size=(h, 1))}
    params |= {"W2": rng.normal(size=(1, h)), "b2": rng.normal(size=(1, 1))}

    def cost(p, xp, cast):
        return xp.mean((p["W2"] @ xp.tanh(p["W1"] @ cast(X) + p["b1"]) + p["b2"] - cast(Y)) ** 2)

    return cost, params


def offset(rng) -> Problem:
    """Add a large constant to J, and at times take it away again."""
    drawn, away = smooth(rng), bool(rng.random() < 0.5)
    C = float(rng.choice([-1, 1]) * log_uniform(rng, 1e2, 1e12))

    def cost(params):
        J = float(drawn.meant(params, np)) + C
        return J - C if away else J

    return Problem(drawn.meant, drawn.params, cost, "offset taken away" if away else "offset")


def noise(rng) -> Problem:
    """Add noise that is the same at the same θ, as of a sum in an order that θ decides."""
    drawn = smooth(rng)
    height = log_uniform(rng, 1e-12, 1e-4) * (1 + abs(drawn.cost(drawn.params)))

    def cost(params):
        digest = hashlib.blake2b(vector(as_blocks(params)).tobytes(), digest_size=8).digest()
        return float(drawn.meant(params, np)) + height * (int.from_bytes(digest, "little") / 2**64 - 0.5)

    return Problem(drawn.meant, drawn.params, cost, "noise")


# ---- solvers: each as it is computed, to a tolerance, and as it is meant, to the end ---------------------------------


def newton(x, xp, tol):
    """The root z of z³ + z = x, by Newton's method"""
    z = x / 2
    for _ in range(60):
        step = (z**3 + z - x) / (3 * z**2 + 1)
        z = z - step
        if tol and np.max(np.abs(step)) < tol:
            break
    return xp.sum(z**2)


def fixed_point(x, xp, tol):
    """The z for which z = cos(z / 2) + sin(x) / 2"""
    z = x * 0
    for _ in range(90):
        new = xp.cos(z / 2) + xp.sin(x) / 2
        change, z = new - z, new
        if tol and np.max(np.abs(change)) < tol:
            break
    return xp.sum(z**3)


def bisection(x, xp, tol):
    """The root of Newton's problem, by halving an interval"""
    if not tol:
        return newton(x, xp, tol)
    low, high = np.full(x.shape, -10.0), np.full(x.shape, 10.0)
    while np.max(high - low) > tol:
        z = (low + high) / 2
        above = z**3 + z > x
        low, high = np.where(above, low, z), np.where(above, z, high)
    return np.sum(((low + high) / 2) ** 2)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def quadrature(x, xp, tol):
    """Σ ∫ exp(−x t²) dt from 0 to 1, by Simpson's rule with halved intervals"""
    if not tol:
        t = (NODES + 1) / 2
        return sum(xp.sum(w / 2 * xp.exp(-x * s**2)) for s, w in zip(t, WEIGHTS, strict=True))
    return sum(simpson(lambda t, c=c: math.exp(-c * t * t), 0.0, 1.0, tol) for c in map(float, x))


def simpson(f, a, b, tol):
    """∫ f from a to b"""
    middle, width = (a + b) / 2, b - a
    whole = width / 6 * (f(a) + 4 * f(middle) + f(b))
    halves = width / 12 * (f(a) + 4 * f(a + width / 4) + 2 * f(middle) + 4 * f(b - width / 4) + f(b))
    if abs(whole - halves) <= 15 * tol or width < 1e-4:
        return halves + (halves - whole) / 15
    return simpson(f, a, middle, tol / 2) + simpson(f, middle, b, tol / 2)


def solvers(rng) -> Problem:
    """Draw a J that contains a solver or a quadrature with a tolerance."""
    solve = (newton, fixed_point, bisection, quadrature)[rng.integers(4)]
    tol, n = log_uniform(rng, 1e-14, 1e-6), size(rng, 1, 3 if solve is quadrature else 12)
    drawn = of_vector(rng, lambda x, xp: solve(x, xp, None), rng.normal(size=n))

    def cost(params):
        return float(solve(vector(as_blocks(params)), np, tol))

    return Problem(drawn.meant, drawn.params, cost, "solver")


# ---- rounding --------------------------------------------------------------------------------------------------------


def steps(rng) -> Problem:
    """Round J, or one term of it, or put θ into buckets."""
    drawn = smooth(rng)
    kind = str(rng.choice(["J", "J as text", "a term", "buckets"]))
    height = log_uniform(rng, 1e-10, 1e-3)
    digits = int(np.ceil(-np.log10(height)))
    name = str(rng.choice(list(as_blocks(drawn.params))))

    def cost(params):
        if kind == "buckets":
            return float(drawn.meant(in_blocks(lambda block: height * np.floor(block / height + 0.5), params), np))
        J = float(drawn.meant(params, np))
        return round(J, digits) if kind == "J" else float(f"{J:.{digits}g}")

    def with_term(params, xp):
        block = params[name] if isinstance(drawn.params, dict) else params
        return drawn.meant(params, xp) + 0.1 * xp.sum(block**2)

    def term_rounded(params):
        term = 0.1 * float(np.sum(as_blocks(params)[name] ** 2))
        return float(drawn.meant(params, np)) + round(term, digits)

    if kind == "a term":
        return Problem(with_term, drawn.params, term_rounded, "steps")
    return Problem(drawn.meant, drawn.params, cost, "steps")


# ---- low precision ---------------------------------------------------------------------------------------------------


def low_precision(rng, dtype: type) -> Problem:
    """Compute a tanh net in a narrow dtype: its parameters too, or only inside, or J alone, or a sum."""
    function, params = tanh_net(rng, dtype)
    place, name = str(rng.choice(["params", "inside", "J", "a sum"])), np.dtype(dtype).name
    decay = 0.01 if place in ("inside", "a sum") else 0.0

    def meant(p, xp):
        return function(p, xp, lambda data: data) + decay * sum(xp.sum(block**2) for block in p.values())

    def given(p):
        return float(function(p, np, dtype))

    def inside(p):
        return given(in_blocks(dtype, p)) + decay * float(sum(np.sum(block**2) for block in p.values()))

    def last(p):
        return float(dtype(meant(p, np)))

    def summed(p):
        squares = sum(float(np.sum((block**2).astype(dtype), dtype=dtype)) for block in p.values())
        return float(function(p, np, lambda data: data)) + decay * squares

    params = in_blocks(dtype, params) if place == "params" else params
    cost = {"params": given, "inside": inside, "J": last, "a sum": summed}[place]
    return Problem(meant, params, cost, f"{name}: {place}")


def single(rng) -> Problem:
    """Compute in float32 somewhere."""
    return low_precision(rng, np.float32)


def half(rng) -> Problem:
    """Compute in float16 somewhere."""
    return low_precision(rng, np.float16)
