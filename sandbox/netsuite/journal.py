"""What was asked of the simulator, for tests and people to judge by; never a secret."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock


@dataclass(slots=True)
class Entry:
    """``status`` stays null while the request is at work, and for good when its answer is lost."""

    at: str
    account: str
    method: str
    path: str
    params: dict[str, object] = field(default_factory=dict)
    status: int | None = None
    fault: dict[str, object] | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "at": self.at,
            "account": self.account,
            "method": self.method,
            "path": self.path,
            "params": self.params,
            "status": self.status,
            "fault": self.fault,
        }


class Journal:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._entries: list[Entry] = []

    def begin(self, account: str, method: str, path: str, params: dict[str, object]) -> Entry:
        entry = Entry(instant(self._clock()), account, method, path, params)
        with self._lock:
            self._entries.append(entry)
        return entry

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def to_json(self) -> list[dict[str, object]]:
        with self._lock:
            return [entry.to_json() for entry in self._entries]


def instant(epoch_seconds: float) -> str:
    moment = datetime.fromtimestamp(epoch_seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
