"""Predictions: what would tell the answer of one stays out of sight until a guess has been made."""

import re
from html import unescape
from pathlib import Path

import nbformat
import pytest

from gc_lib import exercises
from gc_lib.exercises import Choose, Guess
from gc_lib.exercises.prediction import Cover, Prediction

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("[01]*.ipynb"))
CALLED = re.compile(r"gcl\.exercises\.(\w+)\.(\w+)(\.reveal|\.guessed)?\(")


def shown(cell):
    """Return in words what a cell shows as it is shipped: its text without what is folded, and its outputs."""
    words = [] if cell.cell_type == "code" else [re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL)]
    for output in cell.get("outputs", []):
        data = output.get("data", {"text/plain": output.get("text", "")})
        words += [text for kind, text in data.items() if kind.startswith("text/")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", " ".join(words))).split())


def predictions(lesson):
    """Yield each prediction of a lesson: its name, itself, the place of its guess, and those of its reveals."""
    cells = nbformat.read(lesson, as_version=4).cells
    called = [(i, *found) for i, cell in enumerate(cells) for found in CALLED.findall(cell.source)]
    for i, module, name, reveal in called:
        exercise = getattr(getattr(exercises, module), name)
        if isinstance(exercise, Prediction) and not reveal:
            yield f"{module}.{name}", exercise, i, [k for k, *at, how in called if at == [module, name] and how]


EVERY = [pytest.param(lesson, *found, id=found[0]) for lesson in LESSONS for found in predictions(lesson)]
COVERED = [each for each in EVERY if each.values[4]]


@pytest.mark.parametrize("exercise", [Choose("a", {"a": "yes", "b": "no"}), Guess(1.0, "yes", {})])
@pytest.mark.parametrize("guess, made", [(None, False), (..., False), ("z", False), ("skip", True), (" Skip ", True)])
def test_a_cover_lifts_after_a_guess_or_the_word_skip(exercise, guess, made, capsys):
    exercise.made = False
    assert isinstance(exercise.reveal(lambda: 3), Cover) and not exercise.guessed()
    assert "First guess" in capsys.readouterr().out
    assert exercise(guess).solved is False
    assert (exercise.reveal(lambda: 3) == 3) is made is exercise.guessed()
    assert bool(capsys.readouterr().out) is not made
    assert exercise(None).solved is False and exercise.made is made  # what was seen is remembered


@pytest.mark.parametrize("exercise, guess", [(Choose("a", {"a": "yes", "b": "no"}), "b"), (Guess(1.0, "yes", {}), 7)])
def test_a_wrong_guess_is_a_guess(exercise, guess):
    assert not exercise(guess).solved and exercise.reveal(lambda: 3) == 3


@pytest.mark.parametrize("lesson, name, exercise, guess, reveals", COVERED)
def test_nothing_tells_the_answer_before_its_reveal(lesson, name, exercise, guess, reveals):
    cells = nbformat.read(lesson, as_version=4).cells
    assert exercise.tells and guess < reveals[0]
    for i, cell in enumerate(cells[: reveals[-1] + 2]):
        if i < guess or cell.cell_type == "code":  # what is told after the guess is folded away, or else is no answer
            assert not any(word in shown(cell) for word in exercise.tells), (name, shown(cell))
    for i in reveals:
        assert "First guess" in shown(cells[i]) or cells[i].source.startswith("lab = "), name


@pytest.mark.parametrize("lesson, name, exercise, guess, reveals", COVERED)
def test_a_solution_shows_what_its_lesson_covers(lesson, name, exercise, guess, reveals):
    cells = nbformat.read(NOTEBOOKS / "solutions" / lesson.name, as_version=4).cells
    seen = " ".join(shown(cells[i]) + shown(cells[i + 1]) for i in reveals)
    assert "First guess" not in seen and any(word in seen for word in exercise.tells)
