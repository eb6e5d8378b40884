"""`python -m sandbox.stack up` keeps the sandbox running; `demo` plays one story and ends."""

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from sandbox.demo import play
from sandbox.stack.endpoints import endpoints
from sandbox.stack.parent import end_with_parent
from sandbox.stack.paths import DEFAULT_SCENARIO
from sandbox.stack.processes import ChildError
from sandbox.stack.runner import AlreadyRunningError, running_stack
from sandbox.stack.stack import Stack

_INTERRUPTED = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    chosen = _arguments()
    _end_well_when_told()
    try:
        with running_stack(chosen.scenario) as stack:
            return _up(stack) if chosen.command == "up" else _demo(stack)
    except KeyboardInterrupt:
        _say("stopped")
        return 0 if chosen.command == "up" else _INTERRUPTED
    except (AlreadyRunningError, ChildError, OSError, ValueError) as error:
        _say(str(error))
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.stack", description=__doc__)
    parser.add_argument("command", choices=["up", "demo"])
    parser.add_argument("--scenario", type=Path, default=DEFAULT_SCENARIO, help="a world, as YAML")
    return parser.parse_args()


def _up(stack: Stack) -> int:
    for name, value in endpoints(stack).items():
        if isinstance(value, str):
            _say(f"  {name:<10} {value}")
    _say(f"  all of it is in {stack.folder / 'endpoints.json'}; Ctrl-C stops it")
    while True:
        stack.check_alive()
        time.sleep(1)


def _demo(stack: Stack) -> int:
    return play(stack)


def _end_well_when_told() -> None:
    """The first signal unwinds everything; more of them can't disturb that."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for one in _SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    for one in _SIGNALS:
        signal.signal(one, interrupt)
    end_with_parent()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
