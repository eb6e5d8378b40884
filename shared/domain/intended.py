"""`observe`: nobody is told, nothing is asked for. The case's history says what would have been."""

from collections.abc import Iterable, Mapping

from shared.domain.announce import case_notices
from shared.domain.case import Case, Phase, Why, noted, with_told
from shared.domain.clock import Millis
from shared.domain.held import held
from shared.domain.notice import Notice, Role
from shared.domain.rules import People, Rules
from shared.domain.standing import Standing


def observed(
    before: Case,
    after: Case,
    standings: dict[str, Standing],
    waiting: Iterable[Case],
    acts: Mapping[str, str],
    people: People,
    rules: Rules,
    now: Millis,
) -> tuple[tuple[Notice, ...], Case]:
    """A line per change of what would have been, never one per look. `acts`: see `act_of`.

    What was said before is put again, unless it was sent, as soon as the workspace does more than
    observe. What became of an export that we asked for before, the operators hear.
    """
    if after.finished:
        ends, _ = case_notices(before, after, standings, waiting, people, rules, now)
        return _to_operators(ends, before), after
    unsaid = with_told(after, ())
    would, _ = case_notices(before, unsaid, standings, waiting, people, rules, now)
    notices, quiet = _of_our_own(would, after, unsaid)
    nobody = not would and _is_told_of(after, standings.get(after.report_id), rules)
    steps = [*_told(would), "told nobody" if nobody else "", acts.get(after.report_id, "")]
    return notices, _with_step(quiet, "; ".join(step for step in steps if step), now)


def act_of(*, look_first: bool, covered: bool) -> str:
    """What we would have done about a report that stands fixed."""
    if look_first:
        return "handed to a person"
    return "exported" if covered else "synced, then exported"


def _is_told_of(case: Case, standing: Standing | None, rules: Rules) -> bool:
    """Whether a project or a label is in its way, so that somebody would be told, could they be."""
    if standing is None or standing.pending or standing.fixed:
        return False
    return not case.paused and not held(case, rules.act_since)


def _of_our_own(
    would: tuple[Notice, ...], after: Case, unsaid: Case
) -> tuple[tuple[Notice, ...], Case]:
    if after.phase is not Phase.NEEDS_PERSON or not after.attempts:
        return (), unsaid
    mark = f"!observed {after.reason}"
    notices = () if mark in after.told else _to_operators(would, after)
    return notices, with_told(after, (mark,))


def _to_operators(notices: Iterable[Notice], case: Case) -> tuple[Notice, ...]:
    """Only about what we did before, and only to those who run this service."""
    return tuple(n for n in notices if case.attempts and n.role is Role.OPERATOR)


def _told(notices: Iterable[Notice]) -> list[str]:
    """Roles, never addresses."""
    roles: dict[str, dict[str, None]] = {}
    for notice in notices:
        roles.setdefault(notice.about, {})[notice.role] = None
    return [f"told {' + '.join(who)} of {_named(about)}" for about, who in roles.items()]


def _named(about: str) -> str:
    kind, _, rest = about.partition("#")
    if kind == "P":
        return f"project {rest}"
    return f"{'label' if kind == 'L' else 'the case:'} {rest.partition('#')[2] or 'no code'}"


def _with_step(case: Case, step: str, now: Millis) -> Case:
    last = next((e.detail for e in reversed(case.history) if e.why is Why.WOULD), "")
    return noted(case, Why.WOULD, now, step) if step and step != last else case
