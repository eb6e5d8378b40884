"""One sandbox for all stories; each story has an account and a workspace of its own in it."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from sandbox.stack.paths import DEFAULT_SCENARIO
from sandbox.world import World

UNNAMED = "unnamed"
"""The story whose workspace has no settings at first."""

THREE = ("triofirst", "triobroken", "triolast")
"""Three companies whose settings are pushed together, in the midst of the story."""

GOLIVE = "golive"
"""The story whose workspace observes, until a push makes it act."""

TOKEN_BASED = "signed"
"""The story whose NetSuite account has a token-based integration."""

DELIVERED = "delivered"
"""The story whose failure comes by the webhook."""

DETECTED = "detected"
"""The story whose failures nobody tells of. It has no settings at first."""

MODES = {"assisted": "assist", "observed": "observe", GOLIVE: "observe"}
"""The stories whose workspace isn't in `auto`, or not from the beginning."""

SESSION = "session"
"""The story whose login to Expensify's app ends in the middle."""

TOO_OLD = "tooold"
"""The story in which Expensify finds our version of its app too old."""

KILLED = "killed"
"""The story in which a run of `detect` dies. It has no settings at first."""

SYNCS = ("hung", "stuck", "foreign", "byitself")
"""Whose syncs hang, or aren't ours, or have Expensify export by itself."""

PROVEN = "proven"
"""The story in which NetSuite is asked what became of our exports."""

LENT = ("lent", "edited")
"""The stories in whose accounts we may open projects that somebody approved."""

WIPED = "wiped"
"""The story whose NetSuite account is a sandbox that is refreshed. Its hour is a minute."""

RIGHTLESS, HIDDEN = "rightless", "hidden"
"""The stories in whose accounts our role lacks a right, or is restricted."""

BESIDE = "beside"
"""The story whose account answers, beside those of `SILENT`, which don't."""

SILENT = tuple(f"silent{number:02d}" for number in range(20))
CYCLE = 30
"""How often `BESIDE` is looked at, in seconds."""

STORIES = (
    "reactivated",
    "stale",
    "lostdone",
    "lostundone",
    "storm",
    "stubborn",
    UNNAMED,
    TOKEN_BASED,
    DELIVERED,
    DETECTED,
    *MODES,
    "retagged",
    "twofold",
    "overtaken",
    "byperson",
    "codes",
    *THREE,
    "shut",
    "latefix",
    "customer",
    "alias",
    SESSION,
    TOO_OLD,
    KILLED,
    *SYNCS,
    PROVEN,
    *LENT,
    WIPED,
    RIGHTLESS,
    HIDDEN,
    BESIDE,
    *SILENT,
)

CROWD = tuple(f"crowd{number:02d}" for number in range(40))
"""The workspaces that share one account. The first four act, the others observe."""

ACTING = CROWD[:4]

MODES |= dict.fromkeys(CROWD[4:], "observe")

CROWDED = "8000000"
"""That account."""

CROWD_CYCLE = 4
"""How often it is looked at, in seconds."""

CROWD_EACH = 25
"""How many of its projects are those of one workspace."""

TIMING: dict[str, dict[str, Any]] = {
    "overtaken": {"submitter_after": 20},
    "byperson": {"auto_export_grace": 15},
    "byitself": {"auto_export_grace": 7},
    KILLED: {"detect_fresh": 4, "detect_recent": 3600, "detect_old": 3600},
    "hung": {"sync_ask_again": 5, "sync_give_up": 60},
    "stuck": {"sync_ask_again": 3, "sync_give_up": 10, "reread_waiting": 2},
    PROVEN: {
        "sync_spacing": 1,
        "sync_poll": 0.5,
        "auto_export_grace": 1,
        "gap": 0.5,
        "unverified_after": 2,
        "settle": 14,
        "person_after": 30,
        "reread_waiting": 5,
    },
    "shut": {"submitter_after": 3600},
    "latefix": {"reminders": [4, 8, 12]},
    DETECTED: {"detect_fresh": 4, "detect_recent": 6, "detect_old": 26},
    **{each: {"reread_waiting": 600, "reread_asked": 600} for each in (*CROWD, *SILENT)},
}
"""Where a story needs other waits, mostly more time for what people do in between."""

MINUTES = [1, 2, 5, 15, 60]
"""The waits of the circuit, in minutes, as they are without settings."""

