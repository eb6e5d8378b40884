"""Invariant 1: what must hold before NetSuite is asked, and before a report goes a second time."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.absence import Answer, Inquiry, Sample
from shared.domain.case import Case, CaseLabel, Entry, Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE, SECOND, ForeignTime, Millis
from shared.domain.decide_recover import Observed, Plan, Remembered, decide_recover
from shared.domain.evidence import Seen
from shared.domain.mode import Mode
from shared.domain.proving import Proof, Proving
from shared.domain.report import Report, baseline_of
from shared.domain.rules import Rules
from shared.domain.sync import Cover, Fence, Sync, SyncState
from shared.domain.syncing import plan_sync
from shared.domain.workspace import Workspace
from tests.builders import (
    ACCOUNT,
    LABEL,
    NOW,
    PEOPLE,
    PROJECT,
    REPORT,
    WS,
    action,
    arrived,
    blocker,
    case,
    flying,
    label,
    official,
    refused,
    report,
    uses,
)

RULES = Rules(prove_absence=True)
IDLE = SyncState(running=False)
COVER = Cover(LABEL, PROJECT, 1, 2)
SENT = NOW - 2 * HOUR
KNOWN = tuple(Sample(f"R9{n}", (str(n),)) for n in (1, 2, 3))
FIRST, FENCED = (
    Fence(SENT + 15 * MINUTE, SENT + 16 * MINUTE),
    Fence(NOW - 92 * MINUTE, NOW - 90 * MINUTE),
)
SYNCED = Workspace(
    WS,
    sync=Sync(FENCED.asked_at, (COVER,), IDLE, FENCED.asked_at, ended_at=FENCED.ended_at, ok=True),
    covered=(COVER,),
    fences=(FIRST, FENCED),
    samples=KNOWN,
)
TRIED = case(
    labels=(CaseLabel(LABEL, used=1, asked=2, suspect=True),),
    next_look=NOW + HOUR,
    attempts=1,
    tried=("777",),
    attempted_at=SENT,
    history=(
        Entry(NOW - DAY, Phase.WAITING, Why.OPENED),
        Entry(SENT, Phase.EXPORTING, Why.ATTEMPT),
        Entry(SENT + MINUTE, Phase.WAITING, Why.FAILED_AGAIN),
    ),
)


def asked(answer: Answer = Answer.NONE, *, at: Millis = NOW - MINUTE, **more: Any) -> Inquiry:
    """One that was answered, if there is an answer."""
    answered = int(answer is not Answer.NONE)
    values: dict[str, Any] = {"asked_at": at, "wanted_until": at + HOUR, "samples": KNOWN, **more}
    return Inquiry(ACCOUNT, WS, REPORT, 1, answered, answer=answer, **values)


def proof(
    inquiry: Inquiry | None = None,
    workspace: Workspace = SYNCED,
    one: Case = TRIED,
    rules: Rules = RULES,
) -> Proof:
    known = {REPORT: inquiry} if inquiry else {}
    return Proving(workspace, rules, NOW, known).of(one)


def look(
    one: Case,
    inquiry: Inquiry | None = None,
    workspace: Workspace = SYNCED,
    rules: Rules = RULES,
    seen: Seen | None = None,
    state: SyncState | None = IDLE,
) -> Plan:
    """One look at a report whose project is active and synced, read by both faces just now."""
    found = Seen(official={REPORT: official(refused(1))}, app={REPORT: report(refused(1))})
    labels = {LABEL: label(asked=2, answered=2)}
    known = Remembered(
        workspace, (one,), labels, {PROJECT: blocker()}, {REPORT: inquiry} if inquiry else {}
    )
    return decide_recover(known, Observed(seen or found, state), rules, PEOPLE, NOW)


# --- the steps of the proof ------------------------------------------------------------------


def test_the_proof_goes_from_the_fence_to_the_answer() -> None:
    """Syncs, the question, and what it says."""
    assert proof(workspace=replace(SYNCED, fences=())) is Proof.FENCE
    assert proof() is Proof.ASK
    assert proof(asked()) is Proof.PENDING
    assert proof(asked(Answer.ABSENT)) is Proof.ABSENT
    assert proof(asked(Answer.HELD)) is Proof.HELD
    assert proof(asked(Answer.UNTOLD)) is Proof.NONE


@pytest.mark.parametrize(
    "change",
    [
        {"rules": Rules()},
        {"rules": replace(RULES, acts=False)},
        {"rules": replace(RULES, mode=Mode.ASSIST)},
        {"one": replace(TRIED, attempted_at=0)},
        {"workspace": replace(SYNCED, samples=KNOWN[:2])},
        {"one": replace(TRIED, report_id="1234567890123456")},
    ],
    ids=["not set", "switched off", "assist", "unknown when", "too few known", "of another form"],
)
def test_where_it_can_not_be_had_a_person_decides(change: dict[str, Any]) -> None:
    """As if there were no NetSuite to ask."""
    assert proof(asked(Answer.ABSENT), **change) is Proof.NONE


def test_the_fence_is_two_syncs_asked_for_when_our_call_was_over() -> None:
    """The first that ends may be somebody's who waited in line, unseen, in front of our export."""
    early = Fence(SENT + RULES.unverified_after - SECOND, SENT + 15 * MINUTE)
    just = Fence(SENT + RULES.unverified_after, SENT + 15 * MINUTE)
    assert proof(workspace=replace(SYNCED, fences=(FENCED,))) is Proof.FENCE
    assert proof(workspace=replace(SYNCED, fences=(early, FENCED))) is Proof.FENCE
    assert proof(workspace=replace(SYNCED, fences=(just, FENCED))) is Proof.ASK


