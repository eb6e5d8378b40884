"""One command over HTTP: ``POST <root><Command>``, one form field per parameter.

Every command carries the fields of App src/libs/Network/enhanceParameters.ts. The client sends
them as multipart; the classic one (expensify-common lib/API.jsx) as an ordinary form, which is
what is done here. Without cookies, or a CSRF token would be asked for.
"""

from collections.abc import Mapping

import requests

from shared.adapters.expensify_app.envelope import Reply, reply_of
from shared.adapters.http import Call, Http, Limits
from shared.contracts.settings import ExpensifySettings
from shared.domain.clock import Millis
from shared.ports import Clock

type Fields = Mapping[str, str]

_LIMITS = Limits(connect=2.0, read=8.0)
_COMMON = {
    "referer": "ecash",
    "platform": "web",
    "api_setCookie": "false",
    "isFromDevEnv": "false",
    "clientUpdateID": "-1",
}


class Wire:
    """`version`: of the app. One that is too old is refused with 426; since when is *unverified*."""

    def __init__(self, root: str, version: str, http: Http) -> None:
        self._root = root.rstrip("/")
        self._common = {**_COMMON, "appversion": version}
        self._http = http

    def ask(self, command: str, fields: Fields, ends_at: Millis) -> Reply:
        """For what may be done twice. Raises NotSentError, NoAnswerError."""
        return reply_of(self._http.ask(self._call(command, fields), ends_at))

    def send(self, command: str, fields: Fields, ends_at: Millis) -> Reply:
        """Once. Raises NotSentError, NoAnswerError."""
        return reply_of(self._http.send(self._call(command, fields), ends_at))

    def _call(self, command: str, fields: Fields) -> Call:
        return Call(f"{self._root}/{command}", form={**self._common, **fields})


def wire_of(settings: ExpensifySettings, session: requests.Session, clock: Clock) -> Wire:
    return Wire(str(settings.app_url), settings.app_version, Http(session, clock, _LIMITS))
