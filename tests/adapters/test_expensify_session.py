"""The client against the simulator: sessions that end, logins that are refused, syncs that hang."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
import requests

from shared.adapters.expensify_app import AppApi
from shared.domain.clock import MINUTE
from shared.domain.finding import Fault
from shared.domain.rules import Rules
from shared.domain.sync import Sync, ended
from shared.domain.syncing import plan_sync
from shared.domain.workspace import Workspace
from shared.errors import RefusedError
from tests.adapters.expensify_kit import secrets, settings_for
from tests.adapters.netsuite_kit import Ticking
from tests.builders import NOW
from tests.sandbox.expensify_kit import DEVICE, HERMES, REPORT, WORKSPACE, Sim, running_sim

ATTEMPT = "4711471147114711471"


@dataclass(slots=True)
class Desk:
    sim: Sim
    app: AppApi

    def commands(self) -> list[str]:
        return [e["command"] for e in self.sim.journal()]

    def fault_of_sync(self, **effect: object) -> None:
        self.sim.fault(effect, {"command": "SyncPolicyToNetSuite"})

    def begun(self) -> Sync:
        before = self.app.sync_state()
        self.app.start_sync()
        return Sync(asked_at=NOW, covers=(), before=before, first_asked_at=NOW)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with running_sim() as sim, requests.Session() as session:
        sim.advance(1)
        sim.put_report(REPORT, expenses=[{"project": HERMES["companyName"], "amount": 1}])
        yield Desk(sim, AppApi(WORKSPACE, settings_for(sim.url), secrets(), session, Ticking()))


def export(desk: Desk) -> None:
    desk.app.export(REPORT, ATTEMPT)


def sync(desk: Desk) -> None:
    desk.app.start_sync()


def state(desk: Desk) -> None:
    desk.app.sync_state()


def opened(desk: Desk) -> None:
    desk.app.open_report(REPORT)


type Call = Callable[[Desk], None]
CALLS = pytest.mark.parametrize("call", [export, sync, state, opened])


@CALLS
def test_a_session_that_ended_is_renewed_once(desk: Desk, call: Call) -> None:
    """The command is sent again, and done once."""
    state(desk)
    desk.sim.control("POST", "app/expire")
    before = len(desk.commands())
    call(desk)
    again = desk.commands()[before:]
    assert again[1] == "Authenticate"
    assert again[0] == again[2]
    assert len(again) == 3
    desk.sim.advance(60)
    assert len(desk.sim.postings()) == (call is export)


@CALLS
def test_a_revoked_login_is_refused(desk: Desk, call: Call) -> None:
    """Neither asked for again and again nor taken for an unknown outcome."""
    state(desk)
    desk.sim.control("POST", "app/expire")
    desk.sim.control("POST", "app/revoke", {"login": DEVICE["partnerUserID"]})
    before = len(desk.commands())
    with pytest.raises(RefusedError) as raised:
        call(desk)
    assert raised.value.fault is Fault.LOGIN_REFUSED
    assert desk.commands()[before + 1 :] == ["Authenticate"]
    assert desk.sim.postings() == []


@CALLS
def test_an_app_that_is_too_old_stops(desk: Desk, call: Call) -> None:
    """A new login would not help, so that none is tried."""
    state(desk)
    desk.sim.control("PUT", "app", {"oldestVersion": "99.0.0-0"})
    before = len(desk.commands())
    with pytest.raises(RefusedError) as raised:
        call(desk)
    assert raised.value.fault is Fault.CLIENT_TOO_OLD
    assert len(desk.commands()) == before + 1
    assert desk.sim.postings() == []


def test_a_sync_ends_though_its_last_stage_is_lost(desk: Desk) -> None:
    """Its times tell."""
    desk.fault_of_sync(sync_silent=True)
    asked = desk.begun()
    assert ended(asked, desk.app.sync_state()) is None
    desk.sim.advance(30)
    after = desk.app.sync_state()
    assert (after.running, ended(asked, after)) == (False, True)


def test_a_sync_that_netsuite_refuses_is_told_apart(desk: Desk) -> None:
    """People hear of it at once, not after a second try."""
    desk.fault_of_sync(sync_unauthorized=True)
    asked = desk.begun()
    desk.sim.advance(30)
    after = desk.app.sync_state()
    assert (ended(asked, after), after.auth_error) == (False, True)
    plan = plan_sync(
        replace(Workspace(WORKSPACE), sync=asked), (), after, Rules(), NOW, wanted=True
    )
    assert plan.tell


def test_a_sync_that_hangs_never_ends(desk: Desk) -> None:
    """It is asked for once more after 20 minutes, and is a person's after 45."""
    desk.fault_of_sync(sync_stuck=True)
    asked = desk.begun()
    rules, workspace = Rules(), replace(Workspace(WORKSPACE), sync=asked)
    done = []
    for minute in range(50):
        plan = plan_sync(
            workspace, (), desk.app.sync_state(), rules, NOW + minute * MINUTE, wanted=True
        )
        done += [(minute, "ask")] if plan.start else []
        done += [(minute, "tell")] if plan.tell else []
        workspace = plan.workspace
        desk.sim.advance(60)
    assert done == [(20, "ask"), (45, "tell")]


def test_somebody_elses_sync_is_seen_to_run_and_to_end(desk: Desk) -> None:
    """By its stage and the connection's times; ours is not asked for meanwhile."""
    desk.sim.control("POST", f"workspaces/{WORKSPACE}/sync")
    assert desk.app.sync_state().running
    plan = plan_sync(Workspace(WORKSPACE), (), desk.app.sync_state(), Rules(), NOW, wanted=True)
    assert (plan.start, plan.workspace.foreign_since) == (False, NOW)
    desk.sim.advance(30)
    assert not desk.app.sync_state().running


def test_an_attempt_is_recognised_by_its_id(desk: Desk) -> None:
    """The action that tells of its success carries it; that of another hasn't it."""
    export(desk)
    desk.sim.advance(1)
    report = desk.app.open_report(REPORT)
    assert report is not None
    assert report.actions[-1].id == ATTEMPT
    desk.sim.control("POST", f"reports/{REPORT}/export")
    desk.sim.advance(1)
    report = desk.app.open_report(REPORT)
    assert report is not None
    assert [action.id == ATTEMPT for action in report.actions[-2:]] == [True, False]
