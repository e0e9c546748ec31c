"""The address of the repository: one command sets it wherever it stands, and no other one stands anywhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
TEXT = {".md", ".ipynb", ".py", ".toml", ".cff", ".txt", ".yml", ".yaml", ".cfg", ".csv", ""}
ADDRESSES = (  # each form that leads to a repository's files, or to a place in which to report, as (owner, name)
    r"mybinder\.org/v2/[^/\s]+/([^/\s]+)/([^/\s]+)/",
    r"(?:git\+|git clone )\S*?github\.com[/:]([\w.-]+)/([\w.-]+)",
    r"github\.com%2F([\w.-]+)%2F([\w.-]+)",
    r"(?:raw\.githubusercontent\.com|colab\.research\.google\.com/github|nbviewer\.\S+?/github)/([\w.-]+)/([\w.-]+)",
    r"github\.com/([\w.-]+)/(gc[-_]?lib\w*|NAME)",
    r"github\.com/([\w.-]+)/([\w.-]+)/(?:actions|archive|raw|blob/HEAD|issues/new)",
    r"(?:\[site\]: |url: \"|Homepage = \")https://([\w-]+)\.github\.io/([\w.-]+)/",
    r"\b(gc[-_]lib)/(gc-lib)\b",
)


def files(root):
    """Return the text files of the repository, without what tools have left there."""
    found = [path for path in root.rglob("*") if path.is_file() and path.suffix in TEXT]
    left = re.compile(r"/(\.git|\.venv|venv|build|dist|[^/]*cache[^/]*|[^/]*\.egg-info|\.hypothesis)(/|$)")
    return [path for path in found if not left.search(f"/{path.relative_to(root).as_posix()}")]


def addresses(root):
    """Return every address that stands in a repository, but in these three programs: (file, owner, name)."""
    return [
        (path.relative_to(root).as_posix(), *found[:2])
        for path in files(root)
        if path.name not in ("address.py", "test_address.py", "test_release.py")
        for form in ADDRESSES
        for found in re.findall(form, path.read_text("utf-8"))
    ]


def command(root, *arguments):
    """Run the command in a repository."""
    line = [sys.executable, root / ".github" / "address.py", *arguments]
    return subprocess.run(line, capture_output=True, encoding="utf-8", timeout=60)


@pytest.fixture
def fork(tmp_path):
    """Copy the repository's text files."""
    for path in files(ROOT):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return tmp_path


def stands(root):
    """Return the owner, the name and the ref that the README's badge has."""
    return re.search(r"mybinder\.org/v2/gh/([^/]+)/([^/]+)/([^?]+)\?", (root / "README.md").read_text("utf-8")).groups()


def test_no_other_address_stands_anywhere():
    owner, name, _ = stands(ROOT)
    found = addresses(ROOT)
    assert {file for file, *_ in found} >= {"README.md", "notebooks/for_teachers.md", "CITATION.cff", "pyproject.toml"}
    assert [place for place in found if place[1:] != (owner, name)] == []


def test_the_command_sets_them_all_and_once_more_from_one_to_another(fork):
    before, places = stands(fork), {file for file, *_ in addresses(fork)}
    untouched = {path: path.read_bytes() for path in files(fork) if path.relative_to(fork).as_posix() not in places}
    for address in (("ada-l", "check.kit", "v1.0"), ("hypatia", "gradients", "main")):
        done = command(fork, *address)
        assert done.returncode == 0, done.stderr
        assert stands(fork) == address
        assert [place for place in addresses(fork) if place[1:] != address[:2]] == []
        assert {file for file, *_ in addresses(fork)} == places
        text = "".join(path.read_text("utf-8") for path in files(fork) if path.suffix == ".md")
        assert f"branch={address[2]}&" in text and f"tree%2F{address[1]}%2Fnotebooks" in text
    assert all(path.read_bytes() == there for path, there in untouched.items())
    command(fork, *before)
    assert all((fork / path.relative_to(ROOT)).read_bytes() == path.read_bytes() for path in files(ROOT))


def test_the_command_without_an_address_says_how_to_use_it_and_changes_nothing(fork):
    done = command(fork, "ada")
    assert done.returncode == 1 and "python .github/address.py OWNER NAME REF" in done.stderr
    assert stands(fork) == stands(ROOT)


LIVE = {  # in each, a line that leads to the repository, as it stands once the address is set
    "README.md": r"^\[!\[Open in Binder",
    "CITATION.cff": r"^repository-code:",
    "pyproject.toml": r"^Repository =",
    "notebooks/01_nudge_one_number.ipynb": r'^    "\[Open in Colab\]\([^)]+\)"$',
}


def test_no_link_looks_live_before_the_address_is_set_and_each_is_afterwards(fork):
    for address, live in ((("OWNER", "NAME", "REF"), False), (("ada", "kit", "v1"), True)):
        command(fork, *address)
        shown = {file: re.search(form, (fork / file).read_text("utf-8"), re.M) for file, form in LIVE.items()}
        assert {file for file, found in shown.items() if found} == (set(LIVE) if live else set())
