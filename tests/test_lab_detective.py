"""The detective's page and every case in its turn: it is solved by what the page shows, which says what it cost."""

import html
import re

import ipywidgets as widgets
import pytest

import gc_lib as gcl
from gc_lib.labs import cases, notes
from gc_lib.labs.cases import NUMBERS, SWITCHES, Setting

pytestmark = pytest.mark.slow

ALL_ON = Setting()


@pytest.fixture
def lab():
    return gcl.labs.detective()


def press(lab, words):
    """Press the button of this name, wherever it is."""
    open_ends, found = [lab.box], []
    while open_ends:
        each = open_ends.pop()
        open_ends += getattr(each, "children", ())
        found += [each] if isinstance(each, widgets.Button) and each.description == words else []
    (button,) = found
    assert not button.disabled
    button.click()


def accuse(lab, suspect):
    """Accuse by the menus, and give the reason."""
    for row, (bug, l) in zip(lab.rows, suspect or [("nothing is wrong", lab.rows[0].layer.value)], strict=False):
        row.line.value, row.layer.value = bug, l
    press(lab, "accuse")
    if lab.state.pending is not None:
        (true,) = [claim for claim in lab.claims if holds(lab, claim.description)]
        true.click()


def holds(lab, claim):
    """Tell whether a claim on the page is true, by its words, the notes, and what its suspect would look like."""
    check, marks, who = re.match(r"(?:✕ )?[a-d] · Check (\d), .*: (.*)\. That rules out: (.*)\.", claim).groups()
    at, seen = lab.state.checks[int(check) - 1], rows(lab)[int(check) - 1]
    lineup = "|".join(lab.state.file.world.lineup)
    suspect = tuple((bug, int(l or 0)) for bug, l in re.findall(rf"\b({lineup})\b(?: in layer (\d))?", who))
    assert suspect or who == "nothing is wrong"
    return marks == in_red(lab, seen) and cases.seen(lab.state.case, at, suspect) != seen


def in_red(lab, seen):
    """Say marks as the claims say them."""
    said = []
    for mark in dict.fromkeys(filter(None, seen)):
        *names, last = [name for name, each in zip(lab.state.file.world.blocks, seen, strict=True) if each == mark]
        said.append(f"{', '.join(names)} and {last}" if names else last)
        said[-1] += " red" + f" by {mark}" * (mark != "✕")
    return ", ".join(said) or "no block red"


def rows(lab):
    """Read the marks off the notes on the page."""
    found = re.findall(r"<tr><td>(?:▸ )?\d+</td>(.*?)</tr>", lab.notes.value)
    cells = [re.findall(r"<td>(.*?)</td>", row)[1:-1] for row in found]
    return [tuple(re.sub("</?b>|·", "", cell) for cell in row) for row in cells]


def answers(lab):
    """Read what the page says of the accusations, as plain text."""
    return [re.sub("<[^>]*>", "", said) for said in re.findall("<p>(.*?)</p>", lab.answer.value)]


@pytest.fixture(scope="module", params=NUMBERS)
def number(request):
    """Return the number of a case: all tests of it run one after the other, since the kit remembers its last checks."""
    return request.param


@pytest.fixture(scope="module")
def solving():
    """Open one page on which all cases are solved."""
    return gcl.labs.detective()


def test_a_case_is_solved_by_what_the_page_shows(solving, number):
    """A detective who reads the notes and nothing else, and knows what each suspect would look like."""
    lab, before = solving, solving.state.record
    lab.bound["case"].value = number
    lines = 2 if "two lines" in lab.words else 1
    suspects, at = list(cases.suspects(lines, cases.case(number).world)), Setting()
    while at:
        for field, value in at._asdict().items():
            lab.bound[field].value = value
        assert lab.state.setting == at
        press(lab, "check")
        seen = rows(lab)[-1]
        suspects = [suspect for suspect in suspects if cases.seen(number, at, suspect) == seen]
        assert re.search(rf"<b>Suspects left: {len(suspects):,} of [\d,]+</b>", lab.caption.words.value)
        at = cases.next_check(number, tuple(suspects))
    accuse(lab, suspects[-1])
    cost = len(lab.state.checks)
    assert lab.words.startswith(f"Case {number} is solved, at the cost of {cost} check")
    assert lab.state.record == (*before, (number, cost))
    total = sum(cost for _, cost in lab.state.record)
    assert lab.tally.value == f"Cases solved: {len(before) + 1}, at the cost of {total} check{'s' * (total > 1)}."
    for name, _ in cases.case(number).plants:
        assert gcl.bugs.find(name).sentence in html.unescape(lab.answer.value)
    for url in cases.case(number).threads:
        assert f'href="{url}"' in lab.answer.value


