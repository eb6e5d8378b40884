"""What an answer of the Integration Server says: the file's name, the file, or why not.

Official: the envelope ``{"responseCode", "responseMessage"}`` (Reference). As seen in live answers
(expensify-rs): it also comes as text/plain and in HTTP 200, so the body decides and never the
content type. Airbyte's connector takes the same codes from the HTTP status too; so does this.
Nothing is decided by the words of ``responseMessage``.
"""

import re

from pydantic import ValidationError

from shared.adapters.expensify_read.lenient import Lenient, Maybe
from shared.adapters.http import Answer, readable, unreadable
from shared.domain.clock import Millis
from shared.domain.finding import Fault
from shared.errors import PermanentError, RefusedError, ThrottledError, TransientError

_OK = 200
_SERVER_FAULTS = range(500, 600)
_FILE_NAME = re.compile(rb"[\w.-]{1,200}")
_BOM = b"\xef\xbb\xbf"


class _Envelope(Lenient):
    response_code: Maybe[int] = None
    response_message: object = None


def file_name(answer: Answer) -> str:
    """The bare name that the exporter answers (expensify-rs). Raises as `checked`, and unreadable."""
    checked(answer)
    name = answer.body.strip()
    if not _FILE_NAME.fullmatch(name):
        raise unreadable("no file name in the exporter's answer")
    return name.decode("ascii")


def file(answer: Answer) -> bytes | None:
    """None: not there yet, which is an empty body or an envelope without a code.

    Both are *unverified* (expensify-rs names them, nobody has seen them). Raises as `checked`.
    """
    envelope = checked(answer)
    body = answer.body.removeprefix(_BOM).strip()
    if envelope is not None and envelope.response_message is not None:
        return None
    return body or None


def checked(answer: Answer) -> _Envelope | None:
    """Raises TransientError, RefusedError, PermanentError, unless nothing speaks against it."""
    envelope = _envelope(answer.body)
    code = envelope.response_code if envelope else None
    if code is None or code == _OK:
        code = answer.status
    if code != _OK:
        raise error_of(code, answer.retry_after)
    return envelope


def _envelope(body: bytes) -> _Envelope | None:
    try:
        return _Envelope.model_validate_json(readable(body))
    except ValidationError:
        return None


def error_of(code: int, retry_after: Millis | None) -> TransientError | PermanentError:
    """401, 403: Airbyte's connector. 404, 410: Reference. 429: Help, Expensify-API.md."""
    says = f"the Integration Server says {code}"
    match code:
        case 401:
            return RefusedError(says)
        case 403:
            return RefusedError(says, Fault.NO_PERMISSION)
        case 404 | 410:
            return PermanentError(says)
        case 429:
            return ThrottledError(says, retry_after)
    return TransientError(says, Fault.UNREACHABLE if code in _SERVER_FAULTS else Fault.UNREADABLE)
