"""What for_teachers.md says is so: its table of the course, its lines of code, its links."""

import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

import gc_lib as gcl

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
GUIDE = (FOLDER / "for_teachers.md").read_text("utf-8")
COURSE = re.findall(r"^\| \[(\d\db?|quiz)[^\]]*\]\((\S+\.ipynb)\) \| (\d+) \|", GUIDE, re.M)
NOTEBOOKS = sorted(FOLDER.glob("**/*.ipynb"))
LINK = re.compile(r"\]\(([^)\s]+)\)")


def words(path):
    """Return the text of a notebook, or of a page."""
    if path.suffix == ".md":
        return path.read_text("utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_its_table_names_every_notebook_of_the_course_with_its_minutes():
    assert [number for number, *_ in COURSE] == [*sorted([*(f"{n:02}" for n in range(12)), "04b"]), "quiz"]
    files = {file: int(minutes) for _, file, minutes in COURSE}
    lessons = {path.name: path for path in FOLDER.glob("*.ipynb")}
    assert lessons.keys() <= files.keys()
    said = {name: re.search(r"\*\*Time\*\* about (\d+) minutes", words(path)) for name, path in lessons.items()}
    assert {name: int(found[1]) for name, found in said.items()} == {name: files[name] for name in lessons}


@pytest.mark.parametrize("path", [FOLDER / "for_teachers.md", *NOTEBOOKS], ids=lambda path: path.stem)
def test_links_lead_to_files_that_are_there_and_from_a_solution_to_the_lessons(path):
    inside = [link for link in LINK.findall(words(path)) if not re.match(r"https?:|#", link)]
    targets = [(path.parent / unquote(link.partition("#")[0])).resolve() for link in inside]
    assert [target for target in targets if not target.is_file()] == []
    if path.parent.name == "solutions":
        assert {target.parent for target in targets} <= {FOLDER}


def test_its_contents_lead_to_its_headings():
    headings = {
        re.sub(r"[^\w -]", "", line).lower().replace(" ", "-") for line in re.findall(r"^## (.+)$", GUIDE, re.M)
    }
    listed = set(re.findall(r"\]\(#([^)]+)\)", GUIDE))
    assert listed == headings


@pytest.mark.slow
def test_its_lines_of_code_open_labs():
    lines = set(re.findall(r"`(gcl\.labs\.\w+\([^`]*\))`", GUIDE))
    assert len(lines) >= 4
    said = {line: eval(line, {"gcl": gcl}).words for line in lines}
    assert "W2 disagrees" in said['gcl.labs.bench(bugs=[("no_decay", 2)])']
    assert "no_decay cannot be seen here: λ is 0" in said['gcl.labs.bench(bugs=[("no_decay", 2)], lam=0)']
    assert "Fresh masks say nothing" in said['gcl.labs.bench(keep_prob=0.9, masks="fresh")']


def test_its_plans_add_up():
    spans = [tuple(map(int, span)) for span in re.findall(r"^\| (\d+)–(\d+) \|", GUIDE, re.M)]
    assert spans[0][0] == 0 and spans[-1][1] == 50
    assert all(end == begin for (_, end), (begin, _) in zip(spans, spans[1:], strict=False))
    hours = [60 * int(h) + int(m) for h, m in re.findall(r"^\| (\d):(\d\d) \|", GUIDE, re.M)]
    assert hours == sorted(hours) and hours[-1] < 180