def test_the_kits_own_detective_solves_the_case(number):
    checks = cases.solved_with(number)
    remaining = cases.left(number, checks)
    assert cases.case(number).plants in remaining
    assert all(cases.right(number, suspect) for suspect in remaining)
    assert len(checks) <= 8 and len(set(checks)) == len(checks)


def test_right_backprop_is_great_in_every_check_that_is_offered(number):
    assert [at for at in cases.case(number).world.settings if any(cases.seen(number, at, ()))] == []


def test_a_check_never_clears_the_culprit_and_clears_only_those_who_would_look_different(number):
    checks = tuple(at for at in cases.case(number).world.settings if at.switched <= 1)[:3]
    suspects = cases.case(number).suspects
    explain = [s for s in suspects if all(cases.seen(number, at, s) == cases.seen(number, at) for at in checks)]
    assert list(cases.left(number, checks)) == explain and cases.case(number).plants in explain


def test_before_it_is_solved_the_page_keeps_its_secret(lab):
    lab.set(case=5)
    press(lab, "check")
    assert "github" not in str([each.value for each in (lab.answer, lab.notes, lab.caption.words, lab.rows[0].lines)])
    assert "dW_no_mean" not in repr(lab) + lab.words + lab.notes.value


def test_a_check_costs_one_and_looking_back_nothing(lab):
    lab.set(case=3)
    assert "Not checked yet." in lab.words and lab.result.report is None
    press(lab, "check")
    first = lab.result.blocks
    assert "W2 disagrees" in lab.words and lab.state.cost == 1
    lab.bound["lam"].value = 0.0
    assert "Not checked yet with λ = 0." in lab.words and lab.result.before.blocks == first
    press(lab, "check")
    assert "All 8 blocks agree" in lab.words and lab.state.cost == 2 and lab.result.before.blocks == first
    assert "  " not in lab.words
    lab.bound["lam"].value = 0.1
    assert lab.result.blocks == first and lab.state.cost == 2 and lab.press.disabled


def test_a_case_of_another_world_opens_from_a_cell_too_and_the_first_stands_as_it_was_left(lab):
    lab.check(lam=0.0).rows[0].line.value = "no_slope"
    with pytest.raises(ValueError, match="case should be a whole number"):
        lab.set(case=99)
    assert lab.rows[0].line.value == "no_slope"
    checked = lab.state
    lab.set(case=43, upstream="ones")
    assert (lab.state.case, lab.state.checks, lab.state.upstream) == (43, (), "ones")
    assert lab.check().state.cost == 1
    assert lab.set(case=checked.case).state == checked


def test_a_wrong_accusation_costs_one_and_says_what_it_would_have_looked_like(lab):
    lab.set(case=3)
    press(lab, "check")
    accuse(lab, (("no_slope", 2),))
    why = "in check 1 it would have shown W1, b1, W2 and b2 red; seen was W2 red."
    assert answers(lab) == [f"You accused: no_slope in layer 2. Not so: {why}"]
    accuse(lab, (("half_decay", 2),))
    assert "that explains all you have seen, but so does another" in answers(lab)[0], "the last one stands first"
    assert lab.state.cost == 3 and not lab.state.closed and (("half_decay", 2),) not in lab.result.left
    assert "at the cost of 3 checks" in lab.words
    accuse(lab, (("no_decay", 2),))
    assert lab.state.record == ((3, 3),)


def test_a_case_can_be_solved_from_a_cell(lab):
    lab.set(case=2)
    assert "Suspects left: 3 of 74, at the cost of 1 check." in lab.check().words
    assert "Suspects left: 1 of 74" in lab.check(bias=0.0).words
    assert lab.check(bias=0.0).state.cost == 2 and lab.check(bias=0.5).state.cost == 2, "a check made again is free"
    assert lab.accuse(("db_decayed", 2)).words.startswith("Before the verdict, say which check ruled out what.")
    (true,) = [line[0] for line in lab.reasons.splitlines() if holds(lab, line)]
    lab.accuse(("db_decayed", 2), reason=true)
    assert lab.words.startswith("Case 2 is solved, at the cost of 2 checks: db_decayed")
    assert lab.accuse(("db_zero", 2)).state.record == ((2, 2),) and lab.state.solved


