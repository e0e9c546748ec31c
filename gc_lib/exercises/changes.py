"""What can be changed in a student's function: other texts for its pieces, each with a question about the piece."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .code import Code, size, stands_in, stored

QUOTES = "'\""
SMALL, LARGE = 6, 12  # of so many nodes is a part that is taken from the right function, or replaced
OPERATORS, COMPARISONS = "- + * / @ **".split(), "< <= > >= == !=".split()
TWINS = {"sum": "mean", "mean": "sum", "max": "min", "min": "max", "argmax": "argmin", "argmin": "argmax"}
AROUND = (  # what is often missing around a part
    *("2 * …", "-…", "… / 2", "… + 1", "… - 1", "… ** 2", "… > 0", "1 - …"),
    *("abs(…)", "np.sum(…)", "np.sqrt(…)", "….T", "….ravel()", "….copy()", "….values()", "….items()", "…()"),
)
AROUND_WITH = "… * {0}", "… / {0}", "… + {0}", "… - {0}", "{0} - …", "{0} @ …", "…[{0}]"  # with parts of the right one


@dataclass(frozen=True, eq=False)
class Change:
    """Hold a question about a node of a function, and other texts for it and for what must change with it."""

    asked: str
    node: ast.AST
    texts: Mapping[ast.AST, str]


def parts_of(right: Code, code: Code, words: Iterable[str]) -> list[str]:
    """Return what may be missing in a student's function: small parts of the right one, and names; short ones first."""
    functions = {name for name in right.read if callable(right.function.__globals__.get(name))}
    unknown = {*right.arguments, *right.made, *functions} - code.known
    returned = [node.value for node in right.nodes if isinstance(node, ast.Return)]
    small = [right.text(node) for node in right.expressions if size(node) <= SMALL and node not in returned]
    known = [part for part in small if not unknown & set(re.findall(r"\w+", part))]
    parts = {*known, *code.arguments, *code.made, *map(repr, words), "0", "1"}
    return sorted(parts, key=lambda part: (len(part), part))


def changes(code: Code, parts: Sequence[str]) -> Iterator[Change]:
    """Yield each change: first of lines, then of expressions, small ones first; `parts` are what may be missing.

    Each function below is one kind of change, and yields a question and another text for a node.
    """
    for owner in code.nodes:
        for block in getattr(owner, "body", []), getattr(owner, "orelse", []):
            if isinstance(block, list):
                yield from (Change(*change) for change in rearranged(code, block))
    nodes = sorted(code.expressions[::-1], key=lambda node: (size(node), not isinstance(node, ast.Constant)))
    texts = {node: code.text(node) for node in nodes}
    for kind in keywords, left_out, brackets, operators, exchanged, missing:
        for node in nodes[::-1] if kind is missing else nodes:
            alike = [one for one in nodes if texts[one] == texts[node]]
            twice = node is alike[0] and len(alike) > 1 and size(node) > 2
            for asked, text in kind(code, node, parts):
                yield Change(asked, node, {node: f"({text})"})
                if twice:  # such as in both points of a two-sided difference
                    yield Change(asked, node, dict.fromkeys(alike, f"({text})"))


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
            known = not any(isinstance(part, ast.Name) for part in ast.walk(right))
            power = known and not in_exponent(code, node)  # else it may have no end
            whole_numbers = sign in ("//", "%")  # for which another operator gives the number wanted by accident
            for other in ["/"] if whole_numbers else OPERATORS if power else OPERATORS[:-1]:
                yield f"does {sign} belong between “{a}” and “{b}”?", f"({a}) {other} ({b})"
            yield f"which comes first in “{whole}”?", f"({b}) {sign} ({a})"
            if factor := re.match(r"(\w+) ?\* ?(\w.*)", whole):
                yield f"does * belong behind “{factor[1]}” in “{whole}”?", f"{factor[1]} + {factor[2]}"
        case ast.Compare(left=left, comparators=[right]):
            a, b, sign = code.text(left), code.text(right), code.between(left, right)
            texts = isinstance(getattr(right, "value", 0), str)  # which come in no order
            for other in ("==", "!=") if texts else COMPARISONS:
                yield f"is {sign} right in “{whole}”?", f"({a}) {other} ({b})"


def in_exponent(code: Code, node: ast.AST) -> bool:
    """Tell whether a node stands right of a **, or within what stands there."""
    while outer := code.inside.get(node):
        if isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Pow) and outer.right is node:
            return True
        node = outer
    return False


