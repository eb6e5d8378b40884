"""What is stuck, and what each report waits for: nothing is changed.

Names and sums are for the operator's terminal alone; no log ever holds them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from operate.live import moment
from operate.named import settings_of
from operate.reports import count, oldest_first, people, worth
from operate.waits import Remembered, wait_of
from shared.adapters.mail.wording import shown, things
from shared.contracts.settings import WorkspaceSettings
from shared.domain.blocker import by_id, by_text
from shared.domain.case import Case
from shared.domain.clock import HOUR, Millis
from shared.ports import Accounts, Cases, Settings, Workspaces

LATE = HOUR
"""A look that is due for so long isn't a queue's doing any more."""


@dataclass(frozen=True, slots=True)
class Stuck:
    cases: Cases
    accounts: Accounts
    workspaces: Workspaces
    settings: Settings
    clock: Callable[[], Millis]
    say: Callable[[str], None]

    def show(self, workspace_id: str, *, each: bool) -> None:
        """`each`: every report by itself, too. Raises SettingsError: there are none, or broken ones."""
        parked = self.settings.parked_events(workspace_id)
        if parked:
            events = things(parked, "event")
            self.say(f"WS#{workspace_id}: {events} parked for want of good settings")
        settings = settings_of(self.settings, workspace_id)
        cases = oldest_first(self.cases.unfinished(workspace_id))
        if not (cases or parked):
            self.say(f"WS#{workspace_id}: nothing is stuck")
        if cases:
            self._show(settings, cases, each=each)

    def _show(self, settings: WorkspaceSettings, cases: tuple[Case, ...], *, each: bool) -> None:
        whose = f"{count(cases)} stuck, of {people(cases)}, {worth(cases)}"
        self.say(f"WS#{settings.workspace_id}: {whose}")
        for line in self._lines(settings, cases, each=each):
            self.say(f"  {line}")

    def _lines(
        self, settings: WorkspaceSettings, cases: tuple[Case, ...], *, each: bool
    ) -> Iterator[str]:
        remembered = self._remembered(settings)
        yield from remembered.troubles()
        late = [case for case in cases if case.next_look < remembered.now - LATE]
        if late:
            yield f"{count(late)} should have been looked at by now: see the alarms"
        for wait, waiting in _by_wait(cases, remembered).items():
            yield f"{count(waiting)}: {wait}"
            yield f"  {_described(waiting)}"
            if each:
                yield from (f"    {_report(case)}" for case in waiting)

    def _remembered(self, settings: WorkspaceSettings) -> Remembered:
        account_id, workspace_id = settings.account_id, settings.workspace_id
        return Remembered(
            self.workspaces.get(workspace_id),
            by_text(self.accounts.labels(account_id, workspace_id)),
            by_id(self.accounts.blockers(account_id)),
            settings.rules(acts=self.settings.acts()),
            self.clock(),
        )


def _by_wait(cases: Iterable[Case], remembered: Remembered) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(wait_of(case, remembered), []).append(case)
    return found


def _described(cases: list[Case]) -> str:
    unheeded = sum(case.attention_at is not None for case in cases)
    told = f"; nobody acted on any reminder of {things(unheeded, 'report')}" if unheeded else ""
    return f"{worth(cases)}; the oldest since {moment(cases[0].opened_at)}{told}"


def _report(case: Case) -> str:
    name = shown(case.report_name) or "not read yet"
    return f"{case.report_id}  {name}, {shown(case.submitter) or 'nobody known'}, {worth([case])}"
