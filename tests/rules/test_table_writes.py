"""What a cell of the decision table writes down, as a whole: phase, line, mark, next look, asks."""

from dataclasses import replace

import pytest

from shared.domain.blocker import Blocker, by_id
from shared.domain.canary import Recovery
from shared.domain.case import Case, CaseLabel, Entry, Failed, Intent, Kind, Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.evidence import Evidence, Reading, Seen, weigh
from shared.domain.finding import Match, Resolution
from shared.domain.recover_table import Context, Step, named_texts, step
from shared.domain.report import (
    Action,
    ActionKind,
    LabelUse,
    Money,
    Report,
    ReportState,
    baseline_of,
)
from shared.domain.rules import Rules
from shared.domain.sync import Cover
from tests.builders import (
    LABEL,
    NOW,
    NS0770,
    PROJECT,
    REPORT,
    action,
    arrived,
    base,
    blocker,
    case,
    closed_project,
    flying,
    label,
    official,
    refused,
    report,
    seen_of,
    uses,
)

RULES = Rules()
TEXT = NS0770.format(LABEL)
EXISTS = action(2, ActionKind.EXPORT_FAILED, "NS0034 Export Error: This record already exists.")
OTHER = action(2, ActionKind.EXPORT_FAILED, "NS0024 Export Error: Invalid 'customer' tag.")
KNOWN = baseline_of(official(refused(1)))
FIRST = Entry(NOW - HOUR, Phase.WAITING, Why.OPENED, "before")


def context(**more: object) -> Context:
    defaults: dict[str, object] = {
        "now": NOW,
        "rules": RULES,
        "labels": {LABEL: label()},
        "blockers": {PROJECT: blocker()},
        "recoveries": {PROJECT: Recovery(PROJECT, 1, members=(REPORT,))},
    }
    return Context(**{**defaults, **more})  # type: ignore[arg-type]


def read(one: Case, seen: Report | Seen, **more: object) -> Step:
    seen = seen if isinstance(seen, Seen) else seen_of(seen)
    reading = weigh(one, seen, RULES.absent_gap, NOW)
    assert reading is not None
    return step(one, reading, context(absent=seen.absent, unread=seen.unread, **more))


def waiting(**more: object) -> Case:
    return case(**{"history": (FIRST,), "known": KNOWN, **more})


def sent(age: int = MINUTE, phase: Phase = Phase.EXPORTING, **more: object) -> Case:
    return flying(age, phase, **{"history": (FIRST,), **more})


def handed(**more: object) -> Case:
    return waiting(phase=Phase.NEEDS_PERSON, reason=Why.NOT_PROVEN, **more)


def line(one: Case) -> Entry:
    """The one line that was written."""
    assert one.history[:-1] == (FIRST,)
    return one.history[-1]


# --- ends ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "seen", "phase", "why", "detail"),
    [
        (waiting(), official(refused(1), arrived(2)), Phase.CLOSED, Why.EXPORTED_BY_OTHERS, ""),
        (
            sent(),
            report(refused(1), arrived(2, id="777")),
            Phase.RESOLVED,
            Why.EXPORTED,
            "by our attempt",
        ),
        (
            sent(),
            report(refused(1), action(2, ActionKind.MARKED_BY_HAND)),
            Phase.CLOSED,
            Why.MARKED,
            "",
        ),
        (
            sent(),
            replace(seen_of(report(refused(1))), in_netsuite={REPORT: True}),
            Phase.RESOLVED,
            Why.IN_NETSUITE,
            "",
        ),
        (
            waiting(absent_since=NOW - HOUR),
            Seen(absent=frozenset({REPORT})),
            Phase.CLOSED,
            Why.DELETED,
            "",
        ),
    ],
)
def test_an_end_writes_its_phase_reason_time_and_line(
    one: Case, seen: Report | Seen, phase: Phase, why: Why, detail: str
) -> None:
    """And nothing else changes."""
    after = read(one, seen)
    line_of_it = Entry(NOW, phase, why, detail)
    assert after == Step(
        replace(one, phase=phase, reason=why, ended_at=NOW, history=(FIRST, line_of_it))
    )


# --- to a person -----------------------------------------------------------------------------


