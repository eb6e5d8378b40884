"""Signatures of deliveries."""

from shared.adapters.signatures.standard_webhooks import StandardWebhooks

__all__ = ["StandardWebhooks"]
