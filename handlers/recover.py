"""One wake-up of one workspace."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from handlers.reconciler import serve
from shared.bootstrap.recover import recover
from shared.observability import logger, metrics
from shared.ports import Reconciler


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    serve(Reconciler.RECOVER, event, lambda: recover().look)
