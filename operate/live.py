"""Going live is quiet: what a push writes as `act_since` where the file names none. Pure."""

import json
from datetime import UTC, datetime
from typing import Any

from operate.sheet import canonical
from shared.domain.clock import SECOND, Millis

FIELD = "act_since"
_LOUDNESS = {"observe": 1, "assist": 2, "auto": 3}
"""0: no settings, or none that anybody can read."""

_ACTING = 2


def with_act_since(body: str, before: str | None, now: Millis) -> tuple[str, bool]:
    """What the table is to hold, and whether the workspace goes live by that.

    A workspace that begins to act, or becomes louder, leaves alone what is older than this push.
    One that doesn't keeps what is stored. What the file says itself always holds.
    """
    content, old = json.loads(body), _content(before)
    louder = _loudness(content) > _loudness(old)
    live = louder and _loudness(content) >= _ACTING
    if FIELD in content:
        return body, live
    since = now if live else old.get(FIELD)
    return (body if since is None else canonical({**content, FIELD: since})), live


def moment(at: Millis) -> str:
    """As people write it."""
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _loudness(content: dict[str, Any]) -> int:
    mode = content.get("mode")
    return _LOUDNESS.get(mode, 0) if isinstance(mode, str) else 0


def _content(body: str | None) -> dict[str, Any]:
    """Empty for what is no object: it may have been written by hand."""
    try:
        found = json.loads(body or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
