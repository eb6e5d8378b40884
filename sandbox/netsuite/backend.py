"""The state of all accounts and its rules, without HTTP.

A project without a customer of its own inherits its parent project's (inferred from seed rows of
fivetran/dbt_netsuite_source, where ``customer`` equals ``parent`` for top-level projects).
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import RLock

from sandbox.netsuite.tba import Nonces
from sandbox.netsuite.world import (
    Account,
    Customer,
    Project,
    Reference,
    Transaction,
    World,
    slug,
)

# Oracle section_162755359851.
TOKEN_SECONDS = 3600


class UnknownError(LookupError):
    """No such account, project or customer, or a project id that several accounts use."""


@dataclass(frozen=True, slots=True)
class Stored:
    project: Project
    created: float
    modified: float


@dataclass(slots=True)
class _Book:
    """What one account holds; times are epoch seconds."""

    account: Account
    jobs: dict[str, Stored]
    customers: dict[str, Customer]
    transactions: dict[str, Transaction]
    public_key: str | None
    tokens: dict[str, float] = field(default_factory=dict)
    nonces: Nonces = field(default_factory=Nonces)
    revoked: bool = False
    in_flight: int = 0
    at_work: int = 0
    most_at_work: int = 0


class Backend:
    def __init__(
        self, world: World, clock: Callable[[], float], public_key: str | None = None
    ) -> None:
        self.clock = clock
        self._lock = RLock()
        self._world = world
        self._books = {
            account.id: _Book(
                account,
                self._loaded(account),
                _customers(account),
                _transactions(account),
                public_key,
            )
            for account in world.accounts
        }

    def reset(self) -> None:
        """Back to the loaded world; tokens and keys stay, for they belong to the clients."""
        with self._lock:
            for book in self._books.values():
                book.jobs = self._loaded(book.account)
                book.customers = _customers(book.account)
                book.transactions = _transactions(book.account)
                book.most_at_work = book.at_work

    def accounts(self) -> list[Account]:
        return [book.account for book in self._books.values()]

    def account(self, name: str) -> Account:
        """``name`` is the account id or its host form. Raises UnknownError."""
        return self._book(name).account

    def public_key(self, account_id: str) -> str | None:
        with self._lock:
            return self._book(account_id).public_key

    def set_public_key(self, account_id: str, pem: str) -> None:
        with self._lock:
            book = self._book(account_id)
            book.public_key, book.revoked = pem, False

    def forget_certificate(self, account_id: str) -> None:
        """As a sandbox refresh does: the mapping is gone, and with it every token."""
        with self._lock:
            book = self._book(account_id)
            book.public_key, book.tokens = None, {}

    def revoke_certificate(self, account_id: str) -> None:
        """As an administrator does: it is still listed, and nothing is granted for it."""
        with self._lock:
            book = self._book(account_id)
            book.revoked, book.tokens = True, {}

    def is_revoked(self, account_id: str) -> bool:
        with self._lock:
            return self._book(account_id).revoked

    def revoke_tokens(self, account_id: str) -> None:
        with self._lock:
            self._book(account_id).tokens = {}

    def nonces(self, account_id: str) -> Nonces:
        return self._book(account_id).nonces

    def issue_token(self, account_id: str) -> str:
        """Opaque on purpose: nobody may read meaning into an access token."""
        token = secrets.token_urlsafe(48)
        with self._lock:
            self._book(account_id).tokens[token] = self.clock() + TOKEN_SECONDS
        return token

    def accepts_token(self, account_id: str, token: str) -> bool:
        with self._lock:
            return self._book(account_id).tokens.get(token, 0.0) > self.clock()

    @contextmanager
    def request_slot(self, account_id: str, limit: int | None) -> Iterator[bool]:
        """Yields whether this request still fits into the account's limit."""
        book = self._book(account_id)
        with self._lock:
            book.in_flight += 1
            fits = book.in_flight <= (book.account.concurrency if limit is None else limit)
        try:
            yield fits
        finally:
            with self._lock:
                book.in_flight -= 1

    @contextmanager
    def at_work(self, account_id: str) -> Iterator[None]:
        """Counts a request of any kind while it is answered, beyond what the account allows, too."""
        book = self._book(account_id)
        with self._lock:
            book.at_work += 1
            book.most_at_work = max(book.most_at_work, book.at_work)
        try:
            yield
        finally:
            with self._lock:
                book.at_work -= 1

    def most_at_work(self, account_id: str) -> int:
        """The most requests that were ever answered at the same time."""
        with self._lock:
            return self._book(account_id).most_at_work

    def jobs(self, account_id: str) -> list[Stored]:
        with self._lock:
            jobs = list(self._book(account_id).jobs.values())
        return sorted(jobs, key=lambda job: int(job.project.id))

    def job(self, account_id: str, project_id: str) -> Stored:
        with self._lock:
            if job := self._book(account_id).jobs.get(project_id):
                return job
        raise UnknownError(f"no project {project_id} in account {account_id}")

    def change(self, account_id: str, project_id: str, changes: Mapping[str, object]) -> Stored:
        """``changes`` by JSON name. Raises pydantic's ValidationError, a ValueError."""
        with self._lock:
            old = self.job(account_id, project_id)
            project = _changed(old.project, changes)
            job = replace(old, project=project, modified=self.clock())
            self._book(account_id).jobs[project_id] = job
            return job

    def create(self, account_id: str, project_id: str, values: Mapping[str, object]) -> Stored:
        now = self.clock()
        project = Project.model_validate({"entityId": project_id, **values, "id": project_id})
        with self._lock:
            self._book(account_id).jobs[project_id] = Stored(project, now, now)
        return self.job(account_id, project_id)

    def delete(self, account_id: str, project_id: str) -> None:
        """As a merge leaves it, too: the id is gone. Raises UnknownError."""
        with self._lock:
            self.job(account_id, project_id)
            del self._book(account_id).jobs[project_id]

    def customers(self, account_id: str) -> list[Customer]:
        """Those that projects point to, too. Sorted by id."""
        with self._lock:
            book = self._book(account_id)
            found = {ref.id: Customer(id=ref.id, name=ref.name) for ref in self._parents(book)}
            return sorted({**found, **book.customers}.values(), key=lambda c: int(c.id))

    def change_customer(
        self, account_id: str, customer_id: str, changes: Mapping[str, object]
    ) -> Customer:
        """``changes`` by JSON name. Raises UnknownError, ValueError."""
        with self._lock:
            old = next((c for c in self.customers(account_id) if c.id == customer_id), None)
            if old is None:
                raise UnknownError(f"no customer {customer_id} in account {account_id}")
            new = Customer.model_validate({**old.to_json(), **changes, "id": customer_id})
            self._book(account_id).customers[customer_id] = new
            return new

    def transactions(self, account_id: str) -> list[Transaction]:
        """Sorted by id."""
        with self._lock:
            book = self._book(account_id)
            return sorted(book.transactions.values(), key=lambda t: int(t.id))

    def put_transaction(self, account_id: str, transaction: Transaction) -> None:
        with self._lock:
            self._book(account_id).transactions[transaction.id] = transaction

    def delete_transaction(self, account_id: str, transaction_id: str) -> None:
        """Raises UnknownError."""
        with self._lock:
            if self._book(account_id).transactions.pop(transaction_id, None) is None:
                raise UnknownError(f"no transaction {transaction_id} in account {account_id}")

    def _parents(self, book: "_Book") -> Iterator[Reference]:
        for job in book.jobs.values():
            if job.project.parent and job.project.parent.id not in book.jobs:
                yield job.project.parent

    def account_of(self, project_id: str) -> Account:
        """The one account that may be meant. Raises UnknownError when that can't be told."""
        with self._lock:
            books = list(self._books.values())
        holders = [book for book in books if project_id in book.jobs]
        candidates = holders or books
        if len(candidates) != 1:
            raise UnknownError(f"name the account of project {project_id}")
        return candidates[0].account

    def references(self, account_id: str) -> dict[str, Reference]:
        """Customers, parents and managers that the account's projects point to."""
        projects = [job.project for job in self.jobs(account_id)]
        pointed = [ref for p in projects for ref in (p.parent, p.project_manager) if ref]
        own = {p.id: Reference(id=p.id, name=p.entity_id) for p in projects}
        return {**own, **{ref.id: ref for ref in pointed}}

    def _book(self, name: str) -> _Book:
        for book in self._books.values():
            if slug(name) == book.account.slug:
                return book
        raise UnknownError(f"no account {name}")

    def _loaded(self, account: Account) -> dict[str, Stored]:
        now = self.clock()
        return {project.id: Stored(project, now, now) for project in account.projects}


def _customers(account: Account) -> dict[str, Customer]:
    return {customer.id: customer for customer in account.customers}


def _transactions(account: Account) -> dict[str, Transaction]:
    return {transaction.id: transaction for transaction in account.transactions}


def customer_of(project: Project, projects: Mapping[str, Project]) -> Reference | None:
    seen: set[str] = set()
    while project.parent and project.parent.id in projects and project.id not in seen:
        seen.add(project.id)
        project = projects[project.parent.id]
    return None if project.id in seen else project.parent


def _changed(project: Project, changes: Mapping[str, object]) -> Project:
    return Project.model_validate({**project.to_json(), **changes, "id": project.id})
