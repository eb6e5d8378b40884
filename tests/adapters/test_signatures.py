"""Signatures of deliveries, by the real library with a clock that stands still."""

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.signatures import StandardWebhooks
from shared.domain.clock import MINUTE, SECOND
from shared.domain.delivery import Sealed
from shared.errors import SettingsError
from tests.builders import NOW
from tests.deliveries import ID, KEY, OLD_SECRET, OTHERS_SECRET, SECRET, body_of, signature
from tests.fakes.clock import FakeClock, library_clock

AT = str(NOW // SECOND)


@pytest.fixture(scope="module")
def clock() -> Iterator[FakeClock]:
    clock = FakeClock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("standardwebhooks.webhooks.datetime", library_clock(clock))
        yield clock


@pytest.fixture(autouse=True)
def now(clock: FakeClock) -> None:
    clock.now = NOW


def sealed(made: str | None = None, *, text: str | None = None, at: str = AT) -> Sealed:
    content = body_of() if text is None else text
    good = signature(content.encode(), SECRET, ID, at)
    return Sealed(KEY, ID, at, good if made is None else made, content)


def holds(given: Sealed, *secrets: str) -> bool:
    return StandardWebhooks().hold(given, secrets or (SECRET,))


def test_the_specifications_own_example_holds(clock: FakeClock) -> None:
    """Signed by somebody else's code: https://docs.svix.com/receiving/verifying-payloads/how-manual."""
    clock.now = 1_614_265_330 * SECOND
    example = Sealed(
        KEY,
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        '{"test": 2432232314}',
    )
    assert holds(example, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def test_a_signature_holds_for_what_was_signed_and_for_nothing_else() -> None:
    """The id, the time, every byte of the body."""
    assert holds(sealed())
    good = sealed().signature
    body = body_of()
    later = str(NOW // SECOND + 1)
    assert not holds(Sealed(KEY, "other", AT, good, body))
    assert not holds(Sealed(KEY, ID, later, good, body))
    assert not holds(Sealed(KEY, ID, AT, good, f"{body} "))


def test_while_a_key_is_changed_both_hold() -> None:
    """The new one, the old one, and a delivery that is signed with both."""
    body = body_of().encode()
    new, old = (signature(body, secret, ID, AT) for secret in (SECRET, OLD_SECRET))
    for made in (new, old, f"{new} {old}", f"{old} {new}", f"v1a,AAAA {new}"):
        assert holds(sealed(made), SECRET, OLD_SECRET)
    assert holds(sealed(f"{old} {new}"), SECRET)
    assert not holds(sealed(old), SECRET)
    assert not holds(sealed(signature(body, OTHERS_SECRET, ID, AT)), SECRET, OLD_SECRET)


@pytest.mark.parametrize(
    "made",
    ["", " ", ",", "v1", "v1,", "v1,,", "v1,a", "v1,AAAA", "v1,ä", "v2,AAAA", "v1,\ud800", "v1,AA AA",
     "v1a,AAAA"],
)  # fmt: skip
def test_what_is_no_signature_does_not_hold(made: str) -> None:
    """It breaks nothing, although the library takes it apart unasked."""
    assert not holds(sealed(made))


@given(st.text(max_size=60), st.text(max_size=30))
def test_no_text_is_a_signature(made: str, body: str) -> None:
    """Neither of ours nor of anything."""
    assert not holds(sealed(made, text=body_of()))
    assert not holds(Sealed(KEY, ID, AT, made, body))


def test_the_library_refuses_what_is_old_as_well() -> None:
    """Its tolerance is the specification's, and ours."""
    early = str((NOW - 5 * MINUTE) // SECOND - 1)
    assert not holds(sealed(at=early))


@pytest.mark.parametrize("form", [SECRET, SECRET.removeprefix("whsec_"), SECRET.rstrip("=")])
def test_a_secret_may_be_written_in_every_usual_way(form: str) -> None:
    """With or without its prefix and its padding."""
    assert holds(sealed(), form)


SHORT = "whsec_" + base64.b64encode(b"x" * 23).decode()
UNUSABLE = ["", "whsec_", "whsec_!", "whsec_a", "whsec_ä", SHORT, f"{SECRET} ", "whpk_AAAA"]


@pytest.mark.parametrize("secret", UNUSABLE)
def test_a_secret_that_can_not_be_used_is_a_fault_of_ours(secret: str) -> None:
    """It may be the one that was meant; what another one holds for holds all the same."""
    with pytest.raises(SettingsError, match=KEY):
        holds(sealed(), secret)
    with pytest.raises(SettingsError, match=KEY):
        holds(sealed("v1,AAAA"), SECRET, secret)
    assert holds(sealed(), secret, SECRET)


def test_the_shortest_secret_has_24_bytes() -> None:
    """By the specification."""
    shortest = "whsec_" + base64.b64encode(b"x" * 24).decode()
    body = body_of().encode()
    assert holds(sealed(signature(body, shortest, ID, AT)), shortest)
