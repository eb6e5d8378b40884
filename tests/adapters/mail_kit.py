"""Letters of every tone: what the golden mails, the property tests and the pictures are made of."""

from dataclasses import replace
from typing import Any

from shared.catalogue import catalogue
from shared.contracts.settings import AccountSettings, WorkspaceSettings
from shared.domain.announce import OPERATORS
from shared.domain.case import Why
from shared.domain.decide_notify import Letter
from shared.domain.finding import LOGIN_FAULTS, Candidate, Fault, Owner, OwnerKind
from shared.domain.notice import ALSO_PROJECT, Notice, Role, Stuck, Subject, Tone
from shared.domain.reactivation import Ended, Fields, Reactivation, Record, Stage, Until
from shared.domain.report import Money
from tests.builders import NOW

NORA, WIM, INES = "nora.admin@acme.example", "wim.accounting@acme.example", "ines@acme.example"
ACCOUNT = AccountSettings(account_id="1234567_SB1", secret="export-remediation/acme")
NS0770 = (
    "NS0770 Export Error: Project [Apollo Rollout] is not active and can’t accept expenses. "
    "Please update the project tag."
)
NS0024 = (
    "NS0024 Export Error: Invalid 'customer' or 'project' tag. Please make sure the employee is "
    "listed as a resource on the 'customer' or 'project' in NetSuite."
)
NS0046 = (
    "NS0046 Export Error: Billable expenses not coded with a NetSuite 'customer' or billable "
    "'project'. Please apply a 'customer' or 'project' to each billable expense and reattempt the "
    "export."
)
_PEOPLE = {Role.NETSUITE_ADMIN: NORA, Role.SUBMITTER: INES, Role.OPERATOR: OPERATORS}


def workspace(**more: Any) -> WorkspaceSettings:
    values: dict[str, Any] = {
        "workspace_id": "A1B2C3D4E5F60718",
        "name": "Acme Field Services",
        "account_id": ACCOUNT.account_id,
        "mode": "auto",
        "people": {
            "netsuite_admins": [NORA],
            "workspace_admins": [WIM],
            "allowed_domains": ["acme.example"],
        },
        "expensify": {"secret": "export-remediation/acme"},
    }
    return WorkspaceSettings.model_validate({**values, **more})


def stuck(why: Why | None = None, message: str = "", **more: Any) -> Stuck:
    detail = ": ".join(str(part) for part in (why, message) if part)
    defaults: dict[str, Any] = {
        "report_id": "R00ROME00001",
        "name": "Rome kick-off",
        "submitter": INES,
        "sums": (Money("EUR", 43950),),
        "detail": detail,
    }
    return Stuck(**{**defaults, **more})


def oslo(why: Why | None = None, message: str = "") -> Stuck:
    sums = (Money("NOK", 84900),)
    named = {"report_id": "R00OSLO00002", "name": "Oslo site visit"}
    return stuck(why, message, submitter="omar@acme.example", sums=sums, **named)


def apollo(*reports: Stuck, **more: Any) -> Subject:
    """What is true of the project Apollo Rollout and these reports."""
    defaults: dict[str, Any] = {
        "holds": True,
        "reports": reports,
        "people": len({report.submitter for report in reports}),
        "project_id": "4711",
        "project_name": "Apollo Rollout",
        "entity_id": "P-4711",
        "customer": "Acme Corp",
        "label": "Acme Corp:Apollo Rollout",
        "status": "inactive",
    }
    return Subject(**{**defaults, **more})


REFUSED = Reactivation(
    epoch=1,
    by="arn:aws:iam::123456789012:user/olga",
    at=NOW,
    stage=Stage.OVER,
    before=Record(inactive=True, allow_expenses=True),
    seen=Record(inactive=True, allow_expenses=True),
    wanted=Fields(inactive=False),
    codes=("no_permission",),
    ended=Ended.REFUSED,
    ended_at=NOW,
)


