"""The one change that makes a student's own lines right."""

import ast
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from copy import copy
from inspect import signature
from itertools import islice
from sys import gettrace, settrace

from .lines import arguments, made, stored, tree_of, where

COMPILED = "changed"  # the file in which a changed function says that it stands
CHANGES, LINES = 5000, 2000  # so many are tried, and so many lines does each of them run
SMALL = 6  # so many nodes of the right function are no solution yet
METHODS = "sum", "mean", "max", "items", "values"
SIGNS, COMPARISONS = "+ - * / // @".split(), "< <= > >= == !=".split()
NEAR = {"+": ["-"], "-": ["+"], "*": ["/", "@"], "/": ["*"], "//": ["/"], "@": ["*"], "**": ["*"]}
ENTRIES = {
    ("*", "@"): "* multiplies entry by entry, @ adds the products up: which one is wanted in “{}”?",
    ("@", "*"): "@ adds the products up, * multiplies entry by entry: which one is wanted in “{}”?",
}


def mend(attempt: Callable, right: Callable, words: Sequence[str], fits: Callable[[Callable], bool]) -> str:
    """Name the one thing in a student's function that must be changed for it to fit; "" where one is not enough."""
    tree = tree_of(attempt)
    if not any(isinstance(node, ast.Return) for node in ast.walk(tree)) or attempt.__closure__:
        return ""
    with redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
        for asked, node in islice(changes(tree, tree_of(right), words), CHANGES):
            with no_longer_than(LINES), suppress(SyntaxError):
                if fits(compiled(tree, attempt, right)):
                    return f"all is right but one thing{where(node, attempt)}: {asked}"
    return ""


@contextmanager
def no_longer_than(lines: int) -> Iterator[None]:
    """Stop what was compiled from a tree after so many lines: a changed loop may run for ever."""
    before, left = gettrace(), lines

    def count(frame, event, arg):
        nonlocal left
        left -= 1
        if left < 0:
            raise RecursionError
        return count

    settrace(lambda frame, event, arg: count if frame.f_code.co_filename == COMPILED else None)
    try:
        yield
    finally:
        settrace(before)


def changes(tree: ast.Module, right: ast.Module, words: Sequence[str]) -> Iterator[tuple[str, ast.AST]]:
    """Change one thing in a tree after the other; yield a question and the place while it is so, and put it back."""
    unknown = {*arguments(right), *made(right)} - {*arguments(tree), *made(tree)}
    parts = [part for part in parts_of(right) if not unknown & set(re.findall(r"\w+", part))]
    parts = sorted(
        [*parts, *map(repr, words), *arguments(tree), *made(tree), "0", "1"], key=lambda part: (len(part), part)
    )
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    whole = [value for value in returned if not isinstance(value, ast.Name)]
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr) and not stored(node)][::-1]
    fields = [field for owner in ast.walk(tree) for _, field in ast.iter_fields(owner) if isinstance(field, list)]
    for block in [field for field in fields if field and all(isinstance(line, ast.stmt) for line in field)]:
        for asked, line, lines in list(rearranged(block)):
            block[:], before = lines, block[:]
            yield asked, line
            block[:] = before
    texts = {node: ast.unparse(node) for node in nodes}
    alike = [[node for node in nodes if texts[node] == text] for text in dict.fromkeys(texts.values())]
    groups = [[node] for node in nodes] + [group for group in alike if group[1:] and size(group[0]) > 2]
    for kind in renamed, operators, left_out, exchanged, moved, wrapped:
        for group in sorted(groups, key=lambda group: size(group[0]), reverse=kind is wrapped):
            node, inside = group[0], above[group[0]]
            if kind is exchanged and (node in whole or size(node) > 2 * SMALL):
                continue
            for asked, text in list(kind(node, parts, inside if isinstance(inside, ast.expr) else None)):
                with suppress(SyntaxError):
                    instead = ast.parse(text, mode="eval").body
                    pairs = [(node, copy(instead)) for node in group]
                    for old, new in pairs:
                        put(above[old], old, new)
                    yield asked, node
                    for old, new in pairs:
                        put(above[old], new, old)


