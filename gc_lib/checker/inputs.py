"""What a check is given: each function returns it in the form that the check needs, or says what is amiss."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from .params import ONE_ARRAY, as_blocks, copied, is_tensor

REAL = "every entry should be a real number"
COMPLEX = "take .real where the imaginary part is 0, else check the real and the imaginary part as two blocks"
WEIGHTS = "with one fixed random v of its shape let J = (v * out).sum(), and dθ = vᵀ times the Jacobian"


# ---- numbers ---------------------------------------------------------------------------------------------------------


def finite(name: str, value) -> float:
    """Return a finite number as a float. Raises TypeError or ValueError, with its name, where it is none."""
    number = as_float(name, value)
    if not np.isfinite(number):
        raise ValueError(f"{name} should be a finite number; got {value}")
    return number


def as_float(name: str, value, advice: str = "") -> float:
    """Return a number as a float. Raises TypeError, with its name, where it is none."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name} should be a number; got {shown(value)}{advice}") from None


def shown(value) -> str:
    """Show what was found in place of a setting; of an array, say where data goes."""
    if np.prod(getattr(value, "shape", ())) > 1:
        return f"{kind_of(value)}; data goes in within the function: lambda params: cost(params, X, y)"
    return f"{value!r:.60}"


def whole(name: str, value, least: int = 0) -> int:
    """Return a whole number. Raises TypeError or ValueError where it is none, or below the least."""
    number = finite(name, value)
    if number % 1 or number < least:
        raise ValueError(f"{name} should be a whole number, {least} or more; got {value}")
    return int(number)


def above_zero(value: float, name: str = "eps", usual: str = "the lecture's 1e-7") -> float:
    """Return a number as a float. Raises TypeError or ValueError where it is not finite and above 0."""
    number = as_float(name, value, f"; take one above 0, such as {usual}")
    if not 0 < number < np.inf:
        raise ValueError(f"{name} should be a finite number above 0, such as {usual}; got {number}")
    return number


# ---- parameters ------------------------------------------------------------------------------------------------------


def nudgeable(params) -> dict[str, np.ndarray]:
    """Return the blocks of params. Raises where they hold no finite floating numbers, into which ε could be added."""
    blocks = as_blocks(params)
    if not sum(block.size for block in blocks.values()):
        raise ValueError("params has no entries: there is nothing to check")
    for name, block in blocks.items():
        if block.dtype.kind in "biuOU":
            nested = block.dtype.kind == "O" and any(map(np.ndim, block.flat))
            take = f"[*{name}], a list of arrays," if nested else f"np.asarray({name}, float),"
            if block.dtype.kind == "U":
                take = "dict(params) if it is a name beside its array,"
            raise TypeError(
                f"params: {name} holds {block.dtype}, into which no ε fits; take {take} or leave it out where it is "
                "no parameter"
            )
    all_real(blocks, "params")
    return blocks


def all_real(blocks: Mapping[str, np.ndarray], where: str) -> None:
    """Raise TypeError or ValueError, naming the block, where an entry is not real or not finite."""
    for name, block in blocks.items():
        if block.dtype.kind not in "fiub":
            advice = {"c": f"; {COMPLEX}", "O": f"; take {name}.astype(float)"}.get(block.dtype.kind, "")
            raise TypeError(f"{where}: {name} holds {block.dtype}; {REAL}{advice}")
        if not np.isfinite(block).all():
            raise ValueError(f"{where}: {name} holds {first_bad(block)}; every entry should be finite")


def first_bad(block: np.ndarray) -> str:
    """Name the first entry that is not finite: "nan at [0, 3]", or "nan" where there is but one."""
    index = np.argwhere(~np.isfinite(block))[0].tolist()
    return f"{block[tuple(index)]}" + (f" at {index}" if index else "")


def unmoved(blocks: Mapping[str, np.ndarray], eps: float) -> int:
    """Return how many entries of θ equal θ + ε and θ − ε."""
    return sum(int(((b + eps == b) & (b - eps == b)).sum()) for b in blocks.values())


