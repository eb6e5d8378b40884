"""People's notices, and the settings of both tenants."""

from collections.abc import Callable
from dataclasses import replace

from shared.contracts.settings import AccountSettings, Addresses, ExpensifySettings
from shared.contracts.settings import WorkspaceSettings as RealSettings
from shared.domain.clock import Millis
from shared.domain.mode import Mode
from shared.domain.notice import Notice
from shared.domain.person import person_key
from shared.domain.rules import People, Rules
from tests.simulation.run import Stage
from tests.simulation.scenario import Scenario, WorkspacePlan


class SimNotices:
    """Implements `Notices`: a sent one is never put again, a dropped one may be."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.stored: dict[str, dict[str, Notice]] = {}
        self.settled: Callable[[Notice], None] = lambda _notice: None

    def put(self, notice: Notice) -> bool:
        self._stage.effect("notices.put")
        mine = self.stored.setdefault(person_key(notice.person), {})
        known = mine.get(notice.id)
        if known is not None and not known.dropped:
            if known.sent_at is None:
                sooner = min(known.send_after, notice.send_after)
                mine[notice.id] = replace(known, created_at=notice.created_at, send_after=sooner)
            return False
        if self._stage.journal.on:
            self._stage.say(f"puts notice {notice.id}", f"to {notice.person}")
        mine[notice.id] = notice
        return True

    def of(self, person_key: str) -> tuple[Notice, ...]:
        self._stage.look()
        return tuple(self.stored.get(person_key, {}).values())

    def settle(self, notice: Notice) -> None:
        self._stage.effect("notices.settle")
        mine = self.stored[person_key(notice.person)]
        mine.setdefault(notice.id, notice)
        if self._stage.journal.on and notice.dropped:
            self._stage.say(f"drops notice {notice.id} to {notice.person}", notice.dropped)
        mine[notice.id] = replace(
            mine[notice.id],
            sent_at=notice.sent_at,
            dropped=notice.dropped,
            listed=notice.listed,
            told_in=notice.told_in,
        )
        self.settled(notice)


class _Settings(RealSettings):
    """The tenant's settings with the rules of the scenario, which `timing` can't say in full."""

    def rules(self, *, acts: bool) -> Rules:
        return _rules(self.name, self.mode, acts=acts)

    def audience(self) -> People:
        return _PEOPLE[self.name]


class _AccountSettings(AccountSettings):
    def rules(self) -> Rules:
        return _rules(self.secret, _RULES[self.secret].mode, acts=True)


_RULES: dict[str, Rules] = {}
_MODAL: dict[tuple[str, Mode, bool], Rules] = {}
_PEOPLE: dict[str, People] = {}


class SimSettings:
    """Implements `Settings`. `parked`: events of workspaces that nobody knows."""

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self._stage = stage
        self.parked: list[tuple[str, str]] = []
        _RULES.clear()
        _MODAL.clear()
        _PEOPLE.clear()
        self._workspaces = {plan.id: _settings(plan) for plan in scenario.workspaces}
        self._accounts = {plan.account: _account(plan) for plan in scenario.workspaces}

    def workspace(self, workspace_id: str) -> RealSettings | None:
        self._stage.look()
        return self._workspaces.get(workspace_id)

    def known(self, workspace_id: str) -> RealSettings:
        return self._workspaces[workspace_id]

    def account_of(self, workspace_id: str) -> str:
        return self._workspaces[workspace_id].account_id

    def switch(self, workspace_id: str, mode: Mode) -> None:
        """By an operator."""
        now = self._workspaces[workspace_id]
        self._workspaces[workspace_id] = now.model_copy(update={"mode": mode})

    def account(self, account_id: str) -> AccountSettings:
        self._stage.look()
        return self._accounts[account_id]

    def relax(self, scenario: Scenario) -> None:
        """Settings as they are once it is calm."""
        for plan in scenario.workspaces:
            _set_rules(plan.id, plan.calm_rules)

    def park(self, workspace_id: str, event_id: str, body: str, now: Millis, since: Millis) -> None:
        self._stage.effect("settings.park")
        self.parked.append((workspace_id, event_id))

    def parked_events(self, workspace_id: str) -> int:
        self._stage.look()
        return sum(1 for of, _ in self.parked if of == workspace_id)


def _settings(plan: WorkspacePlan) -> _Settings:
    _set_rules(plan.id, plan.rules)
    _PEOPLE[plan.id] = People(
        netsuite_admins=plan.netsuite_admins,
        workspace_admins=plan.workspace_admins,
        retag_by=plan.retag_by,
        allowed_domains=("acme.example",),
    )
    key = plan.id, plan.account, plan.subsidiary
    if key not in _MADE:
        _MADE[key] = _made(plan)
    return _MADE[key]


def _set_rules(workspace_id: str, rules: Rules) -> None:
    _RULES[workspace_id] = rules
    _MODAL.clear()


def _rules(workspace_id: str, mode: Mode, *, acts: bool) -> Rules:
    """Made when they are first asked for: most of them never are."""
    key = workspace_id, mode, acts
    if key not in _MODAL:
        _MODAL[key] = replace(_RULES[workspace_id], mode=mode, acts=acts)
    return _MODAL[key]


_MADE: dict[tuple[str, str, str], _Settings] = {}


def _made(plan: WorkspacePlan) -> _Settings:
    people = Addresses(
        netsuite_admins=plan.netsuite_admins,
        workspace_admins=plan.workspace_admins,
        allowed_domains=("acme.example",),
    )
    return _Settings(
        workspace_id=plan.id,
        name=plan.id,
        account_id=plan.account,
        mode=Mode.AUTO,
        people=people,
        expensify=ExpensifySettings(secret="expensify"),
        subsidiary=plan.subsidiary or None,
    )


def _account(plan: WorkspacePlan) -> _AccountSettings:
    if plan.account not in _MADE_ACCOUNTS:
        made = _AccountSettings(account_id=plan.account, secret=plan.id)
        _MADE_ACCOUNTS[plan.account] = made
    return _MADE_ACCOUNTS[plan.account]


_MADE_ACCOUNTS: dict[str, _AccountSettings] = {}
