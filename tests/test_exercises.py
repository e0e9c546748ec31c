"""The exercises: right answers pass, each known mistake is named, and nothing a student writes raises."""

import ast
import importlib
import linecache
import pkgutil
import re
from contextlib import suppress
from dataclasses import replace
from types import FunctionType

import numpy as np
import pytest

import gc_lib as gcl
from gc_lib import exercises, homework
from gc_lib.exercises import Build, Choose, Exercise, Guess, mends
from gc_lib.exercises.answer import run
from gc_lib.exercises.changes import changes, parts_of
from gc_lib.exercises.code import Code, stored
from gc_lib.exercises.lines import endless, overwritten, seen, unused
from gc_lib.exercises.mends import Mending, compiled, together


def every(kind):
    """Return all exercises of a kind: (name, exercise)."""
    modules = [importlib.import_module(f"gc_lib.exercises.{m.name}") for m in pkgutil.iter_modules(exercises.__path__)]
    return [
        pytest.param(value, id=f"{module.__name__.rpartition('.')[2]}.{name}")
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, kind)
    ]


def unseen(wrong):
    """Return a lambda as a function whose source nobody sees, as exec makes them, and all else as it is."""
    if getattr(wrong, "__name__", "") != "<lambda>":
        return wrong
    code = wrong.__code__.replace(co_filename="unseen")
    other = FunctionType(code, wrong.__globals__, "<lambda>", wrong.__defaults__, wrong.__closure__)
    other.__module__ = None
    return other


def square(x):
    return x**2


def doubled(x):
    return 2 * x


def cubed(x):
    return x**3


SQUARE = Build(
    square,
    {"x = 3": (3.0,), "x = (1, 2)": (np.array([1.0, 2.0]),)},
    {"did you double it?": doubled, "is the power too high?": cubed},
    "that is the square.",
)


def test_a_right_function_is_praised():
    assert repr(SQUARE(lambda x: x * x)) == "Yes: that is the square."


def test_a_known_mistake_is_asked_about_by_what_it_gives():
    assert repr(SQUARE(lambda x: x + x)) == "Not yet: for x = 3 yours gives 6, expected 9; did you double it?"
    assert str(SQUARE(lambda x: x * x * x)).endswith("expected 9; is the power too high?")


def test_an_unknown_mistake_gets_both_numbers():
    assert repr(SQUARE(unseen(lambda x: x + 0.1))) == "Not yet: for x = 3 yours gives 3.1, expected 9."


def test_a_mistake_on_one_case_only_is_not_named_on_the_strength_of_it():
    """6 is what doubling gives for 3; but not so for (1, 2)."""
    assert "double" not in repr(SQUARE(unseen(lambda x: np.asarray(x) + 3 * (np.ndim(x) == 0))))


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda x: None, "yours returns nothing; write its line, and begin it with return"),
        (lambda x: ..., "fill in the … of the stub"),
        (lambda x: print(x), "print shows a value, return gives it back"),
        (lambda x: exit(), "yours ends the program"),
        (lambda x: x**0.5 * 1j, "that is a complex number"),
        (lambda x: 10**400, "a value of the type int, expected 9"),
        (lambda x: np.inf, "is something divided by 0"),
        (lambda x: SQUARE.right, "that is a function, not its value"),
        (lambda x: "9"[1:], "that is a text; the number itself is wanted"),
        (lambda x: x > 3, "True and False are what a comparison gives"),
        (lambda x: x / "2", "yours stops in line "),
        (lambda: 1, "yours stops with TypeError"),
        (lambda x: "nine", "yours gives 'nine', expected 9"),
        (lambda x: [3.0, 3.0, 3.0], "yours gives [3.0, 3.0, 3.0], expected 9"),
        (lambda x: {"x": x}, "yours gives a dict of x, expected 9"),
        (lambda x: np.full((50, 50), 3.0), "expected 9"),
        (lambda x: np.nan, "yours gives nan, expected 9"),
        (lambda x: [[1], [1, 2]], "expected 9"),
        (7, "a function is wanted, not 7"),
        (None, "a function is wanted, not None"),
    ],
)
def test_whatever_a_student_writes_the_answer_is_a_sentence(attempt, words):
    for each in (attempt, unseen(attempt)):
        answer = SQUARE(each)
        assert not answer.solved and "\n" not in answer.words
    assert words in answer.words


def test_an_attempt_cannot_spoil_the_cases():
    def spoils(x):
        np.multiply(x, 0, out=x) if np.ndim(x) else None
        return x * x

    assert not SQUARE(spoils).solved and SQUARE(square).solved


def test_a_choice_is_answered_by_what_it_would_mean():
    choose = Choose("b", {"a": "then it would rise.", "b": "it falls."})
    assert repr(choose("B ")) == "Yes: it falls."
    assert repr(choose("a")) == "Not yet: then it would rise."
    assert "is not among the choices" in repr(choose("c")) and "make a guess" in repr(choose(None))
    assert "make a guess" in repr(choose(...))


@pytest.mark.parametrize("said", ["b)", "B.", "answer b", "(b)", " b ", ["b"], "b: it falls"])
def test_a_choice_may_be_written_in_any_way(said):
    assert Choose("b", {"a": "it rises.", "b": "it falls."})(said).solved


@pytest.mark.parametrize("said", [2, True, "", "both", ("a", "b"), 10**400, np.nan, lambda: 1])
def test_what_is_no_choice_is_answered_kindly(said):
    answer = Choose("b", {"a": "it rises.", "b": "it falls."})(said)
    assert not answer.solved and answer.words.endswith('write one of "a", "b".')


@pytest.mark.parametrize("said", ["1/3", "0,3333", np.float64(1 / 3), np.array([1 / 3]), [1 / 3]])
def test_a_guess_may_be_written_in_any_way(said):
    assert Guess(1 / 3, "yes.", {})(said).solved


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (10**400, "no float can hold it"),
        (np.nan, "nan is what 0/0 gives"),
        (np.inf, "inf is too large"),
        (1j, "a number is wanted"),
        (True, "a number is wanted"),
        ("1/0", "a number is wanted"),
        ([1, 2], "a number is wanted"),
        (33.3, "is that in per cent?"),
        (-1 / 3, "the sign is turned round"),
    ],
)
def test_a_guess_of_anything_is_answered_by_a_sentence(said, words):
    answer = Guess(1 / 3, "yes.", {})(said)
    assert not answer.solved and words in answer.words


def test_a_guess_may_be_off_by_a_factor():
    guess = Guess(1e-3, "just so.", {"that is its square root.": 3e-2, "nothing at all?": 0.0}, factor=2)
    assert guess(1.9e-3).solved and guess(0.51e-3).solved and guess("1e-3").solved
    assert not guess(2.1e-3).solved
    assert repr(guess(3e-2)) == "Not yet: that is its square root."
    assert repr(guess(0)) == "Not yet: nothing at all?"
    assert repr(guess(1)) == "Not yet: 1 is too large." and repr(guess(-1)) == "Not yet: -1 is too small."
    assert "a number is wanted" in repr(guess("many")) and "make a guess" in repr(guess(None))
    assert "no relative difference is larger than 1" in repr(exercises.dropout.fresh(2))


def test_the_answer_is_told_to_screen_readers_and_its_words_are_escaped():
    page = SQUARE(lambda x: "<b>")._repr_html_()
    assert 'role="status"' in page and "<b>✎ Not yet:</b>" in page and "&lt;b&gt;" in page


@pytest.mark.slow
@pytest.mark.parametrize("exercise", every(Build))
def test_the_right_function_passes_and_every_known_mistake_is_named(exercise):
    assert len(exercise.mistakes) >= 3 or exercise is exercises.pattern.law
    assert exercise(exercise.right).solved
    for words, wrong in exercise.known().items():
        answer = exercise(wrong)
        assert answer.words.endswith(words) and (exercise.nearly or not answer.solved), words


@pytest.mark.parametrize("exercise", every(Choose))
def test_every_choice_has_its_words(exercise):
    assert exercise(exercise.right).solved and len(exercise.means) >= 3
    assert [exercise(letter).solved for letter in exercise.means].count(True) == 1
    assert len(set(exercise.means.values())) == len(exercise.means)


@pytest.mark.parametrize("exercise", every(Guess))
def test_the_right_number_passes_and_every_wrong_one_is_named(exercise):
    assert exercise(exercise.right).solved and len(exercise.mistakes) >= 2
    for words, wrong in exercise.mistakes.items():
        assert repr(exercise(wrong)) == f"Not yet: {words}"


@pytest.mark.parametrize("exercise", every(Exercise))
def test_an_untouched_stub_is_not_yet(exercise):
    assert repr(exercise((lambda *_: None) if isinstance(exercise, Build) else None)).startswith("Not yet")


# ---- mistakes that people make, each with words of the sentence that names it ----------------------------------------


def step_never_back(J, theta, eps):
    approx, step = np.zeros(theta.size), np.zeros(theta.size)
    for i in range(theta.size):
        step[i] = eps
        approx[i] = (J(theta + step) - J(theta - step)) / (2 * eps)
    return approx


def return_inside(J, theta, eps):
    approx = np.zeros(theta.size)
    for i, step in enumerate(eps * np.eye(theta.size)):
        approx[i] = (J(theta + step) - J(theta - step)) / (2 * eps)
        return approx


def appended(params):
    theta = np.array([])
    for block in params.values():
        np.append(theta, block.ravel())
    return theta


def red(top, own=lambda line, l: [f"{line[1]}{l}"]):
    """Return a law in which everything up to the layer top(line, l) turns red, but for a wrong dW or db."""

    def turns_red(line, l):
        return own(line, l) if line in ("dW", "db") else [f"{a}{k}" for k in range(1, top(line, l) + 1) for a in "Wb"]

    return turns_red


def sizes_of_all(sizes):
    return sum(2 * (sizes[l] * sizes[l - 1] + sizes[l]) for l in range(len(sizes)))


def only_the_last(sizes):
    for l in range(1, len(sizes)):
        total = 2 * (sizes[l] * sizes[l - 1] + sizes[l])
    return total


def still_open(J, theta, eps): ...  # the line is to be written here


def never_ending(J, theta, eps):
    return never_ending(J, theta, eps)


def norm(v):
    return np.linalg.norm(v)


def second(J, theta, h):
    return (J(theta + h) - 2 * J(theta) + J(theta - h)) / h


def embed(dout, rows, count):
    return exercises.layers.embedded.right(dout, rows, count)


def gradient_with(params, **other):
    """Return the slopes, some of them under another's name."""
    slopes = homework.repaired(params)
    return slopes | {name: slopes[of] for name, of in other.items()}


