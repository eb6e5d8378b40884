"""Whether NetSuite holds a report's record: what is asked, what is learned, what is answered.

Pure. Where Expensify writes a report's id is documented nowhere, so every query learns it anew, from
reports that are known to be exported, and says nothing if they aren't found.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.clock import Millis
from shared.domain.report import ActionKind, Report

LEARN_FROM = 3
"""So many known reports must be found in a column before it says anything of another one."""

SAMPLES_KEPT = 5

MOST_INQUIRIES = 40
"""In one query: with their samples, and three columns, fewer than 1,000 arguments."""

_RECORD = re.compile(r"[?&]id=([1-9][0-9]{0,14})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Sample:
    """A report that is known to be exported, and the records that its export's URLs name."""

    report_id: str
    record_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """That a record holds this very text in this column."""

    record_id: str
    column: str
    text: str


class Answer(StrEnum):
    NONE = ""
    HELD = "held"
    ABSENT = "absent"
    UNTOLD = "untold"
    """The samples weren't all found, or the id stands where theirs doesn't."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One report whose record is asked for, with the samples that make the answer mean something.

    `asked` and `answered`: as of a label, a look answers only what was asked before it. The answer
    counts, and is waited for, until `wanted_until`.
    """

    account_id: str
    workspace_id: str
    report_id: str
    asked: int = 0
    answered: int = 0
    asked_at: Millis = 0
    wanted_until: Millis = 0
    samples: tuple[Sample, ...] = ()
    answer: Answer = Answer.NONE

    @property
    def pending(self) -> bool:
        return self.asked > self.answered

    def told(self, now: Millis) -> Answer:
        """What it says now."""
        return Answer.NONE if self.pending or now >= self.wanted_until else self.answer


type Inquiries = Mapping[str, Inquiry]


def by_report(inquiries: Iterable[Inquiry]) -> Inquiries:
    return {inquiry.report_id: inquiry for inquiry in inquiries}


def open_inquiries(inquiries: Iterable[Inquiry], now: Millis) -> tuple[Inquiry, ...]:
    """Those that wait for an answer, the longest first, as many as one query takes."""
    waiting = [i for i in inquiries if i.pending and now < i.wanted_until]
    waiting.sort(key=lambda i: (i.asked_at, i.workspace_id, i.report_id))
    return tuple(waiting[:MOST_INQUIRIES])


def texts_of(inquiries: Iterable[Inquiry]) -> tuple[str, ...]:
    """Every id that the query must look for, the samples' among them."""
    ids = {i.report_id for i in inquiries}
    ids |= {sample.report_id for i in inquiries for sample in i.samples}
    return tuple(sorted(ids))


def answer_of(inquiry: Inquiry, records: Iterable[ReportRecord]) -> Answer:
    """What one complete query says of the report."""
    found = tuple(records)
    columns = learned(inquiry.samples, found)
    hits = {r.column for r in found if r.text == inquiry.report_id}
    if hits & columns:
        return Answer.HELD
    return Answer.UNTOLD if hits or not columns else Answer.ABSENT


def learned(samples: tuple[Sample, ...], records: Iterable[ReportRecord]) -> frozenset[str]:
    """The columns in which all of the samples' records hold their report's id.

    One that doesn't may have been deleted, hidden from our role, or exported in a way that leaves
    the id out. The last two could be so of the report that is asked about, too.
    """
    if len(samples) < LEARN_FROM:
        return frozenset()
    found = {(r.column, r.text, r.record_id) for r in records}
    columns = {column for column, _, _ in found}
    needed = [(sample.report_id, record) for sample in samples for record in sample.record_ids]
    return frozenset(c for c in columns if all((c, *pair) in found for pair in needed))


def alike(samples: tuple[Sample, ...], report_id: str) -> tuple[Sample, ...]:
    """Those whose id is of the report's form: Expensify has a long one of digits and a short one,
    and a record holds one of them.
    """
    form = report_id.isdecimal()
    others = (s for s in samples if s.report_id != report_id)
    return tuple(s for s in others if s.report_id.isdecimal() is form)


def sample_of(report: Report) -> Sample | None:
    """The report as a sample, if its last export names its records."""
    arrivals = [a for a in report.actions if a.kind is ActionKind.EXPORTED and a.urls]
    if not arrivals:
        return None
    last = max(arrivals, key=lambda a: (a.at, a.id))
    ids = [match[1] if (match := _RECORD.search(url)) else "" for url in last.urls]
    return Sample(report.report_id, tuple(dict.fromkeys(ids))) if all(ids) else None


def with_samples(samples: tuple[Sample, ...], more: Iterable[Sample]) -> tuple[Sample, ...]:
    """The latest of each form."""
    latest = tuple({s.report_id: s for s in (*samples, *more)}.values())
    long = [s for s in latest if s.report_id.isdecimal()][-SAMPLES_KEPT:]
    short = [s for s in latest if not s.report_id.isdecimal()][-SAMPLES_KEPT:]
    return (*long, *short)
