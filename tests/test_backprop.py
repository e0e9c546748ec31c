"""Backprop against three truths that know nothing of it: complex steps, a closed form, and central differences."""

from types import SimpleNamespace

import numpy as np
import pytest
from helpers import CORNERED, SMOOTH, networks, plain_J, problem
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gc_lib as gcl
from gc_lib.checker.slide import norm
from gc_lib.network.backprop import Steps, backprop, right_steps

u = np.finfo(float).eps


def central(cost, params, eps):
    return gcl.to_vector(gcl.numeric_gradient(cost, params, eps)).astype(float)


def meets_a_corner(net, cost, params, eps):
    """Tell whether a nudge of ε carries a unit over its corner at 0."""
    theta = gcl.to_vector(params)
    nudged = theta + eps * np.concatenate([np.eye(theta.size), -np.eye(theta.size)])[:, None]
    here = cost.layers(params)[:-1]
    there = cost.layers(gcl.from_vector(nudged, params), 2 * theta.size, 1)[:-1]
    return net.hidden in CORNERED and any(((a.Z > 0) != (b.Z > 0)).any() for a, b in zip(here, there, strict=True))


@given(networks)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_every_entry_is_the_derivative_by_a_complex_step(described):
    """J(θ + ih eᵢ)/h has the derivative for its imaginary part, without a difference in which digits could be lost."""
    net, X, Y, params = problem(**described)
    cost, gradient = net.on(X, Y, masks="frozen")
    layers = cost.layers(params)
    assume(np.abs(layers[-1].Z).max() < 30)  # the plain formula has no care for large logits
    masks = [c.mask for c in layers]
    theta, dtheta = gcl.to_vector(params), gcl.to_vector(gradient(params))
    for i in range(theta.size):
        nudged = theta.astype(complex)
        nudged[i] += 1e-30j
        steps = {name: nudged[start : start + b.size].reshape(b.shape) for start, name, b in places(params)}
        derivative = plain_J(net, steps, X, Y, masks).imag / 1e-30
        assert abs(dtheta[i] - derivative) <= 200 * u * max(1, norm(dtheta))


def places(blocks):
    start = 0
    for name, block in blocks.items():
        yield start, name, block
        start += block.size


@pytest.mark.parametrize("lam", [0.0, 0.3])
@pytest.mark.parametrize("keep_prob", [1.0, 0.5])
def test_one_layer_is_logistic_regression_in_closed_form(lam, keep_prob):
    net, X, Y, params = problem((5, 1), lam=lam, keep_prob=keep_prob)
    dtheta = net.on(X, Y)[1](params)
    error = 1 / (1 + np.exp(-(params["W1"] @ X + params["b1"]))) - Y
    assert np.allclose(dtheta["W1"], error @ X.T / 7 + lam / 7 * params["W1"], rtol=1e-14, atol=u)
    assert np.allclose(dtheta["b1"], error.mean(), rtol=1e-14, atol=u)