def size(node: ast.expr) -> int:
    """Return of how many parts an expression is made."""
    return sum(isinstance(part, ast.expr) for part in ast.walk(node))


def parts_of(right: ast.Module) -> list[str]:
    """Return the small parts of the right function, none of which is all that it returns."""
    whole = [node.value for node in ast.walk(right) if isinstance(node, ast.Return)]
    parts = [node for node in ast.walk(right) if isinstance(node, ast.expr) and node not in whole and not stored(node)]
    named = (
        node for node in parts if size(node) <= SMALL and not any(isinstance(a, ast.keyword) for a in ast.walk(node))
    )
    return list(dict.fromkeys(map(ast.unparse, named)))


def operators(node: ast.expr, parts: Sequence[str], inside: ast.expr | None) -> Iterator[tuple[str, str]]:
    """Write another operator, or other brackets."""
    whole = ast.unparse(node)
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            a, b = f"({ast.unparse(left)})", f"({ast.unparse(right)})"
            if isinstance(left, ast.BinOp):
                one, two = ast.unparse(left.left), ast.unparse(left.right)
                yield f"are brackets missing in “{whole}”?", f"({one}) {sign(left.op)} (({two}) {sign(op)} {b})"
            if isinstance(right, ast.BinOp):
                one, two = ast.unparse(right.left), ast.unparse(right.right)
                yield f"are brackets missing in “{whole}”?", f"({a} {sign(op)} ({one})) {sign(right.op)} ({two})"
            for other in NEAR.get(sign(op), ()):
                asked = f"does {sign(op)} belong into “{whole}”?"
                yield ENTRIES.get((sign(op), other), asked).format(whole), f"{a} {other} {b}"
            yield f"which comes first in “{whole}”?", f"{b} {sign(op)} {a}"
        case (
            ast.Call(func=ast.Attribute(value=ast.Name("np"), attr="dot"), args=[one, two])
            | ast.Call(func=ast.Attribute(value=one, attr="dot"), args=[two])
        ):
            yield ENTRIES["@", "*"].format(whole).replace("@", "dot", 1), f"({ast.unparse(one)}) * ({ast.unparse(two)})"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            texts = isinstance(getattr(right, "value", 0), str)  # which come in no order
            for other in ("==", "!=") if texts else COMPARISONS:
                was = whole.removeprefix(ast.unparse(left)).removesuffix(ast.unparse(right)).strip()
                yield f"is {was} right in “{whole}”?", f"({ast.unparse(left)}) {other} ({ast.unparse(right)})"
        case ast.IfExp(test=test, body=body, orelse=orelse):
            asked, a, b = (ast.unparse(part) for part in (test, body, orelse))
            yield f"are the two cases of “{whole}” exchanged?", f"({b}) if ({asked}) else ({a})"


def sign(op: ast.operator) -> str:
    """Write an operator."""
    return ast.unparse(ast.BinOp(ast.Name("a"), op, ast.Name("b"))).split()[1]


def renamed(node: ast.expr, parts: Sequence[str], inside: ast.expr | None) -> Iterator[tuple[str, str]]:
    """Take another method, or say over which axis."""
    if isinstance(node, ast.Attribute):
        for name in METHODS:
            yield f"is {node.attr} the right one in “{ast.unparse(node)}”?", f"({ast.unparse(node.value)}).{name}"
    if isinstance(node, ast.Call):
        for keyword in "keepdims=True", "axis=0", "axis=1":
            name, given = keyword.partition("=")[0], [*map(ast.unparse, [*node.args, *node.keywords])]
            others = [one for one in given if not one.startswith(f"{name}=")]
            amiss = "missing" if others == given else "right"
            text = f"{ast.unparse(node.func)}({', '.join([*others, keyword])})"
            yield f"is {name} {amiss} in “{ast.unparse(node)}”?", text