def test_the_slope_that_is_no_bug(lab):
    lab.set(case=20)
    assert "wild" in lab.words and "Is it wrong?" in lab.words
    press(lab, "check")
    assert "All 8 blocks agree" in lab.words
    accuse(lab, (("slope_at_A", 1),))
    assert "in check 1 it would have shown W1 and b1 red; seen was no block red" in answers(lab)[0]
    accuse(lab, ())
    assert lab.words.startswith("Case 20 is solved, at the cost of 2 checks: nothing is wrong.")
    assert "dA * c.slope(c.Z)" in lab.answer.value and "dA * c.activation.slope_from_A(c.A)" in lab.answer.value
    assert "reported as a bug again and again" in lab.answer.value and "iamtrask" in lab.answer.value


def test_what_no_check_tells_apart_is_accepted_and_said(lab):
    lab.set(case=26)
    press(lab, "check")
    accuse(lab, (("no_mask", 1),))
    assert "no_mask in layer 1. To be exact it was neighbour_mask in layer 1, which no check here can tell" in lab.words


def test_a_case_given_up_shows_the_lines_and_is_not_in_the_record(lab):
    press(lab, "give up this case")
    assert "Case 1: it was sigmoid_slope in layer 2." in lab.words and "as it ran" in lab.answer.value
    assert lab.state.record == () and lab.charge.disabled and lab.result.report is not None


def test_a_case_put_aside_is_as_it_was_left(lab):
    press(lab, "check")
    press(lab, "next case")
    assert lab.state.case == 2 and lab.state.checks == () and lab.result.before is None
    press(lab, "check")
    lab.bound["case"].value = 1
    assert lab.state.checks == (ALL_ON,)
    accuse(lab, (("sigmoid_slope", 2),))
    press(lab, "start again")
    assert lab.state.record == ((1, 1),) and lab.state.checks == (), "the record stays"
    assert lab.bound["case"].label == "1 · one line ✔"
    press(lab, "check")
    accuse(lab, (("sigmoid_slope", 2),))
    assert lab.state.record == ((1, 1),), "and holds a case once, as it was solved first"


def test_relu_and_b_0_take_each_other_back(lab):
    lab.bound["bias"].value = 0.0
    lab.bound["hidden"].value = "relu"
    assert lab.state.bias == 0.5
    lab.bound["bias"].value = 0.0
    assert lab.state.hidden == "tanh" and set(SWITCHES) <= set(lab.bound)


def test_the_line_of_code_holds_case_checks_accusations_and_record(lab):
    lab.set(case=8, record=[(1, 2), (5, 3)])
    press(lab, "check")
    accuse(lab, (("db_zero", 3), ("half_decay", 1)))
    assert lab.code() == (
        'gcl.labs.detective(case=8, checks=[(0.1, 32, 0.5, "tanh", 0.5)], '
        'accused=[(("db_zero", 3), ("half_decay", 1))], reasons=[(1, 2)], record=[(1, 2), (5, 3)])'
    )
    opened = eval(lab.code(), {"gcl": gcl})
    assert opened.state == lab.state and opened.notes.value == lab.notes.value


def test_the_record_can_be_copied_as_text(lab):
    lab.set(record=[(17, 2), (5, 3)])
    lab.folds.opened = lab.text
    assert lab.text.value == "<pre>Cases solved: 2, at the cost of 5 checks.\nCase 5: 3\nCase 17: 2</pre>"


def test_an_accusation_without_a_line_is_refused_and_costs_nothing(lab):
    with pytest.raises(ValueError, match="choose the line"):
        press(lab, "accuse")
    assert "choose the line that you accuse" in lab.error.value and lab.state.accused == ()
    lab.rows[0].line.value = "own_A"
    with pytest.raises(ValueError, match="needs a square layer"):
        press(lab, "accuse")
    assert lab.state.accused == ()


