"""What a reported failure makes of the report's case: open it, add to it, or nothing."""

from dataclasses import dataclass, replace

from shared.domain.case import EVENTS_KEPT, Case, Kind, Phase, Why, moved, noted, with_suspects
from shared.domain.clock import ForeignTime, Millis
from shared.domain.evidence import EXISTS_CODE, PROJECT_CODE
from shared.domain.failure_text import Problem, codes_of
from shared.domain.late import past_of
from shared.domain.recover_table import same_name

REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Failure:
    """One reported failure. `event_id` recognises its duplicates; equal ids are one failure.

    `since`: when we first heard of it, if that wasn't now.
    """

    workspace_id: str
    account_id: str
    report_id: str
    event_id: str
    problems: tuple[Problem, ...]
    report_name: str = ""
    submitter: str = ""
    failed_at: ForeignTime | None = None
    since: Millis | None = None

    @property
    def projects(self) -> tuple[str, ...]:
        named = (name for p in self.problems if p.code == PROJECT_CODE for name in p.projects)
        return tuple(dict.fromkeys(named))

    @property
    def codes(self) -> tuple[str, ...]:
        return codes_of(self.problems)

    @property
    def text(self) -> str:
        return " · ".join(p.text for p in self.problems)


@dataclass(frozen=True, slots=True)
class Admission:
    """`case` is None when there is nothing to write; the later steps are done all the same."""

    case: Case | None
    asks: tuple[str, ...] = ()
    why: str = ""


def admit(existing: Case | None, failure: Failure, now: Millis) -> Admission:
    """A duplicate writes nothing, and still asks: a crash after the first write made no orphan."""
    if existing is None:
        return _opened(failure, now)
    if failure.event_id in existing.events:
        return Admission(None, _unasked(existing), "duplicate")
    if existing.finished:
        return _reopened(existing, failure, now)
    return _added(existing, failure, now)


def _opened(failure: Failure, now: Millis) -> Admission:
    return _begun(_new_case(failure, now), failure, now)


def _reopened(existing: Case, failure: Failure, now: Millis) -> Admission:
    """The events of earlier episodes stay known: a late duplicate opens no further one. So do our
    attempts: one of them may be in NetSuite. In silence, for it may be told late: see `late`.
    """
    new = _new_case(failure, now)
    again = replace(
        new,
        episode=existing.episode + 1,
        version=existing.version,
        events=(*existing.events, *new.events)[-EVENTS_KEPT:],
        attempts=existing.attempts,
        tried=existing.tried,
        history=existing.history,
        past=past_of(existing),
    )
    return replace(_begun(again, failure, now), why=REOPENED)


def _new_case(failure: Failure, now: Millis) -> Case:
    return Case(
        workspace_id=failure.workspace_id,
        report_id=failure.report_id,
        account_id=failure.account_id,
        opened_at=now if failure.since is None else min(failure.since, now),
        next_look=now,
        report_name=failure.report_name,
        submitter=failure.submitter,
        codes=failure.codes,
        events=(failure.event_id,),
    )


def _begun(case: Case, failure: Failure, now: Millis) -> Admission:
    # What NetSuite may hold already is never exported again, whatever else is wrong (E3).
    if PROJECT_CODE not in failure.codes or EXISTS_CODE in failure.codes:
        other = replace(case, kind=Kind.OTHER)
        handed = moved(other, Phase.NEEDS_PERSON, Why.OTHER_FAILURE, now, failure.text)
        return Admission(handed, why="opened")
    named = with_suspects(case, failure.projects)
    return Admission(
        moved(named, Phase.WAITING, Why.OPENED, now, failure.text), failure.projects, "opened"
    )


def _added(existing: Case, failure: Failure, now: Millis) -> Admission:
    """The report's own history tells what it means: have it read soon, at its turn."""
    case = replace(
        with_suspects(existing, _fresh(existing, failure)),
        events=(*existing.events, failure.event_id)[-EVENTS_KEPT:],
        report_name=existing.report_name or failure.report_name,
        submitter=existing.submitter or failure.submitter,
        next_look=min(existing.next_look, now),
    )
    return Admission(noted(case, Why.ADDED, now, failure.text), _unasked(case), "added")


def _fresh(existing: Case, failure: Failure) -> tuple[str, ...]:
    """What the failure names and no label answers to; a case of another kind asks for no look."""
    if existing.kind is Kind.OTHER:
        return ()
    return tuple(
        name
        for name in failure.projects
        if not any(same_name(name, label.text) for label in existing.labels)
    )


def _unasked(case: Case) -> tuple[str, ...]:
    if case.kind is Kind.OTHER:
        return ()
    return tuple(label.text for label in case.labels if not label.asked)
