"""Notices as JSON on the topics."""

from shared.adapters.sns.channel import SnsChannel

__all__ = ["SnsChannel"]
