from functools import cache

from shared.adapters.bus import EventBridgeInbox
from shared.adapters.expensify_read import Allowance, IntegrationSearch
from shared.adapters.table import TableCredentials, TableNotices, TableSightings, TableUsages
from shared.bootstrap.common import client, clock, env, rows, settings, table, wakes
from shared.bootstrap.outside import secrets, session
from shared.contracts.settings import WorkspaceSettings
from shared.domain.slots import windows_of
from shared.ports import ReportFinder
from shared.workflows.detect import Detect


@cache
def detect() -> Detect:
    return Detect(
        credentials=TableCredentials(table()),
        sightings=TableSightings(table()),
        notices=TableNotices(table()),
        rows=rows(),
        wakes=wakes(),
        tenants=settings(),
        inbox=EventBridgeInbox(client("events"), env().bus),
        finder=_finder,
        clock=clock,
    )


@cache
def _finder(workspace: WorkspaceSettings) -> ReportFinder:
    """Not urgent: some slots of the credential are left to `recover`."""
    use = workspace.expensify
    windows = windows_of(use.requests_per_10s, use.requests_per_60s)
    allowance = Allowance(TableUsages(table()), clock, urgent=False, windows=windows)
    return IntegrationSearch(use, secrets(), session(), clock, allowance)
