"""Some reports in few words: how many, whose, for how much. Pure.

Names and sums are for the operator's terminal alone; no log ever holds them.
"""

from collections.abc import Collection

from shared.adapters.mail.wording import sums, things
from shared.domain.case import Case


def count(cases: Collection[Case]) -> str:
    """As '3 reports'."""
    return things(len(cases), "report")


def people(cases: Collection[Case]) -> str:
    """As '2 people': whose reports they are, as far as that is known."""
    known = {case.submitter for case in cases if case.submitter}
    return things(len(known), "person") if known else "nobody known yet"


def worth(cases: Collection[Case]) -> str:
    """As 'EUR 12.50 and NOK 849.00; 1 report without a known sum'."""
    known = sums(money for case in cases for x in case.carried for money in x.sums)
    if not known:
        return "no sum is known"
    unread = sum(not any(x.sums for x in case.carried) for case in cases)
    return f"{known}; {things(unread, 'report')} without a known sum" if unread else known


def oldest_first(cases: Collection[Case]) -> tuple[Case, ...]:
    return tuple(sorted(cases, key=lambda case: (case.opened_at, case.report_id)))
