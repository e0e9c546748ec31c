"""A release: its version stands alike in three places, it can be cited, and PyPI's page has no dead link.

`python tests/release.py` builds one and tries it.
"""

import re
import tomllib
from pathlib import Path

import yaml

import gc_lib as gcl

ROOT = Path(__file__).resolve().parents[1]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
README = (ROOT / "README.md").read_text("utf-8")


def test_the_version_and_its_day_stand_alike_wherever_they_stand():
    entries = re.findall(r"^## \[(\S+)\] - (\S+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert entries[0] == (gcl.__version__, CITATION["date-released"].isoformat())
    assert CITATION["version"] == gcl.__version__


def test_the_citation_names_the_kit_the_lecture_and_the_digits():
    assert {"cff-version", "message", "title", "authors"} <= CITATION.keys()  # cffconvert --validate: tests/release.py
    assert CITATION["license"] in PROJECT["project"]["license"]
    lecture, digits = CITATION["references"]
    assert lecture["authors"] == [{"given-names": "Andrew", "family-names": "Ng"}] and lecture["url"] in README
    assert digits["doi"] in README


def page(pyproject, readme):
    """Return the README as the build makes it the page on PyPI."""
    for rule in pyproject["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        readme = re.sub(rule["pattern"], rule["replacement"], readme)
    return readme


def test_the_page_on_pypi_has_words_in_place_of_links_until_the_address_is_set_and_then_absolute_ones():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    unset = re.sub(r"github\.com/[\w.-]+/[\w.-]+/(blob|raw)/[\w.-]+/", r"github.com/OWNER/NAME/\1/REF/", text)
    live = unset.replace("github.com/OWNER/NAME/blob/REF", "github.com/ada/kit/blob/v1")
    live = live.replace("github.com/OWNER/NAME/raw/REF", "github.com/ada/kit/raw/v1")
    relative = re.findall(r"\]\((?!https?:)([^)]+)\)", README)
    words, linked = (page(tomllib.loads(each), README) for each in (unset, live))
    assert len(relative) > 20
    for said in (words, linked):
        assert re.findall(r"\]\((?!https?:)([^)]+)\)", said) == []
    assert "github.com/OWNER" not in words and "[LICENSE]" not in words and "See LICENSE;" in words
    assert "](https://github.com/ada/kit/raw/v1/.github/bench.png)" in linked
    assert all(f"](https://github.com/ada/kit/blob/v1/{path})" in linked for path in relative if path[-3:] != "png")
