"""A contract's values to `Contract`: every mistake at once, each with its place and its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.config import grammar, row_schema
from mlgate.core.config.contract import Contract, RuleKind, TableRule
from mlgate.core.config.cursor import Cursor, Problems
from mlgate.core.config.model import Severity
from mlgate.core.words import did_you_mean, listed, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.config.node import Node

EXAMPLES = {
    RuleKind.PRIMARY_KEY: "primary-key: [id]",
    RuleKind.ROW_COUNT: "row-count: {at-least: 1000}",
    RuleKind.NULL_FRACTION: "null-fraction: {column: age, at-most: 0.05}",
    RuleKind.NO_OVERLAP: "no-overlap: {with: train, by: [id]}",
}
_KINDS = tuple(kind.value for kind in RuleKind)
_SCHEMA_WORDS = ("type", "properties", "required", "$schema", "$defs")
MAX_ROWS = 10**18


def parse(root: Node, file: str) -> Contract:
    """Return the contract that a tree of values says.

    Args:
        root: The values with their places.
        file: The file's name, for messages.

    Raises:
        ConfigError: With every mistake in the file.
    """
    problems = Problems(file=file)
    top = Cursor(node=root, name="", problems=problems)
    _check_top(top)
    problems.stop_if_any()
    entries = top.mapping(("row", "table"))
    row = _row(entries["row"]) if "row" in entries else {}
    rules = _rules(entries["table"]) if "table" in entries else ()
    problems.stop_if_any()
    return Contract(path=file, row=row, rules=rules, root=root)


def _check_top(top: Cursor) -> None:
    remedy = "A contract holds `row:`, a JSON Schema for one row, and `table:`, a list of rules for the whole table."
    if not isinstance(top.value, dict):
        what = "the file is empty" if top.value is None else f"expected a mapping, got {shown(top.node.plain())}"
        top.problem(what, remedy)
    elif not top.value:
        top.problem("the contract is empty", remedy)
    elif not any(key in top.value for key in ("row", "table")) and any(key in top.value for key in _SCHEMA_WORDS):
        top.problem("this is a JSON Schema, not a contract", "Write `row:` above it, and indent it by two spaces.")


def _row(cursor: Cursor) -> dict[str, Any]:
    if not isinstance(cursor.value, dict):
        cursor.expected("a JSON Schema", "Write `row: {type: object, properties: {...}}`.")
        return {}
    row: dict[str, Any] = cursor.node.plain()
    for mistake in row_schema.mistakes(row):
        place = cursor.node.at(mistake.pointer)
        if mistake.on_key:
            above, _, key = mistake.pointer.rpartition("/")
            place = cursor.node.find(above).keys.get(key.replace("~1", "/").replace("~0", "~"), place)
        cursor.problems.add(place, f"`row{mistake.pointer}`: {mistake.message}", mistake.remedy)
    return row


def _rules(cursor: Cursor) -> tuple[TableRule, ...]:
    found = []
    for number, item in enumerate(cursor.items("rules")):
        rule = _rule(item, number)
        if rule is not None:
            found.append(rule)
    return tuple(found)


def _rule(cursor: Cursor, number: int) -> TableRule | None:
    entries = cursor.entries(f"Write `- {EXAMPLES[RuleKind.PRIMARY_KEY]}`.")
    if not isinstance(cursor.value, dict):
        return None
    unknown = [key for key in entries if key not in _KINDS]
    for key in unknown:
        inside = "; it belongs inside the rule's own mapping" if key == "severity" else did_you_mean(key, _KINDS)
        cursor.problems.add(
            cursor.node.keys[key],
            f"`{cursor.name}`: unknown rule {shown(key)}{inside}",
            f"Rules are {listed(_KINDS)}, as in `- {EXAMPLES[RuleKind.NO_OVERLAP]}`.",
        )
    kinds = [RuleKind(key) for key in entries if key in _KINDS]
    if len(kinds) != 1:
        if kinds or not unknown:
            cursor.problem(f"expected one rule, got {len(kinds)}", "Begin each rule with its own `- `.")
        return None
    return _READERS[kinds[0]](entries[kinds[0].value], f"/table/{number}/{kinds[0].value}")


def _primary_key(cursor: Cursor, pointer: str) -> TableRule:
    columns, severity = cursor, Severity.FAIL
    if isinstance(cursor.value, dict):
        entries = cursor.mapping(("columns", "severity"), required=("columns",))
        severity = _severity(entries)
        if "columns" not in entries:
            return TableRule(kind=RuleKind.PRIMARY_KEY, pointer=pointer)
        columns = entries["columns"]
    return TableRule(kind=RuleKind.PRIMARY_KEY, pointer=pointer, columns=_columns(columns), severity=severity)


def _row_count(cursor: Cursor, pointer: str) -> TableRule:
    entries = cursor.mapping(("at-least", "at-most", "severity"))
    low = entries["at-least"].integer(0, MAX_ROWS) if "at-least" in entries else None
    high = entries["at-most"].integer(0, MAX_ROWS) if "at-most" in entries else None
    if isinstance(cursor.value, dict) and "at-least" not in entries and "at-most" not in entries:
        cursor.problem("the rule has no limit", f"Write `{EXAMPLES[RuleKind.ROW_COUNT]}`, `at-most`, or both.")
    if low is not None and high is not None and low > high:
        cursor.problem(f"at-least {low} is more than at-most {high}", "Correct one of them: no table can have both.")
    return TableRule(kind=RuleKind.ROW_COUNT, pointer=pointer, at_least=low, at_most=high, severity=_severity(entries))


def _null_fraction(cursor: Cursor, pointer: str) -> TableRule:
    entries = cursor.mapping(("column", "at-most", "severity"), required=("column", "at-most"))
    column = entries["column"].text("a column's name") if "column" in entries else None
    limit = entries["at-most"].number_within(0, 1, edges=True) if "at-most" in entries else None
    return TableRule(
        kind=RuleKind.NULL_FRACTION,
        pointer=pointer,
        columns=(column or "",),
        at_most=limit,
        severity=_severity(entries),
    )


def _no_overlap(cursor: Cursor, pointer: str) -> TableRule:
    entries = cursor.mapping(("with", "by", "severity"), required=("with", "by"))
    other = entries["with"].text("a table's name", grammar.TABLE, grammar.TABLE_REMEDY) if "with" in entries else None
    return TableRule(
        kind=RuleKind.NO_OVERLAP,
        pointer=pointer,
        columns=_columns(entries["by"]) if "by" in entries else (),
        other=other,
        severity=_severity(entries),
    )


_READERS: dict[RuleKind, Callable[[Cursor, str], TableRule]] = {
    RuleKind.PRIMARY_KEY: _primary_key,
    RuleKind.ROW_COUNT: _row_count,
    RuleKind.NULL_FRACTION: _null_fraction,
    RuleKind.NO_OVERLAP: _no_overlap,
}


def _columns(cursor: Cursor) -> tuple[str, ...]:
    """Return the columns of a list, or the one that is written without a list."""
    if isinstance(cursor.value, str):
        column = cursor.text("a column's name")
        return (column,) if column else ()
    return cursor.texts("columns")


def _severity(entries: dict[str, Cursor]) -> Severity:
    return (entries["severity"].choice(Severity) if "severity" in entries else None) or Severity.FAIL
