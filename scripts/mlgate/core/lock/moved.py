"""Whether what is there is what the lock fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.documents.data import DataFinding
from mlgate.core.lock.model import NAME
from mlgate.core.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.lock.model import Lock

RELOCK = "If the new data are right, run `mlgate data lock` and commit the file."
MOST_NAMED = 3


def moved(
    lock: Lock, table: str, names: Sequence[str], digest: str | None, rows: int | None = None
) -> DataFinding | None:
    """Return a finding if a table is not the one that the lock fixes.

    Args:
        lock: All that is fixed.
        table: The table's name.
        names: Of its files.
        digest: Of the table; None where it cannot be read, which has a finding of its own.
        rows: How many it has; None where that is not known.
    """
    pinned = lock.tables.get(table)
    if digest is None:
        return None
    if pinned is None:
        message = f"{NAME} does not fix the table {table}"
    elif set(pinned.files) != set(names):
        message = f"the table has other files than in {NAME}: {_other(pinned.files, names)}"
    elif pinned.digest != digest:
        what = names[0] if len(names) == 1 else f"one of the {len(names):,} files"
        message = f"{what} changed, and {NAME} did not"
    elif rows is not None and pinned.rows is not None and rows != pinned.rows:
        message = f"the table has {counted(rows, 'row')}, and {NAME} says {pinned.rows:,}"
    else:
        return None
    return DataFinding(check="", count=1, reason="data-changed", message=f"{message}. {RELOCK}")


def differences(lock: Lock, found: Lock) -> tuple[str, ...]:
    """Return what a lock says otherwise than one that was made of what is there."""
    lines = []
    for name in sorted({*lock.tables, *found.tables}):
        if name not in found.tables:
            lines.append(f"{name}: the configuration has no such table")
        elif name not in lock.tables:
            lines.append(f"{name}: this table is not in the lock")
        else:
            lines += [f"{name}: {line}" for line in _of_files(lock.tables[name].files, found.tables[name].files)]
    return (*lines, *_of_files(lock.files, found.files))


def _of_files(locked: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    words = {(True, False): "is gone", (False, True): "is not in the lock", (True, True): "changed"}
    names = sorted(name for name in {*locked, *found} if locked.get(name) != found.get(name))
    return [f"{name} {words[name in locked, name in found]}" for name in names]


def _other(locked: Iterable[str], names: Iterable[str]) -> str:
    """Return e.g. `data/b.csv is not in it`."""
    new, gone = sorted(set(names) - set(locked)), sorted(set(locked) - set(names))
    parts = [f"{name} is not in it" for name in new[:MOST_NAMED]] + [f"{name} is gone" for name in gone[:MOST_NAMED]]
    return ", ".join(parts)
