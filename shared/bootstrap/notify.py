from functools import cache

from shared.adapters.bus import EventBridgeBus
from shared.adapters.mail import SesChannel
from shared.adapters.sns import SnsChannel
from shared.adapters.table import TableAccounts, TableCases, TableNotices, TableWorkspaces
from shared.bootstrap.common import client, clock, env, rows, settings, table
from shared.workflows.notify import Notify
from shared.workflows.truth import Truth


@cache
def notify() -> Notify:
    return Notify(
        notices=TableNotices(table()),
        rows=rows(),
        settings=settings(),
        truth=_truth(),
        mail=SesChannel(client("sesv2", tries=1), env().sender, settings().account),
        topic=SnsChannel(
            client("sns"), env().people_topic, env().operators_topic, settings().account
        ),
        bus=EventBridgeBus(client("events"), env().bus),
        clock=clock,
    )


def _truth() -> Truth:
    return Truth(
        cases=TableCases(table()),
        accounts=TableAccounts(table()),
        workspaces=TableWorkspaces(table()),
        settings=settings(),
    )
