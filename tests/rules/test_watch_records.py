"""What a look at an account does for the reports whose records are asked for."""

from dataclasses import replace

from shared.domain.absence import Answer, Inquiry, ReportRecord, Sample
from shared.domain.blocker import by_id
from shared.domain.clock import HOUR, MINUTE, Millis
from shared.domain.decide_watch import (
    Account,
    Look,
    Question,
    Records,
    RememberedAccount,
    WatchPlan,
    decide_watch,
    question,
    wanted,
)
from shared.domain.finding import Fault
from shared.domain.rules import Rules
from tests.builders import ACCOUNT, LABEL, NOW, PROJECT, REPORT, WS, blocker, label

RULES = Rules()
KNOWN = tuple(Sample(f"R9{n}", (str(n),)) for n in (1, 2, 3))
SHOWN = tuple(ReportRecord(str(n), "externalid", f"R9{n}") for n in (1, 2, 3))
ASKED = Inquiry(ACCOUNT, WS, REPORT, 1, 0, NOW - MINUTE, NOW + HOUR, KNOWN)
TEXTS = (REPORT, "R91", "R92", "R93")


def account(*inquiries: Inquiry, faults: int = 0, until: Millis = 0) -> RememberedAccount:
    """Nothing else is wanted of it."""
    memory = Account(ACCOUNT, faults=faults, quiet_until=until)
    return RememberedAccount(memory, (), by_id(()), inquiries=inquiries)


def after(look: Look, *inquiries: Inquiry) -> WatchPlan:
    return decide_watch(account(*(inquiries or (ASKED,))), look, RULES, NOW)


def test_a_report_that_is_asked_for_is_looked_for_with_its_samples() -> None:
    """Nothing else is, where nothing else is wanted."""
    assert wanted(account(ASKED), NOW)
    asked = question(account(ASKED), RULES, NOW)
    assert asked == Question(reports=TEXTS)
    assert asked
    assert not asked.of_projects


def test_it_goes_along_with_the_projects() -> None:
    """Of which the question is as it was."""
    labels, blockers = (label(asked=2),), by_id((blocker(),))
    both = RememberedAccount(Account(ACCOUNT), labels, blockers, inquiries=(ASKED,))
    alone = question(replace(both, inquiries=()), RULES, NOW)
    assert question(both, RULES, NOW) == replace(alone, reports=TEXTS)
    assert (alone.ids, alone.of_projects) == ((PROJECT,), True)
    assert LABEL in alone.texts


def test_nothing_is_asked_while_the_circuit_is_open() -> None:
    """Nor once nobody waits for it."""
    assert not question(account(ASKED, until=NOW + 1), RULES, NOW)
    assert not wanted(account(replace(ASKED, wanted_until=NOW)), NOW)


def test_the_answer_is_stored_and_its_workspace_is_woken() -> None:
    """No project was asked for, so none is missed."""
    plan = after(Look(records=Records(SHOWN)))
    assert plan.inquiries == (replace(ASKED, answered=1, answer=Answer.ABSENT),)
    assert plan.workspaces == (WS,)
    assert plan.notices == ()
    assert plan.due is None


def test_a_query_that_came_to_nothing_is_asked_again() -> None:
    """It says nothing; the projects beside it were looked at all the same."""
    plan = after(Look())
    assert plan.inquiries == ()
    assert plan.workspaces == ()
    assert plan.due == NOW + RULES.watch_every


def test_a_look_that_failed_answers_nothing() -> None:
    """The circuit opens; nobody in particular is told."""
    plan = after(Look(fault=Fault.NO_PERMISSION))
    assert plan.inquiries == ()
    assert plan.account.faults == 1
    assert plan.notices == ()


def test_a_role_that_sees_no_record_can_not_tell_and_the_operators_hear_of_it() -> None:
    """Once a day; whoever waits needn't any more."""
    plan = after(Look(records=Records(refused=True)))
    assert [i.answer for i in plan.inquiries] == [Answer.UNTOLD]
    (notice,) = plan.notices
    assert (notice.about, notice.workspace_id) == (f"W#{ACCOUNT}#no_records", WS)


def test_of_two_workspaces_each_is_answered() -> None:
    """They may have a report of one id."""
    other = replace(ASKED, workspace_id="WS2", samples=())
    plan = after(Look(records=Records(SHOWN)), ASKED, other)
    assert [(i.workspace_id, i.answer) for i in plan.inquiries] == [
        (WS, Answer.ABSENT),
        ("WS2", Answer.UNTOLD),
    ]
    assert plan.workspaces == (WS, "WS2")
    assert plan.due is None
