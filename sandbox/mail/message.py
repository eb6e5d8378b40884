"""One caught mail, and what of it was asked for."""

from dataclasses import asdict, dataclass, field
from email.utils import getaddresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mail as asked for; addresses as written, perhaps with a display name."""

    sender: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def recipients(self) -> frozenset[str]:
        return bare_addresses(*self.to, *self.cc, *self.bcc)


@dataclass(frozen=True, slots=True)
class Message:
    """``at`` is UTC, ISO 8601."""

    id: str
    at: str
    draft: Draft

    def to_json(self) -> dict[str, object]:
        values = asdict(self.draft)
        return {"id": self.id, "at": self.at, "from": values.pop("sender"), **values}


def bare_addresses(*written: str) -> frozenset[str]:
    """The addresses without display names, in lower case."""
    return frozenset(address.lower() for _, address in getaddresses(written) if "@" in address)
