"""The examples of the API pages run as they stand, and every name of the front door has one."""

import doctest
import sys
from pathlib import Path

import numpy as np
import pytest

import gc_lib as gcl

sys.path.append(str(Path(__file__).resolve().parents[1] / ".github" / "site"))
import build

PAGES = build.documented()
DOCS = [doc for page in PAGES.values() for doc in (page, *page.own_members) if doc.kind != "module" or doc is page]
TEXTS = "\n".join(source.read_text("utf-8") for source in build.PAGES)


def example(doc, names):
    """Run the examples of a docstring, which may use these names and add to them."""
    test = doctest.DocTestParser().get_doctest(doc.docstring, names, doc.fullname, None, None)
    said = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append, clear_globs=False)
    assert said == [], "".join(said)
    return test.globs


@pytest.mark.parametrize("doc", [doc for doc in DOCS if ">>>" in doc.docstring], ids=lambda doc: doc.fullname)
def test_an_example_runs_as_it_stands_and_a_method_goes_on_from_its_class(doc):
    names = example(doc, {"gcl": gcl, "np": np})
    for method in doc.own_members if doc.kind == "class" else []:
        names = example(method, names)


def front_door():
    """Yield all that `gc_lib` and its labs offer, what texts call of its other modules, and the methods they call."""
    for doc in DOCS:
        module = doc.modulename.rpartition(".")[2]
        if doc.kind != "module" and (module in ("gc_lib", "labs") or f"{module}.{doc.name}" in TEXTS):
            yield doc
            methods = doc.own_members if doc.kind == "class" else []
            yield from (each for each in methods if each.kind == "function" and f".{each.name}(" in TEXTS)


def test_every_name_of_the_front_door_has_an_example():
    names = {doc.fullname: doc.docstring for doc in front_door()}
    assert set(names) > {"gc_lib.SLIDE", "gc_lib.Report.explain", "gc_lib.Network.plant", "gc_lib.data.digits"}
    assert [name for name, words in names.items() if ">>>" not in words] == []