def test_what_was_asked_before_the_fence_says_nothing() -> None:
    """Later syncs don't make an answer older."""
    before = FENCED.ended_at - 1
    assert proof(asked(Answer.ABSENT, at=before)) is Proof.ASK
    still = {"wanted_until": NOW + HOUR}
    assert proof(asked(Answer.ABSENT, at=FENCED.ended_at, **still)) is Proof.ABSENT
    assert proof(asked(Answer.ABSENT, at=FIRST.ended_at, **still)) is Proof.ASK
    third = Fence(NOW - 30, NOW - 20)
    more = replace(SYNCED, fences=(FIRST, FENCED, third))
    assert proof(asked(Answer.ABSENT), more) is Proof.ABSENT


def test_an_answer_grows_old_and_a_question_isnt_waited_for_for_ever() -> None:
    """Asked again, or a person's."""
    old = {"at": NOW - 50 * MINUTE, "wanted_until": NOW}
    assert proof(asked(Answer.ABSENT, **old)) is Proof.ASK
    assert proof(asked(**old)) is Proof.NONE


# --- refused, and its turn again -------------------------------------------------------------


def test_a_tried_report_has_a_sync_asked_for() -> None:
    """Its own cover is there already: the fence needs one more."""
    plan = look(TRIED, workspace=replace(SYNCED, fences=(FIRST,)))
    assert plan.start_sync
    assert not plan.exports
    assert not plan.inquiries


def test_behind_the_fence_netsuite_is_asked() -> None:
    """With the samples that make its answer mean something, and not for ever."""
    plan = look(TRIED)
    (inquiry,) = plan.inquiries
    assert (inquiry.report_id, inquiry.samples) == (REPORT, KNOWN)
    assert (inquiry.asked_at, inquiry.wanted_until) == (NOW, NOW + RULES.settle)
    assert (inquiry.account_id, inquiry.workspace_id, inquiry.report_id) == (ACCOUNT, WS, REPORT)
    assert plan.look_at_account
    assert not plan.exports
    assert [c.after.phase for c in plan.changes] == [Phase.WAITING]
    assert plan.due <= inquiry.wanted_until


def test_while_it_is_being_asked_nothing_else_happens() -> None:
    """The account is woken again: the first call may have been lost."""
    plan = look(TRIED, asked())
    assert plan.look_at_account
    assert not plan.inquiries
    assert not plan.exports
    assert not plan.start_sync
    assert [c.after.phase for c in plan.changes] == [Phase.WAITING]
    assert plan.due <= asked().wanted_until


def test_proven_absent_it_goes_a_second_time() -> None:
    """Counted, and with a time of its own for the next proof."""
    plan = look(TRIED, asked(Answer.ABSENT))
    assert not plan.look_at_account
    (export,) = plan.exports
    assert (export.after.attempts, export.after.attempted_at) == (2, NOW)
    assert len(export.after.tried) == 2


def test_the_sync_whose_end_this_look_sees_counts_for_the_fence() -> None:
    """It is behind our export, like the one before."""
    began, ended = NOW - 92 * MINUTE, replace(IDLE, last_success=ForeignTime("2027-01-15 10:00:09"))
    running = Sync(began, (COVER,), IDLE, began)
    plan = look(TRIED, workspace=replace(SYNCED, sync=running, fences=(FIRST,)), state=ended)
    assert plan.workspace is not None
    assert plan.workspace.fences == (FIRST, Fence(began, NOW))
    assert [i.report_id for i in plan.inquiries] == [REPORT]


