"""What the three reconcilers' handlers share: one SQS record in, one look at its key."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.data_classes import SQSEvent
from pydantic import ValidationError

from shared.bootstrap import common
from shared.contracts.events import WakeUp
from shared.domain.clock import MINUTE, SECOND, Millis
from shared.errors import (
    ConflictError,
    MalformedError,
    RemediationError,
    SettingsError,
    TransientError,
)
from shared.observability import count, logger
from shared.ports import Reconciler
from shared.reconcile import Look, reconcile


def serve(reconciler: Reconciler, event: dict[str, Any], look: Callable[[], Look]) -> None:
    """Serve every record. Raises MalformedError, and whatever shows a mistake of ours.

    What a later look can mend isn't delivered again, which would block the key for the queue's
    visibility timeout: the row is due again instead.
    """
    for record in SQSEvent(event).records:
        key, sent_at = _key(record.body), int(record.attributes.sent_timestamp or 0)
        try:
            outcome: str = reconcile(
                reconciler, key, sent_at, rows=common.rows(), clock=common.clock, look=look()
            )
        except (ConflictError, TransientError, SettingsError) as error:
            outcome = type(error).__name__
            common.rows().pull(reconciler, key, common.clock() + _patience(error))
        logger.info("looked", reconciler=reconciler, key=key, outcome=outcome)
        count(f"{reconciler} {outcome}")


def _key(body: str) -> str:
    try:
        return WakeUp.model_validate_json(body).key
    except ValidationError as error:
        raise MalformedError("a wake-up without a key") from error


def _patience(error: RemediationError) -> Millis:
    """How long to wait before the next look: none for a lost race, longer for broken settings."""
    if isinstance(error, ConflictError):
        return 0
    return 5 * MINUTE if isinstance(error, SettingsError) else 30 * SECOND
