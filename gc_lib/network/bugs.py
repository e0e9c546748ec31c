"""A catalogue of bugs that people really make. Each is one equation written wrong, planted where the right one stood.

The first family breaks backprop, the second the cost J, the third the checker itself.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np

from ..checker.slide import Checker, in_order, norm, one_sided, quotient, restored, two_sided
from ..checker.words import listed, printable
from .activations import ACTIVATIONS
from .backprop import (
    Steps,
    bias_gradient,
    drop,
    hand_through,
    hidden_error,
    nothing_below,
    pass_down,
    weight_gradient,
)
from .forward import OUTPUTS, Layer, Terms, decay, output_error, output_error_with_slope

CONDITIONS = {  # where no check can see a bug, asked of what its layer remembers
    "λ is 0": lambda c: c.lam == 0,
    "m is 1": lambda c: c.m == 1,
    "keep_prob is 1": lambda c: c.keep_prob == 1,
    "no unit is dropped": lambda c: c.mask.all(),
    "b is 0": lambda c: not c.b.any(),
    "the slope at A is the slope at Z": lambda c: np.array_equal(c.slope(c.A), c.slope(c.Z)),
    "a stretched A has the same slope": lambda c: np.array_equal(
        c.activation.slope_from_A(c.A / c.keep_prob), c.activation.slope_from_A(c.A)
    ),
    "the slope is the sigmoid's": lambda c: np.array_equal(c.slope(c.Z), ACTIVATIONS["sigmoid"].slope(c.Z)),
    "the slope is 1 everywhere": lambda c: (c.slope(c.Z) == 1).all(),
    "the layer has one unit": lambda c: len(c.W) == 1,
    "W is symmetric": lambda c: np.array_equal(c.W, c.W.T),
}

NEEDS = {  # what a network must have for the wrong equation to fit, asked of its sizes and the layer's number
    "a square layer, as many units as the layer before": lambda sizes, l: sizes[l] == sizes[l - 1],
    "two layers": lambda sizes, l: len(sizes) > 2,
}
SQUARE, TWO_LAYERS = NEEDS

TABLES: list[Any] = [Steps(), *(Steps(dZ=of.error) for of in OUTPUTS.values()), Terms(), Checker()]  # others add theirs
EMPTY: dict[Callable | None, str] = {  # what stands where a layer has no such equation, and why it has none
    nothing_below: "dA_prev of layer 1 would be the input's, which needs no gradient",
    hand_through: "the output layer has no dropout",
}
ELSEWHERE = EMPTY | {  # why a bug breaks nothing where this stands
    hidden_error: "only the output layer has this equation",
    output_error: "the output layer has no slope of its own: cross-entropy cancels it, or it is 1, and dZ = A − Y",
}


@dataclass(frozen=True)
class Bug:
    """Describe one equation written wrong.

    `breaks` is the right equation, `wrong` the one planted in its stead. `hides` says under which conditions, joined
    by "or", no check can see it; `needs` what the network must have; `seen` links a public thread it was reported in.
    `slot` is the place of its equation in the table: drop, dZ, dW, db, dA_prev; decay; difference, …

    >>> bug = gcl.bugs.CATALOGUE["db_one_sum"]
    >>> bug.sentence, bug.slot, bug.hides
    ('Forgets the axis: one single sum over all units goes to every bias.', 'db', 'the layer has one unit')
    """

    name: str
    breaks: Callable
    wrong: Callable
    hides: str = ""
    needs: str = ""
    seen: str = ""
    slot: str = ""

    def __post_init__(self):
        slots = {equation: slot for table in TABLES for slot, equation in table._asdict().items()}
        if not self.slot and self.breaks not in slots:
            raise ValueError(
                f"{self.name} breaks {self.breaks.__name__}, which is in none of TABLES; add its table there"
            )
        object.__setattr__(self, "slot", self.slot or slots[self.breaks])

    def __str__(self) -> str:
        return self.name

    @cached_property
    def sentence(self) -> str:
        """Say in one sentence what was done wrong."""
        own = self.name not in CATALOGUE and not self.wrong.__doc__
        return "Is a line of your own." if own else first_sentence(self.wrong)

    @property
    def factor(self) -> float | None:
        """Return the factor with which it is planted where none is given; None where it takes none."""
        taken = inspect.signature(self.wrong).parameters.get("factor")
        return taken.default if taken else None

    @property
    def family(self) -> type:
        """Return the kind of table whose equation it breaks: Steps, the cost's Terms, a Checker, or a layer's own."""
        return next(type(table) for table in TABLES if self.slot in table._fields)

    def hidden(self, c: Layer) -> str:
        """Return the condition that hides the bug on the layer that remembers c, or "" where it shows."""
        return next((words for words in self.hides.split(" or ") if words and CONDITIONS[words](c)), "")

    def obstacle(self, table) -> str:
        """Say why the equation that it breaks is not in a table; "" where it is."""
        there = getattr(table, self.slot, None)
        if there is self.breaks:
            return EMPTY.get(there, "")
        here = f"it breaks {self.breaks.__name__}, which is not among the equations there"
        return ELSEWHERE.get(there, here)

    def equation(self, strength: float = 1.0, **factor) -> Callable:
        """Return right + strength · (wrong − right); at strength 1 the wrong function itself."""
        right, wrong = self.breaks, partial(self.wrong, **factor) if factor else self.wrong

        def blend(*args):
            return right(*args) + strength * (wrong(*args) - right(*args))

        return wrong if strength == 1 else blend


CATALOGUE: dict[str, Bug] = {}
"""Every bug by its name.

