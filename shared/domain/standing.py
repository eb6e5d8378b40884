"""How a waiting case stands: what still blocks it, or what a sync must cover to free it."""

from dataclasses import dataclass

from shared.domain.blocker import Blocker, Blockers, Label, Labels
from shared.domain.case import Case, CaseLabel
from shared.domain.finding import Match, Status
from shared.domain.sync import Cover


@dataclass(frozen=True, slots=True)
class Standing:
    """`pending`: something hasn't been looked at. `blocked`: by these. Neither: fixed."""

    pending: bool = False
    blocked: tuple[Blocker, ...] = ()
    unnamed: tuple[Label, ...] = ()
    covers: tuple[Cover, ...] = ()

    @property
    def fixed(self) -> bool:
        return not (self.pending or self.blocked or self.unnamed)


type _Part = Blocker | Label | Cover | Match
"""What one label comes to: blocked by this, unnamed, to be covered, or a match of its own."""


def stand(case: Case, labels: Labels, blockers: Blockers) -> Standing:
    """Where the case stands, from what was observed before this run began."""
    if case.read_at is None:
        return Standing(pending=True)
    # What only a failure names, while the expenses carry, or carried, labels, is one of those, or
    # the report was retagged since: the labels that it carries stand for it.
    parts = [_part(mine, labels.get(mine.text), blockers) for mine in case.carried]
    covers = tuple(part for part in parts if isinstance(part, Cover))
    return Standing(
        pending=Match.UNASKED in parts,
        blocked=tuple({b.project_id: b for b in parts if isinstance(b, Blocker)}.values()),
        unnamed=tuple(part for part in parts if isinstance(part, Label)),
        covers=covers if covers and not case.retags else (*covers, _report_itself(case)),
    )


def _report_itself(case: Case) -> Cover:
    """What a project has gone from still needs a sync of ours after that was seen."""
    return Cover(f"@{case.report_id}", "", case.retags, 0)


def _part(mine: CaseLabel, label: Label | None, blockers: Blockers) -> _Part:
    if label is None or not mine.asked or label.answered < max(mine.asked, label.valid_from):
        return Match.UNASKED
    match label.resolution.match:
        case Match.PROJECT:
            return _of_project(label, blockers.get(label.resolution.project_id))
        case Match.UNASKED:
            return Match.UNASKED
        case Match.NOT_FOUND if label.resolution.never_found and not mine.suspect:
            # A tag that names no project is a department, a class, a location.
            return Match.NOT_FOUND
        case _:
            return label


def _of_project(label: Label, blocker: Blocker | None) -> _Part:
    if blocker is None or blocker.status is Status.UNKNOWN:
        return Match.UNASKED
    if blocker.blocked:
        return blocker
    return Cover(label.text, blocker.project_id, blocker.epoch, label.answered)


def canaries(case: Case, labels: Labels, blockers: Blockers) -> tuple[str, ...]:
    """The projects that this case's canary is about: those that a failure named or that were ever
    seen blocked.

    None known (the failure's text names nothing that the expenses carry): all of them. None
    at all: the report stands for itself.
    """
    named = {_project(labels, c.text) for c in case.labels if c.suspect}
    carried = {_project(labels, c.text) for c in case.carried} - {""}
    trouble = {p for p in carried if p in named or (p in blockers and blockers[p].epoch)}
    return tuple(sorted(trouble or carried)) or (f"@{case.report_id}",)


def _project(labels: Labels, text: str) -> str:
    label = labels.get(text)
    return label.resolution.project_id if label else ""


def covered(case: Case, standing: Standing, by: tuple[Cover, ...]) -> bool:
    """Whether a sync that we began after the observation covers every project of the case."""
    have = {cover.text: cover for cover in by}
    needs = {label.text: label.asked for label in case.labels}
    return all(_covers(have.get(c.text), c, needs.get(c.text, 0)) for c in standing.covers)


def _covers(have: Cover | None, need: Cover, asked: int) -> bool:
    return (
        have is not None
        and (have.project_id, have.epoch) == (need.project_id, need.epoch)
        and have.answered >= asked
    )
