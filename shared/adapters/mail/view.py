"""What a mail may show of a letter: made visible, cut, counted. Templates get nothing else."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from shared.adapters.mail import reasons
from shared.adapters.mail.codes import CodesView, codes_of
from shared.adapters.mail.wording import LISTED, MESSAGE_LENGTH, shown, sums
from shared.contracts.settings import WorkspaceSettings
from shared.domain.decide_notify import Letter
from shared.domain.notice import Role, Stuck, Subject, Tone

_LINK = re.compile(r"https?://[!-~]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One report. `why` in our words, `message` in Expensify's."""

    report_id: str
    name: str
    submitter: str
    sums: str
    url: str
    why: str
    message: str


@dataclass(frozen=True, slots=True)
class View:
    """`count`, `people` and `sums` are of all reports; `reports` and `messages` are cut.

    `matter` is the last part of what the notice is about: a fault, codes, a report. `codes`: what
    the catalogue says of those.
    """

    tone: Tone
    role: Role
    workspace: str
    workspace_id: str
    account_id: str
    retag_by: str
    matter: str
    codes: CodesView
    of_account: bool
    project: str
    project_id: str
    entity_id: str
    customer: str
    status: str
    project_url: str
    candidates: tuple[str, ...]
    candidates_more: int
    reports: tuple[Line, ...]
    reports_more: int
    messages: tuple[str, ...]
    messages_more: int
    count: int
    people: int
    sums: str
    arrived: bool


def view_of(letter: Letter, settings: WorkspaceSettings, project_url: str | None) -> View:
    notice, subject = letter.notice, letter.subject
    of, _, matter = notice.about.partition("#")[2].rpartition("#")
    messages = _messages(subject)
    return View(
        tone=notice.tone,
        role=notice.role,
        workspace=shown(settings.name) or shown(settings.workspace_id),
        workspace_id=shown(settings.workspace_id),
        account_id=shown(notice.account_id),
        retag_by=settings.people.retag_by,
        matter=shown(matter),
        codes=codes_of(notice, settings.people.retag_by),
        of_account=of == notice.account_id,
        project=_project(subject),
        project_id=shown(subject.project_id),
        entity_id=shown(subject.entity_id),
        customer=shown(subject.customer),
        status=subject.status,
        project_url=project_url if project_url and _LINK.fullmatch(project_url) else "",
        candidates=tuple(shown(each) for each in subject.candidates[:LISTED]),
        candidates_more=max(0, len(subject.candidates) - LISTED),
        reports=tuple(_line(each, notice.tone, settings) for each in subject.reports[:LISTED]),
        reports_more=max(0, len(subject.reports) - LISTED),
        messages=tuple(shown(each, MESSAGE_LENGTH) for each in messages[:LISTED]),
        messages_more=max(0, len(messages) - LISTED),
        count=len(subject.reports),
        people=subject.people,
        sums=sums(amount for report in subject.reports for amount in report.sums),
        arrived=all(reasons.parsed(each.detail)[0] in reasons.ARRIVED for each in subject.reports),
    )


def _project(subject: Subject) -> str:
    by_id = f"project {subject.project_id}" if subject.project_id else ""
    return shown(subject.project_name) or shown(subject.label) or shown(by_id)


def _messages(subject: Subject) -> tuple[str, ...]:
    """What Expensify said, each text once."""
    texts = (reasons.parsed(report.detail)[1] for report in subject.reports)
    return tuple(dict.fromkeys(text for text in texts if text.strip()))


def _line(report: Stuck, tone: Tone, settings: WorkspaceSettings) -> Line:
    why, message = reasons.parsed(report.detail)
    ended = tone is Tone.DONE
    base = str(settings.expensify.web_url).rstrip("/")
    return Line(
        report_id=shown(report.report_id),
        name=shown(report.name),
        submitter=shown(report.submitter),
        sums=sums(report.sums),
        url=f"{base}/r/{quote(report.report_id, safe='')}",
        why=reasons.of_ended(why) if ended else reasons.of_stuck(why),
        message="" if ended else shown(message, MESSAGE_LENGTH),
    )
