"""What is true of a set-up fault at the moment when the operators are about to be told of it."""

from shared.domain.notice import Notice, Subject
from shared.domain.setup_fault import BROKEN_SETTINGS, STACK, UNKNOWN_WORKSPACE, is_daily
from shared.errors import SettingsError
from shared.ports import Settings

PARKED = "parked"
"""Settings name the workspace by now, and its events are still parked."""


def set_up(notice: Notice, settings: Settings) -> Subject:
    """Reads the settings anew. Raises TransientError."""
    of, _, matter = notice.about.partition("#")[2].rpartition("#")
    if not is_daily(notice):
        return Subject(holds=True, status=matter)
    waiting = settings.parked_events(of) if of == notice.workspace_id else 0
    try:
        status = PARKED if _named(of, notice, settings) else UNKNOWN_WORKSPACE
    except SettingsError as error:
        return Subject(holds=True, status=BROKEN_SETTINGS, parked=waiting, detail=str(error))
    return Subject(holds=waiting > 0, status=status, parked=waiting)


def _named(of: str, notice: Notice, settings: Settings) -> bool:
    """Whether there are settings, of whatever it is. Raises SettingsError if they are broken."""
    if of == STACK:
        settings.acts()
        return True
    if of == notice.account_id:
        return bool(settings.account(of))
    return settings.workspace(of) is not None
