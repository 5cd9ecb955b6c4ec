"""Something that a table does not satisfy, before lines and values are looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.wording import subject
from mlgate.core.outcome import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mlgate.core.config.contract import TableRule


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What is broken.

    Attributes:
        pointer: JSON pointer into the contract.
        message: One sentence. No cell's value stands in it, but what was computed from all of them may.
        discreet: The sentence without that, where there is any: for columns whose values are never shown.
        columns: Whose values show it; of one column, the finding is about it.
        count: Rows that break it.
        rows: The first of them.
    """

    pointer: str
    message: str
    columns: tuple[str, ...] = ()
    severity: Severity = Severity.FAIL
    count: int = 0
    rows: tuple[int, ...] = ()
    reason: str = "contract-broken"
    discreet: str = ""

    def told(self, hidden: Collection[str]) -> str:
        """Return the sentence for people who may not see anything of the values of some columns."""
        return self.discreet if self.discreet and not set(hidden).isdisjoint(self.columns) else self.message


def no_column(pointer: str, column: str) -> Broken:
    """Return what is broken when the file lacks a column."""
    return Broken(
        pointer=pointer, columns=(column,), message=f"{subject(column)} is missing: the file has no such column"
    )


def of_rule(rule: TableRule, message: str, count: int, located: Sequence[int] = ()) -> Broken:
    """Return what is broken about a table rule."""
    return Broken(
        pointer=rule.pointer,
        columns=rule.columns,
        severity=rule.severity,
        count=count,
        rows=tuple(located),
        message=message,
    )
