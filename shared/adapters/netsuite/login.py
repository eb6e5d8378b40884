"""The access token of one account, kept as long as the function stays warm.

Flow and answer: Oracle section_162755359851. There is no refresh token: the flow is repeated.
"""

from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.adapters.http import Answer, Call, Http, wrong_places
from shared.adapters.netsuite.answers import Verdict, error_codes, failure, verdict
from shared.adapters.netsuite.assertion import Credentials, sign
from shared.contracts.settings import AccountSettings
from shared.domain.clock import SECOND, Millis
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


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    usable_until: Millis


class _Secret(BaseModel):
    model_config = ConfigDict(extra="ignore")

    netsuite: Credentials


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
        self._secret = settings.secret
        self._secrets = secrets
        self._http = http
        self._clock = clock
        self._token: _Token | None = None

    def token(self, ends_at: Millis) -> str:
        """The one we have, or a new one. Raises TransientError, RefusedError."""
        if self._token is None or self._clock() >= self._token.usable_until:
            self._token = self._obtain(ends_at)
        return self._token.value

    def renew(self, ends_at: Millis) -> str:
        """A new one by the secret as it is now: the one we have was refused. Raises likewise."""
        self._token = None
        self._token = self._exchange(self._credentials(fresh=True), ends_at)
        return self._token.value

    def _obtain(self, ends_at: Millis) -> _Token:
        """A refusal counts only for the secret as it is now: it may have been rotated.

        The same credentials aren't tried twice, for NetSuite keeps count of failed logins.
        """
        credentials = None
        try:
            credentials = self._credentials(fresh=False)
            return self._exchange(credentials, ends_at)
        except RefusedError:
            current = self._credentials(fresh=True)
            if current == credentials:
                raise
            return self._exchange(current, ends_at)

    def _credentials(self, *, fresh: bool) -> Credentials:
        value = self._secrets.get(self._secret, fresh=fresh)
        try:
            return _Secret.model_validate(value).netsuite
        except ValidationError as error:
            raise RefusedError(f"the NetSuite secret: {wrong_places(error)}") from None

    def _exchange(self, credentials: Credentials, ends_at: Millis) -> _Token:
        now = self._clock()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": sign(credentials, self._url, now),
        }
        answer = self._http.ask(Call(self._url, form=form), ends_at)
        found = _verdict(answer)
        if found is not Verdict.OK:
            raise failure(found, answer)
        grant = answer.parse(_Grant)
        return _Token(grant.access_token, now + grant.expires_in * SECOND - _SPARE)


def _verdict(answer: Answer) -> Verdict:
    """Whatever the token endpoint refuses is the login."""
    found = verdict(answer)
    bad_request = found is Verdict.UNREADABLE and answer.status == HTTPStatus.BAD_REQUEST
    refused = bad_request and bool(error_codes(answer) & _OAUTH_ERRORS)
    return Verdict.LOGIN if refused or found in _REFUSALS else found
