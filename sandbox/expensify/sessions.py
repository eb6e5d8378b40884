"""Tokens of the app API. A token lives 90 minutes (App CONST, client token lifetime)."""

import secrets
from dataclasses import dataclass

from sandbox.expensify.world import AppAccess

TOKEN_SECONDS = 90 * 60


@dataclass(frozen=True, slots=True)
class Session:
    """What it may do goes by the account, not by the device."""

    email: str
    expires_at: float


class Sessions:
    def __init__(self) -> None:
        self._by_token: dict[str, Session] = {}

    def open(self, access: AppAccess, now: float) -> str:
        token = secrets.token_hex(32).upper()
        expires_at = now + TOKEN_SECONDS
        self._by_token[token] = Session(access.email, expires_at)
        return token

    def expire(self) -> None:
        """All of them, as if their time were over."""
        self._by_token.clear()

    def find(self, token: str, now: float) -> Session | None:
        session = self._by_token.get(token)
        return session if session and now < session.expires_at else None
