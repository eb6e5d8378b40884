"""A report that is given another project: what is looked at, and when it is free."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from shared.domain.blocker import Blocker, Label, by_id, by_text
from shared.domain.case import Case, CaseLabel
from shared.domain.clock import HOUR, MINUTE, ForeignTime
from shared.domain.decide_recover import Observed, Plan, Remembered, decide_recover
from shared.domain.notice import Notice, Tone
from shared.domain.report import Report
from shared.domain.rules import People, Rules
from shared.domain.sync import Cover, Sync, SyncState
from shared.domain.workspace import Workspace
from tests.builders import (
    ADMIN,
    LABEL,
    NOW,
    PEOPLE,
    PROJECT,
    REPORT,
    SUBMITTER,
    WS,
    base,
    blocker,
    case,
    closed_project,
    label,
    official,
    refused,
    report,
    seen_of,
    uses,
)

HERMES, HERMES_ID = "Hermes", "99"
RULES = Rules()
TOLD = f"P#{PROJECT}@1"
IDLE = SyncState(running=False, last_success=ForeignTime("2027-01-01 00:00:00"))
OLD = Sync(NOW - 30 * MINUTE, (), IDLE, NOW - 30 * MINUTE, ended_at=NOW - 20 * MINUTE, ok=True)


def waiting(**more: object) -> Case:
    """Told of Apollo Rollout, and read since the failure that opened it."""
    known = base(refused(1), source=official().source)
    return case(told=(TOLD,), known=known, tagged=True, **more)


def plan(
    one: Case,
    *reports: Report,
    labels: Iterable[Label] = (),
    blockers: Iterable[Blocker] = (),
    covered: tuple[Cover, ...] = (),
    people: People = PEOPLE,
) -> Plan:
    """Apollo Rollout is closed; a sync of ours has long ended."""
    known = Remembered(
        Workspace(WS, sync=OLD, covered=covered),
        (one,),
        by_text((label(), *labels)),
        by_id((closed_project(), *blockers)),
    )
    observed = Observed(seen_of(*reports), sync_state=IDLE)
    return decide_recover(known, observed, RULES, people, NOW)


def carrying(*labels: str) -> Report:
    return official(refused(1), labels=uses(*labels))


def after(of: Plan) -> Case:
    (change,) = of.changes
    return change.after


def answered(one: Case, *texts: str) -> Case:
    """Its question about these labels is on its way to NetSuite, and it isn't due for reading."""
    asked = tuple(replace(x, asked=1) if x.text in texts else x for x in one.labels)
    return replace(one, labels=asked, next_look=NOW + HOUR)


def retagged(*labels: str) -> Case:
    """Read with these labels, whose projects were then asked about."""
    return answered(after(plan(waiting(), carrying(*labels))), *labels)


def told(notices: Iterable[Notice]) -> set[tuple[str, Tone, str]]:
    return {(n.person, n.tone, n.about) for n in notices}


# --- seen by the read alone ------------------------------------------------------------------


def test_a_waiting_report_is_read_though_nobody_says_a_word() -> None:
    """An hour after its last read."""
    read = after(plan(waiting(), carrying(LABEL)))
    assert read.next_look == NOW + RULES.reread_waiting
    known = Remembered(Workspace(WS), (replace(read, next_look=NOW),), by_text((label(),)), {})
    assert decide_recover(known, Observed(), RULES, PEOPLE, NOW).reads.integration == (REPORT,)


def test_a_new_label_is_asked_about_and_waited_for() -> None:
    """Nothing is synced, exported or told before NetSuite has said what it is."""
    seen = plan(waiting(), carrying(HERMES))
    (change,) = seen.changes
    assert change.asks == (HERMES,)
    assert [x.text for x in change.after.labels] == [HERMES]
    assert seen.look_at_account
    assert not any([seen.start_sync, seen.exports, seen.notices])


