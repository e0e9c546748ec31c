"""The data sets: what a column holds, that its label fits, that a seed repeats it, and what is refused."""

import zipfile
from functools import partial
from importlib.resources import files

import numpy as np
import pytest

from gc_lib import data

# How many examples of 0, 1, … 9 the data set's own description counts (its test part, 1,797 in all).
COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def columns(X):
    """Return the columns as a set, to compare draws whatever their order."""
    return {tuple(column) for column in X.T}


def test_two_digits_have_the_lectures_shapes_and_pixels_from_0_to_1():
    X, Y = data.digits(3, 8, examples=32)
    assert X.shape == (64, 32) and Y.shape == (1, 32)
    assert X.dtype == Y.dtype == np.float64
    assert X.min() == 0 and X.max() == 1
    assert set(np.unique(X * 16)) <= set(range(17))
    assert set(np.unique(Y)) == {0, 1}


@pytest.mark.parametrize("classes", [(3, 8), (8, 3), (0, 1, 2), ()])
@pytest.mark.parametrize("examples", [30, 31, 120])
def test_shares_are_equal(classes, examples):
    Y = data.digits(*classes, examples=examples)[1]
    shares = [(Y == 0).sum(), (Y == 1).sum()] if len(Y) == 1 else Y.sum(axis=1)
    assert sum(shares) == examples
    assert max(shares) - min(shares) == (examples % len(shares) > 0)


def test_labels_belong_to_their_pictures():
    X, Y = data.digits()
    assert X.shape == (64, 1797) and Y.shape == (10, 1797)
    assert Y.sum(axis=1).tolist() == COUNTS
    assert (Y.sum(axis=0) == 1).all() and set(np.unique(Y)) == {0, 1}
    of = [columns(X[:, Y[k] == 1]) for k in range(10)]
    assert sum(map(len, of)) == len(set().union(*of)), "a picture bears two labels"
    X, Y = data.digits(8, 3, examples=50)
    assert columns(X[:, Y[0] == 0]) < of[8] and columns(X[:, Y[0] == 1]) < of[3]
    X, Y = data.digits(7, 0, 4, examples=50)
    for row, k in enumerate([7, 0, 4]):
        assert columns(X[:, Y[row] == 1]) < of[k]


def test_a_picture_reads_row_by_row_from_the_top_and_ink_is_1():
    X, Y = data.digits(0, 7)
    zero, seven = (X[:, Y[0] == y].mean(axis=1).reshape(8, 8) for y in (0, 1))
    assert zero[3:5, 3:5].mean() < 0.1 < 0.5 < zero[3:5, [2, 5]].mean(), "a zero is hollow"
    assert seven[0].sum() > 3 * seven[:, 0].sum(), "a seven's bar lies along the top, not down the side"
    assert seven[:2, 5:].sum() > 2 * seven[-2:, 5:].sum(), "a seven leans to the top right"


@pytest.mark.parametrize("classes", [(3, 8), (9, 5, 1)])
def test_side_4_is_the_mean_of_each_square_of_four_pixels(classes):
    whole, labels = data.digits(*classes, examples=20, seed=5)
    pooled, same = data.digits(*classes, examples=20, seed=5, side=4)
    assert pooled.shape == (16, 20) and np.array_equal(labels, same)
    for j in range(20):
        image = whole[:, j].reshape(8, 8)
        for row in range(4):
            for col in range(4):
                square = [image[2 * row + a, 2 * col + b] for a in (0, 1) for b in (0, 1)]
                assert pooled[4 * row + col, j] == sum(square) / 4


def test_no_example_is_drawn_twice_and_the_draw_is_shuffled():
    X, Y = data.digits(3, 8)
    assert X.shape[1] == len(columns(X)) == COUNTS[3] + COUNTS[8]
    changes = np.count_nonzero(np.diff(Y[0]))
    assert 120 < changes < 240, "in a shuffled draw about half of the neighbours differ"


