"""The AWS side of the sandbox and the simulators around it, started and stopped together."""

from sandbox.stack.runner import running_stack
from sandbox.stack.stack import AwsAccess, Stack

__all__ = ["AwsAccess", "Stack", "running_stack"]
