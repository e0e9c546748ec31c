"""Put gradients that others published to `gcl.check` and `gcl.screen`: those of scipy, scikit-learn and statsmodels.

Run it with `pip install scipy scikit-learn statsmodels` and `python tests/benchmarks/public_code.py`; a word after it
takes only the costs with this word in their names. Each gradient is the library's own, or the closed form that its
documentation names. Printed for each: what is said of it at ε = 1e-7, 1e-5, at the best ε and by the screen; and what
is said once its largest entry is off by 100 %, 1 % and 0.01 %. Beneath: what the answers add up to. All of these
gradients are right, but for the two of WRONG, whose libraries compute them of another J than the one they offer.
"""

import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version

import numpy as np
import statsmodels.api as sm
from numpy.polynomial import chebyshev
from scipy import integrate, interpolate, linalg, optimize, special, stats
from sklearn._loss import loss as losses
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor, kernels
from sklearn.linear_model._linear_loss import LinearModelLoss
from statsmodels.miscmodels.ordinal_model import OrderedModel

import gc_lib as gcl

STEPS = (1e-7, 1e-5, "auto")
PLANTED = (1.0, 1e-2, 1e-4)
WRONG = {
    "statsmodels: probit far out": "its J cuts probabilities off at 2.2e-16, its gradient does not",
    "scipy: solve_ivp, rtol 0.001": "dθ is that of the exact solution, and J is 1e-3 off it",
}
Case = tuple[str, Callable, Callable | bool, np.ndarray]
rng = np.random.default_rng(0)
X, LABELS = rng.normal(size=(80, 7)), rng.integers(0, 3, 80).astype(float)
COUNTS, POSITIVE, BINARY = rng.poisson(2.0, 80).astype(float), rng.gamma(2.0, 1.0, 80), (LABELS > 0).astype(float)


def of_scipy() -> Iterator[Case]:
    """Yield functions of scipy, and what its documentation names as their slopes."""
    x, positive = rng.normal(size=12), rng.uniform(0.1, 5, 12)
    yield "rosen", optimize.rosen, optimize.rosen_der, rng.normal(size=10)
    yield "logsumexp", special.logsumexp, special.softmax, 30 * x
    sums = {
        "gammaln": (special.gammaln, special.digamma, positive),
        "entr": (special.entr, lambda p: -np.log(p) - 1, positive / 5),
        "erf": (special.erf, lambda p: 2 / np.sqrt(np.pi) * np.exp(-(p**2)), x),
        "log_ndtr": (special.log_ndtr, lambda p: np.exp(stats.norm.logpdf(p) - special.log_ndtr(p)), 5 * x),
        "j0": (special.j0, lambda p: -special.j1(p), 3 * x),
        "kv": (lambda p: special.kv(1.5, p), lambda p: special.kvp(1.5, p), positive),
        "betainc": (lambda p: special.betainc(2.5, 1.5, p), stats.beta(2.5, 1.5).pdf, positive / 6),
        "gamma.cdf": (stats.gamma(2).cdf, stats.gamma(2).pdf, positive),
        "huber": (lambda p: special.huber(1, p), lambda p: np.clip(p, -1, 1), x),
        "lambertw": (
            lambda p: special.lambertw(p).real,
            lambda p: 1 / (p + np.exp(special.lambertw(p).real)),
            positive,
        ),
    }
    for name, (function, slope, at) in sums.items():
        yield name, lambda p, function=function: float(function(p).sum()), slope, at
    spline = interpolate.CubicSpline(np.arange(9.0), rng.normal(size=9))
    yield "CubicSpline", lambda p: float(spline(p).sum()), spline.derivative(), rng.uniform(0, 8, 12)
    pchip = interpolate.PchipInterpolator(np.arange(9.0), rng.normal(size=9))
    yield "Pchip", lambda p: float(pchip(p).sum()), pchip.derivative(), rng.uniform(0, 8, 12)
    series = rng.normal(size=9)
    derived = chebyshev.chebder(series)
    yield "chebval", lambda p: chebyshev.chebval(p, series).sum(), lambda p: chebyshev.chebval(p, derived), x / 4
    square = x[:9].reshape(3, 3) + 3 * np.eye(3)
    yield "slogdet", lambda a: np.linalg.slogdet(a)[1], lambda a: np.linalg.inv(a).T, rng.normal(size=(6, 6))
    yield "expm", lambda a: np.trace(linalg.expm(a)), lambda a: linalg.expm(a).T, square / 3
    yield "nuclear norm", lambda a: np.linalg.norm(a, "nuc"), lambda a: linalg.polar(a)[0], rng.normal(size=(5, 3))
    yield "quad", by_quad, lambda p: np.array([by_quad(p, "a"), by_quad(p, "b")]), np.array([0.7, 2.3])
    yield "brentq", by_brentq, slope_by_brentq, np.array([1.3, 0.7])
    for rtol in (1e-10, 1e-6, 1e-3):
        yield f"solve_ivp, rtol {rtol:g}", lambda p, rtol=rtol: decayed(p, rtol), slope_of_decay, np.array([0.8, 1.3])


