"""Slips of the pen: a right function with one thing in it written wrong, in each of the ways in which students do it."""

import ast
import re
from collections.abc import Callable, Iterator
from inspect import getsource, signature
from itertools import combinations
from textwrap import dedent

Slip = tuple[str, Callable]  # the question that it is answered by, and the function written wrong
REDUCING = ("abs", "np.abs", "np.sum", "np.linalg.norm", "norm")
OTHER_SIDE: dict[type, type[ast.cmpop]] = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt}


def slips(right: Callable) -> Iterator[Slip]:
    """Write a function wrong in one place after the other; where its source is not there, in none."""
    try:
        tree = ast.parse(dedent(getsource(right)))
    except (OSError, TypeError, SyntaxError):
        return
    (function,) = tree.body
    if not isinstance(function, ast.FunctionDef):
        return
    if ast.get_docstring(function):
        del function.body[0]
    for without, line in brackets_lost(ast.unparse(tree)):
        yield f"are brackets missing? Yours computes “{line}”.", compiled(without, right)
    for node in list(ast.walk(tree)):
        for question, instead in written_wrong(node, *names_in(tree)):
            Put(node, instead).visit(tree)
            yield question, compiled(tree, right)
            Put(instead, node).visit(tree)
    arguments = list(signature(right).parameters)
    for one, other in combinations(range(len(arguments)), 2):
        yield f"are {arguments[one]} and {arguments[other]} exchanged?", exchanged(right, one, other)


class Put(ast.NodeTransformer):
    """Put a node in the place of another."""

    def __init__(self, node: ast.AST, instead: ast.AST):
        self.node, self.instead = node, instead

    def visit(self, node: ast.AST) -> ast.AST:
        return self.instead if node is self.node else self.generic_visit(node)


def compiled(tree: ast.Module, right: Callable) -> Callable:
    """Return the function of a tree, among the names that the right one knows."""
    names = dict(right.__globals__)
    exec(compile(ast.fix_missing_locations(tree), "a slip", "exec"), names)
    return names[right.__name__]


def exchanged(right: Callable, one: int, other: int) -> Callable:
    """Return a function whose two arguments have changed places."""

    def wrong(*arguments):
        places = list(arguments)
        places[one], places[other] = places[other], places[one]
        return right(*places)

    return wrong


