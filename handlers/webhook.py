"""A function URL → here: one delivery of somebody outside."""

from dataclasses import replace
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.webhook import webhook
from shared.contracts.function_url import post_of, response
from shared.domain.delivery import UNAVAILABLE, Answer
from shared.observability import count, logger, metrics


def taken(event: dict[str, Any]) -> Answer:
    try:
        post = post_of(event)
        return post if isinstance(post, Answer) else webhook().take(post)
    except Exception as error:  # noqa: BLE001  its words and its traceback may be content
        return replace(UNAVAILABLE, fault=type(error).__name__)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    answer = taken(event)
    log = logger.error if answer.fault else logger.info
    log(
        "delivery",
        outcome=answer.outcome,
        status=answer.status,
        key_id=answer.key_id,
        delivery_id=answer.delivery_id,
        fault=answer.fault,
    )
    count(f"Webhook {answer.outcome}")
    return response(answer)
