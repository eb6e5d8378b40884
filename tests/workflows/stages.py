"""How far a report has come: services in the middle of their story, and small ways to move them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from shared.domain.case import Phase
from shared.domain.clock import MINUTE, SECOND, Millis
from shared.ports import Reconciler
from tests.builders import ACCOUNT, LABEL, NOW, REPORT, WS
from tests.workflows.kit import ACTIVE, Service, failed_event

BOTH = [(Reconciler.RECOVER, WS), (Reconciler.WATCH, ACCOUNT)]


def stuck(*report_ids: str, active: bool = False) -> Service:
    """Reports that failed on the closed project, reported and taken; nothing looked yet.

    `active`: the project was opened again since, and Expensify doesn't know.
    """
    service = Service()
    service.expensify.closed.add(LABEL)
    service.expensify.ask_sync()
    service.expensify.settle()
    for report_id in report_ids or (REPORT,):
        service.expensify.put(report_id)
        service.expensify.ask_export(report_id)
    service.expensify.settle()
    if active:
        reopen(service)
    for report_id in report_ids or (REPORT,):
        service.take(failed_event(report_id, f"e-{report_id}"))
    return service


def reopen(service: Service) -> None:
    """NetSuite's administrator makes the project active."""
    service.expensify.closed.clear()
    service.netsuite.projects = [ACTIVE]


def look(service: Service, budget: Millis = 30 * SECOND) -> Millis | None:
    """At the workspace."""
    return service.look(Reconciler.RECOVER, WS, budget)


def answer(service: Service) -> None:
    """NetSuite tells what it knows of all that was asked so far."""
    service.clock.advance(MINUTE)
    service.look(Reconciler.WATCH, ACCOUNT)


def read_and_answered(*report_ids: str, active: bool = True) -> Service:
    """Reports that were read once, and whose every label was answered."""
    service = stuck(*report_ids, active=active)
    look(service)
    answer(service)
    return _from_now_on(service)


def synced(*report_ids: str) -> Service:
    """A sync of ours ended well, and its grace is over: the next look exports."""
    service = read_and_answered(*report_ids)
    look(service)
    service.expensify.settle()
    service.clock.advance(MINUTE)
    look(service)
    service.clock.advance(2 * MINUTE)
    return _from_now_on(service)


def flying(*report_ids: str) -> Service:
    """The canary's export was asked for a minute ago, and Expensify has not done it yet."""
    service = synced(*report_ids)
    look(service)
    service.clock.advance(MINUTE)
    return _from_now_on(service)


def _from_now_on(service: Service) -> Service:
    """What was done and asked so far is not the test's concern."""
    service.wakes.take()
    service.fuse.effects.clear()
    service.expensify.asked.clear()
    service.bus.published.clear()
    return service


def ended(service: Service) -> None:
    """The case ends, whatever it was."""
    service.cases.put(replace(service.case(), phase=Phase.RESOLVED, ended_at=NOW))


def moment(service: Service, effect: str, seen: list[Any], what: Callable[[], Any]) -> None:
    """Notes what is true just before the effect."""
    service.fuse.hooks[effect] = lambda: seen.append(what())


def throw_switch(service: Service) -> None:
    service.acts = False