ACCOUNT_TIMING: dict[str, dict[str, Any]] = {
    WIPED: {"circuit": MINUTES},
    BESIDE: {"watch_every": CYCLE},
    **{each: {"circuit": [60 * n for n in MINUTES], "watch_every": 3600} for each in SILENT},
}
"""The same for accounts. A minute of the `WIPED` one's is a second."""

MAILS: dict[str, dict[str, Any]] = {"latefix": {"working_days": [*range(1, 8)]}}
"""Its reminders come on any day."""

WORKSPACES: dict[str, dict[str, Any]] = {
    "hung": {"syncTimeoutSeconds": 4},
    "stuck": {"syncTimeoutSeconds": 12},
    "byitself": {"autoExport": True, "autoExportSeconds": 5},
    PROVEN: {"secondExport": "proven", "nsDuplicateCheck": True, "syncSeconds": 1},
}
"""Where something else of a workspace isn't as in the others: see `sandbox.expensify.world`."""


def world_of_stories() -> dict[str, Any]:
    """The default world's timing and people, with one tenant per story and no reports yet."""
    default = yaml.safe_load(DEFAULT_SCENARIO.read_text(encoding="utf-8"))
    account, workspace = default["accounts"][0], default["workspaces"][0]
    return {
        "rateLimit": default["rateLimit"],
        "accounts": [*(_account(account, i) for i in range(len(STORIES))), _crowded(account)],
        "workspaces": [
            *(_workspace(workspace, story, _account_id(story)) for story in STORIES),
            *(_workspace(workspace, each, CROWDED) for each in CROWD),
        ],
        "reports": [],
        "service": {
            **default["service"],
            "reactivation": [_account_id(s) for s in LENT],
            "accountTiming": {
                CROWDED: {"watch_every": CROWD_CYCLE, "gap": 2},
                **{_account_id(story): timing for story, timing in ACCOUNT_TIMING.items()},
            },
        },
    }


def _account_id(story: str) -> str:
    return f"70{STORIES.index(story):05d}{'_SB1' if story == WIPED else ''}"


def _crowded(like: dict[str, Any]) -> dict[str, Any]:
    """With subsidiaries, as any company of this size, so that every column we ask for is there."""
    project = {**like["projects"][0], "subsidiary": "1"}
    projects = [
        {
            **project,
            "id": str(500_000 + number),
            "entityId": f"P-{500_000 + number}",
            "companyName": crowd_project(number),
        }
        for number in range(CROWD_EACH * len(CROWD))
    ]
    return {**like, "id": CROWDED, "projects": projects, "subsidiaries": {"1": "Acme AG"}}


def crowd_project(number: int) -> str:
    return f"Crowd project {number:04d}"


def _account(like: dict[str, Any], number: int) -> dict[str, Any]:
    account = copy.deepcopy(like)
    account["id"] = _account_id(STORIES[number])
    project = {**account["projects"][0], "id": f"9{number:03d}", "companyName": _project(number)}
    other = {**account["projects"][1], "id": f"8{number:03d}", "companyName": _other(number)}
    account["projects"] = [
        {**project, "entityId": f"P-9{number:03d}"},
        {**other, "entityId": f"P-8{number:03d}"},
    ]
    if STORIES[number] == TOKEN_BASED:
        account |= {
            "consumer_key": f"key-{number}",
            "consumer_secret": f"secret of {number} & more",
        }
        account |= {"token_id": f"token-{number}", "token_secret": f"secret/{number}+more"}
    return account


def _workspace(like: dict[str, Any], story: str, account_id: str) -> dict[str, Any]:
    workspace = copy.deepcopy(like)
    workspace |= {"id": f"WS{story.upper()}", "name": f"Acme {story}", "account": account_id}
    workspace["exportSeconds"] = 0.2
    workspace["mode"] = MODES.get(story, "auto")
    workspace["actsLater"] = story == GOLIVE
    workspace["settingsLater"] = story in {UNNAMED, DETECTED, KILLED, *THREE}
    workspace["timing"] = TIMING.get(story, {})
    workspace |= {"mails": MAILS[story]} if story in MAILS else {}
    workspace |= WORKSPACES.get(story, {})
    workspace["detect"] = "on" if story in {DETECTED, KILLED} else "off"
    workspace["partner"]["userId"] = f"aa_{story}"
    workspace["app"]["partnerUserID"] = f"device-{story}"
    workspace["app"]["email"] = f"exporter@{story}.example"
    workspace["people"] = {
        "netsuite_admins": [f"nora@{story}.example"],
        "workspace_admins": [f"wim@{story}.example"],
        "allowed_domains": [f"{story}.example"],
    }
    return workspace


