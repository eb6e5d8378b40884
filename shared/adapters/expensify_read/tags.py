r"""Labels out of tags, and how much each one carries.

The levels of a tag are joined with ':'; a colon inside of a level is written '\:' (App
src/libs/PolicyUtils.ts; two public clients of the Integration Server read it so). Amounts of an
expense report may come with the sign of a debt (App src/libs/actions/Report), hence `abs`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.report import LabelUse, Money

_JOINT = re.compile(r"(?<!\\):")


@dataclass(frozen=True, slots=True)
class Expense:
    """`money` is None if the amount wasn't told."""

    label: str
    money: Money | None


def label_of(tag: str, level: int | None) -> str:
    """The project's part of a tag: of one level, counted from 1, or of the whole tag.

    Empty: the expense names no project, neither has it a level that isn't in its tag.
    """
    levels = _JOINT.split(tag) if level else [tag]
    chosen = levels[(level or 1) - 1 : level or 1]
    return unescape("".join(chosen))


def unescape(level: str) -> str:
    return level.replace("\\:", ":").strip()


def money(amount: float | None, modified: float | None, currency: str) -> Money | None:
    """In the currency's minor unit. A change by hand counts, unless it is 0 for 'none'."""
    told = modified or amount
    return None if told is None or not currency else Money(currency, abs(round(told)))


def label_uses(expenses: Iterable[Expense]) -> tuple[LabelUse, ...]:
    """One for each distinct label, in the order of their texts; an empty label is none."""
    counts: Counter[str] = Counter()
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for expense in expenses:
        if expense.label:
            counts[expense.label] += 1
            if expense.money:
                sums[expense.label][expense.money.currency] += expense.money.minor
    return tuple(LabelUse(label, n, _money(sums[label])) for label, n in sorted(counts.items()))


def _money(sums: Counter[str]) -> tuple[Money, ...]:
    return tuple(Money(currency, minor) for currency, minor in sorted(sums.items()))
