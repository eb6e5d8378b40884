"""Notices about a closed project, and the service that holds them."""

from dataclasses import dataclass, field, replace

from shared.contracts.settings import WorkspaceSettings
from shared.domain.announce import OPERATORS
from shared.domain.case import Case
from shared.domain.clock import DAY, HOUR
from shared.domain.decide_notify import Letter
from shared.domain.finding import Status
from shared.domain.notice import Notice, Role, Tone
from shared.errors import RefusedError
from tests.builders import (
    ACCOUNT,
    ADMIN,
    NOW,
    PROJECT,
    SUBMITTER,
    WS,
    WS_ADMIN,
    blocker,
    case,
)
from tests.workflows.kit import Service


def blocked(*cases: Case, status: Status = Status.INACTIVE) -> Service:
    """A project that can't accept expenses, and the cases that wait for it."""
    service = Service()
    for one in cases or (case(),):
        service.cases.put(replace(one, version=0))
    service.accounts.ask(ACCOUNT, WS, ["Apollo Rollout"], NOW + DAY)
    found = next(iter(service.accounts.labels(ACCOUNT)))
    resolution = replace(found.resolution, match=found.resolution.match.PROJECT, project_id=PROJECT)
    service.accounts.answer(replace(found, answered=1, resolution=resolution))
    service.accounts.put_blocker(blocker(status))
    return service


def notice(person: str = ADMIN, tone: Tone = Tone.REACTIVATE, **more: object) -> Notice:
    """About the project, put an hour ago."""
    roles = {SUBMITTER: Role.SUBMITTER, WS_ADMIN: Role.WORKSPACE_ADMIN, OPERATORS: Role.OPERATOR}
    role = roles.get(person, Role.NETSUITE_ADMIN)
    then = NOW - HOUR
    first = Notice(person, role, tone, WS, ACCOUNT, f"P#{PROJECT}", 1, then, send_after=then)
    return replace(first, **more)  # type: ignore[arg-type]


def put(service: Service, *notices: Notice) -> Service:
    for one in notices:
        service.notices.put(one)
    return service


def reopened(service: Service) -> None:
    (stored,) = service.accounts.blockers(ACCOUNT)
    service.accounts.put_blocker(replace(stored, status=Status.ACTIVE))


def only(service: Service, person: str = ADMIN) -> Notice:
    """Beside the reminders."""
    (found,) = (notice for notice in service.notices_of(person) if not notice.rung)
    return found


@dataclass(slots=True)
class Refusing:
    """A channel whose sender is refused, until it is `mended`."""

    mended: bool = False
    sent: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter, settings: WorkspaceSettings) -> None:
        if not self.mended:
            raise RefusedError("the sender is not verified")
        self.sent.append(letter)
