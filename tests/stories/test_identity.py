"""Which project a label is, and what stands above it, against the deployed template."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.stories.kit import Tenant
from tests.stories.operator import Operator

pytestmark = pytest.mark.stack

ACME = "88"


def test_customer(tenant: Callable[[str], Tenant]) -> None:
    """The project is open, its customer isn't: named to the administrator, opened, exported."""
    our = tenant("customer")
    our.world.set_customer(our.account_slug, ACME, isInactive=True)
    (report,) = our.stick(1, ["ines"])
    our.reactivate()
    our.world.fail([our.world.failure(report)])
    our.world.wait("both asked", lambda: len(our.mails()) == 2)
    (to_admin,) = our.mails(our.admin)
    assert "reactivate the customer “Acme Corp”" in to_admin["text"]
    assert "Lists > Relationships > Customers" in to_admin["text"]
    assert (our.syncs(), our.exports()) == ([], [])

    our.world.set_customer(our.account_slug, ACME, isInactive=False)
    our.world.wait("posted", lambda: our.world.postings(report))
    our.world.wait("both told", lambda: len(our.mails()) == 4)
    assert len(our.world.postings(report)) == len(our.exports()) == len(our.syncs()) == 1
    assert Counter(m["to"][0] for m in our.mails()) == {our.admin: 2, our.person("ines"): 2}


def test_alias(tenant: Callable[[str], Tenant]) -> None:
    """Two projects of one name: asked, with both customers; chosen; reactivated; exported."""
    our = tenant("alias")
    operator = Operator(our.world.stack)
    name = our.world.project(our.project_id)["companyName"]
    beta = {"id": "89", "name": "Beta Ltd"}
    twin = f"8{our.project_id}"
    our.world.set_project(
        twin, account=our.account_slug, entityId="P-2", companyName=name, parent=beta
    )
    (report,) = our.stick(1, ["ines"])
    our.world.fail([our.world.failure(report)])
    our.world.wait("asked", lambda: our.mails(our.accountant))
    (to_accountant,) = our.mails()
    for candidate in (f"{our.project_id}: {name} (", f"{twin}: {name} (P-2, customer Beta Ltd)"):
        assert candidate in to_accountant["text"]
    heard: list[dict[str, object]] = []
    our.world.wait(
        "the operators asked, too", lambda: heard.extend(operator.heard(our.workspace)) or heard
    )
    assert f"make alias WS={our.workspace} LABEL='{name}' PROJECT=" in str(heard[0]["text"])
    assert operator.chooses(our.workspace, name, "1") == 1

    assert operator.chooses(our.workspace, name, our.project_id) == 0
    our.world.wait("the administrator asked", lambda: our.mails(our.admin))
    assert our.project_id in our.mails(our.admin)[0]["text"]
    our.reactivate()
    our.world.wait("posted", lambda: our.world.postings(report))
    assert len(our.world.postings(report)) == len(our.exports()) == 1
