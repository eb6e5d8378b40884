"""Labels, blockers and the account: consistently read, conditionally written."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from shared.domain.absence import Answer, Inquiry
from shared.domain.blocker import Blocker, Label
from shared.domain.clock import Millis
from shared.domain.decide_watch import Account
from shared.domain.identity import Alias
from shared.errors import ConflictError
from tests.simulation.run import Run, Stage


class SimAccounts:
    """Implements `Accounts`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.accounts: dict[str, Account] = {}
        self.known: dict[tuple[str, str, str], Label] = {}
        self.blocked: dict[tuple[str, str], Blocker] = {}
        self.chosen: dict[tuple[str, str], Alias] = {}
        self.reports: dict[tuple[str, str, str], Inquiry] = {}
        self.stored: Callable[[Run | None, object, Label | Blocker], None] = lambda *_: None

    def get(self, account_id: str) -> Account:
        self._stage.look()
        return self.accounts.get(account_id) or Account(account_id)

    def save(self, account: Account) -> Account:
        self._stage.effect("accounts.save")
        stored = self.accounts.get(account.account_id)
        _unchanged(stored.version if stored else 0, account.version)
        new = replace(account, version=account.version + 1)
        self.accounts[account.account_id] = new
        return new

    def labels(self, account_id: str, workspace_id: str = "") -> tuple[Label, ...]:
        self._stage.look()
        return tuple(
            label
            for (account, workspace, _), label in self.known.items()
            if account == account_id and workspace_id in {"", workspace}
        )

    def blockers(self, account_id: str) -> tuple[Blocker, ...]:
        self._stage.look()
        return tuple(b for (account, _), b in self.blocked.items() if account == account_id)

    def ask(
        self, account_id: str, workspace_id: str, texts: Iterable[str], wanted_until: Millis
    ) -> dict[str, int]:
        """One write per label, as the table has it."""
        return {
            text: self._ask((account_id, workspace_id, text), wanted_until)
            for text in dict.fromkeys(texts)
        }

    def keep(
        self, account_id: str, workspace_id: str, texts: Iterable[str], wanted_until: Millis
    ) -> None:
        for text in texts:
            self._stage.effect("accounts.keep")
            key = account_id, workspace_id, text
            label = self.known[key]
            until = max(label.wanted_until, wanted_until)
            self.known[key] = replace(label, wanted_until=until)

    def answer(self, label: Label) -> None:
        self._stage.effect("accounts.answer")
        key = label.account_id, label.workspace_id, label.text
        stored = self.known[key]
        if stored.answered > label.answered:
            return
        if self._stage.journal.on:
            found = f"{label.resolution.match} {label.resolution.project_id}"
            self._stage.say(f"answers label {label.workspace_id}/{label.text!r}", found)
        self.stored(self._stage.loop.active, stored, label)
        self.known[key] = replace(stored, answered=label.answered, resolution=label.resolution)

    def put_blocker(self, blocker: Blocker) -> Blocker:
        self._stage.effect("accounts.put_blocker")
        key = blocker.account_id, blocker.project_id
        stored = self.blocked.get(key)
        _unchanged(stored.version if stored else 0, blocker.version)
        self._stage.say(f"writes project {blocker.project_id}", f"{blocker.status}")
        self.stored(self._stage.loop.active, stored, blocker)
        new = replace(blocker, version=blocker.version + 1)
        self.blocked[key] = new
        return new

    def inquiries(self, account_id: str, workspace_id: str = "") -> tuple[Inquiry, ...]:
        """Where nobody proves anything this costs nothing: such a history is what it was."""
        if self._stage.scenario.records.known:
            self._stage.look()
        return tuple(
            inquiry
            for (account, workspace, _), inquiry in self.reports.items()
            if account == account_id and workspace_id in {"", workspace}
        )

    def inquire(self, inquiry: Inquiry) -> None:
        self._stage.effect("accounts.inquire")
        key = inquiry.account_id, inquiry.workspace_id, inquiry.report_id
        known = self.reports.get(key) or replace(inquiry, asked=0, answered=0, answer=Answer.NONE)
        self._stage.say(f"asks for the record of {inquiry.report_id}")
        kept = replace(inquiry, answered=known.answered, answer=known.answer)
        self.reports[key] = replace(kept, asked=known.asked + 1)

    def inform(self, inquiry: Inquiry) -> None:
        self._stage.effect("accounts.inform")
        key = inquiry.account_id, inquiry.workspace_id, inquiry.report_id
        known = self.reports[key]
        if known.answered <= inquiry.answered:
            self._stage.say(f"answers for the record of {inquiry.report_id}", inquiry.answer)
            told = replace(known, answered=inquiry.answered, answer=inquiry.answer)
            self.reports[key] = told

    def aliases(self, workspace_id: str) -> tuple[Alias, ...]:
        self._stage.look()
        return tuple(a for (ws, _), a in self.chosen.items() if ws == workspace_id)

    def put_alias(self, alias: Alias) -> None:
        self.chosen[alias.workspace_id, alias.text] = alias

    def drop_alias(self, workspace_id: str, text: str) -> None:
        self.chosen.pop((workspace_id, text), None)

    def _ask(self, key: tuple[str, str, str], wanted_until: Millis) -> int:
        self._stage.effect("accounts.ask")
        return self.note_question(key, wanted_until)

    def note_question(self, key: tuple[str, str, str], wanted_until: Millis) -> int:
        label = self.known.get(key) or Label(*key)
        asked = label.asked + 1
        until = max(label.wanted_until, wanted_until)
        self.known[key] = replace(label, asked=asked, wanted_until=until)
        return asked

    def void(self, key: tuple[str, str, str], wanted_until: Millis) -> None:
        """An operator's `ask_anew`."""
        asked = self.note_question(key, wanted_until)
        self.known[key] = replace(self.known[key], valid_from=asked)


def _unchanged(stored: int, written: int) -> None:
    if stored != written:
        raise ConflictError("simulated")
