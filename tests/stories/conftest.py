"""The stack is deployed once for all stories. If it can't be, they fail: nothing is skipped."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from sandbox.world import World
from tests.stories.kit import Tenant
from tests.stories.shared_sandbox import Sandbox, attached, started


def pytest_configure(config: pytest.Config) -> None:
    """Heard where the stories are asked for by name, as `make test` does."""
    if not hasattr(config, "workerinput") and config.getoption("numprocesses", None):
        config.pluginmanager.register(Sandbox())


@pytest.fixture(scope="session")
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    with ExitStack() as until:
        stack = attached(request.config) or started(until, tmp_path_factory.mktemp("stories"))
        yield World(stack, worker)


@pytest.fixture
def tenant(world: World) -> Callable[[str], Tenant]:
    return lambda story: Tenant(world, story)
