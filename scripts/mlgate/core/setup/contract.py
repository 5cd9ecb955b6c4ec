"""A first contract, from what a table holds: tight where the data is clearly so, and a question where it is not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.setup.profile import Column, Kind, Profile, is_listed, unique_columns, widened
from mlgate.core.setup.scalars import flow, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL = 20  # rows for each whole number of a range without a gap: then the range is one, such as 1 to 12
MANY = 50  # rows before likeness of texts, or a name's meaning, is more than chance
_KEY_NAME = re.compile(r"(?:.*[_-])?(?:id|key|uuid|guid)", re.IGNORECASE)
_WORDS = re.compile(r"[A-Za-z][a-z]*|[A-Z]+")
# Ranges that a column's name means, if its numbers keep to them.
_NAMED_RANGES: dict[str, tuple[float, float]] = {
    "lat": (-90, 90),
    "latitude": (-90, 90),
    "lon": (-180, 180),
    "lng": (-180, 180),
    "longitude": (-180, 180),
    "percent": (0, 100),
    "percentage": (0, 100),
    "pct": (0, 100),
}


@dataclass(frozen=True, kw_only=True)
class Known:
    """What somebody has said of the table.

    Attributes:
        key: The column that names a row.
        label: The column that is predicted; its classes are always listed, where there are few.
        holds_for_other: Whether all of it is to hold for the other table too, not its values alone.
        without_overlap: Name of a table that may share no key with this one.
        command: What writes the contract, for its first line.
    """

    key: str | None = None
    label: str | None = None
    holds_for_other: bool = False
    without_overlap: str | None = None
    command: str = "mlgate contract infer"


def contract_text(profile: Profile, other: Profile | None, known: Known) -> str:
    """Return a contract that a table satisfies as it is, inferred from its columns.

    Args:
        profile: The table.
        other: Another table with the same columns, whose values are allowed too.
        known: What need not be inferred.
    """
    columns = [widened(c, other.by_name.get(c.name) if other else None) for c in profile.columns]
    tables = [profile, other] if other is not None and known.holds_for_other else [profile]
    lines = [
        f"# Inferred from the data by `{known.command}`: read it, and promise what you mean.",
        "# Every TODO is something that the data cannot tell.",
        "row: # JSON Schema for one row",
        "  type: object",
        f"  properties:{'' if any(not column.not_finite for column in columns) else ' {}'}",
        *(line for column in columns for line in _property(column, tables, known)),
        f"  required: {flow(c.name for c in columns if not _may_lack(c.name, tables))}",
        "  # TODO: may other columns come along? `additionalProperties: false` says no.",
        "table: # rules for the whole table",
        *_rules(columns, tables, known),
    ]
    return "\n".join(lines) + "\n"


def _may_lack(name: str, tables: list[Profile]) -> bool:
    return any(name not in table.by_name or (table.may_lack and table.by_name[name].nulls > 0) for table in tables)


def _share_of_null(name: str, table: Profile) -> float:
    return table.by_name[name].nulls / table.rows if name in table.by_name and table.rows else 0.0


def _property(column: Column, tables: list[Profile], known: Known) -> Iterator[str]:
    profile = tables[0]
    if column.not_finite:
        yield f"    # {scalar(column.name)}: {{type: number}}"
        yield f"    # TODO: {column.not_finite:,} of its values are NaN or infinite, which no contract lets pass."
        return
    parts, question = _schema(column, tables, known)
    yield f"    {scalar(column.name)}: {{{', '.join(parts)}}}{_facts(column, profile)}"
    if question:
        yield f"    # TODO: {question}"


def _schema(column: Column, tables: list[Profile], known: Known) -> tuple[list[str], str | None]:
    """Return the parts of a column's schema, and what is to be asked about it."""
    profile = tables[0]
    if column.distinct == 0:
        return [], "no row has a value: which type is it?"
    if column.kind is Kind.OTHER:
        return [], "its values are of no one type that a contract can name"
    null = any(_share_of_null(column.name, table) > 0 for table in tables)
    parts = [f'type: [{column.kind}, "null"]' if null else f"type: {column.kind}"]
    if column.stand_in is not None:
        return parts, _about_stand_in(column)
    if _listed(column, profile, known):
        return [*parts, f"enum: {flow(column.values)[:-1]}{', null' if null else ''}]"], None
    if column.kind in (Kind.INTEGER, Kind.NUMBER):
        return parts + _limits(column, profile), None
    return (parts + _likeness(column, profile, known)), None


def _about_stand_in(column: Column) -> str:
    token, count = column.stand_in or ("", 0)
    dialect = f"dialect: {{nulls: {flow(['', token])}}}"
    return (
        f"numbers but for {count:,} cells {scalar(token)}: if that means null, declare `{dialect}` in the "
        f'configuration and write `{{type: [{column.numbers}, "null"]}}`.'
    )


