"""What those hear of a lab who do not see it: the browser's accessibility tree."""

import json
from typing import NamedTuple

from driver import Lab


class Heard(NamedTuple):
    """Hold what is told of a part of the page: what it is, its name, where it stands in words, and its states."""

    role: str
    name: str
    value: str
    focusable: bool
    pressed: str | None
    expanded: bool | None
    disabled: bool


def heard(lab: Lab) -> list[Heard]:
    """Return all that is told of a lab, in its order."""
    tree = lab.page.context.new_cdp_session(lab.page)
    found = tree.send("Runtime.evaluate", {"expression": f"document.querySelector({json.dumps(lab.name)})"})["result"]
    nodes = tree.send("Accessibility.queryAXTree", {"objectId": found["objectId"]})["nodes"]
    told = [told_of(node, tree) for node in nodes if not node["ignored"]]
    tree.detach()
    return told


def told_of(node: dict, tree) -> Heard:
    """Return what is told of a node of the tree; where a slider stands Chromium tells here as a number alone."""
    role, name, value = (plain(node.get(key, {}).get("value", "")) for key in ("role", "name", "value"))
    if role == "slider":
        slider = tree.send("DOM.resolveNode", {"backendNodeId": node["backendDOMNodeId"]})["object"]["objectId"]
        words = {"functionDeclaration": "function() { return this.ariaValueText }", "objectId": slider}
        value = tree.send("Runtime.callFunctionOn", words)["result"]["value"]
    states = {each["name"]: each["value"].get("value") for each in node["properties"]}
    pressed, expanded = states.get("pressed"), states.get("expanded")
    return Heard(role, name, value, states.get("focusable", False), pressed, expanded, states.get("disabled", False))


def plain(words) -> str:
    """Return words with plain spaces: ipywidgets puts others into its menus."""
    return str(words).replace("\xa0", " ")


def says(told: list[Heard], control: dict) -> bool:
    """Tell whether a control is there by its name, with the value at which the kernel says that it stands, in words."""
    name, value = control["words"], control["values"][control["at"]]
    groups = [n for n, each in enumerate(told) if (each.role, each.name) == ("group", name)]
    if groups:
        row = [each for each in told[groups[0] :] if each.role == "button"][: len(control["values"])]
        wanted = [(words, str(words == value).lower()) for words in control["values"]]
        return [(each.name, each.pressed) for each in row] == wanted
    found = [each for each in told if each.role in ("slider", "combobox") and each.name == name]
    return any(each.value == value and each.disabled == control["disabled"] for each in found)
