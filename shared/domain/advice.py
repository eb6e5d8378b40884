"""What is known of a failure's code: what it means, who can put it right, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.domain.notice import Role


@dataclass(frozen=True, slots=True)
class Advice:
    """`text` is Expensify's, with its placeholders; `code` is empty if a failure gives none.

    In `steps`, `**` encloses the words of menus. `retry`: whether to sync and to export again when
    the steps are done; not so for what NetSuite holds already.
    """

    code: str
    text: str
    meaning: str
    steps: tuple[str, ...]
    role: Role
    retry: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`entries` by code; `unknown` stands for every other code, `without_code` for none."""

    entries: Mapping[str, Advice]
    unknown: Advice
    without_code: Advice

    def of(self, code: str) -> Advice:
        if not code:
            return self.without_code
        return self.entries.get(code) or replace(self.unknown, code=code)

    @property
    def fixers(self) -> dict[str, Role]:
        """Who can put a code right; whatever isn't in it is the operators'."""
        return {code: advice.role for code, advice in self.entries.items()}
