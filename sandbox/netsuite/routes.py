"""What the service routes share: the account in the path, and who asks.

By a bearer token or, see ``tba.py``, by a signature. The challenge of a refused token: Oracle
subsect_158521885412.
"""

from flask import abort, request

from sandbox.netsuite import errors
from sandbox.netsuite.backend import Backend, UnknownError
from sandbox.netsuite.gate import is_on
from sandbox.netsuite.tba import SCHEME, check_signature
from sandbox.netsuite.world import Account


def find_account(backend: Backend, slug: str) -> Account:
    """NetSuite would have no such host; here it is a 404."""
    try:
        return backend.account(slug)
    except UnknownError:
        abort(404)


def authorized_account(backend: Backend, slug: str) -> Account:
    account = find_account(backend, slug)
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == SCHEME:
        _check_signature(rest, account, backend)
        return account
    known = scheme.lower() == "bearer" and backend.accepts_token(account.id, rest.strip())
    if not known or is_on("unauthorized"):
        raise errors.invalid_login(account.id)
    return account


def _check_signature(header: str, account: Account, backend: Backend) -> None:
    if is_on("unauthorized"):
        raise errors.invalid_login_attempt(account.id, "token_rejected")
    nonces = backend.nonces(account.id)
    check_signature(
        header, request.method, request.url, request.get_data(), account, nonces, backend.clock()
    )


def base_url(slug: str) -> str:
    return f"{request.host_url}{slug}"
