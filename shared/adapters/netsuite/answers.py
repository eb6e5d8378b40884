"""What NetSuite's answers mean: by status and error code, never by words, which are translated.

Error bodies: Oracle section_156570709583; the token endpoint's: subsect_158521832417.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.adapters.http import Answer, readable, unreadable
from shared.domain.finding import Fault
from shared.errors import RefusedError, RemediationError, ThrottledError, TransientError

_CODE = re.compile("[A-Za-z_]{1,64}")
# The second comes from RESTlets; the first is also seen under 400 (bridgehead_1525252812).
_THROTTLED = frozenset({"CONCURRENCY_LIMIT_EXCEEDED", "SSS_REQUEST_LIMIT_EXCEEDED"})
_LOGIN = frozenset({"INVALID_LOGIN", "INVALID_LOGIN_ATTEMPT"})


class Verdict(StrEnum):
    """Of one answer. `QUERY`: an unknown column or table, or no permission to see it."""

    OK = "ok"
    LOGIN = "login"
    PERMISSION = "permission"
    QUERY = "query"
    THROTTLED = "throttled"
    DOWN = "down"
    UNREADABLE = "unreadable"


class _Error(BaseModel):
    code: str = ""


class _Detail(BaseModel):
    code: str = Field(default="", alias="o:errorCode")


class _Problem(BaseModel):
    """A record's or query's error, a RESTlet's, or the token endpoint's."""

    model_config = ConfigDict(extra="ignore")

    details: tuple[_Detail, ...] = Field(default=(), alias="o:errorDetails")
    error: _Error | str = ""


def verdict(answer: Answer) -> Verdict:
    """A body that isn't JSON comes from something in between, so its status says little."""
    codes = error_codes(answer)
    readable = answer.is_json or not answer.body
    match answer.status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Verdict.THROTTLED
        case HTTPStatus.OK:
            return Verdict.OK if answer.is_json else Verdict.UNREADABLE
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Verdict.THROTTLED if codes & _THROTTLED else Verdict.DOWN
        case 400 | 401 | 403 if readable:
            return _refusal(answer.status, codes)
    return Verdict.UNREADABLE


def _refusal(status: int, codes: frozenset[str]) -> Verdict:
    if codes & _THROTTLED:
        return Verdict.THROTTLED
    if status == HTTPStatus.UNAUTHORIZED or codes & _LOGIN:
        return Verdict.LOGIN
    if status == HTTPStatus.FORBIDDEN or "INSUFFICIENT_PERMISSION" in codes:
        return Verdict.PERMISSION
    return Verdict.QUERY if "INVALID_PARAMETER" in codes else Verdict.UNREADABLE


def error_codes(answer: Answer) -> frozenset[str]:
    """Empty if there are none that can be read; nothing else of a body is ever repeated."""
    try:
        problem = _Problem.model_validate_json(readable(answer.body))
    except ValidationError:
        return frozenset()
    return frozenset(filter(_CODE.fullmatch, _codes(problem)))


def failure(found: Verdict, answer: Answer, login: Fault = Fault.LOGIN_REFUSED) -> RemediationError:
    """The error that an answer other than OK means, after all that could be tried.

    `login`: what a refused login means there.
    """
    codes = ", ".join(sorted(error_codes(answer))) or answer.media or "no body"
    text = f"NetSuite answered {answer.status} ({codes})"
    match found:
        case Verdict.LOGIN:
            return RefusedError(text, login)
        case Verdict.PERMISSION | Verdict.QUERY:
            return RefusedError(text, Fault.NO_PERMISSION)
        case Verdict.THROTTLED:
            return ThrottledError(text, answer.retry_after)
        case Verdict.DOWN:
            return TransientError(text, Fault.UNREACHABLE)
    return unreadable(text)


def _codes(problem: _Problem) -> Iterator[str]:
    yield from (detail.code for detail in problem.details)
    yield problem.error if isinstance(problem.error, str) else problem.error.code
