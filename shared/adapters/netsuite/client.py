"""`NetSuiteClient`: looks projects up by one query, and logs in when it has to."""

from collections.abc import Iterator

import requests

from shared.adapters.http import Answer, Call, Http, unreadable
from shared.adapters.netsuite.answers import Verdict, failure, verdict
from shared.adapters.netsuite.login import Login
from shared.adapters.netsuite.page import Page, decode
from shared.adapters.netsuite.proof import Proof
from shared.adapters.netsuite.suiteql import (
    ALL_COLUMNS,
    FIRST,
    PAGE_ROWS,
    PLAIN_COLUMNS,
    Lookup,
    Query,
    lookups,
    query,
)
from shared.contracts.settings import AccountSettings
from shared.domain.clock import SECOND, Millis
from shared.domain.decide_watch import Question
from shared.domain.finding import Project
from shared.ports import Clock, Secrets

LOOK_BUDGET: Millis = 20 * SECOND
"""The longest that a whole look may take, logging in and trying again included."""

_PATH = f"/services/rest/query/v1/suiteql?limit={PAGE_ROWS}"
_MOST_PAGES = 20


class NetSuiteClient:
    """One account, one request at a time: its few slots are shared with Expensify's own traffic.

    Keeps its token, and whether the account knows all columns.
    """

    def __init__(
        self, settings: AccountSettings, secrets: Secrets, session: requests.Session, clock: Clock
    ) -> None:
        self._url = settings.api + _PATH
        self._clock = clock
        self._http = Http(session, clock)
        self._login = Login(settings, secrets, self._http, clock)
        self._columns = ALL_COLUMNS

    def look(self, question: Question) -> tuple[Project, ...]:
        """Every project that one of the texts may name or that has one of the ids.

        Raises TransientError, RefusedError: a part of the answer is never given for the whole.
        """
        ends_at = self._clock() + LOOK_BUDGET
        found: dict[str, Project] = {}
        for lookup in lookups(question):
            for page in self._pages(lookup, ends_at):
                found |= {project.project_id: project for project in page.projects}
        return tuple(found.values())

    def _pages(self, lookup: Lookup, ends_at: Millis) -> Iterator[Page]:
        last = FIRST
        for _ in range(_MOST_PAGES):
            page = self._page(lookup, last, ends_at)
            yield page
            if page.last is None:
                return
            if int(page.last) <= int(last):
                raise unreadable("a page that repeats the one before")
            last = page.last
        raise unreadable(f"more than {_MOST_PAGES} pages")

    def _page(self, lookup: Lookup, after: str, ends_at: Millis) -> Page:
        answer = self._run(query(lookup, self._columns, after), ends_at)
        found = verdict(answer)
        if found is Verdict.QUERY and self._columns is ALL_COLUMNS:
            answer = self._run(query(lookup, PLAIN_COLUMNS, after), ends_at)
            found = verdict(answer)
            if found is Verdict.OK:
                self._columns = PLAIN_COLUMNS
        if found is not Verdict.OK:
            raise failure(found, answer)
        return decode(answer)

    def _run(self, asked: Query, ends_at: Millis) -> Answer:
        """A refused proof is replaced once: a token may have been revoked, the secret rotated.

        Raises RefusedError if the last one is refused.
        """
        proof = self._login.proof(ends_at)
        answer = self._post(asked, proof, ends_at)
        if verdict(answer) is not Verdict.LOGIN:
            return answer
        if another := self._login.renew(proof, ends_at):
            proof, answer = another, self._post(asked, another, ends_at)
        if verdict(answer) is Verdict.LOGIN:
            raise failure(Verdict.LOGIN, answer, proof.fault)
        return answer

    def _post(self, asked: Query, proof: Proof, ends_at: Millis) -> Answer:
        call = Call(
            self._url,
            headers={"Prefer": "transient"},
            signed=lambda: proof.headers("POST", self._url),
            json={"q": asked.text, "params": asked.params},
        )
        return self._http.ask(call, ends_at)
