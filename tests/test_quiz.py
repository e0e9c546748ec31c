"""The quiz: its items, what it answers, and the table that a teacher gets of collected notebooks."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

import gc_lib as gcl
from gc_lib import quiz

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "quiz.ipynb"
GUIDE = (ROOT / "notebooks" / "for_teachers.md").read_text("utf-8")
BELIEFS = set(re.findall(r"^\| (?:0\d|10) \| ([^|]+) \| [^|]+ \|$", GUIDE, re.M))


def key(each):
    """Return the letter of the right option."""
    return next(letter for letter, mean in each.means.items() if mean == quiz.RIGHT)


KEY = {form: {n: key(each) for n, each in quiz.items(form).items()} for form in "AB"}


def test_twelve_items_stand_for_every_misconception_of_the_table_and_for_no_other():
    assert len(BELIEFS) == 20
    for form in "AB":
        found = quiz.items(form)
        assert list(found) == list(range(1, 13))
        for each in found.values():
            assert list(each.options) == list(each.means) == ["a", "b", "c"]
            assert len(set(each.options.values())) == len(set(each.means.values())) == 3
        assert {mean for each in found.values() for mean in each.means.values()} == BELIEFS | {quiz.RIGHT}


def test_the_forms_are_parallel_and_no_letter_gives_the_answer_away():
    for one, other in zip(quiz.items("A").values(), quiz.items("B").values(), strict=True):
        assert one.lesson == other.lesson and set(one.means.values()) == set(other.means.values())
        assert one.options != other.options or one.ask != other.ask
    for keys in KEY.values():
        assert all(3 <= list(keys.values()).count(letter) <= 5 for letter in "abc")
    assert sum(KEY["A"][n] == KEY["B"][n] for n in KEY["A"]) <= 6


@pytest.mark.parametrize("word", ["check", "reads", "block", "red", "green", "great", "worry", "mask", "error bound"])
def test_what_the_items_take_for_known_is_explained_before_them(word):
    items = (" ".join([each.ask, *each.options.values()]) for form in "AB" for each in quiz.items(form).values())
    assert re.search(rf"\b{word}", " ".join(items))
    assert f"*{word}*" in nbformat.read(NOTEBOOK, as_version=4).cells[0].source


def test_form_a_keeps_back_which_were_wrong_and_form_b_tells_with_the_belief():
    given = KEY["A"] | {1: "a", 2: ""}
    assert repr(gcl.quiz.score(given, form="A")) == (
        "Form A: 10 of 12 right, 1 skipped. What is right, you read after form B, which asks for the same. "
        "Save the notebook."
    )
    given = KEY["B"] | {1: "B ", 2: ""}
    head, *told = repr(gcl.quiz.score(given, form="B")).splitlines()
    assert head == "Form B: 10 of 12 right, 1 skipped."
    told = " ".join(" ".join(told).split())
    assert told == (
        '1. a is right: "b3 alone is red. They tell that db3 is not the slope of J, and not why". Yours says: "one '
        'wrong line spoils everything". Lesson 00. 2. b is right: "two-sided, ε = 4e-6". Lesson 01.'
    )
    assert repr(gcl.quiz.score(KEY["B"], form="B")) == "Form B: 12 of 12 right, 0 skipped."


@pytest.mark.parametrize(
    ("answers", "form", "words"),
    [
        ({1: "d"}, "A", r'answers\[1\] should be "a", "b", "c", or "" to skip it; got \'d\''),
        ({13: "a"}, "A", "answers should be letters by number"),
        ("abc", "B", "answers should be letters by number"),
        ({}, "C", 'form should be "A", before the course, or "B", after it'),
        ({}, "A", "Write your letters between the quotes"),
    ],
)
def test_whatever_is_given_the_answer_is_a_sentence(answers, form, words):
    assert re.search(words, repr(gcl.quiz.score(answers, form=form)))


# ---- the numbers that the items name ---------------------------------------------------------------------------------


def test_the_quotients_of_item_2_are_as_good_as_it_says():
    for two, one, small in ((1e-5, 1e-8, 1e-12), (4e-6, 2e-8, 1e-13)):
        x = np.linspace(0.5, 1.5, 101)
        errors = [
            np.median(abs((np.exp(x + e) - np.exp(x - back)) / (e + back) - np.exp(x)))
            for e, back in ((two, two), (one, 0), (small, small))
        ]
        assert errors[0] < errors[1] / 10 and errors[0] < errors[2] / 10


# ---- for teachers ----------------------------------------------------------------------------------------------------


def handed_in(path, a, b):
    """Write the notebook as a student hands it in, with answers typed into both forms."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        for form, answers in (("A", a), ("B", b)):
            if f'form="{form}"' in cell.source and "score" in cell.source:
                for n, letter in answers.items():
                    cell.source = re.sub(rf'\b{n}: ""', f'{n}: "{letter}"', cell.source)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@pytest.fixture
