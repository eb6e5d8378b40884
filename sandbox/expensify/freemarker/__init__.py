"""A small honest subset of FreeMarker: what is outside of it is refused, never left out.

Directives: ``list`` (with ``else``, ``sep`` and the loop variable's ``_has_next``, ``_index``),
``if``/``elseif``/``else``, ``assign``, comments. Expressions: see `expression`. As in FreeMarker, a
missing value, a boolean or a list in ``${...}`` is an error, and a number is written with
grouping (1,234), so that a template which forgets ``?c`` breaks here too.

Left out knowingly: FreeMarker's removal of white space around lines that hold directives only.

Source: freemarker.apache.org/docs, "Template Language Reference". Expensify's version and settings
of FreeMarker are *unverified*; 2.3.23 or later is needed for ``<#sep>``.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.expensify.freemarker.errors import TemplateError
from sandbox.expensify.freemarker.parser import parse
from sandbox.expensify.freemarker.values import Scope

__all__ = ["TemplateError", "render"]


def render(source: str, model: Mapping[str, Any]) -> str:
    """Raises TemplateError."""
    parts: list[str] = []
    scope = Scope(dict(model))
    for node in parse(source):
        node.render(scope, parts)
    return "".join(parts)