NAMED = [
    ("secant.two_sided", lambda J, t, e: (J(t + e) - J(t - e)) / 2 * e, "put 2 * eps in brackets"),
    ("secant.two_sided", lambda J, t, e: print(J(t + e)), "print shows a value, return gives it back"),
    ("secant.two_sided", lambda J, t, e: J(t + e) + print(e), "something here is None"),
    ("secant.two_sided", lambda J, t, e: (J * t - J(t - e)) / (2 * e), "a function stands there without its brackets"),
    (
        "secant.two_sided",
        lambda theta, J, eps: (J(theta + eps) - J(theta)) / eps,
        "should stand in this order: J, theta, eps.",
    ),
    ("secant.two_sided", still_open, "fill in the … of the stub"),
    ("secant.two_sided", never_ending, "it calls itself without end"),
    ("vector.flatten", lambda p: np.concatenate([b.ravel() for b in p.values()])[:, None], "take .ravel() at the end"),
    (
        "vector.flatten",
        lambda p: np.concatenate([p["W1"].ravel(), p["b1"].ravel()]),
        "in one case yours are 9 numbers, and 13 are wanted: the last are missing",
    ),
    ("vector.flatten", lambda p: [b.ravel() for b in p.values()], "np.concatenate lays arrays end to end, + adds them"),
    ("vector.flatten", lambda p: np.concatenate(list(p.values())), "ravel each block"),
    ("vector.flatten", appended, "np.append changes nothing, it returns a new array"),
    ("vector.flatten", lambda p: np.concatenate([b.ravel("A") for b in p.values()]), "that is the order in memory"),
    ("vector.flatten", lambda p: [norm(b) for b in p.values()], "that is one number for each block"),
    ("vector.loop", step_never_back, "is each entry put back, or step[i] set back to 0?"),
    ("vector.loop", return_inside, "this loop ends in its first round"),
    ("vector.loop", lambda J, p, e: 0, "yours is one number, and 3 are wanted"),
    ("vector.loop", lambda J, p, e: [p[i] for i in p], "places are whole numbers: for i in range(n)"),
    ("vector.reading", lambda a, g: norm(a - g) / norm(g), "yours divides by ‖dθ‖ alone"),
    (
        "vector.reading",
        lambda a, g: np.abs(a - g).sum() / (np.abs(a).sum() + np.abs(g).sum()),
        "adds up absolute values",
    ),
    ("vector.reading", lambda a, g: norm(a - g) / norm(a) / 2, "the length of dθ_approx twice, that of dθ never"),
    ("vector.reading", lambda a, g: norm(a - g) / (norm(g) + norm(g)), "the length of dθ twice, that of dθ_approx"),
    ("epsilon.best_eps", lambda u: u**0.5, "that would be right for a one-sided difference"),
    ("pattern.law", red(lambda line, l: 4), "does the error travel up, or down?"),
    ("pattern.law", red(lambda line, l: l + (line == "dA_prev")), "does the error travel up, or down?"),
    ("pattern.law", red(lambda line, l: l), "dA_prev is what layer l sends down"),
    ("pattern.law", red(lambda line, l: l - (line != "dA_prev")), "comes before dW and db of its own layer"),
    ("pattern.law", red(lambda line, l: l - (line == "dZ")), "dZ comes before dW and db of its own layer"),
    ("pattern.law", lambda line, l: [f"W{l}", f"b{l}"], "what else is computed from dW, once it is there? Nothing."),
    ("pattern.law", lambda line, l: ["W9"], "there is no block W9"),
    ("pattern.law", lambda line, l: [], "a wrong dW spoils the block of its own layer, W3"),
    (
        "pattern.law",
        lambda line, l: set(exercises.pattern.law.right(line, l)) - {"b3"},
        "both blocks of a layer, W and",
    ),
    (
        "pattern.law",
        lambda line, l: [f"{line[1]}{l}"] if line in ("dW", "db") else [f"W{l}", f"b{l}"],
        "is it still right there, and further down?",
    ),
    (
        "pattern.law",
        lambda line, l: set(exercises.pattern.law.right(line, l)) - {"b1"},
        "both blocks of a layer, W and b",
    ),
    ("pattern.factor", lambda a, g: g @ a / np.linalg.norm(a), "divide by the square of the length"),
    ("pattern.factor", lambda a, g: abs(g @ a) / (a @ a), "a sign is lost"),
    ("pattern.factor", lambda a, g: g * a / (a * a), "that is a quotient for each entry; one number is wanted"),
    ("pattern.factor", lambda a, g: g * a + 1, "one number is wanted, and yours are 12"),
    ("dropout.way_back", lambda dA, mask, keep: dA * mask / (1 - keep), "is the share that is dropped"),
    ("training.evaluations", sizes_of_all, "l = 0 is the input"),
    ("training.evaluations", lambda sizes: 4 * (len(sizes) - 1), "that is two for each block"),
    ("training.evaluations", lambda sizes: 9 * len(sizes), "gives 36 in 2 cases: does it see how they differ, or does"),
    ("training.evaluations", only_the_last, "+= adds on"),
    ("hiding.remainder", lambda J, p, d, v, t: abs(J(p + t * v) - J(p) + t * np.sum(d * v)), "taken away"),
    ("hiding.remainder", lambda J, p, d, v, t: sum(abs(J(p + t * v) - J(p) - t * d * v)), "the dot product dθ·v alone"),
    ("secant.two_sided", lambda J, t, e: (J(t + 2 * e) - J(t)) / (2 * e), "stand on either side of it"),
    ("vector.reading", lambda a, g: norm(a - g) / np.sqrt(a @ a + g @ g), "yours takes one root of both"),
    ("vector.reading", lambda a, g: float(a - g) / (norm(a) + norm(g)), "that takes one number and not an array"),
    ("vector.flatten", lambda p: p - p, "that holds many blocks"),
    ("vector.flatten", lambda p: "W" + len(p), "a text and a number do not add up"),
    ("start.word", lambda x: "good", "“good” is none of the words that are wanted here."),
    ("kink.jump", lambda J, t, e: 0.5, "yours gives 0.5 in every case that is tried."),
    ("training.evaluations", lambda s: 2 * (np.dot(s[1:], s[:-1]) + sum(s)), "the input has no biases"),
    ("dropout.way_back", lambda dA, mask, keep: dA * keep / mask, "undoes the way forward"),
    ("kink.jump", lambda J, t, e: abs(2 * abs(second(J, t, e)) - abs(second(J, t, 2 * e))), "the signs of S(ε)"),
    ("kink.jump", lambda J, t, e: 2 * abs(second(J, t, e)) - abs(second(J, t, 2 * e)), "not round its parts"),
    ("repair.adapter", lambda p: gradient_with(p, W3="W2"), "under W3 stands what belongs to W2"),
    ("repair.adapter", lambda p: {"b3": homework.repaired(p)["b3"]}, "does each round of the loop begin a new dict?"),
    (
        "repair.adapter",
        lambda p: homework.repaired(homework.params),
        "half as large yours gives a dict of W1, b1, W2, b2, W3, b3, expected other arrays under these names",
    ),
    ("layers.embedded", lambda dout, rows, n: embed(dout[rows], rows, n), "in the order of the uses"),
    ("layers.embedded", lambda dout, rows, n: embed(dout**0, rows, n), "that counts the uses: each adds its dout[i]"),
    ("layers.embedded", lambda dout, rows, n: embed(dout.astype(int), rows, n), "yours are whole numbers"),
    ("layers.embedded", lambda dout, rows, n: embed(dout, rows, n).sum(axis=1), "(4,), and (4, 2) is wanted."),
    (
        "layers.embedded",
        lambda dout, rows, n: np.stack([dout[rows == r][:1].sum(axis=0) for r in range(n)]),
        "yours keeps its first use",
    ),
    ("layers.embedded", lambda dout, rows, n: np.diag(np.bincount(rows, minlength=n)) @ embed(dout, rows, n), "twice"),
    ("vector.loop", lambda J, p, e: exercises.vector.loop.right(J, p, e) * (p != 0), "for five entries, ε = 0.1 yours"),
    (
        "vector.reading",
        lambda a, g: max(1e-7, exercises.vector.reading.right(a, g)),
        "for (3, 4) and (3, 4.0000001)",
    ),
    ("epsilon.best_eps", lambda u: 1e-5 if u < 1e-9 else 1e-4, "for float32, u = 1.2e-07 yours"),
    ("start.word", lambda x: exercises.start.word.right, "that is a function, not its value"),
    ("epsilon.best_eps", lambda u: np.roots([1, 0, 0, -3 * u])[0], "that is a complex number"),
    ("vector.flatten", lambda p: [p["W1"], p["b3"]], "KeyError: 'b3'; p holds W1, b1, W2 and b2."),
    ("pattern.factor", lambda a, g: (a @ g / (a @ a)) ** 2, "what comes out is squared."),
    ("pattern.factor", lambda a, g: a @ g / (a @ a) + 1, "in every case yours is 1 too large."),
    ("decay.decayed", lambda n, s, b, lam, m: 1 / (s + lam / m * b * (n[0] == "W")), "it is upside down"),
    (
        "pattern.factor",
        lambda a, g: abs((g - a) @ a) / (a @ a),
        "that is k − 1: take dθ itself, not dθ − dθ_approx. And a s",
    ),
    ("start.word", lambda x: "great" if x < 1e-6 else "worry", "yours never says “look”."),
    (
        "start.word",
        lambda x: ["worry", "look", "great"][(x >= 1e-6) + (x > 1e-4)],
        "“worry” and “great” have changed places.",
    ),
    ("dropout.way_back", lambda dA, mask, k: dA[mask == 1] / k, "and loses its place"),
    ("layers.embedded", lambda dout, rows, n: dout[rows], "that looks up again"),
    ("vector.reading", lambda a, g: (a - g).sum() / norm(a + g), "take the length. And below stands the sum of norms"),
    (
        "vector.flatten",
        lambda p: np.concatenate([p[n].ravel() for n in p if n[0] == "W"][::-1]),
        "W1. And where are the",
    ),
    (
        "repair.layer_1",
        lambda *g: [np.exp(slope) for slope in exercises.repair.layer_1.right(*g)][::-1],
        "another order",
    ),
]


@pytest.mark.parametrize(("name", "wrong", "words"), NAMED)
def test_what_people_write_wrong_is_named(name, wrong, words):
    answer = find(name)(unseen(wrong))
    assert not answer.solved and words in answer.words


def relative_step(J, theta, eps):
    ends = [(theta * (1 + eps * row), theta * (1 - eps * row)) for row in np.eye(theta.size)]
    return [(J(up) - J(down)) / (2 * eps) for up, down in ends]


def others_at_zero(J, theta, eps):
    ends = [((theta + eps) * row, (theta - eps) * row) for row in np.eye(theta.size)]
    return [(J(up) - J(down)) / 2 / eps for up, down in ends]


def return_in_while(J, theta, eps):
    approx, i = 0 * theta, 0
    while i < theta.size:
        step = eps * np.eye(theta.size)[i]
        approx[i] = (J(theta + step) - J(theta - step)) / eps
        i += 1
        return approx


