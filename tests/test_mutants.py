"""The command that plants small faults writes each where it says, and leaves the rest of the source as it stands."""

import ast

import pytest
from mutants import MODULES, ROOT, TESTS, faults

pytestmark = pytest.mark.slow

SOURCE = '''
def gap(ε: float = 0.5, few: list[1] = None) -> tuple[2]:
    """Say 1 + 1."""
    if not ε > 0 and few:  # θ, a comment
        raise ValueError(f"ε is {ε - 1}")
    return -ε if few is None else "2 * ε"
'''


def test_each_fault_is_one_place_written_wrong():
    found = [(line, right, wrong) for line, right, wrong, _ in faults(SOURCE)]
    assert found == [
        (2, "0.5", "1.5"),
        (4, "not ε > 0 and few", "not ε > 0 or few"),
        (4, "not ε > 0", "ε > 0"),
        (4, "ε > 0", "ε >= 0"),
        (4, "0", "1"),
        (5, 'raise ValueError(f"ε is {ε - 1}")', "pass"),
        (6, 'return -ε if few is None else "2 * ε"', "return None"),
        (6, '-ε if few is None else "2 * ε"', "'2 * ε' if few is None else -ε"),
        (6, "few is None", "few is not None"),
        (6, "-ε", "ε"),
    ]
    for line, right, wrong, text in faults(SOURCE):
        put = wrong if right.startswith(("raise", "return")) else f"({wrong})"
        lines = SOURCE.splitlines(keepends=True)
        lines[line - 1] = lines[line - 1].replace(right, put, 1)
        assert text == "".join(lines)


def test_every_module_has_its_tests_and_every_fault_in_it_is_python():
    for module in MODULES:
        for name in TESTS.get(module, [module.rpartition("/")[2]]):
            assert (ROOT / "tests" / f"test_{name}.py").exists()
        source = (ROOT / "gc_lib" / f"{module}.py").read_text("utf-8")
        planted = faults(source)
        assert len({text for *_, text in planted} - {source}) == len(planted)
        for *_, text in planted[::7]:
            ast.parse(text)
