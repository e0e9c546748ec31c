"""What several test files share: networks and problems, what a bug turns red, a tensor, and the front door's code."""

import os
import re

import matplotlib
import numpy as np
from hypothesis import strategies as st
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text
from packaging.version import parse

import gc_lib as gcl
from gc_lib.checker.slide import Checker
from gc_lib.labs.page import STYLE
from gc_lib.network.activations import ACTIVATIONS
from gc_lib.network.backprop import Steps
from gc_lib.network.bugs import CATALOGUE
from gc_lib.network.forward import OUTPUTS, Terms
from gc_lib.plots import style

BACKPROP, COST, CHECKER = (
    [name for name, bug in CATALOGUE.items() if bug.family is family] for family in (Steps, Terms, Checker)
)
OLDER = parse(matplotlib.__version__) < parse("3.11")  # than the one with which the notebooks' pictures were drawn
LONG = bool(os.environ.get("LONG"))  # LONG=1: what takes minutes runs in its whole length, and not in its short form
ALONG = {  # what a control may move beside its own field
    ("bench", "hidden"): {"bias"},  # ReLU takes a small bias, where the others take none
    ("layers", "layer"): {"bug"},  # another layer has other bugs, and other inputs
    ("layers", "bug"): {"layer"},
}
EPS = 10.0 ** -np.arange(1, 11)
FUNCTIONS = {  # a function of every entry, and its slope
    "fourth power": (lambda t: t**4, lambda t: 4 * t**3),
    "sine": (np.sin, np.cos),
    "exponential": (np.exp, np.exp),
    "softplus": (lambda t: np.log1p(np.exp(t)), lambda t: 1 / (1 + np.exp(-t))),
}
THETA = np.random.default_rng(0).uniform(-2, 2, 40)
PLAIN = {  # the textbook's formulas, for real, complex and extended numbers alike
    "tanh": np.tanh,
    "relu": lambda Z: np.where(Z.real > 0, Z, 0),
    "sigmoid": lambda Z: 1 / (1 + np.exp(-Z)),
    "leaky_relu": lambda Z: np.where(Z.real > 0, Z, Z / 100),
}
PLAIN_LOSSES = {
    "sigmoid": lambda Z, Y: -(Y * np.log(1 / (1 + np.exp(-Z))) + (1 - Y) * np.log(1 / (1 + np.exp(Z)))),
    "sigmoid_as_written": lambda Z, Y: PLAIN_LOSSES["sigmoid"](Z, Y),
    "softmax": lambda Z, Y: -(Y * np.log(np.exp(Z) / np.exp(Z).sum(axis=0))),
    "linear": lambda Z, Y: (Z - Y) ** 2 / 2,
    "sigmoid_squared": lambda Z, Y: (1 / (1 + np.exp(-Z)) - Y) ** 2 / 2,
}
STABLE = [name for name in OUTPUTS if name != "sigmoid_as_written"]  # whose losses keep their digits at every Z
CORNERED = [name for name, activation in ACTIVATIONS.items() if activation.corners]
SMOOTH = [name for name in ACTIVATIONS if name not in CORNERED]
FRONT_DOOR = """
import gc_lib as gcl

X, Y = gcl.data.digits(3, 8, examples=32)                        # real handwritten digits, shipped with the kit, pixels 0…1
net = gcl.Network([64, 16, 8, 1], hidden="tanh", lam=0.1)        # tanh, relu, sigmoid, leaky_relu; output sigmoid, softmax, linear
params = net.initialise(seed=0)                                 # {"W1": (16, 64), "b1": (16, 1), ...}
cost, gradient = net.on(X, Y)                                   # cost(params) -> float, gradient(params) -> {"W1": ..., ...}

report = gcl.check(cost, gradient, params, eps=1e-7)
print(report)                                                   # says in words: which block, which entry, both numbers
report.difference                                               # the lecture's number, a float
report.blocks["W2"]                                             # the same number for one block
gcl.numeric_gradient(cost, params, eps=1e-7)                     # dθ_approx alone, in the shape of params

broken = net.plant("no_decay", layer=2)                         # one line of backprop replaced, in one layer
print(gcl.diff("no_decay"))                                      # the right line and the wrong line, as written in the source
worse = broken.plant("scaled_db", layer=1, factor=4)            # bugs add up; this one takes a factor
gcl.bugs.CATALOGUE["no_decay"].hides                             # where the check cannot see it; .seen: who really made it
gcl.labs.bench()                                                 # the lab: sliders, bug switches, the moving picture
"""  # noqa: E501


def in_sight(lab):
    """Return by its field every control that the page of a lab shows: not every case of the detective has all."""
    return {field: control for field, control in lab.bound.items() if control.layout.display != "none"}