def squared_step(J, theta, eps):
    S = [(J(theta + h) - 2 * J(theta) + J(theta - h)) / h**2 for h in (eps, 2 * eps)]
    return abs(S[0] - S[1])


LEFT_OVER = 1e-7  # as by another cell
KEPT: dict = {}


def kept(params):
    if not KEPT:
        for name, block in homework.repaired(params).items():
            KEPT[name] = block
    return KEPT


def in_its_place(approx, exact):
    approx -= exact
    return np.linalg.norm(approx) / (np.linalg.norm(approx) + np.linalg.norm(exact))


def from_the_reading(approx, exact):
    r = np.linalg.norm(approx - exact) / (np.linalg.norm(approx) + np.linalg.norm(exact))
    return (1 + r) / (1 - r)


def sizes_alone(J, theta, dtheta, v, t):
    change = abs(J(theta + t * v) - J(theta))
    return change - abs(t * (dtheta * v).sum())


def counted_by_itself(sizes):
    if len(sizes) < 2:
        return 0
    return sizes[0] * sizes[1] + sizes[0] + counted_by_itself(sizes[1:])  # 16 * sizes[1:], say, would grow for ever


def divided_in_the_end(J, theta, dtheta, v, t):
    step = t * v
    return abs(J(theta + step) - J(theta) - t * np.sum(dtheta * step)) / t


def drop_one_less(line, l):
    if line in ("dW", "db"):
        return [line[1] + str(l)]
    top = l + {"dA_prev": 1, "drop": -1}.get(line, 0)
    return [f"{letter}{k}" for k in range(1, top + 1) for letter in "Wb"]


def over_the_wrong_axis(params, cache, Y, lam):
    m, dZ3 = Y.shape[1], cache["A3"] - Y
    db3 = np.sum(dZ3, axis=0, keepdims=True)
    return params["W3"].T @ dZ3, dZ3 @ cache["A2"].T / m + lam / m * params["W3"], db3


WRITTEN = [
    ("repair.layer_3", over_the_wrong_axis, "is axis right in “np.sum(dZ3, axis=0, keepdims=True)”? And in line"),
    ("start.word", lambda x: "great" if x < 1e-6 else "look" if x < 1e-2 else "worry", "“1e-2” belong in “x < 1e-2”?"),
    ("training.evaluations", counted_by_itself, "is that a bias for each input of a layer?"),
    ("hiding.remainder", divided_in_the_end, "Then: r(t) itself is wanted; yours is r(t)/t"),
    ("repair.adapter", kept, "what one call leaves in KEPT, the next one finds"),
    ("vector.reading", in_its_place, "yours changes approx itself, which others still need"),
    ("pattern.factor", from_the_reading, "yours gives inf or nan somewhere: is something divided by 0"),
    ("hiding.remainder", sizes_alone, "take the absolute value of the whole, t dθ·v inside"),
    (
        "hiding.remainder",
        lambda J, p, d, v, t: abs(abs(J(p + t * v) - J(p)) - abs(t * (d * v).sum())),
        "the signs of both changes",
    ),
    (
        "epsilon.best_eps",
        lambda u: LEFT_OVER**2 / 6 + u / LEFT_OVER,
        "LEFT_OVER is no argument: it is made outside, and is 1e-07 in",
    ),
    ("vector.flatten", lambda blocks: blocks.values().ravel(), "and is no array: take each block by itself"),
    ("pattern.factor", lambda a, g: (a @ g / (a @ a)) ** 2, "does “(…) ** 2” belong around “a @ g / (a @ a)”?"),
    ("layers.embedded", lambda dout, rows, n: embed(dout, rows, n).sum(axis=1), "does “….sum(axis=1)” belong around"),
    ("vector.loop", lambda J, p, e: 0, "yours never uses J: where is it needed?"),
    (
        "training.evaluations",
        lambda sizes: -1 + sizes_of_all(sizes[1:]) / 0 * np.random.rand(),
        "“np.random” draws num",
    ),
    ("vector.loop", lambda J, p, e: (J(p) for _ in p), "that gives its values one by one, as yield, map and zip do"),
    ("epsilon.best_eps", lambda u: np.roots([1, 0, 0, -3 * u])[0], "that is a complex number"),
    ("start.word", lambda x: exercises.start.word.right(round(x, 6)), "for a reading of 8e-07"),
    ("vector.loop", relative_step, "yours moves θ[i] by a share ε of itself"),
    ("vector.loop", others_at_zero, "the other entries stay what they are in θ"),
    ("vector.loop", return_in_while, "this loop ends in its first round"),
    ("kink.jump", squared_step, "S divides by h. And did you lose the 2 before S(ε)?"),
    ("layers.embedded", lambda dout, rows, n: np.ones((n, 1)) + embed(dout, rows, n) * np.ones(1), "is ones right in"),
    ("dropout.way_back", lambda dA, mask, k: dA * mask[:, :1] * mask / k, "does “…[:, :1]” belong around “mask”?"),
    ("dropout.way_back", lambda dA, mask, k: dA * mask[:, :1] / k, "does “…[:, :1]” belong around “mask”?"),
]


def ends_too_early(u):
    eps = np.logspace(-9, -4, 5001)
    return eps[np.argmin(eps**2 / 6 + u / eps)]


def a_grid_of_powers(u):
    eps = [10 ** (-k / 4) for k in range(16, 61)]
    return min(eps, key=lambda e: e**2 / 6 + u / e)


def test_no_key_of_a_dict_is_written_twice():
    """Python keeps the last of two, which undoes another mistake by accident."""
    said = exercises.pattern.law(drop_one_less).words
    assert "drop comes before dW and db of its own layer" in said and "one change" not in said.lower()


def test_no_power_is_taken_within_an_exponent():
    """10 to the power of 60⁴ would keep a computer busy for minutes."""
    code = Code(a_grid_of_powers)
    texts = [text for change in changes(code, []) for text in change.texts.values()]
    assert "((-k) * (4))" in texts and "((-k) ** (4))" not in texts and "((e) ** (6))" not in texts
    assert exercises.epsilon.best_eps(a_grid_of_powers).words.endswith("does “16” belong in “range(16, 61)”?")


def test_two_slips_are_named_and_not_a_factor_that_makes_up_for_both():
    words = replace(exercises.kink.jump, mistakes={})(squared_step).words
    assert "two changes" in words and "does “…**2” belong around “h”?" in words and "is “2 * …” missing" in words


def test_nothing_is_put_around_a_number_below_0():
    """10 to the power of 3u + 4 would do as the end of a search, and explains nothing."""
    assert "missing around" not in exercises.epsilon.best_eps(ends_too_early).words


@pytest.mark.parametrize(("name", "wrong", "words"), WRITTEN)
def test_a_lambda_is_read_as_a_def_is(name, wrong, words):
    answer = find(name)(wrong)
    assert not answer.solved and words in answer.words


def find(name):
    module, exercise = name.split(".")
    return getattr(getattr(exercises, module), exercise)


NOT_NAMED = [  # near to what has a name, and something else
    ("secant.two_sided", lambda J, t, e: J(t + e) - J(t - e) / np.sin(2 * e)),
    ("vector.reading", lambda a, g: norm(a - g) / (norm(a) + 1.1 * norm(g))),
    ("pattern.factor", lambda a, g: np.median(g / a) + 0.1),
    ("hiding.remainder", lambda J, p, d, v, t: abs(J(p + t * v) - J(p) - t * np.sum(d * v)) + t),
]


@pytest.mark.parametrize(("name", "wrong"), NOT_NAMED)
def test_what_fits_no_mistake_gets_its_numbers_alone(name, wrong):
    assert find(name)(unseen(wrong)).words.count(";") == 0


RIGHT_IN_ANOTHER_FORM = [
    ("start.word", lambda x: np.str_(exercises.start.word.right(x)).upper()),
    ("secant.two_sided", lambda J, t, e: np.array((J(t + e) - J(t - e)) / (2 * e))),
    ("secant.two_sided", lambda J, t, e: [(J(t + e) - J(t - e)) / (2 * e)]),
    ("vector.flatten", lambda p: [x for block in p.values() for x in block.ravel()]),
    ("vector.loop", lambda J, theta, eps: tuple(exercises.vector.loop.right(J, theta, eps))),
    ("epsilon.best_eps", lambda u: (grid := np.logspace(-9, 0, 10))[np.argmin(grid**2 / 6 + u / grid)]),
    ("epsilon.best_eps", lambda u: np.cbrt(3 * u)),
    ("pattern.law", lambda line, l: set(exercises.pattern.law.right(line, l))),
    ("pattern.law", lambda line, l: ", ".join(exercises.pattern.law.right(line, l)[::-1])),
    ("decay.decayed", lambda name, s, b, lam, m: (np.asarray(s) + lam / m * np.asarray(b) * ("W" in name)).tolist()),
    ("training.evaluations", lambda sizes: float(exercises.training.evaluations_of(sizes))),
    ("repair.layer_1", lambda *given: list(exercises.repair.layer_1.right(*given))),
    ("decay.decayed", lambda name, s, b, lam, m: s.copy() + np.zeros(b.shape) + lam / m * b * (name[0] == "W")),
]


@pytest.mark.parametrize(("name", "right"), RIGHT_IN_ANOTHER_FORM)
def test_a_right_answer_in_another_form_is_accepted(name, right):
    assert find(name)(right).solved


@pytest.mark.parametrize("l", [1, 2, 3])
def test_a_three_written_where_m_belongs_is_told(l):
    """The homework has three examples."""
    layer, three = getattr(exercises.repair, f"layer_{l}"), 3

    def back(params, cache, last, lam):
        m, dZ = cache["X"].shape[1], cache["A3"] - last if l == 3 else last * (cache[f"A{l}"] > 0)
        *above, dW, db = layer.right(params, cache, last, lam)
        return *above, dW, dZ.sum(axis=1, keepdims=True) / (m if three is None else three)

    assert not layer(back).solved and "what stands where m belongs, and is 3 here?" in layer(back).words
    three = None
    assert layer(back).solved


def test_a_loop_with_an_eps_of_its_own_is_told():
    def loop(J, theta, eps):
        return exercises.vector.loop.right(J, theta, 1e-7)

    assert not exercises.vector.loop(loop).solved


