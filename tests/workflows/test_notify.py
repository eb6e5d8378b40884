"""One look at a person: what is sent, dropped and held."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.domain.announce import OPERATORS, number_of
from shared.domain.case import Phase
from shared.domain.clock import DAY, HOUR
from shared.domain.decide_notify import HOLD, YOUNG
from shared.domain.finding import Status
from shared.domain.notice import Tone
from shared.workflows.notify import LISTED
from tests.builders import (
    ACCOUNT,
    ADMIN,
    NOW,
    REPORT,
    SUBMITTER,
    WS,
    WS_ADMIN,
    case,
)
from tests.fakes.accounts import FakeAccounts
from tests.workflows.kit import Service
from tests.workflows.notify_kit import blocked, notice, only, put, reopened

# --- sending ---------------------------------------------------------------------------------------


def test_a_notice_that_is_true_is_sent_by_mail_and_to_the_topic() -> None:
    """Once each; afterwards it is settled, and nothing is due but the reminder, on Monday."""
    service = put(blocked(), notice())
    assert service.look_at_person(ADMIN) == NOW + 3 * DAY
    assert [len(service.mail), len(service.topic)] == [1, 1]
    assert (only(service).sent_at, only(service).listed) == (NOW, (REPORT,))


def test_an_account_is_read_once_for_all_notices_of_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have a thousand projects. The next look reads anew."""
    read: list[str] = []
    for what in ("labels", "blockers"):
        monkeypatch.setattr(FakeAccounts, what, noting(read, what, getattr(FakeAccounts, what)))
    service = put(blocked(), *(notice(epoch=epoch) for epoch in range(3)))
    read.clear()
    service.look_at_person(ADMIN)
    assert sorted(read) == ["blockers", "labels"]
    reopened(service)
    put(service, notice(SUBMITTER, Tone.RETAG))
    service.look_at_person(SUBMITTER)
    assert len(service.mail) == 1


def noting(read: list[str], what: str, reading: Callable[..., object]) -> Callable[..., object]:
    def noted(*asked: object) -> object:
        read.append(what)
        return reading(*asked)

    return noted


def test_a_notice_that_was_sent_is_not_sent_again() -> None:
    """However often the person is looked at."""
    service = put(blocked(), notice())
    service.look_at_person(ADMIN)
    service.look_at_person(ADMIN)
    assert len(service.mail) == 1


def test_the_order_is_topic_mail_reminder_settle_publish() -> None:
    """If the mail fails, a machine gets a repeat, not a person; no ladder ends by a crash."""
    service = put(blocked(), notice())
    service.look_at_person(ADMIN)
    sent = ["topic.send", "mail.send", "notices.put", "notices.settle", "bus.publish"]
    assert service.fuse.effects == sent


def test_who_was_told_what_to_do_is_announced() -> None:
    """By role, without the address."""
    service = put(blocked(), notice())
    service.look_at_person(ADMIN)
    (announcement,) = service.bus
    assert announcement.detail_type == "Fix Requested"
    assert ADMIN not in str(announcement)


def test_operators_are_told_through_their_topic_alone() -> None:
    """They have no address."""
    fault = notice(OPERATORS, Tone.SETUP_FAULT, about=f"W#{ACCOUNT}#login_refused")
    service = put(blocked(), fault)
    service.look_at_person(OPERATORS)
    assert [len(service.mail), len(service.topic)] == [0, 1]
    assert only(service, OPERATORS).sent_at == NOW


def test_a_notice_is_not_sent_before_its_time() -> None:
    """The person is due then."""
    service = put(blocked(), notice(send_after=NOW + HOUR))
    assert service.look_at_person(ADMIN) == NOW + HOUR
    assert not service.mail
    service.clock.advance(HOUR)
    service.look_at_person(ADMIN)
    assert len(service.mail) == 1


def test_a_person_is_told_of_their_own_notices_alone() -> None:
    """Others' are left to their own looks."""
    service = put(blocked(), notice(), notice(SUBMITTER, Tone.RETAG))
    service.look_at_person(ADMIN)
    assert [letter.notice.person for letter in service.mail.sent] == [ADMIN]
    assert only(service, SUBMITTER).pending


def test_notices_of_one_matter_are_one_mail() -> None:
    """Each of them is settled by it."""
    cases = [
        case(report_id=r, phase=Phase.NEEDS_PERSON, reason=None, codes=("NS0024",))
        for r in ("R001", "R002")
    ]
    service = blocked(*cases)
    about = f"W#{WS}#NS0024"
    notices = [
        notice(WS_ADMIN, Tone.OTHER_FAILURE, about=about, step=number_of(one)) for one in cases
    ]
    put(service, *notices)
    service.look_at_person(WS_ADMIN)
    assert len(service.mail) == 1
    told = [n for n in service.notices_of(WS_ADMIN) if not n.rung]
    assert [n.sent_at for n in told] == [NOW, NOW]
    assert sorted(n.told_in for n in told) == ["", min(n.id for n in told)]


