"""The study of others' functions in its short form: the truth of its gradients, its mistakes and its tables."""

import mpmath
import numpy as np
import pytest
import study_outside as study
from outside.corners import ramp
from outside.mistakes import Claim, length, plant
from outside.problem import Problem, as_blocks, in_blocks, like, vector

import gc_lib as gcl

IGNORED = "ignore::RuntimeWarning"  # costs that overflow or leave their domain
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings(IGNORED)]
SEED = 11  # of the tests alone


class Digits:
    """Stand in for numpy on arrays of mpmath's numbers."""

    class linalg:
        det = staticmethod(lambda A: mpmath.det(mpmath.matrix(A.tolist())))
        solve = staticmethod(lambda A, b: np.array(list(mpmath.lu_solve(mpmath.matrix(A.tolist()), mpmath.matrix(b)))))

    def __getattr__(self, name):
        many = {"exp", "log", "tanh", "sin", "cos", "sqrt"}
        return np.frompyfunc(getattr(mpmath, name), 1, 1) if name in many else getattr(np, name)

    logaddexp = np.frompyfunc(lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b)), 2, 1)


def moved(drawn: Problem, direction: np.ndarray, step) -> mpmath.mpf:
    """Return what is meant at θ + step · direction, to 60 digits."""
    shift, start = {}, 0
    for name, block in as_blocks(drawn.params).items():
        exact = (
            np.frompyfunc(mpmath.mpf, 1, 1)(block.astype(float).ravel()) + step * direction[start : start + block.size]
        )
        shift[name], start = exact.reshape(block.shape), start + block.size
    return drawn.meant(shift if isinstance(drawn.params, dict) else shift["theta"], Digits())


def some_of(family: str, problems: int = 6):
    return [study.problem(family, number, SEED)[0] for number in range(problems)]


@pytest.mark.parametrize("family", study.FAMILIES)
def test_the_truth_is_the_slope_on_either_side_to_sixty_digits(family):
    rng = np.random.default_rng(0)
    with mpmath.workdps(60):
        h = mpmath.mpf(10) ** -25
        for drawn in some_of(family):
            low, high = map(vector, drawn.span)
            usual = np.sqrt(np.mean(vector(drawn.truth) ** 2))
            for i in rng.choice(drawn.n, min(drawn.n, 4), replace=False):
                here, e = moved(drawn, np.zeros(drawn.n), 0), np.eye(drawn.n)[i]
                sides = sorted(float((moved(drawn, e, s * h) - here) / (s * h)) for s in (1, -1))
                assert sides == pytest.approx([low[i], high[i]], rel=1e-9, abs=1e-10 * usual), (family, drawn.cloud)


@pytest.mark.parametrize("family", [name for name in study.FAMILIES if name != "logistic" and "kinks" not in name])
def test_the_truth_is_what_a_complex_step_says_where_J_allows_one(family):
    rng = np.random.default_rng(1)
    for drawn in some_of(family, 8):
        direction = in_blocks(lambda block: rng.choice([-1.0, 1.0], block.shape), drawn.params)
        along = {name: as_blocks(drawn.params)[name] + 1e-30j * v for name, v in as_blocks(direction).items()}
        slope = drawn.meant(like(along, drawn.params), np).imag / 1e-30
        parts = vector(drawn.truth) * vector(as_blocks(direction))
        assert slope == pytest.approx(parts.sum(), abs=1e-9 * np.abs(parts).sum())


@pytest.mark.parametrize("family", study.FAMILIES)
def test_a_problem_is_a_finite_cost_near_what_it_means_at_a_theta_of_1_to_300_entries(family):
    for drawn in some_of(family, 10):
        J, meant = drawn.cost(drawn.params), float(drawn.meant(drawn.params, np))
        assert np.isfinite(J) and 1 <= drawn.n <= 300
        if drawn.cloud != "offset":
            near = 1e-9 if drawn.cloud in ("", "oscillation", "domain") else 1e-2
            assert meant == pytest.approx(J, rel=near, abs=near) or drawn.cloud == "offset taken away"
        for name, block in as_blocks(drawn.params).items():
            assert drawn.truth[name].shape == block.shape and np.isfinite(drawn.truth[name]).all()


def test_a_problem_comes_back_by_its_number():
    for family in study.FAMILIES:
        (one, claimed), (again, same), (other, _) = (study.problem(family, k, SEED) for k in (4, 4, 5))
        assert one.cost(one.params) == again.cost(again.params) != other.cost(other.params)
        assert [(c.mistake, c.size, c.dtheta.tolist()) for c in claimed] == [
            (c.mistake, c.size, c.dtheta.tolist()) for c in same
        ]


def parabola(**more):
    """Return ½‖θ‖² at 1, 2 … 6 in two blocks."""
    params = {"a": np.arange(1.0, 5).reshape(2, 2), "b": np.arange(5.0, 7)}
    return Problem(lambda p, xp: xp.sum(p["a"] ** 2) / 2 + xp.sum(p["b"] ** 2) / 2, params, **more)


