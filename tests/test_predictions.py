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
LINK = re.compile(r'<a href="(.+?)">the worked solution</a>')
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
    assert exercise.reveal(lambda: 3) == Cover(exercise.solution) and not exercise.guessed()
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
    links = [link for cell in cells for link in LINK.findall(str(cell.get("outputs", "")))]
    assert exercise.solution == f"solutions/{lesson.name}" in links


def test_the_readme_tells_no_answer():
    """Whoever comes to a lesson has read it."""
    read = " ".join((NOTEBOOKS.parent / "README.md").read_text("utf-8").split())
    assert [word for each in EVERY for word in each.values[2].tells if word in read] == []


@pytest.mark.parametrize("lesson, name, exercise, guess, reveals", COVERED)
def test_a_solution_shows_what_its_lesson_covers(lesson, name, exercise, guess, reveals):
    cells = nbformat.read(NOTEBOOKS / "solutions" / lesson.name, as_version=4).cells
    seen = " ".join(shown(cells[i]) + shown(cells[i + 1]) for i in reveals)
    assert "First guess" not in seen and any(word in seen for word in exercise.tells)


# ---- the twenty misconceptions of the teachers' table ----------------------------------------------------------------


def own_layer_too(line, l):
    """Take the layer that is red for the one where the bug is."""
    return [f"{line[1]}{l}"] if line in ("dW", "db") else exercises.pattern.both(range(1, l + 1))


MET = {  # where each is met in its lesson: the exercise, the answer that believes it, and words of what refutes it
    "one wrong line spoils everything": ("start.red", "c", "one bar of six turns red"),
    "the check tells you which line is wrong": ("start.red", "d", "it names the block, not the line"),
    "one-sided is good enough if ε is small": ("secant.falls", "d", "one side needs ε = 3e-9, and there rounding"),
    "the order of the entries does not matter, all numbers are there": ("vector.order", "a", "place by place"),
    "the plain difference ‖dθ_approx − dθ‖ would do": (
        "vector.scale",
        "a",
        "change of units would turn wrong into right",
    ),
    "the smaller ε, the better": ("epsilon.smaller", "a", "has long outdone it that grows as ε shrinks"),
    "a better ε changes what a bug reads": ("epsilon.suspect", "a", "A wrong line would still be wrong at 1e-5"),
    "the reddest bar is where the bug is": ("pattern.law", own_layer_too, "red is not where the bug is"),
    "a bug that vanishes was repaired": ("pattern.healed", "b", "ReLU changed the network, and not the line"),
    "λ belongs in dW, and J is only for looking at": ("decay.forgets", "d", "The check compares just these two"),
    "λ/m or λ/2m, it is only a factor": ("decay.half", 0, "a factor, but in one of the two terms of dW"),
    "dropout adds a bit of noise, so the reading gets a bit worse": (
        "dropout.fresh",
        1e-6,
        "millions of times too long",
    ),
    "so a dropout layer cannot be checked": ("dropout.off", "b", "dropout can be checked: freeze the mask"),
    "J falls, so dθ is right": ("training.falls", "a", "dA_doubled reads 0.4, and J falls"),
    "once checked is checked": ("training.seen", "d", "checked once is not checked"),
    "a bad reading means a bad gradient": ("kink.every_eps", "b", "the reading leaps, and dθ has not changed"),
    "the checker itself is right": ("kink.passes", "a", "a checker that is wrong can pass unseen"),
    "a good reading means a good gradient": ("hiding.cancel", "a", "A good reading is no proof of right lines"),
    "above 1e-7 is wrong": ("repair.larger_eps", "c", "but J is rounded, and that is divided by 2ε"),
    "dθ is right, so it will train": ("repair.ruled_out", "a", "how far to step that way is not what a check asks"),
}
GUIDE = (NOTEBOOKS / "for_teachers.md").read_text("utf-8").partition("## Misconceptions, ")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| (\d\d) \| (.+?) \|", GUIDE, re.M)


def test_all_misconceptions_of_the_teachers_table_are_met():
    assert [belief for _, belief in ROWS] == list(MET)


@pytest.mark.parametrize("number, belief", ROWS)
def test_who_believes_it_is_answered_in_its_lesson_by_what_refutes_it(number, belief):
    name, wrong, refuted = MET[belief]
    module, exercise = name.split(".")
    answer = getattr(getattr(exercises, module), exercise)(wrong)
    assert not answer.solved and refuted in answer.words
    (lesson,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    assert f"gcl.exercises.{name}(" in lesson.read_text("utf-8")
