"""The quiz: twelve items in two parallel forms, A before the course and B after it. Not yet validated with students.

python -m gc_lib.quiz FOLDER    counts the answers in all notebooks of a folder
"""

import ast
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

from .checker.words import printable

LETTERS, FORMS = "abc", "AB"
RIGHT, SKIPPED = "right", "skipped"
WIDTH = 88  # letters of a line: Jupyter breaks a longer one within a word


class Item(NamedTuple):
    """Hold one item of a form: what is asked, its options, and what choosing each of them stands for."""

    lesson: str
    ask: str
    options: dict[str, str]  # by their letters
    means: dict[str, str]  # by their letters: right, or a misconception


class Said:
    """Text that a cell shows as it stands."""

    def __init__(self, words: str):
        self.words = words

    def __repr__(self) -> str:
        return printable(self.words)


@cache
def items(form: str) -> dict[int, Item]:
    """Return the items of a form by their numbers. Raises ValueError for a form that there is not."""
    if form not in (*FORMS,):
        raise ValueError(f'form should be "A", before the course, or "B", after it; got {form!r}')
    found = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["item"]
    return {n: item(each["lesson"], each["misconceptions"], **each[form]) for n, each in enumerate(found, 1)}


def item(lesson: str, misconceptions: list[str], ask: str, key: str, right: str, wrong: list[str]) -> Item:
    """Set the right option at its letter, and the wrong ones at the others."""
    letters = [key, *LETTERS.replace(key, "")]
    options, means = (zip(letters, each, strict=True) for each in ([right, *wrong], [RIGHT, *misconceptions]))
    return Item(lesson, ask, dict(sorted(options)), dict(sorted(means)))


def questions(form: str) -> Said:
    """Return the twelve items of a form, to read.

    >>> gcl.quiz.questions("A")
    1. A network has three layers. One line is wrong: dW of layer 2 forgets its λ term, λ >
        0. What do the relative differences of the six blocks tell?
        a  All six are red, since they come out of one backprop.
        ...
    """
    lines = []
    for n, each in items(form).items():
        lines.append(fill(f"{n}. {each.ask}", WIDTH, subsequent_indent="    "))
        for letter, words in each.options.items():
            lines.append(fill(f"    {letter}  {words}", WIDTH, subsequent_indent="       "))
        lines.append("")
    return Said("\n".join(lines[:-1]))


def marks(answers: Mapping[int, str], form: str) -> dict[int, str]:
    """Return what each answer stands for: right, a misconception, or skipped. Raises ValueError for another letter."""
    wanted, found = items(form), {}
    if not isinstance(answers, Mapping) or not answers.keys() <= wanted.keys():
        raise ValueError(f'answers should be letters by number, as in {{1: "a", {len(wanted)}: ""}}; got {answers!r}')
    for n, each in wanted.items():
        letter = str(answers.get(n) or "").strip().lower()
        if letter not in ("", *LETTERS):
            raise ValueError(f'answers[{n}] should be "a", "b", "c", or "" to skip it; got {answers[n]!r}')
        found[n] = each.means.get(letter, SKIPPED)
    return found


def score(answers: Mapping[int, str], form: str) -> Said:
    """Say how many answers are right; after form B also which are not, and what was to be said.

    >>> gcl.quiz.score({1: "", 2: ""}, form="A")
    Form A: 0 of 12 right, 12 skipped. Write your letters between the quotes, and run the cell again.
    """
    try:
        found = marks(answers, form)
    except ValueError as problem:
        return Said(f"Not yet: {problem}")
    count = Counter(found.values())
    head = f"Form {form}: {count[RIGHT]} of {len(found)} right, {count[SKIPPED]} skipped."
    if count[SKIPPED] == len(found):
        return Said(f"{head} Write your letters between the quotes, and run the cell again.")
    if form == "A":
        return Said(f"{head} What is right, you read after form B, which asks for the same. Save the notebook.")
    return Said("\n".join([head, *mended(found)]))


def mended(found: Mapping[int, str]) -> Iterator[str]:
    """Yield the right answer of each item that was not answered rightly, and the belief behind the wrong one."""
    for n, mean in found.items():
        if mean != RIGHT:
            each = items("B")[n]
            key = next(letter for letter, words in each.means.items() if words == RIGHT)
            belief = "" if mean == SKIPPED else f' Yours says: "{mean}".'
            words = f'{n}. {key} is right: "{each.options[key].rstrip(".")}".{belief} Lesson {each.lesson}.'
            yield fill(words, WIDTH, subsequent_indent="    ")


# ---- for teachers ----------------------------------------------------------------------------------------------------


def sheet(path: Path) -> dict[str, dict[int, str]]:
    """Return what the answers of a notebook stand for, by form; of a notebook without the quiz nothing.

    Raises ValueError where a form cannot be read.
    """
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        raise ValueError("this is no notebook") from None
    return dict(map(answered, (source for source in sources if "quiz.score(" in source)))


def answered(source: str) -> tuple[str, dict[int, str]]:
    """Return the form that a cell scores, and what its answers stand for. Raises ValueError where it cannot be read."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
        call = next(node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "gcl.quiz.score")
        named = {ast.unparse(node.targets[0]): node.value for node in nodes if isinstance(node, ast.Assign)}
        answers = ast.literal_eval(named.get(ast.unparse(call.args[0]), call.args[0]))
        form = str(next(ast.literal_eval(each.value) for each in call.keywords if each.arg == "form"))
    except (SyntaxError, ValueError, StopIteration, IndexError):
        raise ValueError(f"this cell cannot be read: {source!r}") from None
    return form, marks(answers, form)


def table(folder: Path) -> str:
    """Count the answers of all notebooks in a folder: items, misconceptions, skips, and the gain from A to B."""
    sheets, unread = [], []
    for path in sorted(folder.glob("**/*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            try:
                sheets.append(sheet(path))
            except ValueError as problem:
                unread.append(f"{path}: {problem}")
    begun = [{form: found for form, found in each.items() if {*found.values()} != {SKIPPED}} for each in sheets]
    both = [each for each in begun if each.keys() == {*FORMS}]
    alone = {form: sum(each.keys() == {form} for each in begun) for form in FORMS}
    head = f"Counted: {len(both)} notebooks with answers to both forms. Not counted: with A alone {alone['A']}, "
    head += f"with B alone {alone['B']}, not read {len(unread)}."
    return "\n".join([head, *unread, *map("\t".join, rows(both))])


def rows(both: list[dict[str, dict[int, str]]]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table: how many gave each answer before and after; the gain beside what is right."""
    yield "item", "lesson", "A", "B", "gain", "answer"
    every: Counter = Counter()
    for n, each in items("A").items():
        count = Counter((form, found[form][n]) for found in both for form in FORMS)
        every += count
        for mean in (RIGHT, *(words for words in each.means.values() if words != RIGHT), SKIPPED):
            yield row(str(n), each.lesson, mean, count, len(both))
    for mean in (RIGHT, SKIPPED):
        yield row("all", "", mean, every, len(both) * len(items("A")))


def row(n: str, lesson: str, mean: str, count: Counter, of: int) -> tuple[str, ...]:
    """Return a row; the gain is the share of what was not right before that is right after."""
    before, after = count["A", mean], count["B", mean]
    gain = f"{(after - before) / (of - before):.2f}" if mean == RIGHT and before < of else ""
    return n, lesson, str(before), str(after), gain, mean


def main() -> None:
    """Print the table of the folder that the command line names."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        raise SystemExit("Name the folder of the notebooks that you have collected: python -m gc_lib.quiz FOLDER")
    print(printable(table(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()
