"""`NetSuiteClient`: looks projects up by one query, and logs in when it has to."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

import requests

from shared.adapters.http import Answer, unreadable
from shared.adapters.netsuite.answers import Verdict, failure, verdict
from shared.adapters.netsuite.page import Page, decode, inactive_of
from shared.adapters.netsuite.records import Records
from shared.adapters.netsuite.suiteql import (
    ALL_COLUMNS,
    FIRST,
    OPTIONAL,
    OWNER_COLUMNS,
    PAGE_ROWS,
    PLAIN_COLUMNS,
    USUAL_COLUMNS,
    Columns,
    Lookup,
    Query,
    any_project,
    lookups,
    owners,
    query,
)
from shared.adapters.netsuite.wire import Request, Wire
from shared.contracts.settings import AccountSettings
from shared.domain.clock import SECOND, Millis
from shared.domain.decide_watch import Question
from shared.domain.finding import Fault, Owner, OwnerKind, Project, Status, status_of
from shared.errors import RefusedError, TransientError
from shared.ports import Clock, Secrets

LOOK_BUDGET: Millis = 20 * SECOND
"""The longest that a whole look may take, logging in and trying again included."""

_PATH = "/services/rest/query/v1/suiteql?limit={}"
_MOST_PAGES = 20


class NetSuiteClient:
    """One account, one request at a time: its few slots are shared with Expensify's own traffic.

    Keeps its token, which columns the account knows and how large a query may be. `records` shares
    the token; nothing of the service calls it yet.
    """

    def __init__(
        self, settings: AccountSettings, secrets: Secrets, session: requests.Session, clock: Clock
    ) -> None:
        self._url = settings.api + _PATH
        self._clock = clock
        self._wire = Wire(settings, secrets, session, clock)
        self.records = Records(settings.api, self._wire, clock)
        self._columns = ALL_COLUMNS
        self._careful = False

    def look(self, question: Question) -> tuple[Project, ...]:
        """Every project that one of the texts may name or that has one of the ids, or any one.

        Raises TransientError, RefusedError: a part of the answer is never given for the whole.
        """
        if not question:
            return ()
        ends_at = self._clock() + LOOK_BUDGET
        found = self._matching(question, ends_at)
        if not found:
            return self._page(any_project, ends_at, rows=1).projects
        return self._with_owners(found, ends_at)

    def _matching(self, question: Question, ends_at: Millis) -> tuple[Project, ...]:
        """By as few queries as this account takes: if a large one fails, it may be its size.

        A refused one is divided at once, which is remembered if it helped; one without a good
        answer by the next look, for the reason is more likely another one.
        """
        whole, divided = lookups(question), lookups(question, careful=True)
        if self._careful or whole == divided:
            return self._all(divided, ends_at)
        try:
            return self._all(whole, ends_at)
        except TransientError as error:
            self._careful = error.fault is not Fault.THROTTLED
            raise
        except RefusedError as error:
            if error.fault is not Fault.NO_PERMISSION:
                raise
        found = self._all(divided, ends_at)
        self._careful = True
        return found

    def _all(self, asked: Iterable[Lookup], ends_at: Millis) -> tuple[Project, ...]:
        found: dict[str, Project] = {}
        for lookup in asked:
            for page in self._pages(lookup, ends_at):
                found |= {project.project_id: project for project in page.projects}
        return tuple(found.values())

    def _with_owners(self, projects: tuple[Project, ...], ends_at: Millis) -> tuple[Project, ...]:
        """What stands above a project matters only if the project itself is open."""
        above = [o for p in projects if status_of(p) is Status.ACTIVE for o in p.owners or ()]
        inactive = {kind: self._inactive(kind, above, ends_at) for kind in OwnerKind}

        def told(owner: Owner) -> Owner:
            return replace(owner, inactive=inactive[owner.kind].get(owner.record_id))

        return tuple(
            replace(p, owners=None if p.owners is None else tuple(map(told, p.owners)))
            for p in projects
        )

    def _inactive(
        self, kind: OwnerKind, above: Iterable[Owner], ends_at: Millis
    ) -> dict[str, bool]:
        """Empty if we may not see them: without `Lists > Customers` the projects are seen all
        the same.
        """
        ids = dict.fromkeys(owner.record_id for owner in above if owner.kind is kind)
        found: dict[str, bool] = {}
        for asked in owners(kind, ids):
            answer = self._run(asked, ends_at)
            what = verdict(answer)
            if what in {Verdict.QUERY, Verdict.PERMISSION}:
                return {}
            if what is not Verdict.OK:
                raise failure(what, answer)
            found |= inactive_of(answer)
        return found

    def _pages(self, lookup: Lookup, ends_at: Millis) -> Iterator[Page]:
        last = FIRST
        for _ in range(_MOST_PAGES):
            page = self._page(partial(query, lookup, after=last), ends_at)
            yield page
            if page.last is None:
                return
            if int(page.last) <= int(last):
                raise unreadable("a page that repeats the one before")
            last = page.last
        raise unreadable(f"more than {_MOST_PAGES} pages")

    def _page(
        self, asked: Callable[[Columns], Query], ends_at: Millis, rows: int = PAGE_ROWS
    ) -> Page:
        """With the columns that the account knows; fewer are remembered once they did."""
        columns = self._columns
        answer = self._run(asked(columns), ends_at, rows)
        if verdict(answer) is Verdict.QUERY and columns != PLAIN_COLUMNS:
            columns, answer = self._narrowed(asked, ends_at, rows)
        found = verdict(answer)
        if found is not Verdict.OK:
            raise failure(found, answer)
        self._columns = columns
        return decode(answer, with_owners=set(OWNER_COLUMNS) <= set(columns))

    def _narrowed(
        self, asked: Callable[[Columns], Query], ends_at: Millis, rows: int
    ) -> tuple[Columns, Answer]:
        """What is most often lacking goes first; then it is found out what else there is.

        If the plain columns are refused, too, it isn't the columns.
        """
        answer = self._run(asked(USUAL_COLUMNS), ends_at, rows)
        if verdict(answer) is not Verdict.QUERY:
            return USUAL_COLUMNS, answer
        answer = self._run(asked(PLAIN_COLUMNS), ends_at, rows)
        if verdict(answer) is not Verdict.OK:
            return PLAIN_COLUMNS, answer
        known = [group for group in OPTIONAL if self._knows(group, ends_at)]
        columns = (*PLAIN_COLUMNS, *itertools.chain.from_iterable(known))
        wider = self._run(asked(columns), ends_at, rows) if known else answer
        return (PLAIN_COLUMNS, answer) if verdict(wider) is Verdict.QUERY else (columns, wider)

    def _knows(self, group: Columns, ends_at: Millis) -> bool:
        answer = self._run(any_project(("id", *group)), ends_at, rows=1)
        found = verdict(answer)
        if found not in {Verdict.OK, Verdict.QUERY}:
            raise failure(found, answer)
        return found is Verdict.OK

    def _run(self, asked: Query, ends_at: Millis, rows: int = PAGE_ROWS) -> Answer:
        request = Request(
            self._url.format(rows),
            headers={"Prefer": "transient"},
            json={"q": asked.text, "params": asked.params},
        )
        return self._wire.ask(request, ends_at)
