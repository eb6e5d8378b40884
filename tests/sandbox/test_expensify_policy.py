from typing import Any

from tests.sandbox.expensify_kit import OTHER_WORKSPACE, WORKSPACE, Sim, running_sim

APOLLO_TAG = {"name": "Apollo Rollout", "glCode": "", "enabled": False}
HERMES_TAG = {"name": "Hermes", "glCode": "", "enabled": True}
OPS_TAG = {"name": "Ops", "glCode": "", "enabled": False}


def get_policy(sim: Sim, *ids: str, fields: tuple[str, ...] = ("tags",)) -> Any:
    settings = {"type": "policy", "policyIDList": list(ids), "fields": list(fields)}
    return sim.job({"type": "get", "inputSettings": settings}).json()


def test_tags_follow_the_last_sync() -> None:
    """A reactivated project's tag is enabled only after a sync has brought it."""
    with running_sim() as sim:
        tags = get_policy(sim, WORKSPACE)["policyInfo"][WORKSPACE]["tags"]
        assert tags == [APOLLO_TAG, HERMES_TAG, OPS_TAG]
        sim.netsuite.set("4711", isInactive=False)
        assert get_policy(sim, WORKSPACE)["policyInfo"][WORKSPACE]["tags"] == tags
        sim.sync()
        tags = get_policy(sim, WORKSPACE)["policyInfo"][WORKSPACE]["tags"]
        assert tags[0] == {**APOLLO_TAG, "enabled": True}


def test_tags_may_have_levels() -> None:
    """With levels, the last one holds the projects, and an expense's tag joins all of them."""
    with running_sim(tagLevels=["Department", "Project"]) as sim:
        tags = get_policy(sim, WORKSPACE)["policyInfo"][WORKSPACE]["tags"]
        assert [level["name"] for level in tags] == ["Department", "Project"]
        assert tags[1]["tags"][0] == APOLLO_TAG
        template = "${reports[0].transactionList[0].tag}|${reports[0].transactionList[0].ntag2}"
        assert sim.rendered(template) == "General:Apollo Rollout|Apollo Rollout"


def test_tags_may_be_spelt_with_their_customer() -> None:
    """The colon of a hierarchical name is escaped."""
    with running_sim(labelStyle="hierarchical") as sim:
        sim.netsuite.set("4711", parent={"id": "88", "name": "Acme Corp"})
        sim.sync()
        [apollo, *_] = get_policy(sim, WORKSPACE)["policyInfo"][WORKSPACE]["tags"]
        assert apollo["name"] == r"Acme Corp \: Apollo Rollout"


def test_only_the_credentials_own_workspaces_are_seen() -> None:
    """The policyList shows one's own; another's is 404 in the body; only asked fields come."""
    with running_sim() as sim:
        listed = sim.job({"type": "get", "inputSettings": {"type": "policyList"}}).json()
        assert [policy["id"] for policy in listed["policyList"]] == [WORKSPACE]
        assert listed["responseCode"] == 200
        assert get_policy(sim, OTHER_WORKSPACE)["responseCode"] == 404
        both = get_policy(sim, WORKSPACE, fields=("categories", "tax"))
        assert set(both["policyInfo"][WORKSPACE]) == {"categories", "tax"}
