"""EventBridge: our own events, and what others say."""

from shared.adapters.bus.eventbridge import EventBridgeBus
from shared.adapters.bus.inbox import EventBridgeInbox

__all__ = ["EventBridgeBus", "EventBridgeInbox"]
