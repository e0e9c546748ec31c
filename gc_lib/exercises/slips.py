"""Slips of the pen: a right function with one thing in it written wrong, as students do it, one after the other."""

import ast
import re
from collections.abc import Callable, Iterator
from inspect import getsource, signature
from itertools import combinations
from textwrap import dedent

WRONG = {  # an operation on a and b, and how it is written wrong; each with the question that it is answered by
    ast.Add: {
        "{a} - {b}": "is the sign before “{b}” turned round?",
        "{a}": "where is the “{b}” of “{whole}”?",
        "{b}": "where is the “{a}” of “{whole}”?",
        "{a} * {b}": "“{a}” and “{b}” are added, not multiplied.",
    },
    ast.Sub: {
        "{a} + {b}": "is the sign before “{b}” turned round?",
        "{a}": "where is the “{b}” of “{whole}”?",
        "-{b}": "where is the “{a}” of “{whole}”?",
        "{b} - {a}": "is the difference turned round? “{a}” comes first.",
        "{a} / {b}": "“{b}” is subtracted; does yours divide by it?",
    },
    ast.Mult: {
        "{a}": "is the factor “{b}” missing?",
        "{b}": "is the factor “{a}” missing?",
        "{a} + {b}": "“{a}” and “{b}” are multiplied, not added.",
        "{a} / {b}": "does yours divide by “{b}” where it should multiply?",
        "{b} / {a}": "does yours divide by “{a}” where it should multiply?",
        "{a} * {b} * {b}": "is it multiplied by “{b}” twice?",
        "{a} * {a} * {b}": "is it multiplied by “{a}” twice?",
        "{b} ** {a}": "“{whole}” is a product, and no power.",
    },
    ast.Div: {
        "{a}": "is it divided by “{b}”?",
        "{a} * {b}": "does yours multiply by “{b}” where it should divide?",
        "{b} / {a}": "is it upside down? “{b}” belongs below the line.",
        "{a} / {b} / {b}": "is it divided by “{b}” once more than it should be?",
        "{a} // {b}": "// throws away what is behind the point; / divides.",
    },
    ast.Pow: {
        "{a}": "where is the power, ** {b}?",
        "{a} * {b}": "a power is written **; * multiplies.",
        "{a} ** (1 / {b})": "a root and a power are exchanged: here it is ** {b}.",
    },
    ast.MatMult: {
        "{a} * {b}": "* multiplies entry by entry; the product of “{a}” and “{b}” is @.",
        "{b} @ {a}": "is the product turned round? “{a}” comes first.",
        "{a}": "is the factor “{b}” missing?",
        "{b}": "is the factor “{a}” missing?",
    },
    ast.Gt: {"{a} >= {b}": "“{whole}”: what if both are equal?", "{a} < {b}": "is “{whole}” turned round?"},
}
COMPILED = "a slip"  # the file that compiled functions say they stand in
SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-"}


def slips(right: Callable) -> Iterator[tuple[str, Callable]]:
    """Yield a function written wrong in one place after the other, with a question; none without its source."""
    tree = tree_of(right)
    for question, without in brackets_lost(tree):
        yield question, compiled(without, right)
    for question in variants(tree):
        yield question, compiled(tree, right)
    arguments = list(signature(right).parameters) if tree.body else []
    for one, other in combinations(arguments, 2):
        places = [{one: other, other: one}.get(name, name) for name in arguments]
        yield f"are {one} and {other} exchanged?", written(f"right({', '.join(places)})", right)


def tree_of(right: Callable) -> ast.Module:
    """Return the tree of a function that is written with def; an empty one where there is no source."""
    try:
        tree = ast.parse(dedent(getsource(right)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])
    return tree if isinstance(tree.body[0], ast.FunctionDef) else ast.Module([], [])


def variants(tree: ast.Module) -> Iterator[str]:
    """Write one part of a tree wrong after the other; yield the question while it is so, and put it back."""
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in [node for node in above if isinstance(node, ast.expr)]:
        for question, wrong in list(written_wrong(node, tree)):
            instead = ast.parse(wrong, mode="eval").body
            put(above[node], node, instead)
            yield question
            put(above[node], instead, node)


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
    exec(compile(ast.fix_missing_locations(tree), COMPILED, "exec"), names)
    return names[tree.body[0].name]