def test_what_cannot_be_is_refused_in_words():
    for wrong, words in (
        ({"case": 51}, "case should be a whole number, 1 … 50"),
        ({"lam": 3}, "lam should be one of"),
        ({"checks": [(0.1, 32, 0.5, "step", 0.5)]}, "hidden should be one of"),
        ({"accused": [[("no_such", 1)]]}, "no_such in layer 1 cannot be accused"),
        ({"record": [(99, 1)]}, "case should be a whole number"),
    ):
        with pytest.raises(ValueError, match=words):
            gcl.labs.detective(**wrong)


# ---- the list of suspects --------------------------------------------------------------------------------------------


def test_the_list_costs_a_check_and_stays_as_it_was_until_it_is_paid_for_again(lab):
    lab.set(case=3)
    lab.folds.opened = lab.suspects
    assert lab.look.disabled and "<table>" not in lab.lineup.value
    press(lab, "check")
    assert lab.state.cost == 1 and "<table>" not in lab.lineup.value
    press(lab, "list them: costs one check")
    assert lab.state.cost == 2 and lab.look.disabled and "After check 1: 6 suspects." in lab.lineup.value
    assert "Suspects left: 6 of 74</b>, at the cost of 2 checks." in lab.caption.words.value
    listed = lab.lineup.value
    lab.bound["lam"].value = 0.0
    press(lab, "check")
    assert lab.lineup.value == listed and len(lab.result.left) < 6
    press(lab, "list them: costs one check")
    assert lab.state.listed == (1, 2) and lab.state.cost == 4 and "After check 2" in lab.lineup.value
    opened = eval(lab.code(), {"gcl": gcl})
    assert opened.state == lab.state and "listed=[1, 2]" in lab.code()
    accuse(lab, (("no_decay", 2),))
    assert lab.state.record == ((3, 4),)


def test_the_list_names_each_line_its_equation_and_its_layers(lab):
    lab.set(case=2)
    press(lab, "check")
    press(lab, "list them: costs one check")
    lab.folds.opened = lab.suspects
    rows = re.findall("<tr>(<td>.*?)</tr>", lab.lineup.value)
    cells = [[html.unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall("<td>(.*?)</td>", row)] for row in rows]
    assert cells == [
        ["db", "as it should be", "dZ.sum(axis=1, keepdims=True) / c.m", ""],
        ["", "db_first_example", "dZ[:, :1]", "2"],
        ["", "db_decayed", "dZ.sum(axis=1, keepdims=True) / c.m + c.lam / c.m * c.b", "2"],
        ["", "db_one_sum", "np.full_like(c.b, dZ.sum() / c.m)", "2"],
    ]


def test_pairs_are_listed_by_their_first_line():
    found = (("a", 3), ("b", 1)), (("a", 3), ("d", 2)), (("c", 3), ("d", 2))
    assert re.findall("<li>(.*?)</li>", notes.pairs(found)) == [
        "a in layer 3, with b in layer 1, d in layer 2",
        "c in layer 3, with d in layer 2",
    ]
    assert notes.pairs(cases.suspects(1)) == ""
    many = notes.pairs(tuple(((f"a{n}", 3), ("b", 1)) for n in range(26)))
    assert many.count("<li>") == 24 and many.endswith("<p>and 2 such lines more</p>")


def test_of_a_closed_case_the_list_is_free(lab):
    press(lab, "check")
    press(lab, "give up this case")
    lab.folds.opened = lab.suspects
    assert "After check 1: 10 suspects." in lab.lineup.value and lab.state.cost == 1 and lab.look.disabled


# ---- what a wrong accusation says ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "checks", "accused", "words"),
    [
        (
            13,
            (ALL_ON, Setting(lam=1e4)),
            (("no_decay", 2),),
            "You accused: no_decay in layer 2. Not so: in check 2 it would have shown W2 red; seen was W2 red by ×0.5.",
        ),
        (
            3,
            (ALL_ON, Setting(lam=0.0)),
            (("own_A", 2),),
            "You accused: own_A in layer 2. Not so: in check 2 it would have shown W2 red; seen was no block red.",
        ),
        (
            3,
            (ALL_ON,),
            (),
            "You accused: nothing is wrong. Not so: in check 1 it would have shown no block red; seen was W2 red.",
        ),
    ],
)
def test_a_wrong_accusation_says_the_difference(number, checks, accused, words):
    assert answers(gcl.labs.detective(case=number, checks=checks, accused=[accused])) == [words]


