"""A regular expression in Python's syntax, where both mean the same: for what a linear-time engine cannot say."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlgate.core.data.pattern.categories import ranges_of
from mlgate.core.data.pattern.parse import parse
from mlgate.core.data.pattern.re2 import times
from mlgate.core.data.pattern.syntax import (
    LAST,
    Again,
    Around,
    Assertion,
    Category,
    Characters,
    Choice,
    Group,
    Look,
    Node,
    NoTranslationError,
    PatternError,
    Range,
    Repeat,
    Sequence,
    complement,
)

_ASSERTIONS = {
    Assertion.START: r"\A",
    Assertion.END: r"\Z",
    Assertion.BOUNDARY: r"\b",
    Assertion.NO_BOUNDARY: r"(?!\b)",  # in empty text too, where older versions find no `\B`
}


def to_python(pattern: str) -> str:
    """Return `pattern` for `re` with the flag `ASCII`.

    Raises:
        NoTranslationError: With the construct that stands in the way.
    """
    try:
        return _Writer().said(parse(pattern), may_be_lost=False)
    except PatternError as error:
        raise NoTranslationError(str(error)) from None


@dataclass(kw_only=True)
class _Writer:
    """Writes a pattern, knowing the groups that are closed.

    Attributes:
        sure: Groups whose captures mean the same in both languages.
            ECMA-262 forgets what a group has captured when a repetition around it begins again, or when it looked for
            what must not be there; Python does not.
    """

    sure: set[int] = field(default_factory=set)

    def said(self, node: Node, *, may_be_lost: bool) -> str:
        match node:
            case Characters():
                return _characters(node)
            case Assertion():
                return _ASSERTIONS[node]
            case Again():
                return self._again(node)
            case Around():
                # Look-behind reads backwards, so its groups take other parts.
                lost = may_be_lost or node.look is not Look.AHEAD
                return f"({node.look}{self.said(node.body, may_be_lost=lost)})"
            case Group():
                return self._group(node, may_be_lost=may_be_lost)
            case Repeat():
                lost = may_be_lost or node.most != node.least or node.most != 1
                return f"(?:{self.said(node.body, may_be_lost=lost)}){times(node)}"
            case Sequence():
                return "".join(self.said(item, may_be_lost=may_be_lost) for item in node.items)
            case Choice():
                return "|".join(self.said(item, may_be_lost=may_be_lost) for item in node.items)

    def _group(self, node: Group, *, may_be_lost: bool) -> str:
        text = self.said(node.body, may_be_lost=may_be_lost)
        if node.number is None:
            return f"(?:{text})"
        if not may_be_lost:
            self.sure.add(node.number)
        return f"({text})"

    def _again(self, node: Again) -> str:
        if node.number not in self.sure:
            raise NoTranslationError("a reference to a group that comes later, or is repeated")
        # A group that took no part matches nothing in ECMA-262, and nothing at all in Python.
        return rf"(?({node.number})\{node.number}|)"


def _characters(node: Characters) -> str:
    ranges = (*node.ranges, *(ends for item in node.categories for ends in _category(item)))
    chosen = complement(ranges) if node.negated else ranges
    if not chosen:
        return "(?!)"
    if chosen == ((0, LAST),):
        return r"[\s\S]"
    return f"[{''.join(map(_range, chosen))}]"


def _category(item: Category) -> tuple[Range, ...]:
    if item.is_script:
        raise NoTranslationError("a script of Unicode beside look-around or a reference back")
    ranges = ranges_of(item.name)
    return complement(ranges) if item.negated else ranges


def _range(ends: Range) -> str:
    low, high = ends
    return _point(low) if low == high else f"{_point(low)}-{_point(high)}"


def _point(code: int) -> str:
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\U{code:08x}"
