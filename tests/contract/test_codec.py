"""The way of every record through DynamoDB's own types and back."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.adapters.table.codec import Codec, Item, shortened
from shared.adapters.table.keys import bounded
from shared.domain.blocker import Blocker, Label
from shared.domain.case import Case, Phase
from shared.domain.decide_watch import Account
from shared.domain.notice import Notice
from shared.domain.workspace import Workspace
from shared.errors import MalformedError
from tests.builders import SUBMITTER, case, flying
from tests.contract.strategies import whole

RECORDS = [Account, Blocker, Case, Label, Notice, Workspace]
CASES = Codec.of(Case)

slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Drawing a whole case takes a while on a busy machine."""


def through_dynamodb(item: Item) -> Item:
    """As boto3 writes and reads it: numbers come back as Decimal."""
    write, read = TypeSerializer().serialize, TypeDeserializer().deserialize
    return {name: read(write(value)) for name, value in item.items()}


@pytest.mark.parametrize("of", RECORDS, ids=lambda of: of.__name__)
@slow
@given(data=st.data())
def test_every_record_survives(of: type[Any], data: st.DataObject) -> None:
    """Whatever it holds: tuples stay tuples, whole numbers whole, phases phases."""
    record = data.draw(whole(of))
    codec = Codec.of(of)
    read = codec.record(through_dynamodb(codec.item(record)))
    assert read == record
    assert repr(read) == repr(record)


@slow
@given(whole(Case))
def test_shortening_changes_nothing_but_details(record: Case) -> None:
    """And those only when they are long; doing it twice is doing it once."""
    cut = shortened(record)
    assert replace(cut, history=record.history) == record
    assert [entry.detail for entry in cut.history] == [e.detail[:300] for e in record.history]
    assert shortened(cut) == cut


def test_attributes_are_readable() -> None:
    """Named like the fields, with native values; what has its default isn't there."""
    item = CASES.item(flying(version=4))
    assert (item["phase"], item["version"]) == ("exporting", 4)
    assert item["intent"]["baseline"]["source"] == "app"
    assert item["labels"] == [{"text": "Apollo Rollout", "used": 1, "asked": 1, "suspect": True}]
    assert "ended_at" not in item


def test_attributes_of_a_newer_version_are_ignored() -> None:
    """Also inside, so that a roll-back finds its table readable."""
    item = CASES.item(flying())
    item["mood"] = "hopeful"
    item["intent"]["mood"] = "bold"
    assert CASES.record(item) == flying()


def test_item_that_cannot_be_read_is_named_without_its_content() -> None:
    """The error goes to the log, and addresses must not; not even by way of its cause."""
    item = {**CASES.item(case()), "opened_at": SUBMITTER, "intent": {"looks": Decimal(1)}}
    with pytest.raises(MalformedError) as caught:
        CASES.record(item)
    assert "Case" in str(caught.value)
    assert "opened_at (int_parsing)" in str(caught.value)
    assert "intent.attempt_id (missing)" in str(caught.value)
    assert SUBMITTER not in str(caught.value)
    assert caught.value.__suppress_context__


def test_phase_that_is_unknown_is_an_error() -> None:
    """A case whose phase we can't read must not be taken for one that waits."""
    with pytest.raises(MalformedError, match="phase"):
        CASES.record({**CASES.item(case()), "phase": "levitating"})
    assert Phase.WAITING is CASES.record(CASES.item(case())).phase


@slow
@given(st.text(max_size=600), st.text(max_size=600))
def test_keys_are_short_and_never_shared(one: str, other: str) -> None:
    """Two texts have one key only if they are one text."""
    assert len(bounded(one).encode()) < 500
    assert (bounded(one) == bounded(other)) == (one == other)


def test_key_made_from_a_long_text_belongs_to_it_alone() -> None:
    """Not even to the text that reads like the key; and it begins readably."""
    key = bounded("Ä" * 5_000)
    assert key.startswith("Ä" * 200 + "~")
    assert bounded(key) != key
    assert bounded("x" * 400) == "x" * 400
    assert bounded("x" * 401) != bounded("x" * 402)