def written(line: str, right: Callable) -> Callable:
    """Return a function of the same arguments that returns what a line computes."""
    return eval(f"lambda {', '.join(signature(right).parameters)}: {line}", right.__globals__ | {"right": right})


def brackets_lost(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Leave out one pair of brackets after the other, if they call nothing; with each a question."""
    text = ast.unparse(tree)
    for start, sign in enumerate(text):
        if sign != "(" or re.match(r"[\w\])]", text[start - 1]):
            continue
        depth, end = 1, start
        while depth:
            end += 1
            depth += (text[end] == "(") - (text[end] == ")")
        without = f"{text[:start]}{text[start + 1 : end]}{text[end + 1 :]}"
        line = without[without.rfind("\n", 0, start) :].strip().splitlines()[0]
        computes = re.sub(r"^(return |[^=(]* = )", "", line)
        yield f"are brackets missing? Yours computes “{computes}”.", ast.parse(without)


def written_wrong(node: ast.expr, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Write one part of a function wrong, in the ways that its kind has; with each the question that answers it."""
    whole = ast.unparse(node)
    match node:
        case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]):
            a, b = ast.unparse(left), ast.unparse(right)
            for wrong, question in WRONG.get(type(op), {}).items():
                yield question.format(a=a, b=b, whole=whole), wrong.format(a=f"({a})", b=f"({b})")
            if isinstance(op, ast.Div) and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add | ast.Sub):
                first, last, sign = ast.unparse(left.left), ast.unparse(left.right), SIGNS[type(left.op)]
                yield f"divide the whole, “{a}”, by “{b}”.", f"{first} / ({b}) {sign} {last}"
        case ast.Call(func=func, args=[inner, *_], keywords=keywords):
            f = ast.unparse(func)
            for keyword in map(ast.unparse, keywords):
                yield f"is {keyword} missing?", whole.replace(f", {keyword}", "")
            if f in ("abs", "np.sum", "norm"):
                yield f"is {f} missing?", ast.unparse(inner)
                yield f"“{whole}” is not squared here.", f"{whole} ** 2"
            if f in ("abs", "np.sum", "norm") and isinstance(inner, ast.BinOp):
                a, b, sign = ast.unparse(inner.left), ast.unparse(inner.right), SIGNS.get(type(inner.op), "*")
                for parts in f"{f}({a}) {sign} ({b})", f"({a}) {sign} {f}({b})", f"{f}({a}) {sign} {f}({b})":
                    yield f"take {f} of the whole, “{ast.unparse(inner)}”.", parts
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            for number in {0, 0.5, 1, 2, 3, 4} - {value}:
                yield f"is a {number} written where a {value} belongs?", str(number)
        case ast.Name(id=name, ctx=ast.Load()) if name in (names := names_in(tree)):
            for other in sorted(names - {name}):
                yield f"does {other} stand where {name} belongs?", other
            yield f"is there a 2 too many before {name}?", f"(2 * {name})"
            yield f"is there an abs too many around {name}?", f"abs({name})"
        case ast.Subscript(value=ast.Attribute(attr="shape") as shape, slice=ast.Constant(value=0 | 1 as axis)):
            turned = f"{ast.unparse(shape)}[{1 - axis}]"
            yield f"{turned} counts the {'rows' if axis else 'columns'}; which of them are the examples?", turned
        case ast.Attribute(value=value, attr="T"):
            yield f"is “{whole}” transposed?", ast.unparse(value)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            a, b, asked = ast.unparse(body), ast.unparse(orelse), ast.unparse(test)
            yield f"is that so in every case? Ask for “{asked}”.", a
            yield "are the two cases exchanged?", f"{b} if {asked} else {a}"


def names_in(tree: ast.AST) -> set[str]:
    """Return the arguments of a function, and what it assigns to."""
    nodes = list(ast.walk(tree))
    made = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return made | {node.arg for node in nodes if isinstance(node, ast.arg)}
