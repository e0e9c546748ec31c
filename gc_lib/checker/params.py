"""The parameters, any nest of arrays, as blocks by name and as one long vector θ; and back."""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Number

import numpy as np

Nest = np.ndarray | Mapping[str, "Nest"] | Sequence["Nest"]  # dicts, lists, tuples, NamedTuples of arrays
ONE_ARRAY = "theta"  # the name of the only block, where the parameters are one array and no nest of them


def as_blocks(params, where: str = "params", arrays: Mapping[str, np.ndarray] | None = None) -> dict[str, np.ndarray]:
    """Return the arrays of a nest by name, in order: params["layers"][0]["W"] is "layers[0].W"; one array is "theta".

    A list of plain numbers is one array; where `arrays` are given, a list is one if it has the name of one of these.
    Raises TypeError or ValueError where a name is no string or number, or stands for two, and for what is no array.
    """
    blocks: dict[str, np.ndarray] = {}

    def put(name: str, value) -> None:
        """Put in the blocks of a value, which may be a nest itself."""
        inner = children(value, name, where, arrays)
        for full, child in inner or ():
            put(full, child)
        if inner is None:
            name = name or ONE_ARRAY
            if name in blocks:
                raise ValueError(f"{where}: two blocks would have the name {name}; rename a key")
            blocks[name] = as_array(value, f"{where}: {name}")

    put("", params)
    return blocks


def children(nest, name: str, where: str = "params", arrays=None) -> list[tuple[str, object]] | None:
    """Return what a nest of this name holds, each with its full name; None where it is no nest, but one array."""
    if isinstance(nest, np.ndarray):
        return None
    if isinstance(nest, dict | Mapping):  # most are dicts, and of these Python knows it much sooner
        for key in nest:
            if not isinstance(key, str | int | np.integer):
                within = f" in {name}" if name else ""
                raise TypeError(
                    f'{where}: a block goes by a string, such as "W1", or a whole number; got {key!r}{within}'
                )
        fields = list(nest.items())
    elif not isinstance(nest, list | tuple):
        return None
    elif plain_numbers(nest) if arrays is None else (name or ONE_ARRAY) in arrays:
        return None
    elif hasattr(nest, "_fields"):
        fields = list(zip(nest._fields, nest, strict=True))
    else:
        return [(f"{name}[{i}]", child) for i, child in enumerate(nest)]
    return [(full_name(name, key), child) for key, child in fields]


def full_name(within: str, key) -> str:
    """Return the name of what stands under a key: layers.W, and layers[1] where the key is a number."""
    if not isinstance(key, str):
        return f"{within}[{key}]"
    return f"{within}.{key}" if within else key


def plain_numbers(values: Sequence) -> bool:
    """Tell whether a list holds numbers, or lists of them: numpy takes it as one array."""
    if hasattr(values, "_fields") or not values:
        return False
    return all(
        plain_numbers(value) if isinstance(value, list | tuple) else isinstance(value, Number | np.generic | str)
        for value in values
    )


def as_array(value, where: str) -> np.ndarray:
    """Return a value as an array. Raises TypeError where it is none, or of another kind than numpy's plain ones."""
    if value is None:
        raise TypeError(
            f"{where} is None; is a `return` missing? Leave out what is no parameter; a slope of 0 is zeros"
        )
    if hasattr(value, "toarray"):
        raise TypeError(f"{where} is sparse; take .toarray()")
    if isinstance(value, np.matrix | np.ma.MaskedArray):
        take = "np.asarray(…), and @ for *" if isinstance(value, np.matrix) else ".compressed(), or .filled(0)"
        raise TypeError(f"{where} is a {type(value).__name__}, no plain array; take {take}")
    try:
        array = np.asarray(value.detach().cpu() if is_tensor(value) else value)
    except Exception as error:  # a ragged list, or an array of a framework that may object in any way
        said = f"of this {type(value).__name__} numpy says: {error}"
        raise TypeError(f"{where} should be an array of numbers; {said}") from error
    if array.dtype == object and array is not value and not array.ndim:
        holds = hasattr(value, "__dict__") and not callable(value)
        such = " such as vars(…)," if holds else " such as list(…)," if isinstance(value, Iterable) else ""
        take = f"take a dict or a list of arrays,{such} or leave it out where it is no parameter"
        take = "take its .data" if hasattr(value, "grad") else take
        raise TypeError(f"{where} should be an array of numbers; got {value!r:.60}; {take}")
    return array


