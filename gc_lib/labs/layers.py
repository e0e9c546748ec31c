"""Check a layer under one upstream or another: what ones hide in a norm, and a random upstream shows."""

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from ..checker.layer import LayerReport, check_layer
from ..checker.words import html_table, listed, short
from ..layers import LAYERS
from ..network.bugs import CATALOGUE, find
from ..plots.inspect import Chosen, Map
from ..plots.picture import pictures
from .entries import OfBlocks
from .fields import Fields, choice, menu, slider
from .inspect import OfBlock, entry_by_entry
from .result import Headline
from .words import be

UPSTREAMS = ("ones", "one output", "random")
FAMILIES = {type(layer.steps) for layer in LAYERS.values()}
BUGS = ("none", *(name for name, bug in CATALOGUE.items() if bug.family in FAMILIES))


def fits(bug: str, layer: str) -> bool:
    """Tell whether a bug can be planted in a layer."""
    return bug == "none" or find(bug).family is type(LAYERS[layer].steps)


def named(bug: str) -> str:
    """Say what a bug does, as short as a menu wants it."""
    return bug if bug == "none" else f"{bug}: {re.split('[.,:]', find(bug).sentence)[0]}"


class State(Fields):
    """Hold a layer, the bug in its backward, the upstream, and the number of examples.

    A layer cannot have the bug of another: then it has none.
    """

    layer: str = menu("layer", LAYERS, "layer norm")
    bug: str = menu("bug", BUGS, "sigma_frozen", say=named, width="520px")
    upstream: str = choice("upstream", UPSTREAMS, "ones")
    m: int = slider("examples", range(1, 9), 3)

    def __post_init__(self):
        super().__post_init__()
        if not fits(self.bug, self.layer):
            self.settle(bug="none")


@lru_cache(256)
def report_of(layer: str, bug: str, upstream: str, m: int) -> LayerReport:
    """Check a layer."""
    planted = LAYERS[layer] if bug == "none" else LAYERS[layer].plant(bug)
    inputs = planted.example(m)
    out = planted.forward(**inputs)[0]
    one = (np.arange(out.size) == 1 % out.size).astype(float).reshape(out.shape)
    R = {"ones": 1.0, "one output": one}.get(upstream)
    return check_layer(planted.forward, planted.backward, inputs, upstream=R)


class Result(OfBlock):
    """Hold the check of a layer, and of one input both gradients, entry by entry.

    `rows` is in how many rows the map lays the input.
    """

    block: str
    rows: int

    def in_short(self) -> Headline:
        """Say the lecture's number, which inputs are wrong, and of which nobody can tell."""
        wrong, unknown = self.report.that_are("wrong"), self.report.that_are("cannot tell")
        said = [f"{listed(wrong)} {be(wrong)} wrong"] if wrong else []
        said += [f"of {listed(unknown)} it cannot tell"] if unknown else []
        gist = ", ".join(said) or "every input's gradient is right"
        return Headline(gist, short(self.report.difference, 2), self.report.band)

    def said(self) -> Iterator[str]:
        """Say what the upstream hides, and what the bug does."""
        if self.report.still:
            yield f"<b>J hardly depends on {listed(self.report.still)}</b>: under this upstream no check can tell."
        if self.state.upstream == "ones":
            yield "J is the plain sum of the outputs."
        if self.state.bug != "none":
            yield f"{self.state.bug}: {find(self.state.bug).sentence}"

    def tables(self) -> Iterator[str]:
        """Write what the check says of each input, as a table."""
        rows = [(name, short(x, 2), str(self.report.within[name])) for name, x in self.blocks.items()]
        yield html_table(["input", "relative difference", "answer"], rows, named=True)


def compute(state: State) -> Result:
    """Check the layer, and compare one input's gradients entry by entry."""
    report = report_of(state.layer, state.bug, state.upstream, state.m)
    block = report.worst.block if report.that_are("wrong") else next(iter(report.blocks))
    readings, wrong, worst = entry_by_entry(report, block)
    if block in report.still:
        readings = np.ones_like(readings)  # equal or not, they say nothing
    rows, *columns = report.shapes[block].shape
    return Result(state, report, *report.pairs[block], readings, wrong, worst, block, rows if columns else 1)


@pictures([4.2], [4.2])
def layers_picture(names: list[str], blocks, places) -> tuple:
    """Show what the check of a layer reads for each input, and which entries of one differ."""
    return Chosen(blocks, names, "each input"), Map(places)


class Layers(OfBlocks):
    """Open the lab of the layers, in the state given.

    >>> print(gcl.labs.layers(layer="batch norm", bug="mu_frozen"))
    Relative difference 0.4: worry. x is wrong, of gain it cannot tell. J hardly depends on
    gain: under this upstream no check can tell. J is the plain sum of the outputs.
    mu_frozen: Takes μ for a constant: forgets that every x has a share in it.
    """

    State, View, compute, room = State, layers_picture, compute, 260

    def means(self, field: str, value) -> dict:
        """Return what a new value stands for: a bug of another layer leads to that layer."""
        if field == "bug" and not fits(value, self.state.layer):
            return {"bug": value, "layer": next(name for name in LAYERS if fits(value, name))}
        return {field: value}