def test_a_person_gets_the_evidence_and_the_report_is_read_on_every_hour() -> None:
    """The text of what NetSuite said is in the line."""
    before = waiting()
    after = read(before, official(refused(1), EXISTS)).case
    assert line(after) == Entry(NOW, Phase.NEEDS_PERSON, Why.SAID_TO_EXIST, EXISTS.messages[0])
    assert after == replace(
        before,
        phase=Phase.NEEDS_PERSON,
        reason=Why.SAID_TO_EXIST,
        history=after.history,
        next_look=NOW + HOUR,
    )


def test_a_report_that_is_gone_while_its_attempt_is_out_is_a_persons() -> None:
    """It may have arrived before it was deleted."""
    away = sent(absent_since=NOW - HOUR)
    after = read(away, Seen(absent=frozenset({REPORT}))).case
    assert line(after) == Entry(NOW, Phase.NEEDS_PERSON, Why.DELETED)


def test_another_failure_begins_anew_for_people() -> None:
    """Its codes replace ours, no attempt and no mark are left of the old trouble."""
    before = sent(known=KNOWN)
    after = read(before, report(refused(1), OTHER)).case
    assert line(after) == Entry(NOW, Phase.NEEDS_PERSON, Why.OTHER_FAILURE, OTHER.messages[0])
    assert after == replace(
        before,
        phase=Phase.NEEDS_PERSON,
        reason=Why.OTHER_FAILURE,
        kind=Kind.OTHER,
        codes=("NS0024",),
        report_name="Trip",
        intent=None,
        known=None,
        history=after.history,
        next_look=NOW + HOUR,
    )


def test_a_failure_without_a_code_has_the_empty_one() -> None:
    """By it the case is recognised at its next failure."""
    silent = action(2, ActionKind.EXPORT_FAILED, "The export did not work.")
    assert read(waiting(), official(refused(1), silent)).case.codes == ("",)


def test_an_attempt_without_evidence_is_handed_over_with_its_mark() -> None:
    """It counts against its fix, and the report is read on every hour."""
    after = read(sent(HOUR, Phase.UNVERIFIED), report(refused(1))).case
    assert line(after) == Entry(NOW, Phase.NEEDS_PERSON, Why.NOT_PROVEN)
    assert after.next_look == NOW + HOUR


# --- waiting ---------------------------------------------------------------------------------


def test_a_first_read_takes_over_what_the_report_holds() -> None:
    """Name, submitter, labels with their sums, the mark; and it is read again in an hour."""
    before = waiting(read_at=None, known=None, labels=(), submitter="", paused=2, retags=1)
    (use,) = uses(LABEL)
    after = read(before, official(refused(1), name="Rome", submitter="ines@acme.example"))
    labels = (CaseLabel(LABEL, use.count, use.sums, suspect=True),)
    assert after == Step(
        replace(
            before,
            report_name="Rome",
            submitter="ines@acme.example",
            labels=labels,
            named=(LABEL,),
            read_at=NOW,
            tagged=True,
            known=KNOWN,
            paused=0,
            next_look=NOW + HOUR,
        ),
        (LABEL,),
    )


def test_a_later_read_keeps_what_is_known_and_forgets_its_absence() -> None:
    """When it was first read, its mark, who submitted it; a new sum replaces the old one."""
    before = waiting(absent_since=NOW - MINUTE, alone_since=NOW - MINUTE, report_name="Trip")
    sums = (Money("EUR", 99),)
    seen = official(refused(1), name="", submitter="", labels=(LabelUse(LABEL, 2, sums),))
    assert read(before, seen).case == replace(
        before,
        labels=(CaseLabel(LABEL, 2, sums, asked=1, suspect=True),),
        tagged=True,
        absent_since=None,
        alone_since=None,
        next_look=NOW + HOUR,
    )


def test_each_read_that_misses_a_label_counts_as_a_retag() -> None:
    """What follows a retag must be covered by a sync of its own."""
    before = waiting(retags=2)
    assert read(before, official(refused(1), labels=uses("Zeus"))).case.retags == 3
    assert read(before, official(refused(1), labels=uses(LABEL, "Zeus"))).case.retags == 2


def test_a_report_that_once_was_tagged_stays_so() -> None:
    """Though its expenses carry nothing now; one that never carried any isn't."""
    bare = official(refused(1), labels=())
    assert read(waiting(tagged=True), bare).case.tagged
    assert not read(waiting(), bare).case.tagged


