"""Other codes than NS0770: to whoever can put them right, in people's hands, never ours to mend."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.catalogue import catalogue
from shared.domain.admit import Failure, admit
from shared.domain.announce import OPERATORS
from shared.domain.blocker import by_id, by_text
from shared.domain.case import Case, CaseLabel, Kind, Phase, Why
from shared.domain.clock import DAY, HOUR
from shared.domain.decide_recover import Observed, Plan, Remembered, decide_recover
from shared.domain.evidence import Seen
from shared.domain.failure_text import parse
from shared.domain.finding import Fault
from shared.domain.notice import Role, Tone
from shared.domain.report import Action, ActionKind, Report, ReportState
from shared.domain.rules import People, Rules
from shared.domain.sync import SyncState
from shared.domain.workspace import Workspace
from tests.builders import (
    ACCOUNT,
    ADMIN,
    LABEL,
    NOW,
    NS0770,
    PEOPLE,
    REPORT,
    SUBMITTER,
    WS,
    WS_ADMIN,
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
)

FIXED_BY = replace(PEOPLE, fixers=catalogue().fixers)
NS0024 = catalogue().of("NS0024").text
NS0012 = catalogue().of("NS0012").text
NS0034 = catalogue().of("NS0034").text
NETSUITE, ADMINS = (ADMIN, Role.NETSUITE_ADMIN), (WS_ADMIN, Role.WORKSPACE_ADMIN)
SENDER, OPERATOR = (SUBMITTER, Role.SUBMITTER), (OPERATORS, Role.OPERATOR)


def handed(*codes: str, **more: object) -> Case:
    """A case of its own kind, as intake or a read made it."""
    defaults: dict[str, object] = {
        "phase": Phase.NEEDS_PERSON,
        "kind": Kind.OTHER,
        "reason": Why.OTHER_FAILURE,
        "codes": codes,
        "labels": (),
    }
    return case(**{**defaults, **more})


def failed(number: int, *texts: str) -> Action:
    return action(number, ActionKind.EXPORT_FAILED, *texts)


def decide(one: Case, *seen: Report, people: People = FIXED_BY, **more: object) -> Plan:
    """Everything else is ready for an export: the project active, a sync of ours over."""
    known = Remembered(
        Workspace(WS), (one,), by_text((label(),)), by_id((more.pop("blocker", blocker()),))
    )
    observed = Observed(seen_of(*seen), **more)  # type: ignore[arg-type]
    return decide_recover(known, observed, Rules(), people, NOW)


def of(plan: Plan) -> Case:
    (change,) = plan.changes
    return change.after


def told(plan: Plan) -> set[tuple[str, Role]]:
    return {(n.person, n.role) for n in plan.notices if n.tone is Tone.OTHER_FAILURE}


def abouts(plan: Plan) -> set[str]:
    return {n.about.rpartition("#")[2] for n in plan.notices}


# --- whom we tell --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("NS0024",), {NETSUITE, ADMINS}),
        (("NS0034",), {NETSUITE, ADMINS}),
        (("NS0046",), {SENDER, ADMINS}),
        (("NS0091",), {ADMINS}),
        (("NS0593",), {ADMINS}),
        (("NS0024", "NS0046", "NS0091"), {NETSUITE, SENDER, ADMINS}),
        (("NS9999",), {ADMINS, OPERATOR}),
        (("",), {ADMINS, OPERATOR}),
        ((), {ADMINS, OPERATOR}),
        (("NS0024", "NS9999"), {NETSUITE, ADMINS, OPERATOR}),
    ],
)
def test_each_code_goes_to_who_can_put_it_right(
    codes: tuple[str, ...], expected: set[tuple[str, Role]]
) -> None:
    """And to the workspace's administrators, whose the export is; to operators what is unknown."""
    plan = decide(handed(*codes, next_look=NOW + HOUR))
    assert told(plan) == expected
    assert len(plan.notices) == len(expected)
    assert abouts(plan) == {"+".join(codes)}


def test_retag_by_says_who_changes_an_approved_report() -> None:
    """Its submitter may not be able to."""
    by_admin = replace(FIXED_BY, retag_by="workspace_admin")
    assert told(decide(handed("NS0046", next_look=NOW + HOUR), people=by_admin)) == {ADMINS}


