"""The notebooks: they run, what they store is true, and they keep the rules of the house."""

import base64
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from helpers import LONG, OLDER
from lessons import FETCH
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(path for path in (ROOT / "notebooks").glob("**/*.ipynb") if ".ipynb_checkpoints" not in path.parts)
PNG = re.compile(r"data:image/png;base64,[^\"]+")
PICTURE = re.compile(r'<img(?: style="[^"]+")? alt="[^"]+" src="data:image/png;base64,([^"]+)">')
LIMIT = 600  # seconds
ASKED = """
from gc_lib.labs.lab import Lab
shown = [each for each in Out.values() if isinstance(each, Lab)]
print(len(shown), *[lab.code() for lab in shown if lab.state != lab.start or lab.result.before])
"""  # in one more cell: how many labs the notebook has shown, and which of them have moved

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Return an environment in which python3, the notebooks' kernel, is the Python that runs the tests."""
    scratch = tmp_path_factory.mktemp("jupyter")
    kernel = {"argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]}
    (scratch / "kernels" / "python3").mkdir(parents=True)
    (scratch / "kernels" / "python3" / "kernel.json").write_text(
        json.dumps({**kernel, "display_name": "Python 3", "language": "python"}), "utf-8"
    )
    kit = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folders = {name: str(scratch / name.lower()) for name in names}
    data = {"JUPYTER_DATA_DIR": str(scratch), "JUPYTER_PREFER_ENV_PATH": "0", "PYTHONPATH": kit}
    return {**os.environ, **folders, **data}


def run(*command, **options):
    """Run a module of this Python, and return what it did and said."""
    command = [sys.executable, "-m", *map(str, command)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=LIMIT, **options)


@pytest.fixture(scope="module")
def executed(environment, tmp_path_factory):
    """Return a copy of the notebooks in which each has been run, from top to bottom, in a kernel of its own.

    Beside each stands, as text, what it answered when it was asked.
    """
    folder = tmp_path_factory.mktemp("executed") / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    copies = list(folder.glob("**/*.ipynb"))
    for path in copies:
        notebook = read(path)
        notebook.cells.append(nbformat.v4.new_code_cell(ASKED))
        nbformat.write(notebook, path)
    convert = ["nbconvert", "--to", "notebook", "--execute", "--inplace", "--ExecutePreprocessor.timeout=60"]
    convert += ["--ExecutePreprocessor.store_widget_state=False", *copies]
    done = run(*convert, env=environment)
    if "ZMQError: Address already in use" in done.stderr:  # a port that was free when it was chosen: once more
        done = run(*convert, env=environment)
    assert done.returncode == 0, done.stderr
    for path in copies:
        notebook = read(path)
        path.with_suffix(".txt").write_text(printed(notebook.cells.pop()), "utf-8")
        nbformat.write(notebook, path)
    return folder


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere round-off has digits of its own")
@every_notebook
def test_stores_what_it_gives(path, executed):
    """All of it but the bytes of its pictures."""
    assert told(executed / path.relative_to(ROOT / "notebooks")) == told(path)


def told(path):
    """Return what each cell of a notebook shows: what it printed, and its bundles without pictures and widgets."""
    cells = code_cells(path)
    return [(printed(cell), [worded(output.data) for output in cell.outputs if "data" in output]) for cell in cells]


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def worded(bundle):
    return {kind: PNG.sub("", data) for kind, data in bundle.items() if kind.startswith("text/")}


@pytest.mark.slow
@pytest.mark.skipif(OLDER, reason="the stored pictures are those of matplotlib 3.11, which sets letters otherwise")
@every_notebook
def test_stores_the_pictures_it_draws(path, executed):
    """As many of them, as large, and the same but for what a last digit or a font can move."""
    stored, drawn = pictures(path), pictures(executed / path.relative_to(ROOT / "notebooks"))
    assert len(stored) == len(drawn)
    for one, other in zip(stored, drawn, strict=True):
        assert one.shape == other.shape
        differing = (abs(one - other) > 32).any(-1).mean()
        assert differing < 0.01, f"{differing:.1%} of a picture's pixels differ: execute it afresh"


@pytest.mark.slow
@every_notebook
def test_run_all_leaves_every_lab_as_it_was_opened(path, executed):
    """Every lab that a cell shows, with nothing pale in its picture; lab.at reads without moving."""
    answer = (executed / path.relative_to(ROOT / "notebooks")).with_suffix(".txt").read_text("utf-8")
    views = [data for data in displayed(path) if "application/vnd.jupyter.widget-view+json" in data]
    assert answer == f"{len(views)}\n"


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="OPENBLAS_CORETYPE is for x86-64 Linux"
)
def test_give_the_same_again_with_another_round_off(executed, environment):
    """By nbval, in the folder where all have just run, and as OpenBLAS computes on a processor without AVX.

    All of them where LONG is set, else the first two lessons.
    """
    lessons = [executed] if LONG else sorted(executed.glob("0[0-1]_*.ipynb"))
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--nbval-cell-timeout=60", "--color=no"]
    cfg = f"--nbval-sanitize-with={Path(__file__).with_name('nbval.cfg')}"
    environment = environment | {"OPENBLAS_CORETYPE": "Nehalem"}
    done = run("pytest", "--nbval", *options, cfg, f"--rootdir={executed}", *lessons, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def pictures(path):
    """Return the pictures that a notebook stores inside text/html, each (height, width, colours)."""
    shown = [data["text/html"] for data in displayed(path) if "text/html" in data]
    found = [base64.b64decode(png) for page in shown for png in PICTURE.findall(page)]
    return [np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=int) for png in found]


