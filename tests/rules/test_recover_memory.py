"""What one look of `recover` leaves behind: intents, recoveries, covers, and cases as they were."""

from dataclasses import replace

import pytest

from shared.domain.blocker import Blocker, Label, by_id, by_text
from shared.domain.canary import Recovery
from shared.domain.case import Case, CaseLabel, Entry, Intent, Kind, Phase, Why
from shared.domain.clock import HOUR, MINUTE, ForeignTime
from shared.domain.decide_recover import (
    CaseChange,
    Observed,
    Plan,
    Reads,
    Remembered,
    decide_recover,
)
from shared.domain.evidence import Seen
from shared.domain.finding import Resolution
from shared.domain.report import Report
from shared.domain.rules import Rules
from shared.domain.standing import canaries
from shared.domain.sync import Cover, Sync, SyncState
from shared.domain.workspace import Workspace
from tests.builders import (
    LABEL,
    NOW,
    PEOPLE,
    PROJECT,
    REPORT,
    WS,
    base,
    blocker,
    case,
    closed_project,
    flying,
    label,
    official,
    refused,
    report,
    uses,
)

RULES = Rules()
IDLE = SyncState(running=False, last_success=ForeignTime("2027-01-15 09:00:01"))
COVER = Cover(LABEL, PROJECT, 1, 1)
ITSELF = Cover(f"@{REPORT}", "", 0, 0)
BEGAN = NOW - HOUR
SYNCED = Workspace(
    WS,
    sync=Sync(BEGAN, (COVER,), IDLE, BEGAN, ended_at=BEGAN + MINUTE, ok=True),
    covered=(COVER,),
)
BARE = report(refused(1), labels=())


def later(**more: object) -> Case:
    return case(**{"next_look": NOW + HOUR, **more})


def look(
    *cases: Case,
    workspace: Workspace = SYNCED,
    observed: Observed | None = None,
    labels: tuple[Label, ...] | None = None,
    blockers: tuple[Blocker, ...] | None = None,
    now: int = NOW,
) -> Plan:
    """One look; unless told otherwise the project is active and covered by our last sync."""
    rows = by_text((label(),) if labels is None else labels)
    projects = by_id((blocker(),) if blockers is None else blockers)
    known = Remembered(workspace, cases, rows, projects)
    return decide_recover(known, observed or Observed(), RULES, PEOPLE, now)


def both_faces(app: Report | None = None, at: int = NOW) -> Observed:
    shown = app or report(refused(1), read_at=at)
    told = official(refused(1), read_at=at, labels=shown.labels)
    return Observed(Seen({REPORT: told}, {REPORT: shown}))


def left(plan: Plan) -> Workspace:
    assert plan.workspace is not None
    return plan.workspace


# --- intents ---------------------------------------------------------------------------------


def export(one: Case, now: int = NOW) -> CaseChange:
    (change,) = look(one, observed=both_faces(at=now), now=now).exports
    return change


def test_an_intent_is_the_case_and_its_attempt_and_nothing_else() -> None:
    """With its line of history; written over the case as it was read."""
    before = later(read_at=NOW - HOUR)
    change = export(before)
    assert change.before.version == before.version
    assert change.after.intent is not None
    attempt = change.after.intent.attempt_id
    assert change.after == replace(
        change.before,
        phase=Phase.EXPORTING,
        reason=Why.ATTEMPT,
        intent=Intent(attempt, base(refused(1)), began_at=NOW),
        attempts=1,
        tried=(attempt,),
        attempted_at=NOW,
        next_look=NOW + MINUTE,
        history=(*change.before.history, Entry(NOW, Phase.EXPORTING, Why.ATTEMPT)),
    )


def test_every_attempt_has_its_own_number_of_18_digits() -> None:
    """Of whichever report, version, episode and time; the whole range is used."""
    attempts = [
        export(later(version=version, episode=episode), now).after.intent
        for version in range(40)
        for episode in (1, 2)
        for now in (NOW, NOW + 1)
    ]
    numbers = {attempt.attempt_id for attempt in attempts if attempt is not None}
    assert len(numbers) == len(attempts) == 160
    assert {len(number) for number in numbers} == {18}
    assert {number[0] for number in numbers} == set("123456789")


# --- recoveries ------------------------------------------------------------------------------


def test_a_first_canary_begins_the_recovery_of_the_present_turn() -> None:
    """An older one of the project is history."""
    turn = Cover(LABEL, PROJECT, 4, 1)
    older = replace(SYNCED, covered=(turn,), recoveries=(Recovery(PROJECT, 3, 2),))
    plan = look(later(), workspace=older, observed=both_faces(), blockers=(blocker(epoch=4),))
    assert left(plan).recoveries == (Recovery(PROJECT, 4, 0, (REPORT,)),)


def test_a_report_without_a_project_begins_a_recovery_of_its_own() -> None:
    """It has no turn; while its attempt is out the recovery stands."""
    alone = replace(SYNCED, covered=(ITSELF,))
    own = Recovery(f"@{REPORT}", 0, 0, (REPORT,))
    bare = later(labels=())
    plan = look(bare, workspace=alone, observed=both_faces(BARE), labels=(), blockers=())
    assert left(plan).recoveries == (own,)
    (change,) = plan.exports
    next_one = look(change.after, workspace=left(plan), labels=(), blockers=())
    assert left(next_one).recoveries == (own,)


