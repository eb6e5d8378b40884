"""One error for all that a template can do wrong."""


class TemplateError(Exception):
    """The template can't be read or not be filled in; the text says what and where."""


class MissingValueError(TemplateError):
    """Something was null or not there where a value is needed."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The following has evaluated to null or missing: ==> {what}")
