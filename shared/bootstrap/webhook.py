from functools import cache

from shared.adapters.bus import EventBridgeInbox
from shared.adapters.secrets import SecretsManager
from shared.adapters.signatures import StandardWebhooks
from shared.adapters.table import TableDeliveries
from shared.bootstrap.common import client, clock, env, settings, table
from shared.workflows.webhook import Webhook


@cache
def webhook() -> Webhook:
    return Webhook(
        keys=settings(),
        secrets=SecretsManager(client("secretsmanager"), clock),
        signatures=StandardWebhooks(),
        deliveries=TableDeliveries(table()),
        inbox=EventBridgeInbox(client("events"), env().bus),
        clock=clock,
    )