def test_the_slopes_of_a_layer_are_judged_one_by_one():
    def as_found(change):
        return repair.layer_3(lambda *given: change(*repair.layer_3.right(*given))).words

    repair = exercises.repair
    assert as_found(lambda dA, dW, db: (dA / 7, dW, db)).endswith("dW3 and db3 are right, dA2 not.")
    assert "is it what all are made from, or each by itself?" in as_found(lambda dA, dW, db: (dA + 1, dW**2, db / 7))
    assert as_found(lambda dA, dW, db: (dA, dW, db.sum())).endswith("dA2 and dW3 are right, db3 not.")
    two = repair.layer_1(lambda *given: tuple(slope**2 + 1 for slope in repair.layer_1.right(*given))).words
    assert "dW1 and db1 are both wrong" in two
    assert "these stand in another order" in as_found(lambda dA, dW, db: (dW, dA, db))
    assert "it should return dA2, dW3 and db3, in this order." in as_found(lambda dA, dW, db: dW)


@pytest.mark.parametrize(("k", "said"), [(1, "Where did the 3 go?"), (27, "The 3 belongs under the root")])
def test_what_is_near_enough_is_accepted_with_its_mistake(k, said):
    answer = exercises.epsilon.best_eps(lambda u: (k * u) ** (1 / 3))
    assert answer.solved and said[1:] in answer.words


@pytest.mark.parametrize("l", [1, 2, 3])
def test_the_homework_as_handed_in_gets_no_hint(l):
    """To find its bugs is the exercise."""
    said = getattr(exercises.repair, f"layer_{l}")(getattr(homework, f"back_{l}")).words
    assert said.startswith("a bug is left in this cell") and ";" not in said.partition("; with")[2]


# ---- one thing changed in a student's own function -------------------------------------------------------------------


def typed(source):
    """Return a function that is typed into a cell: its source is known as there."""
    names, cell = (
        {
            "np": np,
            "gcl": gcl,
            "homework": homework,
            "norm": norm,
            "both": lambda top: exercises.pattern.both(range(1, top + 1)),
        },
        f"<cell {source}>",
    )
    linecache.cache[cell] = len(source), None, source.splitlines(True), cell
    exec(compile(source, cell, "exec"), names)
    return names[re.match(r"def (\w+)", source).group(1)]


