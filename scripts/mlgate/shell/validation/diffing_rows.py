"""Two open versions of a table: which rows and cells differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.data.compile import compile_row
from mlgate.core.data.diff import columns as layout
from mlgate.core.data.diff import notable, query
from mlgate.core.documents.diff import ChangedCell, ColumnDiff, DiffBy, TableDiff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.data.diff.columns import Pair, Side
    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.shell.validation.opened import Opened


@dataclass(frozen=True, kw_only=True)
class Versions:
    """Both versions of a table, open.

    Attributes:
        opened: This version, and the connection for both.
        before: The base's.
        after: This one's.
        columns: Those that both have.
    """

    opened: Opened
    before: Side
    after: Side
    columns: tuple[Pair, ...]

    def is_shown(self, pair: Pair) -> bool:
        """Return whether values of a column may be shown."""
        request = self.opened.request
        return request.show_values and request.base_values and pair.name not in request.redact


def open_versions(opened: Opened, base: Table) -> Versions:
    """Return both versions of a table."""
    before, after = _side(opened, base), _side(opened, opened.table)
    columns = layout.pairs(before, after, _declared(opened))
    return Versions(opened=opened, before=before, after=after, columns=columns)


def _declared(opened: Opened) -> Mapping[str, Property]:
    """Return what this version's contract declares of its columns; the base's, where it has none."""
    part = next(iter(opened.request.sides.values()), None)
    return compile_row(part.row, lambda _: True).properties if part else {}


def _side(opened: Opened, table: Table) -> Side:
    described = opened.connection.execute(f"DESCRIBE SELECT * FROM {table.relation()}").fetchall()  # noqa: S608 - positions
    types = {str(name): str(kind) for name, kind, *_ in described}
    return layout.Side(table=table, types=tuple(types[f"c{index}"] for index in range(len(table.columns))))


def rows_and_schema(versions: Versions, rows: int | None) -> TableDiff:
    """Return what is known before any row is compared; `rows` are this version's, where somebody has counted them."""
    before, after = (
        known if known is not None else int(versions.opened.one(query.rows(side.table))[0])
        for side, known in ((versions.before, None), (versions.after, rows))
    )
    schema = layout.schema_diff(versions.before, versions.after)
    return TableDiff(rows_before=before, rows_after=after, table_schema=schema)


def repeats(versions: Versions, key: Sequence[Pair]) -> bool:
    """Return whether a key of this version repeats."""
    return bool(versions.opened.one(query.repeats(versions.after.table, [pair.after.value for pair in key]))[0])


def by_key(versions: Versions, found: TableDiff, key: Sequence[Pair]) -> TableDiff | None:
    """Return the difference by a key that this version does not repeat; None where the base's rows repeat it.

    If they do, they are more than the keys that were matched: the join gives each of them one partner.
    """
    before, after = versions.before.table, versions.after.table
    others = [pair for pair in versions.columns if pair not in key]
    versions.opened.connection.execute(f"DROP TABLE IF EXISTS {query.DIFFERING}")
    versions.opened.connection.execute(query.differing_by_key(before, after, key, others))
    removed, added, changed, *in_half = versions.opened.one(query.counted())
    unchanged = (found.rows_after or 0) - added - changed
    if unchanged + removed + changed != found.rows_before:
        return None
    suspects = [pair for half, rows in zip(query.halves(others), in_half, strict=True) if rows for pair in half]
    counts = versions.opened.one(query.changed_cells(before, after, key, suspects)) if suspects else ()
    moved = [(pair, count) for pair, count in zip(suspects, counts, strict=True) if count]
    shown = _examples(versions, key, [pair for pair, _ in moved])
    return replace(
        found,
        by=DiffBy.KEY,
        key=tuple(pair.name for pair in key),
        added=added,
        removed=removed,
        changed=changed,
        unchanged=unchanged,
        columns=tuple(ColumnDiff(name=p.name, changed=n, examples=shown.get(p.name, ())) for p, n in moved),
    )


def _examples(versions: Versions, key: Sequence[Pair], moved: Sequence[Pair]) -> dict[str, tuple[ChangedCell, ...]]:
    """Return the first changed cells of the columns whose values may be shown."""
    wanted = [pair for pair in moved if versions.is_shown(pair)][: notable.MAX_COLUMNS]
    if not wanted:
        return {}
    cells = versions.opened.one(query.examples(versions.before.table, versions.after.table, key, wanted))
    is_keyed = all(versions.is_shown(pair) for pair in key)
    return {
        pair.name: tuple(
            ChangedCell(key=tuple(names) if is_keyed else (), before=before, after=after)
            for names, (before,), (after,) in items
        )
        for pair, items in zip(wanted, cells, strict=True)
    }


def by_row(versions: Versions, found: TableDiff) -> TableDiff:
    """Return the difference by whole rows, in the columns that both versions have."""
    counts = versions.opened.one(query.by_row(versions.before.table, versions.after.table, versions.columns))
    removed, added, unchanged = (int(count) for count in counts)
    return replace(found, by=DiffBy.ROW, added=added, removed=removed, unchanged=unchanged)
