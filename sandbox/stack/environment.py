"""What processes of the sandbox may know of the machine: nothing that leads to a real account."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

REGION = "us-east-1"
FAKE_KEY = "test"

_OFFLINE = {
    "AWS_ACCESS_KEY_ID": FAKE_KEY,
    "AWS_SECRET_ACCESS_KEY": FAKE_KEY,
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}
# Without the last one every start of the SAM CLI would compile its packages again.
_UNWANTED = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE")


def offline_environment(**more: str) -> dict[str, str]:
    """The caller's environment without its AWS side and its Python side."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name not in _UNWANTED
    }
    return {**kept, **_OFFLINE, **more}


def bare_environment(**more: str) -> dict[str, str]:
    """For the emulator, whose functions would inherit whatever is in its own."""
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **more}


@contextmanager
def offline() -> Iterator[None]:
    """Makes this very process offline, for boto3, and gives everything back at the end."""
    with patch.dict(os.environ, offline_environment(), clear=True):
        yield
