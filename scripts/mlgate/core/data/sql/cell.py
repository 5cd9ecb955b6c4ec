"""One value as SQL sees it: of a column, of a JSON line, or inside another value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlgate.core.data.ir import Kind, Kinds, Storage
from mlgate.core.data.sql.text import literal

# Numbers in CSV. Where text is allowed too, only what JSON itself would call a number is one: `007` stays text.
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
STRICT_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
JSON_NUMBERS = "('BIGINT', 'UBIGINT', 'DOUBLE')"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One column as SQL sees it.

    Attributes:
        storage: How the file holds it.
        value: Expression of the cell. For JSON, of the JSON value.
        json_type: For JSON, expression of its type's name: NULL where the property is absent.
        kinds: What a CSV cell may be read as.
        accepts_null: Whether a null cell is a null value; else it is absent. Not for JSON, which tells them apart.
        plain: For a CSV cell of numbers only that needs no pattern, expression of the number, see `core.data.plain`.
        string: For JSON, expression of the text, where the query has it ready.
        double: For JSON, expression of the number, where the query has it ready.
        depth: How many lambdas surround it: each has a variable of its own name.
    """

    storage: Storage
    value: str
    json_type: str = ""
    kinds: Kinds = frozenset({Kind.STRING})
    accepts_null: bool = True
    plain: str = ""
    string: str = ""
    double: str = ""
    depth: int = 0

    @property
    def is_there(self) -> str:
        """Return the condition that the row has the property, null or not; a null column's cell is not looked at."""
        return f"{self.json_type} IS NOT NULL" if self.storage is Storage.JSON else f"{self.value} IS NOT NULL"

    def as_json(self) -> Cell | None:
        """Return the cell as JSON value if it may hold an array or an object; None for all others."""
        if self.storage is Storage.JSON:
            return self
        if self.storage not in (Storage.ARRAY, Storage.OBJECT):
            return None
        return replace(
            self, storage=Storage.JSON, value=f"to_json({self.value})", json_type=f"json_type(to_json({self.value}))"
        )

    def member(self, path: str) -> Cell:
        """Return what a JSON value has at a path, which is an SQL expression; its type is NULL where it has nothing."""
        return Cell(
            storage=Storage.JSON,
            value=f"json_extract({self.value}, {path})",
            json_type=f"json_type({self.value}, {path})",
            depth=self.depth,
        )

    @property
    def is_present(self) -> str:
        """Return the condition that the row has the property with another value than null."""
        return f"{self.json_type} <> 'NULL'" if self.storage is Storage.JSON else f"{self.value} IS NOT NULL"

    @property
    def is_absent(self) -> str | None:
        """Return the condition that the row lacks the property; None where it never does."""
        if self.storage is Storage.JSON:
            return f"{self.json_type} IS NULL"
        return None if self.accepts_null else f"{self.value} IS NULL"

    @property
    def text(self) -> str | None:
        """Return the cell as text, NULL where it is none; None where it never is."""
        match self.storage:
            case Storage.STRING:
                return self.value
            case Storage.DATE:
                return f"CAST({self.value} AS VARCHAR)"
            case Storage.TIMESTAMP:
                return f"replace(CAST({self.value} AS VARCHAR), ' ', 'T')"
            case Storage.JSON:
                return self.string or f"CASE WHEN {self.json_type} = 'VARCHAR' THEN {self.value}->>'$' END"
            case Storage.TEXT if Kind.STRING in self.kinds:
                others = [c for c in (self.is_number, self.is_boolean) if c]
                return f"CASE WHEN NOT ({' OR '.join(others)}) THEN {self.value} END" if others else self.value
        return None

    @property
    def number(self) -> str | None:
        """Return the cell as number, NULL where it is none; None where it never is."""
        match self.storage:
            case Storage.INTEGER | Storage.FLOAT:
                return self.value
            case Storage.DECIMAL:
                return f"CAST({self.value} AS DOUBLE)"
            case Storage.JSON:
                cast = f"TRY_CAST({self.value} AS DOUBLE)"
                return self.double or f"CASE WHEN {self.json_type} IN {JSON_NUMBERS} THEN {cast} END"
            case Storage.TEXT if self.is_number:
                cast = self.plain or f"TRY_CAST({self.value} AS DOUBLE)"
                return f"CASE WHEN {self.is_number} THEN {cast} END" if Kind.STRING in self.kinds else cast
        return None

    @property
    def whole(self) -> str | None:
        """Return the cell as whole number without loss, NULL where it is none or past 127 bits."""
        number = self.number
        if number is None or self.storage is Storage.INTEGER:
            return number and f"CAST({number} AS HUGEINT)"
        if self.storage is Storage.DECIMAL:
            return f"CASE WHEN {is_whole(self.value)} THEN CAST({self.value} AS HUGEINT) END"
        rounded = f"CASE WHEN {is_whole(number)} THEN TRY_CAST({number} AS HUGEINT) END"
        if self.storage not in (Storage.JSON, Storage.TEXT):
            return rounded
        return f"CASE WHEN {number} IS NOT NULL THEN coalesce(TRY_CAST({self.written} AS HUGEINT), {rounded}) END"

    @property
    def written(self) -> str | None:
        """Return the text of a number that is written as a whole one; NULL where it is not, None where no cell is."""
        if self.storage not in (Storage.JSON, Storage.TEXT):
            return None
        text = f"({self.value}->>'$')" if self.storage is Storage.JSON else self.value
        return f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]+') THEN {text} END"

    @property
    def digits(self) -> str | None:
        """Return the digits of such a number, as a list."""
        return self.written and f"regexp_extract_all({self.written}, '[0-9]')"

    @property
    def boolean(self) -> str | None:
        """Return the cell as boolean, NULL where it is none; None where it never is."""
        match self.storage:
            case Storage.BOOLEAN:
                return self.value
            case Storage.JSON:
                return f"CASE WHEN {self.json_type} = 'BOOLEAN' THEN {self.value}->>'$' = 'true' END"
            case Storage.TEXT if self.is_boolean:
                return f"CASE WHEN {self.is_boolean} THEN lower({self.value}) = 'true' END"
        return None

    @property
    def is_number(self) -> str | None:
        """Return the condition that a CSV cell is a number; None where it is never read as one."""
        if not self.kinds & {Kind.INTEGER, Kind.NUMBER}:
            return None
        cast = self.plain or f"TRY_CAST({self.value} AS DOUBLE)"
        whole = "" if Kind.NUMBER in self.kinds else f" AND {is_whole(cast)}"
        if self.plain:
            # What cannot be cast is NULL, and so is a null cell: the one is no number, the other is left out.
            return f"coalesce(isfinite({cast}){whole}, {self.value} IS NULL AND NULL)"
        pattern = STRICT_NUMBER if Kind.STRING in self.kinds else NUMBER
        return f"(regexp_full_match({self.value}, {literal(pattern)}) AND isfinite({cast}){whole})"

    @property
    def is_boolean(self) -> str | None:
        """Return the condition that a CSV cell is true or false; None where it is never read as one."""
        return f"(lower({self.value}) IN ('true', 'false'))" if Kind.BOOLEAN in self.kinds else None


def is_whole(number: str) -> str:
    """Return the condition that a number has no fraction."""
    return f"{number} = trunc({number})"
