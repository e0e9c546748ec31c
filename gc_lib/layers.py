"""Four layers with breakable backward: layer norm, batch norm, attention and max pooling.

Each goes forward in a few lines, and back by a table of equations: they take what comes from the equation before, and
`c`, what the layer remembers with the upstream `dout`. A bug is one equation written wrong, as in the network.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, Self

import numpy as np

from .network.bugs import CONDITIONS, TABLES, bug, find, plant

# ---- layer norm, and batch norm in training --------------------------------------------------------------------------


class Normed(NamedTuple):
    """Remember what a norm has computed; `axis` is the one along which it normalises."""

    x: np.ndarray
    xhat: np.ndarray
    sigma: np.ndarray
    gain: np.ndarray
    axis: int
    dout: np.ndarray = np.zeros(0)


def norm_forward(axis: int, x, gain, shift):
    """out = gain ∘ x̂ + shift, where x̂ = (x − μ) / σ; x is (examples, features), σ² the variance plus 1e-5."""
    centred = x - x.mean(axis, keepdims=True)
    sigma = np.sqrt((centred**2).mean(axis, keepdims=True) + 1e-5)
    return gain * centred / sigma + shift, Normed(x, centred / sigma, sigma, gain, axis)


def through_gain(dout, c):
    """dx̂ = dout ∘ gain"""
    return dout * c.gain


def through_mean(dxhat, c):
    """What comes through μ: mean(dx̂)"""
    return dxhat.mean(c.axis, keepdims=True)


def through_sigma(dxhat, c):
    """What comes through σ: x̂ ∘ mean(dx̂ ∘ x̂)"""
    return c.xhat * (dxhat * c.xhat).mean(c.axis, keepdims=True)


def over_sigma(rest, c):
    """dx = (dx̂ − what comes through μ − what comes through σ) / σ"""
    return rest / c.sigma


def gain_gradient(dout, c):
    """dgain = Σ dout ∘ x̂, over the examples"""
    return (dout * c.xhat).sum(0)


def shift_gradient(dout, c):
    """dshift = Σ dout, over the examples"""
    return dout.sum(0)


class NormSteps(NamedTuple):
    """Name the equations of a norm on its way back."""

    dxhat: Callable = through_gain
    mu: Callable = through_mean
    sigma: Callable = through_sigma
    dx: Callable = over_sigma
    dgain: Callable = gain_gradient
    dshift: Callable = shift_gradient


def norm_backward(dout, c: Normed, steps: NormSteps) -> dict[str, np.ndarray]:
    """Return the gradients of x, gain and shift."""
    dxhat = steps.dxhat(dout, c)
    rest = dxhat - steps.mu(dxhat, c) - steps.sigma(dxhat, c)
    return {"x": steps.dx(rest, c), "gain": steps.dgain(dout, c), "shift": steps.dshift(dout, c)}


def norm_example(rng, m: int) -> dict[str, np.ndarray]:
    """Return m examples of four features, with a gain of 1 and a shift of 0, as a norm starts."""
    return {"x": rng.normal(1, 2, (m, 4)), "gain": np.ones(4), "shift": np.zeros(4)}


# ---- scaled dot-product attention ------------------------------------------------------------------------------------


class Attended(NamedTuple):
    """Remember what attention has seen; `mask` is 1 where a query may look at a key."""

    Q: np.ndarray
    K: np.ndarray
    V: np.ndarray
    mask: np.ndarray
    dout: np.ndarray = np.zeros(0)


def softmax_of_scores(Q, K, mask):
    """P = softmax(Q Kᵀ / √d), row by row, and 0 where the mask is"""
    scores = np.where(mask, Q @ K.T / np.sqrt(Q.shape[1]), -np.inf)
    weights = np.exp(scores - scores.max(1, keepdims=True))
    return weights / weights.sum(1, keepdims=True)


def attention_forward(Q, K, V, mask):
    """out = P V"""
    return softmax_of_scores(Q, K, mask) @ V, Attended(Q, K, V, mask)


def probabilities(dout, c):
    """P again, as on the way forward"""
    return softmax_of_scores(c.Q, c.K, c.mask)


def value_gradient(P, c):
    """dV = Pᵀ dout"""
    return P.T @ c.dout


def to_probabilities(P, c):
    """dP = dout Vᵀ"""
    return c.dout @ c.V.T


def softmax_slope(dP, P, c):
    """dS = P ∘ (dP − Σ P ∘ dP), the sum along each row"""
    return P * (dP - (P * dP).sum(1, keepdims=True))


def query_gradient(dS, c):
    """dQ = dS K / √d"""
    return dS @ c.K / np.sqrt(c.Q.shape[1])


def key_gradient(dS, c):
    """dK = dSᵀ Q / √d"""
    return dS.T @ c.Q / np.sqrt(c.Q.shape[1])


class AttentionSteps(NamedTuple):
    """Name the equations of attention on its way back."""

    P: Callable = probabilities
    dV: Callable = value_gradient
    dP: Callable = to_probabilities
    dS: Callable = softmax_slope
    dQ: Callable = query_gradient
    dK: Callable = key_gradient


def attention_backward(dout, c: Attended, steps: AttentionSteps) -> dict[str, np.ndarray]:
    """Return the gradients of Q, K and V."""
    P = steps.P(dout, c)
    dS = steps.dS(steps.dP(P, c), P, c)
    return {"Q": steps.dQ(dS, c), "K": steps.dK(dS, c), "V": steps.dV(P, c)}


def attention_example(rng, m: int) -> dict[str, np.ndarray]:
    """Return m queries, as many keys with their values, and a mask by which no query looks ahead."""
    Q, K, V = rng.normal(0, 1, (3, m, 4))
    return {"Q": Q, "K": K, "V": V[:, :3], "mask": np.tri(m, dtype=int)}


# ---- max pooling -----------------------------------------------------------------------------------------------------


class Pooled(NamedTuple):
    """Remember the windows of a pooling along the second axis of x."""

    x: np.ndarray
    windows: np.ndarray
    stride: int
    dout: np.ndarray = np.zeros(0)


def pooling_forward(x, window=3, stride=2):
    """out = max over each window of x; x is (examples, length)"""
    windows = np.lib.stride_tricks.sliding_window_view(x, window, axis=1)[:, ::stride]
    return windows.max(-1), Pooled(x, windows, stride)


def winners(dout, c):
    """1 where the largest entry of a window is, the first of those that tie"""
    return np.eye(c.windows.shape[-1])[c.windows.argmax(-1)]


def to_winners(win, c):
    """dwindows = dout at the winner, 0 elsewhere"""
    return c.dout[..., None] * win


def places(win, c):
    """Where in x the entries of each window stand: j · stride, and onwards"""
    return np.arange(c.windows.shape[1])[:, None] * c.stride + np.arange(c.windows.shape[2])


def add_up(dwindows, where, c):
    """dx = what its windows give each entry, added up"""
    return np.einsum("mwk,wkn->mn", dwindows, np.eye(c.x.shape[1])[where])


class PoolingSteps(NamedTuple):
    """Name the equations of max pooling on its way back."""

    win: Callable = winners
    dwindows: Callable = to_winners
    where: Callable = places
    add: Callable = add_up


def pooling_backward(dout, c: Pooled, steps: PoolingSteps) -> dict[str, np.ndarray]:
    """Return the gradient of x."""
    win = steps.win(dout, c)
    return {"x": steps.add(steps.dwindows(win, c), steps.where(win, c), c)}


def pooling_example(rng, m: int) -> dict[str, np.ndarray]:
    """Return m examples of length 9: four windows of 3, each of which shares an entry with the next."""
    return {"x": rng.normal(0, 1, (m, 9))}


# ---- the layers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layer:
    """Hold a layer: its forward, its way back, the table of equations for it, and what bugs are planted in it.

    >>> layer = gcl.layers.LAYERS["layer norm"]
    >>> gcl.check_layer(layer.forward, layer.backward, layer.example())
    Relative difference ... at ε = 1e-07: great. All 3 blocks agree.
    """

    name: str
    forward: Callable
    back: Callable
    steps: Any
    some: Callable
    bugs: tuple[str, ...] = ()

    def backward(self, dout: np.ndarray, cache) -> dict[str, np.ndarray]:
        """Return the gradients by input, given the upstream and what forward remembered.

        >>> out, cache = layer.forward(**layer.example())
        >>> list(layer.backward(np.ones_like(out), cache))
        ['x', 'gain', 'shift']
        """
        return self.back(dout, cache._replace(dout=dout), self.steps)

    def example(self, m: int = 3, seed: int = 1) -> dict[str, np.ndarray]:
        """Return inputs with m examples.

        >>> {name: block.shape for name, block in layer.example(m=5).items()}
        {'x': (5, 4), 'gain': (4,), 'shift': (4,)}
        """
        return self.some(np.random.default_rng(seed), m)

    def plant(self, name: str, strength: float = 1.0) -> Self:
        """Return the layer with one equation written wrong. Raises ValueError where it has no such equation.

        >>> broken = layer.plant("sigma_frozen")
        >>> gcl.check_layer(broken.forward, broken.backward, broken.example()).headline
        'x is wrong'
        """
        return replace(self, steps=plant(self.steps, name, strength), bugs=(*self.bugs, find(name).name))


LAYERS = {
    layer.name: layer
    for layer in (
        Layer("layer norm", partial(norm_forward, 1), norm_backward, NormSteps(), norm_example),
        Layer("batch norm", partial(norm_forward, 0), norm_backward, NormSteps(), norm_example),
        Layer("attention", attention_forward, attention_backward, AttentionSteps(), attention_example),
        Layer("max pooling", pooling_forward, pooling_backward, PoolingSteps(), pooling_example),
    )
}
"""The layers by their names.

