"""What a mail says of the codes of a failure, out of the catalogue."""

from dataclasses import dataclass

from shared.catalogue import catalogue
from shared.domain.advice import Advice
from shared.domain.notice import Notice, Role, Tone

_SEE_ALL = frozenset({Role.WORKSPACE_ADMIN, Role.OPERATOR})
_ASKED_TOO = {
    Role.NETSUITE_ADMIN: "An administrator of NetSuite can do this, and is asked to as well.",
    Role.WORKSPACE_ADMIN: "An administrator of the workspace can do this, and is asked to as well.",
    Role.SUBMITTER: "Whoever submitted the report can do this, or an administrator of the workspace.",
    Role.OPERATOR: "The operators of this service are told as well.",
}


@dataclass(frozen=True, slots=True)
class CodeView:
    """`title` is the code, or that there is none. `who`: another than the reader; else empty."""

    title: str
    meaning: str
    steps: tuple[str, ...]
    who: str


@dataclass(frozen=True, slots=True)
class CodesView:
    """`told` with their steps; of the `others`, which are other people's, only what they mean.

    `retry`: whether the report is to be synced and exported again when all is done.
    """

    told: tuple[CodeView, ...] = ()
    others: tuple[CodeView, ...] = ()
    retry: bool = True


def codes_of(notice: Notice, retag_by: str) -> CodesView:
    if notice.tone is not Tone.OTHER_FAILURE:
        return CodesView()
    codes = dict.fromkeys(notice.about.rpartition("#")[2].split("+"))
    advice = [catalogue().of(code) for code in codes]
    mine = [a for a in advice if notice.role in _SEE_ALL or _fixer(a, retag_by) is notice.role]
    return CodesView(
        told=tuple(_view(a, notice.role, retag_by) for a in mine),
        others=tuple(_view(a, notice.role, retag_by) for a in advice if a not in mine),
        retry=all(a.retry for a in advice),
    )


def _fixer(advice: Advice, retag_by: str) -> Role:
    """An approved report may not be editable by its submitter."""
    by_admin = advice.role is Role.SUBMITTER and retag_by != "submitter"
    return Role.WORKSPACE_ADMIN if by_admin else advice.role


def _view(advice: Advice, reader: Role, retag_by: str) -> CodeView:
    fixer = _fixer(advice, retag_by)
    who = "" if fixer is reader else _ASKED_TOO[fixer]
    return CodeView(advice.code or "No code", advice.meaning, advice.steps, who)
