"""The parts of a regular expression."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LAST = 0x10FFFF
Range = tuple[int, int]


class PatternError(ValueError):
    """The text is no regular expression of ECMA-262."""


class NoTranslationError(ValueError):
    """The expression has no equal in an engine's syntax."""


class Assertion(StrEnum):
    """What holds between two characters."""

    START = "^"
    END = "$"
    BOUNDARY = "b"
    NO_BOUNDARY = "B"


class Look(StrEnum):
    """Around what, as ECMA-262 writes it."""

    AHEAD = "?="
    NOT_AHEAD = "?!"
    BEHIND = "?<="
    NOT_BEHIND = "?<!"


@dataclass(frozen=True, kw_only=True)
class Category:
    """A general category of Unicode by its short name, or a script."""

    name: str
    negated: bool
    is_script: bool = False


@dataclass(frozen=True, kw_only=True)
class Characters:
    """One character of a set."""

    ranges: tuple[Range, ...] = ()
    categories: tuple[Category, ...] = ()
    negated: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    """A part in brackets; `number` where it captures."""

    body: Node
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class Around:
    """A look ahead or behind."""

    look: Look
    body: Node


@dataclass(frozen=True, kw_only=True)
class Again:
    """What a group has captured."""

    number: int


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """So many times; without `most`, any number."""

    body: Node
    least: int
    most: int | None
    lazy: bool


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """One after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of these, the first that leads to a match."""

    items: tuple[Node, ...]


Node = Characters | Assertion | Group | Around | Again | Repeat | Sequence | Choice


def complement(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """Return all other code points."""
    found, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    return (*found, (start, LAST)) if start <= LAST else tuple(found)
