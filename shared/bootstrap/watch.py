from functools import cache

from shared.adapters.netsuite import NetSuiteClient
from shared.adapters.table import TableAccounts, TableCases, TableNotices
from shared.bootstrap.common import acts, clock, rows, settings, table, wakes
from shared.bootstrap.outside import secrets, session
from shared.contracts.settings import AccountSettings
from shared.ports import NetSuite
from shared.workflows.reactivate import Reactivate
from shared.workflows.watch import Watch


@cache
def watch() -> Watch:
    return Watch(
        accounts=TableAccounts(table()),
        notices=TableNotices(table()),
        rows=rows(),
        wakes=wakes(),
        settings=settings(),
        netsuite=_netsuite,
        reactivate=Reactivate(
            accounts=TableAccounts(table()),
            cases=TableCases(table()),
            notices=TableNotices(table()),
            rows=rows(),
            wakes=wakes(),
            settings=settings(),
            acts=acts,
            clock=clock,
        ),
        clock=clock,
    )


@cache
def _netsuite(account: AccountSettings) -> NetSuite:
    """Kept, and with it its token, while the settings stay the same."""
    return NetSuiteClient(account, secrets(), session(), clock)
