"""Check a layer, a pair of forward and backward. It has no J of its own: a weighted sum of its outputs is one."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import ismethod, signature
from typing import Any, Literal, NamedTuple

import numpy as np

from .inputs import all_real, function, is_number, kind_of, noted, squeezed, whole
from .investigation import SEEN
from .params import as_blocks, copied, like, plain_numbers, to_vector
from .reason import Reason
from .report import Report, examined
from .slide import SLIDE
from .verdict import CANNOT_TELL, DECISIVE
from .words import listed

EPS, RTOL = 1e-7, 1e-6
DEFAULTS = {"upstream": None, "seed": 0, "eps": EPS, "rtol": RTOL}  # what the check takes by keyword
ALIKE = (
    "The upstream is the same for every output, so J is their sum, or a multiple of it. Softmax, batch norm, and layer "
    "norm with equal gains have no slope then: what is wrong in their backward may not show."
)
SILENT = "The upstream is 0 for some outputs: what is wrong on the way back from these does not show."
RANDOM = "Leave upstream out: then no output is weighted like another."
NO_PART = "{} {} no output that could be seen, as a bias before a norm does not: so far, a gradient of 0 is right."
STILL = "J hardly depends on {}: under this upstream no check can tell whether that gradient is right."
OTHERS = "If {} should move some, check with other inputs too."
ELSEWHERE = "Try another seed and other inputs. If there is no slope to find, hand {} on by keyword."
CACHE = "forward returned two arrays, and the second was taken for the cache, not for an output."
DICT = "If both are outputs, return them as a dict."
DEAF = "backward gives the same gradients whatever dout is, as that of a loss, whose dout is 1."
LOSS = "If forward returns a loss, take upstream=1.0; else multiply by dout."
SINGLE = "forward returns float32, though its inputs are float64: seven digits are few for slopes."
DOUBLE = "Compute all of it in float64: look for dtype= and astype."
INTEGERS = "Of {} there is no gradient: integers are handed on, and not checked."


@dataclass(frozen=True, eq=False, repr=False)
class LayerReport(Report):
    """Hold what the check of a layer found. Every input counts for itself, however small its slopes are.

    `upstream` is R as a vector; `still` are the inputs on which J hardly depends, `integers` those not nudged; `single`
    says that an output is in float32, and no input is. Of a wrong layer `deaf` says that its backward ignores dout;
    `paired`, that its cache is an array of its own, which may have been meant for a second output.

    >>> norm = gcl.layers.LAYERS["layer norm"]
    >>> report = gcl.check_layer(norm.forward, norm.backward, norm.example(), upstream=1)
    >>> report.still, report.answers["x"]
    (('x',), 'cannot tell')
    """

    upstream: np.ndarray = field(kw_only=True)
    still: tuple[str, ...] = field(kw_only=True)
    integers: tuple[str, ...] = field(kw_only=True)
    single: bool = field(kw_only=True)
    deaf: bool = field(kw_only=True)
    paired: bool = field(kw_only=True)

    @property
    def hides(self) -> str:
        """What this upstream may hide; "" for one that weighs every output, and not all alike."""
        alike = self.upstream.size > 1 and bool((self.upstream == self.upstream[0]).all())
        return ALIKE if alike else SILENT if not self.upstream.all() else ""

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why the check says what it says, beginning with what the upstream hides."""
        own, small = [], self.opinion.small
        unknown = tuple(name for name in self.still if name not in small)
        if unknown:
            names = listed(unknown)
            own.append(Reason("no slope", STILL.format(names), ELSEWHERE.format(names), unknown))
        if small:
            names, move = listed(small), "move" if small[1:] else "moves"
            own.append(Reason("no part", NO_PART.format(names, move), OTHERS.format(names), small))
        if self.hides:
            own.append(Reason("upstream", self.hides, RANDOM, tuple(self.parts)))
        if self.deaf:
            own.append(Reason("deaf", DEAF, LOSS))
        if self.single and self.answer != "right":
            own.append(Reason("float32", SINGLE, DOUBLE))
        others = [reason for reason in super().reasons if not reason.blocks or {*reason.blocks} - {*self.still}]
        own += [replace(reason, says=reason.says.replace("The cost ", "forward ")) for reason in others]
        if self.paired:
            own.append(Reason("cache", CACHE, DICT))
        if self.integers:
            own.append(Reason("integers", INTEGERS.format(listed(self.integers))))
        return tuple(own)

    @property
    def opening(self) -> str:
        """The answer as a sentence, with {} for the blocks that have it."""
        if self.answer == "right" and self.hides:
            return "dθ is right under this upstream; another one may show more."
        return super().opening

    @property
    def second_opinion(self) -> str:
        """One sentence where the answer is not what the word suggests, backward ignores dout, or the upstream hides."""
        beside = f"{DEAF} {LOSS}" if self.deaf else f"{self.hides} {RANDOM}" if self.hides else ""
        return super().second_opinion or beside


