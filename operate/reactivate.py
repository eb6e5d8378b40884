"""A person's approval that we open a project in NetSuite: shown what waits for it, and agreed to."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from operate.blocked import blocker_of, live
from operate.live import moment
from operate.races import until_won
from operate.reports import count, people, worth
from shared.contracts.settings import WorkspaceSettings
from shared.domain.blocker import Blocker, Label, reactivated
from shared.domain.case import Case
from shared.domain.clock import HOUR, Millis
from shared.domain.decide_reactivate import HOLDS, waits
from shared.domain.finding import Status
from shared.domain.mode import Mode
from shared.domain.reactivation import Reactivation, Until
from shared.errors import PermanentError, SettingsError
from shared.ports import Accounts, Cases, Reconciler, Rows, Settings

_OPENABLE = frozenset({Status.INACTIVE, Status.EXPENSES_OFF})
_AFTERWARDS = {
    Until.GOOD: "It stays open.",
    Until.EXPORTED: "It is closed again when no report waits for it any more.",
}


@dataclass(frozen=True, slots=True)
class Approval:
    """`who` approves: it is kept with the project, and stands in the mails."""

    accounts: Accounts
    cases: Cases
    settings: Settings
    rows: Rows
    who: str
    clock: Callable[[], Millis]
    say: Callable[[str], None]
    confirm: Callable[[str], bool]

    def show(self, account_id: str, project_id: str, until: Until) -> Blocker:
        """Raises PermanentError, SettingsError: why it can't be approved."""
        blocker = self._blocker(account_id, project_id)
        waiting = self._waiting(blocker)
        self._check(blocker, waiting)
        customer = f", of {blocker.customer}" if blocker.customer else ""
        self.say(f"project {project_id} of {account_id}: {blocker.name}{customer}")
        for workspace_id, cases in waiting.items():
            whose = f"{count(cases)} of {people(cases)}"
            self.say(f"  WS#{workspace_id}: {whose} wait, {worth(cases)}")
        self.say(f"We open it in NetSuite ({blocker.status}). {_AFTERWARDS[until]}")
        return blocker

    def approve(self, account_id: str, project_id: str, until: Until) -> bool:
        """Whether it is approved by now. Raises PermanentError, SettingsError, ConflictError."""
        known = self._blocker(account_id, project_id).reactivation
        if known is not None and known.live:
            return self._again(account_id, known, until)
        shown = self.show(account_id, project_id, until)
        if not self.confirm("Open it?"):
            self.say("Nothing was approved.")
            return True
        approved = Reactivation(shown.epoch, self.who, self.clock(), until)
        until_won(lambda: self._store(shown, approved))
        self._have_looked_at(account_id)
        self.say(f"approved by {self.who}; it holds for {HOLDS // HOUR} hours")
        return True

    def _again(self, account_id: str, known: Reactivation, until: Until) -> bool:
        """Given again, the command nudges again: a crash in between loses nothing."""
        self._have_looked_at(account_id)
        how = f"until: {known.until}, {known.stage}"
        self.say(f"{known.by} approved it already, at {moment(known.at)} ({how})")
        return known.until is until

    def _store(self, shown: Blocker, approved: Reactivation) -> None:
        """As long as it is what was shown and agreed to."""
        blocker = self._blocker(shown.account_id, shown.project_id)
        if live(blocker) or (blocker.status, blocker.epoch) != (shown.status, shown.epoch):
            raise PermanentError("the project has changed since it was shown; see it again")
        self.accounts.put_blocker(reactivated(blocker, approved))

    def _blocker(self, account_id: str, project_id: str) -> Blocker:
        def fits(blocker: Blocker) -> bool:
            return blocker.blocked or live(blocker)

        return blocker_of(self.accounts, account_id, project_id, fits)

    def _waiting(self, blocker: Blocker) -> dict[str, tuple[Case, ...]]:
        """By workspace, the reports that wait for the project."""
        labels = self.accounts.labels(blocker.account_id)
        found = {}
        for workspace_id in sorted({x.workspace_id for x in labels if _names(x, blocker)}):
            named = [x for x in labels if x.workspace_id == workspace_id]
            unfinished = self.cases.unfinished(workspace_id)
            cases = tuple(c for c in unfinished if waits(blocker.project_id, named, [c]))
            if cases:
                found[workspace_id] = cases
        return found

    def _check(self, blocker: Blocker, waiting: Collection[str]) -> None:
        for problem in self._problems(blocker, waiting):
            raise PermanentError(problem)

    def _problems(self, blocker: Blocker, waiting: Collection[str]) -> Iterator[str]:
        project = f"project {blocker.project_id}"
        if not waiting:
            yield f"no report waits for {project} of {blocker.account_id}, as far as is known"
        if self.settings.account(blocker.account_id).reactivation == "off":
            yield f"ACCOUNT#{blocker.account_id}: its settings say reactivation: off"
        if blocker.status is Status.GONE:
            yield f"{project} isn't in NetSuite any more"
        if blocker.status not in _OPENABLE:
            yield f"{project} itself is open; what it stands under is inactive, and is for people"
        if blocker.ruling is not None and blocker.stays_closed:
            said = f"{blocker.ruling.by} said at {moment(blocker.ruling.at)}"
            yield f"{said} that {project} stays closed"
        if not any(self._acts(workspace_id) for workspace_id in waiting):
            yield f"no workspace that waits for {project} is in mode auto: nothing would be done"

    def _acts(self, workspace_id: str) -> bool:
        """Broken settings are their own workspace's fault."""
        try:
            settings: WorkspaceSettings | None = self.settings.workspace(workspace_id)
        except SettingsError:
            return False
        return settings is not None and settings.mode is Mode.AUTO

    def _have_looked_at(self, account_id: str) -> None:
        """The sweep finds the row within a minute."""
        self.rows.pull(Reconciler.WATCH, account_id, self.clock())


def _names(label: Label, blocker: Blocker) -> bool:
    return label.resolution.project_id == blocker.project_id
