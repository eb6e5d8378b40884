"""A table with a closed project and its cases, and notices about them."""

from dataclasses import replace

from shared.domain.announce import OPERATORS
from shared.domain.case import Case, CaseLabel
from shared.domain.clock import DAY
from shared.domain.finding import Match, Resolution, Status
from shared.domain.notice import Notice, Role, Subject, Tone
from shared.workflows.truth import Truth
from tests.builders import (
    ACCOUNT,
    ADMIN,
    LABEL,
    NOW,
    PROJECT,
    WS,
    WS_ADMIN,
    blocker,
    case,
)
from tests.fakes.accounts import FakeAccounts
from tests.fakes.cases import FakeCases
from tests.fakes.settings import FakeSettings
from tests.fakes.workspaces import FakeWorkspaces
from tests.workflows.kit import workspace_settings

OMAR = "omar@acme.example"
HERMES = "Hermes"
ABOUT_HERMES = f"L#{WS}#{HERMES}"


def truth(*cases: Case, status: Status = Status.INACTIVE, epoch: int = 1) -> Truth:
    """Apollo Rollout is such a project; of Hermes nobody knows what it is."""
    stored = FakeCases()
    for one in cases:
        stored.put(replace(one, version=0))
    accounts = FakeAccounts()
    resolve(accounts, LABEL, Resolution(Match.PROJECT, PROJECT))
    resolve(accounts, HERMES, Resolution(Match.NOT_FOUND, turn=1))
    accounts.put_blocker(blocker(status, epoch, entity_id="P-4711", customer="Acme Corp"))
    settings = FakeSettings()
    settings.add(workspace_settings())
    return Truth(stored, accounts, FakeWorkspaces(), settings)


def resolve(
    accounts: FakeAccounts, text: str, resolution: Resolution, workspace_id: str = WS
) -> None:
    accounts.ask(ACCOUNT, workspace_id, [text], NOW + DAY)
    label = accounts.known[ACCOUNT, workspace_id, text]
    accounts.answer(replace(label, answered=label.asked, resolution=resolution))


def carrying(text: str, **more: object) -> Case:
    return case(labels=(CaseLabel(text, used=1, asked=1, suspect=True),), **more)


def notice(
    tone: Tone = Tone.REACTIVATE, about: str = f"P#{PROJECT}", person: str = ADMIN, **more: object
) -> Notice:
    roles = {
        OPERATORS: Role.OPERATOR,
        ADMIN: Role.NETSUITE_ADMIN,
        WS_ADMIN: Role.WORKSPACE_ADMIN,
    }
    role = roles.get(person, Role.SUBMITTER)
    one = Notice(person, role, tone, WS, ACCOUNT, about, 1, NOW, send_after=NOW)
    return replace(one, **more)  # type: ignore[arg-type]


def about(of: Truth, one: Notice, *others: Notice) -> Subject:
    return of.about(one, (one, *others))


def reports(subject: Subject) -> list[str]:
    return [report.report_id for report in subject.reports]
