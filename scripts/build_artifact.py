"""Builds the one artifact that all functions share: handlers/, shared/, locked run-time packages.

`python scripts/build_artifact.py FOLDER --architecture arm64` (or x86_64, or `host` for this machine).
The packages are installed once per lock file and architecture, and hard-linked from there.
"""

import argparse
import compileall
import hashlib
import os
import py_compile
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".build" / "packages"
LICENCES = ROOT / "licences"
"""Of packages that leave theirs out of what they publish, as `<package>.txt`."""

OUR_CODE = ("handlers", "shared")
PLATFORMS = {
    "arm64": ("--python-platform", "aarch64-manylinux2014"),
    "x86_64": ("--python-platform", "x86_64-manylinux2014"),
    "host": (),
}

# Installed with the packages, of no use to a function. Metadata and licences stay.
UNNEEDED = (
    "bin",
    ".lock",
    "*.dist-info/RECORD",
    "*.dist-info/REQUESTED",
    "*.dist-info/INSTALLER",
    "*.dist-info/WHEEL",
    "*.dist-info/sboms",
    "certifi/tests",
    "**/*.pyi",
    # The old major version, carried along for those who still use it.
    "pydantic/v1",
    # Only token-based authentication signs by it: OAuth 1.
    "oauthlib/oauth2",
    "oauthlib/openid",
    # cryptography imports cffi's compiled part alone, `_cffi_backend`.
    "cffi",
    "pycparser",
    # Powertools is one package for everything; these parts want packages that we do not have.
    "aws_lambda_powertools/utilities/auth_alpha",
    "aws_lambda_powertools/utilities/circuit_breaker",
    "aws_lambda_powertools/utilities/data_masking",
    "aws_lambda_powertools/utilities/feature_flags",
    "aws_lambda_powertools/utilities/kafka",
    "aws_lambda_powertools/utilities/streaming",
    "aws_lambda_powertools/utilities/validation",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.js",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.css",
)

# No bytecode for what no function imports, so that the artifact stays small.
NEVER_IMPORTED = re.compile(
    r"/aws_lambda_powertools/event_handler/"
    r"|/aws_lambda_powertools/utilities/(?!batch/|data_classes/|typing/)"
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--architecture", choices=sorted(PLATFORMS), required=True)
    chosen = arguments.parse_args()
    build(chosen.folder.resolve(), chosen.architecture)


def build(folder: Path, architecture: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(packages(architecture), folder, copy_function=_link)
    for name in OUR_CODE:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        _compile(folder / name, folder)


def packages(architecture: str) -> Path:
    """The folder of the installed packages, made if it is not there yet."""
    made = CACHE / f"{architecture}-{_fingerprint()}"
    if not made.exists():
        draft = CACHE / f"{made.name}.{os.getpid()}"
        try:
            _install(draft, architecture)
            _keep(draft, made)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return made


def _keep(draft: Path, made: Path) -> None:
    """Another build may have been faster; a rename shows a whole folder or none."""
    try:
        draft.rename(made)
    except OSError:
        if not made.exists():
            raise


def _fingerprint() -> str:
    seen = hashlib.sha256()
    for path in (ROOT / "uv.lock", Path(__file__), *sorted(LICENCES.iterdir())):
        seen.update(path.read_bytes())
    return seen.hexdigest()[:16]


def _install(folder: Path, architecture: str) -> None:
    export = [uv(), "export", "--quiet", "--locked", "--no-dev", "--no-header"]
    requirements = subprocess.run(export, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    install = [uv(), "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    where = ["--target", str(folder), "--python", sys.executable, "--python-version", "3.13"]
    subprocess.run(
        [*install, *where, *PLATFORMS[architecture], "--requirements", "-"],
        cwd=ROOT, check=True, input=requirements,
    )  # fmt: skip
    for pattern in UNNEEDED:
        for path in list(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for licence in LICENCES.iterdir():
        (about,) = folder.glob(f"{licence.stem}-*.dist-info")
        shutil.copyfile(licence, about / "LICENSE")
    _compile(folder, folder)


def uv() -> str:
    """The Makefile says which; without it, the one on the path or the one that it fetched."""
    fetched = ROOT / ".tools" / "uv" / "bin" / "uv"
    return os.environ.get("UV") or shutil.which("uv") or str(fetched)


def _compile(folder: Path, root: Path) -> None:
    """Bytecode halves a cold start. Unchecked, because a zip does not keep modification times."""
    compiled = compileall.compile_dir(
        folder, quiet=1, rx=NEVER_IMPORTED, stripdir=root, prependdir="/var/task",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )  # fmt: skip
    if not compiled:
        raise SystemExit(f"{folder} does not compile")


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


if __name__ == "__main__":
    main()