@pytest.mark.parametrize("submitter", ["guest@elsewhere.example", ""])
def test_a_submitter_who_may_not_be_written_to_leaves_it_to_the_administrators(
    submitter: str,
) -> None:
    """Outside of the allowed domains, or not known."""
    one = handed("NS0046", submitter=submitter, next_look=NOW + HOUR)
    assert told(decide(one)) == {ADMINS}


def test_where_nobody_may_be_written_to_the_operators_hear_of_it() -> None:
    """Nothing is lost for a typing error in the settings."""
    nobody = replace(FIXED_BY, allowed_domains=("else.example",))
    assert told(decide(handed("NS0024", next_look=NOW + HOUR), people=nobody)) == {OPERATOR}


def test_a_person_of_several_roles_gets_one_notice() -> None:
    """As an administrator of the workspace, who sees all of it."""
    alone = replace(FIXED_BY, netsuite_admins=(SUBMITTER,), workspace_admins=(SUBMITTER,))
    plan = decide(handed("NS0024", "NS0046", next_look=NOW + HOUR), people=alone)
    assert [(n.person, n.role) for n in plan.notices] == [(SUBMITTER, Role.WORKSPACE_ADMIN)]


def test_a_case_is_told_once() -> None:
    """However often it is looked at."""
    first = decide(handed("NS0024", next_look=NOW + HOUR))
    assert first.notices
    assert not decide(of(first)).notices


# --- not before it was read ----------------------------------------------------------------------


def test_nobody_is_told_before_the_report_was_read() -> None:
    """It may be through by now; a failing read is no reason to ask anybody anything."""
    unread = Seen(unread=frozenset({REPORT}))
    one = handed("NS0024", read_at=None)
    known = Remembered(Workspace(WS), (one,), {}, {})
    blind = Observed(unread, fault=Fault.THROTTLED)
    plan = decide_recover(known, blind, Rules(), FIXED_BY, NOW)
    assert not told(plan)
    assert not plan.changes


def test_what_was_read_says_whose_report_it_is() -> None:
    """The event needn't."""
    one = handed("NS0046", read_at=None, submitter="", report_name="")
    plan = decide(one, official(failed(1, "NS0046 x")))
    assert told(plan) == {SENDER, ADMINS}
    assert (of(plan).submitter, of(plan).report_name, of(plan).read_at) == (SUBMITTER, "Trip", NOW)


@pytest.mark.parametrize("since", ["absent_since", "alone_since"])
def test_a_report_that_is_not_returned_is_told_of_all_the_same(since: str) -> None:
    """Nobody else would ever hear of it."""
    one = handed("NS0024", read_at=None, next_look=NOW + HOUR, **{since: NOW - HOUR})
    assert told(decide(one)) == {NETSUITE, ADMINS}


def test_what_is_through_at_the_first_read_is_told_to_nobody() -> None:
    """Somebody was faster."""
    plan = decide(handed("NS0024", read_at=None), official(failed(1, NS0024), arrived(2)))
    assert of(plan).finished
    assert not plan.notices


# --- how it ends ---------------------------------------------------------------------------------

MARKED = action(2, ActionKind.MARKED_BY_HAND)


@pytest.mark.parametrize(
    ("seen", "phase", "why"),
    [
        (official(failed(1, NS0024), arrived(2)), Phase.RESOLVED, Why.EXPORTED),
        (official(failed(1, NS0024), MARKED), Phase.CLOSED, Why.MARKED),
    ],
)
def test_it_ends_when_the_report_is_seen_exported_or_marked(
    seen: Report, phase: Phase, why: Why
) -> None:
    """Nothing else ends it, and nobody gets a mail for it."""
    plan = decide(handed("NS0024", told=(f"!{Why.OTHER_FAILURE}",)), seen)
    assert (of(plan).phase, of(plan).reason) == (phase, why)
    assert not plan.notices


