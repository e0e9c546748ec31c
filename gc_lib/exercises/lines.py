"""A student's own lines: what is amiss in one of them, whatever it computes."""

import ast
from collections.abc import Callable, Sequence
from inspect import getsource
from textwrap import dedent
from types import ModuleType

from ..checker.words import listed

RETURN_NEW = "append", "concatenate", "ravel", "flatten", "reshape", "copy"
RETURN_NOTHING = "append", "at", "extend", "fill", "insert", "sort", "update"


def seen(attempt: Callable, cases: Sequence[tuple] = ()) -> str:
    """Say what is amiss in a line of a student's function, which is called as in the cases; "" where nothing is."""
    tree = tree_of(attempt)
    docstrings = [one.body[0] for one in tree.body if isinstance(one, ast.FunctionDef) and ast.get_docstring(one)]
    nodes = [node for node in ast.walk(tree) if node not in docstrings]
    given = dict(zip(arguments(tree), zip(*cases, strict=True), strict=False)) or dict.fromkeys(arguments(tree), ())
    filled = {ast.unparse(node.value) for node in nodes if isinstance(node, ast.Subscript) and stored(node)}
    adds = any(isinstance(node, ast.AugAssign) or getattr(node, "attr", "") == "at" for node in nodes)
    for node in nodes:
        text, line = ast.unparse(node) if isinstance(node, ast.stmt | ast.expr) else "", where(node, attempt)
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name) as called)) if name in RETURN_NEW:
                if name != "append" or ast.unparse(called.value) == "np":
                    return f"{ast.unparse(called)} changes nothing, it returns a new array, which needs a name{line}."
            case ast.Expr(value=ast.BinOp() | ast.Compare() | ast.Name() | ast.IfExp() | ast.Constant(value=str())):
                return f"“{text}” is computed and thrown away{line}: is return missing there?"
            case ast.BinOp(left=left, op=ast.Sub(), right=right) if ast.unparse(left) == ast.unparse(right):
                return f"“{text}” is always 0{line}."
            case ast.Call(func=ast.Attribute(attr="empty" | "empty_like")) if adds:
                return f"“{text}” holds whatever stood in memory{line}, and yours adds to that: np.zeros begins with 0."
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in filled and whole_numbers(value):
                return f"“{text}” holds whole numbers, and cuts off what is put into it{line}: np.zeros takes others."
            case ast.For(body=[*_, last]) if returns(last):
                return f"return stands inside the loop, which so ends in its first round{where(last, attempt)}."
            case ast.BoolOp(op=ast.Or(), values=[_, *more]) if any(isinstance(one, ast.Constant) for one in more):
                return f"“{text}” is always true: each side of or needs a question of its own, with its own ==."
            case ast.Compare(left=ast.Name(id=name), comparators=[ast.Constant(value=str(said))]):
                can_be = dict.fromkeys(value for value in given.get(name, ()) if isinstance(value, str))
                if can_be and said not in can_be:
                    return f"“{text}”: {name} is never {said}, but {listed(can_be)} in turn."
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=old)) if old in given and name in filled:
                return f"“{text}” is a second name for the same array{line}; {old}.copy() makes another one."
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in given.keys() - read(value):
                return f"{name} is given; “{text}” puts something else in its place{line}."
    names = getattr(attempt, "__globals__", {})
    for name in [name for name in given if name not in read(tree)]:
        for other in sorted(read(tree) & names.keys() - made(tree) - given.keys()):
            if not isinstance(names[other], ModuleType) and callable(names[other]) == any(map(callable, given[name])):
                return f"yours never uses {name}, but {other}, which stands in another cell."
    return ""


def unused(attempt: Callable) -> str:
    """Name an argument that a student's function never reads."""
    tree = tree_of(attempt)
    never = [name for name in arguments(tree) if name not in read(tree)]
    return f"yours never uses {never[0]}: where is it needed?" if never else ""


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
    filled = [node.value for node in nodes if isinstance(node, ast.Subscript) and stored(node)]
    used = {name for node in nodes if node not in filled and isinstance(node, ast.Name) for name in read(node)}
    if idle := sorted(made(tree) - used):
        return f"yours gives {idle[0]} a value, and nothing returns it."
    if before or any(isinstance(node, ast.If) for node in nodes):
        return "what does it return where none of its ifs holds?"
    return "write its line, and begin it with return."


def tree_of(function: Callable) -> ast.Module:
    """Return the tree of a function that is written with def; an empty one where there is no source."""
    try:
        tree = ast.parse(dedent(getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])
    return tree if isinstance(tree.body[0], ast.FunctionDef) else ast.Module([], [])


def where(node: ast.AST, attempt: Callable) -> str:
    """Say in which line of the cell a node stands."""
    return (
        f", in line {node.lineno + attempt.__code__.co_firstlineno - 1} of the cell" if hasattr(node, "lineno") else ""
    )


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


def whole_numbers(value: ast.expr) -> bool:
    """Tell whether what is computed is an array that is made of whole numbers."""
    if not isinstance(value, ast.Call) or "dtype=int" in ast.unparse(value):
        return isinstance(value, ast.Call)
    entries = [entry for node in ast.walk(value) if isinstance(node, ast.List) for entry in node.elts]
    return bool(entries) and all(isinstance(entry, ast.Constant) and type(entry.value) is int for entry in entries)