def opened(ended: Ended, until: Until) -> Reactivation:
    """One by which we did open the project."""
    after = Record(inactive=False, allow_expenses=True)
    return replace(REFUSED, until=until, after=after, seen=after, codes=(), ended=ended)


def unnamed(text: str, *reports: Stuck, **more: Any) -> Subject:
    """What is true of a label that names no project, or too many."""
    people = len({report.submitter for report in reports})
    return Subject(True, reports=reports, people=people, label=text, project_name=text, **more)


def general(*reports: Stuck, **more: Any) -> Subject:
    """What is true of a workspace's matter."""
    return Subject(True, reports=reports, people=len({r.submitter for r in reports}), **more)


def letter(tone: Tone, role: Role, subject: Subject, about: str = "P#4711", **more: Any) -> Letter:
    notice = Notice(
        person=more.get("person", _PEOPLE.get(role, WIM)),
        role=role,
        tone=tone,
        workspace_id="A1B2C3D4E5F60718",
        account_id=ACCOUNT.account_id,
        about=about,
        epoch=1,
        created_at=NOW,
        send_after=NOW,
    )
    return Letter(notice, subject)


def of_settings(
    status: str,
    about: str,
    workspace_id: str = "A1B2C3D4E5F60718",
    account_id: str = "",
    **more: Any,
) -> Letter:
    """What is wrong with settings, so that there are none to be had."""
    told = letter(Tone.SETUP_FAULT, Role.OPERATOR, Subject(True, status=status, **more), about)
    notice = replace(told.notice, workspace_id=workspace_id, account_id=account_id)
    return replace(told, notice=notice)


def many(number: int) -> list[Stuck]:
    return [
        stuck(Why.NOT_PROVEN, report_id=f"R00TRIP{i:05d}", name=f"Trip {i}") for i in range(number)
    ]


_OF_WORKSPACE = "W#A1B2C3D4E5F60718"


def other_failure(role: Role, *codes: str, message: str = "", **more: Any) -> Letter:
    """About these codes; the message is Expensify's of the first, unless given."""
    said = message or catalogue().of(codes[0]).text
    subject = general(stuck(Why.OTHER_FAILURE, said))
    about = f"{_OF_WORKSPACE}#{'+'.join(codes)}"
    return letter(Tone.OTHER_FAILURE, role, subject, about=about, **more)


def again(told: Letter, rung: int) -> Letter:
    """The reminder of it, some days later."""
    return replace(told, notice=replace(told.notice, rung=rung, since=NOW))


def digest(*parts: Letter, role: Role = Role.NETSUITE_ADMIN) -> Letter:
    """The last mail of a day."""
    asking = [part for part in parts if part.notice.tone is not Tone.DONE]
    reports = {r.report_id: r for part in asking for r in part.subject.reports}
    told = letter(Tone.DIGEST, role, general(*reports.values()), about="W#digest")
    return replace(told, notice=replace(told.notice, account_id=""), parts=parts)


