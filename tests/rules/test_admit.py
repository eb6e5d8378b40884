"""What a reported failure makes of its case: open, add, reopen, or nothing but the later steps."""

from dataclasses import replace

import pytest

from shared.domain.admit import Admission, Failure, admit
from shared.domain.case import EVENTS_KEPT, Case, CaseLabel, Entry, Kind, Phase, Why
from shared.domain.clock import DAY, HOUR, ForeignTime
from shared.domain.failure_text import parse
from tests.builders import ACCOUNT, LABEL, NOW, NS0770, REPORT, SUBMITTER, WS, case

TEXT = NS0770.format(LABEL)
OTHER = "NS0024 Export Error: Invalid 'customer' tag."


def failure(*texts: str, event: str = "e1", **more: object) -> Failure:
    problems = tuple(p for text in texts or (TEXT,) for p in parse(text).problems)
    return Failure(WS, ACCOUNT, REPORT, event, problems, **more)  # type: ignore[arg-type]


def opened(*texts: str) -> Case:
    found = admit(None, failure(*texts), NOW).case
    assert found is not None
    return found


def added(existing: Case, *texts: str, **more: object) -> Case:
    found = admit(existing, failure(*texts, event="e2", **more), NOW).case
    assert found is not None
    return found


# --- a first failure -------------------------------------------------------------------------


def test_a_first_failure_opens_a_waiting_case_that_is_due_at_once() -> None:
    """Its project is suspected and asked about; the report is read at the next look."""
    admission = admit(
        None,
        failure(
            report_name="Trip",
            submitter=SUBMITTER,
            failed_at=ForeignTime("2027-01-15 10:00:01"),
        ),
        NOW,
    )
    assert (admission.asks, admission.why) == ((LABEL,), "opened")
    one = admission.case
    assert one is not None
    assert (one.key, one.account_id, one.episode, one.version) == ((WS, REPORT), ACCOUNT, 1, 0)
    assert (one.phase, one.kind, one.reason) == (Phase.WAITING, Kind.PROJECT, Why.OPENED)
    assert (one.opened_at, one.next_look, one.read_at) == (NOW, NOW, None)
    assert one.labels == (CaseLabel(LABEL, suspect=True),)
    assert (one.codes, one.events) == (("NS0770",), ("e1",))
    assert (one.report_name, one.submitter) == ("Trip", SUBMITTER)
    assert [(e.why, e.detail) for e in one.history] == [(Why.OPENED, failure().text)]


@pytest.mark.parametrize(
    ("since", "opened_at"), [(NOW - DAY, NOW - DAY), (NOW + HOUR, NOW), (None, NOW)]
)
def test_what_was_parked_is_as_old_as_its_event(since: int | None, opened_at: int) -> None:
    """It may be from before the workspace acts; by no clock is it from the future."""
    one = admit(None, failure(since=since), NOW).case
    assert one is not None
    assert (one.opened_at, one.next_look) == (opened_at, NOW)


def test_every_project_of_every_message_is_asked_about_once() -> None:
    """One failure may hold several messages and name a project twice."""
    admission = admit(None, failure(TEXT, NS0770.format("Zeus"), TEXT), NOW)
    assert admission.asks == (LABEL, "Zeus")


def test_a_project_next_to_another_code_is_still_ours() -> None:
    """One message may hold several codes: all are kept, in order."""
    one = opened(OTHER, TEXT)
    assert (one.kind, one.phase, one.codes) == (Kind.PROJECT, Phase.WAITING, ("NS0024", "NS0770"))


def test_a_refusal_that_names_no_project_waits_for_the_reports_own_labels() -> None:
    """Nothing to ask yet: the read says which projects the expenses carry."""
    admission = admit(None, failure("NS0770 Export Error: Something about a project."), NOW)
    assert admission.asks == ()
    assert admission.case is not None
    assert admission.case.phase is Phase.WAITING
    assert admission.case.labels == ()


def test_another_code_is_handed_to_people_and_asks_nothing() -> None:
    """Never treated as NS0770, even if its text names a project."""
    admission = admit(None, failure("NS0024 Export Error: Project [X] is not active."), NOW)
    assert (admission.asks, admission.why) == ((), "opened")
    assert admission.case is not None
    one = admission.case
    assert (one.kind, one.phase, one.reason) == (
        Kind.OTHER,
        Phase.NEEDS_PERSON,
        Why.OTHER_FAILURE,
    )
    assert (one.codes, one.labels) == (("NS0024",), ())


def test_a_text_without_a_code_is_another_failure() -> None:
    """Unknown isn't NS0770."""
    one = opened("Something went wrong.")
    assert (one.kind, one.codes) == (Kind.OTHER, ("",))
    assert one.history[-1].detail == "Something went wrong."


# --- duplicates ------------------------------------------------------------------------------


def test_a_duplicate_writes_nothing_and_still_asks() -> None:
    """A crash between the first write and its asks leaves no orphan."""
    one = opened(TEXT, NS0770.format("Zeus"))
    half = replace(one, labels=(replace(one.labels[0], asked=1), one.labels[1]))
    assert admit(half, failure(), NOW) == Admission(None, ("Zeus",), "duplicate")


