from functools import cache

from shared.adapters.bus import EventBridgeBus
from shared.adapters.queues import SqsDeadLetters
from shared.adapters.table import TableAccounts, TableCases, TableNotices
from shared.bootstrap.common import client, clock, env, rows, settings, table, wakes
from shared.workflows.intake import Intake


@cache
def intake() -> Intake:
    return Intake(
        cases=TableCases(table()),
        accounts=TableAccounts(table()),
        notices=TableNotices(table()),
        rows=rows(),
        wakes=wakes(),
        settings=settings(),
        bus=EventBridgeBus(client("events"), env().bus),
        dead_letters=SqsDeadLetters(client("sqs"), env().dead_letters),
        clock=clock,
    )
