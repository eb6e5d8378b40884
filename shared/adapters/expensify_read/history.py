"""What an entry of a report's history means, for both faces of Expensify.

Names and shapes: App src/CONST/index.ts (REPORT.ACTIONS.TYPE) and src/types/onyx/OriginalMessage.ts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.report import Action, ActionKind, ReportState

FAILED = "INTEGRATIONSMESSAGE"
EXPORTED = "EXPORTINTEGRATION"
_EXPORTED_ELSEHOW = "EXPORTED"


@dataclass(frozen=True, slots=True)
class Entry:
    """`success` is None where it isn't told. `urls` point at records that were really made."""

    name: str
    messages: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    success: bool | None = None
    marked: bool = False
    in_progress: bool = False


def folded(name: str) -> str:
    """EXPORTED_TO_INTEGRATION, 'Exported to integration' → EXPORTEDTOINTEGRATION."""
    return "".join(letter for letter in name.upper() if letter.isalnum())


def is_export(name: str) -> bool:
    """Also the deprecated EXPORTED, and spellings that start like it."""
    return name == EXPORTED or name.startswith(_EXPORTED_ELSEHOW)


def kind_of(entry: Entry) -> ActionKind:
    """An entry in progress is the client's own guess, not Expensify's word (Expensify/App #98025).

    An integration's message is a failure unless it says otherwise: a test of the App's has one
    without anything in it.
    """
    if entry.in_progress:
        return ActionKind.OTHER
    if entry.name == FAILED:
        return ActionKind.OTHER if entry.success else ActionKind.EXPORT_FAILED
    if is_export(entry.name) and entry.marked:
        return ActionKind.MARKED_BY_HAND
    return ActionKind.EXPORTED if entry.urls or entry.name == EXPORTED else ActionKind.OTHER


def state_if_dated(state: ReportState, actions: Iterable[Action]) -> ReportState:
    """Unknown if an action that counts has no time: nobody could tell whether it is new."""
    undated = any(a.kind is not ActionKind.OTHER and not a.at for a in actions)
    return ReportState.UNKNOWN if undated else state
