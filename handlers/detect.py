"""One wake-up of one credential of Expensify's."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.reconciler import serve
from shared.bootstrap.detect import detect
from shared.observability import logger, metrics
from shared.ports import Reconciler


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    serve(Reconciler.DETECT, event, lambda: detect().look)
