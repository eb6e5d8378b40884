"""`IntegrationSearch`: finds reports by time, and tells of workspaces and their tags."""

from collections.abc import Mapping

import requests

from shared.adapters.expensify_read.allowance import Allowance
from shared.adapters.expensify_read.connection import CALL_BUDGET, Connection
from shared.adapters.expensify_read.decode import found_of
from shared.adapters.expensify_read.jobs import policy_list_job, search_job, tags_job
from shared.adapters.expensify_read.policies import policies_of, tags_of
from shared.adapters.expensify_read.rendered import rendered
from shared.adapters.http import TooLargeError
from shared.contracts.settings import ExpensifySettings
from shared.domain.detect_reports import FoundReport
from shared.domain.policy import Policy, Tag
from shared.domain.span import Span
from shared.errors import TooMuchError
from shared.ports import Clock, Secrets


class IntegrationSearch:
    """One tenant's credential. Implements `ReportFinder`; official, but where it says otherwise."""

    def __init__(
        self,
        settings: ExpensifySettings,
        secrets: Secrets,
        session: requests.Session,
        clock: Clock,
        allowance: Allowance,
    ) -> None:
        self._connection = Connection(settings, secrets, session, clock, allowance)
        self._clock = clock

    def policies(self) -> tuple[Policy, ...]:
        """Raises TransientError, RefusedError, PermanentError, as all methods do."""
        ends_at = self._clock() + CALL_BUDGET
        return self._connection.used(
            lambda partner: policies_of(
                self._connection.ask(partner, policy_list_job(partner), ends_at)
            )
        )

    def tags(self, policy_ids: tuple[str, ...]) -> Mapping[str, tuple[Tag, ...]]:
        """By workspace; PermanentError if one of them doesn't exist for this credential."""
        ends_at = self._clock() + CALL_BUDGET
        return self._connection.used(
            lambda partner: tags_of(
                self._connection.ask(partner, tags_job(partner, policy_ids), ends_at), policy_ids
            )
        )

    def search(self, policy_ids: tuple[str, ...], span: Span, fields: tuple[str, ...] = ()) -> str:
        """Has the file made; returns its name."""
        ends_at = self._clock() + CALL_BUDGET
        return self._connection.used(
            lambda partner: self._connection.begin(
                partner, search_job(partner, policy_ids, span, fields), ends_at
            )
        )

    def fetch(self, name: str, policy_ids: tuple[str, ...]) -> tuple[FoundReport, ...] | None:
        """None: not there yet. Also raises TooMuchError: search for less."""
        began = self._clock()
        try:
            file = self._connection.used(
                lambda partner: self._connection.fetch(partner, name, began + CALL_BUDGET)
            )
        except TooLargeError as error:
            raise TooMuchError(str(error)) from None
        return None if file is None else found_of(rendered(file), policy_ids, began)
