"""Write the address of this repository wherever it stands: python .github/address.py OWNER NAME REF

REF is the branch or tag that Binder opens. The address that stands there now is read from the README's badge.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = ("README.md", "notebooks/for_teachers.md")


def present() -> tuple[str, ...]:
    """Return the owner, the name and the ref that the README's badge has now."""
    readme = (ROOT / "README.md").read_text("utf-8")
    return re.search(r"mybinder\.org/v2/gh/([^/]+)/([^/]+)/([^?]+)\?", readme).groups()


def forms(owner: str, name: str, ref: str) -> list[str]:
    """Return the address in each form in which it is written."""
    return [
        f"mybinder.org/v2/gh/{owner}/{name}/{ref}?",
        f"github.com/{owner}/{name}",
        f"github.com%2F{owner}%2F{name}&branch={ref}",
        f"tree%2F{name}%2F",
    ]


def main() -> None:
    """Replace the present address in every file that has it."""
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    changes = list(zip(forms(*present()), forms(*sys.argv[1:]), strict=True))
    for file in FILES:
        text = (ROOT / file).read_text("utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        (ROOT / file).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
