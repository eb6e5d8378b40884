"""One NetSuite account over SuiteTalk REST.

Projects are looked up by query; a record can be changed, which nothing of the service does yet.
``Oracle X`` stands for docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/X.html.
"""

from shared.adapters.netsuite.client import LOOK_BUDGET, NetSuiteClient
from shared.adapters.netsuite.job import JobChange, JobRecord
from shared.adapters.netsuite.records import CHANGE_BUDGET, READ_BUDGET, Changed, Outcome, Records

__all__ = [
    "CHANGE_BUDGET",
    "LOOK_BUDGET",
    "READ_BUDGET",
    "Changed",
    "JobChange",
    "JobRecord",
    "NetSuiteClient",
    "Outcome",
    "Records",
]
