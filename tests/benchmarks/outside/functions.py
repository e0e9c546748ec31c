"""Functions from elsewhere: test functions, quadratics, oscillation, integers, numerics, and θ of many scales."""

from functools import partial

import numpy as np

from .problem import Problem, log_uniform, of_vector, size


def rosenbrock(x, xp):
    return xp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def beale(x, xp):
    return sum((c - x[0] + x[0] * x[1] ** k) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)))


def himmelblau(x, xp):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


def ackley(x, xp):
    return 20 + np.e - 20 * xp.exp(-0.2 * xp.sqrt(xp.mean(x**2))) - xp.exp(xp.mean(xp.cos(2 * np.pi * x)))


def rastrigin(x, xp):
    return 10 * len(x) + xp.sum(x**2 - 10 * xp.cos(2 * np.pi * x))


def griewank(x, xp):
    return 1 + xp.sum(x**2) / 4000 - xp.prod(xp.cos(x / np.sqrt(np.arange(1, len(x) + 1))))


def styblinski_tang(x, xp):
    return xp.sum(x**4 - 16 * x**2 + 5 * x) / 2


def zakharov(x, xp):
    slant = xp.sum(np.arange(1, len(x) + 1) * x) / 2
    return xp.sum(x**2) + slant**2 + slant**4


CLASSIC = {  # entries, half the width of the box, where the minimum is
    rosenbrock: (None, 2, 1),
    beale: (2, 3, (3, 0.5)),
    himmelblau: (2, 4, (3, 2)),
    ackley: (None, 5, None),
    rastrigin: (None, 5, 0),
    griewank: (None, 20, 0),
    styblinski_tang: (None, 5, None),
    zakharov: (None, 2, 0),
}


def classic(rng) -> Problem:
    """Draw a test function of optimization, in any unit of J and of θ, somewhere or near its minimum."""
    function = list(CLASSIC)[rng.integers(len(CLASSIC))]
    entries, width, minimum = CLASSIC[function]
    n = entries or size(rng, 2, 30)
    x = rng.uniform(-width, width, n)
    if minimum is not None and rng.random() < 0.2:
        x = minimum + log_uniform(rng, 1e-5, 0.1) * rng.normal(size=n)
    unit = log_uniform(rng, 1e-3, 1e3) if rng.random() < 0.3 else 1.0
    scale = log_uniform(rng, 1e-8, 1e8)
    return of_vector(rng, lambda x, xp: scale * function(x / unit, xp), x * unit)


def quadratic(rng) -> Problem:
    """Draw a quadratic form with a condition number up to 1e12."""
    n = size(rng, 1, 100)
    turn = np.linalg.qr(rng.normal(size=(n, n)))[0]
    A = (turn * log_uniform(rng, 10.0 ** -rng.uniform(0, 12), 1, n)) @ turn.T
    A, b = (A + A.T) / 2, rng.normal(size=n) * (rng.random() < 0.7)
    return of_vector(rng, lambda x, xp: x @ (A @ x) / 2 - b @ x, rng.normal(size=n))


def oscillation(rng) -> Problem:
    """Draw a sum of waves, of which ε may be longer than one."""
    n = size(rng, 1, 60)
    k, a, shift = log_uniform(rng, 1, 1e5) * rng.uniform(0.5, 2, n), rng.normal(size=n), rng.uniform(0, 6, n)
    ripple = bool(rng.random() < 0.4)

    def waves(x, xp):
        return xp.sum(a * xp.sin(k * x + shift)) + (xp.sum(x**2) if ripple else xp.cos(xp.sum(x)))

    return of_vector(rng, waves, rng.normal(size=n), cloud="oscillation")


def integers(rng) -> Problem:
    """Draw a polynomial of large integers, or the likelihood of counts."""
    n = size(rng, 1, 40)
    x = rng.integers(1, int(log_uniform(rng, 3, 1e4)) + 2, n) * 1.0
    c, p = rng.integers(-(10 ** rng.integers(1, 7)), 10**7, n) * 1.0, rng.integers(1, 5, n)
    counts = np.maximum(1, x + rng.integers(-3, 4, n))

    def polynomial(x, xp):
        return xp.sum(c * x**p) + xp.sum(x[1:] * x[:-1])

    def poisson(x, xp):
        return xp.sum(x - counts * xp.log(x))

    def binomial(x, xp):
        share = x / (x + 10)
        return -xp.sum(counts * xp.log(share) + 7 * xp.log(1 - share))

    return of_vector(rng, (polynomial, poisson, binomial)[rng.integers(3)], x)