@pytest.mark.parametrize("draw", [partial(data.digits, 3, 8, examples=32), data.moons])
def test_a_seed_repeats_its_draw_and_another_seed_does_not(draw):
    for first, again, other in zip(draw(seed=0), draw(seed=0), draw(seed=1), strict=True):
        assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_a_seed_chooses_which_examples_are_drawn_and_more_of_them_keep_the_first():
    few, other, more = (columns(data.digits(3, 8, examples=m, seed=s)[0]) for m, s in [(32, 0), (32, 1), (64, 0)])
    assert len(few & other) < 16, "two seeds share few of 357 examples"
    assert few < more


def test_what_a_caller_does_to_a_draw_does_not_reach_the_next():
    X, Y = data.digits(3, 8, examples=32)
    kept = X.copy(), Y.copy()
    X[:], Y[:] = -1, -1
    again = data.digits(3, 8, examples=32)
    assert np.array_equal(kept[0], again[0]) and np.array_equal(kept[1], again[1])


@pytest.mark.parametrize(
    "classes, options, words",
    [
        ((3, 10), {}, r"digits: a class .* 0…9; got 10: write it"),
        ((3, -1), {}, r"got -1"),
        ((3, 8.5), {}, r"got 8\.5"),
        (([3, 8],), {}, r"got \[3, 8\]"),
        (("3", "8"), {}, r"got '3'"),
        ((3, 8, 3), {}, r"each once; got \(3, 8, 3\): name others"),
        ((3,), {}, r"two or more.*got \(3,\)"),
        ((3, 8), {"side": 5}, r"side should be 8 .* or 4 .*; got 5: choose"),
        ((3, 8), {"examples": 0}, r"digits: examples .* 1…357 .*; got 0: ask"),
        ((3, 8), {"examples": -2}, r"got -2"),
        ((3, 8), {"examples": 358}, r"1…357 .*; got 358"),
        ((3, 8), {"examples": 4.0}, r"got 4\.0"),
        ((), {"examples": 1798}, r"1…1797 .*; got 1798"),
    ],
)
def test_what_is_not_there_is_refused_in_words(classes, options, words):
    with pytest.raises(ValueError, match=words):
        data.digits(*classes, **options)


def test_every_example_can_be_asked_for():
    assert data.digits(3, 8, examples=357)[0].shape == (64, 357)
    assert data.digits(examples=1)[1].shape == (10, 1)


def test_moons_without_noise_lie_on_two_half_circles():
    X, Y = data.moons(101, noise=0)
    assert X.shape == (2, 101) and Y.shape == (1, 101) and Y.sum() == 50
    assert X.dtype == Y.dtype == np.float64
    upper, lower = X[:, Y[0] == 0], X[:, Y[0] == 1]
    assert np.allclose(np.hypot(*upper), 1) and (upper[1] >= 0).all()
    assert np.allclose(np.hypot(lower[0] - 1, lower[1] - 0.5), 1) and (lower[1] <= 0.5).all()
    assert (upper[0] < 0).any() and (upper[0] > 0).any() and (lower[0] < 1).any() and (lower[0] > 1).any()


def test_noise_is_the_standard_deviation_of_the_blur():
    blur = data.moons(20000, noise=0.3)[0] - data.moons(20000, noise=0)[0]
    assert np.allclose(blur.std(axis=1), 0.3, rtol=0.03) and np.allclose(blur.mean(axis=1), 0, atol=0.01)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"examples": 0}, r"moons: examples .* 1 or more; got 0"),
        ({"examples": None}, r"got None"),
        ({"noise": -0.1}, r"moons: noise .*; got -0\.1: try"),
        ({"noise": float("nan")}, r"got nan"),
        ({"noise": float("inf")}, r"got inf"),
    ],
)
def test_moons_that_cannot_be_are_refused_in_words(options, words):
    with pytest.raises(ValueError, match=words):
        data.moons(**options)


def test_the_shipped_file_is_small_and_says_whose_it_is():
    with files("gc_lib").joinpath("digits.npz").open("rb") as file:
        assert 10_000 < len(file.read()) < 100_000
        text = zipfile.ZipFile(file).read("attribution.txt").decode()
    for words in ("E. Alpaydin", "C. Kaynak", "10.24432/C50P49", "CC BY 4.0"):
        assert words in text and words in data.__doc__
