"""Tells what happens, from what the simulators saw: who did what, and when."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Self

from requests import RequestException

from sandbox.world import World

_POLL = 0.2
_TOLD = {
    "Authenticate": "recover signs in to Expensify's app",
    "file/combinedReportData": "recover reads the stuck reports (official API)",
    "OpenReport": "recover looks at reports one by one (baseline, outcome)",
    "SyncPolicyToNetSuite": "recover asks for ONE sync of the workspace",
}


@dataclass
class Narrator:
    """A background teller. `say` is for the story's own people."""

    world: World
    _began: float = field(default_factory=time.monotonic)
    _heard: dict[str, int] = field(default_factory=dict)
    _once: set[str] = field(default_factory=set)
    _over: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def __enter__(self) -> Self:
        self._heard = {name: len(items) for name, items in self._sources().items()}
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    def told(self, source: str) -> int:
        """How much of a source was told so far."""
        return self._heard.get(source, 0)

    def say(self, who: str, what: str) -> None:
        seconds = time.monotonic() - self._began
        sys.stdout.write(f"  {seconds:5.1f} s  {who:<12} {what}\n")
        sys.stdout.flush()

    def _listen(self) -> None:
        while not self._over.wait(_POLL):
            try:
                self._tell_news()
            except RequestException:
                return

    def _tell_news(self) -> None:
        for name, items in self._sources().items():
            for item in items[self._heard.get(name, 0) :]:
                for who, what in _TELLERS[name](item):
                    self._tell(who, what)
            self._heard[name] = len(items)

    def _tell(self, who: str, what: str) -> None:
        if what in self._once:
            return
        if who != "export":
            self._once.add(what)
        self.say(who, what)

    def _sources(self) -> dict[str, list[dict[str, Any]]]:
        return {
            "netsuite": self.world.netsuite_journal(),
            "expensify": self.world.expensify_journal(),
            "mail": self.world.mails(),
            "posting": self.world.postings(),
        }


def _netsuite(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if entry["path"].endswith("/token"):
        yield "watch", "signs in to NetSuite (signed assertion, OAuth 2.0)"
    elif entry["path"].endswith("/suiteql"):
        yield "watch", "asks NetSuite about every blocked project in one SuiteQL, and keeps asking"


def _expensify(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    command = str(entry.get("command"))
    if command == "Report_Export":
        yield "export", f"recover exports {entry['params']['reportIDList']} (intent written before)"
    elif command in _TOLD:
        yield "recover", _TOLD[command].removeprefix("recover ")


def _mail(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "mail", f"to {', '.join(message['to'])}: “{message['subject']}”"


def _posting(posting: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "NetSuite", f"receives {posting['reportId']}"


_TELLERS = {"netsuite": _netsuite, "expensify": _expensify, "mail": _mail, "posting": _posting}
