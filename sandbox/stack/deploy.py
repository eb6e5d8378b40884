"""`sam deploy` of the project's own template into the emulator.

The differences from a deployment to AWS, all of them:

- parameters: this machine's architecture, a short gathering delay, few parallel runs;
- packages for this very machine instead of Lambda's Linux, which matters on a Mac only;
- TTL is switched on by a call of its own, because the emulator ignores it in a template;
- IAM is enforced with the corrections that `tools/emulator/serve.py` lists;
- mail goes to the catcher instead of SES, see `emulator.py`.
"""

from collections.abc import Mapping
from pathlib import Path

import boto3

from sandbox.stack.build import ARCHITECTURE
from sandbox.stack.paths import SAM
from sandbox.stack.processes import Children
from sandbox.stack.sam import sam_environment
from sandbox.stack.stack import AwsAccess

STACK_NAME = "sandbox"
_BUCKET = "sandbox-deployments"
_PARAMETERS = {
    "Architecture": ARCHITECTURE,
    "GatherSeconds": "1",
    "ReconcilerConcurrency": "2",
}
_POLL_SECONDS = "0.1"


def deploy(children: Children, template: Path, aws: AwsAccess) -> Mapping[str, str]:
    """The stack's outputs."""
    boto3.client("s3", **aws).create_bucket(Bucket=_BUCKET)
    environment = sam_environment(
        AWS_ENDPOINT_URL=aws["endpoint_url"], SAM_CLI_POLL_DELAY=_POLL_SECONDS
    )
    children.run("sam-deploy", _command(template), environment)
    outputs = _outputs(aws)
    boto3.client("dynamodb", **aws).update_time_to_live(
        TableName=outputs["TableName"],
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"},
    )
    return outputs


def _command(template: Path) -> list[str | Path]:
    parameters = [f"{name}={value}" for name, value in _PARAMETERS.items()]
    return [
        SAM, "deploy", "--template-file", template, "--stack-name", STACK_NAME,
        "--s3-bucket", _BUCKET, "--capabilities", "CAPABILITY_IAM", "--no-resolve-s3",
        "--no-confirm-changeset", "--no-progressbar", "--parameter-overrides", *parameters,
    ]  # fmt: skip


def _outputs(aws: AwsAccess) -> dict[str, str]:
    answer = boto3.client("cloudformation", **aws).describe_stacks(StackName=STACK_NAME)
    return {each["OutputKey"]: each["OutputValue"] for each in answer["Stacks"][0]["Outputs"]}
