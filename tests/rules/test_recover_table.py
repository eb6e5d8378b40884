"""The decision table, cell by cell: evidence x phase → what becomes of the case."""

from dataclasses import replace

import pytest

from shared.domain.canary import Recovery
from shared.domain.case import Case, CaseLabel, Failed, Intent, Kind, Phase, Why
from shared.domain.clock import DAY, HOUR, MINUTE
from shared.domain.evidence import Evidence, Reading, Seen, weigh
from shared.domain.recover_table import TABLE, Context, Step, named_texts, step
from shared.domain.report import ActionKind, LabelUse, Report, ReportState
from shared.domain.rules import Rules
from tests.builders import (
    LABEL,
    NOW,
    PROJECT,
    REPORT,
    action,
    arrived,
    base,
    blocker,
    case,
    flying,
    label,
    official,
    refused,
    report,
    seen_of,
    uses,
)

RULES = Rules()


def context(**more: object) -> Context:
    defaults: dict[str, object] = {
        "now": NOW,
        "rules": RULES,
        "labels": {LABEL: label()},
        "blockers": {PROJECT: blocker()},
        "recoveries": {PROJECT: Recovery(PROJECT, 1, members=(REPORT,))},
    }
    return Context(**{**defaults, **more})  # type: ignore[arg-type]


def read(one: Case, seen: Report, ctx: Context | None = None) -> Step:
    """What the table makes of the case after this read of its report."""
    ctx = ctx or context()
    reading = weigh(one, seen_of(seen), RULES.absent_gap, NOW)
    assert reading is not None
    return step(one, reading, ctx)


def person(**more: object) -> Case:
    return case(phase=Phase.NEEDS_PERSON, **{"reason": Why.NOT_PROVEN, **more})


def test_every_evidence_has_its_row() -> None:
    """No evidence is without a decision in any phase."""
    assert set(TABLE) == set(Evidence)


# --- E1 --------------------------------------------------------------------------------------


def test_e1_waiting_somebody_else_exported_it() -> None:
    """A success with record URLs after the last failure closes a waiting case."""
    after = read(case(), official(refused(1), arrived(2))).case
    assert (after.phase, after.reason) == (Phase.CLOSED, Why.EXPORTED_BY_OTHERS)
    assert after.ended_at == NOW


def test_e1_in_flight_ours_is_recognised_by_its_attempt_id() -> None:
    """Expensify keeps our attempt id as the action's id."""
    after = read(flying(), report(refused(1), arrived(2, id="777"), exported=True)).case
    assert after.phase is Phase.RESOLVED
    assert after.history[-1].detail == "by our attempt"


def test_e1_in_flight_anothers_is_counted_apart() -> None:
    """An export in the same minute that doesn't carry our id isn't called ours."""
    after = read(flying(), report(refused(1), arrived(2), exported=True)).case
    assert after.phase is Phase.RESOLVED
    assert after.history[-1].detail == "not recognised as our attempt"


def test_e1_the_flag_alone_is_enough_when_it_flipped() -> None:
    """The exported flag that wasn't set at the baseline proves an arrival."""
    assert read(flying(), report(refused(1), exported=True)).case.phase is Phase.RESOLVED


def test_e1_a_flag_that_was_set_before_proves_nothing() -> None:
    """What the baseline already held doesn't count."""
    before = Intent("777", base(refused(1), exported=True), began_at=NOW - MINUTE)
    after = read(flying(intent=before), report(refused(1), exported=True)).case
    assert after.phase is Phase.EXPORTING


def test_e1_a_success_without_urls_proves_nothing() -> None:
    """'Started exporting' stands in the history before anything reached NetSuite."""
    after = read(flying(), report(refused(1), arrived(2, urls=()))).case
    assert after.phase is Phase.EXPORTING


def test_e1_needs_person_ends_well() -> None:
    """Whoever exported it: the ask is over."""
    assert read(person(), official(refused(1), arrived(2))).case.phase is Phase.RESOLVED


def test_e1_outranks_a_later_refusal() -> None:
    """An arrival counts even if a second attempt of somebody's failed after it."""
    after = read(flying(), report(refused(1), arrived(2), refused(3), exported=True)).case
    assert after.phase is Phase.RESOLVED


# --- E2 --------------------------------------------------------------------------------------


def in_netsuite(one: Case) -> Case:
    seen = replace(seen_of(report(refused(1))), in_netsuite={REPORT: True})
    reading = weigh(one, seen, RULES.absent_gap, NOW)
    assert reading is not None
    assert reading.evidence is Evidence.IN_NETSUITE
    return step(one, reading, context()).case


