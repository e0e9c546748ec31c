"""How the checker writes: lists in a sentence, entries as in code, and all of it in ASCII where nothing else can be."""

import sys
from collections.abc import Iterable, Sequence
from textwrap import fill

import numpy as np

IN_ASCII = str.maketrans(
    {"ŷ": "y_hat", "θ": "theta", "ε": "eps", "λ": "lambda", "σ": "sigma", "μ": "mu", "\u0302": "_hat", "α": "alpha"}
    | {"Σ": "sum ", "√": "sqrt ", "½": "1/2 ", "²": "^2", "³": "^3", "ᵢ": "_i", "‖": "||", "±": "+-", "×": "x"}
    | {"·": "*", "∘": "*", "ᵀ": "^T", "−": "-", "–": "-", "′": "'", "“": '"', "”": '"', "’": "'", "…": "..."}
    | {"→": "->", "←": "<-"}
)


def listed(names: Iterable[str]) -> str:
    """Write names as a list in a sentence: W1, b1 and W2."""
    *most, last = list(names) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def printable(text: str) -> str:
    """Return text as it is, or in ASCII where the output of this program, such as a file on Windows, cannot take it."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return text.translate(IN_ASCII).encode("ascii", "backslashreplace").decode()
    return text


def in_lines(sentences: str) -> str:
    """Break text between words: Jupyter breaks a line that is too long for the page within a word."""
    hanging = "  " if sentences.startswith("- ") else ""
    return fill(printable(sentences), 88, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def entry_name(block: str, index: tuple[int, ...]) -> str:
    """Write an entry as in code: W2[3, 1]."""
    return f"{block}[{', '.join(map(str, index))}]" if index else block


def all_agree(count: int) -> str:
    """Say that all blocks agree, one or several."""
    return f"All {count} blocks agree." if count > 1 else "The one block agrees."


def short(x: float, digits: int = 6) -> str:
    """Write a number as one does by hand, with as many digits as it needs or as are asked for: 1e-7, 0.1, 2000, 1e4."""
    mantissa, exponent = f"{x:.{digits - 1}e}".split("e") if np.isfinite(x) else (f"{x:g}", "0")
    if -2 < int(exponent) < 4:
        return f"{float(f'{x:.{digits}g}'):.{max(digits, 4)}g}"
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def power(x: float) -> str:
    """Write a number as its nearest power of ten, since the digits of round-off differ between machines: "1e-08"."""
    return f"{10.0 ** round(np.log10(x)):.0e}" if 0 < x < np.inf else f"{x:g}"


def in_digits(x: float, least: float) -> str:
    """Write a number with two digits; below the least that has any but those of round-off, only its power of ten."""
    return short(x, 2) if x >= least else f"about {short(float(power(x)))}"


def html_table(head: Sequence[str], rows: Iterable[Sequence], named: bool = False) -> str:
    """Write a table for a page; in `named` rows the first cell is a heading too."""
    above = f"<tr>{''.join(f'<th>{word}</th>' for word in head)}</tr>" if head else ""
    first = "th" if named else "td"
    body = (f"<tr><{first}>{name}</{first}>{''.join(f'<td>{x}</td>' for x in rest)}</tr>" for name, *rest in rows)
    return f"<table>{above}{''.join(body)}</table>"