def exchanged(node: ast.expr, parts: Sequence[str], inside: ast.expr | None) -> Iterator[tuple[str, str]]:
    """Put a part of the right function, another name or another number in the place of a part."""
    whole = ast.unparse(node)
    there = f"in “{ast.unparse(inside)}”" if inside else "there"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for other in () if repr(node.value) in parts else (node.value.lower(), node.value.upper(), node.value.title()):
            yield f"is “{node.value}” spelled right {there}?", repr(other)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        for factor in 0.01, 0.1, 0.5, 2, 10, 100:
            yield f"is “{whole}” too {'small' if factor > 1 else 'large'} {there}?", f"({node.value} * {factor})"
    elif isinstance(node, ast.BinOp):
        for other in SIGNS:
            text = f"({ast.unparse(node.left)}) {other} ({ast.unparse(node.right)})"
            yield f"does {sign(node.op)} belong into “{whole}”?", text
    asked = f"does “{whole}” belong {'into' * bool(inside)}{there.removeprefix('in')}?"
    for part in parts:
        into_itself = inside and ast.unparse(inside).startswith(f"{part}.")  # as a list would grow without end
        larger = whole[0].isalpha() and re.search(rf"(?<![\w.']){re.escape(whole)}(?![\w'])", part)
        if not larger and not into_itself and (part[0] == "'") == (whole[0] == "'"):
            yield asked, f"({part})"


def left_out(node: ast.expr, parts: Sequence[str], inside: ast.expr | None) -> Iterator[tuple[str, str]]:
    """Leave out a factor, a term, a call, a place or a sign."""
    whole = ast.unparse(node)
    match node:
        case ast.BinOp(left=left, right=right):
            a, b = ast.unparse(left), ast.unparse(right)
            yield f"does “{b}” belong into “{whole}”?", f"({a})"
            yield f"does “{a}” belong into “{whole}”?", f"({b})"
            if isinstance(left, ast.BinOp):
                a = ast.unparse(left.left)
                yield f"does all that stands behind “{a}” belong into “{whole}”?", f"({a})"
        case ast.Call(func=func, args=[inner, *_]):
            yield f"is {ast.unparse(func)} too many around “{ast.unparse(inner)}”?", f"({ast.unparse(inner)})"
        case (
            ast.Call(func=ast.Attribute(value=inner))
            | ast.Attribute(value=inner, attr="T")
            | ast.Subscript(value=inner)
            | ast.UnaryOp(operand=inner)
        ):
            a = ast.unparse(inner)
            yield f"does “{whole.replace(a, '…', 1)}” belong around “{a}”?", f"({a})"


def moved(node: ast.expr, parts: Sequence[str], inside: ast.expr | None) -> Iterator[tuple[str, str]]:
    """Add in place of multiplying; put a call round a part, or round each of two in place of both; or the other way."""
    match node:
        case ast.Call(args=[inner], keywords=[]):
            name, whole = ast.unparse(node.func), ast.unparse(inner)
            within = [ast.unparse(part) for part in ast.walk(inner) if isinstance(part, ast.BinOp | ast.Call)]
            for part in [part for part in within if part != whole]:
                yield f"does {name} go around “{part}” alone?", whole.replace(part, f"{name}({part})")
            if isinstance(inner, ast.BinOp):
                one, two = ast.unparse(inner.left), ast.unparse(inner.right)
                asked = f"“{name}({whole})”: is it {name} of both, or of each?"
                yield asked, f"{name}({one}) {sign(inner.op)} {name}({two})"
        case ast.BinOp(left=left, op=op, right=right):
            first, whole = left, ast.unparse(node)
            while isinstance(first, ast.BinOp):
                first = first.left
            a, was, rest = ast.unparse(first), *whole.removeprefix(ast.unparse(first))[1:].split(" ", 1)
            if was in ("+", "*"):
                yield f"does {was} belong behind “{a}” in “{whole}”?", f"({a}) {'*' if was == '+' else '+'} ({rest})"
            calls = [side for side in (left, right) if isinstance(side, ast.Call) and len(side.args) == 1]
            for name in dict.fromkeys(ast.unparse(call.func) for call in calls):
                around: dict[ast.expr, ast.expr] = {
                    call: call.args[0] for call in calls if ast.unparse(call.func) == name
                }
                a, b = (ast.unparse(around.get(side, side)) for side in (left, right))
                yield f"does {name} go around all of “{ast.unparse(node)}”?", f"{name}(({a}) {sign(op)} ({b}))"