@pytest.mark.parametrize("asked", [1, 2])
def test_an_answer_that_is_older_than_the_question_is_none(asked: int) -> None:
    """Others may have asked about the same label long ago."""
    one = retagged(HERMES)
    old = replace(one, labels=(replace(one.labels[0], asked=asked),))
    new = label(HERMES, HERMES_ID, answered=1, asked=asked)
    found = plan(old, labels=[new], blockers=[blocker(project_id=HERMES_ID, epoch=0)])
    assert found.start_sync is (asked == 1)
    assert found.look_at_account is (asked == 2)


# --- to what ---------------------------------------------------------------------------------


def test_to_an_active_project_it_is_fixed_after_a_sync_of_ours() -> None:
    """The closed one stays as it is, and whoever else waits for it waits on."""
    active = {"labels": [label(HERMES, HERMES_ID)], "blockers": [blocker(project_id="99", epoch=0)]}
    found = plan(retagged(HERMES), **active)
    assert found.start_sync
    assert not any([found.exports, found.notices])
    sync = found.workspace.sync if found.workspace else None
    assert sync is not None
    assert {c.text for c in sync.covers} == {HERMES, f"@{REPORT}"}


def test_to_an_active_project_it_goes_once_the_sync_has_covered_both() -> None:
    """The new project, and that the old one is gone."""
    covers = (Cover(HERMES, HERMES_ID, 0, 1), Cover(f"@{REPORT}", "", 1, 0))
    active = {"labels": [label(HERMES, HERMES_ID)], "blockers": [blocker(project_id="99", epoch=0)]}
    both = [report(refused(1), labels=uses(HERMES)), carrying(HERMES)]
    assert [
        c.after.report_id for c in plan(retagged(HERMES), *both, covered=covers, **active).exports
    ]
    for missing in covers:
        less = tuple(c for c in covers if c is not missing)
        assert not plan(retagged(HERMES), *both, covered=less, **active).exports


def test_to_another_closed_project_people_are_told_of_that_one() -> None:
    """And the case remembers that they were told of the first."""
    closed = closed_project(project_id=HERMES_ID, epoch=4)
    found = plan(retagged(HERMES), labels=[label(HERMES, HERMES_ID)], blockers=[closed])
    about = f"P#{HERMES_ID}"
    assert told(found.notices) == {(ADMIN, Tone.REACTIVATE, about), (SUBMITTER, Tone.RETAG, about)}
    assert not any([found.start_sync, found.exports])
    assert (after(found).told, after(found).lapsed) == ((f"{about}@4",), (TOLD,))


def test_to_no_project_it_is_fixed_too() -> None:
    """Only a sync of ours since is wanted."""
    bare = retagged()
    assert (bare.carried, bare.retags) == ((), 1)
    assert plan(bare).start_sync
    covered = (Cover(f"@{REPORT}", "", 1, 0),)
    both = [report(refused(1), labels=()), carrying()]
    assert plan(bare, *both, covered=covered).exports
    assert not plan(replace(bare, retags=2), *both, covered=covered).exports


def test_of_one_expense_of_several_it_still_waits() -> None:
    """For the closed project; the new one is asked about all the same."""
    seen = plan(waiting(), carrying(LABEL, HERMES))
    (change,) = seen.changes
    assert (change.asks, change.after.retags) == ((HERMES,), 0)
    half = answered(change.after, HERMES)
    active = {"labels": [label(HERMES, HERMES_ID)], "blockers": [blocker(project_id="99", epoch=0)]}
    found = plan(half, **active)
    assert not any([found.start_sync, found.notices])
    rest = replace(half, next_look=NOW)
    assert after(plan(rest, carrying(HERMES), **active)).retags == 1


