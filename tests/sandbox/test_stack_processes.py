"""Nothing that the sandbox starts outlives it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.stack import guardian
from sandbox.stack.environment import bare_environment, offline_environment
from sandbox.stack.ports import free_ports
from sandbox.stack.processes import ChildError, guarded_children, wait_until

PATIENCE_SECONDS = 20
ROOT = Path(__file__).resolve().parents[2]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
# A child with a child of its own; says both pids, and takes no notice of SIGTERM.
STUBBORN_FAMILY = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""
# A run that is killed while its child is at work.
KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from sandbox.stack.environment import bare_environment
from sandbox.stack.processes import guarded_children
folder, logs = Path(sys.argv[1]), Path(sys.argv[2])
with guarded_children(folder, logs) as children:
    child = children.start("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"],
                           bare_environment())
    print(child.process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def eventually(what: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def is_over(pid: int) -> bool:
    """Gone, or dead and only waiting for whoever started it to look."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return True
    return stat.rsplit(")", 1)[1].split()[0] == "Z"


def test_stubborn_child_and_its_children_end_with_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Politely first; a child that does not listen is killed, with all of its group."""
    monkeypatch.setattr(guardian, "PATIENCE_SECONDS", 0.2)
    with guarded_children(tmp_path / "run", tmp_path) as children:
        child = children.start(
            "family", [sys.executable, "-c", STUBBORN_FAMILY], bare_environment()
        )
        wait_until(lambda: bool(child.log.read_text(encoding="utf-8")), child, PATIENCE_SECONDS)
        pids = [int(word) for word in child.log.read_text(encoding="utf-8").split()]
    assert len(pids) == 2
    assert all(eventually(lambda pid=pid: is_over(pid)) for pid in pids)  # type: ignore[misc]


def test_killed_run_leaves_nothing_behind(tmp_path: Path) -> None:
    """Even when the run can't do anything any more: no process, no folder."""
    folder = tmp_path / "run"
    folder.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", KILLED_RUN, str(folder), str(tmp_path)],
        cwd=ROOT, env=offline_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL, run.stderr
    assert eventually(lambda: is_over(int(run.stdout)))
    assert eventually(lambda: not folder.exists())


def test_child_waits_until_the_guardian_knows_it() -> None:
    """A child whose run died in between ends by itself and never becomes what it should be."""
    from sandbox.stack.processes import _WAIT_THEN_BECOME

    shell = ["/bin/sh", "-c", _WAIT_THEN_BECOME, "sh", "echo", "I should not be here"]
    ended = subprocess.run(shell, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert ended.stdout == b""
    assert ended.returncode != 0


def test_failing_command_shows_its_last_lines(tmp_path: Path) -> None:
    """Whoever reads the error need not look for the log."""
    speak_and_fail = [sys.executable, "-c", "print('no such template'); raise SystemExit(3)"]
    with (
        guarded_children(tmp_path / "run", tmp_path) as children,
        pytest.raises(ChildError, match=r"deploy failed with code 3(.|\n)*no such template"),
    ):
        children.run("deploy", speak_and_fail, bare_environment())


def test_child_that_ends_early_is_not_waited_for(tmp_path: Path) -> None:
    """It will never be ready."""
    with guarded_children(tmp_path / "run", tmp_path) as children:
        child = children.start("server", [sys.executable, "-c", ""], bare_environment())
        with pytest.raises(ChildError, match="server ended with code 0"):
            wait_until(lambda: False, child, PATIENCE_SECONDS)


def test_run_notices_that_a_child_has_ended(tmp_path: Path) -> None:
    """`make sandbox` stops with a word instead of going on without its emulator."""
    with guarded_children(tmp_path / "run", tmp_path) as children:
        child = children.start("server", SLEEPER, bare_environment())
        children.check_alive()
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        with pytest.raises(ChildError, match="server ended with code -9"):
            children.check_alive()


def test_ports_differ() -> None:
    """They are chosen together."""
    assert len(set(free_ports(20))) == 20


def test_user_settings_for_aws_are_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """No profile, no session, no configuration file: nothing here can reach a real account."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "real")
    monkeypatch.setenv("MY_OWN", "kept")
    environment = offline_environment()
    assert "AWS_PROFILE" not in environment
    assert "AWS_SESSION_TOKEN" not in environment
    assert environment["AWS_ACCESS_KEY_ID"] == "test"
    assert environment["AWS_CONFIG_FILE"] == os.devnull
    assert environment["MY_OWN"] == "kept"