def by_quad(p, derived="") -> float:
    """Return ∫ exp(−at) cos bt dt from 0 to 3, or what it is differentiated by a or b."""
    inner = {"": np.cos, "a": lambda bt: -np.cos(bt), "b": lambda bt: -np.sin(bt)}[derived]
    return integrate.quad(lambda t: (t if derived else 1) * np.exp(-p[0] * t) * inner(p[1] * t), 0, 3)[0]


def by_brentq(p) -> float:
    """Return the root of x³ + ax − b."""
    return optimize.brentq(lambda x: x**3 + p[0] * x - p[1], -5, 5)


def slope_by_brentq(p) -> np.ndarray:
    """Return how that root moves with a and b."""
    x = by_brentq(p)
    return np.array([-x, 1.0]) / (3 * x * x + p[0])


def decayed(p, rtol) -> float:
    """Return y(2) of y' = −ay with y(0) = b, as solve_ivp finds it."""
    return integrate.solve_ivp(lambda t, y: -p[0] * y, (0, 2), [p[1]], rtol=rtol, atol=1e-3 * rtol).y[0, -1]


def slope_of_decay(p) -> np.ndarray:
    """Return how b exp(−2a) moves with a and b."""
    return np.exp(-2 * p[0]) * np.array([-2 * p[1], 1])


def of_sklearn() -> Iterator[Case]:
    """Yield losses of scikit-learn's linear models, and marginal likelihoods of its Gaussian processes."""
    for name, loss, y in (
        ("logistic", losses.HalfBinomialLoss(), BINARY),
        ("multinomial", losses.HalfMultinomialLoss(n_classes=3), LABELS),
        ("poisson", losses.HalfPoissonLoss(), COUNTS),
        ("gamma", losses.HalfGammaLoss(), POSITIVE),
        ("tweedie", losses.HalfTweedieLoss(power=1.5), POSITIVE),
        ("pinball", losses.PinballLoss(quantile=0.3), POSITIVE),
        ("absolute", losses.AbsoluteError(), POSITIVE),
        ("huber", losses.HuberLoss(delta=1.0), POSITIVE),
    ):
        model = LinearModelLoss(loss, fit_intercept=True)
        for dtype in (np.float64, np.float32):
            data = X.astype(dtype), y.astype(dtype), None, 0.1
            at = (0.5 * rng.normal(size=(3, 8) if name == "multinomial" else 8)).astype(dtype)
            yield (
                f"{name}, {np.dtype(dtype).name}",
                lambda w, model=model, data=data: model.loss(w, *data),
                lambda w, model=model, data=data: model.gradient(w, *data),
                at,
            )
    for name, kernel in (
        ("RBF", kernels.RBF() + kernels.WhiteKernel(0.1)),
        ("Matern", 2.0 * kernels.Matern(nu=1.5) + kernels.WhiteKernel(0.2)),
        ("quadratic", kernels.RationalQuadratic() + kernels.WhiteKernel(0.1)),
    ):
        process = GaussianProcessRegressor(kernel, optimizer=None).fit(X[:25], POSITIVE[:25])
        yield f"process, {name}", likelihood(process), True, process.kernel_.theta.copy()
    binary = GaussianProcessClassifier(1.0 * kernels.RBF(), optimizer=None).fit(X[:30], BINARY[:30]).base_estimator_
    yield "process, binary", likelihood(binary), True, binary.kernel_.theta.copy()


