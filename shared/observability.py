"""One logger and one set of metrics for all functions: ids, codes, phases and durations only."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

SERVICE = "export-remediation"

logger = Logger(service=SERVICE)
metrics = Metrics(namespace="ExportRemediation", service=SERVICE)


def count(name: str, number: int = 1) -> None:
    """Count something that happened, as a metric of the stack."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