def numerics(rng) -> Problem:
    """Draw what numerical code is made of: log-sum-exp, products, special functions, determinants, linear systems."""
    kind = str(rng.choice(["logsumexp", "cumprod", "gamma", "erf", "softplus", "det", "solve", "power sum"]))
    n = int(rng.integers(2, 7)) ** 2 if kind in ("det", "solve") else size(rng, 1, 60)
    a, x = rng.normal(size=n), rng.normal(size=n)
    if kind == "logsumexp":
        top = log_uniform(rng, 1, 300)
        return of_vector(rng, lambda x, xp: xp.log(xp.sum(xp.exp(x))), x * top / np.abs(x).max())
    if kind == "cumprod":
        return of_vector(rng, lambda x, xp: sum(xp.prod(x[: k + 1]) for k in range(n)), rng.uniform(0.7, 1.4, n))
    if kind == "gamma":
        return of_vector(rng, lambda x, xp: xp.sum(a * stirling(x, xp)), log_uniform(rng, 0.1, 100, n))
    if kind == "erf":
        return of_vector(rng, lambda x, xp: xp.sum(a * erf(x, xp)), 2 * np.abs(x))
    if kind == "softplus":
        return of_vector(rng, lambda x, xp: xp.sum(xp.log(1 + xp.exp(x))), 5 * x)
    if kind == "power sum":
        p = rng.uniform(1.2, 8)
        return of_vector(rng, lambda x, xp: xp.sum(x**p) ** (1 / p), np.abs(x) + 0.1)
    side = int(np.sqrt(n))
    x, b = x + 3 * np.eye(side).ravel(), rng.normal(size=side)
    if kind == "det":
        return of_vector(rng, lambda x, xp: xp.linalg.det(xp.reshape(x, (side, side))), x)
    return of_vector(rng, lambda x, xp: xp.sum(xp.linalg.solve(xp.reshape(x, (side, side)), b) ** 2), x)


def stirling(x, xp):
    """log Γ(x), by Stirling's series at x + 6 and six steps down"""
    z = x + 6
    series = 1 / (12 * z) - 1 / (360 * z**3) + 1 / (1260 * z**5)
    return (z - 0.5) * xp.log(z) - z + np.log(2 * np.pi) / 2 + series - sum(xp.log(x + k) for k in range(6))


def erf(x, xp):
    """The error function for x ≥ 0, by Abramowitz and Stegun's 7.1.26"""
    t = 1 / (1 + 0.3275911 * x)
    weights = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    return 1 - sum(w * t ** (k + 1) for k, w in enumerate(weights)) * xp.exp(-(x**2))


def scales(rng) -> Problem:
    """Draw blocks, or entries, whose units differ by up to sixteen powers of ten."""
    n = size(rng, 2, 60)
    span = log_uniform(rng, 10, 1e8)
    if rng.random() < 0.5:  # within a block
        unit = log_uniform(rng, 1 / span, span, n)
        return of_vector(rng, partial(bowls, unit=unit), unit * rng.normal(size=n))
    names = list("abcde")[: int(rng.integers(2, 6))]
    units = {name: log_uniform(rng, 1 / span, span) for name in names}
    params = {name: units[name] * rng.normal(size=size(rng, 1, 60)) for name in names}
    return Problem(lambda p, xp: sum(bowls(p[name], xp, units[name]) for name in names), params)


def bowls(x, xp, unit):
    """Σ (sin u + u²/2) of u = x / unit"""
    return xp.sum(xp.sin(x / unit) + (x / unit) ** 2 / 2)


def zeros(rng) -> Problem:
    """Draw a J with exact zeros in dθ: a block unused, features of zeros, rows not looked up, an even J at 0."""
    kind = str(rng.choice(["unused", "features", "rows", "even", "dead"]))
    k, d, m = (int(rng.integers(2, most)) for most in (6, 8, 9))
    X, Y, W = rng.normal(size=(d, m)), rng.normal(size=(k, m)), rng.normal(size=(k, d))
    params = {"W": W, "b": rng.normal(size=(k, 1)), "v": rng.normal(size=int(rng.integers(1, 9)))}
    if kind == "unused":
        return Problem(lambda p, xp: xp.mean((xp.tanh(p["W"] @ X + p["b"]) - Y) ** 2) + 0 * xp.sum(p["v"]), params)
    if kind == "features":
        X[rng.random(d) < 0.5] = 0
        return Problem(lambda p, xp: xp.mean((p["W"] @ X + p["b"] - Y) ** 2) + xp.sum(p["v"] ** 2), params)
    if kind == "rows":
        words = rng.integers(0, k, 2)
        return Problem(
            lambda p, xp: xp.sum(xp.sin(p["W"][words])) * xp.sum(xp.cos(p["b"])) + xp.sum(p["v"] ** 2), params
        )
    if kind == "even":
        params["W"] = 0 * W
        return Problem(lambda p, xp: xp.sum(xp.cos(p["W"])) + xp.sum(p["b"] ** 4) + xp.sum(xp.sin(p["v"])), params)
    params["b"] = params["b"] - 50.0 * (rng.random((k, 1)) < 0.6)  # units that are never on
    return Problem(
        lambda p, xp: xp.sum(xp.tanh(p["v"])) + xp.mean(xp.sum(xp.maximum(p["W"] @ X + p["b"], 0) ** 2 * Y**2, 0)),
        params,
    )