def likelihood(process) -> Callable:
    """Return log marginal likelihood and its gradient, of the kernel's θ."""
    return lambda theta: process.log_marginal_likelihood(theta, eval_gradient=True)


def of_statsmodels() -> Iterator[Case]:
    """Yield log-likelihoods of statsmodels, and its scores."""
    design = sm.add_constant(X)
    gamma = sm.GLM(POSITIVE, design, family=sm.families.Gamma(sm.families.links.Log()))
    ordered = OrderedModel(LABELS.astype(int), X, distr="logit")
    for name, model, at in (
        ("logit", sm.Logit(BINARY, design), rng.normal(size=8)),
        ("probit", sm.Probit(BINARY, design), 0.3 * rng.normal(size=8)),
        ("probit far out", sm.Probit(BINARY, design), 8 * rng.normal(size=8)),
        ("multinomial", sm.MNLogit(LABELS, design), rng.normal(size=16)),
        ("poisson", sm.Poisson(COUNTS, design), 0.3 * rng.normal(size=8)),
        ("negative binomial", sm.NegativeBinomial(COUNTS, design), np.append(0.3 * rng.normal(size=8), 0.5)),
        ("generalized poisson", sm.GeneralizedPoisson(COUNTS, design), np.append(0.3 * rng.normal(size=8), 0.1)),
        ("zero-inflated poisson", sm.ZeroInflatedPoisson(COUNTS, design), np.append(0.2, 0.3 * rng.normal(size=8))),
        ("Cox", sm.PHReg(POSITIVE, X, status=BINARY), rng.normal(size=7)),
        ("ordered", ordered, ordered.start_params + 0.1 * rng.normal(size=ordered.start_params.size)),
    ):
        yield name, model.loglike, model.score, at
    yield "gamma", lambda w: gamma.loglike(w, scale=1.0), lambda w: gamma.score(w, scale=1.0), 0.3 * rng.normal(size=8)


def taken_apart(both: Callable) -> tuple[Callable, Callable]:
    """Return J and its gradient, each as a function of its own."""
    return lambda p: both(p)[0], lambda p: both(p)[1]


def planted(gradient: Callable, share: float) -> Callable:
    """Return a gradient whose largest entry is off by this share."""

    def wrong(params):
        found = np.array(gradient(params))
        found.flat[np.abs(found).argmax()] *= 1 + share
        return found

    return wrong


def matters(gradient: np.ndarray, share: float) -> bool:
    """Tell whether the largest entry's error is a thousandth of the gradient or more."""
    return share * np.abs(gradient).max() >= 1e-3 * np.linalg.norm(gradient)


def main() -> None:
    """Print what is said of each gradient, and what that adds up to."""
    warnings.simplefilter("ignore")
    tally: Counter = Counter()
    print(", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn", "statsmodels")))
    families = {"scipy": of_scipy, "scikit-learn": of_sklearn, "statsmodels": of_statsmodels}
    for name, cost, gradient, params in [
        (f"{family}: {each[0]}", *each[1:]) for family, cases in families.items() for each in cases()
    ]:
        if any(word not in name for word in sys.argv[1:]):
            continue
        said = [gcl.check(cost, gradient, params, eps).answer for eps in STEPS]
        said.append(gcl.screen(cost, gradient, params).answer)
        J, alone = taken_apart(cost) if gradient is True else (cost, gradient)
        found = [gcl.check(J, planted(alone, share), params).answer for share in PLANTED]
        print(f"{name:38} {'/'.join(said):52} planted: {'/'.join(found)}  {WRONG.get(name, '')}")
        if name not in WRONG:
            tally.update((str(by), answer) for by, answer in zip((*STEPS, "screen"), said, strict=True))
            weights = ["that matters" if matters(alone(params), share) else "too small to matter" for share in PLANTED]
            tally.update((f"an error {weight}", answer) for weight, answer in zip(weights, found, strict=True))
    for by in dict.fromkeys(by for by, _ in tally):
        print(f"{by}:", ", ".join(f"{answer} {n}" for (row, answer), n in sorted(tally.items()) if row == by))


if __name__ == "__main__":
    main()