_UNDER_ACME: dict[str, Any] = {
    "status": "owner_inactive",
    "owner": Owner(OwnerKind.CUSTOMER, "88", "Acme Corp", inactive=True),
}
_UNDER_PROGRAMME: dict[str, Any] = {
    "status": "owner_inactive",
    "owner": Owner(OwnerKind.PROJECT, "4700", "P-4700 Programme", inactive=True),
}
_CHOICES = (
    Candidate("4713", "P-4713", "Internal", "Acme Corp", "Norway").line,
    Candidate("4720", "P-4720", "Internal", "Beta Ltd").line,
)
ASSISTED: dict[str, Letter] = {
    "assist": letter(
        Tone.ASSIST,
        Role.WORKSPACE_ADMIN,
        apollo(stuck(Why.OPENED, NS0770), oslo(Why.OPENED, NS0770), status="active"),
        about=f"{_OF_WORKSPACE}#4711:1",
    ),
    "assist-retagged": letter(
        Tone.ASSIST,
        Role.WORKSPACE_ADMIN,
        general(stuck(Why.OPENED, NS0770)),
        about=f"{_OF_WORKSPACE}#@",
    ),
    "assist-reactivate": letter(
        Tone.REACTIVATE, Role.NETSUITE_ADMIN, apollo(stuck(Why.OPENED, NS0770))
    ),
    "assist-retag": letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(Why.OPENED, NS0770))),
    "assist-also-project": letter(
        Tone.OTHER_FAILURE,
        Role.WORKSPACE_ADMIN,
        general(stuck(Why.OPENED, f"{NS0770} · {NS0024}"), status=ALSO_PROJECT),
        about=f"{_OF_WORKSPACE}#NS0024",
    ),
    "assist-exported-before": letter(
        Tone.NEEDS_PERSON,
        Role.WORKSPACE_ADMIN,
        general(stuck(Why.EXPORTED_BEFORE)),
        about=f"{_OF_WORKSPACE}#{Why.EXPORTED_BEFORE}",
    ),
    "assist-done": letter(
        Tone.DONE,
        Role.WORKSPACE_ADMIN,
        general(stuck(Why.EXPORTED_BY_OTHERS), oslo(Why.EXPORTED_BY_OTHERS)),
        about=f"{_OF_WORKSPACE}#@",
    ),
}
"""Of a workspace whose people sync and export."""

