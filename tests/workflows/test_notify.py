"""One look at a person: what is sent, dropped, held, and what happens if it can't be sent."""

from dataclasses import dataclass, field, replace

import pytest

from shared.contracts.settings import WorkspaceSettings
from shared.domain.announce import OPERATORS, number_of
from shared.domain.case import Case, Phase
from shared.domain.clock import DAY, HOUR, MINUTE, SECOND
from shared.domain.decide_notify import HOLD, YOUNG, Letter
from shared.domain.finding import Status
from shared.domain.notice import Notice, Role, Tone
from shared.errors import PermanentError, RefusedError, TransientError
from shared.workflows.notify import LISTED, SEND_TIMEOUT
from tests.builders import (
    ACCOUNT,
    ADMIN,
    NOW,
    PROJECT,
    REPORT,
    SUBMITTER,
    WS,
    WS_ADMIN,
    blocker,
    case,
)
from tests.fakes.messages import FakeChannel
from tests.workflows.fuse import Died
from tests.workflows.kit import Service

OTHER_ADMIN = "mia@acme.example"


def blocked(*cases: Case, status: Status = Status.INACTIVE) -> Service:
    """A project that can't accept expenses, and the cases that wait for it."""
    service = Service()
    for one in cases or (case(),):
        service.cases.put(replace(one, version=0))
    service.accounts.ask(ACCOUNT, WS, ["Apollo Rollout"], NOW + DAY)
    found = next(iter(service.accounts.labels(ACCOUNT)))
    resolution = replace(found.resolution, match=found.resolution.match.PROJECT, project_id=PROJECT)
    service.accounts.answer(replace(found, answered=1, resolution=resolution))
    service.accounts.put_blocker(blocker(status))
    return service


def notice(person: str = ADMIN, tone: Tone = Tone.REACTIVATE, **more: object) -> Notice:
    """About the project, put an hour ago."""
    roles = {SUBMITTER: Role.SUBMITTER, WS_ADMIN: Role.WORKSPACE_ADMIN, OPERATORS: Role.OPERATOR}
    role = roles.get(person, Role.NETSUITE_ADMIN)
    then = NOW - HOUR
    first = Notice(person, role, tone, WS, ACCOUNT, f"P#{PROJECT}", 1, then, send_after=then)
    return replace(first, **more)  # type: ignore[arg-type]


def put(service: Service, *notices: Notice) -> Service:
    for one in notices:
        service.notices.put(one)
    return service


def reopened(service: Service) -> None:
    (stored,) = service.accounts.blockers(ACCOUNT)
    service.accounts.put_blocker(replace(stored, status=Status.ACTIVE))


def only(service: Service, person: str = ADMIN) -> Notice:
    (found,) = service.notices_of(person)
    return found


# --- sending -------------------------------------------------------------------------------------


def test_a_notice_that_is_true_is_sent_by_mail_and_to_the_topic() -> None:
    """Once each; afterwards it is settled, and nothing is due."""
    service = put(blocked(), notice())
    assert service.look_at_person(ADMIN) is None
    assert [len(service.mail), len(service.topic)] == [1, 1]
    assert (only(service).sent_at, only(service).listed) == (NOW, (REPORT,))


def test_a_notice_that_was_sent_is_not_sent_again() -> None:
    """However often the person is looked at."""
    service = put(blocked(), notice())
    service.look_at_person(ADMIN)
    service.look_at_person(ADMIN)
    assert len(service.mail) == 1


def test_the_order_is_topic_mail_settle_publish() -> None:
    """If the mail fails, a machine gets a repeat, not a person."""
    service = put(blocked(), notice())
    service.look_at_person(ADMIN)
    assert service.fuse.effects == ["topic.send", "mail.send", "notices.settle", "bus.publish"]


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
    assert [n.sent_at for n in service.notices_of(WS_ADMIN)] == [NOW, NOW]


def test_a_notice_remembers_a_bounded_number_of_the_reports_that_it_named() -> None:
    """The mail names them all the same."""
    service = put(blocked(*(case(report_id=f"R{n:03d}") for n in range(LISTED + 5))), notice())
    service.look_at_person(ADMIN)
    assert len(service.mail.sent[0].subject.reports) == LISTED + 5
    assert len(only(service).listed) == LISTED


# --- truth ---------------------------------------------------------------------------------------


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
    service = put(blocked(), notice(), notice(tone=Tone.RETAG))
    service.fuse.hooks["notices.settle"] = service.settings.workspaces.clear
    assert service.look_at_person(ADMIN) == NOW + HOLD
    assert len(service.mail) == 1
    assert sorted(n.pending for n in service.notices_of(ADMIN)) == [False, True]


# --- good news -----------------------------------------------------------------------------------


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


# --- what can't be sent --------------------------------------------------------------------------


def test_a_person_who_can_not_be_reached_is_given_up_and_others_are_not() -> None:
    """With the reason; no request is announced, since nobody was asked."""
    service = put(blocked(), notice(), notice(SUBMITTER, Tone.RETAG))
    service.mail.unreachable.add(ADMIN)
    service.look_at_person(ADMIN)
    service.look_at_person(SUBMITTER)
    assert only(service).dropped == "undeliverable: PermanentError"
    assert only(service, SUBMITTER).sent_at == NOW
    assert len(service.bus) == 1


