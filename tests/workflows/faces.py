"""Faces of Expensify that are broken, slow, or not to be understood."""

from dataclasses import dataclass
from typing import Any

from shared.domain.clock import Millis
from shared.errors import MalformedError
from shared.ports import ReadAnswer
from tests.fakes.clock import FakeClock


@dataclass(frozen=True, slots=True)
class Broken:
    """The official face, every read of which ends so."""

    error: Exception

    def read(self, report_ids: tuple[str, ...]) -> ReadAnswer:
        raise self.error


@dataclass(frozen=True, slots=True)
class Spoilt:
    """The official face, whose answers are of no use wherever one report is in them."""

    face: Any
    report_id: str

    def read(self, report_ids: tuple[str, ...]) -> ReadAnswer:
        if self.report_id in report_ids:
            raise MalformedError("garbage")
        answer: ReadAnswer = self.face.read(report_ids)
        return answer


@dataclass(frozen=True, slots=True)
class Slow:
    """A face of Expensify, every answer of which takes so long."""

    clock: FakeClock
    face: Any
    takes: Millis

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            self.clock.advance(self.takes)
            return getattr(self.face, name)(*arguments)

        return call


@dataclass(frozen=True, slots=True)
class Garbled:
    """The app, whose answers about one report can't be understood."""

    app: Any
    report_id: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)

    def open_report(self, report_id: str) -> Any:
        if report_id == self.report_id:
            raise MalformedError("garbage")
        return self.app.open_report(report_id)