def is_tensor(value) -> bool:
    """Tell whether a value is a tensor as PyTorch has it, which is told by its methods: no framework is imported."""
    return hasattr(value, "detach") and hasattr(value, "new_tensor")


def as_tensor(block: np.ndarray, like_this):
    """Return a block as a tensor like another one, in float64 if the block is in float64."""
    same = like_this.detach()
    kind = same.double() if block.dtype == float else same
    return kind.new_tensor(block, requires_grad=like_this.requires_grad)


def like(blocks: Mapping[str, np.ndarray], params, name: str = ""):
    """Return the blocks in the form that params has: the same nest, or one array; tensors where it has tensors.

    A Mapping comes back in its own type where `type(params)(a_dict)` keeps the arrays as they are, else as a dict.
    """
    inner = children(params, name)
    if inner is None:
        block = blocks[name or ONE_ARRAY]
        return as_tensor(block, params) if is_tensor(params) else block
    made = [like(blocks, child, full) for full, child in inner]
    if isinstance(params, dict | Mapping):
        return as_mapping(dict(zip(params, made, strict=True)), type(params))
    if hasattr(params, "_fields"):
        return params._make(made)
    return tuple(made) if isinstance(params, tuple) else made


def as_mapping(items: dict, kind: type) -> Mapping:
    """Return a dict as another kind of Mapping, if that can be made of it and holds the very same arrays."""
    if kind is dict:
        return items
    try:
        made = kind(items)
        same = list(made) == list(items) and all(made[key] is value for key, value in items.items())
    except Exception:  # what takes other arguments may object in any way
        same = False
    return made if same else items


def copied(params):
    """Return a copy of params, arrays and all, for a cost or a gradient that may write on it."""
    return like({name: block.copy() for name, block in as_blocks(params).items()}, params)


def to_vector(params: Nest) -> np.ndarray:
    """Lay the arrays of a nest end to end, each row by row: θ of the lecture. Raises TypeError where one is no array.

    >>> gcl.to_vector({"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.array([5.0])})
    array([1., 2., 3., 4., 5.])
    """
    return np.concatenate([block.ravel() for block in as_blocks(params).values()] or [np.zeros(0)])


def from_vector(theta: np.ndarray, params: Nest):
    """Cut θ into arrays of the shapes and dtypes that params has, in the same nest.

    Leading axes of θ are carried along. Raises ValueError where θ has more or fewer entries than params.

    >>> gcl.from_vector(np.arange(3.0), {"w": np.zeros(2), "b": np.zeros(1)})
    {'w': array([0., 1.]), 'b': array([2.])}
    """
    blocks, cut, start = as_blocks(params), {}, 0
    if theta.shape[-1] != sum(block.size for block in blocks.values()):
        raise ValueError(f"θ should have {sum(block.size for block in blocks.values())} entries; got {theta.shape[-1]}")
    for name, block in blocks.items():
        piece = theta[..., start : start + block.size]
        cut[name] = piece.reshape((*theta.shape[:-1], *block.shape)).astype(block.dtype, copy=False)
        start += block.size
    return like(cut, params)


def entry(i: int, params: Nest) -> tuple[str, tuple[int, ...]]:
    """Tell which entry of which block θ[i] is. Raises IndexError where i is not in 0 … size − 1.

    >>> gcl.entry(5, {"W": np.zeros((2, 2)), "b": np.zeros(3)})
    ('b', (1,))
    """
    start = 0
    for name, block in as_blocks(params).items():
        if 0 <= i - start < block.size:
            return name, tuple(int(k) for k in np.unravel_index(i - start, block.shape))
        start += block.size
    raise IndexError(f"θ has {start} entries, 0 … {start - 1}; got i = {i}")


def block_slices(blocks: Mapping[str, np.ndarray]) -> dict[str, slice]:
    """Return where each block stands in θ."""
    ends = np.cumsum([0, *(block.size for block in blocks.values())]).tolist()
    return {name: slice(*ends[i : i + 2]) for i, name in enumerate(blocks)}
