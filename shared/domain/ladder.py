"""Reminders: a notice that was sent and is still true is told again, rung by rung, and then no more.

The end of the ladder marks the case for attention; watching goes on (invariant 3).
"""

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.case import Case, Phase, Why, noted
from shared.domain.clock import DAY, Millis
from shared.domain.held import held
from shared.domain.mode import Mode
from shared.domain.notice import Notice, Role, Tone
from shared.domain.rules import Rules
from shared.domain.working_time import working_after

_NEVER_REMINDED = frozenset(
    {Tone.DONE, Tone.SETUP_FAULT, Tone.ATTENTION, Tone.DIGEST, Tone.REACTIVATION}
)


def next_rung(notice: Notice, rules: Rules, now: Millis) -> Notice | None:
    """The reminder that follows on this notice, which is told `now`; None at the ladder's end.

    Each waits from when the one before it was told, so that late ones never come in a bunch.
    """
    never = notice.role is Role.OPERATOR or notice.tone in _NEVER_REMINDED
    if never or notice.rung >= len(rules.reminders):
        return None
    before = rules.reminders[notice.rung - 1] if notice.rung else 0
    return replace(
        notice,
        rung=notice.rung + 1,
        since=notice.since if notice.rung else now,
        created_at=now,
        send_after=working_after(now, rules.reminders[notice.rung] - before, rules),
        sent_at=None,
        dropped="",
        told_in="",
        listed=(),
    )


def with_ladder(before: Case, after: Case, put: Iterable[Notice], now: Millis) -> Case:
    """The case, which remembers when the last of its notices is told: its ladder begins there.

    What is told anew begins a new ladder; a case of which nothing is to be told has none.
    """
    if set(after.told) - set(before.told):
        begins = max((notice.send_after for notice in put), default=now)
        return replace(after, told_at=begins, attention_at=None)
    if not after.told and after.told_at is not None:
        return replace(after, told_at=None, attention_at=None)
    return after


def ladder_ends(case: Case, rules: Rules, now: Millis) -> Millis | None:
    """When the case is to be marked; None: it is already, moves by itself, or nobody is told."""
    if rules.mode is Mode.OBSERVE or held(case, rules.act_since):
        return None
    if case.told_at is None or case.attention_at is not None or not for_attention(case, now):
        return None
    return working_after(case.told_at, rules.reminders[-1], rules)


def attended(case: Case, rules: Rules, now: Millis) -> Case:
    """The case with its attention mark, if its ladder has just ended."""
    ends = ladder_ends(case, rules, now)
    if ends is None or now < ends:
        return case
    return noted(replace(case, attention_at=now), Why.ATTENTION, now)


def for_attention(case: Case, now: Millis) -> tuple[tuple[str, int], ...]:
    """What stands still and nobody moves: the blockers of a waiting case with their epochs, or why
    it is in people's hands, which the operators hear of once a day.
    """
    if case.phase is Phase.NEEDS_PERSON and not case.paused:
        return ((f"W#{case.workspace_id}#{case.reason}", now // DAY),)
    waits = case.phase is Phase.WAITING and not case.paused
    open_ = {mark.rpartition("@")[0] for mark in case.told if waits and mark[0] != "!"}
    return tuple(matter for matter in case.matters if matter[0] in open_)
