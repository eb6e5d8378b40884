"""What a mail may show of a letter: made visible, cut, counted. Templates get nothing else."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from shared.adapters.mail import reasons
from shared.adapters.mail.codes import CodesView, codes_of
from shared.adapters.mail.reminder import reminder_of
from shared.adapters.mail.wording import LISTED, MESSAGE_LENGTH, shown, sums
from shared.contracts.settings import ExpensifySettings, WorkspaceSettings
from shared.domain.decide_notify import Letter
from shared.domain.notice import Role, Stuck, Subject, Tone

_LINK = re.compile(r"https?://[!-~]+")
_OF_SETTINGS = frozenset({"unknown_workspace", "broken_settings", "parked"})


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
    the catalogue says of those. `detail`: what is wrong with settings, `parked`: how many events
    wait for some. `parts` are what a digest lists, `open` how many of all of them ask for something.
    """

    template: str
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
    parked: int
    detail: str
    reminder: str = ""
    parts: tuple["Part", ...] = ()
    parts_more: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One matter of a digest. `subject`: of the mail that it would have been."""

    subject: str
    reminder: str
    view: View


def view_of(letter: Letter, settings: WorkspaceSettings | None, project_url: str | None) -> View:
    notice, subject = letter.notice, letter.subject
    base = _base(settings)
    of, _, matter = notice.about.partition("#")[2].rpartition("#")
    messages = _messages(subject)
    retag_by = settings.people.retag_by if settings else ""
    return View(
        template=_template(notice.tone, subject),
        tone=notice.tone,
        role=notice.role,
        workspace=shown(settings.name if settings else "") or shown(notice.workspace_id),
        workspace_id=shown(notice.workspace_id),
        account_id=shown(notice.account_id),
        retag_by=retag_by,
        matter=shown(matter),
        codes=codes_of(notice, retag_by),
        of_account=of == notice.account_id,
        project=_project(subject),
        project_id=shown(subject.project_id),
        entity_id=shown(subject.entity_id),
        customer=shown(subject.customer),
        status=subject.status,
        project_url=project_url if project_url and _LINK.fullmatch(project_url) else "",
        candidates=tuple(shown(each) for each in subject.candidates[:LISTED]),
        candidates_more=max(0, len(subject.candidates) - LISTED),
        reports=tuple(_line(each, notice.tone, base) for each in subject.reports[:LISTED]),
        reports_more=max(0, len(subject.reports) - LISTED),
        messages=tuple(shown(each, MESSAGE_LENGTH) for each in messages[:LISTED]),
        messages_more=max(0, len(messages) - LISTED),
        count=len(subject.reports),
        people=subject.people,
        sums=sums(amount for report in subject.reports for amount in report.sums),
        arrived=all(reasons.parsed(each.detail)[0] in reasons.ARRIVED for each in subject.reports),
        parked=subject.parked,
        detail=shown(subject.detail, MESSAGE_LENGTH),
        reminder=reminder_of(notice, settings),
        parts_more=max(0, len(letter.parts) - LISTED),
        open=sum(1 for part in letter.parts if part.notice.tone is not Tone.DONE),
    )


def _template(tone: Tone, subject: Subject) -> str:
    """What is wrong with settings is told in words of its own."""
    of_settings = tone is Tone.SETUP_FAULT and subject.status in _OF_SETTINGS
    return "settings_fault" if of_settings else tone


def _base(settings: WorkspaceSettings | None) -> str:
    """Where reports are shown; Expensify's own address unless settings say otherwise."""
    expensify = settings.expensify if settings else ExpensifySettings(secret="")
    return str(expensify.web_url).rstrip("/")


def _project(subject: Subject) -> str:
    by_id = f"project {subject.project_id}" if subject.project_id else ""
    return shown(subject.project_name) or shown(subject.label) or shown(by_id)


def _messages(subject: Subject) -> tuple[str, ...]:
    """What Expensify said, each text once."""
    texts = (reasons.parsed(report.detail)[1] for report in subject.reports)
    return tuple(dict.fromkeys(text for text in texts if text.strip()))


def _line(report: Stuck, tone: Tone, base: str) -> Line:
    why, message = reasons.parsed(report.detail)
    ended = tone is Tone.DONE
    return Line(
        report_id=shown(report.report_id),
        name=shown(report.name),
        submitter=shown(report.submitter),
        sums=sums(report.sums),
        url=f"{base}/r/{quote(report.report_id, safe='')}",
        why=reasons.of_ended(why) if ended else reasons.of_stuck(why),
        message="" if ended else shown(message, MESSAGE_LENGTH),
    )