def displayed(path):
    """Return the bundles of what the cells of a notebook display."""
    return [output["data"] for cell in code_cells(path) for output in cell.outputs if "data" in output]


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def headings(path):
    """Return the headings of a notebook, without what stands in fenced code."""
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    return re.findall(r"^(#+) +(.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)


@every_notebook
def test_is_valid_and_runs_on_whatever_python3_is(path):
    nbformat.validate(read(path))
    assert read(path).metadata.kernelspec.name == "python3"


@every_notebook
def test_begins_with_its_only_h1(path):
    found = headings(path)
    assert [level for level, _ in found].count("#") == 1
    assert found[0][0] == "#"


VERBS = "break build catch check choose compare compute draw find fix guess look measure move nudge play plant put "
VERBS += "read reshape remember run see spot start step take test train try turn unroll use watch write"


@every_notebook
def test_h1_has_a_verb(path):
    title = headings(path)[0][1]
    assert set(re.findall(r"\w+", title.lower())) & set(VERBS.split()), f"{title!r}: a verb that is missing in VERBS?"


@every_notebook
def test_cells_are_short(path):
    long = [cell.source for cell in code_cells(path) if not 1 <= len(cell.source.splitlines()) <= 8]
    assert long == []


@every_notebook
def test_says_whose_a_function_is(path):
    """A cell that defines one is tagged: `exercise` where the student writes it, `given` where it is shown."""
    cells = [cell for cell in code_cells(path) if not {"exercise", "given"} & {*cell.metadata.get("tags", [])}]
    assert [cell.source for cell in cells if re.search(r"^\s*(async +)?(def|class)\b", cell.source, re.M)] == []
    hidden = [cell.source for cell in code_cells(path) if re.search(r"sys\.path|^\s*[!%]", cell.source, re.M)]
    assert hidden == [FETCH]


def exercises(path):
    """Return the cells in which a student writes, by their place in the notebook."""
    return {i: cell for i, cell in enumerate(read(path).cells) if "exercise" in cell.metadata.get("tags", [])}


LESSONS = [path for path in NOTEBOOKS if path.parent.name == "notebooks"]
TAUGHT = [path for path in LESSONS if path.stem not in ("04b_detective", "quiz")]  # a game, and the quiz, teach none
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


@pytest.mark.parametrize("path", TAUGHT, ids=lambda path: path.stem)
def test_has_something_to_build_and_something_to_predict_and_says_not_yet(path):
    cells = exercises(path).values()
    assert all(re.search(r"^gcl\.exercises\.[\w.]+\(.*\)$", cell.source.splitlines()[-1]) for cell in cells)
    building = [bool(re.search(r"^def ", cell.source, re.M)) for cell in cells]
    assert any(building) and not all(building)
    assert all("Not yet" in cell.outputs[-1]["data"]["text/plain"] for cell in cells)


@every_lesson
def test_ends_with_a_link_to_the_next(path):
    following = LESSONS[LESSONS.index(path) + 1 :]
    assert all(f"]({after.name})" in read(path).cells[-1].source for after in following[:1])


@every_notebook
def test_stores_outputs_but_no_widget_state(path):
    assert "widgets" not in read(path).metadata
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)
    outputs = [output for cell in cells for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []


@every_notebook
def test_last_lines_that_show_something_have_stored_it(path):
    """A cell that ends on a bare name or on print(…) has an output."""
    shows = [cell for cell in code_cells(path) if re.match(r"print\(|\w+$", cell.source.splitlines()[-1])]
    assert [cell.source for cell in shows if not cell.outputs] == []


@every_notebook
def test_a_lab_stores_its_picture_and_its_caption(path):
    """For pages without a kernel: a widget's view comes with the same picture and the same words as HTML."""
    views = [data for data in displayed(path) if "application/vnd.jupyter.widget-view+json" in data]
    covered = ".reveal(" if path.parent.name == "notebooks" else "nothing is covered in a solution"
    labs = [cell for cell in code_cells(path) if "gcl.labs." in cell.source and covered not in cell.source]
    assert bool(views) == bool(labs)
    for data in views:
        assert PICTURE.search(data["text/html"])
        assert re.search(r"<figcaption>.*\w.*</figcaption>", data["text/html"])