def _listed(column: Column, profile: Profile, known: Known) -> bool:
    if column.name == known.key:
        return False
    is_class = column.name == known.label and column.kind in (Kind.STRING, Kind.INTEGER) and len(column.values) > 1
    return is_class or is_listed(column, profile.rows)


def _limits(column: Column, profile: Profile) -> list[str]:
    """Return the limits of a number that are clear."""
    certain = _certain_range_of(column, profile)
    if certain:
        return [f"minimum: {_number(certain[0])}", f"maximum: {_number(certain[1])}"]
    return ["minimum: 0"] if column.minimum is not None and column.minimum >= 0 else []


def _certain_range_of(column: Column, profile: Profile) -> tuple[float, float] | None:
    """Return the range that a number must be in for certain: one without gaps, a fraction, or what its name means."""
    low, high = column.minimum, column.maximum
    if low is None or high is None:
        return None
    width = high - low + 1
    if column.kind is Kind.INTEGER and 2 < column.distinct == width and profile.rows >= FULL * width:
        return low, high
    if profile.rows < MANY:
        return None
    if column.kind is Kind.NUMBER and low >= 0 and high <= 1:
        return 0, 1
    for word in _WORDS.findall(column.name):
        named = _NAMED_RANGES.get(word.lower())
        if named and named[0] <= low and high <= named[1]:
            return named
    return None


def _likeness(column: Column, profile: Profile, known: Known) -> list[str]:
    """Return what all texts have in common, where there are enough of them or they name the rows."""
    if column.format is not None:
        return [f"format: {column.format}"]
    if column.pattern is not None and (profile.rows >= MANY or column.name == known.key):
        return [f"pattern: {scalar(column.pattern)}"]
    return []


def _facts(column: Column, profile: Profile) -> str:
    """Return a remark on what was seen; numbers alone, for a value may be anything."""
    facts = []
    if column.distinct > 1 and column.kind is not Kind.BOOLEAN and not column.values:
        facts.append(f"{column.distinct:,} values")
    if column.span is not None:
        facts.append(" to ".join(dict.fromkeys(column.span)))
    if column.distinct == 1 and column.minimum is not None and column.minimum == column.maximum:
        facts.append(f"always {_number(column.minimum)}")
    if column.minimum is not None and column.maximum is not None and column.minimum < column.maximum:
        facts.append(f"{_number(column.minimum)} to {_number(column.maximum)}")
    if column.lengths is not None and not column.values and column.format is None:
        low, high = column.lengths
        facts.append(f"{low} characters" if low == high else f"{low} to {high} characters")
    if 0 < column.nulls < profile.rows:
        facts.append(f"{column.nulls / profile.rows:.2%} null")
    if column.minimum is not None and column.minimum < 0 and _certain_range_of(column, profile) is None:
        facts.append("TODO: which limits?")
    return f" # {'; '.join(facts)}" if facts else ""


def _number(value: float) -> str:
    return str(int(value)) if abs(value) < 2**53 and value == int(value) else repr(value)


def _rules(columns: list[Column], tables: list[Profile], known: Known) -> Iterator[str]:
    yield from _key(tables, known)
    counts = " and ".join(f"{table.rows:,}" for table in tables)
    yield f"  - row-count: {{at-least: {min(table.rows for table in tables) // 2}}} # {counts} when this was written"
    for column in columns:
        shares = [_share_of_null(column.name, table) for table in tables]
        if 0 < max(shares) < 1:
            limit = min(1.0, math.ceil(round(150 * max(shares) + 1, 6)) / 100)
            rule = f"{{column: {scalar(column.name)}, at-most: {limit:g}}}"
            seen = " and ".join(f"{share:.2%}" for share in shares)
            yield f"  - null-fraction: {rule} # {seen} when this was written"
    if known.without_overlap is not None and known.key is not None:
        yield f"  - no-overlap: {{with: {known.without_overlap}, by: {flow([known.key])}}}"


def _key(tables: list[Profile], known: Known) -> Iterator[str]:
    others = [set(unique_columns(table)) for table in tables[1:]]
    unique = [name for name in unique_columns(tables[0]) if all(name in other for other in others)]
    key = known.key or next((name for name in unique if _KEY_NAME.fullmatch(name)), None)
    if key is None and len(unique) == 1 and tables[0].rows >= MANY:
        key = unique[0]
    if key is not None:
        yield f"  - primary-key: {flow([key])}"
        return
    if unique:
        yield "  # TODO: which columns name a row? More than one could, or the rows are too few to tell."
        yield f"  # - primary-key: {flow(unique[:1])}"
    else:
        yield "  # TODO: which columns name a row? No single column does."
        yield "  # - primary-key: [column, column]"