GOLDEN: dict[str, Letter] = {
    **ASSISTED,
    "reactivate": letter(
        Tone.REACTIVATE,
        Role.NETSUITE_ADMIN,
        apollo(stuck(Why.OPENED, NS0770), oslo(Why.OPENED, NS0770)),
    ),
    "reactivate-expenses-off": letter(
        Tone.REACTIVATE,
        Role.NETSUITE_ADMIN,
        apollo(stuck(Why.OPENED, NS0770), status="expenses_off", customer=""),
    ),
    "reactivate-closed": letter(
        Tone.REACTIVATE, Role.NETSUITE_ADMIN, apollo(stuck(Why.OPENED, NS0770), closed=True)
    ),
    "reactivate-customer": letter(
        Tone.REACTIVATE,
        Role.NETSUITE_ADMIN,
        apollo(stuck(Why.OPENED, NS0770), oslo(), **_UNDER_ACME),
    ),
    "reactivate-parent-project": letter(
        Tone.REACTIVATE, Role.NETSUITE_ADMIN, apollo(stuck(), closed=True, **_UNDER_PROGRAMME)
    ),
    "retag-customer": letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(), **_UNDER_ACME)),
    "retag-alias-gone": letter(
        Tone.RETAG,
        Role.WORKSPACE_ADMIN,
        unnamed("Internal", stuck(), status="alias_gone", chosen="4720"),
        about="L#A1B2C3D4E5F60718#Internal",
    ),
    "alias-ambiguous": letter(
        Tone.RETAG,
        Role.OPERATOR,
        unnamed("R&D $5", stuck(), oslo(), status="ambiguous", choices=_CHOICES),
        about="L#A1B2C3D4E5F60718#R&D $5",
    ),
    "alias-gone": letter(
        Tone.RETAG,
        Role.OPERATOR,
        unnamed("Internal", stuck(), status="alias_gone", chosen="4720"),
        about="L#A1B2C3D4E5F60718#Internal",
    ),
    "setup_fault-permission": letter(
        Tone.SETUP_FAULT,
        Role.OPERATOR,
        general(status="no_permission"),
        about="W#1234567_SB1#no_permission",
    ),
    "setup_fault-no-projects": letter(
        Tone.SETUP_FAULT,
        Role.OPERATOR,
        general(status="no_projects"),
        about="W#1234567_SB1#no_projects",
    ),
    "setup_fault-no-records": letter(
        Tone.SETUP_FAULT,
        Role.OPERATOR,
        general(status="no_records"),
        about="W#1234567_SB1#no_records",
    ),
    "retag": letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(Why.OPENED, NS0770))),
    "retag-gone": letter(
        Tone.RETAG, Role.WORKSPACE_ADMIN, apollo(stuck(Why.OPENED), oslo(), status="gone")
    ),
    "retag-not-found": letter(
        Tone.RETAG,
        Role.SUBMITTER,
        unnamed("Apolo Rollout", stuck(), status="not_found"),
        about="L#A1B2C3D4E5F60718#Apolo Rollout",
    ),
    "retag-ambiguous": letter(
        Tone.RETAG,
        Role.WORKSPACE_ADMIN,
        unnamed("Internal", stuck(), oslo(), status="ambiguous", choices=_CHOICES),
        about="L#A1B2C3D4E5F60718#Internal",
    ),
    "fix_did_not_take": letter(
        Tone.FIX_DID_NOT_TAKE,
        Role.WORKSPACE_ADMIN,
        apollo(stuck(Why.REFUSED_TWICE, NS0770), oslo(Why.FAILED_AGAIN, NS0770), status="active"),
    ),
    "fix_did_not_take-netsuite-admin": letter(
        Tone.FIX_DID_NOT_TAKE,
        Role.NETSUITE_ADMIN,
        apollo(stuck(Why.REFUSED_TWICE, NS0770), status="active"),
    ),
    "needs_person": letter(
        Tone.NEEDS_PERSON,
        Role.WORKSPACE_ADMIN,
        general(
            stuck(Why.NOT_PROVEN),
            oslo(Why.SAID_TO_EXIST, "NS0034 Export Error: This record already exists."),
        ),
        about=f"{_OF_WORKSPACE}#{Why.NOT_PROVEN}",
    ),
    "needs_person-many": letter(
        Tone.NEEDS_PERSON,
        Role.WORKSPACE_ADMIN,
        general(*many(1234)),
        about=f"{_OF_WORKSPACE}#{Why.NOT_PROVEN}",
    ),
    "needs_person-marked": letter(
        Tone.NEEDS_PERSON, Role.OPERATOR, general(), about=f"{_OF_WORKSPACE}#R00ROME00001"
    ),
    "sync_stuck": letter(
        Tone.SYNC_STUCK, Role.WORKSPACE_ADMIN, general(stuck(), oslo()), about=_OF_WORKSPACE
    ),
    "setup_fault": letter(
        Tone.SETUP_FAULT,
        Role.OPERATOR,
        general(status="login_refused"),
        about="W#1234567_SB1#login_refused",
    ),
    **{
        f"setup_fault-{fault}": letter(
            Tone.SETUP_FAULT,
            Role.OPERATOR,
            general(status=fault),
            about=f"W#1234567_SB1#{fault}",
        )
        for fault in sorted(LOGIN_FAULTS - {Fault.LOGIN_REFUSED})
    },
    "setup_fault-expensify": letter(
        Tone.SETUP_FAULT,
        Role.OPERATOR,
        general(status="no_permission"),
        about=f"{_OF_WORKSPACE}#no_permission",
    ),
    **{
        f"setup_fault-expensify-{fault}": letter(
            Tone.SETUP_FAULT,
            Role.OPERATOR,
            general(status=fault),
            about=f"{_OF_WORKSPACE}#{fault}",
        )
        for fault in (Fault.LOGIN_REFUSED, Fault.CLIENT_TOO_OLD)
    },
    "report_fault": letter(
        Tone.SETUP_FAULT,
        Role.OPERATOR,
        general(status="unreadable_report"),
        about="W#R00OSLO00001#unreadable_report",
    ),
    "setup_fault-unreachable": letter(
        Tone.SETUP_FAULT,
        Role.OPERATOR,
        general(status="unreachable"),
        about="W#1234567_SB1#unreachable",
    ),
    "setup_fault-unknown-workspace": of_settings(
        "unknown_workspace", f"{_OF_WORKSPACE}#unknown_workspace", parked=3
    ),
    "setup_fault-still-parked": of_settings(
        "parked", f"{_OF_WORKSPACE}#unknown_workspace", parked=1
    ),
    "setup_fault-broken-workspace": of_settings(
        "broken_settings",
        f"{_OF_WORKSPACE}#broken_settings",
        parked=2,
        detail="settings WS#A1B2C3D4E5F60718: people.netsuite_admins (missing)",
    ),
    "setup_fault-broken-account": of_settings(
        "broken_settings",
        "W#1234567_SB1#broken_settings",
        account_id=ACCOUNT.account_id,
        detail="settings ACCOUNT#1234567_SB1: missing",
    ),
    "setup_fault-broken-stack": of_settings(
        "broken_settings",
        "W#*#broken_settings",
        workspace_id="",
        detail="settings STACK: acts (literal_error)",
    ),
    "other_failure": letter(
        Tone.OTHER_FAILURE,
        Role.NETSUITE_ADMIN,
        general(stuck(Why.OTHER_FAILURE, NS0024), oslo(Why.OTHER_FAILURE, NS0024)),
        about=f"{_OF_WORKSPACE}#NS0024",
    ),
    "other_failure-workspace-admin": other_failure(Role.WORKSPACE_ADMIN, "NS0024"),
    "other_failure-submitter": other_failure(Role.SUBMITTER, "NS0336"),
    "other_failure-NS0728": other_failure(Role.NETSUITE_ADMIN, "NS0728"),
    "other_failure-NS0034": other_failure(Role.NETSUITE_ADMIN, "NS0034"),
    "other_failure-NS0593": other_failure(Role.WORKSPACE_ADMIN, "NS0593"),
    "other_failure-NS0144": other_failure(Role.WORKSPACE_ADMIN, "NS0144"),
    "other_failure-NS0029": other_failure(Role.WORKSPACE_ADMIN, "NS0029"),
    "other_failure-NS0770": other_failure(Role.NETSUITE_ADMIN, "NS0770", message=NS0770),
    "other_failure-also-project": letter(
        Tone.OTHER_FAILURE,
        Role.WORKSPACE_ADMIN,
        general(stuck(Why.OPENED, f"{NS0770} · {NS0024}"), status=ALSO_PROJECT),
        about=f"{_OF_WORKSPACE}#NS0024",
    ),
    "other_failure-NS0995": other_failure(
        Role.NETSUITE_ADMIN,
        "NS0995",
        message=catalogue().of("NS0995").text.replace("user@example.com", INES),
    ),
    "other_failure-unknown": other_failure(
        Role.OPERATOR, "NS1234", message="NS1234 Export Error: Something new."
    ),
    "other_failure-unknown-workspace-admin": other_failure(
        Role.WORKSPACE_ADMIN, "NS1234", message="NS1234 Export Error: Something new."
    ),
    "other_failure-no-code": other_failure(Role.OPERATOR, "", message="The connection was lost."),
    "other_failure-two-codes": other_failure(
        Role.NETSUITE_ADMIN, "NS0024", "NS0046", message=f"{NS0024} · {NS0046}"
    ),
    "other_failure-two-codes-submitter": other_failure(
        Role.SUBMITTER, "NS0024", "NS0046", message=f"{NS0024} · {NS0046}"
    ),
    "other_failure-two-codes-workspace-admin": other_failure(
        Role.WORKSPACE_ADMIN, "NS0024", "NS0046", message=f"{NS0024} · {NS0046}"
    ),
    "done": letter(
        Tone.DONE,
        Role.SUBMITTER,
        apollo(stuck(Why.EXPORTED, "by our attempt"), status="active"),
    ),
    "done-settled": letter(
        Tone.DONE,
        Role.NETSUITE_ADMIN,
        apollo(
            stuck(Why.EXPORTED_BY_OTHERS),
            oslo(Why.DELETED),
            stuck(Why.MARKED, report_id="R00LIMA00003", name="Lima workshop"),
            status="active",
        ),
    ),
}
GOLDEN |= {
    "reactivate-reminder": again(GOLDEN["reactivate"], 1),
    "retag-last-reminder": again(GOLDEN["retag"], 3),
    "other_failure-reminder": again(GOLDEN["other_failure"], 2),
    "done-reactivated": letter(
        Tone.DONE,
        Role.NETSUITE_ADMIN,
        apollo(stuck(Why.EXPORTED), reactivation=opened(Ended.CLOSED, Until.EXPORTED)),
    ),
    "reactivation-refused": letter(
        Tone.REACTIVATION,
        Role.NETSUITE_ADMIN,
        apollo(stuck(), oslo(), reactivation=REFUSED),
    ),
    "reactivation-left-alone": letter(
        Tone.REACTIVATION,
        Role.OPERATOR,
        apollo(reactivation=opened(Ended.LEFT_ALONE, Until.EXPORTED)),
    ),
    "reactivation-lapsed": letter(
        Tone.REACTIVATION,
        Role.OPERATOR,
        apollo(stuck(), reactivation=replace(REFUSED, ended=Ended.LAPSED, codes=(), before=None)),
    ),
    "attention": letter(Tone.ATTENTION, Role.OPERATOR, apollo(stuck(Why.OPENED), oslo(Why.OPENED))),
    "attention-person": letter(
        Tone.ATTENTION,
        Role.OPERATOR,
        general(stuck(Why.NOT_PROVEN)),
        about=f"{_OF_WORKSPACE}#{Why.NOT_PROVEN}",
    ),
    "digest": digest(
        GOLDEN["reactivate"],
        again(GOLDEN["fix_did_not_take-netsuite-admin"], 2),
        GOLDEN["other_failure"],
        GOLDEN["done-settled"],
    ),
    "digest-never-again": digest(
        GOLDEN["other_failure-NS0034"],
        GOLDEN["other_failure-also-project"],
        role=Role.WORKSPACE_ADMIN,
    ),
    "digest-one": digest(GOLDEN["retag"], role=Role.SUBMITTER),
    "digest-done": digest(GOLDEN["done"], role=Role.SUBMITTER),
    "digest-many": digest(
        *(
            letter(
                Tone.NEEDS_PERSON,
                Role.WORKSPACE_ADMIN,
                general(*many(n)),
                about=f"{_OF_WORKSPACE}#{n}",
            )
            for n in range(1, 24)
        ),
        role=Role.WORKSPACE_ADMIN,
    ),
}


