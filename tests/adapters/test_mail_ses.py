"""Mails by Amazon SES v2."""

from dataclasses import replace
from typing import Any

import pytest
import requests
from moto import mock_aws
from moto.ses.models import ses_backends

from sandbox.mail import create_app
from sandbox.serve import Server
from shared.adapters.mail import SesChannel, render
from shared.contracts.settings import AccountSettings
from shared.domain.decide_notify import Letter
from shared.errors import (
    PermanentError,
    RefusedError,
    SettingsError,
    ThrottledError,
    TransientError,
)
from tests.adapters.aws_kit import REGION, Failing, client, refusal, timeout
from tests.adapters.mail_kit import ACCOUNT, GOLDEN, NORA, project_url, workspace
from tests.builders import NOW

SENDER = "export-remediation@acme.example"
LETTER = GOLDEN["reactivate"]


def sent(of: Letter = LETTER) -> dict[str, Any]:
    """The parameters of the one SendEmail."""
    failing = Failing()
    SesChannel(failing, SENDER, lambda _: ACCOUNT).send(of, workspace())  # type: ignore[arg-type]
    (call,) = failing.calls
    return call


def addressed(person: str) -> Letter:
    return replace(LETTER, notice=replace(LETTER.notice, person=person))


@mock_aws
def test_one_person_gets_one_mail_with_both_parts() -> None:
    """SES takes it as it is, from the sender to the notice's person."""
    ses = client("sesv2")
    ses.create_email_identity(EmailIdentity=SENDER)
    SesChannel(ses, SENDER, lambda _: ACCOUNT).send(LETTER, workspace())
    (mail,) = ses_backends["123456789012"][REGION].sent_messages
    expected = render(LETTER, workspace(), project_url(LETTER))
    assert (mail.source, mail.destinations["ToAddresses"]) == (SENDER, [NORA])
    assert mail.subject == expected.subject


def test_the_mail_and_its_headers_arrive() -> None:
    """Over HTTP, in a catcher that reads SES's wire format as strictly as its service model."""
    with Server(create_app([SENDER], lambda: NOW / 1000)) as server:
        ses = client("sesv2", endpoint_url=server.url)
        SesChannel(ses, SENDER, lambda _: ACCOUNT).send(LETTER, workspace())
        (mail,) = requests.get(f"{server.url}/messages", timeout=5).json()
    expected = render(LETTER, workspace(), project_url(LETTER))
    assert (mail["to"], mail["subject"]) == ([NORA], expected.subject)
    assert (mail["html"], mail["text"]) == (expected.html, expected.text)
    assert mail["headers"]["Auto-Submitted"] == "auto-generated"


def test_a_mail_is_what_rendering_makes_with_the_link_of_the_account() -> None:
    """HTML and text are UTF-8, and both lead to the project in NetSuite."""
    content = sent()["Content"]["Simple"]
    expected = render(LETTER, workspace(), project_url(LETTER))
    assert content["Body"]["Html"] == {"Data": expected.html, "Charset": "UTF-8"}
    assert content["Body"]["Text"] == {"Data": expected.text, "Charset": "UTF-8"}
    assert content["Subject"] == {"Data": expected.subject, "Charset": "UTF-8"}


def test_nobody_is_answered_by_a_machine() -> None:
    """Out-of-office answers are suppressed, and a repeated notice has the same mark."""
    headers = {h["Name"]: h["Value"] for h in sent()["Content"]["Simple"]["Headers"]}
    again = {h["Name"]: h["Value"] for h in sent()["Content"]["Simple"]["Headers"]}
    other = {h["Name"]: h["Value"] for h in sent(GOLDEN["retag"])["Content"]["Simple"]["Headers"]}
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "All"
    mark = headers["X-Export-Remediation-Notice"]
    assert mark == again["X-Export-Remediation-Notice"] != other["X-Export-Remediation-Notice"]


def test_broken_account_settings_cost_the_link_and_not_the_mail() -> None:
    """The steps lead to the project without it."""

    def broken(_: str) -> AccountSettings:
        raise SettingsError("missing")

    failing = Failing()
    SesChannel(failing, SENDER, broken).send(LETTER, workspace())  # type: ignore[arg-type]
    text = failing.calls[0]["Content"]["Simple"]["Body"]["Text"]["Data"]
    assert text == render(LETTER, workspace(), None).text
    assert "4711" in text


@pytest.mark.parametrize(
    "person",
    ["operators", "a@b@c", "@acme.example", "a@x.example, b@y.example", "a@x.example\r\nBcc: b@y"],
)
def test_what_is_no_address_is_not_written_to(person: str) -> None:
    """One mail goes to one person, and no address smuggles in another one."""
    failing = Failing()
    with pytest.raises(PermanentError):
        SesChannel(failing, SENDER, lambda _: ACCOUNT).send(addressed(person), workspace())  # type: ignore[arg-type]
    assert failing.calls == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal("TooManyRequestsException", 429), ThrottledError),
        (refusal("LimitExceededException"), ThrottledError),
        (refusal("InternalFailure", 500), TransientError),
        (timeout(), TransientError),
        (refusal("MessageRejected"), RefusedError),
        (refusal("MailFromDomainNotVerifiedException"), RefusedError),
        (refusal("AccountSuspendedException"), RefusedError),
        (refusal("SendingPausedException"), RefusedError),
        (refusal("AccessDeniedException", 403), RefusedError),
        (refusal("BadRequestException"), PermanentError),
    ],
)
def test_a_mail_that_was_not_taken_is_told_apart(
    error: Exception, expected: type[Exception]
) -> None:
    """Try again; the set-up; or this one person."""
    channel = SesChannel(Failing(error), SENDER, lambda _: ACCOUNT)  # type: ignore[arg-type]
    with pytest.raises(expected) as caught:
        channel.send(LETTER, workspace())
    assert type(caught.value) is expected


@mock_aws
def test_an_unverified_sender_is_a_set_up_fault() -> None:
    """SES itself says so, and the error repeats no address."""
    with pytest.raises(RefusedError) as caught:
        SesChannel(client("sesv2"), SENDER, lambda _: ACCOUNT).send(LETTER, workspace())
    assert "@" not in str(caught.value)
