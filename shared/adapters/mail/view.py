"""What a mail may show of a letter: made visible, cut, counted. Templates get nothing else."""

import re
import shlex
from dataclasses import dataclass, replace
from urllib.parse import quote

from shared.adapters.mail import reasons
from shared.adapters.mail.codes import CodesView, codes_of
from shared.adapters.mail.reactivated import ReactivationView, reactivation_of
from shared.adapters.mail.reminder import reminder_of
from shared.adapters.mail.wording import LISTED, MESSAGE_LENGTH, shown, sums
from shared.contracts.settings import ExpensifySettings, WorkspaceSettings
from shared.domain.decide_notify import Letter
from shared.domain.finding import LOGIN_FAULTS, Fault
from shared.domain.mode import Mode
from shared.domain.notice import Notice, Role, Stuck, Subject, Tone
from shared.domain.setup_fault import UNREADABLE_REPORT

_LINK = re.compile(r"https?://[!-~]+")
_OF_SETTINGS = frozenset({"unknown_workspace", "broken_settings", "parked"})
_OF_NETSUITE_LOGIN = LOGIN_FAULTS - {Fault.LOGIN_REFUSED}
_SANDBOX = re.compile("[0-9A-Z]+_SB[0-9]*")


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
    the catalogue says of those. `assisted`: people sync and export. `detail`: what is wrong with
    settings, `parked`: how many events wait for some. `owner`: the inactive customer, or the parent
    project (`owner_kind`). `chosen`: the project of an alias, which is gone; `command`: how operators
    choose one. `closed`: the project's status is a closed one, which is a warning alone. `in_field`:
    the project stands in a field of the report, called `field` if we can read it. `journal`: exports
    are journal entries. `parts`: each matter of a letter that tells several, the first one included;
    then `count`, `people` and `sums` are of them all. Of a digest they are cut, and `open` says how
    many of all of them ask for something.
    """

    template: str
    tone: Tone
    role: Role
    workspace: str
    workspace_id: str
    account_id: str
    retag_by: str
    assisted: bool
    of: str
    of_url: str
    matter: str
    codes: CodesView
    of_account: bool
    of_sandbox: bool
    project: str
    project_id: str
    entity_id: str
    customer: str
    status: str
    closed: bool
    owner: str
    owner_id: str
    owner_kind: str
    chosen: str
    command: str
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
    in_field: bool
    field: str
    journal: bool
    reminder: str
    reactivation: ReactivationView | None = None
    parts: tuple["View", ...] = ()
    parts_more: int = 0
    open: int = 0


def view_of(letter: Letter, settings: WorkspaceSettings | None, *links: str | None) -> View:
    """`links`: to the project of each part of the letter; a missing one is none."""
    every = (*links, *[None] * len(letter.parts))
    views = [_view(part, settings, link) for part, link in zip(letter.each, every, strict=False)]
    if letter.notice.tone is Tone.DIGEST:
        return _of_a_day(views[0], views[1:])
    return _of_all(views, letter) if letter.parts else views[0]


def _of_a_day(whole: View, matters: list[View]) -> View:
    """The digest's own subject counts what all of its matters ask for."""
    return replace(
        whole,
        parts=tuple(matters[:LISTED]),
        parts_more=max(0, len(matters) - LISTED),
        open=sum(1 for each in matters if each.tone is not Tone.DONE),
    )


def _of_all(views: list[View], letter: Letter) -> View:
    """A report that waits for two projects is one report, and its sum is counted once."""
    reports = {r.report_id: r for part in letter.each for r in part.subject.reports}.values()
    return replace(
        views[0],
        template="several",
        parts=tuple(views),
        count=len(reports),
        people=len({report.submitter for report in reports}),
        sums=sums(amount for report in reports for amount in report.sums),
    )


