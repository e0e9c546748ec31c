"""The one change that makes a student's own function right.

A change is another text for a piece of the function. Each is tried on the exercise's cases; the first that fits is
told as a question about the piece that it changes.
"""

import ast
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from inspect import signature
from itertools import islice
from sys import gettrace, settrace

from .code import Code, size

COMPILED = "changed"  # the file in which a changed function says that it stands
CHANGES, LINES = 5000, 2000  # so many are tried, and so many lines does each of them run
QUOTES = "'\""
SMALL, LARGE = 6, 12  # of so many nodes is a part that is taken from the right function, or replaced
OPERATORS, COMPARISONS = "- + * / // @ **".split(), "< <= > >= == !=".split()
AROUND = (  # what is often missing around a part
    *("2 * …", "-…", "… / 2", "… + 1", "… - 1", "… ** 2"),
    *("abs(…)", "np.sum(…)", "np.sqrt(…)", "….T", "….ravel()", "….copy()", "….values()", "…()"),
)
AROUND_WITH = "… * {0}", "… / {0}", "… + {0}", "… - {0}", "{0} - …", "…[{0}]"  # with what the right function has


def mend(attempt: Callable, right: Callable, words: Sequence[str], fits: Callable[[Callable], bool]) -> str:
    """Name the one thing in a student's function that must be changed for it to fit; "" where one is not enough."""
    code = Code(attempt)
    if not any(isinstance(node, ast.Return) for node in code.nodes) or attempt.__closure__:
        return ""
    known = {line.strip() for line in Code(right).source.splitlines()}  # these are right, and so are tried last
    tried = [*islice(changes(code, parts_of(Code(right), code, words)), CHANGES)]
    tried.sort(key=lambda change: code.source.splitlines()[getattr(change[1], "lineno", 1) - 1].strip() in known)
    with redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
        for asked, node, source in tried:
            with no_longer_than(LINES), suppress(SyntaxError):
                if fits(compiled(source, attempt, right)):
                    return f"one change makes it right, {code.line(node)}: {' '.join(asked.split())}"
    return ""


@contextmanager
def no_longer_than(lines: int) -> Iterator[None]:
    """Stop what was compiled from a changed source after so many lines: a changed loop may run for ever."""
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


def compiled(source: str, *knows: Callable) -> Callable:
    """Return the function of a source, among the names that the functions given know."""
    names = {name: value for function in knows[::-1] for name, value in function.__globals__.items()}
    source = source.replace("np.empty(", "np.nan * np.zeros(")  # what stands in memory may be right by chance
    exec(compile(source, COMPILED, "exec"), names)
    return names[knows[0].__name__]


def written(line: str, right: Callable) -> Callable:
    """Return a function of the same arguments that returns what a line computes."""
    return eval(f"lambda {', '.join(signature(right).parameters)}: {line}", right.__globals__ | {"right": right})


def parts_of(right: Code, code: Code, words: Sequence[str]) -> list[str]:
    """Return what may be missing in a student's function: small parts of the right one, and names; short ones first."""
    functions = {name for name in right.read if callable(right.function.__globals__.get(name))}
    unknown = {*right.arguments, *right.made, *functions} - code.known
    returned = [node.value for node in right.nodes if isinstance(node, ast.Return)]
    small = [right.text(node) for node in right.expressions if size(node) <= SMALL and node not in returned]
    known = [part for part in small if not unknown & set(re.findall(r"\w+", part))]
    parts = {*known, *code.arguments, *code.made, *map(repr, words), "0", "1"}
    return sorted(parts, key=lambda part: (len(part), part))


def changes(code: Code, parts: Sequence[str]) -> Iterator[tuple[str, ast.AST, str]]:
    """Yield each change: a question, the node that it is about, and the changed source.

    First lines are changed, then expressions, small ones first: each function below is one kind of change, and yields
    a question and another text for a node; `parts` are what a student's function may lack.
    """
    for owner in code.nodes:
        for block in getattr(owner, "body", []), getattr(owner, "orelse", []):
            if isinstance(block, list):
                yield from rearranged(code, block)
    nodes = sorted(code.expressions[::-1], key=lambda node: (size(node), not isinstance(node, ast.Constant)))
    texts = {node: code.text(node) for node in nodes}
    for kind in keywords, left_out, brackets, operators, exchanged, missing:
        for node in nodes[::-1] if kind is missing else nodes:
            alike = [one for one in nodes if texts[one] == texts[node]]
            twice = node is alike[0] and len(alike) > 1 and size(node) > 2
            for asked, text in kind(code, node, parts):
                yield asked, node, code.changed({node: f"({text})"})
                if twice:  # such as in both points of a two-sided difference
                    yield asked, node, code.changed({one: f"({text})" for one in alike})


