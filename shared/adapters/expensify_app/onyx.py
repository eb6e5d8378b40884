"""onyxData: pieces of the app's database, to be put together by their keys.

Shapes: App src/libs/E2E/apiMocks/openReport.ts; ways of merging: react-native-onyx.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from shared.adapters.expensify_read.lenient import Lenient

type Store = dict[str, Any]

_MANY = frozenset({"mergecollection", "setcollection", "multiset"})
_MERGES = frozenset({"merge", "mergecollection"})


class Update(Lenient):
    onyx_method: str
    key: str
    value: Any = None


def held(updates: Iterable[Update]) -> Store:
    """All pieces by their keys. A way of writing that nobody knows brings nothing."""
    store: Store = {}
    for update in updates:
        for key, value in _pieces(update):
            merges = update.onyx_method in _MERGES
            store[key] = _merged(store.get(key), value) if merges else value
    return store


def _pieces(update: Update) -> Iterator[tuple[str, Any]]:
    if update.onyx_method in _MANY:
        yield from update.value.items() if isinstance(update.value, dict) else ()
    elif update.onyx_method in {"merge", "set"}:
        yield update.key, update.value


def _merged(old: Any, new: Any) -> Any:
    """Hashes grow into each other, and null takes away."""
    if not isinstance(new, dict):
        return new
    grown = dict(old) if isinstance(old, dict) else {}
    for key, value in new.items():
        if value is None:
            grown.pop(key, None)
        else:
            grown[key] = _merged(grown.get(key), value)
    return grown
