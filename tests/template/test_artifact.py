"""The one artifact, built by the script that `sam build` calls."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.template.reading import ROOT, functions

LARGEST = 35_000_000
SCRIPT = ROOT / "scripts" / "build_artifact.py"
# A Lambda has these without us.
RUNTIME = ("boto3", "botocore", "s3transfer", "dateutil", "six.py")
PACKAGES = {
    "annotated_types",
    "aws_lambda_powertools",
    "certifi",
    "charset_normalizer",
    "cryptography",
    "idna",
    "jinja2",
    "jmespath",
    "jwt",
    "markupsafe",
    "oauthlib",
    "pydantic",
    "pydantic_core",
    "requests",
    "standardwebhooks",
    "typing_extensions",
    "typing_inspection",
    "urllib3",
}


@pytest.fixture(scope="module", params=["arm64", "x86_64"])
def artifact(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(tmp_path_factory.mktemp("artifact") / "built", str(request.param))


@pytest.fixture(scope="module")
def runnable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built for this machine."""
    return _build(tmp_path_factory.mktemp("artifact") / "built", "host")


def _build(folder: Path, architecture: str) -> Path:
    command = [sys.executable, str(SCRIPT), str(folder), "--architecture", architecture]
    subprocess.run(command, check=True)
    return folder


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def test_holds_our_code_and_the_locked_packages_and_nothing_else(artifact: Path) -> None:
    """No tests, no sandbox, no development tools, no boto3, which Lambda brings along."""
    names = {path.name for path in artifact.iterdir()}
    metadata = {name for name in names if name.endswith(".dist-info")}
    modules = {name.split(".")[0] for name in names - metadata}
    assert modules == PACKAGES | {"handlers", "shared", "_cffi_backend", "__pycache__"}


def test_our_code_is_whole(artifact: Path) -> None:
    """Every source and template of handlers/ and shared/ is there, as it is in the repository."""
    for folder in ("handlers", "shared"):
        ours = {p for p in _files(ROOT / folder) if "__pycache__" not in p.parts}
        assert ours
        for path in ours:
            assert (artifact / path.relative_to(ROOT)).read_bytes() == path.read_bytes()


def test_fits(artifact: Path) -> None:
    """Unzipped; the smaller, the faster a cold start."""
    assert sum(path.stat().st_size for path in _files(artifact)) <= LARGEST


def test_binaries_are_for_the_architecture(artifact: Path, request: pytest.FixtureRequest) -> None:
    """One wrong library and no function starts."""
    machine = {"arm64": "aarch64", "x86_64": "x86_64"}[request.node.callspec.params["artifact"]]
    libraries = [path.name for path in _files(artifact) if ".cpython-313-" in path.name
                 and path.suffix == ".so"]  # fmt: skip
    assert libraries
    assert all(name.endswith(f"cpython-313-{machine}-linux-gnu.so") for name in libraries)


def test_keeps_every_licence(artifact: Path) -> None:
    """We pass these packages on; their licences say: with the licence."""
    packages = list(artifact.glob("*.dist-info"))
    assert len(packages) >= len(PACKAGES)
    for package in packages:
        assert any("LICENSE" in path.name.upper() or "LICENCE" in path.name.upper()
                   for path in _files(package)), package.name  # fmt: skip


def test_bytecode_is_taken_as_it_is(artifact: Path) -> None:
    """Unchecked, or Lambda's read-only disk would make it compile at every cold start."""
    compiled = list((artifact / "shared").rglob("*.pyc"))
    assert compiled
    # PEP 552: the second word of the header is 1 for a hash that is not checked.
    assert {path.read_bytes()[4:8] for path in compiled} == {b"\x01\x00\x00\x00"}


def test_every_handler_starts_with_nothing_else_around(runnable: Path, tmp_path: Path) -> None:
    """What is left out of the artifact is really not needed: only Lambda's own packages help."""
    site = next(Path(path) for path in sys.path if (Path(path) / "boto3").is_dir())
    for name in RUNTIME:
        (tmp_path / name).symlink_to(site / name)
    modules = sorted({f["Handler"].rsplit(".", 1)[0] for f in functions().values()})
    code = f"import sys; sys.path[:0] = {[str(runnable), str(tmp_path)]!r}; import {', '.join(modules)}"
    command = [sys.executable, "-I", "-S", "-B", "-c", code]
    environment = {"AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": "test",
                   "POWERTOOLS_METRICS_NAMESPACE": "Test"}  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
