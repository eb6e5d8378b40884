"""A letter as the topics' JSON."""

from dataclasses import replace

from shared.adapters.mail import render
from shared.adapters.mail.wording import MESSAGE_LENGTH, shown
from shared.contracts.notice_message import (
    NoticeMessage,
    OwnerOfNotice,
    ProjectOfNotice,
    ReportOfNotice,
    Sum,
)
from shared.contracts.settings import WorkspaceSettings
from shared.domain.decide_notify import Letter
from shared.domain.notice import Stuck, Subject
from shared.domain.person import person_key

REPORTS = 100
"""SNS takes 256 KB; a storm may name thousands of reports."""


def message_of(
    letter: Letter, settings: WorkspaceSettings | None, project_url: str | None
) -> NoticeMessage:
    notice, subject = letter.notice, letter.subject
    mail = render(_without_addresses(letter), settings, project_url)
    return NoticeMessage(
        notice_id=notice.id,
        tone=notice.tone,
        role=notice.role,
        workspace_id=notice.workspace_id,
        account_id=notice.account_id,
        about=notice.about,
        epoch=notice.epoch,
        person_key=person_key(notice.person),
        project=_project(subject, project_url),
        label=shown(subject.label),
        candidates=tuple(shown(each) for each in subject.candidates[:REPORTS]),
        choices=tuple(shown(each, MESSAGE_LENGTH) for each in subject.choices[:REPORTS]),
        reports=tuple(_report(report) for report in subject.reports[:REPORTS]),
        report_count=len(subject.reports),
        people=subject.people,
        reminder=notice.rung,
        told_since=notice.since,
        subject=mail.subject,
        text=mail.text,
    )


def _project(subject: Subject, url: str | None) -> ProjectOfNotice | None:
    if not subject.project_id:
        return None
    return ProjectOfNotice(
        id=subject.project_id,
        name=shown(subject.project_name),
        entity_id=shown(subject.entity_id),
        customer=shown(subject.customer),
        status=subject.status,
        closed=subject.closed,
        owner=_owner(subject),
        url=url,
    )


def _owner(subject: Subject) -> OwnerOfNotice | None:
    owner = subject.owner
    if owner is None:
        return None
    return OwnerOfNotice(kind=owner.kind, id=shown(owner.record_id), name=shown(owner.name))


def _report(report: Stuck) -> ReportOfNotice:
    amounts = tuple(Sum(currency=each.currency, minor=each.minor) for each in report.sums)
    return ReportOfNotice(report_id=report.report_id, name=shown(report.name), sums=amounts)


def _without_addresses(letter: Letter) -> Letter:
    """One matter alone. A topic has readers whom the workspace's allowed domains don't bind.

    Some of Expensify's messages name an employee by the address (NS0295, NS0995).
    """
    reports = tuple(
        replace(report, submitter="", detail=_masked(report.detail))
        for report in letter.subject.reports
    )
    done = letter.subject.reactivation
    masked = None if done is None else replace(done, by=_masked(done.by))
    subject = replace(letter.subject, reports=reports, reactivation=masked)
    return replace(letter, subject=subject, parts=())


def _masked(text: str) -> str:
    return " ".join("(address)" if "@" in word else word for word in text.split(" "))
