"""`sam build`, skipped when nothing that goes into it has changed."""

import fcntl
import hashlib
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.stack.paths import BUILD, ROOT, SAM, TEMPLATE
from sandbox.stack.processes import Children
from sandbox.stack.progress import Progress
from sandbox.stack.sam import sam_environment

_FILES = ("template.yaml", "samconfig.toml", "Makefile", "uv.lock", "scripts/build_artifact.py")
_FOLDERS = ("handlers", "shared")

ARCHITECTURE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
# Lambda's Linux runs on any Linux; elsewhere the functions need packages for this very machine.
_PACKAGES_FOR = ARCHITECTURE if platform.system() == "Linux" else "host"


@contextmanager
def built(children: Children, progress: Progress) -> Iterator[Path]:
    """The built template. Nobody else builds while it is in use."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "sandbox.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield _build(children, progress)


def _build(children: Children, progress: Progress) -> Path:
    folder, stamp = BUILD / "sandbox", BUILD / "sandbox.stamp"
    now = _fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == now:
        progress.say("sam build: nothing has changed, skipped")
        return folder / TEMPLATE.name
    stamp.unlink(missing_ok=True)
    with progress.step("sam build"):
        children.run("sam-build", _command(folder), sam_environment(ARCHITECTURE=_PACKAGES_FOR))
    stamp.write_text(now, encoding="ascii")
    return folder / TEMPLATE.name


def _command(folder: Path) -> list[str | Path]:
    overrides = ["--parameter-overrides", f"Architecture={ARCHITECTURE}"]
    return [SAM, "build", "--template", TEMPLATE, "--build-dir", folder, *overrides]


def _fingerprint() -> str:
    seen = hashlib.sha256(ARCHITECTURE.encode())
    for path in _inputs():
        seen.update(str(path.relative_to(ROOT)).encode())
        seen.update(hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()


def _inputs() -> Iterator[Path]:
    yield from (ROOT / name for name in _FILES)
    for folder in _FOLDERS:
        found = (ROOT / folder).rglob("*")
        yield from sorted(path for path in found if path.is_file() and path.suffix != ".pyc")
