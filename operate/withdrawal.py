"""An approval is taken back: what was not done yet isn't done, what we opened isn't closed again."""

from collections.abc import Callable
from dataclasses import dataclass

from operate.blocked import stored
from operate.live import moment
from operate.races import until_won
from shared.domain.blocker import reactivated
from shared.domain.clock import Millis
from shared.domain.decide_reactivate import withdrawn
from shared.domain.reactivation import Reactivation
from shared.errors import PermanentError
from shared.ports import Accounts


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """`who` takes it back: it is kept with the project."""

    accounts: Accounts
    who: str
    clock: Callable[[], Millis]
    say: Callable[[str], None]

    def withdraw(self, account_id: str, project_id: str) -> Reactivation:
        """Returns it as it stood. Raises PermanentError (there is none, or a change is on its way),
        ConflictError.
        """
        taken_back = until_won(lambda: self._withdraw(account_id, project_id))
        if taken_back.after is not None:
            self.say(f"project {project_id} is open, and isn't closed again by us")
        else:
            self.say(f"project {project_id} isn't opened by us")
        self.say(f"(approved by {taken_back.by} at {moment(taken_back.at)})")
        return taken_back

    def _withdraw(self, account_id: str, project_id: str) -> Reactivation:
        blocker = stored(self.accounts, account_id, project_id)
        known = blocker.reactivation if blocker else None
        if blocker is None or known is None or not known.live:
            raise PermanentError(
                f"no approval of project {project_id} of {account_id} is under way"
            )
        if known.asked:
            raise PermanentError(
                "NetSuite was just asked for the change; what became of it is known in a few "
                "minutes: say it again then"
            )
        self.accounts.put_blocker(reactivated(blocker, withdrawn(known, self.who, self.clock())))
        return known
