"""In what two versions differ, in the words that people have for it. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlgate.core.documents.registry import RegistryDifference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.registry.log.state import Entry

# What every record has of its own, whatever it says of a version.
OWN = frozenset(("schema", "sequence", "previous", "event", "model", "version", "tag"))
_WORDS = {
    "actor": "registered by",
    "time": "registered",
    "commit": "commit",
    "merge": "merged as",
    "pull_request": "pull request",
    "origin": "judged by",
    "report_digest": "report",
    "format": "format",
    "runs_code": "loading runs code",
    "approved_by": "approved by",
    "signer": "signed by",
    "mlgate": "mlgate",
    "reason": "reason",
    "run.id": "run",
    "run.attempt": "attempt of the run",
    "run.url": "address of the run",
    "run.event": "what started the run",
    "verdict.outcome": "verdict",
    "verdict.reasons": "reasons of the verdict",
    "verdict.confidence": "confidence",
    "verdict.rows": "rows of the holdout",
    "digests.inputs": "all inputs",
    "digests.config": "configuration",
    "digests.holdout": "holdout",
    "digests.model": "model",
    "digests.predictions": "predictions",
}
_GROUPS = {"digests.data.": "table", "digests.contracts.": "contract", "artifacts.": "file"}
_RULE = {"value": "", "baseline": ", of the baseline", "outcome": ", the rule"}


def differences(
    old: Entry, new: Entry, measured: tuple[Mapping[str, float], Mapping[str, float]] = ({}, {})
) -> tuple[RegistryDifference, ...]:
    """Return in what two versions differ, as their records say, in the order of their fields.

    Args:
        old: What registered the one.
        new: What registered the other.
        measured: Further metrics of each, as its report has them.
    """
    left, right = (_all(entry, more) for entry, more in zip((old, new), measured, strict=True))
    fields = [*left, *(name for name in right if name not in left)]
    return tuple(
        RegistryDifference(what=name, name=words_for(name), old=left.get(name), new=right.get(name))
        for name in fields
        if left.get(name) != right.get(name)
    )


def words_for(field: str) -> str:
    """Return what people call a record's field."""
    if field in _WORDS:
        return _WORDS[field]
    for start, word in _GROUPS.items():
        if field.startswith(start):
            return f"{word} {field.removeprefix(start)}"
    metric, _, part = field.rpartition(".")
    return metric + _RULE[part] if metric and part in _RULE else field


def in_report(data: bytes | None) -> dict[str, float]:
    """Return the candidate's value of each metric that a report compares, whether or not a rule names it."""
    try:
        found = json.loads(data or b"")["comparison"]["metrics"]
        return {item["metric"]: float(item["candidate"]) for item in found if item["candidate"] is not None}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}  # of another mlgate, or none at all: the record has what the rules measured


def _all(entry: Entry, measured: Mapping[str, float]) -> dict[str, str]:
    said = _flat(entry.plain)
    return said | {name: text for name, text in _metrics(measured).items() if name not in said}


def _metrics(measured: Mapping[str, float]) -> dict[str, str]:
    return {f"{metric}.value": json.dumps(value) for metric, value in measured.items()}


def _flat(plain: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in plain.items():
        if name == "verdict":
            found |= _verdict(value)
        elif name == "artifacts":
            found |= {f"artifacts.{item['name']}": f"{item['digest']} ({item['size']} bytes)" for item in value}
        elif name not in OWN:
            found |= _parts(name, value)
    return found


def _verdict(verdict: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in verdict.items():
        found |= {} if name == "rules" else _parts(f"verdict.{name}", value)
    for rule in verdict.get("rules", ()):
        against = f" vs {rule['against']}" if rule.get("against") else ""
        found |= _parts(
            f"{rule['metric']}{against}", {key: rule[key] for key in ("value", "baseline", "outcome") if key in rule}
        )
    return found


def _parts(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        return {key: text for part, item in value.items() for key, text in _parts(f"{name}.{part}", item).items()}
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return {name: ", ".join(value)}
    return {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}
