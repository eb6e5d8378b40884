"""Which reports one search asks for."""

from dataclasses import dataclass
from datetime import date, timedelta

from shared.domain.clock import DAY, Millis

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days since 1970, both included.

    By day of sending ('submitted or created, whichever is later'), or, with `approved`, all that
    were approved on `first` or later and, if there is a `last`, sent by then. Source: Reference,
    filters of the report exporter.
    """

    first: int
    last: int | None = None
    approved: bool = False

    def halves(self) -> tuple["Span", ...]:
        """Smaller spans that hold the same reports; none if it can't be cut any more.

        What was approved since a day was sent before it, or is sent since. How an end day counts
        beside `approved` is *unverified*.
        """
        if self.last is None or self.first == self.last:
            return ()
        middle = (self.first + self.last) // 2
        return Span(self.first, middle), Span(middle + 1, self.last)

    def parts(self, today: int) -> tuple["Span", ...]:
        if self.approved and self.last is None:
            late = Span(self.first, self.first, approved=True)
            return late, Span(self.first + 1, today + 1)
        return self.halves()


def day_of(at: Millis) -> int:
    return at // DAY


def date_text(day: int) -> str:
    """yyyy-MM-dd, as Expensify takes it."""
    return (_EPOCH + timedelta(days=day)).isoformat()
