"""`netsuite.json`, read once and checked."""

from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints

from shared.domain.advice import Advice, Catalogue
from shared.domain.notice import Role

type Sentence = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Entry(_Model):
    meaning: Sentence
    role: Role
    steps: tuple[Sentence, ...] = Field(min_length=1)
    retry: bool = True


class _CodeEntry(_Entry):
    code: str = Field(pattern=r"^NS[0-9]{4}$")
    text: Sentence
    source: HttpUrl


class _File(_Model):
    codes: tuple[_CodeEntry, ...]
    unknown: _Entry
    without_code: _Entry


@cache
def catalogue() -> Catalogue:
    """Raises pydantic's ValidationError if the file that we ship is broken."""
    return parsed(files("shared.catalogue").joinpath("netsuite.json").read_bytes())


def parsed(content: bytes) -> Catalogue:
    file = _File.model_validate_json(content)
    entries = {
        e.code: _advice(e, code=e.code, text=e.text, source=str(e.source)) for e in file.codes
    }
    return Catalogue(entries, _advice(file.unknown), _advice(file.without_code))


def _advice(entry: _Entry, code: str = "", text: str = "", source: str = "") -> Advice:
    return Advice(code, text, entry.meaning, entry.steps, entry.role, entry.retry, source)