@given(networks, st.sampled_from([("float64", 2.0**-13), ("float32", 2.0**-6)]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_central_differences_agree_at_the_accuracy_of_the_scheme(described, arithmetic):
    """The error is the scheme's: truncation, a third of what doubling ε adds, and round-off, about u|J|/ε an entry."""
    dtype, eps = arithmetic
    net, X, Y, params = problem(**described, dtype=dtype)
    cost, gradient = net.on(X, Y, masks="frozen")
    assume(not meets_a_corner(net, cost, params, 2 * eps))
    dtheta, approx, coarse = gcl.to_vector(gradient(params)), central(cost, params, eps), central(cost, params, 2 * eps)
    assert dtheta.dtype == dtype
    precision = float(np.finfo(dtype).eps)
    size = max(abs(cost(params)), np.abs(cost.layers(params)[-1].Z).mean())
    round_off = 2 * precision * size * np.sqrt(dtheta.size) / eps
    in_dtheta = 50 * precision * norm(dtheta.astype(float))
    assert norm(approx - dtheta) <= 1.2 * norm(coarse - approx) / 3 + round_off + in_dtheta


@given(networks)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_float32_gives_the_gradient_of_float64_rounded(described):
    net, X, Y, params = problem(**described, dtype="float32")
    wide_net, *_ = problem(**described)
    wide = {name: block.astype(float) for name, block in params.items()}
    X = X.astype("float32")
    dtheta = gcl.to_vector(net.on(X, Y, masks="frozen")[1](params)).astype(float)
    truth = gcl.to_vector(wide_net.on(X, Y, masks="frozen")[1](wide))
    if described["hidden"] in CORNERED:  # a corner within rounding is a corner met
        assume(not meets_a_corner(wide_net, wide_net.on(X, Y, masks="frozen")[0], wide, 1e-5))
    assert norm(dtheta - truth) <= 100 * np.finfo("float32").eps * max(1, norm(truth))


@pytest.mark.parametrize("hidden", SMOOTH)
@pytest.mark.parametrize("sizes", [(5, 1), (5, 3), (5, 4, 1), (5, 4, 4, 3), (4, 4, 4, 4, 4, 1)])
@pytest.mark.parametrize("keep_prob", [1.0, 0.6])
def test_the_error_falls_with_the_square_of_eps_and_one_sided_with_eps(hidden, sizes, keep_prob):
    net, X, Y, params = problem(sizes, hidden, keep_prob=keep_prob)
    cost, gradient = net.on(X, Y, masks="frozen")
    dtheta = gcl.to_vector(gradient(params))
    two = [norm(central(cost, params, eps) - dtheta) for eps in (1e-2, 1e-3)]
    one = [
        norm(gcl.to_vector(gcl.numeric_gradient(cost, params, eps, checker=gcl.ONE_SIDED)) - dtheta)
        for eps in (1e-3, 1e-4)
    ]
    assert two[0] / two[1] == pytest.approx(100, rel=0.02)
    assert one[0] / one[1] == pytest.approx(10, rel=0.02)


def test_the_gradient_has_the_blocks_and_the_order_of_theta():
    net, X, Y, params = problem()
    dtheta = net.on(X, Y)[1](params)
    assert list(dtheta) == list(params) == ["W1", "b1", "W2", "b2", "W3", "b3", "W4", "b4"]
    assert {name: block.shape for name, block in dtheta.items()} == net.shapes


def test_the_table_of_a_network_is_the_plain_one_but_for_its_first_and_last_layer():
    plain = Steps()
    for L in range(1, 6):
        table = right_steps(L)
        assert len(table) == L
        for l, steps in enumerate(table, start=1):
            own = {slot for slot, equation in steps._asdict().items() if equation is not getattr(plain, slot)}
            assert own == ({"drop", "dZ"} if l == L else set()) | ({"dA_prev"} if l == 1 else set())
    assert table[0].dA_prev(np.ones((2, 2)), SimpleNamespace()) is None, "the widest product of all is saved"


def test_on_a_corner_a_correct_gradient_reads_wrong_at_every_eps():
    """With ReLU and b = 0, an example that reaches no unit of layer 1 puts Z of layer 2 exactly on its corner."""
    net = gcl.Network([1, 1, 1, 1], hidden="relu")
    params = {"W1": [[-1.0]], "b1": [[0.0]], "W2": [[1.0]], "b2": [[0.0]], "W3": [[1.0]], "b3": [[0.0]]}
    params = {name: np.array(block) for name, block in params.items()}
    for eps in (1e-3, 1e-5, 1e-7):
        report = gcl.check(*net.on([[1.0]], [[1.0]]), params, eps=eps)
        assert report.blocks["b2"] > 0.1, "half a slope where backprop says none"
        assert report.that_are("wrong") == () and report.answers["b2"] == "cannot tell", "J has no one slope there"
        assert "kink on θ" in {reason.kind for reason in report.reasons}


def test_a_table_of_another_network_is_refused():
    net, X, Y, params = problem()
    layers = net.on(X, Y)[1].layers(params)
    for steps in (right_steps(net.L - 1), right_steps(net.L + 1)):
        with pytest.raises(ValueError, match="zip"):
            backprop(Y, layers, steps)