def some_unmoved(blocks: Mapping[str, np.ndarray], eps: float) -> int:
    """Return how many entries of θ ε does not move. Raises ValueError if that is all of them."""
    still = unmoved(blocks, eps)
    if still == sum(b.size for b in blocks.values()):
        coarse = max(float(np.spacing(np.abs(b).max(initial=0))) for b in blocks.values())
        dtypes = ", ".join(sorted({str(b.dtype) for b in blocks.values()}))
        raise ValueError(f"eps = {eps:g} moves no entry of θ in {dtypes}: θ ± ε == θ; take at least {10 * coarse:.0e}")
    return still


# ---- cost and gradient -----------------------------------------------------------------------------------------------


def function(name: str, value, or_else: str = "") -> Callable:
    """Return a function. Raises TypeError, with its name, where it is none."""
    if not callable(value):
        uncalled = "" if value is None else "; give the function itself, uncalled"
        raise TypeError(f"{name} should be a function of params{or_else}; got {kind_of(value)}{uncalled}")
    return value


def two_functions(cost, gradient) -> tuple[Any, Any]:
    """Return cost and gradient, taken apart where gradient is True. Raises TypeError where they are no functions."""
    cost = function("cost", cost)
    if gradient is not True:
        return cost, function("gradient", gradient, ", or True where cost returns (J, dθ)")

    def pair(params):
        """Return J and dθ."""
        found = cost(params)
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise TypeError(f"with gradient=True cost should return the two (J, dθ); it returned {kind_of(found)}")
        if isinstance(found[0], np.ndarray) and found[0].size > 1 and is_number(found[1]):
            raise TypeError("with gradient=True cost should return (J, dθ), in this order; it returned a number second")
        return found

    return lambda params: pair(params)[0], lambda params: pair(params)[1]


def kind_of(value) -> str:
    """Say what a value is: "a str"."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}, shape {value.shape}"
    kind = type(value).__name__
    many = f" of {len(value)}" if isinstance(value, tuple | list) else ""
    return f"a{'n' * (kind[0] in 'aeiou')} {kind}{many}"


def ask(cost: Callable, params, where: Callable[[], str]):
    """Return J, which is one finite number; `where()` says at which θ, where that has to be said."""
    J = noted(cost, params, lambda: f"when cost was evaluated {where().rstrip(',')}, given {kind_of(params)}")
    return J if isinstance(J, float) and np.isfinite(J) else one_number(J, where())


def noted(function: Callable, params, note: Callable[[], str]):
    """Call a function of the caller's. What it raises goes on its way, with a note."""
    try:
        return function(params)
    except Exception as error:
        error.add_note(note())
        raise


def one_number(J, where: str):
    """Return J if it is one finite number: floating numbers of numpy as they are, others as a float.

    Raises TypeError or ValueError that says where it was not.
    """
    if not isinstance(J, float | np.floating):
        J = J.detach() if is_tensor(J) else J
        problem = no_number(J)
        if problem:
            raise TypeError(f"cost should return one number; {where} it returned {problem}")
        floating = isinstance(J, np.ndarray) and J.dtype.kind == "f"  # a buffer, perhaps, into which the next J goes
        advice = "; take its .data" if hasattr(J, "grad") else ""
        J = J[()] if floating else as_float(f"J {where.rstrip(',')}", J, advice)
    if not np.isfinite(J):
        raise ValueError(f"cost should be finite; {where} it returned {J}: is there a log(0), 0/0, or exp(1000)?")
    return J


def no_number(J) -> str:
    """Say what J is and what to do, where it is not one real number; else nothing."""
    dtype = str(getattr(J, "dtype", type(J).__name__))
    if J is None:
        return "None: is a `return` missing?"
    if isinstance(J, tuple | list):
        return f"{kind_of(J)}: take its first, or, where that is (J, dθ), gradient=True"
    if isinstance(J, Mapping):
        return f"{kind_of(J)}: have cost and gradient changed places?"
    if np.ndim(J):
        one = "take .item()" if np.size(J) == 1 else f"take .sum() where each is a loss, else {WEIGHTS}"
        return f"an array of shape {tuple(np.shape(J))}: {one}"
    if "complex" in dtype:
        return f"{J}, a complex number: take .real where its imaginary part is 0, else check .real and .imag one by one"
    if "bool" in dtype:
        return f"{J}, which has no slope: return the number that it came from"
    if isinstance(J, str | bytes | np.ndarray) and np.asarray(J).dtype.kind in "US":
        return f"{J!r:.60}, which is text"
    return ""


