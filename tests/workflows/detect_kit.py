"""`detect` with its real client against the simulator, on one clock that only the test moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import requests

from shared.adapters.expensify_read import Allowance, IntegrationSearch
from shared.contracts.settings import WorkspaceSettings
from shared.domain.clock import DAY, MINUTE, SECOND, Millis
from shared.domain.rules import Rules
from shared.ports import Reconciler
from shared.reconcile import reconcile
from shared.workflows.detect import Detect
from tests.adapters.expensify_kit import secrets, settings_for
from tests.builders import NOW
from tests.fakes.clock import FakeClock
from tests.fakes.detection import FakeCredentials, FakeSightings
from tests.fakes.messages import FakeWakes
from tests.fakes.notices import FakeNotices
from tests.fakes.rows import FakeRows
from tests.fakes.settings import FakeSettings
from tests.fakes.usages import FakeUsages
from tests.fakes.webhook import FakeInbox
from tests.sandbox.expensify_kit import NS0770, PARTNER, WORLD, Sim, running_world
from tests.workflows.fuse import Fuse, Fused
from tests.workflows.kit import workspace_settings

SWEEP: Millis = MINUTE
GATHER: Millis = 3 * SECOND
PORTS = ("credentials", "sightings", "notices", "rows", "wakes", "inbox")


@dataclass(slots=True)
class Rig:
    """All workspaces on one credential; Expensify's real limit of requests."""

    sim: Sim
    clock: FakeClock = field(default_factory=FakeClock)
    fuse: Fuse = field(default_factory=Fuse)
    credentials: FakeCredentials = field(default_factory=FakeCredentials)
    sightings: FakeSightings = field(default_factory=FakeSightings)
    notices: FakeNotices = field(default_factory=FakeNotices)
    rows: FakeRows = field(default_factory=FakeRows)
    wakes: FakeWakes = field(default_factory=FakeWakes)
    settings: FakeSettings = field(default_factory=FakeSettings)
    inbox: FakeInbox = field(default_factory=FakeInbox)
    usages: FakeUsages = field(default_factory=FakeUsages)

    def configure(self, *workspace_ids: str, **more: Any) -> None:
        expensify = settings_for(self.sim.url).model_dump(mode="json") | more.pop("expensify", {})
        for each in workspace_ids:
            self.settings.add(workspace_settings(workspace_id=each, expensify=expensify, **more))

    @property
    def key(self) -> str:
        return next(iter(self.settings.workspaces.values())).expensify.credential

    def detect(self) -> Detect:
        ports: dict[str, Any] = {
            name: Fused(name, getattr(self, name), self.fuse) for name in PORTS
        }
        return Detect(**ports, tenants=self.settings, finder=self._finder, clock=self.clock)

    def _finder(self, workspace: WorkspaceSettings) -> IntegrationSearch:
        allowance = Allowance(self.usages, self.clock, urgent=False)
        session = requests.Session()
        return IntegrationSearch(workspace.expensify, secrets(), session, self.clock, allowance)

    def look(self) -> None:
        """One wake-up, served."""
        look, now = self.detect().look, self.clock()
        reconcile(Reconciler.DETECT, self.key, now, rows=self.rows, clock=self.clock, look=look)

    def step(self) -> None:
        """The next sweep that finds the row due, and what it wakes."""
        due = self.rows.due(Reconciler.DETECT, self.key) or self.clock()
        self.to(max(self.clock() + SECOND, -(-due // SWEEP) * SWEEP + GATHER))
        self.look()

    def run(self, until: Millis) -> None:
        while self.clock() < until:
            self.step()

    def settle(self) -> None:
        """Until nobody is new any more."""
        self.look()
        while self._is_new():
            self.step()

    def _is_new(self) -> bool:
        known = self.credentials.get(self.key)
        return known.checked_at is None or bool(known.newcomers)

    def to(self, at: Millis) -> None:
        self.clock.now = at
        self.sim.clock.now = at / 1000

    def put(self, report_id: str, workspace_id: str, days: float = 0, **more: Any) -> None:
        self.sim.put_report(
            report_id,
            workspaceId=workspace_id,
            reportName="Trip",
            submitterEmail="sam@acme.example",
            state="APPROVED",
            approvedDaysAgo=days,
            expenses=[{"project": "Apollo Rollout", "amount": 1250, "currency": "EUR"}],
            **more,
        )

    def fail(self, report_id: str) -> None:
        self.sim.put_report(report_id, failed=True)

    def said(self) -> list[tuple[str, str]]:
        """What was put on the bus: its type and its report."""
        return [(m.detail_type, str(m.detail["reportId"])) for m in self.inbox.messages]

    def ids(self) -> list[str]:
        return [str(m.detail["eventId"]) for m in self.inbox.messages]

    def requests(self) -> list[dict[str, Any]]:
        """To the Integration Server."""
        return [e for e in self.sim.journal() if "Integration-Server" in e["path"]]


@contextmanager
def detecting(workspaces: int = 1, **more: Any) -> Iterator[Rig]:
    """`more`: settings of each workspace that differ."""
    world = deepcopy(WORLD)
    like = world["workspaces"][0]
    ids = [f"W{n:02d}" for n in range(workspaces)]
    world["workspaces"] = [_workspace(like, each) for each in ids]
    world |= {"reports": [], "rateLimit": {"per10s": 5, "per60s": 20}}
    with running_world(world) as sim:
        rig = Rig(sim)
        rig.to(NOW - NOW % DAY)
        sim.control("POST", "reset")
        rig.configure(*ids, **more)
        yield rig


def _workspace(like: dict[str, Any], workspace_id: str) -> dict[str, Any]:
    app = {**like["app"], "partnerUserID": f"device-{workspace_id}"}
    return {**like, "id": workspace_id, "partner": PARTNER, "app": app}


RULES = Rules()
__all__ = ["NS0770", "RULES", "Rig", "detecting"]
