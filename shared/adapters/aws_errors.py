"""What an error of the AWS SDK means to us. Its code decides, its words are neither read nor kept.

They may hold addresses or content (SES names the recipient that it rejects), and end up in logs.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004  botocore's own
    HTTPClientError,
    IncompleteReadError,
)

from shared.domain.finding import Fault
from shared.errors import (
    PermanentError,
    RefusedError,
    RemediationError,
    ThrottledError,
    TransientError,
)

type AwsError = ClientError | ConnectionError | HTTPClientError | IncompleteReadError

AWS_ERRORS = (ClientError, ConnectionError, HTTPClientError, IncompleteReadError)
"""What a call may end in. The SDK's other errors are mistakes of ours and aren't caught."""

# Sources: 'Common errors' of each service's API reference; botocore/retries/standard.py.
THROTTLED = frozenset(
    {
        "KMSThrottling",
        "KMSThrottlingException",
        "KmsThrottled",
        "LimitExceededException",
        "OverLimit",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
TRANSIENT = frozenset(
    {
        "ExpiredToken",  # the credentials of a warm function turn over by themselves
        "ExpiredTokenException",
        "InternalError",
        "InternalException",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
REFUSED: Mapping[str, Fault] = {
    "AccessDenied": Fault.NO_PERMISSION,
    "AccessDeniedException": Fault.NO_PERMISSION,
    "AuthorizationError": Fault.NO_PERMISSION,
    "KMSAccessDenied": Fault.NO_PERMISSION,
    "KmsAccessDenied": Fault.NO_PERMISSION,
    "NotAuthorized": Fault.NO_PERMISSION,
    "IncompleteSignature": Fault.LOGIN_REFUSED,
    "InvalidClientTokenId": Fault.LOGIN_REFUSED,
    "InvalidSignatureException": Fault.LOGIN_REFUSED,
    "SignatureDoesNotMatch": Fault.LOGIN_REFUSED,
    "UnrecognizedClientException": Fault.LOGIN_REFUSED,
}
_SERVER_ERROR = 500
_CODE = re.compile(r"[A-Za-z0-9.]{1,80}")
"""A code is the other side's text, too: nothing but one's usual form is repeated."""


def mapped(
    error: AwsError, *, permanent: Collection[str] = (), refused: Mapping[str, Fault] = REFUSED
) -> RemediationError:
    """The error to raise instead. Codes in `permanent` and `refused` go before the general ones."""
    if not isinstance(error, ClientError):
        return TransientError(f"AWS: {type(error).__name__}")
    code = str(error.response.get("Error", {}).get("Code", ""))
    text = f"AWS {error.operation_name}: {code if _CODE.fullmatch(code) else 'no code'}"
    if code in permanent:
        return PermanentError(text)
    if code in refused:
        return RefusedError(text, refused[code])
    return _by_kind(code, error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0), text)


@contextmanager
def translated(
    *, permanent: Collection[str] = (), refused: Mapping[str, Fault] = REFUSED
) -> Iterator[None]:
    """Raises what `mapped` says, without the SDK's error behind it."""
    try:
        yield
    except AWS_ERRORS as error:
        raise mapped(error, permanent=permanent, refused=refused) from None


def _by_kind(code: str, status: int, text: str) -> RemediationError:
    if code in THROTTLED:
        return ThrottledError(text)
    if code in TRANSIENT or status >= _SERVER_ERROR:
        return TransientError(text)
    return PermanentError(text)
