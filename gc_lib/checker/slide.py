"""The checker of the lecture: nudge every θ[i], compare the slope of J with dθ[i], and say how far they are apart.

Its four equations stand in a table, so that a bug can be planted in the checker too.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeVar

import numpy as np

from .inputs import all_real, comparable, shown
from .params import Nest, as_blocks, to_vector

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
"""The lecture's checker, by its four equations. A bug can be planted in it, as in backprop.

>>> broken = gcl.bugs.plant(gcl.SLIDE, "forgotten_2")
>>> report = gcl.check(lambda w: w @ w, lambda w: 2 * w, np.array([1.0, 2.0]), checker=broken)
>>> f"{report.difference:.2f}", report.answer
('0.33', 'right')
"""

ONE_SIDED = Checker(difference=one_sided)
"""The checker with the one-sided difference, whose error falls as ε and not as ε².

>>> gcl.numeric_gradient(lambda w: w[0] ** 3, np.array([1.0]), eps=0.1, checker=gcl.ONE_SIDED)
array([3.31])
"""

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

    >>> gcl.relative_difference(np.array([6.0, 8.0]), np.array([3.0, 4.0]))
    0.3333333333333333
    """
    a = as_blocks(approx, "approx")
    all_real(a, "approx")
    return score(to_vector(a).astype(float), to_vector(comparable(exact, a)).astype(float))


def score(approx: np.ndarray, exact: np.ndarray, quotient: Callable = quotient) -> float:
    """Return a checker's quotient of two vectors; 0 where both are zero, for they agree."""
    with np.errstate(divide="ignore"):  # a wrong quotient may divide by 0
        return float(quotient(approx, exact)) if exact.any() or approx.any() else 0.0


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


def a_checker(checker) -> Checker:
    """Return the checker. Raises TypeError where it is none."""
    if not isinstance(checker, Checker):
        raise TypeError(f"checker should be a Checker, such as gcl.SLIDE or gcl.ONE_SIDED; got {shown(checker)}")
    return checker
