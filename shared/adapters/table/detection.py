"""What `detect` remembers: of a credential, and of each report with a failure."""

from dataclasses import replace
from typing import TYPE_CHECKING

from boto3.dynamodb.conditions import Key as KeyIs

from shared.adapters.table.codec import Codec
from shared.adapters.table.keys import (
    SEEN_FOR,
    credential_key,
    expiry,
    sighting_key,
    sightings_pk,
)
from shared.adapters.table.store import Store
from shared.domain.clock import Millis
from shared.domain.decide_detect import Credential
from shared.domain.detect_reports import Sighting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_CREDENTIALS = Codec.of(Credential)
_SIGHTINGS = Codec.of(Sighting)


class TableCredentials:
    def __init__(self, table: "Table") -> None:
        self._store = Store(table)

    def get(self, key: str) -> Credential:
        item = self._store.get(credential_key(key))
        return _CREDENTIALS.record(item) if item else Credential(key)

    def save(self, credential: Credential) -> Credential:
        stored = replace(credential, version=credential.version + 1)
        self._store.save({**_CREDENTIALS.item(stored), **credential_key(credential.key)})
        return stored


class TableSightings:
    def __init__(self, table: "Table") -> None:
        self._store = Store(table)

    def of(self, workspace_id: str) -> tuple[Sighting, ...]:
        where = KeyIs("pk").eq(sightings_pk(workspace_id))
        found = self._store.query(where, ConsistentRead=True)
        return tuple(_SIGHTINGS.record(item) for item in found)

    def put(self, sighting: Sighting, now: Millis) -> None:
        item = {
            **_SIGHTINGS.item(sighting),
            **sighting_key(sighting.workspace_id, sighting.report_id),
            "ttl": expiry(now + SEEN_FOR),
        }
        self._store.put(item)