>>> list(gcl.layers.LAYERS)
['layer norm', 'batch norm', 'attention', 'max pooling']
"""

TABLES += [NormSteps(), AttentionSteps(), PoolingSteps()]


CONDITIONS |= {
    "the upstream times the gain is all equal": lambda c: np.ptp(c.dout * c.gain, c.axis).max() == 0,
    "the upstream times the gain adds up to 0": lambda c: not (c.dout * c.gain).sum(c.axis).any(),
    "the gain is 1": lambda c: (c.gain == 1).all(),
    "one example": lambda c: len(c.dout) == 1,
    "nothing is masked": lambda c: c.mask.all(),
    "there is one key": lambda c: len(c.K) == 1,
    "d is 1": lambda c: c.Q.shape[1] == 1,
    "no tie": lambda c: ((c.windows == c.windows.max(-1, keepdims=True)).sum(-1) == 1).all(),
    "no windows overlap": lambda c: c.stride >= c.windows.shape[-1],
    "Q is K": lambda c: np.array_equal(c.Q, c.K),
}


# ---- bugs of the norms -----------------------------------------------------------------------------------------------


@bug(through_gain, hides="the gain is 1", seen="denizyuret/Knet.jl/issues/288")
def no_gain(dout, c):
    """Forgets the gain on the way back."""
    return dout


@bug(through_mean, hides="the upstream times the gain adds up to 0", seen="mlpack/mlpack/issues/1923")
def mu_frozen(dxhat, c):
    """Takes μ for a constant: forgets that every x has a share in it."""
    return 0 * dxhat


@bug(through_sigma, hides="the upstream times the gain is all equal", seen="HomericIntelligence/Odyssey/pull/3808")
def sigma_frozen(dxhat, c):
    """Takes σ for a constant: forgets the last of the three terms."""
    return 0 * dxhat


@bug(through_sigma, hides="the upstream times the gain is all equal")
def sigma_over_n_minus_1(dxhat, c):
    """Divides by n − 1 where it should be n, as on the way forward."""
    return c.xhat * (dxhat * c.xhat).sum(c.axis, keepdims=True) / max(c.x.shape[c.axis] - 1, 1)


@bug(over_sigma, hides="the upstream times the gain is all equal")
def no_sigma(rest, c):
    """Forgets to divide by σ."""
    return rest


@bug(gain_gradient)
def gain_of_x(dout, c):
    """Multiplies by x where it should be x̂, which is x normalised."""
    return (dout * c.x).sum(0)


@bug(shift_gradient, hides="one example")
def shift_mean(dout, c):
    """Takes the mean over the examples for their sum."""
    return dout.mean(0)


# ---- bugs of attention -----------------------------------------------------------------------------------------------


@bug(probabilities, hides="nothing is masked", seen="triton-lang/triton/issues/4541")
def mask_forgotten(dout, c):
    """Computes the probabilities again without the mask."""
    return softmax_of_scores(c.Q, c.K, np.ones_like(c.mask))


@bug(softmax_slope, hides="there is one key", seen="Apiquet/DeepLearningFrameworkFromScratchCpp/issues/1")
def softmax_diagonal(dP, P, c):
    """Takes the slope of softmax for P(1 − P) alone, as if no probability depended on another's score."""
    return dP * P * (1 - P)


