"""The body of a delivery: `{"type": …, "data": …}`, in which `data` is an event's `detail`."""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.contracts.account import one_form
from shared.contracts.events import ProjectChanged, ReportChanged, ReportExportFailed
from shared.domain.delivery import LARGEST_DETAIL, TOO_LARGE_DETAIL, Answer, Message, refused

_FAULTS_TOLD = 5


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class FailedBody(_Body):
    type: Literal["Report Export Failed"]
    data: ReportExportFailed


class ReportChangedBody(_Body):
    type: Literal["Report Changed"]
    data: ReportChanged


class ProjectChangedBody(_Body):
    type: Literal["Project Changed"]
    data: ProjectChanged


type Body = Annotated[
    FailedBody | ReportChangedBody | ProjectChangedBody, Field(discriminator="type")
]
_BODY: TypeAdapter[Body] = TypeAdapter(Body)
_TYPES = ("Report Export Failed", "Report Changed", "Project Changed")
_NO_TYPE = f"type: must be one of {', '.join(_TYPES)}"


def message_of(text: str) -> Message | Answer:
    """Fields that the contract doesn't know stay outside."""
    try:
        body = _BODY.validate_json(text)
    except ValidationError as error:
        return refused(400, _faults(error))
    message = _message(body)
    try:
        size = len(json.dumps(dict(message.detail), ensure_ascii=False, allow_nan=False).encode())
    except ValueError:
        return refused(400, "data: a number is not finite")
    return TOO_LARGE_DETAIL if size > LARGEST_DETAIL else message


def _message(body: FailedBody | ReportChangedBody | ProjectChangedBody) -> Message:
    detail = body.data.model_dump(exclude_defaults=True)
    if not isinstance(body, ProjectChangedBody):
        return Message("expensify", body.type, detail, workspace_id=body.data.workspaceId)
    account_id = one_form(body.data.accountId)
    named = {**detail, "accountId": account_id}
    return Message("netsuite", body.type, named, account_id=account_id)


def _faults(error: ValidationError) -> str:
    """Which fields are wrong and how, never what they hold."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    told = [_fault(fault["loc"], fault["type"]) for fault in found[:_FAULTS_TOLD]]
    return "; ".join(told if len(found) <= _FAULTS_TOLD else [*told, "and more"])


def _fault(where: tuple[int | str, ...], what: str) -> str:
    """The first part of a place is the type, which picked the model."""
    if what.startswith("union_tag"):
        return _NO_TYPE
    return f"{'.'.join(map(str, where[1:])) or 'body'}: {what}"
