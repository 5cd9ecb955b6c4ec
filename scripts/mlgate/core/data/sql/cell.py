"""One value as SQL sees it: of a column, of a JSON line, or inside another value."""

from __future__ import annotations

from dataclasses import dataclass

from mlgate.core.data.ir import Kind, Kinds, Storage
from mlgate.core.data.sql.text import literal

# Numbers in CSV. Where text is allowed too, only what JSON itself would call a number is one: `007` stays text.
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
STRICT_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_JSON_NUMBERS = "('BIGINT', 'UBIGINT', 'DOUBLE')"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One column as SQL sees it.

    Attributes:
        storage: How the file holds it.
        value: Expression of the cell. For JSON, of the JSON value.
        json_type: For JSON, expression of its type's name: NULL where the property is absent.
        kinds: What a CSV cell may be read as.
        accepts_null: Whether a null cell is a null value; else it is absent. Not for JSON, which tells them apart.
    """

    storage: Storage
    value: str
    json_type: str = ""
    kinds: Kinds = frozenset({Kind.STRING})
    accepts_null: bool = True

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
                return f"CASE WHEN {self.json_type} = 'VARCHAR' THEN {self.value}->>'$' END"
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
                return f"CASE WHEN {self.json_type} IN {_JSON_NUMBERS} THEN {cast} END"
            case Storage.TEXT if self.is_number:
                cast = f"TRY_CAST({self.value} AS DOUBLE)"
                return f"CASE WHEN {self.is_number} THEN {cast} END" if Kind.STRING in self.kinds else cast
        return None

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
        pattern = STRICT_NUMBER if Kind.STRING in self.kinds else NUMBER
        cast = f"TRY_CAST({self.value} AS DOUBLE)"
        whole = "" if Kind.NUMBER in self.kinds else f" AND {is_whole(cast)}"
        return f"(regexp_full_match({self.value}, {literal(pattern)}) AND isfinite({cast}){whole})"

    @property
    def is_boolean(self) -> str | None:
        """Return the condition that a CSV cell is true or false; None where it is never read as one."""
        return f"(lower({self.value}) IN ('true', 'false'))" if Kind.BOOLEAN in self.kinds else None


def is_whole(number: str) -> str:
    return f"{number} = trunc({number})"
