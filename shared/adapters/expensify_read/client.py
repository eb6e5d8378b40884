"""`IntegrationServer`: reads reports by one exporter job and one download."""

from functools import partial

import requests

from shared.adapters.expensify_read.allowance import Allowance, credential_of
from shared.adapters.expensify_read.answers import checked, file, file_name
from shared.adapters.expensify_read.decode import reports_of
from shared.adapters.expensify_read.jobs import Form, Partner, download_job, export_job
from shared.adapters.expensify_read.lenient import Lenient
from shared.adapters.expensify_read.rendered import rendered
from shared.adapters.expensify_read.secret import TenantSecret
from shared.adapters.http import Answer, Call, Http, Limits, unreadable
from shared.contracts.settings import ExpensifySettings
from shared.domain.clock import SECOND, Millis
from shared.errors import PermanentError, ThrottledError, TransientError
from shared.ports import Clock, ReadAnswer, Secrets

CALL_BUDGET: Millis = 13 * SECOND
"""The longest that one read may take, its second tries included."""

_LIMITS = Limits(connect=2.0, read=10.0)


class _Secret(Lenient):
    expensify: Partner


class IntegrationServer:
    """One tenant's credential. Implements `ReportReader`; official, but where it says otherwise.

    Every request takes a slot of the credential's budget first (`Allowance`).
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
        self._settings = settings
        self._secret = TenantSecret(secrets, settings.secret, _Secret)
        self._http = Http(session, clock, _LIMITS)
        self._clock = clock
        self._allowance = allowance

    def read(self, report_ids: tuple[str, ...]) -> ReadAnswer:
        """Raises TransientError, RefusedError; PermanentError if Expensify rejects our request.

        `read_at` is when the read began: all that is in it is at least as new.
        """
        if not report_ids:
            return ReadAnswer(())
        began = self._clock()
        found = self._secret.used(
            lambda secret: self._file(secret.expensify, report_ids, began + CALL_BUDGET)
        )
        level, in_field = self._settings.project_tag_level, self._settings.project_in != "tag"
        reports = reports_of(rendered(found), report_ids, level, began, in_field=in_field)
        return ReadAnswer(reports)

    def _file(self, partner: Partner, report_ids: tuple[str, ...], ends_at: Millis) -> bytes:
        """The second download is the only wait: nobody sleeps here."""
        job = export_job(partner, report_ids, self._settings.project_field)
        name = file_name(self._begin(partner, job, ends_at))
        self._allowance.use(self._credential(partner))
        found = file(self._post(partner, download_job(partner, name), ends_at))
        if found is not None:
            return found
        self._allowance.take(self._credential(partner))
        found = file(self._post(partner, download_job(partner, name), ends_at))
        if found is None:
            raise unreadable("the exporter's file isn't there yet")
        return found

    def _begin(self, partner: Partner, form: Form, ends_at: Millis) -> Answer:
        """A job whose file will be fetched: the slot for that is set aside before."""
        self._allowance.take(self._credential(partner), hold=1)
        return self._post(partner, form, ends_at)

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
