"""5 requests per 10 s and 20 per 60 s for each credential (Help, Expensify-API.md)."""

from collections import defaultdict, deque

from sandbox.expensify.world import RateLimit

_SHORT_SECONDS = 10
_LONG_SECONDS = 60


class Limiter:
    """Refused requests don't count (unverified)."""

    def __init__(self, limit: RateLimit) -> None:
        self._limit = limit
        self._seen: defaultdict[str, deque[float]] = defaultdict(deque)

    def admit(self, credential: str, now: float) -> bool:
        seen = self._seen[credential]
        while seen and seen[0] <= now - _LONG_SECONDS:
            seen.popleft()
        lately = sum(at > now - _SHORT_SECONDS for at in seen)
        if lately >= self._limit.per10s or len(seen) >= self._limit.per60s:
            return False
        seen.append(now)
        return True
