"""Print how many lines gc_lib has, folder by folder: all of them, and those that hold code.

python tests/lines.py            every folder of gc_lib, and the tests
python tests/lines.py gc_lib     every file of a folder
"""

import ast
import io
import sys
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[1]
EMPTY = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def code_lines(source: str) -> int:
    """Return how many lines hold code: no blank lines, no comments, no docstrings."""
    words, lines = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            words |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in EMPTY:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - words)


def row(name: str, files: list[Path]) -> str:
    """Write how many files there are, their lines, and their lines of code."""
    sources = [file.read_text(encoding="utf-8") for file in files]
    whole, code = sum(len(s.splitlines()) for s in sources), sum(map(code_lines, sources))
    return f"{name:24} {len(files):5} {whole:8,} {code:8,}"


def main() -> None:
    """Print a row for each folder, or for each file of one."""
    print(f"{'':24} {'files':>5} {'lines':>8} {'of code':>8}")
    if sys.argv[1:]:
        folder = ROOT / sys.argv[1]
        for file in sorted(folder.glob("*.py")):
            print(row(str(file.relative_to(ROOT)), [file]))
        return
    lib = ROOT / "gc_lib"
    for folder in (lib, *sorted(path for path in lib.iterdir() if list(path.glob("*.py")))):
        print(row(str(folder.relative_to(ROOT)), sorted(folder.glob("*.py"))))
    print(row("gc_lib in all", sorted(lib.rglob("*.py"))))
    print(row("tests", sorted((ROOT / "tests").rglob("*.py"))))


if __name__ == "__main__":
    main()
