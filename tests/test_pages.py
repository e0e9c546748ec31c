"""The pages for readers and contributors: their links and headings, the files and commands that they name."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", ".github/CONTRIBUTING.md", "gc_lib/README.md", "notebooks/for_teachers.md"]
PAGES += ["notebooks/your_own_code.md", "notebooks/procedure.md"]
PAGES += [".github/ISSUE_TEMPLATE.md", ".github/PULL_REQUEST_TEMPLATE.md"]
LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$", re.M)
STARRED = re.compile(r"★ \[(\d\d) ")


def text(page):
    return (ROOT / page).read_text("utf-8")


def anchors(page):
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text(page), re.M)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_and_headings_that_are_there(page):
    for link in (unquote(inline or defined) for inline, defined in LINK.findall(text(page))):
        if not re.match(r"https?:", link):
            path, _, anchor = link.partition("#")
            target = ((ROOT / page).parent / path).resolve() if path else ROOT / page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES)
def test_the_files_that_it_names_are_there(page):
    named = re.findall(r"\b(?:notebooks|gc_lib|tests|binder|\.github|\.ci)/[\w/.-]+\.\w+", text(page))
    named += re.findall(r"urlpath=lab/tree/(\S+\.ipynb)", text(page))
    assert [path for path in named if not (ROOT / path).exists() and "NAME" not in path] == []


def test_there_are_eight_recipes_each_with_the_test_that_runs_by_itself_and_a_command():
    recipes = re.split(r"^### ", text(PAGES[1]).partition("## Eight recipes")[2].partition("\n## ")[0], flags=re.M)[1:]
    assert len(recipes) == 8
    assert [recipe for recipe in recipes if not re.search(r"Type `python ", recipe)] == []


@pytest.mark.parametrize("page", ["README.md", "notebooks/for_teachers.md"])
def test_five_lessons_are_the_core(page):
    assert STARRED.findall(text(page)) == ["00", "02", "03", "04", "10"]


def test_the_core_takes_60_minutes_and_stops_before_headings_that_are_there():
    rows = re.findall(r"^\| ★ \[[^\]]+\]\((\S+)\) \| (\d+) \| \*(.+)\* \|$", text(PAGES[3]), re.M)
    assert len(rows) == 5 and sum(int(minutes) for _, minutes, _ in rows) == 60
    for file, _, heading in rows:
        assert f'"## {heading}\\n"' in text(f"notebooks/{file}")


@pytest.mark.parametrize("page", ["README.md", "LICENSE"])
def test_it_says_whose_lecture_this_follows(page):
    said = " ".join(text(page).split())
    for words in ("Andrew Ng", "deeplearning.ai", "Improving Deep Neural Networks", "not affiliated"):
        assert words in said
    assert "https://www.coursera.org/learn/deep-neural-network" in said and "slides are not redistributed" in said


# ---- the procedure ---------------------------------------------------------------------------------------------------


def test_the_procedure_is_one_page_of_five_questions_to_which_four_lessons_lead():
    page = text("notebooks/procedure.md")
    assert sum(bool(re.search(r"\w", word)) for word in page.split()) <= 460
    assert re.findall(r"^\*\*(\d)\. .*\?\*\*", page, re.M) == list("12345")
    lessons = (ROOT / "notebooks").glob("*.ipynb")
    leading = [path.name for path in lessons if "](procedure.md)" in path.read_text("utf-8")]
    assert sorted(name.partition("_")[0] for name in leading) == ["04", "04b", "08", "09", "10"]
