"""Short ways to say what a test is about; everything else has a sensible default."""

from typing import Any

from shared.domain.blocker import Blocker, Label
from shared.domain.case import Case, CaseLabel, Intent, Phase, Why
from shared.domain.clock import MINUTE, ForeignTime, Millis
from shared.domain.evidence import Seen
from shared.domain.finding import Match, Resolution, Status
from shared.domain.report import (
    Action,
    ActionKind,
    Baseline,
    LabelUse,
    Money,
    Report,
    ReportState,
    Source,
    baseline_of,
)
from shared.domain.rules import People

NOW: Millis = 1_800_000_000_000
WS, ACCOUNT, REPORT, PROJECT, LABEL = "WS1", "1234567", "R001", "4711", "Apollo Rollout"
ADMIN, WS_ADMIN, SUBMITTER = "nora@acme.example", "wim@acme.example", "sam@acme.example"
PEOPLE = People(
    netsuite_admins=(ADMIN,), workspace_admins=(WS_ADMIN,), allowed_domains=("acme.example",)
)
NS0770 = "NS0770 Export Error: Project [{}] is not active and can’t accept expenses."


def action(number: int, kind: ActionKind = ActionKind.OTHER, *messages: str, **more: Any) -> Action:
    """The action of second `number` of the report's history."""
    at = ForeignTime(f"2027-01-15 10:00:{number:02d}.000")
    return Action(more.pop("id", f"a{number}"), kind, at, messages, **more)


def refused(number: int, project: str = LABEL) -> Action:
    return action(number, ActionKind.EXPORT_FAILED, NS0770.format(project))


def arrived(number: int, **more: Any) -> Action:
    more.setdefault("urls", ("https://netsuite.example/expense/1",))
    return action(number, ActionKind.EXPORTED, **more)


def seen_of(*reports: Report) -> Seen:
    """What a run has read, each report by the face that it came from."""
    return Seen(
        official={r.report_id: r for r in reports if r.source is Source.INTEGRATION},
        app={r.report_id: r for r in reports if r.source is Source.APP},
    )


def uses(*labels: str) -> tuple[LabelUse, ...]:
    return tuple(LabelUse(label, 1, (Money("EUR", 1250),)) for label in labels)


def report(*actions: Action, **more: Any) -> Report:
    """An approved report on Apollo Rollout, as the app shows it."""
    defaults: dict[str, Any] = {
        "report_id": REPORT,
        "state": ReportState.APPROVED,
        "source": Source.APP,
        "read_at": NOW,
        "name": "Trip",
        "submitter": SUBMITTER,
        "labels": uses(LABEL),
        "exported": False,
        "error_count": sum(a.kind is ActionKind.EXPORT_FAILED for a in actions),
    }
    return Report(actions=actions, **{**defaults, **more})


def official(*actions: Action, **more: Any) -> Report:
    """The same as the Integration Server shows it."""
    more = {"source": Source.INTEGRATION, "exported": None, "error_count": None, **more}
    return report(*actions, **more)


def case(**more: Any) -> Case:
    """A case that was read and waits for Apollo Rollout."""
    defaults: dict[str, Any] = {
        "workspace_id": WS,
        "report_id": REPORT,
        "account_id": ACCOUNT,
        "opened_at": NOW - 60 * MINUTE,
        "next_look": NOW,
        "submitter": SUBMITTER,
        "labels": (CaseLabel(LABEL, used=1, asked=1, suspect=True),),
        "read_at": NOW - 50 * MINUTE,
        "reason": Why.OPENED,
        "codes": ("NS0770",),
        "version": 3,
    }
    return Case(**{**defaults, **more})


def flying(age: Millis = MINUTE, phase: Phase = Phase.EXPORTING, **more: Any) -> Case:
    """A case whose export was asked for `age` ago, with one refusal in its past."""
    intent = more.pop("intent", None) or Intent("777", base(refused(1)), began_at=NOW - age)
    return case(phase=phase, intent=intent, **more)


def base(*actions: Action, **more: Any) -> Baseline:
    return baseline_of(report(*actions, **more))


def label(text: str = LABEL, project: str = PROJECT, **more: Any) -> Label:
    resolution = Resolution(Match.PROJECT, project) if project else Resolution(Match.NOT_FOUND)
    workspace = more.pop("workspace_id", WS)
    defaults: dict[str, Any] = {
        "asked": 1,
        "answered": 1,
        "wanted_until": NOW + 60 * MINUTE,
        "resolution": resolution,
    }
    return Label(ACCOUNT, workspace, text, **{**defaults, **more})


def blocker(status: Status = Status.ACTIVE, epoch: int = 1, **more: Any) -> Blocker:
    more.setdefault("name", LABEL)
    return Blocker(ACCOUNT, more.pop("project_id", PROJECT), status, epoch, **more)


def closed_project(**more: Any) -> Blocker:
    return blocker(Status.INACTIVE, **more)
