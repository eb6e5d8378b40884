"""One wake-up of one NetSuite account."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.reconciler import serve
from shared.bootstrap.watch import watch
from shared.observability import logger, metrics
from shared.ports import Reconciler


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    serve(Reconciler.WATCH, event, lambda: watch().look)
