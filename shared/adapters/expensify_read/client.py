"""`IntegrationServer`: reads reports by one exporter job and one download."""

import requests

from shared.adapters.expensify_read.allowance import Allowance
from shared.adapters.expensify_read.connection import CALL_BUDGET, Connection
from shared.adapters.expensify_read.decode import reports_of
from shared.adapters.expensify_read.jobs import Partner, export_job
from shared.adapters.expensify_read.rendered import rendered
from shared.adapters.http import unreadable
from shared.contracts.settings import ExpensifySettings
from shared.domain.clock import Millis
from shared.ports import Clock, ReadAnswer, Secrets


class IntegrationServer:
    """One tenant's credential. Implements `ReportReader`; official, but where it says otherwise."""

    def __init__(
        self,
        settings: ExpensifySettings,
        secrets: Secrets,
        session: requests.Session,
        clock: Clock,
        allowance: Allowance,
    ) -> None:
        self._settings = settings
        self._connection = Connection(settings, secrets, session, clock, allowance)
        self._clock = clock

    def read(self, report_ids: tuple[str, ...]) -> ReadAnswer:
        """Raises TransientError, RefusedError; PermanentError if Expensify rejects our request.

        `read_at` is when the read began: all that is in it is at least as new.
        """
        if not report_ids:
            return ReadAnswer(())
        began = self._clock()
        found = self._connection.used(
            lambda partner: self._file(partner, report_ids, began + CALL_BUDGET)
        )
        level, in_field = self._settings.project_tag_level, self._settings.project_in != "tag"
        reports = reports_of(rendered(found), report_ids, level, began, in_field=in_field)
        return ReadAnswer(reports)

    def _file(self, partner: Partner, report_ids: tuple[str, ...], ends_at: Millis) -> bytes:
        """The second download is the only wait: nobody sleeps here."""
        job = export_job(partner, report_ids, self._settings.project_field)
        name = self._connection.begin(partner, job, ends_at)
        found = self._connection.fetch(partner, name, ends_at)
        if found is None:
            found = self._connection.fetch_again(partner, name, ends_at)
        if found is None:
            raise unreadable("the exporter's file isn't there yet")
        return found