def test_a_notice_remembers_a_bounded_number_of_the_reports_that_it_named() -> None:
    """The mail names them all the same."""
    service = put(blocked(*(case(report_id=f"R{n:03d}") for n in range(LISTED + 5))), notice())
    service.look_at_person(ADMIN)
    assert len(service.mail.sent[0].subject.reports) == LISTED + 5
    assert len(only(service).listed) == LISTED


# --- truth -----------------------------------------------------------------------------------------


def test_a_notice_is_checked_again_when_it_is_sent() -> None:
    """The project was opened meanwhile: nobody is asked to open it."""
    service = put(blocked(), notice())
    reopened(service)
    assert service.look_at_person(ADMIN) is None
    assert not service.mail
    assert not service.topic
    assert only(service).dropped == "no longer true"


def test_a_young_notice_that_is_not_true_yet_is_held() -> None:
    """Its case may not be written yet; the person is due when it is old enough."""
    service = put(Service(), notice(created_at=NOW, send_after=NOW))
    assert service.look_at_person(ADMIN) == NOW + YOUNG
    assert only(service).pending
    service.clock.advance(YOUNG)
    service.look_at_person(ADMIN)
    assert only(service).dropped == "no longer true"


def test_a_young_notice_that_is_true_is_sent_at_once() -> None:
    """Nobody waits for it to grow old."""
    service = put(blocked(), notice(created_at=NOW, send_after=NOW))
    service.look_at_person(ADMIN)
    assert len(service.mail) == 1


def test_a_dropped_notice_may_become_true_and_is_sent_then() -> None:
    """It is put again by whoever finds it true."""
    service = put(blocked(), notice())
    reopened(service)
    service.look_at_person(ADMIN)
    (stored,) = service.accounts.blockers(ACCOUNT)
    service.accounts.put_blocker(replace(stored, status=Status.INACTIVE))
    put(service, notice())
    service.look_at_person(ADMIN)
    assert len(service.mail) == 1


@pytest.mark.parametrize("broken", [True, False])
def test_a_notice_that_can_not_be_checked_waits(*, broken: bool) -> None:
    """Settings that are missing or broken may be mended."""
    service = put(blocked(), notice())
    if broken:
        service.settings.broken.add(WS)
    else:
        service.settings.workspaces.clear()
    assert service.look_at_person(ADMIN) == NOW + HOLD
    assert not service.mail
    assert only(service).pending


def test_settings_that_go_while_a_letter_is_sent_leave_it_pending() -> None:
    """Nothing goes out without them."""
    service = put(blocked(), notice(), notice(tone=Tone.FIX_DID_NOT_TAKE))
    service.fuse.hooks["notices.settle"] = service.settings.workspaces.clear
    assert service.look_at_person(ADMIN) == NOW + HOLD
    assert len(service.mail) == 1
    assert sorted(n.pending for n in service.notices_of(ADMIN) if not n.rung) == [False, True]


@pytest.mark.parametrize("tone", [Tone.SETUP_FAULT, Tone.SYNC_STUCK])
def test_operators_are_told_without_any_settings(tone: Tone) -> None:
    """Missing ones may be the very matter; a person's notice of the workspace waits."""
    fault = notice(OPERATORS, tone, about=f"W#{ACCOUNT}#no_permission")
    service = put(blocked(), fault, notice())
    service.workspaces.save(replace(service.workspaces.get(WS), bad_syncs=3))
    service.settings.workspaces.clear()
    service.look_at_person(OPERATORS)
    service.look_at_person(ADMIN)
    assert [letter.notice for letter in service.topic.sent] == [fault]
    assert only(service).pending


# --- good news -------------------------------------------------------------------------------------


def test_good_news_is_for_those_who_had_the_bad() -> None:
    """Who was never told of the problem isn't told of its end."""
    service = put(blocked(case(phase=Phase.RESOLVED)), notice(tone=Tone.DONE))
    service.look_at_person(ADMIN)
    assert not service.mail
    assert only(service).dropped == "was never told of the problem"


def test_good_news_comes_when_the_last_report_is_through() -> None:
    """Until then it is held; then it names those that the bad news named."""
    cases = [case(report_id=REPORT), case(report_id="R002")]
    service = put(blocked(*cases), notice())
    service.look_at_person(ADMIN)
    put(service, notice(tone=Tone.DONE))
    assert service.look_at_person(ADMIN) == NOW + HOLD
    for report_id in (REPORT, "R002"):
        assert len(service.mail) == 1
        service.cases.put(replace(service.case(report_id), phase=Phase.RESOLVED))
        service.look_at_person(ADMIN)
    told = service.mail.sent[-1]
    assert told.notice.tone is Tone.DONE
    assert [report.report_id for report in told.subject.reports] == [REPORT, "R002"]
    assert len(service.mail) == 2


def test_good_news_asks_for_nothing() -> None:
    """No request is announced."""
    service = put(blocked(), notice(sent_at=NOW - HOUR, listed=(REPORT,)))
    service.cases.put(replace(service.case(), phase=Phase.RESOLVED))
    put(service, notice(tone=Tone.DONE))
    service.look_at_person(ADMIN)
    assert len(service.mail) == 1
    assert not service.bus