def test_e2_waiting_is_never_exported() -> None:
    """In NetSuite, not marked in Expensify: a person."""
    after = in_netsuite(case())
    assert (after.phase, after.reason) == (Phase.NEEDS_PERSON, Why.IN_NETSUITE)


def test_e2_in_flight_arrived() -> None:
    """Expensify did not say so, but it is there."""
    assert in_netsuite(flying()).phase is Phase.RESOLVED


def test_e2_needs_person_keeps() -> None:
    """It stays with the person."""
    assert in_netsuite(person()).phase is Phase.NEEDS_PERSON


def test_a_report_that_expensify_calls_exported_without_news_goes_to_a_person() -> None:
    """An export before the failure: nothing new, and yet another one could be a double."""
    after = read(case(), report(arrived(1), refused(2), exported=True)).case
    assert (after.phase, after.reason) == (Phase.NEEDS_PERSON, Why.IN_NETSUITE)


# --- E3 --------------------------------------------------------------------------------------

EXISTS = action(2, ActionKind.EXPORT_FAILED, "NS0034 Export Error: This record already exists.")


def test_e3_waiting_needs_a_person() -> None:
    """NetSuite says that it has the record: never export, never delete."""
    known = base(refused(1))
    after = read(case(known=replace(known, source=official().source)), official(refused(1), EXISTS))
    assert (after.case.phase, after.case.reason) == (Phase.NEEDS_PERSON, Why.SAID_TO_EXIST)


def test_e3_in_flight_is_unverified_then_a_persons() -> None:
    """It may have landed: read back for 24 h, no retry."""
    after = read(flying(), report(refused(1), EXISTS)).case
    assert (after.phase, after.reason) == (Phase.UNVERIFIED, Why.SAID_TO_EXIST)
    assert read(flying(DAY - 1), report(refused(1), EXISTS)).case.phase is Phase.UNVERIFIED
    late = read(flying(DAY, Phase.UNVERIFIED), report(refused(1), EXISTS)).case
    assert (late.phase, late.reason) == (Phase.NEEDS_PERSON, Why.NOT_PROVEN)


def test_e3_needs_person_is_added_once() -> None:
    """The evidence is noted, and the same action isn't noted again."""
    waiting = person(intent=Intent("777", base(refused(1)), began_at=NOW - DAY))
    after = read(waiting, report(refused(1), EXISTS)).case
    assert after.phase is Phase.NEEDS_PERSON
    assert after.history[-1].why is Why.ADDED
    again = read(after, report(refused(1), EXISTS)).case
    assert len(again.history) == len(after.history)


# --- E4 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", [case(), flying(), person()])
def test_e4_a_mark_by_hand_closes(one: Case) -> None:
    """Marked as exported by a person: closed, whatever we were doing."""
    marked = action(2, ActionKind.MARKED_BY_HAND)
    after = read(one, report(refused(1), marked, exported=True)).case
    assert (after.phase, after.reason) == (Phase.CLOSED, Why.MARKED)


def test_e4_a_mark_in_flight_hides_no_refusal() -> None:
    """Refused, and then marked before we looked: it counts against its fix."""
    marked = action(3, ActionKind.MARKED_BY_HAND)
    after = read(flying(), report(refused(1), refused(2), marked, exported=True)).case
    assert (after.phase, after.reason) == (Phase.CLOSED, Why.MARKED)
    assert [(f.project_id, f.epoch, f.step) for f in after.failed] == [(PROJECT, 1, 0)]
    unhurt = read(flying(), report(refused(1), marked, exported=True)).case
    assert unhurt.failed == ()
    waited = read(case(), report(refused(1), refused(2), marked, exported=True)).case
    assert waited.failed == ()


# --- E5 --------------------------------------------------------------------------------------


def test_e5_waiting_updates_the_blockers() -> None:
    """Somebody tried again: what the failure names must be looked at anew."""
    first = read(case(), official(refused(1))).case
    after, asks = read(first, official(refused(1), refused(2), refused(3, "Zeus")))
    assert after.phase is Phase.WAITING
    assert asks == (LABEL, "Zeus")
    assert after.labels[-1] == CaseLabel("Zeus", suspect=True)
    assert read(after, official(refused(1), refused(2), refused(3, "Zeus"))).case.history == (
        after.history
    )