@pytest.mark.parametrize(
    "kind, share", [("factor", 3e-4), ("sign", 2), ("zero", 1), ("entry", 3e-4), ("noise", 3e-4), ("permuted", None)]
)
def test_a_planted_error_has_the_size_it_says_in_one_block(kind, share):
    for seed in range(10):
        claim = plant(parabola(), kind, 3e-4, np.random.default_rng(seed))
        ((name, error),) = [(name, error) for name, error in claim.errors().items() if error] or [("a", 0)]
        assert share is None or error / length(claim.problem.truth[name]) == pytest.approx(share, rel=1e-9)
        assert claim.size == ("errors of 1e-4 … 1e-3" if share == 3e-4 else "errors that matter") or not error


@pytest.mark.parametrize(
    "error, of, size",
    [
        (1.01e-3, "a", "errors that matter"),
        (0.99e-3, "a", "errors of 1e-4 … 1e-3"),
        (0.99e-4, "a", "errors of 1e-5 … 1e-4"),
        (1.01e-6, "a", "errors of 1e-6 … 1e-5"),
        (0.99e-6, "a", "harmless"),
        (1e-3, "b", "harmless"),  # of a block that is 1e-9 of the whole
    ],
)
def test_an_error_counts_by_its_share_of_the_block_if_the_whole_shows_it(error, of, size):
    params = {"a": np.array([1.0, 0.0]), "b": np.array([1e-9])}
    drawn = Problem(lambda p, xp: xp.sum(p["a"] ** 2 + 0 * p["b"]) / 2 + xp.sum(p["b"] ** 2) / 2, params)
    found = {name: block * (1 + error * (name == of)) for name, block in params.items()}
    assert Claim(drawn, found, "factor").size == size
    assert Claim(drawn, params).size == "correct"


def test_between_the_slopes_on_either_side_of_a_corner_nothing_is_an_error():
    drawn = Problem(lambda p, xp, side=0.5: xp.sum(ramp(p, xp, side)), np.array([0.0, 1.0]), side=0.3)
    assert drawn.truth["theta"].tolist() == [0.3, 1.0]
    for slope, error in [(0.0, 0), (0.7, 0), (1.0, 0), (1.25, 0.25), (-0.5, 0.5)]:
        assert Claim(drawn, {"theta": np.array([slope, 1.0])}, "entry").errors() == {"theta": error}


def test_every_rule_knows_right_from_doubled_and_ours_refuses_what_it_refuses():
    right, doubled = (Claim(parabola(), {name: k * block for name, block in parabola().truth.items()}) for k in (1, 2))
    for name, (rule, eps) in study.RULES.items():
        assert study.answer(rule, right, eps)[0] in ("right", "wrong" if name == "scipy" else "right"), name
        assert study.answer(rule, doubled, eps)[0] == "wrong", name
    assert right.evaluations > 0
    assert study.answer(study.ours, right, 0.0)[0] == "refuses"


def test_a_zero_says_what_it_means():
    assert study.means(0, 3000) == "0 of 3,000 (below 0.10% at 95 %)"
    assert study.means(3, 3000) == "3 of 3,000 (0.10%)"
    assert study.means(0, 0) == "0 of 0"


# ---- the short form --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def short():
    """Judge 250 problems, each at one ε of ours."""
    return study.study(250, SEED, in_turn=True)


def test_the_tables_add_up(short):
    counts, clouds, failures = short
    table = list(study.rows(counts))
    assert len(table) == (len(study.GROUPS) + len(study.FAMILIES)) * len(study.RULES)
    everything, double, *others = [row for row in table if row["rule"] == "lecture"]
    assert everything["correct"] == 250 == sum(row["correct"] for row in others)
    assert double["correct"] == sum(row["correct"] for row in others if "float" not in row["family"])
    assert all(row["correct"] >= 10 and row["errors that matter"] >= 10 for row in others)
    for row in table:
        for truth in study.TRUTHS:
            assert row[truth] == sum(row[f"{truth}: {said}"] for said in study.ANSWERS)
    of_ours = [row for row in table if row["family"] == "all" and row["rule"].startswith("ours")]
    assert sum(row["correct"] for row in of_ours) == 250
    false = sum(row["correct: wrong"] + row["errors that matter: right"] for row in of_ours)
    assert false == len(failures)
    assert {cloud for cloud, *_ in clouds} <= study.TRUE_REASONS.keys()


def test_no_right_gradient_is_called_wrong_and_no_error_that_matters_right(short):
    assert not short[2]


def test_the_same_seed_gives_the_same_counts_and_another_does_not():
    rules = {"lecture": study.RULES["lecture"]}
    one, again, other = (study.study(23, seed, rules)[0] for seed in (SEED, SEED, SEED + 1))
    assert one == again != other


def test_the_stored_table_shows_itself():
    table = gcl.data.study_outside()
    rows = gcl.data.study_outside("").rows
    assert {row["family"] for row in table.rows} == {"all"}
    assert list(dict.fromkeys(row["family"] for row in rows)) == [*study.GROUPS, *study.FAMILIES]
    assert {row["family"] for row in gcl.data.study_outside("float").rows} == {"float64", "float32", "float16"}
    for row in rows:
        assert row["correct"] == sum(row[f"correct: {said}"] for said in study.ANSWERS)
    with pytest.raises(ValueError, match="study_outside: no family has 'float8' in its name"):
        gcl.data.study_outside("float8")
