"""The settings as they stand in the table: per workspace, account and webhook key, and one
for the stack.

Durations in seconds, addresses as text.
"""

import hashlib
import re
from itertools import pairwise
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, model_validator

from shared.contracts.account import one_form
from shared.domain.clock import HOUR, MINUTE, SECOND
from shared.domain.mode import Mode
from shared.domain.rules import People, Rules

# Two parts and no more, so short that host and realm have room for them (RFC 1035: 63 letters).
_ACCOUNT = re.compile(r"[A-Za-z0-9]{1,40}([_-][A-Za-z0-9]{1,20})?")


def _account_id(value: str) -> str:
    """It becomes part of a host name, so nothing but NetSuite's own form is taken."""
    if not _ACCOUNT.fullmatch(value):
        raise ValueError("not a NetSuite account id, such as 1234567 or 1234567_SB1")
    return one_form(value)


def _rising(ladder: tuple[float, ...]) -> tuple[float, ...]:
    if any(later <= earlier for earlier, later in pairwise(ladder)):
        raise ValueError("each one must be later than the one before")
    return ladder


def _once_each(days: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(days)) < len(days):
        raise ValueError("each day once")
    return days


type AccountId = Annotated[str, AfterValidator(_account_id)]
type WorkspaceId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")]
type Seconds = Annotated[float, Field(ge=0.001, le=400 * 86_400)]
type Ladder = Annotated[tuple[Seconds, ...], Field(min_length=1, max_length=20)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Timing(_Model):
    """Each one that is given replaces the default of `Rules`, which says what it means."""

    watch_every: Seconds | None = None
    wanted_for: Seconds | None = None
    sync_spacing: Seconds | None = None
    sync_poll: Seconds | None = None
    sync_ask_again: Seconds | None = None
    sync_give_up: Seconds | None = None
    auto_export_grace: Seconds | None = None
    gap: Seconds | None = None
    read_fresh: Seconds | None = None
    reread_waiting: Seconds | None = None
    reread_person: Seconds | None = None
    absent_gap: Seconds | None = None
    unverified_after: Seconds | None = None
    settle: Seconds | None = None
    person_after: Seconds | None = None
    submitter_after: Seconds | None = None
    mail_day: Seconds | None = None
    reminders: Annotated[Ladder, AfterValidator(_rising)] | None = None
    reread_asked: Seconds | None = None
    ask_again: Seconds | None = None
    detect_fresh: Seconds | None = None
    detect_recent: Seconds | None = None
    detect_old: Seconds | None = None
    circuit: Ladder | None = None
    confirm: Ladder | None = None
    paused: Ladder | None = None

    def changes(self) -> dict[str, int | tuple[int, ...]]:
        """The given ones, in milliseconds."""
        given = self.model_dump(exclude_none=True)
        return {name: _millis(value) for name, value in given.items()}


def _millis(value: float | tuple[float, ...]) -> int | tuple[int, ...]:
    if isinstance(value, tuple):
        return tuple(round(each * SECOND) for each in value)
    return round(value * SECOND)


class Mails(_Model):
    """How many a person gets, and when. `working_days` by ISO 8601: 1 is Monday.

    `utc_offset` is how far the workspace's clocks are ahead of UTC: it says when a day begins.
    """

    per_day: Annotated[int, Field(ge=1, le=200)] = 10
    working_days: Annotated[
        tuple[Annotated[int, Field(ge=1, le=7)], ...],
        Field(min_length=1, max_length=7),
        AfterValidator(_once_each),
    ] = (1, 2, 3, 4, 5)
    utc_offset: Annotated[str, Field(pattern=r"^[+-](0\d|1[0-4]):[0-5]\d$")] = "+00:00"

    def changes(self) -> dict[str, int | tuple[int, ...]]:
        """As `Rules` has them."""
        hours, minutes = int(self.utc_offset[1:3]), int(self.utc_offset[4:])
        ahead = hours * HOUR + minutes * MINUTE
        return {
            "mails_per_day": self.per_day,
            "working_days": self.working_days,
            "utc_offset": -ahead if self.utc_offset[0] == "-" else ahead,
        }


class Addresses(_Model):
    """Whom the workspace's notices go to."""

    netsuite_admins: tuple[str, ...] = Field(min_length=1)
    workspace_admins: tuple[str, ...] = Field(min_length=1)
    retag_by: Literal["submitter", "workspace_admin"] = "submitter"
    allowed_domains: tuple[str, ...] = Field(min_length=1)


class ExpensifySettings(_Model):
    """`secret` names the tenant's secret; the URLs are Expensify's own unless given."""

    secret: str
    integration_url: HttpUrl = HttpUrl(
        "https://integrations.expensify.com/Integration-Server/ExpensifyIntegrations"
    )
    app_url: HttpUrl = HttpUrl("https://www.expensify.com/api/")
    app_version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,40}$")] = "9.2.0-0"
    """Of the app that we call ourselves; one that Expensify finds too old is refused with 426."""
    app_partner: Annotated[str, Field(pattern=r"^[\w.-]{1,80}$")] = "chat-expensify-com"
    """The app's partner name (Expensify/App src/CONFIG.ts); its password stands in the secret."""
    web_url: HttpUrl = HttpUrl("https://new.expensify.com/")
    project_tag_level: Annotated[int, Field(ge=1, le=10)] | None = None
    """Which level of a multi-level tag holds the project; None: the whole tag does."""
    project_in: Literal["tag", "report_field"] = "tag"
    project_field: Annotated[str, Field(pattern=r"^\w[\w .&/()-]{0,79}$")] | None = None
    """The report field that holds the project; None: we can't read which one that is."""
    requests_per_10s: Annotated[int, Field(ge=4, le=1000)] = 5
    requests_per_60s: Annotated[int, Field(ge=8, le=1000)] = 20
    """What all of our requests to the Integration Server may be, as this login."""
    exports_as: Literal["expense_report", "vendor_bill", "journal_entry"] = "expense_report"

    @property
    def credential(self) -> str:
        """Which login at which address: the key of `detect`, fit for a queue's message group."""
        named = re.sub(r"[^A-Za-z0-9_/+=.-]", "_", self.secret)[:80]
        where = f"{self.secret}\n{self.integration_url}"
        return f"{named}.{hashlib.sha256(where.encode()).hexdigest()[:12]}"

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        in_field = self.project_in == "report_field"
        if in_field and self.project_tag_level is not None:
            raise ValueError("project_tag_level is for projects in tags, not in a report_field")
        if self.project_field is not None and not in_field:
            raise ValueError("project_field needs project_in to be report_field")
        return self


