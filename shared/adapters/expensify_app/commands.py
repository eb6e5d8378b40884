"""Commands under a token: those that read, and those that must not be sent twice.

For the latter, not sent or refused by its code means that nothing was done (RefusedError); by 407
it may be sent once more with a new token; anything else but 200 may have been done
(OutcomeUnknownError).
"""

from collections.abc import Callable

from shared.adapters.expensify_app.envelope import Reply
from shared.adapters.expensify_app.login import Login, Token
from shared.adapters.expensify_app.onyx import Store, held
from shared.adapters.expensify_app.wire import Fields, Wire
from shared.adapters.http import NoAnswerError, NotSentError
from shared.domain.clock import Millis
from shared.domain.finding import Fault
from shared.errors import OutcomeUnknownError, RefusedError, TransientError
from shared.ports import Clock

type _Say = Callable[[str, Fields, Millis], Reply]


class Commands:
    """`budget`: the longest that one command may take, logging in included.

    `whole`: what one exchange may need at most; nothing that changes something begins with less.
    """

    def __init__(
        self, wire: Wire, login: Login, clock: Clock, *, budget: Millis, whole: Millis
    ) -> None:
        self._wire = wire
        self._login = login
        self._clock = clock
        self._budget = budget
        self._whole = whole

    def read(self, command: str, fields: Fields) -> Store:
        """Raises TransientError, RefusedError; PermanentError if Expensify rejects our request."""
        ends_at = self._clock() + self._budget
        reply = self._say(self._wire.ask, command, fields, self._login.token(ends_at), ends_at)
        if reply.expired:
            token = self._login.renew(ends_at)
            reply = self._say(self._wire.ask, command, fields, token, ends_at)
        if not reply.fine:
            raise reply.error()
        return held(reply.updates())

    def act(self, command: str, fields: Fields) -> None:
        """Raises RefusedError (nothing was done), OutcomeUnknownError."""
        ends_at = self._clock() + self._budget
        reply = self._act_once(command, fields, self._login.token, ends_at)
        if reply.expired:
            reply = self._act_once(command, fields, self._login.renew, ends_at)
        if reply.fine:
            return
        fault = reply.refusal
        if fault is None:
            raise OutcomeUnknownError(f"{command}: {reply.code}")
        raise RefusedError(f"{command}: {reply.code}", fault)

    def _act_once(
        self, command: str, fields: Fields, login: Callable[[Millis], Token], ends_at: Millis
    ) -> Reply:
        token = self._token_to_act(command, login, ends_at)
        try:
            return self._say(self._wire.send, command, fields, token, ends_at)
        except NotSentError as error:
            raise RefusedError(str(error), error.fault) from error
        except NoAnswerError as error:
            raise OutcomeUnknownError(str(error)) from error

    def _token_to_act(
        self, command: str, login: Callable[[Millis], Token], ends_at: Millis
    ) -> Token:
        """Whatever goes wrong here, the command itself was not sent."""
        try:
            token = login(ends_at)
        except TransientError as error:
            raise RefusedError(str(error), error.fault) from error
        if self._clock() + self._whole > ends_at:
            raise RefusedError(f"{command}: logging in took too long", Fault.UNREACHABLE)
        return token

    @staticmethod
    def _say(say: _Say, command: str, fields: Fields, token: Token, ends_at: Millis) -> Reply:
        return say(command, {**fields, "email": token.email, "authToken": token.text}, ends_at)
