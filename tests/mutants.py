"""Would the tests notice a small fault? python tests/mutants.py [--count 30] [--seed 0] [a module, as checker/slide …]

Plants one fault at a time in a copy of the repository: − for +, <= for <, 3 for 2, `or` for `and`, a `not` left out,
the branches of an `if … else` exchanged, None returned, nothing raised. The tests of the module run on each, without
what is slow, until one fails or the time is up: three times what they take on the code as it is.
Prints for each module how many of the faults were noticed, and which were not. It forks, so it needs Linux or macOS.
"""

import argparse
import ast
import contextlib
import copy
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import hypothesis.extra.numpy  # noqa: F401  # loaded here once, and not for each fault
import pytest

ROOT = Path(__file__).resolve().parents[1]
NETWORK = sorted(path.stem for path in (ROOT / "gc_lib" / "network").glob("[!_]*.py"))
TESTS = {  # of other modules: the file of their own name
    "checker/clouds": ["clouds", "report"],
    "checker/inputs": ["inputs", "slide"],
    "checker/investigation": ["investigation_by_hand", "investigation"],
    "checker/ladder": ["ladder_by_hand", "ladder"],
    "checker/leaps": ["ladder_by_hand", "ladder"],
    "checker/mistakes": ["mistakes_by_hand", "mistakes"],
    "checker/params": ["params", "inputs"],
    "checker/report": ["report_by_hand", "report", "objective"],
    "checker/screen": ["screen_by_hand", "screen"],
    "checker/taylor": ["ladder"],
    "checker/where": ["mistakes"],
    "network/cost": ["cost", "nudge", "network"],
    "network/forward": ["forward", "backprop", "network"],
    "network/nudge": ["nudge", "cost"],
}
ROOMS = ["ladder", "leaps", "taylor", "objective", "investigation", "verdict", "reading"]
WORDS = ["report", "screen", "mistakes", "where", "clouds"]
CHECKER = [f"checker/{name}" for name in ("params", "inputs", "slide", *ROOMS, *WORDS)]
MODULES = [*CHECKER, *(f"network/{name}" for name in NETWORK)]
PAIRS = [
    (ast.Add, ast.Sub),
    (ast.Mult, ast.Div),
    (ast.Pow, ast.Mult),
    (ast.FloorDiv, ast.Div),
    (ast.Mod, ast.Mult),
    (ast.BitAnd, ast.BitOr),
    (ast.And, ast.Or),
    (ast.Lt, ast.LtE),
    (ast.Gt, ast.GtE),
    (ast.Eq, ast.NotEq),
    (ast.Is, ast.IsNot),
    (ast.In, ast.NotIn),
]
OTHER = {b: a for a, b in PAIRS} | dict(PAIRS)


def wrong(node: ast.AST) -> ast.AST | None:
    """Return a node written wrong, or None where nothing is to be written wrong in it."""
    changed = copy.deepcopy(node)
    match changed:
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in OTHER:
            changed.op = OTHER[type(op)]()
        case ast.Compare(ops=[op, *_]):
            changed.ops[0] = OTHER[type(op)]()
        case ast.UnaryOp(operand=operand):
            return operand
        case ast.Constant(value=bool(value)):
            changed.value = not value
        case ast.Constant(value=int(value) | float(value)):
            changed.value = value + 1
        case ast.IfExp(body=body, orelse=orelse):
            changed.body, changed.orelse = orelse, body
        case ast.Return(value=ast.AST()) if ast.unparse(node) != "return None":
            changed.value = ast.Constant(None)
        case ast.Raise():
            return ast.Pass()
        case _:
            return None
    return changed


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all that is in it, but for annotations, decorators and the text of messages."""
    yield node
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns", "decorator_list") and not isinstance(node, ast.JoinedStr):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from inside(child)


def faults(source: str) -> list[tuple[int, str, str, str]]:
    """Return each fault: its line, what stands there, what stands there with the fault, and the source with it."""
    raw, found = source.encode(), []
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in inside(ast.parse(source)):
        changed = wrong(node)
        if changed is not None:
            start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
            now = ast.unparse(changed)
            put = now if isinstance(node, ast.stmt) else f"({now})"
            text = (raw[:start] + put.encode() + raw[end:]).decode()
            found.append((node.lineno, raw[start:end].decode(), now, text))
    return found


def run(folder: Path, tests: list[str]) -> None:
    """Run files of tests in a copy of the repository, silently; exit with what pytest says."""
    os.chdir(folder)
    sys.path[0], sys.dont_write_bytecode = str(folder), True  # two faults of one second and one size look alike
    os.environ |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        options = ["-x", "-q", "-o", "addopts=", "-p", "no:cacheprovider", "-m", "not slow and not browser"]
        sys.exit(int(pytest.main([*options, "--assert=plain", *tests])))  # nobody reads what an assert compared


def passes(folder: Path, tests: list[str], seconds: float | None = None) -> bool:
    """Tell whether the tests pass within the time given."""
    process = multiprocessing.get_context("fork").Process(target=run, args=(folder, tests))
    process.start()
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode == 0


def survivors(module: str, count: int, seed: int, folder: Path) -> Iterator[tuple[int, str, str, bool]]:
    """Yield the faults sampled in a module: line, right, wrong, and whether the tests passed all the same."""
    file = folder / "gc_lib" / f"{module}.py"
    tests = [f"tests/test_{name}.py" for name in TESTS.get(module, [file.stem])]
    source = file.read_text("utf-8")
    start = perf_counter()
    if not passes(folder, tests):
        sys.exit(f"{' and '.join(tests)} fail on the code as it is")
    seconds = 10 + 3 * (perf_counter() - start)
    every = faults(source)
    for line, right, now, text in random.Random(seed).sample(every, min(count, len(every))):
        file.write_text(text, "utf-8")
        yield line, right, now, passes(folder, tests, seconds)
    file.write_text(source, "utf-8")


def main() -> None:
    """Print the survivors, and how many of the faults were noticed in each module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", default=MODULES, metavar="module")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "copy"
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache"))
        for module in given.modules:
            noticed = planted = 0
            for line, right, now, survived in survivors(module, given.count, given.seed, folder):
                planted, noticed = planted + 1, noticed + (not survived)
                if survived:
                    print(f"  gc_lib/{module}.py:{line}  {right}  ->  {now}", flush=True)
            print(f"{module}: {noticed} of {planted} noticed, {noticed / planted:.0%}", flush=True)


if __name__ == "__main__":
    main()
