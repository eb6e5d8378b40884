"""The mail catcher, driven by the AWS SDK's own client over HTTP."""

import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from sandbox.mail import create_app
from sandbox.serve import Server

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

ROOT = Path(__file__).parents[2]
NOW = 1_790_000_000.0
SENDER = "Export Remediation <no-reply@notices.example.com>"
ADMIN = "admin@example.com"


@pytest.fixture
def url() -> Iterator[str]:
    with Server(create_app(["example.com", "no-reply@notices.example.com"], lambda: NOW)) as server:
        yield server.url


@pytest.fixture
def ses(url: str) -> "SESV2Client":
    session = boto3.Session("fake", "fake", region_name="us-east-1")
    once = Config(retries={"total_max_attempts": 1})
    return session.client("sesv2", endpoint_url=url, config=once)


def simple(**content: object) -> dict[str, object]:
    plain = {"Subject": {"Data": "Sübject"}, "Body": {"Text": {"Data": "Hello"}}}
    return {"Simple": {**plain, **content}}


def send(ses: "SESV2Client", **changes: object) -> str:
    request: dict[str, Any] = {
        "FromEmailAddress": SENDER,
        "Destination": {"ToAddresses": [ADMIN]},
        "Content": simple(),
        **changes,
    }
    return ses.send_email(**request)["MessageId"]


def refusal(ses: "SESV2Client", **changes: object) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        send(ses, **changes)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def put_faults(url: str, **faults: object) -> None:
    assert requests.put(f"{url}/_control/faults", json=faults, timeout=5).json()


