"""``POST /services/rest/query/v1/suiteql`` (Oracle section_157909186990).

Pages and their links: the samples of Oracle section_156414087576. "Prefer: transient" is required there, but what
its absence answers is shown nowhere: code and wording are ours, the 400 is what clients report.
"""

import re

from flask import Blueprint, Response, request

from sandbox.netsuite import errors
from sandbox.netsuite.backend import Backend
from sandbox.netsuite.gate import answer, effect_value, is_on, setting
from sandbox.netsuite.routes import authorized_account, base_url
from sandbox.netsuite.shaping import recased
from sandbox.netsuite.suiteql import Snapshot, run, tables
from sandbox.netsuite.suiteql.run import Item
from sandbox.netsuite.world import Account

_PATH = "/services/rest/query/v1/suiteql"
_MEDIA = "application/vnd.oracle.resource+json; type=collection"
_LONGEST_PAGE = 1000
_MOST_PAGES = 1000


def blueprint(backend: Backend) -> Blueprint:
    routes = Blueprint("suiteql", __name__)

    @routes.post(f"/<slug>{_PATH}")
    def suiteql(slug: str) -> Response:
        account = authorized_account(backend, slug)
        _require_transient()
        limit, offset = _page()
        query, params = _query()
        if len(params) > (setting("arguments") or len(params)):
            raise errors.unsupported_search()
        if is_on("no_permission"):
            raise errors.record_not_found("job")
        if is_on("no_customers") and "customer" in tables(query):
            raise errors.record_not_found("customer")
        rows = run(query, params, _snapshot(backend, account))
        items = [recased(row, effect_value("casing")) for row in rows]
        return answer(_envelope(items, limit, offset, base_url(slug) + _PATH), _MEDIA)

    return routes


def _snapshot(backend: Backend, account: Account) -> Snapshot:
    names = {key: reference.name for key, reference in backend.references(account.id).items()}
    pointers = dict.fromkeys(("customer", "parent", "projectmanager"), names)
    labels = {
        "entitystatus": account.statuses,
        "subsidiary": account.subsidiaries,
        **pointers,
    }
    customers = backend.customers(account.id)
    one_world = bool(account.subsidiaries)
    hidden = effect_value("restricted") or ()
    jobs = [job for job in backend.jobs(account.id) if job.project.id not in hidden]
    unknown = frozenset(effect_value("unknown_columns") or ())
    return Snapshot(jobs, labels, customers, one_world, unknown)


def _require_transient() -> None:
    preferences = request.headers.get("Prefer", "").lower().split(",")
    if "transient" not in (preference.strip() for preference in preferences):
        detail = "The request header 'Prefer' must have the value 'transient'."
        raise errors.malformed_request(detail, errorHeader="Prefer")


def _page() -> tuple[int, int]:
    limit = _number("limit", _LONGEST_PAGE)
    offset = _number("offset", 0)
    if not 1 <= limit <= _LONGEST_PAGE:
        raise errors.invalid_parameter("limit", "Provide a limit between 1 and 1000.")
    if offset % limit or offset // limit >= _MOST_PAGES:
        raise errors.invalid_parameter("offset", "Provide an offset divisible by the limit.")
    return limit, offset


def _number(name: str, default: int) -> int:
    value = request.args.get(name, str(default))
    if not re.fullmatch("[0-9]{1,9}", value):
        raise errors.invalid_parameter(name, f"Invalid value '{value}'. Provide a number.")
    return int(value)


def _query() -> tuple[str, list[object]]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("q"), str):
        raise errors.malformed_request()
    params = body.get("params", [])
    if not isinstance(params, list):
        raise errors.malformed_request()
    return body["q"], params


def _envelope(items: list[Item], limit: int, offset: int, url: str) -> dict[str, object]:
    page = items[offset : offset + limit]
    return {
        "links": [
            {"rel": rel, "href": f"{url}?limit={limit}&offset={start}"}
            for rel, start in _links(len(items), limit, offset)
        ],
        "count": len(page),
        "hasMore": offset + limit < len(items),
        "items": page,
        "offset": offset,
        "totalResults": len(items),
    }


def _links(total: int, limit: int, offset: int) -> list[tuple[str, int]]:
    links = []
    if offset + limit < total:
        links += [("next", offset + limit), ("last", (total - 1) // limit * limit)]
    if offset:
        links += [("prev", offset - limit), ("first", 0)]
    return [*links, ("self", offset)]
