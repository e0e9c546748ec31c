"""What the detective's page says: the checks made, why an accusation is wrong, the lines once found, the record."""

import html
from collections.abc import Callable
from pathlib import Path

from ..checker.words import html_table, listed
from ..network import bugs
from . import cases, reasons
from .cases import SWITCHES, Case, Setting, Suspect, named
from .reasons import Claim
from .words import grouped

LINES = {1: "one line", 2: "two lines"}
MOST = 24  # lines in the list of pairs
STYLE = f"<style>{Path(__file__).with_name('board.css').read_text('utf-8')}</style>"


def in_words(at: Setting) -> str:
    """Name a setting by what is switched in it."""
    pairs = zip(SWITCHES.values(), at, Setting(), strict=True)
    return ", ".join(f"{switch.word} = {switch.words(value)}" for switch, value, usual in pairs if value != usual)


def name(suspect: Suspect) -> str:
    """Name a suspect."""
    return " with ".join(named(bug, l) for bug, l in suspect) or "nothing is wrong"


def counted(number: int, noun: str) -> str:
    """Count things: "1 check", "2 checks"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def title(file: Case) -> str:
    """Say what is known of a case from the start."""
    if file.wild:
        return f"<b>Case {file.number}, wild: one line stands as somebody once wrote it in public.</b> Is it wrong?"
    return f"<b>Case {file.number}: {what(file)} replaced.</b>"


def what(file: Case) -> str:
    """Name what a case is: "two lines", "layer norm, one line"."""
    return ", ".join(filter(None, (file.world.layer, LINES[file.lines])))


def suspects_left(state, left: int) -> str:
    """Say how many suspects are left, of how many, and what it cost."""
    of, cost = len(state.file.suspects), counted(state.cost, "check")
    return f"<b>Suspects left: {left:,} of {of:,}</b>, at the cost of {cost}."


def outcome(state) -> str:
    """Say in one line what it was, and what it cost."""
    if not state.solved:
        return f"case {state.case}: it was {name(state.file.plants)}"
    cost = f"at the cost of {counted(state.cost, 'check')}"
    return f"case {state.case} is solved, {cost}: {name(state.accused[-1])}"


def verdict(state) -> str:
    """Say what it was, if the accusation only looked like it, and how many checks the kit's own detective needs."""
    own = f"The kit's own detective needs {counted(len(cases.solved_with(state.case)), 'check')}."
    alike = state.solved and state.accused[-1] != state.file.plants
    exact = f"To be exact it was {name(state.file.plants)}, which no check here can tell from it. "
    return (exact if alike else "") + own


def against(state, accused: Suspect) -> str:
    """Say why an accusation is wrong: what it would have shown in the first check that tells, and what was seen."""
    for n, at in enumerate(state.checks, 1):
        would, seen = cases.seen(state.case, at, accused), cases.seen(state.case, at)
        if would != seen:
            return f"in check {n} it would have shown {red_by(state, would)}; seen was {red_by(state, seen)}"
    return "that explains all you have seen, but so does another; the check that tells them apart is still to be made"


def notes(state) -> str:
    """Write the checks made so far, a row for each, and the suspects that each has left."""
    blocks = state.file.world.blocks
    rows = [("", "at first", *[""] * len(blocks), f"{len(state.file.suspects):,}")]
    for n, check in enumerate(state.checks, start=1):
        marks = [f"<b>{mark}</b>" if mark else "·" for mark in cases.seen(state.case, check)]
        here = "▸ " if check == state.setting else ""
        left = f"{len(cases.left(state.case, state.checks[:n])):,}"
        switched = in_words(check).replace(" = ", "=") or "nothing"
        rows.append((f"{here}{n}", switched, *marks, left))
    return html_table(["check", "switched", *blocks, "suspects left"], rows)


def answer(state) -> str:
    """Say what came of the accusations, the last one first; once the case is closed, what it was."""
    if state.closed:
        return reveal(state)
    if state.pending is not None:
        return f"<p>{asked(state)}</p>"
    wrong = [(name(accused), against(state, accused)) for accused in reversed(state.accused)]
    said = [f"<p><b>You accused: {accused}.</b> Not so: {why}.</p>" for accused, why in wrong]
    first = "Accuse when you are sure. Before the verdict you say which check ruled out what."
    return "".join(said) or f"<p>{first} A wrong accusation costs one check, and so does a wrong reason.</p>"


