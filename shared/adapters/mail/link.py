"""The way from a notice to its project in NetSuite."""

from collections.abc import Callable

from shared.contracts.settings import AccountSettings
from shared.domain.decide_notify import Letter
from shared.errors import SettingsError

type AccountSettingsOf = Callable[[str], AccountSettings]
"""Finds an account's settings. Raises SettingsError, TransientError."""


def project_link(letter: Letter, account_settings: AccountSettingsOf) -> str | None:
    """None without a project, and where the account's settings are broken.

    A notice without a link still says how to find the project, so it isn't held back for it.
    """
    if not letter.subject.project_id:
        return None
    try:
        settings = account_settings(letter.notice.account_id)
    except SettingsError:
        return None
    return settings.project_url(letter.subject.project_id)
