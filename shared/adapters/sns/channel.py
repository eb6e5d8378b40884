"""`SnsChannel`: every notice as JSON, to the people's topic or to the operators'."""

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.adapters.aws_errors import translated
from shared.adapters.mail.link import AccountSettingsOf, project_link
from shared.adapters.sns.message import message_of
from shared.contracts.settings import WorkspaceSettings
from shared.domain.decide_notify import Letter
from shared.domain.notice import Notice, Role

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

_SUBJECT_LENGTH = 99
"""Source: Publish, 'must be less than 100 characters long'."""


class SnsChannel:
    """`account_settings` finds an account's settings, for the link to its project; none without."""

    def __init__(
        self,
        client: "SNSClient",
        people_topic: str,
        operators_topic: str,
        account_settings: AccountSettingsOf | None = None,
    ) -> None:
        self._client = client
        self._people_topic = people_topic
        self._operators_topic = operators_topic
        self._account_settings = account_settings

    def send(self, letter: Letter, settings: WorkspaceSettings | None) -> None:
        """Raises TransientError, RefusedError (set-up), PermanentError."""
        link = project_link(letter, self._account_settings) if self._account_settings else None
        message = message_of(letter, settings, link)
        with translated():
            self._client.publish(
                TopicArn=self._topic(letter.notice),
                Subject=_ascii(message.subject),
                Message=message.model_dump_json(),
                MessageAttributes=_attributes(letter.notice),
            )

    def _topic(self, notice: Notice) -> str:
        return self._operators_topic if notice.role is Role.OPERATOR else self._people_topic


def _attributes(notice: Notice) -> Mapping[str, "MessageAttributeValueTypeDef"]:
    """For subscriptions' filters. An attribute must not be empty."""
    values = {
        "tone": notice.tone.value,
        "role": notice.role.value,
        "workspaceId": notice.workspace_id,
        "accountId": notice.account_id,
    }
    return {
        name: {"DataType": "String", "StringValue": value}
        for name, value in values.items()
        if value
    }


def _ascii(subject: str) -> str:
    """SNS takes nothing else; typographic signs have ASCII ones, and 'é' becomes 'e'."""
    plain = unicodedata.normalize("NFKD", subject.translate(_SIGNS))
    known = "".join(c for c in plain if c.isascii() and c.isprintable())
    return " ".join(known.split())[:_SUBJECT_LENGTH].strip()


_SIGNS = str.maketrans({"“": '"', "”": '"', "’": "'", "…": "..."})