def problem(
    sizes=(5, 4, 4, 4, 1),
    hidden="tanh",
    m=7,
    seed=0,
    scale=1.0,
    bias=0.5,
    lam=0.3,
    keep_prob=0.7,
    dtype="float64",
    output="",
):
    """Return a network, X, Y and params on which most bugs show: λ > 0, dropout, no bias at 0.

    An output that cannot have so many units is replaced by one with cross-entropy.
    """
    if not (output and OUTPUTS[output].fits(sizes[-1])):
        output = "sigmoid" if sizes[-1] == 1 else "softmax"
    net = gcl.Network(sizes, hidden=hidden, output=output, lam=lam, keep_prob=keep_prob, dtype=dtype)
    rng = np.random.default_rng(seed)
    X, labels = rng.standard_normal((sizes[0], m)), rng.integers(max(2, sizes[-1]), size=m)
    Y, real = np.eye(max(2, sizes[-1]))[-sizes[-1] :, labels], rng.standard_normal((sizes[-1], m))
    return net, X, Y if OUTPUTS[output].amiss(real) else real, net.initialise(seed, scale, bias)


networks = st.fixed_dictionaries(
    {
        "sizes": st.lists(st.integers(1, 5), min_size=2, max_size=6).map(tuple),
        "hidden": st.sampled_from(list(ACTIVATIONS)),
        "output": st.sampled_from(STABLE),
        "m": st.integers(1, 9),
        "seed": st.integers(0, 999),
        "scale": st.sampled_from([0.1, 1.0, 3.0]),
        "lam": st.sampled_from([0.0, 1e-3, 0.7, 50.0]),
        "keep_prob": st.sampled_from([1.0, 0.8, 0.5]),
    }
)  # L = 1 … 5, every output but the one that loses digits


def plain_J(net, params, X, Y, masks):
    """J as the lecture writes it, in whatever numbers params holds: complex for a complex step, or wider ones."""
    A, m, decay = X, X.shape[1], 0
    for l in range(1, net.L + 1):
        W, b = params[f"W{l}"], params[f"b{l}"]
        Z, decay = W @ A + b, decay + (W * W).sum()
        A = PLAIN[net.hidden](Z) * masks[l - 1] / net.keep_prob
    return PLAIN_LOSSES[net.output](Z, Y).sum() / m + net.lam / (2 * m) * decay


def turned_red(slot, l):
    """The law: which blocks a bug in this equation of layer l can make wrong."""
    if slot in ("dW", "db"):
        return {f"{slot[1]}{l}"}
    return {f"{block}{below}" for below in range(1, l + (slot != "dA_prev")) for block in "Wb"}


def below(widget):
    """Return a widget and all that it holds."""
    return [widget, *(each for child in getattr(widget, "children", ()) for each in below(child))]


def is_banded(axes):
    """Tell whether the bands are painted on axes."""
    return style.WORRY.tint.lower() in [to_hex(patch.get_facecolor()) for patch in axes.patches]


def in_the_dark(colour):
    """Return what a dark page makes of a colour in a picture, by the filter of its style: W3C's Filter Effects 1."""
    share = float(re.search(r"filter: invert\(([\d.]+)\) hue-rotate\(180deg\)", STYLE)[1])
    turned = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])
    return to_hex(np.clip(turned @ (share + (1 - 2 * share) * np.array(to_rgb(colour))), 0, 1))


def contrasts(picture, seen=to_hex):
    """Yield what is written in a picture, its contrast, and the least that it may be: 4.5, or 3 where it is large.

    It stands on white outside of axes, and within them on the darkest band. `seen` is how colours are seen.
    """
    for axes in picture.figure.axes:
        inside = style.WORRY.tint if is_banded(axes) else to_hex(axes.get_facecolor())
        for text in filter(Text.get_text, axes.findobj(Text)):
            x, y = text.get_window_extent(picture.canvas.get_renderer()).get_points().mean(axis=0)
            within = axes.bbox.contains(x, y) and axes.axison
            ground = inside if within or text.get_animated() else style.WHITE
            contrast = style.contrast(*map(seen, (text.get_color(), ground)))
            yield text.get_text(), contrast, 4.5 if text.get_fontsize() < 18 else 3


def looped(cost, params, eps, restored=gcl.SLIDE.restored):
    """Return J(θ + ε eᵢ) and J(θ − ε eᵢ) by the lecture's loop over arrays of their own dtype."""
    theta, J_plus, J_minus = {name: block.copy() for name, block in params.items()}, [], []
    for block in theta.values():
        flat = block.reshape(-1)
        for i, value in enumerate(flat.copy()):
            flat[i] = value + eps
            J_plus.append(cost(theta))
            flat[i] = value - eps
            J_minus.append(cost(theta))
            flat[i] = restored(value, flat[i])
    return np.array(J_plus), np.array(J_minus)


class Tensor:
    """Behave as a tensor of PyTorch does where it meets the kit: it is no array until it is detached."""

    def __init__(self, values, requires_grad=False):
        self.values, self.requires_grad = np.array(values), requires_grad

    def __array__(self, dtype=None, copy=None):
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        return np.array(self.values, dtype)

    def __float__(self):
        return float(np.asarray(self))

    def detach(self):
        return Tensor(self.values)

    def cpu(self):
        return self

    def double(self):
        return Tensor(self.values.astype(float))

    def new_tensor(self, values, requires_grad=False):
        return Tensor(np.asarray(values, self.values.dtype), requires_grad)
