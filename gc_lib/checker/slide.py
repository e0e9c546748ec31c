"""The checker of the lecture: nudge every θ[i], compare the slope of J with dθ[i], and say how far they are apart.

Its four equations stand in a table, so that a bug can be planted in the checker too.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, SupportsFloat, TypeVar

import numpy as np

from .inputs import above_zero, all_real, ask, comparable, function, nudgeable, some_unmoved
from .params import Nest, as_blocks, copied, from_vector, like, to_vector

P = TypeVar("P", bound=Nest)  # the parameters


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


def relative_difference(approx: Nest, exact: Nest) -> float:
    """Return ‖a − b‖ / (‖a‖ + ‖b‖) of two gradients: nests of arrays with the same names and shapes.

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


def two_sided_loop(cost: Callable, params, eps: float, restored: Callable = restored) -> tuple[np.ndarray, np.ndarray]:
    """Return J(θ + ε eᵢ) and J(θ − ε eᵢ) for every i, one nudge after the other, as in the lecture."""
    theta = {name: block.copy() for name, block in as_blocks(params).items()}
    seen_by_cost, J_plus, J_minus = like(theta, params), [], []
    for name, block in theta.items():
        flat = block.reshape(-1)  # a view: to nudge flat[i] is to nudge the block
        for i, value in enumerate(flat.copy()):
            where = f"at a nudge of {name}, entry {i},"
            flat[i] = value + eps
            J_plus.append(ask(cost, seen_by_cost, where))
            flat[i] = value - eps
            J_minus.append(ask(cost, seen_by_cost, where))
            flat[i] = restored(value, flat[i])
    return np.array(J_plus), np.array(J_minus)


def nudged_costs(cost: Callable, params, eps: float, restored: Callable = restored) -> tuple[np.ndarray, np.ndarray]:
    """Return the lecture's J(θ ± ε eᵢ): from the cost itself where it offers them (`cost.nudged`), else by the loop."""
    if hasattr(cost, "nudged"):
        return cost.nudged(params, eps, *(() if restored is SLIDE.restored else (restored,)))
    return two_sided_loop(cost, params, eps, restored)


def numeric_gradient(cost: Callable[[P], SupportsFloat], params: P, eps: float = 1e-7, checker: Checker = SLIDE) -> P:
    """Return dθ_approx, the central differences of J, in the form of params.

    `cost(params)` returns one number; params is one floating array, or any nest of dicts, lists and tuples of them. The
    caller's arrays are left alone. `checker=gcl.ONE_SIDED` takes the one-sided difference. Raises TypeError or
    ValueError for parameters that cannot be nudged, an ε that is not above 0 or moves no entry, a cost that is no
    finite number, and for what is no checker.
    """
    params = copied(params)
    blocks, eps, checker = nudgeable(params), above_zero(eps), a_checker(checker)
    some_unmoved(blocks, eps)
    J = ask(function("cost", cost), copied(params), "at θ")
    J_plus, J_minus = nudged_costs(cost, params, eps, checker.restored)
    approx = checker.difference(J_plus, J_minus, J, eps).astype(float)
    return like(from_vector(approx, blocks), params)


def a_checker(checker) -> Checker:
    """Return the checker. Raises TypeError where it is none."""
    if not isinstance(checker, Checker):
        raise TypeError(f"checker should be a Checker, such as gcl.SLIDE or gcl.ONE_SIDED; got {checker!r}")
    return checker
