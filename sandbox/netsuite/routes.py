"""What the service routes share: the account in the path, and the access token.

The challenge of a refused token: Oracle subsect_158521885412.
"""

from flask import abort, request

from sandbox.netsuite import errors
from sandbox.netsuite.backend import Backend, UnknownError
from sandbox.netsuite.gate import is_on
from sandbox.netsuite.world import Account


def find_account(backend: Backend, slug: str) -> Account:
    """NetSuite would have no such host; here it is a 404."""
    try:
        return backend.account(slug)
    except UnknownError:
        abort(404)


def authorized_account(backend: Backend, slug: str) -> Account:
    account = find_account(backend, slug)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = scheme.lower() == "bearer" and backend.accepts_token(account.id, token.strip())
    if not known or is_on("unauthorized"):
        raise errors.invalid_login(account.id)
    return account


def base_url(slug: str) -> str:
    return f"{request.host_url}{slug}"
