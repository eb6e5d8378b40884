"""HTTP shape of the app API: ``POST /api/<Command>``, form fields in, a jsonCode envelope out.

'HTTP 200 with non-200 jsonCode is the normal error form' (App src/libs/HttpUtils.ts).
"""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.expensify.commands import Call, Commands, Params, report_ids
from sandbox.expensify.errors import (
    CommandError,
    bad_request,
    not_authenticated,
    update_required,
)
from sandbox.expensify.journal import without_secrets
from sandbox.expensify.runtime import (
    EXPORT_EFFECTS,
    SYNC_EFFECTS,
    Runtime,
    page,
)
from sandbox.faults import Effect

_OWN_EFFECTS = {
    "Report_Export": EXPORT_EFFECTS | {"jsonCode"},
    "SyncPolicyToNetSuite": SYNC_EFFECTS | {"jsonCode"},
}
_COMMON_EFFECTS = frozenset({"jsonCode"})


def blueprint(runtime: Runtime) -> Blueprint:
    wire = Blueprint("app", __name__)

    @wire.post("/api/<command>")
    def run(command: str) -> Response:
        entry = runtime.begin()
        params = request.form.to_dict()
        entry.command, entry.params = command, without_secrets(dict(params))
        effect, of_reports = _effects(runtime, command, params)
        incoming = Incoming(command, params, of_reports)
        return runtime.answer(
            entry, effect, lambda e: _answer(runtime, incoming, e), throttled=_too_many
        )

    return wire


@dataclass(frozen=True, slots=True)
class Incoming:
    """``of_reports``: the fault of each report of a ``Report_Export`` that names several."""

    command: str
    params: Params
    of_reports: dict[str, Effect]


def _effects(
    runtime: Runtime, command: str, params: Params
) -> tuple[Effect | None, dict[str, Effect]]:
    """The fault of the request, and for an export of several reports that of each."""
    own = _OWN_EFFECTS.get(command, _COMMON_EFFECTS)
    seen: dict[str, Any] = without_secrets(dict(params))
    ids = _ids_or_none(params) if command == "Report_Export" else []
    if len(ids) == 1:
        seen["reportID"] = ids[0]
    effect = runtime.take(command, seen, own)
    if effect or len(ids) <= 1:
        return effect, {}
    each = {id_: runtime.take(command, {**seen, "reportID": id_}, own) for id_ in ids}
    taken = {id_: effect for id_, effect in each.items() if effect}
    # What isn't about one report's export happens to the whole request.
    whole = next((e for e in taken.values() if not EXPORT_EFFECTS & set(e.specific)), None)
    return whole, taken


def _ids_or_none(params: Params) -> list[str]:
    try:
        return report_ids(params)
    except CommandError:
        return []


def _answer(runtime: Runtime, incoming: Incoming, effect: Effect) -> Response:
    try:
        with runtime.moment() as now:
            body = _run(runtime, incoming, effect, now)
    except CommandError as error:
        return _envelope(error.code, {"message": str(error)})
    return _envelope(200, body)


def _run(runtime: Runtime, incoming: Incoming, effect: Effect, now: float) -> dict[str, Any]:
    if code := effect.specific.get("jsonCode"):
        raise CommandError(int(code), "Fault")
    commands = Commands(runtime.backend, runtime.sessions, runtime.devices)
    params = incoming.params
    if _is_too_old(params.get("appversion", ""), runtime.oldest_app):
        raise update_required()
    if open_to_all := commands.without_token.get(incoming.command):
        return open_to_all(params, now)
    session = runtime.sessions.find(params.get("authToken", ""), now)
    if session is None:
        raise not_authenticated()
    work = commands.by_name.get(incoming.command)
    if work is None:
        raise bad_request(f"Unknown command {incoming.command}")
    return work(Call(params, session, now, effect, incoming.of_reports))


def _is_too_old(version: str, oldest: str) -> bool:
    """Which one is, and that every command is refused then, is *unverified*."""
    return _numbers(version) < _numbers(oldest)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall("[0-9]+", version)]


def _envelope(code: int, body: dict[str, Any]) -> Response:
    return jsonify({"jsonCode": code, **body, "requestID": f"{uuid.uuid4().hex[:16]}-SBX"})


def _too_many() -> Response:
    """'API request throttled': a page of the network in front (App src/libs/HttpUtils.ts)."""
    return page(429, "Too Many Requests")
