"""Make the lessons from the solutions, execute both, and store what they show. A run without a change changes no file.

python tests/lessons.py          all of them
python tests/lessons.py 04 10    those whose names begin so

A solution, in notebooks/solutions, is the source of its lesson. In a cell tagged `exercise` the lesson has what the
solution carries as `stub`, a list of lines in the cell's metadata (in JupyterLab: the two cogs on the right, Advanced
Tools, Cell metadata). Links are made to lead from the lesson's own folder. All other metadata are stripped. Of itself
every notebook has a cell that fetches a kit that is missing, and every lesson a link to Colab.
"""

import copy
import os
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = ROOT / "notebooks" / "solutions"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
VIEW = "application/vnd.jupyter.widget-view+json"
LIMIT = 120  # seconds a cell
FETCH = """
try:
    import gc_lib as gcl
except ImportError:  # not installed here, as in Colab: fetch it
    %pip install -q "gc-lib[labs] @ https://github.com/OWNER/NAME/archive/REF.zip"
""".strip()
COLAB = "https://colab.research.google.com/github/OWNER/NAME/blob/REF/notebooks/"
LINK = f"<!-- [Open in Colab]({COLAB}{{name}}) -->"


def read(path):
    """Read a notebook, strip all metadata but the tags and the stubs, and let its first code fetch a missing kit."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = nbformat.from_dict(METADATA)
    cells = [cell for cell in notebook.cells if "fetch" not in cell.metadata.get("tags", [])]
    first = [cell.cell_type for cell in cells].index("code")
    cells.insert(first, nbformat.v4.new_code_cell(FETCH, id="fetch", metadata={"tags": ["fetch"]}))
    notebook.cells = cells
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k in ("tags", "stub")})
    return notebook


def lesson(solution, name):
    """Return the lesson of a solution: stubs in place of the answers, links from the folder above, and one to Colab."""
    notebook = copy.deepcopy(solution)
    notebook.cells[0].source += "\n\n" + LINK.format(name=name)
    for cell in notebook.cells:
        stub = cell.metadata.pop("stub", None)
        if "exercise" in cell.metadata.get("tags", []):
            cell.source = "\n".join(checked(stub, cell))
        elif cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\(\.\./", "](", cell.source)
    return notebook


def checked(stub, cell):
    """Return a stub if it is a list of lines."""
    if isinstance(stub, list) and stub and all(isinstance(line, str) for line in stub):
        return stub
    raise ValueError(
        f"cell {cell.id} is tagged exercise, and its stub is {stub!r}. Give it the lines that a student finds there, "
        f'in the cell\'s metadata: "stub": ["my_guess = None", "{cell.source.splitlines()[-1]}"]'
    )


def execute(notebook, folder):
    """Run all cells in a kernel of this Python, with this folder's kit, and keep what they show and nothing else."""
    client = NotebookClient(
        notebook,
        timeout=LIMIT,
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    client.create_kernel_manager().kernel_spec.argv[0] = sys.executable
    kit = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    client.execute(env=os.environ | {"PYTHONPATH": kit})
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if VIEW in output.get("data", {}):  # the widget is gone with its kernel, and its name was drawn by chance
                output.data[VIEW]["model_id"] = cell.id


def make(path):
    """Make a lesson from its solution, execute both, and return the names of the files that have changed."""
    solution = read(path)
    try:
        both = {path.parent.parent / path.name: lesson(solution, path.name), path: solution}
        for file, notebook in both.items():
            execute(notebook, file.parent)
    except Exception as problem:
        raise SystemExit(f"{path}: {problem}") from None
    return [str(file) for file, notebook in both.items() if store(file, nbformat.writes(notebook) + "\n")]


def store(path, text):
    """Write a text into a file unless it stands there, and return whether it was written."""
    if path.is_file() and path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8", newline="\n")
    return True


def main():
    """Make the lessons whose names are given by their beginnings, or all, two at a time."""
    paths = sorted(path for path in SOLUTIONS.glob("*.ipynb") if path.name.startswith(tuple(sys.argv[1:]) or ""))
    with ProcessPoolExecutor(2) as pool:
        changed = [file for files in pool.map(make, paths) for file in files]
    print("\n".join([f"{len(paths)} solutions, and as many lessons; files that changed: {len(changed)}", *changed]))


if __name__ == "__main__":
    main()
