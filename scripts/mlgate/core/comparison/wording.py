"""The comparison as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.comparison.sentences import number
from mlgate.core.outcome import Outcome
from mlgate.core.report.wording import power, standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.documents.comparison import ComparisonDocument, RuleResult

HEADERS = ("rule", "baseline", "candidate", "difference", "interval", "outcome")


def text(document: ComparisonDocument) -> str:
    """Return the outcome, the table of rules, and a sentence for each reason and each rule that does not pass."""
    lines = [f"compare-models: {document.outcome}"]
    if document.error is None:
        lines += [f"{reason.id}: {reason.message}" for reason in document.reasons]
    if document.holdout is not None:
        lines.append(f"holdout {document.holdout.path}: {document.holdout.rows:,} rows")
    if document.rules:
        lines += ["", *table([HEADERS, *(_row(rule) for rule in document.rules)]), ""]
    told = {reason.message for reason in document.reasons}
    open_ = [rule for rule in document.rules if rule.outcome is not Outcome.PASS or not rule.interval]
    open_ = [rule for rule in open_ if rule.message not in told]
    lines += [f"{rule.id}: {', '.join(rule.reasons)}: {rule.message}" for rule in open_]
    lines += [sentence] if (sentence := power(document)) else []
    lines += standing(document)
    return "\n".join(lines)


def _row(rule: RuleResult) -> tuple[str, ...]:
    signed = rule.against is not None
    interval = "-"
    if rule.interval is not None:
        interval = f"{number(rule.interval[0], signed=signed)} to {number(rule.interval[1], signed=signed)}"
    return (
        rule.id,
        number(rule.baseline),
        number(rule.candidate),
        number(rule.difference, signed=True),
        interval,
        str(rule.outcome),
    )


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with aligned columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