def test_e5_in_flight_goes_back_to_wait_for_a_change() -> None:
    """The attempt failed: a new look, a new sync, before anything else."""
    after, asks = read(flying(), report(refused(1), refused(2)))
    assert (after.phase, after.reason) == (Phase.WAITING, Why.FAILED_AGAIN)
    assert after.intent is None
    assert asks == (LABEL,)
    assert after.failed == (Failed(PROJECT, 1, 0, f"NS0770:{LABEL}"),)


def test_e5_in_flight_takes_over_what_was_retagged_since() -> None:
    """The refusal counts against what it carried; by now it carries something to be looked at."""
    retagged = replace(report(refused(1), refused(2)), labels=(LabelUse("Zeus", 1, ()),))
    after, asks = read(flying(), retagged)
    assert [label.text for label in after.labels] == ["Zeus"]
    assert (asks, after.retags) == (("Zeus",), 1)
    assert after.failed == (Failed(PROJECT, 1, 0, f"NS0770:{LABEL}"),)


def test_e5_twice_under_one_fix_is_a_persons() -> None:
    """The same report isn't refused a third time."""
    before = (Failed(PROJECT, 1, 0, f"NS0770:{LABEL}"),)
    after = read(flying(failed=before), report(refused(1), refused(2))).case
    assert (after.phase, after.reason) == (Phase.NEEDS_PERSON, Why.REFUSED_TWICE)


def test_e5_twice_under_two_fixes_goes_on() -> None:
    """An earlier epoch's failure doesn't count against the new fix."""
    before = (Failed(PROJECT, 0, 0, f"NS0770:{LABEL}"),)
    assert read(flying(failed=before), report(refused(1), refused(2))).case.phase is Phase.WAITING


def test_e5_other_project_becomes_its_blocker() -> None:
    """A failure that names a project that nobody knew makes it a suspect."""
    after, asks = read(flying(), report(refused(1), refused(2, "Zeus")))
    assert asks == ("Zeus",)
    assert after.labels[-1] == CaseLabel("Zeus", suspect=True)
    assert set(after.failed) == {
        Failed("L#Zeus", 0, 0, "NS0770:Zeus"),
        Failed(PROJECT, 1, 0, "NS0770:Zeus"),
    }


def test_e5_needs_person_adds_the_evidence() -> None:
    """The person keeps it, and sees what happened since."""
    known = replace(base(refused(1)), source=official().source)
    after = read(person(known=known), official(refused(1), refused(2))).case
    assert after.phase is Phase.NEEDS_PERSON
    assert "NS0770" in after.history[-1].detail


def test_e5_needs_person_a_late_refusal_of_ours_counts_against_the_fix() -> None:
    """Given up as not to be proven, refused after all: the next canary is the second one."""
    given_up = person(intent=Intent("777", base(refused(1)), began_at=NOW - DAY))
    after = read(given_up, report(refused(1), refused(2))).case
    assert after.phase is Phase.NEEDS_PERSON
    assert after.failed == (Failed(PROJECT, 1, 0, f"NS0770:{LABEL}"),)
    assert read(after, report(refused(1), refused(2))).case.failed == after.failed


def test_e5_needs_person_anothers_refusal_does_not() -> None:
    """There was no attempt of ours that it could be about."""
    known = replace(base(refused(1)), source=official().source)
    assert read(person(known=known), official(refused(1), refused(2))).case.failed == ()


# --- E6 --------------------------------------------------------------------------------------

OTHER = action(2, ActionKind.EXPORT_FAILED, "NS0024 Export Error: Invalid 'customer' tag.")


@pytest.mark.parametrize("one", [case(known=base(refused(1))), flying()])
def test_e6_another_code_is_handed_to_people(one: Case) -> None:
    """Never treated as NS0770, never exported again by us."""
    after = read(one, report(refused(1), OTHER)).case
    assert (after.phase, after.kind) == (Phase.NEEDS_PERSON, Kind.OTHER)
    assert after.codes == ("NS0024",)
    assert after.intent is None


@pytest.mark.parametrize("one", [case(known=base(refused(1))), flying()])
def test_e6_the_last_of_several_tries_decides(one: Case) -> None:
    """Refused for its project, and then for something else: our export would fail for that."""
    again = replace(OTHER, id="a3", at=action(3).at)
    after = read(one, report(refused(1), refused(2), again)).case
    assert (after.kind, after.codes) == (Kind.OTHER, ("NS0024",))
    back = read(one, report(refused(1), OTHER, refused(3))).case
    assert back.kind is Kind.PROJECT


