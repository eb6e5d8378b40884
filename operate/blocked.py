"""The project that a command is about, as the table knows it."""

from collections.abc import Callable

from shared.domain.blocker import Blocker
from shared.errors import PermanentError
from shared.ports import Accounts


def blocker_of(
    accounts: Accounts, account_id: str, project_id: str, fits: Callable[[Blocker], bool]
) -> Blocker:
    """Raises PermanentError: none that `fits` is known, so that nothing waits for it."""
    blocker = stored(accounts, account_id, project_id)
    if blocker is None or not fits(blocker):
        raise PermanentError(
            f"no report waits for project {project_id} of {account_id}, as far as is known"
        )
    return blocker


def stored(accounts: Accounts, account_id: str, project_id: str) -> Blocker | None:
    known = (b for b in accounts.blockers(account_id) if b.project_id == project_id)
    return next(known, None)


def live(blocker: Blocker) -> bool:
    """Whether something is still to be done for an approval of it."""
    return blocker.reactivation is not None and blocker.reactivation.live