@pytest.mark.parametrize("number", [1, 3, 9, 13, 24, 29, 43, 49])
def test_what_a_wrong_accusation_says_is_true(number):
    """Of every suspect: in the check that it names the blocks, and their factors, are as it says."""
    checks = (ALL_ON, Setting(lam=1e4), Setting(keep_prob=1.0))
    if number > 40:
        checks = cases.solved_with(number)
    lab = gcl.labs.detective(case=number, checks=checks)
    for accused in lab.state.file.suspects:
        told = [(cases.seen(number, at, accused), cases.seen(number, at)) for at in checks]
        said = notes.against(lab.state, accused)
        found = re.fullmatch(r"in check (\d) it would have shown (.*); seen was (.*)", said)
        if not found:
            assert all(would == seen for would, seen in told)
            continue
        would, seen = told[int(found[1]) - 1]
        assert would != seen and found.groups()[1:] == (in_red(lab, would), in_red(lab, seen))


# ---- the board -------------------------------------------------------------------------------------------------------


def test_next_case_leads_to_one_that_is_not_solved_and_starts_with_everything_on(lab):
    lab.set(record=[(2, 1), (3, 1), (40, 1)], lam=0.0)
    press(lab, "next case")
    assert lab.state.case == 4 and lab.state.setting == ALL_ON
    lab.bound["case"].value = 50
    press(lab, "next case")
    assert lab.state.case == 1 and lab.state.lam == 0.0, "after the last the first, as it was left"


def test_next_case_leads_on_when_all_are_solved(lab):
    lab.set(record=[(number, 1) for number in NUMBERS], case=50)
    press(lab, "next case")
    assert lab.state.case == 1
    press(lab, "next case")
    assert lab.state.case == 2


def said_by(button):
    """Return a list that grows by what a button says, and whether it can be pressed."""
    seen = []
    button.observe(lambda _: seen.append((button.description, button.disabled)), ["description", "disabled"])
    return seen


def test_check_says_that_it_is_at_work_before_anything_is_computed(lab, monkeypatch):
    seen, at_work = said_by(lab.press), []
    real = cases.report
    with monkeypatch.context() as watched:
        watched.setattr(cases, "report", lambda *args: (at_work.append(seen[-1]), real(*args))[1])
        press(lab, "check")
    assert at_work[0] == ("checking …", True) and seen[-1] == ("checked", True)
    lab.bound["case"].value = 2
    seen.clear()
    lab.bound["case"].value = 1
    assert ("checking …", True) not in seen, "the check of a case put aside was made before"


def test_accuse_says_that_it_is_at_work(lab):
    press(lab, "check")
    seen = said_by(lab.charge)
    accuse(lab, (("no_slope", 2),))
    assert ("accusing …", True) in seen and seen[-1] == ("accuse", False)
    accuse(lab, (("sigmoid_slope", 2),))
    assert lab.state.solved and seen[-1] == ("accuse", True)


def test_a_button_whose_work_fails_can_be_pressed_again(lab, monkeypatch):
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(cases, "left", lambda *_: 1 / 0)
        press(lab, "check")
    assert (lab.press.description, lab.press.disabled, lab.state.checks) == ("check", False, ())
    press(lab, "check")
    assert lab.state.checks == (ALL_ON,)


def test_a_button_pressed_twice_costs_once(lab):
    press(lab, "check")
    lab.press.click()
    accuse(lab, (("no_slope", 2),))
    lab.charge.click()
    assert lab.state.checks == (ALL_ON,) and lab.state.accused == ((("no_slope", 2),),) and lab.state.cost == 2


def test_the_row_of_the_check_that_the_bars_show_is_marked(lab):
    press(lab, "check")
    lab.bound["lam"].value = 0.0
    assert "▸" not in lab.notes.value
    press(lab, "check")
    assert re.findall(r"▸ (\d+)", lab.notes.value) == ["2"]
    lab.bound["lam"].value = 0.1
    assert re.findall(r"▸ (\d+)", lab.notes.value) == ["1"]
    counts = re.findall(r"<td>([\d,]+)</td></tr>", lab.notes.value)
    assert counts == ["74", "10", str(len(lab.result.left))], "suspects left: at first, and after each check"