def collected(tmp_path):
    """Three students with both forms, one with A alone, one who has not begun, and what else lies in a folder."""
    wrong = {n: next(letter for letter in "abc" if letter != KEY["A"][n]) for n in KEY["A"]}
    handed_in(tmp_path / "ann" / "quiz.ipynb", wrong, KEY["B"])
    handed_in(tmp_path / "bob.ipynb", KEY["A"] | {1: ""}, KEY["B"] | {1: "b"})
    handed_in(tmp_path / "cy.ipynb", {2: KEY["A"][2]}, {2: KEY["B"][2]})
    handed_in(tmp_path / "dan.ipynb", KEY["A"], {})
    handed_in(tmp_path / "eve.ipynb", {}, {})
    handed_in(tmp_path / "fay.ipynb", KEY["A"] | {3: "z"}, KEY["B"])
    handed_in(tmp_path / ".ipynb_checkpoints" / "ann.ipynb", wrong, KEY["B"])
    shutil.copy(ROOT / "notebooks" / "00_start_here.ipynb", tmp_path)
    (tmp_path / "torn.ipynb").write_text("{", "utf-8")
    return tmp_path


def test_the_command_of_the_guide_prints_one_table_of_items_misconceptions_gain_and_skips(collected):
    (line,) = re.findall(r"```sh\n(python -m gc_lib\.quiz) collected\n```", GUIDE)
    command = [sys.executable, "-X", "utf8", *line.split()[1:], str(collected)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert done.stderr == ""
    head, fay, torn, *table = done.stdout.splitlines()
    assert head == (
        "Counted: 3 notebooks with answers to both forms. Not counted: with A alone 1, with B alone 0, not read 2."
    )
    assert "fay.ipynb: answers[3] should be" in fay and "torn.ipynb: this is no notebook" in torn
    rows = [line.split("\t") for line in table]
    assert rows[0] == ["item", "lesson", "A", "B", "gain", "answer"] and len(rows) == 1 + 12 * 4 + 2
    assert rows[1:5] == [
        ["1", "00", "0", "1", "0.33", "right"],
        ["1", "00", "1", "1", "", "one wrong line spoils everything"],
        ["1", "00", "0", "0", "", "the check tells you which line is wrong"],
        ["1", "00", "2", "1", "", "skipped"],
    ]
    assert ["2", "01", "2", "3", "1.00", "right"] in rows
    assert rows[-2:] == [["all", "", "12", "24", "0.50", "right"], ["all", "", "12", "11", "", "skipped"]]
    for n in range(12):
        item = rows[1 + 4 * n : 5 + 4 * n]
        assert [sum(int(row[form]) for row in item) for form in (2, 3)] == [3, 3]


def test_a_cell_that_somebody_has_broken_is_named(tmp_path):
    cell = {"cell_type": "code", "source": ["answers = {1: \n", "gcl.quiz.score(answers, form='A')"]}
    (tmp_path / "x.ipynb").write_text(json.dumps({"cells": [cell]}), "utf-8")
    assert "x.ipynb: this cell cannot be read" in quiz.table(tmp_path)


def test_without_a_folder_it_says_what_to_type(monkeypatch, tmp_path):
    for given in ([], [str(tmp_path / "nowhere")]):
        monkeypatch.setattr(sys, "argv", ["quiz", *given])
        with pytest.raises(SystemExit, match="python -m gc_lib.quiz FOLDER"):
            quiz.main()


def test_the_notebook_says_that_it_is_not_validated_and_ships_without_answers():
    text = "\n".join(cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells)
    assert "not been validated with students" in text and "not been validated with students" in GUIDE
    assert {form: set(found.values()) for form, found in quiz.sheet(NOTEBOOK).items()} == {
        "A": {quiz.SKIPPED},
        "B": {quiz.SKIPPED},
    }


def test_a_cell_of_the_quiz_may_hold_more_than_the_answers():
    source = "extra = {1: 'a'}\nprint('mine', end='')\nanswers = {1: 'a'}\ngcl.quiz.score(answers, form='A')"
    form, found = quiz.answered(source)
    assert form == "A" and found == quiz.answered("gcl.quiz.score({1: 'a'}, form='A')")[1]


@pytest.mark.parametrize(
    "cells", ["[{}]", '[{"cell_type": "code"}]', '[{"cell_type": "code", "source": "gcl.quiz.score(a, form=[])"}]']
)
def test_a_notebook_that_is_none_does_not_stop_the_count(tmp_path, cells):
    (tmp_path / "one.ipynb").write_text(f'{{"cells": {cells}}}')
    assert "not read 1" in quiz.table(tmp_path)
