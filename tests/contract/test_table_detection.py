from typing import TYPE_CHECKING

import pytest

from shared.adapters.table import TableCredentials, TableSettings, TableSightings
from shared.domain.clock import ForeignTime
from shared.domain.decide_detect import Credential, Newcomer, Pending
from shared.domain.detect_reports import Sighting
from shared.domain.finding import Fault
from shared.domain.rounds import Band, Round, Turn
from shared.domain.span import Span
from shared.errors import ConflictError
from shared.ports import Credentials, Sightings
from tests.builders import NOW, REPORT, WS
from tests.contract.kit import WORKSPACE_SETTINGS, Stores, store_settings
from tests.fakes.detection import FakeCredentials, FakeSightings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

FULL = Credential(
    "tenant/acme.1f",
    visible=(WS,),
    hidden=("W2",),
    known=("W3", WS),
    checked_at=NOW,
    newcomers=(Newcomer(WS, ForeignTime("2027-01-15 10:00:00"), (Band.OLD,)),),
    rounds=(Round(Band.OLD, NOW, (Turn(Span(1, 2), 3), Turn(Span(1, 1, approved=True))), True),),
    pending=Pending("f.json", Band.OLD, NOW),
    faults=2,
    fault=Fault.UNREADABLE,
    quiet_until=NOW + 1,
)
SEEN = Sighting(WS, REPORT, ("a", "b"), "digest")


@pytest.fixture(params=["memory", "dynamodb"])
def kept(request: pytest.FixtureRequest) -> tuple[Credentials, Sightings]:
    if request.param == "memory":
        return FakeCredentials(), FakeSightings()
    table = request.getfixturevalue("table")
    return TableCredentials(table), TableSightings(table)


def test_a_credential_comes_back_as_it_was_saved(kept: tuple[Credentials, Sightings]) -> None:
    """One never looked at is a new one."""
    credentials, _ = kept
    assert credentials.get("c") == Credential("c")
    saved = credentials.save(FULL)
    assert credentials.get(FULL.key) == saved


def test_of_two_runs_of_one_credential_one_loses(kept: tuple[Credentials, Sightings]) -> None:
    """The queue lets no two run; if it did, neither would go on from the other's past."""
    credentials, _ = kept
    credentials.save(FULL)
    with pytest.raises(ConflictError):
        credentials.save(FULL)


def test_a_sighting_is_replaced_by_the_next(kept: tuple[Credentials, Sightings]) -> None:
    """Each workspace has its own."""
    _, sightings = kept
    sightings.put(Sighting("W2", REPORT, (), ""), NOW)
    sightings.put(Sighting(WS, REPORT, (), ""), NOW)
    sightings.put(SEEN, NOW)
    assert sightings.of(WS) == (SEEN,)
    assert sightings.of("nobody") == ()


def test_a_sighting_outlives_its_reports_400_days(table: "Table") -> None:
    TableSightings(table).put(SEEN, NOW)
    (item,) = table.scan()["Items"]
    assert item["ttl"] == NOW // 1000 + 435 * 86_400


def test_every_workspace_that_can_be_read_is_listed(stores: Stores) -> None:
    """One with broken settings is its own matter."""
    other = WORKSPACE_SETTINGS.model_copy(update={"workspace_id": "W2"})
    stores.configure(WORKSPACE_SETTINGS)
    stores.configure(other)
    assert set(_all(stores)) == {WS, "W2"}
    stores.damage(other)
    assert _all(stores) == [WS]


def _all(stores: Stores) -> list[str]:
    found = stores.settings.all_workspaces()  # type: ignore[attr-defined]
    return [each.workspace_id for each in found]


def test_settings_under_anothers_id_are_not_listed(table: "Table") -> None:
    """They would have us search with somebody else's login."""
    store_settings(table, "WS#OTHER", WORKSPACE_SETTINGS.model_dump_json())
    assert TableSettings(table).all_workspaces() == ()
