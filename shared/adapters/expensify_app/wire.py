"""One command over HTTP: ``POST <root><Command>``, one form field per parameter.

Every command carries the fields of App src/libs/Network/enhanceParameters.ts. The client sends
them as multipart; the classic one (expensify-common lib/API.jsx) as an ordinary form, which is
what is done here. Without cookies, or a CSRF token would be asked for.
"""

from collections.abc import Mapping

from shared.adapters.expensify_app.envelope import Reply, reply_of
from shared.adapters.http import Call, Http
from shared.domain.clock import Millis

type Fields = Mapping[str, str]

APP_VERSION = "9.2.0-0"
"""A client that Expensify finds too old is refused with 426; from when on is *unverified*."""

_COMMON = {
    "referer": "ecash",
    "platform": "web",
    "api_setCookie": "false",
    "isFromDevEnv": "false",
    "appversion": APP_VERSION,
    "clientUpdateID": "-1",
}


class Wire:
    def __init__(self, root: str, http: Http) -> None:
        self._root = root.rstrip("/")
        self._http = http

    def ask(self, command: str, fields: Fields, ends_at: Millis) -> Reply:
        """For what may be done twice. Raises NotSentError, NoAnswerError."""
        return reply_of(self._http.ask(self._call(command, fields), ends_at))

    def send(self, command: str, fields: Fields, ends_at: Millis) -> Reply:
        """Once. Raises NotSentError, NoAnswerError."""
        return reply_of(self._http.send(self._call(command, fields), ends_at))

    def _call(self, command: str, fields: Fields) -> Call:
        return Call(f"{self._root}/{command}", form={**_COMMON, **fields})
