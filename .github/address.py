"""Write the address of this repository wherever it stands: python .github/address.py OWNER NAME REF

REF is the branch or tag that Binder and Colab open. The address that stands there now is read from the README. While it
is OWNER/NAME, links of which a reader would think that they lead somewhere are comments.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = ("README.md", "CITATION.cff", "pyproject.toml", "notebooks/for_teachers.md", "tests/lessons.py")
NONE = ("OWNER", "NAME")
OPEN_IN = re.compile(r'(?:<!-- )?(\[(?:!\[)?Open in [^"\n]+?)(?: -->)?(?=["\n])')  # to the end of its line
OF_A_FIELD = re.compile(r'^(?:# )?([\w-]+(?: =|:) "https://[\w.-]*github\.(?:com|io)/.*")$', re.M)


def present() -> tuple[str, ...]:
    """Return the owner, the name and the ref that stand in the README now."""
    readme = (ROOT / "README.md").read_text("utf-8")
    return re.search(r"mybinder\.org/v2/gh/([^/]+)/([^/]+)/([^?]+)\?", readme).groups()


def forms(owner: str, name: str, ref: str) -> list[str]:
    """Return the address in each form in which it is written, the longer before those that they contain."""
    return [
        f"mybinder.org/v2/gh/{owner}/{name}/{ref}?",
        f"colab.research.google.com/github/{owner}/{name}/blob/{ref}/",
        f"{owner}.github.io/{name}/",
        *(f"github.com/{owner}/{name}/{kind}/{ref}" for kind in ("archive", "blob", "raw")),
        f"github.com/{owner}/{name}",
        f"github.com%2F{owner}%2F{name}&branch={ref}",
        f"tree%2F{name}%2F",
    ]


def main() -> None:
    """Replace the present address in every file that has it, and show or hide the links that need one."""
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    changes = list(zip(forms(*present()), forms(*sys.argv[1:]), strict=True))
    links, fields = (r"<!-- \1 -->", r"# \1") if tuple(sys.argv[1:3]) == NONE else (r"\1", r"\1")
    for path in (*(ROOT / file for file in FILES), *ROOT.glob("notebooks/**/*.ipynb")):
        text = path.read_text("utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        text = OF_A_FIELD.sub(fields, text) if path.suffix in (".toml", ".cff") else OPEN_IN.sub(links, text)
        path.write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