# ---- the reason ------------------------------------------------------------------------------------------------------


def test_of_four_claims_one_is_true_after_every_check_of_every_case(number):
    """By the words on the page, which differ; so that also the reason of a wrong accusation can be given."""
    lab = gcl.labs.detective(case=number)
    for at in cases.solved_with(number):
        lab.check(**at._asdict())
        if lab.state.decided == len(lab.state.checks):
            words = lab.reasons.splitlines()
            assert [words[i][:4] for i in range(4)] == ["a · ", "b · ", "c · ", "d · "]
            assert len({line[4:] for line in words}) == 4
            assert [holds(lab, line) for line in words].count(True) == 1


def test_a_wrong_reason_costs_one_says_why_and_keeps_the_verdict_back(lab):
    lab.set(case=3)
    press(lab, "check")
    lab.rows[0].line.value, lab.rows[0].layer.value = "no_decay", 2
    press(lab, "accuse")
    assert "Which check ruled out what?" in lab.answer.value and "solved" not in lab.words + lab.answer.value
    wrong = [claim for claim in lab.claims if not holds(lab, claim.description)]
    for cost, claim in enumerate(wrong, start=2):
        claim.click()
        assert lab.state.cost == cost and lab.state.pending == (("no_decay", 2),) and not lab.state.closed
        assert "Not so:" in lab.answer.value and claim.description.startswith("✕ ")
    wrong[0].click()
    assert lab.state.cost == 4, "the same again is free"
    opened = eval(lab.code(), {"gcl": gcl})
    assert opened.state == lab.state and [each.description for each in opened.claims] == [
        each.description for each in lab.claims
    ]
    (true,) = [claim for claim in lab.claims if holds(lab, claim.description)]
    true.click()
    assert lab.state.record == ((3, 4),) and "Case 3 is solved, at the cost of 4 checks" in lab.words
    assert {claim.layout.display for claim in lab.claims} == {"none"}


@pytest.mark.parametrize("number", [1, 3, 12])
def test_why_a_reason_is_wrong_is_said_truly(number):
    for at in range(1, 3):
        lab = gcl.labs.detective(
            case=number, checks=[ALL_ON, Setting(keep_prob=1.0)][:at], pending=cases.PLANTS[number]
        )
        seen = rows(lab)
        for claim in lab.claims:
            if holds(lab, claim.description):
                continue
            claim.click()
            check, marks = re.search(r"Check (\d), .*: (.*)\. That", claim.description).groups()
            same = marks == in_red(lab, seen[int(check) - 1])
            said = "would have left the same marks" if same else f"read the row of check {check} again"
            assert said in lab.answer.value


def test_one_reason_is_enough_for_a_check_and_the_next_check_wants_one_of_its_own(lab):
    lab.set(case=3)
    press(lab, "check")
    accuse(lab, (("half_decay", 2),))
    given = lab.state.reasons
    accuse(lab, (("dW_no_mean", 2),))
    assert lab.state.reasons == given and len(lab.state.accused) == 2
    lab.check(lam=1e4)
    accuse(lab, (("no_decay", 2),))
    assert [n for n, _ in lab.state.reasons] == [1, 2] and lab.state.record == ((3, 4),)


def test_without_a_check_there_is_no_reason_and_so_no_accusation(lab):
    lab.rows[0].line.value = "no_decay"
    with pytest.raises(ValueError, match="no check has ruled anybody out yet"):
        press(lab, "accuse")
    with pytest.raises(ValueError, match="reasons should hold pairs"):
        gcl.labs.detective(reasons=[(1, 0)])


# ---- cases in layers -------------------------------------------------------------------------------------------------


def in_sight(lab):
    """Return the switches that the page shows."""
    return {field for field in SWITCHES if lab.bound[field].layout.display != "none"}


def heads(lab):
    """Return the heads of the notes' columns."""
    return re.findall("<th>(.*?)</th>", lab.notes.value)


