"""One HTTP exchange, bounded in time and size. What failed is told apart by whether it was sent.

TransientError
├── NotSentError    no connection was made: the other side saw nothing
└── NoAnswerError   it may have been done; the answer, or a part of it, did not arrive
    └── TooLargeError   more came than we read
"""

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import requests
from pydantic import BaseModel, ValidationError
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from shared.domain.clock import SECOND, Millis
from shared.domain.finding import Fault
from shared.errors import TransientError
from shared.ports import Clock

_CHUNK = 64 * 1024
_BOM = b"\xef\xbb\xbf"
# A pair of escapes, half of one, or any other escape, so that an escaped backslash begins none.
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=())


class NotSentError(TransientError):
    """No connection was made: nothing was done."""


class NoAnswerError(TransientError):
    """The request may have arrived; no whole answer did."""


class TooLargeError(NoAnswerError):
    """More came than we read: asking for less may help."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`connect` and `read` in seconds, `body` in bytes after decompression."""

    connect: float = 3.0
    read: float = 10.0
    body: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """What to send. Its values are left out of `repr`, for there are secrets among them.

    `signed`: headers that are made anew each time it is sent, such as a signature used only once.
    """

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    signed: Callable[[], Mapping[str, str]] = field(default=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status. Redirects come as they are."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def media(self) -> str:
        """Such as 'text/html': lower case, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        return self.media == "application/json" or self.media.endswith("+json")

    @property
    def retry_after(self) -> Millis | None:
        """None for the form with a date: a foreign time isn't compared with our clock."""
        given = self.headers.get("Retry-After", "").strip()
        return int(given) * SECOND if re.fullmatch("[0-9]{1,6}", given) else None

    def parse[M: BaseModel](self, model: type[M]) -> M:
        """Raises TransientError (unreadable), which says where it is wrong, never what is there."""
        if not self.is_json:
            raise unreadable(f"{self.status} with {self.media or 'no media type'} for JSON")
        try:
            return model.model_validate_json(readable(self.body))
        except ValidationError as error:
            raise unreadable(wrong_places(error)) from None


class Http:
    """Sends by the session given. Raises NotSentError, NoAnswerError.

    One session serves many tenants, so it must not carry anything from one call to the next:
    neither cookies nor a login out of ~/.netrc.
    """

    def __init__(
        self, session: requests.Session, clock: Clock, limits: Limits | None = None
    ) -> None:
        session.cookies.set_policy(_NO_COOKIES)
        self._session = session
        self._clock = clock
        self._limits = limits or Limits()

    def send(self, call: Call, ends_at: Millis | None = None) -> Answer:
        """Once. `ends_at`: when it must be over; it isn't begun after that."""
        try:
            with self._open(call, ends_at) as response:
                body = self._body(response, ends_at)
                return Answer(response.status_code, response.headers, body)
        except requests.RequestException as error:
            raise _typed(error, call) from None
        except HTTPError as error:
            raise NoAnswerError(_text(error, call), _body_fault(error)) from None

    def ask(
        self, call: Call, ends_at: Millis, before_again: Callable[[], None] | None = None
    ) -> Answer:
        """As `send`, for what may be done twice: a failed connection is tried once more.

        A connection kept since an earlier run of a warm function is often dead. The second try
        needs the time of a whole exchange, so that a timeout is rarely waited for twice.
        `before_again` is called before it, and may raise instead.
        """
        try:
            return self.send(call, ends_at)
        except (NotSentError, NoAnswerError) as error:
            if error.fault is not Fault.UNREACHABLE or not self._allows_another(ends_at):
                raise
            if before_again is not None:
                before_again()
            return self.send(call, ends_at)

    def _open(self, call: Call, ends_at: Millis | None) -> requests.Response:
        return self._session.request(
            call.method,
            call.url,
            headers={**call.headers, **call.signed()},
            data=call.form,
            json=call.json,
            auth=_as_given,
            timeout=self._timeouts(call, ends_at),
            allow_redirects=False,
            stream=True,
        )

    def _timeouts(self, call: Call, ends_at: Millis | None) -> tuple[float, float]:
        connect, read = self._limits.connect, self._limits.read
        if ends_at is None:
            return connect, read
        left = (ends_at - self._clock()) / SECOND
        if left <= 0:
            raise NotSentError(f"{_name(call)}: no time is left")
        return min(connect, left), min(read, left)

    def _allows_another(self, ends_at: Millis) -> bool:
        whole = (self._limits.connect + self._limits.read) * SECOND
        return self._clock() + whole <= ends_at

    def _body(self, response: requests.Response, ends_at: Millis | None) -> bytes:
        """Reads what has arrived each time, so that a trickle can't outlast `ends_at`."""
        body = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._limits.body:
                raise TooLargeError(f"more than {self._limits.body} bytes", Fault.UNREADABLE)
            if ends_at is not None and self._clock() > ends_at:
                raise NoAnswerError("the answer came too slowly")
        return bytes(body)


def readable(body: bytes) -> bytes:
    """JSON in which one broken character spoils nothing but itself.

    A text that was cut in the middle of a character leaves bytes that are no UTF-8, or half of a
    pair of escapes; no parser takes the whole body then. A byte order mark goes, too.
    """
    text = body.removeprefix(_BOM).decode("utf-8", "replace").encode()
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], text)


def unreadable(message: str) -> TransientError:
    return TransientError(message, Fault.UNREADABLE)


def wrong_places(error: ValidationError) -> str:
    """Where and how it is wrong; never the values, which may be secret."""
    found = error.errors(include_input=False, include_context=False, include_url=False)
    return ", ".join(f"{'.'.join(map(str, e['loc']))} ({e['type']})" for e in found[:5])


def _as_given(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _typed(error: requests.RequestException, call: Call) -> TransientError:
    kind = NotSentError if _is_unsent(error) else NoAnswerError
    return kind(_text(error, call))


def _is_unsent(error: requests.RequestException) -> bool:
    """Only what is certain: a TLS error, for one, may also come after the request."""
    if isinstance(error, requests.ConnectTimeout | ValueError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError) or _is_bad_certificate(reason)


def _is_bad_certificate(reason: BaseException | None) -> bool:
    causes = reason.args if reason else ()
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes)


def _body_fault(error: HTTPError) -> Fault:
    return Fault.UNREACHABLE if isinstance(error, ReadTimeoutError) else Fault.UNREADABLE


def _text(error: Exception, call: Call) -> str:
    """The kind of error without its words, which may hold headers."""
    return f"{_name(call)}: {type(error).__name__}"


def _name(call: Call) -> str:
    parts = urlsplit(call.url)
    return f"{call.method} {parts.hostname}{parts.path}"
