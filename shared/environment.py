"""A function's environment variables, parsed once at cold start; all faults are listed at once."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import SettingsError


class Environment(BaseModel):
    """What the template gives to a function. Each function gets only what it needs."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    table: str = Field(alias="TABLE_NAME")
    bus: str = Field(default="", alias="BUS_NAME")
    watch_queue: str = Field(default="", alias="WATCH_QUEUE_URL")
    recover_queue: str = Field(default="", alias="RECOVER_QUEUE_URL")
    detect_queue: str = Field(default="", alias="DETECT_QUEUE_URL")
    notify_queue: str = Field(default="", alias="NOTIFY_QUEUE_URL")
    dead_letters: str = Field(default="", alias="INTAKE_DLQ_URL")
    people_topic: str = Field(default="", alias="PEOPLE_TOPIC_ARN")
    operators_topic: str = Field(default="", alias="OPERATORS_TOPIC_ARN")
    sender: str = Field(default="", alias="MAIL_SENDER")
    acts: Literal["on", "off"] = Field(default="on", alias="ACTS")


def environment(variables: Mapping[str, str]) -> Environment:
    """Raises SettingsError that names every missing or wrong variable, without its value."""
    try:
        return Environment.model_validate(dict(variables))
    except ValidationError as error:
        names = ", ".join(f"{e['loc'][0]} ({e['type']})" for e in error.errors(include_input=False))
        raise SettingsError(f"environment: {names}") from None
