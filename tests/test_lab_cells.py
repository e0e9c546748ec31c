"""A cell that is run again gives up the lab that it showed before, in a real kernel, as JupyterLab asks it to run."""

import pytest
from jupyter_client.manager import start_new_kernel

pytestmark = pytest.mark.slow

BEGIN = """
import gc, weakref
import gc_lib as gcl
from IPython.display import display
from ipywidgets import HBox
from ipywidgets.widgets import widget as registry
from gc_lib.labs.lab import Lab
def alive():
    gc.collect()
    return sum(isinstance(each, Lab) for each in gc.get_objects())
def works(lab):
    "Tell whether the page reaches the lab: its first control is moved as the page moves it."
    field, control = next(iter(lab.bound.items()))
    before = getattr(lab.state, field)
    moved = {"method": "update", "state": {"index": (control.index + 1) % len(control.options)}}
    control.comm.handle_msg({"content": {"data": moved}, "buffers": []})
    return registry._instances[control.model_id] is control and getattr(lab.state, field) != before
"""


class Kernel:
    """A kernel, and the cells that it runs."""

    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="python3")

    def run(self, code, cell=None):
        """Run code in a cell; return what it prints or returns as text, and how many widgets were closed."""
        content = {"code": code, "silent": False, "store_history": True, "stop_on_error": True}
        message = self.client.session.msg("execute_request", content, metadata={"cellId": cell} if cell else {})
        self.client.shell_channel.send(message)
        text, closed, state = "", 0, ""
        while state != "idle":
            came = self.client.get_iopub_msg(timeout=120)
            kind, content = came["msg_type"], came["content"]
            assert kind != "error", "\n".join(content["traceback"])
            text += content["data"].get("text/plain", "") if kind == "execute_result" else content.get("text", "")
            closed += kind == "comm_close"
            if came["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                state = content.get("execution_state", state)
        return text.strip(), closed


@pytest.fixture(scope="module")
def kernel():
    kernel = Kernel()
    yield kernel
    kernel.client.stop_channels()
    kernel.manager.shutdown_kernel(now=True)


@pytest.fixture
def run(kernel):
    """Return what runs code in a kernel that holds nothing from before."""
    kernel.run("%reset -f")
    kernel.run(BEGIN)
    kernel.run("registry.Widget.close_all()")
    return kernel.run


def test_a_cell_that_is_run_again_closes_the_widgets_of_its_lab_and_nothing_else(run):
    run("'something of my own'", "first")
    run("gcl.labs.kink()", "cell")
    widgets = int(run("len(registry._instances)")[0])
    for _ in range(3):
        assert run("gcl.labs.kink()", "cell")[1] == widgets > 20
    assert run("len(registry._instances), alive()")[0] == f"({widgets}, 1)"
    assert run("'something of my own' in Out.values(), sum(isinstance(each, Lab) for each in Out.values())")[0] == (
        "(True, 1)"
    )
    assert run("works(next(each for each in Out.values() if isinstance(each, Lab)))")[0] == "True"


def test_a_name_that_now_means_another_lab_holds_the_old_one_no_longer(run):
    code = "lab = gcl.labs.kink(); lab"
    assert run(code, "cell")[1] == 0 and run(code, "cell")[1] > 20
    assert run("alive(), works(lab)")[0] == "(1, True)"


@pytest.mark.parametrize(
    "holds, held",
    [
        ("mine = lab", "mine"),
        ("mine = {'one': [lab]}", "mine['one'][0]"),
        ("mine = HBox([lab.box]); old = weakref.ref(lab)", "old()"),
    ],
)
def test_what_the_user_still_holds_is_not_closed_until_it_is_let_go(run, holds, held):
    run("lab = gcl.labs.kink(); lab", "cell")
    run(holds, "next")
    for _ in range(2):
        run("lab = gcl.labs.kink(); lab", "cell")
        assert run(f"alive(), works({held}), works(lab)")[0] == "(2, True, True)"
    run("getattr(mine, 'close', int)(); del mine")
    run("lab = gcl.labs.kink(); lab", "cell")
    assert run("alive(), works(lab)")[0] == "(1, True)"


def test_labs_that_one_run_shows_side_by_side_stay_and_go_together(run):
    code = "display(gcl.labs.kink()); display(gcl.labs.secant())"
    assert run(code, "cell")[1] == 0 and run("alive()")[0] == "2"
    assert run(code, "cell")[1] > 40 and run("alive()")[0] == "2"


def test_a_lab_that_stands_in_another_cell_too_stays_until_that_one_is_run_again(run):
    run("lab = gcl.labs.kink(); lab", "first")
    run("lab", "second")
    assert run("lab = gcl.labs.kink(); lab", "first")[1] == 0
    assert run("lab", "second")[1] > 20
    assert run("lab", "second")[1] == 0
    assert run("alive(), works(lab)")[0] == "(1, True)"


def test_where_the_cell_is_not_known_nothing_is_closed(run):
    assert [run("gcl.labs.kink()")[1] for _ in range(2)] == [0, 0]
    assert run("alive()")[0] == "2"


def test_widgets_that_the_user_has_closed_are_no_trouble(run):
    run("lab = gcl.labs.kink(); lab", "cell")
    run("lab.box.close()")
    run("lab = gcl.labs.kink(); lab", "cell")
    assert run("works(lab)")[0] == "True"
