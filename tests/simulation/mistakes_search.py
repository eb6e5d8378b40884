"""Mistakes about finding failures by ourselves."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.domain import decide_detect, detect_reports
from shared.domain.clock import ForeignTime
from shared.domain.slots import Usage
from shared.workflows import detect
from tests.simulation.planting import mistake, simple, swapped
from tests.simulation.searching import SimUsages


@mistake("what was found recorded before it is said", "found")
def _recorded_first() -> Iterator[None]:
    right = detect._Run._say

    def say(self: Any, learned: Any) -> None:
        for news in learned.news:
            self.of.sightings.put(news.sighting, self.of.clock())
        right(self, learned)

    with swapped(detect._Run, _say=say):
        yield


@mistake("failures sought after the last entry seen", "found")
def _anchored() -> Iterator[None]:
    """By dates alone, as if nothing old could fail."""
    right, seen_up_to = detect_reports.news_of, ForeignTime("")

    def with_reports(known: Any, found: Any, *more: Any) -> Any:
        nonlocal seen_up_to
        upto = seen_up_to

        def news_of(each: Any, seen: Any, before: Any) -> Any:
            return right(each, seen, max(upto, before or upto) or None)

        with swapped(decide_detect, news_of=news_of):
            learned = decide_detect.with_reports(known, found, *more)
        seen_up_to = max(upto, detect_reports.latest(found) or upto)
        return learned

    with swapped(detect, with_reports=with_reports):
        yield


@mistake("a report that failed once fails no more", "found")
def _once() -> Iterator[None]:
    """The report is compared, and not the set of its failed attempts."""
    right = detect_reports.news_of

    def news_of(found: Any, seen: Any, before: Any) -> Any:
        return None if seen else right(found, seen, before)

    with swapped(decide_detect, news_of=news_of):
        yield


@mistake("each run counts its own requests alone", "budget")
def _alone() -> Iterator[None]:
    def get(self: Any, credential: str) -> Usage:
        run, whole = self._stage.loop.active, self.stored.get(credential)
        mine = getattr(self, "mine", None)
        if mine is None:
            mine = self.mine = {}
        usage: Usage = mine.get(run.number, Usage(credential))
        return replace(usage, version=whole.version if whole else 0)

    right = SimUsages.save

    def save(self: Any, usage: Usage) -> Usage:
        saved = right(self, usage)
        self.mine[self._stage.loop.active.number] = saved
        return saved

    with swapped(SimUsages, get=get, save=save):
        yield


simple("what changes of a failed report is no hint", "found", detect_reports, digest=lambda *_: "")
simple("what failed before we began is told", "older", decide_detect, _dated=lambda n, *_: n)


@mistake("an event's id says when it was told", "identity")
def _by_time() -> Iterator[None]:
    right = detect._Run._say

    def say(self: Any, learned: Any) -> None:
        now = self.of.clock()
        told = tuple(
            replace(n, details=tuple({**d, "eventId": f"{d['eventId']}.{now}"} for d in n.details))
            for n in learned.news
        )
        right(self, replace(learned, news=told))

    with swapped(detect._Run, _say=say):
        yield


@mistake("who went before all was searched is new no more", "older")
def _forgotten() -> Iterator[None]:
    right = decide_detect.with_policies

    def with_policies(*args: Any) -> Any:
        checked = right(*args)
        stayed = (n for n in checked.newcomers if n.workspace_id in checked.visible)
        return replace(checked, newcomers=tuple(stayed))

    with swapped(detect, with_policies=with_policies):
        yield


@mistake("what is wanted most often always goes first", "promise liveness")
def _starved() -> Iterator[None]:
    right = decide_detect.decide_detect

    def decide(known: Any, *more: Any) -> Any:
        now = more[-1]
        late = [r for r in known.rounds if r.next_at <= now]
        rest = tuple(r if r in late[:1] else replace(r, next_at=now + 1) for r in known.rounds)
        return right(replace(known, rounds=rest) if late else known, *more)

    with swapped(detect, decide_detect=decide):
        yield
