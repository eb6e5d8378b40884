"""How one account's requests prove who sends them, by what its secret holds.

OAuth 2.0: an access token, kept as long as it lives and the function stays warm. Flow and answer:
Oracle section_162755359851. There is no refresh token: the flow is repeated.
Token-based: nothing is asked for, each request is signed.
"""

from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field

from shared.adapters.http import Answer, Call, Http
from shared.adapters.netsuite.answers import Verdict, error_codes, failure, verdict
from shared.adapters.netsuite.assertion import sign
from shared.adapters.netsuite.credentials import (
    Certified,
    Credentials,
    TokenBased,
    credentials_of,
)
from shared.adapters.netsuite.proof import Bearer, Proof, Signature
from shared.contracts.settings import AccountSettings
from shared.domain.clock import SECOND, Millis
from shared.domain.finding import Fault
from shared.errors import RefusedError
from shared.ports import Clock, Secrets

_PATH = "/services/rest/auth/oauth2/v1/token"
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SPARE: Millis = 60 * SECOND
_REFUSALS = frozenset({Verdict.LOGIN, Verdict.PERMISSION, Verdict.QUERY})
# subsect_158521832417, and RFC 6749 §5.2 for the last.
_OAUTH_ERRORS = frozenset(
    {
        "invalid_request",
        "invalid_grant",
        "invalid_scope",
        "unsupported_grant_type",
        "invalid_client",
        "unauthorized_client",
    }
)


# Those that say what is wrong with the set-up; the others are mistakes of ours, or a plain refusal.
_CAUSES = {
    "invalid_client": Fault.INVALID_CLIENT,
    "invalid_grant": Fault.INVALID_GRANT,
    "invalid_scope": Fault.INVALID_SCOPE,
}


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    usable_until: Millis


class _Grant(BaseModel):
    """One line of visible letters, since it becomes a header."""

    model_config = ConfigDict(extra="ignore")

    access_token: str = Field(pattern="^[ -~]{1,16384}$")
    expires_in: int = Field(gt=0)


class Login:
    def __init__(
        self, settings: AccountSettings, secrets: Secrets, http: Http, clock: Clock
    ) -> None:
        self._url = settings.api + _PATH
        self._realm = settings.realm
        self._secret = settings.secret
        self._secrets = secrets
        self._http = http
        self._clock = clock
        self._token: _Token | None = None

    def proof(self, ends_at: Millis) -> Proof:
        """By the token we have, or anew. Raises TransientError, RefusedError."""
        if self._token is not None and self._clock() < self._token.usable_until:
            return Bearer(self._token.value)
        return self._obtain(ends_at)

    def renew(self, refused: Proof, ends_at: Millis) -> Proof | None:
        """Another one, by the secret as it is now. Raises likewise.

        None if it would be the same again: a signature by the very credentials that were refused.
        """
        self._token = None
        credentials = self._credentials(fresh=True)
        if isinstance(refused, Signature) and refused.credentials == credentials:
            return None
        return self._prove(credentials, ends_at)

    def _obtain(self, ends_at: Millis) -> Proof:
        """A refusal counts only for the secret as it is now: it may have been rotated.

        The same credentials aren't tried twice, for NetSuite keeps count of failed logins.
        """
        credentials = None
        try:
            credentials = self._credentials(fresh=False)
            return self._prove(credentials, ends_at)
        except RefusedError:
            current = self._credentials(fresh=True)
            if current == credentials:
                raise
            return self._prove(current, ends_at)

    def _credentials(self, *, fresh: bool) -> Credentials:
        return credentials_of(self._secrets.get(self._secret, fresh=fresh))

    def _prove(self, credentials: Credentials, ends_at: Millis) -> Proof:
        if isinstance(credentials, TokenBased):
            return Signature(credentials, self._realm, self._clock)
        self._token = self._exchange(credentials, ends_at)
        return Bearer(self._token.value)

    def _exchange(self, credentials: Certified, ends_at: Millis) -> _Token:
        now = self._clock()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": sign(credentials, self._url, now),
        }
        answer = self._http.ask(Call(self._url, form=form), ends_at)
        found = _verdict(answer)
        if found is not Verdict.OK:
            raise failure(found, answer, _cause(answer))
        grant = answer.parse(_Grant)
        return _Token(grant.access_token, now + grant.expires_in * SECOND - _SPARE)


def _verdict(answer: Answer) -> Verdict:
    """Whatever the token endpoint refuses is the login."""
    found = verdict(answer)
    bad_request = found is Verdict.UNREADABLE and answer.status == HTTPStatus.BAD_REQUEST
    refused = bad_request and bool(error_codes(answer) & _OAUTH_ERRORS)
    return Verdict.LOGIN if refused or found in _REFUSALS else found


def _cause(answer: Answer) -> Fault:
    causes = (_CAUSES[code] for code in sorted(error_codes(answer)) if code in _CAUSES)
    return next(causes, Fault.LOGIN_REFUSED)
