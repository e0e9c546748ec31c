"""One bench for each file of its tests, put back before each of them; and a hand that rests when a test says so."""

from itertools import zip_longest

import ipywidgets as widgets
import pytest

import gc_lib as gcl
from gc_lib.labs import lab as page
from gc_lib.network.network import Plant


@pytest.fixture(autouse=True, scope="session")
def _hands_rest_when_told():
    """Draw no picture crisp while a test looks at it: `lab.sharpen()` says that the hand rests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "QUIET", 600)
        yield


@pytest.fixture(autouse=True, scope="module")
def _no_labs_are_left():
    """Close the labs of a file of tests after it: ipywidgets would hold them to the end, gigabytes of them."""
    yield
    widgets.Widget.close_all()


@pytest.fixture(scope="module")
def opened_bench():
    """Open the bench in a state in which everything matters: dropout, λ, a bug in each of two rows."""
    return gcl.labs.bench(keep_prob=0.8, bugs=[("no_decay", 2), ("scaled_db", 1, 1.0, 4)])


@pytest.fixture
def bench(opened_bench):
    """Put the bench back to where it opened."""
    opened_bench.showing = True  # the rows are moved one by one, and only then the state
    for row, plant in zip_longest(opened_bench.rows, opened_bench.start.bugs):
        row.show(plant or Plant("", 1, 1.0))
    opened_bench.showing = False
    opened_bench.show_line.value, opened_bench.folds.opened, opened_bench.drawers.opened = False, None, None
    return opened_bench.set(**opened_bench.opening())
