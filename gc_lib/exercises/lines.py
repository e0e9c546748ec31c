"""What is amiss in a student's function, whatever it computes: in one of its lines, or since it uses a name nowhere."""

import ast
import re
from collections.abc import Callable, Collection, Mapping

import numpy as np

from ..checker.words import listed
from .answer import brief
from .code import Code, name_of, stored

RETURN_NEW = "append", "concatenate", "ravel", "flatten", "reshape", "copy"
CHANGE = "append", "at", "extend", "fill", "insert", "sort", "update"  # what is called to change something
CALLED = "all", "any", "copy", "flatten", "items", "keys", "mean", "ravel", "sum", "values"  # what is called
STUB = "fill in the … of the stub: write its line in its place, and let return give the answer back."
FILLED = r"np\.(zeros|ones|empty)\((?!\(?0\b)"  # an array that is not empty
WHOLE = r"dtype=int|np\.array\(\[[\d, ]+\]"  # an array of whole numbers


def seen(attempt: Callable, cases: Collection[tuple]) -> str:
    """Say what is amiss in a line of a student's function, which is called as in the cases; "" where nothing is."""
    code = Code(attempt)
    given = dict(zip(code.arguments, zip(*cases, strict=True), strict=False))
    for node in code.nodes:
        if said := amiss(node, code, given):
            return f"{code.line(node)}: {' '.join(said.split())}"
    return ""


def amiss(node: ast.AST, code: Code, given: Mapping[str, tuple]) -> str:
    """Say what is amiss in a node; `given` are the arguments, each with its values in all cases."""
    filled = {code.text(place.value) for place in code.nodes if isinstance(place, ast.Subscript) and stored(place)}
    arrays = filled | given.keys()
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name) as called)) if name in RETURN_NEW:
            if name != "append" or code.text(called.value) == "np":
                return f"{code.text(called)} changes nothing, it returns a new array, which needs a name."
        case ast.Expr(value=ast.BinOp() | ast.Compare() | ast.Name() | ast.IfExp()):
            return f"“{code.text(node)}” is computed and thrown away: is a return missing there, or an =?"
        case ast.stmt() if behind_return(node, code):
            return f"“{code.text(node)}” stands behind return, and is never run."
        case ast.If(body=[ast.Expr(value=ast.Constant(value=str(said)))]):
            return f"where that holds, “{said}” is written and not returned."
        case ast.Attribute(value=of, attr=name) if name in CALLED and code.text(of) != "np":
            if getattr(code.inside[node], "func", None) is not node:
                return f"“{code.text(node)}” is a function and not what it gives: call it, {code.text(node)}()."
        case ast.Return(value=ast.expr() as returned) if place := place_of(code.value_of(returned)):
            return f"“{code.text(place)}” is a place in an array, and not what stands there."
        case ast.Call(func=ast.Attribute(attr="append" | "concatenate" | "hstack"), args=[first, *_]):
            for name in map(code.text, [first, *getattr(first, "elts", [])]):
                if name in code.made and re.search(rf"\b{name} = {FILLED}", code.source):
                    return f"{name} is not empty to begin with: fill it, {name}[i] = …, or begin with np.zeros(0)."
        case ast.BinOp(ast.BinOp(op=ast.Div(), right=ast.Call(f)), ast.Add(), ast.Call(g) as last):
            if code.text(f) == code.text(g):
                return f"“{code.text(node)}” adds {code.text(last)} to a quotient: does it belong below the line?"
        case ast.Attribute(attr="at") if not isinstance(code.inside[code.inside[node]], ast.Expr):
            return f"{code.text(node)} changes its first argument, and returns None."
        case ast.Attribute(value=ast.Name(id="np"), attr="random"):
            return f"“{code.text(node)}” draws numbers by chance, and nothing here is a matter of chance."
        case ast.Global():
            return f"what one call leaves behind “{code.text(node)}”, the next one finds: keep it inside."
        case ast.Subscript(value=ast.Name(id=name)) if stored(node) and name not in {*code.arguments, *code.made}:
            return f"what one call leaves in {name}, the next one finds: make a new one inside."
        case ast.BinOp(left=ast.List(elts=[ast.Call() | ast.List() | ast.BinOp()]), op=ast.Mult()):
            return f"“{code.text(node)}” holds one thing in all places: an array changed in one is changed in all."
        case ast.BinOp(ast.BinOp(op=ast.Pow(), right=ast.Constant(value=1)), ast.Div(), right):
            return f"** comes before /, so that “{code.text(node)}” is no root: ** (1 / {code.text(right)}) is one."
        case ast.BinOp(ast.Constant(), ast.FloorDiv(), ast.Constant()):
            return f"“{code.text(node)}” is a whole number: // cuts off what stands behind the point."
        case ast.BinOp(left=ast.Constant(value=10), op=ast.Pow()) if re.search(r"\blog\((?!.*10\b)", code.source):
            return f"“{code.text(node)}” undoes log10, and not log, which is the natural logarithm."
        case ast.BinOp(op=ast.BitXor()):
            return f"in Python a power is written **; “{code.text(node)}” is something else."
        case ast.BinOp(left=left, op=ast.Sub(), right=right) if code.text(left) == code.text(right):
            return f"“{code.text(node)}” is always 0."
        case ast.BoolOp(op=ast.Or(), values=sides) if getattr(code.inside[node], "test", 0) is node:
            if any(isinstance(side, ast.Constant) and side.value for side in sides):
                return f"“{code.text(node)}” is always true: each side of or needs a question, with its own ==."
        case ast.Compare(ast.Name(id=name), [ast.Eq() | ast.NotEq()], [ast.Constant(value=str(said))]):
            can_be = dict.fromkeys(value for value in given.get(name, ()) if isinstance(value, str))
            if can_be and said not in can_be and not isinstance(code.inside[node], ast.BoolOp):
                return f"“{code.text(node)}”: {name} is never {said} here, but {listed(can_be)} in turn."
        case ast.For(body=[*_, last]) | ast.While(body=[*_, last]) if returns(last):
            return "this loop ends in its first round, since return stands inside it."
        case ast.Assign(targets=[ast.Name(id=name)]) if name in filled and re.search(WHOLE, code.text(node)):
            return f"“{code.text(node)}” holds whole numbers, and cuts off what is put into it: np.zeros takes others."
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=old)) if name in filled and old in arrays:
            return f"“{code.text(node)}” is a second name for the same array; {old}.copy() makes another one."
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in given and not uses(value, name):
            return f"{name} is given; “{code.text(node)}” puts something else in its place."
    return ""


