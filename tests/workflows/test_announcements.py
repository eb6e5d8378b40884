"""What our own events say, and when there is one."""

from dataclasses import replace

import pytest

from shared.contracts.events import CaseEvent, FixRequested
from shared.domain.case import Kind, Past, Phase, Why
from shared.domain.notice import Notice, Role, Tone
from shared.ports import Announcement
from shared.workflows.announcements import changes, fix_requested, opening
from tests.builders import ACCOUNT, ADMIN, NOW, REPORT, WS, case, flying

NOTICE = Notice(ADMIN, Role.NETSUITE_ADMIN, Tone.REACTIVATE, WS, ACCOUNT, "P#4711", 2, NOW, NOW)


def detail(announcement: Announcement | None) -> CaseEvent:
    assert announcement is not None
    return CaseEvent.model_validate(announcement.detail)


def test_a_case_is_opened() -> None:
    """The event names the case and why it stands where it does."""
    assert opening(case(), NOW).detail_type == "Case Opened"
    told = detail(opening(case(), NOW))
    assert (told.workspaceId, told.reportId, told.episode) == (WS, REPORT, 1)
    assert (told.phase, told.why, told.at) == ("waiting", "opened", NOW)


@pytest.mark.parametrize(
    ("phase", "name"),
    [
        (Phase.EXPORTING, "Case Recovering"),
        (Phase.RESOLVED, "Case Resolved"),
        (Phase.NEEDS_PERSON, "Case Needs Person"),
        (Phase.CLOSED, "Case Closed"),
    ],
)
def test_a_change_of_phase_has_a_name(phase: Phase, name: str) -> None:
    """Each of the phases that others care for."""
    (announcement,) = changes(case(), case(phase=phase), NOW)
    assert announcement.detail_type == name
    assert detail(announcement).phase == phase


@pytest.mark.parametrize("phase", [Phase.WAITING, Phase.UNVERIFIED])
def test_what_others_need_not_know_is_not_told(phase: Phase) -> None:
    """Going back to waiting, and not knowing yet."""
    assert changes(flying(), case(phase=phase), NOW) == ()


@pytest.mark.parametrize("phase", list(Phase))
def test_a_case_that_stays_in_its_phase_is_not_told(phase: Phase) -> None:
    """However much else of it changed."""
    before = case(phase=phase)
    assert changes(before, replace(before, told=("P#1@1",), version=9), NOW) == ()


PAST = Past(1, Phase.RESOLVED, Kind.PROJECT, Why.EXPORTED)


def test_a_case_is_announced_as_reopened_once_that_is_known() -> None:
    """Beside what became of it in the same write, and each by an id of its own."""
    silent = case(episode=2, past=PAST)
    assert changes(silent, replace(silent, version=4), NOW) == ()
    again, closed = changes(silent, replace(silent, phase=Phase.CLOSED, past=None), NOW)
    assert (again.detail_type, closed.detail_type) == ("Case Reopened", "Case Closed")
    assert again.id == f"{closed.id}/reopened"
    (only,) = changes(silent, replace(silent, past=None), NOW)
    assert only.detail_type == "Case Reopened"


def test_what_was_told_late_is_never_announced() -> None:
    """The case is as it had ended, which was told then."""
    silent = case(episode=2, past=PAST)
    assert changes(silent, replace(silent, phase=Phase.RESOLVED, episode=1, past=None), NOW) == ()


def test_attention_is_told_once() -> None:
    """When the mark is set; neither as long as it stands nor when it is taken off."""
    before = case()
    marked = replace(before, attention_at=NOW)
    (announcement,) = changes(before, marked, NOW)
    assert announcement.detail_type == "Case Needs Attention"
    assert detail(announcement).phase == "waiting"
    assert changes(marked, replace(marked, version=9), NOW) == ()
    assert changes(marked, before, NOW) == ()


def test_an_event_is_recognised_by_its_id() -> None:
    """Equal for the same write of the same case, different for every other one."""
    closed = case(phase=Phase.CLOSED)
    ids = {
        opening(closed, NOW).id,
        opening(closed, NOW + 5).id,
        opening(replace(closed, version=4), NOW).id,
        opening(replace(closed, episode=2), NOW).id,
        opening(replace(closed, report_id="R002"), NOW).id,
        opening(replace(closed, workspace_id="WS2"), NOW).id,
    }
    assert len(ids) == 5
    assert opening(closed, NOW).detail["id"] == opening(closed, NOW).id


def test_a_case_event_names_the_blockers_that_people_were_told_of() -> None:
    """Projects and labels without their epochs, not the reasons for which people were asked."""
    marks = ("P#4711@3", "L#WS1#a@b@0", f"!{Why.NOT_PROVEN}")
    assert detail(opening(case(told=marks), NOW)).blockers == ("P#4711", "L#WS1#a@b")


def test_a_case_without_a_reason_says_so() -> None:
    """By an empty text."""
    assert detail(opening(case(reason=None), NOW)).why == ""


def test_a_person_who_was_told_what_to_do_is_an_event_without_their_address() -> None:
    """The role stands for the person."""
    announcement = fix_requested(NOTICE, NOW)
    assert announcement is not None
    assert announcement.detail_type == "Fix Requested"
    event = FixRequested.model_validate(announcement.detail)
    assert (event.about, event.epoch, event.role) == ("P#4711", 2, "netsuite_admin")
    assert (event.tone, event.accountId, event.at) == ("reactivate", ACCOUNT, NOW)
    assert "@" not in str(announcement)


def test_requests_to_several_people_in_one_role_are_one_event() -> None:
    """Another role, or another time that the project was blocked, is another one."""
    same = fix_requested(replace(NOTICE, person="other@acme.example"), NOW)
    again = fix_requested(replace(NOTICE, epoch=3), NOW)
    other = fix_requested(replace(NOTICE, role=Role.SUBMITTER), NOW)
    first = fix_requested(NOTICE, NOW)
    assert first
    assert same
    assert again
    assert other
    assert same.id == first.id
    assert len({first.id, again.id, other.id}) == 3


def test_good_news_asks_for_nothing() -> None:
    """It is no request."""
    for tone in (Tone.DONE, Tone.DIGEST, Tone.ATTENTION):
        assert fix_requested(replace(NOTICE, tone=tone), NOW) is None
    assert fix_requested(replace(NOTICE, rung=1), NOW) is None
