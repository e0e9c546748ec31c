"""The checker of the lecture: nudge every θ[i], compare the slope of J with dθ[i], and say how far they are apart.

Its four equations stand in a table, so that a bug can be planted in the checker too.
"""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, TypeVar

import numpy as np

from .params import as_blocks, to_vector

Arrays = Mapping[str, np.ndarray] | np.ndarray  # a dict of arrays, or one array
P = TypeVar("P", bound=Arrays)  # the parameters


def two_sided(J_plus, J_minus, J, eps):
    """(J(θ + ε) − J(θ − ε)) / 2ε"""
    return (J_plus - J_minus) / (2 * eps)


def one_sided(J_plus, J_minus, J, eps):
    """(J(θ + ε) − J(θ)) / ε: its error falls as ε, not as ε²; at ε = 1e-7 it reads 5e-8 on the bench, and passes."""
    return (J_plus - J) / eps


def restored(value, nudged):
    """θ[i], as it was before the nudge"""
    return value


def in_order(blocks):
    """dW[1], db[1], … dW[L], db[L], each row by row: the order of θ"""
    return to_vector(blocks)


def quotient(approx, exact):
    """‖dθ_approx − dθ‖ / (‖dθ_approx‖ + ‖dθ‖)"""
    return norm(approx - exact) / (norm(approx) + norm(exact))


class Checker(NamedTuple):
    """Name the equations of the check."""

    difference: Callable = two_sided
    restored: Callable = restored
    order: Callable = in_order
    quotient: Callable = quotient


SLIDE = Checker()
ONE_SIDED = Checker(difference=one_sided)

GREAT, WORRY = 1e-6, 1e-4  # great below, worry above: by the nearest of the lecture's 1e-7, 1e-5 and 1e-3


def band(reading: float) -> Literal["great", "look", "worry"]:
    """Return the lecture's word for a relative difference: great below 1e-6, look up to 1e-4, worry above."""
    return "great" if reading < GREAT else "look" if reading <= WORRY else "worry"


def norm(v: np.ndarray) -> float:
    """Return ‖v‖, also where the squares of its entries would overflow or vanish."""
    plain = np.sqrt(np.vdot(v, v))
    if 1e-140 < plain < 1e140:
        return plain
    largest = np.abs(v).max(initial=0.0)
    return largest * np.sqrt(np.vdot(v / largest, v / largest)) if 0 < largest < np.inf else largest


def relative_difference(approx: Arrays, exact: Arrays) -> float:
    """Return ‖a − b‖ / (‖a‖ + ‖b‖) of two gradients: dicts of arrays with the same names and shapes, or arrays.

    Both zero is agreement: 0. Raises TypeError or ValueError where they are no real, finite numbers, or do not fit each
    other.
    """
    a = as_blocks(approx, "approx")
    all_real(a, "approx")
    return score(to_vector(a).astype(float), to_vector(comparable(exact, a)).astype(float))


def score(approx: np.ndarray, exact: np.ndarray, quotient: Callable = quotient) -> float:
    """Return a checker's quotient of two vectors; 0 where both are zero, for they agree."""
    with np.errstate(divide="ignore"):  # a wrong quotient may divide by 0
        return float(quotient(approx, exact)) if exact.any() or approx.any() else 0.0


def one_number(J, where: str) -> float:
    """Return J if it is one finite number. Raises TypeError or ValueError that says where it was not."""
    if J is None:
        raise TypeError(f"cost should return one number; {where} it returned None: is a `return` missing?")
    if np.ndim(J) != 0:
        found = f"an array of shape {np.shape(J)}"
        raise TypeError(f"cost should return one number; {where} it returned {found}: sum it, or take .item()?")
    if not np.isfinite(J):
        raise ValueError(f"cost should be finite; {where} it returned {J}")
    return J


