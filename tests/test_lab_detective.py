"""The detective's page and every case in its turn: it is solved by what the page shows, which says what it cost."""

import html
import re

import ipywidgets as widgets
import pytest

import gc_lib as gcl
from gc_lib.labs import cases
from gc_lib.labs.cases import NUMBERS, Setting
from gc_lib.labs.notes import SWITCHES

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
    """Accuse by the menus."""
    for row, (bug, l) in zip(lab.rows, suspect or [("nothing is wrong", 1)], strict=False):
        row.line.value, row.layer.value = bug, l
    press(lab, "accuse")


def rows(lab):
    """Read the marks off the notes on the page."""
    found = re.findall(r"<tr><td>\d+</td>(.*?)</tr>", lab.notes.value)
    cells = [re.findall(r"<td>(.*?)</td>", row)[1:-1] for row in found]
    return [tuple(re.sub("</?b>|·", "", cell) for cell in row) for row in cells]


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
    suspects, at = list(cases.suspects(lines)), Setting()
    while at:
        for field, value in at._asdict().items():
            lab.bound[field].value = value
        assert lab.state.setting == at
        press(lab, "check")
        seen = rows(lab)[-1]
        suspects = [suspect for suspect in suspects if cases.seen(number, at, suspect) == seen]
        assert re.search(rf"<b>{len(suspects):,} of [\d,]+ suspects (is|are) left</b>", lab.caption.value)
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
    assert [at for at in cases.SETTINGS if any(cases.seen(number, at, ()))] == []


def test_a_check_never_clears_the_culprit_and_clears_only_those_who_would_look_different(number):
    checks = (ALL_ON, Setting(keep_prob=1.0), Setting(examples=1))
    suspects = cases.suspects(cases.case(number).lines)
    explain = [s for s in suspects if all(cases.seen(number, at, s) == cases.seen(number, at) for at in checks)]
    assert list(cases.left(number, checks)) == explain and cases.case(number).plants in explain


def test_before_it_is_solved_the_page_keeps_its_secret(lab):
    lab.set(case=5)
    press(lab, "check")
    assert "github" not in str([each.value for each in (lab.answer, lab.notes, lab.caption, lab.accusing)])
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
    lab.bound["lam"].value = 0.1
    assert lab.result.blocks == first and lab.state.cost == 2 and lab.press.disabled


def test_a_wrong_accusation_costs_one_and_says_what_it_would_have_looked_like(lab):
    lab.set(case=3)
    press(lab, "check")
    accuse(lab, (("no_slope", 2),))
    assert "It is not no_slope in layer 2: in check 1 that would have turned red W1, b1, W2 and b2;" in lab.notes.value
    assert "what did turn red is W2." in lab.notes.value
    accuse(lab, (("half_decay", 2),))
    assert "that explains all you have seen, but so does another" in lab.notes.value
    assert lab.state.cost == 3 and not lab.state.closed and (("half_decay", 2),) not in lab.result.left
    assert "after 1 check and 2 wrong accusations" in lab.words
    accuse(lab, (("no_decay", 2),))
    assert lab.state.record == ((3, 3),)


def test_a_case_can_be_solved_from_a_cell(lab):
    lab.set(case=2)
    assert "3 of 74 suspects are left" in lab.check().words
    assert "1 of 74 suspects is left" in lab.check(bias=0.0).words
    assert lab.check(bias=0.0).state.cost == 2 and lab.check(bias=0.5).state.cost == 2, "a check made again is free"
    assert lab.accuse(("db_decayed", 2)).words.startswith("Case 2 is solved, at the cost of 2 checks: db_decayed")
    assert lab.accuse(("db_zero", 2)).state.record == ((2, 2),) and lab.state.solved


def test_the_slope_that_is_no_bug(lab):
    lab.set(case=20)
    assert "wild" in lab.words and "Is it wrong?" in lab.words
    press(lab, "check")
    assert "All 8 blocks agree" in lab.words
    accuse(lab, (("slope_at_A", 1),))
    assert "that would have turned red W1 and b1; what did turn red is no block" in lab.notes.value
    accuse(lab, ())
    assert lab.words.startswith("Case 20 is solved, at the cost of 2 checks: nothing is wrong.")
    assert "dA * c.slope(c.Z)" in lab.answer.value and "dA * c.activation.slope_from_A(c.A)" in lab.answer.value
    assert "reported as a bug again and again" in lab.answer.value and "iamtrask" in lab.answer.value


def test_what_no_check_tells_apart_is_accepted_and_said(lab):
    lab.set(case=26)
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
        'accused=[(("db_zero", 3), ("half_decay", 1))], record=[(1, 2), (5, 3)])'
    )
    opened = eval(lab.code(), {"gcl": gcl})
    assert opened.state == lab.state and opened.notes.value == lab.notes.value


def test_the_record_can_be_copied_as_text(lab):
    lab.set(record=[(17, 2), (5, 3)])
    lab.folds.opened = lab.text
    assert lab.text.value == "<pre>Cases solved: 2, at the cost of 5 checks.\nCase 5: 3\nCase 17: 2</pre>"


def test_the_suspects_left_are_listed_where_they_are_unfolded(lab):
    lab.set(case=3)
    press(lab, "check")
    lab.folds.opened = lab.suspects
    assert "<li>half_decay in layer 2</li>" in lab.suspects.value and "layer 1" not in lab.suspects.value
    lab.bound["case"].value = 12
    assert "and 2,431 more" in lab.suspects.value


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
        ({"case": 41}, "case should be a whole number, 1 … 40"),
        ({"lam": 3}, "lam should be one of"),
        ({"checks": [(0.1, 32, 0.5, "step", 0.5)]}, "hidden should be one of"),
        ({"accused": [[("no_such", 1)]]}, "no_such cannot be accused"),
        ({"record": [(99, 1)]}, "case should be a whole number"),
    ):
        with pytest.raises(ValueError, match=words):
            gcl.labs.detective(**wrong)
