"""The exercises: right answers pass, each known mistake is named, and nothing a student writes raises."""

import importlib
import pkgutil
from dataclasses import replace

import numpy as np
import pytest

from gc_lib import exercises
from gc_lib.exercises import Build, Choose, Exercise, Guess


def every(kind):
    """Return all exercises of a kind: (name, exercise)."""
    modules = [importlib.import_module(f"gc_lib.exercises.{m.name}") for m in pkgutil.iter_modules(exercises.__path__)]
    return [
        pytest.param(value, id=f"{module.__name__.rpartition('.')[2]}.{name}")
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, kind)
    ]


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
    assert repr(SQUARE(lambda x: x + 1)) == "Not yet: for x = 3 yours gives 4, expected 9."


def test_a_mistake_on_one_case_only_is_not_named_on_the_strength_of_it():
    """6 is what doubling gives for 3; but not so for (1, 2)."""
    assert "double" not in repr(SQUARE(lambda x: np.asarray(x) + 3 * (np.ndim(x) == 0)))


def test_a_function_that_draws_anew_is_known_by_giving_another_value_each_time():
    def drawn(x):
        return x**2 + np.random.default_rng().random()

    draws = replace(SQUARE, mistakes=SQUARE.mistakes | {"why at random?": drawn})
    assert str(draws(lambda x: x + np.random.default_rng().random())).endswith("why at random?")
    assert str(draws(lambda x: np.nan)).endswith("expected 9.") and "random" not in str(draws(doubled))


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda x: None, "yours returns nothing; write its line, and begin it with return"),
        (lambda x: ..., "yours returns nothing"),
        (lambda x: x / "2", "yours stops in line "),
        (lambda: 1, "yours stops with TypeError"),
        (lambda x: "nine", "yours gives 'nine', expected 9"),
        (lambda x: [3.0, 3.0], "yours gives [3.0, 3.0], expected 9"),
        (lambda x: {"x": x}, "yours gives a dict of x, expected 9"),
        (lambda x: np.full((50, 50), x), "expected 9"),
        (lambda x: np.nan, "yours gives nan, expected 9"),
        (lambda x: [[1], [1, 2]], "expected 9"),
        (7, "a function is wanted, not 7"),
        (None, "a function is wanted, not None"),
    ],
)
def test_whatever_a_student_writes_the_answer_is_a_sentence(attempt, words):
    answer = SQUARE(attempt)
    assert not answer.solved and words in answer.words and "\n" not in answer.words


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


def test_a_guess_may_be_off_by_a_factor():
    guess = Guess(1e-3, "just so.", {"that is its square root.": 3e-2, "nothing at all?": 0.0}, factor=2)
    assert guess(1.9e-3).solved and guess(0.51e-3).solved and guess("1e-3").solved
    assert not guess(2.1e-3).solved
    assert repr(guess(3e-2)) == "Not yet: that is its square root."
    assert repr(guess(0)) == "Not yet: nothing at all?"
    assert repr(guess(1)) == "Not yet: 1 is too large." and repr(guess(-1)) == "Not yet: -1 is too small."
    assert "a number is wanted" in repr(guess("many")) and "make a guess" in repr(guess(None))


def test_the_answer_is_told_to_screen_readers_and_its_words_are_escaped():
    page = SQUARE(lambda x: "<b>")._repr_html_()
    assert 'role="status"' in page and "<b>✎ Not yet:</b>" in page and "&lt;b&gt;" in page


@pytest.mark.slow
@pytest.mark.parametrize("exercise", every(Build))
def test_the_right_function_passes_and_every_known_mistake_is_named(exercise):
    assert len(exercise.mistakes) >= 3
    assert exercise(exercise.right).solved
    for words, wrong in (exercise.known() if isinstance(exercise, Build) else exercise.mistakes).items():
        answer = exercise(wrong)
        assert not answer.solved and answer.words.endswith(words), words


@pytest.mark.parametrize("exercise", every(Choose))
def test_every_choice_has_its_words(exercise):
    assert exercise(exercise.right).solved and len(exercise.means) >= 3
    assert [exercise(letter).solved for letter in exercise.means].count(True) == 1
    assert len(set(exercise.means.values())) == len(exercise.means)


@pytest.mark.parametrize("exercise", every(Guess))
def test_the_right_number_passes_and_every_wrong_one_is_named(exercise):
    assert exercise(exercise.right).solved and len(exercise.mistakes) >= 2
    for words, wrong in (exercise.known() if isinstance(exercise, Build) else exercise.mistakes).items():
        assert repr(exercise(wrong)) == f"Not yet: {words}"


@pytest.mark.parametrize("exercise", every(Exercise))
def test_an_untouched_stub_is_not_yet(exercise):
    assert repr(exercise((lambda *_: None) if isinstance(exercise, Build) else None)).startswith("Not yet")
