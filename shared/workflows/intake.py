"""Take one message of the bus: a failure becomes a case, a hint becomes a wake-up."""

from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import ValidationError

from shared.contracts.events import (
    INCOMING,
    FailedEnvelope,
    ProjectChangedEnvelope,
    ReportChangedEnvelope,
)
from shared.contracts.settings import WorkspaceSettings
from shared.domain.admit import Admission, Failure, admit
from shared.domain.case import Case, with_asks
from shared.domain.clock import ForeignTime, Millis
from shared.domain.failure_text import parse
from shared.domain.setup_fault import BROKEN_SETTINGS, UNKNOWN_WORKSPACE, setup_fault
from shared.errors import ConflictError, MalformedError, SettingsError
from shared.ports import (
    Accounts,
    Bus,
    Cases,
    Clock,
    DeadLetters,
    Notices,
    Reconciler,
    Rows,
    Settings,
    Wakes,
)
from shared.workflows.announcements import opening
from shared.workflows.common import nudge, tell_operators

TRIES = 4
"""How often a lost race is run again at once; then the queue delivers again."""


class Taken(StrEnum):
    CASE = "case"
    HINT = "hint"
    PARKED = "parked"
    DEAD = "dead letter"


@dataclass(frozen=True, slots=True)
class Intake:
    cases: Cases
    accounts: Accounts
    notices: Notices
    rows: Rows
    wakes: Wakes
    settings: Settings
    bus: Bus
    dead_letters: DeadLetters
    clock: Clock

    def take(self, body: str, since: Millis | None = None) -> Taken:
        """Returns only when the message's effect is stored, whatever it is.

        `since`: when it first came, if it was parked meanwhile: going live is quiet about that, too.
        Raises TransientError and ConflictError, on which the message is delivered again.
        """
        try:
            return self._take(body, since)
        except MalformedError as error:
            self.dead_letters.put(body, f"{type(error).__name__}: {error}")
            return Taken.DEAD

    def _take(self, body: str, since: Millis | None) -> Taken:
        match _parsed(body):
            case FailedEnvelope() as event:
                return self._failed(event, body, since)
            case ReportChangedEnvelope() as event:
                return self._report_hint(event)
            case ProjectChangedEnvelope() as event:
                now = self.clock()
                nudge(self.rows, self.wakes, Reconciler.WATCH, event.detail.accountId, now)
                return Taken.HINT

    def _failed(self, event: FailedEnvelope, body: str, since: Millis | None) -> Taken:
        try:
            settings = self.settings.workspace(event.detail.workspaceId)
        except SettingsError:
            return self._park(event, body, BROKEN_SETTINGS, since)
        if settings is None:
            return self._park(event, body, UNKNOWN_WORKSPACE, since)
        failure = replace(_failure(event, settings), since=since)
        for _ in range(TRIES):
            try:
                self._admit(failure, settings)
            except ConflictError:
                continue
            return Taken.CASE
        raise ConflictError("the case keeps changing")

    def _park(self, event: FailedEnvelope, body: str, why: str, since: Millis | None) -> Taken:
        """Kept until settings name the workspace; the operators hear of it day by day."""
        now, workspace_id = self.clock(), event.detail.workspaceId
        self.settings.park(workspace_id, event.id, body, now, now if since is None else since)
        fault = setup_fault(workspace_id, why, now, workspace_id=workspace_id)
        tell_operators(fault, self.notices, self.rows, self.wakes, now)
        return Taken.PARKED

    def _admit(self, failure: Failure, settings: WorkspaceSettings) -> None:
        """Ask, announce, make due, write, wake: in this order.

        A duplicate finds the case announced, and does all the rest again. A message that dies as
        often as the queue delivers it leaves no case that nobody will look at.
        """
        now = self.clock()
        existing = self.cases.get(failure.workspace_id, failure.report_id)
        admission = admit(existing, failure, now)
        self._store(admission, existing, settings, now)
        self.wakes.wake(Reconciler.RECOVER, failure.workspace_id)
        self.wakes.wake(Reconciler.WATCH, settings.account_id)

    def _store(
        self,
        admission: Admission,
        existing: Case | None,
        settings: WorkspaceSettings,
        now: Millis,
    ) -> None:
        rules = settings.rules(acts=True)
        asked = self.accounts.ask(
            settings.account_id, settings.workspace_id, admission.asks, now + rules.wanted_for
        )
        self._announce(admission, now)
        self.rows.pull(Reconciler.RECOVER, settings.workspace_id, now)
        self.rows.pull(Reconciler.WATCH, settings.account_id, now)
        case = admission.case or (existing if asked else None)
        if case is not None:
            self.cases.put(with_asks(case, asked))

    def _announce(self, admission: Admission, now: Millis) -> None:
        """Before the write: a crash in between says it again, under the same id, not never.

        Who loses the race for the write has announced the winner's case, by the winner's id.
        """
        case = admission.case
        if case is not None and admission.why == "opened":
            self.bus.publish([opening(replace(case, version=case.version + 1), now)])

    def _report_hint(self, event: ReportChangedEnvelope) -> Taken:
        """The report is read at its workspace's next look, which is now."""
        key = event.detail.workspaceId
        case = self.cases.get(key, event.detail.reportId)
        if case is not None and not case.finished:
            self._look_at(case)
        nudge(self.rows, self.wakes, Reconciler.RECOVER, key, self.clock())
        return Taken.HINT

    def _look_at(self, case: Case) -> None:
        now = self.clock()
        if case.next_look > now:
            self.cases.put(replace(case, next_look=now))


def _parsed(body: str) -> FailedEnvelope | ReportChangedEnvelope | ProjectChangedEnvelope:
    """Raises MalformedError, which names the fields and never repeats their content."""
    try:
        return INCOMING.validate_json(body)
    except ValidationError as error:
        where = (
            f"{'.'.join(str(part) for part in e['loc']) or 'body'}: {e['type']}"
            for e in error.errors(include_url=False, include_input=False, include_context=False)
        )
        raise MalformedError("; ".join(where)) from error


def _failure(event: FailedEnvelope, settings: WorkspaceSettings) -> Failure:
    detail = event.detail
    return Failure(
        workspace_id=detail.workspaceId,
        account_id=settings.account_id,
        report_id=detail.reportId,
        event_id=detail.eventId or detail.failedAt or event.id,
        problems=parse(detail.errorMessage).problems,
        report_name=detail.reportName or "",
        submitter=detail.submitterEmail or "",
        failed_at=ForeignTime(detail.failedAt) if detail.failedAt else None,
    )
