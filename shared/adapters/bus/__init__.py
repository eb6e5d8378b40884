"""Our own events on EventBridge."""

from shared.adapters.bus.eventbridge import EventBridgeBus

__all__ = ["EventBridgeBus"]