class WorkspaceSettings(_Model):
    """One Expensify workspace."""

    version: Literal[1] = 1
    workspace_id: str = Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")
    name: str
    account_id: AccountId
    mode: Mode
    people: Addresses
    expensify: ExpensifySettings
    subsidiary: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """NetSuite subsidiary (name or internal id) whose project a label means when several fit."""
    detect: Literal["on", "off"] = "on"
    """Whether we search Expensify for failures by ourselves; off: only events tell of them."""
    timing: Timing = Timing()
    mails: Mails = Mails()
    act_since: Annotated[int, Field(ge=0)] = 0
    second_export: Literal["person", "proven"] = "person"
    """Whether a report that we exported once may go again when NetSuite proves that nothing came
    of it; else a person decides."""

    def rules(self, *, acts: bool) -> Rules:
        """`acts`: False while the stack's kill switch is thrown."""
        changes = {**self.timing.changes(), **self.mails.changes()}
        return Rules(
            acts=acts,
            mode=self.mode,
            act_since=self.act_since,
            prove_absence=self.second_export == "proven",
            **changes,  # type: ignore[arg-type]
        )

    def audience(self) -> People:
        domains = tuple(domain.casefold() for domain in self.people.allowed_domains)
        return People(**{**self.people.model_dump(), "allowed_domains": domains})


class AccountSettings(_Model):
    """One NetSuite account. The URLs follow from the account id unless given."""

    version: Literal[1] = 1
    account_id: AccountId
    secret: str
    api_url: HttpUrl | None = None
    app_url: HttpUrl | None = None
    reactivation: Literal["off", "on_approval"] = "off"
    """Whether we open projects that somebody approved, by changing their records."""
    timing: Timing = Timing()

    @property
    def realm(self) -> str:
        """1234567_SB1: as OAuth's headers name the account."""
        return self.account_id

    @property
    def host_form(self) -> str:
        """1234567_SB1 → 1234567-sb1 (Oracle's account-specific domains)."""
        return self.account_id.lower().replace("_", "-")

    @property
    def api(self) -> str:
        given = str(self.api_url).rstrip("/") if self.api_url else ""
        return given or f"https://{self.host_form}.suitetalk.api.netsuite.com"

    @property
    def app(self) -> str:
        given = str(self.app_url).rstrip("/") if self.app_url else ""
        return given or f"https://{self.host_form}.app.netsuite.com"

    def project_url(self, project_id: str) -> str:
        return f"{self.app}/app/accounting/project/project.nl?id={quote(project_id, safe='')}"

    def rules(self) -> Rules:
        return Rules(**self.timing.changes())  # type: ignore[arg-type]


class WebhookKeySettings(_Model):
    """One key of the webhook: whom its holder may speak for. `secret` names where its secrets are."""

    version: Literal[1] = 1
    key_id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    secret: str
    workspaces: tuple[WorkspaceId, ...] = ()
    accounts: tuple[AccountId, ...] = ()


class StackSettings(_Model):
    """The whole stack. `acts`: the kill switch; off stops every sync and export of ours."""

    version: Literal[1] = 1
    acts: Literal["on", "off"] = "on"