def brackets(code: Code, node: ast.expr, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Write a / (b * c) for a / b * c, and (a - b) / c for a - b / c."""
    match node:
        case ast.BinOp(left=left, right=right) | ast.Compare(left=left, comparators=[right]):
            (start, end), (first, over), (under, _) = map(code.ends, (node, left, right))
            own = "(" in code.source[start:first] + code.source[over:under]
            asked = f"are {'the brackets right' if own else 'brackets missing'} in “{code.text(node)}”?"
            if isinstance(left, ast.BinOp):
                b, _ = code.ends(left.right)
                yield asked, f"{code.source[start:b]}({code.source[b:end]})"
            if isinstance(right, ast.BinOp):
                _, b = code.ends(right.left)
                yield asked, f"({code.source[start:b]}){code.source[b:end]}"


def operators(code: Code, node: ast.expr, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Write another operator, or its two sides the other way round."""
    whole = code.text(node)
    match node:
        case ast.BinOp(left=left, right=right):
            a, b, sign = code.text(left), code.text(right), code.between(left, right)
            for other in OPERATORS:
                yield f"does {sign} belong into “{whole}”?", f"({a}) {other} ({b})"
            yield f"which comes first in “{whole}”?", f"({b}) {sign} ({a})"
            if factor := re.match(r"(\w+) ?\* ?(\w.*)", whole):
                yield f"does * belong behind “{factor[1]}” in “{whole}”?", f"{factor[1]} + {factor[2]}"
        case ast.Compare(left=left, comparators=[right]):
            a, b, sign = code.text(left), code.text(right), code.between(left, right)
            texts = isinstance(getattr(right, "value", 0), str)  # which come in no order
            for other in ("==", "!=") if texts else COMPARISONS:
                yield f"is {sign} right in “{whole}”?", f"({a}) {other} ({b})"


def keywords(code: Code, node: ast.expr, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Take a sum for a mean, or a mean for a sum; or say over which axis."""
    match node:
        case ast.Attribute(attr="empty"):
            yield f"“{code.text(node)}” holds what stood in memory; is every place filled?", "np.zeros"
        case ast.Attribute(value=of, attr="sum"):
            yield f"is sum right in “{code.text(node)}”?", f"({code.text(of)}).mean"
        case ast.Attribute(value=of, attr="mean"):
            yield f"is mean right in “{code.text(node)}”?", f"({code.text(of)}).sum"
        case ast.Call(func=func, args=args, keywords=named):
            given = [code.text(one) for one in (*args, *named)]
            for name, value in ("keepdims", True), ("axis", 0), ("axis", 1):
                others = [one for one in given if not one.startswith(f"{name}=")]
                asked = f"is {name} {'missing' if others == given else 'right'} in “{code.text(node)}”?"
                yield asked, f"{code.text(func)}({', '.join([*others, f'{name}={value}'])})"


def left_out(code: Code, node: ast.expr, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Leave out what stands around a part."""
    for part in ast.walk(node) if not isinstance(node, ast.Compare) else ():  # a number behind if is True by accident
        if part is not node and isinstance(part, ast.expr) and not isinstance(part, ast.Constant):
            yield f"does “{code.around(node, part)}” belong around “{code.text(part)}”?", code.text(part)


def exchanged(code: Code, node: ast.expr, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Put a part of the right function, or another name, in the place of a part."""
    inside, itself = code.inside[node], rf"(?<![\w.'\"]){re.escape(code.text(node))}(?![\w'\"])"
    into = f"into “{code.text(inside)}”" if isinstance(inside, ast.expr) else "there"
    for part in parts if size(node) <= LARGE else ():
        is_text = isinstance(getattr(node, "value", None), str)
        grows = into.startswith(f"into “{part}.")  # a list that is put into itself has no end
        if is_text == (part[0] in QUOTES) and not grows and not re.search(itself, part):
            yield f"does “{code.text(node)}” belong {into}?", part


def missing(code: Code, node: ast.expr, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Write something around a part."""
    inside = code.inside[node]
    text = isinstance(getattr(node, "value", None), str)
    if text or isinstance(inside, ast.Attribute | ast.Subscript) or node is getattr(inside, "func", None):
        return
    whole, known = code.text(node), [f"({part})" if " " in part else part for part in parts if part[0] not in QUOTES]
    known = [part for part in known if part in code.known or not part.isidentifier()]
    for pattern in (*AROUND, *(pattern.format(part) for part in known for pattern in AROUND_WITH)):
        yield f"is “{pattern}” missing around “{whole}”?", pattern.replace("…", f"({whole})")


def rearranged(code: Code, block: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt, str]]:
    """Write the lines of a block otherwise: without one, inside of a loop or behind it, with the first if as second."""
    for line, following in zip(block, [*block[1:], None], strict=False):
        text, after = code.text(line), code.text(following) if following else ""
        match line:
            case ast.For(body=[*_, last]):
                said = code.text(last)
                yield f"“{said}” stands inside the loop.", last, code.changed({last: f"pass{start_of(line)}{said}"})
                if following:
                    asked = f"“{after}” stands behind the loop, so it runs once: indent it."
                    yield asked, following, code.changed({last: f"{said}{start_of(last)}{after}", following: "pass"})
            case ast.If(test=test, body=[one], orelse=[ast.If(test=other, body=[two])]):
                asked = f"“{code.text(test)}” is asked first, so what comes after is never reached."
                first = {test: code.text(other), one: code.text(two)}
                second = {other: code.text(test), two: code.text(one)}
                yield asked, line, code.changed(first | second)
            case ast.Assign(targets=[ast.Name()]):
                adds = text.replace("=", "+=", 1)
                yield f"“{text}” begins anew each time; += adds on.", line, code.changed({line: adds})
        if len(block) > 1:
            yield f"does “{text}” belong there?", line, code.changed({line: "pass"})


def start_of(line: ast.stmt) -> str:
    """Return what begins another line of the same block."""
    return "\n" + " " * line.col_offset
