"""What we send to SQS: wake-ups, and messages that can't be understood."""

from shared.adapters.queues.dead_letters import SqsDeadLetters
from shared.adapters.queues.wakes import SqsWakes

__all__ = ["SqsDeadLetters", "SqsWakes"]
