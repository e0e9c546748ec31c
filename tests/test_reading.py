"""The lecture's reading of a check, taken apart on two vectors that are written down."""

import numpy as np
import pytest

from gc_lib.checker.reading import Entry, Reading

SHAPES = {"W1": np.empty((2, 3)), "b1": np.empty(()), "W2": np.empty((0, 2)), "c": np.empty(2)}
APPROX = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 0.0, 0.0])


def reading(gradient=APPROX, approx=APPROX, bars=0.0, noise=0.0, eps=1e-7, **more):
    """Return the reading of nine entries in four blocks."""
    full = np.zeros(9)
    return Reading(
        eps, 2.5, np.array(approx, float), np.array(gradient, float), SHAPES, full + bars, full + noise, **more
    )


def changed(index, by):
    gradient = APPROX.copy()
    gradient[index] += by
    return gradient


def test_the_number_is_the_lecture_s_for_the_whole_and_for_each_block():
    found = reading(changed(6, 2.0))
    size = np.linalg.norm
    assert found.difference == pytest.approx(2 / (size(APPROX) + size(changed(6, 2.0))))
    assert found.blocks == {"W1": 0.0, "b1": pytest.approx(2 / 22), "W2": 0.0, "c": 0.0}
    assert list(found.parts.values()) == [slice(0, 6), slice(6, 7), slice(7, 7), slice(7, 9)]
    assert found.pairs["b1"] == (10.0, 12.0)
    assert reading(changed(6, 2.0), quotient=lambda a, b: 0.25).blocks["b1"] == 0.25


@pytest.mark.parametrize("difference, word", [(0.9e-6, "great"), (1.1e-6, "look"), (0.9e-4, "look"), (1.1e-4, "worry")])
def test_the_lecture_s_word(difference, word):
    found = reading(APPROX * (1 + 2 * difference))
    assert found.difference == pytest.approx(difference, rel=1e-3) and found.band == word
    assert f": {word}." in found.verdict


def test_bounds_are_what_the_error_bars_alone_can_make_a_block_read():
    bounds = reading(2 * APPROX, bars=0.3).bounds
    assert bounds["b1"] == pytest.approx(0.3 / 30) and bounds["c"] == np.inf
    assert bounds["W1"] == pytest.approx(0.3 * 6**0.5 / (3 * np.linalg.norm(APPROX[:6])))


def test_error_bars_have_the_shapes_of_the_blocks():
    bars = reading(bars=np.arange(9)).error_bars
    assert {name: block.shape for name, block in bars.items()} == {name: block.shape for name, block in SHAPES.items()}
    assert bars["W1"].tolist() == [[0, 1, 2], [3, 4, 5]] and bars["b1"] == 6 and bars["c"].tolist() == [7, 8]


@pytest.mark.parametrize("k", [0.5, 2.0, -1.0, -3.0])
def test_a_factor_fits_a_block_or_none_does(k):
    assert reading(k * APPROX).factor("W1") == pytest.approx(k)
    assert reading(0 * APPROX).factor("W1") is None and reading(k * APPROX).factor("c") is None
    across = np.array([-2.0, 1, 0, 0, 0, 0, 0, 0, 0])  # at right angles to dθ_approx
    for share, fits in ((0.9e-3, True), (1.1e-3, False)):
        size = share * abs(k) * np.linalg.norm(APPROX[:6]) / 5**0.5
        assert (reading(k * APPROX + size * across).factor("W1") is not None) == fits


def test_the_worst_entry_is_where_the_two_differ_most():
    gradient = changed(4, -3.0)
    gradient[6] += 2
    worst = reading(gradient).worst
    assert worst == ("W1", (1, 1), 5.0, 2.0) and str(worst) == "W1[1, 1]: dθ has 2, the cost's own slope is 5"
    assert reading(changed(6, 1.0)).worst == ("b1", (), 10.0, 11.0)


def test_entries_that_look_the_same_are_told_apart_by_their_difference():
    assert str(Entry("b1", (), 1.00001, 1.0)) == "b1: dθ has 1, the cost's own slope is 1; they differ by 1e-05"
    assert str(Entry("b1", (), 1.001, 1.0)) == "b1: dθ has 1, the cost's own slope is 1.001"


def test_an_entry_and_its_index_belong_together():
    found = reading()
    for i in range(9):
        block, index, approx, _ = found.entry(i)
        assert found.index(block, index) == i and approx == APPROX[i]


def test_digits_that_round_off_made_are_not_written():
    for noise, said in ((0.9, "2.3e-05"), (1.0, "1e-05"), (1.1, "1e-05")):
        found = reading(changed(6, 2.0), noise=noise * np.eye(9)[6])
        assert found.in_stable_digits(2.345e-5, slice(6, 7)) == said
    assert reading(changed(6, 2.0), noise=5 * np.eye(9)[0]).in_stable_digits(2.345e-5, slice(6, 7)) == "2.3e-05"


@pytest.mark.parametrize(
    "difference, noise, said",
    [
        (1.234e-2, 0.0, "1.2e-02"),
        (1.234e-2, 1.0, "about 1e-02"),
        (2.4e-8, 0.0, "about 1e-08"),
        (0.9e-6, 0.0, "below 1e-06"),
        (1.1e-6, 1.0, "above 1e-06"),
        (0.9e-4, 1.0, "below 1e-04"),
        (1.1e-4, 1.0, "above 1e-04"),
        (2e-7, 0.0, "about 1e-07"),
        (1e-5, 0.0, "1.0e-05"),
    ],
)
def test_the_number_in_words_that_hold_on_any_machine(difference, noise, said):
    found = reading(APPROX * (1 + 2 * difference / (1 - difference)), noise=noise)
    assert found.difference == pytest.approx(difference) and found.number == said
    assert found.verdict.startswith(f"Relative difference {found.number} at ε = 1e-07: {found.band}.")


def test_the_verdict_says_the_eps_and_what_it_did_not_move():
    assert reading(eps="auto").verdict == "Relative difference about 0 at the best ε: great."
    assert reading(unmoved=3).verdict.endswith(": great. ε leaves 3 of 9 entries of θ where they are.")