def test_the_apps_history_sets_no_mark() -> None:
    """The official face is read for it: their actions can't be told to be the same."""
    seen = report(refused(1), exported=False)
    assert read(waiting(known=None), seen).case.known is None
    assert read(waiting(known=None), official(refused(1))).case.known == KNOWN


def test_a_refusal_elsewhere_moves_the_mark_and_asks_about_what_it_names() -> None:
    """Not about labels that were looked at and that it doesn't name."""
    labels = (CaseLabel(LABEL, 1, asked=1, suspect=True), CaseLabel("Zeus", 1, asked=1))
    before = waiting(labels=labels)
    seen = official(refused(1), refused(2), labels=uses(LABEL, "Zeus"))
    after, asks = read(before, seen)
    assert asks == (LABEL,)
    assert after.known == baseline_of(official(refused(1), refused(2)))
    assert line(after) == Entry(NOW, Phase.WAITING, Why.ADDED, TEXT)


def test_a_refusal_elsewhere_after_our_sync_counts_against_what_it_names() -> None:
    """Not against the fix of another project, though our sync covers that one too."""
    labels = (CaseLabel(LABEL, 1, asked=1, suspect=True), CaseLabel("Zeus", 1, asked=1))
    after = read(
        waiting(labels=labels),
        official(refused(1), refused(2), labels=uses(LABEL, "Zeus")),
        labels={LABEL: label(), "Zeus": label("Zeus", "99")},
        blockers={PROJECT: blocker(), "99": blocker(project_id="99")},
        covered=(Cover(LABEL, PROJECT, 1, 1), Cover("Zeus", "99", 1, 1)),
    ).case
    assert after.failed == (Failed(PROJECT, 1, 0, f"NS0770:{LABEL}"),)


OURS = Cover(LABEL, PROJECT, 1, 1)


@pytest.mark.parametrize(
    ("asked", "covers", "blockers"),
    [
        (0, (OURS,), (blocker(),)),
        (2, (OURS,), (blocker(),)),
        (1, (), (blocker(),)),
        (1, (OURS,), ()),
        (1, (OURS,), (closed_project(),)),
        (1, (OURS,), (blocker(epoch=2),)),
    ],
    ids=["never asked", "asked since", "no sync", "unknown", "blocked by now", "fixed since"],
)
def test_a_refusal_elsewhere_that_our_sync_did_not_cover_counts_against_nothing(
    asked: int, covers: tuple[Cover, ...], blockers: tuple[Blocker, ...]
) -> None:
    """It says nothing of that fix: the next sync may bring it."""
    labels = (CaseLabel(LABEL, 1, asked=asked, suspect=True),)
    again = official(refused(1), refused(2))
    after = read(waiting(labels=labels), again, covered=covers, blockers=by_id(blockers)).case
    assert after.failed == ()


def test_a_pause_is_noted_once_with_its_time() -> None:
    """Further ones only make the next look later."""
    opened = official(refused(1), state=ReportState.OPEN)
    after = read(waiting(), opened).case
    assert line(after) == Entry(NOW, Phase.WAITING, Why.PAUSED)
    assert read(after, opened).case.history == after.history


@pytest.mark.parametrize(("age", "phase"), [(DAY - 1, Phase.WAITING), (DAY, Phase.NEEDS_PERSON)])
def test_a_report_without_a_neighbour_is_a_persons_after_a_day(age: int, phase: Phase) -> None:
    """Not before; since when stays remembered."""
    lost = waiting(alone_since=NOW - age)
    after = read(lost, Seen(alone=frozenset({REPORT}))).case
    assert (after.phase, after.alone_since) == (phase, NOW - age)


def test_missing_and_alone_are_two_things() -> None:
    """Absent beside a neighbour ends the doubt; alone begins it; neither moves its beginning."""
    absent, alone = Seen(absent=frozenset({REPORT})), Seen(alone=frozenset({REPORT}))
    once = read(waiting(), alone).case
    assert (once.absent_since, once.alone_since) == (None, NOW)
    found = read(waiting(alone_since=NOW - MINUTE), absent).case
    assert (found.absent_since, found.alone_since) == (NOW, None)
    again = read(waiting(absent_since=NOW - MINUTE), absent).case
    assert (again.absent_since, again.next_look) == (NOW - MINUTE, NOW + HOUR)