def place_of(call: ast.expr) -> ast.Call | None:
    """Return what finds a place, such as np.argmin, in a call like int(np.argmin(E)); nothing where it finds none."""
    for part in (call, *getattr(call, "args", [])):
        if isinstance(part, ast.Call) and getattr(part.func, "attr", "") in ("argmin", "argmax", "index"):
            return part
    return None


def behind_return(line: ast.stmt, code: Code) -> bool:
    """Tell whether a line of a block comes after one that returns."""
    block = getattr(code.inside.get(line), "body", [])
    return line in block and any(isinstance(one, ast.Return) for one in block[: block.index(line)])


def overwritten(attempt: Callable) -> str:
    """Name what each round of a loop gives a value, and is read after the loop alone; "" if there is none."""
    code = Code(attempt)
    read = {node.id for node in code.names if not stored(node)}
    for loop in (node for node in code.nodes if isinstance(node, ast.For)):
        given = [line.targets[0] for line in loop.body if isinstance(line, ast.Assign)]
        names = [node.id for node in given if isinstance(node, ast.Name) and not uses(loop, node.id)]
        for name in (name for name in names if name in read):
            return f"{code.line(loop)}: behind the loop {name} has the value of the last round alone."
    return ""


def endless(attempt: Callable) -> str:
    """Say which while of a student's function never ends, since nothing in it changes what it asks; "" if none does."""
    code = Code(attempt)
    for loop in (node for node in code.nodes if isinstance(node, ast.While)):
        inside = [node for line in loop.body for node in ast.walk(line)]
        names = [node for node in ast.walk(loop.test) if isinstance(node, ast.Name)]
        asked = {node.id for node in names if not isinstance(code.inside[node], ast.Attribute | ast.Call)}
        ends = any(isinstance(node, ast.Break | ast.Return | ast.Raise) for node in inside)
        changed = any(changes(node, name, code) for node in inside for name in asked)
        if not ends and not changed and (asked or isinstance(loop.test, ast.Constant)):
            return f"{code.line(loop)}: this loop never ends, since nothing in it changes “{code.text(loop.test)}”."
    return ""


