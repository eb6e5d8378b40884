"""Cuts a template into texts, ``${...}`` and ``<#...>``; comments are dropped here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sandbox.expensify.freemarker.errors import TemplateError

_OPENING = re.compile(r"<#--|\$\{|</?#[a-zA-Z_]*|#\{|</?@")
_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """``name``: of a directive, with a slash when it closes one. ``body``: what is inside."""

    kind: Literal["text", "interpolation", "directive"]
    body: str
    line: int
    name: str = ""


def scan(source: str) -> Iterator[Piece]:
    at = 0
    while found := _OPENING.search(source, at):
        if found.start() > at:
            yield Piece("text", source[at : found.start()], _line(source, at))
        piece, at = _opened(source, found)
        if piece:
            yield piece
    if at < len(source):
        yield Piece("text", source[at:], _line(source, at))


def _opened(source: str, found: re.Match[str]) -> tuple[Piece | None, int]:
    opening, line = found.group(), _line(source, found.start())
    if opening == "<#--":
        return None, _after(source, "-->", found.end(), line)
    if opening == "${":
        end = _end(source, "}", found.end(), line)
        return Piece("interpolation", source[found.end() : end], line), end + 1
    if opening.endswith(("@", "{")):
        raise TemplateError(f"line {line}: {opening} is not supported")
    end = _end(source, ">", found.end(), line)
    name = opening.replace("<", "").replace("#", "")
    return Piece("directive", source[found.end() : end].strip(), line, name), end + 1


def _end(source: str, closing: str, at: int, line: int) -> int:
    """Where the tag ends; a closing character inside a string ends nothing."""
    while at < len(source) and source[at] != closing:
        string = _STRING.match(source, at)
        at = string.end() if string else at + 1
    if at >= len(source):
        raise TemplateError(f"line {line}: no {closing} to what begins here")
    return at


def _after(source: str, closing: str, at: int, line: int) -> int:
    found = source.find(closing, at)
    if found < 0:
        raise TemplateError(f"line {line}: no {closing} to what begins here")
    return found + len(closing)


def _line(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1
