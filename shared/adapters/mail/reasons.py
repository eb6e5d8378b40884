"""Why a report is where it is, in words for people, out of `Stuck.detail`."""

from shared.domain.case import Why

ARRIVED = frozenset({Why.EXPORTED, Why.IN_NETSUITE, Why.EXPORTED_BY_OTHERS})

_OF_STUCK = {
    Why.NOT_PROVEN: "We asked Expensify to export it and have seen no sign since that it arrived.",
    Why.NO_EVIDENCE: "We asked Expensify to export it and have seen no sign since that it arrived.",
    Why.CALL_UNKNOWN: "We asked Expensify to export it and got no answer.",
    Why.IN_NETSUITE: "It seems to be in NetSuite, but Expensify doesn't show it as exported.",
    Why.SAID_TO_EXIST: "NetSuite says that it has a record of this report already.",
    Why.DELETED: "It disappeared from Expensify while it was being exported.",
    Why.REFUSED_TWICE: "Expensify refused it twice in the same way.",
    Why.TRIED_ONCE: (
        "We exported it once, and Expensify showed a refusal. Look in NetSuite whether it arrived all "
        "the same; if it did not, sync and export it again: its project is open."
    ),
    Why.EXPORTED_BEFORE: (
        "It was exported, or marked by hand, before its newest failure. Look in NetSuite "
        "whether it is there; if it is not, sync and export it: its project is open."
    ),
    Why.FAILED_AGAIN: "Expensify refused it again.",
    Why.OTHER_FAILURE: "Expensify refused it, and not because of a closed project.",
    Why.MARKED: "Somebody marked it as exported by hand.",
}
_OF_ENDED = {
    Why.EXPORTED: "It arrived in NetSuite.",
    Why.IN_NETSUITE: "It arrived in NetSuite.",
    Why.EXPORTED_BY_OTHERS: "It was exported to NetSuite, not by us.",
    Why.MARKED: "Somebody marked it as exported by hand.",
    Why.DELETED: "It was deleted in Expensify.",
}


def parsed(detail: str) -> tuple[Why | None, str]:
    """`detail` is a `Why`, perhaps followed by ': ' and a message of Expensify's."""
    head, _, rest = detail.partition(": ")
    try:
        return Why(head), rest
    except ValueError:
        return None, detail


def of_stuck(why: Why | None) -> str:
    """Empty for what needs no saying: that it waits."""
    return _OF_STUCK.get(why, "") if why else ""


def of_ended(why: Why | None) -> str:
    return _OF_ENDED.get(why, "") if why else ""
