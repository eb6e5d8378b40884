"""One sandbox for all workers: whoever distributes the stories starts it, the workers attach to it.

Most of a story is waiting, so that several of them go side by side in one stack; each has tenants
of its own in it.
"""

import pickle
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.stack import Stack, running_stack
from tests.stories.kit import write_world

KEY = "sandbox"


class Sandbox:
    """A plugin of the one that distributes. `pytest_configure_node` comes before a worker starts."""

    def __init__(self) -> None:
        self._until_the_end = ExitStack()
        self._attached = b""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        if not self._attached:
            folder = Path(self._until_the_end.enter_context(tempfile.TemporaryDirectory()))
            stack = started(self._until_the_end, folder)
            self._attached = pickle.dumps(replace(stack, check_alive=nobody_tells))
        node.workerinput[KEY] = self._attached

    def pytest_sessionfinish(self) -> None:
        self._until_the_end.close()


def started(until: ExitStack, folder: Path) -> Stack:
    return until.enter_context(running_stack(write_world(folder), folder=folder / "sandbox"))


def attached(config: pytest.Config) -> Stack | None:
    """The sandbox that was started for this worker and the others, if there is one."""
    given = getattr(config, "workerinput", {}).get(KEY)
    if given is None:
        return None
    stack: Stack = pickle.loads(given)
    return stack


def nobody_tells() -> None:
    """Only the parent of a process sees its end; a worker sees that nobody answers."""
