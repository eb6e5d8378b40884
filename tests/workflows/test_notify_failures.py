"""What can't be sent, and a run that has no time or dies."""

from dataclasses import dataclass

import pytest

from shared.contracts.settings import WorkspaceSettings
from shared.domain.announce import OPERATORS
from shared.domain.clock import DAY, HOUR, MINUTE, SECOND
from shared.domain.decide_notify import HOLD, Letter
from shared.domain.notice import Role, Tone
from shared.domain.person import person_key
from shared.errors import PermanentError, TransientError
from shared.ports import Reconciler
from shared.workflows.notify import SEND_TIMEOUT
from tests.builders import ADMIN, NOW, SUBMITTER, WS
from tests.fakes.messages import FakeChannel
from tests.fakes.settings import FakeSettings
from tests.workflows.fuse import Died
from tests.workflows.kit import Service, workspace_settings
from tests.workflows.notify_kit import Refusing, blocked, notice, only, put

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
    service = put(blocked(), notice(), notice(tone=Tone.FIX_DID_NOT_TAKE))
    service.fuse.hooks["bus.publish"] = lambda: setattr(service.mail, "fault", TransientError("x"))
    with pytest.raises(TransientError):
        service.look_at_person(ADMIN)
    service.mail.fault = None
    service.look_at_person(ADMIN)
    assert len({letter.notice.id for letter in service.mail.sent}) == len(service.mail) == 2


def refusing() -> tuple[Service, Refusing]:
    service = put(blocked(), notice(), notice(tone=Tone.FIX_DID_NOT_TAKE))
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
    """Through their topic, since mail is what does not work; however many notices it holds up."""
    service = put(blocked(), notice(step=1))
    service.mail = Refusing()  # type: ignore[assignment]
    service.serve(Reconciler.NOTIFY, person_key(ADMIN))
    put(service, notice(step=0))
    service.run(4 * HOUR)
    told = operators_told(service)
    assert [(x.notice.tone, x.subject.status) for x in told] == [(Tone.SETUP_FAULT, "mail_refused")]
    service.run(DAY)
    assert len(operators_told(service)) == 2


def operators_told(service: Service) -> list[Letter]:
    return [x for x in service.topic.sent if x.notice.role is Role.OPERATOR]


@pytest.mark.parametrize("at", range(1, 5))
def test_operators_hear_of_a_refused_sender_though_the_run_died(at: int) -> None:
    """They are told by a look of their own, which any run may ask for again."""
    service, _ = refusing()
    service.fuse.at = at
    with pytest.raises(Died):
        service.look_at_person(ADMIN)
    service.rows.pull(Reconciler.NOTIFY, person_key(ADMIN), service.clock())
    service.run(HOUR)
    assert len(operators_told(service)) == 1


def test_operators_hear_of_a_refused_sender_though_their_topic_was_down() -> None:
    """It is tried again, and not only by the next refusal."""
    service, channel = refusing()
    service.look_at_person(ADMIN)
    channel.mended = True
    service.topic.fault = TransientError("down")
    with pytest.raises(TransientError):
        service.look_at_person(OPERATORS)
    service.topic.fault = None
    service.look_at_person(OPERATORS)
    assert len(operators_told(service)) == 1


def test_a_refused_topic_is_a_mistake_of_ours_and_not_a_refused_sender() -> None:
    """It goes on to the queue; nobody could be told through it."""
    service = put(blocked(), notice())
    service.topic = Refusing()  # type: ignore[assignment]
    with pytest.raises(PermanentError):
        service.look_at_person(ADMIN)
    assert not service.notices_of(OPERATORS)
    assert only(service).pending


def test_a_letter_whose_settings_go_while_it_is_sent_stays_due() -> None:
    """It is neither sent nor forgotten."""
    service = put(blocked(), notice(), notice(tone=Tone.FIX_DID_NOT_TAKE))
    service.settings = Going(service.settings, 6)  # type: ignore[assignment]
    due = service.look_at_person(ADMIN)
    assert due == NOW + HOLD
    assert all(n.pending for n in service.notices_of(ADMIN))
    assert not service.topic.sent


def test_a_letter_of_another_workspace_goes_though_the_settings_of_the_first_went() -> None:
    """Missing settings are one tenant's fault and nobody else's."""
    theirs = notice(tone=Tone.SETUP_FAULT, about="W#WS2#x", workspace_id="WS2")
    service = put(blocked(), notice(), theirs)
    service.settings.add(workspace_settings(workspace_id="WS2"))
    service.settings = Going(service.settings, 2, WS)  # type: ignore[assignment]
    assert service.look_at_person(ADMIN) == NOW + HOLD
    assert [letter.notice.workspace_id for letter in service.mail.sent] == ["WS2"]


@dataclass(slots=True)
class Going:
    """Settings of a workspace that are there for so many reads."""

    settings: FakeSettings
    left: int
    of: str = WS

    def workspace(self, workspace_id: str) -> WorkspaceSettings | None:
        self.left -= workspace_id == self.of
        gone = workspace_id == self.of and self.left < 0
        return None if gone else self.settings.workspace(workspace_id)


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
    service = put(blocked(), notice(), notice(tone=Tone.FIX_DID_NOT_TAKE))
    service.fuse.hooks["notices.settle"] = lambda: pass_seconds(service, 20)
    assert service.look_at_person(ADMIN) == NOW + 20 * SECOND
    assert len(service.mail) == 1
    service.look_at_person(ADMIN)
    assert len(service.mail) == 2


def pass_seconds(service: Service, seconds: int) -> None:
    service.clock.advance(seconds * SECOND)


@pytest.mark.parametrize(("at", "mails"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 1)])
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
