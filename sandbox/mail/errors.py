"""What SES v2 answers instead of a message id. Source: the service model of Amazon SES v2."""

from typing import ClassVar


class SesError(Exception):
    """The class's name is the code on the wire."""

    status: ClassVar[int] = 400


class BadRequestException(SesError):  # noqa: N818  the name on the wire
    """The input can't be read or breaks a rule."""


class MessageRejected(SesError):  # noqa: N818  the name on the wire
    """A sender that isn't verified, or a recipient that SES won't mail."""


class TooManyRequestsException(SesError):  # noqa: N818  the name on the wire
    """Throttled."""

    status = 429