def _view(letter: Letter, settings: WorkspaceSettings | None, project_url: str | None) -> View:
    notice, subject = letter.notice, letter.subject
    expensify = settings.expensify if settings else ExpensifySettings(secret="")
    base = str(expensify.web_url).rstrip("/")
    of, _, matter = notice.about.partition("#")[2].rpartition("#")
    messages = _messages(subject)
    candidates = subject.choices or subject.candidates
    retag_by = settings.people.retag_by if settings else ""
    return View(
        template=_template(notice, subject, matter),
        tone=notice.tone,
        role=notice.role,
        workspace=shown(settings.name if settings else "") or shown(notice.workspace_id),
        workspace_id=shown(notice.workspace_id),
        account_id=shown(notice.account_id),
        retag_by=retag_by,
        assisted=settings is not None and settings.mode is Mode.ASSIST,
        of=shown(of),
        of_url=_report_url(base, of),
        matter=shown(matter),
        codes=codes_of(notice, retag_by),
        of_account=of == notice.account_id,
        of_sandbox=_SANDBOX.fullmatch(notice.account_id) is not None,
        project=_project(subject),
        project_id=shown(subject.project_id),
        entity_id=shown(subject.entity_id),
        customer=shown(subject.customer),
        status=subject.status,
        closed=subject.closed,
        owner=shown(subject.owner.name) if subject.owner else "",
        owner_id=shown(subject.owner.record_id) if subject.owner else "",
        owner_kind=subject.owner.kind if subject.owner else "",
        chosen=shown(subject.chosen),
        command=_command(notice.workspace_id, subject.label),
        project_url=project_url if project_url and _LINK.fullmatch(project_url) else "",
        candidates=tuple(shown(each, MESSAGE_LENGTH) for each in candidates[:LISTED]),
        candidates_more=max(0, len(candidates) - LISTED),
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
        in_field=expensify.project_in == "report_field",
        field=shown(expensify.project_field or ""),
        journal=expensify.exports_as == "journal_entry",
        reminder=reminder_of(notice, settings),
        reactivation=reactivation_of(subject.reactivation),
    )


def _template(notice: Notice, subject: Subject, matter: str) -> str:
    """What is wrong with settings, or with NetSuite's login, is told in words of its own; so is
    another record to open than the project, and what operators can do about a label.
    """
    if notice.tone is Tone.SETUP_FAULT:
        return _of_setup(subject, matter)
    if notice.tone is Tone.REACTIVATE and subject.owner is not None:
        return "reactivate_owner"
    if notice.tone is Tone.RETAG and notice.role is Role.OPERATOR:
        return "alias"
    return notice.tone


def _of_setup(subject: Subject, matter: str) -> str:
    if subject.status in _OF_SETTINGS:
        return "settings_fault"
    if matter == UNREADABLE_REPORT:
        return "report_fault"
    return "login_fault" if matter in _OF_NETSUITE_LOGIN else Tone.SETUP_FAULT


def _command(workspace_id: str, label: str) -> str:
    """For a shell, with the `$` doubled for make."""
    text = shlex.quote(shown(label, MESSAGE_LENGTH)).replace("$", "$$")
    return f"make alias WS={shlex.quote(shown(workspace_id))} LABEL={text} PROJECT=…"


def _project(subject: Subject) -> str:
    by_id = f"project {subject.project_id}" if subject.project_id else ""
    return shown(subject.project_name) or shown(subject.label) or shown(by_id)


def _messages(subject: Subject) -> tuple[str, ...]:
    """What Expensify said, each text once."""
    texts = (reasons.parsed(report.detail)[1] for report in subject.reports)
    return tuple(dict.fromkeys(text for text in texts if text.strip()))


def _report_url(base: str, report_id: str) -> str:
    return f"{base}/r/{quote(report_id, safe='')}"


def _line(report: Stuck, tone: Tone, base: str) -> Line:
    why, message = reasons.parsed(report.detail)
    ended = tone is Tone.DONE
    return Line(
        report_id=shown(report.report_id),
        name=shown(report.name),
        submitter=shown(report.submitter),
        sums=sums(report.sums),
        url=_report_url(base, report.report_id),
        why=reasons.of_ended(why) if ended else reasons.of_stuck(why),
        message="" if ended else shown(message, MESSAGE_LENGTH),
    )
