"""Checks the signature of token-based authentication (OAuth 1.0a): written out, no library.

Oracle section_1530099787: HMAC-SHA256, ``realm`` is the account id in capitals, the base string has
method, address without query, and the sorted parameters of query and header; the JSON body is no
part of it. RFC 5849 gives the rest (3.4.1 base string, 3.6 percent-encoding, 3.3 nonce and time).
What PyPI's ``netsuite`` sends besides, a signed ``oauth_body_hash`` (its OAuth draft: base64 of
SHA-1 of the body), is taken, and must be right. 300 s of clock skew, and one nonce per timestamp:
public simulators do so; Oracle gives no figure. INVALID_LOGIN_ATTEMPT is the spelling of RESTlets
and TBA; the challenge's ``error`` words are ours.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha1
from threading import Lock
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from sandbox.netsuite import errors
from sandbox.netsuite.world import Account

type Pairs = list[tuple[str, str]]

SCHEME = "oauth"
_SKEW_SECONDS = 300
_PAIR = re.compile(r'\s*([A-Za-z_]+)="([^"]*)"\s*')
_NEEDED = frozenset(
    {
        "realm",
        "oauth_consumer_key",
        "oauth_token",
        "oauth_nonce",
        "oauth_timestamp",
        "oauth_signature_method",
        "oauth_signature",
    }
)


class Nonces:
    """Each pair of time and nonce is taken once per token. Thread-safe."""

    def __init__(self) -> None:
        self._used: set[tuple[str, str, str]] = set()
        self._lock = Lock()

    def take(self, token: str, timestamp: str, nonce: str) -> bool:
        with self._lock:
            fresh = (token, timestamp, nonce) not in self._used
            self._used.add((token, timestamp, nonce))
            return fresh


def check_signature(
    header: str, method: str, url: str, body: bytes, account: Account, nonces: Nonces, now: float
) -> None:
    """``header``: what stands behind "OAuth". Raises ApiError."""
    given = _parsed(header)
    if given is None or not given.keys() >= _NEEDED:
        raise errors.invalid_login_attempt(account.id, "parameter_absent")
    if not _names(given, account):
        raise errors.invalid_login_attempt(account.id, "token_rejected")
    if not _in_time(given["oauth_timestamp"], now):
        raise errors.invalid_login_attempt(account.id, "timestamp_refused")
    if not _signed(given, method, url, account) or not _same_body(given, body):
        raise errors.invalid_login_attempt(account.id, "signature_invalid")
    if not nonces.take(given["oauth_token"], given["oauth_timestamp"], given["oauth_nonce"]):
        raise errors.invalid_login_attempt(account.id, "nonce_used")


def _parsed(header: str) -> dict[str, str] | None:
    """None where it isn't a list of quoted pairs, or names one twice."""
    found: dict[str, str] = {}
    for part in header.split(","):
        match = _PAIR.fullmatch(part)
        if match is None or match[1] in found:
            return None
        found[match[1]] = unquote(match[2])
    return found


def _names(given: Mapping[str, str], account: Account) -> bool:
    return (
        given["realm"] == account.id
        and given["oauth_consumer_key"] == account.consumer_key
        and given["oauth_token"] == account.token_id
        and given["oauth_signature_method"] == "HMAC-SHA256"
        and given.get("oauth_version", "1.0") == "1.0"
    )


def _in_time(timestamp: str, now: float) -> bool:
    digits = re.fullmatch("[0-9]{1,12}", timestamp)
    return digits is not None and abs(int(timestamp) - now) <= _SKEW_SECONDS


def _signed(given: Mapping[str, str], method: str, url: str, account: Account) -> bool:
    own = {"realm", "oauth_signature"}
    pairs = [(key, value) for key, value in given.items() if key not in own]
    key = f"{_escaped(account.consumer_secret)}&{_escaped(account.token_secret)}"
    base = base_string(method, url, pairs)
    wanted = b64encode(hmac.digest(key.encode(), base.encode(), "sha256")).decode()
    return hmac.compare_digest(wanted.encode(), given["oauth_signature"].encode())


def base_string(method: str, url: str, pairs: Pairs) -> str:
    """RFC 5849, 3.4.1: encoded, sorted, joined, and encoded once more."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    encoded = sorted((_escaped(key), _escaped(value)) for key, value in [*query, *pairs])
    normal = "&".join(f"{key}={value}" for key, value in encoded)
    return f"{method.upper()}&{_escaped(_bare(url))}&{_escaped(normal)}"


def _bare(url: str) -> str:
    """Scheme and host in small letters, no default port, no query."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in {None, default} else f":{parts.port}"
    return f"{parts.scheme.lower()}://{(parts.hostname or '').lower()}{port}{parts.path}"


def _same_body(given: Mapping[str, str], body: bytes) -> bool:
    digest = given.get("oauth_body_hash")
    return (
        digest is None or digest == b64encode(sha1(body, usedforsecurity=False).digest()).decode()
    )


def _escaped(text: str) -> str:
    return quote(text, safe="~")