def changes(node: ast.AST, name: str, code: Code) -> bool:
    """Tell whether a name may be another thing, or hold something else, after a node."""
    if isinstance(node, ast.Call):
        return name in map(code.text, [getattr(node.func, "value", node.func), *node.args])
    return stored(node) and name == code.text(getattr(node, "value", node))


def returns(node: ast.stmt) -> bool:
    """Tell whether a function ends at a statement in any case."""
    if isinstance(node, ast.If):
        return bool(node.orelse) and returns(node.body[-1]) and returns(node.orelse[-1])
    return isinstance(node, ast.Return)


def uses(node: ast.AST, name: str) -> bool:
    """Tell whether a node reads a name."""
    return any(isinstance(part, ast.Name) and part.id == name and not stored(part) for part in ast.walk(node))


def unused(attempt: Callable) -> str:
    """Name an argument that a student's function never reads."""
    for node in Code(attempt).nodes:
        if isinstance(node, ast.FunctionDef):
            whose = "yours" if node.name == name_of(attempt) else node.name
            for name in (one.arg for one in node.args.args if not uses(node, one.arg)):
                return f"{whose} never uses {name}: where is it needed?"
    return ""


def idle(attempt: Callable) -> str:
    """Name what a student's function gives a value, or fills, and then does not use; "" where it uses all."""
    code = Code(attempt)
    places = [node for node in code.nodes if isinstance(node, ast.Subscript | ast.Attribute)]
    filled = [node.value for node in places if stored(node) or getattr(node, "attr", "") in CHANGE]
    used = {node.id for node in code.names if node not in filled and not stored(node)}
    given = {node.id for node in code.names if isinstance(code.inside[node], ast.Assign) and stored(node)}
    name = min(given - used, default="")
    return f"yours gives {name} a value, and neither uses nor returns it." if name else ""


def outside(attempt: Callable) -> str:
    """Name numbers, also in a dict of arrays, that a student's function takes from elsewhere; "" if there are none."""
    code = Code(attempt)
    for name in sorted((code.read & code.globals.keys()) - {*code.arguments, *code.made}):
        value = code.globals[name]
        held = value.values() if isinstance(value, Mapping) else ()
        if isinstance(value, float | int | np.ndarray) or any(isinstance(block, np.ndarray) for block in held):
            return f"{name} is no argument: it is made outside, and is {brief(value)} in every case."
    return ""


def is_stub(attempt: Callable, given, stopped: str) -> bool:
    """Tell whether it is for the … of its stub that a function has returned nothing, or stopped."""
    left = given is None and any(getattr(node, "value", None) is ... for node in Code(attempt).nodes)
    return given is Ellipsis or (left and (not stopped or "'ellipsis'" in stopped))


def no_value(attempt: Callable, stopped: str, needed: Collection[str]) -> str:
    """Say so where a name has a value outside of a student's function alone, or none and it is one of those needed."""
    name = next(iter(re.findall("(?:NameError: name|local variable) '(.*?)'", stopped)), "")
    if "UnboundLocalError" in stopped and name in Code(attempt).globals:
        return f"the {name} outside is another one: give it a value inside, in the first line."
    return f"{name} has no value: is the line missing that gives it one?" if name in needed else ""


def nothing(attempt: Callable, before: bool) -> str:
    """Say why a student's function returns nothing, which it has not done `before`."""
    nodes = Code(attempt).nodes
    if "print" in getattr(getattr(attempt, "__code__", None), "co_names", ()):
        return "print shows a value, return gives it back."
    if said := idle(attempt):
        return said
    if before or any(isinstance(node, ast.If) for node in nodes):
        return "what does it return where no if with a return in it holds?"
    if any(isinstance(node, ast.Return) and node.value for node in nodes):
        return "what stands behind its return is None here."
    return "write its line, and begin it with return."