def test_what_is_seen_blocked_is_part_of_the_trouble() -> None:
    """Though no failure named it; what is open beside it isn't."""
    labels = (CaseLabel(LABEL, used=1, asked=1), CaseLabel("Zeus", used=1, asked=1))
    plan = look(
        later(labels=labels),
        labels=(label(), label("Zeus", "99")),
        blockers=(closed_project(), blocker(project_id="99")),
    )
    (change,) = plan.changes
    assert [(mine.text, mine.suspect) for mine in change.after.labels] == [
        (LABEL, True),
        ("Zeus", False),
    ]
    assert change.after.named == (LABEL,)


def test_a_recovery_of_which_no_report_is_left_ends() -> None:
    """A later failure on that project begins with one report again."""
    zeus = later(labels=(CaseLabel("Zeus", used=1, asked=1, suspect=True),))
    going = replace(SYNCED, recoveries=(Recovery(PROJECT, 1, 1),))
    both = {
        "labels": (label(), label("Zeus", "99")),
        "blockers": (blocker(), closed_project(project_id="99")),
    }
    assert left(look(zeus, workspace=going, **both)).recoveries == ()  # type: ignore[arg-type]


def test_a_recovery_without_a_blocker_ends() -> None:
    """Only that of a report without a project has none."""
    unknown = replace(SYNCED, recoveries=(Recovery(PROJECT, 1, 1),))
    away = flying(next_look=NOW + MINUTE)
    assert left(look(away, workspace=unknown, blockers=())).recoveries == ()


@pytest.mark.parametrize(
    ("labels", "rows", "expected"),
    [
        ((CaseLabel(LABEL, 1, suspect=True), CaseLabel("Zeus", 1)), None, (PROJECT,)),
        ((CaseLabel(LABEL, suspect=True), CaseLabel("Zeus", 1)), None, ("99",)),
        ((CaseLabel(LABEL, 1), CaseLabel("Zeus", 1)), None, (PROJECT, "99")),
        ((CaseLabel(LABEL, 1, suspect=True),), (), (f"@{REPORT}",)),
        ((CaseLabel(LABEL, 1),), (label(resolution=Resolution()),), (f"@{REPORT}",)),
    ],
)
def test_a_canary_is_about_what_was_refused_and_is_still_carried(
    labels: tuple[CaseLabel, ...], rows: tuple[Label, ...] | None, expected: tuple[str, ...]
) -> None:
    """Nothing of it carried: about all that is. No project known: about the report itself."""
    known = (label(), label("Zeus", "99")) if rows is None else rows
    assert canaries(case(labels=labels), by_text(known), {}) == expected


# --- covers ----------------------------------------------------------------------------------


def test_a_cover_stays_while_its_report_is_open() -> None:
    """That of a label and that of the report itself; no other one."""
    covered = (COVER, ITSELF, Cover("Zeus", "99", 1, 1), Cover("@R002", "", 0, 0))
    plan = look(flying(next_look=NOW + MINUTE), workspace=replace(SYNCED, covered=covered))
    assert left(plan).covered == (COVER, ITSELF)


# --- cases -----------------------------------------------------------------------------------


def test_a_case_that_was_not_read_is_not_written() -> None:
    """Neither changed nor told of."""
    assert look(flying(next_look=NOW + MINUTE)).changes == ()


def test_a_case_that_is_out_of_our_hands_is_judged_by_itself() -> None:
    """What blocks its labels makes no suspect of them, as it does of a waiting one's."""
    plain = (CaseLabel(LABEL, 1, asked=1),)
    waiting = later(labels=plain)
    handed = replace(waiting, report_id="R002", phase=Phase.NEEDS_PERSON, kind=Kind.OTHER)
    read = Observed(Seen({i: official(refused(1), report_id=i) for i in (REPORT, "R002")}))
    plan = look(waiting, handed, observed=read, blockers=(closed_project(),))
    assert {c.after.report_id: c.after.labels[0].suspect for c in plan.changes} == {
        REPORT: True,
        "R002": False,
    }


def test_only_labels_of_blocked_projects_become_suspects() -> None:
    """The others of the report are no part of the trouble."""
    two = later(labels=(CaseLabel(LABEL, 1, asked=1), CaseLabel("Zeus", 1, asked=1)))
    plan = look(
        two,
        observed=Observed(Seen({REPORT: official(refused(1), labels=uses(LABEL, "Zeus"))})),
        labels=(label(), label("Zeus", "99")),
        blockers=(closed_project(), blocker(project_id="99")),
    )
    assert [(x.text, x.suspect) for x in plan.changes[0].after.labels] == [
        (LABEL, True),
        ("Zeus", False),
    ]


def test_an_absent_report_is_closed_at_its_second_absence_an_hour_later() -> None:
    """The first is remembered as absent, not as alone."""
    absent = Observed(Seen(absent=frozenset({REPORT})))
    (first,) = look(case(), observed=absent).changes
    assert (first.after.absent_since, first.after.alone_since) == (NOW, None)
    soon = replace(first.after, absent_since=NOW - HOUR + 1)
    assert look(soon, observed=absent).changes == ()
    (closed,) = look(replace(soon, absent_since=NOW - HOUR), observed=absent).changes
    assert closed.after.phase is Phase.CLOSED


def test_a_report_that_could_not_be_read_is_left_as_it_was() -> None:
    """It isn't alone: nothing was said of it."""
    unread = Observed(Seen(unread=frozenset({REPORT})))
    assert look(case(), observed=unread).changes == ()


def test_one_neighbour_is_asked_for_along() -> None:
    """One that was there when last asked for; neither an absent nor a lonely one."""
    lost = case(report_id="LOST", absent_since=NOW - HOUR)
    others = (
        later(report_id="ABSENT", absent_since=NOW),
        later(report_id="ALONE", alone_since=NOW),
        later(report_id="A"),
        later(report_id="B"),
    )
    assert look(lost, *others).reads == Reads(integration=("LOST", "A"))
