"""The fields of a lab's state: what they take, what they refuse and how, and the controls that are built from them."""

import inspect
from dataclasses import FrozenInstanceError, fields
from types import SimpleNamespace

import numpy as np
import pytest

from gc_lib.checker.inputs import whole
from gc_lib.labs.controls import Choice, Menu, Slider
from gc_lib.labs.fields import Fields, button, choice, kept, menu, number, positive, slider, whole_number


class State(Fields):
    """Have a field of every kind."""

    eps: float = slider("ε", [1e-7, 1e-3], 1e-3, number(1e-8, 1), width="200px")
    width: float = slider("step", [1e-7, 1e-3], 1e-7, positive)
    scale: float = slider("scale of W", [0.1, 1.0], 1.0, positive)
    units: int = slider("units", [2, 4], 2, whole_number(1, 64))
    steps: int = slider("steps", [0, 10], 0)
    error: float = kept(0.0, number(0))
    cost: str = menu("J", {"θ²": 2, "θ³": 3}, "θ³")
    out: bool = choice("the bug", (False, True), False, say={False: "hide", True: "show"}.get)
    seed: int = button("new masks", 0, whole, lambda seed: seed + 1)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"eps": 1}, 1.0),
        ({"eps": np.float32(0.5)}, 0.5),
        ({"scale": 1e-300}, 1e-300),
        ({"units": 7.0}, 7),
        ({"units": np.int64(64)}, 64),
        ({"steps": 10.0}, 10),
        ({"error": 0}, 0.0),
        ({"out": 1}, True),
        ({"cost": "θ²"}, "θ²"),
    ],
)
def test_a_field_tidies_what_it_takes(given, kept):
    ((name, _),) = given.items()
    found = getattr(State(**given), name)
    assert found == kept and type(found) is type(kept)


@pytest.mark.parametrize(
    ("given", "problem", "words"),
    [
        ({"eps": 2}, ValueError, "eps should be 1e-08 … 1, or it is off this lab's picture; got 2.0"),
        ({"eps": 1e-9}, ValueError, "eps should be 1e-08 … 1"),
        ({"eps": "x"}, TypeError, "eps should be a number; got 'x'"),
        ({"eps": np.nan}, ValueError, "got nan"),
        ({"width": 0}, ValueError, "width should be a finite number above 0"),
        ({"scale": 0}, ValueError, "scale should be a finite number above 0"),
        ({"scale": np.inf}, ValueError, "scale should be a finite number above 0"),
        ({"error": -1}, ValueError, "error should be a finite number, 0 or more; got -1.0"),
        ({"error": np.inf}, ValueError, "error should be a finite number"),
        ({"units": 2.5}, ValueError, "units should be a whole number, 1 … 64; got 2.5"),
        ({"units": 65}, ValueError, "units should be a whole number, 1 … 64; got 65"),
        ({"units": 0}, ValueError, "units should be a whole number, 1 … 64; got 0"),
        ({"steps": 3}, ValueError, "steps should be one of 0, 10; got 3"),
        ({"cost": "θ"}, ValueError, "cost should be one of 'θ²', 'θ³'; got 'θ'"),
        ({"seed": -1}, ValueError, "seed should be a whole number, 0 or more; got -1"),
        ({"colour": "red"}, TypeError, "colour"),
    ],
)
def test_a_field_refuses_the_rest_and_says_what_it_takes(given, problem, words):
    with pytest.raises(problem) as refused:
        State(**given)
    assert words in str(refused.value)


def test_a_state_starts_where_its_fields_do_and_is_frozen():
    starts = {name: each.default for name, each in inspect.signature(State).parameters.items()}
    assert starts == vars(State())
    with pytest.raises(FrozenInstanceError):
        State().eps = 1.0


def test_the_controls_are_built_from_the_fields():
    state, moved = State(), []
    lab = SimpleNamespace(state=state, bind=lambda _, control: control, button=lambda words, means: (words, means))
    built = {each.name: each.metadata["build"](lab, each.name) for each in fields(State) if each.metadata["build"]}
    assert list(built) == ["eps", "width", "scale", "units", "steps", "cost", "out", "seed"]  # error has none
    assert isinstance(built["eps"], Slider) and isinstance(built["cost"], Menu) and isinstance(built["out"], Choice)
    assert built["eps"].options == (("1e-7", 1e-7), ("1e-3", 1e-3)) and built["eps"].layout.width == "200px"
    assert built["cost"].options == (("θ²", "θ²"), ("θ³", "θ³")) and built["cost"].description == "J"
    assert built["out"].options == (("hide", False), ("show", True))
    words, means = built["seed"]
    moved.append(means())
    lab.state = State(seed=4)
    moved.append(means())
    assert words == "new masks" and moved == [{"seed": 1}, {"seed": 5}]