def keywords(code: Code, node: ast.expr, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Take a sum for a mean, the least for the largest, or the other way round; or say over which axis."""
    match node:
        case ast.Attribute(attr="empty"):
            yield f"“{code.text(node)}” holds what stood in memory; is every place filled?", "np.zeros"
        case ast.Attribute(attr="ones"):
            yield f"is ones right in “{code.text(node)}”?", "np.zeros"
        case ast.Attribute(value=of, attr="log"):
            yield f"“{code.text(node)}” is the natural logarithm; log10 gives powers of ten.", f"{code.text(of)}.log10"
        case ast.Attribute(attr="outer"):
            yield f"is outer right in “{code.text(node)}”?", "np.dot"
        case ast.Attribute(value=of, attr=name) if name in TWINS:
            yield f"is {name} right in “{code.text(node)}”?", f"({code.text(of)}).{TWINS[name]}"
        case ast.Name(id="max" | "min" as name):
            yield f"is {name} right in “{code.text(code.inside[node])}”?", TWINS[name]
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
            around, text = code.around(node, part), code.text(part)
            if code.inside[part] is node or not stands_in(around, text):
                yield f"does “{around}” belong around “{text}”?", text


def exchanged(code: Code, node: ast.expr, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Put a part of the right function, or another name, in the place of a part."""
    inside, itself = code.inside[node], rf"(?<![\w.'\"]){re.escape(code.text(node))}(?![\w'\"])"
    place = f"in “{code.text(inside)}”" if isinstance(inside, ast.expr) else "there"
    keys = [getattr(key, "value", None) for key in getattr(inside, "keys", [])]
    if code.passes_on(node):  # what it is made of can be exchanged
        return
    if stored(node):  # nothing but a name of the function itself: np.zeros += … would change numpy
        parts = [part for part in parts if part in code.made]
    for part in parts if size(node) <= (SMALL if isinstance(inside, ast.Return | ast.Assign) else LARGE) else ():
        if size(node) > 3 and stands_in(code.text(node), part):
            continue  # to leave out what stands around it is another kind
        if part.strip(QUOTES) in keys:
            continue  # of two keys that are the same, a dict keeps the last
        is_text = isinstance(getattr(node, "value", None), str)
        grows = place.startswith(f"in “{part}.")  # a list that is put into itself has no end
        if is_text == (part[0] in QUOTES) and not grows and not re.search(itself, part):
            yield f"does “{code.text(node)}” belong {place}?", part


def missing(code: Code, node: ast.expr, parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Write something around a part; around a number, a factor."""
    inside, whole, number = code.inside[node], code.text(node), isinstance(node, ast.Constant)
    is_text = isinstance(getattr(node, "value", None), str)
    below_0 = isinstance(getattr(node, "operand", None), ast.Constant)
    bound = isinstance(inside, ast.Attribute | ast.Subscript) or node is getattr(inside, "func", None)
    if is_text or below_0 or bound:
        return
    own = {*re.findall(r"\w+", whole)}  # what stands there already is wrapped around itself by accident alone
    known = [part for part in parts if not own & {*re.findall(r"[^\W\d]\w*", part)}]
    known = [part for part in known if part in code.known - code.called or not (part.isidentifier() or part.isdigit())]
    known = [part for part in known if part[0] not in QUOTES and " " not in part]  # a sum or product fits by accident
    source, undoes = code.source.replace("'", '"'), (("*", "/"), ("/", r"[^\d*\s] ?\*"))  # elsewhere, but for 2 * …
    undone = [f"… {a} {of}" for of in known for a, b in undoes if re.search(rf"{b} ?{re.escape(of)}(?!\w)", source)]
    patterns = [of.format(part) for part in known for of in AROUND_WITH[: 2 if number else None]]
    with_others = [pattern for pattern in patterns if pattern not in undone]
    calls = [f"{name}(…)" for name in sorted(code.called - own)]
    entries = [f"…[{part}]" for part in parts if part.isdigit()]
    for pattern in (*(() if number or stored(node) else (*AROUND, *calls, *entries)), *with_others):
        where = "behind" if pattern.startswith(("….", "…(", "…[")) else "around"
        yield f"is “{pattern}” missing {where} “{whole}”?", pattern.replace("…", f"({whole})")


def rearranged(code: Code, block: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt, dict]]:
    """Write the lines of a block otherwise: without one, inside of a loop or behind it, with the first if as second."""
    for line, following in zip(block, [*block[1:], None], strict=False):
        text, after = code.text(line), code.text(following) if following else ""
        match line:
            case ast.For(body=[*_, last]):
                said = code.text(last)
                yield f"“{said}” stands inside the loop.", last, {last: f"pass\n{' ' * line.col_offset}{said}"}
                if following:
                    asked = f"“{after}” stands behind the loop, so it runs once: indent it."
                    yield asked, following, {last: f"{said}\n{' ' * last.col_offset}{after}", following: "pass"}
            case ast.If(test=test, body=[one], orelse=[ast.If(test=other, body=[two])]):
                asked = f"“{code.text(test)}” is asked first, so what comes after is never reached."
                first = {test: code.text(other), one: code.text(two)}
                second = {other: code.text(test), two: code.text(one)}
                yield asked, line, first | second
            case ast.If(test=test) if isinstance(following, ast.If):
                asked = f"“{code.text(following.test)}” is asked even where “{code.text(test)}” holds: elif?"
                yield asked, following, {following: f"el{after}"}
            case ast.Assign(targets=[ast.Name() | ast.Attribute()]):
                adds = text.replace("=", "+=", 1)
                yield f"“{text}” begins anew each time; += adds on.", line, {line: adds}
        if len(block) > 1:
            yield f"does “{text}” belong there?", line, {line: "pass"}