@pytest.mark.parametrize("channel", ["mail", "topic"])
def test_a_channel_that_is_down_leaves_the_notice_pending(channel: str) -> None:
    """The error goes on; the next look sends it."""
    service = put(blocked(), notice())
    broken: FakeChannel = getattr(service, channel)
    broken.fault = TransientError("down")
    with pytest.raises(TransientError):
        service.look_at_person(ADMIN)
    assert only(service).pending
    broken.fault = None
    service.look_at_person(ADMIN)
    assert len(service.mail) == 1


def test_what_was_sent_before_an_error_is_settled() -> None:
    """Nobody gets it twice because something after it failed."""
    service = put(blocked(), notice(), notice(tone=Tone.RETAG))
    service.fuse.hooks["bus.publish"] = lambda: setattr(service.mail, "fault", TransientError("x"))
    with pytest.raises(TransientError):
        service.look_at_person(ADMIN)
    service.mail.fault = None
    service.look_at_person(ADMIN)
    assert len({letter.notice.id for letter in service.mail.sent}) == len(service.mail) == 2


@dataclass(slots=True)
class Refusing:
    """A channel whose sender is refused, until it is `mended`."""

    mended: bool = False
    sent: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter, settings: WorkspaceSettings) -> None:
        if not self.mended:
            raise RefusedError("the sender is not verified")
        self.sent.append(letter)


def refusing() -> tuple[Service, Refusing]:
    service = put(blocked(), notice(), notice(tone=Tone.RETAG))
    channel = Refusing()
    service.mail = channel  # type: ignore[assignment]
    return service, channel


def test_a_refused_sender_gives_up_nobodys_notice() -> None:
    """All wait until the set-up is mended, and then go."""
    service, channel = refusing()
    assert service.look_at_person(ADMIN) == NOW + HOLD
    assert all(n.pending for n in service.notices_of(ADMIN))
    channel.mended = True
    service.clock.advance(HOLD)
    service.look_at_person(ADMIN)
    assert len(channel.sent) == 2


def test_a_refused_sender_is_the_operators_once_a_day() -> None:
    """Through their topic, since mail is what does not work."""
    service, _ = refusing()
    for _ in range(20):
        service.look_at_person(ADMIN)
        service.clock.advance(HOLD)
    told = [x for x in service.topic.sent if x.notice.role is Role.OPERATOR]
    assert [(x.notice.tone, x.subject.status) for x in told] == [(Tone.SETUP_FAULT, "mail_refused")]
    assert only(service, OPERATORS).sent_at == NOW
    service.clock.advance(DAY)
    service.look_at_person(ADMIN)
    assert len(service.notices_of(OPERATORS)) == 2


def test_a_refused_sender_is_the_operators_even_without_settings() -> None:
    """They went meanwhile; the person's notice waits."""
    service, _ = refusing()
    service.fuse.hooks["mail.send"] = service.settings.workspaces.clear
    assert service.look_at_person(ADMIN) == NOW + HOLD
    assert only(service, OPERATORS).sent_at == NOW
    assert all(n.pending for n in service.notices_of(ADMIN))


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


def test_a_mistake_of_ours_goes_on_to_the_queue() -> None:
    """The notice stays pending."""
    service = put(blocked(), notice())
    service.fuse.hooks["mail.send"] = fail
    with pytest.raises(KeyError):
        service.look_at_person(ADMIN)
    assert only(service).pending


def fail() -> None:
    raise KeyError("k")


# --- a run's time, and its death -----------------------------------------------------------------


def test_no_mail_begins_that_would_not_fit_into_the_run() -> None:
    """The person is due at once."""
    service = put(blocked(), notice())
    assert service.look_at_person(ADMIN, budget=SEND_TIMEOUT + 5 * SECOND - 1) == NOW
    assert not service.mail
    service.look_at_person(ADMIN, budget=SEND_TIMEOUT + 5 * SECOND)
    assert len(service.mail) == 1


def test_a_run_whose_time_is_up_sends_the_rest_in_the_next_one() -> None:
    """One of two goes, the other one is still pending."""
    service = put(blocked(), notice(), notice(tone=Tone.RETAG))
    service.fuse.hooks["notices.settle"] = lambda: pass_seconds(service, 20)
    assert service.look_at_person(ADMIN) == NOW + 20 * SECOND
    assert len(service.mail) == 1
    service.look_at_person(ADMIN)
    assert len(service.mail) == 2


def pass_seconds(service: Service, seconds: int) -> None:
    service.clock.advance(seconds * SECOND)


@pytest.mark.parametrize(("at", "mails"), [(1, 1), (2, 1), (3, 2), (4, 1)])
def test_a_death_costs_one_repeat_at_most(at: int, mails: int) -> None:
    """Only between the mail and the table."""
    service = put(blocked(), notice())
    service.fuse.at = at
    with pytest.raises(Died):
        service.look_at_person(ADMIN)
    service.clock.advance(MINUTE)
    service.look_at_person(ADMIN)
    assert len(service.mail) == mails
    assert not only(service).pending


def test_a_permanent_error_of_the_topic_is_a_mistake_of_ours() -> None:
    """Nobody is unreachable because a topic is; the mail is not sent without it."""
    service = put(blocked(), notice())
    service.topic.unreachable.add(ADMIN)
    with pytest.raises(PermanentError):
        service.look_at_person(ADMIN)
    assert only(service).pending
