"""What lies where in the table.

pk                       sk                      what                    index
CASE#<ws>#<report>       CASE                    a case                  work: <ws>#<phase>, unfinished
CASE#<ws>#<report>       TRACE                   what outlives a case that we exported
ACCOUNT#<account>        ACCOUNT                 what `watch` remembers
ACCOUNT#<account>        PROJECT#<project>       a blocker
ACCOUNT#<account>        LABEL#<ws>#<text>       a label
ALIAS#<ws>               LABEL#<text>            which project somebody chose for a label
ROW#<reconciler>#<key>   ROW                     when to look at what    due: DUE by time, only if due
ROW#recover#<ws>         WORKSPACE               what `recover` remembers
ROW#detect#<credential>  CREDENTIAL              what `detect` remembers
SEEN#<ws>                REPORT#<report>         the failures of a report that were seen
PERSON#<person key>      NOTICE#<notice id>      a notice
SETTINGS                 WS#<ws>                 a workspace's settings
SETTINGS                 ACCOUNT#<account>       an account's settings
SETTINGS                 KEY#<key>               a webhook key's settings
SETTINGS                 STACK                   the kill switch
SETTINGS#<sort key>      VERSION#<number>        settings as they were, one item per push
PARKED#<ws>              EVENT#<event id>        an event of an unknown workspace
DELIVERY#<key>#<id>      DELIVERY                a delivery to the webhook that was taken
USAGE#<credential>       USAGE                   when Expensify was asked as whom (its rate limit)

A workspace's memory and its row are two items, so that moving `due` never makes a save lose.
Ids hold no `#` (shared/contracts/events.py); what may hold one stands last.
"""

import hashlib

from shared.domain.clock import DAY, SECOND, Millis
from shared.domain.notice import Notice
from shared.domain.person import person_key

type Key = dict[str, str]

WORK_INDEX = "work"
DUE_INDEX = "due"
DUE = "DUE"
"""The one partition of the index `due`."""

KEPT: Millis = 90 * DAY
"""How long notices are kept."""

CASES_KEPT: Millis = 400 * DAY
"""How long finished cases are kept: a year's events, and a month for whoever tells them late."""

SEEN_FOR: Millis = 435 * DAY
"""How long a seen failure is known: as long as its report is searched for, and a month."""

PARKED_FOR: Millis = 14 * DAY

SETTINGS = "SETTINGS"
"""The one partition of all settings that hold."""

_LONGEST = 400


def case_key(workspace_id: str, report_id: str) -> Key:
    return _key(f"CASE#{workspace_id}#{report_id}", "CASE")


def trace_key(workspace_id: str, report_id: str) -> Key:
    return _key(f"CASE#{workspace_id}#{report_id}", "TRACE")


def account_key(account_id: str) -> Key:
    return _key(account_pk(account_id), "ACCOUNT")


def blocker_key(account_id: str, project_id: str) -> Key:
    return _key(account_pk(account_id), f"PROJECT#{project_id}")


def label_key(account_id: str, workspace_id: str, text: str) -> Key:
    return _key(account_pk(account_id), f"LABEL#{workspace_id}#{bounded(text)}")


def alias_key(workspace_id: str, text: str) -> Key:
    return _key(alias_pk(workspace_id), f"LABEL#{bounded(text)}")


def alias_pk(workspace_id: str) -> str:
    return f"ALIAS#{workspace_id}"


def row_key(reconciler: str, key: str) -> Key:
    return _key(f"ROW#{reconciler}#{key}", "ROW")


def workspace_key(workspace_id: str) -> Key:
    return _key(f"ROW#recover#{workspace_id}", "WORKSPACE")


def notice_key(notice: Notice) -> Key:
    return _key(person_pk(person_key(notice.person)), f"NOTICE#{bounded(notice.id)}")


def workspace_settings_key(workspace_id: str) -> Key:
    return _key(SETTINGS, f"WS#{workspace_id}")


def account_settings_key(account_id: str) -> Key:
    return _key(SETTINGS, f"ACCOUNT#{account_id}")


def webhook_key_settings_key(key_id: str) -> Key:
    return _key(SETTINGS, f"KEY#{key_id}")


def stack_settings_key() -> Key:
    return _key(SETTINGS, "STACK")


def earlier_settings_key(sk: str, version: int) -> Key:
    """`sk`: the sort key under which the settings stand. Digits enough to sort by."""
    return _key(earlier_settings_pk(sk), f"VERSION#{version:06d}")


def earlier_settings_pk(sk: str) -> str:
    return f"{SETTINGS}#{sk}"


def parked_key(workspace_id: str, event_id: str) -> Key:
    return _key(parked_pk(workspace_id), f"EVENT#{event_id}")


def parked_pk(workspace_id: str) -> str:
    return f"PARKED#{workspace_id}"


def delivery_key(key_id: str, delivery_id: str) -> Key:
    return _key(f"DELIVERY#{key_id}#{delivery_id}", "DELIVERY")


def credential_key(key: str) -> Key:
    return _key(f"ROW#detect#{key}", "CREDENTIAL")


def sighting_key(workspace_id: str, report_id: str) -> Key:
    return _key(sightings_pk(workspace_id), f"REPORT#{report_id}")


def sightings_pk(workspace_id: str) -> str:
    return f"SEEN#{workspace_id}"


def usage_key(credential: str) -> Key:
    return _key(f"USAGE#{credential}", "USAGE")


def account_pk(account_id: str) -> str:
    return f"ACCOUNT#{account_id}"


def person_pk(person: str) -> str:
    return f"PERSON#{person}"


def expiry(at: Millis) -> int:
    """The value of `ttl`, which DynamoDB wants in seconds."""
    return at // SECOND


def bounded(text: str) -> str:
    """The text, or for a very long one its beginning and a digest: a sort key has 1024 bytes.

    What is cut comes out longer than any text that isn't, so no two texts share a key.
    """
    raw = text.encode()
    if len(raw) <= _LONGEST:
        return text
    return f"{raw[:_LONGEST].decode(errors='ignore')}~{hashlib.sha256(raw).hexdigest()}"


def _key(pk: str, sk: str) -> Key:
    return {"pk": pk, "sk": sk}
