"""Going live is quiet: which cases wait for their release, and what a release makes of one."""

from dataclasses import replace

from shared.domain.case import Case, Why, noted
from shared.domain.clock import Millis


def held(case: Case, act_since: Millis) -> bool:
    """Whether it is left alone: no notice, no act.

    Not what we have asked for already: switching down and up again loses no export from sight.
    """
    return case.intent is None and max(case.opened_at, case.released_at) < act_since


def released(case: Case, who: str, act_since: Millis, now: Millis) -> Case:
    """The case as if it had been opened now: its report is read, its labels looked at anew.

    What was seen long ago, active even, says nothing of today: nobody has watched it since.
    """
    labels = tuple(replace(label, asked=0) for label in case.labels)
    free = replace(
        case, labels=labels, released_at=max(now, act_since), next_look=min(case.next_look, now)
    )
    return noted(free, Why.RELEASED, now, who)
