"""Forty workspaces on one credential: all recover, while Expensify is searched, inside its limit."""

from collections import Counter

import requests

from shared.adapters.expensify_app import AppApi
from shared.adapters.expensify_read import Allowance, IntegrationServer
from shared.domain.case import Phase
from shared.domain.clock import HOUR, MINUTE, SECOND, Millis
from shared.domain.detect_reports import FAILED
from shared.ports import Reconciler
from tests.adapters.expensify_kit import settings_for
from tests.adapters.netsuite_kit import KeptSecrets
from tests.builders import ACCOUNT, WS
from tests.sandbox.expensify_kit import DEVICE, PARTNER
from tests.workflows.detect_kit import Rig, detecting
from tests.workflows.kit import ACTIVE, Service, failed_event

MANY = 40


def secret_of(workspace_id: str) -> KeptSecrets:
    """One login to the Integration Server for all, a device for each."""
    partner = {"partnerUserID": PARTNER["userId"], "partnerUserSecret": PARTNER["userSecret"]}
    device = {**DEVICE, "partnerUserID": f"device-{workspace_id}", "email": "e@acme.example"}
    return KeptSecrets({"expensify": partner, "expensifyApp": device})


def stuck(rig: Rig, number: int) -> Service:
    """A tenant of its own, but for the credential; its report has failed and was reported."""
    workspace_id, report_id = f"W{number:02d}", f"R{number:02d}"
    rig.put(report_id, workspace_id, failed=True)
    settings, session = settings_for(rig.sim.url), requests.Session()
    allowance = Allowance(rig.usages, rig.clock, urgent=True)
    secrets = secret_of(workspace_id)
    service = Service(clock=rig.clock)
    service.reader = IntegrationServer(settings, secrets, session, rig.clock, allowance)
    service.app = AppApi(workspace_id, settings, secrets, session, rig.clock)
    service.take(failed_event(report_id, f"e-{number}"))
    return service


def untold(rig: Rig) -> list[str]:
    """The failures that were found."""
    return [report_id for kind, report_id in rig.said() if kind == FAILED]


def serve_due(service: Service, now: Millis) -> None:
    for reconciler, key in ((Reconciler.WATCH, ACCOUNT), (Reconciler.RECOVER, WS)):
        due = service.rows.due(reconciler, key)
        if due is not None and due <= now:
            service.serve(reconciler, key)


def test_all_recover_while_expensify_is_searched_inside_its_limit() -> None:
    """Expensify never has to say 'too many': 5 in 10 s, 20 in 60 s, whoever asks."""
    with detecting(workspaces=MANY) as rig:
        services = [stuck(rig, n) for n in range(MANY)]
        rig.put("UNTOLD", "W07")
        rig.settle()
        began, failed_at = rig.clock(), 0
        rig.sim.netsuite.set("4711", isInactive=False)
        for service in services:
            service.netsuite.projects[:] = [ACTIVE]
        searched = 0
        while rig.clock() < began + 2 * HOUR:
            rig.to(rig.clock() + 15 * SECOND)
            for service in services:
                serve_due(service, rig.clock())
            if (rig.rows.due(Reconciler.DETECT, rig.key) or 0) <= rig.clock():
                rig.look()
                searched += 1
            if not failed_at and rig.clock() > began + 10 * MINUTE:
                rig.fail("UNTOLD")
                failed_at = rig.clock()
            if all(_ended(service) for service in services) and untold(rig):
                break

        assert Counter(_phase(service) for service in services) == {Phase.RESOLVED: MANY}
        postings = Counter(posting["reportId"] for posting in rig.sim.postings())
        assert postings == {f"R{n:02d}": 1 for n in range(MANY)}
        assert untold(rig) == ["UNTOLD"]
        asked = rig.requests()
        assert [entry["status"] for entry in asked] == [200] * len(asked)
        assert searched > 3


def _phase(service: Service) -> Phase:
    (case,) = service.cases.known.stored.values()
    return case.phase


def _ended(service: Service) -> bool:
    return _phase(service) is Phase.RESOLVED
