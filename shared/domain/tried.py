"""Why a report whose turn has come isn't exported by us: what people are told about it."""

from itertools import takewhile

from shared.domain.case import Case, Entry, Why


def why_not_again(case: Case) -> Why:
    """What Expensify said of our export in this episode, as far as the case remembers it.

    Nobody is told of a refusal that nobody saw: a silent export, proven once not to have arrived,
    comes here too; so does one of an episode before, which may have arrived well.
    """
    if not case.attempts:
        return Why.EXPORTED_BEFORE
    lately = {e.why for e in takewhile(_in_this_episode, reversed(case.history))}
    if Why.FAILED_AGAIN in lately:
        return Why.TRIED_ONCE
    return Why.NOT_PROVEN if Why.ATTEMPT in lately else Why.EXPORTED_BEFORE


def _in_this_episode(entry: Entry) -> bool:
    return entry.why is not Why.OPENED
