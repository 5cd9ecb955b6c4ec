"""`mlgate-waivers.yml`: failing rules that somebody answers for, until a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mlgate.core.config import grammar
from mlgate.core.config.cursor import Cursor, Problems

if TYPE_CHECKING:
    from mlgate.core.config.node import Node

WAIVER = ("rule", "slice", "reason", "who", "until")
REQUIRED = ("rule", "reason", "who", "until")
EXAMPLE = "- {rule: recall >= 0.6, reason: New labels come in May., who: jane@example.org, until: 2026-05-31}"
LINE = re.compile(r"(?=.*\S)[^\x00-\x1f\x7f]{1,300}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """One line of the file.

    Attributes:
        rule: The id of a rule.
        reason: Why it may fail, in its author's words.
        who: Who answers for it.
        until: The last day on which it counts, as `2026-12-31`.
        slice: The slice that it covers; None for the whole rule.
    """

    rule: str
    reason: str
    who: str
    until: str
    slice: str | None = None

    def covers(self, rule: str, part: str | None) -> bool:
        """Return whether it is about a result of a rule, on a slice or on the whole holdout."""
        return self.rule == rule and self.slice in (None, part)


def parse(root: Node, file: str) -> tuple[Waiver, ...]:
    """Return the waivers that a tree of values says; an empty file has none.

    Args:
        root: The values with their places.
        file: The file's name, for messages.

    Raises:
        ConfigError: With every mistake in the file.
    """
    problems = Problems(file=file)
    top = Cursor(node=root, name="", problems=problems)
    if root.content is None:
        return ()
    if not isinstance(root.content, list):
        top.expected("a list of waivers", f"Write `{EXAMPLE}`.")
    found = [_waiver(item) for item in (top.items("waivers") if isinstance(root.content, list) else [])]
    problems.stop_if_any()
    return tuple(waiver for waiver in found if waiver is not None)


def _waiver(cursor: Cursor) -> Waiver | None:
    entries = cursor.mapping(WAIVER, required=REQUIRED)

    def text(key: str, what: str, pattern: re.Pattern[str] = LINE) -> str | None:
        return entries[key].text(what, pattern, "Write one line of text.") if key in entries else None

    rule = text("rule", "a rule's id", grammar.RULE_ID)
    reason, who = text("reason", "a reason, on one line"), text("who", "a name or an address")
    until = _day(entries["until"]) if "until" in entries else None
    part = text("slice", "a slice's name, as `carrier = AA`")
    if rule is None or reason is None or who is None or until is None:
        return None
    return Waiver(rule=rule, reason=reason, who=who, until=until, slice=part)


def _day(cursor: Cursor) -> str | None:
    """Return a day that the calendar has."""
    value = cursor.text("a day", DAY, "Write the last day on which the waiver counts, as in `2026-12-31`.")
    try:
        return None if value is None else date.fromisoformat(value).isoformat()
    except ValueError:
        cursor.expected("a day that the calendar has", "Write it as in `2026-12-31`.")
        return None