def test_a_case_in_a_layer_has_its_own_switches_lines_and_inputs_and_the_next_in_a_network_those_of_before(lab):
    press(lab, "check")
    accuse(lab, (("sigmoid_slope", 2),))
    lab.bound["lam"].value = 0.0
    options = lab.rows[0].line.options
    lab.bound["case"].value = 43
    assert in_sight(lab) == {"examples", "upstream", "gain", "x"} and lab.state.setting == ALL_ON
    assert "Case 43: layer norm, one line replaced." in lab.words and "8 suspects" in lab.words
    assert heads(lab) == ["check", "switched", "x", "gain", "shift", "suspects left"]
    assert lab.result.names == ["x", "gain", "shift"]
    lines = [name for _, name in lab.rows[0].line.options]
    assert lines[2:] == cases.case(43).world.lineup and lab.rows[0].layer.layout.display == "none"
    lab.rows[0].line.value = "mu_frozen"
    assert "dxhat.mean(c.axis, keepdims=True)" in lab.rows[0].lines.value and "0 * dxhat" in lab.rows[0].lines.value
    lab.bound["upstream"].value = "ones"
    press(lab, "check")
    assert "upstream=ones" in lab.notes.value
    lab.bound["case"].value = 1
    assert in_sight(lab) == {"lam", "examples", "keep_prob", "hidden", "bias"} and lab.state.lam == 0.0
    assert lab.rows[0].line.options == options and lab.rows[0].line.value == "choose a line"
    assert lab.rows[0].layer.layout.display is None and lab.rows[0].layer.value == 1
    assert heads(lab)[2:-1] == [*cases.NETWORK.blocks] and lab.state.record == ((1, 1),)
    lab.bound["case"].value = 43
    assert lab.state.checks == (Setting(upstream="ones"),) and lab.state.record == ((1, 1),)


def test_a_case_in_a_layer_can_be_solved_from_a_cell_and_no_words_number_its_only_layer():
    lab = gcl.labs.detective(case=43)
    assert "Suspects left: 5 of 8," in lab.check().words
    assert "x: within the error bound" in lab.check(upstream="ones", gain="ones").words
    lab.accuse("mu_frozen")
    (true,) = [line[0] for line in lab.reasons.splitlines() if holds(lab, line)]
    lab.accuse("mu_frozen", reason=true)
    assert "mu_frozen. Not so: in check 2 it would have shown x red; seen was no block red." in answers(lab)[0]
    lab.accuse("sigma_frozen")
    assert lab.words.startswith("Case 43 is solved, at the cost of 3 checks: sigma_frozen.")
    assert not re.search(r"in layer|layer \d", lab.words + lab.notes.value + lab.answer.value + lab.reasons)
    assert 'accused=[(("mu_frozen", 0),), (("sigma_frozen", 0),)]' in lab.code()
    opened = eval(lab.code(), {"gcl": gcl})
    assert opened.state == lab.state and opened.notes.value == lab.notes.value and opened.words == lab.words


def test_of_a_layer_the_list_has_no_numbers_and_says_each_equation(lab):
    lab.set(case=45)
    press(lab, "check")
    press(lab, "list them: costs one check")
    lab.folds.opened = lab.suspects
    assert "After check 1: 8 suspects." in lab.lineup.value and "in layer" not in lab.lineup.value
    assert "<b>dS</b>" in lab.lineup.value and "<b>dW</b>" not in lab.lineup.value
    assert "<li>mask_forgotten, with " in lab.lineup.value and "<li>Q_for_K, with " in lab.lineup.value


def test_of_several_layers_one_is_chosen_in_a_layer_not(lab):
    assert "in layer" in [each.description for each in lab.rows[0].row.children]
    for number, words in ((43, "43 · layer norm, one line"), (45, "45 · attention, two lines"), (1, "1 · one line")):
        lab.bound["case"].value = number
        assert lab.bound["case"].label == words


def test_what_another_world_has_is_refused_in_words():
    for wrong, words in (
        ({"case": 43, "lam": 0.0}, "lam cannot be switched in case 43"),
        ({"case": 1, "checks": [(0.1, 32, 0.5, "tanh", 0.5, "ones")]}, "upstream cannot be switched in case 1"),
        (
            {"case": 43, "accused": [(("no_decay", 2),)]},
            "no_decay in layer 2 cannot be accused: it is not in the line-up",
        ),
    ):
        with pytest.raises(ValueError, match=words):
            gcl.labs.detective(**wrong)
    with pytest.raises(ValueError, match='say its layer, 1, 2 or 3: \\("no_decay", 2\\)'):
        gcl.labs.detective().check().accuse("no_decay")
