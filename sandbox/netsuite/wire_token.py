"""``POST /services/rest/auth/oauth2/v1/token`` (Oracle section_162755359851)."""

from flask import Blueprint, Response, request

from sandbox.netsuite import errors
from sandbox.netsuite.assertion import TOKEN_PATH, check_assertion
from sandbox.netsuite.backend import TOKEN_SECONDS, Backend
from sandbox.netsuite.gate import answer, effect_value, is_on
from sandbox.netsuite.routes import find_account
from sandbox.netsuite.world import Account

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def blueprint(backend: Backend) -> Blueprint:
    routes = Blueprint("token", __name__)

    @routes.post(f"/<slug>{TOKEN_PATH}")
    def token(slug: str) -> Response:
        account = find_account(backend, slug)
        assertion = _assertion()
        if is_on("refuse_login"):
            raise _refusal(effect_value("refuse_login"), account)
        if backend.is_revoked(account.id):
            raise errors.oauth_error("invalid_grant")
        check_assertion(assertion, account, backend.public_key(account.id), backend.clock())
        grant = {
            "access_token": backend.issue_token(account.id),
            "expires_in": TOKEN_SECONDS,
            "token_type": "Bearer",
        }
        response = answer(grant, "application/json")
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def _refusal(wanted: object, account: Account) -> errors.ApiError:
    if wanted == "invalid_client":
        return errors.invalid_client(account.id)
    return errors.oauth_error(wanted if isinstance(wanted, str) else "invalid_grant")


def _assertion() -> str:
    """Raises ApiError."""
    grant_type = request.form.get("grant_type")
    assertion = request.form.get("client_assertion")
    if grant_type and grant_type != "client_credentials":
        raise errors.oauth_error("unsupported_grant_type")
    typed = request.form.get("client_assertion_type") == _ASSERTION_TYPE
    if not grant_type or not typed or not assertion:
        raise errors.oauth_error("invalid_request")
    return assertion