TWO, LOOP = (
    "def two_sided(J, theta, eps):\n    return ",
    "def slopes(J, theta, eps):\n    approx = np.zeros(theta.size)\n",
)
ROUND = "    for i in range({}):\n        step = np.zeros(theta.size)\n        step[{}] = eps\n        {}\n"
SLOPE = "approx[i] = (J(theta + step) - J(theta - step)) / (2 * eps)"
TABLE = "def f(dout, rows, count):\n    dtable = np.{}((count, dout.shape[1]))\n"
ADD_AT = "    np.add.at(dtable, rows, dout)\n"
JUMP = "def f(J, theta, eps):\n    S_1 = (J(theta + eps) - 2 * J(theta) + J(theta - eps)) / eps\n"
BACK_1 = (
    "def f(params, cache, dA1, lam):\n    m, dZ1 = dA1.shape[1], dA1 * (cache['A1'] {} 0)\n"
    "    dW1 = dZ1 @ cache['X'].T / m + lam / m * params['W1']\n    return dW1, dZ1.mean(axis=1, keepdims=True)"
)
BACK_2 = (
    "def f(params, cache, dA2, lam):\n    m, dZ2 = dA2.shape[1], dA2 * cache['A2'] > 0\n"
    "    dW2 = dZ2 @ cache['A1'].T / m + lam / m * params['W2']\n"
    "    return params['W2'].T @ dZ2, dW2, np.sum(dZ2, axis=1, keepdims=True) / m"
)
THE_LAW = "def f(line, l):\n    if line in ('dW', 'db'):\n        return [line[1] + str(l)]\n    return both("
TYPED = [
    (
        "secant.two_sided",
        TWO + "J(theta + eps) - J(theta - eps) / (2 * eps)",
        "line 2 of the cell: are brackets missing in",
    ),
    (
        "secant.two_sided",
        TWO + "(J(theta + eps) + J(theta - eps)) / (2 * eps)",
        "does + belong between “J(theta + eps)” and “J",
    ),
    ("secant.two_sided", TWO + "(J(theta + eps) - J(theta - eps)) // (2 * eps)", "does // belong between"),
    (
        "secant.two_sided",
        TWO + "abs(J(theta + eps) - J(theta - eps)) / (2 * eps)",
        "does “abs(…)” belong around “J(theta + eps) - J",
    ),
    (
        "secant.two_sided",
        TWO + "(J(theta + eps / 2) - J(theta - eps / 2)) / (2 * eps)",
        "does “… / 2” belong around “eps”?",
    ),
    ("secant.two_sided", TWO + "3 * theta**2", "yours never uses J"),
    ("secant.two_sided", TWO + "J(theta, eps) / (2 * eps)", "what is called there takes another number of arguments"),
    (
        "secant.two_sided",
        TWO + 'f"{(J(theta + eps) - J(theta - eps)) / (2 * eps):.3f}"',
        "that is a text; the number itself is wanted",
    ),
    ("secant.two_sided", TWO + "(J(theta ^ eps) - J(theta - eps)) / (2 * eps)", "in Python a power is written **"),
    (
        "secant.two_sided",
        TWO[:-7] + "slope = J(theta + eps)",
        "gives slope a value, and neither uses nor returns it",
    ),
    ("vector.loop", LOOP + ROUND.format("theta.size", "i", SLOPE) + "    return theta", "does “theta” belong there?"),
    (
        "vector.loop",
        LOOP + ROUND.format("theta.size", "0", SLOPE) + "    return approx",
        "does “0” belong in “step[0]”?",
    ),
    (
        "vector.loop",
        LOOP + ROUND.format("theta.size", "i", "return " + SLOPE[12:]),
        "this loop ends in its first round",
    ),
    (
        "vector.loop",
        LOOP + ROUND.format("theta.size", "i", "pass") + f"    {SLOPE}\n    return approx",
        "stands behind the loop, so it runs once: indent it.",
    ),
    ("epsilon.best_eps", "def best_eps(u):\n    return 10^-5", "in Python a power is written **; “10^-5”"),
    (
        "epsilon.best_eps",
        "def f(u):\n    grid = np.logspace(-12, 0, 99)\n    return grid[np.argmin(grid**2 / 6 + u * grid)]",
        "in line 3 of the cell: does * belong between “u” and “grid”?",
    ),
    (
        "epsilon.best_eps",
        "def f(u):\n    power = np.log(3 * u) / 3\n    return 10 ** round(power)",
        "in line 3 of the cell: “10 ** round(power)” undoes log10, and not log",
    ),
    ("epsilon.best_eps", "def best_eps(u):\n    return (3 * u) ** 0.2", "does “0.2” belong in “(3 * u) ** 0.2”?"),
    (
        "start.word",
        "def f(x):\n    return 'great' if x < 1e-6 else 'look' if x < 1e-5 else 'worry'",
        "look ends at 1e-4, and yours near 1e-5, the lecture",
    ),
    (
        "vector.loop",
        LOOP + "    for i in range(theta.size):\n        up = theta.copy()\n        up[i] += eps\n        down = up\n"
        "        down[i] -= 2 * eps\n        approx[i] = (J(up) - J(down)) / (2 * eps)\n    return approx",
        "in line 6 of the cell: “down = up” is a second name for the same array",
    ),
    (
        "vector.loop",
        LOOP + ROUND.format("theta.size", "i", SLOPE),
        "yours gives approx a value, and neither uses nor returns it",
    ),
    (
        "vector.loop",
        LOOP.replace("size)", "size, dtype=int)") + ROUND.format("theta.size", "i", SLOPE) + "    return approx",
        "in line 2 of the cell: “approx = np.zeros(theta.size, dtype=int)” holds whole numbers",
    ),
    ("vector.flatten", "def f(p):\n    return np.concatenate([b.reshape(-1, 1) for b in p.values()])", "take .ravel()"),
    (
        "pattern.factor",
        "def f(a, g):\n    return g * a / (a @ a)",
        "does * belong between “g” and “a”?",
    ),
    ("pattern.law", THE_LAW + "l - 1 if line == 'dA' else l)", "line is never dA here, but dW, db, dZ"),
    ("pattern.law", THE_LAW + "l if line == 'dZ' else l - 1)", "drop comes before dW and db of its own layer"),
    (
        "dropout.way_back",
        "def f(dA, mask, keep_prob):\n    dA = dA * mask\n    return dA",
        "divided by keep_prob: what",
    ),
    (
        "dropout.way_back",
        "def f(dA, mask, keep_prob):\n    return dA @ mask / keep_prob",
        "does @ belong between “dA” and “mask”?",
    ),
    (
        "hiding.remainder",
        "def f(J, theta, dtheta, v, t):\n    theta = theta + t * v\n"
        "    return abs(J(theta) - J(theta) - t * np.sum(dtheta * v))",
        "in line 3 of the cell: “J(theta) - J(theta)” is always 0",
    ),
    (
        "hiding.remainder",
        "def f(J, theta, dtheta, v, t):\n    return abs(J(theta + t * v) - J(theta) - t * sum(abs(dtheta) * v))",
        "does “abs(…)” belong around “dtheta”?",
    ),
    (
        "layers.embedded",
        TABLE.format("zeros") + "    return np.add.at(dtable, rows, dout)",
        "np.add.at changes its first argument, and returns None.",
    ),
    (
        "layers.embedded",
        "def f(dout, rows, count):\n    return np.stack([dout[rows == r].sum() for r in range(count)])",
        "is axis missing in “dout[rows == r].sum()”?",
    ),
    ("start.word", "def f(x):\n    if x < 1e-6:\n        return 'great'", "where no if with a return in it holds"),
    ("start.word", "def f(x):\n    return {}.get(x)", "what stands behind its return is None here"),
    (
        "kink.jump",
        "def f(J, theta, eps):\n    S_2 = J(theta + 2 * eps)\n    return 7 * J(theta + eps)",
        "and neither uses nor returns it.",
    ),
    ("start.word", "def f(x):\n    if x < 1e-6:\n        return 'great'\n    said = 'look'", "gives said a value"),
    (
        "epsilon.best_eps",
        "def best_eps(u):\n    u = 1e-16\n    return (3 * u) ** (1 / 3)",
        "u is given; “u = 1e-16” puts",
    ),
    (
        "start.word",
        'def word(x):\n    if x <= 1e-4:\n        return "look"\n    elif x < 1e-6:\n        return "great"\n    '
        "else:\n"
        '        return "worry"',
        "is asked first, so what comes after is never reached",
    ),
    (
        "decay.decayed",
        "def f(name, slope, block, lam, m):\n    return slope + lam / m * block * (name in ('W1', 'W2'))",
        "W1 and W2 are not all",
    ),
    (
        "decay.decayed",
        'def f(name, slope, block, lam, m):\n    return slope + lam / m * block if name == "W" else slope',
        "name is never W here, but W2, b2, W3, W1 and b3 in turn",
    ),
    (
        "decay.decayed",
        'def f(name, slope, block, lam, m):\n    if name == "W1" or name == "W2" or name == "W3":\n'
        "        return slope + lam / (2 * m) * block\n    return slope",
        "does the 2 stay?",
    ),
    (
        "decay.decayed",
        'def f(name, slope, block, lam, m):\n    if name == "W1" or "W2":\n        slope = slope + lam / m * block\n'
        "    return slope",
        "is always true",
    ),
    (
        "decay.decayed",
        'def f(name, slope, block, lam, m):\n    if name[0] == "W":\n        slope + lam / m * block\n    return slope',
        "in line 3 of the cell: “slope + lam / m * block” is computed and thrown away",
    ),
    ("dropout.way_back", "def f(dA, mask, keep_prob):\n    return mask / keep_prob", "yours never uses dA: where"),
    ("repair.adapter", "def f(params):\n    return [*params.values()]", "a dict is wanted, with the names W1, b1"),
    (
        "repair.adapter",
        'def f(params):\n    return {"W1": params["b1"], "V": 0}',
        "it lacks b1, W2, b2, W3, b3; V are no",
    ),
    (
        "repair.adapter",
        "def f(params):\n    return {n: once['d' + n] for n in params}\n"
        "once = gcl.exercises.repair.grads(homework.params)",
        "once is no argument: it is made outside, and is a dict of db3, dW3, db2, dW2, db1, dW1 in every case.",
    ),
    (
        "repair.adapter",
        "def f(params):\n    global first\n    first = {}\n    return first",
        "what one call leaves behind “global first”, the next one finds",
    ),
    ("secant.two_sided", TWO.replace("theta, eps", "eps, theta") + "J(theta + eps)", "in this order: J, theta, eps."),
    (
        "start.word",
        "def f(x):\n    if x < 1e-6:\n        return 'great'\n    if x <= 1e-4:\n        'look'",
        "“look” is written and not returned",
    ),
    (
        "layers.embedded",
        TABLE.format("empty")
        + "    for r in rows:\n        dtable[r] = dout[rows == r].sum(axis=0)\n    return dtable",
        "“np.empty” holds what stood in memory",
    ),
    (
        "layers.embedded",
        "def f(dout, rows, count):\n    dtable = [np.zeros(dout.shape[1])] * count\n    for i, r in enumerate(rows):\n"
        "        dtable[r] += dout[i]\n    return np.array(dtable)",
        "holds one thing in all places",
    ),
    (
        "decay.decayed",
        'def f(name, slope, block, lam, m):\n    return slope + lam / (m * block) if name[0] == "W" else slope',
        "are the brackets right in “lam / (m * block)”?",
    ),
    ("kink.jump", JUMP + "    return abs(S_1)", "that is S(ε) alone, and a smooth bend has one, too"),
    (
        "kink.jump",
        f"{JUMP}    S_2 = (J(theta + 2 * eps) - 4 * J(theta) + J(theta - 2 * eps)) / (2 * eps)\n"
        "    return max(0, 2 * S_1 - S_2)",
        "does “4” belong in “4 * J(theta)”? Then: max(0, …) makes 0 of a corner where the slope jumps down",
    ),
    (
        "kink.jump",
        f"{JUMP.replace(') / eps', ')')}    S_2 = J(theta + 2 * eps) - 2 * J(theta) + J(theta - 2 * eps)\n"
        "    return abs(2 * S_1 - S_2 / (2 * eps))",
        "is “… / eps” missing around",
    ),
    (
        "kink.jump",
        f"{JUMP}    def S(h):\n        return J(theta) / eps\n    return abs(S_1 - S(eps))",
        "S never uses h",
    ),
    (
        "kink.jump",
        f"{JUMP}    S_2 = (J(theta + 2 * eps) + 2 * J(theta) + J(theta - 2 * eps)) / (2 * eps)\n"
        "    return abs(2 * S_1 - S_2)",
        "in line 3 of the cell: does + belong between",
    ),
    (
        "repair.layer_2",  # without the copy it would be right, and spoil dA2
        "def f(params, cache, dA2, lam):\n    m, dZ2 = dA2.shape[1], dA2.copy()\n    dZ2[cache['A2'] <= 0] = 0\n"
        "    dW2 = dZ2 @ cache['A1'].T / m + lam / m * params['W2']\n"
        "    return params['W2'].T @ dA2, dW2, np.sum(dZ2, axis=1, keepdims=True) / m",
        "in line 5 of the cell: does “dA2” belong in “params['W2'].T @ dA2”?",
    ),
    ("repair.layer_2", BACK_2, "are brackets missing in “dA2 * cache['A2'] > 0”?"),
    (
        "repair.layer_3",  # the homework has three examples, and three units in layer 2
        "def f(params, cache, Y, lam):\n    m, dZ = Y.shape[0], cache['A3'] - Y\n"
        "    dW = (dZ @ cache['A2'].T + lam * params['W3']) / m\n"
        "    return params['W3'].T @ dZ, dW, np.sum(dZ, axis=1, keepdims=True) / m",
        "does “0” belong in “Y.shape[0]”?",
    ),
    (
        "repair.layer_1",
        "def f(params, cache, dA1, lam):\n    dZ1 = dA1 * (cache['A1'] > 0)\n    return dZ1 / m, params, lam",
        "m has no value: is the line missing that gives it one?",
    ),
    (
        "start.word",
        "def f(x):\n    a = 'worry'\n    if x < 1e-6:\n        a = 'great'\n    if x < 1e-4:\n        a = 'look'\n"
        "    return a",
        "“x < 1e-4” is asked even where “x < 1e-6” holds: elif?",
    ),
    (
        "vector.loop",
        LOOP
        + ROUND.format("theta.size", "i", SLOPE.replace("approx[i] = ", "approx = np.append(approx, ") + ")")
        + "    return approx",
        "approx is not empty to begin with: fill it, approx[i] = …",
    ),
    (
        "epsilon.best_eps",
        "def f(u):\n    grid = np.logspace(-9, 0, 99)\n    return np.argmin(grid**2 / 6 + u / grid)",
        "is a place in an array, and not what stands there.",
    ),
    (
        "epsilon.best_eps",
        "def f(u):\n    return int(np.argmin(np.logspace(-9, 0, 99) + u))",
        "“np.argmin(np.logspace(-9, 0, 99) + u)” is a place in an array",
    ),
    (
        "epsilon.best_eps",
        "def f(u):\n    grid = np.logspace(-12, 0, 1201)\n    E = grid**2 / 6 + u / grid\n    return grid[E.argmax()]",
        "in line 4 of the cell: is argmax right in “E.argmax”?",
    ),
    (
        "epsilon.best_eps",
        "def f(u):\n    tried = np.logspace(-12, 0, 1201)\n    return max(tried, key=lambda e: e * e / 6 + u / e)",
        "in line 3 of the cell: is max right in “max(tried, key=lambda e: e * e / 6 + u / e)”?",
    ),
    (
        "pattern.factor",
        "def f(a, g):\n    for x, y in zip(a, g):\n        dot = x * y\n    return abs(dot) / (a @ a)",
        "behind the loop dot has the value of the last round alone.",
    ),
    (
        "hiding.remainder",
        "def f(J, theta, dtheta, v, t):\n    return abs(J(theta + t * v) - J(theta) - t * norm(dtheta) * norm(v)) / t",
        "yours is r(t)/t. And ‖dθ‖ ‖v‖ is dθ·v only where",
    ),
    (
        "repair.adapter",
        "def f(params):\n    g = gcl.exercises.repair.grads(params)\n"
        "    return {n: -g['d' + {'W': 'b', 'b': 'W'}[n[0]] + n[1]] for n in params}",
        "under W1 stands what belongs to b1: the sign is turned round.",
    ),
    (
        "epsilon.best_eps",
        "def f(u):\n    E = [10.0 ** (-2 * k) + u * 10**k for k in range(9)]\n    return E.index(min(E))",
        "“E.index(min(E))” is a place in an array, and not what stands there.",
    ),
    (
        "vector.flatten",
        "def f(p):\n    v = np.zeros(1)\n    for b in p.values():\n        v = np.hstack([v, b.ravel()])\n    return v",
        "v is not empty to begin with",
    ),
    (
        "decay.decayed",
        "def f(name, s, b, lam, m):\n    if 'W' or 'w' in name:\n        return s + lam / m * b\n    return s",
        "is always true",
    ),
    (
        "vector.reading",
        "def f(a, g):\n    return norm(a - g) / norm(a) + norm(g)",
        "adds norm(g) to a quotient: does it belong below the line?",
    ),
    (
        "hiding.remainder",
        "def f(J, theta, dtheta, v, t):\n    return abs(J(theta + t * v) - theta - t * (dtheta * v).sum())",
        "is “J(…)” missing around “theta”?",
    ),
    (
        "decay.decayed",  # what a name is made of is asked about, and not the name
        "def f(name, s, b, lam, m):\n    decay = lam / 2 * m * b\n    return s + decay if name[0] == 'W' else s",
        "in line 2 of the cell: does “lam / 2 * m” belong in",
    ),
    ("pattern.factor", "def f(a, g):\n    return g @ a / np.dot(a)", "takes another number of arguments."),
    (
        "vector.loop",  # no change is said to lead to a mistake where nothing was given before it
        LOOP + ROUND.replace("range({})", "{}").format("theta", "i", SLOPE) + "    return approx",
        "places are whole numbers: for i in range(n), not for i in v.",
    ),
    (
        "vector.loop",
        LOOP + "    i = 0\n    while i < theta.size:\n        approx[i] = J(theta) - J(theta - eps)\n    return approx",
        "line 4 of the cell: this loop never ends, since nothing in it changes “i < theta.size”.",
    ),
    (
        "repair.layer_3",
        "def f(params, cache, Y, lam):\n    return homework.back_3(params, cache, Y, lam)\n    lam = 0",
        "“lam = 0” stands behind return, and is never run.",
    ),
    (
        "repair.layer_3",
        "def f(params, cache, Y, lam):\n    return homework.back_3(params, cache, 1 * Y, lam)",
        "what you have changed changes nothing: these are the slopes as handed in.",
    ),
    (
        "hiding.remainder",
        "def f(J, theta, dtheta, v, t):\n    return J(theta + t * v) - J(theta) - t * (dtheta * v).sum",
        "“(dtheta * v).sum” is a function and not what it gives: call it, (dtheta * v).sum().",
    ),
    ("epsilon.best_eps", "def f(u):\n    return (6 * u) ** 1 / 3", "is no root: ** (1 / 3) is one."),
    ("epsilon.best_eps", "def f(u):\n    return (6 * u) ** (1 // 3)", "// cuts off what stands behind the point."),
    (
        "kink.jump",
        "def f(J, theta, eps):\n    for h in (eps, 2 * eps):\n"
        "        S = (J(theta + h) - 2 * J(theta) + J(theta - h)) / h\n    return abs(2 * S - S + 1e-3)",
        "in line 2 of the cell: behind the loop S has the value of the last round alone.",
    ),
    (
        "training.evaluations",
        "def f(sizes, kept=[]):\n    kept += [sizes[l] * (sizes[l - 1] + 1) for l in range(1, len(sizes))]\n"
        "    return 2 * sum(kept)",
        "in place of 302: what does it keep from call to call?",
    ),
    (
        "training.evaluations",
        "def f(sizes):\n    norm += 2 * sum(sizes)\n    return norm",
        "the norm outside is another one: give it a value inside, in the first line.",
    ),
    (
        "repair.adapter",
        "def f(params):\n    return {n[1:]: g for n, g in gcl.exercises.repair.grads(params)}",
        "is “….items()” missing behind",
    ),
    (
        "secant.two_sided",
        TWO + "(J(theta * (1 + eps)) - J(theta * (1 - eps))) / eps",
        "is there a 2 missing below the line? And yours moves θ by a share ε of itself",
    ),
    (
        "repair.layer_1",
        BACK_1.format(">=").replace("lam / m", "lam / (2 * m)"),
        "only where the unit is on. And the 2 of λ/2m meets that of 2W: is one of them left?",
    ),
]