@bug(softmax_slope, seen="HomericIntelligence/Odyssey/issues/2134")
def softmax_no_sum(dP, P, c):
    """Forgets the sum along the row."""
    return P * dP


@bug(query_gradient, hides="d is 1")
def no_sqrt_d(dS, c):
    """Forgets √d on the way back to Q."""
    return dS @ c.K


@bug(query_gradient, hides="Q is K")
def Q_for_K(dS, c):
    """Multiplies by Q where it should be K."""
    return dS @ c.Q / np.sqrt(c.Q.shape[1])


@bug(key_gradient, hides="there is one key")
def dS_not_transposed(dS, c):
    """Forgets to transpose dS, which as many queries as keys let pass."""
    return dS @ c.Q / np.sqrt(c.Q.shape[1])


@bug(value_gradient, hides="there is one key")
def P_not_transposed(P, c):
    """Forgets to transpose P, which as many queries as keys let pass."""
    return P @ c.dout


# ---- bugs of max pooling ---------------------------------------------------------------------------------------------


@bug(winners, hides="no tie", seen="Theano/Theano/issues/5248")
def each_winner(dout, c):
    """Gives each of the entries that tie all of the slope."""
    return c.windows == c.windows.max(-1, keepdims=True)


@bug(winners)
def mean_for_max(dout, c):
    """Shares the slope among all entries of a window, as mean pooling does."""
    return np.full(c.windows.shape, 1 / c.windows.shape[-1])


@bug(places)
def corner_shifted(win, c):
    """Puts every window one entry too far to the right."""
    return (places(win, c) + 1) % c.x.shape[1]


@bug(add_up, hides="no windows overlap", seen="FluxML/NNlib.jl/issues/205")
def overwritten(dwindows, where, c):
    """Writes what a window gives where it should be added: of windows that overlap the last one stays."""
    return one_after_another(np.zeros(c.x.shape), where, dwindows)


def one_after_another(dx, where, dwindows):
    """Write the windows into dx, a later one over those before it."""
    dx[:, where] = dwindows
    return dx
