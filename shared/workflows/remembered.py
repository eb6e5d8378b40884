"""What is read once, for as long as one look takes."""

from dataclasses import dataclass, field

from shared.domain.blocker import Blocker, Label
from shared.domain.case import Case
from shared.ports import Accounts, Cases


@dataclass(frozen=True, slots=True)
class RememberedCases:
    """Implements the reading half of `Cases`."""

    cases: Cases
    known: dict[str, tuple[Case, ...]] = field(default_factory=dict)

    def get(self, workspace_id: str, report_id: str) -> Case | None:
        return self.cases.get(workspace_id, report_id)

    def unfinished(self, workspace_id: str) -> tuple[Case, ...]:
        if workspace_id not in self.known:
            self.known[workspace_id] = self.cases.unfinished(workspace_id)
        return self.known[workspace_id]

    def put(self, case: Case) -> Case:
        return self.cases.put(case)


@dataclass(frozen=True, slots=True)
class RememberedAccounts:
    """What notices are about: an account of a thousand projects isn't read for each of them."""

    accounts: "Accounts | RememberedAccounts"
    known_labels: dict[tuple[str, str], tuple[Label, ...]] = field(default_factory=dict)
    known_blockers: dict[str, tuple[Blocker, ...]] = field(default_factory=dict)

    def labels(self, account_id: str, workspace_id: str = "") -> tuple[Label, ...]:
        of = account_id, workspace_id
        if of not in self.known_labels:
            self.known_labels[of] = self.accounts.labels(*of)
        return self.known_labels[of]

    def blockers(self, account_id: str) -> tuple[Blocker, ...]:
        if account_id not in self.known_blockers:
            self.known_blockers[account_id] = self.accounts.blockers(account_id)
        return self.known_blockers[account_id]
