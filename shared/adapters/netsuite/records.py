"""One project's record: read it, or change it and read back what became of it."""

import re
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from shared.adapters.http import Answer, unreadable
from shared.adapters.netsuite.answers import Verdict, error_codes, failure, verdict
from shared.adapters.netsuite.job import JobChange, JobRecord, decode
from shared.adapters.netsuite.wire import Request, Wire
from shared.domain.clock import SECOND, Millis
from shared.errors import OutcomeUnknownError, RefusedError, TransientError
from shared.ports import Clock

READ_BUDGET: Millis = 20 * SECOND
CHANGE_BUDGET: Millis = 25 * SECOND
"""The longest that a reading, or a change and its reading back, may take, logging in included."""

_PATH = "/services/rest/record/v1/job/"
_ID = re.compile("[1-9][0-9]{0,14}")
# Without it a misspelt property is a warning: 204, and nothing is changed (section_156570709583).
_STRICT = {"X-NetSuite-PropertyNameValidation": "error"}
_ACCEPTED = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT})
_TELLING = frozenset({Verdict.LOGIN, Verdict.PERMISSION, Verdict.THROTTLED})


class Outcome(StrEnum):
    """Of a change. `NOT_TAKEN`: NetSuite accepted it, and the record has other values all the
    same: a script or a workflow of the account's, or a person. `ABSENT`: there is no such record,
    or it is hidden from our role. After `REFUSED` and `ABSENT` nothing was done by us.
    """

    DONE = "done"
    NOT_TAKEN = "not_taken"
    REFUSED = "refused"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Changed:
    """`after`: the record as it was read back, if it was. `codes`: NetSuite's, of a refusal."""

    outcome: Outcome
    after: JobRecord | None = None
    codes: tuple[str, ...] = ()


class Records:
    def __init__(self, api: str, wire: Wire, clock: Clock) -> None:
        self._url = api + _PATH
        self._wire = wire
        self._clock = clock

    def read(self, project_id: str) -> JobRecord | None:
        """None: no such record, or hidden from our role; which of both can't be told.

        Raises TransientError, RefusedError; ValueError for what is no internal id.
        """
        return self._read(self._address(project_id), project_id, self._clock() + READ_BUDGET)

    def change(self, project_id: str, wanted: JobChange) -> Changed:
        """Sent once, and read back. What it was before is the caller's to have written down.

        Raises TransientError, RefusedError: nothing was done. OutcomeUnknownError: it may have
        been, or was and couldn't be read back; a reading later tells. ValueError as `read`.
        """
        url, ends_at = self._address(project_id), self._clock() + CHANGE_BUDGET
        request = Request(url, "PATCH", headers=_STRICT, json=wanted.body)
        answer = self._wire.act(request, ends_at)
        if answer.status in _ACCEPTED and (answer.is_json or not answer.body):
            return self._read_back(url, project_id, wanted, ends_at)
        return _declined(answer)

    def _read_back(self, url: str, project_id: str, wanted: JobChange, ends_at: Millis) -> Changed:
        try:
            after = self._read(url, project_id, ends_at)
        except (TransientError, RefusedError) as error:
            raise OutcomeUnknownError(f"changed, but not read back: {error}") from error
        if after is None:
            return Changed(Outcome.ABSENT)
        return Changed(Outcome.DONE if wanted.holds(after) else Outcome.NOT_TAKEN, after)

    def _read(self, url: str, project_id: str, ends_at: Millis) -> JobRecord | None:
        answer = self._wire.ask(Request(url, "GET"), ends_at)
        if _is_absent(answer):
            return None
        found = verdict(answer)
        if found is Verdict.QUERY:
            raise unreadable("a record was asked for, and a query refused")
        if found is not Verdict.OK:
            raise failure(found, answer)
        return decode(answer, project_id)

    def _address(self, project_id: str) -> str:
        """It becomes a part of the path, so nothing but digits is taken."""
        if not _ID.fullmatch(project_id):
            raise ValueError("not the internal id of a project")
        return self._url + project_id


def _declined(answer: Answer) -> Changed:
    """A refusal counts as one only if NetSuite says so itself, by its codes.

    202 is no success: the change stands in a queue (REST API Browser, `Prefer: respond-async`).
    """
    found, codes = verdict(answer), tuple(sorted(error_codes(answer)))
    if found in _TELLING:
        raise failure(found, answer)
    if _is_absent(answer):
        return Changed(Outcome.ABSENT, codes=codes)
    if codes and HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Changed(Outcome.REFUSED, codes=codes)
    raise OutcomeUnknownError(f"NetSuite answered a change with {answer.status}")


def _is_absent(answer: Answer) -> bool:
    return answer.status == HTTPStatus.NOT_FOUND and "NONEXISTENT_ID" in error_codes(answer)
