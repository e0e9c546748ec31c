"""Kinds of mistakes, told by what a function gives and what it stops with, whatever it is about."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

STOPS = {  # what an error's words begin with or hold, and what is mostly behind it
    r"'ellipsis'": "the … of the stub is still there: write its line.",
    r"NoneType": "something here is None, as print gives it, or a function without return.",
    r"in line .*positional argument": "what is called there takes another number of arguments.",
    r"positional argument|unexpected keyword": "does it take the arguments that stand in the brackets of def?",
    r"'np' is not defined": "import numpy as np, in a line above it.",
    r"'(norm|sqrt|dot|sum|zeros)' is not defined": "numpy's functions begin with np., as np.linalg.norm.",
    r"NameError": "is it spelled right, must another cell run first, or does a text lack its quotes?",
    r"UnboundLocalError": "it is used before it has a value: set it before the loop.",
    r"RecursionError": "it calls itself without end; another function of the same name?",
    r"inhomogeneous|input array dimensions|same number of dimensions": "ravel each block, then np.concatenate them.",
    r"needs to be a sequence": "np.concatenate takes a list, [a, b, …], of arrays that ravel has made flat.",
    r"zero-dimensional arrays|'str' object": "a dict gives its names; params.values() gives its blocks.",
    r"'dict' and '|'dict' object has no": "that is a dict of blocks: take one at a time, or gcl.to_vector of it.",
    r"'dict'|'dict_values'|'list' object has no": "that holds many blocks or numbers: take them one at a time.",
    r"has no attribute 'append'": "an array has no append; write into its places, approx[i] = …",
    r"could not broadcast|setting an array element": "one place takes one number.",
    r"invalid index to scalar|'(numpy\.)?float(64)?' obj": "a single number has no entries; take the vector.",
    r"only integers, |must be integers": "places are whole numbers: for i in range(n), not for i in v.",
    r"only integer |as an integer": "range takes one number, np.concatenate a list, [a, b].",
    r"out of (range|bounds)": "places run from 0 to n − 1, and for x in a list gives its entries, not their places.",
    r"not callable": "brackets behind it call it; is a * missing, or a name used twice?",
    r"0-dimensional arrays can": "that takes one number and not an array: is a sum missing, or np. before it?",
    r"function'? and '|'function|'Gradient'|Gradient object": "a function stands there without its brackets: call it.",
    r"matmul|not aligned": "the shapes do not fit: is one transposed, or @ where * belongs?",
    r"operands could not be|not broadcastable": "arrays of these shapes cannot be added or multiplied entry by entry.",
    r"arrays used as indices": "[…] picks places; a mask of 0 and 1 is multiplied.",
    r"KeyError": "which names stand there? This one does not.",
    r"concatenate str|'str' and '|and 'str'": "a text and a number: is str(…) missing, or are quotes too many?",
    r"truth value of an array": "an array stands where one number or one True is wanted.",
    r"ZeroDivision": "what is below the line is 0 here.",
}


def behind(stopped: str) -> str:
    """Return what is mostly behind an error, or nothing."""
    return next((hint for sign, hint in STOPS.items() if re.search(sign, stopped)), "")


def of_forms(pairs: Sequence[tuple], same) -> str:
    """Say what is wrong with the form of what is given: its type, its shape, or that it is always the same."""
    given = [value for value, _ in pairs]
    if any(isinstance(value, bool | np.bool_) for value in given):
        return "True and False are what a comparison gives; put it behind if, and return what is wanted."
    named = [of_names(value, wanted, same) for value, wanted in pairs if isinstance(wanted, Mapping)]
    if named:
        return next(filter(None, named), "")
    words = [wanted for _, wanted in pairs if isinstance(wanted, str)]
    if words:
        strange = next((value for value in given if value not in words), "")
        return strange and f"“{strange}” is none of the words that are wanted here."
    if all(isinstance(value, str) for value in given):
        return "that is a text, and no number; is it in quotes?"
    if all(callable(value) for value in given):
        return "that is a function, not its value: call it, with brackets and its arguments."
    if any(isinstance(value, complex | np.generic | np.ndarray) and np.iscomplexobj(value) for value in given):
        return "that is a complex number, and a real one is wanted: a root of something below 0?"
    try:
        numbers = arrays(pairs)
    except (TypeError, ValueError, OverflowError):
        if all(isinstance(value, list | tuple) and getattr(wanted, "ndim", 0) == 1 for value, wanted in pairs):
            return f"yours is a list of {len(given[0])} parts, and no vector: np.concatenate lays arrays end to end."
        return ""
    if all(value.shape == wanted.shape for value, wanted in numbers):
        values, wanted = joined(numbers)
        always = len(values) > 1 and np.ptp(wanted) and same(values, np.full(len(values), values[0]))
        return f"yours gives {values[0]:.3g} whatever it is given." if always else ""
    return of_shapes(numbers, same)


def of_names(value, wanted: Mapping, same) -> str:
    """Say which names a dict lacks, which do not belong into it, and which hold something else."""
    if not isinstance(value, Mapping):
        return f"a dict is wanted, with the names {', '.join(wanted)}."
    lacks, strange = [name for name in wanted if name not in value], [name for name in value if name not in wanted]
    if lacks and [*value] == [*wanted][-1:]:
        return "that is the last one alone: does each round of the loop begin a new dict?"
    said = [f"it lacks {', '.join(lacks)}"] * bool(lacks) + [
        f"{', '.join(map(str, strange))} are no names here"
    ] * bool(strange)
    for name in [name for name in wanted if not said and not same(value[name], wanted[name])]:
        other = next((other for other in wanted if same(value[name], wanted[other])), "none of them")
        said = [f"under {name} stands what belongs to {other}"]
    return f"{'; '.join(said)}." if said else ""


def arrays(pairs: Sequence[tuple]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return what is given and what is wanted as arrays of numbers."""
    return [(np.asarray(given, float), np.asarray(wanted, float)) for given, wanted in pairs]


