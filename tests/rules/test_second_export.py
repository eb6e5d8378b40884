"""Invariant 1: of one report we send a second export never, unless nothing of the first can be."""

from dataclasses import replace

from shared.domain.admit import Failure, admit
from shared.domain.blocker import by_id, by_text
from shared.domain.case import Case, CaseLabel, Entry, Phase, Why
from shared.domain.clock import HOUR, MINUTE
from shared.domain.decide_recover import Observed, Plan, Remembered, decide_recover
from shared.domain.evidence import Evidence, Seen, weigh
from shared.domain.failure_text import parse
from shared.domain.notice import Tone
from shared.domain.report import ActionKind
from shared.domain.rules import Rules
from shared.domain.sync import Cover, Sync, SyncState
from shared.domain.workspace import Workspace
from tests.builders import (
    ACCOUNT,
    LABEL,
    NOW,
    NS0770,
    PEOPLE,
    PROJECT,
    REPORT,
    WS,
    action,
    blocker,
    case,
    flying,
    label,
    official,
    refused,
    report,
)

IDLE = SyncState(running=False)
COVER = Cover(LABEL, PROJECT, 1, 2)
BEGAN = NOW - 30 * MINUTE
SYNCED = Workspace(
    WS, sync=Sync(BEGAN, (COVER,), IDLE, BEGAN, ended_at=NOW - HOUR, ok=True), covered=(COVER,)
)
READY = case(labels=(CaseLabel(LABEL, used=1, asked=2, suspect=True),), next_look=NOW + HOUR)


def look(one: Case, *, acts: bool = True, workspace: Workspace = SYNCED) -> Plan:
    """One look at a report whose project is active and synced, read by both faces just now."""
    seen = Seen(official={REPORT: official(refused(1))}, app={REPORT: report(refused(1))})
    known = remembered(one, workspace=workspace)
    return decide_recover(known, Observed(seen), Rules(acts=acts), PEOPLE, NOW)


def remembered(*cases: Case, workspace: Workspace = SYNCED) -> Remembered:
    """The one project is active, and its label answered."""
    labels = by_text((label(asked=2, answered=2),))
    return Remembered(workspace, cases, labels, by_id((blocker(),)))


def test_a_report_of_which_no_export_was_sent_goes() -> None:
    """And the attempt is counted with the intent, before anything is asked."""
    (export,) = look(READY).exports
    assert export.after.attempts == 1


def test_a_report_that_was_refused_once_is_handed_to_a_person_in_its_turn() -> None:
    """The refusal tells not whose attempt it ended: ours may have arrived in silence."""
    refusal = Entry(NOW - HOUR, Phase.WAITING, Why.FAILED_AGAIN)
    plan = look(replace(READY, attempts=1, history=(refusal,)))
    assert not plan.exports
    (change,) = plan.changes
    assert (change.after.phase, change.after.reason) == (Phase.NEEDS_PERSON, Why.TRIED_ONCE)
    assert change.after.next_look == NOW + Rules().reread_person
    assert {n.tone for n in plan.notices} == {Tone.NEEDS_PERSON}


def test_it_waits_while_it_is_not_its_turn() -> None:
    """Blocked again, not synced yet, in the grace, or switched off: nobody is asked to export it."""
    tried = replace(READY, attempts=1)
    grace = replace(SYNCED, sync=replace(SYNCED.sync, ended_at=NOW - MINUTE))  # type: ignore[type-var]
    for plan in (
        look(tried, acts=False),
        look(tried, workspace=grace),
        look(tried, workspace=replace(SYNCED, covered=())),
    ):
        assert not [c for c in plan.changes if c.after.phase is Phase.NEEDS_PERSON]
        assert not plan.exports


def test_it_takes_no_ones_place_in_the_canarys_step() -> None:
    """Another report of the same fix goes at the same look."""
    other = replace(READY, report_id="R2", opened_at=READY.opened_at + 1)
    seen = Seen(
        official={"R2": official(refused(1), report_id="R2")},
        app={"R2": report(refused(1), report_id="R2")},
    )
    known = remembered(replace(READY, attempts=1), other)
    plan = decide_recover(known, Observed(seen), Rules(), PEOPLE, NOW)
    assert [e.after.report_id for e in plan.exports] == ["R2"]


def test_the_next_episode_remembers_the_attempts_of_the_last() -> None:
    """Marked by hand, unapproved and failed anew: the record of our attempt may still be there."""
    ended = case(phase=Phase.CLOSED, attempts=1, ended_at=NOW)
    failure = Failure(WS, ACCOUNT, REPORT, "e-2", parse(NS0770.format(LABEL)).problems)
    again = admit(ended, failure, NOW).case
    assert again is not None
    assert (again.episode, again.attempts) == (2, 1)


def test_a_mark_by_hand_counts_though_our_attempt_was_refused_after_it() -> None:
    """Expensify shows the report as exported now: it was ours that was queued before the mark."""
    marked = action(2, ActionKind.MARKED_BY_HAND)
    after = report(refused(1), marked, refused(3), exported=True)
    assert _evidence(after) is Evidence.MARKED
    void = replace(after, exported=False)
    assert _evidence(void) is Evidence.PROJECT_REFUSED


def _evidence(shown: object) -> Evidence | None:
    reading = weigh(flying(), Seen(app={REPORT: shown}), HOUR, NOW)  # type: ignore[dict-item]
    return reading.evidence if reading else None


MARKED = action(2, ActionKind.MARKED_BY_HAND)


def doubt(**app: bool) -> Plan:
    """A look at a waiting report whose official history has a mark, and then a failure."""
    shown = {REPORT: report(refused(1), MARKED, refused(3), **app)} if app else {}
    seen = Seen(official={REPORT: official(refused(1), MARKED, refused(3))}, app=shown)
    waits = replace(READY, next_look=NOW, known=None)
    return decide_recover(remembered(waits), Observed(seen), Rules(), PEOPLE, NOW)


def test_a_mark_before_a_failure_is_looked_up_in_the_app() -> None:
    """The official history can't tell whether it still counts."""
    assert doubt().reads.app == (REPORT,)


def test_a_mark_that_still_counts_is_a_persons() -> None:
    """It may be in NetSuite: not exported, and nobody is asked to open its project."""
    plan = doubt(exported=True)
    (change,) = plan.changes
    assert (change.after.phase, change.after.reason) == (Phase.NEEDS_PERSON, Why.IN_NETSUITE)


def test_a_mark_that_was_taken_back_counts_no_more() -> None:
    """The report goes on."""
    plan = doubt(exported=False)
    assert not [c for c in plan.changes if c.after.phase is not Phase.WAITING]