def _project(number: int) -> str:
    return f"Project {STORIES[number]}"


def _other(number: int) -> str:
    return f"Other {STORIES[number]}"


def expense(transaction_id: str, project: str) -> dict[str, Any]:
    """One of 12.50 euros."""
    return {
        "transactionId": transaction_id,
        "project": project,
        "merchant": "Hotel",
        "amount": 1250,
        "currency": "EUR",
    }


@dataclass(frozen=True)
class Tenant:
    """One story's part of the world."""

    world: World
    story: str

    @property
    def number(self) -> int:
        return STORIES.index(self.story)

    @property
    def workspace(self) -> str:
        return f"WS{self.story.upper()}"

    @property
    def account(self) -> str:
        return _account_id(self.story)

    @property
    def account_slug(self) -> str:
        return self.account.lower().replace("_", "-")

    @property
    def project_id(self) -> str:
        return f"9{self.number:03d}"

    @property
    def project(self) -> str:
        return _project(self.number)

    @property
    def other_id(self) -> str:
        """A second project, active at first."""
        return f"8{self.number:03d}"

    @property
    def other(self) -> str:
        return _other(self.number)

    @property
    def admin(self) -> str:
        return f"nora@{self.story}.example"

    @property
    def accountant(self) -> str:
        return f"wim@{self.story}.example"

    def person(self, name: str) -> str:
        return f"{name}@{self.story}.example"

    def stick(
        self,
        number: int,
        people: Iterable[str],
        projects: Iterable[str] = (),
        *,
        failed: bool = True,
    ) -> list[str]:
        """Reports that have just failed in Expensify, their submitters in turn; one expense for
        each of the projects. Not `failed`: Expensify's history tells of no failure.
        """
        submitters, labels = list(people), list(projects) or [self.project]
        ids = [f"R{self.number:02d}{i:09d}" for i in range(number)]
        for i, report_id in enumerate(ids):
            self.world.set_report(
                report_id,
                workspaceId=self.workspace,
                reportName=f"Trip {i}",
                submitterEmail=self.person(submitters[i % len(submitters)]),
                state="APPROVED",
                failed=failed,
                expenses=[
                    expense(f"{self.number}{i}.{place}", label)
                    for place, label in enumerate(labels)
                ],
            )
        return ids

    def retag(self, report_id: str) -> None:
        """Its submitter chooses a project that is open."""
        number = int(report_id.removeprefix(f"R{self.number}"))
        other = expense(f"{self.number}{number}", _other(self.number))
        self.world.set_report(report_id, expenses=[other])

    def reactivate(self) -> None:
        self.world.set_project(self.project_id, isInactive=False)

    def mails(self, person: str = "") -> list[dict[str, Any]]:
        """To one person, or to anybody of this story."""
        domain = f"@{self.story}.example"
        return [
            m
            for m in self.world.mails(person)
            if any(address.endswith(domain) for address in m["to"])
        ]

    def exports(self) -> list[dict[str, Any]]:
        """Our requests to export, oldest first."""
        prefix = f"R{self.number:02d}"
        return [
            e
            for e in self.world.calls("Report_Export")
            if str(e["params"]["reportIDList"]).startswith(prefix)
        ]

    def syncs(self) -> list[dict[str, Any]]:
        return [
            e
            for e in self.world.calls("SyncPolicyToNetSuite")
            if e["params"]["policyID"] == self.workspace
        ]

    def changes(self) -> list[dict[str, Any]]:
        """What NetSuite was asked to change."""
        mine = self.world.netsuite_journal(self.account_slug)
        return [e for e in mine if e["method"] == "PATCH"]

    def logins(self) -> list[dict[str, Any]]:
        """Requests for an access token of NetSuite's."""
        mine = self.world.netsuite_journal(self.account_slug)
        return [e for e in mine if e["path"].endswith("/token")]

    def suiteql(self) -> list[dict[str, Any]]:
        mine = self.world.netsuite_journal(self.account_slug)
        return [e for e in mine if e["path"].endswith("/suiteql")]


def at(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(entry["at"]))


def write_world(folder: Path) -> Path:
    path = folder / "world.yaml"
    path.write_text(yaml.safe_dump(world_of_stories(), sort_keys=False), encoding="utf-8")
    return path