def gradient_at(gradient: Callable, params, blocks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return dθ by blocks, copied at once: the gradient may write its next answer over it."""
    found = noted(gradient, copied(params), lambda: f"when gradient was evaluated at θ, given {kind_of(params)}")
    return {name: block.copy() for name, block in comparable(found, blocks).items()}


def comparable(gradient, blocks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the blocks of a gradient in the order of θ. Raises where they do not fit params, or are not finite."""
    found = fitting(gradient, blocks)
    all_real(found, "gradient")
    return found


def fitting(gradient, blocks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the blocks of a gradient in the order of θ. Raises where one is missing, extra or of another shape."""
    if gradient is None:
        raise TypeError("gradient returned None; is a `return` missing?")
    pair = isinstance(gradient, tuple | list) and not hasattr(gradient, "_fields") and len(gradient) == 2
    if pair and "[0]" not in blocks:
        others = [each for each in gradient if not is_number(each)]
        if len(others) == 1 and (len(blocks) == 1 or not isinstance(others[0], np.ndarray)):
            first = "first, as in (J, dθ): take its second, or gradient=True"
            which = first if is_number(gradient[0]) else "second, as in (dθ, J): take its first"
            raise TypeError(f"gradient returned a number {which}")
    if pair and [getattr(each, "shape", None) for each in gradient] == 2 * [block.shape for block in blocks.values()]:
        raise TypeError(
            "gradient returned two arrays of the shape of params: take its first, as of (gradient, Hessian)"
        )
    if ONE_ARRAY not in blocks and (is_number(gradient) or isinstance(gradient, str)):
        raise TypeError(f"gradient should have the blocks of params, {few(blocks)}; it returned {kind_of(gradient)}")
    found = as_blocks(gradient, "gradient", blocks)
    missing, extra = [name for name in blocks if name not in found], [name for name in found if name not in blocks]
    sides = ("misses", missing), ("has an extra", extra)
    amiss = " and ".join(f"{word} block: {few(names)}" for word, names in sides if names)
    if amiss:
        alike = all(any(name.lower() in key.lower() for key in extra) for name in missing)
        advice = "; rename its keys" if alike and len(missing) == len(extra) else ""
        if not advice and sum(block.size for block in found.values()) == sum(block.size for block in blocks.values()):
            advice = "; if it is in the order of params, take gcl.from_vector(gcl.to_vector(…), params)"
        raise ValueError(f"gradient {amiss}; params has {few(blocks)}{advice}")
    for name, block in blocks.items():
        shape = found[name].shape
        if shape != block.shape:
            jacobian = shape[1:] == block.shape and len(shape) > len(block.shape)
            advice = f"; are these the slopes of {shape[0]} numbers? Then {WEIGHTS}" if jacobian else ""
            if shape == block.shape[::-1]:
                advice = "; take np.transpose(…)"
            if squeezed(shape) == squeezed(block.shape) or shape == (block.size,):
                advice = f"; take np.reshape(…, {block.shape})"
            raise ValueError(f"gradient: {name} has shape {shape}, but in params it has {block.shape}{advice}")
    return {name: found[name] for name in blocks}


def is_number(value) -> bool:
    """Tell whether a value is one number: Python's, numpy's, or an array without axes."""
    return np.isscalar(value) or (isinstance(value, np.ndarray) and not value.ndim)


def squeezed(shape: tuple[int, ...]) -> list[int]:
    """Return a shape without its axes of length 1."""
    return [n for n in shape if n != 1]


def few(names: Iterable[str]) -> str:
    """List names, of many the first ones."""
    names = list(names)
    return ", ".join(names[:8] + ["…"] * (len(names) > 8))
