"""How a request shows who sends it: a bearer token, or a signature that is used only once.

Token-based authentication: Oracle section_1530099787. Signed are method, address, the parameters
of the query and OAuth's own; the JSON body isn't. `oauthlib` signs; that RFC 5849 is followed to
the letter is its business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client  # type: ignore[import-untyped]

from shared.adapters.netsuite.credentials import TokenBased
from shared.domain.clock import SECOND
from shared.domain.finding import Fault
from shared.ports import Clock


class Proof(Protocol):
    """`fault`: what a service's refusal of it means, when nothing better is at hand."""

    @property
    def fault(self) -> Fault: ...

    def headers(self, method: str, url: str) -> Mapping[str, str]:
        """For one sending of one request."""


@dataclass(frozen=True, slots=True)
class Bearer:
    token: str = field(repr=False)
    fault: Fault = Fault.TOKEN_REFUSED

    def headers(self, method: str, url: str) -> Mapping[str, str]:  # noqa: ARG002
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class Signature:
    """`realm`: the account id, in its own form. Each call takes another nonce and the time."""

    credentials: TokenBased
    realm: str
    clock: Clock = field(repr=False)
    fault: Fault = Fault.SIGNATURE_REFUSED

    def headers(self, method: str, url: str) -> Mapping[str, str]:
        signer = Client(
            self.credentials.consumer_key,
            client_secret=self.credentials.consumer_secret.get_secret_value(),
            resource_owner_key=self.credentials.token_id,
            resource_owner_secret=self.credentials.token_secret.get_secret_value(),
            signature_method=SIGNATURE_HMAC_SHA256,
            realm=self.realm,
            timestamp=str(self.clock() // SECOND),
        )
        _, signed, _ = signer.sign(url, method)
        return {"Authorization": signed["Authorization"]}
