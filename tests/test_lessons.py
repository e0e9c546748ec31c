"""The command that makes the lessons, and what must hold of all texts of the course."""

import ast
import re
import sys
from pathlib import Path

import lessons
import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

SOLUTIONS = sorted(lessons.SOLUTIONS.glob("*.ipynb"))
LESSONS = sorted(lessons.SOLUTIONS.parent.glob("*.ipynb"))
GOOD = """
import sys, time
from IPython.display import display
import ipywidgets
print("one"); sys.stdout.flush(); time.sleep(0.2); print("two")
display(ipywidgets.IntSlider())
my_guess = "a"
my_guess
"""


def solution_of(folder, **metadata):
    """Write a solution with one exercise, and return its path."""
    cells = [
        nbformat.v4.new_markdown_cell("# Try\n\n[next](../01.ipynb), [out](https://x.org/../y)", id="said"),
        nbformat.v4.new_code_cell(GOOD.strip(), id="asked", metadata=metadata),
    ]
    path = folder / "solutions" / "00.ipynb"
    path.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"widgets": {}}), path)
    return path


@pytest.mark.slow
def test_a_lesson_has_the_stub_and_links_of_its_own_and_making_it_again_mends_what_is_wrong_alone(tmp_path):
    path = solution_of(tmp_path, tags=["exercise"], stub=["my_guess = 3", "my_guess"], collapsed=True)
    made = [str(tmp_path / "00.ipynb"), str(path)]
    assert lessons.make(path) == made
    lesson, solution = (nbformat.read(file, as_version=4) for file in made)
    assert lesson.cells[0].source.startswith("# Try\n\n[next](01.ipynb), [out](https://x.org/../y)\n\n")
    assert lesson.cells[2].source == "my_guess = 3\nmy_guess"
    assert lesson.cells[2].metadata == {"tags": ["exercise"]}
    assert solution.cells[2].metadata == {"tags": ["exercise"], "stub": ["my_guess = 3", "my_guess"]}
    assert lesson.metadata == solution.metadata == lessons.METADATA
    stream, view, result = solution.cells[2].outputs
    assert stream.text == "one\ntwo\n"
    assert view.data[lessons.VIEW]["model_id"] == "asked"
    assert result.data["text/plain"] == "'a'"
    good = Path(made[0]).read_text("utf-8")
    assert good.count('"3"') == 1
    Path(made[0]).write_text(good.replace('"3"', '"4"'), "utf-8")
    assert lessons.make(path) == made[:1]
    assert Path(made[0]).read_text("utf-8") == good


@pytest.mark.parametrize("stub", [{}, {"stub": "my_guess = None"}, {"stub": []}], ids=["none", "no list", "empty"])
def test_an_exercise_without_a_stub_says_which_cell_and_what_to_write(tmp_path, stub):
    path = solution_of(tmp_path, tags=["exercise"], **stub)
    with pytest.raises(
        SystemExit, match=r'00\.ipynb: cell asked .* Give it .* "stub": \["my_guess = None", "my_guess"'
    ):
        lessons.make(path)
    assert not (tmp_path / "00.ipynb").exists()


@pytest.mark.slow
def test_a_cell_that_fails_says_in_which_notebook(tmp_path):
    path = solution_of(tmp_path, tags=["exercise"], stub=["1 / 0"])
    with pytest.raises(SystemExit, match=r"(?s)00\.ipynb: .*1 / 0.*ZeroDivisionError"):
        lessons.make(path)


def test_each_lesson_has_a_solution_and_each_solution_a_lesson():
    assert [path.name for path in SOLUTIONS] == [path.name for path in LESSONS] != []


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_making_a_lesson_again_changes_nothing_and_its_solution_passes(path):
    """But for what the cells show: that is stored by python tests/lessons.py, and compared in test_notebooks.py."""
    solution, stored = lessons.read(path), nbformat.read(path, as_version=4)
    lesson = nbformat.read(path.parent.parent / path.name, as_version=4)
    for made, kept in ((solution, stored), (lessons.lesson(solution, path.name), lesson)):
        assert bare(made) == bare(kept), f"change {path}, then run python tests/lessons.py {path.name[:2]}"
    for cell in stored.cells:
        if "exercise" in cell.metadata.get("tags", []):
            assert cell.outputs[-1]["data"]["text/plain"].startswith("Yes: ")
            assert cell.source.splitlines()[-1] == cell.metadata.stub[-1]


