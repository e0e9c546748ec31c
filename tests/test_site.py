"""The site to read: what each page is made of. That all of it can be read in a browser: test_site_in_browser.py."""

import json
import posixpath
import re
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

sys.path.append(str(Path(__file__).resolve().parents[1] / ".github" / "site"))
import build
from build import CITATION, ROOT

NOTEBOOKS = ROOT / "notebooks"
LESSON = NOTEBOOKS / "04_catch_the_bug.ipynb"
READ, SOLVED = "notebooks/04_catch_the_bug.html", "notebooks/solutions/04_catch_the_bug.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the front page, a lesson, its solution and a text."""
    folder = tmp_path_factory.mktemp("site")
    build.prepare(folder)
    for source in (ROOT / "README.md", LESSON, NOTEBOOKS / "solutions" / LESSON.name, NOTEBOOKS / "for_teachers.md"):
        build.page(source, folder)
    return folder


def page(site, path):
    return BeautifulSoup((site / path).read_text("utf-8"), "html.parser")


@pytest.mark.parametrize("place", ["index.html", "notebooks/for_teachers.html", READ, SOLVED])
def test_a_page_has_one_head_captions_no_script_and_links_to_what_there_is(site, place):
    soup = page(site, place)
    assert len(soup.find_all("h1")) == 1 and soup.h1.get_text() in soup.title.get_text()
    assert soup.html["lang"] == "en" and soup.find("meta", attrs={"name": "viewport"})
    assert {each.get("type") for each in soup.find_all("script")} <= {"application/ld+json"}
    assert {"The course", "Quiz", "For teachers", "API"} <= {link.get_text() for link in soup.select("header nav a")}
    assert soup.select("th:empty") == []
    assert all(each.img and each.figcaption.get_text() for each in soup.find_all("figure"))
    assert soup.find("link", rel="stylesheet") and soup.find("a", string="To the text")
    links = [each.get("href", each.get("src")) for each in soup.select("a[href], img, [rel=stylesheet]")]
    files = [link.partition("#")[0] for link in links if not re.match("https:|#", link)]
    inside = {posixpath.normpath(f"{place}/../{file}") for file in files}
    pages = {"api/gc_lib.html", *(path.as_posix() for path in build.PAGES.values())}
    assert [path for path in inside - pages if not (site / path).is_file()] == []


def test_the_front_page_is_the_readme_with_the_course_first_and_ends_with_how_to_cite(site):
    front = page(site, "index.html")
    heads = [head.get_text() for head in front.find_all("h2")]
    assert heads[:2] == ["The course", "Start"] and heads[-2:] == ["Licence and credit", "How to cite"]
    assert len(front.select("#the-course ~ .wide tbody")[0].find_all("a")) == len(build.LESSONS) - 1  # all but the quiz
    assert front.h1.get_text() == build.TITLE and len(front.find_all("img")) == 1
    assert "W1 and b1 disagree" in front.img["alt"]


def test_how_to_cite_stands_on_the_front_page_as_in_the_citation_file(site):
    after = page(site, "index.html").find(id="how-to-cite").find_next_siblings()
    message, kit, _, works = (each.get_text().strip() for each in after)
    day, version = CITATION["date-released"], build.gc_lib.__version__
    assert message == CITATION["message"]
    assert kit.startswith(f"the gc_lib authors: {CITATION['title']}, version {version}, {day}")
    lecture, digits = works.splitlines()
    assert lecture.startswith("Andrew Ng: Gradient checking; ") and "deeplearning.ai" in lecture
    assert digits.startswith("Ethem Alpaydin, Cenk Kaynak: ") and digits.endswith(", 1998, doi 10.24432/C50P49.")


