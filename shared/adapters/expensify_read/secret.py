"""A tenant's secret, read anew once if what it holds is refused."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from shared.adapters.http import wrong_places
from shared.errors import RefusedError
from shared.ports import Secrets


@dataclass(frozen=True, slots=True)
class TenantSecret[M: BaseModel]:
    secrets: Secrets
    name: str
    model: type[M]

    def used[R](self, work: Callable[[M], R]) -> R:
        """A refusal counts only for the secret as it is now: it may have been rotated.

        What was refused isn't tried twice. Raises RefusedError, and what `work` raises.
        """
        known = None
        try:
            known = self._read(fresh=False)
            return work(known)
        except RefusedError:
            current = self._read(fresh=True)
            if current == known:
                raise
            return work(current)

    def _read(self, *, fresh: bool) -> M:
        value = self.secrets.get(self.name, fresh=fresh)
        try:
            return self.model.model_validate(value)
        except ValidationError as error:
            raise RefusedError(f"the Expensify secret: {wrong_places(error)}") from None
