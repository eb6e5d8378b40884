"""A NetSuite that can be had on one machine: token endpoint, SuiteQL and records over `job`.

One process serves every account of the world. The account is the first element of the path, in
its host form: what is ``https://1234567-sb1.suitetalk.api.netsuite.com/services/...`` for account
``1234567_SB1`` is ``http://127.0.0.1:PORT/1234567-sb1/services/...`` here.

Each module cites the public pages that its behaviour is shaped after. ``Oracle X`` stands for
docs.oracle.com/en/cloud/saas/netsuite/ns-online-help/X.html.
"""

from sandbox.netsuite.app import create_app
from sandbox.netsuite.world import World, load_world

__all__ = ["World", "create_app", "load_world"]
