"""The workflow: it may read the code and nothing else, and between its jobs no test is left out."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
JOBS = WORKFLOW["jobs"]
STEPS = {name: job["steps"] for name, job in JOBS.items()}
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40}")  # an action by the very commit of its code, which no tag can move
RUNS = {name: [step["run"] for step in steps if "run" in step] for name, steps in STEPS.items()}


def test_it_may_read_the_code_and_keeps_no_key_to_it():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in JOBS.values())
    used = [step for steps in STEPS.values() for step in steps if "uses" in step]
    assert {step["uses"].partition("@")[0] for step in used} == {"actions/checkout", "actions/setup-python"}
    assert all(PINNED.fullmatch(step["uses"]) for step in used)
    checkouts = [step for step in used if step["uses"].startswith("actions/checkout@")]
    assert len(checkouts) == len(JOBS)
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)
    assert "secrets." not in str(WORKFLOW)


def test_its_jobs_run_every_test_between_them():
    assert 'python -m pytest -m "not slow and not browser"' in RUNS["unit"]
    assert 'python -m pytest -m "slow or browser"' in RUNS["once"]  # what is left
    assert "python -m pytest --nbval notebooks" in RUNS["once"]
    oldest = (ROOT / "pyproject.toml").read_text("utf-8").partition('requires-python = ">=')[2].partition('"')[0]
    matrix = JOBS["unit"]["strategy"]["matrix"]
    assert matrix["python"][0] == oldest and len(matrix["os"]) == 3


def test_it_runs_the_linter_and_the_type_checker_once_as_ci_run_does():
    ours = (ROOT / ".ci" / "run").read_text("utf-8")
    for tool in ("ruff check .", "mypy"):
        assert f".venv/bin/{tool}\n" in ours
        assert [name for name, runs in RUNS.items() if f"python -m {tool}" in runs] == ["once"]


# ---- the site --------------------------------------------------------------------------------------------------------

PAGES = yaml.safe_load((ROOT / ".github" / "workflows" / "pages.yml").read_text("utf-8"))


def test_the_site_is_built_deployed_and_checked_and_only_its_deployment_may_write():
    assert PAGES["permissions"] == {"contents": "read"} and "secrets." not in str(PAGES)
    allowed = {name: job["permissions"] for name, job in PAGES["jobs"].items() if "permissions" in job}
    assert allowed == {"deploy": {"pages": "write", "id-token": "write"}}
    assert {name: job.get("needs") for name, job in PAGES["jobs"].items()} == {
        "build": None,
        "deploy": "build",
        "check": "deploy",
    }
    steps = [step for job in PAGES["jobs"].values() for step in job["steps"]]
    assert all(PINNED.fullmatch(step["uses"]) for step in steps if "uses" in step)
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 2 and all(step["with"] == {"persist-credentials": False} for step in checkouts)
    runs = [step["run"].partition(" #")[0] for step in steps if "run" in step]
    assert runs.index("python .github/site/lite.py _site") < runs.index("python .github/site/build.py _site")
