"""Who is told how a reactivation ended: what was refused, or left to people."""

from collections.abc import Mapping

from shared.domain.announce import OPERATORS, tells
from shared.domain.blocker import Blocker
from shared.domain.clock import Millis
from shared.domain.notice import Notice, Role, Tone
from shared.domain.reactivation import TOLD, Reactivation
from shared.domain.rules import People


def ending_notices(
    blocker: Blocker, ended: Reactivation, people: Mapping[str, People], now: Millis
) -> tuple[Notice, ...]:
    """To each administrator once. `people`: of every workspace that has to do with the project;
    the operators are told in any case.
    """
    if ended.ended not in TOLD:
        return ()
    told: dict[str, Notice] = {}
    for workspace_id, those in people.items():
        for admin in those.netsuite_admins:
            notice = _notice(blocker, ended, workspace_id, admin, Role.NETSUITE_ADMIN, now)
            if tells(those, notice):
                told.setdefault(admin, notice)
    first = next(iter(people), "")
    return (*told.values(), _notice(blocker, ended, first, OPERATORS, Role.OPERATOR, now))


def still_told(blocker: Blocker | None, notice: Notice) -> Reactivation | None:
    """The reactivation that the notice is about, as long as none was approved since."""
    latest = blocker.reactivation if blocker else None
    if latest is None or (latest.epoch, latest.number) != (notice.epoch, notice.step):
        return None
    return latest if latest.ended in TOLD else None


def done_for(blocker: Blocker | None, notice: Notice) -> Reactivation | None:
    """The reactivation by which we opened the project that the good news is about."""
    found = (r for r in (blocker.reactivations if blocker else ()) if r.epoch == notice.epoch)
    return next((r for r in found if r.after is not None), None)


def _notice(
    blocker: Blocker, ended: Reactivation, workspace_id: str, who: str, role: Role, now: Millis
) -> Notice:
    return Notice(
        who,
        role,
        Tone.REACTIVATION,
        workspace_id,
        blocker.account_id,
        f"P#{blocker.project_id}",
        ended.epoch,
        now,
        send_after=now,
        step=ended.number,
    )
