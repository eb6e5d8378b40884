"""Ends what a run started when the run itself could not, because it was killed.

`python guardian.py FOLDER`: standard input names process groups, one number a line; a minus sign
takes one back. The input's end is the run's end, however it came about: the groups that are left
are ended, and the run's folder goes.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE_SECONDS = 5.0


def main() -> None:
    for unwanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(unwanted, signal.SIG_IGN)
    end_groups(_left_over(sys.stdin))
    shutil.rmtree(sys.argv[1], ignore_errors=True)


def _left_over(lines: Iterable[str]) -> set[int]:
    groups: set[int] = set()
    for line in lines:
        number = int(line)
        groups.add(number) if number > 0 else groups.discard(-number)
    return groups


def end_groups(groups: set[int]) -> None:
    for group in groups:
        send(group, signal.SIGTERM)
    patience = time.monotonic() + PATIENCE_SECONDS
    while any(exists(group) for group in groups) and time.monotonic() < patience:
        time.sleep(0.05)
    for group in groups:
        send(group, signal.SIGKILL)


def exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def send(group: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, what)


if __name__ == "__main__":
    main()