def test_it_ends_when_the_report_is_gone() -> None:
    """Absent twice, beside a neighbour."""
    one = handed("NS0024", absent_since=NOW - HOUR)
    known = Remembered(Workspace(WS), (one,), {}, {})
    absent = Observed(Seen(absent=frozenset({REPORT})))
    assert of(decide_recover(known, absent, Rules(), FIXED_BY, NOW)).reason is Why.DELETED


def test_from_an_attempt_of_ours_it_ends_in_the_same_way() -> None:
    """Refused by another code, put right and exported by a person."""
    refusal = report(refused(1), failed(2, NS0024))
    after = of(decide(flying(next_look=NOW), refusal))
    assert (after.phase, after.kind, after.intent) == (Phase.NEEDS_PERSON, Kind.OTHER, None)
    later = replace(after, next_look=NOW)
    done = of(decide(later, official(refused(1), failed(2, NS0024), arrived(3))))
    assert (done.phase, done.reason) == (Phase.RESOLVED, Why.EXPORTED)


# --- something else by now -----------------------------------------------------------------------

TOLD = handed("NS0024", known=replace(base(failed(1, NS0024)), source=official().source),
              told=(f"!{Why.OTHER_FAILURE}",))  # fmt: skip


def test_another_code_than_was_told_is_told() -> None:
    """Somebody put the first right, tried, and met the next."""
    plan = decide(TOLD, official(failed(1, NS0024), failed(2, NS0012)))
    assert of(plan).codes == ("NS0012",)
    assert told(plan) == {NETSUITE, ADMINS}
    assert abouts(plan) == {"NS0012"}


def test_the_same_code_again_is_noted_and_told_to_nobody() -> None:
    """Whoever tried saw it."""
    plan = decide(TOLD, official(failed(1, NS0024), failed(2, NS0024)))
    assert of(plan).history[-1].why is Why.ADDED
    assert of(plan).codes == ("NS0024",)
    assert not plan.notices


def test_ns0034_after_another_code_says_what_to_look_at() -> None:
    """Never a reason to export or to delete."""
    plan = decide(TOLD, official(failed(1, NS0024), failed(2, NS0034)))
    assert (of(plan).phase, of(plan).codes) == (Phase.NEEDS_PERSON, ("NS0034",))
    assert abouts(plan) == {"NS0034"}


def test_ns0770_after_another_code_stays_with_people_who_are_told_of_it() -> None:
    """E5 keeps it: no look at the project, no sync, no export of ours."""
    seen = official(failed(1, NS0024), failed(2, NS0770.format(LABEL)))
    plan = decide(TOLD, seen, blocker=closed_project())
    after = of(plan)
    assert (after.phase, after.kind, after.labels) == (Phase.NEEDS_PERSON, Kind.OTHER, ())
    assert told(plan) == {NETSUITE, ADMINS}
    assert {n.tone for n in plan.notices} == {Tone.OTHER_FAILURE}
    assert_nothing_of_ours(plan)


# --- never ours ----------------------------------------------------------------------------------


def assert_nothing_of_ours(plan: Plan) -> None:
    assert not plan.start_sync
    assert not plan.exports
    assert not plan.reads.sync
    assert not plan.reads.app
    assert not plan.look_at_account
    assert plan.keep == ()
    assert all(change.asks == () for change in plan.changes)
    assert all(change.after.kind is Kind.OTHER for change in plan.changes)


codes = st.lists(st.sampled_from([*catalogue().entries, "NS9999", ""]), unique=True, max_size=4)
texts = st.sampled_from([advice.text for advice in catalogue().entries.values()])
kinds = st.sampled_from(list(ActionKind))
histories = st.lists(st.tuples(kinds, texts), max_size=4)


@settings(deadline=None, max_examples=300)
@given(codes, histories, st.sampled_from(list(ReportState)), st.booleans())
def test_whatever_happens_nothing_is_asked_of_netsuite_or_expensify(
    of_case: list[str], history: list[tuple[ActionKind, str]], state: ReportState, labelled: bool
) -> None:
    """Of no code, no history and no state of the report: neither look-up, nor sync, nor export."""
    actions = [action(n, kind, text) for n, (kind, text) in enumerate(history)]
    labels = (CaseLabel(LABEL, used=1, suspect=True),) if labelled else ()
    one = handed(*of_case, labels=labels)
    idle = SyncState(running=False)
    soon = label(wanted_until=NOW)
    for seen in (Observed(), Observed(seen_of(official(*actions, state=state)), sync_state=idle)):
        known = Remembered(Workspace(WS), (one,), by_text((soon,)), by_id((blocker(),)))
        assert_nothing_of_ours(decide_recover(known, seen, Rules(), FIXED_BY, NOW))


