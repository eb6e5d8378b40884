"""What happens around every request: the journal, the account's limit, and faults.

The concurrency limit is one pool per account for all services (Oracle bridgehead_1500275603);
the token endpoint is outside it. ``PUT /_control/faults`` takes the general rules of
``sandbox/faults.py`` (``match`` by ``path``, ``account``, ``method`` or any query parameter), and:

- effect ``no_permission``: the role may not see the project record (SuiteQL: 400, record: 403);
- effect ``no_customers``: the role may not see customers (SuiteQL: 400);
- effect ``no_transactions``: the role may not see transactions (SuiteQL: 400);
- effect ``hidden_transactions``: ids of those that it may not see;
- effect ``unauthorized``: 401 on everything but the token endpoint;
- effect ``refuse_login``: the token endpoint answers ``invalid_grant``, or the error named by it;
- effect ``throttle``: 429 as at the limit, ``retry_after`` beside it: with this header;
- effect ``restricted``: ids of projects that the role may not see: no rows, no record;
- effect ``casing``: ``upper`` or ``title``: so are the keys of a query's rows written;
- effect ``unknown_columns``: of `job`, which the account or the role doesn't have (SuiteQL: 400);
- effect ``cut``: the share of the answer's body that arrives before the connection breaks;
- effect ``trickle``: seconds between the ten pieces in which the body arrives;
- effect ``script_refuses``: a script of the account's refuses a change (400 ``USER_ERROR``);
- effect ``script_undoes``: one takes every change back, after a PATCH that answered 204;
- effect ``queued``: a PATCH answers 202, and nothing is changed, or not yet;
- setting ``arguments``: the most that a whole query may have. Oracle names none (1,000 are the limit
  of one IN: section_156257796125); here to try what a client makes of such a refusal;
- setting ``concurrency``: n requests at a time instead of the account's own limit;
- setting ``language``: ``es``: words of errors are Spanish; their codes stay.

``unknown_columns``: a live answer for a column of a feature that is off (julbrs/netsuite-api-client
tests). ``script_…``: a PATCH runs the account's user event scripts and workflows (Oracle
section_1512409310), and whatever they refuse or set is what counts; the words of the refusal are
ours. ``queued``: a PATCH may answer so with ``Prefer: respond-async`` (REST API Browser 2026.1).
``restricted``: Oracle's roles hide rows without a word; that a hidden record is one that doesn't
exist is inferred. ``casing``: Oracle section_156257796125 promises none. ``language``: texts follow the
user's language, as a public test suite of a RESTlet client shows; the sentences here are ours.
"""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from sandbox.faults import Effect, FaultRules, drop_connection
from sandbox.netsuite import errors
from sandbox.netsuite.assertion import TOKEN_PATH
from sandbox.netsuite.backend import Backend, UnknownError
from sandbox.netsuite.journal import Entry, Journal
from sandbox.netsuite.shaping import cut_off, translated, trickled

CONTROL = "/_control/"
EFFECTS = frozenset(
    {
        "no_permission",
        "no_customers",
        "no_transactions",
        "hidden_transactions",
        "unauthorized",
        "refuse_login",
        "restricted",
        "casing",
        "unknown_columns",
        "cut",
        "trickle",
        "script_refuses",
        "script_undoes",
        "queued",
        "retry_after",
    }
)
SETTINGS = frozenset({"arguments", "concurrency", "language"})
_TOKEN_EFFECTS = frozenset({"refuse_login"})
_ANYWHERE = frozenset({"cut", "retry_after", "trickle"})
_BUSY_PAGE = (
    "<!DOCTYPE html><html><head><title>NetSuite</title></head><body><h1>Our site is temporarily "
    "unavailable</h1><p>Please try again in a few minutes.</p></body></html>"
)