def test_a_question_that_nobody_waits_for_any_more_wakes_nobody() -> None:
    """Its time is over."""
    assert not look(TRIED, asked(at=NOW - 50 * MINUTE, wanted_until=NOW)).look_at_account


@pytest.mark.parametrize("inquiry", [asked(Answer.UNTOLD), asked(at=NOW - HOUR)])
def test_if_netsuite_can_not_tell_a_person_decides(inquiry: Inquiry) -> None:
    """As before there was a proof."""
    plan = look(TRIED, inquiry)
    (change,) = plan.changes
    assert (change.after.phase, change.after.reason) == (Phase.NEEDS_PERSON, Why.TRIED_ONCE)
    assert not plan.exports


def test_one_that_was_silent_is_not_said_to_be_refused() -> None:
    """It was proven once that it hadn't arrived; before it could go again, NetSuite hid records."""
    back = Entry(SENT + HOUR, Phase.WAITING, Why.ABSENCE_PROVEN)
    silent = replace(TRIED, history=(*TRIED.history[:2], back))
    (change,) = look(silent, asked(Answer.UNTOLD)).changes
    assert (change.after.phase, change.after.reason) == (Phase.NEEDS_PERSON, Why.NOT_PROVEN)


def test_what_was_refused_in_an_episode_before_is_not_said_to_be_refused() -> None:
    """It may have arrived well since: people look in NetSuite."""
    opened = Entry(NOW - HOUR, Phase.WAITING, Why.OPENED)
    (change,) = look(replace(TRIED, history=(*TRIED.history, opened)), asked(Answer.UNTOLD)).changes
    assert change.after.reason is Why.EXPORTED_BEFORE


def test_what_netsuite_holds_is_read_at_once_and_a_persons() -> None:
    """E2 while waiting: it is not exported, whatever Expensify says."""
    assert look(TRIED, asked(Answer.HELD), seen=Seen()).reads.integration == (REPORT,)
    plan = look(TRIED, asked(Answer.HELD))
    (change,) = plan.changes
    assert (change.after.phase, change.after.reason) == (Phase.NEEDS_PERSON, Why.IN_NETSUITE)
    assert not plan.exports


def test_without_the_setting_nothing_is_asked() -> None:
    """A report that was tried goes to a person in its turn."""
    plan = look(TRIED, rules=Rules())
    assert not plan.inquiries
    assert [c.after.reason for c in plan.changes] == [Why.TRIED_ONCE]


# --- silent ----------------------------------------------------------------------------------

STILL = flying(2 * HOUR - MINUTE, labels=TRIED.labels, attempts=1, attempted_at=SENT)


def silent(inquiry: Inquiry | None = None, one: Case = STILL, shown: Report | None = None) -> Plan:
    """A look at an export that nothing was heard of for nearly twice the settle time."""
    seen = Seen(app={REPORT: shown or report(refused(1))})
    return look(one, inquiry, seen=seen)


def test_a_silent_export_is_asked_for_before_a_person_is() -> None:
    """As long again as it takes to settle."""
    plan = silent()
    assert [i.report_id for i in plan.inquiries] == [REPORT]
    (change,) = plan.changes
    assert change.after.in_flight
    often = replace(STILL, intent=replace(STILL.intent, looks=9))  # type: ignore[type-var]
    (change,) = silent(one=often).changes
    assert change.after.next_look == NOW + MINUTE
    late = replace(STILL, intent=replace(STILL.intent, began_at=NOW - 2 * HOUR))  # type: ignore[type-var]
    (change,) = silent(one=late).changes
    assert (change.after.phase, change.after.reason) == (Phase.NEEDS_PERSON, Why.NOT_PROVEN)


def test_in_the_moment_when_it_has_settled_it_is_asked_for() -> None:
    """As long as it is in flight: of what was handed to a person nothing is asked any more."""
    just = flying(HOUR, labels=TRIED.labels, attempts=1, attempted_at=SENT)
    assert silent(one=just).inquiries
    assert not silent(one=replace(just, phase=Phase.NEEDS_PERSON)).inquiries


def test_before_it_settled_nothing_is_asked() -> None:
    """It may be on its way."""
    young = flying(50 * MINUTE, labels=TRIED.labels, attempts=1, attempted_at=SENT)
    assert not silent(one=young).inquiries