def failure(*messages: str) -> Failure:
    return Failure(WS, ACCOUNT, REPORT, "e-2", parse("\n".join(messages)).problems)


def test_an_event_with_ns0770_adds_to_such_a_case_and_asks_for_no_look() -> None:
    """Its project is none of the case's business; the report is read soon."""
    one = handed("NS0024", labels=(CaseLabel(LABEL, used=1),), next_look=NOW + DAY)
    admission = admit(one, failure(NS0770.format("Zeus")), NOW)
    assert admission.asks == ()
    assert admission.case is not None
    assert (admission.case.labels, admission.case.named) == (one.labels, ())
    assert admission.case.next_look == NOW
    again = admit(admission.case, failure(NS0770.format("Zeus")), NOW)
    assert (again.why, again.asks) == ("duplicate", ())


@pytest.mark.parametrize(
    "seen",
    [
        official(failed(1, NS0024)),
        official(failed(1, NS0024), state=ReportState.OPEN),
        official(failed(1, NS0024), failed(2, NS0034)),
    ],
    ids=["nothing new", "not approved", "in NetSuite by now"],
)
def test_the_first_read_is_remembered_whatever_it_shows(seen: Report) -> None:
    """From then on people may be told of it."""
    assert of(decide(handed("NS0024", read_at=None), seen)).read_at == NOW


def test_a_message_of_very_many_codes_still_fits_into_a_notice() -> None:
    """Its codes stand in the notice's key, which the table limits to 1,024 bytes."""
    admission = admit(None, failure(*(f"NS{n:04}: no." for n in range(500))), NOW)
    assert admission.case is not None
    assert len(admission.case.codes) == 70
    notices = decide(replace(admission.case, next_look=NOW + HOUR, read_at=NOW)).notices
    assert notices
    assert all(len(notice.id) < 700 for notice in notices)


def test_ns0034_beside_ns0770_is_never_ours_to_export() -> None:
    """What NetSuite may hold already comes first."""
    admission = admit(None, failure(NS0770.format(LABEL), NS0034), NOW)
    assert admission.case is not None
    assert (admission.case.kind, admission.asks) == (Kind.OTHER, ())
    assert admission.case.codes == ("NS0770", "NS0034")


# --- beside a project's failure ------------------------------------------------------------------


def both(**more: object) -> Case:
    """NS0770 and NS0024 in one message: the project is ours, the resource is not."""
    return case(codes=("NS0770", "NS0024"), next_look=NOW + HOUR, **more)


def test_another_code_beside_ns0770_is_told_at_once_to_who_can_put_it_right() -> None:
    """It would make our export fail, too; the project's own notices go out all the same."""
    plan = decide(both(), blocker=closed_project())
    assert told(plan) == {NETSUITE, ADMINS}
    assert {n.tone for n in plan.notices} == {Tone.OTHER_FAILURE, Tone.REACTIVATE, Tone.RETAG}
    assert of(plan).kind is Kind.PROJECT
    assert not decide(of(plan), blocker=closed_project()).notices


def test_if_it_then_is_refused_for_the_other_code_alone_that_is_told_anew() -> None:
    """From then on nobody but people can go on."""
    first = decide(both(), blocker=closed_project())
    out = replace(flying(next_look=NOW), codes=of(first).codes, told=of(first).told)
    second = decide(out, report(refused(1), failed(2, NS0024)))
    assert told(second) == {NETSUITE, ADMINS}
    ids = [{n.id for n in plan.notices if n.tone is Tone.OTHER_FAILURE} for plan in (first, second)]
    assert ids[0].isdisjoint(ids[1])


def test_ns0770_alone_has_nothing_beside_it() -> None:
    """The usual case."""
    assert not told(decide(case(next_look=NOW + HOUR), blocker=closed_project()))