@pytest.mark.parametrize(("name", "source", "words"), TYPED)
def test_what_is_amiss_in_a_function_is_named_with_its_line(name, source, words):
    answer = find(name)(typed(source))
    assert not answer.solved and words in answer.words


MENDED = [  # what is right, what is written, and what is asked
    ("a / (2 * b)", "a / 2 * b", "are brackets missing in “a / 2 * b”?"),
    ("(a + b) * 2", "a + b * 2", "are brackets missing in “a + b * 2”?"),
    ("(a - (b + 1)) / 3", "a - (b + 1) / 3", "are brackets missing in “a - (b + 1) / 3”?"),
    ("a / ((b + 1) * 3)", "a / (b + 1) * 3", "are brackets missing in “a / (b + 1) * 3”?"),
    ("a - 3 * b", "3 * b - a", "which comes first in “3 * b - a”?"),
    ("a * v", "np.dot(a, v) * 1", "“np.dot(a, v)”"),
    ("a if a < 0 else 7 * b", "a if a > 0 else 7 * b", "is > right in “a > 0”?"),
    ("v.mean() + a", "v.sum() + a", "is sum right in “v.sum”?"),
    ("a if name == 'W' else b", "a if name == 'w' else b", "does “'w'” belong in “name == 'w'”?"),
    ("(a + b) * 3", "(a @\n        b) * 3", "does @ belong between “a” and “b”?"),
    ("7 * b + 3", "7 * a * b + 3", "does “a” belong in “7 * a”?"),
    ("a * (b / 3)", "a + b / 3", "does + belong between “a” and “b / 3”?"),
    ("a + 3 * b", "a * 3 * b", "does * belong behind “a” in “a * 3 * b”?"),
    ("2 + a", "2 * b + a", "does “b” belong in “2 * b”?"),
    ("9 / b", "a + 9 / b", "does “a + …” belong around “9 / b”?"),
    ("a - b", "(a - b) * a * b", "does “(…) * a * b” belong around “a - b”?"),
    ("5 * a", "5 * -a", "does “-…” belong around “a”?"),
    ("abs(a) + abs(b)", "abs(a + b)", "is “abs(…)” missing around “a”?"),
    ("abs(a + 1) * 3", "(a + 1) * 3", "is “abs(…)” missing around “(a + 1) * 3”?"),
    ("(a + b) ** 2 - 3", "a + b - 3", "is “… ** 2” missing around “a + b”?"),
    ("a * 3 / b + 1", "a * 3 + 1", "is “… / b” missing around “a * 3”?"),
    ("v[1]", "v", "is “…[1]” missing behind “v”?"),
    ("1 / (b - a * 9)", "1 / (a * 9)", "is “b - …” missing around “a * 9”?"),
]


@pytest.mark.parametrize(("right", "written", "words"), MENDED)
def test_of_each_kind_one_change_is_found(right, written, words):
    right, attempt = (typed(f"def f(a, b, v, name):\n    return {line}") for line in (right, written))
    cases = [(2.0, 7.0, np.array([1.0, 3.0]), "W"), (-5.0, 3.0, np.array([4.0, -1.5]), "b")]

    assert words in Mending(attempt, right, cases, SQUARE.same).one()


TWICE = [  # two mistakes at once, and the words for the second
    (
        "secant.two_sided",
        TWO + "(J(theta + eps) + J(theta - eps)) / eps",
        "does + belong between",
        "Then: is there a 2 miss",
    ),
    (
        "secant.two_sided",
        TWO + "(J(theta - eps) - J(theta + eps)) / 2 * eps",
        "multiplies by ε",
        "And the sign is turned",
    ),
    (
        "vector.loop",
        LOOP + ROUND.format("theta.size - 1", "i", SLOPE.replace("(2 * eps)", "eps")) + "    return approx",
        "… - 1",
        "a 2 miss",
    ),
    (
        "hiding.remainder",
        "def f(J, theta, dtheta, v, t):\n    return abs(J(theta + v) - J(theta) - t * np.linalg.norm(dtheta * v))",
        "does “np.linalg.norm” belong in",
        "Then: the step is t v",
    ),
    (
        "vector.flatten",  # to take the last block alone would lose the others
        "def f(p):\n    return np.concatenate([b.reshape(-1, 1) for b in list(p.values())[::-1]])",
        "is “….ravel()” missing behind",
        "Then: these stand from the last layer to the first",
    ),
    (
        "secant.two_sided",  # at |θ| = 1 the first of them is none
        "def f(J, theta, eps):\n    h = eps * max(abs(theta), 1)\n    return (J(theta + h) - J(theta - h)) / h",
        "does “… * max(abs(theta), 1)” belong around “eps”?",
        "Then: is there a 2 missing below the line?",
    ),
    (
        "vector.reading",
        "def f(a, g):\n    a, g = norm(a), norm(g)\n    return abs(a - g) / max(a, g)",
        "not ‖a‖ − ‖b‖.",
        "larger",
    ),
]


@pytest.mark.parametrize(("name", "source", "first", "second"), TWICE)
def test_of_two_mistakes_at_once_both_are_named(name, source, first, second):
    answer = find(name)(typed(source))
    assert not answer.solved and first in answer.words and second in answer.words.partition(first)[2]


def test_a_number_that_is_added_to_in_all_places_is_told():
    source = LOOP + ROUND.format("theta.size", "i", SLOPE.replace("[i] =", " +=")) + "    return approx"
    assert "is “…[i]” missing behind “approx”?" in exercises.vector.loop(typed(source)).words


@pytest.mark.parametrize(
    ("name", "source", "silent"),
    [  # one entry for all, two mistakes of which one is always 0, a difference for a norm, a range for a number, 1 - 2
        ("training.evaluations", "def f(sizes):\n    return 2 * (np.prod(sizes) + max(sizes))", "…[0]"),
        (
            "kink.jump",
            "def f(J, theta, eps):\n    return abs(J(theta + eps) - 2 * J(theta) + J(theta - eps)) / eps",
            "always 0",
        ),
        (
            "vector.reading",
            "def f(a, g):\n    return np.sum((a - g) ** 2) / np.sqrt(np.sum(a**2) * np.sum(g**2))",
            "- g” missing",
        ),
        (
            "vector.loop",
            LOOP + "    i = 0\n    for _ in theta:\n        step = np.zeros(theta.size)\n        step[i] = eps\n"
            f"        {SLOPE}\n    return approx",
            "sum of all slopes",
        ),
        (
            "decay.decayed",
            "def f(name, slope, block, lam, m):\n    return slope - lam / (2 * m) * block if name[0] == 'W' else slope",
            "- …",
        ),
        ("secant.two_sided", TWO + "(J(theta - eps) - J(theta + eps)) / (2 * theta)", "… - (theta + eps)"),
        (
            "vector.reading",
            "def f(a, g):\n    n = norm(a + g) / 3\n    return norm(a - g) / (n + n)",
            "the distance alone",
        ),
        ("repair.layer_1", BACK_1.format(">").replace("T / m + lam", "T + lam)").replace("= dZ1 @", "= (dZ1 @"), "… /"),
    ],
)
def test_two_mistakes_are_not_found_by_accident(name, source, silent):
    answer = find(name)(typed(source))
    assert not answer.solved and silent not in answer.words


def test_a_generator_with_a_seed_is_not_said_to_change():
    source = "def f(J, theta, eps):\n    return J(theta + eps) * np.random.default_rng(0).normal(size=theta.size)"
    said = exercises.vector.loop(typed(source)).words
    assert "“np.random” draws numbers by chance" in said and "each time" not in said


def test_numpy_that_is_not_imported_is_all_that_is_wrong():
    attempt = typed("def f(u):\n    return np.cbrt(3 * u)")
    del attempt.__globals__["np"]
    assert exercises.epsilon.best_eps(attempt).words.endswith("; import numpy as np, in a line above it.")


def test_a_bare_name_that_the_layer_remembers_is_found_in_c():
    said = exercises.own_line.plant(typed("def my_dZ(dA, c):\n    return dA * c.slope(Z)")).words
    assert said.endswith("It stands in c: c.Z.")


@pytest.mark.parametrize(
    ("name", "source", "silent"),
    [  # a change that fits by accident, and a rule where it is not sure
        (
            "start.word",
            "def f(x):\n    return 'great' if x < 1e-6 else 'look' if f'{x:.0e}' < '1e-04' else 'worry'",
            "WORRY",
        ),
        (
            "hiding.remainder",
            "def f(J, theta, dtheta, v, t):\n    return abs(J(theta + t * v - theta) - t * dtheta @ v)",
            "one change",
        ),
        ("start.word", "def f(x):\n    return 'great' if x < 1e-6 else x <= 1e-4 and 'look' or 'look'", "always true"),
        ("pattern.law", THE_LAW + "l - (line in 'dA_prev, drop'))", "is never"),
        ("epsilon.best_eps", "def f(u):\n    return 10 ** (np.log(u) / np.log(10))", "log10"),
    ],
)
def test_of_what_is_not_sure_nothing_is_said(name, source, silent):
    answer = find(name)(typed(source))
    assert not answer.solved and silent not in answer.words


def test_a_line_that_changes_each_time_is_not_called_right():
    said = exercises.own_line.plant(typed("def my_dZ(dA, c):\n    return dA * c.slope(c.Z)\n    return dA")).words
    assert said.endswith("in line 3 of the cell: “return dA” stands behind return, and is never run.")
    said = exercises.own_line.plant(typed("def my_dZ(dA, c):\n    return dA * np.random.rand()")).words
    assert "not deterministic" in said and "computes what is right" not in said