def test_a_duplicate_of_a_finished_case_opens_nothing() -> None:
    """The failure that began the episode doesn't begin another one."""
    ended = case(phase=Phase.RESOLVED, events=("e1",))
    assert admit(ended, failure(), NOW) == Admission(None, (), "duplicate")


# --- a further failure -----------------------------------------------------------------------


def test_a_further_failure_is_added_and_has_the_report_read_now() -> None:
    """The report's own history tells what it means, at its turn."""
    waiting = case(events=("e1",), next_look=NOW + HOUR)
    admission = admit(waiting, failure(event="e2"), NOW)
    assert admission.case is not None
    one = admission.case
    assert (one.phase, one.version, one.episode) == (waiting.phase, waiting.version, 1)
    assert (one.events, one.next_look) == (("e1", "e2"), NOW)
    assert [(e.why, e.phase) for e in one.history] == [(Why.ADDED, Phase.WAITING)]
    assert admission.why == "added"


def test_a_further_failure_puts_no_look_off() -> None:
    """A look that is overdue stays the first of its workspace."""
    assert added(case(next_look=NOW - HOUR)).next_look == NOW - HOUR


def test_a_further_failure_moves_no_case_that_is_in_flight() -> None:
    """Whose attempt failed is for the read to say."""
    flying = case(phase=Phase.EXPORTING)
    assert added(flying).phase is Phase.EXPORTING


def test_a_further_failure_asks_about_the_projects_that_nobody_knew() -> None:
    """Known ones, in whatever spelling, aren't doubled; what was never asked is asked now."""
    waiting = case(labels=(CaseLabel(LABEL, 1, asked=1), CaseLabel("Mars", 1)))
    texts = NS0770.format("Acme : apollo  rollout"), NS0770.format("Zeus")
    admission = admit(waiting, failure(*texts, event="e2"), NOW)
    assert admission.case is not None
    assert [x.text for x in admission.case.labels] == [LABEL, "Mars", "Zeus"]
    assert admission.asks == ("Mars", "Zeus")


def test_names_already_known_are_kept_and_missing_ones_filled() -> None:
    """The report's own name and submitter win over an event's."""
    bare = added(case(report_name="", submitter=""), report_name="Trip", submitter=SUBMITTER)
    assert (bare.report_name, bare.submitter) == ("Trip", SUBMITTER)
    known = added(case(report_name="Rome"), report_name="Trip", submitter="x@acme.example")
    assert (known.report_name, known.submitter) == ("Rome", SUBMITTER)


def test_a_case_remembers_its_last_events_only() -> None:
    """A case stays small, however often its export is tried."""
    many = tuple(f"x{i}" for i in range(8))
    assert len(many) == EVENTS_KEPT
    assert added(case(events=many)).events == (*many[1:], "e2")


# --- the next episode ------------------------------------------------------------------------


def test_a_later_failure_of_a_finished_case_is_the_next_episode() -> None:
    """It starts afresh, and takes the place of the ended one."""
    ended = case(
        phase=Phase.RESOLVED,
        events=("e1",),
        episode=2,
        version=9,
        told=("P#4711@1",),
        ended_at=NOW - HOUR,
    )
    admission = admit(ended, failure(event="e2"), NOW)
    assert admission.case is not None
    one = admission.case
    assert (one.episode, one.version, one.events) == (3, 9, ("e1", "e2"))
    assert (one.phase, one.told, one.ended_at, one.read_at) == (Phase.WAITING, (), None, None)
    assert (admission.asks, admission.why) == ((LABEL,), "reopened")


def test_a_closed_case_reopens_by_another_code_too() -> None:
    """Ended is ended, whatever comes next."""
    ended = case(phase=Phase.CLOSED, events=("e1",))
    one = admit(ended, failure(OTHER, event="e2"), NOW).case
    assert one is not None
    assert (one.episode, one.kind) == (2, Kind.OTHER)


# --- the line of history ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("existing", "text", "phase", "why"),
    [
        (None, TEXT, Phase.WAITING, Why.OPENED),
        (None, OTHER, Phase.NEEDS_PERSON, Why.OTHER_FAILURE),
        (case(phase=Phase.CLOSED), TEXT, Phase.WAITING, Why.OPENED),
        (case(phase=Phase.EXPORTING), TEXT, Phase.EXPORTING, Why.ADDED),
    ],
)
def test_each_failure_has_a_line_with_its_time_and_text(
    existing: Case | None, text: str, phase: Phase, why: Why
) -> None:
    """Of whatever comes in, people can see when and what."""
    one = admit(existing, failure(text, event="e2"), NOW).case
    assert one is not None
    assert one.history == (Entry(NOW, phase, why, text),)


def test_the_next_episode_opens_at_its_failure() -> None:
    """Not when the first one did: going live quietly depends on it."""
    one = admit(case(phase=Phase.CLOSED), failure(event="e2"), NOW).case
    assert one is not None
    assert (one.opened_at, one.next_look) == (NOW, NOW)