BOREALIS = {
    "project_id": "4712",
    "project_name": "Borealis",
    "entity_id": "P-4712",
    "label": "Acme Corp:Borealis",
}


def together(first: Letter, *parts: Letter) -> Letter:
    """One mail to one person, about several matters."""
    return replace(first, parts=parts)


def borealis(tone: Tone, role: Role, *reports: Stuck, **more: Any) -> Letter:
    return letter(tone, role, apollo(*reports, **{**BOREALIS, **more}), about="P#4712")


GOLDEN |= {
    "retag-which-project": letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(Why.OPENED, NS0770))),
    "retag-by-admin": letter(
        Tone.RETAG, Role.WORKSPACE_ADMIN, apollo(stuck(Why.OPENED, NS0770), oslo())
    ),
    "retag-field": letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(Why.OPENED, NS0770))),
    "retag-field-unread": letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(Why.OPENED, NS0770))),
    "retag-field-by-admin-unread": letter(
        Tone.RETAG, Role.WORKSPACE_ADMIN, apollo(stuck(Why.OPENED, NS0770))
    ),
    "retag-field-ambiguous": letter(
        Tone.RETAG,
        Role.WORKSPACE_ADMIN,
        unnamed("Internal", stuck(), status="ambiguous", candidates=("4713", "4720")),
        about="L#A1B2C3D4E5F60718#Internal",
    ),
    "retag-journal": letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(Why.OPENED, NS0770))),
    "retag-field-journal": letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(Why.OPENED, NS0770))),
    "reactivate-journal": letter(
        Tone.REACTIVATE, Role.NETSUITE_ADMIN, apollo(stuck(Why.OPENED, NS0770))
    ),
    "fix_did_not_take-journal": letter(
        Tone.FIX_DID_NOT_TAKE,
        Role.WORKSPACE_ADMIN,
        apollo(stuck(Why.REFUSED_TWICE, NS0770), status="active"),
    ),
    "fix_did_not_take-field": letter(
        Tone.FIX_DID_NOT_TAKE,
        Role.WORKSPACE_ADMIN,
        apollo(stuck(Why.REFUSED_TWICE, NS0770), status="active"),
    ),
    "several-reactivate": together(
        letter(
            Tone.REACTIVATE,
            Role.NETSUITE_ADMIN,
            apollo(stuck(Why.OPENED, NS0770), oslo(Why.OPENED, NS0770)),
        ),
        borealis(
            Tone.REACTIVATE, Role.NETSUITE_ADMIN, stuck(Why.OPENED, NS0770), status="expenses_off"
        ),
    ),
    "several-retag": together(
        letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(Why.OPENED, NS0770))),
        borealis(Tone.RETAG, Role.SUBMITTER, stuck(Why.OPENED, NS0770), status="gone"),
    ),
    "several-which-project": together(
        letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck(Why.OPENED, NS0770))),
        borealis(Tone.RETAG, Role.SUBMITTER, stuck(Why.OPENED, NS0770)),
    ),
    "several-by-admin": together(
        letter(Tone.RETAG, Role.WORKSPACE_ADMIN, apollo(stuck(Why.OPENED, NS0770))),
        letter(
            Tone.RETAG,
            Role.WORKSPACE_ADMIN,
            unnamed("Internal", oslo(), status="ambiguous", candidates=("4713", "4720")),
            about="L#A1B2C3D4E5F60718#Internal",
        ),
    ),
    "several-both": together(
        letter(Tone.REACTIVATE, Role.NETSUITE_ADMIN, apollo(stuck(), oslo()), person=NORA),
        letter(Tone.RETAG, Role.SUBMITTER, apollo(stuck()), person=NORA),
    ),
}