def bare(notebook):
    """Return a notebook without what its cells show."""
    return {**notebook, "cells": [{**cell, "outputs": None, "execution_count": None} for cell in notebook.cells]}


def test_the_core_is_five_lessons_of_60_minutes_and_ends_at_headings_that_are_there():
    text = "\n".join(cell.source for cell in lessons.lesson(lessons.read(SOLUTIONS[0]), SOLUTIONS[0].name).cells)
    core = re.findall(r"^\| (?:\[.*\]\((\d\d_\w+\.ipynb)\)|00 .*) \| (\d+) \| (.*) \|$", text, re.M)
    assert [int(minutes) for _, minutes, _ in core] == [10, 15, 10, 10, 15]
    for name, minutes, end in core[1:]:
        cells = [cell.source for cell in lessons.read(lessons.SOLUTIONS / name).cells]
        assert any(source.startswith(f"## {end.strip('*')}\n") for source in cells), (name, end)
        assert int(minutes) < int(re.search(r"\*\*Time\*\* about (\d+) minutes", cells[0])[1])


NAMED = re.compile(
    r"\bimport [\w.]+ as (\w+)|\bimport \w+ as (\w+)|^[>. ]*(\w+(?:, \w+)*) = |^[>. ]*(?:def|class|for) (\w+)", re.M
)


def texts():
    """Return all that a reader may take over: the notebooks' cells, the pages, the docstrings, each with its place."""
    root = lessons.ROOT
    folders = (root, root / ".github", root / "gc_lib", root / "notebooks")
    pages = {str(page.relative_to(root)): page.read_text("utf-8") for folder in folders for page in folder.glob("*.md")}
    for path in (*SOLUTIONS, *LESSONS):
        cells = nbformat.read(path, as_version=4).cells
        pages |= {f"{path.relative_to(root)}, {cell.id}": cell.source for cell in cells}
    for path in (root / "gc_lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (said := ast.get_docstring(node)):
                pages[f"{path.relative_to(root)}, {getattr(node, 'name', 'its head')}"] = said
    return pages


def shadowed(text):
    """Return the modules of the standard library whose names a text gives to something else."""
    names = {name for found in NAMED.findall(text) for part in found for name in part.split(", ")}
    return names & sys.stdlib_module_names


WORDS = [
    "import gc_lib as gc",
    ">>> import a.b as random",
    "from a import b as copy",
    "x, code = 1, 2",
    "  inspect = 3",
]


@pytest.mark.parametrize("text", WORDS)
def test_a_shadow_is_found(text):
    assert shadowed(text)


@pytest.mark.slow
def test_no_text_shadows_a_module_of_the_standard_library():
    """So that `import gc` after a line of ours is Python's own, as whoever trains a network expects."""
    found = texts()
    assert len(found) > 300
    assert {place: names for place, text in found.items() if (names := shadowed(text))} == {}


# ---- where the kit is missing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [True, False], ids=["the kit is there", "it is missing"])
def test_the_first_code_of_a_notebook_fetches_the_kit_where_it_is_missing_and_else_does_nothing(there, monkeypatch):
    """As IPython runs it: pip stands in for the magic of that name."""
    asked = []
    shell = InteractiveShell()
    shell.register_magic_function(asked.append, magic_name="pip")
    if not there:
        monkeypatch.setitem(sys.modules, "gc_lib", None)  # importing it fails
    assert shell.run_cell(lessons.FETCH).success
    assert len(asked) == (not there)
    assert all(re.fullmatch(r'install -q "gc-lib\[labs\] @ https://github\.com/[^"]+\.zip"', line) for line in asked)


@pytest.mark.parametrize("path", [*SOLUTIONS, *LESSONS], ids=lambda path: path.parent.name[0] + path.stem)
def test_a_notebook_fetches_a_missing_kit_first_and_a_lesson_says_where_colab_opens_it(path):
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.source for cell in cells if cell.cell_type == "code"].index(lessons.FETCH) == 0
    leading = re.findall(r"\[Open in Colab\]\(\S+/blob/\S+?/(notebooks/\S+)\)", cells[0].source)
    assert leading == ([f"notebooks/{path.name}"] if path in LESSONS else [])
