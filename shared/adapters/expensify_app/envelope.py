"""What an answer says: its jsonCode, or the HTTP status where no envelope came.

'HTTP 200 with a jsonCode that isn't 200' is the normal form of an error (App
src/libs/HttpUtils.ts). Codes: App src/CONST/index.ts (JSON_CODE), and expensify-common
lib/API.jsx (AUTH_FAILURES) for 403, 407, 408 and 411.
"""

from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import TypeAdapter, ValidationError

from shared.adapters.expensify_app.onyx import Update
from shared.adapters.expensify_read.lenient import Lenient, Text
from shared.adapters.http import Answer, readable, unreadable, wrong_places
from shared.domain.clock import Millis
from shared.domain.finding import Fault
from shared.errors import PermanentError, RefusedError, ThrottledError, TransientError

OK = 200
EXPIRED = 407
WRONG_CODE = 451
"""The magic code isn't the one that was mailed."""
_REFUSALS = {
    403: Fault.LOGIN_REFUSED,  # CSRF token
    407: Fault.LOGIN_REFUSED,  # the token is invalid or expired
    408: Fault.LOGIN_REFUSED,  # the account is deleted
    411: Fault.NO_PERMISSION,  # the token lacks privileges
    426: Fault.CLIENT_TOO_OLD,
}
_CLIENT_FAULTS = range(400, 500)
_SERVER_FAULTS = range(500, 600)
_SERVER_EXCEPTION = 666


class _Envelope(Lenient):
    """`json_code` may come as a text."""

    json_code: int
    auth_token: Text = ""
    onyx_data: object = None


_UPDATES = TypeAdapter(tuple[Update, ...])


@dataclass(frozen=True, slots=True)
class Reply:
    """`code` is the jsonCode if there was an envelope (`said`), else the HTTP status."""

    status: int
    code: int
    said: bool
    auth_token: str = field(default="", repr=False)
    retry_after: Millis | None = None
    onyx_data: object = field(default=None, repr=False)

    @property
    def fine(self) -> bool:
        return self.said and self.code == OK

    @property
    def expired(self) -> bool:
        """The command was not executed, so it may be sent again."""
        return self.said and self.code == EXPIRED

    @property
    def refusal(self) -> Fault | None:
        """Why the command was certainly not executed; None if that isn't certain."""
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return Fault.THROTTLED
        return _REFUSALS.get(self.code) if self.said else None

    def error(self) -> TransientError | PermanentError:
        """What a read is worth that was answered so."""
        says = f"the app's API says {self.code}"
        if self.code in _REFUSALS:
            return RefusedError(says, _REFUSALS[self.code])
        if HTTPStatus.TOO_MANY_REQUESTS in {self.status, self.code}:
            return ThrottledError(says, self.retry_after)
        if self.code in _CLIENT_FAULTS:
            return PermanentError(says)
        known = self.code in _SERVER_FAULTS or self.code == _SERVER_EXCEPTION
        return TransientError(says, Fault.UNREACHABLE if known else Fault.UNREADABLE)

    def updates(self) -> tuple[Update, ...]:
        """Raises TransientError (unreadable)."""
        try:
            return _UPDATES.validate_python(self.onyx_data)
        except ValidationError as error:
            raise unreadable(f"onyxData: {wrong_places(error)}") from None


def reply_of(answer: Answer) -> Reply:
    """A body that is no envelope, or that contradicts its HTTP status, says nothing."""
    try:
        envelope = _Envelope.model_validate_json(readable(answer.body))
    except ValidationError:
        return _silent(answer)
    if envelope.json_code == OK and answer.status != OK:
        return _silent(answer)
    return Reply(
        status=answer.status,
        code=envelope.json_code,
        said=True,
        auth_token=envelope.auth_token,
        retry_after=answer.retry_after,
        onyx_data=envelope.onyx_data,
    )


def _silent(answer: Answer) -> Reply:
    return Reply(answer.status, answer.status, said=False, retry_after=answer.retry_after)
