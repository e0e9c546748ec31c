"""When a cell is run again, the lab that it showed before is given up, unless somebody still holds it.

ipywidgets holds every widget until it is closed, and IPython every result: 20 runs of a cell would leave 20 labs.
"""

import gc
from weakref import WeakKeyDictionary, WeakValueDictionary, ref

from IPython import get_ipython
from ipywidgets.widgets import widget as registry

SHOWN = WeakKeyDictionary()  # of each lab, the cells that show it, and in which of their runs


def show_in_cell(lab) -> None:
    """Note that the cell that runs shows this lab, and give up the labs that no cell shows any longer."""
    shell = get_ipython()
    message = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell, run = message.get("metadata", {}).get("cellId"), message.get("header", {}).get("msg_id")
    if cell is None:
        return
    for runs in SHOWN.values():
        if runs.get(cell, run) != run:
            del runs[cell]
    SHOWN.setdefault(lab, {})[cell] = run
    give_up([ref(old) for old, runs in SHOWN.items() if not runs and old.box.comm], shell)


def give_up(labs: list[ref], shell) -> None:
    """Close the widgets of labs that neither a name nor anything else of the user's holds."""
    widgets = WeakValueDictionary()
    for lab in labs:
        forget(lab(), shell)
        let_go(lab().box, widgets)
    if labs:
        gc.collect()  # and with it ipywidgets closes what nobody holds
    for model, widget in widgets.items():
        registry._instances[model] = widget
        widget.comm.on_msg(widget._handle_msg)


def let_go(widget, widgets: WeakValueDictionary) -> None:
    """Take a widget and all that it holds out of what ipywidgets holds, and note them."""
    widgets[widget.model_id] = registry._instances.pop(widget.model_id)
    widget.comm.on_msg(None)
    for name in widget.keys:
        held = getattr(widget, name)
        for each in held if isinstance(held, tuple) else (held,):
            if isinstance(each, registry.Widget) and each.comm and each.model_id in registry._instances:
                let_go(each, widgets)


def forget(lab, shell) -> None:
    """Take a lab out of what IPython keeps of its own accord: Out, _, _12 and the last result."""
    for kept in (shell.user_ns_hidden, shell.user_ns["_oh"]):
        for name in [name for name, value in kept.items() if value is lab]:
            del kept[name]
            if shell.user_ns.get(name) is lab:
                del shell.user_ns[name]
    for name in ("_", "__", "___"):
        if getattr(shell.displayhook, name) is lab:
            setattr(shell.displayhook, name, None)
    if getattr(shell.last_execution_result, "result", None) is lab:
        shell.last_execution_result = None
