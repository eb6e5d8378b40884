"""Reads the body of SES v2's SendEmail, simple or raw.

Source: the service model of Amazon SES v2, as the AWS SDKs send it. Not simulated: stored
templates and attachments; the configuration set and the tags are kept as headers only.
"""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Annotated

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

from sandbox.mail.errors import BadRequestException
from sandbox.mail.message import Draft, bare_addresses

type Addresses = tuple[str, ...]


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_pascal, frozen=True)


class _Text(_Wire):
    data: str


class _Body(_Wire):
    text: _Text | None = None
    html: _Text | None = None


class _Header(_Wire):
    name: Annotated[str, Field(max_length=126, pattern=r"^[!-9;-@A-~]+$")]
    value: Annotated[str, Field(max_length=995, pattern=r"^[ -~]+$")]


class _Simple(_Wire):
    subject: _Text
    body: _Body
    headers: Annotated[tuple[_Header, ...], Field(max_length=15)] = ()


class _Raw(_Wire):
    data: Base64Bytes


class _Content(_Wire):
    simple: _Simple | None = None
    raw: _Raw | None = None


class _Destination(_Wire):
    to_addresses: Addresses = ()
    cc_addresses: Addresses = ()
    bcc_addresses: Addresses = ()


class _Tag(_Wire):
    name: str
    value: str


class _SendEmail(_Wire):
    content: _Content
    from_email_address: str = ""
    destination: _Destination = _Destination()
    reply_to_addresses: Addresses = ()
    email_tags: tuple[_Tag, ...] = ()
    configuration_set_name: str = ""


def read(body: bytes) -> Draft:
    """Raises BadRequestException for what SES couldn't send."""
    try:
        draft = _draft(_SendEmail.model_validate_json(body))
    except (ValidationError, LookupError) as error:  # LookupError: a charset that nobody knows
        raise BadRequestException(str(error)) from error
    if not bare_addresses(draft.sender):
        raise BadRequestException("Missing sender.")
    if not draft.recipients:
        raise BadRequestException("Missing recipients.")
    return draft


def _draft(sent: _SendEmail) -> Draft:
    match sent.content:
        case _Content(simple=_Simple() as simple, raw=None):
            return _simple(sent, simple)
        case _Content(simple=None, raw=_Raw() as raw):
            return _raw(sent, message_from_bytes(raw.data, policy=policy.default))
        case _:
            raise BadRequestException("Content must be either Simple or Raw.")


def _simple(sent: _SendEmail, simple: _Simple) -> Draft:
    text, html = simple.body.text, simple.body.html
    if text is None and html is None:
        raise BadRequestException("Missing body.")
    return Draft(
        sender=sent.from_email_address,
        to=sent.destination.to_addresses,
        cc=sent.destination.cc_addresses,
        bcc=sent.destination.bcc_addresses,
        subject=simple.subject.data,
        text=text.data if text else "",
        html=html.data if html else "",
        headers=_asked_headers(sent) | {header.name: header.value for header in simple.headers},
    )


def _raw(sent: _SendEmail, mail: EmailMessage) -> Draft:
    given = sent.destination
    # A destination of the request, if there is one, is the envelope: the headers don't count.
    named = given != _Destination()
    return Draft(
        sender=sent.from_email_address or str(mail.get("From", "")),
        to=given.to_addresses if named else _addresses(mail, "To"),
        cc=given.cc_addresses if named else _addresses(mail, "Cc"),
        bcc=given.bcc_addresses if named else _addresses(mail, "Bcc"),
        subject=str(mail.get("Subject", "")),
        text=_content(mail, "plain"),
        html=_content(mail, "html"),
        headers=_asked_headers(sent) | {name: str(value) for name, value in mail.items()},
    )


def _addresses(mail: EmailMessage, name: str) -> Addresses:
    return tuple(str(address) for header in mail.get_all(name, ()) for address in header.addresses)


def _content(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return "" if part is None else str(part.get_content())


def _asked_headers(sent: _SendEmail) -> dict[str, str]:
    """What SES makes headers of, by the names that its SMTP interface knows."""
    headers = {
        "Reply-To": ", ".join(sent.reply_to_addresses),
        "X-SES-CONFIGURATION-SET": sent.configuration_set_name,
        "X-SES-MESSAGE-TAGS": ", ".join(f"{tag.name}={tag.value}" for tag in sent.email_tags),
    }
    return {name: value for name, value in headers.items() if value}
