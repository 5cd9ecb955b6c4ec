"""The comparison as text for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.comparison.sentences import number
from mlgate.core.outcome import Outcome
from mlgate.core.report import numbers as amounts
from mlgate.core.report import recipe, slices
from mlgate.core.report.wording import power, standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.documents.comparison import ComparisonDocument, RuleResult, WeakSlice

HEADERS = ("rule", "baseline", "candidate", "difference", "interval", "outcome")
MOST_SLICES = 20


def text(document: ComparisonDocument) -> str:
    """Return the outcome, the table of rules, and a sentence for each reason and each rule that does not pass."""
    lines = [f"compare-models: {document.outcome}"]
    if document.error is None:
        lines += [f"{reason.id}: {reason.message}" for reason in document.reasons]
    if document.holdout is not None:
        lines.append(f"holdout {document.holdout.path}: {document.holdout.rows:,} rows")
    whole, groups = slices.whole(document.rules), slices.grouped(document.rules)
    if whole:
        lines += ["", *table([HEADERS, *(_row(rule) for rule in whole)]), ""]
    told = {reason.message for reason in document.reasons}
    open_ = [rule for rule in whole if rule.outcome is not Outcome.PASS or (rule.reasons and not rule.interval)]
    open_ = [rule for rule in open_ if rule.message not in told]
    lines += [f"{rule.id}: {', '.join(rule.reasons)}: {rule.message}" for rule in open_]
    lines += [line for group in groups for line in _by_slice(group)]
    lines += _found(document)
    lines += [sentence] if (sentence := power(document)) else []
    lines += standing(document)
    lines += recipe.sentences(document)
    return "\n".join(lines)


def _by_slice(group: slices.Group) -> list[str]:
    """Return how many slices of a rule came to what, and a table of those that do not pass."""
    open_, _ = slices.ranked([group])
    rows = [(rule.slice or "", str(rule.n), *_row(rule)[1:]) for rule in open_[:MOST_SLICES]]
    more = len(open_) - len(rows)
    listed = table([("slice", "rows", *HEADERS[1:]), *rows]) if rows else []
    return [
        "",
        f"{group.id}, by slice: {group.tally}",
        *listed,
        *([f"and {more:,} more in comparison.json"] if more else []),
        *(
            f"{rule.slice}: {', '.join(rule.reasons)}: {rule.message}"
            for rule in open_[:MOST_SLICES]
            if not rule.interval
        ),
    ]


def _found(document: ComparisonDocument) -> list[str]:
    """Return the weak slices that no rule asks for."""
    if document.search is None or not document.slices:
        return []
    head = ("slice", "metric", "against", "rows", "difference", "shrunk", "wider interval", "q-value")
    return ["", slices.looked_at(document), *table([head, *map(_weak_row, document.slices[:MOST_SLICES])])]


def _weak_row(weak: WeakSlice) -> tuple[str, ...]:
    interval = f"{number(weak.interval[0], signed=True)} to {number(weak.interval[1], signed=True)}"
    numbers = (number(weak.difference, signed=True), number(weak.shrunk, signed=True), interval, number(weak.q_value))
    return (weak.slice, weak.metric, weak.against, str(weak.n), *numbers)


def _values(rule: RuleResult) -> tuple[str, str, str]:
    """Return both values and the difference; of a budget with its unit."""
    if rule.unit:
        shown = (
            amounts.number(rule.baseline, unit=rule.unit),
            amounts.number(rule.candidate, unit=rule.unit),
            amounts.signed(rule.difference, unit=rule.unit),
        )
        baseline, candidate, difference = ("-" if text == amounts.NONE else text for text in shown)
        return baseline, candidate, difference
    return number(rule.baseline), number(rule.candidate), number(rule.difference, signed=True)


def _row(rule: RuleResult) -> tuple[str, ...]:
    signed = rule.against is not None
    interval = "-"
    if rule.interval is not None:
        interval = f"{number(rule.interval[0], signed=signed)} to {number(rule.interval[1], signed=signed)}"
    return (
        rule.id,
        *_values(rule),
        interval,
        str(rule.outcome),
    )


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with aligned columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