def test_it_is_looked_at_again_before_the_time_for_its_proof_is_over() -> None:
    """However seldom it is looked at by then."""
    (change,) = silent().changes
    assert change.after.next_look == NOW + MINUTE


def test_a_silent_export_that_left_nothing_goes_back_and_is_looked_at_anew() -> None:
    """Its project may have been closed meanwhile; and the silence counts against the fix."""
    plan = silent(asked(Answer.ABSENT))
    (change,) = plan.changes
    assert (change.after.phase, change.after.reason) == (Phase.WAITING, Why.ABSENCE_PROVEN)
    assert change.asks == (LABEL,)
    assert not plan.exports


def test_a_silent_export_that_netsuite_holds_is_resolved() -> None:
    """E2 in flight: Expensify did not say so."""
    assert look(STILL, asked(Answer.HELD), seen=Seen()).reads.app == (REPORT,)
    (change,) = silent(asked(Answer.HELD)).changes
    assert (change.after.phase, change.after.reason) == (Phase.RESOLVED, Why.IN_NETSUITE)


def test_absent_says_nothing_beside_ns0034() -> None:
    """E3: it stays unverified; it never goes again by us."""
    exists = action(2, refused(1).kind, "NS0034 Export Error: This record already exists.")
    (change,) = silent(asked(Answer.ABSENT), shown=report(refused(1), exists)).changes
    assert change.after.phase is Phase.UNVERIFIED


def test_absent_says_nothing_of_a_report_that_is_not_returned() -> None:
    """The proof needs a complete read of it."""
    gone = Seen(alone=frozenset({REPORT}))
    late = replace(STILL, intent=replace(STILL.intent, began_at=NOW - 2 * HOUR))  # type: ignore[type-var]
    (change,) = look(late, asked(Answer.ABSENT), seen=gone).changes
    assert change.after.phase is Phase.NEEDS_PERSON


# --- what is remembered ----------------------------------------------------------------------


def test_a_report_that_is_seen_through_becomes_a_sample() -> None:
    """By us or by others, if its URLs name its records."""
    url = ("https://1.app.netsuite.com/app/accounting/transactions/exprept.nl?id=50001",)
    through = report(refused(1), arrived(2, urls=url), exported=True)
    plan = look(STILL, seen=Seen(app={REPORT: through}))
    assert plan.workspace is not None
    assert plan.workspace.samples == (*KNOWN, Sample(REPORT, ("50001",)))
    shown = official(refused(1), arrived(2, urls=url), exported=True)
    by_people = replace(RULES, mode=Mode.ASSIST)
    plan = look(case(), rules=by_people, seen=Seen(official={REPORT: shown}))
    assert plan.workspace is not None
    assert plan.workspace.samples == (*KNOWN, Sample(REPORT, ("50001",)))


def test_a_sync_of_ours_that_ended_well_is_a_fence() -> None:
    """From when it was first asked for: the first of two may be the one that ended."""
    running = Sync(NOW - MINUTE, (COVER,), IDLE, NOW - HOUR)
    done = replace(IDLE, last_success=baseline_of(report(refused(1))).last_at)
    plan = plan_sync(Workspace(WS, sync=running), (), done, RULES, NOW, wanted=False)
    assert plan.workspace.fences == (Fence(NOW - HOUR, NOW),)
    failed = replace(IDLE, last_failure=done.last_success)
    assert not plan_sync(
        Workspace(WS, sync=running), (), failed, RULES, NOW, wanted=False
    ).workspace.fences


@pytest.mark.parametrize(("rules", "wait"), [(RULES, 0), (Rules(), Rules().reread_waiting)])
def test_a_refused_report_that_may_go_again_is_read_at_once(rules: Rules, wait: Millis) -> None:
    """Else what Expensify tries by itself until the next read would pass for the old failure."""
    shown = Seen(app={REPORT: report(refused(1), refused(2))})
    (change,) = look(flying(), seen=shown, rules=rules).changes
    assert (change.after.reason, change.after.next_look) == (Why.FAILED_AGAIN, NOW + wait)


def test_a_silent_export_goes_back_with_what_it_carries_by_now() -> None:
    """It may have been retagged since: the new project is looked at, too."""
    moved_on = report(refused(1), labels=uses("Borealis"))
    (change,) = silent(asked(Answer.ABSENT), shown=moved_on).changes
    assert change.asks == ("Borealis",)
    assert change.after.retags == 1