>>> [name for name, bug in gcl.bugs.CATALOGUE.items() if "m is 1" in bug.hides]
['decay_not_over_m', 'dW_no_mean', 'db_no_mean', 'db_first_example']
"""


def bug(breaks: Callable, hides: str = "", needs: str = "", seen: str = "") -> Callable:
    """Register the decorated function in the catalogue as a wrong way to write the equation `breaks`."""
    link = seen and f"https://github.com/{seen}"

    def register(wrong: Callable) -> Callable:
        CATALOGUE[wrong.__name__] = Bug(wrong.__name__, breaks, wrong, hides, needs, link)
        return wrong

    return register


def find(name: str | Bug) -> Bug:
    """Return the bug of that name, or one that is a bug already. Raises ValueError where the catalogue has none."""
    if isinstance(name, Bug):
        return name
    if not isinstance(name, str):
        raise TypeError(
            "a bug is a name of gcl.bugs.CATALOGUE, or a function of your own without its brackets, my_dZ and not "
            f"my_dZ(dA, c); got {'None' if name is None else f'a value of type {type(name).__name__}'}"
        )
    if name not in CATALOGUE:
        known = f"gcl.bugs.CATALOGUE has {', '.join(CATALOGUE)}; gcl.layers adds its own when it is first touched"
        raise ValueError(f"there is no bug called {name!r}; {known}")
    return CATALOGUE[name]


def own(wrong: Callable, table, breaks: str | Callable | None = None) -> Bug:
    """Return a function of one's own as a bug of one of the equations in a table.

    `breaks` is that equation or its place in the table; by default the one with whose name the function's own name
    ends: my_dZ. Raises ValueError where there is no such equation, or where the function takes other arguments.
    """
    name = getattr(wrong, "__name__", type(wrong).__name__)
    for slot, right in table._asdict().items():
        if breaks in (slot, right, right.__name__) or (breaks is None and name.endswith((slot, right.__name__))):
            break
    else:
        places, got = ", ".join(map(repr, table._fields)), getattr(breaks, "__name__", repr(breaks))
        where = "of this layer" if isinstance(table, Steps) else "of J; one of backprop needs a layer too"
        if breaks is None:
            wanted = f"its name should end with the equation that it replaces, {places} {where}"
            raise ValueError(f"{name}: {wanted}: net.plant(my_dZ, layer=2). Or say it with breaks=")
        raise ValueError(f"{name}: breaks should say which equation it replaces, {places} {where}; got {got}")
    takes = inspect.signature(right).parameters
    try:
        inspect.signature(wrong).bind(*takes)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"{name} should take ({', '.join(takes)}), as {right.__name__} does: {problem}") from None
    return Bug(name, right, wrong, slot=slot)


def try_out(bug: Bug, layer: int, above: np.ndarray, c: Layer) -> None:
    """Compute a bug of one's own once, on what its layer may be given.

    Raises ValueError where it fails, changes what it is given, or returns what the right equation never would.
    """
    first, wanted = next(iter(inspect.signature(bug.breaks).parameters)), bug.breaks(above, c).shape
    arrays = {name: array for name, array in c._asdict().items() if isinstance(array, np.ndarray)}
    for array in (above, *arrays.values()):
        array.flags.writeable = False
    cause: Exception | None = None
    try:
        amiss = no_array(bug.wrong(above, c), wanted)
    except Exception as problem:
        cause, amiss = problem, f"raised {type(problem).__name__}: {problem}"
    if amiss:
        raise ValueError(
            f"{bug.name}, tried in layer {layer} with {c.m} examples, {amiss}. It should return a new array of "
            f"shape {wanted}, and leave what it is given as it is: {first} {above.shape}, and c with "
            + ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        ) from cause


def no_array(found, wanted: tuple[int, ...]) -> str:
    """Say what was returned if it is no array of finite numbers of a shape; "" where it is one."""
    if found is None:
        return "returned None (is the word return missing?)"
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "biuf":
        return f"returned a value of type {type(found).__name__}"
    if found.shape != wanted:
        return f"returned an array {found.shape}"
    return "" if np.isfinite(found).all() else "returned nan or infinity"


def plant(table, name: str | Bug, strength: float = 1.0, factor: float | None = None):
    """Return a table of equations with one of them replaced by the bug.

    The table is one layer's `Steps`, the cost's `Terms` or a `Checker`. The equation planted computes
    right + strength · (wrong − right). Raises ValueError where the right equation is not in the table, or no longer.

    >>> wrong = gcl.bugs.plant(gcl.SLIDE, "forgotten_2")
    >>> wrong.difference(J_plus=2.25, J_minus=0.25, J=1.0, eps=0.5)  # of θ² at 1, where the slope is 2
    4.0
    """
    found = find(name)
    if getattr(table, found.slot, None) is not found.breaks:
        equation = found.breaks.__name__
        raise ValueError(
            f"{found.name} breaks the equation {equation}, which is not here, or broken by another bug already"
        )
    if factor is not None and found.factor is None:
        others = listed(name for name, bug in CATALOGUE.items() if bug.factor is not None)
        raise ValueError(f"{found.name} takes no factor; {others} do")
    numbers = {"strength": float(strength)} | ({} if factor is None else {"factor": float(factor)})
    if not np.isfinite(list(numbers.values())).all():
        raise ValueError(f"{found.name}: strength and factor should be finite; got {numbers}")
    return table._replace(**{found.slot: found.equation(**numbers)})


def source(function: Callable) -> str:
    """Return the source of a function; "" where there is none, as in a wheel of compiled files."""
    try:
        return inspect.getsource(function).rstrip()
    except (OSError, TypeError):
        return ""


def first_sentence(function: Callable) -> str:
    """Return the first line of a function's docstring, or where there is none, its name in words.

    Where `python -OO` has stripped the docstring, it is read in the source.
    """
    if doc := inspect.getdoc(function):
        return doc.splitlines()[0]
    written = re.search(r':\n\s+"""(.+?)("""|\n)', source(function))
    return written[1] if written else f"{function.__name__.replace('_', ' ')}."


def last_line(function: Callable) -> str:
    """Return the line of source in which a one-line equation does its work, or say that there is no source."""
    return source(function).splitlines()[-1].strip() if source(function) else "(its source is not installed here)"


def diff(bug) -> str:
    """Return the right and the wrong line of a bug, as they stand in the source that runs.

    `bug` is a name of the catalogue, or a network, for all that is planted in it.

    >>> print(gcl.diff("no_decay"))
    no_decay: Forgets the L2 term.
      right:  return dZ @ c.A_prev.T / c.m + c.lam / c.m * c.W
      wrong:  return dZ @ c.A_prev.T / c.m
    """
    if hasattr(bug, "plants"):
        return "\n".join(diff(plant.name) for plant in bug.plants)
    found = find(bug)
    lines = f"  right:  {last_line(found.breaks)}\n  wrong:  {last_line(found.wrong)}"
    return printable(f"{found.name}: {found.sentence}\n{lines}")


# ---- dZ of the output layer ------------------------------------------------------------------------------------------


@bug(output_error, seen="dennybritz/nn-from-scratch/issues/11")
def sign_flipped(Y, c):
    """Takes Y − A for A − Y: training climbs where it should descend."""
    return Y - c.A


@bug(output_error)
def output_slope_twice(Y, c):
    """Multiplies by the slope A(1 − A), which cross-entropy has cancelled already."""
    return (c.A - Y) * c.A * (1 - c.A)


@bug(output_error_with_slope, seen="Bot-Academy/NeuralNetworkFromScratch/pull/3")
def no_output_slope(Y, c):
    """Forgets the slope A(1 − A), which only cross-entropy would cancel."""
    return c.A - Y


# ---- dZ of a hidden layer --------------------------------------------------------------------------------------------


@bug(hidden_error, hides="the slope is 1 everywhere")
def no_slope(dA, c):
    """Forgets to multiply by the slope f′(Z)."""
    return dA


@bug(hidden_error, hides="the slope at A is the slope at Z", seen="benoitfragit/libBrain/issues/78")
def slope_at_A(dA, c):
    """Takes the slope at the activation A instead of the weighted sum Z; for ReLU that is correct."""
    return dA * c.slope(c.A)


@bug(hidden_error, hides="the slope is the sigmoid's")
def sigmoid_slope(dA, c):
    """Takes the slope of the sigmoid, whatever the activation is."""
    return dA * ACTIVATIONS["sigmoid"].slope(c.Z)


@bug(hidden_error, seen="haifengl/smile/issues/528")
def slope_alone(dA, c):
    """Overwrites dA with the slope f′(Z) instead of multiplying by it: what comes from above is lost."""
    return c.slope(c.Z)


@bug(hidden_error, seen="andersbll/nnet/issues/4")
def activation_for_slope(dA, c):
    """Multiplies by the activation f(Z) itself instead of its slope f′(Z)."""
    return dA * c.A


@bug(hidden_error, hides="keep_prob is 1 or a stretched A has the same slope")
def slope_at_dropped_A(dA, c):
    """Takes the slope from the activation after dropout, which 1/keep_prob has stretched."""
    return dA * c.activation.slope_from_A(c.A * c.mask / c.keep_prob)


# ---- dW --------------------------------------------------------------------------------------------------------------


@bug(weight_gradient, hides="λ is 0")
def no_decay(dZ, c):
    """Forgets the L2 term."""
    return dZ @ c.A_prev.T / c.m


@bug(weight_gradient, hides="λ is 0", seen="jingtinghuang/CS231n-Spring-2017/issues/3")
def half_decay(dZ, c):
    """Copies λ/2m from the cost, where the slope of W² has a 2 that cancels it."""
    return dZ @ c.A_prev.T / c.m + c.lam / (2 * c.m) * c.W


@bug(weight_gradient, hides="λ is 0 or m is 1", seen="stephencwelch/Neural-Networks-Demystified/issues/15")
def decay_not_over_m(dZ, c):
    """Does not divide the L2 term by the number of examples."""
    return dZ @ c.A_prev.T / c.m + c.lam * c.W


@bug(weight_gradient, hides="λ is 0", seen="andersbll/nnet/issues/4")
def decay_subtracted(dZ, c):
    """Subtracts the L2 term instead of adding it."""
    return dZ @ c.A_prev.T / c.m - c.lam / c.m * c.W


@bug(weight_gradient, hides="λ is 0", seen="omar-florez/scratch_mlp/issues/5")
def decay_summed(dZ, c):
    """Adds λ/m ΣW² to every entry, a sum as in the cost, instead of the slope λ/m W."""
    return dZ @ c.A_prev.T / c.m + c.lam / c.m * (c.W**2).sum()


@bug(weight_gradient, hides="m is 1", seen="hunkim/DeepLearningZeroToAll/issues/173")
def dW_no_mean(dZ, c):
    """Forgets to divide by the number of examples."""
    return dZ @ c.A_prev.T + c.lam / c.m * c.W


@bug(weight_gradient, needs=SQUARE, seen="maziarraissi/backprop/issues/1")
def own_A(dZ, c):
    """Multiplies by the layer's own output instead of its input."""
    return dZ @ c.A.T / c.m + c.lam / c.m * c.W


@bug(weight_gradient)
def last_example_dropped(dZ, c):
    """Leaves out the last example, an off-by-one that shows wherever that example is alive."""
    return dZ[:, :-1] @ c.A_prev[:, :-1].T / c.m + c.lam / c.m * c.W


@bug(weight_gradient)
def scaled_dW(dZ, c, factor=2.0):
    """Multiplies dW by a factor."""
    return factor * weight_gradient(dZ, c)


# ---- db --------------------------------------------------------------------------------------------------------------


@bug(bias_gradient, hides="m is 1")
def db_no_mean(dZ, c):
    """Forgets to divide by the number of examples."""
    return dZ.sum(axis=1, keepdims=True)


@bug(bias_gradient, hides="m is 1", seen="mlpack/mlpack/pull/3679")
def db_first_example(dZ, c):
    """Takes the first example only, which is right for a batch of one."""
    return dZ[:, :1]


@bug(bias_gradient)
def db_zero(dZ, c):
    """Leaves the bias gradient at zero."""
    return np.zeros_like(c.b)


@bug(bias_gradient, hides="λ is 0 or b is 0")
def db_decayed(dZ, c):
    """Decays the biases too, though the cost does not: invisible while they are 0."""
    return dZ.sum(axis=1, keepdims=True) / c.m + c.lam / c.m * c.b


@bug(bias_gradient, hides="the layer has one unit", seen="rasbt/stat453-deep-learning-ss21/issues/5")
def db_one_sum(dZ, c):
    """Forgets the axis: one single sum over all units goes to every bias."""
    return np.full_like(c.b, dZ.sum() / c.m)


@bug(bias_gradient)
def scaled_db(dZ, c, factor=2.0):
    """Multiplies db by a factor."""
    return factor * bias_gradient(dZ, c)


# ---- dA_prev for the layer below -------------------------------------------------------------------------------------


@bug(pass_down, hides="W is symmetric", needs=SQUARE)
def W_not_transposed(dZ, c):
    """Forgets to transpose W, which only a square layer lets pass."""
    return c.W @ dZ


@bug(pass_down)
def dA_doubled(dZ, c):
    """Sends the error down twice as large."""
    return 2 * c.W.T @ dZ


@bug(pass_down, seen="joelgrus/data-science-from-scratch/issues/31")
def W_updated_first(dZ, c):
    """Updates W, at learning rate 0.1, before the error is sent back through it."""
    return (c.W - 0.1 * weight_gradient(dZ, c)).T @ dZ


@bug(pass_down, needs=SQUARE)
def no_W(dZ, c):
    """Hands dZ down without multiplying by W."""
    return dZ


@bug(pass_down)
def scaled_dA(dZ, c, factor=2.0):
    """Multiplies dA_prev by a factor."""
    return factor * pass_down(dZ, c)


# ---- dropout on the way back -----------------------------------------------------------------------------------------


@bug(drop, hides="no unit is dropped", seen="ddbourgin/numpy-ml/issues/94")
def no_mask(dA, c):
    """Forgets the mask, so that dropped units receive a gradient too."""
    return dA / c.keep_prob


@bug(drop, hides="keep_prob is 1")
def no_keep_prob(dA, c):
    """Forgets to divide by keep_prob on the way back."""
    return dA * c.mask


@bug(drop, hides="no unit is dropped or the layer has one unit")
def neighbour_mask(dA, c):
    """Uses the mask of the neighbouring unit."""
    return dA * np.roll(c.mask, 1, axis=0) / c.keep_prob


# ---- the cost J ------------------------------------------------------------------------------------------------------


@bug(decay, hides="λ is 0")
def J_no_decay(squares, lam, m):
    """J forgets the λ term: right backprop reads 3e-2 on the bench, in every W and in no b."""
    return 0.0 * sum(squares)


@bug(decay, hides="λ is 0")
def J_decay_over_m(squares, lam, m):
    """J takes λ/m for λ/2m: right backprop reads 3e-2 on the bench, in every W and in no b."""
    return lam / m * sum(squares)


@bug(decay, hides="λ is 0", needs=TWO_LAYERS, seen="lightaime/cs231n/pull/2")
def J_layer_twice(squares, lam, m):
    """J counts the first layer's weights twice, the last layer's not at all: 2e-2 on the bench, in those two W."""
    return lam / (2 * m) * sum([squares[0], *squares[:-1]])


# ---- the checker -----------------------------------------------------------------------------------------------------


@bug(two_sided)
def forgotten_2(J_plus, J_minus, J, eps):
    """Divides by ε for 2ε: dθ_approx is twice too long, and right backprop reads 1/3."""
    return (J_plus - J_minus) / eps


bug(two_sided)(one_sided)


@bug(restored, seen="HomericIntelligence/Odyssey/pull/2089")
def not_restored(value, nudged):
    """Leaves every nudge in θ, which drifts by −ε an entry: at ε = 1e-7 it reads 6e-7 on the bench, and passes."""
    return nudged


@bug(quotient)
def norm_of_sum(approx, exact):
    """Puts ‖dθ_approx + dθ‖ below the line: right backprop passes, dθ with its sign flipped reads far above 1."""
    return norm(approx - exact) / norm(approx + exact)


@bug(quotient)
def absolute(approx, exact):
    """Does not divide: right backprop reads 5e-9 on the bench; but a small gradient reads small, however wrong."""
    return norm(approx - exact)


@bug(in_order)
def other_order(blocks):
    """Lays dθ out column by column where θ goes row by row: it reads 0.5, a single row or column reads right."""
    return np.concatenate([block.ravel(order="F") for block in blocks.values()])
