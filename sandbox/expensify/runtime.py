"""What all wires share: the world behind its lock, the journal, the faults."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify, request

from sandbox.expensify.backend import Backend
from sandbox.expensify.jobs import Jobs
from sandbox.expensify.journal import Entry, Journal
from sandbox.expensify.ratelimit import Limiter
from sandbox.expensify.sessions import Sessions
from sandbox.expensify.signing_in import Devices
from sandbox.faults import Effect, FaultRules, drop_connection

EXPORT_EFFECTS = frozenset({"refuse_export", "export_never", "export_unsaid"})
SYNC_EFFECTS = frozenset({"sync_fails", "sync_silent", "sync_stuck", "sync_unauthorized"})
EFFECTS = (
    EXPORT_EFFECTS | SYNC_EFFECTS | {"jsonCode", "responseCode", "render_seconds", "not_ready"}
)
NO_EFFECT = Effect()

type Work = Callable[[Effect], Response]
type Codes = Callable[[int], Response]


@dataclass(slots=True)
class Runtime:
    backend: Backend
    pause: Callable[[float], None] = time.sleep
    faults: FaultRules = field(default_factory=FaultRules)
    journal: Journal = field(default_factory=Journal)
    sessions: Sessions = field(default_factory=Sessions)
    devices: Devices = field(default_factory=Devices)
    oldest_app: str = ""
    jobs: Jobs = field(init=False)
    limiter: Limiter = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.backend)
        self.limiter = Limiter(self.backend.world.rate_limit)

    def reset(self) -> None:
        """Back to the loaded world; tokens stay, for they belong to the clients."""
        with self.backend.lock:
            self.backend.reset()
            self.jobs.clear()
            self.limiter = Limiter(self.backend.world.rate_limit)
            self.journal.clear()
            self.faults = FaultRules()
            self.devices = Devices()
            self.oldest_app = ""

    @contextmanager
    def moment(self) -> Iterator[float]:
        """One instant of the world, with everything done that was due before it."""
        with self.backend.lock:
            now = self.backend.clock()
            self.backend.advance(now)
            yield now

    def begin(self) -> Entry:
        return self.journal.begin(self.backend.clock(), request.method, request.path)

    def take(self, command: str, params: Mapping[str, Any], own: frozenset[str]) -> Effect | None:
        """``own``: the effects of this simulator that make sense for the command."""
        return self.faults.take("command", command, params, foreign=EFFECTS - own)

    def answer(
        self, entry: Entry, effect: Effect | None, work: Work, *, throttled: Callable[[], Response]
    ) -> Response:
        """Does the work as the fault lets it, and writes the journal."""
        effect = effect or NO_EFFECT
        entry.fault = effect.to_json() or None
        if effect.delay:
            self.pause(effect.delay)
        response = self._instead(effect, throttled) or work(effect)
        if effect.lost_answer:
            drop_connection(request.environ)
            return response
        entry.status, entry.code = response.status_code, _code(response)
        return response

    @staticmethod
    def _instead(effect: Effect, throttled: Callable[[], Response]) -> Response | None:
        if effect.lost_answer == "not_done":
            return Response(status=204)
        if effect.throttle:
            return throttled()
        if effect.html or (effect.status is not None and effect.body is None):
            status = effect.status or 503
            return page(status, "The service is temporarily unavailable.")
        if effect.status is not None:
            return _given(effect.status, effect.body)
        return None


def _code(response: Response) -> int | None:
    """The code inside of an envelope; files and pages have none."""
    text = response.get_data(as_text=True)
    try:
        body = json.loads(text) if text.startswith("{") else None
    except ValueError:
        return None
    code = body.get("jsonCode", body.get("responseCode")) if isinstance(body, dict) else None
    return code if isinstance(code, int) else None


def page(status: int, message: str) -> Response:
    """An HTML page, as a server or proxy in front of the service writes it."""
    title = f"HTTP Status {status} - {escape_html(message)}"
    html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(html, status=status, content_type="text/html;charset=utf-8")


def escape_html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _given(status: int, body: Any) -> Response:
    if isinstance(body, str):
        return Response(body, status=status, content_type="text/plain;charset=utf-8")
    response = jsonify(body)
    response.status_code = status
    return response
