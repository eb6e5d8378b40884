"""A tenant whose NetSuite integration is token-based, against the deployed template."""

from collections.abc import Callable

import pytest

from tests.stories.kit import TOKEN_BASED, Tenant

pytestmark = pytest.mark.stack


def test_a_token_based_tenant_needs_nothing_else(tenant: Callable[[str], Tenant]) -> None:
    """Asked, told, reactivated, exported; each query signed, and no login before any of them."""
    our = tenant(TOKEN_BASED)
    (report,) = our.stick(1, ["ines"])
    our.world.fail([our.world.failure(report)])
    our.world.wait("both asked", lambda: our.mails(our.admin) and our.mails(our.person("ines")))
    our.reactivate()
    our.world.wait("posted", lambda: our.world.postings(report))
    assert len(our.world.postings(report)) == len(our.exports()) == len(our.syncs()) == 1
    statuses = [query["status"] for query in our.suiteql()]
    assert set(statuses) <= {200, 400}  # columns that this account lacks are refused once
    assert statuses[-1] == 200
    assert our.logins() == []
