"""The story of one history, for people."""

from datetime import UTC, datetime

from shared.domain.clock import Millis


class Journal:
    """Lines of (virtual time, who, what, result); nothing is kept unless it is `on`."""

    def __init__(self, *, on: bool = False) -> None:
        self.on = on
        self.lines: list[str] = []

    def note(self, at: Millis, actor: str, what: str, result: str = "") -> None:
        if self.on:
            when = datetime.fromtimestamp(at / 1000, UTC).strftime("%d %H:%M:%S.%f")[:-3]
            self.lines.append(f"{when}  {actor:<26} {what}{f' → {result}' if result else ''}")

    def text(self) -> str:
        return "\n".join(self.lines)
