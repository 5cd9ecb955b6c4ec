"""Each kind of table rule, read from its values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgate.core.config import grammar
from mlgate.core.config.contract import Comparison, Order, RuleKind, TableRule
from mlgate.core.config.parse_contract_limits import (
    category,
    change,
    column,
    columns,
    duration,
    fraction,
    limits,
    number,
    number_or_time,
    rows,
    severity,
)
from mlgate.core.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.config.cursor import Cursor
    from mlgate.core.config.parse_contract_limits import Read

    Reader = Callable[[Cursor, RuleKind, str], TableRule]

EXAMPLES = {
    RuleKind.PRIMARY_KEY: "primary-key: [id]",
    RuleKind.UNIQUE: "unique: [email]",
    RuleKind.ROW_COUNT: "row-count: {at-least: 1000}",
    RuleKind.ROWS_CHANGE: "rows-change: {at-most: 20%}",
    RuleKind.NULL_FRACTION: "null-fraction: {column: age, at-most: 0.05}",
    RuleKind.DISTINCT_COUNT: "distinct-count: {column: city, at-most: 500}",
    RuleKind.MIN: "min: {column: age, at-least: 0}",
    RuleKind.MAX: "max: {column: age, at-most: 120}",
    RuleKind.MEAN: "mean: {column: age, at-least: 30, at-most: 50}",
    RuleKind.STDDEV: "stddev: {column: age, at-most: 25}",
    RuleKind.SUM: "sum: {column: weight, at-least: 1}",
    RuleKind.QUANTILE: "quantile: {column: age, q: 0.99, at-most: 100}",
    RuleKind.SHARE: "share: {column: carrier, value: UA, at-most: 40%}",
    RuleKind.SORTED: "sorted: {by: time}",
    RuleKind.COMPARE: "compare: arrival >= departure",
    RuleKind.DUPLICATE_ROWS: "duplicate-rows: {at-most: 0.1%}",
    RuleKind.CONFLICTING_LABELS: "conflicting-labels: {label: delayed, ignore: [id]}",
    RuleKind.LABEL_BALANCE: "label-balance: {label: delayed, at-least: 5%}",
    RuleKind.FRESHNESS: "freshness: {column: time, within: 7d}",
    RuleKind.FOREIGN_KEY: "foreign-key: {columns: carrier, references: airlines}",
    RuleKind.NO_OVERLAP: "no-overlap: {with: train, by: [id]}",
}
WHOLE_ROW = "row"
COMPARED = re.compile(r"(\S.*?)\s+(>=|<=|==|!=|>|<)\s+(.*\S)")


def read_rule(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    """Return the rule that a value says; mistakes are noted, and reading goes on."""
    return _READERS[kind](cursor, kind, pointer)


def _entries(cursor: Cursor, keys: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, Cursor]:
    return cursor.mapping((*keys, "severity"), required=required)


def _key(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    if not isinstance(cursor.value, dict):
        return TableRule(kind=kind, pointer=pointer, columns=columns(cursor))
    entries = _entries(cursor, ("columns",) if kind is RuleKind.PRIMARY_KEY else ("columns", "at-most"), ("columns",))
    named = columns(entries["columns"]) if "columns" in entries else ()
    return TableRule(kind=kind, pointer=pointer, columns=named, at_most=_tolerance(entries), severity=severity(entries))


def _tolerance(entries: dict[str, Cursor]) -> float | None:
    return fraction(entries["at-most"]) if "at-most" in entries else None


def _of_table(read: Read) -> Reader:
    """Return the reader of a rule that limits something about the whole table."""

    def reader(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
        entries = _entries(cursor, ("at-least", "at-most"))
        low, high = limits(cursor, entries, read, EXAMPLES[kind])
        return TableRule(kind=kind, pointer=pointer, at_least=low, at_most=high, severity=severity(entries))

    return reader


def _of_column(read: Read) -> Reader:
    """Return the reader of a rule that limits something about one column."""

    def reader(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
        own = {RuleKind.QUANTILE: ("q",), RuleKind.SHARE: ("value",)}.get(kind, ())
        entries = _entries(cursor, ("column", *own, "at-least", "at-most"), ("column", *own))
        low, high = limits(cursor, entries, read, EXAMPLES[kind])
        return TableRule(
            kind=kind,
            pointer=pointer,
            columns=column(entries),
            q=entries["q"].number_within(0, 1, edges=True) if "q" in entries else None,
            value=category(entries["value"]) if "value" in entries else None,
            at_least=low,
            at_most=high,
            severity=severity(entries),
        )

    return reader


def _rows_change(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    entries = _entries(cursor, ("at-most",), ("at-most",))
    most = change(entries["at-most"]) if "at-most" in entries else None
    return TableRule(kind=kind, pointer=pointer, at_most=most, severity=severity(entries))


def _sorted(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    entries = _entries(cursor, ("by", "order", "strictly", "at-most"), ("by",))
    order = entries["order"].choice(Order) if "order" in entries else None
    return TableRule(
        kind=kind,
        pointer=pointer,
        columns=column(entries, "by"),
        order=order or Order.ASCENDING,
        strictly=bool(entries["strictly"].flag()) if "strictly" in entries else False,
        at_most=_tolerance(entries),
        severity=severity(entries),
    )


def _compare(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    if isinstance(cursor.value, str):
        match = COMPARED.fullmatch(cursor.value)
        if match is None or COMPARED.search(match[3]):
            cursor.expected(
                "two columns with one of >=, >, <=, <, ==, != between them, set off by spaces",
                "Write `compare: arrival >= departure`; for names with such signs or outer spaces "
                "`compare: {left: arrival, operator: '>=', right: departure}`.",
            )
            return TableRule(kind=kind, pointer=pointer)
        return TableRule(kind=kind, pointer=pointer, columns=(match[1], match[3]), comparison=Comparison(match[2]))
    keys = ("left", "operator", "right")
    entries = _entries(cursor, (*keys, "at-most"), keys)
    return TableRule(
        kind=kind,
        pointer=pointer,
        columns=(*column(entries, "left"), *column(entries, "right")),
        comparison=entries["operator"].choice(Comparison) if "operator" in entries else None,
        at_most=_tolerance(entries),
        severity=severity(entries),
    )


def _duplicate_rows(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    entries = _entries(cursor, ("at-most", "ignore"), ("at-most",))
    ignored = columns(entries["ignore"]) if "ignore" in entries else ()
    return TableRule(
        kind=kind, pointer=pointer, ignored=ignored, at_most=_tolerance(entries), severity=severity(entries)
    )


def _conflicting_labels(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    entries = _entries(cursor, ("label", "features", "ignore", "at-most"), ("label",))
    label = column(entries, "label")
    features = columns(entries["features"]) if "features" in entries else ()
    ignored = columns(entries["ignore"]) if "ignore" in entries else ()
    if features and ignored:
        cursor.problem("there are both `features` and `ignore`", "Keep one: the features, or what is none.")
    if label[0] in features:
        entries["features"].problem("the label is among the features", "Remove it there.")
    return TableRule(
        kind=kind,
        pointer=pointer,
        columns=(*label, *features),
        ignored=ignored,
        at_most=_tolerance(entries),
        severity=severity(entries),
    )


def _label_balance(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    entries = _entries(cursor, ("label", "at-least"), ("label", "at-least"))
    least = fraction(entries["at-least"]) if "at-least" in entries else None
    return TableRule(
        kind=kind, pointer=pointer, columns=column(entries, "label"), at_least=least, severity=severity(entries)
    )


def _freshness(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    entries = _entries(cursor, ("column", "within"), ("column", "within"))
    within = duration(entries["within"]) if "within" in entries else None
    return TableRule(kind=kind, pointer=pointer, columns=column(entries), within=within, severity=severity(entries))


def _foreign_key(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    entries = _entries(cursor, ("columns", "references", "key", "at-most"), ("columns", "references"))
    own = columns(entries["columns"]) if "columns" in entries else ()
    key = columns(entries["key"]) if "key" in entries else own
    if own and key and len(own) != len(key):
        message = f"`columns` names {len(own)} and `key` {len(key)}"
        entries["key"].problem(message, f"Name one column of the other table for each of {listed(own)}.")
    return TableRule(
        kind=kind,
        pointer=pointer,
        columns=own,
        other=_table(entries, "references"),
        other_columns=key,
        at_most=_tolerance(entries),
        severity=severity(entries),
    )


def _no_overlap(cursor: Cursor, kind: RuleKind, pointer: str) -> TableRule:
    entries = _entries(cursor, ("with", "by", "at-most"), ("with", "by"))
    whole = "by" in entries and entries["by"].value == WHOLE_ROW
    return TableRule(
        kind=kind,
        pointer=pointer,
        columns=columns(entries["by"]) if "by" in entries and not whole else (),
        other=_table(entries, "with"),
        whole_rows=whole,
        at_most=_tolerance(entries),
        severity=severity(entries),
    )


def _table(entries: dict[str, Cursor], key: str) -> str | None:
    return entries[key].text("a table's name", grammar.TABLE, grammar.TABLE_REMEDY) if key in entries else None


_READERS: dict[RuleKind, Reader] = {
    RuleKind.PRIMARY_KEY: _key,
    RuleKind.UNIQUE: _key,
    RuleKind.ROW_COUNT: _of_table(rows),
    RuleKind.ROWS_CHANGE: _rows_change,
    RuleKind.NULL_FRACTION: _of_column(fraction),
    RuleKind.DISTINCT_COUNT: _of_column(rows),
    RuleKind.MIN: _of_column(number_or_time),
    RuleKind.MAX: _of_column(number_or_time),
    RuleKind.MEAN: _of_column(number),
    RuleKind.STDDEV: _of_column(number),
    RuleKind.SUM: _of_column(number),
    RuleKind.QUANTILE: _of_column(number),
    RuleKind.SHARE: _of_column(fraction),
    RuleKind.SORTED: _sorted,
    RuleKind.COMPARE: _compare,
    RuleKind.DUPLICATE_ROWS: _duplicate_rows,
    RuleKind.CONFLICTING_LABELS: _conflicting_labels,
    RuleKind.LABEL_BALANCE: _label_balance,
    RuleKind.FRESHNESS: _freshness,
    RuleKind.FOREIGN_KEY: _foreign_key,
    RuleKind.NO_OVERLAP: _no_overlap,
}
