"""One account's requests, each with a proof of who sends it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import requests

from shared.adapters.http import Answer, Call, Http, NoAnswerError, NotSentError
from shared.adapters.netsuite.answers import Verdict, failure, verdict
from shared.adapters.netsuite.login import Login
from shared.adapters.netsuite.proof import Proof
from shared.contracts.settings import AccountSettings
from shared.domain.clock import SECOND, Millis
from shared.errors import OutcomeUnknownError
from shared.ports import Clock, Secrets

_WHOLE: Millis = 13 * SECOND
"""What one exchange may need at most: the limits of `Http`."""

type _Send = Callable[[Call, Millis], Answer]


@dataclass(frozen=True, slots=True)
class Request:
    """`url` whole, since a signature covers it."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    json: object = None


class Wire:
    """Keeps its token. `ends_at` bounds logging in and every second try."""

    def __init__(
        self, settings: AccountSettings, secrets: Secrets, session: requests.Session, clock: Clock
    ) -> None:
        self._clock = clock
        self._http = Http(session, clock)
        self._login = Login(settings, secrets, self._http, clock)

    def ask(self, request: Request, ends_at: Millis) -> Answer:
        """For what may be sent twice. Raises TransientError, RefusedError (the login)."""
        return self._proven(self._http.ask, request, ends_at)

    def act(self, request: Request, ends_at: Millis) -> Answer:
        """For what changes something: sent again only after a refused login, which did nothing.

        Raises TransientError, RefusedError: nothing was sent, or its sender was refused;
        OutcomeUnknownError: no whole answer came.
        """
        return self._proven(self._once, request, ends_at)

    def _once(self, call: Call, ends_at: Millis) -> Answer:
        if self._clock() + _WHOLE > ends_at:
            raise NotSentError("too little time is left for a change")
        try:
            return self._http.send(call, ends_at)
        except NoAnswerError as error:
            raise OutcomeUnknownError(str(error)) from error

    def _proven(self, send: _Send, request: Request, ends_at: Millis) -> Answer:
        """A refused proof is replaced once: a token may have been revoked, the secret rotated.

        Raises RefusedError if the last one is refused.
        """
        proof = self._login.proof(ends_at)
        answer = send(_call(request, proof), ends_at)
        if verdict(answer) is not Verdict.LOGIN:
            return answer
        if another := self._login.renew(proof, ends_at):
            proof, answer = another, send(_call(request, another), ends_at)
        if verdict(answer) is Verdict.LOGIN:
            raise failure(Verdict.LOGIN, answer, proof.fault)
        return answer


def _call(request: Request, proof: Proof) -> Call:
    return Call(
        request.url,
        request.method,
        headers=request.headers,
        signed=lambda: proof.headers(request.method, request.url),
        json=request.json,
    )
