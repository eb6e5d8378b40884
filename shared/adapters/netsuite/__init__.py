"""One NetSuite account over SuiteTalk REST, read only.

``Oracle X`` stands for docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/X.html.
"""

from shared.adapters.netsuite.client import LOOK_BUDGET, NetSuiteClient

__all__ = ["LOOK_BUDGET", "NetSuiteClient"]
