"""What can't be sent, and a run that has no time or dies."""

from dataclasses import dataclass, field

import pytest

from shared.contracts.settings import WorkspaceSettings
from shared.domain.announce import OPERATORS
from shared.domain.clock import DAY, MINUTE, SECOND
from shared.domain.decide_notify import HOLD, Letter
from shared.domain.notice import Role, Tone
from shared.errors import PermanentError, RefusedError, TransientError
from shared.workflows.notify import SEND_TIMEOUT
from tests.builders import (
    ADMIN,
    NOW,
    SUBMITTER,
)
from tests.fakes.messages import FakeChannel
from tests.workflows.fuse import Died
from tests.workflows.kit import Service
from tests.workflows.notify_kit import blocked, notice, only, put

# --- what can't be sent ----------------------------------------------------------------------------


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


def test_a_refused_sender_of_a_workspace_whose_settings_went_tells_nobody() -> None:
    """There is nobody to tell it by; the notice waits."""
    service, _ = refusing()
    service.fuse.hooks["mail.send"] = service.settings.workspaces.clear
    assert service.look_at_person(ADMIN) == NOW + HOLD
    assert not service.notices_of(OPERATORS)


def test_a_mistake_of_ours_goes_on_to_the_queue() -> None:
    """The notice stays pending."""
    service = put(blocked(), notice())
    service.fuse.hooks["mail.send"] = fail
    with pytest.raises(KeyError):
        service.look_at_person(ADMIN)
    assert only(service).pending


def fail() -> None:
    raise KeyError("k")


# --- a run's time, and its death -------------------------------------------------------------------


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