def test_a_lesson_has_its_pictures_as_files_its_covers_and_what_stands_before_and_after_it(site):
    lesson = page(site, READ)
    assert "data:image/png" not in str(lesson)
    assert all((site / "notebooks" / picture["src"]).is_file() for picture in lesson.find_all("img"))
    covers = [link["href"] for link in lesson.select("[role=status] a")]
    assert lesson.find("figure") and lesson.select("pre[tabindex]")
    assert lesson.select_one(".about a")["href"] == "solutions/04_catch_the_bug.html"
    assert page(site, SOLVED).find("a", string="the lesson first")["href"] == "../04_catch_the_bug.html"
    assert len(covers) >= 4 and set(covers) == {"solutions/04_catch_the_bug.html"}
    assert lesson.find("a", rel="prev")["href"] == "03_choose_epsilon.html"
    assert lesson.find("a", rel="next")["href"] == "04b_detective.html"
    assert lesson.find("math", display="block").find("mfrac") and "$$" not in lesson.get_text()
    assert lesson.find("a", string="download it")["href"] == LESSON.name
    assert (site / "notebooks" / LESSON.name).read_bytes() == LESSON.read_bytes()


def test_a_lesson_is_described_as_a_training_material(site):
    described = json.loads(page(site, READ).find("script").string)
    assert described["dct:conformsTo"]["@id"] == "https://bioschemas.org/profiles/TrainingMaterial/1.0-RELEASE"
    assert described["name"] == "Catch the bug: read it off the bars"
    assert described["description"].startswith("You will plant bugs one by one")
    assert described["keywords"] and described["timeRequired"] == "PT30M"
    assert described["datePublished"] == str(build.CITATION["date-released"])
    assert described["competencyRequired"] == "notebook 00, and the five equations of backprop for one layer (below)."


def test_links_lead_to_pages_to_the_repository_or_nowhere(monkeypatch):
    assert build.led("../procedure.md#x", NOTEBOOKS / "solutions" / LESSON.name) == "../procedure.html#x"
    assert build.led("notebooks/quiz.ipynb", ROOT / "README.md") == "notebooks/quiz.html"
    assert build.led("https://x.org/a.md", LESSON) == "https://x.org/a.md" and build.led("#a", LESSON) == "#a"
    for known, where in ((False, None), (True, f"{build.CODE}/blob/{build.REF}/LICENSE")):
        monkeypatch.setattr(build, "SET", known)
        assert build.led("../LICENSE", LESSON) == where


def test_ways_to_run_are_those_that_are_there(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "SET", False)
    assert list(build.ways_to_run(LESSON, tmp_path)) == ["download it"]
    monkeypatch.setattr(build, "SET", True)
    (tmp_path / "lite" / build.gc_lib.__version__).mkdir(parents=True)
    here, phone, binder, colab, _ = build.ways_to_run(LESSON, tmp_path).values()
    assert here.endswith("/lab/index.html?path=notebooks/04_catch_the_bug.ipynb") and here.startswith("../lite/")
    assert phone == here.replace("/lab/", "/notebooks/")
    assert binder.endswith("?urlpath=lab/tree/notebooks/04_catch_the_bug.ipynb")
    assert colab.endswith(f"/blob/{build.REF}/notebooks/04_catch_the_bug.ipynb")


def test_the_command_says_how_large_the_site_is(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(build, "PAGES", {ROOT / "README.md": Path("index.html")})
    monkeypatch.setattr(build, "API", ["gc_lib", "gc_lib.labs"])
    monkeypatch.setattr(sys, "argv", ["build.py", str(tmp_path)])
    build.main()
    assert capsys.readouterr().out.startswith(f"{tmp_path}: 5 files, ")  # three pages, a picture, the style
    labs = page(tmp_path, "api/gc_lib/labs.html")
    assert labs.find(id="bench").select_one(".signature").get_text().split()[:2] == ["(", "eps:"]
    assert "A bug is (name, layer)" in labs.find(id="BenchState").get_text()
    front = page(tmp_path, "api/gc_lib.html")
    ids = {each["id"] for each in front.find_all(id=True)}
    assert {"SLIDE", "Report.difference", "Report.plot", "Network.__init__", "Network.plant"} <= ids
    assert not {"Network.made_up", "Network.__dict__"} & ids and "<function" not in front.find(id="SLIDE").get_text()
    assert ">>> report.that_are" in front.find(id="Report.that_are").pre.get_text()


def test_a_page_begins_with_the_import_and_leaves_out_the_cell_that_fetches_a_missing_kit(site):
    first = page(site, READ).find("pre").get_text()
    assert first.split() == "import numpy as np import gc_lib as gcl".split()
