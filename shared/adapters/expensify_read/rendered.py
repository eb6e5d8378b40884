"""The file that our template makes of the reports (`template.ftl`)."""

from typing import Literal

from pydantic import ValidationError

from shared.adapters.expensify_read.lenient import Lenient, Maybe
from shared.adapters.http import readable, unreadable, wrong_places


class RenderedExpense(Lenient):
    """Amounts in the currency's minor unit."""

    tag: str
    levels: tuple[str, ...]
    amount: Maybe[float]
    modified: Maybe[float]
    currency: str


class RenderedAction(Lenient):
    """Without details, only the first two are there; without a result, no messages."""

    name: str
    at: str
    message: str = ""
    success: str = ""
    messages: tuple[str, ...] = ()
    urls: tuple[tuple[str, ...], ...] = ()
    marked: str = ""
    in_progress: str = ""


class RenderedReport(Lenient):
    """None: Expensify's model of the report had no such list, which isn't an empty one.

    `fields`: the report field that holds the project, by each way to spell its name.
    """

    id: str
    policy: str = ""
    name: str
    submitter: str
    status: str
    state: str
    currency: str
    fields: tuple[str | None, ...] = ()
    expenses: tuple[RenderedExpense, ...] | None
    actions: tuple[RenderedAction, ...] | None


class Rendered(Lenient):
    reports: tuple[RenderedReport, ...]
    complete: Literal[True]


def rendered(file: bytes) -> tuple[RenderedReport, ...]:
    """Raises TransientError (unreadable): also for a file that was cut, wherever that was."""
    try:
        return Rendered.model_validate_json(readable(file)).reports
    except ValidationError as error:
        raise unreadable(f"the exporter's file: {wrong_places(error)}") from None
