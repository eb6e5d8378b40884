"""Every error that crosses a port. The class says what happens next; nobody reads the words.

RemediationError
├── TransientError        try the whole thing again later (redelivery, circuit)
│   ├── TooMuchError      … and for less
│   └── ThrottledError    … and not before `retry_after`
│       └── NoSlotError   our own budget is used up: nobody was asked, and nobody is at fault
├── PermanentError        trying again can't help: a person, or the dead-letter queue
│   ├── RefusedError      the other side refused our login or our right; nothing was done
│   ├── MalformedError    what came in can't be understood
│   └── SettingsError     a tenant's settings are missing or broken
├── OutcomeUnknownError   it may have been done: verify, never repeat
└── ConflictError         somebody else wrote first: stop quietly, look again
"""

from shared.domain.finding import Fault


class RemediationError(Exception):
    """Base of all."""


class TransientError(RemediationError):
    """`fault` names it for the circuit and the operator."""

    def __init__(self, message: str, fault: Fault = Fault.UNREACHABLE) -> None:
        super().__init__(message)
        self.fault = fault


class ThrottledError(TransientError):
    """`retry_after` in milliseconds, if the other side said so."""

    def __init__(self, message: str, retry_after: int | None = None) -> None:
        super().__init__(message, Fault.THROTTLED)
        self.retry_after = retry_after


class NoSlotError(ThrottledError):
    """Our own budget leaves no room for now: nothing was sent. Says nothing about the other side."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("no slot is free", retry_after)


class TooMuchError(TransientError):
    """The answer is larger than we take: asking for less helps."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Fault.UNREADABLE)


class PermanentError(RemediationError):
    """Trying again can't help."""


class RefusedError(PermanentError):
    """Refused before anything was done: bad login, missing permission, client too old."""

    def __init__(self, message: str, fault: Fault = Fault.LOGIN_REFUSED) -> None:
        super().__init__(message)
        self.fault = fault


class MalformedError(PermanentError):
    """What came in can't be understood."""


class SettingsError(PermanentError):
    """A tenant's settings are missing or broken; no other tenant is concerned."""


class OutcomeUnknownError(RemediationError):
    """A call that changes something got no usable answer: it may have been done."""


class ConflictError(RemediationError):
    """A conditional write lost: somebody else wrote first."""
