"""The map of gc_lib: it names every file there is, and none that is not there."""

import re
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1] / "gc_lib"
MAP = (HOUSE / "README.md").read_text("utf-8")


def test_it_names_every_file_and_no_other():
    files = [path.relative_to(HOUSE) for path in HOUSE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    names = {path.name if path.name == "__init__.py" else path.as_posix() for path in files}
    named = set(re.findall(r"`((?!gcl|tests)[\w/]+\.\w+)`", MAP))
    assert named == names - {"README.md"}


def test_it_has_at_most_eight_words_of_its_own():
    words = re.findall(r"^- \*\*(\w+)\*\*: ", MAP, re.M)
    assert 1 <= len(words) <= 8 and len(set(words)) == len(words)