class Gate:
    def __init__(
        self, backend: Backend, journal: Journal, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.faults = FaultRules()
        self._backend = backend
        self._journal = journal
        self._sleep = sleep

    def install(self, app: Flask) -> None:
        app.before_request(self._enter)
        app.after_request(self._leave)
        app.teardown_request(self._release)
        app.register_error_handler(errors.ApiError, self._refused)
        app.register_error_handler(HTTPException, _unrouted)

    def set_faults(self, value: object, of: str | None = None) -> None:
        """`of`: only what was given under that name is replaced. Raises ValueError."""
        faults = FaultRules.from_json(value, effects=EFFECTS, settings=SETTINGS)
        self.faults = faults if of is None else faults.named(of, self.faults)

    def _enter(self) -> Response | None:
        if request.path.startswith(CONTROL):
            return None
        # An unread body makes the kernel reset the connection, and the answer is lost.
        request.get_data(parse_form_data=False)
        g.entry = self._journal.begin(_account(), request.method, request.path, _params())
        g.slots, g.settings = ExitStack(), self.faults
        if not self._fits():
            raise errors.concurrency_limit_exceeded()
        return self._faulted()

    def _fits(self) -> bool:
        if not _is_service():
            return True
        try:
            g.slots.enter_context(self._backend.at_work(_account()))
            if _is_token():
                return True
            slot = self._backend.request_slot(_account(), self.faults.setting("concurrency"))
            return bool(g.slots.enter_context(slot))
        except UnknownError:
            return True

    def _faulted(self) -> Response | None:
        params = {**request.args.to_dict(), "account": _account(), "method": request.method}
        effect = self.faults.take("path", request.path, params, foreign=_foreign())
        if effect is None:
            return None
        g.effect = effect
        g.entry.fault = effect.to_json()
        if effect.delay:
            self._sleep(effect.delay)
        return _early_answer(effect)

    def _leave(self, response: Response) -> Response:
        entry: Entry | None = g.get("entry")
        if entry is None:
            return response
        effect: Effect | None = g.get("effect")
        if effect is not None and effect.lost_answer:
            drop_connection(request.environ)
            return response
        entry.status = response.status_code
        return response if effect is None else self._shaped(response, effect.specific)

    def _shaped(self, response: Response, specific: Mapping[str, Any]) -> Response:
        if "cut" in specific:
            return cut_off(response, float(specific["cut"]), request.environ)
        if "trickle" in specific:
            return trickled(response, partial(self._sleep, float(specific["trickle"])))
        return response

    def _refused(self, error: errors.ApiError) -> Response:
        body = translated(error.body, self.faults.setting("language"))
        response = answer(body, error.media, error.status)
        response.headers.update(error.headers)
        return response

    def _release(self, _error: BaseException | None) -> None:
        if slots := g.pop("slots", None):
            slots.close()


def setting(name: str) -> Any:
    """Of the faults that are in force; None without it."""
    return g.settings.setting(name)


def is_on(effect_name: str) -> bool:
    """Whether the fault taken for this request says so."""
    effect: Effect | None = g.get("effect")
    return effect is not None and bool(effect.specific.get(effect_name))


def effect_value(effect_name: str) -> Any:
    """What the fault taken for this request says of it; None without one."""
    effect: Effect | None = g.get("effect")
    return None if effect is None else effect.specific.get(effect_name)


def answer(body: object, media: str, status: int = 200) -> Response:
    """Keeps the order of keys, as NetSuite's bodies have one."""
    return Response(json.dumps(body), status, content_type=media)


def _early_answer(effect: Effect) -> Response | None:
    if effect.throttle:
        raise errors.concurrency_limit_exceeded(effect.specific.get("retry_after"))
    if effect.html:
        return Response(_BUSY_PAGE, effect.status or 503, mimetype="text/html")
    if effect.status is not None:
        return _plain(effect.status, effect.body)
    return Response(status=204) if effect.lost_answer == "not_done" else None


def _plain(status: int, body: Any) -> Response:
    if body is None:
        raise errors.unexpected_error(status)
    if isinstance(body, str):
        return Response(body, status, mimetype="text/plain")
    return answer(body, errors.ERROR_MEDIA, status)


def _unrouted(error: HTTPException) -> Response | HTTPException:
    """Wording ours: what a path gives that isn't simulated."""
    if not _is_service():
        return error
    status = error.code or 500
    detail = f"{request.method} {request.path} is not simulated."
    body = errors.problem(status, "INVALID_REQUEST", detail)
    return answer(body, errors.ERROR_MEDIA, status)


def _account() -> str:
    return request.path.split("/")[1]


def _is_service() -> bool:
    return "/services/" in request.path


def _is_token() -> bool:
    return request.path.endswith(TOKEN_PATH)


def _foreign() -> frozenset[str]:
    if _is_token():
        return EFFECTS - _TOKEN_EFFECTS - _ANYWHERE
    return _TOKEN_EFFECTS if _is_service() else EFFECTS


def _params() -> dict[str, object]:
    """Never an assertion or a token; of a query the text and how many parameters it has."""
    params: dict[str, object] = dict(request.args)
    if _is_token():
        return {**params, "grant_type": request.form.get("grant_type")}
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        return params
    if "q" in body:
        bound = body.get("params")
        return {**params, "q": body["q"], "params": len(bound) if isinstance(bound, list) else 0}
    return {**params, "body": body}
