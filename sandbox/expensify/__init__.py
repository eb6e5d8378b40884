"""An Expensify that can be had on one machine: the Integration Server and the app's own API.

``POST /Integration-Server/ExpensifyIntegrations`` is the official face: it reads reports, tags and
workspaces. ``POST /api/<Command>`` is the app's own: it syncs, exports, retags and reads back.

Nothing here runs by itself: every request first does what has become due, each at its own time
(`Backend.advance`), so that whoever holds the clock holds the world. ``python -m
sandbox.expensify`` adds a ticker, so that a sync takes its look at NetSuite when it is due.

Sources. ``App X`` stands for github Expensify/App, ``Reference`` for the Expensify API reference
(github slatedocs-style source/index.html.md), ``Template model`` for
integrations.expensify.com/Integration-Server/doc/export_report_template.html, ``expensify-rs`` for
the live probes in github xrl/expensify-rs, ``Help`` for help.expensify.com. What nobody has
published says *unverified*.

Faults (`sandbox.faults`) match by ``command`` and the parameters seen in the journal. Commands of
the Integration Server are named ``file/combinedReportData``, ``download``, ``get/policy``,
``get/policyList``. For ``Report_Export``, a rule with ``reportID`` counts reports and any other
rule counts requests. Effects of this simulator alone:

``{"refuse_export": "text"}``  ``Report_Export``: fails later with that text; without text NS0770
``{"export_never": true}``     ``Report_Export``: accepted, and nothing ever happens
``{"export_unsaid": true}``    ``Report_Export``: NetSuite gets the record, the report doesn't say so
``{"sync_fails": "text"}``     ``SyncPolicyToNetSuite``: ends with that error
``{"sync_silent": true}``      ``SyncPolicyToNetSuite``: its last stage stays what it was (App PR #46671)
``{"sync_unauthorized": true}`` ``SyncPolicyToNetSuite``: NetSuite refuses Expensify's login
``{"sync_stuck": true}``       ``SyncPolicyToNetSuite``: doesn't end before ``syncTimeoutSeconds``
``{"jsonCode": 407}``          any app command: answers that code instead of working
``{"responseCode": 500}``      any job: answers that code in HTTP 200 instead of working
``{"render_seconds": 5}``      ``file/...``: the file is there only so much later
``{"not_ready": "empty"}``     ``download``: an empty answer; ``"envelope"``: 'File not found'

They act on what comes in over the two faces, not on what people do through the control surface.
"""

from sandbox.expensify.app import create_app
from sandbox.expensify.backend import Backend
from sandbox.expensify.world import World, load_world

__all__ = ["Backend", "World", "create_app", "load_world"]
