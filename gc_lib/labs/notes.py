"""What the detective's page says: the checks made, why an accusation is wrong, the lines once found, the record."""

import html
from collections.abc import Callable

from ..checker.words import html_table, listed
from ..network import bugs
from ..network.backprop import hidden_error
from . import cases
from .cases import Case, Setting, Suspect

NAMES = [f"{letter}{l}" for l in range(1, len(cases.SIZES)) for letter in "Wb"]
SWITCHES: dict[str, tuple[str, Callable]] = {  # what a switch is called, and what its values are called
    "lam": ("λ", "{:g}".format),
    "examples": ("m", str),
    "keep_prob": ("keep_prob", "{:g}".format),
    "hidden": ("activation", str),
    "bias": ("b", lambda b: "random" if b else "0"),
}
LINES = {1: "one line", 2: "two lines"}
TABLE = """<style>
.gc-lab .gc-notes .widget-html-content { min-width: 0; }
.gc-lab .gc-notes table { display: block; overflow-x: auto; }
.gc-lab .gc-notes td, .gc-lab .gc-notes th { text-align: center; padding: 0 0.45em; }
.gc-notes b { color: #D55E00; }
.gc-notes code { display: block; text-align: left; white-space: pre-wrap; }
</style>"""


def in_words(at: Setting) -> str:
    """Name a setting by what is switched in it."""
    pairs = zip(SWITCHES.values(), at, Setting(), strict=True)
    said = [f"{word} = {words(value)}" for (word, words), value, usual in pairs if value != usual]
    return ", ".join(said).removeprefix("activation = ").replace(", activation = ", ", ")


def name(suspect: Suspect) -> str:
    """Name a suspect."""
    return " and ".join(f"{bug} in layer {l}" for bug, l in suspect) or "nothing is wrong"


def red(marks: tuple[str, ...]) -> str:
    """Name the blocks that are red, with their factors."""
    found = [f"{block} {mark}".removesuffix(" ✕") for block, mark in zip(NAMES, marks, strict=True) if mark]
    return listed(found) if found else "no block"


def counted(number: int, noun: str) -> str:
    """Count things: "1 check", "2 checks"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def title(file: Case) -> str:
    """Say what is known of a case from the start."""
    if file.wild:
        return f"<b>Case {file.number}, wild: one line stands as somebody once wrote it in public.</b> Is it wrong?"
    return f"<b>Case {file.number}: {LINES[file.lines]} {'was' if file.lines == 1 else 'were'} replaced.</b>"


def suspects_left(state, left: int) -> str:
    """Say how many suspects are left, of how many, and what it cost."""
    of = len(cases.suspects(state.file.lines))
    if not state.cost:
        return f"There are {of:,} suspects."
    wrong = f" and {counted(len(state.accused), 'wrong accusation')}" if state.accused else ""
    verb = "is" if left == 1 else "are"
    return f"<b>{left:,} of {of:,} suspects {verb} left</b> after {counted(len(state.checks), 'check')}{wrong}."


def verdict(state) -> str:
    """Say what it was, what it cost, and how many checks the kit's own detective needs."""
    own = counted(len(cases.solved_with(state.case)), "check")
    own = f"The kit's own detective needs {own}."
    hidden = name(state.file.plants)
    if not state.solved:
        return f"<b>Case {state.case}: it was {hidden}.</b> {own}"
    same = state.accused[-1] != state.file.plants
    also = f" To be exact it was {hidden}, which no check here can tell from it." if same else ""
    cost = f"at the cost of {counted(state.cost, 'check')}"
    return f"<b>Case {state.case} is solved, {cost}: {name(state.accused[-1])}.</b>{also} {own}"


def against(state, accused: Suspect) -> str:
    """Say why an accusation is wrong: in which check the suspect would have left another pattern."""
    for n, check in enumerate(state.checks, start=1):
        seen, would = cases.seen(state.case, check), cases.seen(state.case, check, accused)
        if seen != would:
            return f"in check {n} that would have turned red {red(would)}; what did turn red is {red(seen)}"
    return "that explains all you have seen, but so does another; the check that tells them apart is still to be made"


def notes(state) -> str:
    """Write the checks and the accusations made so far."""
    rows = []
    for n, check in enumerate(state.checks, start=1):
        marks = [f"<b>{mark}</b>" if mark else "·" for mark in cases.seen(state.case, check)]
        left = f"{len(cases.left(state.case, state.checks[:n])):,}"
        rows.append((n, in_words(check) or "nothing", *marks, left))
    table = html_table(["check", "switched", *NAMES, "left"], rows) if rows else ""
    wrong = state.accused[: len(state.accused) - state.solved]
    said = "".join(f"<li>It is not {name(accused)}: {against(state, accused)}.</li>" for accused in wrong)
    return TABLE + table + (f"<ul>{said}</ul>" if said else "")


def lines(suspect: Suspect) -> list[tuple[str, str, str]]:
    """Return what each bug does, the right line and the wrong one."""
    found = [bugs.find(name) for name, _ in suspect]
    return [(f"{bug.name}: {bug.sentence}", bugs.last_line(bug.breaks), bugs.last_line(bug.wrong)) for bug in found]


def side_by_side(rows: list[tuple[str, str, str]], words: str) -> str:
    """Set right lines and others side by side; `words` stand over the others."""
    told = [(code(right), code(other)) for _, right, other in rows]
    return html_table(["as it should be", words], told) if rows else ""


def code(line: str) -> str:
    """Write a line of code."""
    return f"<code>{html.escape(line.removeprefix('return '))}</code>"


def reveal(state) -> str:
    """Set the right line and the line that ran side by side, and link the threads that it was reported in."""
    said, threads = "Reported in", state.file.threads
    ran = lines(state.file.plants)
    if not ran:
        said = "It has been reported as a bug again and again"
        does, line = bugs.first_sentence(cases.slope_from_A), bugs.last_line(cases.slope_from_A)
        ran = [(f"slope_from_A: {does}", bugs.last_line(hidden_error), line)]
    sentences = "".join(f"<p>{html.escape(sentence)}</p>" for sentence, _, _ in ran)
    links = ", ".join(f'<a href="{url}" target="_blank" rel="noopener">{url[19:]}</a>' for url in threads)
    return sentences + side_by_side(ran, "as it ran") + (f"<p>{said}: {links}.</p>" if links else "")


def record(state) -> str:
    """Write the record as text."""
    costs = sum(cost for _, cost in state.record)
    head = f"Cases solved: {len(state.record)}, at the cost of {counted(costs, 'check')}."
    return "\n".join([head, *(f"Case {number}: {cost}" for number, cost in sorted(state.record))])
