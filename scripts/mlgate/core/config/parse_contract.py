"""A contract's values to `Contract`: every mistake at once, each with its place and its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.config.contract import Contract, RuleKind, TableRule
from mlgate.core.config.cursor import Cursor, Problems
from mlgate.core.config.parse_contract_rules import EXAMPLES, read_rule
from mlgate.core.config.plain_row import is_plain, speaks_of
from mlgate.core.words import did_you_mean, listed, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.config.node import Node
    from mlgate.core.config.row_schema import Mistake

_KINDS = tuple(kind.value for kind in RuleKind)
_SCHEMA_WORDS = ("type", "properties", "required", "$schema", "$defs")


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
    rules = _rules(entries["table"], row) if "table" in entries else ()
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
    for mistake in _mistakes(row):
        place = cursor.node.at(mistake.pointer)
        if mistake.on_key:
            above, _, key = mistake.pointer.rpartition("/")
            place = cursor.node.find(above).keys.get(key.replace("~1", "/").replace("~0", "~"), place)
        cursor.problems.add(place, f"`row{mistake.pointer}`: {mistake.message}", mistake.remedy)
    if not cursor.problems.found and speaks_of(row, "redact"):
        _refuse_unnamed_redactions(cursor, row)
    return row


def _mistakes(row: dict[str, Any]) -> Iterable[Mistake]:
    if is_plain(row):
        return ()
    from mlgate.core.config import row_schema  # noqa: PLC0415 - it imports jsonschema, which few contracts need

    return row_schema.mistakes(row)


def _refuse_unnamed_redactions(cursor: Cursor, row: dict[str, Any]) -> None:
    from mlgate.core.config.redaction import unnamed_redactions  # noqa: PLC0415 - it imports the compiler of checks

    for pointer in unnamed_redactions(row):
        cursor.problems.add(
            cursor.node.at(pointer.removeprefix("/row")),
            f"`{pointer.removeprefix('/')}`: `redact` hides columns, and here none is named",
            "Name each column that must stay hidden under `properties`, with `redact: true`.",
        )


def _rules(cursor: Cursor, row: dict[str, Any]) -> tuple[TableRule, ...]:
    if not isinstance(cursor.value, list):
        named = next((kind for kind in RuleKind if isinstance(cursor.value, dict) and kind in cursor.value), None)
        example = EXAMPLES[named or RuleKind.PRIMARY_KEY]
        cursor.expected("a list of rules", f"Begin each rule with `- `, as in `- {example}`.")
        return ()
    found = []
    for number, item in enumerate(cursor.items("rules")):
        rule = _rule(item, number)
        if rule is not None:
            _check_columns(item, rule, row)
            found.append(rule)
    return tuple(found)


def _check_columns(cursor: Cursor, rule: TableRule, row: dict[str, Any]) -> None:
    """Note columns that no right table can have: those that a closed row schema does not name."""
    declared = row.get("properties", {})
    if row.get("additionalProperties") is not False or "patternProperties" in row or not isinstance(declared, dict):
        return
    for name in rule.columns:
        if name and name not in declared:
            close = did_you_mean(name, declared)
            cursor.problem(
                f"the row has no column {shown(name)}{close}",
                "Declare it under `row.properties`, which names all columns: `additionalProperties` is false.",
            )


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
    return read_rule(entries[kinds[0].value], kinds[0], f"/table/{number}/{kinds[0].value}")
