"""Expensify's official Integration Server: reading reports, and nothing else.

``Reference`` stands for the Expensify API reference (integrations.expensify.com/Integration-Server/
doc), ``Template model`` for its page export_report_template.html, ``expensify-rs`` for the answers
of a live account noted in github xrl/expensify-rs, ``App X`` for github Expensify/App. What nobody
has published says *unverified*.
"""

from shared.adapters.expensify_read.allowance import Allowance
from shared.adapters.expensify_read.client import IntegrationServer
from shared.adapters.expensify_read.connection import CALL_BUDGET
from shared.adapters.expensify_read.search import IntegrationSearch

__all__ = ["CALL_BUDGET", "Allowance", "IntegrationSearch", "IntegrationServer"]