def names_in(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Return the arguments of a function with what it assigns to, and the names of the blocks that it asks for."""
    nodes = list(ast.walk(tree))
    made = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    asked = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return made | {node.arg for node in nodes if isinstance(node, ast.arg)}, asked


def brackets_lost(text: str) -> Iterator[tuple[ast.Module, str]]:
    """Leave out one pair of brackets after the other, if they call nothing; with each what the line computes then."""
    for start, sign in enumerate(text):
        if sign != "(" or re.match(r"[\w\])]", text[start - 1]):
            continue
        depth, end = 1, start
        while depth:
            end += 1
            depth += (text[end] == "(") - (text[end] == ")")
        without = f"{text[:start]}{text[start + 1 : end]}{text[end + 1 :]}"
        line = without[without.rfind("\n", 0, start) :].strip().splitlines()[0]
        yield ast.parse(without), re.sub(r"^(return |[^=(]* \+?= )", "", line)


def written_wrong(node: ast.AST, names: set[str], keys: set[str]) -> Iterator[tuple[str, ast.AST]]:
    """Write one node wrong, in the ways that its kind has; with each the question that it is answered by."""
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            a, b = f"“{ast.unparse(left)}”", f"“{ast.unparse(right)}”"
            for question, instead in operation(left, op, right, a, b):
                yield question, instead
        case ast.Call(func=func, args=[inner, *rest], keywords=keywords):
            name = ast.unparse(func)
            for keyword in keywords:
                others = [other for other in keywords if other is not keyword]
                yield f"is {ast.unparse(keyword)} missing?", ast.Call(func, node.args, others)
            if name in REDUCING:
                yield f"is {name} missing?", inner
                yield f"“{ast.unparse(node)}” is not squared here.", ast.BinOp(node, ast.Pow(), ast.Constant(2))
                if isinstance(inner, ast.BinOp):
                    whole = f"take {name} of the whole, “{ast.unparse(inner)}”, not of its parts."
                    first, last = (ast.Call(func, [part], []) for part in (inner.left, inner.right))
                    yield whole, ast.BinOp(first, inner.op, inner.right)
                    yield whole, ast.BinOp(first, inner.op, last)
            if name == "range" and rest:
                yield "does the loop begin one too early? range(n) begins at 0.", ast.Call(func, rest, [])
                sooner = ast.BinOp(rest[0], ast.Sub(), ast.Constant(1))
                yield (
                    "does the loop stop one too early? range stops before its end.",
                    ast.Call(func, [inner, sooner], []),
                )
                later = ast.BinOp(inner, ast.Add(), ast.Constant(1))
                yield "does the loop begin one too late?", ast.Call(func, [later, *rest], [])
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            for wrong in {0, 0.5, 1, 2, 3, 4} - {value}:
                yield f"is a {wrong} written where a {value} belongs?", ast.Constant(wrong)
        case ast.Name(id=name, ctx=ast.Load()) if name in names:
            for wrong in sorted(names - {name}):
                yield f"does {wrong} stand where {name} belongs?", ast.Name(wrong, ast.Load())
            yield f"is there a 2 too many before {name}?", ast.BinOp(ast.Constant(2), ast.Mult(), node)
        case ast.Subscript(value=ast.Attribute(attr="shape") as shape, slice=ast.Constant(value=0 | 1 as axis)):
            other = ast.Subscript(shape, ast.Constant(1 - axis), ast.Load())
            yield (
                f"{ast.unparse(other)} counts the {'rows' if axis else 'columns'}; which ones are the examples?",
                other,
            )
        case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=str() as key)):
            for wrong in sorted(keys - {key}):
                yield (
                    f"does {wrong} stand where {key} belongs?",
                    ast.Subscript(node.value, ast.Constant(wrong), ast.Load()),
                )
        case ast.Attribute(value=value, attr="T"):
            yield f"is “{ast.unparse(node)}” transposed?", value
        case ast.Compare(left=left, ops=[op], comparators=comparators) if type(op) in OTHER_SIDE:
            yield (
                f"“{ast.unparse(node)}”: what if both are equal?",
                ast.Compare(left, [OTHER_SIDE[type(op)]()], comparators),
            )
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield f"is that so in every case? Ask for “{ast.unparse(test)}”.", body
            yield "are the two cases exchanged?", ast.IfExp(test, orelse, body)
        case ast.AugAssign(target=target, value=value):
            yield "= begins anew in every round of the loop; += adds on.", ast.Assign([target], value)
        case ast.FunctionDef(body=[*before, ast.For() as loop, ast.Return() as end]):
            inside = ast.For(loop.target, loop.iter, [*loop.body, end], [])
            early = ast.FunctionDef(**{**dict(ast.iter_fields(node)), "body": [*before, inside]})
            yield "does return stand inside the loop? Then it ends after its first round.", early


def operation(left, op, right, a: str, b: str) -> Iterator[tuple[str, ast.AST]]:
    """Write left op right wrong; a and b are how the two are written."""

    whole = f"“{ast.unparse(ast.BinOp(left, op, right))}”"

    def put(one, other_op, other):
        return ast.BinOp(one, other_op(), other)

    match op:
        case ast.Add():
            yield f"is the sign before {b} turned round?", put(left, ast.Sub, right)
            yield f"where is the {b} of {whole}?", left
            yield f"where is the {a} of {whole}?", right
            yield f"{a} and {b} are added, not multiplied.", put(left, ast.Mult, right)
        case ast.Sub():
            yield f"is the sign before {b} turned round?", put(left, ast.Add, right)
            yield f"where is the {b} of {whole}?", left
            yield f"where is the {a} of {whole}?", ast.UnaryOp(ast.USub(), right)
            yield f"is the difference turned round? {a} comes first.", put(right, ast.Sub, left)
            yield f"{b} is subtracted; does yours divide by it?", put(left, ast.Div, right)
        case ast.Mult():
            yield f"is the factor {b} missing?", left
            yield f"is the factor {a} missing?", right
            yield f"{a} and {b} are multiplied, not added.", put(left, ast.Add, right)
            yield f"is something divided by {b} that is multiplied by it?", put(left, ast.Div, right)
            yield f"is something divided by {a} that is multiplied by it?", put(right, ast.Div, left)
            if a == "“2”":
                yield f"2 times {b} is not its square, **2.", put(right, ast.Pow, left)
        case ast.Div():
            yield f"is it divided by {b}?", left
            yield f"is something multiplied by {b} that is divided by it?", put(left, ast.Mult, right)
            yield f"is it upside down? {b} belongs below the line.", put(right, ast.Div, left)
            yield f"is it divided by {b} once more than it should be?", put(put(left, ast.Div, right), ast.Div, right)
            yield "// throws away what is behind the point; / divides.", put(left, ast.FloorDiv, right)
        case ast.Pow():
            yield f"is the power missing? It is {a} to the power of {b}.", left
            yield "a power is written **; * multiplies.", put(left, ast.Mult, right)
        case ast.MatMult():
            yield f"* multiplies entry by entry; the product of {a} and {b} is @.", put(left, ast.Mult, right)
            yield f"is the product turned round? {a} comes first.", put(right, ast.MatMult, left)
            yield f"is the factor {b} missing?", left
            yield f"is the factor {a} missing?", right
