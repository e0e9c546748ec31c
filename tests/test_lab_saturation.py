"""The lab of the lost digits of 1 − A: the assignment's own case, and what a right gradient reads with either J."""

import numpy as np
import pytest
from helpers import looped

import gc_lib as gcl
from gc_lib.checker.slide import GREAT
from gc_lib.labs.saturation import EPS, GIVEN, PAIRS, PARAMS, State, X, Y, compute, read


def test_the_case_is_the_assignments():
    """Its X begins as numpy's normal numbers of seed 1 do; the third example is on the wrong side."""
    assert X[0].tolist() == pytest.approx([1.62434536, -0.61175641, -0.52817175], abs=1e-8)
    assert [block.size for block in PARAMS.values()] == [20, 5, 15, 3, 3, 1] and Y.tolist() == [[1, 1, 0]]
    assert GIVEN == pytest.approx(6.787, abs=1e-3)
    assert all(np.array_equal(State().theta[name], block) for name, block in PARAMS.items())


def test_the_assignments_number_is_that_of_J_from_A_and_a_hundredth_of_it_that_of_J_from_Z():
    """1.1885552035482147e-07 in the assignment; by the loop and by all nudges at once, with the very same backprop."""
    (cost, gradient), (known, same) = PAIRS.values()
    for one, other in ((cost, gradient), (lambda params: cost(params), gradient)):
        assert gcl.check(one, other, PARAMS, eps=1e-7).difference == pytest.approx(1.19e-7, rel=0.02)
    assert read("from A", GIVEN, 1e-7) == pytest.approx(1.19e-7, rel=0.02)
    assert 5e-10 < gcl.check(known, same, PARAMS, eps=1e-7).difference < 5e-9
    assert all(np.array_equal(block, same(PARAMS)[name]) for name, block in gradient(PARAMS).items())
    assert cost(PARAMS) == pytest.approx(known(PARAMS), rel=1e-13)


def test_one_example_at_28_with_the_wrong_label_makes_an_exact_gradient_read_1_whatever_eps_of_the_lecture_it_is():
    """A reading that stays is no proof of a bug: here it stays because J has lost its digits."""
    for eps in (1e-7, 1e-5):
        assert read("from A", 28.0, eps) > 0.9 and read("from Z", 28.0, eps) < 1e-7
    theta = State(z=28).theta
    above, below = looped(PAIRS["from A"][0], theta, 1e-7)
    assert np.count_nonzero(above == below) > 40, "no nudge moves J from A in any digit"


@pytest.mark.parametrize("z, eps", [(20.0, 1e-7), (24.0, 1e-5), (28.0, 1e-3)])
def test_J_from_A_has_no_values_between_its_steps(z, eps):
    """Near 1, A is 1 less a multiple of 2⁻⁵²: so, but for what the other two examples cost, 3 J is − log of one."""
    result = compute(State(eps=eps, z=z))
    J = PAIRS["from A"][0](State(z=z).theta) + result.rises["from A"]
    others = PAIRS["from Z"][0](State(z=z).theta) - np.logaddexp(0, z) / 3
    ones = np.exp(-3 * (J - others)) * 2.0**52
    assert np.abs(ones - np.round(ones)).max() < 1e-3 * ones.max() ** 0.5
    moves, step = np.abs(np.diff(J)), 2.0**-52 / result.rest / 3
    assert moves.max() == pytest.approx(step, rel=0.01), "one step at a time"
    assert (np.minimum(moves, abs(moves - step)) < 0.02 * step).all(), "or none"
    assert f"moves in steps of {step:.0e}".replace("e-0", "e-") in result.words


def test_the_more_saturated_the_worse_J_from_A_reads_and_J_from_Z_does_not():
    for eps in (1e-7, 1e-5):
        written, known = ([read(words, float(z), eps) for z in (8, 16, 24)] for words in PAIRS)
        assert written[1] > 100 * written[0] and written[2] > 100 * written[1] or written[2] > 0.9
        assert max(known) < 1e-7


def test_every_number_that_it_shows_is_finite():
    with np.errstate(all="raise", under="ignore"):
        for z in (0.0, GIVEN, 36.0):
            for eps in EPS:
                result = compute(State(eps=eps, z=z))
                assert np.isfinite([*result.rises["from A"], *result.curves["from A"].y]).all()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Relative difference 1.2e-7: great. From Z the same backprop reads about 1e-9."),
        ({"z": 28}, "Relative difference 1: worry. From Z the same backprop reads about"),
        ({"z": 28}, "near 1, A moves in steps of 2.2e-16. So J from A moves in steps of 1e-4; from θ − ε to"),
        ({"z": 20}, "Backprop is right."),
    ],
)
def test_says_what_the_picture_shows(given, words):
    assert words in compute(State(**given)).words


@pytest.mark.parametrize("given", [{"eps": 0.1}, {"eps": 0}, {"z": -1}, {"z": 37}, {"z": float("nan")}])
def test_refuses_what_cannot_be(given):
    with pytest.raises(ValueError, match=f"{next(iter(given))} should be"):
        gcl.labs.saturation(**given)


def test_the_two_readings_are_great_or_not_as_the_headline_says():
    assert compute(State()).headline.band == "great" and read("from A", GIVEN, 1e-7) < GREAT
    assert compute(State(z=20)).headline.band == "worry"
