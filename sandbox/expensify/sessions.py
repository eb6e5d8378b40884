"""Tokens of the app API. A token lives 90 minutes (App CONST, client token lifetime)."""

import secrets
from dataclasses import dataclass

from sandbox.expensify.world import AppAccess

TOKEN_SECONDS = 90 * 60


@dataclass(frozen=True, slots=True)
class Session:
    email: str
    login: str
    expires_at: float


class Sessions:
    def __init__(self) -> None:
        self._by_token: dict[str, Session] = {}

    def open(self, access: AppAccess, now: float) -> str:
        token = secrets.token_hex(32).upper()
        expires_at = now + TOKEN_SECONDS
        self._by_token[token] = Session(access.email, access.partner_user_id, expires_at)
        return token

    def find(self, token: str, now: float) -> Session | None:
        session = self._by_token.get(token)
        return session if session and now < session.expires_at else None
