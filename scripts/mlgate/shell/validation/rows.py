"""The checks with no compiled form: rows through `jsonschema`, one by one, with nothing fetched."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jsonschema_specifications import REGISTRY
from referencing.exceptions import Unresolvable

from mlgate.core.data.cell import decimal_value, value_of
from mlgate.core.data.compile import References
from mlgate.core.data.ir import Kind, Storage
from mlgate.core.data.query import LOCATED, ROW, candidates
from mlgate.core.numbers import LARGEST
from mlgate.shell.validation.judging import NoNumber, Stamp, own_dialect, validator
from mlgate.shell.validation.matching import Patterns, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import duckdb
    from jsonschema.exceptions import ValidationError
    from referencing import Registry

    from mlgate.core.data.ir import Plan
    from mlgate.core.data.query import Table

BATCH = 2000
_DATED = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]")  # no other year, no era, and not infinite


MAX_DIGITS = 4000  # of a whole number; Python refuses to read longer ones, which are no doubles anyway


@dataclass
class Failures:
    """The rows that break one construct."""

    column: str | None
    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, row: int) -> None:
        """Count a row."""
        self.count += 1
        if len(self.rows) < LOCATED:
            self.rows.append(row)


def accepts_null(schema: Mapping[str, Any], column: str) -> bool:
    """Return whether null satisfies the schema of a column; a schema that cannot be evaluated accepts nothing."""
    own = own_dialect(schema)
    try:
        return next(_property_errors(validator(own, Patterns()), own, column, None), None) is None
    except UnsupportedError:
        return False


def check_rows(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    plan: Plan,
    schema: Mapping[str, Any],
    registry: Registry[Any] = REGISTRY,
) -> dict[str, Failures]:
    """Return what rows break of a plan's uncompiled constructs, by JSON pointer.

    Args:
        connection: The engine.
        table: The file.
        plan: What is compiled.
        schema: Of a row.
        registry: What references may lead to outside of it: the parts of JSON Schema's own schema.

    Raises:
        UnsupportedError: Naming the construct.
    """
    own, patterns = own_dialect(schema), Patterns(connection)
    root = validator(own, patterns, registry)
    judge = _Judge(table=table, plan=plan, schema=own, root=root, references=References(own))
    found: dict[str, Failures] = {}
    for batch in _batches(connection, judge):
        patterns.begin([row for _, row in batch])
        for number, row in batch:
            # A row that breaks a construct in several ways counts once.
            for pointer, column in dict(judge.broken(row)).items():
                found.setdefault(pointer, Failures(column)).add(number)
    return dict(sorted(found.items()))


@dataclass(frozen=True, kw_only=True)
class _Judge:
    """How cells become a row, and which constructs judge it.

    Attributes:
        table: The file.
        plan: What is compiled.
        schema: The whole row schema.
        root: Its validator.
        references: Where a keyword stands, through references.
    """

    table: Table
    plan: Plan
    schema: Mapping[str, Any]
    root: Any
    references: References

    def columns(self) -> list[int]:
        """Return the positions of the columns that are looked at."""
        wanted = self.plan.fallback_columns
        columns = enumerate(self.table.columns)
        return [i for i, column in columns if self.plan.fallback_root or column.name in wanted]

    def broken(self, row: Any) -> Iterator[tuple[str, str | None]]:
        """Yield the constructs that a row breaks, each with its column."""
        if self.plan.fallback_root:
            for error in _guarded(self.root.iter_errors(row)):
                yield from self._named(error, None)
        for column in self.plan.fallback_columns:
            if column in row:
                for error in _property_errors(self.root, self.schema, column, row[column]):
                    yield from self._named(error, column)

    def _named(self, error: ValidationError, column: str | None) -> Iterator[tuple[str, str | None]]:
        """Yield the broken keyword if it has no compiled form: the scan has counted all others."""
        start = () if column is None else ("properties", column)
        try:
            passed = self.references.trace(tuple(error.absolute_schema_path), error.schema, start)
        except RecursionError:
            raise UnsupportedError("a reference that leads back into itself, without end") from None
        at = str(error.absolute_path[0]) if column is None and error.absolute_path else column
        known = [item.pointer for item in self.plan.second if item.column == column]
        if any(pointer in passed for pointer in known):
            yield passed[-1], at
        elif error.schema is False and (below := [item for item in known if item.startswith(f"{passed[-1]}/")]):
            yield below[0], at  # the error of a schema that is false leaves out its own last step
        elif len(passed) == 1 and error.absolute_schema_path:
            yield known[0], at  # nobody knows where it stands: better told twice than never


def _property_errors(root: Any, schema: Mapping[str, Any], column: str, value: Any) -> Iterator[ValidationError]:
    return _guarded(root.descend(value, schema["properties"][column]))


def _guarded(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    try:
        yield from errors
    except Unresolvable as error:
        raise UnsupportedError(f"a reference that leads nowhere: {error.ref:.100}") from None
    except (RecursionError, OverflowError, MemoryError) as error:
        raise UnsupportedError(f"too deep or too large to evaluate ({type(error).__name__})") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        # A recursion that ends inside of rpds, which keeps the references for `jsonschema`.
        raise UnsupportedError("too deep to evaluate (in rpds)") from None


def _batches(connection: duckdb.DuckDBPyConnection, judge: _Judge) -> Iterator[list[tuple[int, Any]]]:
    """Yield row numbers and rows as JSON values of all that can break anything, a batch in memory at a time."""
    table = judge.table
    positions = judge.columns()
    items = ["json::VARCHAR"] if table.is_json else [_item(table, index) for index in positions]
    suspect = " OR ".join(f"({candidates(item, table, judge.plan)})" for item in judge.plan.second)
    relation = f"{table.relation(rows=True)} WHERE {suspect}"
    query = f"SELECT {', '.join([ROW, *items])} FROM {relation}"  # noqa: S608 - own names and literals only
    cursor = connection.execute(query)
    while batch := cursor.fetchmany(BATCH):
        yield [
            (number, _loads(cells[0]) if table.is_json else _row(judge, positions, cells)) for number, *cells in batch
        ]


def _loads(text: str) -> Any:
    """Parse JSON that is known to be strict, whole numbers without loss."""
    try:
        return json.loads(text, parse_int=_whole, parse_float=_fraction, parse_constant=lambda _: NoNumber())
    except RecursionError:
        raise UnsupportedError("a value that is nested too deep to evaluate") from None


def _whole(digits: str) -> int | NoNumber:
    value = int(digits) if len(digits) < MAX_DIGITS else None
    return NoNumber() if value is None or abs(value) > LARGEST else value


def _fraction(digits: str) -> float | NoNumber:
    value = float(digits)
    return value if math.isfinite(value) else NoNumber()


def _item(table: Table, index: int) -> str:
    name = f"c{index}"
    match table.columns[index].storage:
        case Storage.DATE | Storage.BINARY:
            return f"CAST({name} AS VARCHAR)"
        case Storage.TIMESTAMP:
            return f"replace(CAST({name} AS VARCHAR), ' ', 'T')"
        case Storage.ARRAY | Storage.OBJECT:
            return f"CAST(to_json({name}) AS VARCHAR)"
    return name


def _row(judge: _Judge, positions: list[int], cells: list[Any]) -> dict[str, Any]:
    """Put cells together to a row: a null cell is null where that is accepted, else absent."""
    row: dict[str, Any] = {}
    for index, cell in zip(positions, cells, strict=True):
        column = judge.table.columns[index]
        declared = judge.plan.properties.get(column.name, judge.plan.others)
        if cell is not None:
            row[column.name] = _value(cell, column.storage, declared.kinds)
        elif declared.accepts_null:
            row[column.name] = None
    return row


def _value(cell: Any, storage: Storage, kinds: frozenset[Kind]) -> Any:
    match storage:
        case Storage.TEXT:
            return value_of(cell, kinds)
        case Storage.ARRAY | Storage.OBJECT:
            return _loads(cell)
        case Storage.DECIMAL:
            return decimal_value(cell)
        case Storage.TIMESTAMP:
            return Stamp(cell) if _DATED.match(cell) else cell
    return NoNumber() if isinstance(cell, float) and not math.isfinite(cell) else cell
