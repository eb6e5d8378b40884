"""What was asked over the two faces, for tests and people to judge by; never a secret."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from sandbox.expensify.times import iso

_SECRET = frozenset(
    {
        "authToken",
        "encryptedAuthToken",
        "partnerPassword",
        "partnerUserSecret",
        "twoFactorAuthCode",
        "validateCode",
        "credentials",
    }
)


@dataclass(slots=True)
class Entry:
    """``status`` stays null while the request is at work, and for good when its answer is lost.

    ``code`` is the jsonCode or responseCode of the answer.
    """

    at: str
    method: str
    path: str
    command: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    status: int | None = None
    code: int | None = None
    fault: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "command": self.command,
            "params": self.params,
            "status": self.status,
            "code": self.code,
            "fault": self.fault,
        }


class Journal:
    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: list[Entry] = []

    def begin(self, now: float, method: str, path: str) -> Entry:
        entry = Entry(iso(now), method, path)
        with self._lock:
            self._entries.append(entry)
        return entry

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def to_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [entry.to_json() for entry in self._entries]


def without_secrets(params: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in params.items() if key not in _SECRET}
