"""`SesChannel`: one mail to one person, by Amazon SES v2."""

import hashlib
from typing import TYPE_CHECKING

from shared.adapters.aws_errors import REFUSED, translated
from shared.adapters.mail.link import AccountSettingsOf, project_link
from shared.adapters.mail.render import Rendered, render
from shared.contracts.settings import WorkspaceSettings
from shared.domain.decide_notify import Letter
from shared.domain.finding import Fault
from shared.domain.notice import Notice
from shared.errors import PermanentError

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import EmailContentTypeDef, MessageHeaderTypeDef

_CHARSET = "UTF-8"

# The sender or the whole account can't mail: nobody's fault but the set-up's.
_REFUSED = {
    **REFUSED,
    "AccountSuspendedException": Fault.NO_PERMISSION,
    "MailFromDomainNotVerifiedException": Fault.NO_PERMISSION,
    "MessageRejected": Fault.NO_PERMISSION,
    "NotFoundException": Fault.NO_PERMISSION,
    "SendingPausedException": Fault.NO_PERMISSION,
}
_PERMANENT = frozenset({"BadRequestException"})


class SesChannel:
    """`account_settings` finds an account's settings, for the link to its project."""

    def __init__(
        self,
        client: "SESV2Client",
        sender: str,
        account_settings: AccountSettingsOf,
    ) -> None:
        self._client = client
        self._sender = sender
        self._account_settings = account_settings

    def send(self, letter: Letter, settings: WorkspaceSettings | None) -> None:
        """Once, and SES knows no idempotency: after a TransientError it may have gone out.

        Raises TransientError, RefusedError (set-up), PermanentError (this recipient).
        """
        recipient = letter.notice.person
        if not _is_address(recipient):
            raise PermanentError("the recipient is no address")
        links = [project_link(part, self._account_settings) for part in letter.each]
        mail = render(letter, settings, *links)
        with translated(permanent=_PERMANENT, refused=_REFUSED):
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [recipient]},
                Content=_content(mail, letter.notice),
            )


def _is_address(text: str) -> bool:
    """Printable ASCII without blanks, commas or brackets: one address, and no second header."""
    plain = text.isascii() and text.isprintable() and not set(text) & set(' ,;:<>()[]"\\')
    name, _, domain = text.partition("@")
    return plain and bool(name and domain) and "@" not in domain


def _content(mail: Rendered, notice: Notice) -> "EmailContentTypeDef":
    return {
        "Simple": {
            "Subject": {"Data": mail.subject, "Charset": _CHARSET},
            "Body": {
                "Text": {"Data": mail.text, "Charset": _CHARSET},
                "Html": {"Data": mail.html, "Charset": _CHARSET},
            },
            "Headers": _headers(notice),
        }
    }


def _headers(notice: Notice) -> list["MessageHeaderTypeDef"]:
    """No out-of-office answers (RFC 3834, and Exchange's own header); a repeat is recognised."""
    values = {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Export-Remediation-Notice": hashlib.sha256(notice.id.encode()).hexdigest()[:32],
    }
    return [{"Name": name, "Value": value} for name, value in values.items()]
