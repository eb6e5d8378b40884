"""Every minute: wake whatever is due."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.bootstrap.sweep import sweep
from shared.observability import count, logger, metrics


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    woken = sweep().run()
    count("Rows woken", woken)
    return {"woken": woken}
