from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from sandbox.stack.paths import DEFAULT_SCENARIO
from shared.observability import metrics
from tests.handlers.deployment import REGION
from tests.handlers.kit import Stack, deployed_stack, with_world


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function's process has a region, and has counted nothing yet."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    metrics.clear_metrics()


@pytest.fixture(scope="module")
def deployed() -> Iterator[Stack]:
    """Set up once for a file of tests, since that takes longer than most of them."""
    with deployed_stack() as stack:
        yield stack


@pytest.fixture
def stack(deployed: Stack) -> Stack:
    """The template's resources, empty, and no world around them."""
    deployed.empty()
    return deployed


@pytest.fixture(scope="session")
def world() -> dict[str, Any]:
    """The default one: two active projects, a closed one, three reports that failed on it."""
    read: dict[str, Any] = yaml.safe_load(DEFAULT_SCENARIO.read_text(encoding="utf-8"))
    return read


@pytest.fixture
def tenants(stack: Stack, world: dict[str, Any]) -> Stack:
    """The same with the tenants' settings; nothing listens where these lead to."""
    stack.seed(world, "")
    return stack


@pytest.fixture
def outside(stack: Stack, world: dict[str, Any]) -> Iterator[Stack]:
    """The same with both simulators on loopback, and the tenants' settings and secrets."""
    with with_world(stack, world):
        yield stack
