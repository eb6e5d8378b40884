"""What the simulator refuses, in NetSuite's own words.

Sources, body by body: 401, 404, 429, 500: Oracle section_156570709583. 403: the code from a live
answer, the text that RESTlets give for a missing permission. SuiteQL 400: live answers kept in
the Databricks NetSuite connector's tests and in public scripts. INVALID_ID: a live answer with
the older ``type``. Token errors: Oracle subsect_158521832417; the challenges that go with them:
Oracle subsect_158521885412. A ``detail`` without such a source is marked "wording ours": clients
must go by status and code, which is right anyway, since NetSuite translates its texts to the
user's language.
"""

from collections.abc import Mapping
from http import HTTPStatus

type Json = dict[str, object]

ERROR_MEDIA = "application/vnd.oracle.resource+json; type=error"
_W3 = "https://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html"
_RFC = "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1"
_SUITEQL = "Invalid search query. Detailed unprocessed description follows."
_LOGIN = (
    "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at "
    "Setup > Users/Roles > User Management > View Login Audit Trail."
)


class ApiError(Exception):
    """Raised anywhere below a view; becomes the answer."""

    def __init__(
        self,
        status: int,
        body: Mapping[str, object],
        *,
        media: str = ERROR_MEDIA,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = dict(body)
        self.media = media
        self.headers = dict(headers or {})


def problem(
    status: int, code: str, detail: str, *, type_: str = _W3, **where: str
) -> dict[str, object]:
    """``where`` names the place of the error: errorPath, errorQueryParam, errorHeader, errorUrl."""
    places = {f"o:{key}": value for key, value in where.items()}
    return {
        "type": type_,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "o:errorDetails": [{"detail": detail, **places, "o:errorCode": code}],
    }


def invalid_login(account_id: str) -> ApiError:
    challenge = (
        f'Bearer realm="{account_id}", error="invalid_token", '
        'error_description="Invalid login attempt."'
    )
    body = problem(401, "INVALID_LOGIN", _LOGIN)
    return ApiError(401, body, headers={"WWW-Authenticate": challenge})


def invalid_login_attempt(account_id: str, problem_of: str) -> ApiError:
    """A refused signature; see ``tba.py`` for what of it is sourced."""
    challenge = (
        f'OAuth realm="{account_id}", error="{problem_of}", '
        'error_description="Invalid login attempt."'
    )
    body = problem(401, "INVALID_LOGIN_ATTEMPT", _LOGIN)
    return ApiError(401, body, headers={"WWW-Authenticate": challenge})


def insufficient_permission() -> ApiError:
    detail = (
        "Permission Violation: You need the 'Lists -> Projects' permission to access this page. "
        "Please contact your account administrator."
    )
    body = problem(403, "INSUFFICIENT_PERMISSION", detail, type_=f"{_W3}#sec10.4.4")
    return ApiError(403, body)


def nonexistent_id() -> ApiError:
    return ApiError(404, problem(404, "NONEXISTENT_ID", "Record does not exist."))


def invalid_id(record_id: str, path: str) -> ApiError:
    detail = (
        f"Invalid record instance identifier '{record_id}'. Provide a valid record instance ID."
    )
    body = problem(400, "INVALID_ID", detail, type_=f"{_W3}#sec10.4.1", errorUrl=path)
    return ApiError(400, body)


def concurrency_limit_exceeded(retry_after: object = None) -> ApiError:
    """Its title and its extra code are as odd as this in the documentation.

    No Retry-After is documented; in front of NetSuite something may send one.
    """
    detail = {
        "detail": "Concurrent request limit exceeded. Request blocked.",
        "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED",
    }
    body: Json = {"type": _W3, "title": "Bad Request", "status": 429}
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    whole = {**body, "o:errorCode": "USER_ERROR", "o:errorDetails": [detail]}
    return ApiError(429, whole, headers=headers)


def unexpected_error(status: int = 500) -> ApiError:
    detail = "An unexpected error occurred. Error ID: jrgbpyylphhishmmlxyt"
    return ApiError(status, problem(status, "UNEXPECTED_ERROR", detail))


def invalid_field_value(field: str, value: object) -> ApiError:
    detail = (
        f"Error while accessing a resource. You have entered an Invalid Field Value {value} "
        f"for the following field: {field.lower()}."
    )
    return ApiError(
        400, problem(400, "INVALID_CONTENT", detail, type_=f"{_W3}#sec10.4.1", errorPath=field)
    )


def invalid_value(field: str) -> ApiError:
    detail = (
        f"Invalid value for the resource or sub-resource field '{field}'. Provide a valid value."
    )
    return ApiError(400, problem(400, "INVALID_VALUE", detail, type_=_RFC, errorPath=field))


def unknown_property(field: str) -> ApiError:
    """Wording ours."""
    detail = f"Invalid property name '{field}'. Provide a valid property name."
    return ApiError(400, problem(400, "INVALID_CONTENT", detail, type_=_RFC, errorPath=field))


def refused_by_script() -> ApiError:
    """Code as for other refusals of values (a live answer); wording ours: scripts have their own."""
    detail = "Error while accessing a resource. This project must not be changed."
    return ApiError(400, problem(400, "USER_ERROR", detail, type_=_RFC))


def malformed_request(detail: str = "", **where: str) -> ApiError:
    text = detail or "The request could not be understood by the server due to malformed syntax."
    return ApiError(400, problem(400, "INVALID_REQUEST", text, **where))


def invalid_parameter(name: str, detail: str) -> ApiError:
    """Wording ours, but for the queries below."""
    body = problem(400, "INVALID_PARAMETER", detail, type_=_RFC, errorQueryParam=name)
    return ApiError(400, body)


def unknown_identifier(name: str, sources: Mapping[str, str]) -> ApiError:
    known = ", ".join(f"{alias}={table}" for alias, table in sources.items())
    return _search_error(f"Unknown identifier '{name}'. Available identifiers are: {{{known}}}.")


def record_not_found(table: str) -> ApiError:
    """What a role gets that may not see the record: a 400, not a 403."""
    return _search_error(f"Record '{table}' was not found.")


def unsupported_search() -> ApiError:
    return _search_error("Invalid or unsupported search.")


def invalid_search_type(table: str) -> ApiError:
    return invalid_parameter("q", f"{_SUITEQL} Invalid search type: {table}.")


def oauth_error(error: str) -> ApiError:
    return ApiError(400, {"error": error}, media="application/json")


def invalid_client(account_id: str) -> ApiError:
    return ApiError(
        401,
        {"error": "invalid_client"},
        media="application/json",
        headers={"WWW-Authenticate": f'Basic realm="{account_id}"'},
    )


def _search_error(text: str) -> ApiError:
    return invalid_parameter("q", f"{_SUITEQL} Search error occurred: {text}")