@pytest.mark.parametrize(
    "one", [flying(), person(intent=Intent("777", base(refused(1)), began_at=NOW - DAY))]
)
def test_e6_what_refused_our_attempt_counts_whoever_tried_since(one: Case) -> None:
    """Ours was refused for its project; somebody's next try for something else."""
    again = replace(OTHER, id="a3", at=action(3).at)
    after = read(one, report(refused(1), refused(2), again)).case
    assert after.failed == (Failed(PROJECT, 1, 0, f"NS0770:{LABEL}"),)
    assert (
        read(case(known=base(refused(1))), report(refused(1), refused(2), again)).case.failed == ()
    )


def test_e6_of_one_instant_the_other_code_decides() -> None:
    """The official face tells seconds, and nothing of an order within one."""
    for twins in ((refused(2), OTHER), (OTHER, replace(refused(2), id="a0"))):
        after = read(flying(), report(refused(1), *twins)).case
        assert (after.kind, set(after.codes)) == (Kind.OTHER, {"NS0770", "NS0024"})


def test_e6_an_error_count_without_a_text_is_another_failure() -> None:
    """Expensify's failure entry may come before its message does."""
    seen = report(refused(1), error_count=2)
    after = read(flying(), seen).case
    assert (after.phase, after.kind) == (Phase.NEEDS_PERSON, Kind.OTHER)


def test_e6_a_failure_without_a_text_is_another_failure() -> None:
    """An action of failure with no message still says that the attempt failed."""
    silent = action(2, ActionKind.EXPORT_FAILED)
    assert read(flying(), report(refused(1), silent)).case.kind is Kind.OTHER


# --- E7 --------------------------------------------------------------------------------------


def test_e7_waiting_pauses_ever_longer() -> None:
    """Open, submitted or unapproved: look again in 1 h, 4 h, 12 h, then daily."""
    opened = official(refused(1), state=ReportState.OPEN)
    one, waits = case(), []
    for _ in range(5):
        one = read(one, opened).case
        waits.append(one.next_look - NOW)
    assert waits == [HOUR, 4 * HOUR, 12 * HOUR, DAY, DAY]
    assert one.phase is Phase.WAITING
    assert [e.why for e in one.history] == [Why.PAUSED]
    assert read(one, official(refused(1))).case.paused == 0


def test_e7_in_flight_may_still_land() -> None:
    """Unapproved after our call: unverified, not failed; a person after 24 h."""
    submitted = report(refused(1), state=ReportState.SUBMITTED)
    assert read(flying(), submitted).case.phase is Phase.UNVERIFIED
    assert read(flying(DAY, Phase.UNVERIFIED), submitted).case.phase is Phase.NEEDS_PERSON


def test_e7_needs_person_pauses() -> None:
    """The case stays with the person and is looked at less often."""
    after = read(person(), official(refused(1), state=ReportState.OPEN)).case
    assert (after.phase, after.paused) == (Phase.NEEDS_PERSON, 1)


# --- E8 --------------------------------------------------------------------------------------


def gone(one: Case, ctx: Context | None = None) -> Case:
    ctx = ctx or context(absent=frozenset({REPORT}))
    seen = Seen(absent=frozenset({REPORT}))
    reading = weigh(one, seen, RULES.absent_gap, NOW)
    assert reading is not None
    return step(one, reading, ctx).case


@pytest.mark.parametrize("one", [case(), person(), flying()])
def test_e8_absent_once_is_only_remembered(one: Case) -> None:
    """One complete read without the report proves nothing."""
    after = gone(one)
    assert (after.phase, after.absent_since) == (one.phase, NOW)


@pytest.mark.parametrize(
    ("one", "phase"),
    [
        (case(absent_since=NOW - HOUR), Phase.CLOSED),
        (person(absent_since=NOW - HOUR), Phase.CLOSED),
        (flying(absent_since=NOW - HOUR), Phase.NEEDS_PERSON),
    ],
)
def test_e8_absent_twice_an_hour_apart(one: Case, phase: Phase) -> None:
    """Deleted: closed, unless an export of ours is under way."""
    assert gone(one).phase is phase


def test_e8_a_minute_apart_is_not_twice() -> None:
    """The two reads must be an hour apart."""
    assert gone(case(absent_since=NOW - MINUTE)).phase is Phase.WAITING


def test_e8_present_again_forgets() -> None:
    """A report that is seen again was never gone."""
    assert read(case(absent_since=NOW - MINUTE), official(refused(1))).case.absent_since is None


