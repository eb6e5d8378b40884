"""Labels, blockers and accounts in memory."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from shared.domain.absence import Answer, Inquiry
from shared.domain.blocker import Blocker, Label
from shared.domain.clock import Millis
from shared.domain.decide_watch import Account
from shared.domain.identity import Alias
from tests.fakes.versions import Versions

type LabelKey = tuple[str, str, str]
"""Account, workspace, text."""


@dataclass(slots=True)
class FakeAccounts:
    """`asks` holds the labels that were asked about, one entry per question."""

    known: dict[LabelKey, Label] = field(default_factory=dict)
    blocked: Versions[tuple[str, str], Blocker] = field(default_factory=Versions)
    accounts: Versions[str, Account] = field(default_factory=Versions)
    asks: list[LabelKey] = field(default_factory=list)
    chosen: dict[tuple[str, str], Alias] = field(default_factory=dict)
    reports: dict[LabelKey, Inquiry] = field(default_factory=dict)

    def get(self, account_id: str) -> Account:
        return self.accounts.stored.get(account_id, Account(account_id))

    def save(self, account: Account) -> Account:
        return self.accounts.save(account.account_id, account)

    def labels(self, account_id: str, workspace_id: str = "") -> tuple[Label, ...]:
        return tuple(
            self.known[key]
            for key in sorted(self.known)
            if key[0] == account_id and workspace_id in {"", key[1]}
        )

    def blockers(self, account_id: str) -> tuple[Blocker, ...]:
        stored = self.blocked.stored
        return tuple(stored[key] for key in sorted(stored) if key[0] == account_id)

    def ask(
        self, account_id: str, workspace_id: str, texts: Iterable[str], wanted_until: Millis
    ) -> dict[str, int]:
        keys = [(account_id, workspace_id, text) for text in dict.fromkeys(texts)]
        self.asks += keys
        return {key[2]: self._ask(key, wanted_until) for key in keys}

    def ask_anew(self, account_id: str, workspace_id: str, text: str, wanted_until: Millis) -> None:
        asked = self.ask(account_id, workspace_id, [text], wanted_until)[text]
        key = account_id, workspace_id, text
        self.known[key] = replace(self.known[key], valid_from=asked)

    def keep(
        self, account_id: str, workspace_id: str, texts: Iterable[str], wanted_until: Millis
    ) -> None:
        for text in texts:
            key = account_id, workspace_id, text
            if key in self.known:
                self._store(key, self.known[key], wanted_until)

    def answer(self, label: Label) -> None:
        key = label.account_id, label.workspace_id, label.text
        known = self.known.get(key)
        if known is not None and known.answered <= label.answered:
            resolution = label.resolution
            self.known[key] = replace(known, answered=label.answered, resolution=resolution)

    def put_blocker(self, blocker: Blocker) -> Blocker:
        return self.blocked.save((blocker.account_id, blocker.project_id), blocker)

    def inquiries(self, account_id: str, workspace_id: str = "") -> tuple[Inquiry, ...]:
        return tuple(
            self.reports[key]
            for key in sorted(self.reports)
            if key[0] == account_id and workspace_id in {"", key[1]}
        )

    def inquire(self, inquiry: Inquiry) -> None:
        key = inquiry.account_id, inquiry.workspace_id, inquiry.report_id
        known = self.reports.get(key, replace(inquiry, asked=0, answered=0, answer=Answer.NONE))
        kept = {"answered": known.answered, "answer": known.answer}
        self.reports[key] = replace(inquiry, asked=known.asked + 1, **kept)

    def inform(self, inquiry: Inquiry) -> None:
        key = inquiry.account_id, inquiry.workspace_id, inquiry.report_id
        known = self.reports.get(key)
        if known is not None and known.answered <= inquiry.answered:
            told = {"answered": inquiry.answered, "answer": inquiry.answer}
            self.reports[key] = replace(known, **told)

    def aliases(self, workspace_id: str) -> tuple[Alias, ...]:
        return tuple(a for (ws, _), a in sorted(self.chosen.items()) if ws == workspace_id)

    def put_alias(self, alias: Alias) -> None:
        self.chosen[alias.workspace_id, alias.text] = alias

    def drop_alias(self, workspace_id: str, text: str) -> None:
        self.chosen.pop((workspace_id, text), None)

    def _ask(self, key: LabelKey, wanted_until: Millis) -> int:
        known = self.known.get(key, Label(*key))
        self._store(key, replace(known, asked=known.asked + 1), wanted_until)
        return known.asked + 1

    def _store(self, key: LabelKey, label: Label, wanted_until: Millis) -> None:
        until = max(label.wanted_until, wanted_until)
        self.known[key] = replace(label, wanted_until=until)

    def __contains__(self, key: LabelKey) -> bool:
        return key in self.known