def wrapped(node: ast.expr, parts: Sequence[str], inside: ast.expr | None) -> Iterator[tuple[str, str]]:
    """Put something round a part that is missing there: a factor or a term, a call, a transpose, a copy, keepdims."""
    whole = ast.unparse(node)
    if isinstance(inside, ast.Attribute | ast.Subscript) or node is getattr(inside, "func", None):
        return
    for before in "2 * ", "-", "abs", "np.sum", "np.sqrt", "1 - ", "np.array", "list":
        yield f"is {before.strip(' *')} missing before “{whole}”?", f"{before}({whole})"
    for behind in " / 2", ".T", ".copy()", ".ravel()", " + 1", " - 1", " ** 2", "()", ".values()":
        yield f"is {behind.strip()} missing behind “{whole}”?", f"({whole}){behind}"
    for part in parts:
        if part[0] != "'" and not part.startswith("np"):
            for sign in "*/+-":
                yield f"is {sign} {part} missing behind “{whole}”?", f"({whole}) {sign} ({part})"
            if part.isalnum():
                yield f"is [{part}] missing behind “{whole}”?", f"({whole})[{part}]"
            yield f"is “{part} -” missing before “{whole}”?", f"({part}) - ({whole})"


def rearranged(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt, list[ast.stmt]]]:
    """Write the lines of a block otherwise: without one, in another order, inside of a loop or behind it."""
    for place, line in enumerate(body):
        text, before, after = " ".join(ast.unparse(line).split()), body[:place], body[place + 1 :]
        match line:
            case ast.For(body=[*first, last]):
                loop = copy(line)
                if first:
                    loop.body = first
                    yield f"“{ast.unparse(last)}” stands inside the loop.", last, [*before, loop, last, *after]
                if after:
                    loop = copy(line)
                    loop.body = [*first, last, after[0]]
                    asked = f"“{ast.unparse(after[0])}” stands behind the loop, so it runs once: indent it."
                    yield asked, after[0], [*before, loop, *after[1:]]
            case ast.If(test=test, body=inner, orelse=[ast.If() as second]):
                one, two = copy(line), copy(second)
                one.test, one.body, two.test, two.body = second.test, second.body, test, inner
                one.orelse = [two]
                asked = f"“{ast.unparse(test)}” is asked first, so what comes after is never reached."
                yield asked, line, [*before, one, *after]
            case ast.Assign(targets=[ast.Name() as name], value=value):
                adds = ast.copy_location(ast.AugAssign(name, ast.Add(), value), line)
                yield f"“{text}” begins anew each time; += adds on.", line, [*before, adds, *after]
        if len(body) > 1:
            yield f"does “{text}” belong there?", line, before + after
        if after:
            yield f"“{text}” comes a line too early.", line, [*before, after[0], line, *after[1:]]


def put(above: ast.AST, node: ast.AST, instead: ast.AST):
    """Put a node in the place of another."""
    for field, value in ast.iter_fields(above):
        if value is node:
            setattr(above, field, instead)
        elif isinstance(value, list):
            value[:] = [instead if one is node else one for one in value]


def compiled(tree: ast.Module, *knows: Callable) -> Callable:
    """Return the function of a tree, among the names that the functions given know."""
    names = {name: value for function in knows[::-1] for name, value in function.__globals__.items()}
    exec(compile(tree, COMPILED, "exec"), names)
    return names[knows[0].__name__]


def written(line: str, right: Callable) -> Callable:
    """Return a function of the same arguments that returns what a line computes."""
    return eval(f"lambda {', '.join(signature(right).parameters)}: {line}", right.__globals__ | {"right": right})