# --- E9, E10 ---------------------------------------------------------------------------------


def test_e9_waiting_takes_over_what_the_report_holds() -> None:
    """Labels, name and submitter come from the report; new labels are asked about."""
    seen = official(refused(1), labels=uses(LABEL, "Zeus"), name="Rome")
    after, asks = read(case(labels=(CaseLabel(LABEL, asked=1, suspect=True),)), seen)
    assert [(x.text, x.used, x.suspect) for x in after.labels] == [
        (LABEL, 1, True),
        ("Zeus", 1, False),
    ]
    assert asks == ("Zeus",)
    assert after.report_name == "Rome"


def test_e9_a_named_text_joins_the_label_that_it_means() -> None:
    """'Acme : Apollo Rollout' in the failure and 'Apollo Rollout' on the expense are one."""
    named = case(labels=(CaseLabel("Acme : Apollo Rollout", asked=1, suspect=True),))
    after = read(named, official(refused(1))).case
    assert [(x.text, x.suspect) for x in after.labels] == [(LABEL, True)]


def test_e9_a_label_no_longer_carried_is_gone_but_a_strange_name_stays() -> None:
    """Retagged labels go; a name that no expense ever carried must still be explained."""
    before = case(
        labels=(
            CaseLabel(LABEL, used=1, asked=1, suspect=True),
            CaseLabel("4712", asked=1, suspect=True),
        )
    )
    after = read(before, official(refused(1), labels=uses("Zeus"))).case
    assert [x.text for x in after.labels] == ["Zeus", "4712"]