def two_sided_loop(
    J: Callable[[np.ndarray], float], theta: np.ndarray, eps: float, restored: Callable = restored
) -> tuple[np.ndarray, np.ndarray]:
    """Return J(θ + ε eᵢ) and J(θ − ε eᵢ) for every i, one nudge after the other, as in the lecture."""
    theta, J_plus, J_minus = theta.copy(), [], []
    for i, value in enumerate(theta.tolist()):
        theta[i] = value + eps
        J_plus.append(J(theta))
        theta[i] = value - eps
        J_minus.append(J(theta))
        theta[i] = restored(value, theta[i])
    return np.array(J_plus), np.array(J_minus)


def nudgeable(params) -> dict[str, np.ndarray]:
    """Return the blocks of params. Raises where they hold no finite floating numbers, into which ε could be added."""
    blocks = as_blocks(params)
    if not sum(block.size for block in blocks.values()):
        raise ValueError("params has no entries: there is nothing to check")
    for name, block in blocks.items():
        if not np.issubdtype(block.dtype, np.floating):
            raise TypeError(f"params: {name} holds {block.dtype}, into which no ε fits; take {name}.astype(float)")
    all_real(blocks, "params")
    return blocks


def above_zero(eps: float) -> float:
    """Return ε as a float. Raises ValueError where it is not a finite number above 0."""
    eps = float(eps)
    if not 0 < eps < np.inf:
        raise ValueError(f"eps should be a finite number above 0, such as the lecture's 1e-7; got {eps}")
    return eps


def finite(name: str, value) -> float:
    """Return a finite number as a float. Raises TypeError or ValueError, with its name, where it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} should be a number; got {value!r}") from None
    if not np.isfinite(number):
        raise ValueError(f"{name} should be a finite number; got {value}")
    return number


def whole(name: str, value, least: int = 0) -> int:
    """Return a whole number. Raises TypeError or ValueError where it is none, or below the least."""
    number = finite(name, value)
    if number % 1 or number < least:
        raise ValueError(f"{name} should be a whole number, {least} or more; got {value}")
    return int(number)


def a_checker(checker) -> Checker:
    """Return the checker. Raises TypeError where it is none."""
    if not isinstance(checker, Checker):
        raise TypeError(f"checker should be a Checker, such as gcl.SLIDE or gcl.ONE_SIDED; got {checker!r}")
    return checker


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


def comparable(gradient, blocks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the blocks of a gradient in the order of θ. Raises where they do not fit params, or are not finite."""
    found = fitting(gradient, blocks)
    all_real(found, "gradient")
    return found


def fitting(gradient, blocks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the blocks of a gradient in the order of θ. Raises where one is missing, extra or of another shape."""
    if gradient is None:
        raise TypeError("gradient returned None; is a `return` missing?")
    found = as_blocks(gradient, "gradient")
    for word, names in (("misses", blocks.keys() - found.keys()), ("has an extra", found.keys() - blocks.keys())):
        if names:
            raise ValueError(f"gradient {word} block: {', '.join(sorted(names))}; params has {', '.join(blocks)}")
    for name, block in blocks.items():
        if found[name].shape != block.shape:
            raise ValueError(f"gradient: {name} has shape {found[name].shape}, but in params it has {block.shape}")
    return {name: found[name] for name in blocks}


def all_real(blocks: Mapping[str, np.ndarray], where: str) -> None:
    """Raise TypeError or ValueError, naming the block, where an entry is not real or not finite."""
    for name, block in blocks.items():
        if block.dtype.kind not in "fiub":
            raise TypeError(f"{where}: {name} holds {block.dtype}; every entry should be a real number")
        if not np.isfinite(block).all():
            raise ValueError(f"{where}: {name} holds {first_bad(block)}; every entry should be finite")


def first_bad(block: np.ndarray) -> str:
    """Name the first entry that is not finite: "nan at [0, 3]"."""
    index = np.argwhere(~np.isfinite(block))[0].tolist()
    return f"{block[tuple(index)]} at {index}"
