"""What a search found, against what was seen before: failures and changes that are news.

Of each report with a failure the identities of its failed attempts are remembered, and a digest of
all that may matter. Dates decide nothing, but for what was there before we began to look.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.clock import ForeignTime
from shared.domain.report import THROUGH, Action, ActionKind, Report, newest

type Sightings = Mapping[tuple[str, str], "Sighting"]
"""By workspace and report."""

_TEXT_KEPT = 50_000
"""Characters of a failure's text; EventBridge takes no event above 256 KB."""

_NAME_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class FoundReport:
    """`fields`: what stands in those of its fields that may hold a project, as far as it is told."""

    workspace_id: str
    report: Report
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen, and said, of a report with a failure. `failures`: ids of failed attempts."""

    workspace_id: str
    report_id: str
    failures: tuple[str, ...]
    digest: str

    @property
    def key(self) -> tuple[str, str]:
        return self.workspace_id, self.report_id


@dataclass(frozen=True, slots=True)
class News:
    """One event for the bus, in the public contract's words, and what is remembered once it is
    there. `id` is deterministic, so that a repeat is recognised; without a `detail` nothing is said.
    """

    sighting: Sighting
    kind: str = ""
    details: tuple[Mapping[str, object], ...] = ()


FAILED = "Report Export Failed"
CHANGED = "Report Changed"


def news_of(found: FoundReport, seen: Sighting | None, before: ForeignTime | None) -> News | None:
    """`before`: what is no later, by Expensify's clock, was there before we began to look, and is
    seen without being said. None: nothing is news.
    """
    failures = [a for a in found.report.actions if a.kind is ActionKind.EXPORT_FAILED]
    if not failures:
        return None
    known = seen.failures if seen else ()
    new = [a for a in _in_order(failures) if a.id not in known]
    ids = tuple(dict.fromkeys((*known, *(a.id for a in new))))
    now = Sighting(
        found.workspace_id, found.report.report_id, ids, digest(found.report, found.fields)
    )
    told = [a for a in new if _is_news(a, found.report, before)]
    if told:
        return News(now, FAILED, tuple(_failure(a, found) for a in told))
    if seen is None:
        return News(now)
    return None if seen.digest == now.digest else News(now, CHANGED, (_change(now, found),))


def latest(found: tuple[FoundReport, ...]) -> ForeignTime | None:
    """The last moment of which these reports tell, by Expensify's clock."""
    return max((a.at for each in found for a in each.report.actions), default=None)


def digest(report: Report, fields: tuple[str, ...] = ()) -> str:
    """Of what people may have changed: state, labels, history, and the fields that hold projects."""
    labels = [(use.label, use.count) for use in report.labels or ()]
    told = [report.state, labels, sorted(action.id for action in report.actions)]
    said = json.dumps([*told, fields] if fields else told)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _in_order(failures: list[Action]) -> list[Action]:
    unique = {a.id: a for a in failures}
    return sorted(unique.values(), key=lambda a: (a.at, a.id))


def _is_news(failure: Action, report: Report, before: ForeignTime | None) -> bool:
    """Not what was there before, nor what an export after it has put right."""
    through = any(a.kind in THROUGH and a.at > failure.at for a in report.actions)
    return not through and (before is None or failure.at > before)


def _failure(failure: Action, found: FoundReport) -> Mapping[str, object]:
    report = found.report
    detail: dict[str, object] = {
        "version": 1,
        "workspaceId": found.workspace_id,
        "reportId": report.report_id,
        "errorMessage": "\n".join(failure.messages)[:_TEXT_KEPT],
        "eventId": f"{report.report_id}.{failure.id}",
    }
    more = {
        "failedAt": str(failure.at),
        "reportName": report.name[:_NAME_KEPT],
        "submitterEmail": report.submitter[:_NAME_KEPT],
    }
    return detail | {name: value for name, value in more.items() if value}


def _change(now: Sighting, found: FoundReport) -> Mapping[str, object]:
    last = newest(a for a in found.report.actions if a.kind is not ActionKind.OTHER)
    exported = last is not None and last.kind in THROUGH
    return {
        "version": 1,
        "workspaceId": now.workspace_id,
        "reportId": now.report_id,
        "eventId": f"{now.report_id}.{now.digest}",
        "what": "exported" if exported else "changed",
    }
