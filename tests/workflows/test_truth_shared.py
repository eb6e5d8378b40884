"""A project that reports of several workspaces wait for: one notice tells of all of them."""

from typing import Any

import pytest

from shared.domain.announce import OPERATORS
from shared.domain.case import Case, CaseLabel, Phase, Why
from shared.domain.clock import HOUR, MINUTE
from shared.domain.decide_notify import HOLD
from shared.domain.finding import Match, Resolution
from shared.domain.notice import Notice, Tone
from shared.errors import SettingsError
from shared.workflows.truth import Truth
from tests.builders import (
    ADMIN,
    LABEL,
    NOW,
    PROJECT,
    REPORT,
    SUBMITTER,
    WS_ADMIN,
    case,
)
from tests.fakes.accounts import FakeAccounts
from tests.fakes.settings import FakeSettings
from tests.workflows import notify_kit
from tests.workflows.kit import failed_event, workspace_settings
from tests.workflows.notify_kit import Refusing, blocked, only, put
from tests.workflows.stages import reopen, stuck
from tests.workflows.truth_kit import about, notice, reports, resolve, truth

WS2, ALIAS = "WS2", "Apollo (2)"
OURS = case()
THEIRS = case(
    workspace_id=WS2, report_id="R901", labels=(CaseLabel(ALIAS, used=1, asked=1, suspect=True),)
)
THROUGH = case(phase=Phase.RESOLVED, reason=Why.EXPORTED, ended_at=NOW)


def two(*cases: Case, **people: Any) -> Truth:
    """A second workspace of the account names the project in its own way, and has these people."""
    of = truth(*cases)
    assert isinstance(of.accounts, FakeAccounts)
    resolve(of.accounts, ALIAS, Resolution(Match.PROJECT, PROJECT), WS2)
    settings_of(of).add(workspace_settings(workspace_id=WS2, people=named(**people)))
    return of


def named(**people: Any) -> dict[str, Any]:
    return workspace_settings().people.model_dump() | people


def settings_of(of: Truth) -> FakeSettings:
    assert isinstance(of.settings, FakeSettings)
    return of.settings


@pytest.mark.parametrize(
    ("cases", "listed"),
    [((OURS, THEIRS), [REPORT, "R901"]), ((THROUGH, THEIRS), ["R901"]), ((OURS,), [REPORT])],
    ids=["both", "the other one", "its own"],
)
def test_an_administrator_of_two_workspaces_is_asked_while_either_waits(
    cases: tuple[Case, ...], listed: list[str]
) -> None:
    """Whichever of them put the notice."""
    subject = about(two(*cases), notice())
    assert subject.holds
    assert reports(subject) == listed


def test_nobody_is_asked_when_neither_waits() -> None:
    """Not even for a report of a workspace of another account."""
    assert not about(two(THROUGH), notice()).holds


@pytest.mark.parametrize(
    ("one", "people"),
    [
        (notice(), {"netsuite_admins": ["else@acme.example"]}),
        (notice(), {"allowed_domains": ["else.example"]}),
        (notice(Tone.RETAG, person=WS_ADMIN), {}),
        (notice(Tone.FIX_DID_NOT_TAKE, person=WS_ADMIN), {"workspace_admins": ["x@acme.example"]}),
    ],
    ids=["another admin", "foreign", "submitters retag", "another workspace"],
)
def test_a_workspace_that_would_not_tell_this_person_is_not_told_of(
    one: Notice, people: dict[str, Any]
) -> None:
    """Its reports are none of theirs."""
    assert reports(about(two(THEIRS, **people), one)) == []


def test_a_submitter_to_two_workspaces_is_told_of_the_reports_in_both() -> None:
    """And of nobody else's."""
    other = case(workspace_id=WS2, report_id="R902", labels=THEIRS.labels, submitter=ADMIN)
    subject = about(two(OURS, THEIRS, other), notice(Tone.RETAG, person=SUBMITTER))
    assert reports(subject) == [REPORT, "R901"]


def test_the_operators_are_told_of_every_workspace() -> None:
    """A fix that did not take is theirs wherever it was tried."""
    assert reports(about(two(THEIRS), notice(Tone.FIX_DID_NOT_TAKE, person=OPERATORS))) == ["R901"]


# --- good news -------------------------------------------------------------------------------------


def bad() -> Notice:
    return notice(sent_at=NOW, listed=(REPORT, "R901"))


def test_good_news_waits_for_the_last_report_of_the_last_workspace() -> None:
    """It comes once."""
    assert not about(two(THROUGH, THEIRS), notice(Tone.DONE), bad()).holds


def test_good_news_names_the_reports_of_both_workspaces() -> None:
    """As they ended."""
    ended = case(workspace_id=WS2, report_id="R901", phase=Phase.CLOSED, labels=THEIRS.labels)
    subject = about(two(THROUGH, ended), notice(Tone.DONE), bad())
    assert subject.holds
    assert reports(subject) == [REPORT, "R901"]


# --- broken settings -------------------------------------------------------------------------------


def test_broken_settings_of_another_workspace_keep_nobody_from_being_asked() -> None:
    """What is known to be true is told; its reports are left out."""
    of = two(OURS, THEIRS)
    settings_of(of).broken.add(WS2)
    subject = about(of, notice())
    assert subject.holds
    assert reports(subject) == [REPORT]


@pytest.mark.parametrize("tone", [Tone.REACTIVATE, Tone.DONE])
def test_what_depends_on_broken_settings_can_not_be_told(tone: Tone) -> None:
    """Neither that nothing is wanted any more nor that all is through."""
    of = two(THROUGH, THEIRS)
    settings_of(of).broken.add(WS2)
    with pytest.raises(SettingsError):
        about(of, notice(tone), bad())


def test_a_notice_that_depends_on_broken_settings_waits_for_them() -> None:
    """It is neither sent nor dropped before they are mended."""
    service = put(blocked(THROUGH, case(workspace_id=WS2)), notify_kit.notice())
    resolve(service.accounts, LABEL, Resolution(Match.PROJECT, PROJECT), WS2)
    service.settings.add(workspace_settings(workspace_id=WS2))
    service.settings.broken.add(WS2)
    assert service.look_at_person(ADMIN) == NOW + HOLD
    assert only(service).pending
    service.settings.broken.clear()
    service.look_at_person(ADMIN)
    assert ADMIN in service.mail


# --- the whole way ---------------------------------------------------------------------------------


def test_two_workspaces_ask_their_common_administrator_once_and_thank_her_once() -> None:
    """Though the first one's report is through before the mail could go, and put the notice."""
    service = stuck()
    service.settings.add(workspace_settings(workspace_id=WS2))
    service.expensify.put("R901")
    service.take(failed_event("R901", workspaceId=WS2))
    channel = Refusing()
    service.mail = channel  # type: ignore[assignment]
    service.run(5 * MINUTE)
    assert only(service).workspace_id == WS2
    service.expensify.mark("R901")
    service.run(2 * HOUR)
    assert service.cases.unfinished(WS2) == ()
    channel.mended = True
    service.run(HOUR)
    reopen(service)
    service.run(3 * HOUR)
    assert service.expensify.postings == [REPORT]
    to_her = [x for x in channel.sent if x.notice.person == ADMIN]
    assert [x.notice.tone for x in to_her] == [Tone.REACTIVATE, Tone.DONE]
    assert reports(to_her[0].subject) == [REPORT]
