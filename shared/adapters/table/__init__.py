"""What the service remembers, in one DynamoDB table. `keys` says what lies where."""

from shared.adapters.table.accounts import TableAccounts
from shared.adapters.table.cases import TableCases
from shared.adapters.table.deliveries import TableDeliveries
from shared.adapters.table.detection import TableCredentials, TableSightings
from shared.adapters.table.notices import TableNotices
from shared.adapters.table.rows import TableRows
from shared.adapters.table.settings import TableSettings
from shared.adapters.table.usages import TableUsages
from shared.adapters.table.workspaces import TableWorkspaces

__all__ = [
    "TableAccounts",
    "TableCases",
    "TableCredentials",
    "TableDeliveries",
    "TableNotices",
    "TableRows",
    "TableSettings",
    "TableSightings",
    "TableUsages",
    "TableWorkspaces",
]
