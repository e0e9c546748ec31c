"""A bug that the catalogue gains shows in the menus, and moves neither a case, nor a suspect, nor the study."""

import importlib.util
from pathlib import Path

import pytest

import gc_lib as gcl
from gc_lib.labs import cases
from gc_lib.network.backprop import weight_gradient
from gc_lib.network.bugs import CATALOGUE, bug
from gc_lib.network.forward import decay

STUDY, LABS = Path(__file__).parent / "benchmarks" / "study.py", Path(cases.__file__).parent


def afresh(name, path):
    """Run a module once more beside itself, on the catalogue as it is now."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written():
    """Return what must not move: the cases, those who can be accused, and the study's first problems and causes."""
    new, study = afresh("gc_lib.labs.cases_afresh", LABS / "cases.py"), afresh("study_afresh", STUDY)
    problems = [study.describe(study.problem(i)) for i in range(60)]
    causes = [study.bug(study.Base(study.np.random.default_rng(i)))[0] for i in range(8)]
    readings = [report.difference for report in causes if report is not None]
    hidden = [new.case(number).plants for number in new.NUMBERS]
    suspects = [new.case(number).suspects for number in (1, 8, *new.NUMBERS[40:])]
    return hidden, new.HIDDEN["lineup"], suspects, problems, readings


@pytest.fixture(scope="module")
def before():
    return written()


@pytest.fixture
def grown(before):
    """Gain a bug of backprop in front, and one of the cost at the end."""
    today = dict(CATALOGUE)

    def two_thirds(dZ, c):
        """Takes two thirds of dW."""
        return weight_gradient(dZ, c) * 2 / 3

    def J_thrice(squares, lam, m):
        """J takes the λ term three times."""
        return 3 * decay(squares, lam, m)

    CATALOGUE.clear()
    bug(weight_gradient)(two_thirds)
    CATALOGUE.update(today)
    bug(decay, hides="λ is 0")(J_thrice)
    yield
    CATALOGUE.clear()
    CATALOGUE.update(today)


@pytest.mark.slow
def test_no_case_no_suspect_and_no_problem_of_the_study_moves(before, grown):
    assert [*CATALOGUE][0] == "two_thirds" and [*CATALOGUE][-1] == "J_thrice"
    assert written() == before


@pytest.mark.slow
def test_the_menus_follow_and_the_detective_accuses_nobody_new(grown):
    lab, suspects = gcl.labs.bench(), gcl.labs.detective().rows[0].line.options
    assert "two_thirds" in dict(map(reversed, lab.rows[0].bug.options)) and "J_thrice" in lab.mistakes
    assert "two_thirds" not in [name for _, name in suspects] and len(suspects) == 2 + len(cases.HIDDEN["lineup"])
