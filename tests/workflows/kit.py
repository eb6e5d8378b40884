"""All workflows on fakes, with one clock that stands still, and the queues between them."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from shared.catalogue import catalogue
from shared.contracts.settings import AccountSettings, WorkspaceSettings
from shared.domain.case import Case
from shared.domain.clock import MINUTE, SECOND, Millis
from shared.domain.finding import Project
from shared.domain.notice import Notice
from shared.domain.person import person_key
from shared.ports import ExpensifyApp, Reconciler, ReportReader
from shared.reconcile import Budget, Look, Looked, reconcile
from shared.workflows.intake import Intake, Taken
from shared.workflows.notify import Notify
from shared.workflows.reactivate import Reactivate
from shared.workflows.recover import Expensify, Recover
from shared.workflows.sweep import Sweep
from shared.workflows.truth import Truth
from shared.workflows.watch import Watch
from tests.builders import ACCOUNT, ADMIN, LABEL, NS0770, PROJECT, REPORT, SUBMITTER, WS, WS_ADMIN
from tests.fakes.accounts import FakeAccounts
from tests.fakes.cases import FakeCases
from tests.fakes.clock import FakeClock
from tests.fakes.expensify import FakeApp, FakeExpensify, FakeReader
from tests.fakes.messages import FakeBus, FakeChannel, FakeDeadLetters, FakeWakes, WakeUp
from tests.fakes.netsuite import FakeNetSuite
from tests.fakes.notices import FakeNotices
from tests.fakes.rows import FakeRows
from tests.fakes.settings import FakeSettings
from tests.fakes.workspaces import FakeWorkspaces
from tests.workflows.fuse import Died, Fuse, Fused

ACTIVE = Project(PROJECT, "P-4711", LABEL, "Acme Corp", inactive=False, allow_expenses=True)
INACTIVE = Project(PROJECT, "P-4711", LABEL, "Acme Corp", inactive=True, allow_expenses=True)


def workspace_settings(**more: Any) -> WorkspaceSettings:
    values: dict[str, Any] = {
        "workspace_id": WS,
        "name": "Acme Field Services",
        "account_id": ACCOUNT,
        "mode": "auto",
        "people": {
            "netsuite_admins": [ADMIN],
            "workspace_admins": [WS_ADMIN],
            "allowed_domains": ["acme.example"],
        },
        "expensify": {"secret": "tenant/acme"},
    }
    return WorkspaceSettings.model_validate({**values, **more})


def failed_event(report_id: str = REPORT, event_id: str = "e-1", **more: Any) -> str:
    """`Report Export Failed` as the queue holds it; of the detail, None leaves a field out."""
    detail: dict[str, Any] = {
        "version": 1,
        "workspaceId": WS,
        "reportId": report_id,
        "errorMessage": NS0770.format(LABEL),
        "eventId": event_id,
        "reportName": "Trip",
        "submitterEmail": SUBMITTER,
        **more,
    }
    given = {name: value for name, value in detail.items() if value is not None}
    return envelope("expensify", "Report Export Failed", given)


def envelope(source: str, detail_type: str, detail: dict[str, Any]) -> str:
    event = {"version": "0", "id": "bus-1", "source": source, "detail-type": detail_type}
    return json.dumps({**event, "detail": detail}, ensure_ascii=False)


@dataclass(slots=True)
class Service:
    """One workspace of one account. `acts`: the stack's kill switch.

    `redelivers`: whether a wake-up whose run died comes back a tick later, or is lost.
    """

    clock: FakeClock = field(default_factory=FakeClock)
    fuse: Fuse = field(default_factory=Fuse)
    cases: FakeCases = field(default_factory=FakeCases)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)
    workspaces: FakeWorkspaces = field(default_factory=FakeWorkspaces)
    notices: FakeNotices = field(default_factory=FakeNotices)
    rows: FakeRows = field(default_factory=FakeRows)
    wakes: FakeWakes = field(default_factory=FakeWakes)
    settings: FakeSettings = field(default_factory=FakeSettings)
    bus: FakeBus = field(default_factory=FakeBus)
    dead_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    mail: FakeChannel = field(default_factory=FakeChannel)
    topic: FakeChannel = field(default_factory=FakeChannel)
    netsuite: FakeNetSuite = field(default_factory=lambda: FakeNetSuite([INACTIVE]))
    expensify: FakeExpensify = field(init=False)
    reader: ReportReader = field(init=False)
    app: ExpensifyApp = field(init=False)
    acts: bool = True
    redelivers: bool = True
    died: list[WakeUp] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.expensify = FakeExpensify(self.clock)
        self.reader, self.app = FakeReader(self.expensify), FakeApp(self.expensify)
        self.settings.add(
            workspace_settings(), AccountSettings(account_id=ACCOUNT, secret="tenant/netsuite")
        )

    def port(self, name: str) -> Any:
        return Fused(name, getattr(self, name), self.fuse)

    # --- the workflows -----------------------------------------------------------------------

    def intake(self) -> Intake:
        stores = ("cases", "accounts", "notices", "rows", "settings")
        ports = {name: self.port(name) for name in (*stores, "wakes", "bus", "dead_letters")}
        return Intake(**ports, clock=self.clock)

    def watch(self) -> Watch:
        names = ("accounts", "notices", "rows", "wakes", "settings")
        ports = {name: self.port(name) for name in names}
        return Watch(
            **ports,
            netsuite=lambda _: self.netsuite,
            reactivate=self.reactivate(),
            clock=self.clock,
        )

    def reactivate(self) -> Reactivate:
        names = ("accounts", "cases", "notices", "rows", "wakes", "settings")
        return Reactivate(
            **{name: self.port(name) for name in names},
            acts=lambda: self.acts and self.settings.acts(),
            clock=self.clock,
        )

    def recover(self) -> Recover:
        names = ("cases", "accounts", "workspaces", "notices", "rows", "wakes", "settings", "bus")
        return Recover(
            **{name: self.port(name) for name in names},
            expensify=lambda _: Expensify(self.reader, self.port("app")),
            acts=lambda: self.acts and self.settings.acts(),
            fixers=catalogue().fixers,
            clock=self.clock,
        )

    def notify(self) -> Notify:
        names = ("notices", "rows", "settings", "mail", "topic", "bus")
        ports = {name: self.port(name) for name in names}
        truth = Truth(self.cases, self.accounts, self.workspaces, self.settings)
        return Notify(**ports, truth=truth, clock=self.clock)

    def sweep(self) -> int:
        return Sweep(self.port("rows"), self.port("wakes"), self.clock).run()

    # --- one step ----------------------------------------------------------------------------

    def take(self, body: str, since: int | None = None) -> Taken:
        return self.intake().take(body, since)

    def dies(self, body: str) -> bool:
        """Whether the process was gone before the message was taken."""
        try:
            self.take(body)
        except Died:
            return True
        return False

    def look(self, reconciler: Reconciler, key: str, budget: Millis = 30 * SECOND) -> Millis | None:
        """One look, without the loop around it."""
        return self._look(reconciler)(key, Budget(self.clock, self.clock() + budget))

    def look_at_person(self, address: str, budget: Millis = 30 * SECOND) -> Millis | None:
        return self.look(Reconciler.NOTIFY, person_key(address), budget)

    def serve(self, reconciler: Reconciler, key: str) -> Looked:
        """A wake-up that was sent just now."""
        look, now = self._look(reconciler), self.clock()
        return reconcile(reconciler, key, now, rows=self.port("rows"), clock=self.clock, look=look)

    def _look(self, reconciler: Reconciler) -> Look:
        match reconciler:
            case Reconciler.WATCH:
                return self.watch().look
            case Reconciler.RECOVER:
                return self.recover().look
            case Reconciler.NOTIFY:
                return self.notify().look

    # --- as time goes by ---------------------------------------------------------------------

    def deliver(self) -> None:
        """Every wake-up on its way, and those that follow from it."""
        while taken := self.wakes.take():
            for wake_up in taken:
                try:
                    self.serve(*wake_up)
                except Died:
                    self.died.append(wake_up)

    def tick(self) -> None:
        """The next minute in which something is due."""
        dues = [row.due for row in self.rows.stored.values() if row.due is not None]
        self.clock.now = max(self.clock.now + MINUTE, min(dues, default=0))
        self.expensify.settle()
        back, self.died = self.died if self.redelivers else [], []
        self.wakes.sent += back
        with suppress(Died):
            self.sweep()
        self.deliver()

    def run(self, lasting: Millis, until: Callable[[], bool] = lambda: False) -> None:
        """Until it holds, or for so long."""
        end = self.clock.now + lasting
        self.deliver()
        while self.clock.now < end and not until():
            self.tick()

    # --- what became of it -------------------------------------------------------------------

    def case(self, report_id: str = REPORT) -> Case:
        found = self.cases.get(WS, report_id)
        assert found is not None
        return found

    def calls(self, name: str) -> list[str]:
        return [about for call, about in self.expensify.asked if call == name]

    def notices_of(self, address: str) -> list[Notice]:
        return list(self.notices.of(person_key(address)))