def joined(numbers: Sequence[tuple]) -> tuple[np.ndarray, np.ndarray]:
    """Return all numbers that are given, and all that are wanted."""
    given, wanted = (np.concatenate([side.ravel() for side in sides]) for sides in zip(*numbers, strict=True))
    return given, wanted


def of_shapes(numbers, same) -> str:
    """Say what is wrong with the shapes."""
    given, wanted = numbers[0]
    if all(a.size == b.size and same(a.ravel(), b.ravel()) for a, b in numbers):
        take = "take .ravel() at the end." if wanted.ndim == 1 else "is keepdims=True or a reshape missing?"
        return f"the numbers are right, but their shape is {given.shape}, and {wanted.shape} is wanted; {take}"
    if all(a.size > b.size == 1 for a, b in numbers):
        return f"one number is wanted, and yours are {given.size}: is a sum, a norm or a dot product missing?"
    if all(a.size == 1 < b.size for a, b in numbers):
        return f"yours is one number, and {wanted.size} are wanted: does each have a place of its own?"
    given, wanted = next((a, b) for a, b in numbers if a.shape != b.shape)
    if all(a.size <= b.size and same(a.ravel(), b.ravel()[: a.size]) for a, b in numbers):
        return (
            f"these are only the first {given.size} of {wanted.size}: take all that are given, however many there are."
        )
    if numbers[0][1].ndim == 1:
        amiss = "some are missing" if given.size < wanted.size else "some are there twice, or do not belong"
        return f"in one case yours are {given.size} numbers, and {wanted.size} are wanted: {amiss}."
    return f"yours has the shape {given.shape}, and {wanted.shape} is wanted." if given.ndim else ""


def relation(pairs: Sequence[tuple], same) -> str:
    """Say how the numbers that are given are related to those that are wanted, if it is so in every case."""
    try:
        numbers = arrays(pairs)
    except (TypeError, ValueError, OverflowError):
        return ""
    given, wanted = joined(numbers)
    if not np.isfinite(given).all():
        return "yours gives inf or nan somewhere: is something divided by 0, or a root taken of less than 0?"
    if given.shape != wanted.shape or len(given) < 2:
        return ""
    if same(given, -wanted):
        return "the sign is turned round."
    if not same(given, wanted) and (given == np.trunc(given)).all() and (abs(given - wanted) < 1).all():
        return "yours are whole numbers: is something cut off, by int, by // or by an array of whole numbers?"
    k = given @ wanted / (wanted @ wanted)
    if k and same(given, k * wanted):
        return f"in every case yours is {k:.4g} times what is wanted: which factor is missing, or one too many?"
    if same(given, np.abs(wanted)):
        return "a sign is lost: is there an abs too many?"
    if same(given * wanted, np.ones(len(given))):
        return "it is upside down: what stands above the line belongs below."
    if same(given, wanted**2):
        return "that is the square of what is wanted."
    if same(given**2, wanted):
        return "that is the square root of what is wanted."
    if same(given - wanted, np.full(len(given), given[0] - wanted[0])):
        return (
            f"in every case yours is {abs(given[0] - wanted[0]):g} too {'large' if given[0] > wanted[0] else 'small'}."
        )
    if any(b.size > 2 for _, b in numbers):
        if all(same(np.sort(a.ravel()), np.sort(b.ravel())) for a, b in numbers):
            return "these are the right numbers in another order."
        factors = [(a.ravel() @ b.ravel()) / max(b.ravel() @ b.ravel(), 1e-300) for a, b in numbers]
        if not same(1, min(factors, key=lambda k: abs(k - 1))) and all(
            k and same(a, k * b) for (a, b), k in zip(numbers, factors, strict=True)
        ):
            each = ", then ".join(f"{k:.4g}" for k in factors)
            return f"yours is {each} times what is wanted: is a factor there that changes with the size?"
        if all(np.count_nonzero(a) == 1 for a, _ in numbers):
            return "all places but one are 0: is it written into the same place each time?"
    return ""