def test_back_to_the_closed_project_it_waits_again() -> None:
    """Its suspicion was kept, and what was told of it lapsed only for the while."""
    closed = [closed_project(project_id=HERMES_ID)]
    away = after(plan(retagged(HERMES), labels=[label(HERMES, HERMES_ID)], blockers=closed))
    back = after(plan(replace(away, next_look=NOW), carrying(LABEL)))
    assert [(x.text, x.asked) for x in back.labels] == [(LABEL, 0)]
    found = plan(answered(back, LABEL))
    assert not found.start_sync
    assert f"P#{PROJECT}" in {n.about for n in found.notices}


# --- when ------------------------------------------------------------------------------------


def test_a_retag_that_the_last_read_before_the_export_shows_stops_it() -> None:
    """The new label is asked about first, though everything else was ready."""
    covers = (Cover(HERMES, HERMES_ID, 0, 1), Cover(f"@{REPORT}", "", 1, 0))
    both = [report(refused(1), labels=uses("Iris")), carrying("Iris")]
    found = plan(
        retagged(HERMES),
        *both,
        labels=[label(HERMES, HERMES_ID)],
        blockers=[blocker(project_id=HERMES_ID, epoch=0)],
        covered=covers,
    )
    (change,) = found.changes
    assert (change.asks, found.exports) == (("Iris",), ())


def test_a_face_that_does_not_tell_the_labels_retags_nothing() -> None:
    """The project stands in a field of the report: the app's history may be the stronger evidence."""
    one = waiting(next_look=NOW)
    mute = replace(carrying(), labels=None)
    read = after(plan(one, mute))
    assert (read.labels, read.retags, read.tagged) == (one.labels, 0, True)
    assert not plan(one, mute).start_sync


def test_a_field_that_nobody_can_read_leaves_the_project_that_the_failure_named() -> None:
    """Whatever the expenses are tagged with."""
    named = case(labels=(CaseLabel(LABEL, asked=1, suspect=True),), read_at=None, told=())
    read = after(plan(named, replace(carrying(), labels=None)))
    assert ([x.text for x in read.carried], read.tagged) == ([LABEL], False)
    found = plan(replace(read, next_look=NOW + HOUR))
    assert told(found.notices) == set()
    assert read.told == (TOLD,)


# --- two projects of one report --------------------------------------------------------------


def test_nobody_is_told_of_one_project_before_the_other_was_looked_at() -> None:
    """The failure named one; the first read shows two."""
    opened = case(labels=(CaseLabel(LABEL, asked=1, suspect=True),), read_at=None)
    assert not plan(replace(opened, next_look=NOW + HOUR)).notices
    seen = plan(opened, carrying(LABEL, HERMES))
    assert (seen.changes[0].asks, seen.notices) == ((HERMES,), ())
    both = answered(after(seen), HERMES)
    waits = plan(both, labels=[label(HERMES, HERMES_ID, answered=0)])
    assert not waits.notices
    found = plan(
        both,
        labels=[label(HERMES, HERMES_ID)],
        blockers=[closed_project(project_id=HERMES_ID)],
    )
    abouts = (f"P#{PROJECT}", f"P#{HERMES_ID}")
    assert told(found.notices) == {
        *((ADMIN, Tone.REACTIVATE, about) for about in abouts),
        *((SUBMITTER, Tone.RETAG, about) for about in abouts),
    }
    assert len({n.send_after for n in found.notices}) == 1


def test_one_of_two_projects_opened_is_not_enough() -> None:
    """One sync and one export, after both."""
    both = case(
        labels=(CaseLabel(LABEL, 1, asked=1, suspect=True), CaseLabel(HERMES, 1, asked=1)),
        next_look=NOW + HOUR,
    )
    half = plan(both, labels=[label(HERMES, HERMES_ID)], blockers=[blocker(project_id=HERMES_ID)])
    assert not half.start_sync
    known = Remembered(
        Workspace(WS),
        (both,),
        by_text((label(), label(HERMES, HERMES_ID))),
        by_id((blocker(epoch=1), blocker(project_id=HERMES_ID))),
    )
    assert decide_recover(known, Observed(sync_state=IDLE), RULES, PEOPLE, NOW).start_sync
