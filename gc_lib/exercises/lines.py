"""A student's own lines: what is amiss in one of them, whatever it computes."""

import ast
import re
from collections.abc import Callable, Iterable
from inspect import getsource
from textwrap import dedent
from types import ModuleType

from ..checker.words import listed

RETURN_NEW = "append", "concatenate", "ravel", "flatten", "reshape", "copy"
WHOLE = r"dtype=int|np\.array\(\[[\d, ]+\]"  # an array of whole numbers
RETURN_NOTHING = "append", "at", "extend", "fill", "insert", "sort", "update"


def seen(attempt: Callable, cases: Iterable[tuple] = ()) -> str:
    """Say what is amiss in a line of a student's function, which is called as in the cases; "" where nothing is."""
    tree = tree_of(attempt)
    docstrings = [one.body[0] for one in tree.body if isinstance(one, ast.FunctionDef) and ast.get_docstring(one)]
    nodes = [node for node in ast.walk(tree) if node not in docstrings]
    given = dict(zip(arguments(tree), zip(*cases, strict=True), strict=False)) or dict.fromkeys(arguments(tree), ())
    filled = {ast.unparse(node.value) for node in nodes if isinstance(node, ast.Subscript) and stored(node)}
    either = [one for node in nodes if isinstance(node, ast.BoolOp) for one in node.values]
    added = re.findall(r"(\w+)\[.*\] \+= |np\.add\.at\((\w+),", ast.unparse(tree))
    for node in nodes:
        text, line = ast.unparse(node) if isinstance(node, ast.stmt | ast.expr) else "", where(node, attempt)
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name) as called)) if name in RETURN_NEW:
                if name != "append" or ast.unparse(called.value) == "np":
                    return f"{ast.unparse(called)} changes nothing, it returns a new array, which needs a name{line}."
            case ast.Expr(value=ast.BinOp() | ast.Compare() | ast.Name() | ast.IfExp() | ast.Constant(value=str())):
                return f"“{text}” is computed and thrown away{line}: is return missing there?"
            case ast.BinOp(op=ast.BitXor()):
                return f"in Python a power is written **; “{text}” is something else{line}."
            case ast.BinOp(left=left, op=ast.Sub(), right=right) if ast.unparse(left) == ast.unparse(right):
                return f"“{text}” is always 0{line}."
            case ast.Assign(targets=[ast.Name(id=name)]) if "np.empty" in text and name in {*sum(added, ())}:
                return f"“{text}” holds whatever stood in memory{line}, and yours adds to that: np.zeros begins with 0."
            case ast.Assign(targets=[ast.Name(id=name)]) if name in filled and re.search(WHOLE, text):
                return f"“{text}” holds whole numbers, and cuts off what is put into it{line}: np.zeros takes others."
            case ast.If(test=ast.Attribute() as test) | ast.IfExp(test=ast.Attribute() as test):
                return f"“{ast.unparse(test)}” lacks its brackets, and so is always true{line}."
            case ast.For(body=[*_, last]) if returns(last):
                return f"return stands inside the loop, which so ends in its first round{where(last, attempt)}."
            case ast.BoolOp(op=ast.Or(), values=[_, *more]) if any(isinstance(one, ast.Constant) for one in more):
                return f"“{text}” is always true: each side of or needs a question of its own, with its own ==."
            case ast.Compare(left=ast.Name(id=name), comparators=[ast.Constant(value=str(said))]) if node not in either:
                can_be = dict.fromkeys(value for value in given.get(name, ()) if isinstance(value, str))
                if can_be and said not in can_be:
                    return f"“{text}”: {name} is never {said}, but {listed(can_be)} in turn."
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=old)) if name in filled and old in {
                *filled,
                *given,
            }:
                return f"“{text}” is a second name for the same array{line}; {old}.copy() makes another one."
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in given.keys() - read(value):
                return f"{name} is given; “{text}” puts something else in its place{line}."
    return ""


def unused(attempt: Callable, cases: Iterable[tuple] = ()) -> str:
    """Name an argument that a student's function never reads, and what it takes from another cell in its place."""
    tree, known = tree_of(attempt), getattr(attempt, "__globals__", {})
    given = dict(zip(arguments(tree), zip(*cases, strict=True), strict=False))
    others = [name for name in sorted(read(tree) - made(tree) - set(arguments(tree))) if name in known]
    for name in [name for name in given if name not in read(tree)]:
        alike = [other for other in others if callable(known[other]) == callable(given[name][0])]
        other = next((other for other in alike if not isinstance(known[other], ModuleType)), "")
        asked = f"does {other}, of another cell, take its place?" if other else "where is it needed?"
        return f"yours never uses {name}: {asked}"
    return ""


def nothing(attempt: Callable, before: bool) -> str:
    """Say why a student's function returns nothing, which it has not done `before`."""
    tree = tree_of(attempt)
    nodes = list(ast.walk(tree))
    if any(isinstance(getattr(node, "value", None), type(...)) for node in nodes):
        return "fill in the … of the stub: write its line in its place, and let return give the answer back."
    for node in nodes:
        match node:
            case ast.Return(value=ast.Call(func=ast.Attribute(attr=name) as called)) if name in RETURN_NOTHING:
                return f"{ast.unparse(called)} changes what it is given and gives nothing back; return that afterwards."
    if "print" in getattr(getattr(attempt, "__code__", None), "co_names", ()):
        return "print shows a value, return gives it back."
    if name := idle(attempt):
        return f"yours gives {name} a value, and nothing returns it."
    if before or any(isinstance(node, ast.If) for node in nodes):
        return "what does it return where none of its ifs holds?"
    if any(isinstance(node, ast.Return) and node.value for node in nodes):
        return "what stands behind its return is None here."
    return "write its line, and begin it with return."


def idle(attempt: Callable) -> str:
    """Return a name that a student's function gives a value, or fills, and does not use; "" where it uses all."""
    nodes = list(ast.walk(tree_of(attempt)))
    places = [node for node in nodes if isinstance(node, ast.Subscript | ast.Attribute)]
    filled = [node.value for node in places if stored(node) or getattr(node, "attr", "") in RETURN_NOTHING]
    used = {name for node in nodes if node not in filled and isinstance(node, ast.Name) for name in read(node)}
    given = {name for node in nodes if isinstance(node, ast.Assign) for name in made(node)}
    return min(given - used, default="")


def tree_of(function: Callable) -> ast.Module:
    """Return the tree of a function that is written with def; an empty one where there is no source."""
    try:
        tree = ast.parse(dedent(getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])
    return tree if isinstance(tree.body[0], ast.FunctionDef) else ast.Module([], [])


def where(node: ast.AST, attempt: Callable) -> str:
    """Say in which line of the cell a node stands."""
    line = getattr(node, "lineno", 0) + attempt.__code__.co_firstlineno - 1
    return f", in line {line} of the cell" if hasattr(node, "lineno") else ""


def arguments(tree: ast.AST) -> list[str]:
    """Return the names of the arguments in a tree."""
    return [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]


def read(tree: ast.AST) -> set[str]:
    """Return the names that are read in a tree."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not stored(node)}


def made(tree: ast.AST) -> set[str]:
    """Return the names that are given a value in a tree."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and stored(node)}


def stored(node: ast.AST) -> bool:
    """Tell whether something is put into a place or under a name."""
    return isinstance(getattr(node, "ctx", None), ast.Store)


def returns(node: ast.stmt) -> bool:
    """Tell whether a function ends at a statement in any case."""
    if isinstance(node, ast.If):
        return bool(node.orelse) and returns(node.body[-1]) and returns(node.orelse[-1])
    return isinstance(node, ast.Return)
