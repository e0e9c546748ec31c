"""Kinds of mistakes, told by what a function gives and what it stops with, whatever it is about.

`pairs` are what a function gives in each case, and what is wanted; `same` tells whether two values are the same.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from types import MappingProxyType

import numpy as np

from ..checker.words import listed
from .answer import run

RELATED = {  # how what is given may be related to what is wanted
    "the sign is turned round.": np.negative,
    "a sign is lost: is there an abs too many?": np.abs,
    "it is upside down: what stands above the line belongs below.": np.reciprocal,
}
POWERS = {"what comes out is squared.": np.square, "a root is taken of what comes out.": np.sqrt}
STOPS = {  # what an error's words begin with or hold, and what is mostly behind it
    r"NoneType": "something here is None, as print or append gives it, or a function without return.",
    r"in line .*positional argument": "what is called there takes another number of arguments.",
    r"positional argument|unexpected keyword": "does what is called take these arguments? Its def names them.",
    r"'np' is not defined": "import numpy as np, in a line above it.",
    r"NameError": "is it spelled right, must another cell run first, or does a text lack its quotes?",
    r"UnboundLocalError": "it has no value yet: is it set in every branch, and before the loop?",
    r"RecursionError": "it calls itself without end; another function of the same name?",
    r"inhomogeneous|array dim|number of dim": "the shapes differ; for a vector ravel each block, then np.concatenate.",
    r"needs to be a sequence": "np.concatenate takes a list, [a, b, …], of arrays that ravel has made flat.",
    r"not callable": "round brackets behind it call it: is a * missing, are [ ] meant, or is a name used twice?",
    r"zero-dim|'str' object has no attribute '(ravel|fl|resh|sh|T)": "this is no array; values() gives the blocks.",
    r"'list' object has no": "a list is no array: np.array(…) makes one of it, and len(…) counts it.",
    r"'dict(_values)?'": "that holds many blocks, and is no array: take each block by itself.",
    r"has no attribute 'append'": "an array has no append; write into its places, approx[i] = …",
    r"could not broadcast|setting an array element": "what is put into a place must have the shape of the place.",
    r"only integer scalar|as an integer": "range takes one whole number, np.concatenate a list, [a, b].",
    r"tuple indices": "a tuple has places, t[0], and no keys; if they have names, these stand behind a dot, c.Z.",
    r"values to unpack": "what is taken apart there has another number of parts: is .items() or enumerate missing?",
    r"used as indices": "an index is a whole number, or an array of such or of True and False: what is it here?",
    r"invalid index to scalar|'(numpy\.)?float(64)?' obj": "a single number has no entries: is a vector meant?",
    r"only integers, |must be integers": "places are whole numbers: for i in range(n), not for i in v.",
    r"out of (range|bounds)": "places run from 0 to n − 1, and for x in a list gives its entries, not their places.",
    r"0-dimensional arrays can": "that takes one number and not an array: is a sum missing, or np. before it?",
    r"function'? and '|'function|'method|Gradient": "a function stands there without its brackets: call it.",
    r"matmul|not aligned": "for @ the inner sizes must be equal: a transpose, another order, or * for @?",
    r"operands could|broadcastable": "entry by entry these do not fit: is another array meant, or another way to join?",
    r"KeyError": "which names stand there? This one does not.",
    r"concatenate str|'str' and '|and 'str'": "a text and a number do not add up: which of the two is not meant?",
    r"truth value of an array": "an array stands where one number or one True is wanted.",
}


def behind(stopped: str, given: Mapping[str, object] = MappingProxyType({})) -> str:
    """Return what is mostly behind an error, or nothing; `given` are the arguments by name."""
    dicts = {name: value for name, value in given.items() if isinstance(value, Mapping)}
    if dicts and "KeyError" in stopped:
        return f"{'; '.join(f'{name} holds {listed(map(str, held))}' for name, held in dicts.items())}."
    return next((hint for sign, hint in STOPS.items() if re.search(sign, stopped)), "")


def of_form(pairs: Sequence[tuple], same: Callable) -> str:
    """Say what is wrong with the form of what is given, where that alone can be wrong."""
    given, wanted = zip(*pairs, strict=True)
    if any(isinstance(value, bool | np.bool_) for value in given):
        instead = "put it behind if" if isinstance(wanted[0], str) else "return what it compares"
        return f"True and False are what a comparison gives: {instead}."
    if all(isinstance(value, str) for value in given) and not isinstance(wanted[0], str):
        return "that is a text; the number itself is wanted, as it is computed."
    if any(callable(value) for value in given):
        return "that is a function, not its value: call it, with brackets and its arguments."
    if any(isinstance(value, complex | np.generic | np.ndarray) and np.iscomplexobj(value) for value in given):
        return "that is a complex number, and a real one is wanted: a root of something below 0?"
    if any(isinstance(value, Iterator) for value in given):
        return "that gives its values one by one, as yield, map and zip do: collect them, such as in a list."
    numbers = arrays(pairs)
    if numbers and all(a.size == b.size and same(a.ravel(), b.ravel()) for a, b in numbers):
        yours, theirs = (side.shape for side in numbers[0])
        take = "take .ravel() at the end." if len(theirs) == 1 else "is keepdims=True or a reshape missing?"
        return f"the numbers are right, but their shape is {yours}, and {theirs} is wanted; {take}"
    return ""


def relation(pairs: Sequence[tuple], same: Callable) -> str:
    """Say how what is given is related to what is wanted, if it is so in every case."""
    given, wanted = zip(*pairs, strict=True)
    if isinstance(wanted[0], Mapping):
        return next(filter(None, (of_names(value, blocks, same) for value, blocks in pairs)), "")
    if isinstance(wanted[0], str):
        if strange := next((value for value in given if value not in wanted), ""):
            return f"“{strange}” is none of the words that are wanted here."
        if never := next((word for word in wanted if word not in given), ""):
            return f"yours never says “{never}”."
        turned = {pair for pair in zip(given, wanted, strict=True) if pair[0] != pair[1]}
        swapped = len(turned) == 2 and turned == {pair[::-1] for pair in turned}
        return f"“{max(turned)[0]}” and “{min(turned)[0]}” have changed places." if swapped else ""
    numbers = arrays(pairs)
    if not numbers:
        parts = len(given[0]) if isinstance(given[0], list | tuple) and isinstance(wanted[0], np.ndarray) else 0
        said = f"yours are {parts} parts, and one array is wanted: np.concatenate lays arrays end to end, + adds them."
        return said if parts else ""
    if not all(np.isfinite(values).all() for values, _ in numbers):
        return "yours gives inf or nan somewhere: is something divided by 0, or a root taken of less than 0?"
    if any(a.shape != b.shape for a, b in numbers):
        return next(of_shapes(numbers, same), "")
    yours, theirs = (np.concatenate([side.ravel() for side in sides]) for sides in zip(*numbers, strict=True))
    return next(of_numbers(yours, theirs, len(numbers), same), "")


def of_names(value, wanted: Mapping, same: Callable) -> str:
    """Say which names a dict lacks, which do not belong in it, and which hold something else."""
    if not isinstance(value, Mapping):
        return f"a dict is wanted, with the names {', '.join(wanted)}."
    lacks, strange = [name for name in wanted if name not in value], [str(name) for name in value if name not in wanted]
    if lacks and [*value] == [*wanted][-1:]:
        return "that is the last one alone: does each round of the loop begin a new dict?"
    if lacks or strange:
        said = f"it lacks {', '.join(lacks)}" * bool(lacks), f"{', '.join(strange)} are no names here" * bool(strange)
        return f"{'; '.join(filter(None, said))}."
    for name in wanted:
        if not same(value[name], wanted[name]):
            ways = {"": np.positive} | {f": {words}": of for words, of in RELATED.items()}
            for other, (words, of) in product(wanted, ways.items()):
                if same(value[name], run(of, (wanted[other],))[0]):
                    return f"under {name} stands what belongs to {other}{words or '.'}"
            return f"under {name} stands what belongs to none of them."
    return ""


def arrays(pairs: Sequence[tuple]) -> list[tuple[np.ndarray, ...]]:
    """Return what is given and what is wanted as arrays of numbers; nothing where they are none."""
    try:
        return [tuple(np.asarray(side).astype(float, casting="same_kind") for side in pair) for pair in pairs]
    except (TypeError, ValueError, OverflowError):
        return []


def of_shapes(numbers: Sequence[tuple], same: Callable) -> Iterator[str]:
    """Say what is wrong with the shapes."""
    given, wanted = next((a, b) for a, b in numbers if a.shape != b.shape)
    if all(a.size > b.size == 1 for a, b in numbers):
        yield f"one number is wanted, and yours are {given.size}: is one of them meant, or a sum, a norm, a difference?"
    if all(a.size == 1 < b.size for a, b in numbers):
        yield f"yours is one number, and {wanted.size} are wanted: does each have a place of its own?"
    if given.size != wanted.size and wanted.ndim == 1:
        amiss = "some are missing" if given.size < wanted.size else "some are there twice, or do not belong"
        for side, part in (("last", wanted[: given.size]), ("first", wanted[-given.size :])):
            if given.ndim == 1 and given.size and same(given, part):
                amiss = f"the {side} are missing"
        yield f"in one case yours are {given.size} numbers, and {wanted.size} are wanted: {amiss}."
    if given.ndim:
        yield f"yours has the shape {given.shape}, and {wanted.shape} is wanted."


def of_numbers(given: np.ndarray, wanted: np.ndarray, cases: int, same: Callable) -> Iterator[str]:
    """Say how the numbers of all cases are related to those that are wanted."""
    if len(given) < 2:
        return
    if np.ptp(wanted) and same(given, np.full(len(given), given[0])):
        yield f"yours gives {given[0]:.3g} in every case that is tried."
    for words, of in (RELATED | POWERS).items():
        if same(given, run(of, (wanted,))[0]):
            yield words
    if same(given, np.trunc(given)) and (abs(given - wanted) < 1).all():
        yield "yours are whole numbers: is something cut off, by int, by // or by an array of whole numbers?"
    k = given @ wanted / (wanted @ wanted)
    if k and same(given, k * wanted):
        yield f"in every case yours is {k:.4g} times what is wanted: which factor is missing, or one too many?"
    if same(given - wanted, np.full(len(given), given[0] - wanted[0])):
        more = given[0] > wanted[0]
        yield f"in every case yours is {abs(given[0] - wanted[0]):.4g} too {'large' if more else 'small'}."
    if same(np.sort(given), np.sort(wanted)):
        yield "these are the right numbers in another order."
    value, times = Counter(given.tolist()).most_common(1)[0]
    if times > 1 and len({*wanted}) == len(wanted):
        single = "cases: does it see how they differ, or does something end there?"
        many = "places: does something end there, or is it left out?"
        yield f"yours gives {value:.3g} in {times} {single if len(given) == cases else many}"
