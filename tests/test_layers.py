"""The four layers: their backward against complex steps or closed forms, and each bug found or hidden as it says."""

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib.layers import LAYERS
from gc_lib.network.bugs import CATALOGUE, CONDITIONS, find

PLANTED = [
    (name, bug) for name, layer in LAYERS.items() for bug, one in CATALOGUE.items() if one.family is type(layer.steps)
]
UPSTREAMS = {"ones": 1.0, "random": None}


def checked(layer, inputs, **given):
    """Check a layer at these inputs."""
    return gcl.check_layer(layer.forward, layer.backward, inputs, **given)


def remembered(layer, inputs, R):
    """Return what a layer remembers on its way back."""
    return layer.forward(**inputs)[1]._replace(dout=R)


def by_complex_step(forward, inputs, R, name):
    """Return the slopes of Σ out · R to the last digit: Im J(x + 1e-30 i) / 1e-30."""
    slopes = np.zeros(inputs[name].shape)
    for index in np.ndindex(slopes.shape):
        nudged = inputs[name].astype(complex)
        nudged[index] += 1e-30j
        slopes[index] = (forward(**inputs | {name: nudged})[0] * R).sum().imag / 1e-30
    return slopes


@pytest.mark.parametrize("name", ["layer norm", "batch norm", "attention"])
def test_backward_is_the_gradient_by_complex_steps(name):
    layer, rng = LAYERS[name], np.random.default_rng(3)
    inputs = {k: x + 0.3 * rng.normal(size=x.shape) if x.dtype == float else x for k, x in layer.example(4, 5).items()}
    out, cache = layer.forward(**inputs)
    R = rng.normal(size=out.shape)
    for key, slope in layer.backward(R, cache).items():
        np.testing.assert_allclose(slope, by_complex_step(layer.forward, inputs, R, key), rtol=1e-11, atol=1e-13)


def test_pooling_hands_each_upstream_to_the_largest_of_its_window():
    layer, x = LAYERS["max pooling"], np.array([[1.0, 5, 2, 7, 3, 9, 4, 8, 6]])
    out, cache = layer.forward(x)
    assert out.tolist() == [[5, 7, 9, 8]]
    dx = layer.backward(np.array([[1.0, 10, 100, 1000]]), cache)["x"]
    assert dx.tolist() == [[0, 1, 0, 10, 0, 100, 0, 1000, 0]]
    twice = np.array([[0.0, 0, 5, 0, 0]])  # wins both of its windows
    assert layer.backward(np.array([[2.0, 3.0]]), layer.forward(twice)[1])["x"].tolist() == [[0, 0, 5, 0, 0]]


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("seed", range(5))
def test_every_layer_is_called_right_under_a_random_upstream(name, seed):
    checked(LAYERS[name], LAYERS[name].example(2 + seed, seed), seed=seed).assert_ok()


def test_there_are_enough_bugs_and_half_of_them_were_made_in_public():
    bugs = {bug for _, bug in PLANTED}
    assert len(bugs) >= 14 and sum(bool(find(bug).seen) for bug in bugs) >= 7
    assert {find(bug).breaks for bug in bugs} == {
        step
        for layer in LAYERS.values()
        for step in layer.steps
        if step.__name__ not in ("to_probabilities", "to_winners")
    }


@pytest.mark.parametrize(("name", "bug"), PLANTED)
@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize("m", [1, 3])
def test_a_bug_is_found_where_nothing_hides_it_and_changes_nothing_that_a_check_sees_where_something_does(
    name, bug, upstream, m
):
    layer = LAYERS[name]
    if name == "batch norm" and m == 1:
        m = 2  # of one example it makes zeros
    inputs, planted = layer.example(m), layer.plant(bug)
    report = checked(planted, inputs, upstream=UPSTREAMS[upstream])
    R = np.ones_like(layer.forward(**inputs)[0]) if upstream == "ones" else upstream_of(layer, inputs)
    hidden, found = find(bug).hidden(remembered(layer, inputs, R)), layer.backward(R, layer.forward(**inputs)[1])
    wrong = planted.backward(R, planted.forward(**inputs)[1])
    apart = max(np.abs(wrong[key] - found[key]).max() for key in found)
    if hidden:
        assert apart < 1e-12 and report.answer != "wrong"
    elif apart > 1e-6:
        assert report.answer == "wrong"
        blocks = [key for key in found if np.abs(wrong[key] - found[key]).max() > 1e-6]
        assert set(report.that_are("wrong")) == set(blocks)
    else:
        assert report.answer == ("right" if upstream == "random" else "cannot tell")


def upstream_of(layer, inputs):
    """Return the random upstream of the check, which backward is given as dout."""
    seen = []
    backward = lambda dout, cache: seen.append(dout) or layer.backward(dout, cache)  # noqa: E731
    gcl.check_layer(layer.forward, backward, inputs)
    return seen[0]


def test_the_whole_of_a_forgotten_sigma_term_is_out_of_sight_under_ones():
    layer = LAYERS["layer norm"].plant("sigma_frozen")
    under_ones, random = (checked(layer, layer.example(), upstream=upstream) for upstream in (1.0, None))
    assert under_ones.band == "great" and under_ones.answer == "cannot tell" and under_ones.still == ("x",)
    assert random.band == "worry" and random.that_are("wrong") == ("x",)


def test_ties_make_a_corner_where_no_check_can_call_either_of_both_slopes_wrong():
    tie, layer = {"x": np.array([[3.0, 3.0, 1.0]])}, LAYERS["max pooling"]
    for planted in (layer, layer.plant("each_winner")):
        report = checked(planted, tie)
        assert report.answer == "cannot tell" and report.reasons[0].kind == "kink on θ"


def test_planting_names_what_cannot_be_planted():
    with pytest.raises(ValueError, match="no_sqrt_d breaks the equation query_gradient, which is not here"):
        LAYERS["layer norm"].plant("no_sqrt_d")
    with pytest.raises(ValueError, match="it breaks through_mean"):
        gcl.Network([2, 3, 1]).plant("mu_frozen", layer=1)
    assert LAYERS["batch norm"].plant("no_gain").bugs == ("no_gain",)


def test_a_bug_of_half_strength_is_half_as_wrong():
    layer = LAYERS["layer norm"]
    inputs = layer.example()
    whole, half = (checked(layer.plant("no_sigma", strength), inputs) for strength in (1.0, 0.5))
    gaps = [np.linalg.norm((report.gradient - report.slopes)[:12]) for report in (whole, half)]
    assert gaps[1] == pytest.approx(gaps[0] / 2, rel=1e-5)


@pytest.mark.parametrize("words", sorted({w for _, bug in PLANTED for w in find(bug).hides.split(" or ") if w}))
def test_every_condition_can_be_asked(words):
    layer = next(LAYERS[name] for name, bug in PLANTED if words in find(bug).hides)
    inputs = layer.example()
    assert CONDITIONS[words](remembered(layer, inputs, upstream_of(layer, inputs))) in (True, False)
