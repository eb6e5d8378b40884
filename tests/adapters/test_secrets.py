"""The tenants' secrets in Secrets Manager."""

import json
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from shared.adapters.secrets import SecretsManager
from shared.domain.clock import MINUTE, Millis
from shared.domain.finding import Fault
from shared.errors import RefusedError, ThrottledError
from tests.adapters.aws_kit import Failing, aws, refusal
from tests.builders import NOW

NAME = "export-remediation/acme"


class Clock:
    def __init__(self) -> None:
        self.now: Millis = NOW

    def __call__(self) -> Millis:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> Iterator[Any]:
    with aws("secretsmanager") as service:
        yield service


def put(store: Any, value: str) -> None:
    store.create_secret(Name=NAME, SecretString=value)


def change(store: Any, value: str) -> None:
    store.put_secret_value(SecretId=NAME, SecretString=value)


def test_a_secret_is_its_json(store: Any, clock: Clock) -> None:
    """What is stored as a JSON object comes as a dictionary."""
    put(store, '{"netsuite": {"clientId": "c"}}')
    assert SecretsManager(store, clock).get(NAME) == {"netsuite": {"clientId": "c"}}


def test_a_secret_is_kept_for_five_minutes(store: Any, clock: Clock) -> None:
    """Within them a change isn't seen, after them it is."""
    put(store, '{"v": 1}')
    secrets = SecretsManager(store, clock)
    secrets.get(NAME)
    change(store, '{"v": 2}')
    clock.now += 5 * MINUTE - 1
    assert secrets.get(NAME) == {"v": 1}
    clock.now += 1
    assert secrets.get(NAME) == {"v": 2}


def test_a_fresh_secret_is_read_anew_and_kept(store: Any, clock: Clock) -> None:
    """After a refused login the present secret counts, and from then on for everybody."""
    put(store, '{"v": 1}')
    secrets = SecretsManager(store, clock)
    secrets.get(NAME)
    change(store, '{"v": 2}')
    assert secrets.get(NAME, fresh=True) == {"v": 2}
    assert secrets.get(NAME) == {"v": 2}


def test_what_one_caller_does_to_a_secret_no_other_sees(store: Any, clock: Clock) -> None:
    """Each call gives a dictionary of its own."""
    put(store, '{"v": {"a": 1}}')
    secrets = SecretsManager(store, clock)
    secrets.get(NAME)["v"] = "changed"
    assert secrets.get(NAME) == {"v": {"a": 1}}


@pytest.mark.parametrize("value", ["hunter2", '["hunter2"]', '{"a": "hunter2"'])
def test_what_is_no_json_object_is_refused_without_a_word_of_it(
    store: Any, clock: Clock, value: str
) -> None:
    """A broken secret is the tenant's set-up fault, and stays out of the logs."""
    put(store, value)
    with pytest.raises(RefusedError) as caught:
        SecretsManager(store, clock).get(NAME)
    assert caught.value.fault is Fault.LOGIN_REFUSED
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_a_binary_secret_is_refused(store: Any, clock: Clock) -> None:
    """It has no text that could be JSON."""
    store.create_secret(Name=NAME, SecretBinary=b"\x00")
    with pytest.raises(RefusedError):
        SecretsManager(store, clock).get(NAME)


def test_a_mended_secret_counts_at_once(store: Any, clock: Clock) -> None:
    """What couldn't be read isn't kept."""
    put(store, "broken")
    secrets = SecretsManager(store, clock)
    with pytest.raises(RefusedError):
        secrets.get(NAME)
    change(store, '{"v": 1}')
    assert secrets.get(NAME) == {"v": 1}


def test_a_missing_secret_is_refused(store: Any, clock: Clock) -> None:
    """Without it nobody can log in: the same fault as a refused login."""
    with pytest.raises(RefusedError) as caught:
        SecretsManager(store, clock).get(NAME)
    assert caught.value.fault is Fault.LOGIN_REFUSED


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("AccessDeniedException", RefusedError),
        ("DecryptionFailure", RefusedError),
        ("InvalidRequestException", RefusedError),
        ("ThrottlingException", ThrottledError),
    ],
)
def test_a_read_that_fails_is_told_apart(
    code: str, expected: type[Exception], clock: Clock
) -> None:
    """What only a person can mend is refused; being too fast isn't."""
    with pytest.raises(expected):
        SecretsManager(Failing(refusal(code)), clock).get(NAME)  # type: ignore[arg-type]


def test_kept_secrets_are_not_shown(store: Any, clock: Clock) -> None:
    """A debugger's or a logger's view of the adapter holds no secret."""
    put(store, json.dumps({"v": "hunter2"}))
    secrets = SecretsManager(store, clock)
    secrets.get(NAME)
    assert "hunter2" not in repr(vars(secrets))