@pytest.mark.parametrize(
    ("more", "words"), [("", "here your line computes what is right."), (" + 1e-13", "is off by 6e-13 of dθ")]
)
def test_a_line_that_no_check_sees_is_told_how_far_it_is_off(more, words):
    assert words in exercises.own_line.plant(typed(f"def my_dZ(dA, c):\n    return dA * c.slope(c.Z){more}")).words


def test_what_a_checker_leaves_undecided_is_counted():
    def three_words(cost, gradient, params, eps):
        return gcl.check(cost, gradient, params, eps=eps).band

    assert "raised 2 false alarms, and left 6 of the wrong ones undecided;" in exercises.checker(three_words).words


@pytest.mark.parametrize("look", ["look", "worry"])  # a right function, and a wrong one
def test_a_function_that_stops_when_it_is_called_once_more_is_answered_all_the_same(look):
    left = [*exercises.start.word.cases]
    answer = exercises.start.word(lambda x: left.pop() and exercises.start.word.right(x).replace("look", look))
    assert answer.solved == (look == "look")


def test_a_change_is_no_order_of_texts():
    """As texts, 'drop' and 'dZ' come after 'dA_prev': >= would do by accident."""
    right = typed("def f(line):\n    return line != 'dA_prev'")
    attempt = Code(typed("def f(line):\n    return line == 'dZ'"))
    parts = parts_of(Code(right), attempt, ["drop"])
    assert not [1 for change in changes(attempt, parts) if ">= ('dZ')" in attempt.changed(change.texts)]


def test_no_change_lets_a_helper_call_itself():
    code = Code(typed("def f(n):\n    def layer(k):\n        return k * k\n    return layer(n), abs(n)"))
    asked = {change.asked for change in changes(code, ["0"])}
    assert "is “abs(…)” missing around “k”?" in asked and "is “layer(…)” missing around “k”?" not in asked


def test_a_line_of_ones_own_that_is_a_lambda_is_told_why_it_has_no_name():
    said = exercises.own_line.plant(lambda dA, c: -dA * c.slope(c.Z)).words
    assert said.endswith("A lambda has no name of its own: def my_dZ(dA, c): gives it one.")


def test_what_comes_from_above_stands_first_in_a_line_of_ones_own():
    said = exercises.own_line.plant(typed("def my_dZ(c, dA):\n    return dA * c.slope(c.Z)")).words
    assert said.endswith("What comes from above stands first, and c second.")


def test_every_change_is_another_source():
    code = Code(typed(LOOP + ROUND.format("theta.size", "i", SLOPE) + "    return approx"))
    others = [code.changed(change.texts) for change in changes(code, parts_of(Code(square), code, ["W"]))]
    assert len(others) > 500 and code.source not in others


def test_a_piece_is_found_behind_letters_of_several_bytes():
    code = Code(typed("def f(x):\n    s = 'θ' + \"ε\"; return s"))
    assert [code.text(node) for node in code.expressions][:2] == ["'θ' + \"ε\"", "s"]


def test_each_change_that_lets_a_loop_run_for_ever_is_stopped(monkeypatch):
    source = (
        "def f(params):\n    rows, names = [0], [0]\n    for block in params.values():\n        rows.append(block)\n"
        "    for name in params:\n        names.append(name)\n    return rows + names"
    )
    stopped = []
    monkeypatch.setattr(mends, "run", lambda *given: stopped.append(run(*given)) or stopped[-1])
    Mending(typed(source), typed("def f(params):\n    return 'never'"), [({"W": 1, "b": 2},)], SQUARE.same).one()
    assert sum("RecursionError" in why for _, why in stopped) > 1


def test_of_a_function_that_calls_itself_no_change_is_tried(monkeypatch):
    refused = lambda *_: pytest.fail("each change of it would run without end as well")  # noqa: E731
    monkeypatch.setattr("gc_lib.exercises.build.Mending", refused)
    assert "it calls itself without end" in repr(exercises.secant.two_sided(never_ending))


def test_what_stood_in_memory_makes_no_change_fit():
    source = "def f(n):\n    return np.empty(n)"
    assert np.isnan(compiled(source, typed(source))(9)).all()


def test_no_change_writes_into_numpy():
    """np.zeros += 1 would, and so would for np.zeros in v."""
    code = Code(typed("def f(v):\n    n = 0\n    n += np.sum([x.sum() for x in v])\n    return n"))
    found = [*changes(code, ["m", "n", "np.zeros", "v"])]
    for one, other in zip(found, found[::-1], strict=True):
        with suppress(SyntaxError):
            nodes = ast.walk(ast.parse(code.changed(together(code, one, other))))
            assert not any(isinstance(node, ast.Attribute) and stored(node) for node in nodes)


def test_no_list_is_put_into_itself():
    """As numbers, such a list has no end."""
    code = Code(typed("def f(v):\n    rows = [0]\n    rows.append(v)\n    return rows"))
    sources = [code.changed(change.texts) for change in changes(code, parts_of(Code(square), code, []))]
    assert any("append((0))" in source for source in sources)
    assert not any("append((rows))" in source for source in sources)


def test_without_its_source_nothing_in_a_function_is_named():
    names = {}
    exec("def f(x):\n    x + 1", names)
    assert seen(names["f"], []) == unused(names["f"]) == Mending(names["f"], square, [(1,)], SQUARE.same).one() == ""


def test_a_function_that_changes_what_it_is_given_is_told_so():
    right = exercises.dropout.way_back(typed("def f(dA, mask, keep_prob):\n    dA *= mask / keep_prob\n    return dA"))
    assert right.solved and right.words.endswith(
        "But yours changes dA itself, which others still need: make a new one."
    )
    said = "layer 2 is right.* But yours changes dA2 itself, which others still need: make a new one."
    right = BACK_2.replace("dA2 * cache['A2'] > 0", "{}\n    dZ2 *= cache['A2'] > 0")
    assert re.search(said, exercises.repair.layer_2(typed(right.format("dA2"))).words)
    spoils = exercises.repair.layer_2(typed(right.format("1 * dA2\n    cache['X'] = cache['A2']")))
    assert not spoils.solved and "yours changes cache itself" in spoils.words
    source = "def f(params):\n    g = gcl.exercises.repair.grads(params)\n    for name in params:\n"
    wrong = exercises.repair.adapter(typed(source + '        params[name] = g["d" + name]\n    return params'))
    assert not wrong.solved and "yours changes params itself" in wrong.words


# ---- a student's own checker, graded ---------------------------------------------------------------------------------


def own_check(length=lambda a, g: norm(a - g) / max(norm(a) + norm(g), 1e-300), border=1e-6):
    """Return a checker as a student writes it."""

    def my_check(cost, gradient, params, eps):
        approx = gcl.to_vector(gcl.numeric_gradient(cost, params, eps))
        return "right" if length(approx, gcl.to_vector(gradient(params))) < border else "wrong"

    return my_check


def test_a_sound_checker_does_as_well_as_the_lectures_rule():
    answer = exercises.checker(own_check())
    assert answer.solved and [row[1:4] == row[4:] for row in answer.rows] == [True] * 3
    assert all(caught + missed == 12 and alarms <= 5 for _, caught, missed, alarms, *_ in answer.rows)
    assert answer.words.endswith("Both miss one small entry twice as large as it should be.")


def block_by_block(cost, gradient, params, eps):
    approx, exact = gcl.numeric_gradient(cost, params, eps), gradient(params)
    return all(gcl.relative_difference(approx[name], exact[name]) < 1e-6 for name in params)


def within_the_noise(cost, gradient, params, eps):
    approx, exact = gcl.numeric_gradient(cost, params, eps), gradient(params)
    noise = abs(cost(params)) * 2e-16 / eps
    return all(np.allclose(approx[name], exact[name], rtol=1e-4, atol=noise) for name in params)


def entry_by_entry(cost, gradient, params, eps):
    """Misses nothing, and raises as many false alarms as the lecture's rule misses and raises together."""
    approx, exact = (gcl.to_vector(g) for g in (gcl.numeric_gradient(cost, params, eps), gradient(params)))
    return np.all(abs(approx - exact) <= 1e-5 * np.maximum(abs(approx) + abs(exact), 1e-12))


def weights_alone(cost, gradient, params, eps):
    approx, exact = gcl.numeric_gradient(cost, params, eps), gradient(params)
    weights = [name for name in params if name[0] == "W"]
    return all(gcl.relative_difference(approx[name], exact[name]) < 1e-6 for name in weights)


def of_sums(cost, gradient, params, eps):
    approx, exact = gcl.numeric_gradient(cost, params, eps), gradient(params)
    return all(gcl.relative_difference(approx[name].sum(), exact[name].sum()) < 1e-6 for name in params)


def one_side(sign):
    """Return a checker that sees only where dθ_approx is above dθ, or below it."""

    def my_check(cost, gradient, params, eps):
        approx, exact = map(gcl.to_vector, (gcl.numeric_gradient(cost, params, eps), gradient(params)))
        return np.all(sign * (approx - exact) <= 1e-5 * (norm(approx) + norm(exact)))

    return my_check


@pytest.mark.parametrize("my_check", [block_by_block, within_the_noise, entry_by_entry, own_check(border=1e-7)])
def test_a_checker_that_is_wrong_no_more_often_than_the_lectures_rule_passes(my_check):
    assert exercises.checker(my_check).solved


@pytest.mark.slow
def test_the_kits_own_check_raises_no_false_alarm():
    answer = exercises.checker(lambda *given: gcl.check(*given).answer)
    assert answer.solved and [row[3] for row in answer.rows] == [0, 0, 0]


@pytest.mark.parametrize(
    ("my_check", "words"),
    [
        (lambda *given: True, "It passes if it is wrong no more often than the lecture's rule"),
        (lambda *given: True, 'It never says "wrong".'),
        (lambda *given: "worry", 'It never says "right".'),
        (lambda *given: "right" if own_check()(*given) == "right" else "look", 'It never says "wrong".'),
        (own_check(length=lambda a, g: norm(a - g)), "J a million times smaller"),
        (own_check(length=lambda a, g: norm(a - g) / (norm(a) + norm(g))), "0/0 is nan, and nan < 1e-6 is False"),
        (lambda *given: not own_check()(*given) == "right", "With right and wrong exchanged"),
        (
            lambda *given: not own_check(length=lambda a, g: norm(a - g), border=1e-5)(*given) == "right",
            "It calls a right dθ wrong, and −dθ right: are right and wrong exchanged? With that put right: Missed",
        ),
        (own_check(length=lambda a, g: (np.sign(a) != np.sign(g)).sum()), "Missed: 1.0001 times dθ, at ε = 1e-3"),
        (own_check(border=1e-11), "A false alarm: "),
        (own_check(border=0.3), "Missed: no_decay in layer 2, at ε = 1e-3"),
        (own_check(border=1e-2), "Missed: 1.0001 times dθ, at ε = 1e-3"),
        (weights_alone, "Missed: db_no_mean in layer 1, at ε = 1e-3"),
        (of_sums, "Missed: dθ transposed, at ε = 1e-3"),
        (one_side(1), "Missed: dθ twice as large as it should be, at ε = 1e-3"),
        (one_side(-1), "Missed: half of a right dθ, at ε = 1e-3"),
        (lambda *given: None, "what is missed and false alarms count together"),
        (lambda *given: 3e-9, 'yours gives 3e-09; it should return "right" or "wrong"'),
        (lambda *given: np.ones(3), 'it should return "right" or "wrong"'),
        (lambda cost: True, "does what is called take these arguments?"),
        (lambda *given: exit(), "yours ends the program"),
        (lambda cost, *given: cost.nothing, "AttributeError"),
        (True, "here a function is wanted, not True"),
    ],
)
def test_a_checker_that_does_anything_is_answered_by_a_sentence(my_check, words):
    answer = exercises.checker(my_check)
    assert not answer.solved and words.lower() in answer.words.lower() and "\n" not in answer.words


