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


def stand(case: Case, labels: Labels, blockers: Blockers) -> Standing:
    """Where the case stands, from what was observed before this run began."""
    if case.read_at is None:
        return Standing(pending=True)
    parts = [_of_label(case, label, labels, blockers) for label in case.labels]
    covers = tuple(cover for part in parts for cover in part.covers)
    return Standing(
        pending=any(part.pending for part in parts),
        blocked=tuple({b.project_id: b for part in parts for b in part.blocked}.values()),
        unnamed=tuple(label for part in parts for label in part.unnamed),
        covers=covers if covers and not case.retags else (*covers, _report_itself(case)),
    )


def _report_itself(case: Case) -> Cover:
    """What a project has gone from still needs a sync of ours after that was seen."""
    return Cover(f"@{case.report_id}", "", case.retags, 0)


def _of_label(case: Case, mine: CaseLabel, labels: Labels, blockers: Blockers) -> Standing:
    if mine not in case.carried:
        # Named by a failure only, while the expenses carry, or carried, labels: either one of
        # those is this very project and stands for it, or the report was retagged since.
        return Standing()
    label = labels.get(mine.text)
    if label is None or not mine.asked or label.answered < mine.asked:
        return Standing(pending=True)
    match label.resolution.match:
        case Match.PROJECT:
            return _of_project(mine, label, blockers)
        case Match.UNASKED:
            return Standing(pending=True)
        case Match.NOT_FOUND if not mine.suspect:
            # A tag that names no project is a department, a class, a location.
            return Standing()
        case _:
            return Standing(unnamed=(label,))


def _of_project(mine: CaseLabel, label: Label, blockers: Blockers) -> Standing:
    project = label.resolution.project_id
    blocker = blockers.get(project)
    if blocker is None or blocker.status is Status.UNKNOWN:
        return Standing(pending=True)
    if blocker.blocked:
        return Standing(blocked=(blocker,))
    return Standing(covers=(Cover(mine.text, project, blocker.epoch, label.answered),))


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
