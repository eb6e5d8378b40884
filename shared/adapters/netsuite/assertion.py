"""The signed assertion of OAuth 2.0 client credentials.

Header, claims and algorithms: Oracle section_162790605110 (not RS256); keys: subsect_162755332391.
"""

import secrets

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.adapters.netsuite.credentials import Certified
from shared.domain.clock import SECOND, Millis
from shared.domain.finding import Fault
from shared.errors import RefusedError

# NetSuite takes up to an hour; a stolen one should be worth little.
_LIFETIME_SECONDS = 300
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_RSA_BITS = frozenset({3072, 4096})

type _Key = RSAPrivateKey | EllipticCurvePrivateKey


def sign(credentials: Certified, audience: str, now: Millis) -> str:
    """Raises RefusedError for a key that can't be read or that NetSuite doesn't take."""
    key, algorithm = _load(credentials.private_key.get_secret_value())
    issued = now // SECOND
    claims = {
        "iss": credentials.client_id,
        "scope": ["rest_webservices"],
        "aud": audience,
        "iat": issued,
        "exp": issued + _LIFETIME_SECONDS,
        "jti": secrets.token_urlsafe(16),
    }
    return jwt.encode(claims, key, algorithm, {"kid": credentials.certificate_id})


def _load(pem: str) -> tuple[_Key, str]:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unusable("isn't a readable PEM key") from None
    if isinstance(key, RSAPrivateKey) and key.key_size in _RSA_BITS:
        return key, "PS256"
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return key, _CURVES[key.curve.name]
    raise _unusable("is neither RSA of 3072 or 4096 bits nor EC P-256, 384 or 521")


def _unusable(how: str) -> RefusedError:
    return RefusedError(f"the secret's netsuite.privateKey {how}", Fault.SECRET_UNUSABLE)
