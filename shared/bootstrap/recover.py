from functools import cache

from shared.adapters.bus import EventBridgeBus
from shared.adapters.expensify_app import AppApi
from shared.adapters.expensify_read import Allowance, IntegrationServer
from shared.adapters.table import (
    TableAccounts,
    TableCases,
    TableNotices,
    TableUsages,
    TableWorkspaces,
)
from shared.bootstrap.common import client, clock, env, rows, settings, table, wakes
from shared.bootstrap.outside import secrets, session
from shared.catalogue import catalogue
from shared.contracts.settings import WorkspaceSettings
from shared.domain.slots import windows_of
from shared.workflows.recover import Expensify, Recover


@cache
def recover() -> Recover:
    return Recover(
        cases=TableCases(table()),
        accounts=TableAccounts(table()),
        workspaces=TableWorkspaces(table()),
        notices=TableNotices(table()),
        rows=rows(),
        wakes=wakes(),
        settings=settings(),
        bus=EventBridgeBus(client("events"), env().bus),
        expensify=_expensify,
        acts=lambda: env().acts == "on" and settings().acts(),
        fixers=catalogue().fixers,
        clock=clock,
    )


@cache
def _expensify(workspace: WorkspaceSettings) -> Expensify:
    """Kept, and with it its session, while the settings stay the same."""
    use = workspace.expensify
    windows = windows_of(use.requests_per_10s, use.requests_per_60s)
    allowance = Allowance(TableUsages(table()), clock, urgent=True, windows=windows)
    reader = IntegrationServer(use, secrets(), session(), clock, allowance)
    return Expensify(reader, AppApi(workspace.workspace_id, use, secrets(), session(), clock))
