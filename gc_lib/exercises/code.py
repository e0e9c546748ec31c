"""A student's function as it is written: its source, and the nodes that Python sees in it."""

import ast
import builtins
import re
from collections.abc import Callable, Mapping
from inspect import getsource, signature
from itertools import accumulate
from linecache import getlines
from textwrap import dedent
from types import ModuleType

LAMBDA = "yours"  # the name of a lambda's def


class Code:
    """Hold the source of a function as a def, and its nodes; both are empty where there is none.

    Every line stands where it stands in its cell. With `helpers` what the function uses of its cell is held as well.
    """

    def __init__(self, function: Callable, helpers: bool = False):
        source = source_of(function)
        self.function, self.source = function, with_helpers(function, source) if helpers else source
        self.lines = self.source.splitlines(keepends=True)
        self.starts = [0, *accumulate(map(len, self.lines))]
        self.nodes = list(ast.walk(ast.parse(self.source)))
        self.names = [node for node in self.nodes if isinstance(node, ast.Name)]
        self.inside = {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}
        self.globals = getattr(function, "__globals__", {})
        added = {node.target for node in self.nodes if isinstance(node, ast.AugAssign)}  # a += 1 reads a as well
        pieces = [node for node in self.nodes if isinstance(node, ast.expr) and self.is_piece(node)]
        self.expressions = [node for node in pieces if node in added or not stored(node)]
        inner = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
        own = {node.name for node in inner}  # which would call themselves
        self.called = {node.id for node in self.names if getattr(self.inside[node], "func", None) is node} - own
        self.arguments = [*signature(function).parameters] if self.source else []
        self.made = {node.id for node in self.names if stored(node)}
        self.read = {node.id for node in self.names if not stored(node)}
        self.known = {*self.arguments, *self.made, *self.globals, *dir(builtins)}

    def steps(self) -> list[str]:
        """Return what the function does, without its docstring, however it is laid out."""
        body = [line for node in self.nodes[1:2] if isinstance(node, ast.FunctionDef) for line in node.body]
        return [ast.dump(line) for line in body if not isinstance(line, ast.Expr)]

    def is_piece(self, node: ast.expr) -> bool:
        """Tell whether an expression is no docstring, and no module such as np."""
        words = isinstance(node, ast.Constant) and isinstance(self.inside[node], ast.Expr)
        module = isinstance(node, ast.Name) and isinstance(self.globals.get(node.id), ModuleType)
        return not words and not module

    def passes_on(self, node: ast.AST) -> bool:
        """Tell whether a node is a name that has got its value in a line of its own, and is read here alone."""
        uses = [one for one in self.names if one.id == getattr(node, "id", None)]
        given = [one for one in uses if stored(one) and isinstance(self.inside[one], ast.Assign)]
        return len(uses) == 2 and len(given) == 1 and node not in given

    def value_of(self, node: ast.expr) -> ast.expr:
        """Return what a name stands for that passes a value on; of anything else the node itself."""
        lines = [line for line in self.nodes if isinstance(line, ast.Assign) and self.passes_on(node)]
        return next((line.value for line in lines if self.text(line.targets[0]) == self.text(node)), node)

    def text(self, node: ast.AST) -> str:
        """Return what is written for a node."""
        return self.source[slice(*self.ends(node))]

    def line(self, node: ast.AST) -> str:
        """Say in which line of the cell a node stands."""
        return f"in line {getattr(node, 'lineno', 1)} of the cell"

    def between(self, left: ast.expr, right: ast.expr) -> str:
        """Return the operator that is written between two nodes."""
        return self.source[self.ends(left)[1] : self.ends(right)[0]].strip(" ()\n")

    def around(self, node: ast.expr, part: ast.expr) -> str:
        """Return what is written for a node, with … for a part of it."""
        (start, end), (first, last) = self.ends(node), self.ends(part)
        return f"{self.source[start:first]}…{self.source[last:end]}"

    def changed(self, texts: Mapping[ast.AST, str]) -> str:
        """Return the source with another text for some nodes."""
        source = self.source
        for node in sorted(texts, key=self.ends, reverse=True):
            start, end = self.ends(node)
            source = source[:start] + texts[node] + source[end:]
        return source

    def ends(self, node) -> tuple[int, int]:
        """Return the places in the source where a node begins and ends."""
        return self.place(node.lineno, node.col_offset), self.place(node.end_lineno, node.end_col_offset)

    def place(self, line: int, count: int) -> int:
        """Return the place in the source that stands behind so many bytes of a line, as Python counts."""
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:count].decode())


def source_of(function: Callable) -> str:
    """Return the source of a function as a def, also where it is written as a lambda; "" where there is none."""
    try:
        source, above = dedent(getsource(function)), "\n" * (function.__code__.co_firstlineno - 1)
        line = ast.parse(source).body[0]
        if isinstance(line, ast.FunctionDef):
            return above + source
        (only,) = (node for node in ast.walk(line) if isinstance(node, ast.Lambda))
        return f"{above}def {LAMBDA}({ast.unparse(only.args)}): return ({ast.get_source_segment(source, only.body)})"
    except (OSError, TypeError, SyntaxError, ValueError, AttributeError):
        return ""


def with_helpers(function: Callable, source: str) -> str:
    """Return a function's source, and around it the functions, classes and plain values of its cell that it uses."""
    lines = [line.rstrip("\n") for line in getlines(function.__code__.co_filename)] if source else []
    try:
        left = ast.parse("\n".join(lines)).body
    except SyntaxError:  # as of an await outside of all functions, which a notebook allows
        return source
    own, used = source.split("\n"), source
    kept = [""] * max(len(lines), len(own))
    while helper := next((line for line in left if (name := helper_name(line)) and stands_in(used, name)), None):
        left.remove(helper)
        first = min(line.lineno for line in [helper, *getattr(helper, "decorator_list", [])])
        kept[first - 1 : helper.end_lineno] = text = lines[first - 1 : helper.end_lineno]
        used += "\n".join(text)
    above = len(source) - len(source.lstrip("\n"))
    return "\n".join([*kept[:above], *own[above:], *kept[len(own) :]])


def helper_name(line: ast.stmt) -> str:
    """Return the name that a line of a cell gives to a function, a class, or a value that calls nothing; "" if none."""
    match line:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            calls = any(isinstance(part, ast.Call) for part in ast.walk(value))
            return "" if calls and not isinstance(value, ast.Lambda) else name
    return ""


def stands_in(text: str, part: str) -> bool:
    """Tell whether a part stands somewhere in a text, as whole words."""
    return bool(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text))


def name_of(function: Callable) -> str:
    """Return the name that a function has in its source as a def."""
    return LAMBDA if function.__name__ == "<lambda>" else function.__name__


def stored(node: ast.AST) -> bool:
    """Tell whether something is put into a place or under a name."""
    return isinstance(getattr(node, "ctx", None), ast.Store)


def size(node: ast.AST) -> int:
    """Return of how many expressions a node is made."""
    return sum(isinstance(part, ast.expr) for part in ast.walk(node))
