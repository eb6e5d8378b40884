"""How names, sums and numbers are shown. Whatever others wrote goes through `shown` first."""

import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from shared.domain.folding import one_line
from shared.domain.report import Money

NAME_LENGTH = 120
MESSAGE_LENGTH = 400
LISTED = 20
"""The most entries of any list; the rest are counted."""

STATUSES = {
    "inactive": "Inactive",
    "expenses_off": "Allow Expenses is off",
    "gone": "No longer in NetSuite",
    "not_found": "Not known to NetSuite",
    "ambiguous": "Can mean more than one project",
}
"""Why a project, or what stands for one, takes no expenses."""

# Source: ISO 4217, list one; every other currency has two.
_NO_DECIMALS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])

_INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
# Some scripts and emoji are misspelt without them.
_JOINERS = frozenset("\u200c\u200d")


def shown(text: str, most: int = NAME_LENGTH) -> str:
    """One line of visible text. Without controls a name can't fake a line, turn the reading
    direction of what follows, or break a header.
    """
    kept = "".join(c for c in text[: 10 * most] if _visible(c))
    return cut(one_line(kept), most)


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def money(amount: Money) -> str:
    """EUR 1,234.50, and JPY 1,234: with as many decimals as people write."""
    value = Decimal(amount.minor).scaleb(-2)
    return f"{shown(amount.currency, 8)} {value:,.{_decimals(amount.currency)}f}"


def sums(amounts: Iterable[Money]) -> str:
    """The totals per currency, as 'EUR 12.50 and NOK 849.00'."""
    ordered = sorted(amounts)
    totals = (
        Money(currency, sum(each.minor for each in same))
        for currency, same in groupby(ordered, key=lambda each: each.currency)
    )
    return listing([money(total) for total in totals])


def listing(items: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'; cut like every list."""
    parts = items[:LISTED]
    if len(items) > LISTED:
        parts.append(f"{len(items) - LISTED:,} more")
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def things(number: int, noun: str) -> str:
    """'1 report', '5,000 reports'; 'people' for more than one person."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} people" if noun == "person" else f"{number:,} {noun}s"


def _visible(character: str) -> bool:
    if character.isspace() or character in _JOINERS:
        return True
    return unicodedata.category(character) not in _INVISIBLE


def _decimals(currency: str) -> int:
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2
