r"""The answers of ``get/policyList`` and ``get/policy`` (official; Reference).

Tags come in two shapes, both may stand in one answer: a flat list, or a list of levels, told apart
by the key ``tags`` (Reference; seen live, expensify-rs). ``enabled`` may be absent, which is true
(expensify-rs). A colon inside a level is written '\:', as in a report.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import BeforeValidator, ValidationError

from shared.adapters.expensify_read.answers import checked
from shared.adapters.expensify_read.lenient import Lenient, Maybe, Text
from shared.adapters.expensify_read.tags import unescape
from shared.adapters.http import Answer, readable, unreadable, wrong_places
from shared.domain.policy import Policy, Tag


def _list_to_none(value: object) -> object:
    """PHP writes an empty hash as an empty list."""
    return None if value == [] else value


class _Listed(Lenient):
    id: str
    name: Text = ""
    role: Text = ""


class _PolicyList(Lenient):
    policy_list: tuple[_Listed, ...]


class _Tag(Lenient):
    """A tag, or a level: a level has `tags`, were it an empty list."""

    name: Text = ""
    enabled: Maybe[bool] = None
    tags: tuple["_Tag", ...] | None = None


class _PolicyInfo(Lenient):
    tags: tuple[_Tag, ...] | None = None


class _Policies(Lenient):
    policy_info: Annotated[dict[str, _PolicyInfo] | None, BeforeValidator(_list_to_none)]


def policies_of(answer: Answer) -> tuple[Policy, ...]:
    """Raises as `answers.checked`, and TransientError (unreadable)."""
    listed = _parsed(_PolicyList, answer).policy_list
    return tuple(Policy(each.id, each.name, each.role) for each in listed)


def tags_of(answer: Answer, asked: Iterable[str]) -> Mapping[str, tuple[Tag, ...]]:
    """By workspace. Raises as `policies_of`; unreadable also if one that was asked for is missing,
    or its tags are: that is not a workspace without tags.
    """
    found = _parsed(_Policies, answer).policy_info or {}
    told = {
        policy: tuple(_flat(info.tags)) for policy, info in found.items() if info.tags is not None
    }
    wanted = tuple(asked)
    if missing := [policy for policy in wanted if policy not in told]:
        raise unreadable(f"the tags of {len(missing)} workspaces are missing")
    return {policy: told[policy] for policy in wanted}


def _flat(tags: Iterable[_Tag]) -> Iterator[Tag]:
    for each in tags:
        if each.tags is None:
            yield _tag(each)
        else:
            yield from (_tag(tag, each.name) for tag in each.tags)


def _tag(tag: _Tag, level: str = "") -> Tag:
    return Tag(unescape(tag.name), enabled=tag.enabled is not False, level=level)


def _parsed[M: Lenient](model: type[M], answer: Answer) -> M:
    checked(answer)
    try:
        return model.model_validate_json(readable(answer.body))
    except ValidationError as error:
        raise unreadable(wrong_places(error)) from None
