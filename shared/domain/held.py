"""Going live is quiet: which cases wait for their release, and what a release makes of one.

And who may be told of anything at all: what is nobody's matter yet is decided when it is somebody's.
"""

from dataclasses import replace

from shared.domain.case import Case, Why, noted
from shared.domain.clock import Millis


def held(case: Case, act_since: Millis) -> bool:
    """Whether it is left alone: no notice, no act.

    Not what we have asked for already: switching down and up again loses no export from sight.
    """
    return case.intent is None and max(case.opened_at, case.released_at) < act_since


def may_be_spoken_of(case: Case, act_since: Millis) -> bool:
    """Neither held back nor opened again for nothing that is known yet.

    Asked when a notice is put and again before it is sent: a notice put for any other case would be
    dropped, and what it was about held to be told.
    """
    return case.past is None and not held(case, act_since)


def released(case: Case, who: str, act_since: Millis, now: Millis) -> Case:
    """The case as if it had been opened now: its report is read, its labels looked at anew.

    What was seen long ago, active even, says nothing of today: nobody has watched it since.
    """
    labels = tuple(replace(label, asked=0) for label in case.labels)
    free = replace(
        case, labels=labels, released_at=max(now, act_since), next_look=min(case.next_look, now)
    )
    return noted(free, Why.RELEASED, now, who)
