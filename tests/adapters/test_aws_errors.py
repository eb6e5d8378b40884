"""What an error of the AWS SDK becomes."""

import traceback

import pytest
from botocore.exceptions import ParamValidationError, ReadTimeoutError

from shared.adapters.aws_errors import mapped, translated
from shared.domain.finding import Fault
from shared.errors import PermanentError, RefusedError, ThrottledError, TransientError
from tests.adapters.aws_kit import refusal, timeout


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "TooManyRequestsException", "KmsThrottled"]
)
def test_throttling_can_be_tried_again_and_names_itself(code: str) -> None:
    """Every service's word for 'too fast' becomes one error, with its fault."""
    error = mapped(refusal(code))
    assert type(error) is ThrottledError
    assert error.fault is Fault.THROTTLED


@pytest.mark.parametrize(
    "error",
    [
        refusal("InternalError"),
        refusal("SomethingNobodyKnows", status=503),
        refusal("ExpiredTokenException", status=403),
        timeout(),
        ReadTimeoutError(endpoint_url="https://aws.example"),
    ],
)
def test_what_may_pass_can_be_tried_again(error: Exception) -> None:
    """Server errors, turned-over credentials and the network's faults are transient."""
    assert type(mapped(error)) is TransientError  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("AccessDeniedException", Fault.NO_PERMISSION),
        ("UnrecognizedClientException", Fault.LOGIN_REFUSED),
    ],
)
def test_refusals_say_whether_the_login_or_the_right_is_missing(code: str, fault: Fault) -> None:
    """A missing right and a bad login are different set-up faults."""
    error = mapped(refusal(code, status=403))
    assert type(error) is RefusedError
    assert error.fault is fault


def test_an_unknown_refusal_is_permanent() -> None:
    """What the service calls our mistake isn't tried again."""
    assert type(mapped(refusal("ValidationException"))) is PermanentError


def test_the_callers_own_codes_go_first() -> None:
    """An adapter knows better what a code means for it."""
    as_permanent = mapped(refusal("LimitExceededException"), permanent={"LimitExceededException"})
    as_refused = mapped(refusal("Odd"), refused={"Odd": Fault.NO_PERMISSION})
    assert type(as_permanent) is PermanentError
    assert type(as_refused) is RefusedError


def test_neither_words_nor_odd_codes_get_into_the_error() -> None:
    """SES repeats addresses, and a code is the other side's text, too."""
    error = mapped(refusal("a code\nwith a line", words="ines@acme.example is not verified"))
    assert str(error) == "AWS Operation: no code"


def test_the_sdks_error_is_not_shown_behind_ours() -> None:
    """A traceback in the logs doesn't hold the service's words either."""
    with pytest.raises(PermanentError) as caught, translated():
        raise refusal("MessageRejected", words="ines@acme.example")
    assert "ines@acme.example" not in "".join(traceback.format_exception(caught.value))


def test_a_mistake_of_ours_is_not_hidden() -> None:
    """A call with wrong parameters stays what it is: a bug."""
    with pytest.raises(ParamValidationError), translated():
        raise ParamValidationError(report="no such parameter")
