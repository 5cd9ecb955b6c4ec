"""One line of `gate.rules`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.names import AVERAGES
from mlgate.core.config import grammar, quantities
from mlgate.core.config.model import BudgetKind, Rule, Severity, SliceBy
from mlgate.core.config.quantities import Margin
from mlgate.core.config.rule_subject import Subject, parse_budget, parse_metric
from mlgate.core.words import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.config.cursor import Cursor

    Entries = dict[str, Cursor]
    Read = Callable[[Cursor], float | None]

RULE = (
    "id",
    "metric",
    "budget",
    "against",
    "margin",
    "at-least",
    "at-most",
    "proven",
    "average",
    "beta",
    "alpha",
    "by",
    "slices",
    "severity",
)
SLICE = ("column", "bins")
MIN_BINS, MAX_BINS = 2, 100
MAX_BETA = 1000.0
Average = StrEnum("Average", {name.upper(): name for name in AVERAGES})  # type: ignore[misc] # made from the one list


def parse_rule(cursor: Cursor) -> Rule | None:
    """Return the rule that a mapping says; None where what it measures cannot be known."""
    entries = cursor.mapping(RULE)
    if not isinstance(cursor.value, dict):
        return None
    subject = _subject(cursor, entries)
    unit = _unit(subject)
    average = entries["average"].choice(Average) if "average" in entries else None
    margin = (quantities.share(entries["margin"]) or _margin(entries["margin"], unit)) if "margin" in entries else None
    given = entries["id"].text("a short text", grammar.RULE_ID, "Write one line of text.") if "id" in entries else None
    fields = {
        "against": entries["against"].text("a baseline's name") if "against" in entries else None,
        "at_least": unit(entries["at-least"]) if "at-least" in entries else None,
        "at_most": unit(entries["at-most"]) if "at-most" in entries else None,
        "proven": bool(entries["proven"].flag()) if "proven" in entries else False,
        "average": average.value if average else None,
        "beta": _inside(entries, "beta", MAX_BETA),
        "alpha": _inside(entries, "alpha", 1.0),
        "by": entries["by"].text("a column's name") if "by" in entries else None,
        "slices": _slices(entries["slices"]) if "slices" in entries else (),
        "severity": (entries["severity"].choice(Severity) if "severity" in entries else None) or Severity.FAIL,
    }
    _check_kind(cursor, entries)
    if subject is None:
        return None
    rule = Rule(
        id="",
        metric=subject.name,
        own=subject.own,
        budget=subject.budget,
        margin=margin.value if margin else None,
        relative=margin is not None and margin.relative,
        **fields,  # type: ignore[arg-type] # each is what its reader gives
    )
    return _named(rule, given or made_id(rule, entries))


def _named(rule: Rule, name: str) -> Rule:
    return Rule(**{**vars(rule), "id": name})


def _subject(cursor: Cursor, entries: Entries) -> Subject | None:
    if "metric" in entries and "budget" in entries:
        cursor.problem("the rule has both `metric` and `budget`", "Write one rule for each.")
    elif "metric" not in entries and "budget" not in entries:
        cursor.problem("`metric` is missing", "Add `metric: ...`, as in `{metric: roc_auc, at-least: 0.7}`.")
    elif "metric" in entries:
        return parse_metric(entries["metric"])
    else:
        return parse_budget(entries["budget"])
    return None


def _unit(subject: Subject | None) -> Read:
    """Return how the numbers of a rule are read."""
    kind = subject.budget.kind if subject and subject.budget else None
    if kind in (BudgetKind.MODEL_SIZE, BudgetKind.PEAK_MEMORY):
        return quantities.size
    return quantities.duration if kind is BudgetKind.TRAINING_TIME else quantities.number


def _margin(cursor: Cursor, unit: Read) -> Margin | None:
    if isinstance(cursor.value, str) and cursor.value.rstrip().endswith("%"):
        cursor.expected("a percentage", "Write it as `2%` or `0.5%`, with a minus sign to ask for an improvement.")
        return None
    value = unit(cursor)
    return None if value is None else Margin(value=value)


def _inside(entries: Entries, key: str, high: float) -> float | None:
    return entries[key].number_within(0, high, edges=False) if key in entries else None


def _slices(cursor: Cursor) -> tuple[SliceBy, ...]:
    if isinstance(cursor.value, str):
        cursor.expected("a list of columns", f"Write `slices: [{cursor.value:.60}]`.")
        return ()
    found: list[SliceBy] = []
    for item in cursor.items("columns", at_least=1):
        by = _slice(item)
        if by is not None and any(other.column == by.column for other in found):
            item.problem(f"{shown(by.column)} is named twice", "Name it once.")
        found += [by] if by is not None else []
    return tuple(found)


def _slice(cursor: Cursor) -> SliceBy | None:
    if not isinstance(cursor.value, dict):
        name = cursor.text("a column's name", remedy="Write a column, or `{column: distance, bins: 4}` for numbers.")
        return SliceBy(column=name) if name else None
    entries = cursor.mapping(SLICE, required=("column",))
    bins = entries["bins"].integer(MIN_BINS, MAX_BINS) if "bins" in entries else None
    column = entries["column"].text("a column's name") if "column" in entries else None
    return SliceBy(column=column, bins=bins) if column else None


def _check_kind(cursor: Cursor, entries: Entries) -> None:
    """Note a rule that compares with nothing, with two things, or by half of what a comparison needs."""
    kinds = [key for key in ("against", "at-least", "at-most") if key in entries]
    if not kinds:
        cursor.problem(
            "the rule compares with nothing",
            "Add `against: promoted` with a `margin`, or a limit: `at-least: 0.6` or `at-most: 0.3`.",
        )
    if len(kinds) > 1:
        cursor.problem(f"the rule has both {' and '.join(kinds)}", "Write one rule for each.")
    if kinds == ["against"] and "margin" not in entries:
        cursor.problem(
            "`margin` is missing",
            "Add the largest drop that you accept, in the metric's units or as a share of the baseline's value, as in "
            "`margin: 0.005` or `margin: 2%`; a negative one asks for an improvement.",
        )
    if "margin" in entries and "against" not in entries:
        entries["margin"].problem("a margin needs a baseline", "Add `against: ...`, or remove the margin.")
    if "proven" in entries and "against" in entries:
        entries["proven"].problem(
            "a rule against a baseline is always decided by its whole interval",
            "Remove `proven`; it belongs to `at-least` and `at-most`.",
        )


def made_id(rule: Rule, entries: Entries) -> str:
    """Return the name of a rule that was given none: what it measures, and against what."""
    name = f"{rule.metric}_{rule.average}" if rule.average else rule.metric
    for key, value in (("beta", rule.beta), ("alpha", rule.alpha)):
        name += f" {key} {value:.10g}" if value is not None else ""
    name += f" by {rule.by}" if rule.by else ""
    if rule.against is not None:
        name += f" vs {rule.against}"
    else:
        name += _limit_name(rule, entries)
    return name + (f" per {', '.join(map(_slice_name, rule.slices))}" if rule.slices else "")


def _slice_name(by: SliceBy) -> str:
    return by.column if by.bins is None else f"{by.column} in {by.bins}"


def _limit_name(rule: Rule, entries: Entries) -> str:
    key, sign = ("at-least", ">=") if rule.at_least is not None else ("at-most", "<=")
    written = entries[key].value if key in entries else 0
    if isinstance(written, str):  # a size or duration, as it stands in the file
        return f" {sign} {written}"
    return f" {sign} {rule.at_least if rule.at_least is not None else rule.at_most or 0:.10g}"
