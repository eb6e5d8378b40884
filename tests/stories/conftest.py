"""The stack is deployed once for all stories. If it can't be, they fail: nothing is skipped."""

from collections.abc import Callable, Iterator

import pytest

from sandbox.stack import running_stack
from sandbox.world import World
from tests.stories.kit import Tenant, write_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("stories")
    with running_stack(write_world(folder), folder=folder / "sandbox") as stack:
        yield World(stack)


@pytest.fixture
def tenant(world: World) -> Callable[[str], Tenant]:
    return lambda story: Tenant(world, story)
