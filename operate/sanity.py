"""What a schema can't say of settings: addresses that work, waits in an order that makes sense."""

import re
from collections.abc import Iterator
from itertools import pairwise

from shared.contracts.settings import (
    AccountSettings,
    Addresses,
    StackSettings,
    Timing,
    WebhookKeySettings,
    WorkspaceSettings,
)
from shared.domain.rules import Rules

type Doubt = tuple[str, str]
"""The field, and what is expected of it."""

_SECRET = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
"""Source: Secrets Manager, CreateSecret, Name."""

_WEBHOOK_SECRET = re.compile(r"(.+/)?webhook(/.+)?")

_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])", re.IGNORECASE)
_NAME = re.compile(r"[!#-'*+\-/-9=?A-Z^-~.]+")
"""What may stand before the @ without quotes (RFC 5322, 3.2.3), which SES takes."""

LADDERS = ("circuit", "confirm", "paused")
ORDER = (
    ("sync_poll", "sync_ask_again"),
    ("sync_ask_again", "sync_give_up"),
    ("unverified_after", "settle"),
    ("settle", "person_after"),
    ("watch_every", "wanted_for"),
)
"""Pairs of waits of which the first must not be the longer one."""


def sanity(
    settings: WorkspaceSettings | AccountSettings | WebhookKeySettings | StackSettings,
) -> Iterator[Doubt]:
    match settings:
        case WorkspaceSettings():
            yield from _secret("expensify.secret", settings.expensify.secret)
            yield from _people(settings.people)
            yield from _timing(settings.timing, settings.rules(acts=True))
        case AccountSettings():
            yield from _secret("secret", settings.secret)
            yield from _timing(settings.timing, settings.rules())
        case WebhookKeySettings():
            yield from _webhook_secret(settings.secret)
            if not (settings.workspaces or settings.accounts):
                yield "workspaces", "or accounts must name something: a key of nobody says nothing"
        case StackSettings():
            pass


def _secret(where: str, name: str) -> Iterator[Doubt]:
    if not _SECRET.fullmatch(name):
        yield where, "must be the name of a secret: letters, digits and / _ + = . @ -"


def _webhook_secret(name: str) -> Iterator[Doubt]:
    """The webhook's role reads no other: what faces the internet can't read a login."""
    yield from _secret("secret", name)
    if not _WEBHOOK_SECRET.fullmatch(name):
        yield (
            "secret",
            "must end in /webhook, or in /webhook/ and a name; the webhook reads no other",
        )


def _people(people: Addresses) -> Iterator[Doubt]:
    domains = {domain.casefold() for domain in people.allowed_domains}
    for at, domain in enumerate(people.allowed_domains):
        if not _DOMAIN.fullmatch(domain):
            yield f"people.allowed_domains.{at}", "must be a domain, such as acme.example"
    for role in ("netsuite_admins", "workspace_admins"):
        for at, address in enumerate(getattr(people, role)):
            name, _, domain = address.rpartition("@")
            if not (_NAME.fullmatch(name) and _DOMAIN.fullmatch(domain)):
                yield f"people.{role}.{at}", "must be an e-mail address, and nothing else"
            elif domain.casefold() not in domains:
                yield f"people.{role}.{at}", "is outside people.allowed_domains: never written to"


def _timing(timing: Timing, rules: Rules) -> Iterator[Doubt]:
    """`rules`: with the defaults of what isn't given, which must fit as well."""
    for name in LADDERS:
        waits = getattr(rules, name)
        if any(later < earlier for earlier, later in pairwise(waits)):
            yield f"timing.{name}", "each wait must be as long as the one before it, or longer"
    for shorter, longer in ORDER:
        low, high = getattr(rules, shorter), getattr(rules, longer)
        if low > high:
            given = longer if getattr(timing, longer) is not None else shorter
            yield f"timing.{given}", f"{shorter} must not be longer than {longer}"