# --- in flight -------------------------------------------------------------------------------


def test_a_refused_attempt_goes_back_with_its_evidence() -> None:
    """Without intent and mark: the next read sets a new one, in an hour or when a fix is seen."""
    before = sent(known=KNOWN)
    after = read(before, report(refused(1), refused(2))).case
    assert line(after) == Entry(NOW, Phase.WAITING, Why.FAILED_AGAIN, TEXT)
    assert after == replace(
        before,
        phase=Phase.WAITING,
        reason=Why.FAILED_AGAIN,
        intent=None,
        known=None,
        named=(LABEL,),
        labels=(replace(before.labels[0], sums=(Money("EUR", 1250),)),),
        tagged=True,
        failed=(Failed(PROJECT, 1, 0, f"NS0770:{LABEL}"),),
        history=after.history,
        next_look=NOW + HOUR,
    )


def test_proof_of_absence_sends_back_without_a_text() -> None:
    """There is no message to show."""
    after = read(sent(HOUR), report(refused(1)), proven_absent=frozenset({REPORT})).case
    assert line(after) == Entry(NOW, Phase.WAITING, Why.ABSENCE_PROVEN)


def test_what_came_to_nothing_twice_under_one_fix_is_a_persons() -> None:
    """Proven or not, a third silence of the same export would be no better."""
    before = sent(HOUR, failed=(Failed(PROJECT, 1, 0, "no evidence"),))
    after = read(before, report(refused(1)), proven_absent=frozenset({REPORT})).case
    assert (after.phase, after.reason) == (Phase.NEEDS_PERSON, Why.NOT_PROVEN)


@pytest.mark.parametrize(
    ("seen", "why", "detail"),
    [
        (report(refused(1), EXISTS), Why.SAID_TO_EXIST, EXISTS.messages[0]),
        (report(refused(1), state=ReportState.OPEN), Why.NO_EVIDENCE, ""),
    ],
)
def test_what_may_have_landed_is_unverified_and_says_why(
    seen: Report, why: Why, detail: str
) -> None:
    """With what NetSuite said, if it said something."""
    assert line(read(sent(), seen).case) == Entry(NOW, Phase.UNVERIFIED, why, detail)


@pytest.mark.parametrize(
    ("age", "phase"), [(10 * MINUTE - 1, Phase.EXPORTING), (10 * MINUTE, Phase.UNVERIFIED)]
)
def test_ten_minutes_without_evidence_are_unverified(age: int, phase: Phase) -> None:
    """With a line that says so."""
    after = read(sent(age), report(refused(1))).case
    assert after.phase is phase
    if phase is Phase.UNVERIFIED:
        assert line(after) == Entry(NOW, Phase.UNVERIFIED, Why.NO_EVIDENCE)


def test_no_look_is_later_than_the_last_deadline() -> None:
    """What may have landed is a person's at 24 hours, not half an hour later."""
    late = Intent("777", base(refused(1)), began_at=NOW - DAY + 5 * MINUTE, looks=99)
    after = read(sent(phase=Phase.UNVERIFIED, intent=late), report(refused(1), EXISTS)).case
    assert (after.phase, after.next_look) == (Phase.UNVERIFIED, NOW + 5 * MINUTE)


def test_a_report_that_is_returned_again_is_neither_absent_nor_alone() -> None:
    """In flight and in a person's hands as well."""
    for one, seen in ((sent(), report(refused(1))), (handed(), official(refused(1)))):
        lost = replace(one, absent_since=NOW - MINUTE, alone_since=NOW - MINUTE)
        after = read(lost, seen).case
        assert (after.absent_since, after.alone_since) == (None, None)


def test_a_state_that_we_do_not_know_stops_the_deadlines_too() -> None:
    """Returned, but unreadable: looked at again after an hour, and then counted from there."""
    after = read(sent(50 * MINUTE), report(refused(1), state=ReportState.UNKNOWN)).case
    assert after.intent is not None
    assert (after.phase, after.next_look) == (Phase.EXPORTING, NOW + HOUR)
    assert (after.intent.unread_since, after.absent_since) == (NOW, None)
    readable = Reading(Evidence.NOTHING_NEW, report(refused(1)))
    then = step(after, readable, context(now=NOW + HOUR)).case
    assert then.intent is not None
    assert (then.intent.unread_since, then.intent.began_at) == (None, NOW + 10 * MINUTE)


