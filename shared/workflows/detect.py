"""Look at one credential of Expensify's: search for failures that nobody has told us of.

Published before recorded: a crash in between says it again, under the same id, not never.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.contracts.settings import WorkspaceSettings
from shared.domain.clock import SECOND, Millis
from shared.domain.decide_detect import (
    Check,
    Credential,
    Fetch,
    Learned,
    Rest,
    Search,
    Step,
    after_fault,
    decide_detect,
    is_told,
    not_yet,
    too_much,
    with_file,
    with_policies,
    with_reports,
)
from shared.domain.delivery import Message
from shared.domain.detect_reports import FoundReport, Sighting
from shared.domain.finding import Fault
from shared.domain.notice import Notice
from shared.domain.report import ActionKind
from shared.domain.rules import Rules
from shared.domain.setup_fault import setup_fault
from shared.errors import (
    NoSlotError,
    PermanentError,
    RefusedError,
    ThrottledError,
    TooMuchError,
    TransientError,
)
from shared.ports import (
    Clock,
    Credentials,
    Inbox,
    Notices,
    ReportFinder,
    Rows,
    Sightings,
    Tenants,
    Wakes,
)
from shared.reconcile import Budget
from shared.workflows.common import tell_operators

CALL_TIMEOUT: Millis = 13 * SECOND
"""The longest that one call to Expensify may take."""

SOURCE = "expensify"


@dataclass(frozen=True, slots=True)
class Detect:
    credentials: Credentials
    sightings: Sightings
    notices: Notices
    rows: Rows
    wakes: Wakes
    tenants: Tenants
    inbox: Inbox
    finder: Callable[[WorkspaceSettings], ReportFinder]
    clock: Clock

    def look(self, key: str, budget: Budget) -> Millis | None:
        """Returns when to look next; None: no settings name the credential any more.

        Raises TransientError (table, bus), ConflictError.
        """
        members = tuple(
            each
            for each in self.tenants.all_workspaces()
            if each.detect == "on" and each.expensify.credential == key
        )
        if not members:
            return None
        return _Run(self, members, self.finder(members[0]), rules_of(members)).go_on(
            self.credentials.get(key), budget
        )


def rules_of(members: tuple[WorkspaceSettings, ...]) -> Rules:
    """The first one's, but as often as the most eager of them wants it."""
    each = [member.rules(acts=True) for member in members]
    return replace(
        each[0],
        detect_fresh=min(rules.detect_fresh for rules in each),
        detect_recent=min(rules.detect_recent for rules in each),
        detect_old=min(rules.detect_old for rules in each),
    )


@dataclass(frozen=True, slots=True)
class _Run:
    of: Detect
    members: tuple[WorkspaceSettings, ...]
    finder: ReportFinder
    rules: Rules

    def go_on(self, credential: Credential, budget: Budget) -> Millis:
        """One step after the other, each remembered, until there is nothing to ask or no time."""
        while True:
            step = decide_detect(credential, self._ids(), self.rules, self.of.clock())
            if isinstance(step, Rest):
                return step.due
            if not budget.allows(CALL_TIMEOUT):
                return self.of.clock()
            try:
                learned = self._step(credential, step)
            except NoSlotError as error:
                return self.of.clock() + (error.retry_after or SECOND)
            self._say(learned)
            self._tell(credential, learned.credential)
            credential = self.of.credentials.save(learned.credential)

    def _step(self, known: Credential, step: Step) -> Learned:
        """Raises NoSlotError."""
        try:
            return self._taken(known, step)
        except NoSlotError:
            raise
        except TooMuchError:
            return Learned(too_much(known, self.rules, self.of.clock()))
        except (TransientError, PermanentError) as error:
            retry = error.retry_after or 0 if isinstance(error, ThrottledError) else 0
            now = self.of.clock()
            return Learned(after_fault(known, _fault(error), retry, self.rules, now))

    def _taken(self, known: Credential, step: Step) -> Learned:
        match step:
            case Search():
                file = self.finder.search(known.visible, step.span, self._fields())
                return Learned(with_file(known, step, file, self.rules, self.of.clock()))
            case Fetch():
                return self._fetched(known, self.finder.fetch(step.file, known.visible))
            case Check() | Rest():
                seen = [each.id for each in self.finder.policies()]
                return Learned(with_policies(known, self._ids(), seen, self.of.clock()))

    def _fetched(self, known: Credential, found: tuple[FoundReport, ...] | None) -> Learned:
        now = self.of.clock()
        if found is None:
            return Learned(not_yet(known, self.rules, now))
        return with_reports(known, found, self._seen(found), now)

    def _seen(self, found: tuple[FoundReport, ...]) -> dict[tuple[str, str], Sighting]:
        """Of the workspaces that have a failure in this answer; nobody else's is needed."""
        failing = {
            each.workspace_id
            for each in found
            if any(a.kind is ActionKind.EXPORT_FAILED for a in each.report.actions)
        }
        return {seen.key: seen for ws in sorted(failing) for seen in self.of.sightings.of(ws)}

    def _say(self, learned: Learned) -> None:
        messages = [
            Message(SOURCE, news.kind, detail, workspace_id=news.sighting.workspace_id)
            for news in learned.news
            for detail in news.details
        ]
        if messages:
            self.of.inbox.put(*messages)
        for news in learned.news:
            self.of.sightings.put(news.sighting, self.of.clock())

    def _tell(self, before: Credential, after: Credential) -> None:
        notices = [
            self._notice(ws, Fault.NO_PERMISSION)
            for ws in after.hidden
            if after.checked_at != before.checked_at
        ]
        if after.fault is not None and is_told(before, after, self.rules):
            notices.append(self._notice(self.members[0].workspace_id, after.fault))
        for notice in notices:
            now = self.of.clock()
            tell_operators(notice, self.of.notices, self.of.rows, self.of.wakes, now)

    def _notice(self, workspace_id: str, fault: Fault) -> Notice:
        [settings] = [each for each in self.members if each.workspace_id == workspace_id]
        now, account = self.of.clock(), settings.account_id
        return setup_fault(workspace_id, fault, now, workspace_id=workspace_id, account_id=account)

    def _fields(self) -> tuple[str, ...]:
        """The report fields that hold projects, of any of these workspaces."""
        named = {each.expensify.project_field for each in self.members}
        return tuple(sorted(name for name in named if name))

    def _ids(self) -> tuple[str, ...]:
        return tuple(each.workspace_id for each in self.members)


def _fault(error: TransientError | PermanentError) -> Fault:
    """An answer that is of no use, and says no more than that, is unreadable."""
    return error.fault if isinstance(error, TransientError | RefusedError) else Fault.UNREADABLE
