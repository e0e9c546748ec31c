"""An L-layer network whose backprop can be broken on purpose."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from . import bugs
from .activations import ACTIVATIONS
from .backprop import Steps, right_steps
from .cost import Cost, Gradient, Masks
from .forward import OUTPUTS, Layer, Terms


class Plant(NamedTuple):
    """Say which bug stands in which layer (None: in the cost), how strong it is and with which factor.

    A bug of the catalogue stands here by its name, one of a student's own as a `Bug`.
    """

    name: str | bugs.Bug
    layer: int | None = None
    strength: float = 1.0
    factor: float | None = None

    def __repr__(self) -> str:
        given = [*self]
        while given[-1] == Plant._field_defaults.get(Plant._fields[len(given) - 1], ...):
            given.pop()
        name, *rest = given
        words = [str(name) if isinstance(name, bugs.Bug) else repr(name), *map(repr, rest)]
        return f"({', '.join(words)}{'' if rest else ','})"


def one_of(name: str, value, allowed: Iterable) -> Any:
    """Return the value. Raises ValueError where it is not one of those allowed."""
    allowed = list(allowed)
    if value not in allowed:
        raise ValueError(f"{name} should be one of {', '.join(map(repr, allowed))}; got {value!r}")
    return value


@dataclass(frozen=True)
class Network:
    """Describe an L-layer network: its sizes [n_0, n_1, … n_L], activations, λ, keep_prob, and its equations.

    A network never changes: `plant` returns a new one. Raises ValueError for sizes, names and numbers that cannot be.

    >>> net = gcl.Network([2, 3, 1], hidden="relu", lam=0.1)
    >>> net.shapes
    {'W1': (3, 2), 'b1': (3, 1), 'W2': (1, 3), 'b2': (1, 1)}
    """

    sizes: Sequence[int]
    hidden: str = "tanh"
    output: str = "sigmoid"
    lam: float = 0.0
    keep_prob: float = 1.0
    dtype: str = "float64"
    steps: tuple[Steps, ...] = field(default=(), repr=False, compare=False)  # these follow from the plants
    terms: Terms = field(default=Terms(), repr=False, compare=False)
    plants: tuple[Plant, ...] = ()

    def __post_init__(self):
        sizes = tuple(self.sizes) if isinstance(self.sizes, Sequence | np.ndarray) else (self.sizes,)
        if len(sizes) < 2 or not all(isinstance(n, Real) and n >= 1 and n % 1 == 0 for n in sizes):
            raise ValueError(f"sizes should be two or more whole numbers above 0, from input to output; got {sizes}")
        tidy = {"sizes": tuple(map(int, sizes)), "lam": float(self.lam), "keep_prob": float(self.keep_prob)}
        tidy |= {"dtype": np.dtype(self.dtype).name}
        for name, value in tidy.items():
            object.__setattr__(self, name, value)
        one_of("hidden", self.hidden, ACTIVATIONS)
        one_of("output", self.output, OUTPUTS)
        one_of("dtype", self.dtype, ("float64", "float32"))
        output = OUTPUTS[self.output]
        if not output.fits(sizes[-1]):
            others = " or ".join(repr(name) for name, other in OUTPUTS.items() if other.fits(sizes[-1]))
            raise ValueError(f"a {self.output} output has {output.units}; got {sizes[-1]}: take output={others}")
        object.__setattr__(self, "steps", self.steps or right_steps(self.L, output))
        if not 0 <= self.lam < np.inf:
            raise ValueError(f"lam should be a finite number, 0 or more; got {self.lam}")
        if not 0 < self.keep_prob <= 1:
            raise ValueError(f"keep_prob should be above 0 and at most 1 (no dropout); got {self.keep_prob}")

    @property
    def L(self) -> int:
        """The number of layers, the input not counted."""
        return len(self.sizes) - 1

    @cached_property
    def functions(self) -> tuple:
        """What every layer 1 … L makes of its Z."""
        return (ACTIVATIONS[self.hidden],) * (self.L - 1) + (OUTPUTS[self.output],)

    @cached_property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """The shape of every block, in the order of θ: {"W1": (n_1, n_0), "b1": (n_1, 1), … "bL": (n_L, 1)}."""
        pairs = enumerate(zip(self.sizes[1:], self.sizes, strict=False), start=1)
        return {f"{block}{l}": (n, n_prev if block == "W" else 1) for l, (n, n_prev) in pairs for block in "Wb"}

    def initialise(self, seed: int, scale: float = 1.0, bias: float = 0.0) -> dict[str, np.ndarray]:
        """Draw W[l] from a normal distribution of variance scale² · gain / n_prev; the gain is 2 for ReLUs, else 1.

        Biases are drawn with standard deviation `bias`; 0 leaves them at 0. (He et al. 2015; without ReLU LeCun 1998.)
        With ReLU take a small bias: at b = 0 an example that reaches no unit of a layer sits exactly on a corner.
        Raises ValueError for a scale or bias below 0, or not finite.

        >>> params = net.initialise(seed=0, bias=0.01)
        >>> params["W2"].shape
        (1, 3)
        """
        if not (0 <= scale < np.inf and 0 <= bias < np.inf):
            raise ValueError(f"scale and bias should be finite numbers, 0 or more; got scale={scale}, bias={bias}")
        rng, params = np.random.default_rng(seed), {}
        for l in range(1, self.L + 1):
            n, n_prev = self.shapes[f"W{l}"]
            gain = 1.0 if l == self.L else self.functions[l - 1].gain
            params[f"W{l}"] = scale * np.sqrt(gain / n_prev) * rng.standard_normal((n, n_prev))
            params[f"b{l}"] = bias * rng.standard_normal((n, 1))
        return {name: block.astype(self.dtype) for name, block in params.items()}

    def on(self, X: np.ndarray, Y: np.ndarray, masks: str = "fresh", seed: int = 0) -> tuple[Cost, Gradient]:
        """Return cost(params) -> J and gradient(params) -> {"W1": dW[1], …} on these examples.

        X is (features, examples), Y (outputs, examples): in 0…1 for a sigmoid, one-hot for a softmax, any number for a
        linear output. With keep_prob < 1, `masks="fresh"` drops other units at every evaluation, `masks="frozen"` the
        same ones always, in cost and gradient alike. Raises ValueError where X or Y do not fit the network or each
        other.

        >>> cost, gradient = net.on(*gcl.data.moons(16))
        >>> slopes = gradient(net.initialise(seed=0))
        >>> slopes["W1"].shape
        (3, 2)
        """
        X, Y = self.examples(X, Y)
        frozen = one_of("masks", masks, ("fresh", "frozen")) == "frozen"
        draw = Masks(self, X.shape[1], frozen, seed)
        return Cost(self, X, Y, draw), Gradient(self, X, Y, draw)

    def examples(self, X: np.ndarray, Y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return X and Y in this network's dtype. Raises ValueError that says which of them does not fit, and why."""
        X, Y, n_0, n_L = np.asarray(X), np.asarray(Y), self.sizes[0], self.sizes[-1]
        for name, array, n in (("X", X, n_0), ("Y", Y, n_L)):
            if array.ndim != 2 or array.shape[0] != n or not array.shape[1]:
                turn = f": pass {name}.T?" if array.ndim == 2 and array.shape[1] == n and array.shape[0] else ""
                what = "features" if name == "X" else "outputs"
                wanted = f"{name} should be ({what}, examples) = ({n}, m) for this network"
                raise ValueError(f"{wanted}; got {array.shape}{turn}")
        if X.shape[1] != Y.shape[1]:
            raise ValueError(f"X and Y should hold the same examples; got {X.shape[1]} in X and {Y.shape[1]} in Y")
        X, Y = X.astype(self.dtype), Y.astype(self.dtype)
        if not np.isfinite(X).all():
            i, j = np.argwhere(~np.isfinite(X))[0]
            raise ValueError(f"X should be finite; got {X[i, j]} in feature {i} of example {j}")
        amiss = OUTPUTS[self.output].amiss(Y)
        if amiss:
            raise ValueError(amiss)
        return X, Y

    def obstacle(self, name: str | bugs.Bug, layer: int | None = None) -> str:
        """Say why a bug cannot be planted in that layer of this network; "" where it can.

        >>> net.obstacle("W_not_transposed", layer=2)
        'it needs a square layer, as many units as the layer before'
        """
        found = bugs.find(name)
        if found.family is bugs.Checker:
            return f"it is a mistake of the checker: gcl.bugs.plant(gcl.SLIDE, {name!r}) makes such a checker"
        if found.family not in (Steps, Terms):
            return f"it breaks {found.breaks.__name__}, of a layer in gcl.layers"
        if found.family is Terms and layer is not None:
            return f"it is in the cost J, not in a layer; leave layer={layer} away"
        if found.family is Steps and not self.has(layer):
            return f"this network has layers 1 … {self.L}; got layer={layer!r}"
        there = [other.name for other in self.bugs_in(layer) if other.breaks is found.breaks]
        if there:
            return f"another bug breaks the same equation there: {there[0]}"
        unmet = found.needs and not bugs.NEEDS[found.needs](self.sizes, layer)
        return found.obstacle(self.table(layer)) or (f"it needs {found.needs}" if unmet else "")

    def has(self, layer: int | None) -> bool:
        """Tell whether there is a layer of that number."""
        return isinstance(layer, int | np.integer) and 1 <= layer <= self.L

    def bugs_in(self, layer: int | None) -> list[bugs.Bug]:
        """Return the bugs planted in a layer, or in the cost where layer is None."""
        return [bugs.find(plant.name) for plant in self.plants if plant.layer == layer]

    def own(self, wrong: Callable, layer: int | None, breaks: str | Callable | None) -> bugs.Bug:
        """Return a function of one's own as a bug of the equation that stood in that layer before any was broken."""
        table = self.table(layer) if layer is None or self.has(layer) else Steps()
        return bugs.own(wrong, table._replace(**{bug.slot: bug.breaks for bug in self.bugs_in(layer)}), breaks)

    def made_up(self, layer: int) -> tuple[np.ndarray, Layer]:
        """Return what comes from above and c, made up, on which an equation of a layer can be tried.

        There are more examples than units in any layer, so that no array has a shape by chance.
        """
        m, n_L, rng = max(self.sizes) + 1, self.sizes[-1], np.random.default_rng(0)
        X, Y = rng.standard_normal((self.sizes[0], m)), np.eye(n_L)[:, np.arange(m) % n_L]
        c = self.on(X, Y, masks="frozen")[0].layers(self.initialise(0, bias=0.1))[layer - 1]
        return (Y if layer == self.L else rng.standard_normal(c.Z.shape)).astype(self.dtype), c

    def table(self, layer: int | None) -> Steps | Terms:
        """Return the equations of a layer, or those of the cost where layer is None."""
        return self.terms if layer is None else self.steps[layer - 1]

    def plant(
        self,
        name: str | Callable,
        layer: int | None = None,
        strength: float = 1.0,
        factor: float | None = None,
        breaks: str | Callable | None = None,
    ) -> "Network":
        """Return this network with one equation written wrong: right + strength · (wrong − right).

        `name` is a bug of the catalogue, or a function of your own, of the signature of the equation that it replaces:
        `breaks` says which, by its place (drop, dZ, dW, db, dA_prev; decay) or itself, and can be left away where the
        function's name ends with it, as my_dZ does. `layer` says where, 1 … L; a mistake of the cost takes none. The
        three scaled bugs take a factor, 2 by default, and so does a function of yours that has one. Raises ValueError
        for an unknown bug, an equation that is not there or broken already, and a function that does not fit or fails
        when it is tried.

        >>> broken = net.plant("no_decay", layer=2)
        >>> gcl.check(*broken.on(*gcl.data.moons(16)), net.initialise(seed=0, bias=0.01)).headline
        'W2 is wrong'
        """
        bug = self.own(name, layer, breaks) if callable(name) else name
        reason = self.obstacle(bug, layer)
        if reason:
            where = "" if layer is None else f" on layer {layer}"
            raise ValueError(f"{bugs.find(bug).name} cannot be planted{where}: {reason}")
        if bug is name and breaks is not None:
            raise ValueError(f"{name} is in the catalogue, where it breaks {bugs.find(bug).slot}; leave breaks= away")
        if callable(name) and layer is not None:
            bugs.try_out(bugs.find(bug), layer, *self.made_up(layer))
        broken = bugs.plant(self.table(layer), bug, strength, factor)
        plants = (*self.plants, Plant(bug, layer, strength, factor))
        if layer is None:
            return replace(self, terms=broken, plants=plants)
        return replace(self, steps=(*self.steps[: layer - 1], broken, *self.steps[layer:]), plants=plants)
