"""Workspaces and their tags: whatever comes, a tag is what the answer says, or there is no answer."""

import json
from typing import Any

from hypothesis import given

from shared.adapters.expensify_read.policies import policies_of, tags_of
from shared.adapters.http import Answer
from shared.errors import RefusedError, RemediationError
from tests.adapters.netsuite_kit import answered
from tests.fuzz.values import FUZZ, answers, damaged

FLAT, LEVELS = "4C6722D4BD2BD941", "3F329EA1C3809E6C"
LISTED: dict[str, Any] = {
    "policyList": [{"id": FLAT, "name": "Acme", "role": "admin", "type": "corporate"}],
    "responseCode": 200,
}
TAGS: dict[str, Any] = {
    "responseCode": 200,
    "policyInfo": {
        FLAT: {
            "tags": [
                {"name": "Acme\\: Apollo", "glCode": "", "enabled": True},
                {"name": "Closed", "enabled": False},
                {"name": "Untold"},
            ]
        },
        LEVELS: {"tags": [{"name": "Project", "tags": [{"name": "Zeus", "enabled": True}]}]},
    },
}


@FUZZ
@given(answers(LISTED, TAGS))
def test_no_answer_crashes_the_decoders(answer: Answer) -> None:
    """What isn't understood is told by an error of ours."""
    for decoder in (policies_of, lambda given_answer: tags_of(given_answer, (FLAT, LEVELS))):
        try:
            decoder(answer)
        except RemediationError as error:
            assert not isinstance(error, RefusedError) or answer.status != 200 or error.fault


@FUZZ
@given(damaged(LISTED, most=3))
def test_every_workspace_is_listed_once(body: Any) -> None:
    """None is made up, none is lost."""
    try:
        found = policies_of(answered(200, json.dumps(body).encode(), "text/plain"))
    except RemediationError:
        return
    assert [policy.id for policy in found] == [str(each["id"]) for each in body["policyList"]]


@FUZZ
@given(damaged(TAGS, most=3))
def test_a_tag_is_off_only_if_the_answer_says_so(body: Any) -> None:
    """As many as there are, each under its level."""
    try:
        found = tags_of(answered(200, json.dumps(body).encode(), "text/plain"), (FLAT, LEVELS))
    except RemediationError:
        return
    for policy, tags in found.items():
        raw = body["policyInfo"][policy]["tags"]
        flat = [t for each in raw for t in ([each] if each.get("tags") is None else each["tags"])]
        assert len(tags) == len(flat)
        for tag, told in zip(tags, flat, strict=True):
            off = str(told.get("enabled")).lower() in {"false", "0", "0.0", "-0.0"}
            assert tag.enabled is not off or told.get("enabled") in {"f", "n", "no", "off"}