def test_e9_in_flight_waits_1_2_5_10_30_minutes() -> None:
    """No evidence yet: look again, ever later, but never past a deadline."""
    one, waits, at = flying(0), [], NOW
    for _ in range(6):
        reading = weigh(one, seen_of(report(refused(1))), RULES.absent_gap, at)
        assert reading is not None
        one = step(one, reading, context(now=at)).case
        waits.append((one.next_look - at) // MINUTE)
        at = one.next_look
    assert waits == [1, 2, 5, 2, 30, 20]
    assert one.phase is Phase.UNVERIFIED


def test_e9_after_the_settle_time_a_person() -> None:
    """An hour of silence isn't proof: a person decides, and the silence counts as a failure."""
    after = read(flying(HOUR, Phase.UNVERIFIED), report(refused(1))).case
    assert (after.phase, after.reason) == (Phase.NEEDS_PERSON, Why.NOT_PROVEN)
    assert after.failed == (Failed(PROJECT, 1, 0, "no evidence"),)
    assert after.intent is not None


def test_e9_after_the_settle_time_with_proof_it_may_wait_for_a_new_attempt() -> None:
    """Only the whole proof of absence sends a case back to wait."""
    ctx = context(proven_absent=frozenset({REPORT}))
    after = read(flying(HOUR, Phase.UNVERIFIED), report(refused(1)), ctx).case
    assert (after.phase, after.reason, after.intent) == (Phase.WAITING, Why.ABSENCE_PROVEN, None)


def test_e9_needs_person_waits() -> None:
    """Nothing new: look again in six hours."""
    after = read(person(), official(refused(1))).case
    assert (after.phase, after.next_look) == (Phase.NEEDS_PERSON, NOW + 6 * HOUR)


def test_e9_a_fix_that_did_not_take_gets_a_new_chance_with_a_new_epoch() -> None:
    """The project was blocked and fixed again since: the case may wait for it."""
    stuck = person(reason=Why.REFUSED_TWICE, failed=(Failed(PROJECT, 1, 0, "x"),))
    assert read(stuck, official(refused(1))).case.phase is Phase.NEEDS_PERSON
    anew = context(blockers={PROJECT: blocker(epoch=2)})
    after, asks = read(stuck, official(refused(1)), anew)
    assert (after.phase, after.failed) == (Phase.WAITING, ())
    assert asks == (LABEL,)
    again = replace(stuck, failed=(*stuck.failed, Failed(PROJECT, 2, 0, "x")))
    assert read(again, official(refused(1)), anew).case.phase is Phase.NEEDS_PERSON


def test_e9_a_failure_of_an_unknown_project_gets_no_new_chance() -> None:
    """Without a blocker there is no epoch to compare."""
    stuck = person(reason=Why.REFUSED_TWICE, failed=(Failed("L#Zeus", 0, 0, "x"),))
    assert read(stuck, official(refused(1))).case.phase is Phase.NEEDS_PERSON


# --- E11 -------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", [case(), person()])
def test_e11_changes_nothing(one: Case) -> None:
    """A read that failed is no news."""
    ctx = context(unread=frozenset({REPORT}))
    reading = weigh(one, Seen(unread=frozenset({REPORT})), RULES.absent_gap, NOW)
    assert reading is not None
    assert step(one, reading, ctx) == Step(one)


def test_e11_an_unknown_state_is_unreadable() -> None:
    """A state that we don't know is no state."""
    after = read(case(), official(refused(1), arrived(2), state=ReportState.UNKNOWN)).case
    assert after.phase is Phase.WAITING


def test_e11_alone_can_say_nothing() -> None:
    """Not returned and no neighbour either: look again later, remember no absence."""
    reading = weigh(case(), Seen(alone=frozenset({REPORT})), RULES.absent_gap, NOW)
    assert reading is not None
    after = step(case(), reading, context()).case
    assert (after.absent_since, after.next_look) == (None, NOW + HOUR)


def test_e11_in_flight_the_deadlines_stand_still() -> None:
    """Two hours without a readable answer don't eat up the settle time."""
    ctx = context(unread=frozenset({REPORT}))
    reading = Reading(Evidence.UNREADABLE)
    blind = step(flying(50 * MINUTE, Phase.UNVERIFIED), reading, ctx).case
    later = context(now=NOW + 2 * HOUR)
    seen = weigh(blind, seen_of(report(refused(1))), RULES.absent_gap, later.now)
    assert seen is not None
    after = step(blind, seen, later).case
    assert after.phase is Phase.UNVERIFIED
    assert after.intent is not None
    assert later.now - after.intent.began_at == 50 * MINUTE


def test_e11_counts_from_the_first_blind_look() -> None:
    """A second unreadable look doesn't restart the count."""
    ctx = context(unread=frozenset({REPORT}))
    blind = step(flying(), Reading(Evidence.UNREADABLE), ctx).case
    again = step(blind, Reading(Evidence.UNREADABLE), replace(ctx, now=NOW + MINUTE)).case
    assert again.intent is not None
    assert again.intent.unread_since == NOW


def test_a_case_that_was_not_looked_at_has_no_reading() -> None:
    """No read, no decision."""
    assert weigh(case(), Seen(), RULES.absent_gap, NOW) is None


def test_evidence_without_its_report_is_refused() -> None:
    """A caller that invents evidence is told so."""
    with pytest.raises(ValueError, match="needs a report"):
        step(case(), Reading(Evidence.NOTHING_NEW), context())


def test_a_case_in_flight_without_an_intent_is_refused() -> None:
    """It can't happen; if it does, it is loud."""
    with pytest.raises(ValueError, match="has an intent"):
        step(case(phase=Phase.EXPORTING), Reading(Evidence.UNREADABLE), context())


def test_names_of_several_failures_are_all_read() -> None:
    """One message may hold several projects."""
    both = action(
        2, ActionKind.EXPORT_FAILED, refused(1).messages[0], refused(1, "Zeus").messages[0]
    )
    reading = weigh(flying(), seen_of(report(refused(1), both)), HOUR, NOW)
    assert reading is not None
    assert named_texts(flying(), reading) == (LABEL, "Zeus")


def test_e11_a_day_without_report_or_neighbour_is_a_persons() -> None:
    """Nothing can be said of it, and nothing wedges."""
    lost = case(alone_since=NOW - DAY)
    reading = weigh(lost, Seen(alone=frozenset({REPORT})), RULES.absent_gap, NOW)
    assert reading is not None
    after = step(lost, reading, context()).case
    assert (after.phase, after.reason) == (Phase.NEEDS_PERSON, Why.DELETED)


def test_e11_in_flight_a_report_that_is_not_returned_still_has_its_deadline() -> None:
    """It may stay away for ever; the fix that it is the canary of must not wait for it."""
    reading = weigh(flying(HOUR), Seen(alone=frozenset({REPORT})), RULES.absent_gap, NOW)
    assert reading is not None
    assert step(flying(HOUR), reading, context()).case.phase is Phase.NEEDS_PERSON


def test_e4_a_mark_that_was_followed_by_a_failure_is_void() -> None:
    """Unapproved, approved anew, exported again, refused: the failure is what stands."""
    marked = action(2, ActionKind.MARKED_BY_HAND)
    known = replace(base(refused(1)), source=official().source)
    after = read(case(known=known), official(refused(1), marked, refused(3))).case
    assert after.phase is Phase.WAITING