def asked(state) -> str:
    """Ask for the reason of an accusation; after a wrong one say why it is wrong."""
    said = f"<b>You accuse: {name(state.pending)}.</b> Which check ruled out what? One of the four is true."
    wrong = [state.claims[option] for n, option in state.mistaken if n == state.decided]
    if not wrong:
        return said
    claim, checks = wrong[-1], state.checks
    if reasons.shown(state.case, checks, claim):
        why = f"in check {claim.check} {name(claim.suspect)} would have left the same marks"
    else:
        seen = cases.seen(state.case, checks[claim.check - 1])
        why = f"read the row of check {claim.check} again: {red_by(state, seen)}"
    return f"{said}<br><b>Not so:</b> {why}."


def claimed(state, claim: Claim) -> str:
    """Say what a check is claimed to have shown, and whom to rule out."""
    switched = in_words(state.checks[claim.check - 1]) or "nothing switched"
    return f"Check {claim.check}, {switched}: {red_by(state, claim.marks)}. That rules out: {name(claim.suspect)}."


def red_by(state, marks: tuple[str, ...]) -> str:
    """Say which blocks are red, and by which factor: "W1 and b1 red, W2 red by ×2"."""
    alike = grouped(zip(marks, state.file.world.blocks, strict=True))
    said = [f"{listed(blocks)} red{'' if mark == '✕' else f' by {mark}'}" for mark, blocks in alike.items() if mark]
    return ", ".join(said) or "no block red"


def one_above_another(name: str | bugs.Bug, words: str) -> str:
    """Set the right line of a bug over its own, for which `words` stand."""
    bug = bugs.find(name)
    return html_table([], [("as it should be", code(bug.breaks)), (words, code(bug.wrong))])


def code(equation: Callable) -> str:
    """Write an equation as its line of code."""
    return f"<code>{html.escape(bugs.last_line(equation).removeprefix('return '))}</code>"


def reveal(state) -> str:
    """Set the right line over the line that ran, and link the threads that it was reported in."""
    file, told = state.file, ""
    for bug, _ in file.plants or file.runs[:1]:
        does = html.escape(bugs.first_sentence(bugs.find(bug).wrong))
        told += f"<p>{bug}: {does}</p>{one_above_another(bug, 'as it ran')}"
    said = "Reported in" if file.plants else "It has been reported as a bug again and again"
    links = ", ".join(f'<a href="{url}" target="_blank" rel="noopener">{url[19:]}</a>' for url in file.threads)
    return told + (f"<p>{said}: {links}.</p>" if links else "")


def lineup(state) -> str:
    """List the suspects that were left when they were listed last, equation by equation; of a closed case for free."""
    checks = len(state.checks) if state.closed else max(state.listed, default=0)
    if not checks:
        return "<p>It names every line that would have left the same marks in all checks made so far.</p>"
    suspects, world = state.left(checks), state.file.world
    layers = grouped({each for suspect in suspects for each in suspect})
    rows = [("", "nothing is wrong", "every line is as it should be", "")] if () in suspects else []
    for slot in world.tables[0]._fields:
        found = [bugs.find(bug) for bug in world.lineup if bug in layers and bugs.find(bug).slot == slot]
        rows += [(f"<b>{slot}</b>", "as it should be", code(bug.breaks), "") for bug in found[:1]]
        rows += [
            ("", bug.name, code(bug.wrong), listed(str(l) for l in sorted(layers[bug.name]) if l)) for bug in found
        ]
    head = f"<p><b>After check {checks}: {counted(len(suspects), 'suspect')}.</b></p>"
    return head + html_table(["equation", "", "line", "" if world.layer else "in layer"], rows) + pairs(suspects)


def pairs(suspects: tuple[Suspect, ...]) -> str:
    """List suspects of two lines: each first line with those that may go with it; nothing where they are of one."""
    twos = [pair for pair in suspects if len(pair) == 2]
    partners = grouped((one, named(*other)) for one, other in twos)
    said = [f"<li>{named(*one)}, with {', '.join(others)}</li>" for one, others in partners.items()]
    more = f"<p>and {len(said) - MOST} such lines more</p>" if len(said) > MOST else ""
    return f"<ul>{''.join(said[:MOST])}</ul>{more}" if said else ""


def record(state) -> str:
    """Write the record as text."""
    costs = sum(cost for _, cost in state.record)
    head = f"Cases solved: {len(state.record)}, at the cost of {counted(costs, 'check')}."
    return "\n".join([head, *(f"Case {number}: {cost}" for number, cost in sorted(state.record))])
