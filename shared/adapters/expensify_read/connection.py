"""One credential's way to the Integration Server: secret, HTTP, and a slot before each request."""

from collections.abc import Callable
from functools import partial

import requests

from shared.adapters.expensify_read.allowance import Allowance, credential_of
from shared.adapters.expensify_read.answers import checked, file, file_name
from shared.adapters.expensify_read.jobs import Form, Partner, download_job
from shared.adapters.expensify_read.lenient import Lenient
from shared.adapters.expensify_read.secret import TenantSecret
from shared.adapters.http import Answer, Call, Http, Limits
from shared.contracts.settings import ExpensifySettings
from shared.domain.clock import SECOND, Millis
from shared.errors import PermanentError, ThrottledError, TransientError
from shared.ports import Clock, Secrets

CALL_BUDGET: Millis = 13 * SECOND
"""The longest that one exchange may take, its second tries included."""

_LIMITS = Limits(connect=2.0, read=10.0)


class _Secret(Lenient):
    expensify: Partner


class Connection:
    """Every method raises TransientError (NoSlotError if the budget leaves no room), RefusedError;
    PermanentError if Expensify rejects our request.
    """

    def __init__(
        self,
        settings: ExpensifySettings,
        secrets: Secrets,
        session: requests.Session,
        clock: Clock,
        allowance: Allowance,
    ) -> None:
        self._url = str(settings.integration_url)
        self._secret = TenantSecret(secrets, settings.secret, _Secret)
        self._http = Http(session, clock, _LIMITS)
        self._allowance = allowance

    def used[R](self, work: Callable[[Partner], R]) -> R:
        """With the credential; once more if it was refused and has been replaced since."""
        return self._secret.used(lambda secret: work(secret.expensify))

    def ask(self, partner: Partner, form: Form, ends_at: Millis) -> Answer:
        self._allowance.take(self._credential(partner))
        return self._post(partner, form, ends_at)

    def begin(self, partner: Partner, form: Form, ends_at: Millis) -> str:
        """A job whose file will be fetched, and whose slot for that is set aside. Its name."""
        self._allowance.take(self._credential(partner), hold=1)
        return file_name(self._post(partner, form, ends_at))

    def fetch(self, partner: Partner, name: str, ends_at: Millis) -> bytes | None:
        """By the slot that was set aside. None: the file isn't there yet."""
        self._allowance.use(self._credential(partner))
        return file(self._post(partner, download_job(partner, name), ends_at))

    def fetch_again(self, partner: Partner, name: str, ends_at: Millis) -> bytes | None:
        return file(self.ask(partner, download_job(partner, name), ends_at))

    def _credential(self, partner: Partner) -> str:
        return credential_of(self._url, partner.partner_user_id)

    def _post(self, partner: Partner, form: Form, ends_at: Millis) -> Answer:
        """Its slot is taken already; a second try takes its own."""
        again = partial(self._allowance.take, self._credential(partner))
        answer = self._http.ask(Call(self._url, form=form), ends_at, again)
        self._heed(partner, answer)
        return answer

    def _heed(self, partner: Partner, answer: Answer) -> None:
        """'Too many' concerns everybody who uses the credential."""
        try:
            checked(answer)
        except ThrottledError as error:
            self._allowance.refused(self._credential(partner), error)
            raise
        except (TransientError, PermanentError):
            return  # Whoever asked tells what it means to him.
