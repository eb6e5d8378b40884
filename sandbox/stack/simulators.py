"""The three simulators, each a process of its own."""

import sys
from dataclasses import dataclass
from pathlib import Path

import requests

from sandbox.stack.environment import offline_environment
from sandbox.stack.ports import LOOPBACK
from sandbox.stack.processes import Child, Children, wait_until

_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Simulator:
    name: str
    port: int
    options: tuple[str | Path, ...] = ()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


def start_simulator(children: Children, simulator: Simulator) -> Child:
    """Without waiting for it, so that they start side by side."""
    module = f"sandbox.{simulator.name}"
    argv = [sys.executable, "-m", module, "--port", str(simulator.port), *simulator.options]
    return children.start(simulator.name, argv, offline_environment())


def wait_for_simulator(child: Child, simulator: Simulator) -> None:
    wait_until(lambda: _is_ready(simulator.url), child, _START_SECONDS)


def _is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/_control/health", timeout=1).ok
    except requests.RequestException:
        return False
