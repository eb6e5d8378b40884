"""Walks an operator through the one sign-in to Expensify's app that needs a person.

A code is mailed, typed, and changed into a login for a device; that login is tried, and stored in
the tenant's secret. Neither it nor the code is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from operate.secret import Secret, TenantSecrets
from shared.adapters.expensify_app import AppApi, SignIn
from shared.adapters.expensify_app.sign_in import NewDevice, WrongCodeError
from shared.contracts.settings import ExpensifySettings, WorkspaceSettings
from shared.errors import PermanentError, RefusedError, TransientError
from shared.ports import Secrets, Settings

PART = "expensifyApp"
TRIES = 3

type Open = Callable[[WorkspaceSettings, Secrets], AppApi]


@dataclass(frozen=True, slots=True)
class ExpensifyLogin:
    """`ask` shows what is typed, `ask_hidden` doesn't; an empty answer is none."""

    settings: Settings
    secrets: TenantSecrets
    sign_in: Callable[[ExpensifySettings], SignIn]
    app: Open
    ask: Callable[[str], str]
    ask_hidden: Callable[[str], str]
    say: Callable[[str], None]

    def log_in(self, workspace_id: str, email: str = "") -> bool:
        """Whether a new login is stored. Raises SettingsError, TransientError, PermanentError."""
        settings = self.settings.workspace(workspace_id)
        if settings is None:
            self.say(f"no settings name the workspace {workspace_id}")
            return False
        use = settings.expensify
        before = _part(self.secrets.read(use.secret))
        for line in _ABOUT:
            self.say(line)
        email = email or self.ask(_EMAIL) or str(before.get("email") or "")
        password = str(before.get("partnerPassword") or "") or self.ask_hidden(_PARTNER)
        if not email or not password:
            self.say(_NOTHING)
            return False
        made = self._signed_in(self.sign_in(use), email)
        if made is None:
            self.say(_NOTHING)
            return False
        return self._keep(settings, _credentials(made, password, before))

    def _signed_in(self, signing: SignIn, email: str) -> NewDevice | None:
        begun = signing.begin(email)
        if not begun.known:
            self.say("Expensify has no validated account with that address.")
            return None
        self.say("Expensify has mailed a magic code to that address; it is good for minutes.")
        for _ in range(TRIES):
            code = self.ask("Magic code: ")
            if not code:
                return None
            second = self.ask_hidden(_SECOND) if begun.second_factor else ""
            try:
                return signing.finish(email, code, second)
            except WrongCodeError as error:
                self.say(f"Refused: {error}.")
        return None

    def _keep(self, settings: WorkspaceSettings, credentials: Secret) -> bool:
        """Not if it is refused what it is for: the login that is stored may be a better one."""
        name = settings.expensify.secret
        try:
            self.app(settings, _Offered({PART: credentials})).sync_state()
        except RefusedError as error:
            self.say(f"The new login is refused, {error.fault}: {error}.")
            self.say(_NOTHING)
            return False
        except (TransientError, PermanentError) as error:
            self.say(f"The new login works, but the workspace could not be read: {error}.")
        else:
            self.say("The new login works, and may read the workspace's connection.")
        self.secrets.put(name, PART, credentials)
        self.say(f"Stored in the secret {name}, under {PART}. It is used within five minutes.")
        return True


@dataclass(frozen=True, slots=True)
class _Offered:
    """A login that is tried before it is stored."""

    secret: Secret = field(repr=False)

    def get(self, _name: str, *, fresh: bool = False) -> dict[str, object]:  # noqa: ARG002
        return self.secret


def _part(secret: Secret | None) -> Secret:
    found = (secret or {}).get(PART)
    return found if isinstance(found, dict) else {}


def _credentials(made: NewDevice, password: str, before: Secret) -> Secret:
    named = {name: before[name] for name in ("partnerName",) if before.get(name)}
    return {
        **named,
        "partnerPassword": password,
        "partnerUserID": made.login,
        "partnerUserSecret": made.password,
        "email": made.email,
    }


_ABOUT = (
    "This signs in to Expensify's app as a person, and makes a login for one device out of it.",
    "The app's API is unofficial and may break any day: see docs/expensify.md, and your contract.",
    "The person must administer every workspace that shares this secret.",
)
_EMAIL = "Address of that person (empty: as before): "
_PARTNER = "The app's partner password (PARTNER_PASSWORD in src/CONFIG.ts of Expensify/App): "
_SECOND = "Code of the second factor: "
_NOTHING = "Nothing was stored."
