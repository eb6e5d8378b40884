"""Checks the signed assertion of OAuth 2.0 client credentials.

Oracle section_162755359851 (flow), section_162790605110 (header and claims), and
subsect_162755332391 (keys: RSA 3072 or 4096, EC P-256/384/521). That an unknown client or
certificate is ``invalid_client`` and a bad claim or signature ``invalid_grant`` is inferred from
OAuth's meaning of the two (RFC 6749 §5.2); a refused assertion is seen as ``invalid_grant``, and
so is, inferred likewise, one by a certificate that was revoked.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sandbox.netsuite import errors
from sandbox.netsuite.world import Account

ALGORITHMS = ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
SCOPE = "rest_webservices"
_LONGEST_SECONDS = 3600
_CLOCK_SKEW_SECONDS = 60
_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
_RSA_BITS = frozenset({3072, 4096})


def check_public_key(pem: str) -> str:
    """Gives the key back. Raises ValueError for one whose certificate NetSuite refuses."""
    key = load_pem_public_key(pem.encode())
    rsa = isinstance(key, RSAPublicKey) and key.key_size in _RSA_BITS
    ec = isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES
    if not rsa and not ec:
        raise ValueError("the key must be RSA of 3072 or 4096 bits, or EC P-256, P-384 or P-521")
    return pem


def check_assertion(assertion: str, account: Account, public_key: str | None, now: float) -> None:
    """Raises ApiError."""
    if _header(assertion).get("kid") != account.certificate_id or public_key is None:
        raise errors.invalid_client(account.id)
    claims = _claims(assertion, public_key)
    if claims.get("iss") != account.client_id:
        raise errors.invalid_client(account.id)
    if not _in_time(claims, now) or not _for_us(claims.get("aud"), account):
        raise errors.oauth_error("invalid_grant")
    if not _asks_for_us(claims.get("scope")):
        raise errors.oauth_error("invalid_scope")


def _header(assertion: str) -> Mapping[str, Any]:
    try:
        return jwt.get_unverified_header(assertion)
    except jwt.PyJWTError:
        raise errors.oauth_error("invalid_grant") from None


def _claims(assertion: str, public_key: str) -> Mapping[str, Any]:
    # Times and audience are checked below: by the simulator's clock, and by account.
    options: Any = {f"verify_{claim}": False for claim in ("exp", "iat", "nbf", "aud", "iss")}
    try:
        claims: Mapping[str, Any] = jwt.decode(
            assertion, public_key, algorithms=list(ALGORITHMS), options=options
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        raise errors.oauth_error("invalid_grant") from None
    return claims


def _in_time(claims: Mapping[str, Any], now: float) -> bool:
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int | float) or not isinstance(expires, int | float):
        return False
    fresh = issued <= now + _CLOCK_SKEW_SECONDS and now < expires
    return fresh and 0 < expires - issued <= _LONGEST_SECONDS


def _for_us(audience: object, account: Account) -> bool:
    audiences = audience if isinstance(audience, list) else [audience]
    return any(isinstance(url, str) and _is_token_url(url, account.slug) for url in audiences)


def _asks_for_us(scope: object) -> bool:
    """A list, as in Oracle's sample, or a text with commas, as the page's table has it.

    Both are in use by public clients.
    """
    scopes = scope.split(",") if isinstance(scope, str) else scope
    return isinstance(scopes, list) and SCOPE in [str(each).strip() for each in scopes]


def _is_token_url(url: str, slug: str) -> bool:
    """The account is the host's first label with NetSuite, the path's first element here."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.path.endswith(TOKEN_PATH):
        return False
    prefix = parts.path.removesuffix(TOKEN_PATH).strip("/")
    return (prefix or (parts.hostname or "").split(".")[0]).lower() == slug
