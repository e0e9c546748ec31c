"""The fields of a lab's state: each says where it starts, what it takes, and which control stands for it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields, replace
from typing import Any, dataclass_transform

import numpy as np

from ..checker.inputs import above_zero, as_float, finite
from ..checker.words import short
from ..network.network import one_of
from .controls import Choice, Menu, Slider

Takes = Callable[[str, Any], Any]  # of a field's name and a value: returns the value tidied, or raises an error


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Frozen:
    """Make a frozen dataclass of every class that is built on this one."""

    def __init_subclass__(cls):
        dataclass(frozen=True)(cls)


class Fields(Frozen):
    """Tidy what every field is given. Raises TypeError or ValueError for what it does not take."""

    def __post_init__(self):
        self.settle(**{each.name: each.metadata["takes"](each.name, getattr(self, each.name)) for each in fields(self)})

    def settle(self, **values) -> None:
        """Set fields, while the state is being made; afterwards it is frozen."""
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def changed(self, name: str) -> bool:
        """Tell whether a field differs from what stands there if nobody gives it; None is for what other fields say."""
        start = getattr(type(self), name)
        start = getattr(replace(self, **{name: None}), name) if start is None else start
        return getattr(self, name) != start

    def put_back(self, name: str) -> dict:
        """Return what to change for a field to stand as if nobody gave it, and with it what follows from it."""
        follow = {each.name: None for each in fields(self) if each.default is None and not self.changed(each.name)}
        return follow | {name: getattr(type(self), name)}


def log_values(low: int, high: int, *digits: int) -> list[float]:
    """Return the numbers that begin with one of the digits, from 10^low to 10^high: 1, 2, 5, 10, 20, …"""
    return [float(f"{digit}e{k}") for k in range(low, high) for digit in digits] + [float(f"1e{high}")]


# ---- with which control ----------------------------------------------------------------------------------------------


def slider(words: str, values: Collection, start, takes: Takes | None = None, say=short, width="300px") -> Any:
    """Declare a field with a slider; it takes what the slider offers, if nothing else is said."""
    return kept(start, takes or offered(values), lambda lab, name: lab.bind(name, Slider(words, values, say, width)))


def menu(words: str, values: Collection, start, takes: Takes | None = None, say: Callable = str, width="300px") -> Any:
    """Declare a field with a menu; it takes what the menu offers, if nothing else is said."""
    return kept(start, takes or offered(values), lambda lab, name: lab.bind(name, Menu(words, values, say, width)))


def choice(words: str, values: Collection, start, takes: Takes | None = None, say: Callable = str) -> Any:
    """Declare a field with a row of buttons, one for each value; it takes these, if nothing else is said."""
    return kept(start, takes or offered(values), lambda lab, name: lab.bind(name, Choice(words, values, say)))


def button(words: str, start, takes: Takes, then: Callable) -> Any:
    """Declare a field that a button changes: then(value) returns the next value."""
    return kept(start, takes, lambda lab, name: lab.button(words, lambda: {name: then(getattr(lab.state, name))}))


def kept(start, takes: Takes, build: Callable | None = None) -> Any:
    """Declare a field; build(lab, name) returns its control, if it has one."""
    return field(default=start, metadata={"takes": takes, "build": build})


# ---- what is taken ---------------------------------------------------------------------------------------------------


def offered(values: Collection) -> Takes:
    """Take one of these values, and nothing else."""

    def take(name: str, value):
        one_of(name, value, values)
        return next(each for each in values if each == value)

    return take


def positive(name: str, value) -> float:
    """Take a number above 0."""
    return above_zero(value, name)


def number(low: float, high: float = np.inf) -> Takes:
    """Take a finite number, from `low` on; `high` is the end of the lab's picture."""
    above, within = f"a finite number, {low:g} or more", f"{low:g} … {high:g}, or it is off this lab's picture"

    def take(name: str, value) -> float:
        found = as_float(name, value)
        if not (low <= found <= high and found < np.inf):
            raise ValueError(f"{name} should be {within if high < np.inf else above}; got {found}")
        return found

    return take


def whole_number(low: int, high: int) -> Takes:
    """Take a whole number in a span."""

    def take(name: str, value) -> int:
        found = finite(name, value)
        if found % 1 or not low <= found <= high:
            raise ValueError(f"{name} should be a whole number, {low} … {high}; got {value}")
        return int(found)

    return take
