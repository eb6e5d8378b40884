"""Ends this process when the one that started it leaves without a word, as `make` may."""

import os
import signal
import time
from pathlib import Path
from threading import Thread

_LOOK_SECONDS = 0.5


def end_with_parent() -> None:
    """Sends ourselves SIGTERM then."""
    Thread(target=_watch, args=(os.getppid(), _blocks_interrupts()), daemon=True).start()


def _watch(parent: int, blocked_before: bool) -> None:
    while os.getppid() == parent and _blocks_interrupts() == blocked_before:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _blocks_interrupts() -> bool:
    """An interrupt that reached make alone: it blocks further ones and waits for us, silently."""
    try:
        status = Path(f"/proc/{os.getppid()}/status").read_text(encoding="ascii")
    except OSError:  # not on Linux, or just gone
        return False
    blocked = next(line for line in status.splitlines() if line.startswith("SigBlk:"))
    return bool(int(blocked.split()[1], 16) >> (signal.SIGINT - 1) & 1)