def messages(url: str, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = requests.get(f"{url}/messages", query, timeout=5).json()
    return found


def test_simple_mail_is_caught_whole(url: str, ses: "SESV2Client") -> None:
    """Everything that a simple mail consists of is shown, headers included."""
    body = {"Html": {"Data": "<p>Hällo</p>"}, "Text": {"Data": "Hällo"}}
    header = {"Name": "List-Unsubscribe", "Value": "<https://example.com/u>"}
    message_id = send(
        ses,
        Destination={
            "ToAddresses": [f"Ada <{ADMIN}>"],
            "CcAddresses": ["cc@example.com"],
            "BccAddresses": ["bcc@example.com"],
        },
        Content=simple(Body=body, Headers=[header]),
        ReplyToAddresses=["help@example.com"],
        EmailTags=[{"Name": "kind", "Value": "reactivate"}],
        ConfigurationSetName="notices",
    )
    expected = {
        "id": message_id,
        "at": "2026-09-21T14:13:20.000+00:00",
        "from": SENDER,
        "to": [f"Ada <{ADMIN}>"],
        "cc": ["cc@example.com"],
        "bcc": ["bcc@example.com"],
        "subject": "Sübject",
        "text": "Hällo",
        "html": "<p>Hällo</p>",
        "headers": {
            "Reply-To": "help@example.com",
            "X-SES-CONFIGURATION-SET": "notices",
            "X-SES-MESSAGE-TAGS": "kind=reactivate",
            "List-Unsubscribe": "<https://example.com/u>",
        },
    }
    assert messages(url) == [expected]
    assert requests.get(f"{url}/messages/{message_id}", timeout=5).json() == expected


def raw_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = SENDER
    mail["To"] = f"Ada <{ADMIN}>, second@example.com"
    mail["Bcc"] = "bcc@example.com"
    mail["Subject"] = "Sübject"
    mail["X-Case"] = "W1/R1"
    mail.set_content("Hällo\n")
    mail.add_alternative("<p>Hällo</p>\n", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    return mail


def test_raw_mail_is_read(url: str, ses: "SESV2Client") -> None:
    """A MIME message gives the same facts; without a destination its own headers address it."""
    ses.send_email(Content={"Raw": {"Data": raw_mail().as_bytes()}})
    (caught,) = messages(url)
    assert caught["from"] == SENDER
    assert caught["to"] == [f"Ada <{ADMIN}>", "second@example.com"]
    assert caught["bcc"] == ["bcc@example.com"]
    assert (caught["subject"], caught["text"]) == ("Sübject", "Hällo\n")
    assert caught["html"] == "<p>Hällo</p>\n"
    assert caught["headers"]["X-Case"] == "W1/R1"


def test_destination_overrides_the_headers_of_a_raw_mail(url: str, ses: "SESV2Client") -> None:
    """Only the addresses of the request get the mail, whatever stands in its To."""
    send(ses, Content={"Raw": {"Data": raw_mail().as_bytes()}})
    (caught,) = messages(url)
    assert (caught["to"], caught["bcc"]) == ([ADMIN], [])
    assert messages(url, to="second@example.com") == []


def test_raw_mail_of_one_part(url: str, ses: "SESV2Client") -> None:
    """A MIME message without HTML has an empty one."""
    ses.send_email(
        FromEmailAddress=SENDER,
        Destination={"BccAddresses": [ADMIN]},
        Content={"Raw": {"Data": b"Subject: Hi\n\nHello\n"}},
    )
    (caught,) = messages(url)
    assert (caught["text"], caught["html"], caught["subject"]) == ("Hello\n", "", "Hi")


@pytest.mark.parametrize("field", ["ToAddresses", "CcAddresses", "BccAddresses"])
def test_mails_of_one_person(url: str, ses: "SESV2Client", field: str) -> None:
    """`?to=` finds an address in any field, without its display name, in any letter case."""
    wanted = send(ses, Destination={field: ["Bob <Bob@Example.com>"]})
    send(ses)
    assert [m["id"] for m in messages(url, to="bob@example.COM")] == [wanted]
    assert messages(url, to="ob@example.com") == []


def test_mails_stand_in_the_order_of_arrival(url: str, ses: "SESV2Client") -> None:
    """The oldest is the first, and every id is another."""
    ids = [send(ses) for _ in range(5)]
    assert [m["id"] for m in messages(url)] == ids
    assert len(set(ids)) == 5


def test_delete_forgets_all_mails(url: str, ses: "SESV2Client") -> None:
    """After DELETE there are none, and the faults stay."""
    message_id = send(ses)
    put_faults(url, throttle=1)
    assert requests.delete(f"{url}/messages", timeout=5).status_code == 204
    assert messages(url) == []
    assert requests.get(f"{url}/messages/{message_id}", timeout=5).status_code == 404
    assert refusal(ses)[0] == "TooManyRequestsException"


@pytest.mark.parametrize(
    "sender", ["x@other.com", "Bob <x@sub.example.com>", "no@notices.example.com"]
)
def test_sender_must_be_verified(url: str, ses: "SESV2Client", sender: str) -> None:
    """Neither the address nor its domain is verified: SES rejects the mail."""
    assert refusal(ses, FromEmailAddress=sender) == ("MessageRejected", 400)
    assert messages(url) == []


def test_any_address_of_a_verified_domain_may_send(ses: "SESV2Client") -> None:
    """A domain stands for all its addresses."""
    assert send(ses, FromEmailAddress="Anybody@Example.com")


def test_without_a_list_everybody_may_send() -> None:
    """The list of identities is optional."""
    body = {
        "FromEmailAddress": "x@other.com",
        "Destination": {"ToAddresses": [ADMIN]},
        "Content": simple(),
    }
    client = create_app().test_client()
    assert client.post("/v2/email/outbound-emails", json=body).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"Content": {}},
        {"Content": simple(Body={})},
        {"Content": simple() | {"Raw": {"Data": b"Subject: x\n\n"}}},
        {"Content": {"Template": {"TemplateName": "x"}}},
        {"Content": {"Raw": {"Data": b"Content-Type: text/plain; charset=no-such\n\nx"}}},
        {"Content": simple(Headers=[{"Name": "X-Case", "Value": "Ü"}])},
        {"Content": simple(Headers=[{"Name": "X:Case", "Value": "1"}])},
        {"Content": simple(Headers=[{"Name": "X", "Value": "1\r\nBcc: x@example.com"}])},
        {"Destination": {}},
        {"Destination": {"ToAddresses": ["nobody"]}},
        {"FromEmailAddress": ""},
    ],
)
def test_what_ses_could_not_send(url: str, ses: "SESV2Client", changes: dict[str, Any]) -> None:
    """Bad input is a BadRequestException, and nothing is stored."""
    assert refusal(ses, **changes) == ("BadRequestException", 400)
    assert messages(url) == []


def test_body_that_is_no_json(url: str) -> None:
    """An unreadable body is answered in SES's error shape too."""
    answer = requests.post(f"{url}/v2/email/outbound-emails", data=b"\xff{", timeout=5)
    assert answer.status_code == 400
    assert answer.headers["x-amzn-ErrorType"] == "BadRequestException"


def test_rejected_addresses(url: str, ses: "SESV2Client") -> None:
    """A fault rejects mails from or to its addresses, and no others."""
    put_faults(url, reject=["Bob@example.com", "bad-sender@example.com"])
    to_bob = {"CcAddresses": ["Bob <bob@EXAMPLE.com>"], "ToAddresses": [ADMIN]}
    assert refusal(ses, Destination=to_bob) == ("MessageRejected", 400)
    assert refusal(ses, FromEmailAddress="bad-sender@example.com") == ("MessageRejected", 400)
    message_id = send(ses)
    assert [m["id"] for m in messages(url)] == [message_id]