@pytest.mark.parametrize(
    ("loop", "never"),
    [
        ("while i < len(v):\n        J(v)", True),
        ("while True:\n        i += 1", True),
        ("while i < v.size and True:\n        v[0] = 1", True),
        ("while i < 3:\n        i += 1", False),
        ("while True:\n        break", False),
        ("while v:\n        v.pop()", False),
        ("while v:\n        J(v)", False),
        ("while v[0] < 3:\n        v[0] += 1", False),
        ("while len(v) > i:\n        v.pop()\n        i, k = i + 1, 0", False),
        ("while J(i) > 3:\n        v = 1", False),
    ],
)
def test_a_loop_is_called_endless_only_where_nothing_can_end_it(loop, never):
    assert bool(endless(typed(f"def f(J, v, i):\n    {loop}\n    return i"))) is never


def test_a_value_of_the_last_round_is_named_only_where_every_round_gives_one():
    source = "def f(v):\n    for x in v:\n        {}\n    return best"
    assert overwritten(typed(source.format("best = 2 * x"))) and not overwritten(typed(source.format("if x: best = x")))


def test_a_checker_that_never_ends_is_not_begun():
    source = "def my_check(cost, gradient, params, eps):\n    i = 0\n    while i < 3:\n        cost(params)\n"
    assert "this loop never ends" in exercises.checker(typed(source)).words


def test_of_a_checker_that_never_asks_for_dtheta_this_alone_is_said():
    read = "gcl.relative_difference(gcl.numeric_gradient(cost, params, eps), params)"
    of_theta = f"def f(cost, gradient, params, eps):\n    return {read} < 1e-6"
    said = exercises.checker(typed(of_theta)).words
    assert "yours never uses gradient" in said and "a false alarm:" not in said.lower()


def test_a_checker_that_prints_and_writes_on_the_parameters_is_graded_all_the_same(capsys):
    def in_place(cost, gradient, params, eps):
        print("checking")
        verdict = own_check()(cost, gradient, params, eps)
        for block in params.values():
            block[...] = np.nan
        return verdict

    assert exercises.checker(in_place) == exercises.checker(own_check()) and not capsys.readouterr().out


def test_the_grades_stand_in_a_table():
    answer = exercises.checker(lambda *given: True)
    assert "1e-3" in repr(answer) and "false alarms" in repr(answer)
    page = answer._repr_html_()
    assert page.count("<tr>") == 5 and "the lecture's rule" in page and "<th>1e-7</th><td>0</td><td>12</td>" in page


@pytest.mark.parametrize(
    "name, source, words",
    [
        (
            "repair.adapter",
            "def gradient(params):\n    g = __import__('gc_lib').exercises.repair.grads(params)\n    out = {}\n"
            "    for key in params:\n        out[key] = g[key]\n    return out",
            "KeyError: 'W1'",
        ),
        (
            "training.evaluations",
            "def evaluations(sizes):\n    before, n = sizes.pop(0), 0\n    for here in sizes:\n"
            "        n += here * before + here\n        before = here\n    return 2 * n",
            "yours changes sizes itself",
        ),
    ],
)
def test_no_answer_is_lost_where_a_change_puts_a_dict_into_itself_or_a_list_is_used_up(name, source, words):
    assert words in find(name)(typed(source)).words


def test_a_stub_with_its_dots_is_answered_without_a_check_for_every_change(monkeypatch):
    monkeypatch.setattr("gc_lib.exercises.mends.Mending.two", lambda *_: pytest.fail("each change takes nine checks"))
    source = 'def turns_red(line, l):\n    top = ...\n    return [f"W{k}" for k in range(1, top + 1)]'
    assert exercises.pattern.law(typed(source)).words.startswith("fill in the … of the stub")


@pytest.mark.parametrize(
    "name, source, words",
    [
        (
            "start.word",
            "def word(r):\n    if r < 1e-6:\n        return 'great'\n    if 1e-6 < r < 1e-4:\n        return 'look'\n"
            "    if r > 1e-4:\n        return 'worry'",
            "for a reading of 1e-06 yours returns nothing",
        ),
        (
            "start.word",
            "def word(r):\n    words = {1e-7: 'great', 1e-5: 'look', 1e-3: 'worry'}\n"
            "    return words[min(words, key=lambda n: abs(n - r))]",
            "take the distance in powers of ten",
        ),
        (
            "start.word",
            "def word(r):\n    return 'great' if r <= 1e-6 else 'look' if r <= 1e-4 else 'worry'",
            "1e-6 itself is look already",
        ),
        (
            "vector.reading",
            "def f(a, g):\n    return np.linalg.norm(a - g) / (np.linalg.norm(a) + np.linalg.norm(g) + 1e-8)",
            "makes tiny gradients read too little",
        ),
        (
            "vector.reading",
            "def f(a, g):\n    below = np.linalg.norm(a) + np.linalg.norm(g)\n"
            "    return np.linalg.norm(a - g) / max(below, 1e-7)",
            "does “max(…, 1e-7)” belong around “below”?",
        ),
        (
            "pattern.law",
            "def turns_red(line, l):\n    if line in ('dW', 'db'):\n        return [f'{line[1]}{l}']\n"
            "    top = max(1, l - 1) if line == 'dA_prev' else l\n"
            "    return [f'{letter}{k}' for k in range(1, top + 1) for letter in 'Wb']",
            "for dA_prev of layer 1 yours gives ['W1', 'b1'], expected []",
        ),
        (
            "decay.decayed",
            "def f(name, slope, block, lam, m):\n    return slope if 'W' in name else slope - lam / m * block",
            "is the question the wrong way round?",
        ),
        (
            "repair.adapter",
            "def gradient(params):\n    return dict(zip(params, gcl.exercises.repair.grads(params).values()))",
            "pair them by their names",
        ),
        (
            "epsilon.best_eps",
            "def f(u):\n    grid = np.logspace(-12, 0, 2000)\n    E = grid**2 / 6 + u / grid\n    best = np.argmin(E)\n"
            "    return best",
            "“np.argmin(E)” is a place in an array",
        ),
        (
            "vector.reading",
            "def reading(a, g):\n    return norm(a - g) / (norm(a) + norm(g))\n\nnorm = lambda v: sum(v**2) ** 0.25\n",
            "in line 4 of the cell: is “… ** 2” missing around “sum(v**2) ** 0.25”?",
        ),
        (
            "pattern.factor",
            "def factor(a, g):\n    t = Two()\n    for x, y in zip(a, g):\n        t.add(x, y)\n"
            "    return t.top / t.low\n\nclass Two:\n    def __init__(self):\n        self.top = self.low = 0\n\n"
            "    def add(self, x, y):\n"
            "        self.top += x * y\n        self.low = x * x\n",
            "in line 13 of the cell: “self.low = x * x” begins anew each time; += adds on.",
        ),
        (
            "vector.reading",
            "def f(a, g):\n    return np.max(abs(a - g) / (abs(a) + abs(g)))",
            "the largest of what the entries",
        ),
        (
            "start.word",
            "def word(x):\n    return ['great', 'look', 'worry'][(np.log(x) >= -6) + 1 * (np.log10(x) > -4)]",
            "“np.log” is the natural logarithm; log10 gives powers of ten.",
        ),
        (
            "epsilon.best_eps",
            "def best(u):\n    roots = np.roots([1 / 6, 0, 0, u])\n    return roots[np.argmin(abs(roots.imag))].real",
            "there the error itself would be 0; it is least where its slope is 0.",
        ),
        (
            "decay.decayed",
            "def f(name, slope, block, lam, m):\n    d = slope / m\n"
            "    return d + {'W': lam / m * block**2}.get(name[0], 0)",
            "two changes make it right, in line 3 of the cell: does “…**2” belong around “block”? "
            "Then: the slope that is given is a mean already, of W and of b",
        ),
        (
            "vector.flatten",
            "def f(p):\n    for b in p.values():\n        b.shape = -1\n    return np.concatenate([*p.values()])",
            "yours changes p itself, which others still need",
        ),
        (
            "repair.adapter",
            "def gradient(params):\n    found, g = {}, gcl.exercises.repair.grads(params)\n"
            "    layers = len(params) // 2\n    for l in range(1, layers):\n        for x in 'Wb':\n"
            "            found[f'{x}{l}'] = g[f'd{x}{l}']\n"
            "    return found",
            "is “… + 1” missing around",
        ),
    ],
)
def test_a_mistake_that_somebody_made_is_named(name, source, words):
    answer = find(name)(typed(source))
    assert not answer.solved and words in answer.words, answer


@pytest.mark.parametrize("beside", ["await asyncio.sleep(0)", "%matplotlib", "norm = lambda v: 0"])
def test_a_mistake_is_named_whatever_stands_beside_it_in_the_cell(beside):
    source = "def reading(a, g):\n    return np.linalg.norm(a - g) / np.linalg.norm(a)\n"
    attempt = typed(source)
    linecache.cache[f"<cell {source}>"] = 1, None, [*source.splitlines(True), f"\n{beside}\n"], f"<cell {source}>"
    assert "below the line stand both lengths" in exercises.vector.reading(attempt).words


def test_half_of_two_changes_does_not_let_an_argument_be_spoiled():
    """The copy is right: without it dA1 comes out right only because dA2 is written on."""
    source = (
        "def back_2(params, cache, dA2, lam):\n    m, A1, A2 = dA2.shape[1], cache['A1'], cache['A2']\n"
        "    dZ2 = np.array(dA2, copy=True)\n    dZ2[A2 <= 0] = 0\n"
        "    dW2 = np.dot(dZ2, A1.T) / m + lam / (2 * m) * params['W2']\n"
        "    db2 = np.sum(dZ2, axis=1, keepdims=True) / m\n    return np.dot(params['W2'].T, dA2), dW2, db2"
    )
    assert "copy" not in exercises.repair.layer_2(typed(source)).words