_BY_ADMIN = {"retag-which-project", "retag-by-admin", "several-which-project", "several-by-admin"}
_IN_FIELD = {"project_in": "report_field"}
_IN_NAMED_FIELD = {**_IN_FIELD, "project_field": "Project"}
_JOURNAL = {"exports_as": "journal_entry"}
_EXPENSIFY: dict[str, dict[str, str]] = {
    "retag-field": _IN_NAMED_FIELD,
    "retag-field-unread": _IN_FIELD,
    "retag-field-by-admin-unread": _IN_FIELD,
    "retag-field-ambiguous": _IN_NAMED_FIELD,
    "retag-journal": _JOURNAL,
    "retag-field-journal": {**_IN_NAMED_FIELD, **_JOURNAL},
    "reactivate-journal": _JOURNAL,
    "fix_did_not_take-journal": _JOURNAL,
    "fix_did_not_take-field": _IN_NAMED_FIELD,
}


def settings_of(of: Letter) -> WorkspaceSettings | None:
    """The workspace's, unless the letter is about settings."""
    about_settings = {"unknown_workspace", "broken_settings", "parked"}
    if of.subject.status in about_settings:
        return None
    assisted = any(of is each for each in ASSISTED.values())
    return workspace(mode="assist") if assisted else workspace()


def settings_named(name: str) -> WorkspaceSettings | None:
    """With which the golden letter of this name is rendered."""
    plain = settings_of(GOLDEN[name])
    if plain is None:
        return None
    like = plain.model_dump()
    people = {"retag_by": "workspace_admin"} if name in _BY_ADMIN else {}
    return workspace(
        mode=plain.mode,
        people={**like["people"], **people},
        expensify={**like["expensify"], **_EXPENSIFY.get(name, {})},
    )


def links(of: Letter) -> list[str | None]:
    return [project_url(part) for part in of.each]


def project_url(of: Letter) -> str | None:
    return ACCOUNT.project_url(of.subject.project_id) if of.subject.project_id else None
