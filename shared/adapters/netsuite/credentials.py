"""The part `netsuite` of a tenant's secret. What is in it decides how we log in.

OAuth 2.0 client credentials::

    {"clientId": "…", "certificateId": "…", "privateKey": "-----BEGIN PRIVATE KEY-----…"}

Token-based authentication (OAuth 1.0a), for integrations made before NetSuite 2027.1, which takes
no new ones (Oracle section_0525020842)::

    {"consumerKey": "…", "consumerSecret": "…", "tokenId": "…", "tokenSecret": "…"}

With anything of the first it is the first: a half-made move to OAuth 2.0 is told, not hidden.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError

from shared.adapters.http import wrong_places
from shared.domain.finding import Fault
from shared.errors import RefusedError

# They stand in headers and signatures, so blanks that were copied along would be part of them.
type _Id = Annotated[str, StringConstraints(pattern="^[!-~]{1,512}$")]
type _Secret = Annotated[SecretStr, Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Certified(_Model):
    """OAuth 2.0. `private_key` as PEM, without a passphrase."""

    client_id: _Id = Field(alias="clientId")
    certificate_id: _Id = Field(alias="certificateId")
    private_key: _Secret = Field(alias="privateKey")


class TokenBased(_Model):
    """OAuth 1.0a: of the integration, and of an access token of one user in one role."""

    consumer_key: _Id = Field(alias="consumerKey")
    consumer_secret: _Secret = Field(alias="consumerSecret")
    token_id: _Id = Field(alias="tokenId")
    token_secret: _Secret = Field(alias="tokenSecret")


type Credentials = Certified | TokenBased

_OF_OAUTH_2 = {field.alias for field in Certified.model_fields.values()}
_OF_TBA = {field.alias for field in TokenBased.model_fields.values()}


class _Certified(_Model):
    netsuite: Certified


class _TokenBased(_Model):
    netsuite: TokenBased


def credentials_of(secret: Mapping[str, object]) -> Credentials:
    """Raises RefusedError, which names what is missing or wrong, never what is there."""
    part = secret.get("netsuite")
    given = set(part) if isinstance(part, Mapping) else set()
    kind = _TokenBased if given & _OF_TBA and not given & _OF_OAUTH_2 else _Certified
    try:
        return kind.model_validate(secret).netsuite
    except ValidationError as error:
        text = f"the NetSuite secret: {wrong_places(error)}"
        raise RefusedError(text, Fault.SECRET_UNUSABLE) from None