def test_throttling_wears_off(url: str, ses: "SESV2Client") -> None:
    """The next n requests are throttled, the one after them isn't."""
    put_faults(url, throttle=2)
    assert [refusal(ses) for _ in range(2)] == [("TooManyRequestsException", 429)] * 2
    assert requests.get(f"{url}/_control/faults", timeout=5).json()["throttle"] == 0
    message_id = send(ses)
    assert [m["id"] for m in messages(url)] == [message_id]


def test_lost_answer(url: str, ses: "SESV2Client") -> None:
    """The mail is stored although the sender never hears of it; afterwards all is well again."""
    put_faults(url, lost_answer=True)
    with pytest.raises(ConnectionClosedError):
        send(ses)
    assert len(messages(url)) == 1
    put_faults(url)
    send(ses)
    assert len(messages(url)) == 2


@pytest.mark.parametrize(
    "faults", [{"rejects": []}, {"throttle": -1}, {"throttle": "2"}, {"lost_answer": 1}, []]
)
def test_faults_are_checked(url: str, faults: object) -> None:
    """What can't be a fault is refused, and the faults stay as they were."""
    put_faults(url, throttle=3)
    assert requests.put(f"{url}/_control/faults", json=faults, timeout=5).status_code == 400
    kept = requests.get(f"{url}/_control/faults", timeout=5).json()
    assert kept == {"reject": [], "throttle": 3, "lost_answer": False}


def test_reset(url: str, ses: "SESV2Client") -> None:
    """A reset forgets mails and faults."""
    send(ses)
    put_faults(url, throttle=1, lost_answer=True, reject=[ADMIN])
    assert requests.post(f"{url}/_control/reset", timeout=5).ok
    assert messages(url) == []
    assert send(ses)


def test_health(url: str) -> None:
    """The health check says yes."""
    assert requests.get(f"{url}/_control/health", timeout=5).json() == {"ok": True}


class _Page(HTMLParser):
    """The frames and links of a page, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.frames: list[dict[str, str | None]] = []
        self.links: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "iframe":
            self.frames.append(dict(attrs))
        if tag == "a":
            self.links.append(dict(attrs).get("href"))


def test_inbox_lists_the_newest_first(url: str, ses: "SESV2Client") -> None:
    """The list links each mail; an empty inbox says so."""
    assert "No mail yet" in requests.get(f"{url}/", timeout=5).text
    ids = [send(ses), send(ses)]
    page = requests.get(f"{url}/", timeout=5).text
    assert _Page(page).links == [f"/inbox/{message_id}" for message_id in reversed(ids)]
    assert "Sübject" in page


def test_mail_page_shows_html_in_a_locked_frame(url: str, ses: "SESV2Client") -> None:
    """The HTML stands in a frame without scripts, all else is escaped, nothing is loaded."""
    html = '<p title="a">Hi</p><script>alert(1)</script>'
    body = {"Html": {"Data": html}, "Text": {"Data": "<b>text</b>"}}
    header = {"Name": "X-Case", "Value": "<i>W1</i>"}
    message_id = send(ses, Content=simple(Body=body, Headers=[header]))
    answer = requests.get(f"{url}/inbox/{message_id}", timeout=5)
    (frame,) = _Page(answer.text).frames
    assert str(frame["srcdoc"]).endswith(html)
    assert "allow-scripts" not in str(frame["sandbox"])
    assert "allow-same-origin" not in str(frame["sandbox"])
    assert "&lt;b&gt;text&lt;/b&gt;" in answer.text
    assert "&lt;i&gt;W1&lt;/i&gt;" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_mail_page_without_html(url: str, ses: "SESV2Client") -> None:
    """A text mail has no frame; an unknown mail has no page."""
    message_id = send(ses)
    page = requests.get(f"{url}/inbox/{message_id}", timeout=5).text
    assert _Page(page).frames == []
    assert requests.get(f"{url}/inbox/x", timeout=5).status_code == 404


def test_process_ends_well_on_sigterm() -> None:
    """`python -m sandbox.mail` prints its URL, serves, logs no request, and exits with 0."""
    command = [sys.executable, "-m", "sandbox.mail", "--port", "0", "--verified", "example.com"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().decode().strip()
            health = requests.get(f"{url}/_control/health", timeout=5)
        finally:
            process.terminate()
        rest, errors = process.communicate(timeout=10)
    assert url.startswith("http://127.0.0.1:")
    assert health.ok
    assert (process.returncode, rest, errors) == (0, b"", b"")