# --- what an attempt counts against ----------------------------------------------------------


@pytest.mark.parametrize(
    ("recovery", "counted"), [(Recovery(PROJECT, 1, 2), 2), (Recovery(PROJECT, 0, 2), 0)]
)
def test_a_failure_counts_in_the_step_of_its_fix(recovery: Recovery, counted: int) -> None:
    """A step of an earlier turn is none of it."""
    seen = report(refused(1), refused(2))
    after = read(sent(), seen, recoveries={PROJECT: recovery}).case
    assert after.failed == (Failed(PROJECT, 1, counted, f"NS0770:{LABEL}"),)


def test_a_second_refusal_in_a_later_step_is_a_persons_too() -> None:
    """The same report isn't refused a third time under one fix, whatever its steps."""
    before = sent(failed=(Failed(PROJECT, 1, 0, f"NS0770:{LABEL}"),))
    further = {PROJECT: Recovery(PROJECT, 1, 1, (REPORT,))}
    after = read(before, report(refused(1), refused(2)), recoveries=further).case
    assert after.reason is Why.REFUSED_TWICE


def test_a_label_of_several_projects_is_counted_by_its_text() -> None:
    """Which of them refused isn't known."""
    twice = label(resolution=Resolution(Match.AMBIGUOUS, candidates=("1", "2")))
    seen = report(refused(1), refused(2))
    after = read(sent(), seen, labels={LABEL: twice}, recoveries={}).case
    assert after.failed == (Failed(f"L#{LABEL}", 0, 0, f"NS0770:{LABEL}"),)


def test_a_named_text_stands_for_the_label_that_it_means() -> None:
    """In whichever form the failure writes it."""
    written = action(2, ActionKind.EXPORT_FAILED, NS0770.format(f"Acme : {LABEL}"))
    reading = weigh(sent(), seen_of(report(refused(1), written)), HOUR, NOW)
    assert reading is not None
    assert named_texts(sent(), reading) == (LABEL,)


@pytest.mark.parametrize(
    ("epochs", "present", "phase"),
    [
        ((0,), 1, Phase.WAITING),
        ((2, 1), 2, Phase.NEEDS_PERSON),
        ((2, 1), 3, Phase.WAITING),
    ],
)
def test_a_new_chance_needs_a_turn_after_all_that_it_failed_in(
    epochs: tuple[int, ...], present: int, phase: Phase
) -> None:
    """In whatever order they were noted; and the way back has its line."""
    failed = tuple(Failed(PROJECT, epoch, 0, "x") for epoch in epochs)
    stuck = replace(handed(failed=failed), reason=Why.REFUSED_TWICE)
    blockers = {PROJECT: blocker(epoch=present)}
    after = read(stuck, official(refused(1)), blockers=blockers).case
    assert after.phase is phase
    if phase is Phase.WAITING:
        assert line(after) == Entry(NOW, Phase.WAITING, Why.BLOCKED_AGAIN)


# --- needs a person --------------------------------------------------------------------------


@pytest.mark.parametrize("news", [refused(2), EXISTS, OTHER])
def test_news_in_a_persons_hands_are_noted_and_move_the_mark(news: Action) -> None:
    """That of the attempt, if there was one; else that of the last known failure."""
    seen = official(refused(1), news)
    after = read(handed(), seen).case
    assert line(after) == Entry(NOW, Phase.NEEDS_PERSON, Why.ADDED, news.messages[0])
    assert after == replace(
        handed(), known=baseline_of(seen), history=after.history, next_look=NOW + 6 * HOUR
    )
    intent = Intent("777", base(refused(1)), began_at=NOW - DAY)
    after = read(handed(intent=intent), report(refused(1), news)).case
    assert after.intent == replace(intent, baseline=base(refused(1), news))
    assert (after.known, after.next_look) == (None, NOW + 6 * HOUR)


def test_what_netsuite_holds_is_no_news_to_the_person() -> None:
    """Without a failure of its own nothing is noted."""
    before = handed()
    held = replace(seen_of(official(refused(1))), in_netsuite={REPORT: True})
    assert read(before, held).case == replace(before, next_look=NOW + 6 * HOUR)
