"""What a record says of its version's worth, read without trust: a page is to be made of any log. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlgate.core.registry.log.entry import Entry


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the record that registered a version says of it.

    Attributes:
        outcome: The verdict's.
        measured: What the rules measured, by metric.
        format: The model file's.
        origin: Where the verdict came from: `ci` or `local`.
    """

    outcome: str | None = None
    measured: dict[str, float]
    format: str | None = None
    origin: str | None = None


def told(entry: Entry) -> Told:
    """Return what a record says; what is not of the right kind says nothing."""
    plain = json.loads(entry.data)
    verdict = plain.get("verdict")
    known = verdict if isinstance(verdict, dict) else {}
    return Told(
        outcome=_text(known.get("outcome")),
        measured=_measured(known.get("rules")),
        format=_text(plain.get("format")),
        origin=_text(plain.get("origin")),
    )


def origin(entry: Entry) -> str | None:
    """Return where a record's verdict came from."""
    return told(entry).origin if b'"origin":' in entry.data else None


def number(value: float) -> str:
    """Return a measured value for people."""
    return f"{value:.4g}"


def _measured(rules: Any) -> dict[str, float]:
    found: dict[str, float] = {}
    for rule in rules if isinstance(rules, list) else ():
        metric, value = (rule.get("metric"), rule.get("value")) if isinstance(rule, dict) else (None, None)
        if isinstance(metric, str) and isinstance(value, int | float):
            found.setdefault(metric, float(value))
    return found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
