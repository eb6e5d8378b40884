"""Child processes that never outlive the run.

Each child leads a process group of its own, so that its children go with it, and is told to the
guardian before it may begin: a shell waits for one line and then becomes the child. If we die
before that line, the shell reads the end of its input and ends.
"""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sandbox.stack import guardian
from sandbox.stack.paths import ROOT

_WAIT_THEN_BECOME = 'read -r _ && exec "$@" < /dev/null'
_POLL_SECONDS = 0.05
_TAIL_LINES = 30


class ChildError(Exception):
    """A child ended when it should not have, failed, or never got ready; says its last lines."""


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def error(self, what: str) -> ChildError:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return ChildError("\n".join([f"{self.name} {what}; {self.log}:", *lines[-_TAIL_LINES:]]))

    def check_alive(self) -> None:
        if self.process.poll() is not None:
            raise self.error(f"ended with code {self.process.returncode}")


class Children:
    def __init__(self, watch: IO[bytes], logs: Path) -> None:
        self._watch = watch
        self._logs = logs
        self._running: list[Child] = []

    def start(self, name: str, argv: Sequence[str | Path], environment: Mapping[str, str]) -> Child:
        """In the project's folder, with its output in a log."""
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["/bin/sh", "-c", _WAIT_THEN_BECOME, "sh", *map(str, argv)],
                cwd=ROOT, env=environment, start_new_session=True,
                stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        child = Child(name, process, log)
        self._running.append(child)
        self._tell(process.pid)
        with _stdin(process) as go:
            go.write(b"go\n")
        return child

    def run(self, name: str, argv: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        """Starts a child and waits for its end. Raises ChildError if it fails."""
        child = self.start(name, argv, environment)
        code = child.process.wait()
        self._forget(child)
        if code != 0:
            raise child.error(f"failed with code {code}")

    def check_alive(self) -> None:
        for child in self._running:
            child.check_alive()

    def stop(self) -> None:
        """All at once: politely, then not; whatever a child left behind goes with its group."""
        patience = time.monotonic() + guardian.PATIENCE_SECONDS
        for child in self._running:
            guardian.send(child.process.pid, signal.SIGTERM)
        for child in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, patience - time.monotonic()))
        for child in list(self._running):
            guardian.send(child.process.pid, signal.SIGKILL)
            child.process.wait()
            self._forget(child)

    def _forget(self, child: Child) -> None:
        self._running.remove(child)
        self._tell(-child.process.pid)

    def _tell(self, group: int) -> None:
        self._watch.write(f"{group}\n".encode())
        self._watch.flush()


@contextmanager
def guarded_children(folder: Path, logs: Path) -> Iterator[Children]:
    """`folder` goes when the run has ended."""
    command = [sys.executable, "-I", guardian.__file__, str(folder)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as watch,
        _stdin(watch) as pipe,
    ):
        children = Children(pipe, logs)
        try:
            yield children
        finally:
            children.stop()


def wait_until(ready: Callable[[], bool], child: Child, seconds: float) -> None:
    """Raises ChildError when the child ends, or is not ready in time."""
    patience = time.monotonic() + seconds
    while not ready():
        child.check_alive()
        if time.monotonic() > patience:
            raise child.error(f"is not ready after {seconds:.0f} s")
        time.sleep(_POLL_SECONDS)


def _stdin(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdin is not None
    return process.stdin
