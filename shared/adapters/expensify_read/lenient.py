"""Values as they may come: a number or a text with the number in it, null or an empty text."""

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel


def wire_name(name: str) -> str:
    """partner_user_id → partnerUserID, as Expensify writes it."""
    return re.sub("Id$", "ID", to_camel(name))


class Lenient(BaseModel):
    """Foreign data: what isn't asked for is left alone, and an id may come as a number."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        allow_inf_nan=False,
        alias_generator=wire_name,
    )


def _blank_to_none(value: object) -> object:
    """PHP writes an empty hash as an empty list."""
    return None if value in ("", []) else value


def _none_to_blank(value: object) -> object:
    return "" if value is None else value


type Text = Annotated[str, BeforeValidator(_none_to_blank)]
type Maybe[T] = Annotated[T | None, BeforeValidator(_blank_to_none)]
