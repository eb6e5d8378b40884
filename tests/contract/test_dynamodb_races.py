"""What happens between our own requests, and between a request and its answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from shared.adapters.table import TableAccounts, TableCases, TableRows
from shared.domain.blocker import Label
from shared.domain.clock import DAY, MINUTE
from shared.errors import ConflictError
from shared.ports import Reconciler, Row
from tests.builders import ACCOUNT, LABEL, NOW, REPORT, WS, case, flying

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

ARMED = NOW + 5 * MINUTE


@dataclass
class Between:
    """A table at which `meanwhile` happens before each update; `requests` counts those."""

    table: "Table"
    meanwhile: Callable[[int], None]
    requests: int = 0

    def update_item(self, **request: Any) -> Any:
        self.meanwhile(self.requests)
        self.requests += 1
        return self.table.update_item(**request)


@dataclass
class LostAnswers:
    """A table whose every first answer gets lost: the client sends the same request again."""

    table: "Table"
    sent: list[Any] = field(default_factory=list)

    def put_item(self, **request: Any) -> Any:
        self.sent.append(request)
        self.table.put_item(**request)
        return self.table.put_item(**request)


def test_write_whose_answer_was_lost_is_no_conflict(table: "Table") -> None:
    """The intent is stored, so the export must follow, or the case would wait for a person."""
    lossy = TableCases(cast("Table", LostAnswers(table)))
    stored = lossy.put(flying(version=0))
    assert lossy.put(stored).version == 2
    assert TableCases(table).unfinished(WS)[0].version == 2


def test_equal_write_of_somebody_else_is_a_conflict(table: "Table") -> None:
    """Two runs that decide alike in the same millisecond must not both export."""
    cases = TableCases(table)
    first = cases.put(flying(version=0))
    cases.put(first)
    with pytest.raises(ConflictError):
        cases.put(first)


def test_row_that_keeps_moving_ends_in_a_conflict(table: "Table") -> None:
    """After five tries; it is due then, so nothing is forgotten."""
    rows = TableRows(table)
    rows.arm(Reconciler.WATCH, ACCOUNT, ARMED)

    def pulled(number: int) -> None:
        rows.pull(Reconciler.WATCH, ACCOUNT, NOW - number)

    busy = Between(table, pulled)
    with pytest.raises(ConflictError):
        TableRows(cast("Table", busy)).finish(
            Reconciler.WATCH, ACCOUNT, armed=ARMED, looked_at=NOW, due=None
        )
    assert busy.requests == 5
    assert rows.get(Reconciler.WATCH, ACCOUNT) == Row(Reconciler.WATCH, ACCOUNT, NOW - 4)


def test_row_that_moves_four_times_is_settled(table: "Table") -> None:
    """The earliest wish of all stays."""
    rows = TableRows(table)
    rows.arm(Reconciler.WATCH, ACCOUNT, ARMED)

    def pulled(number: int) -> None:
        if number < 4:
            rows.pull(Reconciler.WATCH, ACCOUNT, NOW - number)

    busy = Between(table, pulled)
    TableRows(cast("Table", busy)).finish(
        Reconciler.WATCH, ACCOUNT, armed=ARMED, looked_at=NOW, due=NOW + MINUTE
    )
    assert rows.get(Reconciler.WATCH, ACCOUNT) == Row(Reconciler.WATCH, ACCOUNT, NOW - 3, NOW)


def test_end_of_an_overtaken_run_keeps_the_later_look(table: "Table") -> None:
    """`looked_at` is compared in the same write that sets it."""
    rows = TableRows(table)
    rows.arm(Reconciler.WATCH, ACCOUNT, ARMED)

    def overtaken(number: int) -> None:
        if not number:
            rows.finish(Reconciler.WATCH, ACCOUNT, armed=ARMED, looked_at=NOW + 9, due=ARMED)

    busy = TableRows(cast("Table", Between(table, overtaken)))
    busy.finish(Reconciler.WATCH, ACCOUNT, armed=ARMED, looked_at=NOW, due=NOW + MINUTE)
    found = rows.get(Reconciler.WATCH, ACCOUNT)
    assert found == Row(Reconciler.WATCH, ACCOUNT, NOW + MINUTE, NOW + 9)


def test_question_that_loses_about_the_date_is_still_counted(table: "Table") -> None:
    """Somebody wants the label watched for longer in the same instant."""
    accounts = TableAccounts(table)

    def longer(number: int) -> None:
        if not number:
            accounts.ask(ACCOUNT, WS, [LABEL], NOW + DAY)

    busy = TableAccounts(cast("Table", Between(table, longer)))
    assert busy.ask(ACCOUNT, WS, [LABEL], NOW) == {LABEL: 2}
    assert accounts.labels(ACCOUNT) == (Label(ACCOUNT, WS, LABEL, 2, wanted_until=NOW + DAY),)


def test_of_two_choices_at_once_the_later_voids(table: "Table") -> None:
    """The slower of two operators must not bring answers back that the quicker one voided."""
    accounts = TableAccounts(table)

    def quicker(number: int) -> None:
        if number == 1:
            accounts.ask_anew(ACCOUNT, WS, LABEL, NOW)

    busy = TableAccounts(cast("Table", Between(table, quicker)))
    busy.ask_anew(ACCOUNT, WS, LABEL, NOW)
    (found,) = accounts.labels(ACCOUNT)
    assert (found.asked, found.valid_from) == (2, 2)


def test_questions_are_one_request_each(table: "Table") -> None:
    """A storm of failures asks thousands of times."""
    counted = Between(table, lambda _: None)
    accounts = TableAccounts(cast("Table", counted))
    for n in range(3):
        accounts.ask(ACCOUNT, WS, [LABEL], NOW + n)
    assert counted.requests == 3


def test_second_opening_of_a_case_meets_the_first(table: "Table") -> None:
    """Two events about one report at once: the slower one looks again and adds to the case."""
    cases = TableCases(table)
    cases.put(case(version=0, events=("e1",)))
    with pytest.raises(ConflictError):
        cases.put(case(version=0, events=("e2",)))
    found = cases.get(WS, REPORT)
    assert found is not None
    assert found.events == ("e1",)
