"""The app's token, by the generated login of one device.

``Authenticate`` takes the partner's constants and what the app made for the device at sign-in (App
src/libs/Authentication.ts). One interactive sign-in gives that; afterwards nobody is needed, until
the login is revoked. That this may last for a service is *unverified*.
"""

from dataclasses import dataclass, field

from pydantic import Field

from shared.adapters.expensify_app.envelope import Reply
from shared.adapters.expensify_app.wire import Wire
from shared.adapters.expensify_read.lenient import Lenient
from shared.adapters.expensify_read.secret import TenantSecret
from shared.adapters.http import unreadable
from shared.contracts.settings import ExpensifySettings
from shared.domain.clock import MINUTE, Millis
from shared.errors import RefusedError, TransientError
from shared.ports import Clock, Secrets

TOKEN_LIFE: Millis = 85 * MINUTE
"""The client's own constant is 90 minutes (App src/CONST/index.ts)."""


class Device(Lenient):
    """`partner_name`: where it differs from the settings'."""

    partner_name: str = ""
    partner_password: str = Field(min_length=1, repr=False)
    partner_user_id: str = Field(min_length=1)
    partner_user_secret: str = Field(min_length=1, repr=False)
    email: str = Field(min_length=1, repr=False)


class _Secret(Lenient):
    expensify_app: Device


@dataclass(frozen=True, slots=True)
class Token:
    """`email` is the person in whose name we act; every command carries it."""

    text: str = field(repr=False)
    email: str = field(repr=False)
    usable_until: Millis


class Login:
    def __init__(
        self, secrets: Secrets, settings: ExpensifySettings, wire: Wire, clock: Clock
    ) -> None:
        self._secret = TenantSecret(secrets, settings.secret, _Secret)
        self._partner = settings.app_partner
        self._wire = wire
        self._clock = clock
        self._token: Token | None = None

    def token(self, ends_at: Millis) -> Token:
        """The one we have, or a new one. Raises TransientError, RefusedError."""
        if self._token is None or self._clock() >= self._token.usable_until:
            self._token = self._secret.used(lambda s: self._obtain(s.expensify_app, ends_at))
        return self._token

    def renew(self, ends_at: Millis) -> Token:
        """A new one: the one we have was refused."""
        self._token = None
        return self.token(ends_at)

    def _obtain(self, device: Device, ends_at: Millis) -> Token:
        now = self._clock()
        named = {"partnerName": device.partner_name or self._partner}
        fields = device.model_dump(by_alias=True) | named | {"useExpensifyLogin": "false"}
        reply = self._wire.ask("Authenticate", fields, ends_at)
        if not reply.fine:
            raise _refusal(reply)
        if not reply.auth_token:
            raise unreadable("Authenticate gave no token")
        return Token(reply.auth_token, device.email, now + TOKEN_LIFE)


def _refusal(reply: Reply) -> TransientError | RefusedError:
    """'Any jsonCode but 200 is signed out' (App src/libs/Authentication.ts).

    That a server was not able to answer is no refusal, though.
    """
    error = reply.error()
    if isinstance(error, TransientError | RefusedError):
        return error
    return RefusedError(str(error))
