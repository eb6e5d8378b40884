"""Between the domain's dataclasses and the table's attributes.

Fields are attributes, readable in the console; what has its default value isn't stored. Attributes
that nobody here knows are ignored, so that an older version reads what a newer one wrote.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from shared.domain.case import Case
from shared.errors import MalformedError

type Item = dict[str, Any]

DETAIL_KEPT = 300
"""Characters of a history line's detail that are kept: a message may be thousands long."""


@dataclass(frozen=True, slots=True)
class Codec[T]:
    name: str
    adapter: TypeAdapter[T]

    @classmethod
    def of(cls, record: type[T]) -> Self:
        return cls(record.__name__, TypeAdapter(record))

    def item(self, record: T) -> Item:
        written: Item = self.adapter.dump_python(record, mode="json", exclude_defaults=True)
        return written

    def record(self, item: Item) -> T:
        """Raises MalformedError."""
        try:
            return self.adapter.validate_python(item)
        except ValidationError as error:
            # Without the cause, whose text repeats addresses and labels.
            raise MalformedError(f"a stored {self.name}: {_faults(error)}") from None


def _faults(error: ValidationError) -> str:
    """Which fields are wrong and how, never what they hold."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))} ({fault['type']})" for fault in found)


def shortened(case: Case) -> Case:
    """The case as it is stored."""
    history = tuple(replace(entry, detail=entry.detail[:DETAIL_KEPT]) for entry in case.history)
    return replace(case, history=history)
