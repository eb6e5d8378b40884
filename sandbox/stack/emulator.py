"""The AWS emulator: one process on loopback, in an environment of its own."""

from pathlib import Path

import requests

from sandbox.stack.environment import FAKE_KEY, bare_environment
from sandbox.stack.paths import EMULATOR_BIN, EMULATOR_SERVER
from sandbox.stack.ports import LOOPBACK
from sandbox.stack.processes import Child, Children, wait_until

_START_SECONDS = 30.0


def start_emulator(children: Children, port: int, mail_url: str, folder: Path) -> Child:
    """Without waiting for it."""
    temporary = folder / "emulator"
    temporary.mkdir()
    environment = bare_environment(
        HOME=str(temporary),
        TMPDIR=str(temporary),
        BIND_HOST=LOOPBACK,
        MINISTACK_HOST=LOOPBACK,
        GATEWAY_PORT=str(port),
        AUTH="true",
        SFTP_ENABLED="0",
        IOT_MTLS_ENABLED="0",
        AWS_ACCESS_KEY_ID=FAKE_KEY,
        AWS_SECRET_ACCESS_KEY=FAKE_KEY,
        # The functions inherit this one, so that their mails keep their headers: the emulator's
        # own SES drops them.
        AWS_ENDPOINT_URL_SESV2=mail_url,
    )
    return children.start("emulator", [EMULATOR_BIN / "python", EMULATOR_SERVER], environment)


def wait_for_emulator(child: Child, url: str) -> None:
    wait_until(lambda: _is_ready(url), child, _START_SECONDS)


def _is_ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/_ministack/ready", timeout=1).ok
    except requests.RequestException:
        return False
