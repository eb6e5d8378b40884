"""What the two faces refuse, in Expensify's own words where they are known."""

from typing import Any

# Body seen in the tests of Airbyte's connector, source-expensify.
TOO_MANY = {"responseMessage": "Too many requests. Please try again later", "responseCode": 429}
# No responseCode in it: expensify-rs, wire.rs.
FILE_NOT_FOUND = {"responseMessage": "File not found"}


class JobError(Exception):
    """An Integration Server job answers HTTP 200 and says no in the body (expensify-rs)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.body: dict[str, Any] = {"responseMessage": message, "responseCode": code}
        self.code = code


class PageError(Exception):
    """The server behind the jobs answers itself: Tomcat's page, such as 'HTTP Status 500 -
    JSONObject' (github Expensify/Integrations, expensify_export.sh).
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class CommandError(Exception):
    """An app command answers HTTP 200 with this jsonCode (App src/types/onyx/Response.ts)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def missing(parameter: str) -> JobError:
    """Reference, get/policy: 410 "Required parameter 'policyIDList' is missing"."""
    return JobError(410, f"Required parameter '{parameter}' is missing")


def malformed(argument: str) -> JobError:
    """Reference, get/policyList."""
    return JobError(410, f"Argument '{argument}' is missing or malformed")


def bad_credentials() -> JobError:
    """Code: Airbyte's connector. Text *unverified*."""
    return JobError(401, "Authentication error")


def not_authenticated() -> CommandError:
    """407 = invalid or expired token (App CONST.JSON_CODE). Text *unverified*."""
    return CommandError(407, "401 Unauthorized")


def not_allowed() -> CommandError:
    """411 = the token lacks privileges (expensify-common lib/API.jsx AUTH_FAILURES)."""
    return CommandError(411, "Insufficient privileges")


def update_required() -> CommandError:
    """426 = the client is too old and must stop (App CONST.JSON_CODE). Text *unverified*."""
    return CommandError(426, "Update required")


def bad_request(message: str) -> CommandError:
    """400 = BAD_REQUEST (App CONST.JSON_CODE). When it is used here is *unverified*."""
    return CommandError(400, message)
