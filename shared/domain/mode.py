"""What we do of ourselves in one workspace, and what stays with its people."""

from enum import StrEnum


class Mode(StrEnum):
    """`observe`: read, and record what would have been. `assist`: tell people, the clicks of the
    sync and of the export too. `auto`: sync and export as well.
    """

    OBSERVE = "observe"
    ASSIST = "assist"
    AUTO = "auto"