class Pair(NamedTuple):
    """Hold a layer's forward and backward, its inputs, the blocks of these, and what else forward takes.

    An input may be a nest; then it has a block for each of its arrays.
    """

    forward: Callable
    backward: Callable
    inputs: Mapping[str, Any]
    blocks: dict[str, np.ndarray]
    handed_on: dict[str, Any]

    @property
    def nudged(self) -> dict[str, np.ndarray]:
        """The blocks with which a gradient is taken: all but integers."""
        return {name: value for name, value in self.blocks.items() if value.dtype.kind not in "biu"}

    @property
    def paired(self) -> bool:
        """Whether forward returns two arrays of which the second is neither an input nor the first again."""
        blocks = copied(self.blocks)
        match self.forward(**like(blocks, self.inputs), **self.others()):
            case tuple((out, np.ndarray(dtype=np.dtype(kind="f")) as second)):
                return not any(np.array_equal(second, each) for each in (out, *blocks.values()))
        return False

    def others(self) -> dict[str, Any]:
        """Return what else forward takes; arrays are copied, in a dict too, for a running mean is written on."""
        written = np.ndarray | dict
        return {name: deepcopy(each) if isinstance(each, written) else each for name, each in self.handed_on.items()}

    def ahead(self, nudged: Mapping[str, np.ndarray]) -> tuple[Any, Callable]:
        """Go forward; return out, and backward as a function of dout alone."""
        given, handed_on = like(copied(self.blocks) | nudged, self.inputs), self.others()
        found = noted(lambda given: self.forward(**given, **handed_on), given, lambda: "when forward was called")
        out = found[0] if isinstance(found, tuple) and len(found) == 2 else found
        return out, lambda dout: self.back(dout, found, given, handed_on)

    def back(self, dout, found, given: dict[str, Any], handed_on: dict[str, Any]):
        """Go back from what forward has found. Raises where backward does not take that."""
        paired = isinstance(found, tuple) and len(found) == 2
        behind = [({"cache": found[1]}, {})] if paired else self.behind_dout(given)
        taken = {name: each for name, each in handed_on.items() if takes_name(self.backward, name)}
        ways = [(more, named | others) for others in (handed_on, taken, {}) for more, named in behind]
        fitting = [way for way in ways if takes(self.backward, 0, *way[0].values(), **way[1])]
        if paired and takes_name(self.backward, "cache") and next(iter(signature(self.backward).parameters)) == "cache":
            raise TypeError(
                "backward takes cache first, where dout is given; take lambda dout, cache: …, in this order"
            )
        if fitting:
            more, named = fitting[0]
            called = f"when backward was called with {listed(['dout', *more, *named])}"
            if isinstance(found, tuple) and not paired:
                called += f"; the {len(found)} values of forward were taken for outputs: return two, (out, cache)"
            return noted(lambda dout: self.backward(dout, *more.values(), **named), dout, lambda: called)
        if paired:
            raise TypeError(
                "forward returned two values, (out, cache), so backward should take (dout, cache); if it takes the "
                "inputs, let forward return out alone, and two outputs as a dict"
            )
        two = "((a, b), cache)" if isinstance(found, tuple) else "(out, cache)"
        advice = f"or let forward return the two {two}, and backward take (dout, cache)"
        if is_number(found):
            advice = "or, where it is a loss, take gcl.check(cost, gradient, params)"
        raise TypeError(
            f"forward returned {kind_of(found)}, so backward should take ({', '.join(['dout', *given, *handed_on])}), "
            f"or dout alone, and it takes {signature(self.backward)}; {advice}"
        )

    def behind_dout(self, given: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Return the ways in which backward may take inputs behind dout: by order, by name. Raises where one is first.

        Those by name are tried first. A default stays what it is but for an input of its name. A method, whose object
        may remember, gets inputs by name alone: what else it takes may be a learning rate.
        """
        try:
            first, *rest = signature(self.backward).parameters.values()
        except ValueError:  # a compiled function, which does not say
            return [(given, {}), ({}, {})]
        if first.name in given and not takes(self.backward, 0):
            turned = f"lambda dout, {', '.join(given)}: …, which calls yours in its own order"
            raise TypeError(f"backward takes {first.name} first, where dout is given; take {turned}")
        named = {each.name: given[each.name] for each in rest if each.name in given}
        if all(map(takes_any_name, (self.forward, self.backward))) and not ismethod(self.backward):
            named = {name: each for name, each in given.items() if name != first.name}
        wanted = any(each.default is each.empty for each in rest) or first.kind is first.VAR_POSITIONAL
        in_order = wanted and not ismethod(self.backward)
        return [({}, named)] * bool(named) + [(given, {})] * in_order + [({}, {})]

    def out(self, nudged: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Go forward; return the outputs by name. Raises where they are no finite numbers."""
        blocks = as_blocks({"out": self.ahead(nudged)[0]}, "forward")
        all_real(blocks, "forward")
        return blocks

    def gradients(self, nudged: Mapping[str, np.ndarray], upstream: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Go forward and back; return the gradients by input, copied at once. Raises where one does not fit."""
        out, back = self.ahead(nudged)
        dout = like(copied(upstream), {"out": out})["out"]
        slopes = by_name(back(dout), self.nudged, self.inputs)
        all_real(slopes, "backward")
        shapes = {name: block.shape for name, block in self.nudged.items()}
        for name, slope in slopes.items():
            if slope.shape != shapes[name]:
                advice = f"return a slope for each entry of {name}, in its place"
                if slope.size > nudged[name].size:
                    advice = f"sum it over the axes along which {name} is broadcast"
                if squeezed(slope.shape) == squeezed(shapes[name]):
                    advice = f"take np.reshape(…, {shapes[name]})"
                if sorted(shapes.values()) == sorted(slope.shape for slope in slopes.values()):
                    advice = f"return the gradients in the order of the inputs, {listed(shapes)}"
                wanted = f"has shape {slope.shape}, but {name} has {shapes[name]}"
                raise ValueError(f"backward: the gradient of {name} {wanted}; {advice}")
        return copied(slopes)


def takes(function: Callable, /, *given, **named) -> bool:
    """Tell whether a function can be called with so many arguments, and with these names."""
    try:
        signature(function).bind(*given, **named)
    except TypeError:
        return False
    except ValueError:  # a compiled function, which does not say
        return True
    return True


def by_name(found, nudged: Mapping[str, np.ndarray], inputs: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return what backward returned, by the names of the blocks that are nudged. Raises where the count is wrong."""
    names = [name for name, value in inputs.items() if nudged.keys() & as_blocks({name: value}).keys()]
    rest = isinstance(found, tuple) and found and isinstance(found[-1], Mapping)
    if rest and not isinstance(inputs[names[-1]], Mapping):
        found = {**dict(zip(names, found[:-1], strict=False)), **found[-1]}
    if isinstance(found, tuple) and found and isinstance(found[-1], list | tuple) and len(found) != len(names):
        found = (*found[:-1], *found[-1])
    if not isinstance(found, Mapping):
        one_each = isinstance(found, list) and (len(found) == len(names) > 1 or not plain_numbers(found))
        slopes = list(found) if isinstance(found, tuple) or one_each else [found]
        only = inputs[names[0]] if len(names) == 1 else None
        if isinstance(only, list | tuple) and (len(slopes) > 1 or not isinstance(slopes[0], list | tuple)):
            slopes = [found]  # the one input is a list itself
        fitting = [each for each in (names, list(inputs)) if len(each) == len(slopes)]
        if not fitting:
            gradients, are = (f"{len(names)} gradients", "are") if len(names) > 1 else ("gradient", "is")
            raise ValueError(
                f"backward returned {kind_of(found)}, where the {gradients} of {listed(names)} {are} wanted; return "
                f"{'a tuple in this order' if len(names) > 1 else 'it alone'}, or a dict by name"
            )
        found = dict(zip(fitting[0], slopes, strict=True))
    there = {name: found[name] for name in names if name in found}
    blocks = as_blocks(there, "backward's gradient", nudged)
    missing = [name for name in nudged if name not in blocks]
    if missing:
        alike = {str(key).removeprefix("d") for key in found} & {name.split(".")[-1] for name in missing}
        renamed = "rename its keys, and nest them as the inputs are" if "." in "".join(missing) else "rename its keys"
        advice = renamed if alike else f"return that too, or hand {listed(missing)} on by keyword"
        parents = there.keys() - blocks.keys()
        others = listed(str(key) for key in {**found, **blocks} if key not in parents) or "nothing"
        raise ValueError(f"backward returned no gradient of {listed(missing)}, but of {others}; {advice}")
    return {name: blocks[name] for name in nudged}


def arrays(
    inputs, options: Mapping[str, Any], forward: Callable, handed_on: Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """Return the blocks of the inputs. Raises where one is no array, or where forward does not take these names."""
    if not isinstance(inputs, Mapping) or not all(isinstance(name, str) for name in inputs):
        example = 'forward\'s inputs by name, such as {"x": x, "w": w}'
        raise TypeError(f"inputs should be a dict of {example}; got {kind_of(inputs)}")
    for name, value in inputs.items():
        if value is None or isinstance(value, str | bytes):
            why = "what is not differentiated goes by keyword"
            raise TypeError(f"inputs: {name} is {kind_of(value)}, no array; {why}")
    both = [name for name in handed_on if name in inputs]
    if both:
        raise TypeError(f"{listed(both)}: given as an input and by keyword; leave one of them out")
    # A layer's own eps may be 1e-7 too, so it is asked whether any was given; "auto" is meant for the check.
    given = [name for name, value in options.items() if not (value is DEFAULTS[name] or isinstance(value, str))]
    twice = [name for name in given if takes_name(forward, name)]
    if twice:
        advice = f"give forward its own by functools.partial(forward, {twice[0]}=…)"
        raise TypeError(f"{twice[0]} is an argument of the check and of forward; {advice}")
    if not takes(forward, **inputs, **handed_on):
        names = [*inputs, *handed_on]
        turned = f"take lambda {', '.join(names)}: …, which calls yours"
        raise TypeError(f"forward should take {listed(names)} by name; it takes {signature(forward)}; {turned}")
    return as_blocks(inputs, "inputs")


def takes_name(function: Callable, name: str) -> bool:
    """Tell whether a function has an argument of this name, which no functools.partial has given it."""
    try:
        return name in signature(function).parameters and name not in getattr(function, "keywords", {})
    except ValueError:
        return False


def takes_any_name(function: Callable) -> bool:
    """Tell whether a function takes keywords of any name, as of **inputs."""
    return any(each.kind is each.VAR_KEYWORD for each in signature(function).parameters.values())


def random_upstream(out: Mapping[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
    """Return a weight for each output: of either sign, between 1/2 and 3/2 in size, no two alike."""
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(0.5, 1.5, block.shape) * rng.choice([-1, 1], block.shape) for name, block in out.items()}


def given_upstream(out: Mapping[str, np.ndarray], upstream) -> dict[str, np.ndarray]:
    """Return the caller's weights, one number standing for all alike. Raises where they do not fit the outputs."""
    given = (
        dict.fromkeys(out, np.asarray(upstream)) if np.isscalar(upstream) else as_blocks({"out": upstream}, "upstream")
    )
    all_real(given, "upstream")
    for name, block in out.items():
        if name not in given or (not np.isscalar(upstream) and given[name].shape != block.shape):
            here = f"they have {given[name].shape}" if name in given else f"given is {listed(given)}"
            raise ValueError(f"upstream: the weights of {name} should have its shape, {block.shape}; {here}")
    strange = [name for name in given if name not in out]
    if strange:
        raise ValueError(f"upstream: there is no output {listed(strange)}; forward returns {listed(out)}")
    if not any(block.any() for block in given.values()):
        raise ValueError("upstream is 0 for every output: then J is 0; leave it out for a random one")
    return {name: np.broadcast_to(given[name], block.shape) for name, block in out.items()}


def check_layer(
    forward: Callable,
    backward: Callable,
    inputs: Mapping[str, Any],
    *,
    upstream=None,
    seed: int = 0,
    eps: float | Literal["auto"] = EPS,
    rtol: float = RTOL,
    **handed_on,
) -> LayerReport:
    """Compare what backward returns with the central differences of J = Σ out · R, and report input by input.

    `forward(**inputs, **handed_on)` returns a tuple of two, (out, cache), and `backward(dout, cache)` gets dout = R. Or
    it returns out alone: then backward gets dout and the inputs, by name or in their order; or dout alone, where the
    layer remembers by itself. out may be an array, a dict or a tuple; two outputs without a cache are a dict, or
    ((a, b), None). The gradients come back as a tuple in the order of the inputs, as a dict with their names, as (dx,
    a dict of the rest), or as one array. R is random, fixed by `seed`, so that no output is weighted like another;
    `upstream` is one of your own, in the form of out, or one number for all. An input may be a nest, as in {"x": x,
    "params": {"W": W, "b": b}}: its gradient comes back in the same nest, and its blocks are called params.W and
    params.b. Inputs of integers are handed on and not nudged; PyTorch's tensors reach forward as tensors. Raises
    TypeError or ValueError, naming the input, where something does not fit.

    >>> forward, backward = lambda x, w: x @ w, lambda dout, x, w: (dout @ w.T, x.T @ dout / len(x))  # no mean
    >>> gcl.check_layer(forward, backward, {"x": np.ones((3, 2)), "w": np.eye(2)}).headline
    'w is wrong'
    """
    forward, backward = function("forward", forward), function("backward", backward)
    options = {"upstream": upstream, "seed": seed, "eps": eps, "rtol": rtol}
    pair = Pair(forward, backward, inputs, arrays(inputs, options, forward, handed_on), handed_on)
    if not sum(block.size for block in pair.nudged.values()):
        there = f"{listed(pair.blocks)} held in integers or empty" if pair.blocks else "none given"
        raise ValueError(f"inputs: there is nothing to nudge, with {there}; take .astype(float)")
    all_real(pair.nudged, "inputs")
    out = pair.out(copied(pair.nudged))
    drawn = random_upstream(out, whole("seed", seed)) if upstream is None else given_upstream(out, upstream)
    R = {name: drawn[name].astype(block.dtype if block.dtype.kind == "f" else float) for name, block in out.items()}
    pair.gradients(copied(pair.nudged), R)  # what does not fit is said before J is asked for

    size = sum(np.abs(R[name] * block).sum(dtype=float) for name, block in out.items())

    def J(nudged) -> float:
        """J = Σ out · R + Σ |out · R| at the inputs given: never so near 0 that its last digits claim too much"""
        out = pair.out(nudged)
        if {name: block.shape for name, block in out.items()} != {name: block.shape for name, block in R.items()}:
            raise ValueError("forward: out changes its shape when an input is nudged")
        return float(size + sum((R[name] * block).sum(dtype=float) for name, block in out.items()))

    # No input is too small to matter, but one of which J knows no slope, all outputs weighed unlike, moves no output.
    shown = examined(J, lambda nudged: pair.gradients(nudged, R), pair.nudged, eps, SLIDE, rtol, seen=0.0)
    report = Report(**shown)
    still = tuple(name for name in report.parts if has_no_slope(report, name))
    small = tuple(name for name in still if report.found.off(name) <= SEEN * report.found.length and upstream is None)
    small = small if len(small) < len(report.parts) else ()
    shown["opinion"] = replace(report.opinion, small=small)
    integers = tuple(name for name in pair.blocks if name not in pair.nudged)
    wrong = report.answer == "wrong"
    narrow = any(block.dtype == np.float32 for block in out.values())
    single = narrow and all(block.dtype == np.float64 for block in pair.nudged.values())
    shown |= {"still": still, "integers": integers, "single": single}
    shown |= {"deaf": wrong and deaf(pair, R, report), "paired": wrong and pair.paired}
    return LayerReport(**shown, upstream=to_vector(R).astype(float))


def deaf(pair: Pair, R: Mapping[str, np.ndarray], report: Report) -> bool:
    """Tell whether backward gives the same gradients for twice the upstream."""
    twice = pair.gradients(copied(pair.nudged), {name: 2 * each for name, each in R.items()})
    return bool(report.found.exact.any()) and np.array_equal(to_vector(twice).astype(float), report.found.exact)


def has_no_slope(report: Report, name: str) -> bool:
    """Tell whether the check cannot tell of an input because J hardly depends on it."""
    found, opinion = report.found, report.opinion
    decisive = (DECISIVE | {"near rtol"}) & {*opinion.clouds[name]}
    unknown = report.within[name] == CANNOT_TELL and not opinion.random and not decisive
    return unknown and name not in found.restless and found.may_be_flat(name)
