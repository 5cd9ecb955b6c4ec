"""A regular expression in RE2's syntax, where both mean the same; RE2 never backtracks."""

from __future__ import annotations

from mlgate.core.data.pattern.parse import parse
from mlgate.core.data.pattern.syntax import (
    LAST,
    Assertion,
    Category,
    Characters,
    Choice,
    Group,
    Node,
    NoTranslationError,
    PatternError,
    Range,
    Repeat,
    Sequence,
)

MAX_REPEAT = 1000  # RE2 refuses counted repetition beyond this, nested ones multiplied
_ASSERTIONS = {
    Assertion.START: r"\A",
    Assertion.END: r"\z",
    Assertion.BOUNDARY: r"\b",
    Assertion.NO_BOUNDARY: r"\B",
}


def to_re2(pattern: str) -> str:
    """Return `pattern` for RE2.

    Raises:
        NoTranslationError: With the construct that stands in the way.
    """
    try:
        text, weight = _said(parse(pattern))
    except PatternError as error:
        raise NoTranslationError(str(error)) from None
    if weight > MAX_REPEAT:
        raise NoTranslationError("a large repetition")
    return text


def _said(node: Node) -> tuple[str, int]:
    """Return the text of a part, and its largest product of nested repetition."""
    match node:
        case Characters():
            return _characters(node), 1
        case Assertion():
            return _ASSERTIONS[node], 1
        case Group():
            text, weight = _said(node.body)
            return f"(?:{text})", weight
        case Repeat():
            text, weight = _said(node.body)
            return text + times(node), weight * max(1, node.least, node.most or 0)
        case Sequence() | Choice():
            parts = [_said(item) for item in node.items]
            joint = "" if isinstance(node, Sequence) else "|"
            return joint.join(text for text, _ in parts), max((weight for _, weight in parts), default=1)
    raise NoTranslationError("look-around or a reference back")


def times(node: Repeat) -> str:
    """Return the quantifier of a repetition."""
    counts = {(0, None): "*", (1, None): "+", (0, 1): "?"}
    count = counts.get((node.least, node.most))
    if count is None:
        most = "" if node.most is None else str(node.most)
        count = f"{{{node.least}}}" if node.least == node.most else f"{{{node.least},{most}}}"
    return count + ("?" if node.lazy else "")


def _characters(node: Characters) -> str:
    if not node.ranges and not node.categories:
        return rf"[{'' if node.negated else '^'}\x{{0}}-\x{{{LAST:x}}}]"
    if len(node.ranges) == 1 and not node.categories and not node.negated and node.ranges[0][0] == node.ranges[0][1]:
        return _point(node.ranges[0][0])
    items = [*map(_range, node.ranges), *map(_category, node.categories)]
    return f"[{'^' if node.negated else ''}{''.join(items)}]"


def _range(ends: Range) -> str:
    low, high = ends
    return _point(low) if low == high else f"{_point(low)}-{_point(high)}"


def _category(item: Category) -> str:
    return rf"\{'P' if item.negated else 'p'}{{{item.name}}}"


def _point(code: int) -> str:
    char = chr(code)
    return char if char.isascii() and char.isalnum() else rf"\x{{{code:x}}}"
