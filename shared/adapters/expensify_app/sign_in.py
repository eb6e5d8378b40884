"""Signing in once with a mailed code, which makes a login for a new device: nobody's documented way.

Shapes: App SignInUserParams, src/libs/E2E/apiMocks/{beginSignin,signinUser}.ts. *Unverified*: that a
client without a browser is let in, what `deviceInfo` must hold, and how a second factor that is
missing is told.
"""

import json
from dataclasses import dataclass, field

import requests
from pydantic import Field, ValidationError

from shared.adapters.expensify_app.envelope import WRONG_CODE, Reply
from shared.adapters.expensify_app.onyx import held
from shared.adapters.expensify_app.wire import wire_of
from shared.adapters.expensify_read.lenient import Lenient, Maybe, Text
from shared.adapters.http import unreadable, wrong_places
from shared.contracts.settings import ExpensifySettings
from shared.domain.clock import SECOND, Millis
from shared.errors import RefusedError
from shared.ports import Clock

_BUDGET: Millis = 30 * SECOND
_DEVICE = json.dumps({"deviceName": "export-remediation"})


class WrongCodeError(RefusedError):
    """Neither the code that was mailed, nor one that is still good."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A code is on its way. `known`: whether Expensify told that it knows the address."""

    known: bool
    second_factor: bool


@dataclass(frozen=True, slots=True)
class NewDevice:
    login: str
    password: str = field(repr=False)
    email: str = field(repr=False)


class _Account(Lenient):
    validated: Maybe[bool] = None
    requires_two_factor_auth: Maybe[bool] = None


class _Generated(Lenient):
    auto_generated_login: str = Field(min_length=1)
    auto_generated_password: str = Field(min_length=1)


class _Session(Lenient):
    email: Text = ""


class SignIn:
    """Each step raises TransientError, RefusedError, PermanentError."""

    def __init__(
        self, settings: ExpensifySettings, session: requests.Session, clock: Clock
    ) -> None:
        self._wire = wire_of(settings, session, clock)
        self._clock = clock

    def begin(self, email: str) -> Begun:
        """Has a code mailed, and a second time if its answer is lost."""
        reply = self._wire.ask("BeginSignIn", {"email": email}, self._clock() + _BUDGET)
        if reply.fine and reply.onyx_data is None:
            return Begun(known=True, second_factor=False)
        account = _told(reply, "account", _Account)
        return Begun(account.validated is not False, account.requires_two_factor_auth is True)

    def finish(self, email: str, code: str, second_factor: str = "") -> NewDevice:
        """Once, for a code is good for one answer only. Raises WrongCodeError."""
        fields = {
            "email": email,
            "validateCode": code,
            "preferredLocale": "en",
            "deviceInfo": _DEVICE,
            **({"twoFactorAuthCode": second_factor} if second_factor else {}),
        }
        reply = self._wire.send("SignInUser", fields, self._clock() + _BUDGET)
        made = _told(reply, "credentials", _Generated)
        whose = _told(reply, "session", _Session).email or email
        return NewDevice(made.auto_generated_login, made.auto_generated_password, whose)


def _told[M: Lenient](reply: Reply, piece: str, model: type[M]) -> M:
    if reply.said and reply.code == WRONG_CODE:
        raise WrongCodeError("the code is wrong, or no longer good")
    if not reply.fine:
        raise reply.error()
    try:
        return model.model_validate(held(reply.updates()).get(piece) or {})
    except ValidationError as error:
        raise unreadable(f"{piece}: {wrong_places(error)}") from None
