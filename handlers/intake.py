"""Bus → SQS → here: one batch of messages. Each that fails is delivered again by itself."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.intake import intake
from shared.observability import count, logger, metrics

processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def take(record: SQSRecord) -> None:
    try:
        taken = intake().take(record.body, _since(record))
    except Exception as error:
        # The batch swallows it, and its words may be content: no traceback.
        logger.error("not taken", **_about(record), error=type(error).__name__)
        count("Intake failed")
        raise
    logger.info("taken", **_about(record), outcome=taken)
    count(f"Intake {taken}")


def _since(record: SQSRecord) -> int | None:
    """When the event first came, in milliseconds, if it was parked: see `operate/parked.py`."""
    told = record.message_attributes["since"]
    text = (told.string_value or "") if told else ""
    return int(text) if text.isdigit() else None


def _about(record: SQSRecord) -> dict[str, Any]:
    tries = int(record.attributes.approximate_receive_count or 1)
    return {"message_id": record.message_id, "tries": tries}


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(event, take, processor, context)
